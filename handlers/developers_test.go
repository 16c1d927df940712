package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/handlers/fastsmsapi"
)

// Every example of the page works when it is run with a token.
func TestDevelopersExamplesWork(t *testing.T) {
	td := newTestDesk(t)
	token, err := td.NewKey(t.Context(), td.actor("boss"), "Examples")
	must(t, err)
	group, err := td.AddGroup(t.Context(), td.actor("boss"), "Year 4")
	must(t, err)
	_, err = td.PasteIntoGroup(t.Context(), td.actor("boss"), group, "07700900151")
	must(t, err)
	page := td.signIn("boss").get("/developers")
	page.wants(t, http.StatusOK, td.server.URL+"/api", "Retry-After", "PowerShell", "Excel VBA", "Not Enough Credits", "Examples")
	examples := strings.Split(spacePattern.ReplaceAllString(tagPattern.ReplaceAllString(page.body, " "), " "), "curl ")[1:]
	run := 0
	for _, e := range examples {
		e = strings.NewReplacer("&#39;", "'", "&amp;", "&").Replace(e)
		form := url.Values{}
		for _, part := range strings.Split(e, "--data-urlencode '")[1:] {
			pair, _, _ := strings.Cut(part, "'")
			name, value, _ := strings.Cut(pair, "=")
			form.Set(name, strings.ReplaceAll(value, "YOUR-TOKEN", token))
		}
		if form.Get("Token") == "" {
			continue // a program in another language
		}
		run++
		got := td.newBrowser().post("/api", form)
		// What the examples name by an id is not there; all else goes well.
		for _, code := range []string{"-501", "-502", "-507", "-3"} {
			if strings.HasPrefix(got.body, code) {
				t.Errorf("%v answers %q", form, got.body)
			}
		}
	}
	if run < 9 {
		t.Errorf("only %d examples were run", run)
	}
}

// A code that a script can get stands on the page, with what to do.
func TestDevelopersCodes(t *testing.T) {
	never := map[fastsmsapi.Code]bool{-101: true, -302: true, -303: true, -400: true, -513: true, -514: true, -515: true, -516: true, -517: true, -519: true,
		-701: true, -703: true} // of the vendor's page only
	page := newTestDesk(t).signIn("boss").get("/developers")
	for _, c := range fastsmsapi.Codes() {
		if shown := strings.Contains(page.body, "<code>"+c.Code.String()+"</code>"); shown == never[c.Code] {
			t.Errorf("%d %s: shown %v", c.Code, c.Text, shown)
		}
	}
}

func TestCallsOfToken(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	token, err := td.NewKey(t.Context(), td.actor("sam"), "Booking system")
	must(t, err)
	keys, err := td.Keys(t.Context(), td.actor("sam"))
	must(t, err)
	path := fmt.Sprintf("/developers/tokens/%d", keys[0].ID)
	sam, boss, kim := td.signIn("sam"), td.signIn("boss"), td.signIn("kim")
	sam.get(path).wants(t, http.StatusOK, "No calls yet", "Your token "+keys[0].Hint)
	script := td.newBrowser()
	script.post("/api", form("Token", token, "Action", "send", "DestinationAddress", "07700900123,+44 7700 900124", "SourceAddress", "School", "Body", "The secret meeting is at nine"))
	script.get("/api?Token=" + token + "&Action=Send&DestinationAddress=nonsense&SourceAddress=School&Body=Private")
	script.get("/api?Token=" + token + "&Action=Sesame")
	for _, b := range []*browser{sam, boss} {
		got := b.get(path)
		got.wants(t, http.StatusOK, "DestinationAddress=07700•••123, ", "Body=29 characters", "SourceAddress=School", "-401", "Invalid Destination Address",
			"Correct the number.", "No known action", "-502", "10000001,10000002", "127.0.0.1", "POST", "GET")
		got.lacks(t, token, "secret meeting", "900123", "900124", "900 124", "Private")
	}
	kim.get(path).wants(t, http.StatusNotFound)
	sam.get(path).lacks(t, "Save the limit")
	boss.get(path).wants(t, http.StatusOK, "Save the limit", `value="500"`)

	sam.post(path+"/rate", form("rate", "1", "burst", "1")).wants(t, http.StatusForbidden)
	boss.post(path+"/rate", form("rate", "-1", "burst", "lots")).wants(t, http.StatusUnprocessableEntity, "from 0 to 100,000", "from 1 to 100,000", `value="lots"`)
	boss.post(path+"/rate", form("rate", "1", "burst", "2")).wants(t, http.StatusOK, "The limit is saved.", `value="1"`)
	if got := boss.get(path + "/rate"); got.path != path {
		t.Errorf("the form's address leads to %s", got.path)
	}

	// Past the limit the answer says when to come again, and nothing was done.
	before := td.sent("sam")
	type reply struct {
		status int
		body   string
		after  string
	}
	replies := make(chan reply, 12)
	for range cap(replies) {
		go func() {
			got := td.newBrowser().post("/api", form("Token", token, "Action", "Send", "DestinationAddress", "07700900125", "SourceAddress", "School", "Body", "Hello", "ShowErrorMessage", "1"))
			replies <- reply{got.status, got.body, got.header.Get("Retry-After")}
		}()
	}
	refused := 0
	for range cap(replies) {
		switch r := <-replies; r.status {
		case http.StatusOK:
		case http.StatusTooManyRequests:
			refused++
			if n, err := strconv.Atoi(r.after); err != nil || n < 1 || n > 10 || r.body != "-511\nThe system is down for maintenance" {
				t.Errorf("refused with %q, Retry-After %q", r.body, r.after)
			}
		default:
			t.Errorf("answered %d %q", r.status, r.body)
		}
	}
	if sent := td.sent("sam") - before; refused == 0 || sent+refused != cap(replies) {
		t.Errorf("%d were refused and %d sent of %d", refused, sent, cap(replies))
	}
	sam.get(path).wants(t, http.StatusOK, "-511")
}

// Only the last calls stay, however many there were.
func TestCallsAreKeptByCount(t *testing.T) {
	td := newTestDesk(t)
	_, err := td.NewKey(t.Context(), td.actor("sam"), "Loop")
	must(t, err)
	keys, err := td.Keys(t.Context(), td.actor("sam"))
	must(t, err)
	for i := range 3*desk.CallsKept + 7 {
		td.NoteCall(desk.APICall{KeyID: keys[0].ID, At: td.Now(), Action: "Send", Answer: fmt.Sprint(i)})
		if i%150 == 0 {
			must(t, td.KeepCalls(t.Context()))
		}
	}
	_, calls, err := td.Calls(t.Context(), td.actor("sam"), keys[0].ID)
	must(t, err)
	if len(calls) != desk.CallsKept || calls[0].Answer != fmt.Sprint(3*desk.CallsKept+6) || calls[len(calls)-1].Answer != fmt.Sprint(2*desk.CallsKept+7) {
		t.Errorf("%d calls are there, from %s to %s", len(calls), calls[0].Answer, calls[len(calls)-1].Answer)
	}
}
