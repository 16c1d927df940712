package handlers_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"textdesk/desk"
)

// upload submits a form with a file, as a browser does: fields in the order of
// the page, the message behind the file.
func (b *browser) upload(path, name string, file []byte, values url.Values) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	must(b.t, w.WriteField("to", values.Get("to")))
	part, err := w.CreateFormFile("file", name)
	must(b.t, err)
	_, err = part.Write(file)
	must(b.t, err)
	for field := range values {
		if field != "to" {
			for _, value := range values[field] {
				must(b.t, w.WriteField(field, value))
			}
		}
	}
	must(b.t, w.Close())
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, &body)
	must(b.t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.client.Do(req)
	must(b.t, err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	must(b.t, err)
	return answer{res.StatusCode, res.Request.URL.RequestURI(), string(page), res.Header}
}

// uploads are the files that wait.
func (td *testDesk) uploads() []string {
	td.t.Helper()
	names, err := filepath.Glob(filepath.Join(td.dir, desk.UploadDirectory, "*"))
	must(td.t, err)
	return names
}

// waitForNoUploads gives a request that the client has left the time to end.
func (td *testDesk) waitForNoUploads() {
	td.t.Helper()
	for end := time.Now().Add(time.Minute); len(td.uploads()) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			td.t.Fatalf("left behind: %v", td.uploads())
		}
	}
}

func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	var out bytes.Buffer
	must(t, f.Write(&out))
	return out.Bytes()
}

func TestNumbersFromAFile(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.get("/send").wants(t, http.StatusOK, "Send to a file", `formaction="/send/file"`, `formenctype="multipart/form-data"`)
	typed := order("to", "07700 900001", "body", "School is closed, Zoë says", "when", "later", "at_date", "2031-02-03", "at_time", "09:30")

	csv := "Name;Mobile No\r\nZo\xEB;07700 900123\r\nBen;\r\nCid;4.48E+11\r\nDan;07700900124\r\nAnn;07700 900123\r\n"
	got := sam.upload("/send/file", `C:\Users\sam\parents.csv`, []byte(csv), typed)
	got.wants(t, http.StatusOK, "07700 900001\n07700 900123\n4.48E+11\n07700900124\n07700 900123</textarea>", "School is closed, Zoë says</textarea>", `value="2031-02-03"`, `value="09:30"`, `value="K1"`)
	got.says(t, "4 numbers added", "parents.csv: 5 rows, column “Mobile No”, Windows-1252, separated by semicolons. 1 row has no number.", "3 people", "1 duplicate removed", "1 not a mobile number", "“4.48E+11”")
	got.lacks(t, "C:\\Users")

	got = sam.upload("/send/file", "parents.xlsx", workbook(t, []any{"Name", "Handy"}, []any{"Ann", 447700900123}, []any{"Ben", "07700 900124"}), order("to", ""))
	got.wants(t, http.StatusOK, "\n447700900123\n07700 900124</textarea>")
	got.says(t, "2 numbers added", "parents.xlsx: 2 rows, column “Handy”, worksheet “Sheet1”.", "2 people")

	if n := td.sent("sam"); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	if left := td.uploads(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if got := sam.get("/send/file"); got.path != "/send" {
		t.Errorf("the address of the form leads to %s", got.path)
	}
}

func TestChooseTheColumn(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	const csv = "Child,Mother's mobile,Father's mobile\nAnn Lee,07700 900123,07700 900124\nBen Ray,07700 900125,\n"
	got := sam.upload("/send/file", "parents.csv", []byte(csv), order("to", "07700 900001", "body", "Hello <you>"))
	got.says(t, "Which column has the numbers?", "parents.csv, UTF-8, separated by commas.", "Mother's mobile 07700 900123, 07700 900125", "Father's mobile", "Ann Lee")
	if got.status != http.StatusUnprocessableEntity || len(td.uploads()) != 1 {
		t.Errorf("status %d, waiting: %v", got.status, td.uploads())
	}
	carried := got.carried()
	if carried.Get("body") != "Hello <you>" || carried.Get("to") != "07700 900001" || carried.Get("key") != "K1" || carried.Get("do") != "" {
		t.Errorf("carried %v", carried)
	}

	got = sam.post("/send/column", carried)
	got.wants(t, http.StatusUnprocessableEntity, "Error: ", "Choose the column with the mobile numbers.")
	reread := got.carried()
	for field, value := range map[string]string{"do": "reread", "header": "no", "separator": ";", "encoding": "Windows-1252"} {
		reread.Set(field, value)
	}
	sam.post("/send/column", reread).says(t, "parents.csv, Windows-1252, separated by semicolons.", "Column A Child,Mother's mobile,Father's")
	reread.Set("separator", ",")
	sam.post("/send/column", reread).says(t, "Column B Mother's mobile, 07700 900123, 07700 900125")

	// Nobody else can go on with the file.
	carried = reread
	carried.Set("column", "1")
	carried.Set("do", "choose")
	td.signIn("boss").post("/send/column", carried).wants(t, http.StatusUnprocessableEntity, "The file is not here any more. Choose it again.", "Hello &lt;you&gt;</textarea>")
	carried.Del("header")
	got = sam.post("/send/column", carried)
	got.wants(t, http.StatusOK, "07700 900001\n07700 900123\n07700 900125</textarea>", "Hello &lt;you&gt;</textarea>")
	got.says(t, "2 numbers added", "column “Mother's mobile”", "3 people")
	if left := td.uploads(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	sam.post("/send/column", carried).wants(t, http.StatusUnprocessableEntity, "The file is not here any more.", "Hello &lt;you&gt;</textarea>")
}

func TestFilesThatNobodyComesBackForAreSweptAway(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	for range 7 {
		sam.upload("/send/file", "parents.csv", []byte("07700900123,07700900124\n"), order())
	}
	if n := len(td.uploads()); n != 5 {
		t.Errorf("%d files of one user wait, want 5", n)
	}
	must(t, td.Tidy(t.Context()))
	if n := len(td.uploads()); n != 5 {
		t.Errorf("%d files wait after a moment, want 5", n)
	}
	td.shift.Add(int64(61 * time.Minute))
	must(t, td.Tidy(t.Context()))
	if left := td.uploads(); len(left) > 0 {
		t.Errorf("left after an hour: %v", left)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	var protected bytes.Buffer
	must(t, excelize.NewFile().Write(&protected, excelize.Options{Password: "secret"}))
	wide := make([]any, 10_000)
	for i := range wide {
		wide[i] = "x"
	}
	td := newTestDesk(t)
	sam := td.signIn("sam")
	for _, c := range []struct {
		name, file string
		says       string
	}{
		{"", "", "Choose a file first."},
		{"photo.csv", "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\x01", 500), "This file is a picture, not a spreadsheet, whatever its name says."},
		{"bomb.xlsx", bomb(t), "This workbook unpacks to more than 512 MB"},
		{"wide.csv", "Name,Mobile\n" + strings.Repeat("x,", 9_999) + "x\n", "Row 2 has more than 256 columns."},
		{"wide.xlsx", string(workbook(t, []any{"Name", "Mobile"}, wide)), "Row 2 has more than 256 columns."},
		{"long.csv", "Name,Mobile\nAnn," + strings.Repeat("x", 1<<20) + "\n", "Row 2 has a cell of more than 32,767 characters."},
		{"protected.xlsx", protected.String(), "This workbook is protected with a password."},
		{"old.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600), "This file is in Excel's old format (.xls)."},
		{"unclosed.csv", "Name,Mobile\nAnn,07700900123\nBen,\"07700900124\nCid,07700900125\n", "Row 3 opens a quotation mark (\") that is never closed."},
		{"nul.csv", "Name,Mobile\nAnn,07700\x00900123\n", "Row 2 holds bytes that belong in no text."},
		{"titles.csv", "Name,Mobile\n", "This file has a row of titles and nobody below it."},
		{"empty.csv", "\n\n", "There is nothing in this file."},
		{"no-numbers.csv", "Name,Class\nAnn,7A\nBen,7B\n", "No column of no-numbers.csv looks like mobile numbers."},
		{"many.csv", "Mobile\n" + strings.Repeat("07700900123\n", desk.MaxAtOnce+1), "This file has more than 20,000 numbers"},
		{"far.csv", "Name,Mobile\n" + strings.Repeat("Ann,07700900123\n", 1000) + "Ben,\"0\n", "Row 1,002 opens a quotation mark"},
	} {
		got := sam.upload("/send/file", c.name, []byte(c.file), order("to", "07700 900001", "body", "Typed before"))
		got.wants(t, http.StatusUnprocessableEntity, "<title>Error: ", "07700 900001</textarea>", "Typed before</textarea>", `value="K1"`, `href="#f-file"`)
		got.says(t, c.says)
		if left := td.uploads(); len(left) > 0 {
			t.Errorf("%s is left behind: %v", c.name, left)
		}
	}
	sam.upload("/send/file", "p.csv", []byte("Mobile\n07700900123\n"), order("body", strings.Repeat("x", 5<<20))).wants(t, http.StatusRequestEntityTooLarge, "Too much at once")
	td.waitForNoUploads()

	// Whoever has two columns of numbers is asked, and can go back.
	two := sam.upload("/send/file", "two.csv", []byte("07700900123,07700900124\n"), order("body", "Typed before"))
	two.says(t, "Which column has the numbers?")
	back := two.carried()
	sam.post("/send", back).wants(t, http.StatusOK, "Typed before</textarea>")
}

// A file that is a little too large is refused with the page as it was, as soon as
// that is known; one that is far too large by what the browser says of it.
func TestUploadsThatAreTooLarge(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	post := func(length int64, body io.Reader) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, sam.base+"/send/file", body)
		must(t, err)
		req.ContentLength = length
		req.Header.Set("Content-Type", "multipart/form-data; boundary=B")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := sam.client.Do(req)
		must(t, err)
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		must(t, err)
		return res, string(page)
	}
	head := "--B\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nTyped before\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.csv\"\r\n\r\nMobile\n"
	rows := io.LimitReader(endlessRows{}, desk.MaxUpload)
	res, page := post(-1, io.MultiReader(strings.NewReader(head), rows, strings.NewReader("\r\n--B--\r\n")))
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "This file is larger than 200 MB.") || !strings.Contains(page, "Typed before</textarea>") {
		t.Errorf("a little too large: %d %.300s", res.StatusCode, page)
	}
	if left := td.uploads(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	const far = 500 << 20
	if res, page = post(far, io.LimitReader(endlessRows{}, far)); res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(page, "Too much at once") {
		t.Errorf("far too large: %d %.300s", res.StatusCode, page)
	}
	td.waitForNoUploads()
}

// endlessRows are rows of a file without end.
type endlessRows struct{}

func (endlessRows) Read(p []byte) (n int, err error) {
	for n < len(p) {
		n += copy(p[n:], "07700900123\n")
	}
	return n, nil
}

// A connection that ends in mid-upload leaves nothing behind.
func TestUploadThatBreaksOff(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	address, err := url.Parse(td.server.URL)
	must(t, err)
	conn, err := net.Dial("tcp", address.Host)
	must(t, err)
	head := fmt.Sprintf("POST /send/file HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 9000000\r\n", address.Host)
	for _, c := range sam.client.Jar.Cookies(address) {
		head += "Cookie: " + c.String() + "\r\n"
	}
	_, err = io.WriteString(conn, head+"\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.csv\"\r\n\r\n"+strings.Repeat("07700900123\n", 100_000))
	must(t, err)
	for end := time.Now().Add(time.Minute); len(td.uploads()) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the upload did not begin")
		}
	}
	must(t, conn.Close())
	td.waitForNoUploads()
	sam.upload("/send/file", "p.csv", []byte("Mobile\n07700900123\n"), order()).says(t, "1 number added")
}

// The folder for uploads is for the desk alone.
func TestUploadsArePrivate(t *testing.T) {
	td := newTestDesk(t)
	td.signIn("sam").upload("/send/file", "two.csv", []byte("07700900123,07700900124\n"), order())
	for _, path := range append(td.uploads(), filepath.Join(td.dir, desk.UploadDirectory)) {
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
	}
}

// bomb is a workbook of a few hundred bytes that says it is of 2^63.
func bomb(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, size := range map[string]uint64{"xl/workbook.xml": 4, "xl/worksheets/sheet1.xml": 1 << 63} {
		into, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CompressedSize64: 4, UncompressedSize64: size})
		must(t, err)
		_, err = into.Write(binary.LittleEndian.AppendUint32(nil, 7))
		must(t, err)
	}
	must(t, w.Close())
	return out.String()
}
