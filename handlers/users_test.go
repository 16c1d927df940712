package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/handlers"
)

// family adds to boss and sam: head and other, administrators below boss, jo
// below head and kit below other.
func (td *testDesk) family() {
	td.t.Helper()
	td.addUser(desk.NewUser{Username: "head", Level: desk.LevelAdmin, FirstName: "Hal", LastName: "Moss", Credits: 500})
	td.addUser(desk.NewUser{Username: "other", Level: desk.LevelAdmin, Credits: 500})
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, FirstName: "Jo", LastName: "Lee", Parent: "head", Credits: 20})
	td.addUser(desk.NewUser{Username: "kit", Level: desk.LevelNormal, Parent: "other", Credits: 20})
}

// TestUserRoutesKnowWhoseUserItIs walks the routes about one user with every
// relation: oneself, a child, somebody above, beside, and somebody else's child.
func TestUserRoutesKnowWhoseUserItIs(t *testing.T) {
	td := newTestDesk(t)
	td.family()
	head, jo := td.signIn("head"), td.signIn("jo")
	n := 0
	for _, r := range handlers.Routes() {
		if !strings.HasPrefix(r.Path, "/users/:id") {
			continue
		}
		n++
		at := func(username string) string {
			return strings.NewReplacer(":id", fmt.Sprint(td.actor(username).User.ID), ":key", "1").Replace(r.Path)
		}
		for _, username := range []string{"boss", "sam", "other", "kit"} {
			if got := head.do(r.Method, at(username), form("confirmed", "yes", "credits", "1", "seen", "0")); got.status != http.StatusNotFound {
				t.Errorf("%s %s of %s answers head with %d, want 404", r.Method, r.Path, username, got.status)
			}
		}
		for _, username := range []string{"jo", "head", "kit"} {
			if got := jo.do(r.Method, at(username), nil); got.status != http.StatusForbidden {
				t.Errorf("%s %s of %s answers jo with %d, want 403", r.Method, r.Path, username, got.status)
			}
		}
		if r.Method == http.MethodGet && !strings.Contains(r.Path, ":key") {
			for _, username := range []string{"jo", "head"} {
				if got := head.do(r.Method, at(username), nil); got.status == http.StatusNotFound || got.status == http.StatusForbidden || got.status >= 500 {
					t.Errorf("%s %s of %s answers head with %d", r.Method, r.Path, username, got.status)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("there are %d routes about a user", n)
	}
	for _, username := range []string{"boss", "sam", "other", "kit", "jo", "head"} {
		if u := td.actor(username).User; desk.StateOf(u) != desk.UserActive || u.Balance != map[string]int64{"sam": 1000, "head": 480, "other": 480, "jo": 20, "kit": 20}[username] && username != "boss" {
			t.Errorf("after all of that %s has %d and is %s", username, u.Balance, desk.StateOf(u))
		}
	}
}

// Whoever is suspended or archived is out at once, on every route.
func TestKeptOutUsersAreOutEverywhere(t *testing.T) {
	td := newTestDesk(t)
	td.family()
	suspended, archived := td.signIn("jo"), td.signIn("kit")
	must(t, td.Suspend(t.Context(), td.actor("boss"), "jo"))
	must(t, td.Archive(t.Context(), td.actor("boss"), td.actor("kit").User.ID))
	for who, b := range map[string]*browser{"suspended": suspended, "archived": archived} {
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		for _, r := range handlers.Routes() {
			if r.Access == handlers.Anyone {
				continue
			}
			got := b.do(r.Method, address(r), nil)
			if to := got.header.Get("Location"); got.status != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in") {
				t.Errorf("%s %s answers who is %s with %d to %q", r.Method, r.Path, who, got.status, to)
			}
		}
		if got := b.post("/sign-in", form("username", map[string]string{"suspended": "jo", "archived": "kit"}[who], "password", testPassword)); got.status != http.StatusUnprocessableEntity {
			t.Errorf("who is %s signs in: %d", who, got.status)
		}
	}
}

// Acting as somebody is being them, under a banner with both names.
func TestActingAsSomebodyOnEveryPage(t *testing.T) {
	td := newTestDesk(t)
	td.family()
	head := td.signIn("head")
	id := td.actor("jo").User.ID
	if got := head.post(fmt.Sprintf("/users/%d/act-as", id), nil); got.status != http.StatusOK {
		t.Fatalf("%d at %s", got.status, got.path)
	}
	for _, r := range handlers.Routes() {
		if r.Method != http.MethodGet || r.Access == handlers.Anyone || strings.HasSuffix(r.Path, "/live") || strings.HasSuffix(r.Path, ".csv") {
			continue
		}
		got := head.get(address(r))
		if r.Access == handlers.Administrators && got.status != http.StatusForbidden {
			t.Errorf("%s answers an administrator who acts as a normal user with %d", r.Path, got.status)
		}
		if strings.Contains(got.header.Get("Content-Type"), "html") && strings.Contains(got.body, "<html") &&
			!strings.Contains(got.body, "Hal Moss, you are acting as <strong>Jo Lee</strong>") {
			t.Errorf("%s at %s has no banner", r.Path, got.path)
		}
	}
	for path, values := range map[string]string{"/account/password": "current", "/account/tokens": "name", "/account/second-factor": "code",
		"/account/second-factor/off": "second_password", "/account/second-factor/codes": "second_password", "/account/sign-out-elsewhere": "x"} {
		if got := head.post(path, form(values, "something")); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "act as somebody else") {
			t.Errorf("POST %s while acting answers %d", path, got.status)
		}
	}
	head.post("/act-as/stop", nil).wants(t, http.StatusOK, "You are yourself again")
	head.get("/users").lacks(t, "you are acting as")
	// It ends with the session too.
	head.post(fmt.Sprintf("/users/%d/act-as", id), nil)
	head.post("/sign-out", nil)
	td.signIn("head").get("/account").lacks(t, "you are acting as")
}

func TestClosedForMaintenance(t *testing.T) {
	td := newTestDesk(t)
	boss, sam := td.signIn("boss"), td.signIn("sam")
	boss.post("/settings/maintenance", form("closed", "yes", "note", "Back at two.")).wants(t, http.StatusOK, "closed to all but administrators")
	for _, r := range handlers.Routes() {
		if r.Access == handlers.Anyone || r.Path == "/sign-out" {
			continue
		}
		got := sam.do(r.Method, address(r), nil)
		switch {
		case r.Access == handlers.Administrators && got.status == http.StatusForbidden:
		case r.Path == "/act-as/stop" || strings.HasPrefix(r.Path, "/account/second-factor"):
		case got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "Back at two.") || got.header.Get("Retry-After") == "":
			t.Errorf("%s %s answers staff with %d", r.Method, r.Path, got.status)
		}
	}
	boss.get("/outbox").wants(t, http.StatusOK)
	boss.post("/settings/maintenance", form("closed", "no")).wants(t, http.StatusOK, "The desk is open.")
	sam.get("/outbox").wants(t, http.StatusOK)
}

func TestAdministratorsAreLedToTheirSecondFactor(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	boss.post("/settings/sign-in", form("second_factor", "admins"))
	for _, path := range []string{"/", "/users", "/settings", "/send"} {
		if got := boss.get(path); got.path != "/account/second-factor" {
			t.Errorf("%s leads to %s", path, got.path)
		}
	}
	boss.get("/account/second-factor").wants(t, http.StatusOK, "have to have one", "<path d=\"M")
	td.signIn("sam").get("/send").wants(t, http.StatusOK)
}

func TestHowProgramsComeInIsChosenOnThePages(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	boss.post("/settings/programs", form("programs", "passwords")).wants(t, http.StatusOK, "Saved.", `value="passwords" checked`)
	for _, nonsense := range []url.Values{form(), form("programs", "everybody"), form("programs", "")} {
		boss.post("/settings/programs", nonsense).wants(t, http.StatusUnprocessableEntity, "Choose how programs may come in.", `value="passwords" checked`)
	}
	boss.post("/settings/programs", form("programs", "tokens")).wants(t, http.StatusOK, `value="tokens" checked`)
}

func TestCreateAUserOnThePages(t *testing.T) {
	td := newTestDesk(t)
	td.family()
	head := td.signIn("head")
	fields := []string{"username", "ann", "first_name", "Ann", "last_name", "Lee", "level", "normal", "credits", "30"}
	head.post("/users/new", form("username", "a", "level", "normal", "credits", "many", "email", "x", "alert_days", "-1")).wants(t, http.StatusUnprocessableEntity,
		"A username has 2 to 64", "not an e-mail address", "whole number", "value=\"many\"")
	head.post("/users/new", form(append(fields, "credits", "")...)).wants(t, http.StatusOK, "You have 480 credits now, and 450 after it.")
	head.post("/users/new", form(append(fields, "confirmed", "yes", "way", "password", "password", "short")...)).wants(t, http.StatusUnprocessableEntity, "at least 10 characters")
	head.post("/users/new", form(append(fields, "confirmed", "yes", "way", "password", "password", testPassword)...)).wants(t, http.StatusOK, "Ann Lee is created and can sign in")
	td.signIn("ann").get("/account").wants(t, http.StatusOK, "30 credits")
	head.post("/users/new", form(append(fields, "confirmed", "yes", "way", "link")...)).wants(t, http.StatusUnprocessableEntity, "This username is taken")
	if got := td.actor("head").User.Balance; got != 450 {
		t.Errorf("head has %d", got)
	}
	head.get("/users?q=ann+lee").wants(t, http.StatusOK, "Ann Lee")
	head.get("/users?q=ann+lee").lacks(t, "Jo Lee", "kit")
	head.get("/users/list.csv").wants(t, http.StatusOK, "ann,Ann,Lee")
	head.get("/audit?kind=user").wants(t, http.StatusOK, "Created user ann")
	head.get("/audit?from=2026-02-30").wants(t, http.StatusUnprocessableEntity, "This is not a date")
	// What they may not is said on the page where it is tried.
	ann := td.signIn("ann")
	head.post(fmt.Sprintf("/users/%d/permissions", td.actor("ann").User.ID), form("text", "templates", "senders", "Oakfield", "approve", "rule")).wants(t, http.StatusOK, "It holds from now on")
	ann.post("/send", form("to", "07700900123\n07700900124", "sender", "Hello", "body", "My own words", "when", "now", "do", "review")).wants(t, http.StatusUnprocessableEntity,
		"You may text one person at a time", "You may send as Oakfield, not as Hello", "texts of templates only")
	ann.get("/account").wants(t, http.StatusOK, "You send templates only")
}

// A link says nothing to who has a wrong one, and nothing of it stands in a
// referrer.
func TestJoinLinks(t *testing.T) {
	td := newTestDesk(t)
	_, link, err := td.InviteUser(t.Context(), td.actor("boss"), desk.NewUser{Username: "ann", Level: desk.LevelNormal})
	must(t, err)
	b := td.newBrowser()
	b.get("/join/wrong-link").wants(t, http.StatusNotFound, "not valid any more")
	got := b.get("/join/" + link)
	got.wants(t, http.StatusOK, "Choose a password", "ann")
	if p := got.header.Get("Referrer-Policy"); p != "no-referrer" {
		t.Errorf("the referrer policy is %q", p)
	}
	b.post("/join/"+link, form("password", testPassword, "repeat", "another")).wants(t, http.StatusUnprocessableEntity, "not the same")
	if got := b.post("/join/"+link, form("password", testPassword, "repeat", testPassword)); strings.HasPrefix(got.path, "/join") || got.status != http.StatusOK {
		t.Errorf("%d at %s", got.status, got.path)
	}
	b.get("/account").wants(t, http.StatusOK, "ann")
	b.get("/join/"+link).wants(t, http.StatusNotFound)
}
