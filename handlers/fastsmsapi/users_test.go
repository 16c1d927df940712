package fastsmsapi_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"textdesk/db"
	"textdesk/desk"
)

// newcomer is a good call of CreateUser, for tests that vary it.
func newcomer(pairs ...string) []string {
	f := form{"ChildUsername": {"jo"}, "ChildPassword": {"a long password"}, "AccessLevel": {"Normal"}, "FirstName": {"Jo"}, "LastName": {"Lee"},
		"Email": {"jo@example.org"}, "Credits": {"5"}}
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = []string{pairs[i+1]}
	}
	var all []string
	for name, values := range f {
		all = append(all, name, values[0])
	}
	return all
}

// user finds somebody by name.
func (w *world) user(username string) (db.User, bool) {
	w.t.Helper()
	users, err := w.Users(w.t.Context(), desk.CommandLine())
	must(w.t, err)
	for _, u := range users {
		if u.Username == username {
			return u, true
		}
	}
	return db.User{}, false
}

// admin makes an administrator with 20 credits below boss, and a token for them.
func (w *world) admin(name string) {
	w.t.Helper()
	_, err := w.AddUser(w.t.Context(), w.as("boss"), desk.NewUser{Username: name, Password: "a long password", Level: desk.LevelAdmin, Credits: 20})
	must(w.t, err)
	tokens := map[string]string{}
	for n, t := range w.tokens {
		tokens[n] = t
	}
	tokens[name], err = w.NewKeyFor(w.t.Context(), desk.CommandLine(), name)
	must(w.t, err)
	w.tokens = tokens
}

func TestCreateUserTakesTheCredits(t *testing.T) {
	w := newWorld(t)
	w.admin("head")
	if got := w.call("head", "CreateUser", newcomer("Credits", "8", "Credit Reminder", "3", "Alert", "30", "Telephone", "020 7946 0000")...); got != "1" {
		t.Fatal(got)
	}
	jo, _ := w.user("jo")
	if jo.Balance != 8 || jo.CreditReminder != 3 || jo.AlertDays != 30 || jo.Telephone != "020 7946 0000" || jo.Level != desk.LevelNormal || w.balance("head") != 12 {
		t.Errorf("%+v, and head has %d", jo, w.balance("head"))
	}
	if _, err := w.SignIn(t.Context(), "jo", "a long password", "192.0.2.1", ""); err != nil {
		t.Errorf("jo signs in: %v", err)
	}
	for want, pairs := range map[string][]string{
		"-100\nThere are not enough credits: head has 12, not 13.":                      {"ChildUsername", "kit", "Credits", "13"},
		"-702\nCredits are a whole number, or unlimited.":                               {"ChildUsername", "kit", "Credits", "-1"},
		"-508\nA username has 2 to 64 letters, digits, dots, dashes, underscores or @.": {"ChildUsername", "k t"},
		"-507\nThis is too long: at most 80 characters.":                                {"ChildUsername", "kit", "FirstName", strings.Repeat("x", 81)},
		"-508\nEnter a number of days up to 3,650, 0 for no alert.":                     {"ChildUsername", "kit", "Alert", "99999"},
	} {
		if got := w.call("head", "CreateUser", newcomer(pairs...)...); got != want {
			t.Errorf("%v: %q, want %q", pairs, got, want)
		}
	}
	if _, there := w.user("kit"); there || w.balance("head") != 12 {
		t.Error("a refused call had an effect")
	}
	if got := w.call("head", "CreateUser", newcomer("ChildUsername", "kit", "Credits", "0", "CreditReminder", "0", "Alert", "0")...); got != "1" {
		t.Errorf("0 is unset: %s", got)
	}
	problems, err := w.CheckBooks(t.Context())
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

func TestUpdateCreditsKnowsWhoseUserItIs(t *testing.T) {
	w := newWorld(t)
	w.admin("head")
	w.admin("other")
	if got := w.call("head", "CreateUser", newcomer()...); got != "1" {
		t.Fatal(got)
	}
	for _, c := range []struct{ who, child, quantity, want string }{
		{"head", "jo", "5", "1"},
		{"head", "jo", "11", "-100"},  // head has 10
		{"head", "jo", "-11", "-510"}, // jo has 10
		{"head", "jo", "-10.00", "1"},
		{"other", "jo", "1", "-509"},   // a sibling's child
		{"head", "boss", "1", "-509"},  // above
		{"head", "other", "1", "-509"}, // beside
		{"head", "jo", "99999999999999999999", "-702"},
		{"boss", "jo", "1", "1"}, // a grandchild
	} {
		if got := w.call(c.who, "UpdateCredits", "ChildUsername", c.child, "Quantity", c.quantity); got != c.want {
			t.Errorf("%s moves %s to %s: %s, want %s", c.who, c.quantity, c.child, got, c.want)
		}
	}
	if w.balance("head") != 20 {
		t.Errorf("head has %d", w.balance("head"))
	}
	// Two at once share what there is, and no more.
	var wins int
	var mu sync.Mutex
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			if w.call("head", "UpdateCredits", "ChildUsername", "jo", "Quantity", "5") == "1" {
				mu.Lock()
				wins++
				mu.Unlock()
			}
		})
	}
	work.Wait()
	if wins != 4 || w.balance("head") != 0 {
		t.Errorf("%d of 8 went through, and head has %d", wins, w.balance("head"))
	}
}

func TestMaintenance(t *testing.T) {
	w := newWorld(t)
	must(t, w.SetMaintenance(t.Context(), desk.CommandLine(), true, "Back at two."))
	for _, who := range []string{"sam", "boss"} {
		if got := w.call(who, "Send", text("ShowErrorMessage", "1")...); got != "-511\nThe system is down for maintenance" {
			t.Errorf("%s: %q", who, got)
		}
	}
	if got := w.do(form{"Token": {"wrong"}, "Action": {"CheckCredits"}}.post()); got != "-501" {
		t.Errorf("a stranger learns %s", got)
	}
	if len(w.messages()) != 0 {
		t.Error("something was sent")
	}
	must(t, w.SetMaintenance(t.Context(), desk.CommandLine(), false, ""))
	if got := w.call("sam", "CheckCredits"); got != "10.00" {
		t.Errorf("open again: %s", got)
	}
}

func TestArchivedIsSuspended(t *testing.T) {
	w := newWorld(t)
	sam, _ := w.user("sam")
	must(t, w.Archive(t.Context(), w.as("boss"), sam.ID))
	if got := w.call("sam", "CheckCredits"); got != "-501" { // the token ended with it
		t.Errorf("archived: %s", got)
	}
	if got := w.call("boss", "UpdateCredits", "ChildUsername", "sam", "Quantity", "5"); got != "-509" {
		t.Errorf("credits for somebody archived: %s", got)
	}
	if sam, _ = w.user("sam"); sam.Balance != 0 {
		t.Errorf("somebody archived was given %d credits", sam.Balance)
	}
	if _, err := w.SignIn(t.Context(), "sam", "whatever it was", "192.0.2.1", ""); !errors.Is(err, desk.ErrSignIn) {
		t.Errorf("signs in: %v", err)
	}
}

// What a user may not is refused at this door with its code.
func TestPermissionsAtTheDoor(t *testing.T) {
	w := newWorld(t)
	sam, _ := w.user("sam")
	_, err := w.AddTemplate(t.Context(), w.as("boss"), desk.TemplateForm{Name: "Closed", Body: "Closed on ((Day)). Sorry!", Shared: true})
	must(t, err)
	all := desk.PermissionsOf(sam)
	for _, c := range []struct {
		change func(*desk.Permissions)
		call   []string
		want   string
	}{
		{func(p *desk.Permissions) { p.Bulk = false }, text("DestinationAddress", "447700900150,447700900151"), "-509"},
		{func(p *desk.Permissions) { p.Senders = []string{"Oakfield"} }, text(), "-506"},
		{func(p *desk.Permissions) { p.TemplatesOnly = true }, text(), "-509"},
		{func(p *desk.Permissions) { p.DailyCap = 1 }, text("DestinationAddress", "447700900150,447700900151", "Body", "Closed on Monday. Sorry!"), ",-411"},
	} {
		p := all
		c.change(&p)
		must(t, w.SetPermissions(t.Context(), w.as("boss"), sam.ID, p))
		if got := w.call("sam", "Send", c.call...); got != c.want && !(c.want[0] == ',' && strings.HasSuffix(got, c.want)) {
			t.Errorf("%+v: %s, want %s", p, got, c.want)
		}
	}
	p := all
	p.TemplatesOnly, p.Bulk, p.Senders = true, false, []string{"School", "07700 900999"}
	must(t, w.SetPermissions(t.Context(), w.as("boss"), sam.ID, p))
	for _, pairs := range [][]string{
		{"Body", "Closed on Monday. Sorry!"},
		{"Body", "Closed on Monday. Sorry!", "SourceAddress", "447700900999"},
		{"Body", "Closed on ((Day)). Sorry!", "SourceAddress", ""},
	} {
		if got := w.call("sam", "Send", text(pairs...)...); strings.HasPrefix(got, "-") {
			t.Errorf("%v: %s", pairs, got)
		}
	}
	if got := w.call("sam", "Send", text("Body", "Closed on "+strings.Repeat("any day ", 30)+". Sorry!")...); got != "-509" {
		t.Errorf("a letter in a field: %s", got)
	}
}

// Whatever the parameters of the two calls are, the answer is whole, a user is
// there if and only if it says so, and the books are right.
func FuzzUserCalls(f *testing.F) {
	w := newWorld(f)
	for _, seed := range [][4]string{
		{"CreateUser", "jo", "Normal", "5"},
		{"CreateUser", "j\u202Eo", "ADMIN", "5.00"},
		{"CreateUser", "sam", "normal", "-1"},
		{"CreateUser", strings.Repeat("x", 65), "", "1e3"},
		{"UpdateCredits", "sam", "", "-3"},
		{"UpdateCredits", "SAM ", "", "+2"},
		{"UpdateCredits", "sam", "", "9223372036854775807"},
		{"UpdateCredits", "sam", "", "-9223372036854775808"},
		{"UpdateCredits", "\x00", "", "0x5"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], "jo@example.org", "020 7946 0000", "")
	}
	f.Fuzz(func(t *testing.T, action, username, level, credits, email, telephone, more string) {
		w.t = t
		values := url.Values{"Token": {w.tokens["boss"]}, "Action": {action}, "ChildUsername": {username}, "ChildPassword": {"a long password"}, "AccessLevel": {level},
			"FirstName": {"Jo"}, "LastName": {"Lee" + more}, "Email": {email}, "Telephone": {telephone}, "Credits": {credits}, "Quantity": {credits},
			"Credit Reminder": {more}, "Alert": {more}}
		switch strings.ToLower(action) {
		case "createuser", "updatecredits":
		default:
			values.Set("Action", []string{"CreateUser", "UpdateCredits"}[rand.IntN(2)])
		}
		before := len(w.everybody())
		r := httptest.NewRequest(http.MethodPost, "/api", nil)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		body := values.Encode()
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		rec := httptest.NewRecorder()
		w.door.ServeHTTP(rec, r)
		answer := rec.Body.String()
		if rec.Code != http.StatusOK || !whole.MatchString(answer) || strings.HasPrefix(answer, "-30") {
			t.Fatalf("%q answered %d %q", body, rec.Code, answer)
		}
		made := 0
		if answer == "1" && strings.EqualFold(values.Get("Action"), "CreateUser") {
			made = 1
		}
		if after := len(w.everybody()); after != before+made {
			t.Errorf("%q answered %q and made %d users", body, answer, after-before)
		}
		if problems, err := w.CheckBooks(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("%q answered %q: %v %v", body, answer, problems, err)
		}
	})
}

func (w *world) everybody() []db.User {
	w.t.Helper()
	users, err := w.Users(w.t.Context(), desk.CommandLine())
	must(w.t, err)
	return users
}
