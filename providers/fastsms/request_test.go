package fastsms_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"textdesk/providers"
	"textdesk/providers/fastsms"
	"textdesk/providers/fastsms/fastsmstest"
	"textdesk/providers/providertest"
	"textdesk/sms"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk opens the provider against a service behind a recording upstream.
func desk(t testing.TB, service *fastsmstest.Service) (providers.Provider, *providertest.Upstream) {
	t.Helper()
	up := providertest.NewUpstream(t, service)
	client := providers.NewHTTPClient(4)
	t.Cleanup(client.CloseIdleConnections)
	p, err := fastsms.Type().Open(providers.Settings{"url": up.URL, "token": token}, client)
	if err != nil {
		t.Fatal(err)
	}
	return p, up
}

func last(up *providertest.Upstream) url.Values {
	all := up.Requests()
	return all[len(all)-1].Form()
}

func TestRequest(t *testing.T) {
	p, up := desk(t, fastsmstest.New(token))
	for name, c := range map[string]struct {
		s    providers.Submission
		want url.Values
	}{
		"least": {providers.Submission{To: "+447700900123", Body: "Hi", Parts: 1},
			url.Values{"Body": {"Hi"}}},
		"name": {providers.Submission{To: "+447700900123", Sender: "St. Ann & Co", TON: sms.TONAlphanumeric, Body: "a+b\n£", Parts: 1, Validity: time.Hour},
			url.Values{"Body": {"a+b\n£"}, "SourceAddress": {"St. Ann & Co"}, "SourceTON": {"5"}, "ValidityPeriod": {"3600"}}},
		"number": {providers.Submission{To: "+447700900123", Sender: "+447700900999", TON: sms.TONInternational, Body: "Hi", Parts: 1, Validity: 100 * time.Hour},
			url.Values{"Body": {"Hi"}, "SourceAddress": {"447700900999"}, "SourceTON": {"1"}, "ValidityPeriod": {"86400"}}},
		"short code": {providers.Submission{To: "+447700900123", Sender: "60777", TON: sms.TONNational, Body: "Hi", Parts: 1, Validity: 1500 * time.Millisecond},
			url.Values{"Body": {"Hi"}, "SourceAddress": {"60777"}, "ValidityPeriod": {"2"}}},
		"parts": {providers.Submission{To: "+447700900123", Body: strings.Repeat("x", 200), Parts: 2},
			url.Values{"Body": {strings.Repeat("x", 200)}, "GetAllMessageIDs": {"1"}}},
	} {
		if _, err := p.Send(t.Context(), c.s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		c.want.Set("Action", "Send")
		c.want.Set("Token", token)
		c.want.Set("DestinationAddress", "447700900123")
		if got := last(up); got.Encode() != c.want.Encode() {
			t.Errorf("%s: asked for %v, want %v", name, got, c.want)
		}
	}
	for _, r := range up.Requests() {
		if r.Method != "POST" || r.URL.RawQuery != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
	}
}

func TestBatchRequest(t *testing.T) {
	service := fastsmstest.New(token)
	service.SetCredits(2)
	p, up := desk(t, service)
	batch := make([]providers.Submission, 3)
	for i, to := range []sms.MSISDN{"+447700900111", "+447700900112", "+447700900113"} {
		batch[i] = providers.Submission{To: to, Sender: "Desk", Body: "Hi", Parts: 1}
	}
	out, err := p.(providers.BatchSender).SendBatch(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	if got := last(up).Get("DestinationAddress"); got != "447700900111,447700900112,447700900113" {
		t.Errorf("asked for %q", got)
	}
	if out[0].Err != nil || out[1].Err != nil || providers.AsError(out[2].Err).Kind != providers.NoCredit {
		t.Errorf("outcomes are %+v; want the credits to end with the third", out)
	}

	batch[2].Body = "Ho"
	if _, err = p.(providers.BatchSender).SendBatch(t.Context(), batch); providers.AsError(err).Kind != providers.Rejected || err == nil {
		t.Errorf("different bodies: %v", err)
	}
	if n := len(up.Requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestScheduleIsLondonTime(t *testing.T) {
	p, up := desk(t, fastsmstest.New(token))
	s := providers.Submission{To: "+447700900123", Body: "Hi", Parts: 1}
	for at, want := range map[string]string{
		"2026-01-15T12:00:00Z":      "20260115120000",
		"2026-07-15T12:00:00Z":      "20260715130000",
		"2026-07-15T12:00:00+02:00": "20260715110000",
		"2026-03-29T00:59:59Z":      "20260329005959", // summer time begins
		"2026-03-29T01:00:00Z":      "20260329020000",
		"2026-10-24T23:59:59Z":      "20261025005959", // summer time ends
		"2026-10-25T00:00:00Z":      "",
		"2026-10-25T00:59:59Z":      "",
		"2026-10-25T01:00:00Z":      "",
		"2026-10-25T01:59:59Z":      "",
		"2026-10-25T02:00:00Z":      "20261025020000",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		before := len(up.Requests())
		_, err = p.(providers.Scheduler).SendAt(t.Context(), s, instant)
		if want == "" {
			if err == nil || !providers.AsError(err).Kind.NotSent() || len(up.Requests()) != before {
				t.Errorf("%s: %v; want it refused and not sent", at, err)
			}
			continue
		}
		if got := last(up).Get("ScheduleDate"); err != nil || got != want {
			t.Errorf("%s: asked for %s, %v; want %s", at, got, err, want)
		}
	}
}

func TestPollKeepsWhatItLearned(t *testing.T) {
	service := fastsmstest.New(token)
	p, up := desk(t, service)
	var refs []string
	for range 3 {
		a, err := p.Send(t.Context(), providers.Submission{To: "+447700900123", Body: "Hi", Parts: 1})
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, a.References[0])
	}
	service.SetStatus(refs[0], "Delivered")
	service.SetStatus(refs[1], "Buffered")
	up.Next(providertest.Serve(0), providertest.Serve(0), providertest.Reset())
	got, err := p.(providers.StatusPoller).PollStatus(t.Context(), refs)
	if err == nil || len(got) != 2 || got[0].Status != sms.Delivered || got[1].Status != sms.Sent || got[1].Text != "Buffered" {
		t.Errorf("PollStatus = %+v, %v", got, err)
	}
}

func TestCancelAnswers(t *testing.T) {
	p, up := desk(t, fastsmstest.New(token))
	c := p.(providers.Canceller)
	for answer, kind := range map[string]providers.Kind{
		"-503": providers.Rejected, "-501": providers.Unauthorised, "-502": providers.Rejected,
		"": providers.Ambiguous, "0": providers.Ambiguous, "<html>": providers.Ambiguous,
	} {
		up.Next(providertest.Say(providertest.Answer{Body: answer}))
		if err := c.Cancel(t.Context(), "12345678"); err == nil || providers.AsError(err).Kind != kind {
			t.Errorf("%q: %v, want %v", answer, err, kind)
		}
	}
	for _, answer := range []string{"1", "1\n", "12345678"} {
		up.Next(providertest.Say(providertest.Answer{Body: answer}))
		if err := c.Cancel(t.Context(), "12345678"); err != nil {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

func TestStatusCodes(t *testing.T) {
	p, up := desk(t, fastsmstest.New(token))
	for _, c := range []struct {
		answer providertest.Answer
		kind   providers.Kind
		wait   time.Duration
	}{
		{providertest.Answer{Status: 429, Header: map[string][]string{"Retry-After": {"3"}}}, providers.Throttled, 3 * time.Second},
		{providertest.Answer{Status: 301, Header: map[string][]string{"Location": {"https://other/"}}}, providers.Ambiguous, 0},
		{providertest.Answer{Status: 403, Body: "-401"}, providers.Ambiguous, 0},
		{providertest.Answer{Status: 201, Body: "12345678"}, providers.Ambiguous, 0},
		{providertest.Answer{Status: 503, Body: "-401"}, providers.Ambiguous, 0},
	} {
		up.Next(providertest.Say(c.answer))
		_, err := p.Send(t.Context(), providers.Submission{To: "+447700900123", Body: "Hi", Parts: 1})
		if e := providers.AsError(err); err == nil || e.Kind != c.kind || e.RetryAfter != c.wait {
			t.Errorf("%+v: %v", c.answer, err)
		}
	}
}

func TestOpenRefusesNonsense(t *testing.T) {
	for _, s := range []providers.Settings{{}, {"url": "https://example.com"}, {"token": "x"}, {"url": "::", "token": "x"}} {
		if _, err := fastsms.Type().Open(s, nil); err == nil {
			t.Errorf("%v was opened", s)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	up := providertest.NewUpstream(b, fastsmstest.New(token))
	client := providers.NewHTTPClient(64)
	b.Cleanup(client.CloseIdleConnections)
	p, err := fastsms.Type().Open(providers.Settings{"url": up.URL, "token": token}, client)
	if err != nil {
		b.Fatal(err)
	}
	s := providers.Submission{To: "+447700900123", Sender: "Desk", TON: sms.TONAlphanumeric, Body: "Your appointment is tomorrow at 9:30.", Parts: 1}
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := p.Send(b.Context(), s); err != nil {
				b.Error(err)
			}
		}
	})
}
