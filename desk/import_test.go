package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// begin uploads a file and has it checked with the columns that were guessed.
func (o *office) begin(t *testing.T, a Actor, name, text string) db.Import {
	t.Helper()
	id, err := o.BeginImport(t.Context(), a, name, strings.NewReader(text))
	must(t, err)
	f, err := o.ImportFile(t.Context(), a, id)
	must(t, err)
	must(t, f.Close())
	must(t, o.CheckImport(t.Context(), a, id, f.Plan.Columns))
	must(t, o.WorkImports(t.Context()))
	return o.imported(t, a, id)
}

func (o *office) imported(t *testing.T, a Actor, id int64) db.Import {
	t.Helper()
	row, err := o.Import(t.Context(), a, id)
	must(t, err)
	return row
}

// finish runs an import that was checked.
func (o *office) finish(t *testing.T, a Actor, id int64, say ImportAnswers) db.Import {
	t.Helper()
	must(t, o.StartImport(t.Context(), a, id, say))
	must(t, o.WorkImports(t.Context()))
	return o.imported(t, a, id)
}

// written is somebody's address book as text: a line for each contact with its
// groups.
func (o *office) written(t *testing.T, a Actor) string {
	t.Helper()
	var b strings.Builder
	after := BookSearch{Limit: 500}
	for {
		people, paging, err := o.Contacts(t.Context(), a, after)
		must(t, err)
		for _, p := range people {
			c, groups, err := o.Contact(t.Context(), a, p.ID)
			must(t, err)
			fmt.Fprintf(&b, "%s %s %s %s", c.Name, c.Number, c.Email, c.Fields)
			for _, g := range groups {
				b.WriteString(" #" + g.Name)
			}
			b.WriteString("\n")
		}
		if paging.Next == "" {
			return b.String()
		}
		after.After = paging.Next
	}
}

const parentsCSV = "Pupil;Surname;Mobile No;E-mail;Yr Group;Groups;Notes\r\n" +
	"Ann;Lee;07700 900123;ann@home.example;4B;Choir, Year 4;knows the caretaker and has talked to him about the boiler more than once this year, twice\r\n" +
	"Ben;Ray;7700900124;;4B;Year 4;\r\n" +
	"Cid;Poe;4.48E+11;;4A;;\r\n" +
	"Dan;Fox;+44 (0)7700 900125;nonsense;4A;;\r\n" +
	"Eve;Orr;020 7946 0000;;;;\r\n" +
	"Flo;Ash;0033 6 12 34 56 78;;;;\r\n" +
	"Ann;Lee;447700900123;;;Football;\r\n" +
	"Gus;Elm;;;;;\r\n" +
	"Hal;Oak;4.47700900126E+11;;;;\r\n"

func TestImport(t *testing.T) {
	o := newOffice(t)
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	_, err := o.AddContact(t.Context(), sam, ContactForm{Name: "Old Ben", Number: "07700900124", Email: "ben@old.example"})
	must(t, err)
	_, err = o.AddContact(t.Context(), sam, ContactForm{Name: "Dan Fox", Number: "07700900199"})
	must(t, err)
	_, err = o.Suppress(t.Context(), o.admin, "07700900125", "asked")
	must(t, err)
	before := o.written(t, sam)
	o.pass(time.Hour)

	row := o.begin(t, sam, "parents.csv", parentsCSV)
	var uses []string
	for _, c := range planOf(row).Columns {
		uses = append(uses, string(c.Use)+c.Field)
	}
	if got := strings.Join(uses, " "); got != "first last number email fieldYr Group groups ignore" {
		t.Errorf("columns: %s", got)
	}
	f := FindingsOf(row)
	if row.State != ImportChecked || f.Rows != 9 || f.New != 4 || f.SameNumber != 1 || f.Repeated != 1 || f.ToFix != 3 || f.SameName != 1 || f.Suppressed != 1 || f.LostZero != 1 || f.Abroad != 1 || f.Partly != 1 {
		t.Errorf("%s: found %+v", row.State, f)
	}
	var groups []string
	for _, g := range f.Groups {
		groups = append(groups, fmt.Sprintf("%s %d %v", g.Name, g.Count, g.New))
	}
	if got := strings.Join(groups, " "); got != "Year 4 2 true Choir 1 true Football 1 true" {
		t.Errorf("groups: %s", got)
	}
	if got := o.written(t, sam); got != before {
		t.Errorf("the dry run left\n%s", got)
	}

	row = o.finish(t, sam, row.ID, ImportAnswers{SameNumber: SameUpdate, NewGroup: "  Spring  intake "})
	want := `Ann Lee +447700900123 ann@home.example {"Yr Group":"4B"} #Choir #Football #Spring intake #Year 4
Ben Ray +447700900124 ben@old.example {"Yr Group":"4B"} #Spring intake #Year 4
Dan Fox +447700900199  {}
Dan Fox +447700900125  {"Yr Group":"4A"} #Spring intake
Flo Ash +33612345678  {} #Spring intake
Hal Oak +447700900126  {} #Spring intake
`
	if got := o.written(t, sam); got != want {
		t.Errorf("the address book is\n%s", got)
	}
	if row.State != ImportFinished || row.RowsTotal != 9 || row.RowsDone != 9 || row.NNew != 4 || row.NUpdated != 1 || row.NSuccess != 4 || row.NDuplicateNumber != 1 || row.NPartial != 1 || row.NFailed != 3 || row.NRepaired != 1 {
		t.Errorf("counted %+v", row)
	}
	var fix []string
	must(t, o.EachRowToFix(t.Context(), sam, row.ID, func(line int64, cells []string, problem string) error {
		fix = append(fix, fmt.Sprintf("%d %s: %s", line, cells[0], problem))
		return nil
	}))
	for i, want := range []string{"4 Cid: “4.48E+11” was shortened by Excel", "5 Dan: “nonsense” is not an e-mail address", "6 Eve: “020 7946 0000” is a landline", "9 Gus: There is no number in this row."} {
		if i >= len(fix) || !strings.HasPrefix(strings.ReplaceAll(strings.ReplaceAll(fix[i], `: "`, ": “"), `" `, "” "), want) {
			t.Errorf("row to fix %d: %v, want %s", i, fix, want)
			break
		}
	}
	if files, err := os.ReadDir(filepath.Join(o.dir, ImportDirectory)); err != nil || len(files) > 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}

	// Nobody else can see or undo it; whoever is above can.
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	if err := o.UndoImport(t.Context(), jo, row.ID); !errors.Is(err, ErrUnknownImport) {
		t.Errorf("jo undid it: %v", err)
	}
	// Hal is changed by hand, Flo joins a group: both stay.
	o.pass(time.Hour)
	o.change(t, sam, "Hal Oak", func(id int64) {
		must(t, o.ChangeContact(t.Context(), sam, id, ContactForm{Name: "Hal Oakley", Number: "07700900126"}))
	})
	o.change(t, sam, "Flo Ash", func(id int64) {
		own, err := o.AddGroup(t.Context(), sam, "French")
		must(t, err)
		_, err = o.AddToGroup(t.Context(), sam, own, []int64{id})
		must(t, err)
	})
	must(t, o.UndoImport(t.Context(), sam, row.ID))
	must(t, o.WorkImports(t.Context()))
	row = o.imported(t, sam, row.ID)
	want = strings.Replace(before, "Old Ben", "Flo Ash +33612345678  {} #French #Spring intake\nHal Oakley +447700900126  {} #Spring intake\nOld Ben", 1)
	if got := o.written(t, sam); got != want || row.State != ImportUndone || row.NUndone != 3 || row.NKept != 2 {
		t.Errorf("undone %d, kept %d, %s:\n%s\nwant\n%s", row.NUndone, row.NKept, row.State, got, want)
	}
	if err := o.UndoImport(t.Context(), sam, row.ID); !errors.Is(err, ErrImportNotUndone) {
		t.Errorf("undone twice: %v", err)
	}
	all, _, err := o.Groups(t.Context(), sam, BookSearch{Limit: 10})
	must(t, err)
	if len(all) != 2 {
		t.Errorf("groups %v", all)
	}
}

func (o *office) change(t *testing.T, a Actor, name string, do func(id int64)) {
	t.Helper()
	people, _, err := o.Contacts(t.Context(), a, BookSearch{Search: name, Limit: 2})
	must(t, err)
	if len(people) != 1 {
		t.Fatalf("%s: %v", name, people)
	}
	do(people[0].ID)
}

func TestWhatBecomesOfSameNumbers(t *testing.T) {
	const file = "Name,Mobile,Group\nBen Two,07700900124,Choir\nBen Three,07700900124,Choir\n"
	for how, want := range map[string]string{
		SameUpdate: "Ben Two +447700900124 old@x.example {} #Choir\n",
		SameKeep:   "Ben +447700900124 old@x.example {} #Choir\n",
		SameSkip:   "Ben +447700900124 old@x.example {}\n",
		SameAdd:    "Ben +447700900124 old@x.example {}\nBen Three +447700900124  {} #Choir\nBen Two +447700900124  {} #Choir\n",
	} {
		o := newOffice(t)
		_, err := o.AddContact(t.Context(), o.admin, ContactForm{Name: "Ben", Number: "07700900124", Email: "old@x.example"})
		must(t, err)
		before := o.written(t, o.admin)
		o.pass(time.Hour)
		row := o.begin(t, o.admin, "x.csv", file)
		row = o.finish(t, o.admin, row.ID, ImportAnswers{SameNumber: how})
		if got := o.written(t, o.admin); got != want {
			t.Errorf("%s: %s", how, got)
		}
		if how != SameSkip {
			must(t, o.UndoImport(t.Context(), o.admin, row.ID))
			must(t, o.WorkImports(t.Context()))
		}
		if got := o.written(t, o.admin); got != before {
			t.Errorf("%s, undone: %s", how, got)
		}
	}
}

// An import that is stopped between any two of its transactions goes on from
// there, and ends as one that was not.
func TestImportGoesOnWhereItWas(t *testing.T) {
	o := newOffice(t)
	var file strings.Builder
	file.WriteString("Name,Mobile,Class\n")
	const rows = 12_000
	for i := range rows {
		fmt.Fprintf(&file, "Person %d,07%09d,%d\n", i, 400_000_000+(i*7919)%11_000, i%30)
	}
	row := o.begin(t, o.admin, "many.csv", file.String())
	must(t, o.StartImport(t.Context(), o.admin, row.ID, ImportAnswers{}))
	row = o.imported(t, o.admin, row.ID)
	for stops := 0; ; stops++ {
		ctx, stop := context.WithCancel(t.Context())
		go func() { // after the first transaction or later
			for {
				if now := o.imported(t, o.admin, row.ID); now.RowsDone > row.RowsDone || now.State != ImportRunning {
					stop()
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
		_ = o.WorkImports(ctx)
		<-ctx.Done()
		row = o.imported(t, o.admin, row.ID)
		if row.State != ImportRunning {
			if stops == 0 {
				t.Error("it was not stopped once")
			}
			break
		}
	}
	if row.State != ImportFinished || row.RowsDone != rows || row.NNew != 11_000 || row.NDuplicateNumber != 1000 {
		t.Errorf("counted %+v", row)
	}
	rowsWith, err := o.ImportRows(t.Context(), o.admin, row.ID, 0, 2, RowDuplicateNumber)
	must(t, err)
	if len(rowsWith) != 2 || rowsWith[0].Line != 11_002 || !strings.Contains(rowsWith[0].Problem, "row 2 ") {
		t.Errorf("duplicates: %+v", rowsWith)
	}
	must(t, o.UndoImport(t.Context(), o.admin, row.ID))
	must(t, o.WorkImports(t.Context()))
	if book := o.written(t, o.admin); book != "" {
		t.Errorf("left behind:\n%.200s", book)
	}
	if wrong, err := o.CheckBooks(t.Context()); err != nil || len(wrong) > 0 {
		t.Error(wrong, err)
	}
	// Seven days later nothing of it is kept but that it was.
	o.pass(UndoFor + time.Hour)
	must(t, o.Tidy(t.Context()))
	if left, err := o.ImportRows(t.Context(), o.admin, row.ID, 0, 1); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestCancelAnImport(t *testing.T) {
	o := newOffice(t)
	row := o.begin(t, o.admin, "x.csv", "Name,Mobile\nAnn,07700900123\n")
	must(t, o.StartImport(t.Context(), o.admin, row.ID, ImportAnswers{}))
	must(t, o.CancelImport(t.Context(), o.admin, row.ID))
	must(t, o.WorkImports(t.Context()))
	if got := o.imported(t, o.admin, row.ID); got.State != ImportCancelled || o.written(t, o.admin) != "" {
		t.Errorf("%s", got.State)
	}
	row = o.begin(t, o.admin, "x.csv", "Name,Mobile\nAnn,07700900123\n")
	must(t, o.CancelImport(t.Context(), o.admin, row.ID))
	if _, err := o.Import(t.Context(), o.admin, row.ID); !errors.Is(err, ErrUnknownImport) {
		t.Errorf("a draft that was discarded: %v", err)
	}
	if files, _ := os.ReadDir(filepath.Join(o.dir, ImportDirectory)); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
	if err := o.StartImport(t.Context(), o.admin, row.ID, ImportAnswers{}); !errors.Is(err, ErrUnknownImport) {
		t.Error(err)
	}
}

func TestFilesThatCannotBeImported(t *testing.T) {
	o := newOffice(t)
	for name, c := range map[string]struct{ text, want string }{
		"empty":       {"", "This file is empty."},
		"titles only": {"Name,Mobile\n", "nobody below it"},
		"picture":     {"\x89PNG\r\n\x1a\n0000", "is a picture"},
		"quote":       {"Name,Mobile\nAnn,07700900123\n\"Ben,07700900124\nCid,07700900125\n", "Row 3 opens a quotation mark"},
		"zero bytes":  {"Name,Mobile\nAnn,0770\x0000900123\nBen,\n", "holds bytes that belong in no text"},
		"columns":     {strings.Repeat("x,", 10_000) + "07700900123\n", "more than 256 columns"},
		"cell":        {"Name,Mobile\n" + strings.Repeat("x", 1<<20) + ",07700900123\n", "a cell of more than 32,767 characters"},
	} {
		_, err := o.BeginImport(t.Context(), o.admin, name, strings.NewReader(c.text))
		if len(Refusals(err)) != 1 || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := o.BeginImport(t.Context(), o.admin, "huge.csv", &endless{})
	if !errors.Is(err, ErrImportTooLarge) || !strings.Contains(err.Error(), "200 MB") {
		t.Errorf("a file without end: %v", err)
	}
	if files, _ := os.ReadDir(filepath.Join(o.dir, ImportDirectory)); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
	// No column, or two, with numbers: a person says which.
	for text, want := range map[string]*Refusal{"Name,Town\nAnn,Oxford\nBen,Bath\n": ErrNoColumn,
		"Name,Mother,Father\nAnn,07700900123,07700900124\nBen,07700900125,07700900126\n": ErrNoColumn} {
		id, err := o.BeginImport(t.Context(), o.admin, "x.csv", strings.NewReader(text))
		must(t, err)
		f, err := o.ImportFile(t.Context(), o.admin, id)
		must(t, err)
		must(t, f.Close())
		if err := o.CheckImport(t.Context(), o.admin, id, f.Plan.Columns); !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
		columns := slices.Clone(f.Plan.Columns)
		for i := range columns {
			columns[i].Use = UseNumber
		}
		if err := o.CheckImport(t.Context(), o.admin, id, columns); !errors.Is(err, ErrTwoNumbers) {
			t.Errorf("all are numbers: %v", err)
		}
	}
	// Every row bad: that is said, and nothing comes in.
	row := o.begin(t, o.admin, "bad.csv", "Name,Mobile\nAnn,0770\nBen,4.48E+11\nCid,none\nDee,0770090012x\n")
	if f := FindingsOf(row); f.ToFix != 4 || f.Importable() != 0 {
		t.Errorf("found %+v", f)
	}
	row = o.finish(t, o.admin, row.ID, ImportAnswers{})
	if row.State != ImportFinished || row.NFailed != 4 || o.written(t, o.admin) != "" {
		t.Errorf("%+v", row)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestGuessedColumns(t *testing.T) {
	o := newOffice(t)
	for text, want := range map[string]string{
		"contact 1,447777777777,noreply@anywhere.com,group1,group2\ncontact 2,447777777778,no@else.com,group1,\n": "name number email groups groups",
		"07700900123\n07700900124\n":                                                         "number",
		"07700900123\tAnn Lee\n07700900124\tBen Ray\n":                                       "number name",
		"First Name,Last Name,Name,Mobile\nA,B,A B,07700900123\nC,D,C D,07700900124\n":       "fieldFirst Name fieldLast Name name number",
		"Name,Email,E-mail address,Mobile\nA,a@b.cd,c@d.ef,07700900123\n":                    "name email fieldE-mail address number",
		"Name,Mobile,Number (home),Email (2)\nA,07700900123,x,y\n":                           "name number fieldNumber home fieldEmail 2",
		"Who;Handynummer;Problem\nAnn;07700900123;is bad\nBen;07700900124;is bad\n":          "name number ignore",
		"Name,Mobile,Class,class\nA,07700900123,1,2\nB,07700900124,1,2\n":                    "name number fieldClass fieldclass 2",
		"Name,Mobile,,Bus ((No))\nA,07700900123,,12\nB,07700900124,,13\n":                    "name number ignore fieldBus No",
		"Name,Mobile,Group 1,Group 2\nA,07700900123,Choir,Band\nB,07700900124,Band,Choir\n":  "name number groups groups",
		"Parent,Parent mobile,Landline\nA,07700900123,01632960001\nB,07700900124,01632960\n": "name number fieldLandline",
	} {
		id, err := o.BeginImport(t.Context(), o.admin, "x.csv", strings.NewReader(text))
		must(t, err)
		f, err := o.ImportFile(t.Context(), o.admin, id)
		must(t, err)
		must(t, f.Close())
		var uses []string
		for _, c := range f.Plan.Columns {
			uses = append(uses, string(c.Use)+c.Field)
		}
		if got := strings.Join(uses, " "); got != want {
			t.Errorf("%s\nis read as %s, want %s", text, got, want)
		}
	}
}

func TestSeenNumbersGrow(t *testing.T) {
	s := newSeenNumbers(0)
	for row := 1; row <= 50_000; row++ {
		if at := s.first(sms.MSISDN(fmt.Sprintf("+44%d", row)), row); at != 0 {
			t.Fatalf("row %d stood in %d", row, at)
		}
	}
	for row := 1; row <= 50_000; row++ {
		if at := s.first(sms.MSISDN(fmt.Sprintf("+44%d", row)), 99_999); at != row {
			t.Fatalf("row %d stood in %d", row, at)
		}
	}
}
