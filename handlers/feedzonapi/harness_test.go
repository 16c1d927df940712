package feedzonapi_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/goleak"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/handlers/feedzonapi"
	"textdesk/providers"
	"textdesk/providers/all"
	"textdesk/sms"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if template.dir != "" {
		os.RemoveAll(template.dir)
	}
	if err := goleak.Find(); err != nil && code == 0 {
		println(err.Error())
		code = 1
	}
	os.Exit(code)
}

// world is a desk behind the door, with a simulator that nobody runs: "boss", an
// administrator without a limit, and below them "sam" with 10 credits and "kim"
// with 5. sam has a key for Bulk SMS, "sam", and one for Clickatell, "sam2"; the
// others have one for Bulk SMS. It is noon in London on 15 June 2026, until the
// test says otherwise. Message ids begin at 10000001.
type world struct {
	*desk.Desk
	t     testing.TB
	dir   string
	store *db.Store
	keys  map[string]string
	door  http.Handler
	now   atomic.Int64 // UnixNano; 0 is the machine's
	came  int
}

var template struct {
	sync.Once
	dir  string
	keys map[string]string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	template.Do(func() { template.dir, template.keys = makeTemplate(t) })
	w := &world{t: t, dir: t.TempDir(), keys: template.keys}
	for _, name := range []string{db.FileName, db.FileName + "-wal", desk.KeyFile} {
		content, err := os.ReadFile(filepath.Join(template.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // no log is left when everything is in the database
		}
		must(t, err)
		must(t, os.WriteFile(filepath.Join(w.dir, name), content, 0o600))
	}
	w.at("2026-06-15T12:00:00+01:00")
	var err error
	w.store, err = db.Open(t.Context(), w.dir)
	must(t, err)
	t.Cleanup(func() { must(t, w.store.Close()) })
	vault, err := desk.OpenVault(w.dir, "")
	must(t, err)
	w.Desk = desk.New(desk.Options{Store: w.store, Vault: vault, Types: all.Types(), Clock: w.clock})
	w.door = served(feedzonapi.New(feedzonapi.Config{Desk: w.Desk, Log: slog.New(slog.DiscardHandler)}))
	return w
}

func makeTemplate(t testing.TB) (dir string, keys map[string]string) {
	t.Helper()
	ctx := t.Context()
	dir, err := os.MkdirTemp("", "feedzonapi")
	must(t, err)
	store, err := db.Open(ctx, dir)
	must(t, err)
	vault, err := desk.OpenVault(dir, "")
	must(t, err)
	noon := time.Date(2026, 6, 15, 11, 0, 0, 0, time.UTC)
	d := desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types(), Clock: func() time.Time { return noon }})
	shell := desk.CommandLine()
	must(t, d.EnsureProvider(ctx))
	must(t, d.SaveGuard(ctx, shell, desk.Guard{AllCountries: true}))
	must(t, d.SaveQuietHours(ctx, shell, desk.QuietHours{Off: true}))
	keys = map[string]string{}
	for _, u := range []desk.NewUser{
		{Username: "boss", Level: desk.LevelAdmin, Unlimited: true},
		{Username: "sam", Level: desk.LevelNormal, Credits: 10},
		{Username: "kim", Level: desk.LevelNormal, Credits: 5},
	} {
		u.Password = "correct horse battery"
		_, err := d.AddUser(ctx, shell, u)
		must(t, err)
		keys[u.Username], err = d.NewServiceKeyFor(ctx, shell, u.Username, "", desk.GatewayBulkSMS)
		must(t, err)
	}
	keys["sam2"], err = d.NewServiceKeyFor(ctx, shell, "sam", "", desk.GatewayClickatell)
	must(t, err)
	must(t, store.Close())
	return dir, keys
}

// served is the door in a router of its own.
func served(api *feedzonapi.API) http.Handler {
	e := echo.New()
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { http.Error(c.Response(), err.Error(), http.StatusInternalServerError) }
	e.Match([]string{http.MethodGet, http.MethodPost}, feedzonapi.Path+"*", api.Serve)
	return e
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) clock() time.Time {
	if set := w.now.Load(); set != 0 {
		return time.Unix(0, set)
	}
	return time.Now()
}

// at sets the clock.
func (w *world) at(rfc3339 string) {
	w.t.Helper()
	at, err := time.Parse(time.RFC3339, rfc3339)
	must(w.t, err)
	w.now.Store(at.UnixNano())
}

// as is the user of a key, as the desk knows them.
func (w *world) as(key string) desk.Actor {
	w.t.Helper()
	return w.script(key).Actor
}

func (w *world) script(key string) desk.Script {
	w.t.Helper()
	s, err := w.ScriptByToken(w.t.Context(), w.keys[key], "feedzon", "192.0.2.1")
	must(w.t, err)
	return s
}

// do answers a request and checks what every answer has in common.
func (w *world) do(r *http.Request) string {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.door.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "text/plain; charset=utf-8" || rec.Header().Get("Cache-Control") != "no-store" {
		w.t.Errorf("answered %d, %v", rec.Code, rec.Header())
	}
	return rec.Body.String()
}

// call makes a call with a key, as the page's examples do: pairs are names and
// values in turn.
func (w *world) call(key, method string, pairs ...string) string {
	w.t.Helper()
	return w.do(get(method, append([]string{"key", w.keys[key]}, pairs...)...))
}

func get(method string, pairs ...string) *http.Request {
	return httptest.NewRequest(http.MethodGet, feedzonapi.Path+method+".fz?"+query(pairs...), nil)
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// send sends a text and returns its reference.
func (w *world) send(key string, pairs ...string) string {
	w.t.Helper()
	answer := w.call(key, "SendMessage", pairs...)
	ref, ok := strings.CutPrefix(answer, "\"0\"\n\"")
	if !ok || !strings.HasSuffix(ref, `"`) {
		w.t.Fatalf("answered %q", answer)
	}
	return strings.TrimSuffix(ref, `"`)
}

// messages are all messages in the store, newest first.
func (w *world) messages() []db.Message {
	w.t.Helper()
	found, err := w.store.FindMessages(w.t.Context(), db.MessageFilter{Limit: 100})
	must(w.t, err)
	return found
}

// provider is the id of the world's simulator.
func (w *world) provider() int64 {
	w.t.Helper()
	rows, err := w.ProviderRows(w.t.Context())
	must(w.t, err)
	return rows[0].ID
}

// writes has somebody write to us, in answer to the last text that they got.
func (w *world) writes(from sms.MSISDN, body string) {
	w.t.Helper()
	w.came++
	must(w.t, w.Received(w.t.Context(), w.provider(), providers.InboundPage{Inbound: []providers.Inbound{{ID: "in" + strconv.Itoa(w.came), From: from, Body: body, At: w.clock()}}}))
}

// leaves has every text that waits leave.
func (w *world) leaves() {
	w.write("UPDATE messages SET submitted_at = created_at, status = 3 WHERE status < 3")
}

// write changes the store in a way that nobody can.
func (w *world) write(statement string, args ...any) {
	w.t.Helper()
	file, err := sql.Open("sqlite", filepath.Join(w.dir, db.FileName)+"?_pragma=busy_timeout(5000)")
	must(w.t, err)
	defer file.Close()
	_, err = file.ExecContext(w.t.Context(), statement, args...)
	must(w.t, err)
}

func clickatell(id int64) string { return feedzonapi.Reference(desk.GatewayClickatell, id) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// number has the desk receive on a number, for a user or for nobody.
func (w *world) number(typed, owner string) {
	w.t.Helper()
	rows, err := w.ProviderRows(w.t.Context())
	must(w.t, err)
	_, err = w.AddNumber(w.t.Context(), desk.CommandLine(), desk.NumberForm{Number: typed, Provider: rows[0].Name, Owner: owner})
	must(w.t, err)
}
