package sheet

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNamesInOneCell(t *testing.T) {
	for cell, want := range map[string][]string{
		"":                         nil,
		"Year 4":                   {"Year 4"},
		"Year 4; Choir":            {"Year 4", "Choir"},
		"Year 4,Choir|Staff\nBoth": {"Year 4", "Choir", "Staff", "Both"},
		`"Smith; Co" ; Choir`:      {"Smith; Co", "Choir"},
		`"a ""b"" c";;`:            {`a "b" c`},
		`5" pipes; "open`:          {`5" pipes`, `"open`},
		`"A" class, B`:             {`"A" class`, "B"},
	} {
		if got := SplitNames(cell); !slices.Equal(got, want) {
			t.Errorf("%q holds %q, want %q", cell, got, want)
		}
	}
}

func TestNamesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return strings.TrimSpace(rapid.SampledFrom([]string{`"`, "a", ";", "x,y", `"q"`, "é"}).Draw(t, "begins") + rapid.StringOfN(rapid.RuneFrom([]rune(`ab ,;|"`)), 0, 6, -1).Draw(t, "rest"))
		}), 0, 4).Draw(t, "names")
		if got := SplitNames(JoinNames(names)); !slices.Equal(got, names) && len(got)+len(names) > 0 {
			t.Fatalf("%q came back as %q by way of %q", names, got, JoinNames(names))
		}
	})
}
