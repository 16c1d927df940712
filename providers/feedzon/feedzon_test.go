package feedzon

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"textdesk/providers"
	"textdesk/providers/feedzon/feedzontest"
	"textdesk/sms"
)

// The specification's lists, word for word, and what each value is to us.
var bulkSMSList = []struct {
	code, words string
	want        sms.Status
}{
	{"0", "In progress (a normal message submission, with no error encountered so far)", sms.Submitted},
	{"10", "Delivered to network", sms.Sent},
	{"11", "Delivered to mobile", sms.Delivered},
	{"12", "Delivered upstream unacknowledged (assume message is in progress)", sms.Submitted},
	{"22", "Internal fatal error", sms.Failed},
	{"23", "Authentication failure", sms.Failed},
	{"24", "Data validation failed", sms.Failed},
	{"25", "You do not have sufficient credits (with the supported gateway)", sms.Failed},
	{"26", "Upstream credits not available", sms.Failed},
	{"27", "You have exceeded your daily quota", sms.Failed},
	{"28", "Upstream quota exceeded", sms.Failed},
	{"29", "Message sending cancelled", sms.Cancelled},
	{"31", "Message unroutable (probably because of invalid phone number)", sms.Failed},
	{"32", "Blocked (probably because of recipient's request to not receive further messages from you)", sms.Failed},
	{"33", "Failed: censored", sms.Failed},
	{"40", "Status temporarily unavailable", unsure},
	{"50", "Delivery failed - generic failure", sms.Failed},
	{"51", "Delivery to phone failed", sms.Failed},
	{"52", "Delivery to network failed (probably because of invalid phone number)", sms.Failed},
	{"53", "Message expired (probably because recipient's phone turned off for too long)", sms.Expired},
	{"54", "Failed on remote network", sms.Failed},
	{"56", "Failed: remotely censored", sms.Failed},
	{"57", "Failed due to fault on handset (e.g. SIM full)", sms.Failed},
	{"60", "Transient upstream failure (transient)", sms.Submitted},
	{"61", "Upstream status update (transient)", sms.Submitted},
	{"62", "Upstream cancel failed (transient)", sms.Submitted},
	{"63", "Queued for retry after temporary failure delivering (transient)", sms.Submitted},
	{"64", "Queued for retry after temporary failure delivering, due to fault on handset (transient)", sms.Submitted},
	{"70", "Unknown upstream status", unsure},
	{"201", "Maximum batch size exceeded", sms.Failed},
}

var clickatellList = []struct {
	code, words string
	want        sms.Status
}{
	{"001", "Unknown or delayed", unsure},
	{"002", "Undelivered but queued for delivery", sms.Submitted},
	{"003", "Delivered to the upstream gateway or network", sms.Sent},
	{"004", "Confirmation of receipt on the handset of the recipient", sms.Delivered},
	{"005", "There was an error with the message, probably caused by the content of the message itself", sms.Failed},
	{"006", "The message was terminated by a user (stop message command)", sms.Cancelled},
	{"007", "An error occurred delivering the message to the handset", sms.Failed},
	{"008", "Message received by gateway", sms.Submitted},
	{"009", "The routing gateway or network has had an error routing the message", sms.Failed},
	{"010", "Message expired before we were able to deliver it to the upstream gateway", sms.Expired},
	{"011", "Message has been queued at the gateway for delivery at a later time (delayed delivery)", sms.Submitted},
	{"012", "The message cannot be delivered due to a lack of funds in your Clickatell account. Please re-purchase credits", sms.Failed},
	{"014", "The allowable amount for MT (mobile terminated) messaging has been exceeded", sms.Failed},
}

// unsure stands for a value that says nothing.
const unsure = sms.Unknown

func TestEveryStatusValue(t *testing.T) {
	try := func(t *testing.T, gateway, reference, code string, want sms.Status) {
		t.Helper()
		s, known := stateOf(gateway, reference, code)
		if !known || s.code != code && !(gateway == gatewayClickatell && strings.TrimLeft(s.code, "0") == code) {
			t.Fatalf("%s %s is read as %+v", gateway, code, s)
		}
		switch {
		case want == unsure && !s.unsure, want != unsure && (s.unsure || s.status != want):
			t.Errorf("%s %s is %s (unsure: %v), want %s", gateway, code, s.status, s.unsure, want)
		case (s.status == sms.Failed || s.status == sms.Expired || s.status == sms.Cancelled) && s.text == "":
			t.Errorf("%s %s has no words for staff", gateway, code)
		}
	}
	for i, row := range bulkSMSList {
		if bulkSMS[i].code != row.code {
			t.Errorf("row %d of Bulk SMS is %s, want %s", i, bulkSMS[i].code, row.code)
		}
		try(t, gatewayBulkSMS, "112233445566677", row.code, row.want)
		try(t, gatewayEither, "112233445566677", row.code, row.want)
	}
	for i, row := range clickatellList {
		if clickatell[i].code != row.code {
			t.Errorf("row %d of Clickatell is %s, want %s", i, clickatell[i].code, row.code)
		}
		try(t, gatewayClickatell, "a1b2c3", row.code, row.want)
		try(t, gatewayEither, "a1b2c3", row.code, row.want)
		try(t, gatewayEither, "112233", row.code, row.want)
		try(t, gatewayClickatell, "a1b2c3", strings.TrimLeft(row.code, "0"), row.want)
	}
	if len(bulkSMS) != len(bulkSMSList) || len(clickatell) != len(clickatellList) {
		t.Errorf("there are %d and %d rows, want %d and %d", len(bulkSMS), len(clickatell), len(bulkSMSList), len(clickatellList))
	}
	for _, c := range [][3]string{{gatewayBulkSMS, "1", "001"}, {gatewayClickatell, "a", "201"}, {gatewayEither, "1", "999"}, {gatewayEither, "a", "013"}, {gatewayEither, "1", ""}, {gatewayClickatell, "a", ""}} {
		if s, known := stateOf(c[0], c[1], c[2]); known {
			t.Errorf("%q is read as %+v", c, s)
		}
	}
}

func TestEveryErrorCode(t *testing.T) {
	for _, c := range []struct {
		code string
		want providers.Kind
	}{{"-1", providers.Unauthorised}, {"1000", providers.Unauthorised}, {"1010", providers.Rejected}, {"1020", providers.Unauthorised}, {"1030", providers.Ambiguous}, {"1040", providers.Ambiguous}, {"25", providers.Ambiguous}} {
		_, err := acceptance([]byte(`"` + c.code + `"`))
		if e := providers.AsError(err); err == nil || e.Kind != c.want || e.Code != c.code || e.Text == "" {
			t.Errorf("%s is %v, want %s", c.code, err, c.want)
		}
	}
	if len(codes) != 5 {
		t.Errorf("there are %d codes", len(codes))
	}
}

func TestAcceptance(t *testing.T) {
	for answer, want := range map[string]string{
		"\"0\"\n\"112233445566677\"":                      "112233445566677",
		"\"0\"\r\n\"a1b2c3d4e5f60718293a4b5c6d7e8f\"\r\n": "a1b2c3d4e5f60718293a4b5c6d7e8f",
		"\xef\xbb\xbf\"0\"\n\"1\"\n":                      "1",
	} {
		a, err := acceptance([]byte(answer))
		if err != nil || len(a.References) != 1 || a.References[0] != want {
			t.Errorf("%q is %v, %v; want %s", answer, a, err, want)
		}
	}
	for _, answer := range []string{"", "0", `"0"`, "\"0\"\n", "\"0\"\n\"\"", "\"0\"\n1", "\"0\"\n\"1\"\n\"2\"", "\"0\"\n\"1 2\"", "\"0\"\n\"" + strings.Repeat("1", 65) + `"`,
		"<html>", `"0`, `"zero"`, "\"0\", \"1\"", "1030\n\"1\""} {
		if a, err := acceptance([]byte(answer)); err == nil || providers.AsError(err).Kind != providers.Ambiguous {
			t.Errorf("%q is %v, %v; want a doubt", answer, a, err)
		}
	}
}

// The example of the specification, and what is not in it.
func TestMessages(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	const example = `"0"
"8568639", "348274050", "2014.03.06 16:06:36", "447956653152", "Thanks for the appointment confirmation."
"8655866", "349847407", "2014.03.07 14:58:58", "447805864204", "That's fine thank you, Jane"
"8657245", "349890352", "2014.03.07 16:55:02", "447585008339", "Thx 4 reminding me.\n\nWe look forward to seeing you there :)"
`
	in, next, err := messages([]byte(example), "", london)
	if err != nil || len(in) != 3 || next != "8657245" {
		t.Fatalf("%+v, %s, %v", in, next, err)
	}
	if got, want := fmt.Sprintf("%+v", in[2]), fmt.Sprintf("%+v", providers.Inbound{ID: "8657245", InReply: "349890352", From: "+447585008339",
		At: time.Date(2014, 3, 7, 16, 55, 2, 0, time.UTC), Body: "Thx 4 reminding me.\n\nWe look forward to seeing you there :)"}); got != want {
		t.Errorf("the third is %s, want %s", got, want)
	}
	line := func(cursor, text string) string {
		return `"` + cursor + `", "", "2014.06.06 16:06:36", "60777", "` + text + `"`
	}
	for name, c := range map[string]struct{ answer, want, next string }{
		"quotes":                      {line("9", `He said ""no"", twice`), `He said "no", twice`, "9"},
		"a quote that is not doubled": {line("9", `5" pipe", "x`), `5" pipe", "x`, "9"},
		"a raw line break":            {line("9", "one\ntwo"), "one\ntwo", "9"},
		"Latin-1":                     {line("9", "\xa35"), "£5", "9"},
		"emoji":                       {line("9", "😀"), "😀", "9"},
		"empty":                       {line("9", ""), "", "9"},
		"not in order":                {line("10", "later") + "\n" + line("9", "earlier"), "later|earlier", "10"},
		"an older cursor":             {line("3", "again"), "again", "5"},
	} {
		in, next, err := messages([]byte("\"0\"\n"+c.answer), "5", london)
		var got []string
		for _, m := range in {
			got = append(got, m.Body)
			if m.From != "60777" || !m.At.Equal(time.Date(2014, 6, 6, 15, 6, 36, 0, time.UTC)) {
				t.Errorf("%s: %+v", name, m)
			}
		}
		if err != nil || strings.Join(got, "|") != c.want || next != c.next {
			t.Errorf("%s: %q, %s, %v; want %q, %s", name, got, next, err, c.want, c.next)
		}
	}
	for _, bad := range []string{"<html>", "", `"0`, "\"0\"\n<html>", "\"0\"\n\"1\", \"2\", \"yesterday\", \"447\", \"Hi\"", "\"0\"\n\"1\", \"2\", \"2014.03.06 16:06:36\", \"\", \"Hi\"", `"1000"`, `"-1"`} {
		if in, next, err := messages([]byte(bad), "5", london); err == nil || next != "5" {
			t.Errorf("%q is %v, %s, %v", bad, in, next, err)
		}
	}
	if in, next, err := messages([]byte(`"1030"`), "5", london); err != nil || len(in) != 0 || next != "5" {
		t.Errorf("nothing new is %v, %s, %v", in, next, err)
	}
}

func TestRequests(t *testing.T) {
	var asked url.Values
	var path string
	service := feedzontest.New("k&=1")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, path = r.URL.Query(), r.URL.Path
		service.ServeHTTP(w, r)
	}))
	defer server.Close()
	client := providers.NewHTTPClient(1)
	defer client.CloseIdleConnections()
	for _, c := range []struct {
		spelling, replies, sender string
		want                      url.Values
	}{
		{"short", "sender", "", url.Values{"key": {"k&=1"}, "number": {"447956111222"}, "message": {"Hi+£\n"}, "repliable": {"1"}}},
		{"short", "sender", "St. Ann & Co", url.Values{"key": {"k&=1"}, "number": {"447956111222"}, "message": {"Hi+£\n"}, "sender": {"St. Ann & Co"}}},
		{"long", "sender", "+447700900999", url.Values{"ServiceKey": {"k&=1"}, "Number": {"447956111222"}, "Message": {"Hi+£\n"}, "Sender": {"447700900999"}}},
		{"long", "always", "SCHOOL", url.Values{"ServiceKey": {"k&=1"}, "Number": {"447956111222"}, "Message": {"Hi+£\n"}, "Repliable": {"1"}}},
		{"short", "never", "", url.Values{"key": {"k&=1"}, "number": {"447956111222"}, "message": {"Hi+£\n"}, "repliable": {"0"}}},
	} {
		p, err := open(providers.Settings{"url": server.URL + "/sms/1.1/", "key": "k&=1", "spelling": c.spelling, "replies": c.replies}, client)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Send(t.Context(), providers.Submission{To: "+447956111222", Sender: c.sender, Body: "Hi+£\n"}); err != nil {
			t.Error(err)
		}
		if path != "/sms/1.1/SendMessage.fz" || fmt.Sprint(asked) != fmt.Sprint(c.want) {
			t.Errorf("%s %v, want %v", path, asked, c.want)
		}
	}
	for key, value := range map[string]string{"gateway": "nexmo", "replies": "perhaps", "spelling": "new"} {
		if _, err := open(providers.Settings{"url": server.URL, "key": "k", key: value}, client); err == nil {
			t.Errorf("%s=%s opens", key, value)
		}
	}
}

func TestStatusesOverTheWire(t *testing.T) {
	service := feedzontest.New("k")
	server := httptest.NewServer(service)
	defer server.Close()
	client := providers.NewHTTPClient(1)
	defer client.CloseIdleConnections()
	p, err := open(providers.Settings{"url": server.URL, "key": "k"}, client)
	if err != nil {
		t.Fatal(err)
	}
	service.SetStatus("112233", "11")
	service.SetStatus("a1b2", "010")
	service.SetStatus("445566", "70")
	service.SetStatus("778899", "12345")
	got, err := p.PollStatus(t.Context(), []string{"112233", "a1b2", "445566", "778899", "99", "", "a b"})
	if err != nil || len(got) != 2 || got[0].Status != sms.Delivered || got[0].Code != "11" || got[1].Status != sms.Expired || got[1].Text == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

// A provider that answers 50 MB is no reason to hold 50 MB.
func TestAGiantAnswer(t *testing.T) {
	line := []byte("\"1\", \"\", \"2014.03.06 16:06:36\", \"447956653152\", \"" + strings.Repeat("x", 10_000) + "\"\n")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("\"0\"\n"))
		for range 5000 {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	client := providers.NewHTTPClient(1)
	defer client.CloseIdleConnections()
	p, err := open(providers.Settings{"url": server.URL, "key": "k"}, client)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.PollInbound(t.Context(), "7"); !errors.Is(err, providers.ErrTooLong) {
		t.Errorf("it is %v", err)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte("\"0\"\n\"112233445566677\", \"11\""), "5")
	f.Add([]byte("\"0\"\n\"8568639\", \"348274050\", \"2014.03.06 16:06:36\", \"447956653152\", \"a\"\"b\\n\"\n\"x"), "")
	f.Add([]byte("\"1030\""), "8568639")
	f.Fuzz(func(t *testing.T, body []byte, cursor string) {
		if a, err := acceptance(body); err == nil && !isReference(a.References[0]) {
			t.Fatalf("accepted with %q", a.References)
		}
		_, _ = status(body, cursor)
		in, next, err := messages(body, cursor, time.UTC)
		if err != nil && (next != cursor || len(in) > 0) {
			t.Fatalf("an error moves the cursor to %q", next)
		}
		for _, m := range in {
			if !isReference(m.ID) || m.From == "" || m.At.IsZero() || !utf8.ValidString(m.Body) || !utf8.ValidString(string(m.From)) {
				t.Fatalf("%+v", m)
			}
		}
	})
}

// What a door says of a text, our client reads as what it means.
func TestStatusValues(t *testing.T) {
	for _, gateway := range []string{BulkSMS, Clickatell} {
		for _, s := range sms.Statuses() {
			value := StatusValue(gateway, s)
			read, known := stateOf(gateway, "1", value)
			want := s
			switch s {
			case sms.Scheduled, sms.Queued, sms.Submitting:
				want = sms.Submitted // the service has it
			case sms.Suppressed:
				want = sms.Failed
			case sms.InDoubt, sms.Unknown:
				if !read.unsure {
					t.Errorf("%s of %s is %s, which says something", s, gateway, value)
				}
				continue
			}
			if !known || read.unsure || read.status != want {
				t.Errorf("%s of %s is %s, which is read as %s", s, gateway, value, read.status)
			}
		}
		n := 0
		for _, row := range map[string][]state{BulkSMS: bulkSMS, Clickatell: clickatell}[gateway] {
			n += len(row.says)
		}
		if n != int(sms.StatusCount) {
			t.Errorf("%s tells %d states, each of the %d has one value", gateway, n, sms.StatusCount)
		}
	}
}

func TestZone(t *testing.T) {
	service := feedzontest.New("k")
	service.Receive("447700900188", "Hello", "")
	server := httptest.NewServer(service)
	defer server.Close()
	client := providers.NewHTTPClient(1)
	defer client.CloseIdleConnections()
	at := map[string]time.Time{}
	for _, zone := range []string{"", "Europe/London", "Australia/Sydney"} {
		p, err := open(providers.Settings{"url": server.URL, "key": "k", "zone": zone}, client)
		if err != nil {
			t.Fatal(err)
		}
		page, err := p.PollInbound(t.Context(), "")
		if err != nil || len(page.Inbound) != 1 {
			t.Fatalf("%v, %v", page, err)
		}
		at[zone] = page.Inbound[0].At
	}
	if ahead := at[""].Sub(at["Australia/Sydney"]); !at[""].Equal(at["Europe/London"]) || ahead < 9*time.Hour || ahead > 11*time.Hour {
		t.Errorf("the text came at %v", at)
	}
	for _, zone := range []string{"Nowhere/Else", "Local", "../etc/passwd"} {
		if _, err := open(providers.Settings{"url": server.URL, "key": "k", "zone": zone}, client); err == nil {
			t.Errorf("%s is a zone", zone)
		}
	}
}

// An account with more replies than can be held at once is read piece by piece,
// and nothing is left out or comes twice. The last of a piece may be cut anywhere.
func TestAListInPieces(t *testing.T) {
	service := feedzontest.New("k")
	const n = 300
	for i := range n {
		service.Receive("447700900188", fmt.Sprintf("Reply %d\nwith a second line", i), "")
	}
	server := httptest.NewServer(service)
	defer server.Close()
	client := providers.NewHTTPClient(1)
	defer client.CloseIdleConnections()
	p, err := open(providers.Settings{"url": server.URL, "key": "k"}, client)
	if err != nil {
		t.Fatal(err)
	}
	for limit := 400; limit < 500; limit += 7 {
		p.listLimit = limit
		cursor, got, calls := "", 0, 0
		for more := true; more; calls++ {
			page, err := p.PollInbound(t.Context(), cursor)
			if err != nil {
				t.Fatalf("%d bytes at once, after %d texts: %v", limit, got, err)
			}
			for _, in := range page.Inbound {
				if want := fmt.Sprintf("Reply %d\nwith a second line", got); in.Body != want {
					t.Fatalf("%d bytes at once: %q came, want %q", limit, in.Body, want)
				}
				got++
			}
			cursor, more = page.Cursor, page.More
		}
		if got != n || calls < 50 {
			t.Errorf("%d bytes at once: %d texts in %d calls", limit, got, calls)
		}
	}
	p.listLimit = 60 // less than a text
	if _, err := p.PollInbound(t.Context(), ""); !errors.Is(err, providers.ErrTooLong) {
		t.Errorf("with room for none it is %v", err)
	}
}
