package sms

import (
	"fmt"
	"strings"
	"unicode"

	"textdesk/sms/gsm"
)

// Sender is what a handset shows as the origin of a text. The zero Sender
// leaves it to the provider.
type Sender struct {
	// Address is an international number without its plus sign
	// ("447700900123"), a short code ("60777"), or a name ("Town Hall").
	Address string
	// TON is what Address is: TONInternational, TONNational for a short code
	// (which means something in one country only), or TONAlphanumeric.
	TON TON
}

// maxSenderSeptets is the longest alphanumeric address: 10 octets of septets
// (3GPP TS 23.040 §9.1.2.5). A character of the extension table takes two.
const maxSenderSeptets = 11

// ParseSender reads a sender: a number as [ParseMSISDN] reads it, where
// landlines and service numbers are welcome because networks can attach texts
// to them; a short code of 3 to 8 digits; or a name of up to 11 characters of
// the GSM alphabet with at least one letter, kept in the case it is written in.
// Of 7 or 8 digits that are a whole number in the home country, as in Norway,
// the number wins. The error is a *[SenderError].
func ParseSender(input, home string) (Sender, error) {
	text := strings.TrimSpace(input)
	if text == "" {
		return Sender{}, &SenderError{input, SenderBlank}
	}
	var w written
	if w.read(text) || w.readWide(text) {
		return numericSender(w, input, home)
	}
	if scientific.MatchString(text) {
		return Sender{}, &SenderError{input, SenderInvalidNumber}
	}
	if !gsm.IsGSM(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return Sender{}, &SenderError{input, SenderNotGSM}
	}
	switch {
	case !strings.ContainsFunc(text, unicode.IsLetter):
		return Sender{}, &SenderError{input, SenderInvalidNumber}
	case gsm.Count(text).Units > maxSenderSeptets:
		return Sender{}, &SenderError{input, SenderTooLong}
	}
	return Sender{Address: text, TON: TONAlphanumeric}, nil
}

// readWide reads a number in other than ASCII.
func (w *written) readWide(text string) bool {
	*w = written{}
	return w.read(asciiNumber(text))
}

func numericSender(w written, input, home string) (Sender, error) {
	n, reason := w.resolve(home)
	short := !w.plus && w.n >= 3 && w.n <= 8 && w.digits[0] != '0'
	switch {
	case short && (w.n <= 6 || reason != 0 && reason != NumberLandline):
		return Sender{Address: string(w.digits[:w.n]), TON: TONNational}, nil
	case reason == 0, reason == NumberLandline, reason == NumberNotMobile:
		return Sender{Address: n.Digits(), TON: TONInternational}, nil
	}
	return Sender{}, &SenderError{input, SenderInvalidNumber}
}

// CanReply reports whether a recipient can reply to the sender: nobody can to
// a name.
func (s Sender) CanReply() bool {
	return s.Address != "" && s.TON != TONAlphanumeric
}

// String returns the sender as a script would name it: the bare address.
func (s Sender) String() string { return s.Address }

// Display returns the sender as people in the home country read it: a number
// spaced as [MSISDN.Display] does, anything else as it is.
func (s Sender) Display(home string) string {
	if s.TON == TONInternational {
		return MSISDN("+" + s.Address).Display(home)
	}
	return s.Address
}

// SenderReason is why something cannot be a sender.
type SenderReason uint8

const (
	// SenderBlank is empty.
	SenderBlank SenderReason = iota + 1
	// SenderTooLong is a name of more than 11 characters.
	SenderTooLong
	// SenderInvalidNumber has no letters and is neither a number nor a short
	// code, or is a premium or personal number.
	SenderInvalidNumber
	// SenderNotGSM is a name with characters outside the GSM alphabet.
	SenderNotGSM

	// SenderReasonCount is one more than the highest reason.
	SenderReasonCount = iota + 1
)

// String says the reason so that it reads on after the sender.
func (r SenderReason) String() string {
	switch r {
	case SenderBlank:
		return "is blank"
	case SenderTooLong:
		return "is too long; a name has at most 11 characters, and € ^ { } [ ] ~ \\ | count twice"
	case SenderInvalidNumber:
		return "is neither a phone number, a short code of 3 to 8 digits, nor a name with a letter in it"
	case SenderNotGSM:
		return "has characters that a sender's name cannot have"
	}
	return fmt.Sprintf("was refused for reason %d", r)
}

// SenderError is a sender that cannot be used. Its message is a sentence for
// staff.
type SenderError struct {
	Input  string // as typed
	Reason SenderReason
}

func (e *SenderError) Error() string {
	if e.Reason == SenderBlank {
		return "no sender was given"
	}
	return quote(e.Input) + " " + e.Reason.String()
}
