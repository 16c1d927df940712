package gsm

import (
	"unicode/utf8"

	"github.com/warthog618/sms/encoding/gsm7/charset"
)

// The user data of one part is 140 octets (3GPP TS 23.040 §9.2.3.24). A
// concatenation header takes 6 of them from every part of a longer text
// (§9.2.3.24.1).
const (
	septetsAlone  = 160 // 140 octets × 8 / 7
	septetsInMany = 153 // (140 − 6) × 8 / 7, less the bits that fill up a septet
	unitsAlone    = 70  // 140 octets / 2
	unitsInMany   = 67  // (140 − 6) / 2
)

// Size is how much room a text takes on the air.
type Size struct {
	// Alphabet is what the text needs: one character outside GSM-7 makes the
	// whole text UCS-2.
	Alphabet Alphabet
	// Units is the text's length in the unit of its alphabet: septets for
	// GSM-7, where an extension character takes two; 16-bit units for UCS-2,
	// where a character beyond U+FFFF, such as most emoji, takes two.
	Units int
	// Parts is how many parts are billed; none for an empty text. It is not
	// capped, though one message cannot have more than 255.
	Parts int
	// Left is how many units still fit in the last part before another part
	// is needed.
	Left int
}

// Count measures a text as it will be segmented. The text should be [Clean]
// first: a browser's CRLF counts as two characters, and each byte of invalid
// UTF-8 counts as U+FFFD.
//
// The alphabet is the GSM 7-bit default alphabet with its extension table
// (3GPP TS 23.038 §6.2.1 and §6.2.1.1), without national language tables, or
// else UCS-2. An escape and its character, or the two halves of a surrogate
// pair, never fall into different parts (3GPP TS 23.040 §9.2.3.24.1), so a
// part may end one unit early. Count does not allocate.
func Count(text string) Size {
	alone := 0
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			w := septets[c]
			if w == 0 {
				return countUCS2(text)
			}
			alone += int(w)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		w := width(r)
		if w == 0 {
			return countUCS2(text)
		}
		alone += w
		i += n
	}
	if alone <= septetsAlone {
		return single(GSM7, alone, septetsAlone)
	}
	f := fill{limit: septetsInMany}
	for _, r := range text {
		f.add(width(r))
	}
	return f.size(GSM7)
}

// IsGSM reports whether every character of text is in the GSM 7-bit default
// alphabet or its extension table. An empty text is.
func IsGSM(text string) bool {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if septets[c] == 0 {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if width(r) == 0 {
			return false
		}
		i += n
	}
	return true
}

// Costly returns the characters that force a text into UCS-2, each once, in
// the order in which they first appear; nil if there are none.
func Costly(text string) []rune {
	var costly []rune
	var seen map[rune]bool
	for _, r := range text {
		if width(r) > 0 || seen[r] {
			continue
		}
		if seen == nil {
			seen = map[rune]bool{}
		}
		seen[r] = true
		costly = append(costly, r)
	}
	return costly
}

func countUCS2(text string) Size {
	units := 0
	for _, r := range text {
		units += width16(r)
	}
	if units <= unitsAlone {
		return single(UCS2, units, unitsAlone)
	}
	f := fill{limit: unitsInMany}
	for _, r := range text {
		f.add(width16(r))
	}
	return f.size(UCS2)
}

func single(a Alphabet, units, limit int) Size {
	s := Size{Alphabet: a, Units: units, Parts: 1, Left: limit - units}
	if units == 0 {
		s.Parts = 0
	}
	return s
}

// fill puts characters into parts, each into the part before as long as it
// fits there whole.
type fill struct{ limit, units, full, last int }

func (f *fill) add(width int) {
	if f.last+width > f.limit {
		f.full++
		f.last = 0
	}
	f.last += width
	f.units += width
}

func (f *fill) size(a Alphabet) Size {
	return Size{Alphabet: a, Units: f.units, Parts: f.full + 1, Left: f.limit - f.last}
}

// septets holds, for each of the first 1024 code points, how many septets it
// takes: 1 in the default alphabet, 2 in the extension table, 0 in neither.
// The one GSM character beyond them is the euro sign; the line end is in both
// of the library's tables, and the shorter way counts. Filling this table also
// builds the library's own, which it would otherwise do at first use and
// without a lock.
var septets = func() (t [1024]uint8) {
	for r := range charset.DefaultExtEncoder() {
		if r != '€' {
			t[r] = 2
		}
	}
	for r := range charset.DefaultEncoder() {
		t[r] = 1
	}
	t[escape] = 0
	return t
}()

// escape leads to the extension table. The library's table has it as a
// character; 3GPP TS 23.038 §6.2.1 does not.
const escape = 0x1B

// width is how many septets a character takes, 0 outside GSM-7.
func width(r rune) int {
	if int(r) < len(septets) {
		return int(septets[r])
	}
	if r == '€' {
		return 2
	}
	return 0
}

// width16 is how many 16-bit units a character takes.
func width16(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
