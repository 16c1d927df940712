package providers

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	// CallTimeout bounds a whole [Call], waiting for a free connection included.
	CallTimeout = 30 * time.Second
	// AnswerLimit is the largest answer that is read, in bytes. A real one has
	// a few hundred.
	AnswerLimit = 1 << 20
	// ReportLimit is the largest report that is read, in bytes: some hundred
	// thousand lines.
	ReportLimit = 16 << 20

	dialTimeout = 10 * time.Second
	headerLimit = 64 << 10
	// idleTimeout is shorter than any usual server's keep-alive time (Apache's
	// five seconds is the shortest), so that a server seldom closes a
	// connection in the instant in which a text is written to it: that text
	// would be in doubt.
	idleTimeout = 4 * time.Second
)

// NewHTTPClient returns the client for one provider with that many requests in
// flight. Connections are kept for reuse, redirects are handed back instead of
// followed, proxies come from the environment alone, TLS is 1.2 or newer.
//
// It speaks HTTP/1.1 only: over HTTP/2 net/http repeats requests on its own
// (GOAWAY, REFUSED_STREAM), and a broken connection would put every request
// on it in doubt at once instead of one.
func NewHTTPClient(concurrency int) *http.Client {
	concurrency = max(concurrency, 1)
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return &countingConn{Conn: c}, nil
			},
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    dialTimeout,
			MaxConnsPerHost:        concurrency,
			MaxIdleConnsPerHost:    concurrency,
			MaxIdleConns:           concurrency,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: headerLimit,
			DisableCompression:     true,
			Protocols:              protocols,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// countingConn counts what was written and read, so that [Call] knows whether
// anything of a request left, and whether an answer came after its question.
type countingConn struct {
	net.Conn
	written, read atomic.Int64
	asking        atomic.Pointer[watch] // of the request that is about to be written
}

func (c *countingConn) Write(b []byte) (int, error) {
	if w := c.asking.Swap(nil); w != nil {
		w.readBefore.Store(c.read.Load())
	}
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n))
	return n, err
}

func (c *countingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// NewRequest makes a request for [Call]. header is shared, not copied: set it
// up once for all requests and leave it alone. body may be nil.
func NewRequest(method string, u *url.URL, header http.Header, body []byte) *http.Request {
	r := &http.Request{
		Method: method, URL: u, Host: u.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if len(body) > 0 {
		r.ContentLength = int64(len(body))
		r.Body = &bytesBody{left: body}
		r.GetBody = func() (io.ReadCloser, error) { return &bytesBody{left: body}, nil }
	}
	return r
}

// bytesBody is a request body in memory.
type bytesBody struct{ left []byte }

func (b *bytesBody) Read(p []byte) (int, error) {
	if len(b.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

func (b *bytesBody) Close() error { return nil }

// Response is a complete answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// RetryAfter is how long the service asks us to wait (RFC 9110 §10.2.3), 0 when
// it does not say or says nonsense, a day at most. A date is measured against
// the answer's own Date, so that no clock of ours matters.
func (r Response) RetryAfter() time.Duration {
	const most = 24 * time.Hour
	v := r.Header.Get("Retry-After")
	if v == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(v); err == nil {
		return time.Duration(min(max(seconds, 0), int(most/time.Second))) * time.Second
	}
	until, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(until.Sub(now), 0), most)
}

// Call performs one HTTP call, exactly once, and says what is certain if it
// fails. Every error is an [*Error] that holds no part of the URL, of the
// request or of the answer, because these carry credentials and texts:
//
//   - Temporary: not one byte of the request left (DNS, connection, TLS, or ctx
//     ended before);
//   - Ambiguous: something left, and no complete answer of at most
//     [AnswerLimit] bytes came within [CallTimeout] and ctx;
//   - Ambiguous too for a status of 500 and above. Then the Response is there
//     as well, for a service that documents what it means by one.
//
// Any other status, also 3xx and 4xx, is for the provider to judge.
//
// net/http repeats a request by itself when a kept connection turns out to be
// dead. Call leaves it that freedom only where nothing was written: a POST
// without an idempotency header. From the others, and from a GET that sends a
// text, it takes the means to rewind.
//
// Knowing what left takes a client of [NewHTTPClient]. With another one,
// whatever goes wrong after a connection was found is Ambiguous.
func Call(ctx context.Context, client *http.Client, req *http.Request) (Response, error) {
	return CallUpTo(ctx, client, req, AnswerLimit)
}

// CallUpTo is a [Call] for an answer of at most limit bytes: a report, a list of
// received texts. A longer one is [ErrTooLong], and its first limit bytes come with
// the error, for a list that can be gone on with.
func CallUpTo(ctx context.Context, client *http.Client, req *http.Request, limit int) (Response, error) {
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()

	w := &watch{}
	trace := httptrace.ClientTrace{GotConn: w.gotConn}
	req = req.WithContext(httptrace.WithClientTrace(ctx, &trace))
	if req.Body == nil && req.Method != http.MethodPost {
		req.Body, req.GetBody = &bytesBody{}, nil // empty, and not to be rewound
	} else if req.Method != http.MethodPost || req.Header["Idempotency-Key"] != nil || req.Header["X-Idempotency-Key"] != nil {
		req.GetBody = nil
	}

	answer, err := client.Do(req)
	if err != nil {
		return Response{}, failure(err, w.wrote())
	}
	if w.stale() {
		w.conn.Close()
		answer.Body.Close()
		return Response{}, &Error{Kind: Ambiguous, Text: "the provider answered before it was asked"}
	}
	r := Response{Status: answer.StatusCode, Header: answer.Header}
	r.Body, err = readAnswer(answer, limit)
	if errors.Is(err, ErrTooLong) {
		return r, err
	}
	if err != nil {
		return Response{}, err
	}
	if r.Status >= 500 {
		return r, &Error{Kind: Ambiguous, Code: strconv.Itoa(r.Status),
			Text: "the provider answered with a fault of its own, " + statusText(r.Status)}
	}
	return r, nil
}

// watch remembers the connection that a request got. net/http calls gotConn in
// the goroutine of the call, so nothing here needs a lock. What was read before
// is the request's own and not the connection's: an answer without a body frees
// its connection, for another request to begin, before we see the answer.
type watch struct {
	got        bool
	conn       *countingConn
	start      int64
	readBefore atomic.Int64 // what the connection had read when the first byte was written
	wrong      bool         // something left over an earlier connection, or we cannot know
}

func (w *watch) gotConn(info httptrace.GotConnInfo) {
	w.wrong = w.wrote()
	w.got = true
	c := info.Conn
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if w.conn, _ = c.(*countingConn); w.conn != nil {
		w.start = w.conn.written.Load()
		w.readBefore.Store(w.conn.read.Load()) // for an answer that comes before the first write
		w.conn.asking.Store(w)
	}
}

// wrote reports whether anything of the request may have left. It is final
// once the transport has returned an error, because that waits for the end of
// the connection's write loop.
func (w *watch) wrote() bool {
	switch {
	case w.wrong:
		return true
	case !w.got:
		return false
	case w.conn == nil:
		return true
	}
	return w.conn.written.Load() != w.start
}

// stale reports that the answer was there before the question: a service that
// answers twice leaves the second answer for the next request on the
// connection, which would then carry another text's reference. It must be asked
// before the answer's body is read.
func (w *watch) stale() bool {
	return w.conn != nil && w.conn.read.Load() == w.readBefore.Load()
}

// readAnswer reads the whole body, which lets the connection be used again. A
// body past the limit is left unread, and its connection is closed.
func readAnswer(answer *http.Response, limit int) ([]byte, error) {
	defer answer.Body.Close()
	size := 512
	if answer.ContentLength >= 0 {
		size = int(min(answer.ContentLength, int64(limit))) + 1 // room to see the end without growing
	}
	body := make([]byte, 0, size)
	for {
		n, err := answer.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > limit:
			return body[:limit], tooLong()
		case err == io.EOF:
			return body, nil
		case answer.ContentLength > int64(limit): // it said so, however much of it came
			if err != nil {
				return body, tooLong()
			}
		case err != nil:
			return nil, failure(err, true)
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

func statusText(status int) string {
	return strconv.Itoa(status) + " " + http.StatusText(status)
}
