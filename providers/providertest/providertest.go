// Package providertest is the conformance suite of providers: what dispatch
// relies on, tried against a scripted upstream that refuses, hangs, resets,
// talks nonsense, and records what it was asked.
//
//	func TestConformance(t *testing.T) {
//		providertest.Run(t, providertest.Dialect{
//			Type:     acme.Type(),
//			Settings: providers.Settings{"token": "s3cret"},
//			Service:  acmetest.New("s3cret"),
//			Texts:    textsOf,
//			…
//		})
//	}
//
// A provider that opens no HTTP connections (the simulator) has no Service;
// its triggers are numbers and settings instead of answers.
package providertest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"textdesk/providers"
	"textdesk/sms"
)

// Dialect tells the suite how one provider's upstream talks.
type Dialect struct {
	Type providers.Type
	// Settings open the provider; the suite adds url when there is a Service.
	// Values of secret fields must never show up in an error.
	Settings providers.Settings
	// Service answers as the upstream does on a good day. nil says that the
	// provider opens no connections.
	Service http.Handler
	// Texts lists the texts that a request asks for, none for other calls.
	Texts func(Request) []Text

	// Refused, BadCredentials, EmptyAccount and Throttled bring about these
	// cases. EmptyAccount and Throttled may be nil, where the upstream documents
	// no such answer.
	Refused, BadCredentials, EmptyAccount, Throttled *Trigger
	// NoAnswer makes a provider without Service hang.
	NoAnswer *Trigger

	// BadNumber is one that the service refuses on its own among others; needed
	// for a BatchSender.
	BadNumber sms.MSISDN
	// UnknownReference is well-formed and was never given; needed for a
	// StatusPoller and for a Canceller.
	UnknownReference string
	// Receive has the upstream receive a text; needed for an InboundPoller.
	Receive func(from, body string)
	// Callbacks are what the upstream posts, with how many receipts and
	// inbound texts each holds; needed for a CallbackParser.
	Callbacks []Posted
}

// Text is what an upstream was asked to send to one number.
type Text struct{ To, Body string } // To in digits

// Trigger brings a case about: with a Service by Answer, otherwise by To or
// Settings.
type Trigger struct {
	Answer   Answer
	To       sms.MSISDN
	Settings providers.Settings
	// Code is the Code that the error must keep, "" when there is none.
	Code string
}

// Posted is a callback and what it says.
type Posted struct {
	Callback          providers.Callback
	Receipts, Inbound int
}

// patience is how long the suite waits for an answer that never comes.
const patience = time.Second

// To is the number that ordinary texts of the suite go to.
const To sms.MSISDN = "+447700900150"

// body is hard to encode.
const body = "Ünï £5 & 10% off? a+b=c; \"{}\"\n日本 😀"

// Run puts a provider through the suite.
func Run(t *testing.T, d Dialect) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	t.Run("type", d.typeIsWhole)
	t.Run("accepted", d.accepted)
	t.Run("refused", func(t *testing.T) { d.triggered(t, d.Refused, providers.Rejected) })
	t.Run("bad credentials", func(t *testing.T) { d.triggered(t, d.BadCredentials, providers.Unauthorised) })
	if d.EmptyAccount != nil {
		t.Run("empty account", func(t *testing.T) { d.triggered(t, d.EmptyAccount, providers.NoCredit) })
	}
	if d.Throttled != nil {
		t.Run("throttled", func(t *testing.T) { d.triggered(t, d.Throttled, providers.Throttled) })
	}
	t.Run("cancelled before", d.cancelledBefore)
	t.Run("concurrent", d.concurrent)
	if d.Service != nil {
		t.Run("no connection", d.noConnection)
		t.Run("in doubt", d.inDoubt)
		t.Run("slow and twice", d.slowAndTwice)
		t.Run("kept connections", d.keptConnections)
	} else {
		t.Run("no answer", func(t *testing.T) { d.triggered(t, d.NoAnswer, providers.Ambiguous) })
	}
	d.capabilities(t)
}

// bench is a provider open against an upstream, if it has one.
type bench struct {
	providers.Provider
	up      *Upstream
	secrets []string
	d       Dialect
}

func (d Dialect) open(t *testing.T, more providers.Settings) *bench {
	t.Helper()
	b := &bench{d: d}
	given := providers.Settings{}
	if d.Service != nil {
		b.up = NewUpstream(t, d.Service)
		given["url"] = b.up.URL
	}
	for _, from := range []providers.Settings{d.Settings, more} {
		for k, v := range from {
			given[k] = v
		}
	}
	settings, err := d.Type.Complete(given)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Type.Fields {
		if v := settings[f.Key]; f.Secret && v != "" {
			b.secrets = append(b.secrets, v)
		}
	}
	client := providers.NewHTTPClient(8)
	t.Cleanup(client.CloseIdleConnections)
	if b.Provider, err = d.Type.Open(settings, client); err != nil {
		t.Fatal(err)
	}
	return b
}

var lastID atomic.Int64

// submission is a fresh text.
func submission() providers.Submission {
	return providers.Submission{
		ID: lastID.Add(1), To: To, Sender: "Textdesk", TON: sms.TONAlphanumeric, Body: body, Parts: 1,
		Validity: time.Hour, At: time.Now(),
	}
}

// trigger prepares a submission, or the upstream, for a case.
func (d Dialect) trigger(t *testing.T, tr *Trigger) (*bench, providers.Submission) {
	t.Helper()
	b := d.open(t, tr.Settings)
	s := submission()
	if tr.To != "" {
		s.To = tr.To
	}
	if b.up != nil {
		b.up.Next(Say(tr.Answer))
	}
	return b, s
}

// send sends with patience.
func (b *bench) send(t *testing.T, s providers.Submission, d time.Duration) (providers.Acceptance, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	start := time.Now()
	a, err := b.Send(ctx, s)
	if late := time.Since(start) - d; late > 2*time.Second {
		t.Errorf("Send returned %v after its ctx had ended", late)
	}
	if (err == nil) != (len(a.References) > 0) {
		t.Errorf("Send = %v, %v; want references or an error, not both", a, err)
	}
	return a, err
}

// check asserts the kind of an error, and that it gives nothing away.
func (b *bench) check(t *testing.T, err error, want ...providers.Kind) *providers.Error {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T %v, want *providers.Error", err, err)
	}
	ok := false
	for _, k := range want {
		ok = ok || e.Kind == k
	}
	if !ok {
		t.Errorf("error is %q, want kind %v", e, want)
	}
	if e.Text == "" {
		t.Errorf("error %q has no words for staff", e)
	}
	for _, secret := range append(b.secrets, body, To.Digits()) {
		if strings.Contains(e.Error(), secret) {
			t.Errorf("error gives away %q: %s", secret, e)
		}
	}
	return e
}

// saw lists the texts that the upstream was asked for.
func (b *bench) saw() []Text {
	var all []Text
	for _, r := range b.up.Requests() {
		all = append(all, b.d.Texts(r)...)
	}
	return all
}

// sawOnce asserts that the upstream was asked for the text exactly once.
func (b *bench) sawOnce(t *testing.T, s providers.Submission) {
	t.Helper()
	want := Text{s.To.Digits(), s.Body}
	if got := b.saw(); len(got) != 1 || got[0] != want {
		t.Errorf("the upstream was asked for %q, want %q once", got, want)
	}
}

func (d Dialect) typeIsWhole(t *testing.T) {
	ty := d.Type
	if ty.Name == "" || ty.Name != strings.ToLower(ty.Name) || ty.Title == "" || !strings.HasSuffix(ty.Blurb, ".") || ty.Concurrency < 1 || ty.Rate < 0 {
		t.Errorf("type is not whole: %+v", ty)
	}
	seen := map[string]bool{"rate": true, "concurrency": true} // every provider has these beside its own
	for _, f := range ty.Fields {
		if f.Key == "" || f.Label == "" || seen[f.Key] || f.Secret && f.Default != "" {
			t.Errorf("field is not whole or there twice: %+v", f)
		}
		seen[f.Key] = true
		if f.Key == "url" && !strings.HasPrefix(f.Default, "https://") && f.Default != "" {
			t.Errorf("the default url is not https: %s", f.Default)
		}
	}
}

func (d Dialect) accepted(t *testing.T) {
	b := d.open(t, nil)
	s := submission()
	a, err := b.send(t, s, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.References) != 1 {
		t.Errorf("references are %q, want one", a.References)
	}
	if b.up != nil {
		b.sawOnce(t, s)
	}

	b = d.open(t, nil)
	s = submission()
	s.Body, s.Parts = strings.Repeat("0123456789", 40), 3
	if a, err = b.send(t, s, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if n := len(a.References); n != 3 && n != 1 {
		t.Errorf("references of a text of three parts are %q, want three or one", a.References)
	}
	distinct(t, a.References)
	if b.up != nil {
		b.sawOnce(t, s)
	}
}

func distinct(t *testing.T, refs []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range refs {
		if r == "" || seen[r] {
			t.Errorf("references are empty or not distinct: %q", refs)
		}
		seen[r] = true
	}
}

func (d Dialect) triggered(t *testing.T, tr *Trigger, kind providers.Kind) {
	if tr == nil {
		t.Fatal("the dialect has no trigger for this case")
	}
	b, s := d.trigger(t, tr)
	wait := 5 * time.Second
	if tr == d.NoAnswer {
		wait = patience
	}
	_, err := b.send(t, s, wait)
	if e := b.check(t, err, kind); e.Code != tr.Code {
		t.Errorf("code is %q, want %q kept", e.Code, tr.Code)
	}
	if b.up != nil {
		b.sawOnce(t, s)
	}
}

func (d Dialect) cancelledBefore(t *testing.T) {
	b := d.open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.Send(ctx, submission())
	e := b.check(t, err, providers.Temporary)
	if !errors.Is(e, context.Canceled) {
		t.Errorf("%v does not say that the call was cancelled", e)
	}
	if b.up != nil && len(b.up.Requests()) > 0 {
		t.Error("the upstream received something")
	}
}

func (d Dialect) concurrent(t *testing.T) {
	b := d.open(t, nil)
	const n = 40
	type result struct {
		a   providers.Acceptance
		err error
	}
	results := make(chan result, n)
	for range n {
		s := submission()
		go func() {
			a, err := b.Send(t.Context(), s)
			results <- result{a, err}
		}()
	}
	var refs []string
	for range n {
		r := <-results
		if r.err != nil {
			t.Fatal(r.err)
		}
		refs = append(refs, r.a.References...)
	}
	distinct(t, refs)
	if b.up != nil {
		if got := len(b.saw()); got != n {
			t.Errorf("the upstream was asked for %d texts, want %d", got, n)
		}
	}
}
