package sheet

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// texts are the shared strings of a workbook, which its cells name by their
// numbers. Few are held in memory; many go to a temporary file, and what is read
// of it is kept a page at a time.
type texts struct {
	// starts are the places of every sixteenth text.
	starts []int64
	n      int
	held   []byte // texts, each behind its length
	size   int64  // of all of them, also of those in the file
	file   *os.File
	pages  map[int64][]byte
}

const (
	textsBetween = 16
	textPage     = 16 << 10
	// mostTextPages is how many pages of the file are kept, a few MB.
	mostTextPages = 256
	// longestText is where a text is cut. It is more than a cell may have, so that
	// its cell is refused.
	longestText = MaxCell*utf8.UTFMax + 1
)

// readTexts reads the shared strings, if there are any.
func readTexts(parts *zip.Reader, part, tempDir string) (t *texts, err error) {
	t = &texts{}
	if part == "" {
		return t, nil
	}
	in, err := openPart(parts, part)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	defer func() {
		if err != nil {
			_ = t.close()
		}
	}()
	x := newXMLReader(in)
	var one []byte
	for {
		mark, err := x.next()
		if err != nil {
			return t, partFault(err)
		}
		if mark == xmlEnd {
			return t, t.written()
		}
		if mark != xmlOpens || string(x.name) != "si" {
			continue
		}
		if one, err = richText(x, one[:0]); err != nil {
			return t, partFault(err)
		}
		if err := t.add(unescaped(one), tempDir); err != nil {
			return t, err
		}
	}
}

// partFault is why a part of a workbook could not be read: the disk, or the file.
func partFault(err error) error {
	if _, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("read workbook: %w", err)
	}
	return errDamaged
}

// richText reads a text up to the end of the element that has just begun: all of
// its runs, without what says how to pronounce it.
func richText(x *xmlReader, b []byte) ([]byte, error) {
	within := 0 // a <t>
	for depth := 1; depth > 0; {
		mark, err := x.next()
		if err != nil {
			return b, err
		}
		switch mark {
		case xmlEnd:
			return b, errDamaged
		case xmlOpens:
			if string(x.name) == "rPh" {
				if err := x.passElement(); err != nil {
					return b, err
				}
				continue
			}
			depth++
			if string(x.name) == "t" && within == 0 {
				within = depth
			}
		case xmlCloses:
			if depth == within {
				within = 0
			}
			depth--
		case xmlText:
			if within > 0 && len(b) < longestText {
				if b, err = x.appendText(b); err != nil {
					return b, err
				}
			}
		}
	}
	return b, nil
}

// unescaped writes what workbooks write as _x000D_ as the character that it is,
// in place.
func unescaped(b []byte) []byte {
	for i := 0; i+7 <= len(b); i++ {
		if b[i] != '_' || b[i+1] != 'x' || b[i+6] != '_' {
			continue
		}
		n, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16)
		if err != nil || utf16.IsSurrogate(rune(n)) {
			continue
		}
		var one [utf8.UTFMax]byte
		size := utf8.EncodeRune(one[:], rune(n))
		b = slices.Replace(b, i, i+7, one[:size]...)
		i += size - 1
	}
	return b
}

func (t *texts) add(text []byte, tempDir string) error {
	text = text[:min(len(text), longestText)]
	if t.n%textsBetween == 0 {
		t.starts = append(t.starts, t.size)
	}
	before := len(t.held)
	t.held = append(binary.AppendUvarint(t.held, uint64(len(text))), text...)
	t.n++
	t.size += int64(len(t.held) - before)
	if len(t.held) < maxInMemory && (t.file == nil || len(t.held) < xmlBlock) {
		return nil
	}
	if t.file == nil {
		file, err := os.CreateTemp(tempDir, "texts-")
		if err != nil {
			return fmt.Errorf("unpack workbook: %w", err)
		}
		t.file, t.pages = file, map[int64][]byte{}
	}
	return t.flush()
}

func (t *texts) flush() error {
	if _, err := t.file.Write(t.held); err != nil {
		return fmt.Errorf("unpack workbook: %w", err)
	}
	t.held = t.held[:0]
	return nil
}

// written ends the adding.
func (t *texts) written() error {
	if t.file == nil {
		return nil
	}
	if err := t.flush(); err != nil {
		return err
	}
	t.held = nil
	return nil
}

// appendTo adds the nth text to b; there is none when it is not ok.
func (t *texts) appendTo(b []byte, n int) (_ []byte, ok bool, err error) {
	if n < 0 || n >= t.n {
		return b, false, nil
	}
	at := t.starts[n/textsBetween]
	for range n % textsBetween {
		length, size, err := t.length(at)
		if err != nil {
			return b, false, err
		}
		at += int64(size) + length
	}
	length, size, err := t.length(at)
	if err != nil {
		return b, false, err
	}
	for at += int64(size); length > 0; {
		piece, err := t.at(at)
		if err != nil {
			return b, false, err
		}
		piece = piece[:min(int64(len(piece)), length)]
		b = append(b, piece...)
		at, length = at+int64(len(piece)), length-int64(len(piece))
	}
	return b, true, nil
}

// length reads how long the text at a place is, and the size of that.
func (t *texts) length(at int64) (length int64, size int, err error) {
	piece, err := t.at(at)
	if err != nil {
		return 0, 0, err
	}
	n, size := binary.Uvarint(piece)
	if size > 0 {
		return int64(n), size, nil
	}
	// On the edge of two pages.
	both := slices.Clone(piece)
	if piece, err = t.at(at + int64(len(both))); err != nil {
		return 0, 0, err
	}
	n, size = binary.Uvarint(append(both, piece[:min(len(piece), binary.MaxVarintLen64)]...))
	return int64(n), size, nil
}

// at is what is held from a place on, at least one byte.
func (t *texts) at(place int64) ([]byte, error) {
	if t.file == nil {
		return t.held[place:], nil
	}
	number := place / textPage
	page, ok := t.pages[number]
	if !ok {
		if len(t.pages) >= mostTextPages {
			for one := range t.pages { // any
				page = t.pages[one]
				delete(t.pages, one)
				break
			}
		} else {
			page = make([]byte, textPage)
		}
		n, err := t.file.ReadAt(page[:textPage], number*textPage)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read unpacked workbook: %w", err)
		}
		page = page[:n]
		t.pages[number] = page
	}
	if place%textPage >= int64(len(page)) {
		return nil, fmt.Errorf("read unpacked workbook: %w", io.ErrUnexpectedEOF)
	}
	return page[place%textPage:], nil
}

func (t *texts) close() error {
	if t.file == nil {
		return nil
	}
	err := errors.Join(t.file.Close(), os.Remove(t.file.Name()))
	t.file = nil
	if err != nil {
		return fmt.Errorf("remove unpacked workbook: %w", err)
	}
	return nil
}
