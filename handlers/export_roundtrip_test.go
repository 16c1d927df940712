package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"textdesk/desk"
	spreadsheet "textdesk/sheet"
)

// awkward makes texts that spreadsheets and readers of CSV stumble over. letters
// says that there must be some, as in a name.
func awkward(letters bool) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		begins := []string{"", "", "=", "+", "-", "@", "'", "''=", "0", "007", "00", "+44 7700 ", `"`, `="`, ",", ";", "|", "3-", "1/", "12E", "_x0041_", "👩‍👩‍👧 ", "É", "TRUE", "1.50", "447700900123"}
		ends := []string{"", "1+1", "007", "4", `say "no"`, "O'Brien", "<b>&amp;", "Zoë 🎉", "ein;zwei", "a,b|c", `"`, `5" pipe`, "_x000D_", "ﬁn", "İstanbul", "עברית", "e\u0301"}
		text := rapid.SampledFrom(begins).Draw(t, "begins") + rapid.SampledFrom(ends).Draw(t, "ends")
		if letters {
			text += rapid.SampledFrom([]string{" Lee", " van Dyke", "x", " Müller; Sohn", ` "Bo"`}).Draw(t, "letters")
		}
		return text
	})
}

// TestExportsComeBack: what one user downloads another imports, and has the same
// people, numbers, fields and groups, in either format.
func TestExportsComeBack(t *testing.T) {
	for seed := range 4 {
		for _, format := range []string{"csv", "xlsx"} {
			t.Run(fmt.Sprintf("%s %d", format, seed), func(t *testing.T) {
				t.Parallel()
				td := newTestDesk(t)
				ctx := t.Context()
				td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
				sam, kim := td.actor("sam"), td.actor("kim")
				var groups []int64
				for i := range 6 {
					id, err := td.AddGroup(ctx, sam, awkward(true).Example(seed*100+i)+fmt.Sprint(" group ", i))
					must(t, err)
					groups = append(groups, id)
				}
				for i := range 120 {
					n := seed*1000 + i
					email := ""
					if i%3 == 0 {
						email = fmt.Sprintf("%d+tag@school.example", i)
					}
					id, err := td.AddContact(ctx, sam, desk.ContactForm{Name: awkward(true).Example(n), Number: fmt.Sprintf("07700900%03d", i), Email: email,
						Fields: []desk.Field{{Name: "Class", Value: awkward(false).Example(n + 1)}, {Name: "Membership no", Value: fmt.Sprintf("%05d", i)}, {Name: "Room", Value: awkward(false).Example(n + 2)}}})
					must(t, err)
					for j, g := range groups {
						if (i+j)%4 == 0 {
							_, err := td.AddToGroup(ctx, sam, g, []int64{id})
							must(t, err)
						}
					}
				}
				for i, number := range []string{"+33 6 12 34 56 78", "+1 202 555 0123", "+852 6123 4567"} {
					_, err := td.AddContact(ctx, sam, desk.ContactForm{Name: fmt.Sprint("Abroad ", i), Number: number})
					must(t, err)
				}

				got := td.signIn("sam").get("/contacts/export?format=" + format)
				if got.status != http.StatusOK {
					t.Fatalf("answered %d", got.status)
				}
				id, err := td.BeginImport(ctx, kim, "contacts."+format, strings.NewReader(got.body))
				must(t, err)
				file, err := td.ImportFile(ctx, kim, id)
				must(t, err)
				must(t, file.Close())
				must(t, td.CheckImport(ctx, kim, id, file.Plan.Columns))
				must(t, td.WorkImports(ctx))
				must(t, td.StartImport(ctx, kim, id, desk.ImportAnswers{SameNumber: desk.SameAdd, SameName: desk.SameAdd}))
				must(t, td.WorkImports(ctx))
				want, have := bookOf(t, td, sam), bookOf(t, td, kim)
				if len(want) != 123 {
					t.Fatalf("sam has %d contacts", len(want))
				}
				for i, line := range want {
					if _, there := slices.BinarySearch(have, line); !there {
						t.Errorf("lost: %q\nnearest %q", line, have[min(i, len(have)-1)])
					}
				}
				if len(have) != len(want) {
					t.Errorf("%d contacts became %d", len(want), len(have))
				}
			})
		}
	}
}

// TestListsComeBack: what is downloaded of a list is pasted into another, as the
// text of the CSV file or as Excel copies the cells of the workbook.
func TestListsComeBack(t *testing.T) {
	td := newTestDesk(t)
	ctx, sam := t.Context(), td.actor("sam")
	id, err := td.AddList(ctx, sam, "Spring trip")
	must(t, err)
	numbers := "Mobile\tCoach\tLeaves at\n07700900900\tCoach A\t09:15\n"
	for i := range 120 {
		numbers += fmt.Sprintf("07700900%03d\n", i)
	}
	_, err = td.PasteIntoList(ctx, sam, id, numbers)
	must(t, err)
	entries, _, err := td.Entries(ctx, sam, id, desk.BookSearch{Limit: 200})
	must(t, err)
	for i, there := range entries[1:] {
		e := desk.EntryForm{Number: string(there.Number), Name: awkward(true).Example(i), Named: []desk.Field{{Name: "Coach", Value: awkward(false).Example(i + 1)}}}
		for j := range e.Fields {
			e.Fields[j] = awkward(false).Example(i*10 + j)
		}
		must(t, td.ChangeEntry(ctx, sam, id, there.ID, e))
	}
	path := func(id int64, rest string) string { return fmt.Sprintf("/lists/%d/export%s", id, rest) }
	b := td.signIn("sam")
	want := b.get(path(id, "")).body
	if n := strings.Count(want, "07700 900"); n < 121 {
		t.Fatalf("%d lines of 121", n)
	}
	book := b.get(path(id, "?format=xlsx")).body
	cells, err := spreadsheet.Open(strings.NewReader(book), int64(len(book)), "", spreadsheet.Options{Header: spreadsheet.NoHeader})
	must(t, err)
	var copied strings.Builder
	for row, err := range cells.Rows() {
		must(t, err)
		copied.WriteString(strings.Join(row.Cells, "\t") + "\r\n")
	}
	for from, text := range map[string]string{"csv": want, "xlsx": copied.String()} {
		other, err := td.AddList(ctx, sam, from)
		must(t, err)
		b.post(fmt.Sprintf("/lists/%d/paste", other), form("people", text)).says(t, "121 people were added.")
		if got := b.get(path(other, "")).body; got != want {
			lines := strings.Split(want, "\n")
			for i, line := range strings.Split(got, "\n") {
				if i < len(lines) && line != lines[i] {
					t.Errorf("%s: %q became %q", from, lines[i], line)
				}
			}
		}
	}
	// What is left out stands in the field below the titles that it needs.
	b.post(fmt.Sprintf("/lists/%d/paste", id), form("people", "Coach\tMobile\nCoach A\t07700900901\nCoach B\tnobody\n")).wants(t, http.StatusOK, ">\nCoach\tMobile\nCoach B\tnobody\n</textarea>")
}

// bookOf is everything in somebody's address book, a line for each contact.
func bookOf(t *testing.T, td *testDesk, a desk.Actor) (lines []string) {
	t.Helper()
	must(t, td.ExportContacts(t.Context(), a, desk.ContactFilter{}, nil, func(c desk.ContactLine) error {
		var fields []desk.Field
		for _, f := range desk.ContactFields(c.Contact) {
			if f.Value != "" {
				fields = append(fields, f)
			}
		}
		lines = append(lines, fmt.Sprintf("%s|%s|%s|%q|%q", c.Number, c.Name, c.Email, fields, c.Groups))
		return nil
	}))
	slices.Sort(lines)
	return lines
}
