package sms

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

func TestParseMSISDN(t *testing.T) {
	for _, c := range []struct {
		input, home string
		want        MSISDN
	}{
		// What people write in Britain.
		{"07700 900123", "GB", "+447700900123"},
		{"07700900123", "GB", "+447700900123"},
		{"7700900123", "GB", "+447700900123"},
		{"447700900123", "GB", "+447700900123"},
		{"+447700900123", "GB", "+447700900123"},
		{"+44 (0)7700-900123", "GB", "+447700900123"},
		{"+4407700900123", "GB", "+447700900123"},
		{"4407700900123", "GB", "+447700900123"},
		{"44 (0) 7700 900123", "GB", "+447700900123"},
		{"0044 7700 900123", "GB", "+447700900123"},
		{"0044 (0)7700 900123", "GB", "+447700900123"},
		{"+00447700900123", "GB", "+447700900123"},
		{"(07700) 900.123", "GB", "+447700900123"},
		{"07700/900123", "GB", "+447700900123"},
		{"  07700 900123\r\n", "GB", "+447700900123"},
		{"tel:+44-7700-900123", "GB", "+447700900123"},
		{"TEL: 07700 900123;phone-context=+44", "GB", "+447700900123"},
		{"sms:+447700900123?body=hi", "GB", "+447700900123"},
		{"07911 123456", "GB", "+447911123456"}, // Guernsey's range
		{"07624 123456", "GB", "+447624123456"}, // the Isle of Man's
		{"07700 900123", "JE", "+447700900123"},
		{"07700 900123", " uk ", "+447700900123"},
		// What programs make of it.
		{"07700\u00A0900\u2009123", "GB", "+447700900123"},
		{"\u202A+44 7700 900123\u202C", "GB", "+447700900123"},
		{"07700\u2011900123", "GB", "+447700900123"},
		{"'07700900123", "GB", "+447700900123"},
		{`"07700900123"`, "GB", "+447700900123"},
		{"447700900123.0", "GB", "+447700900123"},
		{"７７００９００１２３", "GB", "+447700900123"},
		{"＋４４（０）７７００－９００１２３", "GB", "+447700900123"},
		{"٠٧٧٠٠ ٩٠٠١٢٣", "GB", "+447700900123"},
		{"\uFEFF07700 900123", "GB", "+447700900123"},
		// Abroad, and at home abroad.
		{"+33 6 12 34 56 78", "GB", "+33612345678"},
		{"0033 (0)6 12 34 56 78", "GB", "+33612345678"},
		{"06 12 34 56 78", "FR", "+33612345678"},
		{"+44 7700 900123", "FR", "+447700900123"},
		{"447700900123", "", "+447700900123"},
		{"33612345678", "", "+33612345678"},
		{"91234567", "NO", "+4791234567"},
		{"312 345 6789", "IT", "+393123456789"},
		{"(202) 555-0123", "US", "+12025550123"},
		{"+1 202 555 0123", "GB", "+12025550123"},
	} {
		got, err := ParseMSISDN(c.input, c.home)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("ParseMSISDN(%q, %q) = %q, %v; want %q", c.input, c.home, got, err, c.want)
		}
	}
}

func TestParseMSISDNRefuses(t *testing.T) {
	for _, c := range []struct {
		input, home string
		want        Reason
		number      MSISDN
	}{
		{"", "GB", NumberEmpty, ""},
		{" - ", "GB", NumberEmpty, ""},
		{"+", "GB", NumberEmpty, ""},
		{"Jo Smith", "GB", NumberLetters, ""},
		{"O7700 900123", "GB", NumberLetters, ""},
		{"jo@example.com", "GB", NumberLetters, ""},
		{"07700 9001*3", "GB", NumberLetters, ""},
		{"07700 900\xff123", "GB", NumberLetters, ""},
		{"07700 90012", "GB", NumberTooShort, ""},
		{"0770 090 012", "GB", NumberTooShort, ""},
		{"4477009001", "GB", NumberTooShort, ""},
		{"+44", "GB", NumberTooShort, ""},
		{"00", "GB", NumberTooShort, ""},
		{"12", "GB", NumberTooShort, ""},
		{"06 12 34 56 7", "FR", NumberTooShort, ""},
		{"+33 6 12", "GB", NumberTooShort, ""},
		{"07700 900 1234", "GB", NumberTooLong, ""},
		{"07700900123 07700900456", "GB", NumberTooLong, ""},
		// One digit too many must not turn Kazakh.
		{"77009001234", "GB", NumberTooLong, ""},
		{"33612345678", "GB", NumberTooLong, ""},
		{"+33 6 12 34 56 78 90 12", "GB", NumberTooLong, ""},
		{"4.48E+11", "GB", NumberScientific, ""},
		{"4,47701E+11", "GB", NumberScientific, ""},
		{"4.47701e11", "GB", NumberScientific, ""},
		{"07700 900123 x12", "GB", NumberExtension, ""},
		{"0113 496 0000 ext. 12", "GB", NumberExtension, ""},
		{"tel:+441134960000;ext=12", "GB", NumberExtension, ""},
		{"0113 496 0000 #12", "GB", NumberExtension, ""},
		{"60777", "GB", NumberShortCode, ""},
		{"999", "GB", NumberShortCode, ""},
		{"60777", "", NumberShortCode, ""},
		{"12345", "NO", NumberShortCode, ""},
		{"+999 1234567", "GB", NumberUnknownCountry, ""},
		{"07700 900123", "", NumberUnknownCountry, ""},
		{"07700 900123", "XX", NumberUnknownCountry, ""},
		{"+0 7700 900123", "GB", NumberUnknownCountry, ""},
		{"020 7946 0123", "GB", NumberLandline, "+442079460123"},
		{"01632 960123", "GB", NumberLandline, "+441632960123"},
		{"01 23 45 67 89", "FR", NumberLandline, "+33123456789"},
		{"070 1234 5678", "GB", NumberPersonal, "+447012345678"},
		{"0906 123 4567", "GB", NumberPremium, "+449061234567"},
		{"0800 111 1111", "GB", NumberNotMobile, "+448001111111"},
		{"0300 123 4567", "GB", NumberNotMobile, "+443001234567"},
		{"07640 123456", "GB", NumberNotMobile, "+447640123456"},
		{"+800 1234 5678", "GB", NumberNotMobile, "+80012345678"},
	} {
		got, err := ParseMSISDN(c.input, c.home)
		var e *NumberError
		if !errors.As(err, &e) {
			t.Errorf("ParseMSISDN(%q, %q) = %q, %v; want reason %v", c.input, c.home, got, err, c.want)
			continue
		}
		if e.Reason != c.want || got != c.number || e.Input != c.input {
			t.Errorf("ParseMSISDN(%q, %q) = %q, %v; want %q, reason %v", c.input, c.home, got, err, c.number, c.want)
		}
		if e.Reason.WellFormed() != (got != "") {
			t.Errorf("%v: well formed, or else it has no number", e)
		}
	}
}

func TestNumberErrorSentences(t *testing.T) {
	seen := map[string]bool{}
	for r := Reason(1); r < ReasonCount; r++ {
		s := r.String()
		if s == "" || strings.Contains(s, "reason") || seen[s] {
			t.Errorf("reason %d says %q", r, s)
		}
		seen[s] = true
	}
	err := &NumberError{"020 7946 0123", NumberLandline}
	if got, want := err.Error(), `"020 7946 0123" is a landline; it cannot receive texts`; got != want {
		t.Errorf("Error = %s, want %s", got, want)
	}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "err", err)
	if strings.Contains(b.String(), "7946") {
		t.Errorf("the number is in the log: %s", b.String())
	}
	if got := (&NumberError{strings.Repeat("é", 1000), NumberLetters}).Error(); len(got) > 200 {
		t.Errorf("a long input makes an error of %d bytes", len(got))
	}
}

// TestBritishAgreesWithLibrary compares our reading of +44 with the library's:
// the same E.164, and no range that it knows to be mobile refused or the
// other way round.
func TestBritishAgreesWithLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		input := britishNumbers().Draw(t, "input")
		p, err := phonenumbers.Parse(input, "GB")
		if err != nil {
			t.Fatalf("the library cannot read %q: %v", input, err)
		}
		got, refusal := ParseMSISDN(input, "GB")
		if want := phonenumbers.Format(p, phonenumbers.E164); string(got) != want {
			t.Fatalf("ParseMSISDN(%q) = %q, %v; the library says %q", input, got, refusal, want)
		}
		var reason Reason
		if e := (*NumberError)(nil); errors.As(refusal, &e) {
			reason = e.Reason
		}
		want := map[phonenumbers.PhoneNumberType]Reason{
			phonenumbers.MOBILE: 0, phonenumbers.FIXED_LINE: NumberLandline,
			phonenumbers.PERSONAL_NUMBER: NumberPersonal, phonenumbers.PAGER: NumberNotMobile,
		}
		if r, ok := want[phonenumbers.GetNumberType(p)]; ok && r != reason {
			t.Fatalf("ParseMSISDN(%q): %v, the library has type %v", input, refusal, phonenumbers.GetNumberType(p))
		}
		if slow, err := ParseMSISDN("\u202A"+input, "GB"); slow != got || (err == nil) != (refusal == nil) {
			t.Fatalf("ParseMSISDN(%q) = %q, wrapped in marks %q", input, got, slow)
		}
	})
}

// britishNumbers draws whole numbers of +44 in every usual spelling.
func britishNumbers() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		area := rapid.SampledFrom([]string{"7700900", "7", "70", "76", "7624", "77", "79", "113", "20", "1632"}).Draw(t, "area")
		nsn := area + fmt.Sprintf("%010d", rapid.Uint32().Draw(t, "rest"))[:10-len(area)]
		front := rapid.SampledFrom([]string{"+44", "0044", "44", "+44(0)", "+44 (0) ", "+440", "0", ""}).Draw(t, "front")
		gap := rapid.SampledFrom([]string{"", " ", "-", ".", "\u00A0"}).Draw(t, "gap")
		cut := rapid.IntRange(1, 9).Draw(t, "cut")
		if gap == "." {
			cut = min(cut, 8) // ".0" at the end is a spreadsheet's, not a person's
		}
		return front + nsn[:cut] + gap + nsn[cut:]
	})
}

func FuzzParseMSISDN(f *testing.F) {
	for _, s := range []string{"07700 900123", "+44 (0)7700-900123", "0033612345678", "4.48E+11", "020 7946 0123 ext 4", "tel:+1-202-555-0123", "٠٧٧٠٠", "60777", "(0)", "+++"} {
		f.Add(s, "GB")
	}
	f.Add("06 12 34 56 78", "FR")
	f.Add("447700900123", "")
	f.Add("12345", "NO")
	f.Fuzz(func(t *testing.T, input, home string) {
		n, err := ParseMSISDN(input, home)
		var e *NumberError
		if err != nil && (!errors.As(err, &e) || e.Reason == 0 || e.Reason >= ReasonCount || e.Reason.WellFormed() != (n != "")) {
			t.Fatalf("ParseMSISDN(%q, %q) = %q, %v", input, home, n, err)
		}
		if n == "" {
			if err == nil {
				t.Fatalf("ParseMSISDN(%q, %q): neither number nor error", input, home)
			}
			return
		}
		if len(n) < 6 || len(n) > 16 || n[0] != '+' || n[1] == '0' || strings.Trim(n.Digits(), "0123456789") != "" {
			t.Fatalf("ParseMSISDN(%q, %q) = %q", input, home, n)
		}
		again, err2 := ParseMSISDN(string(n), home)
		if again != n || (err == nil) != (err2 == nil) {
			t.Fatalf("ParseMSISDN(%q, %q) = %q, %v; once more %q, %v", input, home, n, err, again, err2)
		}
		// What we show is read back as the same number.
		if back, _ := ParseMSISDN(n.Display(""), ""); back != n {
			t.Fatalf("%s is shown as %q, which reads as %q", n, n.Display(""), back)
		}
	})
}

func BenchmarkParseMSISDN(b *testing.B) {
	for _, input := range []string{"07700 900123", "+447700900123", "07700\u00A0900123", "+33 6 12 34 56 78"} {
		b.Run(input, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseMSISDN(input, "GB"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
