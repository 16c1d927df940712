package sms

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// NumberPrefix turns the beginning of a number, as someone types it into a
// search box, into the beginning of an [MSISDN]: in Britain "07700 9001" is
// "+4477009001", "447" is "+447" and "77" is "+4477". It is empty for a text
// that is not the beginning of a number.
func NumberPrefix(input, home string) string {
	var w written
	if !w.read(input) {
		w = written{}
		if !w.read(asciiNumber(input)) {
			return ""
		}
	}
	if w.n > maxDigits {
		return ""
	}
	home = homeCountry(home)
	d := string(w.digits[:w.n])
	if w.international() {
		d = strings.TrimPrefix(d, "00")
		if rest, ok := strings.CutPrefix(d, "440"); ok {
			d = "44" + rest
		}
		return plusDigits(d)
	}
	code := callingCode(home)
	trunk := trunkPrefix(home)
	switch {
	case d == "" || code == "":
	case strings.HasPrefix(d, code):
		d = code + strings.TrimPrefix(d[len(code):], trunk)
	case trunk != "" && strings.HasPrefix(d, trunk):
		d = code + d[len(trunk):]
	case inBritain(home) && d[0] != '7':
		// Only a mobile is searched for without its 0; the rest is a country.
	default:
		d = code + d
	}
	return plusDigits(d)
}

// plusDigits puts the plus sign before digits that can start an E.164 number.
func plusDigits(d string) string {
	if d == "" || d[0] == '0' || len(d) > 15 {
		return ""
	}
	return "+" + d
}

// trunkPrefix is what callers at home dial before a national number: "0" in
// most of Europe, nothing in Spain, "8" in Russia. North America's 1 is its
// country code as well.
func trunkPrefix(home string) string {
	if inBritain(home) {
		return "0"
	}
	return phonenumbers.GetNddPrefixForRegion(home, true)
}
