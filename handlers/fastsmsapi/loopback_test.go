package fastsmsapi_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/dispatch"
	"textdesk/providers"
	"textdesk/providers/fastsms"
	"textdesk/providers/providertest"
	"textdesk/sms"
)

// Our own client passes its conformance suite against our own door: client and
// server of one dialect check each other.
func TestOurClientAgainstThisDoor(t *testing.T) {
	w := newWorld(t)
	w.now.Store(time.Now().UnixNano()) // the suite schedules for tomorrow
	token := w.tokens["boss"]
	providertest.Run(t, providertest.Dialect{
		Type:     fastsms.Type(),
		Settings: providers.Settings{"token": token},
		Service:  w.door,
		Texts: func(r providertest.Request) (out []providertest.Text) {
			f := r.Form()
			if f.Get("Action") != "Send" {
				return nil
			}
			for _, to := range strings.Split(f.Get("DestinationAddress"), ",") {
				out = append(out, providertest.Text{To: to, Body: f.Get("Body")})
			}
			return out
		},
		Refused:          &providertest.Trigger{Answer: providertest.Answer{Body: w.call("boss", "Send", text("DestinationAddress", "442079460000")...)}, Code: "-401"},
		BadCredentials:   &providertest.Trigger{Answer: providertest.Answer{Body: w.do(form{"Token": {"wrong"}}.post())}, Code: "-501"},
		EmptyAccount:     &providertest.Trigger{Answer: providertest.Answer{Body: w.spend("kim")}, Code: "-100"},
		BadNumber:        "+442079460000", // a landline
		UnknownReference: "99999999",
		Receive: func(from, body string) {
			must(t, w.ReplyFrom(t.Context(), desk.CommandLine(), sms.MSISDN("+"+from), body))
		},
	})
}

// spend uses up what a user has, and returns what they are told then.
func (w *world) spend(username string) string {
	for range w.balance(username) {
		w.call(username, "Send", text()...)
	}
	return w.call(username, "Send", text()...)
}

// Our client reads every word of ours as what it means: what is final here is
// final there, and nothing else.
func TestOurClientReadsOurWords(t *testing.T) {
	for mine, want := range map[sms.Status]sms.Status{
		sms.Scheduled: sms.Submitted, sms.Queued: sms.Submitted, sms.Submitting: sms.Submitted,
		sms.Submitted: sms.Sent, sms.Sent: sms.Sent, sms.Delivered: sms.Delivered,
		sms.Failed: sms.Failed, sms.Expired: sms.Expired, sms.Cancelled: sms.Cancelled, sms.Suppressed: sms.Failed,
		sms.InDoubt: sms.Submitted, sms.Unknown: sms.Submitted,
	} {
		t.Run(mine.String(), func(t *testing.T) {
			w := newWorld(t)
			id := w.call("boss", "Send", text()...)
			must(t, w.store.Write(t.Context(), setStatus(mine)))
			server := httptest.NewServer(w.door)
			defer server.Close()
			client := providers.NewHTTPClient(1)
			defer client.CloseIdleConnections()
			p, err := fastsms.Type().Open(providers.Settings{"url": server.URL + "/api", "token": w.tokens["boss"]}, client)
			must(t, err)
			got, err := p.(providers.StatusPoller).PollStatus(t.Context(), []string{id})
			if err != nil || len(got) != 1 || got[0].Status != want {
				t.Errorf("read as %v, %v; want %v", got, err, want)
			}
		})
	}
}

// One desk is the provider of another. What is texted at the first is delivered
// by the second, and both know.
func TestDeskBehindDesk(t *testing.T) {
	t.Parallel()
	front, back := newWorld(t), newWorld(t)
	for _, w := range []*world{front, back} { // the dispatchers go by the machine's clock
		must(t, w.SaveQuietHours(t.Context(), desk.CommandLine(), desk.QuietHours{Off: true}))
	}
	server := httptest.NewServer(back.door)
	t.Cleanup(server.Close)
	_, err := front.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "behind", Kind: "fastsms", Default: true,
		Settings: providers.Settings{"url": server.URL + "/api", "token": back.tokens["sam"]}})
	must(t, err)
	front.run()
	back.run()

	// The simulator behind delivers to the first two and refuses the third.
	ids := strings.Split(front.call("kim", "Send", text("DestinationAddress", "447700900150,447700900152,447700900102", "Body", "Ünï £5 & 10%")...), ",")
	long := front.call("kim", "Send", text("Body", strings.Repeat("long ", 60))...)
	for id, want := range map[string]string{ids[0]: "Delivered", ids[1]: "Delivered", ids[2]: "Failed", long: "Delivered", itoa(atoi(t, long) + 1): "Delivered"} {
		front.await("kim", id, want)
	}
	delivered := 0
	for _, m := range back.messages() {
		if m.Status == sms.Delivered {
			delivered++
		}
	}
	if n := len(back.messages()); n != 4 || delivered != 3 {
		t.Errorf("the desk behind has %d messages, %d of them delivered; want 4 and 3", n, delivered)
	}
	if m := back.messages(); m[0].Sender != "SCHOOL" || m[0].TON != sms.TONAlphanumeric {
		t.Errorf("the sender behind is %q, %v", m[0].Sender, m[0].TON)
	}
	// In front all five parts were taken by the provider, so kim's five credits
	// are spent; behind, sam has the one back for the text that was refused.
	if front, back := front.balance("kim"), back.balance("sam"); front != 0 || back != 6 {
		t.Errorf("kim has %d credits left in front, sam %d behind; want 0 and 6", front, back)
	}
}

// run starts the dispatcher, on the machine's clock; it stops with the test.
func (w *world) run() {
	w.now.Store(0)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	d := dispatch.New(w.Desk, dispatch.Options{Log: slog.New(slog.DiscardHandler), Drain: 2 * time.Second})
	go func() { done <- d.Run(ctx) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
}

// await waits until a message has the word: longer than a lease, which on a busy
// machine may be lost.
func (w *world) await(username, id, word string) {
	w.t.Helper()
	var got string
	for range 1800 {
		if got = w.call(username, "CheckMessageStatus", "MessageID", id); got == word {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	story, err := w.Message(w.t.Context(), desk.CommandLine(), atoi(w.t, id))
	w.t.Errorf("message %s is %s, want %s: %+v, %v", id, got, word, story.Events, err)
}
