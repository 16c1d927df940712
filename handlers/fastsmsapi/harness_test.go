package fastsmsapi_test

import (
	"context"
	"errors"
	"io"
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
	"textdesk/handlers/fastsmsapi"
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

// world is a desk behind the door, with a simulator that nobody runs: "boss",
// an administrator without a limit, and below them "sam" with 10 credits and
// "kim" with 5. It is noon in London on 15 June 2026, until the test says
// otherwise. Message ids begin at 10000001.
type world struct {
	*desk.Desk
	t          testing.TB
	store      *db.Store
	closeStore func()
	tokens     map[string]string // by username
	door       http.Handler
	now        atomic.Int64 // UnixNano; 0 is the machine's
}

// template is a data directory that every world starts from, because making
// one takes as long as a dozen tests.
var template struct {
	sync.Once
	dir    string
	tokens map[string]string
	err    error
}

func newWorld(t testing.TB) *world {
	t.Helper()
	template.Do(func() { template.dir, template.tokens, template.err = makeTemplate() })
	must(t, template.err)
	dir := t.TempDir()
	for _, name := range []string{db.FileName, db.FileName + "-wal", desk.KeyFile} {
		content, err := os.ReadFile(filepath.Join(template.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // no log is left when everything is in the database
		}
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	w := &world{t: t, tokens: template.tokens}
	w.at("2026-06-15T12:00:00+01:00")
	var err error
	w.store, err = db.Open(t.Context(), dir)
	must(t, err)
	w.closeStore = sync.OnceFunc(func() { must(t, w.store.Close()) })
	t.Cleanup(w.closeStore)
	vault, err := desk.OpenVault(dir, "")
	must(t, err)
	w.Desk = desk.New(desk.Options{Store: w.store, Vault: vault, Types: all.Types(), Clock: w.clock})
	w.door = served(fastsmsapi.New(fastsmsapi.Config{Desk: w.Desk, Log: slog.New(slog.DiscardHandler)}))
	return w
}

func makeTemplate() (dir string, tokens map[string]string, err error) {
	ctx := context.Background()
	if dir, err = os.MkdirTemp("", "fastsmsapi"); err != nil {
		return dir, nil, err
	}
	store, err := db.Open(ctx, dir)
	if err != nil {
		return dir, nil, err
	}
	vault, err := desk.OpenVault(dir, "")
	if err != nil {
		return dir, nil, err
	}
	noon := time.Date(2026, 6, 15, 11, 0, 0, 0, time.UTC)
	d := desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types(), Clock: func() time.Time { return noon }})
	if err := d.EnsureProvider(ctx); err != nil {
		return dir, nil, err
	}
	// The tests text abroad, and some numbers over and over; those of the spend
	// guard set it as they need it.
	if err := d.SaveGuard(ctx, desk.CommandLine(), desk.Guard{AllCountries: true}); err != nil {
		return dir, nil, err
	}
	tokens = map[string]string{}
	for _, u := range []desk.NewUser{
		{Username: "boss", Level: desk.LevelAdmin, Unlimited: true},
		{Username: "sam", Level: desk.LevelNormal, Credits: 10},
		{Username: "kim", Level: desk.LevelNormal, Credits: 5},
	} {
		u.Password = "correct horse battery"
		if _, err := d.AddUser(ctx, desk.CommandLine(), u); err != nil {
			return dir, nil, err
		}
		if tokens[u.Username], err = d.NewKeyFor(ctx, desk.CommandLine(), u.Username); err != nil {
			return dir, nil, err
		}
	}
	if err := fillBook(ctx, d, tokens["sam"]); err != nil {
		return dir, nil, err
	}
	return dir, tokens, store.Close()
}

// fillBook gives sam the group "Year 4" of two and the list "Spring trip" of
// three, one of whom nobody may text, beside the group "Nobody" and the list
// "Blank" with nothing in them.
func fillBook(ctx context.Context, d *desk.Desk, token string) error {
	sam, err := d.ActorByToken(ctx, token, "fastsms", "192.0.2.1")
	if err != nil {
		return err
	}
	group, err := d.AddGroup(ctx, sam, "Year 4")
	if err == nil {
		_, err = d.PasteIntoGroup(ctx, sam, group, "Ann 07700900150, Bo 07700900151")
	}
	if err == nil {
		_, err = d.AddGroup(ctx, sam, "Nobody")
	}
	if err != nil {
		return err
	}
	list, err := d.AddList(ctx, sam, "Spring trip")
	if err == nil {
		_, err = d.PasteIntoList(ctx, sam, list, "07700900160\tCy\n07700900161\tDee\n07700900199\tEd")
	}
	if err == nil {
		_, err = d.AddList(ctx, sam, "Blank")
	}
	if err == nil {
		_, err = d.Suppress(ctx, desk.CommandLine(), "07700900199", "Asked")
	}
	return err
}

// served is the door in a router of its own.
func served(api *fastsmsapi.API) http.Handler {
	e := echo.New()
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { http.Error(c.Response(), err.Error(), http.StatusInternalServerError) }
	e.Any("/api", api.Serve)
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

// as is the user as the desk knows them.
func (w *world) as(username string) desk.Actor {
	w.t.Helper()
	a, err := w.ActorByToken(w.t.Context(), w.tokens[username], "fastsms", "192.0.2.1")
	must(w.t, err)
	return a
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

// call makes a call as a user, by POST: pairs are names and values in turn.
func (w *world) call(username, action string, pairs ...string) string {
	w.t.Helper()
	return w.do(form(form{"Token": {w.tokens[username]}, "Action": {action}}.and(pairs...)).post())
}

// form is the parameters of a call.
type form url.Values

func (f form) and(pairs ...string) form {
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = append(f[pairs[i]], pairs[i+1])
	}
	return f
}

func (f form) post() *http.Request {
	return post("/api", "application/x-www-form-urlencoded", strings.NewReader(url.Values(f).Encode()))
}

func post(target, contentType string, body io.Reader) *http.Request {
	r := httptest.NewRequest(http.MethodPost, target, body)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// messages are all messages in the store, newest first.
func (w *world) messages() []db.Message {
	w.t.Helper()
	found, err := w.store.FindMessages(w.t.Context(), db.MessageFilter{Limit: 100})
	must(w.t, err)
	return found
}

// balance is what a user has left.
func (w *world) balance(username string) int64 { return w.as(username).User.Balance }

// text is a good call of Send, for tests that vary it.
func text(pairs ...string) []string {
	f := map[string]string{"DestinationAddress": "447700900150", "SourceAddress": "SCHOOL", "Body": "Hello"}
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = pairs[i+1]
	}
	var all []string
	for name, value := range f {
		all = append(all, name, value)
	}
	return all
}

// message is a row of the store.
type message = db.Message

// newer are the messages made after one, newest first.
func newer(w *world, id int64) []message {
	w.t.Helper()
	found, err := w.store.FindMessages(w.t.Context(), db.MessageFilter{After: id, Limit: 100})
	must(w.t, err)
	return found
}

func clearDefault(ctx context.Context, tx *db.Tx) error { return tx.ClearDefaultProvider(ctx) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func atoi(t testing.TB, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	must(t, err)
	return n
}

// provider is the id of the world's simulator.
func (w *world) provider() int64 {
	w.t.Helper()
	rows, err := w.ProviderRows(w.t.Context())
	must(w.t, err)
	return rows[0].ID
}

// setStatus makes every message stand somewhere, without the way there.
func setStatus(s sms.Status) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		m, err := tx.Message(ctx, 10000001)
		if err != nil {
			return err
		}
		_, err = tx.MoveMessage(ctx, db.MoveMessageParams{ID: m.ID, WasStatus: m.Status, Status: s, DueAt: m.DueAt, ExpiresAt: m.ExpiresAt})
		return err
	}
}
