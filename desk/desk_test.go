package desk

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/providers/all"
	"textdesk/sms"
)

func TestMain(m *testing.M) {
	// Fewer lives unless somebody asks for more with -rapid.checks.
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// office is a desk with a clock that the test moves, an administrator, and the
// simulator.
type office struct {
	*Desk
	store    *db.Store
	dir      string
	mu       sync.Mutex
	now      time.Time
	admin    Actor
	provider int64
	seq      int // of texts that came in
}

// start is on a Wednesday morning.
var start = time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)

var template struct {
	sync.Once
	file []byte
	err  error
}

// newStore opens a fresh store; the migrations ran once for all of them.
func newStore(t testing.TB, dir string) *db.Store {
	t.Helper()
	template.Do(func() {
		from, err := os.MkdirTemp("", "template")
		if err != nil {
			template.err = err
			return
		}
		defer os.RemoveAll(from)
		s, err := db.Open(context.Background(), from)
		if err == nil {
			err = s.Close()
		}
		if err == nil {
			template.file, err = os.ReadFile(filepath.Join(from, db.FileName))
		}
		template.err = err
	})
	if template.err != nil {
		t.Fatal(template.err)
	}
	if err := os.WriteFile(filepath.Join(dir, db.FileName), template.file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := db.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := openOffice(t, t.TempDir())
	t.Cleanup(o.close)
	return o
}

func openOffice(t testing.TB, dir string) *office {
	t.Helper()
	vault, err := OpenVault(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{store: newStore(t, dir), dir: dir, now: start}
	o.Desk = New(Options{Store: o.store, Vault: vault, Types: all.Types(), Clock: o.clock})
	if err := o.EnsureProvider(context.Background()); err != nil {
		t.Fatal(err)
	}
	rows, err := o.ProviderRows(context.Background())
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	o.provider = rows[0].ID
	o.admin = o.user(t, "admin", LevelAdmin, 0, 0)
	o.quiet(t, QuietHours{Off: true}) // but for the tests of them
	return o
}

// quiet sets the quiet hours.
func (o *office) quiet(t testing.TB, q QuietHours) {
	t.Helper()
	if err := o.SaveQuietHours(context.Background(), CommandLine(), q); err != nil {
		t.Fatal(err)
	}
}

func (o *office) close() { _ = o.store.Close() }

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

// user makes a user without the cost of a password; the first one is unlimited.
func (o *office) user(t testing.TB, name, level string, parent, credits int64) Actor {
	t.Helper()
	var u db.User
	err := o.store.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		id, err := o.insertUser(ctx, tx, CommandLine(), NewUser{Username: name, Level: level, Unlimited: parent == 0}, db.User{ID: parent, Unlimited: true}, "")
		if err != nil {
			return err
		}
		if credits > 0 {
			if err := o.giveCredits(ctx, tx, db.User{}, id, credits); err != nil {
				return err
			}
		}
		u, err = tx.User(ctx, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return Actor{User: u, Door: "page", Address: "192.0.2.7"}
}

// again reads the actor's user anew, as a door does with every request.
func (o *office) again(t testing.TB, a Actor) Actor {
	t.Helper()
	u, err := o.store.User(context.Background(), a.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.User = u
	return a
}

func number(i int) string { return fmt.Sprintf("+4477009%05d", i) }

func numbers(from, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = number(from + i)
	}
	return all
}

func (o *office) send(t testing.TB, a Actor, order Order) Sent {
	t.Helper()
	if order.Sender == "" {
		order.Sender = "SCHOOL"
	}
	if order.Body == "" {
		order.Body = "School is closed today."
	}
	sent, err := o.Send(context.Background(), o.again(t, a), order)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func (o *office) status(t testing.TB, id int64) sms.Status {
	t.Helper()
	m, err := o.store.Message(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m.Status
}

// booksAreRight fails the test when something that is kept twice disagrees.
func (o *office) booksAreRight(t interface{ Fatalf(string, ...any) }) {
	problems, err := o.CheckBooks(context.Background())
	if err != nil {
		t.Fatalf("check books: %v", err)
	}
	for _, p := range problems {
		t.Fatalf("the books are wrong: %s", p)
	}
}

// leave claims and marks what is due, up to limit.
func (o *office) leave(t testing.TB, limit int) []db.Message {
	t.Helper()
	claimed, err := o.Claim(context.Background(), o.provider, 0, limit)
	if err != nil {
		t.Fatal(err)
	}
	if len(claimed) == 0 {
		return nil
	}
	marked, err := o.Mark(context.Background(), claimed)
	if err != nil {
		t.Fatal(err)
	}
	return marked
}

// taken records that the provider took the messages.
func (o *office) taken(t testing.TB, marked []db.Message) {
	t.Helper()
	var outcomes []Outcome
	for _, m := range marked {
		a := providers.Acceptance{}
		for i := range m.Parts {
			a.References = append(a.References, fmt.Sprintf("ref-%d-%d", m.ID, i))
		}
		outcomes = append(outcomes, Outcome{Message: m, Acceptance: a, Last: true})
	}
	if err := o.Record(context.Background(), outcomes); err != nil {
		t.Fatal(err)
	}
}

func (o *office) failed(t testing.TB, m db.Message, e *providers.Error) {
	t.Helper()
	if err := o.Record(context.Background(), []Outcome{{Message: m, Err: e, Last: true}}); err != nil {
		t.Fatal(err)
	}
}

func (o *office) receipt(t testing.TB, reference string, status sms.Status) {
	t.Helper()
	if err := o.Polled(context.Background(), o.provider, Polling{}, []providers.Receipt{{Reference: reference, Status: status}}); err != nil {
		t.Fatal(err)
	}
}

// ref is the reference that taken gives a part.
func ref(id int64, part int) string { return fmt.Sprintf("ref-%d-%d", id, part) }

// hold holds a batch as the desk does with a late one.
func hold(batchID int64) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		return tx.HoldBatch(ctx, db.HoldBatchParams{ID: batchID, HeldAt: 1, HeldWhy: "late"})
	}
}
