package fastsmsapi_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"textdesk/handlers"
)

// goodCalls are one call of each action that goes well, but for ids that are
// not there.
var goodCalls = map[string]url.Values{
	"CheckCredits":       {},
	"CheckMessageStatus": {"MessageID": {"10000001"}},
	"Send": {"DestinationAddress": {"447700900150"}, "SourceAddress": {"API"}, "Body": {"Hello"}, "ScheduleDate": {"20260616000000"}, "SourceTON": {"5"},
		"ValidityPeriod": {"60"}, "GetAllMessageIDs": {"1"}, "GetBGSendID": {"1"}, "ListName": {"Spring trip"}, "GroupName": {"Year 4"}},
	"CancelMessage": {"MessageID": {"10000001"}},
	"Report":        {"ReportType": {"Messages"}, "From": {"20260615000000"}, "To": {"20260615235959"}},
	"CreateUser": {"ChildUsername": {"jo"}, "ChildPassword": {"a long password"}, "AccessLevel": {"Normal"}, "FirstName": {"Jo"}, "LastName": {"Lee"},
		"Email": {"jo@example.org"}, "Telephone": {"020 7946 0000"}, "Credits": {"5"}, "Credit Reminder": {"1"}, "CreditReminder": {"1"}, "Alert": {"1"}},
	"UpdateCredits":     {"ChildUsername": {"sam"}, "Quantity": {"1"}},
	"ImportContactsCSV": {"ContactsCSV": {"Ann,447700900150,ann@example.org,Year 4"}, "IgnoreDupes": {"0"}, "OverwriteDupes": {"1"}},
	"GetAllContacts":    {}, "GetAllGroups": {}, "DeleteAllContacts": {}, "DeleteAllGroups": {},
	"EmptyGroup": {"Group": {"Year 4"}}, "DeleteGroup": {"Group": {"Year 4"}}, "GetBGMessages": {"BGSendID": {"1001"}},
}

// nasty are values that somebody's script may come to send.
var nasty = []string{"", " ", "0", "1", "-1", "00", "9223372036854775808", "1e9", "NaN", "null", "undefined", "\x00", "\xff\xfe", "\u202E", "%", "%zz", "&", "=", ";", "+",
	"a,b", ",", ",,,", "\r\n", "<script>", "' OR 1=1 --", "../../etc/passwd", "List", "Group", "20260230000000", "20260329013000", "20261025013000", "99991231235959",
	strings.Repeat("9", 400), strings.Repeat("x", 4096), strings.Repeat("447700900150,", 300), "😀", "e\u0301"}

// ways are how clients send their parameters.
var ways = map[string]func(url.Values) *http.Request{
	"GET": func(v url.Values) *http.Request { return httptest.NewRequest(http.MethodGet, "/api?"+v.Encode(), nil) },
	"POST": func(v url.Values) *http.Request {
		return post("/api", "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
	},
	"POST in pieces": func(v url.Values) *http.Request {
		r := post("/api", "application/x-www-form-urlencoded", io.NopCloser(strings.NewReader(v.Encode())))
		r.ContentLength, r.TransferEncoding = -1, []string{"chunked"}
		return r
	},
	"multipart": func(v url.Values) *http.Request {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for name, values := range v {
			for _, value := range values {
				_ = m.WriteField(name, value)
			}
		}
		_ = m.Close()
		return post("/api", m.FormDataContentType(), &b)
	},
	"query of a POST": func(v url.Values) *http.Request { return post("/api?"+v.Encode(), "text/xml", nil) },
}

// answered makes a call and checks what holds of every answer. It returns the
// messages that were made, too.
func (w *world) answered(t *testing.T, way string, v url.Values) string {
	t.Helper()
	var last int64
	if m := w.messages(); len(m) > 0 {
		last = m[0].ID
	}
	rec := httptest.NewRecorder()
	w.door.ServeHTTP(rec, ways[way](v))
	answer := rec.Body.String()
	brief := func() string {
		if s := v.Encode(); len(s) > 300 {
			return s[:300] + "…"
		}
		return v.Encode()
	}
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "text/plain; charset=utf-8" || strings.HasPrefix(answer, "-30") {
		t.Errorf("%s %s answered %d %.200q", way, brief(), rec.Code, answer)
	}
	first, _, _ := strings.Cut(answer, "\n")
	refused := strings.HasPrefix(first, "-") && !strings.Contains(first, ",")
	if made := newer(w, last); refused && len(made) > 0 {
		t.Errorf("%s %s was refused with %q and made %d messages", way, brief(), first, len(made))
	}
	return answer
}

// Every parameter of every action, in every way, with values that nobody means:
// never a fault, never an effect that the answer denies.
func TestEveryParameterWithNastyValues(t *testing.T) {
	w := newWorld(t)
	random := rand.New(rand.NewPCG(1, 2))
	names := []string{}
	for way := range ways {
		names = append(names, way)
	}
	n := 0
	for action, good := range goodCalls {
		all := url.Values{"Token": {w.tokens["boss"]}, "Action": {action}, "ShowErrorMessage": {"1"}}
		for name, v := range good {
			all[name] = v
		}
		for name := range all {
			for _, i := range random.Perm(len(nasty))[:12] { // the fuzzer has all of them
				value := nasty[i]
				v := url.Values{}
				for k, old := range all {
					v[k] = old
				}
				switch random.IntN(4) {
				case 0: // beside the good one
					v[name] = []string{value, all.Get(name)}
				case 1:
					v[name] = []string{all.Get(name), value, value}
				case 2: // under a name in another case, which is none of ours
					v[strings.ToLower(name)] = []string{value}
				default:
					v[name] = []string{value}
				}
				w.answered(t, names[random.IntN(len(names))], v)
				n++
			}
			v := url.Values{}
			for k, old := range all {
				if k != name {
					v[k] = old
				}
			}
			w.answered(t, names[random.IntN(len(names))], v) // without it
		}
	}
	if n < 500 {
		t.Errorf("only %d calls were made", n)
	}
	if problems, err := w.CheckBooks(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("the books: %v %v", problems, err)
	}
}

// The same with values that a fuzzer makes up.
func FuzzParameter(f *testing.F) {
	w := newWorld(f)
	var actions, names []string
	for action, good := range goodCalls {
		actions = append(actions, action)
		for name := range good {
			names = append(names, name)
		}
	}
	wayNames := []string{}
	for way := range ways {
		wayNames = append(wayNames, way)
	}
	for i, value := range nasty {
		f.Add(uint8(i), uint8(3*i), uint8(i), value, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, action, name, way uint8, value string, twice bool) {
		w.t = t
		called := actions[int(action)%len(actions)]
		v := url.Values{"Token": {w.tokens["boss"]}, "Action": {called}}
		for k, old := range goodCalls[called] {
			v[k] = old
		}
		of := names[int(name)%len(names)]
		if v[of] = []string{value}; twice {
			v[of] = append(v[of], value)
		}
		w.answered(t, wayNames[int(way)%len(wayNames)], v)
	})
}

// Whoever leaves in the middle of a long report leaves nothing behind: neither
// a goroutine nor a reader of the store.
func TestDownloadDroppedHalfWay(t *testing.T) {
	w := newWorld(t)
	var to strings.Builder
	for i := range 15_000 {
		fmt.Fprintf(&to, "4477%08d,", 10_000_000+i)
	}
	w.call("boss", "Send", text("DestinationAddress", strings.TrimSuffix(to.String(), ","))...)
	server := httptest.NewServer(handlers.New(handlers.Config{Desk: w.Desk, CookieKeys: [2][]byte{make([]byte, 32), make([]byte, 32)}}))
	defer server.Close()
	before := runtime.NumGoroutine()
	for range 20 {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		must(t, err)
		must(t, c.(*net.TCPConn).SetReadBuffer(4<<10))
		_, err = fmt.Fprintf(c, "GET /api?Token=%s&Action=Report&ReportType=Messages&From=20260615000000&To=20260615235959 HTTP/1.1\r\nHost: desk.example\r\n\r\n", w.tokens["boss"])
		must(t, err)
		if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		must(t, c.(*net.TCPConn).SetLinger(0))
		must(t, c.Close())
	}
	for range 2400 {
		if runtime.NumGoroutine() <= before+2 {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	if now := runtime.NumGoroutine(); now > before+2 {
		t.Errorf("%d goroutines are left of %d", now, before)
	}
	// Every reader is free again: more questions than there are readers are
	// answered at once.
	done := make(chan string, 16)
	for range cap(done) {
		go func() { done <- w.call("sam", "CheckCredits") }()
	}
	for range cap(done) {
		select {
		case got := <-done:
			if got != "10.00" {
				t.Errorf("afterwards: %q", got)
			}
		case <-time.After(time.Minute):
			t.Fatal("readers of the store are still taken")
		}
	}
}
