package providers

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what is certain after a failed call. Everything that dispatch does
// next follows from it.
type Kind uint8

const (
	// Ambiguous: the request may have reached the service and nobody can tell
	// whether the text will go. Never sent again without a person's word.
	Ambiguous Kind = iota
	// Temporary: certainly not sent, and likely to work later: connection
	// refused, DNS or TLS failure, a documented "try again".
	Temporary
	// Throttled: certainly not sent, the service wants us slower.
	Throttled
	// Rejected: certainly not sent, and this message never will be: bad number,
	// blocked recipient, unusable sender.
	Rejected
	// Unauthorised: certainly not sent; our credentials are refused, so no
	// message will go until an administrator acts.
	Unauthorised
	// NoCredit: certainly not sent; the account with the service is empty.
	NoCredit
)

var kindNames = [...]string{"ambiguous", "temporary", "throttled", "rejected", "unauthorised", "no credit"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", k)
}

// NotSent reports whether the text certainly did not leave.
func (k Kind) NotSent() bool { return k != Ambiguous }

// Error is a failed call, classified.
type Error struct {
	Kind Kind
	// Code is the service's own code, "-401"; "" when there was none.
	Code string
	// Text says what happened in words that staff can read.
	Text string
	// RetryAfter is how long the service asks us to wait, 0 when it does not say.
	RetryAfter time.Duration
	// Err is the cause, for logs.
	Err error
}

func (e *Error) Error() string {
	s := e.Kind.String() + ": " + e.Text
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	if e.Err != nil {
		s = fmt.Sprintf("%s: %v", s, e.Err)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// AsError returns err as an *Error. One of another type is Ambiguous, because
// nothing is certain about it.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Ambiguous, Text: "no clear answer from the provider", Err: err}
}
