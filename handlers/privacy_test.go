package handlers_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"textdesk/desk"
)

func TestOnePersonIsHandedOutAndErased(t *testing.T) {
	td := newTestDesk(t)
	sam, boss := td.signIn("sam"), td.signIn("boss")
	sam.post("/contacts/new", form("name", "Jo =Smith", "number", "07700900123", "email", "jo@home.example"))
	sam.post("/contacts/1/consent", form("source", "paper", "wording", "Trips"))
	sam.post("/groups", form("name", "Year 4"))
	sam.post("/groups/1/paste", form("people", "07700900123"))
	sam.post("/lists", form("name", "Spring trip"))
	sam.post("/lists/1/paste", form("people", "07700900123\tJo"))
	_, err := td.Send(t.Context(), td.actor("sam"), desk.Order{To: []string{"07700900123"}, Sender: "SCHOOL", Body: "Dear Jo"})
	must(t, err)
	boss.post("/suppressions", form("people", "07700900123", "reason", "Asked"))

	for _, path := range []string{"/privacy", "/privacy?number=07700900123", "/privacy/export?number=07700900123", "/privacy/erase?number=07700900123", "/settings/retention"} {
		sam.get(path).wants(t, http.StatusForbidden)
	}
	boss.get("/privacy").wants(t, http.StatusOK, "Somebody asks what you keep of them")
	boss.get("/privacy?number=rubbish").wants(t, http.StatusUnprocessableEntity, "<title>Error: ", `value="rubbish"`)
	boss.get("/privacy?number=07700900999").wants(t, http.StatusOK, "Nothing: no contact")
	q := url.Values{"number": {"+44 7700 900123"}}.Encode()
	boss.get("/privacy?"+q).wants(t, http.StatusOK, "07700 900123", "Jo =Smith", "1 contact", "1 line on a list", "1 message", "On the list", "Download everything")

	got := boss.get("/privacy/export?" + q)
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/zip" {
		t.Fatalf("answered %d, %v", got.status, got.header)
	}
	z, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body)))
	must(t, err)
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		files[f.Name] = string(content)
	}
	for name, want := range map[string]string{"contact.csv": "sam,Jo =Smith,'+447700900123,jo@home.example", "consent.csv": "paper,Trips", "lists.csv": "Spring trip,Jo", "messages.csv": "Dear Jo",
		"received.csv": "Received", "not-to-be-texted.csv": "Asked,boss", "changes.csv": "add"} {
		if !strings.Contains(files[name], want) {
			t.Errorf("%s is %q, without %q", name, files[name], want)
		}
	}
	var all struct {
		Number   string              `json:"number"`
		Contact  []map[string]string `json:"contact"`
		Messages []map[string]string `json:"messages"`
	}
	if err := json.Unmarshal([]byte(files["everything.json"]), &all); err != nil || all.Number != "+447700900123" || len(all.Messages) != 1 || all.Contact[0]["Name"] != "Jo =Smith" || all.Contact[0]["Groups"] != "Year 4" {
		t.Errorf("everything is %+v, %v:\n%s", all, err, files["everything.json"])
	}

	boss.get("/privacy/erase?"+q).wants(t, http.StatusOK, "Erase 07700 900123?", "1 text that waits to leave is taken back.", "still must not be texted", "Type the number")
	boss.post("/privacy/erase", form("number", "+447700900123", "confirm", "07700900124")).wants(t, http.StatusUnprocessableEntity, "This is not the number.", `value="07700900124"`)
	sam.post("/privacy/erase", form("number", "+447700900123", "confirm", "07700900123")).wants(t, http.StatusForbidden)
	boss.post("/privacy/erase", form("number", "+447700900123", "confirm", "07700 900123")).wants(t, http.StatusOK, "is being erased", "under way")
	must(t, td.RunErasures(t.Context()))
	boss.get("/privacy?"+q).wants(t, http.StatusOK, "On the list", "done")
	boss.get("/privacy?"+q).lacks(t, "1 contact", "1 message")
	sam.get("/contacts").lacks(t, "Smith")
	sam.get("/outbox").lacks(t, "Dear Jo", "900123")
	boss.get("/suppressions").wants(t, http.StatusOK, "Erased number")
	boss.get("/suppressions?q=07700900123").wants(t, http.StatusOK, "07700 900123", "Allow again")
	if problems, err := td.CheckBooks(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("the books: %v, %v", problems, err)
	}
}

func TestHowLongThingsAreKept(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	_, err := td.Send(t.Context(), td.actor("sam"), desk.Order{To: []string{"07700900123"}, Sender: "SCHOOL", Body: "Old text"})
	must(t, err)
	boss.get("/settings").wants(t, http.StatusOK, `href="/settings/retention"`, `href="/privacy"`)
	boss.get("/settings/retention").wants(t, http.StatusOK, "For ever", "Audit log")
	boss.post("/settings/retention", form("texts", "soon", "audit", "10")).wants(t, http.StatusUnprocessableEntity, "Enter a whole number of days", `value="soon"`, `value="10"`)
	boss.post("/settings/retention", form("texts", "30")).wants(t, http.StatusOK, "Texts: kept for 30 days. Nothing is older than that now.", "Everything else is kept for ever.")
	boss.get("/settings/retention").lacks(t, `value="30"`)
	boss.post("/settings/retention", form("texts", "30", "sure", "yes")).wants(t, http.StatusOK, "It is saved.", `value="30"`)
	boss.post("/settings/retention", form()).wants(t, http.StatusOK, "Everything is kept for ever.")
}
