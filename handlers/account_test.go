package handlers_test

import (
	"errors"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
)

// debugLog writes every request.
func debugLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

var tokenPattern = regexp.MustCompile(`[a-z0-9]{4}(-[a-z0-9]{4}){5}`)

func TestTokenIsShownOnce(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	got := b.post("/account/tokens", form("name", "Booking system"))
	got.wants(t, 200, "Copy it now", "Token for Booking system", "Action=Send", "CheckMessageStatus", "CheckCredits", td.server.URL+"/api")
	token := tokenPattern.FindString(got.body)
	if token == "" {
		t.Fatalf("there is no token:\n%s", got.body)
	}
	if h := got.header.Get("Cache-Control"); h != "no-store" {
		t.Errorf("Cache-Control is %q, want no-store", h)
	}
	if strings.Contains(got.path, token) || strings.Contains(strings.Join(got.header["Set-Cookie"], ""), token) {
		t.Error("the token is in the address or in a cookie")
	}
	if a, err := td.ActorByToken(t.Context(), token, "fastsms", ""); err != nil || a.User.Username != "sam" {
		t.Errorf("the token belongs to %q, %v", a.User.Username, err)
	}

	// What the browser sends again on a refresh makes no second token.
	again := b.post("/account/tokens", form("name", "booking  system"))
	again.wants(t, 422, "You already have a token called Booking system", `id="f-name-error"`)
	page := b.get("/account")
	page.wants(t, 200, "Booking system", token[:4]+"…")
	for _, a := range []answer{again, page} {
		a.lacks(t, token)
	}
	if keys, err := td.Keys(t.Context(), td.actor("sam")); err != nil || len(keys) != 1 {
		t.Errorf("there are %d tokens, want 1 (%v)", len(keys), err)
	}
	for _, name := range []string{"", "   ", strings.Repeat("x", 81)} {
		b.post("/account/tokens", form("name", name)).wants(t, 422, `href="#f-name"`)
	}
}

func TestRevokedTokenIsRefused(t *testing.T) {
	td := newTestDesk(t)
	sam, boss := td.signIn("sam"), td.signIn("boss")
	token := tokenPattern.FindString(sam.post("/account/tokens", form("name", "Script")).body)
	sam.get("/account/tokens/1/revoke").wants(t, 200, "Revoke the token for Script?", "It has not been used yet")
	boss.get("/account/tokens/1/revoke").wants(t, 404)
	boss.post("/account/tokens/1/revoke", nil).wants(t, 404)
	if _, err := td.ActorByToken(t.Context(), token, "fastsms", ""); err != nil {
		t.Fatalf("somebody else could revoke it: %v", err)
	}
	got := sam.post("/account/tokens/1/revoke", nil)
	got.wants(t, 200, "The token for Script is revoked")
	if _, err := td.ActorByToken(t.Context(), token, "fastsms", ""); !errors.Is(err, desk.ErrBadToken) {
		t.Errorf("a revoked token gives %v, want %v", err, desk.ErrBadToken)
	}
	sam.post("/account/tokens/1/revoke", nil).wants(t, 404)
	sam.get("/account/tokens/zero/revoke").wants(t, 404)
	sam.post("/account/tokens", form("name", "Script")).wants(t, 200, "Copy it now") // the name is free again
}

func TestPasswordChangeEndsOtherSessions(t *testing.T) {
	td := newTestDesk(t)
	here, there := td.signIn("sam"), td.signIn("sam")
	here.get("/account").wants(t, 200, "This browser", "Sign out everywhere else")

	got := here.post("/account/password", form("current", "not it at all", "password", "short", "repeat", "shorter"))
	got.wants(t, 422, `href="#f-current"`, `href="#f-password"`, `href="#f-repeat"`)
	got.lacks(t, "not it at all", `value="short`)
	there.get("/account").wants(t, 200, "Profile")

	const fresh = "a wholly different one"
	here.post("/account/password", form("current", testPassword, "password", fresh, "repeat", fresh)).wants(t, 200, "Your password is changed")
	here.get("/account").wants(t, 200, "Profile")
	if got := there.get("/account"); got.path != "/sign-in?next=%2Faccount" {
		t.Errorf("the other session goes on at %s", got.path)
	}
	there.post("/sign-in", form("username", "sam", "password", testPassword)).wants(t, 422, "wrong")
	if got := there.post("/sign-in", form("username", "sam", "password", fresh, "next", "/account")); got.path != "/account" {
		t.Errorf("the new password leads to %s", got.path)
	}
}

func TestSignOutElsewhere(t *testing.T) {
	td := newTestDesk(t)
	here, there := td.signIn("sam"), td.signIn("sam")
	got := here.post("/account/sign-out-elsewhere", nil)
	got.wants(t, 200, "Everywhere else you are signed out")
	got.lacks(t, "Sign out everywhere else")
	if got := there.get("/account"); !strings.HasPrefix(got.path, "/sign-in") {
		t.Errorf("the other session goes on at %s", got.path)
	}
}

func TestSuspendedUserIsOutAtOnce(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	token := tokenPattern.FindString(b.post("/account/tokens", form("name", "Script")).body)
	must(t, td.Suspend(t.Context(), td.actor("boss"), "sam"))
	if got := b.get("/account"); !strings.HasPrefix(got.path, "/sign-in") {
		t.Errorf("a suspended user is at %s", got.path)
	}
	if _, err := td.ActorByToken(t.Context(), token, "fastsms", ""); !errors.Is(err, desk.ErrSuspended) {
		t.Errorf("their token gives %v, want %v", err, desk.ErrSuspended)
	}
	b.post("/sign-in", form("username", "sam", "password", testPassword)).wants(t, 422, "suspended")
}

func TestSignInIsThrottled(t *testing.T) {
	td := newTestDesk(t)
	b := td.newBrowser()
	for range 5 {
		got := b.post("/sign-in", form("username", "sam", "password", "wrong-guess-1"))
		got.wants(t, 422, "username or the password is wrong", `value="sam"`)
		got.lacks(t, "wrong-guess-1")
	}
	b.post("/sign-in", form("username", "sam", "password", testPassword)).wants(t, 429, "Too many attempts. Wait", "seconds")
	td.shift.Store(int64(20 * time.Minute))
	if got := b.post("/sign-in", form("username", "sam", "password", testPassword)); got.path == "/sign-in" {
		t.Errorf("after the wait the right password leads to %s, %d", got.path, got.status)
	}
}

func TestBlankSignInIsNoAttempt(t *testing.T) {
	td := newTestDesk(t)
	b := td.newBrowser()
	for range 10 {
		b.post("/sign-in", form("username", " ", "password", "")).wants(t, 422, `href="#f-username"`, `href="#f-password"`, "Enter your password.")
	}
	if got := b.post("/sign-in", form("username", "sam", "password", testPassword)); got.path == "/sign-in" {
		t.Errorf("the right password leads to %s, %d", got.path, got.status)
	}
}

func TestNextStaysOnThisSite(t *testing.T) {
	td := newTestDesk(t)
	for next, want := range map[string]string{
		"/account": "/account", "/outbox?state=failed": "/outbox?state=failed",
		"": "/", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/", "/\t/evil.example": "/",
		"/\n/evil.example": "/", `\/evil.example`: "/", "account": "/", "javascript:alert(1)": "/", `/a\..\..//evil.example`: "/",
	} {
		b := td.newBrowser()
		if got := b.post("/sign-in", form("username", "sam", "password", testPassword, "next", next)); got.path != want {
			t.Errorf("next=%q leads to %s, want %s", next, got.path, want)
		}
	}
	b := td.signIn("sam")
	if got := b.get("/sign-in?next=/account"); got.path != "/account" {
		t.Errorf("who is signed in already comes to %s, want /account", got.path)
	}
}
