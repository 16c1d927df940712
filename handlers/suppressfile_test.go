package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"textdesk/desk"
)

func TestNumbersNotToBeTextedFromAFile(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	boss.get("/suppressions").wants(t, http.StatusOK, "/suppressions/file")
	boss.get("/suppressions/file").wants(t, http.StatusOK, `enctype="multipart/form-data"`, "Look at the file")
	boss.upload("/suppressions/file", "", nil, form("reason", "Old list")).wants(t, http.StatusUnprocessableEntity, "Error:", "Choose a file first.", `value="Old list"`)
	boss.upload("/suppressions/file", "words.csv", []byte("Name,Class\nAnn,4B\n"), form()).wants(t, http.StatusUnprocessableEntity, "Error:", "No column of words.csv looks like mobile numbers.")

	text := "Name,Mobile,Reason\r\nAnn,07700 900101,Asked by letter\r\nBen,07700 900102,\r\nCy,none,\r\n=HYPERLINK(1),07700 9,\r\n"
	got := boss.upload("/suppressions/file", "list.csv", []byte(text), form())
	got.wants(t, http.StatusOK, "Check ", "list.csv", "4 rows, UTF-8, separated by commas. Nothing has been added yet.", "Never text these 2 numbers", "Download the 2 rows to fix", "has letters or signs", "has too few digits")
	fields := got.hidden()
	fields.Set("do", "left_out")
	csv := boss.post("/suppressions/file/check", fields)
	if want := "\uFEFFName,Mobile,Reason,Row,Problem\r\nCy,none,,4,"; !strings.HasPrefix(csv.body, want) || !strings.Contains(csv.body, "\r\n'=HYPERLINK(1),07700 9,,5,") {
		t.Errorf("the rows to fix are %q", csv.body)
	}
	fields.Set("do", "add")
	boss.post("/suppressions/file/check", fields).wants(t, http.StatusUnprocessableEntity, "Error:", "Say why, for whoever asks later.", "Never text these 2 numbers")
	fields.Set("reason", "From our old list")
	fields.Set("reason_column", "2")
	fields.Set("do", "check")
	boss.post("/suppressions/file/check", fields).wants(t, http.StatusOK, "For the 1 number that has none of their own.", `value="From our old list"`)
	fields.Set("do", "add")
	done := boss.post("/suppressions/file/check", fields)
	done.wants(t, http.StatusOK, "2 numbers were put on the list.", "Asked by letter", "From our old list", "Bo Ross")
	if done.path != "/suppressions" {
		t.Errorf("it leads to %s", done.path)
	}
	// The file is gone then.
	boss.post("/suppressions/file/check", fields).wants(t, http.StatusUnprocessableEntity, "The file is not here any more. Choose it again.")

	list := boss.get("/suppressions/list")
	if !strings.HasPrefix(list.body, "\uFEFFNumber,Reason,Added by,Added\r\n07700 900101,Asked by letter,Bo Ross,") || list.header.Get("Content-Disposition") != `attachment; filename="not-to-be-texted.csv"` {
		t.Errorf("the list is %q", list.body)
	}
	// What was taken out can be read in again.
	again := boss.upload("/suppressions/file", "not-to-be-texted.csv", []byte(list.body), form())
	again.wants(t, http.StatusOK, "Each number has a reason of its own in the file.")
	again.lacks(t, "Never text these", "Rows left out</h2>")
	if x := boss.get("/suppressions/list?format=xlsx"); !strings.HasPrefix(x.body, "PK") {
		t.Errorf("the workbook begins with %q", x.body[:min(20, len(x.body))])
	}
	boss.get("/suppressions?q=LETTER").wants(t, http.StatusOK, "07700 900101")

	td.addUser(desk.NewUser{Username: "vera", Level: desk.LevelAdmin})
	vera := td.signIn("vera")
	other := boss.upload("/suppressions/file", "list.csv", []byte(text), form()).hidden()
	other.Set("do", "add")
	vera.post("/suppressions/file/check", other).wants(t, http.StatusUnprocessableEntity, "The file is not here any more.")
}
