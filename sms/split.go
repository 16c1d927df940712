package sms

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Typed is one recipient as someone typed or pasted it.
type Typed struct {
	// Raw is what was typed for it, a name beside the number included:
	// "Jo Smith <07700 900123>". Error messages and reports quote it.
	Raw string
	// Number is the part to give to [ParseMSISDN], which says what is wrong
	// with it: "07700 900123". Where nothing looks like a number it is all
	// that was typed.
	Number string
}

// SplitNumbers takes apart what was pasted where numbers belong: a column or
// some columns of a spreadsheet, a list with commas, semicolons or line ends,
// an address book's "Name <number>".
//
//   - Line ends, commas, semicolons, tabs and bars separate. Spaces, dots,
//     dashes and slashes stand within a number, and separate two only where a
//     plus sign starts the second or the digits are more than one number can
//     have (15, E.164): "07700 900123 07700 900456" is two.
//   - What has no digits and stands in the same line before a number is its
//     name: "Jo Smith, 07700 900123". In a line with tabs, a row of a
//     spreadsheet, so is everything that is not a number.
//   - Anything else is kept as an item of its own, for [ParseMSISDN] to refuse
//     with the reason. Nothing but separators is ever dropped.
//
// Items come in the order they were typed; Raw and Number are parts of text.
// The time it takes grows with the length of text alone.
func SplitNumbers(text string) []Typed {
	var s splitter
	for len(text) > 0 {
		line := text
		if i := strings.IndexAny(text, "\n\r\u2028\u2029"); i >= 0 {
			_, n := utf8.DecodeRuneInString(text[i:])
			line, text = text[:i], text[i+n:]
		} else {
			text = ""
		}
		s.line(line)
	}
	return s.out
}

const (
	// fewestDigits is the fewest that are looked for inside other text; a
	// shorter number must stand alone.
	fewestDigits = 7
	// wholeNumber is how many digits must be left for a second number.
	wholeNumber = 9
	separators  = ",;\t|，；、،"
	around      = " " + separators + "\u00A0"
)

type splitter struct{ out []Typed }

// line appends the numbers of one line with their names.
func (s *splitter) line(line string) {
	row := strings.ContainsRune(line, '\t')
	first := len(s.out) // the line's first item
	raw := 0            // where the next item's Raw starts
	name := -1          // where fields that belong to no number yet start
	rawOfLast := 0
	for i := 0; i <= len(line); {
		end, next := fieldEnd(line, i)
		field := line[i:end]
		if strings.Trim(field, around) == "" {
			i = next
			continue
		}
		raw = i
		if name >= 0 {
			raw = name
		}
		before := len(s.out)
		rawOfLast = max(rawOfLast, s.field(line, raw, i, end))
		switch {
		case len(s.out) > before:
			name = -1
		case !row && strings.ContainsFunc(field, isAnyDigit):
			s.out = append(s.out, Typed{Raw: trim(line[raw:end]), Number: trim(field)})
			name = -1
		case name < 0:
			name = i
		}
		i = next
	}
	switch {
	case name < 0:
	case !row:
		for i := name; i <= len(line); {
			end, next := fieldEnd(line, i)
			s.alone(line[i:end])
			i = next
		}
	case len(s.out) > first:
		s.out[len(s.out)-1].Raw = trim(line[rawOfLast:])
	default:
		s.alone(line)
	}
}

// alone appends text in which nothing looks like a number.
func (s *splitter) alone(text string) {
	if text = trim(text); text != "" {
		s.out = append(s.out, Typed{Raw: text, Number: text})
	}
}

// field appends the numbers in line[start:end]; the first one's Raw starts at
// raw. It returns where the last one's starts.
func (s *splitter) field(line string, raw, start, end int) (rawOfLast int) {
	before := len(s.out)
	for i := start + listNumber(line[start:end]); i < end; {
		r, n := utf8.DecodeRuneInString(line[i:end])
		if k := kindOf(r); k != digitRune && k != plusRune && r != '(' {
			i += n
			continue
		}
		stop := runEnd(line[:end], i)
		for _, p := range cutRun(line[i:stop]) {
			from, to := i+p.start, i+p.end
			s.out = append(s.out, Typed{Raw: trim(line[raw:to]), Number: line[from:to]})
			rawOfLast, raw = raw, to
		}
		i = stop
	}
	if len(s.out) == before {
		return 0
	}
	last := &s.out[len(s.out)-1]
	rest := line[raw:end]
	if len(rest) <= 24 && extensionTail.MatchString(rest) {
		last.Number = trim(line[raw-len(last.Number) : end])
	}
	last.Raw = trim(line[rawOfLast:end])
	return rawOfLast
}

// extensionTail stays with its number, for ParseMSISDN to refuse.
var extensionTail = regexp.MustCompile(`(?i)^ *(x|ext\.?|extn\.?|extension|#)[ .:]*[0-9]+ *$`)

// runEnd returns where a run of digits and their separators ends that starts
// at i. An E between digits belongs to it, so that Excel's 4.48E+11 stays whole.
func runEnd(s string, i int) int {
	last := otherRune
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		k := kindOf(r)
		if k == otherRune && last == digitRune && isExponent(s[i:]) {
			k = exponentRune
		}
		if k == otherRune {
			return i
		}
		last = k
		i += n
	}
	return i
}

// piece is one number within a run, from its first digit, plus sign or bracket
// to after its last digit.
type piece struct{ start, end int }

// cutRun cuts a run into its numbers. It leaves out what has too few digits.
func cutRun(run string) []piece {
	var (
		pieces     []piece
		p          = piece{start: -1}
		acc        int  // digits in p
		groups     int  // groups of digits in p
		exponent   bool // p is Excel's
		limit      int  // digits after which p must be complete
		least      int  // digits before which it cannot be
		last       = otherRune
		beforePlus = digitsToPlus(run) // digits from here to the next plus sign
	)
	flush := func() {
		if p.start >= 0 && (acc >= fewestDigits || exponent) {
			pieces = append(pieces, p)
		}
		p, acc, groups, exponent = piece{start: -1}, 0, 0, false
	}
	for i := 0; i < len(run); {
		r, n := utf8.DecodeRuneInString(run[i:])
		k := kindOf(r)
		switch {
		case k == otherRune:
			k, exponent = exponentRune, true
		case k == plusRune && last == exponentRune:
			k = exponentRune
		case k == plusRune:
			flush()
			p.start, limit, least = i, 11, fewestDigits
			beforePlus = digitsToPlus(run[i+n:])
		case r == '(' && p.start < 0:
			p.start, limit, least = i, 11, fewestDigits
		case k == digitRune:
			if last != digitRune && last != exponentRune {
				size := groupSize(run[i:])
				zero := digit(r) == '0'
				switch {
				case beforePlus < wholeNumber-1 || acc < least:
				case groups == 1 && acc >= 8 && size >= 8,
					beforePlus >= wholeNumber && (zero || acc >= limit):
					flush()
				}
				groups++
			}
			if p.start < 0 {
				p.start = i
				limit, least = limitOf(run[i:]), fewestDigits
				if limit == abroad {
					least = limit - 2 // a zero within it starts no other number
				}
			}
			acc++
			beforePlus--
			p.end = i + n
		}
		last = k
		i += n
	}
	flush()
	return pieces
}

// abroad is how many digits a number with its country code behind "00" has at
// the least where two of them follow each other.
const abroad = 13

// limitOf returns after how many digits a number that starts like s must be
// complete, if another one follows it without a sign: the lengths at home and
// abroad, leaning to Britain's.
func limitOf(s string) int {
	switch {
	case strings.HasPrefix(s, "00"):
		return abroad
	case strings.HasPrefix(s, "0"):
		return 11
	}
	return 10
}

// digitsToPlus counts digits up to a plus sign that is not an exponent's.
func digitsToPlus(s string) (digits int) {
	last := spaceRune
	for _, r := range s {
		k := kindOf(r)
		if k == plusRune && last != otherRune {
			break
		}
		if k == digitRune {
			digits++
		}
		last = k
	}
	return digits
}

func groupSize(s string) (digits int) {
	for _, r := range s {
		if kindOf(r) != digitRune {
			break
		}
		digits++
	}
	return digits
}

// listNumber is the length of "1. " or "12) " before a number.
func listNumber(field string) int {
	s := strings.TrimLeft(field, " ")
	i := 0
	for i < len(s) && i < 4 && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 || i == 4 || s[0] == '0' || i == len(s) || s[i] != '.' && s[i] != ')' {
		return 0
	}
	rest := strings.TrimLeft(s[i+1:], " ")
	if len(rest) == len(s)-i-1 || rest == "" || !strings.ContainsRune("0+(", rune(rest[0])) {
		return 0
	}
	return len(field) - len(rest)
}

func fieldEnd(line string, i int) (end, next int) {
	n := strings.IndexAny(line[i:], separators)
	if n < 0 {
		return len(line), len(line) + 1
	}
	_, size := utf8.DecodeRuneInString(line[i+n:])
	return i + n, i + n + size
}

// runeKind is what a character is to a number.
type runeKind uint8

const (
	otherRune runeKind = iota
	digitRune
	plusRune
	spaceRune // anything that may stand between digits
	exponentRune
)

func kindOf(r rune) runeKind {
	switch {
	case r >= '0' && r <= '9':
		return digitRune
	case r == '+':
		return plusRune
	case r == ' ', r == '-', r == '.', r == '(', r == ')', r == '/':
		return spaceRune
	case r < 0x80:
		return otherRune
	case r == '＋':
		return plusRune
	case unicode.Is(unicode.Nd, r):
		return digitRune
	case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), unicode.Is(unicode.Cf, r), r == '−', r == '·':
		return spaceRune
	}
	return otherRune
}

// isExponent reports whether s starts with the E+11 of a number in Excel.
func isExponent(s string) bool {
	if s[0] != 'E' && s[0] != 'e' {
		return false
	}
	s = strings.TrimPrefix(s[1:], "+")
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

func isAnyDigit(r rune) bool { return kindOf(r) == digitRune }

func trim(s string) string { return strings.Trim(s, around) }
