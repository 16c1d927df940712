package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/sheet"
)

// rowsOf reads a file as an import does.
func rowsOf(t *testing.T, got answer) (titles []string, rows [][]string) {
	t.Helper()
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment; filename=") {
		t.Fatalf("answered %d with %v: %.200s", got.status, got.header, got.body)
	}
	s, err := sheet.Open(strings.NewReader(got.body), int64(len(got.body)), "x", sheet.Options{Header: sheet.WithHeader})
	must(t, err)
	defer s.Close()
	for row, err := range s.Rows() {
		must(t, err)
		rows = append(rows, append([]string{}, row.Cells...))
	}
	return s.Titles, rows
}

func TestExports(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	b, kim := td.signIn("sam"), td.signIn("kim")
	for i, name := range []string{"=1+1", "Ann; Lee", `Bo "B"`, "007"} {
		b.post("/contacts/new", form("name", name, "number", fmt.Sprintf("0770090012%d", i), "email", "a@b.example"))
	}
	b.post("/groups", form("name", "Choir, big"))
	b.post("/contacts/chosen", form("do", "join", "contact", "1", "contact", "3", "into", "1"))
	b.post("/lists", form("name", "Spring trip"))
	b.post("/lists/1/paste", form("people", "07700900150\tCy\tc@d.example\t007\tCoach; B"))

	for _, format := range []string{"", "&format=xlsx"} {
		for path, want := range map[string]string{
			"/contacts/export?":                     "Name|Mobile number|E-mail|Groups\n=1+1|07700 900120|a@b.example|\"Choir, big\"\n007|07700 900123|a@b.example\nAnn; Lee|07700 900121|a@b.example\nBo \"B\"|07700 900122|a@b.example|\"Choir, big\"",
			"/contacts/export?q=ann":                "Name|Mobile number|E-mail|Groups\nAnn; Lee|07700 900121|a@b.example",
			"/contacts/export?contact=4&contact=99": "Name|Mobile number|E-mail|Groups\n007|07700 900123|a@b.example",
			"/groups/1/export?":                     "Name|Mobile number|E-mail|Groups\n=1+1|07700 900120|a@b.example|\"Choir, big\"\nBo \"B\"|07700 900122|a@b.example|\"Choir, big\"",
			"/groups/export?":                       "Name|People\nChoir, big|2",
			"/lists/1/export?":                      "Mobile number|Name|E-mail|MM1|MM2|MM3|MM4|MM5\n07700 900150|Cy|c@d.example|007|Coach; B",
			"/lists/export?":                        "Name|People\nSpring trip|1",
		} {
			titles, rows := rowsOf(t, b.get(path+format))
			lines := []string{strings.Join(titles, "|")}
			for _, r := range rows {
				lines = append(lines, strings.Join(r, "|"))
			}
			if got := strings.Join(lines, "\n"); !sameLines(got, want) {
				t.Errorf("%s%s holds\n%s\nwant\n%s", path, format, got, want)
			}
		}
	}
	got := b.get("/contacts/export")
	if ct := got.header.Get("Content-Type"); ct != "text/csv; charset=utf-8" || !bytes.HasPrefix([]byte(got.body), []byte("\uFEFF")) {
		t.Errorf("the CSV is %s and begins with %q", ct, got.body[:10])
	}
	if d := b.get("/groups/1/export?format=xlsx").header.Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="group-choir-big-`) || !strings.HasSuffix(d, `.xlsx"`) {
		t.Errorf("the file is called %s", d)
	}
	for _, path := range []string{"/groups/1/export", "/lists/1/export", "/contacts/export?group=1"} {
		kim.get(path).wants(t, http.StatusNotFound)
	}
	if got := kim.get("/contacts/export?contact=1"); got.body != "\uFEFFName,Mobile number,E-mail,Groups\r\n" {
		t.Errorf("kim downloads %q", got.body)
	}
	b.get("/contacts?q=ann").wants(t, http.StatusOK, "/contacts/export?q=ann", "/contacts/export?format=xlsx&amp;q=ann", "Download the selected")
}

// sameLines compares lines in whatever order: that of names is the desk's to
// decide.
func sameLines(got, want string) bool {
	sort := func(text string) map[string]int {
		n := map[string]int{}
		for _, l := range strings.Split(text, "\n") {
			n[l]++
		}
		return n
	}
	a, b := sort(got), sort(want)
	for l := range a {
		if a[l] != b[l] {
			return false
		}
	}
	return len(a) == len(b)
}
