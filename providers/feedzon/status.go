package feedzon

import (
	"slices"
	"strings"

	"textdesk/sms"
)

// state is a row of a gateway's list of status values.
type state struct {
	code   string
	status sms.Status
	// text says it in words that staff can read, where it is not what they hope.
	text string
	// unsure marks a value that says nothing about the text.
	unsure bool
	// says are the states of ours that this value tells best: each has one in
	// either list.
	says []sms.Status
}

// bulkSMS is the list of the Bulk SMS gateway in its order, its words as
// comments.
var bulkSMS = []state{
	{code: "0", status: sms.Submitted, says: []sms.Status{sms.Scheduled, sms.Queued, sms.Submitting}},                                                    // In progress (a normal message submission, with no error encountered so far)
	{code: "10", status: sms.Sent, says: []sms.Status{sms.Sent}},                                                                                         // Delivered to network
	{code: "11", status: sms.Delivered, says: []sms.Status{sms.Delivered}},                                                                               // Delivered to mobile
	{code: "12", status: sms.Submitted, says: []sms.Status{sms.Submitted}},                                                                               // Delivered upstream unacknowledged (assume message is in progress)
	{code: "22", status: sms.Failed, text: "the gateway had a fault of its own"},                                                                         // Internal fatal error
	{code: "23", status: sms.Failed, text: "the gateway did not accept feedzon's log-in"},                                                                // Authentication failure
	{code: "24", status: sms.Failed, text: "the gateway found details missing or wrong"},                                                                 // Data validation failed
	{code: "25", status: sms.Failed, text: "the account with the gateway has too few credits"},                                                           // You do not have sufficient credits (with the supported gateway)
	{code: "26", status: sms.Failed, text: "the gateway has no credit with the network"},                                                                 // Upstream credits not available
	{code: "27", status: sms.Failed, text: "the account with the gateway has used what it may use today"},                                                // You have exceeded your daily quota
	{code: "28", status: sms.Failed, text: "the gateway has used what it may use with the network"},                                                      // Upstream quota exceeded
	{code: "29", status: sms.Cancelled, text: "it was cancelled with the gateway", says: []sms.Status{sms.Cancelled}},                                    // Message sending cancelled
	{code: "31", status: sms.Failed, text: "there is no route to this number; it is probably wrong"},                                                     // Message unroutable (probably because of invalid phone number)
	{code: "32", status: sms.Failed, text: "this number is blocked, probably because its owner wants no more texts", says: []sms.Status{sms.Suppressed}}, // Blocked (probably because of recipient's request to not receive further messages from you)
	{code: "33", status: sms.Failed, text: "the gateway did not let the text pass because of its content"},                                               // Failed: censored
	{code: "40", status: sms.Submitted, unsure: true},                                                                                                    // Status temporarily unavailable
	{code: "50", status: sms.Failed, text: "it could not be delivered", says: []sms.Status{sms.Failed}},                                                  // Delivery failed - generic failure
	{code: "51", status: sms.Failed, text: "it could not be delivered to the phone"},                                                                     // Delivery to phone failed
	{code: "52", status: sms.Failed, text: "it could not be delivered to the network; the number is probably wrong"},                                     // Delivery to network failed (probably because of invalid phone number)
	{code: "53", status: sms.Expired, text: "its validity passed; the phone was probably switched off for too long", says: []sms.Status{sms.Expired}},    // Message expired (probably because recipient's phone turned off for too long)
	{code: "54", status: sms.Failed, text: "it failed on the other network"},                                                                             // Failed on remote network
	{code: "56", status: sms.Failed, text: "the other network did not let the text pass because of its content"},                                         // Failed: remotely censored
	{code: "57", status: sms.Failed, text: "the phone could not take it; its memory may be full"},                                                        // Failed due to fault on handset (e.g. SIM full)
	{code: "60", status: sms.Submitted, text: "the network has a fault that will pass"},                                                                  // Transient upstream failure (transient)
	{code: "61", status: sms.Submitted}, // Upstream status update (transient)
	{code: "62", status: sms.Submitted}, // Upstream cancel failed (transient)
	{code: "63", status: sms.Submitted, text: "it is tried again after a failure that will pass"},      // Queued for retry after temporary failure delivering (transient)
	{code: "64", status: sms.Submitted, text: "it is tried again after the phone could not take it"},   // Queued for retry after temporary failure delivering, due to fault on handset (transient)
	{code: "70", status: sms.Submitted, unsure: true, says: []sms.Status{sms.InDoubt, sms.Unknown}},    // Unknown upstream status
	{code: "201", status: sms.Failed, text: "it was one of more texts than the gateway takes at once"}, // Maximum batch size exceeded
}

// clickatell is the list of the Clickatell gateway, likewise.
var clickatell = []state{
	{code: "001", status: sms.Submitted, unsure: true, says: []sms.Status{sms.InDoubt, sms.Unknown}},                                          // Unknown or delayed
	{code: "002", status: sms.Submitted, says: []sms.Status{sms.Submitted}},                                                                   // Undelivered but queued for delivery
	{code: "003", status: sms.Sent, says: []sms.Status{sms.Sent}},                                                                             // Delivered to the upstream gateway or network
	{code: "004", status: sms.Delivered, says: []sms.Status{sms.Delivered}},                                                                   // Confirmation of receipt on the handset of the recipient
	{code: "005", status: sms.Failed, text: "there was an error with the text, probably in its content"},                                      // There was an error with the message, probably caused by the content of the message itself
	{code: "006", status: sms.Cancelled, text: "it was cancelled with the gateway", says: []sms.Status{sms.Cancelled}},                        // The message was terminated by a user (stop message command)
	{code: "007", status: sms.Failed, text: "it could not be delivered to the phone", says: []sms.Status{sms.Failed}},                         // An error occurred delivering the message to the handset
	{code: "008", status: sms.Submitted, says: []sms.Status{sms.Queued, sms.Submitting}},                                                      // Message received by gateway
	{code: "009", status: sms.Failed, text: "the gateway or network could not find a way to this number", says: []sms.Status{sms.Suppressed}}, // The routing gateway or network has had an error routing the message
	{code: "010", status: sms.Expired, text: "its validity passed before the gateway could hand it on", says: []sms.Status{sms.Expired}},      // Message expired before we were able to deliver it to the upstream gateway
	{code: "011", status: sms.Submitted, says: []sms.Status{sms.Scheduled}},                                                                   // Message has been queued at the gateway for delivery at a later time (delayed delivery)
	{code: "012", status: sms.Failed, text: "the account with the gateway has no credit left"},                                                // The message cannot be delivered due to a lack of funds in your Clickatell account. Please re-purchase credits
	{code: "014", status: sms.Failed, text: "the account with the gateway has sent as many texts as it may"},                                  // The allowable amount for MT (mobile terminated) messaging has been exceeded
}

// Names of the gateways, as the setting has them.
const (
	gatewayEither     = "either"
	gatewayBulkSMS    = BulkSMS
	gatewayClickatell = Clickatell
)

// The gateways behind the service. Each has its own status values and form of
// references.
const (
	BulkSMS    = "bulksms"
	Clickatell = "clickatell"
)

// StatusValue is how a gateway tells where a text stands; of one that nobody
// knows, it is that of Unknown.
func StatusValue(gateway string, s sms.Status) string {
	list := bulkSMS
	if gateway == Clickatell {
		list = clickatell
	}
	for _, row := range list {
		if slices.Contains(row.says, s) {
			return row.code
		}
	}
	return StatusValue(gateway, sms.Unknown)
}

var states = map[string]map[string]state{gatewayBulkSMS: byCode(bulkSMS), gatewayClickatell: byCode(clickatell)}

func byCode(list []state) map[string]state {
	m := make(map[string]state, len(list))
	for _, s := range list {
		m[s.code] = s
	}
	return m
}

// stateOf finds what a status value means. Where the gateway is not known, its
// form says whose it is: Clickatell's have three digits that begin with 0, and
// its references have letters.
func stateOf(gateway, reference, code string) (state, bool) {
	if gateway == gatewayEither {
		gateway = gatewayBulkSMS
		if len(code) == 3 && code[0] == '0' || strings.Trim(reference, "0123456789") != "" {
			gateway = gatewayClickatell
		}
	}
	if gateway == gatewayClickatell && len(code) > 0 && len(code) < 3 {
		code = "000"[len(code):] + code // zeros may get lost on the way
	}
	s, ok := states[gateway][code]
	return s, ok
}
