package forward

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var text = Text{Source: "447700900123", Dest: "447860033456", Body: "Thank you & see you @ 3 + 4 – 50% off? 😀\nJo", ID: 4711,
	Received: time.Date(2026, 6, 3, 10, 4, 5, 0, time.FixedZone("BST", 3600)), Auth: "s3cret/+ &"}

func merged() Text {
	t := text
	t.Merge = &Merge{Name: "Ann Lee", Email: "ann@example.org", MM: [5]string{"Oak", "14:30", "", "Coach B", "ü"}}
	return t
}

// once answers one connection and returns what came over it, byte for byte.
func once(t *testing.T, answer string) (url string, got func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	raw := make(chan string, 1)
	go func() {
		defer l.Close()
		c, err := l.Accept()
		if err != nil {
			raw <- err.Error()
			return
		}
		defer c.Close()
		var b strings.Builder
		req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(c, &b)))
		if err == nil {
			_, err = io.Copy(io.Discard, req.Body)
		}
		if err != nil {
			b.WriteString(err.Error())
		}
		io.WriteString(c, answer)
		raw <- strings.ReplaceAll(b.String(), l.Addr().String(), "HOST")
	}()
	return "http://" + l.Addr().String(), func() string { return <-raw }
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"

var loopback = Allowed{"127.0.0.1"}

// What the receiver gets, byte for byte.
func TestGolden(t *testing.T) {
	const msg = "msg=Thank%20you%20%26%20see%20you%20%40%203%20%2B%204%20%E2%80%93%2050%25%20off%3F%20%F0%9F%98%80%0AJo"
	const six = "source=447700900123&dest=447860033456&" + msg + "&id=4711&receivedts=2026-06-03%2010%3A04%3A05&auth=s3cret%2F%2B%20%26"
	const mm = "&MMName=Ann%20Lee&MMEmail=ann%40example.org&MM1=Oak&MM2=14%3A30&MM3=&MM4=Coach%20B&MM5=%C3%BC"
	stranger := text
	stranger.Merge = &Merge{}
	plain := text
	plain.Auth = ""
	for _, c := range []struct {
		name, path string
		post       bool
		text       Text
		want       string
	}{
		{"get", "/in", false, text, "GET /in?" + six + " HTTP/1.1\r\nHost: HOST\r\nUser-Agent: Textdesk\r\nTextdesk-Hops: 1\r\nConnection: close\r\n\r\n"},
		{"get with a query", "/in.php?desk=7&", false, text, "GET /in.php?desk=7&" + six + " HTTP/1.1\r\nHost: HOST\r\nUser-Agent: Textdesk\r\nTextdesk-Hops: 1\r\nConnection: close\r\n\r\n"},
		{"get, no path", "", false, merged(), "GET /?" + six + mm + " HTTP/1.1\r\nHost: HOST\r\nUser-Agent: Textdesk\r\nTextdesk-Hops: 1\r\nConnection: close\r\n\r\n"},
		{"post", "/in?desk=7", true, text, fmt.Sprintf("POST /in?desk=7 HTTP/1.1\r\nHost: HOST\r\nUser-Agent: Textdesk\r\nContent-Length: %d\r\n"+
			"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nTextdesk-Hops: 1\r\nConnection: close\r\n\r\n%s", len(six), six)},
		{"post with fields of a list", "/in", true, merged(), fmt.Sprintf("POST /in HTTP/1.1\r\nHost: HOST\r\nUser-Agent: Textdesk\r\nContent-Length: %d\r\n"+
			"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nTextdesk-Hops: 1\r\nConnection: close\r\n\r\n%s", len(six+mm), six+mm)},
		{"somebody who is not on the list", "/in", false, stranger, "GET /in?" + six + "&MMName=&MMEmail=&MM1=&MM2=&MM3=&MM4=&MM5= HTTP/1.1\r\nHost: HOST\r\nUser-Agent: Textdesk\r\nTextdesk-Hops: 1\r\nConnection: close\r\n\r\n"},
		{"no auth text", "/in", false, plain, "GET /in?" + strings.TrimSuffix(six, "s3cret%2F%2B%20%26") + " HTTP/1.1\r\nHost: HOST\r\nUser-Agent: Textdesk\r\nTextdesk-Hops: 1\r\nConnection: close\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, got := once(t, ok)
			o := new(Client).Do(t.Context(), Call{URL: url + c.path, Post: c.post, Text: c.text, Hops: 1, Allowed: loopback})
			if !o.Taken() || o.Status != 200 || o.Answer != "OK" {
				t.Errorf("it came to %+v", o)
			}
			if got := got(); got != c.want {
				t.Errorf("the receiver got\n%q, want\n%q", got, c.want)
			}
		})
	}
}

func TestWhatCountsAsTaken(t *testing.T) {
	for status, want := range map[int]string{200: "", 201: "", 204: "", 301: "It answered with 301 Moved Permanently.", 304: "It answered with 304 Not Modified.", 401: "It answered with 401 Unauthorized.",
		404: "It answered with 404 Not Found.", 500: "It answered with 500 Internal Server Error.", 599: "It answered with 599."} {
		url, got := once(t, fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n", status))
		o := new(Client).Do(t.Context(), Call{URL: url, Text: text, Allowed: loopback})
		got()
		if o.Problem != want || o.Status != status {
			t.Errorf("%d came to %+v, want %q", status, o, want)
		}
	}
	// Endless, compressed, binary, and one that repeats what it must not.
	url, got := once(t, "HTTP/1.1 200 OK\r\n\r\n"+strings.Repeat("é", 5000))
	if o := new(Client).Do(t.Context(), Call{URL: url, Text: text, Allowed: loopback}); !o.Taken() || o.Answer != strings.Repeat("é", AnswerKept/2) {
		t.Errorf("a long answer came to %d bytes: %q", len(o.Answer), o.Problem)
	}
	got()
	url, got = once(t, "HTTP/1.1 500 OK\r\n\r\n\xff\x00wrong auth: s3cret/+ & or s3cret%2F%2B%20%26 or s3cret/+ &amp; or s3cret")
	o := new(Client).Do(t.Context(), Call{URL: url, Text: text, Allowed: loopback})
	got()
	if o.Answer != "\ufffd\ufffdwrong auth: (auth) or (auth) or (auth) or (auth)" {
		t.Errorf("the answer is kept as %q", o.Answer)
	}
}

func TestNoAnswer(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	nobody := "http://" + closed.Addr().String()
	closed.Close()
	url, got := once(t, "")
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for at, want := range map[string]string{
		nobody:     "Nothing listens at this host and port.",
		url:        "It hung up without an answer.",
		secure.URL: "Its certificate is not one that this machine trusts for that name.",
		strings.Replace(plain.URL, "http:", "https:", 1): "It does not speak https at this port.",
		"http://no-such-host.invalid/":                   "There is no host of this name.",
		"ftp://127.0.0.1/":                               "The address has to begin with https:// or http://.",
		"http://user:pass@127.0.0.1/":                    "The address must not have a username or a password in it; put it into the auth text.",
		"nonsense":                                       "The address has to begin with https:// or http://.",
		"http://127.0.0.1:0/":                            "The address has a port that there is not.",
	} {
		o := new(Client).Do(t.Context(), Call{URL: at, Text: text, Allowed: loopback})
		if o.Problem != want && !(strings.Contains(at, "invalid") && strings.Contains(o.Problem, "looked up")) {
			t.Errorf("%s came to %q, want %q", at, o.Problem, want)
		}
	}
	got()
}

// One that hangs is given up by the call's own clock, and by its caller.
func TestHangs(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	o := new(Client).Do(ctx, Call{URL: srv.URL, Text: text, Allowed: loopback})
	if o.Problem != "It did not answer within 20 seconds." || o.Took <= 0 {
		t.Errorf("it came to %+v", o)
	}
}

func TestGuardRefuses(t *testing.T) {
	var came atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "[::1]", "127.0.0.2", "[64:ff9b::7f00:1]", "10.0.0.1", "169.254.169.254"} {
		o := new(Client).Do(t.Context(), Call{URL: "http://" + host + ":" + port + "/", Text: text})
		if o.Refused != strings.Trim(host, "[]")+":"+port && o.Refused != host+":"+port || o.Status != 0 || !strings.HasSuffix(o.Problem, "which is not allowed.") {
			t.Errorf("%s came to %+v", host, o)
		}
	}
	for _, host := range []string{"127.1", "2130706433", "0x7f000001", "0177.0.0.1"} { // whatever the system's resolver makes of them
		o := new(Client).Do(t.Context(), Call{URL: "http://" + host + ":" + port + "/", Text: text})
		if o.Taken() || o.Status != 0 {
			t.Errorf("%s came to %+v", host, o)
		}
	}
	if came.Load() != 0 {
		t.Fatalf("%d calls came through", came.Load())
	}
	if o := new(Client).Do(t.Context(), Call{URL: "http://127.0.0.1:" + port, Text: text, Allowed: Allowed{"127.0.0.1:" + port}}); !o.Taken() || came.Load() != 1 {
		t.Errorf("what is allowed came to %+v", o)
	}
}

// names answers for every name with the addresses of a script, one for each
// question, the last of them for all that follow. It speaks just enough DNS.
func names(t *testing.T, script ...string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { pc.Close() })
	go func() {
		buf := make([]byte, 512)
		for asked := 0; ; {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			end := 12
			for buf[end] != 0 {
				end += int(buf[end]) + 1
			}
			question := buf[12 : end+5]
			isA := binary.BigEndian.Uint16(buf[end+1:]) == 1
			answer := append([]byte{}, buf[:2]...)
			answer = append(answer, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0)
			answer = append(answer, question...)
			if isA && n > 12 {
				ip := netip.MustParseAddr(script[min(asked, len(script)-1)]).As4()
				asked++
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
				answer = append(answer, ip[:]...)
			}
			pc.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// A name that leads outside when it is first looked up and inside the second
// time is refused the second time. 127.0.0.2 plays the outside.
func TestRebinding(t *testing.T) {
	var came atomic.Int64
	serve := func(address string) net.Listener {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Skip("this machine has no " + address)
		}
		srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) })}}
		srv.Start()
		t.Cleanup(srv.Close)
		return l
	}
	outside := serve("127.0.0.2:0")
	_, port, _ := net.SplitHostPort(outside.Addr().String())
	serve("127.0.0.1:" + port)
	c := &Client{resolver: names(t, "127.0.0.2", "127.0.0.1"), inside: func(ip netip.Addr) string {
		if ip == netip.MustParseAddr("127.0.0.2") {
			return ""
		}
		return Inside(ip)
	}}
	call := Call{URL: "http://rebind.example:" + port + "/", Text: text}
	if o := c.Do(t.Context(), call); !o.Taken() {
		t.Fatalf("the first time it came to %+v", o)
	}
	if o := c.Do(t.Context(), call); o.Refused != "rebind.example:"+port {
		t.Errorf("the second time it came to %+v", o)
	}
	call.Allowed = Allowed{"rebind.example"}
	if o := c.Do(t.Context(), call); !o.Taken() || came.Load() != 2 {
		t.Errorf("allowed it came to %+v, %d calls came", o, came.Load())
	}
	c.resolver = names(t, "169.254.169.254")
	if o := c.Do(t.Context(), call); o.Refused == "" {
		t.Errorf("an allowed name with a cloud's address came to %+v", o)
	}
}

func TestRedirects(t *testing.T) {
	var hits []string
	var to func(r *http.Request) (int, string)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hits = append(hits, r.Method+" "+r.URL.Path+" "+string(body)+" "+r.Referer())
		status, where := to(r)
		if where != "" {
			w.Header().Set("Location", where)
		}
		w.WriteHeader(status)
	}))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	always := func(status int, where string) func(*http.Request) (int, string) {
		return func(*http.Request) (int, string) { return status, where }
	}
	kept := func(status int, where string) func(r *http.Request) (int, string) {
		return func(r *http.Request) (int, string) {
			if r.URL.Path == "/end" {
				return 200, ""
			}
			if r.URL.RawQuery == "" {
				return status, where
			}
			return status, where + "?" + r.URL.RawQuery
		}
	}
	for _, c := range []struct {
		name    string
		post    bool
		to      func(*http.Request) (int, string)
		problem string
		hits    int
	}{
		{"get, 301 with the text", false, kept(301, "/end"), "", 2},
		{"get, 302 with the text", false, kept(302, "/end"), "", 2},
		{"get, 308 with the text", false, kept(308, "/end"), "", 2},
		{"get, to a page to sign in", false, always(302, "/sign-in"), "It redirects to an address without the text, perhaps a page to sign in. Enter the address that takes it.", 1},
		{"get, to loopback by another name", false, kept(302, "http://localhost:"+port+"/end"), "localhost leads to this machine itself, which is not allowed.", 1},
		{"get, to a cloud's credentials", false, kept(302, "http://169.254.169.254/end"), "169.254.169.254 leads to the address of a cloud's credentials, which is not allowed.", 1},
		{"get, to IPv6 loopback", false, kept(302, "http://[::1]:"+port+"/end"), "::1 leads to this machine itself, which is not allowed.", 1},
		{"get, to a file", false, always(302, "file:///etc/passwd"), "It redirects to something that is not a web page.", 1},
		{"get, to a password", false, kept(302, "http://u:p@127.0.0.1:"+port+"/end"), "It redirects to an address with a password in it.", 1},
		{"get, for ever", false, kept(302, "/again"), "It redirects more than 3 times.", 4},
		{"get, nowhere", false, always(302, ""), "It answered with 302 Found.", 1},
		{"post, 307", true, kept(307, "/end"), "", 2},
		{"post, 308", true, kept(308, "/end"), "", 2},
		{"post, 302", true, kept(302, "/end"), "It redirects with 302, and a POST would arrive there without the text. Enter the address that it redirects to.", 1},
		{"post, 303", true, kept(303, "/end"), "It redirects with 303, and a POST would arrive there without the text. Enter the address that it redirects to.", 1},
		{"post, 307 to loopback by another name", true, kept(307, "http://localhost:"+port+"/end"), "localhost leads to this machine itself, which is not allowed.", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			hits, to = nil, c.to
			o := new(Client).Do(t.Context(), Call{URL: "http://127.0.0.1:" + port + "/start", Post: c.post, Text: text, Allowed: loopback})
			if o.Problem != c.problem || len(hits) != c.hits {
				t.Fatalf("it came to %+v after %q, want %q after %d", o, hits, c.problem, c.hits)
			}
			for _, h := range hits {
				if !strings.HasSuffix(h, " ") {
					t.Errorf("the address before was told: %q", h)
				}
				if c.post && (!strings.HasPrefix(h, "POST ") || !strings.Contains(h, text.encode())) {
					t.Errorf("a POST came as %q", h)
				}
			}
		})
	}
}

// From https to http nothing goes.
func TestDowngrade(t *testing.T) {
	from := &http.Request{URL: mustURL(t, "https://intranet.example/a")}
	to := &http.Request{Method: "GET", URL: mustURL(t, "http://intranet.example/a?"+text.encode()), Header: http.Header{}}
	if err := (Call{Text: text}).follow(to, []*http.Request{from}); err == nil || !strings.Contains(err.Error(), "from https to http") {
		t.Errorf("it came to %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustURL(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u
}
