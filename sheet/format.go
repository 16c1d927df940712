package sheet

import (
	"math"
)

// format is how a cell shows what it keeps: "dd/mm/yyyy", "0.00%", "[>0]0;-".
// The zero format shows everything as it is.
type format struct {
	sections []formatSection
	text     *formatSection // for words, nil where they stay as they are
}

// formatSection is one of up to four, for some of the values.
type formatSection struct {
	tokens []formatToken
	kind   formatKind
	// A condition, "[>=100]"; op is "" without one.
	op    string
	limit float64
	names *dateNames
	// Of numbers:
	percents, thousands  int // how often to multiply by 100, to divide by 1000
	grouped              bool
	point, exponent      int // the tokens of these, -1 without
	fraction             int
	whole, decimal, expo int // digits in front of the point, behind it, of the exponent
	// Of dates:
	half   bool // twelve hours
	subsec int  // digits of a second
}

type formatKind int

const (
	formatGeneral formatKind = iota
	formatWords              // nothing but words: "yes"
	formatNumber
	formatDate
)

// formatToken is a piece of a format. kind is '0', '#', '?' for a digit, 'l' for
// literal text, '@' for the cell's words, '.', 'E', '/', 'A' for AM/PM, one of
// "ymdhsebi" of dates ('i' are minutes), 'H', 'I', 'S' for time that is not cut
// off at a day, 'f' for parts of a second.
type formatToken struct {
	kind byte
	n    int // how many letters
	text string
}

// parseFormat reads the code of a format. One that it does not understand shows
// everything as it is.
func parseFormat(code string) format {
	var f format
	for i, part := range splitFormat(code) {
		s, ok := parseSection(part)
		if !ok || i > 3 {
			return format{}
		}
		if i == 3 || s.hasText() {
			if f.text == nil {
				f.text = &s
			}
			if s.hasText() || i == 3 {
				continue
			}
		}
		f.sections = append(f.sections, s)
	}
	return f
}

func (s *formatSection) hasText() bool {
	for _, t := range s.tokens {
		if t.kind == '@' {
			return true
		}
	}
	return false
}

// splitFormat cuts a code at its semicolons.
func splitFormat(code string) []string {
	var parts []string
	from, quoted := 0, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == ';':
			parts, from = append(parts, code[from:i]), i+1
		}
	}
	return append(parts, code[from:])
}

// plain reports whether the format changes nothing about a number.
func (f *format) plain() bool {
	return len(f.sections) == 0 || len(f.sections) == 1 && f.sections[0].kind == formatGeneral && len(f.sections[0].tokens) == 1
}

// words shows what is no number.
func (f *format) words(b []byte, words []byte) []byte {
	if f.text == nil {
		return append(b, words...)
	}
	for _, t := range f.text.tokens {
		switch t.kind {
		case '@':
			b = append(b, words...)
		case 'l':
			b = append(b, t.text...)
		}
	}
	return b
}

// number shows a number; false where the format has no way to.
func (f *format) number(b []byte, n float64, date1904 bool) ([]byte, bool) {
	s, sign := f.section(n)
	if s == nil {
		return b, false
	}
	switch s.kind {
	case formatDate:
		return s.date(b, n, date1904)
	case formatNumber:
		return s.digits(b, math.Abs(n), n < 0 && sign)
	}
	if sign && n < 0 {
		b = append(b, '-')
	}
	for _, t := range s.tokens {
		switch t.kind {
		case 'l':
			b = append(b, t.text...)
		case 'G':
			b = appendGeneral(b, math.Abs(n))
		}
	}
	return b, true
}

// section chooses the one for a number, and says whether it is to write the minus
// sign: one for negative numbers alone writes it itself.
func (f *format) section(n float64) (*formatSection, bool) {
	conditions := false
	for i := range f.sections {
		conditions = conditions || f.sections[i].op != ""
	}
	if conditions {
		for i := range f.sections {
			if s := &f.sections[i]; s.holds(n) {
				return s, s.op == "" || s.op[0] != '<' || s.limit > 0 // not in one for negative numbers alone
			}
		}
		return nil, false
	}
	switch {
	case len(f.sections) == 0:
		return nil, false
	case n < 0 && len(f.sections) > 1:
		return &f.sections[1], false
	case n == 0 && len(f.sections) > 2:
		return &f.sections[2], true
	}
	return &f.sections[0], true
}

func (s *formatSection) holds(n float64) bool {
	switch s.op {
	case "<":
		return n < s.limit
	case "<=":
		return n <= s.limit
	case ">":
		return n > s.limit
	case ">=":
		return n >= s.limit
	case "=":
		return n == s.limit
	case "<>":
		return n != s.limit
	}
	return true
}
