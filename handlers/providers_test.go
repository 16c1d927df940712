package handlers_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/providers/fastsms/fastsmstest"
)

const upstreamToken = "upstream-secret-9f86d081"

func newUpstream(t *testing.T) *httptest.Server {
	t.Helper()
	service := fastsmstest.New(upstreamToken)
	service.SetCredits(12)
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	return server
}

func TestProviderCheckSaysWhatIsWrong(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	upstream := newUpstream(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>It works!</html>")) }))
	defer html.Close()

	for _, c := range []struct {
		name, url, token string
		words            []string
	}{
		{"a wrong token", upstream.URL, "wrong-" + upstreamToken, []string{`href="#f-fastsms_token"`, `id="f-fastsms_token-error"`}},
		{"nobody there", closed.URL, upstreamToken, []string{"refused the connection", `id="f-fastsms_url-error"`}},
		{"no service of that kind", html.URL, upstreamToken, []string{"FastSMS answered, but not as documented"}},
		{"no token", upstream.URL, " ", []string{"Enter the API token.", `id="f-fastsms_token-error"`}},
		{"no address", "my.fastsms", upstreamToken, []string{"is not a web address", `id="f-fastsms_url-error"`}},
	} {
		values := form("kind", "fastsms", "name", "Second", "fastsms_url", c.url, "fastsms_token", c.token, "rate", "20", "concurrency", "8")
		for _, path := range []string{"/providers/new", "/setup/provider"} {
			got := b.post(path, values)
			got.wants(t, 422, append(c.words, "There is a problem", "<title>Error: ", `value="`+c.url+`"`)...)
			got.lacks(t, upstreamToken)
			if t.Failed() {
				t.Fatalf("with %s", c.name)
			}
		}
	}
	if n := providerNames(td); n != "Simulator*" {
		t.Errorf("refused providers were stored: %s", n)
	}
}

func TestProviderNonsense(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	got := b.post("/providers/new", form("kind", "fastsms", "name", "no spaces!", "fastsms_url", "x", "fastsms_token", "", "rate", "NaN", "concurrency", "lots"))
	got.wants(t, 422, `value="no spaces!"`, `value="NaN"`, `value="lots"`)
	for _, field := range []string{"name", "fastsms_token", "rate", "concurrency"} {
		got.wants(t, 422, `href="#f-`+field+`"`, `id="f-`+field+`-error"`)
	}
	for _, rate := range []string{"-1", "1e9", "Inf", "1e-9", "twenty"} {
		b.post("/providers/new", form("kind", "simulator", "name", "Two", "rate", rate)).wants(t, 422, `id="f-rate-error"`, `value="`+rate+`"`)
	}
	b.post("/providers/new", form("kind", "simulator", "name", "Two", "simulator_delay", "soon")).wants(t, 422, "Delay is a number", `value="soon"`)
	b.post("/providers/new", form("kind", "simulator", "name", "Simulator")).wants(t, 422, "This name is taken", `id="f-name-error"`)
	b.post("/providers/new", form("kind", "pigeon", "name", "Two")).wants(t, 422, "no kind of provider", `id="f-kind-error"`)
	b.post("/providers/new", form("ticket", "nonsense")).wants(t, 422, "Check the provider again")
	b.get("/providers/new?kind=pigeon").wants(t, 200, "Which service?")
	if n := providerNames(td); n != "Simulator*" {
		t.Errorf("nonsense was stored: %s", n)
	}
}

func TestAddMakeDefaultTestAndRemove(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	upstream := newUpstream(t)

	got := b.post("/providers/new", form("kind", "fastsms", "name", "Second", "fastsms_url", upstream.URL, "fastsms_token", upstreamToken, "rate", "2.5", "concurrency", "3"))
	got.wants(t, 200, "12 credits", "Nothing is stored yet", "Add Second")
	got.lacks(t, upstreamToken)
	ticket := hidden(t, got, "ticket")

	td.addUser(desk.NewUser{Username: "eve", Level: desk.LevelAdmin})
	td.signIn("eve").post("/providers/new", form("ticket", ticket)).wants(t, 422, "Check the provider again") // not hers

	b.post("/providers/new", form("ticket", ticket)).wants(t, 200, "Second is added", "12 credits", "2.5 a second, 3 at the same time")
	if n := providerNames(td); n != "Simulator* Second" {
		t.Fatalf("the providers are %s", n)
	}
	b.post("/providers/new", form("ticket", ticket)).wants(t, 422, "This name is taken")

	b.post("/providers/Second/default", nil).wants(t, 200, "New texts go through Second")
	if n := providerNames(td); n != "Simulator Second*" {
		t.Errorf("the providers are %s", n)
	}
	b.post("/providers/Second/test", nil).wants(t, 200, "Second answers: 12 credits.", "Working")
	b.get("/providers/Second/remove").wants(t, 200, "make another one the default first")
	b.post("/providers/Second/remove", nil).wants(t, 422, "make another one the default first")

	// Messages that wait keep their provider.
	_, err := td.Send(t.Context(), td.actor("boss"), desk.Order{To: []string{"07700900123"}, Body: "Hi"})
	must(t, err)
	b.post("/providers/Simulator/default", nil)
	b.post("/providers/Second/remove", nil).wants(t, 422, "Messages are still waiting for Second")

	upstream.Close()
	got = b.post("/providers/Second/test", nil)
	got.wants(t, 422, "Second did not pass the check", "refused the connection", "In trouble")
	got.lacks(t, upstreamToken)

	b.get("/providers/Nobody/remove").wants(t, 404)
	for _, verb := range []string{"test", "default", "remove"} {
		b.post("/providers/Nobody/"+verb, nil).wants(t, 404)
	}
}

func TestRemovedProviderIsGone(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	b.post("/providers/new", form("ticket", hidden(t, b.post("/providers/new", form("kind", "simulator", "name", "Two")), "ticket")))
	b.get("/providers/Two/remove").wants(t, 200, "Remove Two?", "Its credentials are deleted")
	b.post("/providers/Two/remove", nil).wants(t, 200, "Two is removed")
	b.post("/providers/Two%20(removed%202)/default", nil).wants(t, 404)
	if n := providerNames(td); n != "Simulator*" {
		t.Errorf("the providers are %s", n)
	}
}

func TestTicketIsGoodForHalfAnHour(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	ticket := hidden(t, b.post("/providers/new", form("kind", "simulator", "name", "Two")), "ticket")
	td.shift.Store(int64(31 * time.Minute))
	b.post("/providers/new", form("ticket", ticket)).wants(t, 422, "Check the provider again")
}

func TestCallbackAddressIsForAdministrators(t *testing.T) {
	td := newTestDesk(t)
	rows, err := td.Providers(t.Context(), desk.CommandLine())
	must(t, err)
	path, err := td.CallbackPath(td.actor("boss"), rows[0])
	must(t, err)
	td.signIn("boss").get("/providers").wants(t, 200, td.server.URL+path)
	if _, err := td.CallbackPath(td.actor("sam"), rows[0]); err == nil {
		t.Error("an ordinary user has the callback address")
	}
	got := td.signIn("sam").get("/providers")
	got.wants(t, 403)
	got.lacks(t, path)
}

// TestSecretsStayOutOfPages walks every page that an administrator can open
// after a provider was added and a token made.
func TestSecretsStayOutOfPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	upstream := newUpstream(t)
	got := b.post("/providers/new", form("kind", "fastsms", "name", "Second", "fastsms_url", upstream.URL, "fastsms_token", upstreamToken, "default", "on"))
	b.post("/providers/new", form("ticket", hidden(t, got, "ticket"))).wants(t, 200, "Second is added")
	token := tokenPattern.FindString(b.post("/account/tokens", form("name", "Script")).body)
	_, err := td.Send(t.Context(), td.actor("boss"), desk.Order{To: []string{"07700900123"}, Body: "Hi"})
	must(t, err)
	td.run()
	for _, path := range addresses(http.MethodGet) {
		path = strings.NewReplacer(":name", "Second").Replace(path)
		b.get(path).lacks(t, upstreamToken, token, testPassword)
	}
}

func TestProviderIsChanged(t *testing.T) {
	td := newTestDesk(t)
	up := newUpstream(t)
	boss := td.signIn("boss")
	_, err := td.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "up", Kind: "fastsms", Settings: map[string]string{"url": up.URL, "token": upstreamToken}})
	must(t, err)
	page := boss.get("/providers/up/edit")
	page.wants(t, http.StatusOK, "Change up", `value="`+up.URL+`"`, "Leave it empty to keep the one that is stored.", "People in one request")
	page.lacks(t, upstreamToken)
	boss.get("/providers").wants(t, http.StatusOK, "/providers/up/edit", "0 being handed over, 0 waiting")

	// The token stays when none is typed.
	got := boss.post("/providers/up/edit", form("fastsms_url", up.URL, "fastsms_token", "", "rate", "12.5", "concurrency", "3", "group_size", "20"))
	got.wants(t, http.StatusOK, "up is saved. It answers")
	rows, err := td.ProviderRows(t.Context())
	must(t, err)
	if p := rows[1]; p.Rate != 12.5 || p.Concurrency != 3 || p.GroupSize != 20 {
		t.Errorf("stored: rate %v, concurrency %d, group %d", p.Rate, p.Concurrency, p.GroupSize)
	}
	_, err = td.TestProvider(t.Context(), desk.CommandLine(), "up")
	must(t, err)

	// A token that is refused is not stored, unless one insists.
	wrong := form("fastsms_url", up.URL, "fastsms_token", "wrong", "rate", "12.5", "concurrency", "3", "group_size", "20")
	got = boss.post("/providers/up/edit", wrong)
	got.wants(t, http.StatusUnprocessableEntity, "Error:", "Save it all the same")
	got.lacks(t, "wrong\"")
	_, err = td.TestProvider(t.Context(), desk.CommandLine(), "up")
	must(t, err)
	wrong.Set("anyway", "on")
	boss.post("/providers/up/edit", wrong).wants(t, http.StatusOK, "up is saved.")
	if _, err = td.TestProvider(t.Context(), desk.CommandLine(), "up"); !errors.Is(err, desk.ErrProviderCheck) {
		t.Errorf("with the wrong token: %v", err)
	}

	for name, c := range map[string]struct{ field, typed, says string }{
		"pace":    {"rate", "fast", "Enter how many messages a second"},
		"calls":   {"concurrency", "0", "Enter how many requests at the same time"},
		"group":   {"group_size", "5000", "Enter how many recipients in one call"},
		"address": {"fastsms_url", "not a url", "url"},
	} {
		values := form("fastsms_url", up.URL, "fastsms_token", upstreamToken, "rate", "1", "concurrency", "1", "group_size", "1")
		values.Set(c.field, c.typed)
		got := boss.post("/providers/up/edit", values)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, c.says) || !strings.Contains(got.body, `value="`+c.typed+`"`) {
			t.Errorf("%s: status %d", name, got.status)
		}
	}
	boss.get("/providers/nobody/edit").wants(t, http.StatusNotFound)
}

func TestProviderIsPausedByHand(t *testing.T) {
	td := newTestDesk(t)
	boss, sam := td.signIn("boss"), td.signIn("sam")
	td.text("sam", "Before the pause", "07700 900101")
	boss.get("/providers/Simulator/pause").wants(t, http.StatusOK, "Pause Simulator?", "1 text waits for it now. It goes on waiting.", "New texts are still accepted and wait")
	boss.post("/providers/Simulator/pause", nil).wants(t, http.StatusOK, "Simulator is paused.", "Paused by you at", "0 being handed over, 1 waiting", "Resume")
	td.carry(nil)
	if n := td.sent("sam"); n != 1 {
		t.Fatal(n)
	}
	path := sam.sendTo(3, "body", "In the pause")
	sam.get(path).wants(t, http.StatusOK, "Provider paused", "The provider was paused by Bo Ross at", "3 messages wait until an administrator resumes the provider")
	sam.get("/outbox").wants(t, http.StatusOK, "The provider is paused")
	sam.get("/outbox/sends").wants(t, http.StatusOK, "Provider paused")
	sam.post("/providers/Simulator/resume", nil).wants(t, http.StatusForbidden)
	boss.get("/").wants(t, http.StatusOK, "Simulator is paused")
	boss.post("/providers/Simulator/resume", nil).wants(t, http.StatusOK, "Simulator goes on.")
	td.shift.Add(int64(time.Minute)) // it can be undone for a while
	td.carry(nil)
	sam.get(path).lacks(t, "paused")
	sam.get(path).wants(t, http.StatusOK, "On the way")
}
