package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"textdesk/desk"
)

func TestCallbacksPage(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	boss.get("/providers/callbacks").wants(t, 200, "Nobody has posted anything yet")
	boss.get("/providers").wants(t, 200, "Last callback", "None yet")
	to := td.callbackURL()
	post := func(path, body string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "POST", to+path, strings.NewReader(body))
		must(t, err)
		req.Header.Set("Authorization", "Basic c2VjcmV0")
		req.Header.Set("X-Odd", "<b>odd</b>")
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		res.Body.Close()
	}
	post("/mo?x=<script>", "from=<script>alert(1)</script>")
	post("", "\x00\x01\xff binary")
	post("", strings.Repeat("é", 20_000))
	post("", reply("1", "Fine"))
	if n := len(td.unread()); n != 3 {
		t.Fatalf("%d are unread", n)
	}
	boss.get("/providers").wants(t, 200, "3 callbacks of it could not be read.", "See what came")
	boss.get("/providers/callbacks").wants(t, 200, "3 callbacks of Simulator could not be read", "Read 3 callbacks again", "The reply has no id", "40.0 kB")
	boss.get("/providers/callbacks?provider=Simulator").wants(t, 200, "Understood", "Not read")
	boss.get("/providers/callbacks?provider=Nobody").wants(t, 404)
	boss.get("/providers/callbacks?before=1").wants(t, 200, "Nothing older")
	first := boss.get("/providers/callbacks/1")
	first.wants(t, 200, "POST …/mo?x=", "from=&lt;script&gt;alert(1)", "X-Odd: &lt;b&gt;odd", "Authorization: (hidden)", "It could not be read", "Read it again")
	first.lacks(t, "c2VjcmV0", "<script>alert")
	boss.get("/providers/callbacks/2").wants(t, 200, "in hexadecimal", "00 01 ff")
	boss.get("/providers/callbacks/3").wants(t, 200, "This is its beginning")
	raw := boss.get("/providers/callbacks/3/raw")
	raw.wants(t, 200, strings.Repeat("é", 20_000))
	if !strings.HasPrefix(raw.header.Get("Content-Disposition"), "attachment") || raw.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("it is handed out with %v", raw.header)
	}
	boss.post("/providers/callbacks/1/replay", nil).wants(t, 200, "It still cannot be read.")
	boss.post("/providers/callbacks/4/replay", nil).wants(t, 200, "It was understood.")
	boss.post("/providers/callbacks/replay", form("provider", "Simulator")).wants(t, 200, "3 callbacks are read again")
	boss.post("/providers/callbacks/replay", form("provider", "Nobody")).wants(t, 404)
	boss.get("/providers/callbacks/99").wants(t, 404, "There is no such callback")
	boss.get("/providers/callbacks/x").wants(t, 404)
	if got := td.bodies(); len(got) != 1 {
		t.Errorf("the inbox has %q", got)
	}

	// For the administrators of all only.
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelAdmin})
	for _, who := range []string{"kim", "sam"} {
		b := td.signIn(who)
		for _, path := range []string{"/providers/callbacks", "/providers/callbacks/1", "/providers/callbacks/1/raw"} {
			b.get(path).wants(t, 403)
		}
		b.post("/providers/callbacks/1/replay", nil).wants(t, 403)
		b.post("/providers/callbacks/replay", form("provider", "Simulator")).wants(t, 403)
	}
	got := td.signIn("kim").get("/providers")
	got.wants(t, 200, "Last callback")
	got.lacks(t, "See what came")
}
