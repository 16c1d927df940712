// Package feedzon sends through the feedzon SMS service, version 1.1, which is a
// door to a Bulk SMS or a Clickatell account, or through anything that speaks it.
//
// The service documents GET alone, with the key in the address, and answers 200
// whatever happened; what is certain follows from the code (see codes.go). It
// pushes nothing: states are asked for one reference at a time, received texts
// from a cursor on.
package feedzon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // Europe/London, also where the machine has no zones

	"textdesk/providers"
)

// Type describes the provider.
func Type() providers.Type {
	return providers.Type{
		Name:  "feedzon",
		Title: "feedzon",
		Blurb: "Sends through a feedzon service key, over a Bulk SMS or Clickatell account, and fetches replies.",
		Fields: []providers.Field{
			{Key: "key", Label: "Service key", Hint: "from the SMS service page of feedzon", Secret: true, Required: true},
			{Key: "url", Label: "API address", Hint: "only for another service that speaks the same language", Default: "https://api.feedzon.com/sms/1.1"},
			{Key: "gateway", Label: "Gateway", Hint: "bulksms or clickatell, or either to tell them apart by their answers", Default: gatewayEither},
			{Key: "replies", Label: "Replies", Hint: "sender: only texts without a sender can be answered; always: texts leave without their sender, so that all can be; never", Default: repliesSender},
			{Key: "zone", Label: "Time zone", Hint: "on whose clock received texts are dated; another desk's is that of its organisation", Default: home},
			{Key: "spelling", Label: "Parameter names", Hint: "short (key, number) or long (ServiceKey, Number)", Default: spellingShort},
		},
		Rate:        10,
		Concurrency: 4,
		Open: func(settings providers.Settings, client *http.Client) (providers.Provider, error) {
			return open(settings, client)
		},
	}
}

// Values of settings.
const (
	home          = "Europe/London" // where feedzon is
	repliesSender = "sender"
	repliesAlways = "always"
	repliesNever  = "never"
	spellingShort = "short"
	spellingLong  = "long"
)

type provider struct {
	client  *http.Client
	url     url.URL // with a path that ends in a slash
	key     string
	gateway string
	replies string
	long    bool
	header  http.Header
	zone    *time.Location
	// listLimit is how much of a list is read at once, in bytes.
	listLimit int
}

func open(settings providers.Settings, client *http.Client) (*provider, error) {
	u, err := url.Parse(settings["url"])
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the address of feedzon is not a web address")
	}
	u.Path, u.RawPath, u.RawQuery, u.Fragment = strings.TrimRight(u.Path, "/")+"/", "", "", ""
	if settings["key"] == "" {
		return nil, fmt.Errorf("feedzon needs a service key")
	}
	name := settings["zone"]
	if name == "" {
		name = home
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("zone is the name of a time zone, such as %s, not %q", home, name)
	}
	p := &provider{client: client, url: *u, key: settings["key"], zone: zone, listLimit: providers.ReportLimit, header: http.Header{"User-Agent": {"textdesk"}}}
	var spelling string
	for _, choice := range []struct {
		key   string
		value *string
		among []string
	}{
		{"gateway", &p.gateway, []string{gatewayEither, gatewayBulkSMS, gatewayClickatell}},
		{"replies", &p.replies, []string{repliesSender, repliesAlways, repliesNever}},
		{"spelling", &spelling, []string{spellingShort, spellingLong}},
	} {
		if *choice.value, err = oneOf(settings, choice.key, choice.among); err != nil {
			return nil, err
		}
	}
	p.long = spelling == spellingLong
	return p, nil
}

// oneOf is the value of a setting, the first of those there are if it has none.
func oneOf(settings providers.Settings, key string, among []string) (string, error) {
	given := settings[key]
	if given == "" {
		return among[0], nil
	}
	for _, v := range among {
		if strings.EqualFold(v, given) {
			return v, nil
		}
	}
	return "", fmt.Errorf("%s is %s, not %q", key, strings.Join(among, ", "), given)
}

// Send sends one text. The service gives one reference, however many parts it
// has. A text that can be answered leaves without a sender: the service allows
// either the one or the other.
func (p *provider) Send(ctx context.Context, s providers.Submission) (providers.Acceptance, error) {
	q := p.query("number", s.To.Digits(), "message", s.Body)
	switch {
	case s.Sender != "" && p.replies != repliesAlways:
		q += p.pair("sender", strings.TrimPrefix(s.Sender, "+"))
	case p.replies != repliesNever:
		q += p.pair("repliable", "1")
	default:
		q += p.pair("repliable", "0")
	}
	body, err := p.call(ctx, "SendMessage.fz", q, providers.AnswerLimit)
	if err != nil {
		return providers.Acceptance{}, err
	}
	return acceptance(body)
}

// PollStatus asks for each reference in turn, so give it one at a time and keep
// to the provider's rate. When a call fails, the receipts so far come with the
// error.
func (p *provider) PollStatus(ctx context.Context, references []string) ([]providers.Receipt, error) {
	out := make([]providers.Receipt, 0, len(references))
	for _, ref := range references {
		if !isReference(ref) {
			continue // not one of this service's
		}
		body, err := p.call(ctx, "GetMessageStatus.fz", p.query("reference", ref), providers.AnswerLimit)
		if err != nil {
			return out, err
		}
		code, err := status(body, ref)
		if err != nil {
			return out, err
		}
		if s, known := stateOf(p.gateway, ref, code); known && !s.unsure {
			out = append(out, providers.Receipt{Reference: ref, Status: s.status, Code: code, Text: s.text})
		}
	}
	return out, nil
}

// PollLimit is 1.
func (p *provider) PollLimit() int { return 1 }

// manyMessages is a list after which it is worth asking again at once.
const manyMessages = 100

// PollInbound fetches what came in after the cursor; without one, all that the
// account holds.
func (p *provider) PollInbound(ctx context.Context, cursor string) (providers.InboundPage, error) {
	var pairs []string
	if cursor != "" {
		pairs = []string{"cursor", cursor}
	}
	body, err := p.call(ctx, "GetMessageList.fz", p.query(pairs...), p.listLimit)
	if errors.Is(err, providers.ErrTooLong) {
		return p.firstMessages(body, cursor, err)
	}
	if err != nil {
		return providers.InboundPage{}, err
	}
	in, next, err := messages(body, cursor, p.zone)
	if err != nil {
		return providers.InboundPage{}, err
	}
	return providers.InboundPage{Inbound: in, Cursor: next, More: len(in) >= manyMessages && next != cursor}, nil
}

// firstMessages reads the beginning of a list that is too long to be held, as that
// of an account with years of replies is the first time. The rest comes after its
// last cursor; but where they do not ascend nobody can say what that leaves out, and
// it stays an error.
func (p *provider) firstMessages(body []byte, cursor string, tooLong error) (providers.InboundPage, error) {
	whole := bytes.LastIndexByte(body, '\n') + 1 // the last line may be cut
	in, next, err := messages(body[:whole], cursor, p.zone)
	if err != nil || len(in) == 0 || next == cursor {
		return providers.InboundPage{}, tooLong
	}
	for i := range in[1:] {
		before, errA := strconv.ParseUint(in[i].ID, 10, 64)
		after, errB := strconv.ParseUint(in[i+1].ID, 10, 64)
		if errA != nil || errB != nil || after <= before {
			return providers.InboundPage{}, tooLong
		}
	}
	return providers.InboundPage{Inbound: in, Cursor: next, More: true}, nil
}

// Check asks for the state of a text that there never was.
func (p *provider) Check(ctx context.Context) error {
	body, err := p.call(ctx, "GetMessageStatus.fz", p.query("reference", "0"), providers.AnswerLimit)
	if err != nil {
		return err
	}
	if _, refused := read(body); refused != nil && refused.Kind != providers.Rejected {
		return refused
	}
	return nil
}

// call gets an answer from a method. Only 200 is documented; 429 is a refusal by
// its own definition (RFC 6585 §4), whoever on the way said it, and of any other
// status nobody knows.
func (p *provider) call(ctx context.Context, method, query string, limit int) ([]byte, error) {
	u := p.url
	u.Path += method
	u.RawQuery = query
	r, err := providers.CallUpTo(ctx, p.client, providers.NewRequest(http.MethodGet, &u, p.header, nil), limit)
	if err != nil {
		return r.Body, err
	}
	switch {
	case r.Status == http.StatusOK:
		return r.Body, nil
	case r.Status == http.StatusTooManyRequests:
		return nil, &providers.Error{Kind: providers.Throttled, Code: "429", RetryAfter: r.RetryAfter(), Text: "feedzon wants fewer calls a second"}
	case r.Status >= 300 && r.Status < 400:
		return nil, &providers.Error{Kind: providers.Ambiguous, Code: strconv.Itoa(r.Status),
			Text: "feedzon is no longer at this address and points to another; check the provider's url"}
	}
	return nil, &providers.Error{Kind: providers.Ambiguous, Code: strconv.Itoa(r.Status),
		Text: "feedzon answered " + strconv.Itoa(r.Status) + " " + http.StatusText(r.Status) + "; check the provider's url"}
}

// query begins with the key; pairs follow in their order.
func (p *provider) query(pairs ...string) string {
	q := p.pair("key", p.key)[1:]
	for i := 0; i < len(pairs); i += 2 {
		q += p.pair(pairs[i], pairs[i+1])
	}
	return q
}

// pair writes a parameter in the spelling that was chosen. The service insists
// on case, and has two ways to write each: its examples' and its tables'.
func (p *provider) pair(name, value string) string {
	if p.long {
		if name == "key" {
			name = "ServiceKey"
		} else {
			name = strings.ToUpper(name[:1]) + name[1:]
		}
	}
	return "&" + name + "=" + url.QueryEscape(value)
}
