package handlers_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/handlers"
	"textdesk/providers/all"
	"textdesk/providers/fastsms/fastsmstest"
)

// newEmptyDesk is a desk that nobody has set up, as "serve" begins with it. The
// log is what an administrator of the machine would read.
func newEmptyDesk(t *testing.T) (td *testDesk, log *strings.Builder) {
	t.Helper()
	dir := t.TempDir()
	store, err := db.Open(t.Context(), dir)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	vault, err := desk.OpenVault(dir, "")
	must(t, err)
	td = &testDesk{t: t}
	td.Desk = desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types(),
		Clock: func() time.Time { return time.Now().Add(time.Duration(td.shift.Load())) }})
	log = &strings.Builder{}
	td.server = httptest.NewServer(handlers.New(handlers.Config{Desk: td.Desk, Log: debugLog(log),
		CookieKeys: [2][]byte{vault.Key("cookie signature", 32), vault.Key("cookie seal", 32)}, Version: "test"}))
	t.Cleanup(td.server.Close)
	must(t, td.EnsureProvider(t.Context()))
	return td, log
}

var administrator = []string{"username", "boss", "first_name", "Bo", "last_name", "Ross", "email", "bo@example.org", "password", testPassword, "repeat", testPassword}

func TestFirstRun(t *testing.T) {
	td, log := newEmptyDesk(t)
	td.run()
	token, err := td.NewSetupToken(t.Context())
	must(t, err)
	b := td.newBrowser()

	// Whoever comes without the link is told how to get it.
	got := b.get("/")
	got.wants(t, 200, "Set it up in a browser", "restart Textdesk")
	if got.path != "/setup" {
		t.Errorf("an empty desk leads to %s, want /setup", got.path)
	}

	got = b.get("/setup?token=" + token)
	got.wants(t, 200, "At least 10 characters", `name="token" value="`+token+`"`, `aria-current="step"`)
	got.lacks(t, "/setup/provider") // there is nobody yet who may go there

	got = b.post("/setup", form(append([]string{"token", token}, administrator...)...))
	got.wants(t, 200, "Your organisation", "The home country&#39;s own time", "United Kingdom")
	if got.path != "/setup/organisation" {
		t.Fatalf("after the administrator comes %s", got.path)
	}

	got = b.post("/setup/organisation", form("organisation", " Oakfield  School ", "country", "GB", "zone", "", "sender", "Oakfield"))
	got.wants(t, 200, "Try with the simulator", "FastSMS", `type="password"`)
	set, err := td.Settings(t.Context())
	must(t, err)
	if set.Organisation != "Oakfield School" || set.Zone.String() != "Europe/London" || set.Sender != "Oakfield" {
		t.Errorf("the organisation is stored as %+v", set)
	}

	got = b.post("/setup/provider", form("kind", "simulator"))
	got.wants(t, 200, "Text yourself", "Hello! This is the first text")
	if got.path != "/setup/text" {
		t.Fatalf("after the provider comes %s", got.path)
	}
	key := hidden(t, got, "submit_key")

	first := form("to", "07700 900 123", "sender", "Oakfield", "body", "Hello, desk", "submit_key", key)
	got = b.post("/setup/text", first)
	if !strings.HasPrefix(got.path, "/setup/text?message=") {
		t.Fatalf("after the text comes %s:\n%s", got.path, got.body)
	}
	if again := b.post("/setup/text", first); again.path != got.path {
		t.Errorf("the same form again leads to %s, not to the text of before, %s", again.path, got.path)
	}
	changed := form("to", "07700 900 124", "sender", "Oakfield", "body", "Hello, desk", "submit_key", key)
	if other := b.post("/setup/text", changed); other.path == got.path || other.status != 200 {
		t.Errorf("the form with another number leads to %s (%d), the text of before", other.path, other.status)
	}
	live := strings.Replace(got.path, "/setup/text?", "/setup/text/live?", 1)
	for deadline := time.Now().Add(time.Minute); !strings.Contains(got.body, "Delivered"); got = b.get(live) {
		if time.Now().After(deadline) {
			t.Fatalf("the text was not delivered:\n%s", got.body)
		}
		time.Sleep(100 * time.Millisecond)
	}
	got.lacks(t, "hx-get", "appears here when it arrives") // it has stopped asking, and the phone has it

	b.get("/setup/done").wants(t, 200, "Your desk is ready", "Oakfield School", "Everything is in place")
	if set, err = td.Settings(t.Context()); err != nil || !set.SetUp.Done() {
		t.Errorf("the first run is not done: %+v, %v", set.SetUp, err)
	}
	for _, secret := range []string{token, testPassword} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, log)
		}
	}
	if !strings.Contains(log.String(), "/setup") {
		t.Error("the log has no request, so it proves nothing")
	}
}

func TestSetupLinkWorksOnce(t *testing.T) {
	td, _ := newEmptyDesk(t)
	stale, err := td.NewSetupToken(t.Context())
	must(t, err)
	token, err := td.NewSetupToken(t.Context())
	must(t, err)

	b := td.newBrowser()
	for _, wrong := range []string{"nonsense", stale, token + "x", strings.ToUpper(token)} {
		got := b.get("/setup?token=" + wrong)
		got.wants(t, 403, "not valid any more")
		got.lacks(t, `name="username"`)
		b.post("/setup", form(append([]string{"token", wrong}, administrator...)...)).wants(t, 403, "not valid any more")
	}
	if empty, err := td.Empty(t.Context()); err != nil || !empty {
		t.Fatalf("a wrong link made an administrator (%v)", err)
	}
	b.post("/setup", form(append([]string{"token", token}, administrator...)...)).wants(t, 200, "Your organisation")

	other := td.newBrowser()
	for _, after := range []answer{
		other.get("/setup?token=" + token),
		other.post("/setup", form(append([]string{"token", token}, "username", "eve", "password", testPassword, "repeat", testPassword)...)),
	} {
		after.wants(t, 200, "Textdesk is set up")
		after.lacks(t, `name="username"`)
	}
	if users, err := td.Users(t.Context(), desk.CommandLine()); err != nil || len(users) != 1 {
		t.Errorf("there are %d users, want the first administrator alone (%v)", len(users), err)
	}
}

func TestSetupKeepsWhatWasTyped(t *testing.T) {
	td, _ := newEmptyDesk(t)
	token, err := td.NewSetupToken(t.Context())
	must(t, err)
	b := td.newBrowser()
	got := b.post("/setup", form("token", token, "username", "two words", "first_name", "Bo<b>", "last_name", strings.Repeat("x", 200), "email", "nobody", "password", "short-pw1", "repeat", "other-pw22"))
	got.wants(t, 422, "<title>Error: ", "There is a problem", `value="two words"`, `value="Bo&lt;b&gt;"`, `value="nobody"`, token,
		"A username has 2 to 64", "at most 80", "not an e-mail address", "at least 10 characters", "not the same")
	for _, field := range []string{"username", "last_name", "email", "password", "repeat"} {
		got.wants(t, 422, `href="#f-`+field+`"`, `id="f-`+field+`-error"`)
	}
	got.lacks(t, "short-pw1", "other-pw22")
	if empty, err := td.Empty(t.Context()); err != nil || !empty {
		t.Errorf("a refused form made a user (%v)", err)
	}
	b.post("/setup", form(append([]string{"token", token}, administrator...)...)).wants(t, 200, "Your organisation")
}

func TestOrganisationRefusals(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	for _, path := range []string{"/setup/organisation", "/settings/organisation"} {
		got := b.post(path, form("organisation", " ", "country", "Narnia", "zone", "Mars/Olympus", "sender", "a name far too long", "undo", "soon"))
		got.wants(t, 422, "Enter the organisation", "Choose a country", "Choose a time zone", "at most 11", `value="a name far too long"`)
		for _, field := range []string{"organisation", "country", "zone", "sender"} {
			got.wants(t, 422, `href="#f-`+field+`"`, `id="f-`+field+`-error"`)
		}
	}
	b.post("/setup/organisation", form("organisation", "Oz", "country", "AU")).wants(t, 422, "Australia has several time zones")
	for _, undo := range []string{"-1", "121", "", "1e2", "9223372036854775807"} {
		b.post("/settings/organisation", form("organisation", "Oz", "country", "AU", "zone", "Australia/Perth", "undo", undo)).
			wants(t, 422, "seconds from 0 to 120", `value="`+undo+`"`)
	}
	set, err := td.Settings(t.Context())
	must(t, err)
	if set.Organisation != "Oakfield School" || set.Country != "GB" || set.Zone.String() != "Europe/London" || set.Undo != 20*time.Second {
		t.Errorf("a refused form has changed the settings: %+v", set)
	}
	b.post("/settings/organisation", form("organisation", "Oz", "country", "AU", "zone", "Australia/Perth", "undo", " 0 ")).
		wants(t, 200, "The settings are saved", `<option value="Australia/Perth" selected>Perth</option>`)
	b.get("/settings").wants(t, 200, "Textdesk test", "Australia, Australia/Perth time", "None: a send leaves at once")
	if set, err = td.Settings(t.Context()); err != nil || set.Undo != 0 || set.Zone.String() != "Australia/Perth" || set.Sender != "" {
		t.Errorf("the settings are %+v, %v", set, err)
	}
}

func TestSetupProviderShowsTheBalanceBeforeItStores(t *testing.T) {
	const secret = "s3cret-t0ken-of-ours"
	td := newTestDesk(t)
	b := td.signIn("boss")
	service := fastsmstest.New(secret)
	service.SetCredits(4812)
	upstream := httptest.NewServer(service)
	defer upstream.Close()

	got := b.post("/setup/provider", form("kind", "fastsms", "fastsms_url", upstream.URL, "fastsms_token", secret))
	got.wants(t, 200, "FastSMS answers", "4,812 credits", "Send our texts through FastSMS")
	got.lacks(t, secret)
	if n := providerNames(td); n != "Simulator*" {
		t.Errorf("before anybody agreed, the providers are %s", n)
	}
	ticket := hidden(t, got, "ticket")
	next := b.post("/setup/provider", form("ticket", ticket))
	if next.path != "/setup/text" || providerNames(td) != "Simulator FastSMS*" {
		t.Errorf("came to %s with the providers %s", next.path, providerNames(td))
	}
	// The same button again changes nothing and is no error.
	if next = b.post("/setup/provider", form("ticket", ticket)); next.path != "/setup/text" || providerNames(td) != "Simulator FastSMS*" {
		t.Errorf("the second time came to %s with the providers %s", next.path, providerNames(td))
	}
	b.get("/setup/text").wants(t, 200, "It is a real one, through FastSMS")
	b.post("/setup/provider", form("kind", "simulator")).wants(t, 200, "the simulator&#39;s phone")
	if n := providerNames(td); n != "Simulator* FastSMS" {
		t.Errorf("after going back to the simulator, the providers are %s", n)
	}
}

func TestFirstTextRefusals(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	got := b.post("/setup/text", form("to", "0770", "sender", "far too long a name", "body", " "))
	got.wants(t, 422, `href="#f-to"`, `href="#f-sender"`, `href="#f-body"`, `value="0770"`, `value="far too long a name"`)
	b.post("/setup/text", form("to", "", "sender", "Oak", "body", "Hi")).wants(t, 422, `id="f-to-error"`)
	for _, path := range []string{"/setup/text?message=999", "/setup/text?message=x", "/setup/text/live", "/setup/text/live?message=-1"} {
		b.get(path).wants(t, 404)
	}
	if set, err := td.Settings(t.Context()); err != nil || set.SetUp.FirstText {
		t.Errorf("a text that did not go counts as sent (%v)", err)
	}
}

func TestDismissHidesTheReminder(t *testing.T) {
	td := newTestDesk(t)
	td.signIn("boss").post("/setup/dismiss", nil)
	if set, err := td.Settings(t.Context()); err != nil || !set.SetUp.Done() {
		t.Errorf("the reminder is still there (%v)", err)
	}
}

// providerNames lists the providers, the default one with a star.
func providerNames(td *testDesk) string {
	td.t.Helper()
	rows, err := td.Providers(td.t.Context(), desk.CommandLine())
	must(td.t, err)
	var names []string
	for _, p := range rows {
		if p.IsDefault {
			p.Name += "*"
		}
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

// hidden is the value of a hidden field of the page.
func hidden(t *testing.T, a answer, name string) string {
	t.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]+)"`).FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("%s has no hidden field %s:\n%s", a.path, name, a.body)
	}
	return strings.NewReplacer("&#43;", "+", "&#34;", `"`, "&amp;", "&").Replace(m[1])
}
