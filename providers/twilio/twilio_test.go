package twilio

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"textdesk/providers"
	"textdesk/providers/providertest"
	"textdesk/providers/twilio/twiliotest"
	"textdesk/sms"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	token   = "t0ken&+%secret"
	address = "https://intranet.example/sms/callbacks/Twilio/k7wq-3mfn"
	sid     = "SM00000000000000000000000000000001"
)

func posted(form url.Values) providers.Callback {
	return providers.Callback{Method: "POST", Body: []byte(form.Encode()), ReceivedAt: time.Now(), URL: address, Origin: "https://intranet.example/sms",
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=UTF-8"}, "X-Twilio-Signature": {twiliotest.Sign(token, address, form)}}}
}

func report(status, code string) url.Values {
	return url.Values{"MessageSid": {sid}, "AccountSid": {account}, "MessageStatus": {status}, "ErrorCode": {code}, "To": {"+447700900123"}, "From": {"+447700900999"}}
}

func reply() url.Values {
	return url.Values{"MessageSid": {sid}, "AccountSid": {account}, "From": {"+447700900123"}, "To": {"+447700900999"}, "Body": {"Ünï & 😀\n日本"}, "NumMedia": {"0"}}
}

func TestConformance(t *testing.T) {
	refused := func(status, code int) providertest.Answer {
		return providertest.Answer{Status: status, ContentType: "application/json", Body: twiliotest.Refusal(status, code)}
	}
	providertest.Run(t, providertest.Dialect{
		Type:             Type(),
		Settings:         providers.Settings{"account": account, "token": token, "callback": address},
		Service:          twiliotest.New(account, token),
		Texts:            texts,
		Refused:          &providertest.Trigger{Answer: refused(400, 21211), Code: "21211"},
		BadCredentials:   &providertest.Trigger{Answer: refused(401, 20003), Code: "20003"},
		Throttled:        &providertest.Trigger{Answer: refused(429, 20429), Code: "429"},
		UnknownReference: "SMffffffffffffffffffffffffffffffff",
		Callbacks:        []providertest.Posted{{Callback: posted(report("delivered", "")), Receipts: 1}, {Callback: posted(reply()), Inbound: 1}},
	})
}

func texts(r providertest.Request) []providertest.Text {
	if r.Method != "POST" || !strings.HasSuffix(r.URL.Path, "/2010-04-01/Accounts/"+account+"/Messages.json") || !strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
		return nil
	}
	f := r.Form()
	return []providertest.Text{{To: strings.TrimPrefix(f.Get("To"), "+"), Body: f.Get("Body")}}
}

func opened(t testing.TB, url string) *provider {
	t.Helper()
	client := providers.NewHTTPClient(1)
	t.Cleanup(client.CloseIdleConnections)
	p, err := open(providers.Settings{"url": url, "account": account, "token": token, "service": "MG0123456789abcdef0123456789abcdef", "callback": address}, client)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRequests(t *testing.T) {
	var asked url.Values
	service := twiliotest.New(account, token)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		asked = r.PostForm
		service.ServeHTTP(w, r)
	}))
	defer server.Close()
	p := opened(t, server.URL)
	for _, c := range []struct {
		s    providers.Submission
		want string
	}{
		{providers.Submission{To: "+447700900123", Body: "Hi", Validity: time.Hour}, "Body=Hi&MessagingServiceSid=MG0123456789abcdef0123456789abcdef&StatusCallback=X&To=%2B447700900123&ValidityPeriod=3600"},
		{providers.Submission{To: "+447700900123", Body: "Hi", Sender: "447700900999", TON: sms.TONInternational, Validity: 100 * time.Hour}, "Body=Hi&From=%2B447700900999&StatusCallback=X&To=%2B447700900123&ValidityPeriod=36000"},
		{providers.Submission{To: "+447700900123", Body: "Hi", Sender: "SCHOOL", TON: sms.TONAlphanumeric}, "Body=Hi&From=SCHOOL&StatusCallback=X&To=%2B447700900123"},
		{providers.Submission{To: "+447700900123", Body: "Hi", Sender: "60777", TON: sms.TONNational}, "Body=Hi&From=60777&StatusCallback=X&To=%2B447700900123"},
	} {
		if _, err := p.Send(t.Context(), c.s); err != nil {
			t.Error(err)
		}
		if got := asked.Encode(); got != strings.ReplaceAll(c.want, "=X", "="+url.QueryEscape(address)) {
			t.Errorf("it asked for %s, want %s", got, c.want)
		}
	}
	if _, err := p.Send(t.Context(), providers.Submission{To: "+447700900123", Body: strings.Repeat("é", 1601)}); providers.AsError(err).Kind != providers.Rejected {
		t.Errorf("a text that is too long is %v", err)
	}
	service.SetStatus(sid, "undelivered")
	got, err := p.PollStatus(t.Context(), []string{sid})
	if err != nil || len(got) != 1 || got[0].Status != sms.Failed || got[0].Code != "30003" || got[0].Text == "" {
		t.Errorf("%+v, %v", got, err)
	}
	for key, value := range map[string]string{"account": "AC1", "service": "XX", "token": ""} {
		settings := providers.Settings{"url": server.URL, "account": account, "token": token}
		settings[key] = value
		if _, err := open(settings, http.DefaultClient); err == nil {
			t.Errorf("%s=%q opens", key, value)
		}
	}
}

func TestStatesOfTwilio(t *testing.T) {
	p := opened(t, "https://api.twilio.com")
	for word, want := range map[string]sms.Status{"accepted": sms.Submitted, "scheduled": sms.Submitted, "queued": sms.Submitted, "sending": sms.Submitted, "sent": sms.Sent,
		"delivered": sms.Delivered, "read": sms.Delivered, "undelivered": sms.Failed, "failed": sms.Failed, "canceled": sms.Cancelled} {
		got, err := p.ParseCallback(posted(report(word, "30007")))
		if err != nil || len(got.Receipts) != 1 || got.Receipts[0].Status != want || got.Receipts[0].Reference != sid || got.Receipts[0].Code != "30007" {
			t.Errorf("%s is %+v, %v", word, got, err)
		}
	}
	if got, err := p.ParseCallback(posted(report("teleported", ""))); err == nil {
		t.Errorf("an unknown state is %+v", got)
	}
	if got, err := p.ParseCallback(posted(reply())); err != nil || got.Inbound[0].Body != "Ünï & 😀\n日本" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Only what Twilio has signed is believed, at whatever address it thinks we are.
func TestSignatures(t *testing.T) {
	p := opened(t, "https://api.twilio.com")
	for _, at := range []string{address, "http://intranet.example/sms/callbacks/Twilio/k7wq-3mfn", "https://intranet.example:443/sms/callbacks/Twilio/k7wq-3mfn"} {
		c := posted(report("delivered", ""))
		c.URL = at
		if _, err := p.ParseCallback(c); err != nil {
			t.Errorf("called at %s: %v", at, err)
		}
	}
	get := providers.Callback{Method: "GET", Query: report("delivered", "").Encode(), Header: http.Header{}}
	get.URL = address + "?" + get.Query
	get.Header.Set("X-Twilio-Signature", twiliotest.Sign(token, get.URL, nil))
	if _, err := p.ParseCallback(get); err != nil {
		t.Errorf("by GET: %v", err)
	}
	for name, spoil := range map[string]func(*providers.Callback){
		"no signature": func(c *providers.Callback) { c.Header.Del("X-Twilio-Signature") },
		"another's": func(c *providers.Callback) {
			c.Header.Set("X-Twilio-Signature", twiliotest.Sign("other", address, report("delivered", "")))
		},
		"no base64":         func(c *providers.Callback) { c.Header.Set("X-Twilio-Signature", "!") },
		"another text":      func(c *providers.Callback) { c.Body = []byte(report("failed", "").Encode()) },
		"another address":   func(c *providers.Callback) { c.URL = "https://elsewhere.example/" },
		"no address":        func(c *providers.Callback) { c.URL = "" },
		"a field more":      func(c *providers.Callback) { c.Body = append(c.Body, "&x=1"...) },
		"query beside form": func(c *providers.Callback) { c.Query, c.URL = "MessageStatus=failed", address+"?MessageStatus=failed" },
		"another account": func(c *providers.Callback) {
			form := report("delivered", "")
			form.Set("AccountSid", "AC1123456789abcdef0123456789abcdef")
			*c = posted(form)
		},
	} {
		c := posted(report("delivered", ""))
		spoil(&c)
		if got, err := p.ParseCallback(c); err == nil {
			t.Errorf("%s: it is believed: %+v", name, got)
		}
	}
}

func FuzzCallback(f *testing.F) {
	p := opened(f, "https://api.twilio.com")
	f.Add("POST", "", []byte(report("delivered", "").Encode()))
	f.Add("GET", reply().Encode(), []byte(nil))
	f.Fuzz(func(t *testing.T, method, query string, body []byte) {
		c := posted(url.Values{})
		c.Method, c.Query, c.Body, c.URL = method, query, body, address+"?"+query
		if got, err := p.ParseCallback(c); err == nil {
			t.Fatalf("believed without a signature: %+v", got)
		}
	})
}
