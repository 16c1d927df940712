package sms

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// LostZero reports whether a number that was read as n was written without the
// 0 that numbers at home begin with, as spreadsheets leave it: "7700900123".
func LostZero(input string, n MSISDN, home string) bool {
	home = homeCountry(home)
	code := callingCode(home)
	if code == "" || len(n) <= 1+len(code) || string(n[1:1+len(code)]) != code {
		return false
	}
	national := n[1+len(code):]
	at := 0
	for i := 0; i < len(input); i++ {
		switch c := input[i]; {
		case c == '+':
			return false
		case c < '0' || c > '9':
			continue
		case at >= len(national) || c != national[at]:
			return at == len(national) && strings.HasSuffix(input, ".0") // of a spreadsheet's number
		default:
			at++
		}
	}
	return at == len(national) && (inBritain(home) || phonenumbers.GetNddPrefixForRegion(home, true) == "0")
}

// WrittenOut writes a number that Excel shows as 4.47700900123E+11 with all of
// its digits, if all of them are there.
func WrittenOut(input string) (string, bool) {
	text := asciiNumber(input)
	if !scientific.MatchString(text) {
		return "", false
	}
	text = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(text), " ", ""), ",", ".")
	mantissa, power, _ := strings.Cut(strings.TrimPrefix(text, "+"), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	zeros, err := strconv.Atoi(power)
	// A number that ends in zeros may have lost them, or digits in their place.
	if err != nil || zeros != len(fraction) || len(whole) != 1 {
		return "", false
	}
	return whole + fraction, true
}

// LenientMSISDN reads what [ParseMSISDN] does, and also what only looks like a
// phone number: numbers that cannot receive texts, and any seven digits or more
// up to those of E.164, however few their country's numbers would have to have.
// Other systems let such numbers into an address book; sending to one fails.
func LenientMSISDN(input, home string) (MSISDN, error) {
	n, err := ParseMSISDN(input, home)
	if err == nil || n != "" {
		return n, nil
	}
	const fewest, most = 7, 15
	var w written
	if !w.read(input) {
		if w = (written{}); !w.read(asciiNumber(input)) {
			return "", err
		}
	}
	if w.n < fewest || w.n > maxDigits {
		return "", err
	}
	d := string(w.digits[:w.n])
	code := callingCode(homeCountry(home))
	switch {
	case !w.plus && strings.HasPrefix(d, "00"):
		d = d[2:]
	case !w.plus && d[0] == '0':
		d = code + d[1:]
	}
	if d = strings.TrimLeft(d, "0"); len(d) < fewest-1 || len(d) > most {
		return "", err
	}
	return MSISDN("+" + d), nil
}
