package forward

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
)

const (
	// CallTimeout bounds a whole call: finding the host, connecting, the
	// redirects, and what is read of the answer.
	CallTimeout = 20 * time.Second
	// AnswerKept is how much of an answer is read, in bytes.
	AnswerKept = 4096

	dialTimeout = 10 * time.Second
	headerLimit = 64 << 10
	// maxRedirects is how many redirects are followed.
	maxRedirects = 3
	// HopsHeader counts the desks that a text has come through.
	HopsHeader = "Textdesk-Hops"
)

// Call is one text for one address.
type Call struct {
	URL     string
	Post    bool // else with GET
	Text    Text
	Hops    int // desks that it has come through, this one included
	Allowed Allowed
}

// Outcome is what came of a call.
type Outcome struct {
	// Status is the answer's, 0 without one.
	Status int
	// Answer is its beginning, at most [AnswerKept] bytes of valid text, with
	// the auth text taken out.
	Answer string
	Took   time.Duration
	// Problem is why the text does not count as handed on, a sentence; "" when
	// it was taken.
	Problem string
	// Refused is the host and port that the guard did not let the call out to, as
	// an administrator would have to allow them; "" when it was let out.
	Refused string
}

// Taken reports whether the receiver has the text: it answered with a status
// from 200 to 299.
func (o Outcome) Taken() bool { return o.Problem == "" }

// Client makes calls. The zero Client is ready.
type Client struct {
	resolver *net.Resolver           // nil is the system's; for tests
	inside   func(netip.Addr) string // nil is Inside; for tests
}

// Do makes a call, once. It always says what came of it, in words that hold no
// part of the address, the text or the auth text.
//
// A GET is followed through up to three redirects, as long as the text goes
// along: an address that answers with a page to sign in would otherwise look as
// if it had taken it. A POST is followed where the redirect says that it stays
// one (307, 308), and not where it would arrive as a GET without the text (301,
// 302, 303). Nothing goes from https to http. Every address that a redirect
// leads to is judged like the first, when the connection is made.
func (c *Client) Do(ctx context.Context, call Call) Outcome {
	start := time.Now()
	o := c.do(ctx, call)
	o.Took = time.Since(start)
	return o
}

func (c *Client) do(ctx context.Context, call Call) Outcome {
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	req, err := call.request(ctx)
	if err != nil {
		return Outcome{Problem: upper(err.Error()) + "."}
	}
	res, err := c.client(call).Do(req)
	if err != nil {
		o := failed(err)
		if res != nil { // a redirect that was not followed
			o.Status = res.StatusCode
		}
		return o
	}
	defer res.Body.Close()
	// The status decides. What comes after it is for people to look at, and an
	// answer that never ends has taken the text all the same.
	body, _ := io.ReadAll(io.LimitReader(res.Body, AnswerKept))
	o := Outcome{Status: res.StatusCode, Answer: call.readable(body)}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		o.Problem = "It answered with " + strings.TrimSpace(strconv.Itoa(res.StatusCode)+" "+http.StatusText(res.StatusCode)) + "."
	}
	return o
}

func (call Call) request(ctx context.Context) (*http.Request, error) {
	u, err := ReadURL(call.URL)
	if err != nil {
		return nil, err
	}
	var req *http.Request
	if call.Post {
		req, err = http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(call.Text.encode()))
	} else {
		u.RawQuery = strings.TrimSuffix(u.RawQuery, "&")
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += call.Text.encode()
		req, err = http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	}
	if err != nil {
		return nil, errors.New("this is not a web address")
	}
	if call.Post {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	req.Header.Set("User-Agent", "Textdesk")
	req.Header.Set(HopsHeader, strconv.Itoa(call.Hops))
	return req, nil
}

// client is one for a single call: a connection that is kept would not be
// judged again. No proxy is asked, because it would look up the address itself.
func (c *Client) client(call Call) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            c.dial(call.Allowed),
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    dialTimeout,
			MaxResponseHeaderBytes: headerLimit,
			DisableCompression:     true,
			DisableKeepAlives:      true,
			Protocols:              protocols,
		},
		CheckRedirect: call.follow,
	}
}

// dial connects to a host that is outside or allowed. What is judged is the
// address to which the connection is about to be made, after the name was looked
// up: a name that leads elsewhere the second time it is looked up gains nothing.
func (c *Client) dial(allowed Allowed) func(context.Context, string, string) (net.Conn, error) {
	inside := c.inside
	if inside == nil {
		inside = Inside
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		dialer := &net.Dialer{Timeout: dialTimeout, Resolver: c.resolver,
			ControlContext: func(_ context.Context, network, resolved string, _ syscall.RawConn) error {
				at, err := netip.ParseAddrPort(resolved)
				if err != nil || network != "tcp4" && network != "tcp6" {
					return &guardError{host, port, reserved}
				}
				if why := inside(at.Addr()); why != "" && !allowed.has(host, at.Port(), at.Addr()) {
					return &guardError{host, port, why}
				}
				return nil
			}}
		return dialer.DialContext(ctx, network, address)
	}
}

// guardError is a connection that was not made.
type guardError struct{ host, port, why string }

func (e *guardError) Error() string { return "refused: it leads to " + e.why }

// redirectError is a redirect that was not followed, a sentence.
type redirectError string

func (e redirectError) Error() string { return string(e) }

// follow judges a redirect before its connection is made.
func (call Call) follow(next *http.Request, before []*http.Request) error {
	last := before[len(before)-1]
	switch {
	case len(before) > maxRedirects:
		return redirectError(fmt.Sprintf("It redirects more than %d times.", maxRedirects))
	case next.URL.Scheme != "http" && next.URL.Scheme != "https":
		return redirectError("It redirects to something that is not a web page.")
	case next.URL.User != nil:
		return redirectError("It redirects to an address with a password in it.")
	case last.URL.Scheme == "https" && next.URL.Scheme == "http":
		return redirectError("It redirects from https to http, where others could read the text.")
	case call.Post && next.Method != http.MethodPost:
		return redirectError(fmt.Sprintf("It redirects with %d, and a POST would arrive there without the text. Enter the address that it redirects to.", next.Response.StatusCode))
	case !call.Post && !call.along(next.URL):
		return redirectError("It redirects to an address without the text, perhaps a page to sign in. Enter the address that takes it.")
	}
	next.Header.Del("Referer") // the address before, whose query is the text
	return nil
}

// along reports whether a redirected address still has the text.
func (call Call) along(u *url.URL) bool {
	has := u.Query()
	for _, p := range call.Text.Parameters() {
		if has.Get(p[0]) != p[1] {
			return false
		}
	}
	return true
}

// readable is the beginning of an answer as text that can be kept: without
// bytes that are none, and without the auth text if the receiver repeats it.
func (call Call) readable(body []byte) string {
	for i := 0; i < utf8.UTFMax && len(body) > 0 && !utf8.Valid(body); i++ { // cut between characters
		if r, size := utf8.DecodeLastRune(body); r != utf8.RuneError || size != 1 {
			break
		}
		body = body[:len(body)-1]
	}
	text := strings.ReplaceAll(strings.ToValidUTF8(string(body), "\ufffd"), "\x00", "\ufffd")
	if auth := call.Text.Auth; len(auth) >= shortestSecret {
		for _, form := range []string{html.EscapeString(auth), percent(auth), url.QueryEscape(auth), auth} {
			text = strings.ReplaceAll(text, form, "(auth)")
			for n := len(form) - 1; n >= shortestSecret; n-- { // cut off in the middle of it
				if rest, cut := strings.CutSuffix(text, form[:n]); cut {
					text = rest + "(auth)"
					break
				}
			}
		}
	}
	return text
}

// shortestSecret is how long an auth text is that is looked for in answers: "1"
// would be found everywhere and hides nothing.
const shortestSecret = 4

// failed says why there was no answer. The errors of net/http have the whole
// address in them, and with GET the text and the auth text.
func failed(err error) Outcome {
	var redirect redirectError
	var guard *guardError
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &redirect):
		return Outcome{Problem: redirect.Error()}
	case errors.As(err, &guard):
		return Outcome{Problem: fmt.Sprintf("%s leads to %s, which is not allowed.", guard.host, guard.why), Refused: net.JoinHostPort(strings.ToLower(strings.TrimSuffix(guard.host, ".")), guard.port)}
	case errors.As(err, &dns) && dns.IsNotFound:
		return Outcome{Problem: "There is no host of this name."}
	case errors.As(err, &dns):
		return Outcome{Problem: "The host's name could not be looked up."}
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid):
		return Outcome{Problem: "Its certificate is not one that this machine trusts for that name."}
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return Outcome{Problem: "It does not speak https at this port."}
	case errors.Is(err, syscall.ECONNREFUSED):
		return Outcome{Problem: "Nothing listens at this host and port."}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return Outcome{Problem: "There is no way to this host from here."}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Outcome{Problem: fmt.Sprintf("It did not answer within %d seconds.", int(CallTimeout/time.Second))}
	case errors.Is(err, context.Canceled):
		return Outcome{Problem: "The desk was stopped before it answered."}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return Outcome{Problem: "It hung up without an answer."}
	}
	return Outcome{Problem: "It did not answer as a web server does."}
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
