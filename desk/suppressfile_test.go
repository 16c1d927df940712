package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"textdesk/sheet"
	"textdesk/sms"
)

// opened keeps a file and opens it.
func (o *office) opened(t *testing.T, text string) *NumbersFile {
	t.Helper()
	up, err := o.KeepUpload(o.admin, "list.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	file, err := o.ReadNumbers(t.Context(), up, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestSuppressFile(t *testing.T) {
	o := newOffice(t)
	if _, err := o.Suppress(t.Context(), o.admin, "07700 900001", "Asked before"); err != nil {
		t.Fatal(err)
	}
	file := o.opened(t, "Name,Mobile No,Reason for it\r\nAnn,07700 900001,\r\nBen,07700 900002,Asked by letter\r\n"+
		"Cy,07700 9000,\r\nDi,,\r\nEd,07700 900003 / 07700 900004,\r\nFi,+447700900002,\r\nGi,4.47701E+11,\r\n")
	if got := ReasonColumn(file.Titles); got != 2 || file.Guess.Column != 1 {
		t.Fatalf("the reasons are in column %d, the numbers in %d", got, file.Guess.Column)
	}
	s := SuppressFile{Number: 1, Reason: 2}
	var rows []int
	collect := func(r LeftOutRow) error {
		rows = append(rows, r.Row)
		if r.Why == "" {
			t.Errorf("row %d is left out without saying why", r.Row)
		}
		return nil
	}
	want := SuppressCounts{Added: 3, Known: 1, Repeated: 1, LeftOut: 3, NoReason: 3, Rows: 7}
	counts, err := o.CheckSuppressFile(t.Context(), o.admin, file, s, collect)
	if err != nil || counts != want || !slices.Equal(rows, []int{4, 5, 8}) {
		t.Errorf("dry: %+v %v %v", counts, rows, err)
	}
	if _, err := o.SuppressFile(t.Context(), o.admin, file, s); !errors.Is(err, ErrReasonBlank) {
		t.Errorf("without a reason for some: %v", err)
	}
	if n, err := o.store.CountSuppressions(t.Context()); err != nil || n != 1 {
		t.Errorf("a refused file put %d numbers on the list: %v", n, err)
	}
	s.Why = "From our old list"
	counts, err = o.SuppressFile(t.Context(), o.admin, file, s)
	if err != nil || counts != want {
		t.Errorf("%+v %v", counts, err)
	}
	for number, why := range map[sms.MSISDN]string{"+447700900001": "Asked before", "+447700900002": "Asked by letter", "+447700900003": "From our old list", "+447700900004": "From our old list"} {
		if got, err := o.Suppression(t.Context(), o.admin, number); err != nil || got.Reason != why || int64(got.AddedBy) != o.admin.User.ID {
			t.Errorf("%s: %+v %v", number, got, err)
		}
	}
	// Once more changes nothing.
	if counts, err = o.SuppressFile(t.Context(), o.admin, file, s); err != nil || counts.Added != 0 || counts.Known != 4 {
		t.Errorf("again: %+v %v", counts, err)
	}
	var listed []string
	err = o.EachSuppression(t.Context(), o.admin, func(s SuppressedNumber, by string) error {
		listed = append(listed, string(s.Number)+" "+by)
		return nil
	})
	if err != nil || len(listed) != 4 || listed[0] != "+447700900001 admin" || !slices.IsSorted(listed) {
		t.Errorf("%q %v", listed, err)
	}
}

func TestSuppressFileIsForAdministrators(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	file := o.opened(t, "07700 900001\n")
	_, check := o.CheckSuppressFile(t.Context(), jo, file, SuppressFile{Reason: NoColumn}, nil)
	_, do := o.SuppressFile(t.Context(), jo, file, SuppressFile{Reason: NoColumn, Why: "x"})
	list := o.EachSuppression(t.Context(), jo, nil)
	for what, err := range map[string]error{"looks": check, "imports": do, "exports": list} {
		if !errors.Is(err, ErrForbidden) {
			t.Errorf("an ordinary user %s: %v", what, err)
		}
	}
	if _, err := o.SuppressFile(t.Context(), o.admin, file, SuppressFile{Number: 3, Reason: NoColumn, Why: "x"}); !errors.Is(err, ErrNothingPasted) {
		t.Errorf("a column without numbers: %v", err)
	}
	if _, err := o.SuppressFile(t.Context(), o.admin, file, SuppressFile{Reason: NoColumn, Why: strings.Repeat("x", 501)}); !errors.Is(err, ErrTooLong) {
		t.Errorf("a long reason: %v", err)
	}
}

func TestSuppressALargeFile(t *testing.T) {
	o := newOffice(t)
	var text strings.Builder
	text.WriteString("mobile,why\n")
	n := 3*suppressStep + 7
	for i := range n {
		fmt.Fprintf(&text, "%s,%s\n", number(i), strings.Repeat("é", i%400))
	}
	file := o.opened(t, text.String())
	counts, err := o.SuppressFile(t.Context(), o.admin, file, SuppressFile{Number: 0, Reason: 1, Why: "Old list"})
	if err != nil || counts.Added != n || counts.Known != 0 || counts.LeftOut != 0 {
		t.Fatalf("%+v %v", counts, err)
	}
	each := 0
	err = o.EachSuppression(t.Context(), o.admin, func(s SuppressedNumber, _ string) error {
		if each++; len(s.Reason) > maxBookField || s.Reason == "" {
			t.Fatalf("%s has a reason of %d bytes", s.Number, len(s.Reason))
		}
		return nil
	})
	if err != nil || each != n {
		t.Errorf("%d are listed, want %d: %v", each, n, err)
	}
}

func TestSearchForSuppressions(t *testing.T) {
	o := newOffice(t)
	for text, why := range map[string]string{"07700 900001": "Asked at the front desk", "07700 900002": "100% sure", "07700 900103": "Moved away"} {
		if _, err := o.Suppress(t.Context(), o.admin, text, why); err != nil {
			t.Fatal(err)
		}
	}
	for typed, want := range map[string]int{"": 3, "07700 9000": 2, "FRONT": 1, "100%": 1, "%": 1, "_": 0, "nothing": 0, "+44 7700 900103": 1} {
		found, _, _, err := o.Suppressions(t.Context(), o.admin, BookSearch{Search: typed, Limit: 10})
		if err != nil || len(found) != want {
			t.Errorf("%q finds %d, want %d: %v", typed, len(found), want, err)
		}
	}
}
