package fastsmsapi_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/handlers/fastsmsapi"
)

func TestTokens(t *testing.T) {
	w := newWorld(t)
	good := w.tokens["sam"]
	for name, c := range map[string]struct{ token, want string }{
		"good":           {good, "10.00"},
		"blanks around":  {" " + good + "\n", "10.00"},
		"none":           {"", "-501"},
		"blank":          {"  ", "-501"},
		"wrong":          {"th1S-15my-t0ken", "-501"},
		"half":           {good[:len(good)-1], "-501"},
		"longer":         {good + "x", "-501"},
		"capitals":       {strings.ToUpper(good), "-501"},
		"no text":        {"\xff\x00", "-501"},
		"very long":      {strings.Repeat("x", 1<<20), "-501"},
		"a username":     {"sam", "-501"},
		"two, one wrong": {good + "," + w.tokens["kim"], "-501"},
	} {
		if got := w.do(form{"Token": {c.token}, "Action": {"CheckCredits"}}.post()); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	// The first of several counts.
	if got := w.do(form{"Token": {"", good, "wrong"}, "Action": {"CheckCredits"}}.post()); got != "10.00" {
		t.Errorf("several tokens: %s", got)
	}
	// Nothing but the parameter opens the door.
	r := form{"Action": {"CheckCredits"}}.post()
	r.Header.Set("Authorization", "Bearer "+good)
	r.AddCookie(&http.Cookie{Name: "textdesk_session", Value: good})
	r.AddCookie(&http.Cookie{Name: "Token", Value: good})
	if got := w.do(r); got != "-501" {
		t.Errorf("a cookie instead of a token: %s", got)
	}
}

func TestSuspendedAndRevoked(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	must(t, w.Suspend(ctx, desk.CommandLine(), "sam"))
	if got := w.call("sam", "Send", text("ShowErrorMessage", "1")...); got != "-512\nUser Suspended" {
		t.Errorf("suspended: %q", got)
	}
	must(t, w.Resume(ctx, desk.CommandLine(), "sam"))
	sam := w.as("sam")
	keys, err := w.Keys(ctx, sam)
	must(t, err)
	must(t, w.RevokeKey(ctx, sam, keys[0].ID))
	if got := w.call("sam", "Send", text()...); got != "-501" {
		t.Errorf("revoked: %s", got)
	}
	if len(w.messages()) != 0 {
		t.Error("something was sent")
	}
}

// An address with too many wrong tokens learns nothing more for a while, and
// does not shut out scripts behind it that were in before.
func TestWrongTokensAreSlowedDown(t *testing.T) {
	w := newWorld(t)
	if got := w.call("sam", "CheckCredits"); got != "10.00" {
		t.Fatal(got)
	}
	for i := range 100 {
		if got := w.do(form{"Token": {fmt.Sprint("wrong ", i)}, "Action": {"CheckCredits"}}.post()); got != "-501" {
			t.Fatal(got)
		}
	}
	if sam, kim := w.call("sam", "CheckCredits"), w.call("kim", "CheckCredits"); sam != "10.00" || kim != "-501" {
		t.Errorf("after 100 wrong tokens sam gets %s and kim, new here, %s", sam, kim)
	}
	w.at("2026-06-15T12:00:01+01:00")
	if got := w.call("kim", "CheckCredits"); got != "5.00" {
		t.Errorf("a second later: %s", got)
	}
}

// A script that goes on with a token of once shuts out nobody, also nobody who is
// new.
func TestOneWrongTokenShutsOutNobody(t *testing.T) {
	w := newWorld(t)
	keys, err := w.Keys(t.Context(), w.as("sam"))
	must(t, err)
	if got := w.call("sam", "CheckCredits"); got != "10.00" {
		t.Fatal(got)
	}
	must(t, w.RevokeKey(t.Context(), w.as("sam"), keys[0].ID))
	for range 100 {
		if got := w.call("sam", "CheckCredits"); got != "-501" {
			t.Fatal(got)
		}
	}
	if got := w.call("kim", "CheckCredits"); got != "5.00" {
		t.Errorf("kim, new here: %s", got)
	}
}

// A fault is the desk's own: the caller learns that much, the log the rest, but
// for what is nobody's business.
func TestFault(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	w.door = served(fastsmsapi.New(fastsmsapi.Config{Desk: w.Desk, Log: slog.New(slog.NewTextHandler(&log, nil))}))
	w.closeStore()
	if got := w.call("sam", "Send", text("ShowErrorMessage", "1")...); got != "-300\nGeneral Database Error" {
		t.Errorf("on a closed store: %q", got)
	}
	if !strings.Contains(log.String(), "action=send") {
		t.Errorf("the log says %q", log.String())
	}
	w.call("sam", "<b>Send"+w.tokens["sam"], text()...)
	for _, secret := range []string{w.tokens["sam"], "447700900150", "Hello", "<b>"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log gives %q away: %s", secret, log.String())
		}
	}
}
