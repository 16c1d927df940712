package desk

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Rows are pasted as Excel copies cells with line breaks, and as a CSV file has
// them. What is left out keeps its titles above it.
func TestRowsPastedIntoLists(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	var last int64
	for text, want := range map[string]string{
		"Mobile\tMM1\tMM2\n07700900031\t\"Coach \"\"A\"\"\nback door\"\t5\" rim\nnobody\t\"x\ny\"\n": "+447700900031 Coach \"A\" back door|5\" rim; Mobile\tMM1\tMM2 / nobody\t\"x\ny\"",
		"\uFEFFMobile,MM1,MM2\r\n07700900031,\"A, B\",=\"007\"\r\n":                                  "+447700900031 A, B|007; Mobile\tMM1\tMM2",
		"07700900031;;;Ü;2\n": "+447700900031 Ü|2; ",
	} {
		var err error
		last, err = o.AddList(ctx, sam, "From "+text[:12])
		must(t, err)
		p, err := o.PasteIntoList(ctx, sam, last, text)
		must(t, err)
		all, _, err := o.Entries(ctx, sam, last, BookSearch{Limit: 10})
		must(t, err)
		if len(all) != 1 {
			t.Fatalf("%q gave %+v", text, all)
		}
		got := fmt.Sprintf("%s %s|%s; %s", all[0].Number, all[0].Mm1, all[0].Mm2, p.Head)
		for _, bad := range p.Bad {
			got += " / " + bad.Typed
		}
		if got != want {
			t.Errorf("%q gave %q, want %q", text, got, want)
		}
	}
	if p, err := o.PasteIntoList(ctx, sam, last, "07700900033\t\"Ann\n07700900034\tBo\"\n"); err != nil || p.Added != 2 {
		t.Errorf("quotation marks of two cells: %+v, %v", p, err)
	}
	if _, err := o.PasteIntoList(ctx, sam, last, "07700900031,\"Ann\n07700900032,Bo\n"); !errors.Is(err, ErrNothingPasted) || !strings.Contains(err.Error(), "never closed") {
		t.Errorf("a quotation mark that is not closed: %v", err)
	}
}
