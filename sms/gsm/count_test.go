package gsm

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/warthog618/sms/encoding/gsm7"
	"github.com/warthog618/sms/encoding/tpdu"
	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	rep := strings.Repeat
	for _, c := range []struct {
		name, text string
		want       Size
	}{
		{"nothing", "", Size{GSM7, 0, 0, 160}},
		{"one letter", "a", Size{GSM7, 1, 1, 159}},
		{"a full part", rep("a", 160), Size{GSM7, 160, 1, 0}},
		{"one over", rep("a", 161), Size{GSM7, 161, 2, 145}},
		{"two full parts", rep("a", 306), Size{GSM7, 306, 2, 0}},
		{"one over two", rep("a", 307), Size{GSM7, 307, 3, 152}},
		{"three full parts", rep("a", 459), Size{GSM7, 459, 3, 0}},
		{"one over three", rep("a", 460), Size{GSM7, 460, 4, 152}},
		{"two-septet characters", rep("€", 80), Size{GSM7, 160, 1, 0}},
		{"two-septet characters, one over", rep("€", 81), Size{GSM7, 162, 2, 143}},
		{"an escape pair on the edge", rep("a", 152) + "€" + rep("a", 152), Size{GSM7, 306, 3, 152}},
		{"a line end", "a\r\nb", Size{GSM7, 4, 1, 156}},
		{"the extension table", "\f^{}[]~|\\€", Size{GSM7, 20, 1, 140}},
		{"a capital cedilla is GSM", "Ç", Size{GSM7, 1, 1, 159}},
		{"a small one is not", "ç", Size{UCS2, 1, 1, 69}},
		{"a circumflex is not", "ê", Size{UCS2, 1, 1, 69}},
		{"a backtick is not", "`", Size{UCS2, 1, 1, 69}},
		{"a bare escape is not", "\x1b", Size{UCS2, 1, 1, 69}},
		{"Cyrillic, a full part", rep("ж", 70), Size{UCS2, 70, 1, 0}},
		{"Cyrillic, one over", rep("ж", 71), Size{UCS2, 71, 2, 63}},
		{"Cyrillic, two full parts", rep("ж", 134), Size{UCS2, 134, 2, 0}},
		{"Cyrillic, one over two", rep("ж", 135), Size{UCS2, 135, 3, 66}},
		{"emoji, a full part", rep("😀", 35), Size{UCS2, 70, 1, 0}},
		{"emoji, one over", rep("😀", 36), Size{UCS2, 72, 2, 61}},
		{"emoji, two full parts", rep("😀", 66), Size{UCS2, 132, 2, 1}},
		{"emoji, one over two", rep("😀", 67), Size{UCS2, 134, 3, 65}},
		{"a surrogate pair on the edge", rep("ж", 66) + "😀" + rep("ж", 66), Size{UCS2, 134, 3, 66}},
		{"the dear letter last", rep("a", 160) + "ж", Size{UCS2, 161, 3, 40}},
		{"not UTF-8", "caf\xe9", Size{UCS2, 4, 1, 66}},
	} {
		if got := Count(c.text); got != c.want {
			t.Errorf("%s: Count = %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestTables compares the tables with the library over all of Unicode.
func TestTables(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if r == escape {
			continue
		}
		want := 0
		if enc, err := gsm7.Encode([]byte(string(r))); err == nil && utf8.ValidRune(r) {
			want = len(enc)
		}
		if got := width(r); got != want {
			t.Errorf("%U takes %d septets, the library says %d", r, got, want)
		}
	}
}

// TestCountAgreesWithLibrary segments the same text with the library and walks
// its parts.
func TestCountAgreesWithLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		got := Count(text)
		data, _, alphabet := tpdu.EncodeUserData([]byte(text))
		pdu, err := tpdu.New(tpdu.SmsSubmit)
		if err != nil {
			t.Fatal(err)
		}
		perUnit, alone, many := 1, septetsAlone, septetsInMany
		if alphabet == tpdu.AlphaUCS2 {
			dcs, err := pdu.DCS.WithAlphabet(alphabet)
			if err != nil {
				t.Fatal(err)
			}
			pdu.SetDCS(byte(dcs))
			perUnit, alone, many = 2, unitsAlone, unitsInMany
		}
		parts := pdu.Segment(data)
		if (got.Alphabet == UCS2) != (alphabet == tpdu.AlphaUCS2) || got.Parts != len(parts) || got.Units != len(data)/perUnit {
			t.Fatalf("Count = %+v, the library makes %d parts of %d units in alphabet %v", got, len(parts), len(data)/perUnit, alphabet)
		}
		if IsGSM(text) != (got.Alphabet == GSM7) || (len(Costly(text)) == 0) != IsGSM(text) {
			t.Fatalf("Count, IsGSM and Costly disagree on %q", text)
		}
		limit := alone
		if len(parts) > 1 {
			limit = many
		}
		left := limit
		for i, p := range parts {
			left = limit - len(p.UD)/perUnit
			if left < 0 || i < len(parts)-1 && left > 1 {
				t.Fatalf("part %d of %d has %d units left", i+1, len(parts), left)
			}
		}
		if got.Left != left {
			t.Fatalf("Count = %+v, the last part has %d left", got, left)
		}
	})
}

func TestCostly(t *testing.T) {
	if got := string(Costly("“Zoë’s” café – “ŵ” €5 [ok]\x1b")); got != "“ë’”–ŵ\x1b" {
		t.Errorf("Costly = %q", got)
	}
	if Costly("plain café €") != nil {
		t.Error("a GSM text has costly characters")
	}
}

func TestCountDoesNotAllocate(t *testing.T) {
	for _, text := range []string{strings.Repeat("a€", 500), strings.Repeat("é", 100), strings.Repeat("ж😀", 500)} {
		if n := testing.AllocsPerRun(10, func() { Count(text) }); n != 0 {
			t.Errorf("Count allocates %v times", n)
		}
	}
}

// texts draws cleaned texts that crowd the edges of parts.
func texts() *rapid.Generator[string] {
	char := rapid.OneOf(
		rapid.SampledFrom([]rune("a€^{}é\n Ç")),
		rapid.SampledFrom([]rune("aaaaaaaaaaaaa€“”ê…½ﬁ\u00A0\u200B\u0301\u200D\uFE0F😀жЛ")),
		rapid.Rune(),
	)
	return rapid.Custom(func(t *rapid.T) string {
		head := strings.Repeat(rapid.SampledFrom([]string{"a", "€", "ж", "😀", "…"}).Draw(t, "head"), rapid.IntRange(0, 320).Draw(t, "times"))
		tail := rapid.SliceOfN(char, 0, 200).Draw(t, "tail")
		return Clean(head + string(tail))
	})
}

func BenchmarkCount(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"100 plain", strings.Repeat("Dear Jo, ", 12)[:100]},
		{"100 accented", strings.Repeat("é€abcdefgh", 10)},
		{"100 Cyrillic", strings.Repeat("ж", 100)},
		{"459 plain", strings.Repeat("a", 459)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Count(c.text)
			}
		})
	}
}
