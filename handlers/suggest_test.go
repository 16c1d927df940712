package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"textdesk/desk"
)

func TestNamesAmongTheNumbersFindPeople(t *testing.T) {
	td := newTestDesk(t)
	ctx := t.Context()
	for _, c := range []desk.ContactForm{{Name: "Ottilie Brandt", Number: "07700 900123"}, {Name: "Otto Weiß", Number: "07700 900124"}, {Name: "Class 4", Number: "07700 900125"}} {
		_, err := td.AddContact(ctx, td.actor("sam"), c)
		must(t, err)
	}
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	_, err := td.AddContact(ctx, td.actor("kim"), desk.ContactForm{Name: "Ottokar Secret", Number: "07700 900126"})
	must(t, err)
	sam := td.signIn("sam")

	got := sam.post("/send/check", order("to", "07700900130\nott", "do", ""))
	got.says(t, "Do you mean", "Ottilie Brandt 07700 900123", "Otto Weiß 07700 900124")
	if strings.Contains(got.body, "Secret") || strings.Contains(got.body, "900130</") {
		t.Errorf("it offers %s", got.words())
	}
	sam.post("/send/check", order("to", "nobody such", "do", "")).says(t, "Nobody in your contacts is found by “nobody such”")
	for _, quiet := range []string{"o", "07700 900123", "Ottilie Brandt 07700 900123", "4.48E+11", ""} {
		if body := sam.post("/send/check", order("to", quiet, "do", "")).body; strings.Contains(body, "Do you mean") || strings.Contains(body, "is found by") {
			t.Errorf("%q finds people", quiet)
		}
	}

	// The button without script, then the text with the name in it.
	buttons := buttonPattern.FindAllString(sam.post("/send", order("to", "07700900130\r\nott", "do", "update")).body, -1)
	pressed := ""
	for _, b := range buttons {
		if strings.Contains(b, "Otto Weiß") {
			_, after, _ := strings.Cut(b, `value="`)
			pressed, _, _ = strings.Cut(after, `"`)
		}
	}
	page := sam.post("/send", order("to", "07700900130\r\nott", "do", pressed))
	page.wants(t, http.StatusOK, "Otto Weiß 07700 900124")
	page.says(t, "2 people")
	sam.post("/send", order("to", "Otto Weiß 07700 900124", "body", "Dear ((Name)), hello"))
	list, err := td.Outbox(ctx, td.actor("sam"), desk.Filter{Limit: 1})
	must(t, err)
	if len(list.Messages) != 1 || list.Messages[0].Body != "Dear Otto Weiß, hello" {
		t.Errorf("sent %+v", list.Messages)
	}

	// A number within a name is not taken for a part of the other.
	sam.post("/send/check", order("to", "class", "do", "")).wants(t, http.StatusOK, `data-chosen="Class 4 &lt;07700 900125&gt;"`)
	// Somebody else's contact cannot be asked for by its number.
	if body := td.signIn("kim").post("/send", order("to", "x", "do", "person:1:x")).body; strings.Contains(body, "900123") {
		t.Error("a number of somebody else's contacts is shown")
	}
}

// Somebody pastes a whole letter where a name belongs.
func TestSearchesTakeAnything(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "lee", Level: desk.LevelAdmin})
	_, err := td.AddContact(t.Context(), td.actor("lee"), desk.ContactForm{Name: "Ottilie Brandt", Number: "07700 900123"})
	must(t, err)
	lee := td.signIn("lee")
	var letter strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&letter, "word%d ", i)
	}
	for _, path := range []string{"/contacts", "/groups", "/lists", "/inbox", "/templates", "/users", "/suppressions", "/outbox", "/outbox/sends", "/audit", "/privacy", "/replies/keywords", "/numbers"} {
		for _, typed := range []string{letter.String(), strings.Repeat("x ", 4000), strings.Repeat("é", 6000), strings.Repeat("0", 9000), `"`, "%_\\", "a\x00b", "\xff"} {
			if got := lee.get(path + "?q=" + url.QueryEscape(typed)); got.status != http.StatusOK {
				t.Errorf("%s answers %d to %.20q", path, got.status, typed)
			}
		}
	}
	lee.post("/send/check", order("to", letter.String(), "do", "")).wants(t, http.StatusOK)
	lee.get("/contacts?q="+url.QueryEscape("brandt brandt ottilie")).says(t, "Ottilie Brandt")
}
