package sms

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplitNumbers(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []Typed
	}{
		{"nothing", " \r\n, ;\t\n", nil},
		{"one", "07700 900123", []Typed{{"07700 900123", "07700 900123"}}},
		{"lines", "07700 900123\r\n07700 900456\n\n", bare("07700 900123", "07700 900456")},
		{"commas and semicolons", "07700900123,07700900456; +33 6 12 34 56 78", bare("07700900123", "07700900456", "+33 6 12 34 56 78")},
		{"two on a line", "07700 900123 07700 900456", bare("07700 900123", "07700 900456")},
		{"three on a line", "07700900123 07700900456 07700900789", bare("07700900123", "07700900456", "07700900789")},
		{"with signs", "+44 7700 900123 +44 7700 900456", bare("+44 7700 900123", "+44 7700 900456")},
		{"in groups of three", "0044 7700 900 123 0044 7700 900 456", bare("0044 7700 900 123", "0044 7700 900 456")},
		{"without zeros", "7700 900123 7700 900456", bare("7700 900123", "7700 900456")},
		{"with the country's code", "44 7700 900123 44 7700 900456", bare("44 7700 900123", "44 7700 900456")},
		{"French pairs", "06 12 34 56 78 06 12 34 56 79", bare("06 12 34 56 78", "06 12 34 56 79")},
		{"eight digits each", "91234567 91234568", bare("91234567", "91234568")},
		{"slash", "07700 900123 / 07700 900456", []Typed{{"07700 900123", "07700 900123"}, {"/ 07700 900456", "07700 900456"}}},
		{"and", "07700 900123 and 07700 900456", []Typed{{"07700 900123", "07700 900123"}, {"and 07700 900456", "07700 900456"}}},
		{"brackets", "(01632) 960123, +44 (0)7700 900123", bare("(01632) 960123", "+44 (0)7700 900123")},
		{"too long stays whole", "07700 900123 4567 89", bare("07700 900123 4567 89")},
		{"German spelling", "+49 1512 34 56 78 09", bare("+49 1512 34 56 78 09")},
		{"odd spaces", "07700\u00A0900123\u202C", []Typed{{"07700\u00A0900123\u202C", "07700\u00A0900123"}}},
		{"address book", "Jo Smith <07700 900123>; Al <+447700900456>", []Typed{{"Jo Smith <07700 900123>", "07700 900123"}, {"Al <+447700900456>", "+447700900456"}}},
		{"name first", "Jo Smith 07700 900123", []Typed{{"Jo Smith 07700 900123", "07700 900123"}}},
		{"name and comma", "Jo Smith, 07700 900123\nAl,07700 900456", []Typed{{"Jo Smith, 07700 900123", "07700 900123"}, {"Al,07700 900456", "07700 900456"}}},
		{"name last", "07700 900123 (mum)", []Typed{{"07700 900123 (mum)", "07700 900123"}}},
		{"a label", "Mob: 07700 900123", []Typed{{"Mob: 07700 900123", "07700 900123"}}},
		{"a stray name", "07700 900123, Bob, Sue", bare("07700 900123", "Bob", "Sue")},
		{"only names", "Bob, Sue\nAl", bare("Bob", "Sue", "Al")},
		{"a column with a heading", "Mobile\n07700 900123\n7700900456", bare("Mobile", "07700 900123", "7700900456")},
		{"two columns", "Jo Smith\t07700 900123\nAl\t07700 900456", []Typed{{"Jo Smith\t07700 900123", "07700 900123"}, {"Al\t07700 900456", "07700 900456"}}},
		{"number first", "07700 900123\tJo Smith\t7B", []Typed{{"07700 900123\tJo Smith\t7B", "07700 900123"}}},
		{"a row without a number", "Jo Smith\t7B\t", bare("Jo Smith\t7B")},
		{"quoted", `"07700 900123","07700 900456"`, []Typed{{`"07700 900123"`, "07700 900123"}, {`"07700 900456"`, "07700 900456"}}},
		{"numbered", "1. 07700 900123\n12) +44 7700 900456", []Typed{{"1. 07700 900123", "07700 900123"}, {"12) +44 7700 900456", "+44 7700 900456"}}},
		{"Excel's loss", "4.47701E+11\nJo 4.48E+11", []Typed{{"4.47701E+11", "4.47701E+11"}, {"Jo 4.48E+11", "4.48E+11"}}},
		{"extension", "0113 496 0000 ext 12, 07700 900123 x4", bare("0113 496 0000 ext 12", "07700 900123 x4")},
		{"short code", "60777, 07700 900123", bare("60777", "07700 900123")},
		{"tel", "tel:+447700900123", []Typed{{"tel:+447700900123", "+447700900123"}}},
		{"Arabic", "٠٧٧٠٠ ٩٠٠١٢٣، ٠٧٧٠٠ ٩٠٠٤٥٦", bare("٠٧٧٠٠ ٩٠٠١٢٣", "٠٧٧٠٠ ٩٠٠٤٥٦")},
		{"line separator", "07700 900123\u202807700 900456", bare("07700 900123", "07700 900456")},
		{"not UTF-8", "\xe9 07700 900123\n\xff", []Typed{{"\xe9 07700 900123", "07700 900123"}, {"\xff", "\xff"}}},
	} {
		if diff := cmp.Diff(c.want, SplitNumbers(c.text)); diff != "" {
			t.Errorf("%s: SplitNumbers(%q) (-want +got)\n%s", c.name, c.text, diff)
		}
	}
}

// TestSplitNumbersFindsWhatWasJoined joins numbers in every usual way and
// expects them back, in order.
func TestSplitNumbersFindsWhatWasJoined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		// One person writes all numbers of a list alike.
		front := rapid.SampledFrom([]string{"0", "+44 ", "+44", "+44 (0)", "0044 ", "44", ""}).Draw(t, "front")
		shape := rapid.SampledFrom([]string{"%s%s", "%s %s", "%s-%s", "%s.%s", "%s\u00A0%s"}).Draw(t, "shape")
		name := rapid.SampledFrom([]string{"", "Jo Smith ", "Jo Smith\t", "Jo <"}).Draw(t, "name")
		between := rapid.SampledFrom([]string{"\n", "\r\n", ",", ", ", ";", " ; ", " ", "  ", "\u00A0", " / "}).Draw(t, "between")
		if strings.Contains(name, "\t") {
			between = "\n" // a row each
		}
		var text strings.Builder
		var want, got []MSISDN
		for i := range n {
			rest := fmt.Sprintf("%06d", rapid.IntRange(0, 999999).Draw(t, "rest"))
			want = append(want, MSISDN("+447700"+rest))
			if i > 0 {
				text.WriteString(between)
			}
			text.WriteString(name + front + fmt.Sprintf(shape, "7700", rest))
		}
		for _, typed := range SplitNumbers(text.String()) {
			m, err := ParseMSISDN(typed.Number, "GB")
			if err != nil {
				t.Fatalf("SplitNumbers(%q): %v", text.String(), err)
			}
			got = append(got, m)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("SplitNumbers(%q) (-want +got)\n%s", text.String(), diff)
		}
	})
}

func bare(numbers ...string) []Typed {
	var all []Typed
	for _, n := range numbers {
		all = append(all, Typed{n, n})
	}
	return all
}

func FuzzSplitNumbers(f *testing.F) {
	for _, s := range []string{
		"07700 900123 07700 900456", "Jo <07700 900123>; 60777", "Jo\t07700 900123\t7B\r\n", "4.48E+11", "1. +44 (0)7700 900123 ext 4",
		"+++1+2E+3E", "\u2028\xe2\x80", "06 12 34 56 78 06 12 34 56 78", "((((+(", "Bob,,;\t|",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := SplitNumbers(text)
		done := 0
		for _, typed := range all {
			if typed.Number == "" || !strings.Contains(typed.Raw, typed.Number) {
				t.Fatalf("SplitNumbers(%q): %+v", text, typed)
			}
			start := offset(text, typed.Raw)
			if start < done || start+len(typed.Raw) > len(text) {
				t.Fatalf("SplitNumbers(%q): %q is not in its place", text, typed.Raw)
			}
			if lost := kept(text[done:start]); lost != "" {
				t.Fatalf("SplitNumbers(%q) loses %q", text, lost)
			}
			done = start + len(typed.Raw)
		}
		if lost := kept(text[done:]); lost != "" {
			t.Fatalf("SplitNumbers(%q) loses %q", text, lost)
		}
	})
}

// offset is where part, which shares its bytes with text, starts.
func offset(text, part string) int {
	return int(uintptr(unsafe.Pointer(unsafe.StringData(part))) - uintptr(unsafe.Pointer(unsafe.StringData(text))))
}

// kept is what of a text SplitNumbers must not drop.
func kept(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(separators+"\n\r\u2028\u2029", r)
	})
}

func BenchmarkSplitNumbers(b *testing.B) {
	const size = 1 << 20
	for _, c := range []struct{ name, unit string }{
		{"column", "07700 900123\n"},
		{"one line", "07700 900123 "},
		{"names", "Jo Smith\t07700 900123\n"},
		{"commas", "07700900123, "},
		{"names on one line", "Jo, "},
		{"digits", "1"},
		{"plus signs", "+"},
		{"exponents", "1E+"},
		{"brackets", "("},
	} {
		b.Run(c.name, func(b *testing.B) {
			text := strings.Repeat(c.unit, size/len(c.unit))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				SplitNumbers(text)
			}
		})
	}
}
