package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/providers"
	"textdesk/sms"
)

// receiver is a web page that takes forwarded texts.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	got     []string // what was taken
	now     int      // calls this moment
	most    int
	status  int
	hanging chan struct{} // closed when it answers again; nil when it does not hang
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{status: 200}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		msg := req.FormValue("msg")
		r.mu.Lock()
		r.now++
		r.most = max(r.most, r.now)
		status, hanging := r.status, r.hanging
		r.mu.Unlock()
		if hanging != nil {
			select {
			case <-hanging:
			case <-req.Context().Done():
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.now--
		if status == 200 {
			r.got = append(r.got, msg)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, "auth=", req.FormValue("auth"))
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.got...)
}

// until waits for something to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen: " + what)
		}
	}
}

// number forwards what comes in on it to a receiver, which is allowed under the
// name that it is called by, so that each counts as a host of its own.
func (o *office) number(address string, r *receiver) desk.Number {
	o.t.Helper()
	if err := o.AllowForwardHost(o.t.Context(), desk.CommandLine(), r.Listener.Addr().String()); err != nil {
		o.t.Fatal(err)
	}
	id, err := o.AddNumber(o.t.Context(), desk.CommandLine(), desk.NumberForm{Number: address, Provider: "Simulator", URL: r.URL, Auth: "s3cret"})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.numberNow(id)
}

func (o *office) numberNow(id int64) desk.Number {
	o.t.Helper()
	n, err := o.Number(o.t.Context(), desk.CommandLine(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// comes takes texts to a number.
func (o *office) comes(n desk.Number, bodies ...string) {
	o.t.Helper()
	var page providers.InboundPage
	for i, b := range bodies {
		page.Inbound = append(page.Inbound, providers.Inbound{ID: fmt.Sprint(n.ID, b, i), From: sms.MSISDN(fmt.Sprintf("+44770090%04d", i)), To: n.Address, Body: b})
	}
	if err := o.Received(o.t.Context(), n.ProviderID, page); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) withSimulator() {
	o.t.Helper()
	if err := o.EnsureProvider(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// One address that hangs holds up neither another nor the end of the desk, and is
// called by few at a time.
func TestAHangingReceiver(t *testing.T) {
	o := newOffice(t)
	o.withSimulator()
	slow, quick := newReceiver(t), newReceiver(t)
	slow.hanging = make(chan struct{})
	defer close(slow.hanging)
	a, b := o.number("60777", slow), o.number("60778", quick)
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprint("text ", i))
	}
	o.comes(a, many...)
	o.run()
	until(t, "the slow one is called", func() bool { slow.mu.Lock(); defer slow.mu.Unlock(); return slow.now == forwardsPerHost })
	o.comes(b, many...)
	until(t, "the quick one has all", func() bool { return o.numberNow(b.ID).Waiting == 0 })
	o.stop()
	once := map[string]int{}
	for _, body := range quick.taken() {
		once[body]++
	}
	for _, body := range many {
		if once[body] != 1 {
			t.Errorf("%s came %d times", body, once[body])
		}
	}
	if slow.most != forwardsPerHost || quick.most > forwardsPerHost {
		t.Errorf("%d and %d calls at a time", slow.most, quick.most)
	}
	lines, _, err := o.Forwards(t.Context(), desk.CommandLine(), a.ID, desk.ForwardsAll, 0, 100)
	if err != nil || len(lines) != len(many) {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	tried := 0
	for _, l := range lines {
		if l.State != desk.ForwardWaits || l.Tries != 0 {
			t.Errorf("a text that nobody took is %+v", l.Forward)
		}
		if l.Last.ID != 0 {
			tried++
			if l.Last.Problem != "The desk was stopped before it answered." {
				t.Errorf("the try says %q", l.Last.Problem)
			}
		}
	}
	if tried != forwardsPerHost {
		t.Errorf("%d tries are on record", tried)
	}
}

// What was stored and not forwarded goes after the next start, whole and once; a
// receiver's answer is kept without the auth text.
func TestForwardingGoesOnAfterARestart(t *testing.T) {
	o := newOffice(t)
	o.withSimulator()
	r := newReceiver(t)
	n := o.number("60777", r)
	o.comes(n, "one", "two", "three") // and the desk is killed
	o.restart()
	until(t, "all are taken", func() bool { return o.numberNow(n.ID).Waiting == 0 })
	o.restart()
	o.comes(n, "four")
	until(t, "the fourth is taken", func() bool { return o.numberNow(n.ID).Waiting == 0 && len(r.taken()) >= 4 })
	o.stop()
	if got := fmt.Sprint(r.taken()); len(r.taken()) != 4 {
		t.Errorf("the receiver got %s", got)
	}
	lines, _, err := o.Forwards(t.Context(), desk.CommandLine(), n.ID, desk.ForwardsAll, 0, 100)
	if err != nil || len(lines) != 4 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for _, l := range lines {
		if l.State != desk.ForwardTaken || l.Last.Answer != "auth=(auth)" || l.Last.Answered != 200 || l.Last.Method != "POST" || l.Last.Host != r.Listener.Addr().String() {
			t.Errorf("the log has %+v", l.Last)
		}
	}
}

// Nothing goes to this machine unless that is allowed, and then what waited goes.
func TestForwardingIsGuarded(t *testing.T) {
	o := newOffice(t)
	o.withSimulator()
	r := newReceiver(t)
	id, err := o.AddNumber(t.Context(), desk.CommandLine(), desk.NumberForm{Number: "60777", Provider: "Simulator", URL: strings.Replace(r.URL, "127.0.0.1", "localhost", 1), Auth: "s3cret"})
	if err != nil {
		t.Fatal(err)
	}
	o.comes(o.numberNow(id), "one")
	o.run()
	until(t, "it was refused", func() bool { return o.numberNow(id).Last.Tries > 0 })
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String())
	lines, _, err := o.Forwards(t.Context(), desk.CommandLine(), id, desk.ForwardsAll, 0, 100)
	if err != nil || lines[0].Last.RefusedHost != "localhost:"+port || !strings.Contains(lines[0].Last.Problem, "not allowed") || lines[0].Last.Answered != 0 || len(r.taken()) != 0 {
		t.Errorf("the log has %+v, %v", lines[0].Last, err)
	}
	if err := o.AllowForwardHost(t.Context(), desk.CommandLine(), "localhost:"+port); err != nil {
		t.Fatal(err)
	}
	until(t, "it is taken", func() bool { return len(r.taken()) == 1 })
	o.stop()
}

// What goes wrong is logged without addresses, texts and auth texts.
func TestForwardingLogsNoSecret(t *testing.T) {
	o := newOffice(t)
	o.withSimulator()
	r := newReceiver(t)
	r.status = 500
	n := o.number("60777", r)
	o.comes(n, "a private matter")
	var log strings.Builder
	ctx, cancel := context.WithCancel(t.Context())
	dp := New(o.Desk, Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Drain: time.Second})
	done := make(chan error, 1)
	go func() { done <- dp.Run(ctx) }()
	until(t, "it was tried", func() bool { return o.numberNow(n.ID).Last.Tries > 0 })
	if err := o.store.Close(); err != nil { // so that something is logged
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	cancel()
	<-done
	for _, secret := range []string{"s3cret", "private", r.URL} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells %q:\n%s", secret, log.String())
		}
	}
	o.open()
}
