package sms

import (
	"errors"
	"strings"
	"testing"

	"textdesk/sms/gsm"
)

func TestParseSender(t *testing.T) {
	for _, c := range []struct {
		input, home string
		want        Sender
		reply       bool
	}{
		{"07700 900123", "GB", Sender{"447700900123", TONInternational}, true},
		{"+44 (0)7700 900123", "", Sender{"447700900123", TONInternational}, true},
		{"447700900123", "", Sender{"447700900123", TONInternational}, true},
		{"\u202A+447700900123\u202C", "GB", Sender{"447700900123", TONInternational}, true},
		{"0113 496 0000", "GB", Sender{"441134960000", TONInternational}, true}, // a landline with texts
		{"0300 123 4567", "GB", Sender{"443001234567", TONInternational}, true},
		{"60777", "GB", Sender{"60777", TONNational}, true},
		{"123", "GB", Sender{"123", TONNational}, true},
		{"12345678", "GB", Sender{"12345678", TONNational}, true},
		{"8001234", "GB", Sender{"8001234", TONNational}, true},
		{"12345", "NO", Sender{"12345", TONNational}, true},
		{"91234567", "NO", Sender{"4791234567", TONInternational}, true},
		{"Textdesk", "GB", Sender{"Textdesk", TONAlphanumeric}, false},
		{" Town Hall ", "GB", Sender{"Town Hall", TONAlphanumeric}, false},
		{"Café 24/7!!", "GB", Sender{"Café 24/7!!", TONAlphanumeric}, false},
		{"12345678901A", "GB", Sender{}, false},
		{"1234567890A", "GB", Sender{"1234567890A", TONAlphanumeric}, false},
	} {
		got, err := ParseSender(c.input, c.home)
		if got != c.want || (err == nil) != (c.want.Address != "") || got.CanReply() != c.reply {
			t.Errorf("ParseSender(%q, %q) = %+v, %v; want %+v", c.input, c.home, got, err, c.want)
		}
	}
}

func TestParseSenderRefuses(t *testing.T) {
	for _, c := range []struct {
		input string
		want  SenderReason
	}{
		{"", SenderBlank},
		{" \t", SenderBlank},
		{"Town Hall Desk", SenderTooLong},
		{"[Town] Hall", SenderTooLong}, // 11 characters, 13 septets
		{"07700 90012", SenderInvalidNumber},
		{"077009001234", SenderInvalidNumber},
		{"123456789012", SenderInvalidNumber},
		{"12", SenderInvalidNumber},
		{"+12", SenderInvalidNumber},
		{"070 1234 5678", SenderInvalidNumber},
		{"0906 123 4567", SenderInvalidNumber},
		{"4.48E+11", SenderInvalidNumber},
		{"12!", SenderInvalidNumber},
		{"+++", SenderInvalidNumber},
		{"Zoë", SenderNotGSM},
		{"Мэрия", SenderNotGSM},
		{"a\nb", SenderNotGSM},
		{"a\x1bb", SenderNotGSM},
		{"caf\xe9", SenderNotGSM},
		{"👍", SenderNotGSM},
	} {
		got, err := ParseSender(c.input, "GB")
		var e *SenderError
		if !errors.As(err, &e) || e.Reason != c.want || got != (Sender{}) {
			t.Errorf("ParseSender(%q) = %+v, %v; want %v", c.input, got, err, c.want)
		}
	}
	for r := SenderReason(1); r < SenderReasonCount; r++ {
		if s := r.String(); strings.Contains(s, "reason") {
			t.Errorf("reason %d says %q", r, s)
		}
	}
}

func TestSenderDisplay(t *testing.T) {
	for _, c := range []struct {
		s    Sender
		want string
	}{
		{Sender{"447700900123", TONInternational}, "07700 900123"},
		{Sender{"60777", TONNational}, "60777"},
		{Sender{"Town Hall", TONAlphanumeric}, "Town Hall"},
		{Sender{}, ""},
	} {
		if got := c.s.Display("GB"); got != c.want {
			t.Errorf("%+v shows as %q, want %q", c.s, got, c.want)
		}
	}
}

func FuzzParseSender(f *testing.F) {
	for _, s := range []string{"07700 900123", "60777", "Textdesk", "Zoë", "+++", "€€€€€€", "12345678", "a\x1b"} {
		f.Add(s, "GB")
	}
	f.Add("91234567", "NO")
	f.Fuzz(func(t *testing.T, input, home string) {
		s, err := ParseSender(input, home)
		if err != nil {
			var e *SenderError
			if !errors.As(err, &e) || e.Reason == 0 || e.Reason >= SenderReasonCount || s != (Sender{}) {
				t.Fatalf("ParseSender(%q, %q) = %+v, %v", input, home, s, err)
			}
			return
		}
		digits := strings.Trim(s.Address, "0123456789") == ""
		switch s.TON {
		case TONInternational:
			if !digits || len(s.Address) < 5 || len(s.Address) > 15 || s.Address[0] == '0' {
				t.Fatalf("ParseSender(%q, %q) = %+v", input, home, s)
			}
		case TONNational:
			if !digits || len(s.Address) < 3 || len(s.Address) > 8 {
				t.Fatalf("ParseSender(%q, %q) = %+v", input, home, s)
			}
		case TONAlphanumeric:
			if size := gsm.Count(s.Address); digits || size.Units > 11 || size.Alphabet != gsm.GSM7 {
				t.Fatalf("ParseSender(%q, %q) = %+v", input, home, s)
			}
		default:
			t.Fatalf("ParseSender(%q, %q) = %+v", input, home, s)
		}
		s.Display(home)
	})
}

func BenchmarkParseSender(b *testing.B) {
	for _, s := range []string{"Textdesk", "447700900123"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseSender(s, "GB"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
