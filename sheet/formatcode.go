package sheet

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseSection reads one section of a format's code.
func parseSection(code string) (formatSection, bool) {
	s := formatSection{point: -1, exponent: -1, fraction: -1}
	for rest := code; rest != ""; {
		var ok bool
		if rest, ok = s.token(rest); !ok {
			return s, false
		}
	}
	return s, s.settle()
}

// token reads the next token of a code.
func (s *formatSection) token(code string) (rest string, ok bool) {
	c := code[0]
	switch {
	case c == '"':
		end := strings.IndexByte(code[1:], '"')
		if end < 0 {
			end = len(code) - 1
			code += `"`
		}
		s.literal(code[1 : 1+end])
		return code[2+end:], true
	case c == '\\' || c == '_' || c == '*':
		_, size := utf8.DecodeRuneInString(code[1:])
		switch c {
		case '\\':
			s.literal(code[1 : 1+size])
		case '_':
			s.literal(" ")
		}
		return code[1+size:], true
	case c == '[':
		end := strings.IndexByte(code, ']')
		if end < 0 {
			return "", false
		}
		return code[end+1:], s.bracket(code[1:end])
	case hasPrefixFold(code, "general"):
		s.add('G', 1, "")
		return code[len("general"):], true
	case hasPrefixFold(code, "am/pm"):
		s.add('A', 5, code[:5])
		return code[5:], true
	case hasPrefixFold(code, "a/p"):
		s.add('A', 3, code[:3])
		return code[3:], true
	case (c == 'E' || c == 'e') && len(code) > 1 && (code[1] == '+' || code[1] == '-'):
		s.add('E', 1, code[1:2])
		return code[2:], true
	case strings.IndexByte("0#?", c) >= 0:
		n := run(code)
		s.add(c, n, "")
		return code[n:], true
	case strings.IndexByte("yYmMdDhHsSeEbBaAgG", c) >= 0:
		n := run(code)
		s.add(lower(c), n, "")
		return code[n:], true
	case c == '.' || c == ',' || c == '%' || c == '/' || c == '@':
		s.add(c, 1, "")
		return code[1:], true
	}
	_, size := utf8.DecodeRuneInString(code)
	s.literal(code[:size])
	return code[size:], true
}

// bracket reads what stands in brackets: a colour, a condition, a currency, a
// language, or time that is not cut off at a day.
func (s *formatSection) bracket(inside string) bool {
	switch {
	case inside == "":
		return true
	case inside[0] == '$':
		currency, language, _ := strings.Cut(inside[1:], "-")
		if currency != "" {
			s.literal(currency)
		}
		if s.names == nil {
			s.names = namesOf(language)
		}
	case strings.IndexByte("<>=", inside[0]) >= 0:
		n := 1
		if len(inside) > 1 && strings.IndexByte("=>", inside[1]) >= 0 {
			n = 2
		}
		limit, err := strconv.ParseFloat(strings.TrimSpace(inside[n:]), 64)
		if err != nil {
			return false
		}
		s.op, s.limit = inside[:n], limit
	case run(inside) == len(inside) && strings.IndexByte("hHmMsS", inside[0]) >= 0:
		s.add(map[byte]byte{'h': 'H', 'm': 'I', 's': 'S'}[lower(inside[0])], len(inside), "")
	}
	return true
}

func (s *formatSection) add(kind byte, n int, text string) {
	s.tokens = append(s.tokens, formatToken{kind: kind, n: n, text: text})
}

func (s *formatSection) literal(text string) {
	if n := len(s.tokens) - 1; n >= 0 && s.tokens[n].kind == 'l' {
		s.tokens[n].text += text
		return
	}
	s.add('l', 1, text)
}

// run is how often the first letter stands there, in capitals or not.
func run(code string) int {
	n := 1
	for n < len(code) && lower(code[n]) == lower(code[0]) {
		n++
	}
	return n
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func hasPrefixFold(code, prefix string) bool {
	return len(code) >= len(prefix) && strings.EqualFold(code[:len(prefix)], prefix)
}

// settle finds out what the section is for, and what its tokens mean in it.
func (s *formatSection) settle() bool {
	digits, dates, general := false, false, false
	for _, t := range s.tokens {
		switch t.kind {
		case '0', '#', '?':
			digits = true
		case 'y', 'm', 'd', 'h', 's', 'e', 'b', 'a', 'g', 'H', 'I', 'S', 'A':
			dates = true
		case 'G':
			general = true
		}
	}
	switch {
	case general && (digits || dates):
		return false
	case general:
		s.kind = formatGeneral
	case dates:
		s.kind = formatDate
		return s.settleDate()
	case digits:
		s.kind = formatNumber
		s.settleNumber()
	default:
		s.kind = formatWords
	}
	for i := range s.tokens { // what has no meaning here stands for itself
		t := &s.tokens[i]
		if (t.kind == '.' || t.kind == '/' || t.kind == ',') && s.kind != formatNumber || t.kind == '%' && s.kind != formatNumber {
			t.kind, t.text = 'l', string(t.kind)
		}
	}
	return true
}

// settleNumber counts digits, and tells commas that group from those that divide.
func (s *formatSection) settleNumber() {
	last := -1
	for i, t := range s.tokens {
		if strings.IndexByte("0#?", t.kind) >= 0 {
			last = i
		}
	}
	seen := false
	for i, t := range s.tokens {
		switch t.kind {
		case '0', '#', '?':
			seen = true
		case ',':
			switch {
			case i > last || s.nextIsPoint(i):
				s.thousands++
			case seen:
				s.grouped = true
			}
		}
	}
	s.tokens = slices.DeleteFunc(s.tokens, func(t formatToken) bool { return t.kind == ',' })
	for i := range s.tokens {
		t := &s.tokens[i]
		switch t.kind {
		case '0', '#', '?':
			switch {
			case s.fraction >= 0: // below the stroke
			case s.exponent >= 0:
				s.expo += t.n
			case s.point >= 0:
				s.decimal += t.n
			default:
				s.whole += t.n
			}
		case '.':
			if s.point >= 0 {
				t.kind, t.text = 'l', "."
				continue
			}
			s.point = i
		case 'E':
			if s.exponent < 0 {
				s.exponent = i
			}
		case '%':
			s.percents++
		case '/':
			if s.fraction >= 0 || !s.settleFraction(i) {
				t.kind, t.text = 'l', "/"
			}
		}
	}
}

// nextIsPoint reports whether nothing but commas stands between a comma and the
// point.
func (s *formatSection) nextIsPoint(i int) bool {
	for i++; i < len(s.tokens) && s.tokens[i].kind == ','; i++ {
	}
	return i < len(s.tokens) && s.tokens[i].kind == '.'
}

// settleFraction reads "# ??/??" and "# ?/8" around the stroke.
func (s *formatSection) settleFraction(i int) bool {
	if i == 0 || i+1 >= len(s.tokens) || strings.IndexByte("0#?", s.tokens[i-1].kind) < 0 {
		return false
	}
	below := s.tokens[i+1]
	switch {
	case strings.IndexByte("0#?", below.kind) >= 0:
		s.tokens[i].n = below.n
	case below.kind == 'l' && strings.Trim(below.text, "0123456789") == "":
		s.tokens[i].text = below.text
	default:
		return false
	}
	s.fraction = i
	s.whole -= s.tokens[i-1].n
	return true
}

// settleDate tells minutes from months, and parts of a second from numbers.
func (s *formatSection) settleDate() bool {
	previous := byte(0)
	for i := range s.tokens {
		t := &s.tokens[i]
		switch t.kind {
		case 'm':
			if t.n <= 2 && (previous == 'h' || previous == 'H' || s.nextDate(i) == 's' || s.nextDate(i) == 'S') {
				t.kind = 'i'
			}
		case 'A':
			s.half = true
		case '0':
			if i == 0 || s.tokens[i-1].kind != '.' || previous != 's' && previous != 'S' {
				return false
			}
			t.kind, t.n = 'f', min(t.n, 3)
			s.tokens[i-1].kind, s.tokens[i-1].text = 'l', "."
			s.subsec = t.n
		case '#', '?', 'E':
			return false
		case '.', ',', '/', '%':
			if t.kind != '.' || i+1 == len(s.tokens) || s.tokens[i+1].kind != '0' {
				t.text, t.kind = string(t.kind), 'l'
			}
		}
		if strings.IndexByte("ymdhsebagHIS", t.kind) >= 0 || t.kind == 'i' {
			previous = t.kind
		}
	}
	return true
}

// nextDate is the kind of the next token that is of a date.
func (s *formatSection) nextDate(i int) byte {
	for _, t := range s.tokens[i+1:] {
		if strings.IndexByte("ymdhsebagHIS", t.kind) >= 0 {
			return t.kind
		}
	}
	return 0
}
