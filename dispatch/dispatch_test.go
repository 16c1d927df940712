package dispatch

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers"
	"textdesk/providers/fastsms"
	"textdesk/providers/fastsms/fastsmstest"
	"textdesk/providers/simulator"
	"textdesk/sms"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is a desk in a directory, with a dispatcher that can be stopped and
// started again.
type office struct {
	*desk.Desk
	t     *testing.T
	store *db.Store
	dir   string
	admin desk.Actor
	types []providers.Type
	stop  func()

	inbound time.Duration // how often received texts are asked for; 0 is as usual
	clock   func() time.Time
}

func newOffice(t *testing.T, types ...providers.Type) *office {
	t.Helper()
	o := &office{t: t, dir: t.TempDir(), types: append(types, fastsms.Type(), simulator.Type()), stop: func() {}}
	o.open()
	_, err := o.AddUser(t.Context(), desk.CommandLine(), desk.NewUser{Username: "admin", Password: "correct horse battery", Level: desk.LevelAdmin, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	u, err := o.store.UserByName(t.Context(), "admin")
	if err != nil {
		t.Fatal(err)
	}
	o.admin = desk.Actor{User: u, Door: "page"}
	if err := o.SaveQuietHours(t.Context(), desk.CommandLine(), desk.QuietHours{Off: true}); err != nil { // tests run at night too
		t.Fatal(err)
	}
	t.Cleanup(func() {
		o.stop()
		problems, err := o.CheckBooks(context.Background())
		if err != nil || len(problems) > 0 {
			t.Errorf("the books are wrong: %q %v", problems, err)
		}
		_ = o.store.Close()
	})
	return o
}

func (o *office) open() {
	o.t.Helper()
	vault, err := desk.OpenVault(o.dir, "")
	if err != nil {
		o.t.Fatal(err)
	}
	if o.store, err = db.Open(context.Background(), o.dir); err != nil {
		o.t.Fatal(err)
	}
	o.Desk = desk.New(desk.Options{Store: o.store, Vault: vault, Types: o.types, Clock: o.clock})
}

// run starts the dispatcher; o.stop stops it and waits for it.
func (o *office) run() {
	ctx, cancel := context.WithCancel(context.Background())
	dp := New(o.Desk, Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Drain: 2 * time.Second, Inbound: o.inbound})
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := dp.Run(ctx); err != nil {
			o.t.Error(err)
		}
	}()
	o.stop = sync.OnceFunc(func() { cancel(); <-done })
}

func (o *office) restart() {
	o.stop()
	if err := o.store.Close(); err != nil {
		o.t.Fatal(err)
	}
	o.open()
	o.run()
}

// pace of a provider in a test.
type setup struct {
	rate               float64
	concurrency, group int
}

func (o *office) fastsms(name, url string, s setup) {
	o.t.Helper()
	_, err := o.AddProvider(o.t.Context(), desk.CommandLine(), desk.NewProvider{Name: name, Kind: "fastsms", Settings: providers.Settings{"url": url, "token": "t"},
		Rate: &s.rate, Concurrency: s.concurrency, GroupSize: s.group, Default: true})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) send(from, n int) desk.Sent {
	o.t.Helper()
	to := make([]string, n)
	for i := range to {
		to[i] = fmt.Sprintf("+4477009%05d", from+i)
	}
	sent, err := o.Send(o.t.Context(), o.admin, desk.Order{To: to, Sender: "SCHOOL", Body: "School is closed today."})
	if err != nil {
		o.t.Fatal(err)
	}
	return sent
}

// batch waits until the batch is as wanted.
func (o *office) batch(id int64, what string, want func(db.Batch) bool) db.Batch {
	o.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		b, err := o.store.Batch(o.t.Context(), id)
		if err != nil {
			o.t.Fatal(err)
		}
		if want(b) {
			return b
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("the send is not %s: %+v", what, b)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func left(b db.Batch) int64 { return b.NScheduled + b.NQueued + b.NSubmitting }

func gone(b db.Batch) bool { return left(b) == 0 }

// upstream is a FastSMS that counts what is in flight and when calls came.
type upstream struct {
	*fastsmstest.Service
	url     string
	mu      sync.Mutex
	now     int
	most    int
	arrived []time.Time
}

func newUpstream(t *testing.T) *upstream {
	u := &upstream{Service: fastsmstest.New("t")}
	server := httptest.NewServer(u)
	t.Cleanup(server.Close)
	u.url = server.URL
	return u
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if strings.Contains(string(body), "Action=Send") {
		u.mu.Lock()
		u.arrived = append(u.arrived, time.Now())
		u.now++
		u.most = max(u.most, u.now)
		u.mu.Unlock()
		defer func() {
			u.mu.Lock()
			u.now--
			u.mu.Unlock()
		}()
	}
	u.Service.ServeHTTP(w, r)
}

func (u *upstream) once(t *testing.T, want int) {
	t.Helper()
	if d := u.Doubled(); len(d) > 0 {
		t.Errorf("texted twice: %v", d)
	}
	if got := u.Count(); got != want {
		t.Errorf("%d texts were sent, want %d", got, want)
	}
}

func TestEverythingIsSentOnce(t *testing.T) {
	up := newUpstream(t)
	up.SetLatency(2 * time.Millisecond)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 6})
	first := o.send(0, 150) // before it runs
	o.run()
	second := o.send(1000, 150)
	var work sync.WaitGroup
	for i := range 10 {
		work.Go(func() { o.send(2000+i, 1) })
	}
	work.Wait()
	o.batch(first.BatchID, "sent", gone)
	b := o.batch(second.BatchID, "sent", gone)
	deadline := time.Now().Add(time.Minute)
	for up.Count() < 310 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	up.once(t, 310)
	if b.NSubmitted+b.NSent != 150 {
		t.Errorf("%+v", b)
	}
	if up.most > 6 || up.most < 3 {
		t.Errorf("%d calls at the same time, 6 allowed", up.most)
	}
	// It is polled, and the answer moves it on.
	for _, text := range up.Texts() {
		up.SetStatus(text.IDs[0], "Delivered")
	}
	o.batch(first.BatchID, "delivered", func(b db.Batch) bool { return b.NDelivered > 0 })
}

// stopwatch is a provider that takes everything and notes when.
type stopwatch struct {
	mu    sync.Mutex
	calls []time.Time
}

func (w *stopwatch) Send(_ context.Context, s providers.Submission) (providers.Acceptance, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, time.Now())
	return providers.Acceptance{References: []string{fmt.Sprint(s.ID)}}, nil
}

func TestThePaceHolds(t *testing.T) {
	const rate = 40
	w := &stopwatch{}
	o := newOffice(t, providers.Type{Name: "stopwatch", Title: "Stopwatch", Rate: rate, Concurrency: 8,
		Open: func(providers.Settings, *http.Client) (providers.Provider, error) { return w, nil }})
	if _, err := o.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "stopwatch", Kind: "stopwatch", Default: true}); err != nil {
		t.Fatal(err)
	}
	sent := o.send(0, 100)
	began := time.Now()
	o.run()
	o.batch(sent.BatchID, "sent", gone)
	took := time.Since(began)
	const late = 500 * time.Millisecond // between the gate and the provider on a busy machine
	most := 0
	for i, from := range w.calls {
		n := 0
		for _, at := range w.calls[i:] {
			if at.Sub(from) < time.Second-late {
				n++
			}
		}
		most = max(most, n)
	}
	if most > rate+1 || len(w.calls) != 100 {
		t.Errorf("of %d calls, %d began within %v at %d a second", len(w.calls), most, time.Second-late, rate)
	}
	if least := 90 * time.Second / rate; took < least || took > 10*least {
		t.Errorf("100 texts at %d a second took %v", rate, took)
	}
}

func TestRefusedConnectionsAreTriedAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	o := newOffice(t)
	o.fastsms("up", "http://"+address, setup{concurrency: 4})
	sent := o.send(0, 12)
	o.run()
	o.batch(sent.BatchID, "tried", func(db.Batch) bool {
		rows, err := o.ProviderRows(context.Background())
		return err == nil && rows[0].ErrorAt > 0
	})
	if b, err := o.store.Batch(t.Context(), sent.BatchID); err != nil || b.NInDoubt+b.NFailed > 0 {
		t.Errorf("a refused connection is certain: %+v %v", b, err)
	}
	service := fastsmstest.New("t")
	if l, err = net.Listen("tcp", address); err != nil {
		t.Skip("somebody else took the port:", err)
	}
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: service}}
	server.Start()
	t.Cleanup(server.Close)
	o.batch(sent.BatchID, "sent", gone)
	if d := service.Doubled(); len(d) > 0 || service.Count() != 12 {
		t.Errorf("%d texts, doubled %v", service.Count(), d)
	}
	o.batch(sent.BatchID, "sent by a provider that is well again", func(db.Batch) bool {
		rows, err := o.ProviderRows(context.Background())
		return err == nil && rows[0].OkAt >= rows[0].ErrorAt
	})
}

func TestWhatIsUncertainIsNeverRepeated(t *testing.T) {
	up := newUpstream(t)
	faults := []fastsmstest.Fault{fastsmstest.TakeAndReset, fastsmstest.None, fastsmstest.Reset, fastsmstest.None, fastsmstest.TakeAndFail, fastsmstest.None}
	up.SetFault(func(call int) fastsmstest.Fault { return faults[call%len(faults)] })
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 4})
	sent := o.send(0, 30)
	o.run()
	b := o.batch(sent.BatchID, "over", gone)
	if b.NInDoubt != 15 || b.NSubmitted+b.NSent != 15 {
		t.Errorf("half of the calls broke, and the send counts %+v", b)
	}
	if up.Calls() != 30 {
		t.Errorf("%d calls for 30 texts", up.Calls())
	}
	if len(up.Doubled()) > 0 {
		t.Errorf("texted twice: %v", up.Doubled())
	}
}

func TestThrottlingIsHonoured(t *testing.T) {
	up := newUpstream(t)
	up.SetFault(func(call int) fastsmstest.Fault {
		if call == 3 {
			return fastsmstest.Throttle // asks for a second
		}
		return fastsmstest.None
	})
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 1})
	sent := o.send(0, 10)
	o.run()
	o.batch(sent.BatchID, "sent", gone)
	up.once(t, 10)
	if pause := up.arrived[3].Sub(up.arrived[2]); pause < 900*time.Millisecond {
		t.Errorf("the next call came %v after a throttle that asked for a second", pause)
	}
	rows, err := o.ProviderRows(t.Context())
	if err != nil || rows[0].ErrorAt != 0 {
		t.Errorf("a throttle counts as trouble: %+v %v", rows[0], err)
	}
}

func TestRefusedCredentialsHoldTheLaneUntilTheyAreMended(t *testing.T) {
	up := newUpstream(t)
	o := newOffice(t)
	rate := 0.0
	if _, err := o.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "up", Kind: "fastsms", Default: true, Rate: &rate, Concurrency: 2,
		Settings: providers.Settings{"url": up.url, "token": "wrong"}}); err != nil {
		t.Fatal(err)
	}
	other := newUpstream(t)
	sent := o.send(0, 20)
	o.fastsms("other", other.url, setup{concurrency: 2})
	elsewhere := o.send(1000, 50)
	o.run()
	o.batch(elsewhere.BatchID, "sent beside a provider in trouble", gone)
	other.once(t, 50)
	o.batch(sent.BatchID, "in trouble", func(db.Batch) bool {
		at, err := o.Attention(context.Background(), o.admin)
		return err == nil && len(at.Troubled) == 1 && at.Troubled[0].Name == "up"
	})
	up.mu.Lock()
	calls := len(up.arrived)
	up.mu.Unlock()
	if calls > 2 {
		t.Errorf("%d calls with credentials that are refused", calls)
	}
	// An administrator mends them: the lane starts afresh, and everything goes.
	row, err := o.store.ProviderByName(t.Context(), "up")
	if err != nil {
		t.Fatal(err)
	}
	mend(t, o, row, providers.Settings{"url": up.url, "token": "t"})
	b := o.batch(sent.BatchID, "sent with the right credentials", gone)
	if b.NFailed+b.NInDoubt > 0 {
		t.Errorf("%+v", b)
	}
	up.once(t, 20)
	o.batch(sent.BatchID, "sent by a provider that is well", func(db.Batch) bool {
		at, err := o.Attention(context.Background(), o.admin)
		return err == nil && len(at.Troubled) == 0
	})
}

func TestProvidersComeAndGo(t *testing.T) {
	one, two := newUpstream(t), newUpstream(t)
	one.SetLatency(20 * time.Millisecond)
	o := newOffice(t)
	o.run()
	o.fastsms("one", one.url, setup{concurrency: 3})
	first := o.send(0, 60)
	o.batch(first.BatchID, "begun", func(b db.Batch) bool { return b.NSubmitted+b.NSent > 5 })
	row, err := o.store.ProviderByName(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // changed while it works
		mend(t, o, row, providers.Settings{"url": one.url, "token": "t"})
		time.Sleep(1100 * time.Millisecond)
	}
	o.batch(first.BatchID, "sent", gone)
	one.once(t, 60)
	if one.most > 3 {
		t.Errorf("%d calls at the same time while the provider changed, 3 allowed", one.most)
	}
	o.fastsms("two", two.url, setup{concurrency: 3})
	second := o.send(1000, 20)
	o.batch(second.BatchID, "sent by the new one", gone)
	two.once(t, 20)
	if err := o.RemoveProvider(t.Context(), o.admin, "one"); err != nil {
		t.Fatal(err)
	}
	third := o.send(2000, 5)
	o.batch(third.BatchID, "sent by the one that is left", gone)
	one.once(t, 60)
}

func TestAGracefulStopLeavesTheQueueWhole(t *testing.T) {
	up := newUpstream(t)
	up.SetLatency(15 * time.Millisecond)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 4})
	sent := o.send(0, 120)
	o.run()
	for i := range 3 {
		o.batch(sent.BatchID, "under way", func(b db.Batch) bool { return b.NSubmitted+b.NSent >= int64(20*(i+1)) })
		o.stop()
		b, err := o.store.Batch(t.Context(), sent.BatchID)
		if err != nil || b.NSubmitting > 0 || b.NInDoubt > 0 {
			t.Fatalf("after a graceful stop: %+v %v", b, err)
		}
		if got := up.Count(); int64(got) != b.NSubmitted+b.NSent+b.NDelivered {
			t.Errorf("%d texts went, the send counts %+v", got, b)
		}
		o.restart()
	}
	b := o.batch(sent.BatchID, "sent", gone)
	if b.NInDoubt+b.NFailed > 0 {
		t.Errorf("%+v", b)
	}
	up.once(t, 120)
}

func TestACallThatNeverEndsIsInDoubtAfterTheDrain(t *testing.T) {
	up := newUpstream(t)
	up.SetFault(func(call int) fastsmstest.Fault { return fastsmstest.TakeAndHang })
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 2})
	sent := o.send(0, 10)
	o.run()
	o.batch(sent.BatchID, "hanging", func(b db.Batch) bool { return b.NSubmitting == 2 })
	o.stop()
	b, err := o.store.Batch(t.Context(), sent.BatchID)
	if err != nil || b.NInDoubt != 2 || b.NQueued != 8 {
		t.Errorf("%+v %v", b, err)
	}
}

func TestGroupsShareACall(t *testing.T) {
	up := newUpstream(t)
	bad := "447700900007"
	up.Refuse(bad, "-412")
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 2, group: 25})
	sent := o.send(0, 100)
	o.run()
	b := o.batch(sent.BatchID, "sent", gone)
	up.once(t, 99)
	if b.NFailed != 1 || b.NSubmitted+b.NSent != 99 {
		t.Errorf("%+v", b)
	}
	if up.Calls() > 20 {
		t.Errorf("%d calls for 100 recipients with groups of 25", up.Calls())
	}
	failed, err := o.store.FindMessages(t.Context(), db.MessageFilter{Statuses: []sms.Status{sms.Failed}, Limit: 10})
	if err != nil || len(failed) != 1 || failed[0].Number.Digits() != bad || failed[0].Code != "-412" {
		t.Errorf("the one that failed is %v: %v", failed, err)
	}
	// Each has the reference of its own number.
	texts := map[string]string{}
	for _, x := range up.Texts() {
		texts[x.To] = x.IDs[0]
	}
	err = o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: sent.BatchID}, func(m db.Message) error {
		parts, err := o.store.Parts(t.Context(), m.ID)
		if err == nil && m.Status != sms.Failed && (len(parts) != 1 || parts[0].Reference != texts[m.Number.Digits()]) {
			t.Errorf("%s has %v, the provider gave %s", m.Number, parts, texts[m.Number.Digits()])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestABrokenGroupIsInDoubtAsAWhole(t *testing.T) {
	up := newUpstream(t)
	up.SetFault(func(call int) fastsmstest.Fault {
		if call == 1 {
			return fastsmstest.TakeAndReset
		}
		return fastsmstest.None
	})
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 1, group: 10})
	sent := o.send(0, 30)
	o.run()
	b := o.batch(sent.BatchID, "over", gone)
	if b.NInDoubt != 10 || b.NSubmitted+b.NSent != 20 {
		t.Errorf("%+v", b)
	}
	up.once(t, 30)
}

func TestAFullDiskStopsNobodyForGood(t *testing.T) {
	up := newUpstream(t)
	up.SetLatency(5 * time.Millisecond)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 2})
	sent := o.send(0, 300)
	o.run()
	o.batch(sent.BatchID, "under way", func(b db.Batch) bool { return b.NSubmitted+b.NSent > 10 })
	if err := o.store.LimitPages(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	time.Sleep(700 * time.Millisecond)
	stuck := up.Count()
	time.Sleep(200 * time.Millisecond)
	if got := up.Count(); got != stuck {
		t.Logf("%d more were sent with a full disk", got-stuck) // rows that fit into pages there are
	}
	if err := o.store.LimitPages(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	b := o.batch(sent.BatchID, "sent when there is space again", gone)
	if b.NInDoubt > 0 {
		t.Errorf("%+v", b)
	}
	up.once(t, 300)
}

// panicking is a provider with a mistake in it.
type panicking struct{ calls *atomic.Int64 }

func (p panicking) Send(context.Context, providers.Submission) (providers.Acceptance, error) {
	if p.calls.Add(1)%2 == 1 {
		panic("a mistake")
	}
	return providers.Acceptance{References: []string{fmt.Sprint("r", p.calls.Load())}}, nil
}

func TestAProvidersMistakeIsADoubt(t *testing.T) {
	var calls atomic.Int64
	o := newOffice(t, providers.Type{Name: "mistaken", Title: "Mistaken", Concurrency: 1,
		Open: func(providers.Settings, *http.Client) (providers.Provider, error) { return panicking{&calls}, nil }})
	if _, err := o.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "mistaken", Kind: "mistaken", Default: true}); err != nil {
		t.Fatal(err)
	}
	sent := o.send(0, 6)
	o.run()
	b := o.batch(sent.BatchID, "over", gone)
	if b.NInDoubt != 3 || b.NSubmitted != 3 || calls.Load() != 6 {
		t.Errorf("%d calls, %+v", calls.Load(), b)
	}
}

// TestAnAnswerThatCannotBeStored has the store refuse one reference of many.
func TestAnAnswerThatCannotBeStored(t *testing.T) {
	w := &stopwatch{}
	o := newOffice(t, providers.Type{Name: "stopwatch", Title: "Stopwatch", Concurrency: 4,
		Open: func(providers.Settings, *http.Client) (providers.Provider, error) { return w, nil }})
	if _, err := o.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "stopwatch", Kind: "stopwatch", Default: true}); err != nil {
		t.Fatal(err)
	}
	sent := o.send(0, 30)
	bad := sent.Recipients[11].MessageID
	raw, err := sql.Open("sqlite", filepath.Join(o.dir, db.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(fmt.Sprintf(`CREATE TRIGGER refuse BEFORE INSERT ON parts WHEN NEW.message_id = %d BEGIN SELECT RAISE(ABORT, 'no'); END`, bad)); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	o.run()
	b := o.batch(sent.BatchID, "over", gone)
	if b.NSubmitted != 29 || b.NInDoubt != 1 {
		t.Errorf("%+v", b)
	}
	if m, err := o.store.Message(t.Context(), bad); err != nil || m.Status != sms.InDoubt {
		t.Errorf("it is %s: %v", m.Status, err)
	}
}

func TestScheduledTextsLeaveOnTime(t *testing.T) {
	up := newUpstream(t)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 2})
	o.run()
	time.Sleep(50 * time.Millisecond)
	at := time.Now().Add(700 * time.Millisecond)
	sent, err := o.Send(t.Context(), o.admin, desk.Order{To: []string{"+447700900123"}, Sender: "SCHOOL", Body: "Hello", SendAt: at})
	if err != nil {
		t.Fatal(err)
	}
	o.batch(sent.BatchID, "sent", gone)
	if early := at.Sub(up.arrived[0]); early > time.Millisecond || early < -time.Second {
		t.Errorf("it left %v early", early)
	}
}

// mend stores other settings for a provider, as its page does.
func mend(t *testing.T, o *office, row db.Provider, settings providers.Settings) {
	t.Helper()
	if err := o.ChangeProvider(t.Context(), o.admin, row.Name, desk.ProviderChange{Settings: settings}); err != nil {
		t.Fatal(err)
	}
}
