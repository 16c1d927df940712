package sms

import (
	"fmt"
	"log/slog"
)

// Reason is why something is not a number that can be texted.
type Reason uint8

const (
	// NumberEmpty has no digit in it and no letter either.
	NumberEmpty Reason = iota + 1
	// NumberLetters has letters or signs that no phone number has.
	NumberLetters
	// NumberTooShort has fewer digits than its country's numbers.
	NumberTooShort
	// NumberTooLong has more.
	NumberTooLong
	// NumberScientific is what Excel shows for a long number, "4.48E+11": the
	// last digits are gone for good.
	NumberScientific
	// NumberExtension leads on to a desk phone, "… ext 12".
	NumberExtension
	// NumberShortCode is a short code such as 60777: it can be a Sender.
	NumberShortCode
	// NumberUnknownCountry starts with no country's code, or is national while
	// no home country is known.
	NumberUnknownCountry
	// NumberLandline is a fixed line. It is well formed: see [ParseMSISDN].
	NumberLandline
	// NumberPremium costs the caller extra. It is well formed.
	NumberPremium
	// NumberPersonal is a follow-me number, 070 in Britain, dear and a
	// favourite of fraud. It is well formed.
	NumberPersonal
	// NumberNotMobile is another service: freephone, pager, voice over IP, a
	// range that is not in use. It is well formed.
	NumberNotMobile

	// ReasonCount is one more than the highest reason, for arrays and tests.
	ReasonCount = iota + 1
)

// String says the reason so that it reads on after the number:
// "is a landline; it cannot receive texts".
func (r Reason) String() string {
	switch r {
	case NumberEmpty:
		return "has no number in it"
	case NumberLetters:
		return "has letters or signs that do not belong in a phone number"
	case NumberTooShort:
		return "has too few digits"
	case NumberTooLong:
		return "has too many digits; a number from abroad starts with + and its country code"
	case NumberScientific:
		return "was shortened by Excel and its last digits are lost; in Excel, format the column as Text, " +
			"or as Number with no decimal places, and copy it again from the original"
	case NumberExtension:
		return "has an extension; a text cannot reach a desk phone"
	case NumberShortCode:
		return "is a short code; it cannot receive texts from here"
	case NumberUnknownCountry:
		return "does not start with a country code that is in use"
	case NumberLandline:
		return "is a landline; it cannot receive texts"
	case NumberPremium:
		return "is a premium-rate number; it cannot receive texts"
	case NumberPersonal:
		return "is a personal number (070), not a mobile; it cannot receive texts"
	case NumberNotMobile:
		return "is not a mobile number; it cannot receive texts"
	}
	return fmt.Sprintf("was refused for reason %d", r)
}

// WellFormed reports whether the number is complete and only of a kind that
// usually cannot receive texts, so that a caller may choose to be lenient.
func (r Reason) WellFormed() bool {
	switch r {
	case NumberLandline, NumberPremium, NumberPersonal, NumberNotMobile:
		return true
	}
	return false
}

// NumberError is a number that cannot be texted. Its message is a sentence for
// staff and quotes what they typed; in logs it shows the reason only.
type NumberError struct {
	Input  string // as typed
	Reason Reason
}

func (e *NumberError) Error() string {
	if e.Reason == NumberEmpty {
		return "no number was given"
	}
	return quote(e.Input) + " " + e.Reason.String()
}

// LogValue keeps numbers out of logs.
func (e *NumberError) LogValue() slog.Value { return slog.StringValue("number " + e.Reason.String()) }

// quote quotes what was typed, at most its first 40 characters.
func quote(s string) string {
	n := 0
	for i := range s {
		if n == 40 {
			return fmt.Sprintf("%q", s[:i]+"…")
		}
		n++
	}
	return fmt.Sprintf("%q", s)
}
