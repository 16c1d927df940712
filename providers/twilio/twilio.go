// Package twilio sends through Twilio's Messaging API, version 2010-04-01, or
// through anything that speaks it.
//
// Twilio posts delivery reports and replies and signs them; states can be asked
// for as well, one message at a time. It knows no idempotency key for messages.
package twilio

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"textdesk/providers"
	"textdesk/sms"
)

// Type describes the provider.
func Type() providers.Type {
	return providers.Type{
		Name:  "twilio",
		Title: "Twilio",
		Blurb: "Sends through a Twilio account; delivery reports and replies are posted, signed.",
		Fields: []providers.Field{
			{Key: "account", Label: "Account SID", Hint: "begins with AC, on the first page of the Twilio console", Required: true},
			{Key: "token", Label: "Auth token", Hint: "beside the account SID; it also proves that callbacks are Twilio's", Secret: true, Required: true},
			{Key: "service", Label: "Messaging service SID", Hint: "begins with MG; for texts without a sender"},
			{Key: "callback", Label: "Address for delivery reports", Hint: "this provider's callback address, once it has one, so that reports are posted; without it Twilio is asked"},
			{Key: "url", Label: "API address", Hint: "only for another service that speaks the same language", Default: "https://api.twilio.com"},
		},
		Rate:        10,
		Concurrency: 8,
		// Anything else than TwiML would be texted back to whoever wrote.
		CallbackAnswer: &providers.CallbackAnswer{ContentType: "text/xml; charset=utf-8", Body: "<Response/>"},
		Open: func(settings providers.Settings, client *http.Client) (providers.Provider, error) {
			return open(settings, client)
		},
	}
}

const (
	// bodyLimit is the longest text that Twilio takes, in characters.
	bodyLimit = 1600
	// validityLimit is the longest validity.
	validityLimit = 10 * time.Hour
)

type provider struct {
	client            *http.Client
	account, token    string
	service, callback string
	url               url.URL // of the account, without a slash at the end
	post, get         http.Header
}

func open(settings providers.Settings, client *http.Client) (*provider, error) {
	u, err := url.Parse(settings["url"])
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the address of Twilio is not a web address")
	}
	p := &provider{client: client, account: settings["account"], token: settings["token"], service: settings["service"], callback: settings["callback"]}
	if !isSID(p.account, "AC") {
		return nil, fmt.Errorf("an account SID of Twilio is AC and 32 letters and digits")
	}
	if p.token == "" {
		return nil, fmt.Errorf("Twilio needs an auth token")
	}
	if p.service != "" && !isSID(p.service, "MG") {
		return nil, fmt.Errorf("a messaging service SID of Twilio is MG and 32 letters and digits")
	}
	u.Path, u.RawPath, u.RawQuery, u.Fragment = strings.TrimRight(u.Path, "/")+"/2010-04-01/Accounts/"+p.account, "", "", ""
	p.url = *u
	basic := []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(p.account+":"+p.token))}
	p.get = http.Header{"Authorization": basic, "User-Agent": {"textdesk"}, "Accept": {"application/json"}}
	p.post = p.get.Clone()
	p.post.Set("Content-Type", "application/x-www-form-urlencoded")
	return p, nil
}

// isSID reports whether s is one of Twilio's ids: two letters and 32 digits in
// hexadecimal.
func isSID(s string, prefixes ...string) bool {
	if len(s) != 34 || strings.Trim(s[2:], "0123456789abcdefABCDEF") != "" {
		return false
	}
	for _, prefix := range prefixes {
		if s[:2] == prefix {
			return true
		}
	}
	return false
}

// message is what Twilio says of one.
type message struct {
	SID       string `json:"sid"`
	Status    string `json:"status"`
	ErrorCode *int   `json:"error_code"`
}

// Send sends one text. Twilio gives one reference, however many parts it has.
func (p *provider) Send(ctx context.Context, s providers.Submission) (providers.Acceptance, error) {
	if n := len([]rune(s.Body)); n > bodyLimit {
		return providers.Acceptance{}, &providers.Error{Kind: providers.Rejected, Text: "Twilio takes no text of more than 1,600 characters"}
	}
	form := url.Values{"To": {string(s.To)}, "Body": {s.Body}}
	switch {
	case s.Sender != "" && s.TON == sms.TONInternational:
		form.Set("From", "+"+strings.TrimPrefix(s.Sender, "+"))
	case s.Sender != "":
		form.Set("From", s.Sender)
	case p.service != "":
		form.Set("MessagingServiceSid", p.service)
	}
	if p.callback != "" {
		form.Set("StatusCallback", p.callback)
	}
	if s.Validity > 0 {
		form.Set("ValidityPeriod", strconv.FormatInt(int64((min(s.Validity, validityLimit)+time.Second-1)/time.Second), 10))
	}
	body, err := p.call(ctx, http.MethodPost, "/Messages.json", p.post, []byte(form.Encode()), http.StatusCreated)
	if err != nil {
		return providers.Acceptance{}, err
	}
	var m message
	if json.Unmarshal(body, &m) != nil || !isSID(m.SID, "SM", "MM") {
		return providers.Acceptance{}, unreadable()
	}
	return providers.Acceptance{References: []string{m.SID}}, nil
}

// PollStatus asks for each reference in turn, so give it one at a time and keep
// to the provider's rate.
func (p *provider) PollStatus(ctx context.Context, references []string) ([]providers.Receipt, error) {
	out := make([]providers.Receipt, 0, len(references))
	for _, ref := range references {
		if !isSID(ref, "SM", "MM") {
			continue // not one of Twilio's
		}
		body, err := p.call(ctx, http.MethodGet, "/Messages/"+ref+".json", p.get, nil, http.StatusOK)
		if err != nil {
			if providers.AsError(err).Code == noSuchThing {
				continue
			}
			return out, err
		}
		var m message
		if json.Unmarshal(body, &m) != nil || m.SID != ref || m.Status == "" {
			return out, unreadable()
		}
		code := ""
		if m.ErrorCode != nil && *m.ErrorCode != 0 {
			code = strconv.Itoa(*m.ErrorCode)
		}
		if r, known := receipt(ref, m.Status, code); known {
			out = append(out, r)
		}
	}
	return out, nil
}

// PollLimit is 1.
func (p *provider) PollLimit() int { return 1 }

// Balance asks for what is left in the account.
func (p *provider) Balance(ctx context.Context) (providers.Balance, error) {
	body, err := p.call(ctx, http.MethodGet, "/Balance.json", p.get, nil, http.StatusOK)
	if err != nil {
		return providers.Balance{}, err
	}
	var b struct{ Balance, Currency string }
	if json.Unmarshal(body, &b) != nil || b.Balance == "" || len(b.Balance) > 30 || strings.Trim(b.Balance, "-.0123456789") != "" || len(b.Currency) > 3 {
		return providers.Balance{}, unreadable()
	}
	return providers.Balance{Amount: b.Balance, Unit: b.Currency}, nil
}

// call makes one call and returns the answer if it has the status that says yes.
// A refusal of Twilio's is JSON with its code and the status once more; whatever
// else comes is no answer of Twilio's.
func (p *provider) call(ctx context.Context, method, path string, header http.Header, body []byte, yes int) ([]byte, error) {
	u := p.url
	u.Path += path
	r, err := providers.Call(ctx, p.client, providers.NewRequest(method, &u, header, body))
	if err != nil {
		return nil, err
	}
	if r.Status == yes {
		return r.Body, nil
	}
	if r.Status == http.StatusTooManyRequests {
		return nil, &providers.Error{Kind: providers.Throttled, Code: "429", RetryAfter: r.RetryAfter(), Text: "Twilio wants fewer calls a second"}
	}
	var refused struct {
		Code, Status int
	}
	if r.Status >= 400 && r.Status < 500 && json.Unmarshal(r.Body, &refused) == nil && refused.Status == r.Status && refused.Code > 0 {
		return nil, refusal(r.Status, refused.Code)
	}
	return nil, &providers.Error{Kind: providers.Ambiguous, Code: strconv.Itoa(r.Status),
		Text: "Twilio answered " + strconv.Itoa(r.Status) + " " + http.StatusText(r.Status) + ", but not as documented; check the provider's url"}
}

func unreadable() *providers.Error {
	return &providers.Error{Kind: providers.Ambiguous, Text: "Twilio answered, but not as documented"}
}
