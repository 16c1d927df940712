package handlers_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/dispatch"
	"textdesk/handlers"
	"textdesk/providers/all"
)

// testPassword is the password of every user that a test makes.
const testPassword = "correct horse battery"

// testDesk is a whole desk behind real HTTP, with its store in a temporary
// directory. It has a simulator, an administrator "boss" who is unlimited, and
// "sam", an ordinary user with 1,000 credits. Nothing is sent until the test
// calls run.
type testDesk struct {
	*desk.Desk
	t      *testing.T
	dir    string // of its data
	store  *db.Store
	server *httptest.Server
	shift  atomic.Int64 // nanoseconds between the desk's clock and the machine's
}

func newTestDesk(t *testing.T) *testDesk {
	t.Helper()
	dir := t.TempDir()
	made.Do(func() { made.dir, made.err = makeDesk() })
	must(t, made.err)
	must(t, os.CopyFS(dir, os.DirFS(made.dir)))
	store, err := db.Open(t.Context(), dir)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	vault, err := desk.OpenVault(dir, "")
	must(t, err)
	td := &testDesk{t: t, dir: dir, store: store}
	td.Desk = desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types(),
		Clock: func() time.Time { return time.Now().Add(time.Duration(td.shift.Load())) }})
	handler := handlers.New(handlers.Config{Desk: td.Desk, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		CookieKeys: [2][]byte{vault.Key("cookie signature", 32), vault.Key("cookie seal", 32)}, Version: "test"})
	td.server = httptest.NewServer(handler)
	t.Cleanup(td.server.Close)
	return td
}

// made is the data directory that every test begins with a copy of: migrations
// and passwords cost more than most tests.
var made struct {
	sync.Once
	dir string
	err error
}

func makeDesk() (dir string, err error) {
	ctx, shell := context.Background(), desk.CommandLine()
	if dir, err = os.MkdirTemp("", "textdesk-handlers-"); err != nil {
		return "", err
	}
	store, err := db.Open(ctx, dir)
	if err != nil {
		return "", err
	}
	vault, err := desk.OpenVault(dir, "")
	if err != nil {
		return "", err
	}
	d := desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types()})
	if err := d.EnsureProvider(ctx); err != nil {
		return "", err
	}
	for _, u := range []desk.NewUser{
		{Username: "boss", Password: testPassword, Level: desk.LevelAdmin, FirstName: "Bo", LastName: "Ross", Unlimited: true},
		{Username: "sam", Password: testPassword, Level: desk.LevelNormal, FirstName: "Sam", LastName: "Carter", Credits: 1000},
	} {
		if _, err := d.AddUser(ctx, shell, u); err != nil {
			return "", err
		}
	}
	if err := d.SaveOrganisation(ctx, shell, desk.Organisation{Name: "Oakfield School", Country: "GB", Zone: "Europe/London", Sender: "Oakfield"}); err != nil {
		return "", err
	}
	if err := d.SaveQuietHours(ctx, shell, desk.QuietHours{Off: true}); err != nil { // tests run at night too
		return "", err
	}
	return dir, store.Close()
}

// addUser makes a user with testPassword below the first administrator.
func (td *testDesk) addUser(u desk.NewUser) {
	td.t.Helper()
	u.Password = testPassword
	_, err := td.AddUser(td.t.Context(), desk.CommandLine(), u)
	must(td.t, err)
}

// actor is the user as a page knows them.
func (td *testDesk) actor(username string) desk.Actor {
	td.t.Helper()
	users, err := td.Users(td.t.Context(), desk.CommandLine())
	must(td.t, err)
	for _, u := range users {
		if u.Username == username {
			return desk.Actor{User: u, Door: "page", Address: "127.0.0.1"}
		}
	}
	td.t.Fatalf("there is no user %q", username)
	return desk.Actor{}
}

// at sets the desk's clock, which goes on from there: at("2026-06-17 09:00"),
// London time.
func (td *testDesk) at(clock string) {
	td.t.Helper()
	london, err := time.LoadLocation("Europe/London")
	must(td.t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04", clock, london)
	must(td.t, err)
	td.shift.Store(int64(time.Until(at)))
}

// run starts the dispatcher; it stops with the test.
func (td *testDesk) run() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	d := dispatch.New(td.Desk, dispatch.Options{Log: slog.New(slog.DiscardHandler), Drain: 2 * time.Second, Reports: handlers.ReportPrinter{}})
	go func() { done <- d.Run(ctx) }()
	td.t.Cleanup(func() {
		stop()
		must(td.t, <-done)
	})
}

// browser is one person at the desk, with their cookies. It follows redirects.
type browser struct {
	t      *testing.T
	client *http.Client
	base   string
}

// newBrowser is somebody who has not signed in.
func (td *testDesk) newBrowser() *browser {
	jar, err := cookiejar.New(nil)
	must(td.t, err)
	return &browser{t: td.t, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}, base: td.server.URL}
}

// signIn signs a user in through the page.
func (td *testDesk) signIn(username string) *browser {
	td.t.Helper()
	b := td.newBrowser()
	got := b.post("/sign-in", form("username", username, "password", testPassword))
	if got.path == "/sign-in" {
		td.t.Fatalf("sign in as %s: status %d at %s", username, got.status, got.path)
	}
	return b
}

// answer is the page that a request ended at.
type answer struct {
	status int
	path   string // with the query, after redirects
	body   string
	header http.Header
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

// post submits a form.
func (b *browser) post(path string, values url.Values) answer {
	b.t.Helper()
	return b.do(http.MethodPost, path, values)
}

// do makes a request as a page of ours would. header holds more headers as
// pairs: "HX-Request", "true".
func (b *browser) do(method, path string, values url.Values, header ...string) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(values.Encode()))
	must(b.t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := b.client.Do(req)
	must(b.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(b.t, err)
	return answer{res.StatusCode, res.Request.URL.RequestURI(), string(body), res.Header}
}

// form makes form values from pairs.
func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

// wants checks the answer's status and that its body has the words.
func (a answer) wants(t *testing.T, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s answered %d, want %d", a.path, a.status, status)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("%s lacks %q:\n%s", a.path, w, a.body)
		}
	}
}

// lacks checks that the body has none of the words.
func (a answer) lacks(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(a.body, w) {
			t.Errorf("%s has %q, which it must not:\n%s", a.path, w, a.body)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
