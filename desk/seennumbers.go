package desk

import (
	"hash/maphash"
	"math/bits"

	"textdesk/sms"
)

// seenNumbers remembers which row of a file, or of a send's people, had a number
// first, in 12 bytes for each place of its table: a third of what a map takes, and
// nothing for the collector to follow. It keeps hashes of 64 bits: that two numbers
// of a file with a million rows share one is less likely than a fault of the disk.
type seenNumbers struct {
	seed   maphash.Seed
	hashes []uint64 // 0 is a free place
	rows   []uint32
	n      int
}

// newSeenNumbers makes room for about so many numbers; it grows beyond.
func newSeenNumbers(room int64) *seenNumbers {
	places := min(max(room, 64), 1<<22)*4/3 + 1
	return &seenNumbers{seed: maphash.MakeSeed(), hashes: make([]uint64, places), rows: make([]uint32, places)}
}

// first returns the row that had the number first, 0 if it is this one, which
// is remembered.
func (s *seenNumbers) first(number sms.MSISDN, row int) int {
	return s.firstOf(max(maphash.String(s.seed, string(number)), 1), row)
}

// again reports whether the number was there before. It is for numbers in E.164,
// whose digits are their own hash: no two share one, because nobody may be left
// out of a send for another.
func (s *seenNumbers) again(number sms.MSISDN) bool {
	const odd = 0x9e3779b97f4a7c15 // numbers follow each other; their products with the golden ratio do not
	return s.firstOf(numberKey(number)*odd, 1) != 0
}

func (s *seenNumbers) firstOf(h uint64, row int) int {
	if s.n*5 > len(s.hashes)*4 {
		s.grow()
	}
	at := s.place(h)
	if s.hashes[at] == h {
		return int(s.rows[at])
	}
	s.hashes[at], s.rows[at] = h, uint32(row)
	s.n++
	return 0
}

// place is where a hash is, or would be.
func (s *seenNumbers) place(h uint64) int {
	high, _ := bits.Mul64(h, uint64(len(s.hashes))) // h as a share of all hashes
	at := int(high)
	for s.hashes[at] != 0 && s.hashes[at] != h {
		if at++; at == len(s.hashes) {
			at = 0
		}
	}
	return at
}

func (s *seenNumbers) grow() {
	hashes, rows := s.hashes, s.rows
	s.hashes, s.rows = make([]uint64, 2*len(hashes)), make([]uint32, 2*len(rows))
	for i, h := range hashes {
		if h != 0 {
			at := s.place(h)
			s.hashes[at], s.rows[at] = h, rows[i]
		}
	}
}
