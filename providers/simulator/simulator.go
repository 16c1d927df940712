// Package simulator is a provider without a network behind it, for trying the
// desk out, for demonstrations and for measuring.
//
// # Scripts
//
// The last digits of the recipient decide what happens; [Scripts] is the
// table for pages. Times count from acceptance.
//
//	01  phone switched off: sent, then failed after 5 s
//	02  refused at once, the number is unknown
//	03  the provider never answers: in doubt when ctx ends, after 30 s at most
//	04  accepted after 3 s, delivered after 20 s
//	05  throttled on the first two tries
//	06  connection refused for 10 s from the first try
//	07  sent, and no receipt ever
//	08  sent, then expired after 8 s
//	09  delivered after a minute
//	900900  delivered at once, and answered with the same words
//	    any other: sent after 1 s, delivered after 2 s
//
// # What it remembers
//
// Nothing that matters: a reference carries the instant of acceptance, the
// script and our message id, and a poll works out the state from these, so
// texts go on through restarts and two processes agree. Only three small things
// live in memory, for the last 4,096 messages each, and start afresh with the
// process: how often and since when a message of scripts 05 and 06 was tried,
// which references were cancelled, and, when idempotent is on, what was
// answered to a message id. Idempotency therefore holds within one process.
package simulator

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"textdesk/providers"
	"textdesk/sms"
)

// Type describes the simulator.
func Type() providers.Type {
	return providers.Type{
		Name:  "simulator",
		Title: "Simulator",
		Blurb: "Plays a provider and its phones without sending anything: the last digits of a number decide what happens.",
		Fields: []providers.Field{
			{Key: "delay", Label: "Delay", Hint: "milliseconds before each answer, 0 to 60000", Default: "0"},
			{Key: "fail", Label: "Failures", Hint: "percent of texts that do not arrive, 0 to 100", Default: "0"},
			{Key: "scripts", Label: "Scripts", Hint: "on, or off to deliver to every number", Default: "on"},
			{Key: "account", Label: "Account", Hint: "open, empty (no credit left) or closed (log-in refused)", Default: "open"},
			{Key: "idempotent", Label: "Idempotent", Hint: "on if an unanswered text may be repeated, otherwise off", Default: "off"},
		},
		Concurrency: 16,
		Open: func(settings providers.Settings, _ *http.Client) (providers.Provider, error) {
			return New(settings, time.Now)
		},
	}
}

const (
	batchLimit = 100
	pollLimit  = 500
)

// Provider is an open simulator.
type Provider struct {
	clock      func() time.Time
	delay      time.Duration
	fail       int // percent
	scripts    bool
	account    string
	idempotent bool

	tries     memory[int64, try]
	answered  memory[int64, reference]
	cancelled memory[string, time.Time]
}

// try is what scripts 05 and 06 need to know of a message.
type try struct {
	count int
	first time.Time
}

// New opens a simulator that reads the time from clock. Missing settings have
// their defaults. The error is a sentence for the administrator.
func New(s providers.Settings, clock func() time.Time) (*Provider, error) {
	p := &Provider{clock: clock, account: "open", scripts: true}
	if v := s["delay"]; v != "" {
		ms, err := strconv.Atoi(v)
		if err != nil || ms < 0 || ms > 60_000 {
			return nil, fmt.Errorf("delay is a number of milliseconds from 0 to 60000, not %q", v)
		}
		p.delay = time.Duration(ms) * time.Millisecond
	}
	if v := s["fail"]; v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > 100 {
			return nil, fmt.Errorf("fail is a percentage from 0 to 100, not %q", v)
		}
		p.fail = n
	}
	switch v := s["account"]; v {
	case "":
	case "open", "empty", "closed":
		p.account = v
	default:
		return nil, fmt.Errorf("account is open, empty or closed, not %q", v)
	}
	var err error
	if p.scripts, err = onOff(s, "scripts", true); err != nil {
		return nil, err
	}
	p.idempotent, err = onOff(s, "idempotent", false)
	return p, err
}

func onOff(s providers.Settings, key string, otherwise bool) (bool, error) {
	switch v := s[key]; v {
	case "":
		return otherwise, nil
	case "on", "off":
		return v == "on", nil
	default:
		return false, fmt.Errorf("%s is on or off, not %q", key, v)
	}
}

// Send plays the script of the recipient's number.
func (p *Provider) Send(ctx context.Context, s providers.Submission) (providers.Acceptance, error) {
	if err := p.answer(ctx); err != nil {
		return providers.Acceptance{}, err
	}
	return p.take(ctx, s, time.Time{})
}

// SendBatch takes up to 100 recipients. They are answered together: the batch
// waits for its slowest script, and one that never answers leaves all of them
// in doubt, as with a real provider.
func (p *Provider) SendBatch(ctx context.Context, batch []providers.Submission) ([]providers.Outcome, error) {
	if err := p.answer(ctx); err != nil {
		return nil, err
	}
	out := make([]providers.Outcome, len(batch))
	for i, s := range batch {
		out[i].Acceptance, out[i].Err = p.take(ctx, s, time.Time{})
		if e := out[i].Err; e != nil && providers.AsError(e).Kind == providers.Ambiguous {
			return nil, e
		}
	}
	return out, nil
}

// BatchLimit is 100.
func (p *Provider) BatchLimit() int { return batchLimit }

// SendAt accepts now and begins the script at the instant.
func (p *Provider) SendAt(ctx context.Context, s providers.Submission, at time.Time) (providers.Acceptance, error) {
	if err := p.answer(ctx); err != nil {
		return providers.Acceptance{}, err
	}
	return p.take(ctx, s, at)
}

// answer is what every call begins with: the delay, and the account's say.
func (p *Provider) answer(ctx context.Context) error {
	if ctx.Err() != nil {
		return &providers.Error{Kind: providers.Temporary, Text: "the call was given up before anything was sent", Err: ctx.Err()}
	}
	if err := wait(ctx, p.delay); err != nil {
		return err
	}
	switch p.account {
	case "empty":
		return &providers.Error{Kind: providers.NoCredit, Code: "EMPTY", Text: "the simulated account is empty"}
	case "closed":
		return &providers.Error{Kind: providers.Unauthorised, Code: "CLOSED", Text: "the simulated account is closed"}
	}
	return nil
}

// take plays the part of a script that comes before acceptance. A zero at is now.
func (p *Provider) take(ctx context.Context, s providers.Submission, at time.Time) (providers.Acceptance, error) {
	if p.idempotent {
		if r, ok := p.answered.get(s.ID); ok {
			return providers.Acceptance{References: r.references(s.Parts)}, nil
		}
	}
	script := usual
	if p.scripts {
		script = scriptFor(s.To)
	}
	if script == usual && unlucky(s.ID) < p.fail {
		script = phoneOff
	}
	switch script {
	case unknownNumber:
		return providers.Acceptance{}, &providers.Error{Kind: providers.Rejected, Code: "UNKNOWN", Text: "nobody has this number"}
	case slow:
		if err := wait(ctx, slowAccept); err != nil {
			return providers.Acceptance{}, err
		}
	case throttled:
		if p.tried(s.ID).count <= throttledTries {
			return providers.Acceptance{}, &providers.Error{
				Kind: providers.Throttled, Code: "SLOWER", Text: "the simulated provider wants fewer texts a second", RetryAfter: throttleWait}
		}
	case down:
		if p.clock().Sub(p.tried(s.ID).first) < closedFor {
			return providers.Acceptance{}, &providers.Error{Kind: providers.Temporary, Text: "the simulated provider refused the connection"}
		}
	}
	if at.IsZero() {
		at = p.clock()
	}
	r := reference{at: at, script: script, id: s.ID}
	if p.idempotent {
		p.answered.put(s.ID, r)
	}
	if script == noAnswer {
		ctx, cancel := context.WithTimeout(ctx, providers.CallTimeout)
		defer cancel()
		<-ctx.Done()
		return providers.Acceptance{}, unanswered(ctx)
	}
	return providers.Acceptance{References: r.references(s.Parts)}, nil
}

// tried counts a try and tells when the first one was.
func (p *Provider) tried(id int64) try {
	return p.tries.change(id, func(t try, known bool) try {
		if !known {
			t.first = p.clock()
		}
		t.count++
		return t
	})
}

// PollStatus tells where each reference stands by now.
func (p *Provider) PollStatus(ctx context.Context, references []string) ([]providers.Receipt, error) {
	if err := p.answer(ctx); err != nil {
		return nil, err
	}
	now := p.clock()
	out := make([]providers.Receipt, 0, len(references))
	for _, ref := range references {
		r, ok := parse(ref)
		if !ok {
			continue
		}
		if at, gone := p.cancelled.get(ref); gone {
			out = append(out, providers.Receipt{Reference: ref, Status: sms.Cancelled, At: at})
			continue
		}
		st := scripts[r.script].now(now.Sub(r.at))
		out = append(out, providers.Receipt{
			Reference: ref, Status: st.status, Code: st.code, Text: st.text, At: r.at.Add(st.after).UTC(),
			Echo: scripts[r.script].echo && st.status == sms.Delivered})
	}
	return out, nil
}

// PollLimit is 500.
func (p *Provider) PollLimit() int { return pollLimit }

// Balance is unlimited, unless the account setting says otherwise.
func (p *Provider) Balance(ctx context.Context) (providers.Balance, error) {
	err := p.answer(ctx)
	switch {
	case p.account == "empty" && ctx.Err() == nil:
		return providers.Balance{Amount: "0", Unit: "texts"}, nil
	case err != nil:
		return providers.Balance{}, err
	}
	return providers.Balance{Amount: "unlimited", Unit: "texts"}, nil
}

// Cancel takes back a text that is not sent yet: until its SendAt, and for a
// second after. Later, and for references it never gave, it is Rejected.
func (p *Provider) Cancel(ctx context.Context, ref string) error {
	if err := p.answer(ctx); err != nil {
		return err
	}
	r, ok := parse(ref)
	if !ok {
		return &providers.Error{Kind: providers.Rejected, Code: "UNKNOWN", Text: "the simulator never gave this reference"}
	}
	now := p.clock()
	if _, gone := p.cancelled.get(ref); gone || scripts[r.script].now(now.Sub(r.at)).status != sms.Submitted {
		return &providers.Error{Kind: providers.Rejected, Code: "LATE", Text: "the text has already gone"}
	}
	p.cancelled.put(ref, now.UTC())
	return nil
}

// Idempotent follows the setting of that name. What it means is in the
// package comment.
func (p *Provider) Idempotent() bool { return p.idempotent }

// unlucky spreads message ids over 0 to 99, the same for the same id.
func unlucky(id int64) int {
	return int(uint64(id) * 0x9E3779B97F4A7C15 >> 32 % 100)
}

// wait sleeps unless ctx ends first; then nobody knows whether the text was
// taken.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return unanswered(ctx)
	}
}

func unanswered(ctx context.Context) error {
	return &providers.Error{Kind: providers.Ambiguous, Text: "the simulated provider did not answer in time", Err: ctx.Err()}
}
