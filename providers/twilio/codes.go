package twilio

import (
	"net/http"
	"strconv"

	"textdesk/providers"
	"textdesk/sms"
)

// noSuchThing answers a question about what Twilio does not know.
const noSuchThing = "20404"

// refusals are the codes that staff can do something about. A refusal that is
// not among them still certainly refused.
var refusals = map[int]struct {
	kind providers.Kind
	text string
}{
	20003: {providers.Unauthorised, "Twilio does not accept the account SID or the auth token"},
	20005: {providers.Unauthorised, "the Twilio account is not active"},
	20404: {providers.Rejected, "Twilio does not know this message or account"},
	20429: {providers.Throttled, "Twilio wants fewer calls a second"},
	21211: {providers.Rejected, "Twilio finds that this is no phone number"},
	21212: {providers.Rejected, "Twilio does not accept the sender"},
	21408: {providers.Rejected, "the Twilio account may not text this country"},
	21603: {providers.Rejected, "the text has no sender, and the provider no messaging service"},
	21606: {providers.Rejected, "the sender is no number of the Twilio account"},
	21608: {providers.Rejected, "a Twilio trial account texts verified numbers only"},
	21610: {providers.Rejected, "this number has told Twilio that it wants no more texts"},
	21611: {providers.Throttled, "Twilio has as many texts of this sender waiting as it takes"},
	21612: {providers.Rejected, "Twilio has no route from this sender to this number"},
	21614: {providers.Rejected, "this is no mobile number"},
	21617: {providers.Rejected, "Twilio finds the text too long"},
	30001: {providers.Throttled, "Twilio has as many texts waiting as it takes"},
	30002: {providers.Unauthorised, "the Twilio account is suspended"},
}

// refusal is what a refused call comes to.
func refusal(status, code int) *providers.Error {
	e := &providers.Error{Kind: providers.Rejected, Code: strconv.Itoa(code), Text: "Twilio refused the text"}
	if known, ok := refusals[code]; ok {
		e.Kind, e.Text = known.kind, known.text
	} else if status == http.StatusUnauthorized || status == http.StatusForbidden {
		e.Kind, e.Text = providers.Unauthorised, "Twilio does not accept the account SID or the auth token"
	}
	return e
}

// words are the states that Twilio has for a message.
var words = map[string]sms.Status{
	"accepted": sms.Submitted, "scheduled": sms.Submitted, "queued": sms.Submitted, "sending": sms.Submitted,
	"sent": sms.Sent, "delivered": sms.Delivered, "read": sms.Delivered,
	"undelivered": sms.Failed, "failed": sms.Failed, "canceled": sms.Cancelled,
}

// undelivered are reasons for which a text did not arrive.
var undelivered = map[string]string{
	"30001": "Twilio had too many texts waiting",
	"30002": "the Twilio account is suspended",
	"30003": "the phone cannot be reached; it may be switched off",
	"30004": "the phone or its network blocks the text",
	"30005": "nobody has this number, or not any more",
	"30006": "this is a landline, or its network takes no texts",
	"30007": "the network filtered the text out",
	"30008": "it could not be delivered, and the network does not say why",
	"21610": "this number has told Twilio that it wants no more texts",
}

// receipt reads a state with its code. A word that we do not know says nothing.
func receipt(reference, word, code string) (providers.Receipt, bool) {
	status, known := words[word]
	if !known {
		return providers.Receipt{}, false
	}
	r := providers.Receipt{Reference: reference, Status: status, Code: code}
	switch status {
	case sms.Failed:
		if r.Text = undelivered[code]; r.Text == "" {
			r.Text = "it could not be delivered"
		}
	case sms.Cancelled:
		r.Text = "it was cancelled with Twilio"
	}
	return r, true
}
