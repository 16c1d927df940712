package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"textdesk/desk"
)

func TestContactFilters(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	for i, name := range []string{"Ann Lee", "Di Ross", "Cy Day"} {
		b.post("/contacts/new", form("name", name, "number", fmt.Sprintf("0770090000%d", i+1), "field_name", "Class", "field_value", fmt.Sprintf("Red %dB", i+3))).wants(t, http.StatusOK, "was added", "Class", "Added, by boss")
	}
	b.post("/groups", form("name", "Year 4"))
	b.post("/contacts/chosen", form("do", "join", "contact", "1", "into", "1")).wants(t, http.StatusOK, "1 person was added.")
	b.post("/contacts/2/suppress", form("reason", "")).wants(t, http.StatusUnprocessableEntity, "Say why", "Class")
	b.post("/contacts/2/suppress", form("reason", "Rang the office")).wants(t, http.StatusOK, "Nobody may text", "Rang the office")
	for path, want := range map[string]string{"group=1": "Ann", "group=none": "Di Cy", "state=suppressed": "Di", "state=allowed": "Ann Cy", "state=unasked": "Ann Di Cy", "state=consented": "",
		"q=red+4b": "Di", "q=900003": "Cy", "q=ay": "", "sort=newest": "Ann Di Cy", "since=2001-01-01": "Ann Di Cy", "since=nonsense": "Ann Di Cy", "group=x": "Ann Di Cy"} {
		got := b.get("/contacts?" + path)
		for _, name := range []string{"Ann Lee", "Di Ross", "Cy Day"} {
			if has := strings.Contains(got.body, name); has != strings.Contains(want, name[:2]) {
				t.Errorf("/contacts?%s shows %s: %v", path, name, has)
			}
		}
	}
	b.get("/contacts?group=99").wants(t, http.StatusNotFound, "There is no such group.")
	b.get("/contacts/1").wants(t, http.StatusOK, "Put into Year 4, by boss", "Nothing was sent to this number")
}

func TestChosenContacts(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.post("/groups", form("name", "Year 4"))
	b.post("/groups/1/paste", form("people", "Ann <07700900001>\nBo <07700900002>\nCy <07700900003>"))
	b.post("/contacts/chosen", form("do", "leave", "contact", "3", "group", "1")).wants(t, http.StatusOK, "1 person was taken out.", "2 people match")

	// What touches all is asked first, with the count, and again when it lacks a name.
	b.post("/contacts/chosen", form("do", "join", "all", "1", "into", "1")).wants(t, http.StatusOK, "Put 3 people into Year 4?", `name="sure"`)
	b.post("/contacts/chosen", form("do", "join", "all", "1", "into", "new", "q", "bo")).wants(t, http.StatusOK, "Put 1 person into a new group?", "Name of the new group")
	b.post("/contacts/chosen", form("do", "join", "all", "1", "into", "new", "q", "bo", "sure", "1")).wants(t, http.StatusUnprocessableEntity, "Enter a name.")
	b.post("/contacts/chosen", form("do", "join", "all", "1", "into", "new", "q", "bo", "sure", "1", "name", "Bos")).wants(t, http.StatusOK, "1 person was added.", "Text 1 person")
	if got := b.post("/contacts/chosen", form("do", "send", "contact", "1", "contact", "2")); !strings.HasPrefix(got.path, "/send?to=") || !strings.Contains(got.body, "07700 900002") {
		t.Errorf("a text to the chosen is on %s", got.path)
	}
	b.post("/contacts/chosen", form("do", "send", "all", "1", "q", "a")).wants(t, http.StatusOK, "Make the group and write the text")
	b.post("/contacts/chosen", form("do", "nonsense", "contact", "1")).wants(t, http.StatusForbidden)
	b.get("/contacts/chosen").wants(t, http.StatusOK, "3 people in your contacts")

	b.post("/contacts/chosen", form("do", "delete", "contact", "1", "contact", "2")).wants(t, http.StatusOK, "Delete 2 contacts?", "1,2")
	b.get("/contacts").wants(t, http.StatusOK, "Ann", "Bo")
	b.post("/contacts/chosen", form("do", "delete", "ids", "1,2", "sure", "1")).wants(t, http.StatusOK, "2 people were deleted.")
	b.get("/contacts/delete-all").wants(t, http.StatusOK, "Delete 1 contact", "type 1")
	b.post("/contacts/delete-all", form("sure", "yes")).wants(t, http.StatusUnprocessableEntity, "Type 1", "yes")
	b.post("/contacts/delete-all", form("sure", "1")).wants(t, http.StatusOK, "1 contact was deleted.", "No contacts yet")
	b.get("/contacts/work/7").wants(t, http.StatusNotFound)
}

func TestMergePages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.get("/contacts/duplicates").wants(t, http.StatusOK, "No duplicates")
	b.post("/contacts/new", form("name", "Ann Lee", "number", "07700900001", "field_name", "Class", "field_value", "4B"))
	b.post("/contacts/new", form("name", "Ann Lee", "number", "07700900002", "email", "ann@school.example"))
	b.get("/contacts/duplicates?by=name").wants(t, http.StatusOK, "Ann Lee", "/contacts/merge?keep=1&amp;with=2")
	b.get("/contacts/1").wants(t, http.StatusOK, "This may be somebody you have twice")
	b.get("/contacts/merge?keep=1&with=2").wants(t, http.StatusOK, "the same in both", "Nothing undoes a merge", "ann@school.example", "Class")
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	kim := td.signIn("kim")
	kim.get("/contacts/merge?keep=1&with=2").wants(t, http.StatusNotFound)
	kim.post("/contacts/merge", form("keep", "1", "with", "2")).wants(t, http.StatusNotFound)
	b.get("/contacts/merge?keep=1&with=1").wants(t, http.StatusNotFound)
	b.post("/contacts/merge", form("keep", "1", "with", "2", "number", "other", "email", "other", "field3", "kept")).wants(t, http.StatusOK, "are one now", "07700 900002", "ann@school.example", "4B", "Merged with a duplicate")
	b.get("/contacts/2").wants(t, http.StatusNotFound)
}

func TestListColumnPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.post("/lists", form("name", "Trip"))
	b.post("/lists/1/paste", form("people", "Number\tName\tCoach\n07700900001\tAnn\tA"))
	b.get("/lists/1").wants(t, http.StatusOK, "Coach")
	b.post("/lists/1/columns", form("do", "add", "column", "")).wants(t, http.StatusUnprocessableEntity, "Give the column a name.")
	b.post("/lists/1/columns", form("do", "add", "column", "Time")).wants(t, http.StatusOK, "was added", `value="Time"`)
	b.post("/lists/1/columns", form("do", "rename", "of", "Coach", "column", "time")).wants(t, http.StatusUnprocessableEntity, "already", `value="time"`)
	b.post("/lists/1/columns", form("do", "rename", "of", "Coach", "column", "Bus")).wants(t, http.StatusOK, "was renamed")
	b.get("/lists/1/entries/1").wants(t, http.StatusOK, "Bus", `value="A"`)
	b.post("/lists/1/entries/1", form("number", "07700900001", "name", "Ann", "column1", "B", "column2", "09:15")).wants(t, http.StatusOK, "was saved", "09:15")
	b.post("/lists/1/columns", form("do", "remove", "of", "Bus")).wants(t, http.StatusOK, "Remove the column Bus?", "1 line")
	b.post("/lists/1/columns", form("do", "remove", "of", "Bus", "sure", "1")).wants(t, http.StatusOK, "was removed")
	b.get("/lists/1").lacks(t, ">Bus<")
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	kim := td.signIn("kim")
	kim.get("/lists/1/columns").wants(t, http.StatusNotFound)
	kim.post("/lists/1/columns", form("do", "add", "column", "Mine")).wants(t, http.StatusNotFound)
}
