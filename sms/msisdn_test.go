package sms

import (
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

func TestDisplay(t *testing.T) {
	for _, c := range []struct {
		n    MSISDN
		home string
		want string
	}{
		{"+447700900123", "GB", "07700 900123"},
		{"+447700900123", "IM", "07700 900123"},
		{"+447700900123", "FR", "+44 7700 900123"},
		{"+447700900123", "", "+44 7700 900123"},
		{"+442079460123", "GB", "020 7946 0123"},
		{"+33612345678", "GB", "+33 6 12 34 56 78"},
		{"+33612345678", "FR", "06 12 34 56 78"},
		{"+12025550123", "US", "(202) 555-0123"},
		{"+4791234567", "NO", "91 23 45 67"},
		{"", "GB", ""},
		{"not a number", "GB", "not a number"},
	} {
		if got := c.n.Display(c.home); got != c.want {
			t.Errorf("%s at home in %q shows as %q, want %q", string(c.n), c.home, got, c.want)
		}
	}
}

func TestCountry(t *testing.T) {
	for _, c := range []struct {
		n    MSISDN
		want string
	}{
		{"+447700900123", "GB"}, {"+447911123456", "GG"}, {"+447624123456", "IM"},
		{"+33612345678", "FR"}, {"+12025550123", "US"}, {"+14165550123", "CA"},
		{"+80012345678", ""}, {"", ""}, {"rubbish", ""},
	} {
		if got := c.n.Country(); got != c.want {
			t.Errorf("%s is in %q, want %q", string(c.n), got, c.want)
		}
	}
	for _, c := range []struct {
		n       MSISDN
		country string
		want    bool
	}{
		{"+447911123456", "GB", true}, {"+447700900123", "JE", true}, {"+447700900123", "uk", true},
		{"+447700900123", "FR", false}, {"+33612345678", "FR", true}, {"+33612345678", "GB", false},
		{"+447700900123", "", false}, {"+80012345678", "", false}, {"", "GB", false},
	} {
		if got := c.n.In(c.country); got != c.want {
			t.Errorf("%s in %q: %v, want %v", string(c.n), c.country, got, c.want)
		}
	}
}

func TestMasked(t *testing.T) {
	if got := MSISDN("+447700900123").Masked(); got != "…123" {
		t.Errorf("Masked = %q", got)
	}
	if got := MSISDN("+447700900123").LogValue().String(); got != "…123" {
		t.Errorf("LogValue = %q", got)
	}
	if MSISDN("").Digits() != "" || MSISDN("+44").Digits() != "44" {
		t.Error("Digits takes off more than the plus sign")
	}
}

func TestNumberPrefix(t *testing.T) {
	for _, c := range []struct{ input, home, want string }{
		{"07700 9001", "GB", "+4477009001"},
		{"+447", "GB", "+447"},
		{"4477", "GB", "+4477"},
		{"77", "GB", "+4477"},
		{"0", "GB", "+44"},
		{"00", "GB", ""},
		{"0044 (0)77", "GB", "+4477"},
		{"+4407", "GB", "+447"},
		{"44 07", "GB", "+447"},
		{"33612", "GB", "+33612"},
		{"0033 6", "GB", "+336"},
		{"０７７", "GB", "+4477"},
		{"\u202A07700", "GB", "+447700"},
		{"06 12", "FR", "+33612"},
		{"612", "FR", "+33612"},
		{"202 555", "US", "+1202555"},
		{"1202", "US", "+1202"},
		{"447", "", "+447"},
		{"077", "", ""},
		{"Smith", "GB", ""},
		{"07 Smith", "GB", ""},
		{"", "GB", ""},
		{"+", "GB", ""},
		{"-", "GB", ""},
		{"07700 900123 07700 900456", "GB", ""},
	} {
		if got := NumberPrefix(c.input, c.home); got != c.want {
			t.Errorf("NumberPrefix(%q, %q) = %q, want %q", c.input, c.home, got, c.want)
		}
	}
	// Every beginning of a number finds the number.
	for _, typed := range []string{"07700 900123", "+44 7700 900123", "+44 (0)7700 900123", "0044 7700 900123", "447700900123", "7700900123"} {
		for i := range typed {
			if p := NumberPrefix(typed[:i+1], "GB"); !strings.HasPrefix("+447700900123", p) {
				t.Errorf("%q looks for %q", typed[:i+1], p)
			}
		}
	}
}

func FuzzNumberPrefix(f *testing.F) {
	for _, s := range []string{"07700 9001", "+447", "4477", "0044 (0", "Smith", "٠٧", "(0)"} {
		f.Add(s, "GB")
	}
	f.Add("06", "FR")
	f.Add("8916", "RU")
	f.Fuzz(func(t *testing.T, input, home string) {
		p := NumberPrefix(input, home)
		if p != "" && (len(p) < 2 || len(p) > 16 || p[0] != '+' || p[1] == '0' || strings.Trim(p[1:], "0123456789") != "") {
			t.Fatalf("NumberPrefix(%q, %q) = %q", input, home, p)
		}
		if again := NumberPrefix(p, home); again != p && !strings.HasPrefix(p, "+440") {
			t.Fatalf("NumberPrefix(%q, %q) = %q, once more %q", input, home, p, again)
		}
		MSISDN(input).Display(home)
		MSISDN(input).In(home)
	})
}

func TestCountries(t *testing.T) {
	all := Countries()
	byCode := map[string]string{}
	for i, c := range all {
		byCode[c.Code] = c.Name
		if c.Name == "" || i > 0 && all[i-1].Name == c.Name {
			t.Errorf("%s is called %q", c.Code, c.Name)
		}
	}
	if len(byCode) != len(all) {
		t.Errorf("%d countries, %d codes", len(all), len(byCode))
	}
	for code := range phonenumbers.GetSupportedRegions() {
		if byCode[code] == "" {
			t.Errorf("%s has phone numbers and no name", code)
		}
		delete(byCode, code)
	}
	if len(byCode) > 0 {
		t.Errorf("no phone numbers start in %v", byCode)
	}
	for _, pair := range [][2]string{{"Åland Islands", "Albania"}, {"Fiji", "Finland"}, {"France", "French Guiana"}, {"Gabon", "The Gambia"}} {
		if at(all, pair[0]) >= at(all, pair[1]) {
			t.Errorf("%s does not stand before %s", pair[0], pair[1])
		}
	}
	for iso, want := range map[string]string{"GB": "United Kingdom", "uk": "United Kingdom", "DE": "Germany", "QQ": "QQ", "": ""} {
		if got := CountryName(iso); got != want {
			t.Errorf("CountryName(%q) = %q, want %q", iso, got, want)
		}
	}
}

func TestCountryInSentence(t *testing.T) {
	for iso, want := range map[string]string{"GB": "the United Kingdom", "FR": "France", "IM": "the Isle of Man", "KY": "the Cayman Islands", "NL": "the Netherlands", "GM": "the Gambia", "ZZ": "ZZ"} {
		if got := CountryInSentence(iso); got != want {
			t.Errorf("CountryInSentence(%q) = %q, want %q", iso, got, want)
		}
	}
}

func at(all []Country, name string) int {
	for i, c := range all {
		if c.Name == name {
			return i
		}
	}
	return -1
}

func BenchmarkDisplay(b *testing.B) {
	for _, n := range []MSISDN{"+447700900123", "+33612345678"} {
		b.Run(string(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n.Display("GB")
			}
		})
	}
}

func BenchmarkNumberPrefix(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		NumberPrefix("07700 9001", "GB")
	}
}
