package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"textdesk/desk"
)

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// hidden are the fields that a page's forms carry along.
func (a answer) hidden() url.Values {
	values := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(a.body, -1) {
		values.Add(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	return values
}

// The session ends while somebody writes. What they wrote is there again after
// they have signed in, and nothing was sent on the way.
func TestWhatWasWrittenSurvivesTheSession(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	form := form("key", "k", "to", "07700 900123", "sender", "Oakfield", "body", "A long \"letter\" & more\r\nof it", "when", "later",
		"at_date", "2031-01-02", "at_time", "09:30", "do", "send", "group", "3", "group", "4")
	must(t, td.ResetPassword(t.Context(), desk.CommandLine(), "sam", testPassword))

	asked := sam.post("/send", form)
	asked.wants(t, http.StatusUnauthorized, "You were signed out meanwhile", `action="/sign-in"`)
	typed := asked.hidden()
	if !slices.Equal(typed["group"], []string{"3", "4"}) {
		t.Errorf("of the groups 3 and 4, %v are kept", typed["group"])
	}
	if typed.Has("do") {
		t.Fatal("the button comes along")
	}
	typed.Set("username", "sam")
	typed.Set("password", "not the password")
	typed.Set("do", "send") // nor may anybody put it there
	wrong := sam.post("/sign-in", typed)
	wrong.wants(t, http.StatusUnprocessableEntity)
	typed = wrong.hidden()
	typed.Set("username", "sam")
	typed.Set("password", testPassword)
	got := sam.post("/sign-in", typed)
	got.wants(t, http.StatusOK, "07700 900123", "Oakfield", "A long &#34;letter&#34; &amp; more", "2031-01-02", "09:30")
	got.lacks(t, testPassword)
	if got.path != "/send" {
		t.Errorf("it leads to %s", got.path)
	}
	sam.get("/outbox").lacks(t, "900123")
}

// A page that talks to us by itself is told, and left as it is.
func TestPageIsToldThatItIsSignedOut(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	must(t, td.ResetPassword(t.Context(), desk.CommandLine(), "sam", testPassword))
	got := sam.do(http.MethodPost, "/send/check", form("body", "Half a sentence"), "HX-Request", "true")
	got.wants(t, http.StatusUnauthorized, `hx-target="#signed-out"`, "You have been signed out")
	for _, name := range []string{"HX-Redirect", "HX-Refresh", "HX-Location"} {
		if got.header.Get(name) != "" {
			t.Errorf("%s takes the page away", name)
		}
	}
}

// Signing in resumes no form but those that do nothing by themselves.
func TestSignInResumesNothingElse(t *testing.T) {
	td := newTestDesk(t)
	for _, path := range []string{"/sign-out", "/settings", "//elsewhere.example/send", "https://elsewhere.example/", "/messages/:id/cancel"} {
		b := td.newBrowser()
		if got := b.post("/sign-in", form("username", "sam", "password", testPassword, "resume", path, "body", "text")); got.path != "/" || got.status != http.StatusOK {
			t.Errorf("with resume=%s it leads to %s (%d)", path, got.path, got.status)
		} else {
			got.lacks(t, ">text<")
		}
	}
}

func TestTooLargeInPlainWords(t *testing.T) {
	td := newTestDesk(t)
	got := td.signIn("sam").post("/send", form("body", strings.Repeat("x", 5<<20)))
	got.wants(t, http.StatusRequestEntityTooLarge, "Too much at once", "Go back")
	got.lacks(t, "Entity")
}

func TestAPIWithTrailingSlash(t *testing.T) {
	td := newTestDesk(t)
	token, err := td.NewKey(t.Context(), td.actor("sam"), "script")
	must(t, err)
	if got := td.newBrowser().get("/api/?Action=CheckCredits&Token=" + token); got.status != http.StatusOK || got.body != "1000.00" {
		t.Errorf("/api/ answers %d %q", got.status, got.body)
	}
}
