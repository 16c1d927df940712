package handlers_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"textdesk/handlers"
)

// behindProxy is somebody whose requests come through a trusted proxy.
func (td *testDesk) behindProxy() *browser {
	server := httptest.NewServer(handlers.New(handlers.Config{Desk: td.Desk, Log: slog.New(slog.DiscardHandler),
		CookieKeys: [2][]byte{make([]byte, 32), make([]byte, 32)}, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}))
	td.t.Cleanup(server.Close)
	b := td.newBrowser()
	b.base = server.URL
	return b
}

// What a proxy says of the path before ours goes into links and into the
// cookie's path, so it has to be a path.
func TestForwardedPrefix(t *testing.T) {
	td := newTestDesk(t)
	b := td.behindProxy()
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for prefix, want := range map[string]string{
		"/sms": "/sms/sign-in", "/a/b/": "/a/b/sign-in", "": "/sign-in",
		"//elsewhere.example": "/sign-in", "sms": "/sign-in", "/sms; Domain=example": "/sign-in", "/a b": "/sign-in", "/a,b": "/sign-in", "/<b>": "/sign-in",
	} {
		got := b.do(http.MethodGet, "/", nil, "X-Forwarded-Prefix", prefix)
		if to := got.header.Get("Location"); to != want {
			t.Errorf("with the prefix %q it leads to %q, want %q", prefix, to, want)
		}
	}
}

// A desk below a path shares its host, and must not decide for the others there
// that they have TLS.
func TestTransportSecurityIsForAWholeHost(t *testing.T) {
	td := newTestDesk(t)
	b := td.behindProxy()
	for _, c := range []struct {
		proto, prefix string
		want          bool
	}{{"https", "", true}, {"https", "/sms", false}, {"http", "", false}} {
		got := b.do(http.MethodGet, "/sign-in", nil, "X-Forwarded-Proto", c.proto, "X-Forwarded-Prefix", c.prefix)
		if has := strings.Contains(got.header.Get("Strict-Transport-Security"), "max-age"); has != c.want {
			t.Errorf("%s below %q: strict transport security %v, want %v", c.proto, c.prefix, has, c.want)
		}
	}
}
