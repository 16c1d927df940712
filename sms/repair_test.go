package sms

import "testing"

func TestLostZero(t *testing.T) {
	for _, c := range []struct {
		input, home string
		lost        bool
	}{
		{"7700900123", "GB", true}, {"7700 900 123", "GB", true}, {"7700900123.0", "GB", true},
		{"07700900123", "GB", false}, {"447700900123", "GB", false}, {"+447700900123", "GB", false}, {"+44 7700 900123", "GB", false},
		{"00447700900123", "GB", false}, {"+33612345678", "GB", false}, {"612345678", "FR", true}, {"0612345678", "FR", false},
		{"612345678", "ES", false}, // Spain has no 0 to lose
	} {
		n, err := ParseMSISDN(c.input, c.home)
		if err != nil {
			t.Fatal(err)
		}
		if got := LostZero(c.input, n, c.home); got != c.lost {
			t.Errorf("LostZero(%q, %s, %s) = %v", c.input, n, c.home, got)
		}
	}
}

func TestWrittenOut(t *testing.T) {
	for input, want := range map[string]string{"4.47700900123E+11": "447700900123", "4,47700900123e11": "447700900123", "7.700900123E+09": "7700900123",
		"4.48E+11": "", "4.477009E+11": "", "447700900123": "", "44.7700900123E+10": "", "E+11": "", "": ""} {
		got, ok := WrittenOut(input)
		if got != want || ok != (want != "") {
			t.Errorf("WrittenOut(%q) = %q, %v", input, got, ok)
		}
	}
}

func TestLenientMSISDN(t *testing.T) {
	for input, want := range map[string]MSISDN{
		"447777777771": "+447777777771", "07700 900123": "+447700900123", "0123456": "+44123456", "01632 960001": "+441632960001",
		"1234567": "+1234567", "00337654321": "+337654321", "mynumber": "", "": "", "123456": "", "1234567890123456789": "", "4.48E+11": "", "0000000": "",
	} {
		got, err := LenientMSISDN(input, "GB")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("LenientMSISDN(%q) = %q, %v; want %q", input, got, err, want)
		}
	}
}

func FuzzRepair(f *testing.F) {
	for _, s := range []string{"7700900123", "4.47700900123E+11", "+44 (0)7700-900123", "0044", "٠٧٧٠٠٩٠٠١٢٣", "1e9"} {
		f.Add(s, "GB")
	}
	f.Fuzz(func(t *testing.T, input, home string) {
		if len(input) > 200 {
			return
		}
		n, err := LenientMSISDN(input, home)
		if (err == nil) != (n != "") || len(n) > 16 || n != "" && (n[0] != '+' || n[1] == '0') {
			t.Errorf("LenientMSISDN(%q, %q) = %q, %v", input, home, n, err)
		}
		for _, c := range n[min(1, len(n)):] {
			if c < '0' || c > '9' {
				t.Errorf("LenientMSISDN(%q) = %q", input, n)
			}
		}
		if strict, err := ParseMSISDN(input, home); err == nil && strict != n {
			t.Errorf("%q is %q, and leniently %q", input, strict, n)
		}
		LostZero(input, n, home)
		WrittenOut(input)
	})
}
