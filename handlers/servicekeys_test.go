package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
)

var serviceKeyPattern = regexp.MustCompile(`\b[A-Za-z0-9]{32}\b`)

// A person makes a key, uses it, disables and enables it, looks at its calls and
// removes it; an administrator above may switch it too, and nobody else sees it.
func TestServiceKeys(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	sam, boss, kim := td.signIn("sam"), td.signIn("boss"), td.signIn("kim")
	sam.get("/developers").wants(t, http.StatusOK, "/developers/feedzon")
	sam.get("/developers/feedzon").wants(t, http.StatusOK, "You have no service key yet", td.server.URL+"/sms/1.1", "Function doesn", "Clickatell", "<code>29</code>", "<code>006</code>")

	sam.post("/developers/keys", form("name", "", "gateway", "")).wants(t, http.StatusUnprocessableEntity, "Name it after what will use it", "Choose whose status values the key speaks")
	made := sam.post("/developers/keys", form("name", "Booking system", "gateway", "clickatell"))
	made.wants(t, http.StatusOK, "Copy it now", "Booking system", "GetMessageList.fz")
	key := serviceKeyPattern.FindString(tagPattern.ReplaceAllString(made.body, " "))
	if key == "" {
		t.Fatalf("no key is on the page: %s", made.body)
	}
	sam.post("/developers/keys", form("name", "booking system", "gateway", "bulksms")).wants(t, http.StatusUnprocessableEntity, "You already have a service key called Booking system", `value="booking system"`)
	list := sam.get("/developers/feedzon")
	list.wants(t, http.StatusOK, "Booking system", key[:4]+"…", "Clickatell", "Disable")
	list.lacks(t, key, "You have no service key yet")
	sam.get("/account").lacks(t, "Booking system") // where tokens are

	program := td.newBrowser()
	call := func(want string) {
		t.Helper()
		if got := program.get("/sms/1.1/GetMessageList.fz?key=" + key); got.body != want {
			t.Errorf("the program is answered %d %s, want %s", got.status, got.body, want)
		}
	}
	call(`"1030"`)
	keys, err := td.ServiceKeys(t.Context(), td.actor("sam"))
	must(t, err)
	path, calls := fmt.Sprintf("/developers/keys/%d", keys[0].ID), fmt.Sprintf("/developers/tokens/%d", keys[0].ID)
	sam.post(path+"/disable", nil).wants(t, http.StatusOK, "The key for Booking system is disabled", "Enable")
	call(`"1000"`)
	kim.post(path+"/enable", nil).wants(t, http.StatusNotFound)
	kim.get(calls).wants(t, http.StatusNotFound)
	boss.get(calls).wants(t, http.StatusOK, "This key is disabled", "Service key "+key[:4], "Enable")
	boss.post(path+"/enable", form("back", "calls")).wants(t, http.StatusOK, "The key for Booking system opens again", "Disable")
	call(`"1030"`)
	program.get("/sms/1.1/SendMessage.fz?key=" + key + "&number=nonsense&message=Private")
	program.get("/sms/1.1/SendMessage.fz?key=" + key + "&number=447700900123&message=" + url.QueryEscape(strings.Repeat("x", 2000)))
	got := sam.get(calls)
	got.wants(t, http.StatusOK, "Your service key "+key[:4], "GetMessageList", "No messages to download", "1000", "This key is disabled.", "SendMessage", "This is not a mobile number.",
		"message=7 characters", "The message is too long.", "Missing parameters")
	got.lacks(t, key, "Private", "447700900123")

	boss.get(fmt.Sprintf("/users/%d", td.actor("sam").User.ID)).wants(t, http.StatusOK, "Booking system", "feedzon, Clickatell")
	sam.get(path+"/remove").wants(t, http.StatusOK, "Remove the key for Booking system?")
	boss.get(path+"/remove").wants(t, http.StatusNotFound) // which is sam's
	sam.post(path+"/remove", nil).wants(t, http.StatusOK, "The key for Booking system is removed.", "You have no service key yet")
	call(`"1000"`)
	sam.post(path+"/enable", nil).wants(t, http.StatusNotFound)
	boss.get("/audit").wants(t, http.StatusOK, "Made a feedzon service key for", "Disabled a feedzon service key of", "Enabled a feedzon service key of", "Removed a feedzon service key of")
	if got := sam.get("/developers/keys"); got.path != "/developers/feedzon" {
		t.Errorf("the form's address leads to %s", got.path)
	}
}

// Every example of the page works when it is run with a key.
func TestFeedzonExamplesWork(t *testing.T) {
	td := newTestDesk(t)
	key, err := td.NewServiceKey(t.Context(), td.actor("boss"), "Examples", desk.GatewayBulkSMS)
	must(t, err)
	page := td.signIn("boss").get("/developers/feedzon")
	examples := strings.Split(spacePattern.ReplaceAllString(tagPattern.ReplaceAllString(page.body, " "), " "), "curl ")[1:]
	answers := map[string]string{}
	for _, e := range examples {
		e = strings.NewReplacer("&#39;", "'", "&amp;", "&").Replace(e)
		address, _, _ := strings.Cut(strings.TrimPrefix(e, "'"), "'")
		parameters := url.Values{}
		for _, part := range strings.Split(e, "--data-urlencode '")[1:] {
			pair, _, _ := strings.Cut(part, "'")
			name, value, _ := strings.Cut(pair, "=")
			parameters.Set(name, strings.ReplaceAll(value, "YOUR-KEY", key))
		}
		answers[address[strings.LastIndex(address, "/")+1:]] += td.newBrowser().post(strings.TrimPrefix(address, td.server.URL), parameters).body + ";"
	}
	for method, want := range map[string]string{"SendMessage.fz": "\"0\"\n\"10000001\";\"0\"\n\"10000002\";", "GetMessageStatus.fz": "\"0\"\n\"10000001\", \"0\";", "GetMessageList.fz": `"1030";`} {
		if answers[method] != want {
			t.Errorf("%s answers %q, want %q", method, answers[method], want)
		}
	}
}
