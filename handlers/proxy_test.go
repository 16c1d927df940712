package handlers_test

import (
	"io"
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

// The figures are for programs on the desk's machine and in the networks that are
// trusted, and not for whoever comes through a proxy that stands there.
func TestMetricsAreForTrustedNetworks(t *testing.T) {
	td := newTestDesk(t)
	handler := handlers.New(handlers.Config{Desk: td.Desk, Log: slog.New(slog.DiscardHandler),
		CookieKeys: [2][]byte{make([]byte, 32), make([]byte, 32)}, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for _, c := range []struct {
		from, forwarded string
		want            int
	}{
		{"10.1.2.3:4000", "", http.StatusOK},
		{"127.0.0.1:4000", "", http.StatusOK},
		{"10.1.2.3:4000", "192.0.2.7", http.StatusUnauthorized},
		{"192.0.2.7:4000", "", http.StatusUnauthorized},
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr = c.from
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("from %s for %q: %d, want %d", c.from, c.forwarded, w.Code, c.want)
		}
	}
}

// Uptime monitors and whoever tries a proxy with curl -I ask for the head alone.
// A program that sends by GET sends nothing by HEAD.
func TestHeadOfWhatCanBeRead(t *testing.T) {
	td := newTestDesk(t)
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/sign-in": http.StatusOK, "/nowhere": http.StatusNotFound,
		"/static/app.css": http.StatusOK, "/api?Action=CheckCredits": http.StatusMethodNotAllowed, "/sms/1.1/SendMessage.fz": http.StatusMethodNotAllowed} {
		resp, err := http.Head(td.server.URL + path)
		must(t, err)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("HEAD %s: %d, want %d", path, resp.StatusCode, want)
		}
	}
}

// Programs that ask the doors in another way than by GET and POST are told so in
// the door's own words, not with a page.
func TestOtherMethodsAtTheDoors(t *testing.T) {
	td := newTestDesk(t)
	for path, code := range map[string]string{"/api": "-502", "/api/": "-502", "/sms/1.1/SendMessage.fz": `"-1"`} {
		for method, want := range map[string]string{"PUT": code, "DELETE": code, "PATCH": code, "TRACE": code, "HEAD": "", "OPTIONS": ""} {
			req, err := http.NewRequest(method, td.server.URL+path+"?Action=CheckCredits", nil)
			must(t, err)
			resp, err := http.DefaultClient.Do(req)
			must(t, err)
			body, err := io.ReadAll(resp.Body)
			must(t, err)
			resp.Body.Close()
			status := http.StatusMethodNotAllowed
			if method == http.MethodOptions {
				status = http.StatusNoContent
			}
			if resp.StatusCode != status || string(body) != want || resp.Header.Get("Allow") != "GET, POST, OPTIONS" {
				t.Errorf("%s %s: %d %q, Allow %q; want %d %q", method, path, resp.StatusCode, body[:min(len(body), 40)], resp.Header.Get("Allow"), status, want)
			}
			if status == http.StatusMethodNotAllowed && resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("%s %s answers %s", method, path, resp.Header.Get("Content-Type"))
			}
		}
	}
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
