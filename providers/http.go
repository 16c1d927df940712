package providers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// CallTimeout bounds a whole [Call], waiting for a free connection included.
	CallTimeout = 30 * time.Second
	// AnswerLimit is the largest answer that is read, in bytes. A real one has
	// a few hundred.
	AnswerLimit = 1 << 20

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

// countingConn counts what was written, so that [Call] knows whether anything
// of a request left.
type countingConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countingConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n))
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
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()

	var w watch
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
	r := Response{Status: answer.StatusCode, Header: answer.Header}
	r.Body, err = readAnswer(answer)
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
// the goroutine of the call, so nothing here needs a lock.
type watch struct {
	got   bool
	conn  *countingConn
	start int64
	wrong bool // something left over an earlier connection, or we cannot know
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

// readAnswer reads the whole body, which lets the connection be used again. A
// body past the limit is left unread, and its connection is closed.
func readAnswer(answer *http.Response) ([]byte, error) {
	defer answer.Body.Close()
	if answer.ContentLength > AnswerLimit {
		return nil, tooLong()
	}
	size := 512
	if answer.ContentLength >= 0 {
		size = int(answer.ContentLength) + 1 // room to see the end without growing
	}
	body := make([]byte, 0, size)
	for {
		n, err := answer.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > AnswerLimit:
			return nil, tooLong()
		case err == io.EOF:
			return body, nil
		case err != nil:
			return nil, failure(err, true)
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

func tooLong() *Error {
	return &Error{Kind: Ambiguous, Text: "the provider's answer was far too long to be one"}
}

// failure classifies an error of net/http.
func failure(err error, wrote bool) *Error {
	var (
		dns     *net.DNSError
		op      *net.OpError
		timeout interface{ Timeout() bool }
		late    = errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
			errors.As(err, &timeout) && timeout.Timeout()
	)
	e := &Error{Kind: Ambiguous, Err: cause(err)}
	if wrote {
		switch {
		case errors.Is(err, context.Canceled):
			e.Text = "the call was given up before the provider answered"
		case late:
			e.Text = "the provider did not answer in time"
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &op):
			e.Text = "the connection broke before the provider answered"
		default:
			e.Text = "the provider's answer could not be read"
		}
		return e
	}
	e.Kind = Temporary
	switch {
	case errors.Is(err, context.Canceled):
		e.Text = "the call was given up before anything was sent"
	case errors.As(err, &dns):
		e.Text = "the provider's address was not found"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Text = "the provider refused the connection"
	case isTLS(err):
		e.Text = "the provider's certificate was not accepted"
	case late:
		e.Text = "no connection to the provider in time"
	default:
		e.Text = "no connection to the provider"
	}
	return e
}

func isTLS(err error) bool {
	var (
		verify *tls.CertificateVerificationError
		record tls.RecordHeaderError
		op     *net.OpError
	)
	return errors.As(err, &verify) || errors.As(err, &record) ||
		errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") // a TLS alert
}

// cause picks out of a chain of errors the part that is safe to log. What
// net/http says on top of it may quote the URL (*url.Error) or the answer
// ("malformed HTTP response …").
func cause(err error) error {
	var (
		dns    *net.DNSError
		op     *net.OpError
		errno  syscall.Errno
		record tls.RecordHeaderError
		verify *tls.CertificateVerificationError
		host   x509.HostnameError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &dns):
		return dns
	case errors.As(err, &record):
		return errors.New(record.Msg)
	case errors.As(err, &host):
		return host
	case errors.As(err, &verify):
		return verify
	case errors.As(err, &errno):
		if errors.As(err, &op) {
			return fmt.Errorf("%s %s: %w", op.Op, op.Net, errno)
		}
		return errno
	case errors.As(err, &op):
		return op
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF):
		return io.EOF
	}
	return nil
}

func statusText(status int) string {
	return strconv.Itoa(status) + " " + http.StatusText(status)
}
