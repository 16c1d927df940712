package sms

import (
	"log/slog"

	"github.com/nyaruka/phonenumbers"
)

// MSISDN is a subscriber's number in E.164 with its plus sign,
// "+447700900123". It masks itself in logs; String gives it whole. Of somebody
// who was erased it is a hash, "#1f0c…": see [MSISDN.Erased].
type MSISDN string

// ErasedMark begins the hash that stands in place of an erased number. It sorts
// before every number.
const ErasedMark = "#"

// Erased reports whether the number is not known any more. Equal hashes are of
// the same number; nothing else can be learned from one.
func (n MSISDN) Erased() bool { return len(n) > 0 && n[:1] == ErasedMark }

func (n MSISDN) String() string { return string(n) }

// Digits returns the number without its plus sign, as most providers want it,
// and "" for an erased one.
func (n MSISDN) Digits() string {
	if n == "" || n.Erased() {
		return ""
	}
	return string(n[1:])
}

// Masked returns the number with all but its last three digits hidden.
func (n MSISDN) Masked() string {
	if len(n) < 4 || n.Erased() {
		return "…"
	}
	return "…" + string(n[len(n)-3:])
}

// LogValue keeps whole numbers out of logs.
func (n MSISDN) LogValue() slog.Value { return slog.StringValue(n.Masked()) }

// Display returns the number as people in the home country read it:
// "07700 900123" at home, "+33 6 12 34 56 78" abroad. What is not a number
// comes back as it is, and an erased number as words.
func (n MSISDN) Display(home string) string {
	if n.Erased() {
		return "Erased number"
	}
	if len(n) == len("+447700900123") && n[:4] == "+447" {
		if inBritain(homeCountry(home)) {
			return "0" + string(n[3:7]) + " " + string(n[7:])
		}
		return "+44 " + string(n[3:7]) + " " + string(n[7:])
	}
	p, err := phonenumbers.Parse(string(n), "")
	if err != nil {
		return string(n)
	}
	if n.In(home) {
		return phonenumbers.Format(p, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(p, phonenumbers.INTERNATIONAL)
}

// Country returns the ISO code of the number's country, "" if it has none
// (satellite phones, +800). Guernsey, Jersey and the Isle of Man own ranges
// within +44 07 that people in Britain have carried their numbers out of for
// years: to ask whether a number is British, use In. Country costs
// microseconds; In does not for +44.
func (n MSISDN) Country() string {
	if n.Erased() {
		return ""
	}
	p, err := phonenumbers.Parse(string(n), "")
	if err != nil {
		return ""
	}
	country := phonenumbers.GetRegionCodeForNumber(p)
	if country == "" { // not a range the library knows, Ofcom's drama range for one
		country = phonenumbers.GetRegionCodeForCountryCode(int(p.GetCountryCode()))
	}
	if country == "001" || country == "ZZ" {
		return ""
	}
	return country
}

// National returns the digits that every way of writing the number has in common,
// "7700900123": without the country's code and the zero before it.
func (n MSISDN) National() string {
	if len(n) > 3 && n[:3] == "+44" {
		return string(n[3:])
	}
	p, err := phonenumbers.Parse(string(n), "")
	if err != nil {
		return n.Digits()
	}
	return phonenumbers.GetNationalSignificantNumber(p)
}

// In reports whether the number belongs to a country, where the United
// Kingdom, Guernsey, Jersey and the Isle of Man are one: they share +44, and
// which island a mobile was first sold on says nothing.
func (n MSISDN) In(country string) bool {
	country = homeCountry(country)
	if len(n) > 3 && n[:3] == "+44" {
		return inBritain(country)
	}
	return country != "" && !inBritain(country) && n.Country() == country
}
