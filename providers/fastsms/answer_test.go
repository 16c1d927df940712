package fastsms

import (
	"slices"
	"strings"
	"testing"

	"textdesk/providers"
	"textdesk/sms"
)

func TestAcceptance(t *testing.T) {
	for answer, want := range map[string][]string{
		"12345678":                       {"12345678"},
		"1":                              {"1"},
		" 12345678\r\n":                  {"12345678"},
		"12345678\nSent":                 {"12345678"},
		"12345678,12345679,12345680":     {"12345678", "12345679", "12345680"},
		"12345678, 12345679":             {"12345678", "12345679"},
		"98765432109876543210":           {"98765432109876543210"},
		"0":                              nil,
		"":                               nil,
		"000":                            nil,
		"-":                              nil,
		"-0":                             nil,
		"--401":                          nil,
		"+12345678":                      nil,
		"12345678.5":                     nil,
		"12345678 OK":                    nil,
		"OK":                             nil,
		"12345678,":                      nil,
		",12345678":                      nil,
		"123456789012345678901":          nil,
		"<html>12345678</html>":          nil,
		"12345678,<br>":                  nil,
		`{"id":12345678}`:                nil,
		"１２３４５６７８":                       nil,
		"12345678\x00":                   nil,
		"12345678," + "-301":             nil,
		"Fatal error: Out of memory\n-1": nil,
	} {
		a, err := acceptance(firstLine([]byte(answer)))
		if !slices.Equal(a.References, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %v, %v; want %v", answer, a.References, err, want)
		}
		if err != nil && providers.AsError(err).Kind != ambiguous {
			t.Errorf("%q: %v, want ambiguous", answer, err)
		}
	}
}

func TestPartsRefused(t *testing.T) {
	for answer, kind := range map[string]providers.Kind{
		"-100,-100":         noCredit,  // nothing went
		"12345678,-100":     ambiguous, // half a text went
		"-100,12345678":     ambiguous,
		"-401,-300":         ambiguous,
		"-401,<b>12</b>,12": ambiguous,
	} {
		if _, err := acceptance(answer); err == nil || providers.AsError(err).Kind != kind {
			t.Errorf("%q: %v, want %v", answer, err, kind)
		}
	}
}

func TestOutcomes(t *testing.T) {
	out, err := outcomes("12345678,-412,-100,nonsense,12345679", 5)
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range map[int]providers.Kind{1: rejected, 2: noCredit, 3: ambiguous} {
		if got := providers.AsError(out[i].Err).Kind; got != kind {
			t.Errorf("outcome %d is %v, want %v", i, got, kind)
		}
	}
	if out[0].Acceptance.References[0] != "12345678" || out[4].Acceptance.References[0] != "12345679" || out[0].Err != nil || out[4].Err != nil {
		t.Errorf("outcomes are %+v", out)
	}
	for _, line := range []string{"", "1", "12345678,12345679", "12345678,12345679,12345680,12345681", "<html>"} {
		if _, err := outcomes(line, 3); err == nil || providers.AsError(err).Kind != ambiguous {
			t.Errorf("%q for three: %v, want ambiguous", line, err)
		}
	}
}

func TestStatusWords(t *testing.T) {
	for word, want := range map[string]sms.Status{
		"Scheduled": sms.Submitted, "Queued": sms.Submitted, "Pending": sms.Submitted, "Unknown": sms.Submitted,
		"Sent": sms.Sent, "SENT": sms.Sent, "Delivered": sms.Delivered, "delivered": sms.Delivered,
		"Undeliverable": sms.Failed, "Failed": sms.Failed, "Rejected": sms.Failed,
		"Expired": sms.Expired, "Cancelled": sms.Cancelled, "Canceled": sms.Cancelled,
		"Buffered": sms.Sent, "En Route": sms.Sent, // not known
	} {
		if got, err := status(word); err != nil || got != want {
			t.Errorf("%s is %v, %v; want %v", word, got, err, want)
		}
	}
	for _, bad := range []string{"", "1", "<b>Sent</b>", "Sent!", "-", " ", strings.Repeat("a", 41), "Zustellung ü"} {
		if got, err := status(bad); err == nil || providers.AsError(err).Kind != ambiguous {
			t.Errorf("%q is %v, %v; want unreadable", bad, got, err)
		}
	}
}

func TestBalance(t *testing.T) {
	for _, ok := range []string{"0", "1204", "1204.50", "-3.50", "0.00"} {
		if got, err := balance(ok); err != nil || got.Amount != ok || got.Unit != "credits" {
			t.Errorf("%s: %+v, %v", ok, got, err)
		}
	}
	for bad, kind := range map[string]providers.Kind{
		"-501": unauthorised, "": ambiguous, "1,204": ambiguous, "12.": ambiguous, ".5": ambiguous, "1.2.3": ambiguous,
		"NaN": ambiguous, "1e9": ambiguous, "<html>": ambiguous, "-": ambiguous, strings.Repeat("9", 31): ambiguous,
	} {
		if got, err := balance(bad); err == nil || providers.AsError(err).Kind != kind {
			t.Errorf("%q: %+v, %v; want %v", bad, got, err, kind)
		}
	}
}

// Whatever comes, an acceptance has ids that could be ours, and a refusal
// stands in the table.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"12345678", "12345678,12345679", "-401\nInvalid Destination Address", "-100,1", "<html>", "\xef\xbb\xbf1", "-999", "Delivered", "12.50", ",,"} {
		f.Add([]byte(s), uint8(2))
	}
	f.Fuzz(func(t *testing.T, body []byte, n uint8) {
		line := firstLine(body)
		certain := func(err error) {
			e := providers.AsError(err)
			if e.Kind.NotSent() && !strings.Contains(line, e.Code) || e.Kind.NotSent() && e.Code == "" || e.Text == "" {
				t.Errorf("%q: %v", body, err)
			}
		}
		a, err := acceptance(line)
		if err != nil {
			certain(err)
		} else if len(a.References) == 0 || slices.ContainsFunc(a.References, func(s string) bool { return !isID(s) }) {
			t.Errorf("%q: accepted as %q", body, a.References)
		}
		out, err := outcomes(line, int(n))
		if err != nil {
			certain(err)
		} else if len(out) != int(n) {
			t.Errorf("%q: %d outcomes for %d", body, len(out), n)
		}
		for _, o := range out {
			if o.Err != nil {
				certain(o.Err)
			} else if len(o.Acceptance.References) != 1 || !isID(o.Acceptance.References[0]) {
				t.Errorf("%q: %+v", body, o)
			}
		}
		if _, err := status(line); err != nil {
			certain(err)
		}
		if _, err := balance(line); err != nil {
			certain(err)
		}
	})
}
