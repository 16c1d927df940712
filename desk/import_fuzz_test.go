package desk

import (
	"strings"
	"testing"
	"unicode/utf8"

	"textdesk/sheet"
)

// Whatever a file holds, its columns are found without a fault, at most one of
// them is the number, and every row is understood in words.
func FuzzColumnsAndRows(f *testing.F) {
	for _, s := range []string{parentsCSV, "contact 1,447777777777,noreply@anywhere.com,group1\n", "a\n", "Name;Mobile\n;\n", "\"x\ny\",07700900123\n",
		"((a|b)),Number,Name,MM1\n1,07700900123,x,y\n", "First,Last,Name\n1,2,3\n", "=1+1,+44 7700 900123,'@x\n", "\u202Eabc,07700900123\n"} {
		f.Add(s, "GB", false)
		f.Add(s, "FR", true)
	}
	f.Fuzz(func(t *testing.T, text, home string, door bool) {
		in := strings.NewReader(text)
		var s *sheet.Sheet
		var err error
		if door {
			s, err = sheet.Lines(in, int64(len(text)))
		} else {
			s, err = sheet.Open(in, int64(len(text)), "x.csv", sheet.Options{IsNumber: func(c string) bool { return holdsMobile(c, home) }})
		}
		if err != nil {
			if len(Refusals(fileRefusal(err))) == 0 {
				t.Fatal(err)
			}
			return
		}
		defer s.Close()
		plan := ImportPlan{Door: door}
		if !door {
			plan.Columns = guessColumns(s, []string{"Class"}, home)
			numbers := 0
			for i, c := range plan.Columns {
				if c.Use == UseNumber {
					numbers++
				} else if numbers == 0 && i == len(plan.Columns)-1 {
					plan.Columns[0] = ImportColumn{Use: UseNumber}
				}
			}
			if numbers > 1 || len(plan.Columns) != s.Columns {
				t.Fatalf("%d numbers in %v", numbers, plan.Columns)
			}
			if err := readColumns(plan.Columns, s); err != nil {
				t.Fatalf("what was found is refused: %v", err)
			}
		}
		reader := newRowReader(plan, home, 10)
		for row, err := range s.Rows() {
			if err != nil {
				return
			}
			r := reader.read(row)
			if (r.fault == (fault{})) != (r.number != "" && r.name != "") && r.fault == (fault{}) {
				t.Fatalf("row %+v", r)
			}
			if r.fault != (fault{}) && r.fault.sentence == "" {
				t.Fatalf("row %+v says nothing", r)
			}
			if r.fault == (fault{}) && (len(r.name) > maxBookName || !utf8.ValidString(r.name) && utf8.ValidString(text)) {
				t.Fatalf("row %+v", r)
			}
			if got := readFieldsJSON(r.json("{}")); len(got) != len(r.fields) {
				t.Fatalf("fields %v are %v", r.fields, got)
			}
			for _, g := range r.groups {
				if g == "" || len(g) > maxBookName {
					t.Fatalf("group %q", g)
				}
			}
		}
	})
}

// quickName and quickEmail say what the slow ones do.
func FuzzQuickReading(f *testing.F) {
	for _, s := range []string{"Ann Lee", " ann  lee ", "ÅSA", "a\tb", "Ann", "x@y.z", "x..y@z", ".x@y", "x@y@z", "x+y@z.example", "-@-", "\u202Ex", "a.@b.c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, key := quickName(s)
		if want := cleanName(s); name != want || key != bookKey(want) {
			t.Errorf("quickName(%q) = %q, %q; want %q, %q", s, name, key, want, bookKey(want))
		}
		if s == "" {
			return
		}
		got, ok := quickEmail(s)
		want, r := readEmail(s)
		if ok != (r == nil && want != "" || want == "" && r == nil) || ok && got != want {
			t.Errorf("quickEmail(%q) = %q, %v; want %q, %v", s, got, ok, want, r)
		}
	})
}
