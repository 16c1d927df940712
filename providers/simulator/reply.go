package simulator

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"textdesk/providers"
	"textdesk/sms"
)

// Reply is a text typed on the simulated handset, on its way to one of our
// numbers.
type Reply struct {
	From sms.MSISDN
	To   string // our number or short code
	Body string
	// ID tells replies apart; the same id again is the same reply.
	ID string
	At time.Time
	// InReply is the reference of the text it answers, "" when there is none.
	InReply string
}

// replyLimit bounds a reply's body, in bytes: ten parts of four-byte characters.
const replyLimit = 4 << 10

// Encode returns the body of the callback that carries the reply, a form with
// from, to, body, id, at (RFC 3339) and reply_to.
func (r Reply) Encode() []byte {
	v := url.Values{
		"from": {string(r.From)}, "to": {r.To}, "body": {r.Body}, "id": {r.ID},
		"at": {r.At.UTC().Format(time.RFC3339Nano)},
	}
	if r.InReply != "" {
		v.Set("reply_to", r.InReply)
	}
	return []byte(v.Encode())
}

// Report is a delivery report of the simulated network, about one reference.
type Report struct {
	Reference, Status string // a name of sms.Status: "delivered"
	Code, Text        string
}

// Encode returns the body of the callback that carries the report.
func (r Report) Encode() []byte {
	v := url.Values{"reference": {r.Reference}, "status": {r.Status}}
	if r.Code != "" {
		v.Set("code", r.Code)
	}
	if r.Text != "" {
		v.Set("detail", r.Text)
	}
	return []byte(v.Encode())
}

// ParseCallback understands what [Reply.Encode] and [Report.Encode] write, by
// GET as by POST. Without an at the reply came when its callback did.
func (p *Provider) ParseCallback(c providers.Callback) (providers.Posted, error) {
	v, err := c.Form()
	if err != nil {
		return providers.Posted{}, err
	}
	if v.Has("reference") {
		return parseReport(v)
	}
	return parseReply(v, c.ReceivedAt)
}

func parseReport(v url.Values) (providers.Posted, error) {
	r := providers.Receipt{Reference: v.Get("reference"), Code: v.Get("code"), Text: v.Get("detail")}
	if r.Reference == "" {
		return providers.Posted{}, errors.New("the report names no reference")
	}
	var err error
	if r.Status, err = sms.ParseStatus(v.Get("status")); err != nil {
		return providers.Posted{}, errors.New("the report has a status that no text can have")
	}
	switch r.Status {
	case sms.Submitted, sms.Sent, sms.Delivered, sms.Failed, sms.Expired, sms.Cancelled, sms.Unknown:
		return providers.Posted{Receipts: []providers.Receipt{r}}, nil
	}
	return providers.Posted{}, errors.New("the report has a status that no network gives")
}

func parseReply(v url.Values, received time.Time) (providers.Posted, error) {
	in := providers.Inbound{
		ID: v.Get("id"), From: sms.MSISDN(v.Get("from")), To: v.Get("to"), Body: v.Get("body"),
		At: received, InReply: v.Get("reply_to"),
	}
	switch {
	case !v.Has("from") && !v.Has("id"):
		return providers.Posted{}, errors.New("it is neither a reply nor a delivery report")
	case in.ID == "":
		return providers.Posted{}, errors.New("the reply has no id")
	case !isMSISDN(string(in.From)):
		return providers.Posted{}, errors.New("the reply is from no number such as +447700900123")
	case in.To == "":
		return providers.Posted{}, errors.New("the reply does not say to whom it is")
	case len(in.Body) > replyLimit || !utf8.ValidString(in.Body):
		return providers.Posted{}, fmt.Errorf("the reply is longer than %d bytes, or no text", replyLimit)
	}
	if at := v.Get("at"); at != "" {
		var err error
		if in.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return providers.Posted{}, errors.New("the reply has no time such as 2026-01-31T09:30:00Z")
		}
	}
	return providers.Posted{Inbound: []providers.Inbound{in}}, nil
}

// isMSISDN checks the shape of E.164: a plus sign and 7 to 15 digits, the
// first of which is not 0.
func isMSISDN(s string) bool {
	d, ok := strings.CutPrefix(s, "+")
	return ok && len(d) >= 7 && len(d) <= 15 && d[0] != '0' && strings.Trim(d, "0123456789") == ""
}
