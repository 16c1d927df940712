package providertest

import (
	"strings"
	"testing"
	"time"

	"textdesk/providers"
	"textdesk/sms"
)

// capabilities tries what the provider offers beside Send.
func (d Dialect) capabilities(t *testing.T) {
	probe := d.open(t, nil).Provider
	if _, ok := probe.(providers.BatchSender); ok {
		t.Run("batch", d.batch)
	}
	if _, ok := probe.(providers.StatusPoller); ok {
		t.Run("poll", d.poll)
	}
	if _, ok := probe.(providers.Balancer); ok {
		t.Run("balance", d.balance)
	}
	if _, ok := probe.(providers.Checker); ok {
		t.Run("check", d.check)
	}
	if _, ok := probe.(providers.InboundPoller); ok {
		t.Run("poll inbound", d.pollInbound)
	}
	if _, ok := probe.(providers.Canceller); ok {
		t.Run("cancel", d.cancel)
	}
	if _, ok := probe.(providers.Scheduler); ok {
		t.Run("schedule", d.schedule)
	}
	if i, ok := probe.(providers.Idempotent); ok && i.Idempotent() {
		t.Run("idempotent", d.idempotent)
	}
	if _, ok := probe.(providers.CallbackParser); ok {
		t.Run("callbacks", d.callbacks)
	}
}

func (d Dialect) batch(t *testing.T) {
	b := d.open(t, nil)
	sender := b.Provider.(providers.BatchSender)
	if sender.BatchLimit() < 2 {
		t.Fatalf("BatchLimit is %d, which is no batch", sender.BatchLimit())
	}
	batch := []providers.Submission{submission(), submission(), submission()}
	batch[1].To = d.BadNumber
	batch[2].To = To[:len(To)-1] + "1"
	out, err := sender.SendBatch(t.Context(), batch)
	if err != nil || len(out) != 3 {
		t.Fatalf("SendBatch = %v, %v; want three outcomes", out, err)
	}
	for _, i := range []int{0, 2} {
		if out[i].Err != nil || len(out[i].Acceptance.References) == 0 {
			t.Errorf("outcome %d is %+v, want accepted", i, out[i])
		}
	}
	if len(out[1].Acceptance.References) > 0 {
		t.Errorf("outcome 1 has references: %+v", out[1])
	}
	b.check(t, out[1].Err, providers.Rejected)
	distinct(t, append(out[0].Acceptance.References, out[2].Acceptance.References...))
	if b.up == nil {
		return
	}
	for i, got := range b.saw() {
		if want := (Text{batch[i].To.Digits(), body}); got != want {
			t.Errorf("text %d was %q, want %q", i, got, want)
		}
	}

	for _, tr := range []struct {
		*Trigger
		kind providers.Kind
	}{{d.BadCredentials, providers.Unauthorised}, {d.EmptyAccount, providers.NoCredit}} {
		if tr.Trigger == nil {
			continue
		}
		b.up.Next(Say(tr.Answer))
		_, err = sender.SendBatch(t.Context(), batch)
		b.check(t, err, tr.kind)
	}
	for _, step := range []Step{Reset(), Say(Answer{ContentType: "text/html", Body: "<html>"})} {
		before := len(b.saw())
		b.up.Next(step)
		_, err = sender.SendBatch(t.Context(), batch)
		b.check(t, err, providers.Ambiguous)
		if got := len(b.saw()) - before; got != len(batch) {
			t.Errorf("the upstream was asked for %d texts, want %d", got, len(batch))
		}
	}
}

func (d Dialect) poll(t *testing.T) {
	b := d.open(t, nil)
	poller := b.Provider.(providers.StatusPoller)
	limit := poller.PollLimit()
	if limit < 1 {
		t.Fatalf("PollLimit is %d", limit)
	}
	a, err := b.send(t, submission(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	got, err := poller.PollStatus(t.Context(), a.References)
	if err != nil || len(got) != 1 {
		t.Fatalf("PollStatus = %v, %v; want one receipt", got, err)
	}
	switch r := got[0]; {
	case r.Reference != a.References[0]:
		t.Errorf("the receipt is for %q, want %q", r.Reference, a.References[0])
	case r.Status != sms.Submitted && r.Status != sms.Sent && r.Status != sms.Delivered:
		t.Errorf("a text just accepted is %v", r.Status)
	}
	for _, unknown := range []string{d.UnknownReference, "", "nonsense, with\nmuch & in it"} {
		if got, err = poller.PollStatus(t.Context(), []string{unknown}); err != nil || len(got) != 0 {
			t.Errorf("PollStatus of unknown %q = %v, %v; want nothing", unknown, got, err)
		}
	}
	if b.up == nil {
		return
	}
	for name, step := range map[string]Step{
		"HTML": Say(Answer{ContentType: "text/html", Body: "<html><body>Sent</body></html>"}), "500": Say(Answer{Status: 500}), "echo": Echo(),
	} {
		b.up.Next(step)
		if got, err = poller.PollStatus(t.Context(), a.References); err == nil || len(got) > 0 {
			t.Errorf("%s: PollStatus = %v, %v; want an error", name, got, err)
			continue
		}
		b.check(t, err, providers.Ambiguous)
	}
}

func (d Dialect) balance(t *testing.T) {
	b := d.open(t, nil)
	balancer := b.Provider.(providers.Balancer)
	got, err := balancer.Balance(t.Context())
	if err != nil || got.Amount == "" || got.Unit == "" {
		t.Errorf("Balance = %+v, %v", got, err)
	}
	if b.up == nil {
		return
	}
	b.up.Next(Say(d.BadCredentials.Answer), Say(Answer{ContentType: "text/html", Body: "<html>"}))
	_, err = balancer.Balance(t.Context())
	b.check(t, err, providers.Unauthorised)
	_, err = balancer.Balance(t.Context())
	b.check(t, err, providers.Ambiguous)
}

func (d Dialect) check(t *testing.T) {
	b := d.open(t, nil)
	checker := b.Provider.(providers.Checker)
	if err := checker.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	if b.up == nil {
		return
	}
	if got := b.saw(); len(got) > 0 {
		t.Errorf("the check has sent %q", got)
	}
	b.up.Next(Say(d.BadCredentials.Answer), Say(Answer{ContentType: "text/html", Body: "<html>"}), Say(Answer{Status: 404}))
	for _, kind := range []providers.Kind{providers.Unauthorised, providers.Ambiguous, providers.Ambiguous} {
		b.check(t, checker.Check(t.Context()), kind)
	}
}

// pollInbound asks for received texts from the start, then from where that
// ended, and of an upstream that answers nonsense.
func (d Dialect) pollInbound(t *testing.T) {
	b := d.open(t, nil)
	poller := b.Provider.(providers.InboundPoller)
	if d.Receive == nil || b.up == nil {
		t.Fatal("the dialect has no Receive")
	}
	seen := map[string]bool{}
	cursor := ""
	for round := range 3 {
		d.Receive("447700900188", body)
		fresh := 0
		for more := true; more; {
			page, err := poller.PollInbound(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range page.Inbound {
				if in.ID == "" || in.From == "" || in.At.IsZero() {
					t.Errorf("inbound is not whole: %+v", in)
				}
				if !seen[in.ID] {
					seen[in.ID] = true
					fresh++
					if in.From != "+447700900188" || in.Body != body && in.Body != strings.ReplaceAll(body, "\n", " ") {
						t.Errorf("it came in as %q from %s", in.Body, in.From)
					}
				}
			}
			cursor, more = page.Cursor, page.More
		}
		if fresh != 1 {
			t.Errorf("round %d brought %d texts, want 1", round, fresh)
		}
		for name, step := range map[string]Step{
			"HTML": Say(Answer{ContentType: "text/html", Body: "<html><body>0</body></html>"}), "500": Say(Answer{Status: 500}), "echo": Echo(), "empty": Say(Answer{}),
			"giant": Giant(), "cut short": Raw([]byte("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n\"0\"\n\"1"), false),
		} {
			b.up.Next(step)
			page, err := poller.PollInbound(t.Context(), cursor)
			if err == nil && (len(page.Inbound) > 0 || page.Cursor < cursor) {
				t.Errorf("%s: PollInbound = %+v", name, page)
			}
		}
	}
}

// soon is an instant for schedules: tomorrow, away from any change of clocks.
func soon() time.Time {
	now := time.Now().UTC()
	return time.Date(now.Year(), now.Month(), now.Day()+1, 12, 0, 0, 0, time.UTC)
}

func (d Dialect) cancel(t *testing.T) {
	b := d.open(t, nil)
	canceller := b.Provider.(providers.Canceller)
	b.check(t, canceller.Cancel(t.Context(), d.UnknownReference), providers.Rejected)
	b.check(t, canceller.Cancel(t.Context(), "no & reference"), providers.Rejected)
	scheduler, ok := b.Provider.(providers.Scheduler)
	if !ok {
		return
	}
	a, err := scheduler.SendAt(t.Context(), submission(), soon())
	if err != nil {
		t.Fatal(err)
	}
	if err := canceller.Cancel(t.Context(), a.References[0]); err != nil {
		t.Errorf("Cancel in time: %v", err)
	}
	b.check(t, canceller.Cancel(t.Context(), a.References[0]), providers.Rejected) // too late
	if poller, ok := b.Provider.(providers.StatusPoller); ok {
		got, err := poller.PollStatus(t.Context(), a.References)
		if err != nil || len(got) != 1 || got[0].Status != sms.Cancelled {
			t.Errorf("PollStatus of a cancelled text = %+v, %v", got, err)
		}
	}
}

func (d Dialect) schedule(t *testing.T) {
	b := d.open(t, nil)
	s := submission()
	a, err := b.Provider.(providers.Scheduler).SendAt(t.Context(), s, soon())
	if err != nil || len(a.References) == 0 {
		t.Fatalf("SendAt = %v, %v", a, err)
	}
	if b.up != nil {
		b.sawOnce(t, s)
	}
	if poller, ok := b.Provider.(providers.StatusPoller); ok {
		got, err := poller.PollStatus(t.Context(), a.References)
		if err != nil || len(got) != 1 || got[0].Status != sms.Submitted {
			t.Errorf("PollStatus of a scheduled text = %+v, %v; want submitted", got, err)
		}
	}
}

func (d Dialect) idempotent(t *testing.T) {
	b := d.open(t, nil)
	s := submission()
	first, err := b.send(t, s, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	s.At = s.At.Add(time.Minute)
	again, err := b.send(t, s, 5*time.Second)
	if err != nil || strings.Join(first.References, ",") != strings.Join(again.References, ",") {
		t.Errorf("the same ID again = %v, %v; want %v", again, err, first)
	}
}

func (d Dialect) callbacks(t *testing.T) {
	parser := d.open(t, nil).Provider.(providers.CallbackParser)
	if len(d.Callbacks) == 0 {
		t.Error("the dialect has no callbacks to try")
	}
	for i, want := range d.Callbacks {
		got, err := parser.ParseCallback(want.Callback)
		if err != nil || len(got.Receipts) != want.Receipts || len(got.Inbound) != want.Inbound {
			t.Errorf("callback %d: %+v, %v; want %d receipts and %d inbound", i, got, err, want.Receipts, want.Inbound)
		}
		for _, in := range got.Inbound {
			if in.ID == "" || in.From == "" || in.To == "" || in.At.IsZero() {
				t.Errorf("callback %d: inbound is not whole: %+v", i, in)
			}
		}
	}
	for _, bad := range []string{"", "%", "<html>", "{", "a=b", "\x00\xff"} {
		got, err := parser.ParseCallback(providers.Callback{Method: "POST", Body: []byte(bad), ReceivedAt: time.Now()})
		if err == nil {
			t.Errorf("callback %q was understood: %+v", bad, got)
		}
	}
}
