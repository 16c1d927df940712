package providers_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"textdesk/providers"
	"textdesk/providers/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func request(t testing.TB, method, rawURL, body string, header http.Header) *http.Request {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	return providers.NewRequest(method, u, header, []byte(body))
}

func newClient(t testing.TB, concurrency int) *http.Client {
	c := providers.NewHTTPClient(concurrency)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	io.WriteString(w, r.Method+" "+string(body))
})

// A connection that was used before breaks when the next request is on it.
// Whatever the method and the headers, the request must not be seen twice, and
// one that was never sent must not count as in doubt.
func TestNothingIsSentTwice(t *testing.T) {
	for name, broken := range map[string]providertest.Step{
		"closed": providertest.Close(), "reset": providertest.Reset(), "reset unread": providertest.ResetUnread(),
	} {
		for _, method := range []string{"POST", "GET", "PUT"} {
			for _, header := range []http.Header{{}, {"Idempotency-Key": {"7"}}} {
				up := providertest.NewUpstream(t, hello)
				client := newClient(t, 1)
				body := "x"
				if method == "GET" {
					body = ""
				}
				if _, err := providers.Call(t.Context(), client, request(t, method, up.URL, body, header)); err != nil {
					t.Fatal(err)
				}
				up.Next(broken)
				_, err := providers.Call(t.Context(), client, request(t, method, up.URL, body, header))
				if kind := providers.AsError(err).Kind; err == nil || kind != providers.Ambiguous {
					t.Errorf("%s %s %v: error is %v, want ambiguous", name, method, header, err)
				}
				want := 2
				if name == "reset unread" {
					want = 1
				}
				if got := len(up.Requests()); got != want {
					t.Errorf("%s %s %v: the server saw %d requests, want %d", name, method, header, got, want)
				}
			}
		}
	}
}

// A server that closes idle connections is no reason for doubt: either the
// close was noticed in time, or nothing had been written and net/http goes on
// with a new connection.
func TestIdleConnectionClosed(t *testing.T) {
	var conns atomic.Int64
	server := httptest.NewUnstartedServer(hello)
	server.Config.ConnState = func(c net.Conn, st http.ConnState) {
		switch st {
		case http.StateNew:
			conns.Add(1)
		case http.StateIdle:
			c.Close()
		}
	}
	server.Start()
	defer server.Close()
	client := newClient(t, 1)
	for range 5 {
		if _, err := providers.Call(t.Context(), client, request(t, "POST", server.URL, "x", nil)); err != nil {
			t.Error(err)
		}
		time.Sleep(20 * time.Millisecond) // the close is on its way
	}
	if conns.Load() != 5 {
		t.Errorf("%d connections, want 5", conns.Load())
	}
}

// The connection is there, but breaks before the first byte: not sent, so a
// new connection may take over, or the error says that it is safe to try again.
func TestConnectionBreaksBeforeTheFirstByte(t *testing.T) {
	up := providertest.NewUpstream(t, hello)
	client := newClient(t, 1)
	breakNext := true
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if breakNext {
			info.Conn.Close()
		}
		breakNext = false
	}})
	_, err := providers.Call(ctx, client, request(t, "POST", up.URL, "new", nil))
	if err == nil || providers.AsError(err).Kind != providers.Temporary || len(up.Requests()) != 0 {
		t.Errorf("a new connection: %v", err)
	}
	if _, err = providers.Call(ctx, client, request(t, "POST", up.URL, "whole", nil)); err != nil {
		t.Fatal(err)
	}
	breakNext = true
	if _, err = providers.Call(ctx, client, request(t, "POST", up.URL, "kept", nil)); err != nil || len(up.Requests()) != 2 {
		t.Errorf("a kept connection: %v after %d requests", err, len(up.Requests()))
	}
	breakNext = true
	_, err = providers.Call(ctx, client, request(t, "POST", up.URL, "kept", http.Header{"Idempotency-Key": {"7"}}))
	if err == nil || providers.AsError(err).Kind != providers.Temporary || len(up.Requests()) != 2 {
		t.Errorf("a kept connection, nothing to rewind: %v after %d requests", err, len(up.Requests()))
	}
}

// An answer given twice must not become the answer to the next request, which
// waits for the same connection.
func TestAnswerGivenTwice(t *testing.T) {
	up := providertest.NewUpstream(t, hello)
	const callers, each = 8, 40
	for range callers * each {
		up.Next(providertest.ServeTwice())
	}
	client := newClient(t, 1)
	var wg sync.WaitGroup
	var answered atomic.Int64
	for i := range callers {
		wg.Go(func() {
			for j := range each {
				own := strconv.Itoa(i*each + j)
				r, err := providers.Call(t.Context(), client, request(t, "POST", up.URL, own, nil))
				switch {
				case err != nil && providers.AsError(err).Kind != providers.Ambiguous:
					t.Error(err)
				case err == nil && string(r.Body) != "POST "+own:
					t.Errorf("%s got the answer %q", own, r.Body)
				case err == nil:
					answered.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := answered.Load(); n < callers*each/4 {
		t.Errorf("only %d of %d were answered", n, callers*each)
	}
	if n := len(up.Requests()); n > callers*each {
		t.Errorf("the server saw %d requests of %d", n, callers*each)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	var conns atomic.Int64
	server := httptest.NewUnstartedServer(hello)
	server.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			conns.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	const c = 4
	client := newClient(t, c)
	var wg sync.WaitGroup
	for range c {
		wg.Go(func() {
			for range 50 {
				r, err := providers.Call(context.Background(), client, request(t, "POST", server.URL, "x", nil))
				if err != nil || string(r.Body) != "POST x" {
					t.Errorf("%s, %v", r.Body, err)
				}
			}
		})
	}
	wg.Wait()
	if n := conns.Load(); n > c {
		t.Errorf("%d connections for %d at a time", n, c)
	}
}

// Waiting for a free connection counts as not sent.
func TestNoFreeConnection(t *testing.T) {
	up := providertest.NewUpstream(t, hello)
	up.Next(providertest.Hang())
	client := newClient(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := providers.Call(ctx, client, request(t, "POST", up.URL, "first", nil))
		if providers.AsError(err).Kind != providers.Ambiguous {
			t.Errorf("the one that hangs: %v", err)
		}
	})
	for len(up.Requests()) == 0 {
		time.Sleep(time.Millisecond)
	}
	short, end := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer end()
	_, err := providers.Call(short, client, request(t, "POST", up.URL, "second", nil))
	if e := providers.AsError(err); e.Kind != providers.Temporary || !errors.Is(e, context.DeadlineExceeded) {
		t.Errorf("the one that waits: %v", err)
	}
	cancel()
	wg.Wait()
}

func TestRedirectsAreHandedBack(t *testing.T) {
	up := providertest.NewUpstream(t, hello)
	for _, status := range []int{301, 302, 303, 307, 308} {
		up.Next(providertest.Say(providertest.Answer{Status: status, Header: http.Header{"Location": {"/other"}}}))
		r, err := providers.Call(t.Context(), newClient(t, 1), request(t, "POST", up.URL, "x", nil))
		if err != nil || r.Status != status {
			t.Errorf("%d: %d, %v", status, r.Status, err)
		}
	}
	if n := len(up.Requests()); n != 5 {
		t.Errorf("the server saw %d requests, want 5", n)
	}
}

func TestFaultsOfTheServer(t *testing.T) {
	up := providertest.NewUpstream(t, hello)
	for _, status := range []int{500, 502, 503, 599} {
		up.Next(providertest.Say(providertest.Answer{Status: status, Body: "busy", Header: http.Header{"Retry-After": {"7"}}}))
		r, err := providers.Call(t.Context(), newClient(t, 1), request(t, "POST", up.URL, "x", nil))
		if providers.AsError(err).Kind != providers.Ambiguous || r.Status != status || string(r.Body) != "busy" || r.RetryAfter() != 7*time.Second {
			t.Errorf("%d: %+v, %v", status, r, err)
		}
	}
}

func TestAnswerLimit(t *testing.T) {
	exact := strings.Repeat("1", providers.AnswerLimit)
	for name, c := range map[string]struct {
		answer string
		ok     bool
	}{
		"exact, length":    {"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n" + exact, true},
		"exact, no length": {"HTTP/1.1 200 OK\r\n\r\n" + exact, true},
		"over, length":     {"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n" + exact + "1", false},
		"over, no length":  {"HTTP/1.1 200 OK\r\n\r\n" + exact + "1", false},
		"headers":          {"HTTP/1.1 200 OK\r\nX-Long: " + exact + "\r\n\r\n", false},
	} {
		up := providertest.NewUpstream(t, hello)
		up.Next(providertest.Raw([]byte(c.answer), false))
		r, err := providers.Call(t.Context(), newClient(t, 1), request(t, "POST", up.URL, "x", nil))
		if c.ok && (err != nil || len(r.Body) != len(exact)) || !c.ok && providers.AsError(err).Kind != providers.Ambiguous || !c.ok && err == nil {
			t.Errorf("%s: %d bytes, %v", name, len(r.Body), err)
		}
	}
}

// What stands in the URL must not stand in an error.
func TestURLStaysOutOfErrors(t *testing.T) {
	up := providertest.NewUpstream(t, hello)
	up.Next(providertest.Close(), providertest.EchoRaw())
	gone := "http://127.0.0.1:1/"
	for _, base := range []string{up.URL, up.URL, gone, "http://nowhere.invalid/"} {
		u := strings.Replace(base, "http://", "http://user:s3cret@", 1) + "?key=s3cret"
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := providers.Call(ctx, newClient(t, 1), request(t, "POST", u, "s3cret", nil))
		cancel()
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", base, err)
		}
	}
}

// With somebody else's client nothing can be said about what left.
func TestForeignClient(t *testing.T) {
	up := providertest.NewUpstream(t, hello)
	up.Next(providertest.ResetUnread())
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	_, err := providers.Call(t.Context(), client, request(t, "POST", up.URL, "x", nil))
	if err == nil || providers.AsError(err).Kind != providers.Ambiguous {
		t.Errorf("after a connection: %v", err)
	}
	_, err = providers.Call(t.Context(), client, request(t, "POST", "http://127.0.0.1:1/", "x", nil))
	if err == nil || providers.AsError(err).Kind != providers.Temporary {
		t.Errorf("without a connection: %v", err)
	}
	if r, err := providers.Call(t.Context(), client, request(t, "POST", up.URL, "x", nil)); err != nil || r.Status != 200 {
		t.Errorf("on a good day: %v, %v", r, err)
	}
}

func TestRetryAfter(t *testing.T) {
	const now = "Sun, 06 Nov 1994 08:49:37 GMT"
	for v, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"-5":                            0,
		"120":                           2 * time.Minute,
		"99999999":                      24 * time.Hour,
		"99999999999999999999":          0,
		"soon":                          0,
		"Sun, 06 Nov 1994 08:50:37 GMT": time.Minute,
		"Sun, 06 Nov 1994 08:48:37 GMT": 0,
		"Sun, 06 Nov 2094 08:48:37 GMT": 24 * time.Hour,
	} {
		r := providers.Response{Header: http.Header{"Retry-After": {v}, "Date": {now}}}
		if got := r.RetryAfter(); got != want {
			t.Errorf("%q: %v, want %v", v, got, want)
		}
	}
	if got := (providers.Response{Header: http.Header{"Retry-After": {now}}}).RetryAfter(); got != 0 {
		t.Errorf("a date without a Date: %v", got)
	}
}

// BenchmarkCall measures both ends on one machine; bare is net/http without
// anything of ours around it.
func BenchmarkCall(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "12345678")
	}))
	defer server.Close()
	client := newClient(b, 64)
	u, _ := url.Parse(server.URL)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	body := []byte(strings.Repeat("x", 200))
	for name, call := range map[string]func(*http.Request) error{
		"call": func(r *http.Request) error {
			_, err := providers.Call(context.Background(), client, r)
			return err
		},
		"bare": func(r *http.Request) error {
			answer, err := client.Do(r)
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			_, err = io.ReadAll(answer.Body)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := call(providers.NewRequest("POST", u, header, body)); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// An answer without a body frees its connection before the caller sees it; the
// next request on it must not be taken for an answer that came too soon.
func TestAnswersWithoutABody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	defer server.Close()
	client := providers.NewHTTPClient(2)
	defer client.CloseIdleConnections()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	for range 16 {
		work.Go(func() {
			for range 150 {
				if _, err := providers.Call(t.Context(), client, providers.NewRequest(http.MethodPost, u, http.Header{}, []byte("a"))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
}
