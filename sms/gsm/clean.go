package gsm

import (
	"strings"
	"unicode/utf8"
)

// Clean turns what a browser or a program handed in into the text that is
// counted, stored and sent:
//
//   - CRLF and CR become LF, as do the rarer line ends: vertical tab, form
//     feed, NEL, U+2028 and U+2029;
//   - a tab becomes a space;
//   - the other control characters (C0, DEL, C1) go, above all U+001B, which
//     would travel as a bare escape septet;
//   - a byte order mark at the very start goes;
//   - bytes that are not UTF-8 go. U+FFFD in their place would turn the whole
//     text into UCS-2 and show every recipient a black diamond; a door that
//     would rather refuse such a text asks [utf8.ValidString] first;
//   - spaces and line ends at the end go.
//
// Everything else stays as it was typed, leading spaces included. Clean is
// idempotent and returns text itself when there is nothing to do.
func Clean(text string) string {
	if i := firstUnclean(text); i < len(text) {
		text = cleanFrom(text, i)
	}
	return strings.TrimRight(text, " \n")
}

const (
	nel        = '\u0085'
	lineSep    = '\u2028'
	paraSep    = '\u2029'
	orderMark  = '\uFEFF'
	lastC1     = '\u009F'
	deleteRune = 0x7F
)

// firstUnclean is the index of the first byte that cleanFrom would change.
func firstUnclean(text string) int {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' || c == deleteRune {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n == 1, r <= lastC1, r == lineSep, r == paraSep:
			return i
		case r == orderMark && i == 0:
			return i
		}
		i += n
	}
	return len(text)
}

func cleanFrom(text string, start int) string {
	var b strings.Builder
	b.Grow(len(text))
	b.WriteString(text[:start])
	for i := start; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\r':
			b.WriteByte('\n')
			if strings.HasPrefix(text[i+n:], "\n") {
				n++
			}
		case r == '\v', r == '\f', r == nel, r == lineSep, r == paraSep:
			b.WriteByte('\n')
		case r == '\t':
			b.WriteByte(' ')
		case r < ' ' && r != '\n', r >= deleteRune && r <= lastC1:
		case r == orderMark && b.Len() == 0:
		case r == utf8.RuneError && n == 1:
		default:
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	return b.String()
}
