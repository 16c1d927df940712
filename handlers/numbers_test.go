package handlers_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/forward"
	"textdesk/mail"
)

func TestNumbersPages(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	boss.get("/numbers").wants(t, 200, "No numbers yet", "Add a number", "No host is allowed.")
	boss.get("/").wants(t, 200, `href="/numbers"`)
	boss.get("/numbers/new").wants(t, 200, "Simulator", "Bo Ross (boss)", "Sam Carter (sam)", "Nobody")
	refused := boss.post("/numbers/new", form("number", "Hartwell <b>", "provider", "Simulator", "owner", "sam", "forward_url", "ftp://x", "forward_method", "get", "forward_auth", "hunter2hunter2"))
	refused.wants(t, 422, "Error:", "is not a number that texts can come in on", "Hartwell &lt;b&gt;", "has to begin with https:// or http://", `value="ftp://x"`, `value="sam" selected`, `value="get" checked`)
	refused.lacks(t, "hunter2hunter2")
	added := boss.post("/numbers/new", form("number", "07860 033456", "provider", "Simulator", "owner", "sam", "forward_url", "https://intranet.example/texts", "forward_method", "get", "forward_auth", "hunter2hunter2"))
	added.wants(t, 200, "07860 033456 is added.", "Sam Carter", "https://intranet.example/texts", "Stored, sealed", "Nothing has come in yet", "Forward a test")
	if added.path != "/numbers/1" {
		t.Errorf("it leads to %s", added.path)
	}
	boss.post("/numbers/new", form("number", "+447860033456", "provider", "Simulator")).wants(t, 422, "07860 033456 is there already.")
	boss.get("/numbers").wants(t, 200, "07860 033456", "intranet.example", "With GET", "Nothing yet")
	edit := boss.get("/numbers/1/edit")
	edit.wants(t, 200, "Leave it empty to keep the one that is stored.", `value="https://intranet.example/texts"`, "Remove the auth text")
	edit.lacks(t, "hunter2hunter2")
	boss.post("/numbers/1/edit", form("provider", "Simulator", "owner", "nobody", "forward_url", "https://intranet.example/other", "forward_method", "post")).wants(t, 422, "There is no user called nobody.")
	boss.post("/numbers/1/edit", form("provider", "Simulator", "owner", "sam", "forward_url", "https://intranet.example/other", "forward_method", "post", "list", "7")).wants(t, 422, "There is no such list.")
	boss.post("/numbers/1/edit", form("provider", "Simulator", "owner", "sam", "forward_url", "https://other.example/", "forward_method", "post")).wants(t, 422, "is not handed to another host")
	boss.post("/numbers/1/edit", form("provider", "Simulator", "owner", "sam", "forward_url", "https://intranet.example/other", "forward_method", "post")).wants(t, 200, "is saved", "POST", "Stored, sealed")
	boss.get("/numbers/1").wants(t, 200, "Told of trouble", "Nobody")
	boss.get("/numbers/new").wants(t, 200, `value="on" checked`, `name="tells"`)
	boss.post("/numbers/1/edit", form("provider", "Simulator", "owner", "sam", "forward_url", "https://intranet.example/other", "forward_method", "post", "tells", "on")).
		wants(t, 200, "is saved", "Nobody yet")
	must(t, td.ChangeUser(t.Context(), desk.CommandLine(), td.actor("boss").User.ID, desk.Profile{FirstName: "Bo", LastName: "Ross", Level: desk.LevelAdmin, Email: "bo@example.org"}))
	boss.get("/numbers/1").wants(t, 200, "Nobody yet: <a href=\"/settings/mail\">there is no mail server</a>")
	must(t, td.SaveMailServer(t.Context(), desk.CommandLine(), desk.MailServer{Host: "mail.example", Security: mail.TLS, From: "desk@example.org"}))
	boss.get("/numbers/1").wants(t, 200, "Bo Ross, by e-mail, once texts were not taken for an hour")
	boss.get("/numbers/1/test").wants(t, 200, "07860 033456")
	for _, path := range []string{"/numbers/9", "/numbers/x", "/numbers/1/forwards/9", "/numbers/1/forwards/x", "/numbers/9/edit", "/numbers/9/remove"} {
		boss.get(path).wants(t, 404)
	}
	boss.post("/numbers/1/edit", form("provider", "Simulator", "owner", "sam", "forward_url", "https://bücher.example:8443/in?a=1", "forward_method", "post", "no_auth", "on")).
		wants(t, 200, "https://bücher.example:8443/in?a=1", "xn--bcher-kva.example")
	boss.get("/numbers").wants(t, 200, "bücher.example:8443")
	boss.get("/numbers/1/edit").wants(t, 200, `value="https://bücher.example:8443/in?a=1"`)
	boss.post("/numbers/1/edit", form("provider", "Simulator", "forward_url", "https://bü cher.example/", "forward_method", "post")).wants(t, 422, "This is not a web address", `value="https://bü cher.example/"`)
	boss.post("/numbers/1/edit", form("provider", "Simulator", "forward_url", "https://bü_cher.example/", "forward_method", "post")).wants(t, 422, "characters that the name of a host cannot have")
	boss.post("/numbers/hosts", form("host", "Bücher.example:8443")).wants(t, 200, "is allowed", "<code>bücher.example:8443</code>", "(xn--bcher-kva.example:8443)")
	boss.post("/numbers/hosts/forbid", form("host", "xn--bcher-kva.example:8443")).wants(t, 200, "bücher.example:8443 is closed", "No host is allowed.")
	boss.post("/numbers/1/edit", form("provider", "Simulator", "owner", "sam", "forward_url", "https://intranet.example/other", "forward_method", "post", "forward_auth", "hunter2hunter2", "tells", "on"))
	boss.post("/numbers/hosts", form("host", "http://intranet/")).wants(t, 422, "neither the name of a host", `value="http://intranet/"`)
	boss.post("/numbers/hosts", form("host", "Intranet.Example:8080")).wants(t, 200, "is allowed", "intranet.example:8080")
	boss.post("/numbers/hosts/forbid", form("host", "intranet.example:8080")).wants(t, 200, "is closed to forwarding", "No host is allowed.")
	boss.post("/numbers/hosts/forbid", form("host", "intranet.example:8080")).wants(t, 422, "not among the hosts")
	boss.get("/audit").wants(t, 200, "Added number", "Allowed forwarding to", "No longer allowed forwarding to", "Changed number")

	// Another administrator sees the numbers of those below them, and not the hosts.
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelAdmin})
	kim := td.signIn("kim")
	kim.get("/numbers").lacks(t, "Sam Carter", "intranet.example/", "Hosts in your own network")
	for _, path := range []string{"/numbers/1", "/numbers/1/edit", "/numbers/1/remove", "/numbers/1/forwards/1"} {
		kim.get(path).wants(t, 404)
	}
	for _, path := range []string{"/numbers/1/edit", "/numbers/1/remove", "/numbers/1/test", "/numbers/1/again", "/numbers/1/leave", "/numbers/1/forwards/1/again"} {
		kim.post(path, nil).wants(t, 404)
	}
	kim.post("/numbers/hosts", form("host", "127.0.0.1")).wants(t, 403)
	kim.post("/numbers/hosts/forbid", form("host", "127.0.0.1")).wants(t, 403)
	kim.get("/numbers/new").lacks(t, "Nobody", "Sam Carter")
	kim.post("/numbers/new", form("number", "60777", "provider", "Simulator")).wants(t, 422, "Say whose the number is.")
	td.signIn("sam").get("/numbers").wants(t, 403)

	boss.get("/numbers/1/remove").wants(t, 200, "Remove 07860 033456?", "Nothing is forwarded to intranet.example any more")
	boss.post("/numbers/1/remove", nil).wants(t, 200, "07860 033456 is removed.", "No numbers yet")
}

// A text comes in by a callback and is forwarded; the log, the test and the
// buttons tell what the receiver answered.
func TestForwardingOnThePages(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	var mu sync.Mutex
	status, got := 500, []string{}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, string(body))
		w.WriteHeader(status)
		fmt.Fprint(w, "<b>told</b> hunter2hunter2")
	}))
	t.Cleanup(receiver.Close)
	boss.post("/numbers/new", form("number", "60777", "provider", "Simulator", "forward_url", receiver.URL+"/in", "forward_method", "post", "forward_auth", "hunter2hunter2")).
		wants(t, 200, "Nothing is forwarded to "+receiver.Listener.Addr().String()+" yet", "Allow 127.0.0.1:")
	boss.post("/numbers/1/test", nil).wants(t, 200, "Your page did not take it", "127.0.0.1 leads to this machine itself, which is not allowed.", "There was no answer.")
	boss.post("/numbers/hosts", form("host", "127.0.0.1", "number", "1")).wants(t, 200, "127.0.0.1 is allowed.", "60777")
	test := boss.post("/numbers/1/test", nil)
	test.wants(t, 200, "Your page did not take it", "It answered with 500 Internal Server Error.", "&lt;b&gt;told&lt;/b&gt; (auth)", "receivedts", "447700900000", "the auth text, which is not shown", "This is a test from Textdesk.")
	test.lacks(t, "hunter2hunter2", "<b>told")
	if len(got) != 1 || !strings.HasPrefix(got[0], "source=447700900000&dest=60777&msg=This%20is%20a%20test%20from%20Textdesk.&id=0&receivedts=") || !strings.HasSuffix(got[0], "&auth=hunter2hunter2") {
		t.Fatalf("a test sends %q", got)
	}

	td.run()
	res, err := http.Post(td.callbackURL(), "application/x-www-form-urlencoded", strings.NewReader(reply("1", "Fine <i>")))
	must(t, err)
	res.Body.Close()
	seen := func(path, what string) answer {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			page := boss.get(path)
			if strings.Contains(page.body, what) {
				return page
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s does not come to have %q:\n%s", path, what, page.body)
			}
		}
	}
	seen("/numbers/1", "Tried again later").wants(t, 200, "Fine &lt;i&gt;", "07700 900123", "It answered with 500")
	seen("/numbers/1/forwards/1", "Next try").wants(t, 200, "Try it now", "&lt;b&gt;told&lt;/b&gt; (auth)", "POST to 127.0.0.1")
	mu.Lock()
	status = 200
	mu.Unlock()
	boss.post("/numbers/1/forwards/1/again", nil).wants(t, 200, "It goes again in a moment.")
	seen("/numbers/1/forwards/1", "It was taken: 200").wants(t, 200, "Send it again")
	boss.get("/numbers").wants(t, 200, "Taken")
	boss.get("/numbers/1?show=waiting").wants(t, 200, "Nothing waits")
	boss.get("/numbers/1?show=given-up").wants(t, 200, "Nothing was given up")
	boss.get("/numbers/1?before=1").wants(t, 200, "Nothing older")
	boss.post("/numbers/1/again", nil).wants(t, 200, "0 texts go again")
	mu.Lock()
	defer mu.Unlock()
	last := got[len(got)-1]
	if !strings.HasPrefix(last, "source=447700900123&dest=60777&msg=Fine%20%3Ci%3E&id=1&receivedts=2") {
		t.Errorf("the receiver got %q", last)
	}
}

// What a page did not take for a day stands where administrators look, until
// somebody decides.
func TestGivenUpForwards(t *testing.T) {
	td := newTestDesk(t)
	ctx, shell := t.Context(), desk.CommandLine()
	_, err := td.AddNumber(ctx, shell, desk.NumberForm{Number: "60777", Provider: "Simulator", Owner: "sam", URL: "https://intranet.example/texts"})
	must(t, err)
	for i := range 2 {
		res, err := http.Post(td.callbackURL(), "application/x-www-form-urlencoded", strings.NewReader(reply(fmt.Sprint(i), fmt.Sprint("Text ", i))))
		must(t, err)
		res.Body.Close()
	}
	must(t, td.ReadCallbacks(ctx))
	giveUp := func() {
		for range 20 {
			due, err := td.DueForwards(ctx, func(int64) bool { return false }, func(string) int { return 9 })
			must(t, err)
			for _, f := range due {
				must(t, td.RecordForward(ctx, f, forward.Outcome{Status: 500, Problem: "It answered with 500 Internal Server Error."}, false))
			}
			td.shift.Add(int64(8 * time.Hour))
		}
	}
	giveUp()
	boss := td.signIn("boss")
	boss.get("/").wants(t, 200, "2 texts could not be forwarded", "texts that could not be forwarded</span>")
	boss.get("/numbers").wants(t, 200, "2 texts given up")
	boss.get("/numbers/1?show=given-up").wants(t, 200, "2 texts were not taken within a day", "Send 2 texts again", "Leave them", "Text 0", "Text 1")
	boss.post("/numbers/1/again", nil).wants(t, 200, "2 texts go again in a moment.")
	boss.get("/").lacks(t, "could not be forwarded")
	giveUp()
	boss = td.signIn("boss") // days have passed
	must(t, td.ChangeNumber(ctx, shell, 1, desk.NumberForm{Provider: "Simulator", Owner: "sam"}))
	boss.get("/numbers/1").wants(t, 200, "2 texts were not taken within a day", "Leave them")
	boss.get("/numbers/1").lacks(t, "Send 2 texts again")
	boss.post("/numbers/1/again", nil).wants(t, 422, "This number forwards nothing.")
	boss.post("/numbers/1/leave", nil).wants(t, 200, "2 texts are left.", "Bo Ross left it.")
	boss.get("/").lacks(t, "could not be forwarded")
	boss.get("/audit").wants(t, 200, "Had texts forwarded again that came in on", "Left texts that were not forwarded from")
	boss.get("/numbers/1/forwards/1").wants(t, 200, "Not forwarded")
}
