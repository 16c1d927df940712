package gsm

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing to do", "Dear Jo,\n\nsee you.", "Dear Jo,\n\nsee you."},
		{"a textarea's line ends", "a\r\nb\rc\n", "a\nb\nc"},
		{"CR CR LF", "a\r\r\nb", "a\n\nb"},
		{"rare line ends", "a\vb\fc\u0085d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"},
		{"a tab", "a\tb", "a b"},
		{"controls", "a\x00\x1b\x07b\x7f\u0080\u009fc", "abc"},
		{"a byte order mark", "\uFEFFa", "a"},
		{"the same later on", "a\uFEFFb", "a\uFEFFb"},
		{"Latin-1", "caf\xe9 \xa3", "caf"},
		{"a lone surrogate", "a\xed\xa0\xbdb", "ab"},
		{"U+FFFD as such", "a\uFFFDb", "a\uFFFDb"},
		{"leading space stays", "  a", "  a"},
		{"trailing goes", "a \t\r\n\n ", "a"},
		{"only space", " \r\n", ""},
		{"emoji", "👩‍👧❤️", "👩‍👧❤️"},
	} {
		if got := Clean(c.text); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"café £5 à Ñandú", "café £5 à Ñandu"},
		{"Don’t – “ever” — wait…", `Don't - "ever" - wait...`},
		{"a\u00A0b\u202Fc\td\u3000e", "a b c d e"},
		{"in\u00ADvis\u200Bible\u2060\uFEFF", "invisible"},
		{"• one\n● two\n· three", "- one\n- two\n- three"},
		{"ﬁne ﬂat Œuvre œuf Ĳ", "fine flat OEuvre oeuf IJ"},
		{"ê ë ç Ç Ł ő ŵ ŷ Ś ž Đ þ ẞ ı", "e e c Ç L o w y S z D th SS i"},
		{"Tiếng Việt", "Tieng Viet"},
		{"e\u0301 E\u0302 q\u0301", "é E q"},
		{"5 × 3 − 2 ® ™ ½ 1½ m² 10² `x´", "5 x 3 - 2 (R) TM 1/2 1 1/2 m2 10² 'x'"},
		{"ＡＢＣ１２３！", "ABC123!"},
		{"1️⃣ first", "1 first"},
		{"\u202A07700 900123\u202C", "07700 900123"},
		{"20°C", "20°C"},
		{"Привет, мир 😀", "Привет, мир 😀"},
		{"❤️ 👩‍👧 й", "❤️ 👩‍👧 й"},
		{"שלום\u200F!", "שלום\u200F!"},
		{"", ""},
		// 70 ellipses fit in one part, 210 dots do not.
		{strings.Repeat("…", 70), strings.Repeat("…", 70)},
	} {
		if got := Plain(c.text); got != c.want {
			t.Errorf("Plain(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPlainReplacementsArePlain(t *testing.T) {
	for r, s := range plainOf {
		if !IsGSM(s) || IsGSM(string(r)) {
			t.Errorf("%U becomes %q", r, s)
		}
	}
}

func TestPlainProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkPlain(t, texts().Draw(t, "text")) })
}

type failer interface{ Fatalf(string, ...any) }

func checkPlain(t failer, text string) {
	plain := Plain(text)
	if again := Plain(plain); again != plain {
		t.Fatalf("Plain(%q) = %q, once more %q", text, plain, again)
	}
	if was, is := Count(text), Count(plain); is.Parts > was.Parts {
		t.Fatalf("Plain(%q) = %q takes %d parts, was %d", text, plain, is.Parts, was.Parts)
	}
}

func checkClean(t failer, text string) {
	clean := Clean(text)
	if !utf8.ValidString(clean) || strings.ContainsAny(clean, "\r\t\x1b\x00") {
		t.Fatalf("Clean(%q) = %q", text, clean)
	}
	if again := Clean(clean); again != clean {
		t.Fatalf("Clean(%q) = %q, once more %q", text, clean, again)
	}
	if Count(clean).Units > Count(text).Units*2 {
		t.Fatalf("Clean(%q) grew to %q", text, clean)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "caf\xe9", "“x” – 1½…", "и\u00AD\u0306", "👩‍👧", strings.Repeat("€", 81), "\uFEFF\uFEFFa"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkClean(t, text)
		checkPlain(t, text)
		checkPlain(t, Clean(text))
		s := Count(text)
		alone, many := septetsAlone, septetsInMany
		if s.Alphabet == UCS2 {
			alone, many = unitsAlone, unitsInMany
		}
		switch {
		case (s.Parts == 0) != (text == ""), s.Left < 0:
			t.Fatalf("Count(%q) = %+v", text, s)
		case s.Parts <= 1 && s.Units+s.Left != alone:
			t.Fatalf("Count(%q) = %+v, does not fill one part", text, s)
		case s.Parts > 1 && (s.Units <= alone || s.Units+s.Left > s.Parts*many || s.Units+s.Left <= s.Parts*(many-1)):
			t.Fatalf("Count(%q) = %+v, does not fill its parts", text, s)
		}
	})
}

func BenchmarkPlain(b *testing.B) {
	text := strings.Repeat("Don’t forget – 5 pm… ", 5)
	b.ReportAllocs()
	for b.Loop() {
		Plain(text)
	}
}

func BenchmarkClean(b *testing.B) {
	text := strings.Repeat("Dear Jo, see you at 5 pm.\n", 5) + "x"
	b.ReportAllocs()
	for b.Loop() {
		Clean(text)
	}
}
