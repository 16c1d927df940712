package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/sms"
)

func TestContactsPage(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.get("/contacts").wants(t, http.StatusOK, "No contacts yet")
	b.post("/contacts/new", form("name", "", "number", "rubbish", "email", "x")).wants(t, http.StatusUnprocessableEntity,
		"Enter a name.", "rubbish", "This is not an e-mail address.", "<title>Error: ")
	got := b.post("/contacts/new", form("name", "<b>Jo</b> Smith", "number", "07700900123"))
	got.wants(t, http.StatusOK, "The contact was added.", "&lt;b&gt;Jo&lt;/b&gt; Smith", "07700 900123")
	got.lacks(t, "<b>Jo")
	b.post("/contacts/new", form("name", "Jo", "number", "+44 7700 900123")).wants(t, http.StatusUnprocessableEntity, "in your contacts already")
	b.get("/contacts?q=smi").wants(t, http.StatusOK, "07700 900123")
	b.get("/contacts?q=nobody").wants(t, http.StatusOK, "Nothing matches")
	b.get("/contacts/1").wants(t, http.StatusOK, "07700 900123", "In no group")
	b.post("/contacts/1", form("name", "Jo Smith", "number", "07700900124", "email", "jo@school.example")).wants(t, http.StatusOK, "was saved", "07700 900124")
	b.get("/contacts/1/delete").wants(t, http.StatusOK, "Delete Jo Smith?")

	// Nobody beside them may look.
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	kim := td.signIn("kim")
	for _, path := range []string{"/contacts/1", "/contacts/1/delete"} {
		kim.get(path).wants(t, http.StatusNotFound, "There is no such contact.")
		kim.get(path).lacks(t, "Jo Smith")
	}
	kim.post("/contacts/1/delete", nil).wants(t, http.StatusNotFound)
	b.post("/contacts/1/delete", nil).wants(t, http.StatusOK, "was deleted", "No contacts yet")
	b.get("/contacts/1").wants(t, http.StatusNotFound)
}

func TestGroupPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.post("/groups", form("name", " ")).wants(t, http.StatusUnprocessableEntity, "Enter a name.")
	got := b.post("/groups", form("name", "Year 4"))
	got.wants(t, http.StatusOK, "Nobody yet", "Add people")
	if got.path != "/groups/1" {
		t.Errorf("a new group leads to %s", got.path)
	}
	b.post("/groups", form("name", "year 4")).wants(t, http.StatusUnprocessableEntity, "of this name already", `value="year 4"`)
	b.post("/groups/1/paste", form("people", "")).wants(t, http.StatusUnprocessableEntity, "Paste at least one number.")
	got = b.post("/groups/1/paste", form("people", "Ann <07700900001>\nBo 07700900002\n020 7946 0000"))
	got.wants(t, http.StatusOK, "2 people were added.", "1 line was left out", "landline", "Text 2 people")
	b.post("/groups/1/paste", form("people", "07700900002\n07700900003")).wants(t, http.StatusOK, "1 person was added. 1 was in the group already.")
	b.get("/groups/1/paste").wants(t, http.StatusOK, "Text 3 people")
	b.post("/groups/1/remove", form("contact", "1", "contact", "x")).wants(t, http.StatusOK, "1 person was taken out.", "Text 2 people")
	b.post("/groups/1/remove", nil).wants(t, http.StatusOK, "Nobody was selected")
	b.post("/contacts/chosen", form("do", "join", "contact", "1", "contact", "2", "into", "1", "back_group", "1")).wants(t, http.StatusOK, "1 person was added.", "Text 3 people")
	b.post("/contacts/chosen", form("do", "join", "into", "1")).wants(t, http.StatusOK, "Nobody was selected")
	b.post("/groups/1/rename", form("name", "")).wants(t, http.StatusUnprocessableEntity, "Enter a name.")
	b.post("/groups/1/rename", form("name", "Year 5")).wants(t, http.StatusOK, "was renamed", "Year 5")
	b.get("/groups").wants(t, http.StatusOK, "Year 5", "/send?group=1")

	boss := td.signIn("boss")
	boss.get("/groups/1").wants(t, http.StatusOK, "Ann") // who is above them
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	kim := td.signIn("kim")
	for _, path := range []string{"/groups/1", "/groups/1/rename", "/groups/1/empty", "/groups/1/delete"} {
		kim.get(path).wants(t, http.StatusNotFound, "There is no such group.")
	}
	for _, path := range []string{"/groups/1/paste", "/groups/1/remove", "/groups/1/rename", "/groups/1/empty", "/groups/1/delete"} {
		kim.post(path, form("people", "07700900009", "name", "Mine", "contact", "1")).wants(t, http.StatusNotFound)
	}
	kim.post("/contacts/chosen", form("do", "join", "contact", "1", "into", "1")).wants(t, http.StatusNotFound)

	b.get("/groups/1/empty").wants(t, http.StatusOK, "Take 3 people out")
	b.post("/groups/1/empty", nil).wants(t, http.StatusOK, "3 people were taken out.", "Nobody yet")
	b.get("/groups/1/delete").wants(t, http.StatusOK, "Delete the group")
	b.post("/groups/1/delete", nil).wants(t, http.StatusOK, "was deleted", "No groups yet")
	b.get("/contacts").wants(t, http.StatusOK, "Ann", "Bo")
}

func TestListPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.post("/lists", form("name", "Trip")).wants(t, http.StatusOK, "Lines from Excel")
	b.post("/lists/1/paste", form("people", "x\ty")).wants(t, http.StatusUnprocessableEntity, "None of these lines can be used.", "x\ty")
	b.post("/lists/1/paste", form("people", "07700900001\tAnn\tann@school.example\tCoach A\r\n07700900002\tBo\t\tCoach B\r\nrubbish\tCy")).wants(t, http.StatusOK,
		"2 people were added.", "Line 3:", "Coach B", "MM1", "rubbish\tCy")
	b.get("/lists/1").lacks(t, "MM2")
	b.get("/lists/1?q=bo").lacks(t, "Coach A")
	b.get("/lists/1/entries/2").wants(t, http.StatusOK, "07700 900002", "Coach B")
	b.post("/lists/1/entries/2", form("number", "07700900001", "name", "Bo")).wants(t, http.StatusUnprocessableEntity, "on the list already")
	b.post("/lists/1/entries/2", form("number", "07700900022", "name", "Bo Ross", "mm5", "vegetarian")).wants(t, http.StatusOK, "was saved", "MM5", "vegetarian")
	b.post("/lists/1/rename", form("name", "Spring trip")).wants(t, http.StatusOK, "Spring trip")
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	kim := td.signIn("kim")
	for _, path := range []string{"/lists/1", "/lists/1/entries/1", "/lists/1/rename", "/lists/1/delete"} {
		kim.get(path).wants(t, http.StatusNotFound, "There is no such list.")
	}
	for _, path := range []string{"/lists/1/paste", "/lists/1/entries/1", "/lists/1/entries/1/remove", "/lists/1/rename", "/lists/1/delete"} {
		kim.post(path, form("people", "07700900009", "name", "Mine", "number", "07700900009")).wants(t, http.StatusNotFound)
	}
	b.get("/lists/1/entries/77").wants(t, http.StatusNotFound)
	b.post("/lists/1/entries/2/remove", nil).wants(t, http.StatusOK, "was removed", "1 person")
	b.post("/lists/1/delete", nil).wants(t, http.StatusOK, "No lists yet")
}

func TestSuppressionPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	td.signIn("sam").get("/contacts").lacks(t, "Not to be texted")
	b.post("/suppressions", form("people", "07700900123")).wants(t, http.StatusUnprocessableEntity, "Say why", "07700900123")
	b.post("/suppressions", form("people", "07700900123\n07700900124\nrubbish", "reason", "Asked")).wants(t, http.StatusOK, "2 people were added.", "1 line was left out", "07700 900123")
	b.get("/suppressions?q=07700900124").lacks(t, "07700 900123")
	b.get("/suppressions/remove?number=447700900123").wants(t, http.StatusOK, "Allow 07700 900123 to be texted again?", "Asked")
	b.post("/suppressions/remove", form("number", "447700900123")).wants(t, http.StatusUnprocessableEntity, "Say why")
	b.post("/suppressions/remove", form("number", "447700900123", "reason", "Came back")).wants(t, http.StatusOK, "may be texted again")
	b.post("/suppressions/remove", form("number", "447700900123", "reason", "Came back")).wants(t, http.StatusOK, "not on the list")
	b.get("/suppressions/remove?number=1").wants(t, http.StatusOK, "not on the list")
	if all, _, _, err := td.Suppressions(t.Context(), td.actor("boss"), desk.BookSearch{Limit: 10}); err != nil || len(all) != 1 {
		t.Errorf("%d are on the list, %v", len(all), err)
	}
}

// carried reads the hidden fields of a page's main form.
func carried(body string) url.Values {
	values := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		values.Add(m[1], strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(m[2]))
	}
	return values
}

func TestSendToGroupsFromThePage(t *testing.T) {
	td := newTestDesk(t)
	sam := td.actor("sam")
	group, err := td.AddGroup(t.Context(), sam, "Year 4")
	must(t, err)
	_, err = td.PasteIntoGroup(t.Context(), sam, group, "Ann 07700900001\nBo 07700900002\nCy 07700900003")
	must(t, err)
	list, err := td.AddList(t.Context(), sam, "Trip")
	must(t, err)
	_, err = td.PasteIntoList(t.Context(), sam, list, "07700900003\tCy again\n07700900004\tDee")
	must(t, err)
	_, err = td.Suppress(t.Context(), td.actor("boss"), "07700900002", "Asked")
	must(t, err)

	b := td.signIn("sam")
	b.get("/send").wants(t, http.StatusOK, "Groups and lists", "Year 4", "Trip")
	b.get(fmt.Sprintf("/send?group=%d", group)).wants(t, http.StatusOK, "<strong>2 people</strong>", "1 not to be texted", "checked")
	td.signIn("boss").get("/send").lacks(t, "Groups and lists")

	order := form("key", "one", "to", "07700900001", "group", fmt.Sprint(group), "list", fmt.Sprint(list), "sender", "Oakfield", "body", "Hello")
	b.post("/send/check", order).wants(t, http.StatusOK, "<strong>3 people</strong>", "2 duplicates removed", "1 not to be texted", "Bo 07700 900002", "Review 3 messages")
	order.Set("do", "send")
	review := b.post("/send", order)
	review.wants(t, http.StatusOK, "Check and send", "Year 4", "Trip", "Cy 07700 900003", "must not be texted", "Send 3 messages")

	// Somebody leaves and somebody joins: those who were reviewed get it, and the
	// difference is said.
	again := carried(review.body)
	_, err = td.RemoveFromGroup(t.Context(), sam, group, []int64{3})
	must(t, err)
	must(t, td.RemoveEntry(t.Context(), sam, list, 1))
	_, err = td.PasteIntoGroup(t.Context(), sam, group, "Ed 07700900005")
	must(t, err)
	changed := b.get(review.path)
	changed.wants(t, http.StatusOK, "Others are in Year 4 than you check here", "Send 3 messages")
	changed.says(t, "As many are in it as when it was read, but not the same.", "It had 2 people when it was read and has 1 now.")
	again.Set("do", "change")
	b.post("/send", again).wants(t, http.StatusOK, "07700900001</textarea>", "Hello</textarea>", "<strong>3 people</strong>")
	again.Set("do", "send")
	sent := b.post("/send", again)
	if !strings.HasPrefix(sent.path, "/batches/") {
		t.Fatalf("sending leads to %s:\n%s", sent.path, sent.body)
	}
	sent.wants(t, http.StatusOK, "Others are in Year 4 and Trip by now. It goes to the 3 people that you have checked.")
	sent.wants(t, http.StatusOK, "Left out", "Bo 07700 900002")
	b.post("/send", again).wants(t, http.StatusOK, "sent already, and only once")
	page, err := td.Outbox(t.Context(), sam, desk.Filter{Limit: 10})
	must(t, err)
	var numbers []sms.MSISDN
	for _, m := range page.Messages {
		numbers = append(numbers, m.Number)
	}
	if fmt.Sprint(numbers) != fmt.Sprint([]sms.MSISDN{"+447700900004", "+447700900003", "+447700900001"}) {
		t.Errorf("sent to %v", numbers)
	}

	// The same form to another group is another send.
	order.Del("list")
	b.post("/send", order).wants(t, http.StatusOK, "Check and send")

	// Gone, or a sibling's.
	must(t, td.DeleteList(t.Context(), sam, list))
	b.post("/send", form("key", "two", "list", fmt.Sprint(list), "sender", "Oakfield", "body", "Hello", "do", "send")).wants(t, http.StatusUnprocessableEntity, "There is no such list.")
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal, Credits: 10})
	kim := td.signIn("kim").post("/send", form("key", "three", "to", "07700900009", "group", fmt.Sprint(group), "sender", "Oakfield", "body", "Hello", "do", "send"))
	kim.wants(t, http.StatusUnprocessableEntity, "There is no such group.")
	kim.lacks(t, "Year 4", "Ann")
}
