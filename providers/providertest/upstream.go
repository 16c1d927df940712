package providertest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Request is one that an Upstream received whole.
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
}

// Form returns the query and the form in the body, together.
func (r Request) Form() url.Values {
	v := r.URL.Query()
	form, _ := url.ParseQuery(string(r.Body))
	for k := range form {
		v[k] = append(v[k], form[k]...)
	}
	return v
}

// Upstream is a loopback HTTP server that plays a step for each request and
// records every request. Requests without a step go to its service.
type Upstream struct {
	URL string

	listener net.Listener
	service  http.Handler
	closed   chan struct{}
	wait     sync.WaitGroup

	mu       sync.Mutex
	conns    map[net.Conn]bool
	steps    []Step
	requests []Request
}

// Step is how an Upstream treats one request.
type Step struct {
	// unread drops the request before it is read.
	unread bool
	// play answers on the raw connection and reports whether to keep it.
	play func(u *Upstream, c net.Conn, r Request) bool
}

// Answer is a complete HTTP answer.
type Answer struct {
	Status      int    // 0 is 200
	ContentType string // "" is text/plain
	Header      http.Header
	Body        string
}

func (a Answer) bytes() []byte {
	status := a.Status
	if status == 0 {
		status = http.StatusOK
	}
	kind := a.ContentType
	if kind == "" {
		kind = "text/plain"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n", status, http.StatusText(status), kind, len(a.Body))
	a.Header.Write(&b)
	b.WriteString("\r\n")
	b.WriteString(a.Body)
	return b.Bytes()
}

// Say answers so.
func Say(a Answer) Step { return Raw(a.bytes(), true) }

// Raw writes those bytes, and then keeps the connection or closes it.
func Raw(b []byte, keep bool) Step {
	return Step{play: func(_ *Upstream, c net.Conn, _ Request) bool {
		_, err := c.Write(b)
		return keep && err == nil
	}}
}

// Serve lets the service answer after a while.
func Serve(after time.Duration) Step {
	return Step{play: func(u *Upstream, c net.Conn, r Request) bool {
		if !u.sleep(after) {
			return false
		}
		_, err := c.Write(u.serve(r))
		return err == nil
	}}
}

// ServeTwice lets the service answer once and writes the answer two times.
func ServeTwice() Step {
	return Step{play: func(u *Upstream, c net.Conn, r Request) bool {
		b := u.serve(r)
		_, err := c.Write(append(b, b...))
		return err == nil
	}}
}

// Echo answers with the request itself, as a fault page may.
func Echo() Step {
	return Step{play: func(_ *Upstream, c net.Conn, r Request) bool {
		_, err := c.Write(Answer{Body: r.URL.String() + "\n" + fmt.Sprint(r.Header) + "\n" + string(r.Body)}.bytes())
		return err == nil
	}}
}

// EchoRaw answers with the request instead of HTTP.
func EchoRaw() Step {
	return Step{play: func(_ *Upstream, c net.Conn, r Request) bool {
		c.Write(append(r.Body, "\r\n\r\n"...))
		return false
	}}
}

// Hang never answers.
func Hang() Step {
	return Step{play: func(u *Upstream, c net.Conn, _ Request) bool {
		io.Copy(io.Discard, c) // until the caller leaves
		return false
	}}
}

// Close takes the request and ends the connection in good order without an answer.
func Close() Step {
	return Step{play: func(*Upstream, net.Conn, Request) bool { return false }}
}

// Reset takes the request and resets the connection.
func Reset() Step {
	return Step{play: func(_ *Upstream, c net.Conn, _ Request) bool {
		reset(c)
		return false
	}}
}

// ResetUnread resets the connection when the first byte of a request is there.
func ResetUnread() Step { return Step{unread: true} }

// Giant answers 10 MB without saying how long the answer is.
func Giant() Step {
	return Step{play: func(_ *Upstream, c net.Conn, _ Request) bool {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
		b := bytes.Repeat([]byte("1"), 64<<10)
		for range 160 {
			if _, err := c.Write(b); err != nil {
				break
			}
		}
		return false
	}}
}

// Drip answers one byte a second.
func Drip() Step {
	return Step{play: func(u *Upstream, c net.Conn, _ Request) bool {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 60\r\n\r\n")
		for range 60 {
			if _, err := io.WriteString(c, "1"); err != nil || !u.sleep(time.Second) {
				break
			}
		}
		return false
	}}
}

// NewUpstream starts an upstream that lives until the test ends.
func NewUpstream(t testing.TB, service http.Handler) *Upstream {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &Upstream{
		URL: "http://" + l.Addr().String() + "/api", listener: l, service: service,
		closed: make(chan struct{}), conns: map[net.Conn]bool{},
	}
	u.wait.Go(u.accept)
	t.Cleanup(u.close)
	return u
}

// Next plays the steps for the next requests, one each.
func (u *Upstream) Next(steps ...Step) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.steps = append(u.steps, steps...)
}

// Requests returns every request that was received whole, in order.
func (u *Upstream) Requests() []Request {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]Request(nil), u.requests...)
}

func (u *Upstream) close() {
	close(u.closed)
	u.listener.Close()
	u.mu.Lock()
	for c := range u.conns {
		c.Close()
	}
	u.mu.Unlock()
	u.wait.Wait()
}

func (u *Upstream) accept() {
	for {
		c, err := u.listener.Accept()
		if err != nil {
			return
		}
		u.mu.Lock()
		u.conns[c] = true
		select {
		case <-u.closed:
			c.Close()
		default:
		}
		u.mu.Unlock()
		u.wait.Go(func() {
			u.connection(c)
			u.mu.Lock()
			delete(u.conns, c)
			u.mu.Unlock()
			c.Close()
		})
	}
}

func (u *Upstream) connection(c net.Conn) {
	br := bufio.NewReader(c)
	for {
		if _, err := br.Peek(1); err != nil {
			return
		}
		step := u.step()
		if step.unread {
			reset(c)
			return
		}
		in, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		body, err := io.ReadAll(in.Body)
		if err != nil {
			return
		}
		r := Request{Method: in.Method, URL: in.URL, Header: in.Header, Body: body}
		u.mu.Lock()
		u.requests = append(u.requests, r)
		u.mu.Unlock()
		if !step.play(u, c, r) {
			return
		}
	}
}

func (u *Upstream) step() Step {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.steps) == 0 {
		return Serve(0)
	}
	s := u.steps[0]
	u.steps = u.steps[1:]
	return s
}

// serve has the service answer, in bytes.
func (u *Upstream) serve(r Request) []byte {
	w := httptest.NewRecorder()
	in := httptest.NewRequest(r.Method, r.URL.String(), bytes.NewReader(r.Body))
	in.Header = r.Header
	u.service.ServeHTTP(w, in)
	return Answer{Status: w.Code, ContentType: w.Header().Get("Content-Type"), Body: w.Body.String()}.bytes()
}

func (u *Upstream) sleep(d time.Duration) bool {
	if d == 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-u.closed:
		return false
	}
}

func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}
