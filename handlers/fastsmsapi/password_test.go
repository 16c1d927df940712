package fastsmsapi_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"textdesk/desk"
)

const password = "correct horse battery"

// old is a call of a program that is older than tokens.
func (w *world) old(username, password, action string, pairs ...string) string {
	w.t.Helper()
	return w.do(form{"Username": {username}, "Password": {password}, "Action": {action}}.and(pairs...).post())
}

func TestProgramsOlderThanTokens(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	if got := w.old("sam", password, "CheckCredits"); got != "-501" {
		t.Fatalf("before an administrator has allowed it: %s", got)
	}
	must(t, w.SavePasswordCalls(ctx, desk.CommandLine(), desk.PasswordsToo))
	for name, c := range map[string]struct{ username, password, want string }{
		"right":              {"sam", password, "10.00"},
		"capitals, blanks":   {" SAM ", password, "10.00"},
		"no password":        {"sam", "", "-501"},
		"another's":          {"nobody", password, "-501"},
		"in capitals":        {"sam", strings.ToUpper(password), "-501"},
		"with a blank after": {"sam", password + " ", "-501"},
		"very long":          {"sam", strings.Repeat("x", 1<<20), "-501"},
	} {
		if got := w.old(c.username, c.password, "CheckCredits"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	// A token counts before them, also a wrong one.
	if got := w.old("sam", password, "CheckCredits", "Token", w.tokens["kim"]); got != "5.00" {
		t.Errorf("with kim's token: %s", got)
	}
	if got := w.old("sam", password, "CheckCredits", "Token", "wrong"); got != "-501" {
		t.Errorf("with a wrong token: %s", got)
	}
	if id := w.old("sam", password, "Send", text()...); len(w.messages()) != 1 || !strings.HasPrefix(id, "1000") {
		t.Errorf("sent %s", id)
	}
	if got := w.old("sam", password, "Send", text("Body", "")...); got != "-404" {
		t.Errorf("nothing to send: %s", got)
	}

	// Their calls are on record once for each user, without the password.
	keys, err := w.Keys(ctx, w.as("sam"))
	must(t, err)
	if len(keys) != 2 || keys[1].Name != "Username and password" || keys[1].Hint != "" {
		t.Fatalf("sam's keys are %+v", keys)
	}
	_, calls, err := w.Calls(ctx, w.as("sam"), keys[1].ID)
	must(t, err)
	if len(calls) != 4 || strings.Contains(fmt.Sprintf("%+v", calls), "horse") {
		t.Errorf("on record are %+v", calls)
	}
	if err := w.RevokeKey(ctx, w.as("sam"), keys[1].ID); len(desk.Refusals(err)) != 1 {
		t.Errorf("revoking it: %v", err)
	}

	// Another password counts at once, and the old one no longer.
	must(t, w.ResetPassword(ctx, desk.CommandLine(), "sam", "battery staple horse"))
	for pass, want := range map[string]string{password: "-501", "battery staple horse": "9.00"} {
		if got := w.old("sam", pass, "CheckCredits"); got != want {
			t.Errorf("%s after the change: %s, want %s", pass, got, want)
		}
	}
	must(t, w.Suspend(ctx, desk.CommandLine(), "kim"))
	if got := w.old("kim", password, "CheckCredits"); got != "-512" {
		t.Errorf("suspended: %s", got)
	}
	must(t, w.SavePasswordCalls(ctx, desk.CommandLine(), desk.TokensOnly))
	if got := w.old("sam", "battery staple horse", "CheckCredits"); got != "-501" {
		t.Errorf("not allowed any more: %s", got)
	}
}

// Whoever has to have a second factor is not let in by a password alone.
func TestPasswordCallsAreNoWayAroundASecondFactor(t *testing.T) {
	w := newWorld(t)
	must(t, w.SavePasswordCalls(t.Context(), desk.CommandLine(), desk.PasswordsToo))
	if got := w.old("boss", password, "CheckCredits"); strings.HasPrefix(got, "-") {
		t.Fatalf("before: %s", got)
	}
	must(t, w.SaveSecondFactorPolicy(t.Context(), desk.CommandLine(), desk.SecondAdmins))
	if got := w.old("boss", password, "CheckCredits"); got != "-501" {
		t.Errorf("an administrator who has to have one: %s", got)
	}
	if got := w.old("sam", password, "CheckCredits"); got != "10.00" {
		t.Errorf("a user who has not: %s", got)
	}
}

// Guessing is slowed down; a forgotten program with an old password costs nobody
// anything, neither on the pages nor at this door.
func TestWrongPasswordsAreSlowedDown(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	must(t, w.SavePasswordCalls(ctx, desk.CommandLine(), desk.PasswordsToo))
	for range 100 {
		if got := w.old("sam", "the password of last year", "CheckCredits"); got != "-501" {
			t.Fatal(got)
		}
	}
	if got := w.old("sam", password, "CheckCredits"); got != "10.00" {
		t.Errorf("after the same wrong one again and again: %s", got)
	}
	for i := range 5 {
		if got := w.old("kim", fmt.Sprint("a guess ", i), "CheckCredits"); got != "-501" {
			t.Fatal(got)
		}
	}
	if got := w.old("kim", password, "CheckCredits"); got != "-501" {
		t.Errorf("after five guesses: %s", got)
	}
	if _, err := w.SignIn(ctx, "kim", password, "192.0.2.1", "test"); err != nil {
		t.Errorf("on the sign-in page: %v", err)
	}
	w.at("2026-06-15T12:20:00+01:00")
	if got := w.old("kim", password, "CheckCredits"); got != "5.00" {
		t.Errorf("later: %s", got)
	}
}

// Many that come at once for the first time make one record.
func TestOldProgramsAtOnce(t *testing.T) {
	w := newWorld(t)
	must(t, w.SavePasswordCalls(t.Context(), desk.CommandLine(), desk.PasswordsToo))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := w.old("kim", password, "CheckCredits"); got != "5.00" {
				t.Errorf("got %s", got)
			}
		})
	}
	all.Wait()
	keys, err := w.Keys(t.Context(), w.as("kim"))
	must(t, err)
	if len(keys) != 2 {
		t.Errorf("kim's keys are %+v", keys)
	}
}
