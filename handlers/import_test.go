package handlers_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"textdesk/desk"
)

const schoolCSV = "Pupil;Mobile No;Yr Group;Notes;Group\r\n" +
	"Zo\xEB Lee;07700 900123;4B;;Choir\r\n" +
	"Ben Ray;7700900124;4A;;Choir\r\n" +
	"Cid Poe;4.48E+11;4A;;\r\n" +
	"=cmd|x;07700 900125;4A;;\r\n" +
	"Eve Orr;020 7946 0000;;;\r\n"

var importAt = regexp.MustCompile(`^/imports/\d+`)

// uses are the columns as the page has found them.
func (a answer) columns() url.Values {
	f := url.Values{}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]* name="(use\d+)"[^>]*>(.*?)</select>`).FindAllStringSubmatch(a.body, -1) {
		if chosen := regexp.MustCompile(`value="(\w+)" selected`).FindStringSubmatch(m[2]); chosen != nil {
			f.Set(m[1], chosen[1])
		}
	}
	for _, m := range regexp.MustCompile(`name="(field\d+)"`).FindAllStringSubmatch(a.body, -1) {
		f.Set(m[1], "")
	}
	return f
}

func TestImportThroughThePages(t *testing.T) {
	td := newTestDesk(t)
	td.run()
	sam := td.signIn("sam")
	_, err := td.AddContact(t.Context(), td.actor("sam"), desk.ContactForm{Name: "Old Ben", Number: "07700900124"})
	must(t, err)
	sam.get("/contacts").wants(t, http.StatusOK, `href="/imports"`)
	sam.get("/imports").wants(t, http.StatusOK, "Import contacts", "up to 200 MB", "Nothing was imported yet")

	got := sam.upload("/imports", `C:\Users\sam\school.csv`, []byte(schoolCSV), url.Values{})
	path := importAt.FindString(got.path)
	if path == "" {
		t.Fatalf("at %s:\n%s", got.path, got.body)
	}
	got.says(t, "Was the file read right?", "school.csv: 5 rows, 5 columns, Windows-1252, separated by semicolons, titles in the first row.", "Zoë Lee", "4.48E+11")
	// Read otherwise, and back.
	sam.post(path+"/reading", form("encoding", "ISO-8859-15", "separator", ",", "header", "no")).says(t, "6 rows, 1 column, ISO-8859-15, separated by commas, no row of titles.")
	sam.post(path+"/reading", form("encoding", "Windows-1252", "separator", ";", "header", "yes")).says(t, "5 rows, 5 columns, Windows-1252")

	got = sam.get(path + "?step=columns")
	got.says(t, "What is in the columns?", "Mobile No", "Yr Group")
	columns := got.columns()
	for field, want := range map[string]string{"use0": "name", "use1": "number", "use2": "field", "use3": "ignore", "use4": "groups"} {
		if columns.Get(field) != want {
			t.Errorf("%s is %q, want %q", field, columns.Get(field), want)
		}
	}
	none := form("use0", "name", "use1", "ignore", "use2", "field", "field2", "Number")
	bad := sam.post(path+"/columns", none)
	bad.wants(t, http.StatusUnprocessableEntity, "<title>Error: ")
	bad.says(t, "Choose the column with the mobile numbers.", "“Number” is the name of something every contact has.")

	got = sam.post(path+"/columns", columns)
	got.says(t, "What would happen", "New 2", "Same number 1", "To fix 2", "1 number had lost its leading 0, and has it again.", "Row 3: 7700900124 → 07700 900124",
		"Excel has shortened the number", "press Ctrl+1", "Row 4: 4.48E+11", "This is a landline", "Choir 2, new", "1 number is in your contacts already", "Import 2 contacts")
	if list := sam.get("/contacts"); strings.Contains(list.body, "Zoë") {
		t.Error("the dry run imported somebody")
	}
	sam.post(path+"/start", form("same_number", "update", "new_group", strings.Repeat("x", 200))).wants(t, http.StatusUnprocessableEntity, "too long")
	got = sam.post(path+"/start", form("same_number", "update", "new_group", "Autumn"))
	got.says(t, "2 contacts imported, 1 updated", "Success 3", "Failed 2", "Row Result", "Download the 2 rows to fix", "Undo this import", "Can be undone until")
	if got.path != path {
		t.Errorf("at %s", got.path)
	}
	sam.get(path+"?result=failed").says(t, "Rows: Failed", "4 Failed Cid Poe, 4.48E+11, 4A")
	sam.get("/imports").says(t, "school.csv Finished, some to fix")
	sam.get("/contacts").wants(t, http.StatusOK, "Zoë Lee", "Ben Ray", "=cmd|x")

	// The rows to fix come back through the import.
	file := sam.get(path + "/rows-to-fix")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\uFEFF"))).ReadAll()
	must(t, err)
	if len(rows) != 3 || strings.Join(rows[0], ",") != "Pupil,Mobile No,Yr Group,Notes,Group,Problem" || rows[1][0] != "Cid Poe" {
		t.Errorf("rows to fix: %v", rows)
	}
	fixed := strings.Replace(file.body, "4.48E+11", "07700900126", 1)
	again := sam.upload("/imports", "fixed.csv", []byte(fixed), url.Values{})
	second := importAt.FindString(again.path)
	got = sam.get(second + "?step=columns")
	if got.columns().Get("use5") != "ignore" {
		t.Errorf("the problem is %q", got.columns().Get("use5"))
	}
	sam.post(second+"/columns", got.columns()).says(t, "Import 1 contact", "1 row to put right")
	sam.post(second+"/cancel", nil).says(t, "Nothing was imported.")
	if book := sam.get(path + "/rows-to-fix?format=xlsx"); book.status != http.StatusOK || !strings.HasPrefix(book.body, "PK") {
		t.Error("no workbook")
	}

	// Nobody else sees it.
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal})
	jo := td.signIn("jo")
	for _, p := range []string{path, path + "/undo", path + "/rows-to-fix", path + "/live"} {
		jo.get(p).wants(t, http.StatusNotFound)
	}
	sam.get(path+"/undo").says(t, "Undo the import of school.csv?", "2 contacts that it made are deleted")
	sam.post(path+"/undo", nil).says(t, "school.csv, 5 rows.", "Undone: 3 contacts were taken out or put back", "Everything is as it was before.")
	list := sam.get("/contacts")
	list.wants(t, http.StatusOK, "Old Ben")
	list.lacks(t, "Zoë Lee", "Ben Ray")
	if left, _ := os.ReadDir(filepath.Join(td.dir, desk.ImportDirectory)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestImportWhatWasPasted(t *testing.T) {
	td := newTestDesk(t)
	td.run()
	sam := td.signIn("sam")
	got := sam.upload("/imports", "", nil, url.Values{"pasted": {"Ann Lee\t07700 900123\nBen Ray\t07700 900124\n"}})
	path := importAt.FindString(got.path)
	got.says(t, "Pasted rows: 2 rows, 2 columns, UTF-8, separated by tabs, no row of titles.")
	got = sam.post(path+"/columns", sam.get(path+"?step=columns").columns())
	got.says(t, "Import 2 contacts")
	sam.post(path+"/start", nil).says(t, "2 contacts imported")
	got = sam.upload("/imports", "", nil, url.Values{"pasted": {"  \n"}})
	got.wants(t, http.StatusUnprocessableEntity, "Paste at least one number.")
	got = sam.upload("/imports", "", nil, url.Values{"pasted": {"\"Ann\t07700 900123\nBen\t1\n"}})
	got.wants(t, http.StatusUnprocessableEntity, "never closed", "&#34;Ann\t07700 900123")
}

func TestNoColumnOfNumbers(t *testing.T) {
	td := newTestDesk(t)
	td.run()
	sam := td.signIn("sam")
	for text, want := range map[string]string{
		"Name,Colour\nAnn,red\nBen,blue\n":              "If this is the right file, choose that column below.",
		"Name,Mobile\nAnn,020 7946 0018\nBen,see Ann\n": "Nothing in the first rows of “Mobile” can be read as a mobile number.",
	} {
		path := importAt.FindString(sam.upload("/imports", "people.csv", []byte(text), url.Values{}).path)
		got := sam.get(path + "?step=columns")
		got.says(t, "No column holds mobile numbers ", " A column of mobile numbers has one in each row, such as 07700 900123 or +44 7700 900123.")
		got.says(t, want)
		got = sam.post(path+"/columns", got.columns())
		got.wants(t, http.StatusUnprocessableEntity, "<title>Error: ")
		got.says(t, "No column holds mobile numbers. Choose the one that should: it has one number in each row, such as 07700 900123")
	}
	path := importAt.FindString(sam.upload("/imports", "two.csv", []byte("Name,Mother,Father\nAnn,07700900123,07700900124\n"), url.Values{}).path)
	got := sam.get(path + "?step=columns")
	got.says(t, "Which column has the mobile number? These could be it: “Mother”, “Father”.")
	sam.post(path+"/columns", got.columns()).says(t, "Choose the column with the mobile numbers.")
}

// Rows to fix go round twice: a file without titles gets those that the import
// knows again, and the problems are those of the last round.
func TestRowsToFixGoRound(t *testing.T) {
	td := newTestDesk(t)
	td.run()
	sam := td.signIn("sam")
	file := "Ann Lee\t07700900123\tred\nBen Ray\t4.48E+11\tblue\nCid Poe\t020 7946 0018\tgreen\n"
	for _, round := range []struct{ left, repair, with string }{
		{"Name,Mobile number,Column C,Problem|Ben Ray,4.48E+11,blue,shortened|Cid Poe,020 7946 0018,green,landline", "Ben Ray,4.48E+11", "Ben Ray,07700900124"},
		{"Name,Mobile number,Column C,Problem|Cid Poe,020 7946 0018,green,landline", "Cid Poe,020 7946 0018", "Cid Poe,07700900125"},
		{},
	} {
		path := importAt.FindString(sam.upload("/imports", "rows.csv", []byte(file), url.Values{}).path)
		sam.post(path+"/columns", sam.get(path+"?step=columns").columns()).says(t, "Import 1 contact")
		sam.post(path+"/start", nil).says(t, "1 contact imported")
		file = strings.TrimPrefix(sam.get(path+"/rows-to-fix").body, "\uFEFF")
		if round.left == "" {
			break
		}
		rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		must(t, err)
		want := strings.Split(round.left, "|")
		if len(rows) != len(want) {
			t.Fatalf("rows to fix: %v, want %v", rows, want)
		}
		for i, w := range want {
			cells := strings.Split(w, ",")
			if len(rows[i]) != len(cells) || !slices.Equal(rows[i][:3], cells[:3]) || !strings.Contains(rows[i][3], cells[3]) {
				t.Errorf("row to fix: %v, want %v", rows[i], cells)
			}
		}
		file = strings.Replace(file, round.repair, round.with, 1)
	}
	sam.get("/contacts").wants(t, http.StatusOK, "Ann Lee", "Ben Ray", "Cid Poe")
}

func TestPastedWholeOrNotAtAll(t *testing.T) {
	td := newTestDesk(t)
	row := strings.Repeat("x", 1000) + "\t07700900123\n"
	got := td.signIn("sam").upload("/imports", "", nil, form("pasted", "Name\tMobile\n"+strings.Repeat(row, 16<<20/len(row)+1)))
	got.wants(t, http.StatusUnprocessableEntity, "<title>Error: ", `href="#f-pasted"`)
	got.says(t, "This is more than can be pasted at once. Save it as a file, and choose that.")
}

func TestWorkbooksAsPeopleHaveThem(t *testing.T) {
	td := newTestDesk(t)
	td.run()
	sam := td.signIn("sam")
	f := excelize.NewFile()
	for cell, value := range map[string]any{"A1": "Name", "B1": "Mobile", "C1": "House", "A2": "Ann", "B2": 447700900123, "C2": "Red", "A3": "Hidden", "B3": "07700900199", "C3": "Red",
		"A4": "Cid", "B4": "07700 900124", "C4": "Blue", "A5": "Dee", "B5": 7700900125} {
		must(t, f.SetCellValue("Sheet1", cell, value))
	}
	must(t, f.SetRowVisible("Sheet1", 3, false))
	must(t, f.MergeCell("Sheet1", "C4", "C5"))
	must(t, f.SetCellFormula("Sheet1", "A6", `"Eve"&" Orr"`))
	var out bytes.Buffer
	must(t, f.Write(&out))
	got := sam.upload("/imports", "school.xlsx", out.Bytes(), url.Values{})
	path := importAt.FindString(got.path)
	got.says(t, "school.xlsx: 3 rows, 3 columns, worksheet “Sheet1”")
	got = sam.post(path+"/columns", sam.get(path+"?step=columns").columns())
	got.says(t, "Import 3 contacts", "1 number had lost its leading 0", "1 row is hidden in the workbook and left out.")
	sam.post(path+"/start", nil).says(t, "3 contacts imported")
	people, _, err := td.Contacts(t.Context(), td.actor("sam"), desk.BookSearch{Limit: 9})
	must(t, err)
	var all []string
	for _, p := range people {
		all = append(all, fmt.Sprint(p.Name, p.Number, p.Fields))
	}
	if got := strings.Join(all, " "); got != `Ann+447700900123{"House":"Red"} Cid+447700900124{"House":"Blue"} Dee+447700900125{"House":"Blue"}` {
		t.Errorf("imported %s", got)
	}
}

// A file that is too large is refused by what the browser says of it, before it
// is read; so is one that lies.
func TestImportOfAHugeFile(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	base, err := url.Parse(td.server.URL)
	must(t, err)
	c, err := net.Dial("tcp", base.Host)
	must(t, err)
	defer c.Close()
	cookies := ""
	for _, k := range sam.client.Jar.Cookies(base) {
		cookies += k.Name + "=" + k.Value + "; "
	}
	fmt.Fprintf(c, "POST /imports HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nCookie: %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n--x\r\n", base.Host, cookies, 500<<20)
	must(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
	answer := make([]byte, 1<<20)
	n := 0
	for !strings.Contains(string(answer[:n]), "larger than 200 MB") {
		m, err := c.Read(answer[n:])
		if err != nil {
			t.Fatalf("answered %s: %v", answer[:n], err)
		}
		n += m
	}
	if !strings.HasPrefix(string(answer), "HTTP/1.1 422 ") {
		t.Errorf("answered %.60s", answer)
	}
	// An upload that breaks off leaves nothing.
	c2, err := net.Dial("tcp", base.Host)
	must(t, err)
	fmt.Fprintf(c2, "POST /imports HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nCookie: %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n"+
		"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nName,Mobile\nAnn,07700900123\n", base.Host, cookies)
	time.Sleep(50 * time.Millisecond)
	must(t, c2.Close())
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		left, _ := os.ReadDir(filepath.Join(td.dir, desk.ImportDirectory))
		if len(left) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("left behind: %v", left)
		}
	}
	sam.get("/imports").wants(t, http.StatusOK, "Nothing was imported yet")
}
