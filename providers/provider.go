// Package providers is the post room: the only place from which texts leave
// for the outside world. Each provider has a folder of its own and implements
// [Provider], and, where its service can do more, some of the capabilities
// below, which callers find by type assertion.
//
// A provider classifies what happened (see [Error]) and never retries, sleeps,
// logs or touches the store: when and whether to try again is for dispatch to
// decide, which alone knows what has been promised.
//
// A new provider is a folder with a Type function, a line in providers/all, and
// a test that runs providertest. HTTP services are called through [Call] alone,
// with a request of [NewRequest].
package providers

import (
	"context"
	"net/http"
	"time"

	"textdesk/sms"
)

// Provider hands one text to an upstream service.
//
// Send returns an Acceptance only when the service has certainly taken the
// text. Every error is an [*Error] whose Kind says what is certain; an error
// of any other type counts as [Ambiguous]. Send is safe for concurrent use and
// returns soon after ctx ends.
type Provider interface {
	Send(ctx context.Context, s Submission) (Acceptance, error)
}

// Submission is one text for one recipient, ready to leave.
type Submission struct {
	// ID is our own id of the message: unique for ever, so that providers with
	// an idempotency key can use it.
	ID int64
	To sms.MSISDN
	// Sender is the originator, "" where the service has a default.
	Sender string
	TON    sms.TON
	Body   string
	// Parts is how many parts we counted. The service's own count is what it
	// bills.
	Parts int
	// Validity is how long the service may go on trying; 0 is its default.
	Validity time.Duration
	// At is the caller's clock at the moment of submission.
	At time.Time
}

// Acceptance is the service's word that it has taken a text.
type Acceptance struct {
	// References are the service's ids, one for each part in order, or one for
	// the whole message where the service gives no more. Never empty.
	References []string
}

// Receipt is what the service says about one reference.
type Receipt struct {
	Reference string
	Status    sms.Status
	// Code and Text are the service's own words, kept beside ours.
	Code, Text string
	// At is when it happened, by the service's clock; zero when it does not say.
	At time.Time
	// Echo: the phone that it was delivered to is make-believe, and answers with
	// the words that it got. Only a provider with [Handsets] says so.
	Echo bool
}

// Inbound is a text that somebody sent to one of our numbers.
type Inbound struct {
	// ID is the service's own id, by which repeats are recognised.
	ID      string
	From    sms.MSISDN
	To      string
	Body    string
	At      time.Time
	InReply string // reference of the text it answers, "" when not known
}

// BatchSender sends one body from one sender to several recipients in one
// call. The submissions share Body, Sender, TON and Validity. The outcomes
// stand in their order. An error means the call as a whole failed, and its Kind
// holds for every recipient: an Ambiguous one puts them all in doubt.
type BatchSender interface {
	SendBatch(ctx context.Context, s []Submission) ([]Outcome, error)
	// BatchLimit is the largest number of recipients for one call.
	BatchLimit() int
}

// Outcome is one recipient's share of a batch call: an acceptance or an error.
type Outcome struct {
	Acceptance Acceptance
	Err        error
}

// StatusPoller asks for the state of texts that were accepted earlier. A
// reference that the service does not know, or that cannot be one of its own, is
// left out of the answer. Receipts may come with an error: what was learned
// before it.
type StatusPoller interface {
	PollStatus(ctx context.Context, references []string) ([]Receipt, error)
	// PollLimit is the largest number of references for one call.
	PollLimit() int
}

// StatusReporter tells where all texts stand that were sent between two
// instants, in one call, so that many need not be asked about one by one. The
// answer may hold texts that are not ours and lack some that are. An error that
// is [ErrTooLong] asks for a shorter time.
type StatusReporter interface {
	ReportStatus(ctx context.Context, from, to time.Time) ([]Receipt, error)
}

// InboundPoller fetches the texts that people have sent to us, from a service
// that does not post them. cursor is what the last page gave, "" at the start.
// The caller keeps it in the store and knows repeats by [Inbound.ID], so a page
// may hold again what an earlier one held, and must hold everything since.
type InboundPoller interface {
	PollInbound(ctx context.Context, cursor string) (InboundPage, error)
}

// InboundPage is one answer of an InboundPoller.
type InboundPage struct {
	Inbound []Inbound
	Cursor  string
	More    bool // ask again at once
}

// CallbackParser understands what the service posts to us. An error means the
// callback holds nothing that can be used; its text says why and quotes nothing.
type CallbackParser interface {
	ParseCallback(c Callback) (Posted, error)
}

// Callback is a request that the service made to us, as it was stored.
type Callback struct {
	Method, Path, Query string
	Header              http.Header
	Body                []byte
	ReceivedAt          time.Time
	// Origin is the desk's public address at the time, "https://intranet.example/sms",
	// and URL the whole address that was called, for services that sign it. Both
	// are "" where nobody knows.
	Origin, URL string
}

// Posted is what one callback said.
type Posted struct {
	Receipts []Receipt
	Inbound  []Inbound
}

// Balancer tells what is left in the account.
type Balancer interface {
	Balance(ctx context.Context) (Balance, error)
}

// Checker makes a harmless call that shows whether the service takes our
// credentials, where it has no balance to tell.
type Checker interface {
	Check(ctx context.Context) error
}

// Balance is what the service says is left, with the word for its unit.
type Balance struct {
	Amount string // as the service writes it, "1204.50"
	Unit   string // "credits", "GBP"
}

// Canceller takes a text back that the service has not sent yet. Rejected means
// too late, or never taken.
type Canceller interface {
	Cancel(ctx context.Context, reference string) error
}

// Scheduler lets the service itself hold a text until an instant. After an error
// that is NotSent the caller may hold the text itself.
type Scheduler interface {
	SendAt(ctx context.Context, s Submission, at time.Time) (Acceptance, error)
}

// Idempotent marks services that recognise a repeated Submission.ID and do not
// send its text again, so that an unanswered Send may be repeated. It may depend
// on the settings, so ask, besides looking for the method.
type Idempotent interface {
	Idempotent() bool
}
