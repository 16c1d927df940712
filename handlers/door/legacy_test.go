package door

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

func TestOldProgramsAccentsAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"caf\xe9":                  "café",
		"It costs \xa35 \x96 \x80": "It costs £5 – €",
		"\xa3\xa3":                 "££",
		"Zo\xeb is \x93here\x94":   "Zoë is “here”",
		"J\xfcrgen\nWei\xdf":       "Jürgen\nWeiß",
		// UTF-8 that was cut, marked as UTF-16, or mixed, and what is no text.
		"plain": "", "café": "", "caf\xc3": "", "it\xe2": "", "it\xe2\x80": "", "café\xe9": "", "日本\xe8": "", "\xff\xfe": "", "x\x81y": "", "\xe9\x00": "", "": "",
	} {
		got, ok := fromWindows(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v", in, got, ok)
		}
	}
}

// Whatever is read so is what Windows would have written, and UTF-8 is never
// touched, wherever it is cut.
func FuzzFromWindows(f *testing.F) {
	for _, s := range []string{"caf\xe9", "\xa3", "é", "日本", "a\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, ok := fromWindows(s)
		if !ok {
			return
		}
		back, err := charmap.Windows1252.NewEncoder().String(text)
		if err != nil || back != s || !utf8.ValidString(text) || utf8.ValidString(s) {
			t.Errorf("%q is read as %q", s, text)
		}
	})
}
