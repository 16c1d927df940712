package sms

import "fmt"

// Status is where a message stands. The numbers are stored, so they never
// change; db/migrations repeats them in a comment.
type Status uint8

const (
	// Scheduled waits for its SendAt.
	Scheduled Status = iota
	// Queued is due and waits for its provider's pace.
	Queued
	// Submitting was durably marked before the first byte left for the provider.
	Submitting
	// Submitted was taken by the provider, which gave a Reference.
	Submitted
	// Sent was handed to the network.
	Sent
	// Delivered is on the handset. Final.
	Delivered
	// Failed was refused or is undeliverable. Final.
	Failed
	// Expired outlived its validity. Final.
	Expired
	// Cancelled was taken back in time. Final.
	Cancelled
	// Suppressed was kept from a number that must not be texted. Final.
	Suppressed
	// InDoubt went out and no answer came: it may or may not have been sent.
	// Only a late receipt or a person's decision moves it.
	InDoubt
	// Unknown was submitted, and no final receipt came within 72 hours. Only a
	// late receipt moves it.
	Unknown

	// StatusCount is the number of statuses, for arrays indexed by Status.
	StatusCount = iota
)

var statusNames = [StatusCount]string{
	Scheduled: "scheduled", Queued: "queued", Submitting: "submitting", Submitted: "submitted",
	Sent: "sent", Delivered: "delivered", Failed: "failed", Expired: "expired",
	Cancelled: "cancelled", Suppressed: "suppressed", InDoubt: "in_doubt", Unknown: "unknown",
}

// Statuses lists every status in the order of a message's life.
func Statuses() []Status {
	all := make([]Status, StatusCount)
	for i := range all {
		all[i] = Status(i)
	}
	return all
}

// String returns the status's name as the store and the API use it: "in_doubt".
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("status %d", s)
}

// ParseStatus is the inverse of String.
func ParseStatus(name string) (Status, error) {
	for i, n := range statusNames {
		if n == name {
			return Status(i), nil
		}
	}
	return 0, fmt.Errorf("parse status: no status is called %q", name)
}

// Final reports whether nothing moves the status any more.
func (s Status) Final() bool {
	switch s {
	case Delivered, Failed, Expired, Cancelled, Suppressed:
		return true
	}
	return false
}

// Waiting reports whether the message has certainly not left yet, so that it
// can still be taken back.
func (s Status) Waiting() bool { return s == Scheduled || s == Queued }

// Outstanding reports whether the provider has the message and a receipt is
// still expected.
func (s Status) Outstanding() bool { return s == Submitted || s == Sent }

// moves lists, for each status, where it may go next. A receipt may also leap
// over steps (submitted straight to delivered); a status never moves back,
// with one exception: a message that was certainly not sent returns from
// submitting to queued, and a person may queue one that is in doubt.
var moves = [StatusCount][]Status{
	Scheduled:  {Queued, Cancelled, Suppressed},
	Queued:     {Submitting, Cancelled, Suppressed, Expired},
	Submitting: {Submitted, Queued, Failed, InDoubt},
	Submitted:  {Sent, Delivered, Failed, Expired, Cancelled, Unknown},
	Sent:       {Delivered, Failed, Expired, Unknown},
	InDoubt:    {Submitted, Sent, Delivered, Failed, Expired, Queued},
	Unknown:    {Sent, Delivered, Failed, Expired},
}

// CanBecome reports whether a message may move from s to next.
func (s Status) CanBecome(next Status) bool {
	if int(s) >= len(moves) {
		return false
	}
	for _, m := range moves[s] {
		if m == next {
			return true
		}
	}
	return false
}
