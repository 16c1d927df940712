package door

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// FromWindows decodes the values that are no UTF-8 and that nobody can take for
// anything but Windows-1252: old programs send their pound signs and accents so,
// and do not say it. What may be UTF-8 that was cut stays as it is, and is not
// [Parameters.Readable].
func (p Parameters) FromWindows() {
	for _, values := range p {
		for i, v := range values {
			if text, ok := fromWindows(v); ok {
				values[i] = text
			}
		}
	}
}

// lastOfWindows are the letters that may stand last, though they begin a
// character of UTF-8: those that West European words end in.
const lastOfWindows = "éèàùòìäöüåñæøßáíóúêç"

func fromWindows(v string) (string, bool) {
	if utf8.ValidString(v) {
		return "", false
	}
	last := 0 // the size of what may be the beginning of a character, at the end
	for i := 0; i < len(v); {
		switch v[i] {
		case 0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xFE, 0xFF, 0: // nothing, or a mark that begins UTF-16
			return "", false
		}
		r, n := utf8.DecodeRuneInString(v[i:])
		if r != utf8.RuneError && n > 1 {
			return "", false // this much is UTF-8
		}
		if n == 1 && r == utf8.RuneError && last == 0 && !utf8.FullRuneInString(v[i:]) {
			last = len(v) - i
		}
		i += n
	}
	text, err := charmap.Windows1252.NewDecoder().String(v)
	if err != nil {
		return "", false
	}
	end, _ := utf8.DecodeLastRuneInString(text)
	return text, last == 0 || last == 1 && strings.ContainsRune(lastOfWindows, end)
}
