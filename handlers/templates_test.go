package handlers_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
)

func TestTemplatesArePagesAndFillTheComposer(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	boss, sam, kim := td.signIn("boss"), td.signIn("sam"), td.signIn("kim")
	sam.get("/templates").wants(t, http.StatusOK, "No templates yet")
	sam.get("/send").lacks(t, "Use a template")

	refused := sam.post("/templates/new", form("name", "Trip", "body", "Dear ((Name), the bus leaves.", "shared", "on"))
	refused.wants(t, http.StatusUnprocessableEntity, "is not closed", "Dear ((Name), the bus leaves.", "Only an administrator can share a template.")
	sam.post("/templates/new", form("name", "Trip", "folder", "Year 4", "sender", "SCHOOL", "body", "Dear ((Name|parent)), the bus leaves.")).
		wants(t, http.StatusOK, "The template is saved.", "Year 4", "Trip", "Fills in Name", "1 text message")
	boss.post("/templates/new", form("name", "Closed", "body", "We are closed.", "shared", "on")).wants(t, http.StatusOK, "Shared by you")

	ids := map[string]int64{}
	for _, who := range []string{"boss", "sam"} {
		all, err := td.Templates(t.Context(), td.actor(who), "")
		must(t, err)
		for _, tm := range all {
			ids[tm.Name] = tm.ID
		}
	}
	list := kim.get("/templates")
	list.wants(t, http.StatusOK, "Closed", "Shared by Bo Ross")
	list.lacks(t, "Trip")
	trip, closed := fmt.Sprintf("/templates/%d", ids["Trip"]), fmt.Sprintf("/templates/%d", ids["Closed"])
	for _, path := range []string{trip, trip + "/delete", fmt.Sprintf("/templates/new?copy=%d", ids["Trip"]), fmt.Sprintf("/send?template=%d", ids["Trip"])} {
		for _, b := range []*browser{kim, boss} {
			got := b.get(path)
			got.wants(t, http.StatusNotFound)
			got.lacks(t, "the bus leaves")
		}
	}
	kim.post(trip, form("name", "x", "body", "x")).wants(t, http.StatusNotFound)
	kim.post(closed, form("name", "x", "body", "x")).wants(t, http.StatusForbidden)
	kim.post(closed+"/delete", nil).wants(t, http.StatusForbidden)
	kim.get(closed).wants(t, http.StatusOK, "We are closed.", "Make a copy of your own")
	kim.get(fmt.Sprintf("/templates/new?copy=%d", ids["Closed"])).wants(t, http.StatusOK, "Copy of Closed", "We are closed.")
	sam.get("/templates?q=BUS+nothing").wants(t, http.StatusOK, "Nothing matches")
	sam.post("/templates/check", form("body", strings.Repeat("x", 161)+"((Name")).wants(t, http.StatusOK, "2 text messages", "is not closed")

	// On the composer, the button fills the message; the first button of the
	// form, which Enter presses, still does nothing.
	page := sam.get("/send")
	page.wants(t, http.StatusOK, "Use a template", "Trip", "Closed")
	if first := regexp.MustCompile(`(?s)id="compose".*?<button[^>]*value="([^"]*)"`).FindStringSubmatch(page.body); first == nil || first[1] != "update" {
		t.Errorf("the first button of the composer is %q", first)
	}
	used := sam.post("/send", form("key", "k", "to", "07700900123", "sender", "Oakfield", "body", "old", "template", fmt.Sprint(ids["Trip"]), "do", "template"))
	used.wants(t, http.StatusOK, "Dear ((Name|parent)), the bus leaves.", `value="SCHOOL"`, "07700900123")
	used.lacks(t, ">\nold<")
	sam.post("/send", form("key", "k", "to", "07700900123", "body", "stays", "template", "", "do", "template")).wants(t, http.StatusOK, "stays")
	sam.post("/send", form("key", "k", "to", "07700900123", "body", "x", "template", "no number", "do", "template")).wants(t, http.StatusNotFound)
	sam.get("/outbox").wants(t, http.StatusOK, "Nothing sent yet")

	sam.post(trip, form("name", "Trip", "folder", "Year 5", "body", "Changed")).wants(t, http.StatusOK, "Year 5", "Changed")
	sam.get(trip+"/delete").wants(t, http.StatusOK, "It cannot be brought back.")
	gone := sam.post(trip+"/delete", nil)
	gone.wants(t, http.StatusOK, "The template Trip is deleted.")
	gone.lacks(t, "Changed")
}
