// Package fastsms sends through the FastSMS HTTP API, or through anything that
// speaks it, our own /api included.
//
// Every call is a POST, so that the token stands in no log on the way. The
// service answers 200 whatever happened; what is certain follows from the
// code (see codes.go). It knows no idempotency key and posts nothing, so states
// are asked for, one reference a call or a report for many, and received texts
// are fetched from a report.
package fastsms

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // Europe/London, also where the machine has no zones

	"textdesk/providers"
	"textdesk/sms"
)

// Type describes the provider.
func Type() providers.Type {
	return providers.Type{
		Name:  "fastsms",
		Title: "FastSMS",
		Blurb: "Sends through a FastSMS (NetMessenger) account in the United Kingdom.",
		Fields: []providers.Field{
			{Key: "url", Label: "API address", Hint: "only for another service that speaks the same language", Default: "https://my.fastsms.co.uk/api"},
			{Key: "token", Label: "API token", Hint: "in NetMessenger, under Settings", Secret: true, Required: true},
		},
		Rate:        20,
		Concurrency: 8,
		Open: func(settings providers.Settings, client *http.Client) (providers.Provider, error) {
			return open(settings, client)
		},
	}
}

const (
	// batchLimit keeps what one broken call puts in doubt within what a person
	// can look through. The service documents no limit.
	batchLimit = 100
	// validityLimit is the longest validity that the service takes.
	validityLimit = 24 * time.Hour
)

type provider struct {
	client *http.Client
	url    *url.URL
	header http.Header // of every request
	token  string      // escaped
	zone   *time.Location
	clock  func() time.Time
}

func open(settings providers.Settings, client *http.Client) (*provider, error) {
	u, err := url.Parse(settings["url"])
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the address of FastSMS is not a web address")
	}
	if settings["token"] == "" {
		return nil, fmt.Errorf("FastSMS needs an API token")
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, fmt.Errorf("load the zone of FastSMS: %w", err)
	}
	return &provider{
		client: client,
		url:    u,
		header: http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"},
			"User-Agent":   {"textdesk"},
		},
		token: url.QueryEscape(settings["token"]),
		zone:  zone,
		clock: time.Now,
	}, nil
}

// Send sends one text. A text of several parts gets a reference for each. A
// validity beyond 24 hours goes out as 24 hours, the longest there is.
func (p *provider) Send(ctx context.Context, s providers.Submission) (providers.Acceptance, error) {
	return p.send(ctx, s, time.Time{})
}

// SendAt lets the service hold the text until the instant, to the second. It
// takes dates in London's time, in which the hour after summer time ends comes
// twice; an instant in it is Rejected, because the service could read it as
// the other one. Hold such a text here.
func (p *provider) SendAt(ctx context.Context, s providers.Submission, at time.Time) (providers.Acceptance, error) {
	if p.twice(at) {
		return providers.Acceptance{}, &providers.Error{Kind: rejected,
			Text: "FastSMS cannot hold a text until this time, because the clock shows it twice that night"}
	}
	return p.send(ctx, s, at)
}

// twice reports whether London's clock shows at's time on another instant too.
func (p *provider) twice(at time.Time) bool {
	const layout = "20060102150405"
	shown := at.In(p.zone).Format(layout)
	return at.Add(time.Hour).In(p.zone).Format(layout) == shown || at.Add(-time.Hour).In(p.zone).Format(layout) == shown
}

func (p *provider) send(ctx context.Context, s providers.Submission, at time.Time) (providers.Acceptance, error) {
	f := p.form("Send", 160+len(s.Body)*2)
	f.digits("DestinationAddress", s.To.Digits())
	f.text(s)
	if !at.IsZero() {
		f.digits("ScheduleDate", at.In(p.zone).Format("20060102150405"))
	}
	if s.Parts > 1 {
		f.digits("GetAllMessageIDs", "1")
	}
	line, err := p.call(ctx, f)
	if err != nil {
		return providers.Acceptance{}, err
	}
	return acceptance(line)
}

// SendBatch sends one text to up to 100 recipients. The answer is one id or
// code for each, by position, so a text of several parts has the reference of
// its first part only.
func (p *provider) SendBatch(ctx context.Context, batch []providers.Submission) ([]providers.Outcome, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	first := batch[0]
	f := p.form("Send", 160+len(first.Body)*2+len(batch)*18)
	f = append(f, "&DestinationAddress="...)
	for i, s := range batch {
		if s.Body != first.Body || s.Sender != first.Sender || s.TON != first.TON || s.Validity != first.Validity {
			return nil, &providers.Error{Kind: rejected, Text: "the texts of one call must be the same"}
		}
		if i > 0 {
			f = append(f, "%2C"...)
		}
		f = append(f, s.To.Digits()...)
	}
	f.text(first)
	line, err := p.call(ctx, f)
	if err != nil {
		return nil, err
	}
	return outcomes(line, len(batch))
}

// BatchLimit is 100.
func (p *provider) BatchLimit() int { return batchLimit }

// PollStatus asks for each reference in turn, so give it one at a time and
// keep to the provider's rate. When a call fails, the receipts so far come
// with the error.
func (p *provider) PollStatus(ctx context.Context, references []string) ([]providers.Receipt, error) {
	out := make([]providers.Receipt, 0, len(references))
	for _, ref := range references {
		if !isID(ref) {
			continue // not one of this service's
		}
		f := p.form("CheckMessageStatus", 64)
		f.digits("MessageID", ref)
		line, err := p.call(ctx, f)
		if err != nil {
			return out, err
		}
		st, err := status(line)
		if err != nil {
			if providers.AsError(err).Code == unknownMessage {
				continue
			}
			return out, err
		}
		out = append(out, providers.Receipt{Reference: ref, Status: st, Text: line})
	}
	return out, nil
}

const unknownMessage = "-503"

// PollLimit is 1.
func (p *provider) PollLimit() int { return 1 }

// Balance asks for the credits left.
func (p *provider) Balance(ctx context.Context) (providers.Balance, error) {
	line, err := p.call(ctx, p.form("CheckCredits", 0))
	if err != nil {
		return providers.Balance{}, err
	}
	return balance(line)
}

// Cancel takes a text back. One that has gone, or was never ours, is Rejected
// (-503).
func (p *provider) Cancel(ctx context.Context, reference string) error {
	if !isID(reference) {
		return refusal(-503)
	}
	f := p.form("CancelMessage", 64)
	f.digits("MessageID", reference)
	line, err := p.call(ctx, f)
	if err != nil {
		return err
	}
	if line == "1" || line == reference { // the specification names no value
		return nil
	}
	if n, ok := asCode(line); ok {
		return refusal(n)
	}
	return unreadable()
}

// call posts the form and returns the first line of the answer.
func (p *provider) call(ctx context.Context, f form) (string, error) {
	body, err := p.answer(ctx, f, providers.AnswerLimit)
	return firstLine(body), err
}

// answer posts the form and returns the whole answer. Only 200 is documented;
// 429 is a refusal by its own definition (RFC 6585 §4), whoever on the way said
// it, and of any other status nobody knows.
func (p *provider) answer(ctx context.Context, f form, limit int) ([]byte, error) {
	r, err := providers.CallUpTo(ctx, p.client, providers.NewRequest(http.MethodPost, p.url, p.header, f), limit)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Status == http.StatusOK:
		return r.Body, nil
	case r.Status == http.StatusTooManyRequests:
		return nil, &providers.Error{Kind: providers.Throttled, Code: "429", RetryAfter: r.RetryAfter(),
			Text: "FastSMS wants fewer calls a second"}
	case r.Status >= 300 && r.Status < 400:
		return nil, &providers.Error{Kind: ambiguous, Code: strconv.Itoa(r.Status),
			Text: "FastSMS is no longer at this address and points to another; check the provider's url"}
	}
	return nil, &providers.Error{Kind: ambiguous, Code: strconv.Itoa(r.Status),
		Text: "FastSMS answered " + strconv.Itoa(r.Status) + " " + http.StatusText(r.Status) + "; check the provider's url"}
}

// form is a body under construction, application/x-www-form-urlencoded.
type form []byte

// form starts the body of an action, with room for that many bytes more.
func (p *provider) form(action string, room int) form {
	f := make(form, 0, len("Action=&Token=")+len(action)+len(p.token)+room)
	f = append(f, "Action="...)
	f = append(f, action...)
	f = append(f, "&Token="...)
	return append(f, p.token...)
}

// digits adds a value that needs no escaping.
func (f *form) digits(key, v string) {
	*f = append(append(append(append(*f, '&'), key...), '='), v...)
}

// text adds what all recipients of a call share.
func (f *form) text(s providers.Submission) {
	if s.Sender != "" {
		f.digits("SourceAddress", url.QueryEscape(source(s.Sender)))
	}
	f.digits("Body", url.QueryEscape(s.Body))
	switch s.TON {
	case sms.TONInternational:
		f.digits("SourceTON", "1")
	case sms.TONAlphanumeric:
		f.digits("SourceTON", "5")
	} // the service documents no other
	if s.Validity > 0 {
		seconds := int64((min(s.Validity, validityLimit) + time.Second - 1) / time.Second)
		f.digits("ValidityPeriod", strconv.FormatInt(seconds, 10))
	}
}

// source writes a sender as the service does: a number without its plus sign.
func source(sender string) string {
	if d, ok := strings.CutPrefix(sender, "+"); ok && d != "" && strings.Trim(d, "0123456789") == "" {
		return d
	}
	return sender
}
