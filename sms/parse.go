package sms

import (
	"errors"
	"regexp"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// ParseMSISDN reads a phone number the way people write it: with or without
// spaces, dots, dashes and brackets, "(0)" after the country code, 00 for the
// plus sign, tel: in front, digits of any script, a lost leading 0, the marks
// that address books and Excel wrap around it. home is the ISO code of the
// country whose national numbers are meant ("GB"); without one, digits that do
// not start with 0 are taken to start with a country code.
//
// A number is accepted if it is a mobile, if its country does not tell mobiles
// from landlines, or if it is complete but in a range nobody has heard of yet;
// for +44 that last means 07, and so takes in Ofcom's drama range 07700 900xxx.
//
// The error is a *[NumberError]. If its reason is [Reason.WellFormed], such as
// a landline, the number comes back beside the error for callers that are
// lenient.
func ParseMSISDN(input, home string) (MSISDN, error) {
	var w written
	if !w.read(input) {
		text := asciiNumber(input)
		w = written{}
		if !w.read(text) {
			return "", &NumberError{input, unreadable(text)}
		}
	}
	n, reason := w.resolve(home)
	if reason != 0 {
		return n, &NumberError{input, reason}
	}
	return n, nil
}

// maxDigits is the longest number of E.164, 15 digits, with 00 and a wrongly
// kept trunk 0.
const maxDigits = 18

// written is a number as it was written: its digits, and whether a plus sign
// stood before them.
type written struct {
	digits [maxDigits]byte
	n      int // how many digits; may be more than are kept
	plus   bool
}

// read takes the digits of s. It reports false if s has anything in it but
// ASCII digits and the usual separators.
func (w *written) read(s string) bool {
	s = cutDecimal(s)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if w.n < maxDigits {
				w.digits[w.n] = c
			}
			w.n++
		case c == ' ', c == '-', c == '.', c == ')', c == '/':
		case c == '(':
			if w.international() && strings.HasPrefix(s[i:], "(0)") {
				i += 2 // +44 (0)7700: the 0 is for callers at home
			}
		case c == '+' && w.n == 0 && !w.plus:
			w.plus = true
		default:
			return false
		}
	}
	return true
}

func (w *written) international() bool {
	return w.plus || w.n >= 2 && w.digits[0] == '0' && w.digits[1] == '0'
}

// resolve finds the country and the number's place in its numbering plan.
// Numbers of +44 take a few comparisons; the library reads the rest.
func (w *written) resolve(home string) (MSISDN, Reason) {
	if w.n == 0 {
		return "", NumberEmpty
	}
	if w.n > maxDigits {
		return "", NumberTooLong
	}
	d := w.digits[:w.n]
	abroad := w.international()
	if abroad && len(d) >= 2 && d[0] == '0' && d[1] == '0' {
		d = d[2:] // 0044, and +0044
	}
	home = homeCountry(home)
	switch {
	case abroad && hasPrefix(d, "44"):
		return british(trimTrunk(d[2:]))
	case abroad:
		return foreign(d, "")
	case inBritain(home):
		// No British number starts with 4 after its 0.
		if hasPrefix(d, "44") && len(d) > 8 {
			return british(trimTrunk(d[2:]))
		}
		if d[0] != '0' && isShort(d) {
			return "", NumberShortCode
		}
		return british(trimTrunk(d))
	case home == "" && d[0] == '0':
		return "", NumberUnknownCountry
	case home == "" && isShort(d):
		return "", NumberShortCode
	case home == "" && hasPrefix(d, "44"):
		return british(trimTrunk(d[2:]))
	}
	return foreign(d, home)
}

// british classifies a national significant number of +44, which Guernsey,
// Jersey and the Isle of Man share, by the National Telephone Numbering Plan.
func british(d []byte) (MSISDN, Reason) {
	shortest := 10
	if len(d) > 0 && d[0] != '7' {
		shortest = 9 // a few area codes and 0800 numbers
		if hasPrefix(d, "800") || hasPrefix(d, "845") {
			shortest = 7 // 0800 1111, 0845 46 47
		}
	}
	switch {
	case len(d) < shortest:
		return "", NumberTooShort
	case len(d) > 10:
		return "", NumberTooLong
	}
	var whole [13]byte
	n := MSISDN(append(append(whole[:0], "+44"...), d...))
	switch d[0] {
	case '7':
		switch {
		case d[1] == '0':
			return n, NumberPersonal
		case d[1] == '6' && !hasPrefix(d, "7624"): // pagers, but for Manx mobiles
			return n, NumberNotMobile
		}
		return n, 0
	case '1', '2':
		return n, NumberLandline
	case '9':
		return n, NumberPremium
	case '0':
		return "", NumberTooShort // 00 is abroad, and 0 a digit left out
	}
	return n, NumberNotMobile
}

// foreign asks the library. home is the country of a national number, or empty
// for digits that start with a country code.
func foreign(d []byte, home string) (MSISDN, Reason) {
	text := string(d)
	if home == "" {
		text = "+" + text
	}
	p, err := phonenumbers.Parse(text, home)
	switch {
	case err == nil:
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return "", NumberUnknownCountry
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return "", NumberTooLong
	default:
		return "", NumberTooShort
	}
	kind := phonenumbers.GetNumberType(p)
	if home != "" && d[0] != '0' && isShort(d) && kind != phonenumbers.MOBILE {
		return "", NumberShortCode
	}
	switch phonenumbers.IsPossibleNumberWithReason(p) {
	case phonenumbers.IS_POSSIBLE:
	case phonenumbers.INVALID_COUNTRY_CODE:
		return "", NumberUnknownCountry
	case phonenumbers.TOO_LONG:
		return "", NumberTooLong
	default:
		return "", NumberTooShort
	}
	n := MSISDN(phonenumbers.Format(p, phonenumbers.E164))
	if len(n) > len("+")+15 {
		return "", NumberTooLong
	}
	switch kind {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return n, 0
	case phonenumbers.UNKNOWN:
		// A trunk 0 that the library kept: without it a digit is missing.
		if strings.HasPrefix(phonenumbers.GetNationalSignificantNumber(p), "0") {
			return "", NumberTooShort
		}
		return n, 0
	case phonenumbers.FIXED_LINE:
		return n, NumberLandline
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST:
		return n, NumberPremium
	case phonenumbers.PERSONAL_NUMBER:
		return n, NumberPersonal
	}
	return n, NumberNotMobile
}

// asciiNumber writes a number in ASCII: digits of any script, wide and curly
// signs and odd spaces become plain, invisible marks, quotes, brackets around
// the whole and a tel: in front go.
func asciiNumber(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0 // full-width ASCII
		}
		switch {
		case r < 0x80 && r > ' ':
			return r
		case unicode.Is(unicode.Nd, r):
			return digit(r)
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Pd, r), r == '−':
			return '-'
		case unicode.Is(unicode.Cf, r):
			return -1
		case r == '·', r == '•', r == '․':
			return '.'
		}
		return r
	}, s)
	s = strings.Trim(s, ` '"‘’“”`+"`<>,;")
	for _, scheme := range []string{"tel:", "smsto:", "sms:", "callto:"} {
		if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
			continue
		}
		s = strings.TrimLeft(s[len(scheme):], "/ ")
		s, _, _ = strings.Cut(s, "?")
		number, parameters, _ := strings.Cut(s, ";") // RFC 3966
		if strings.HasPrefix(parameters, "ext=") {
			return number + "x" + parameters[len("ext="):]
		}
		return number
	}
	return s
}

// digit is the ASCII digit for a decimal digit of any script. Scripts' digits
// stand in runs of ten.
func digit(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}

var (
	scientific = regexp.MustCompile(`^\+?[0-9]+([.,][0-9]+)? ?[eE] ?[+-]?[0-9]+$`)
	extension  = regexp.MustCompile(`(?i)^[^a-z#]*[0-9][^a-z#]*(x|ext\.?|extn\.?|extension|#)[ .:]*[0-9]+\.?$`)
)

// unreadable says why text is not a number at all.
func unreadable(text string) Reason {
	switch {
	case scientific.MatchString(text):
		return NumberScientific
	case extension.MatchString(text):
		return NumberExtension
	}
	return NumberLetters
}

// cutDecimal takes off the ".0" that a number gets on its way through a
// spreadsheet library.
func cutDecimal(s string) string {
	whole, ok := strings.CutSuffix(s, ".0")
	if !ok || len(whole) < 9 {
		return s
	}
	for i := range len(whole) {
		if whole[i] < '0' || whole[i] > '9' {
			return s
		}
	}
	return whole
}

func trimTrunk(d []byte) []byte {
	if len(d) > 0 && d[0] == '0' {
		return d[1:]
	}
	return d
}

// isShort reports whether digits without a trunk 0 are as few as a short code's.
func isShort(d []byte) bool { return len(d) >= 3 && len(d) <= 6 }

func hasPrefix(d []byte, prefix string) bool {
	return len(d) >= len(prefix) && string(d[:len(prefix)]) == prefix
}
