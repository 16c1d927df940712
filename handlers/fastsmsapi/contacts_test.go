package fastsmsapi_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"textdesk/desk"
)

// TestContactsOfAnyNameAreOneLineEach: clients split lines before they parse.
func TestContactsOfAnyNameAreOneLineEach(t *testing.T) {
	w := newWorld(t)
	sam := w.as("sam")
	names := []string{`O'Brien, "Kit"`, "=1+1", "Zoë 🎉", "a;b|c", `"`, "- "}
	group, err := w.AddGroup(t.Context(), sam, `Trips, "all"`)
	must(t, err)
	for i, name := range names {
		id, err := w.AddContact(t.Context(), sam, desk.ContactForm{Name: name, Number: fmt.Sprintf("07700900%03d", 300+i), Email: fmt.Sprintf("p%d@school.example", i)})
		must(t, err)
		_, err = w.AddToGroup(t.Context(), sam, group, []int64{id})
		must(t, err)
	}
	got := w.call("sam", "GetAllContacts")
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	if len(lines) != 2+len(names) || !strings.HasSuffix(got, "\n") {
		t.Fatalf("%d contacts are %d lines:\n%s", 2+len(names), len(lines), got)
	}
	for i, line := range lines {
		cells, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil || len(cells) != 4 || !strings.HasPrefix(cells[1], "447700900") {
			t.Errorf("line %d is %q, %v", i, line, err)
			continue
		}
		if n := slices.IndexFunc(names, func(name string) bool { return strings.TrimSpace(name) == cells[0] }); n >= 0 && (cells[2] != fmt.Sprintf("p%d@school.example", n) || cells[3] != `Trips, "all"`) {
			t.Errorf("line %d is %q", i, line)
		}
	}
	if got := w.call("sam", "GetAllGroups"); !strings.Contains(got, "\n\"Trips, \"\"all\"\"\"\n") {
		t.Errorf("the groups are %q", got)
	}
}

// TestDeletingIsOnesOwn: what others have stays.
func TestDeletingIsOnesOwn(t *testing.T) {
	w := newWorld(t)
	kim := w.as("kim")
	_, err := w.AddContact(t.Context(), kim, desk.ContactForm{Name: "Kit", Number: "07700900400"})
	must(t, err)
	_, err = w.AddGroup(t.Context(), kim, "Year 4")
	must(t, err)
	for _, action := range []string{"DeleteAllContacts", "DeleteAllGroups"} {
		for _, who := range []string{"sam", "boss"} {
			if got := w.call(who, action); got != "1" {
				t.Errorf("%s answers %s %s", action, who, got)
			}
		}
	}
	if got := w.call("kim", "GetAllContacts") + w.call("kim", "GetAllGroups"); got != "Kit,447700900400,\nYear 4\n" {
		t.Errorf("kim has %q left", got)
	}
	// The list is another thing, and so is who must not be texted.
	if got := w.call("sam", "Send", "DestinationAddress", "List", "ListName", "Spring trip", "SourceAddress", "API", "Body", "Hi"); got != "1" {
		t.Errorf("a send to the list answers %s", got)
	}
	if got := w.call("sam", "Send", "DestinationAddress", "Group", "GroupName", "Year 4", "SourceAddress", "API", "Body", "Hi"); got != "-414" {
		t.Errorf("a send to the deleted group answers %s", got)
	}
}

// TestManyContactsAreDeletedInSteps: more than one step has.
func TestManyContactsAreDeletedInSteps(t *testing.T) {
	w := newWorld(t)
	sam := w.as("sam")
	group, err := w.AddGroup(t.Context(), sam, "Everybody")
	must(t, err)
	var people strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&people, "0770098%04d\n", i)
	}
	_, err = w.PasteIntoGroup(t.Context(), sam, group, people.String())
	must(t, err)
	if got := strings.Count(w.call("sam", "GetAllContacts"), "\n"); got != 5002 {
		t.Errorf("there are %d contacts", got)
	}
	if got := w.call("sam", "EmptyGroup", "Group", "everybody"); got != "1" {
		t.Errorf("emptying answers %s", got)
	}
	if g, err := w.Group(t.Context(), sam, group); err != nil || g.Count != 0 {
		t.Errorf("%d are left in the group, %v", g.Count, err)
	}
	if got := w.call("sam", "DeleteAllContacts"); got != "1" {
		t.Errorf("deleting answers %s", got)
	}
	if got := w.call("sam", "GetAllContacts"); got != "" {
		t.Errorf("left are %.200q", got)
	}
	if problems, err := w.CheckBooks(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("the books: %v, %v", problems, err)
	}
}
