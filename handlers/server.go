package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"textdesk/desk"
	"textdesk/handlers/fastsmsapi"
	"textdesk/handlers/feedzonapi"
	"textdesk/static"
)

// Config is what the doors are made of.
type Config struct {
	Desk *desk.Desk
	Log  *slog.Logger
	// BaseURL is the public address, nil to take it from each request. Its path
	// is where the desk lives behind the proxy: "/sms".
	BaseURL *url.URL
	// TrustedProxies are the networks whose X-Forwarded-* headers are believed.
	TrustedProxies []netip.Prefix
	// CookieKeys sign and seal the session cookie, 32 bytes each.
	CookieKeys [2][]byte
	// Development shows the component gallery at /_ui.
	Development bool
	// Banner stands over every page, for the demonstration.
	Banner string
	// Version is what /healthz and the about page say.
	Version string
}

// server holds what the handlers share.
type server struct {
	Config
	base    string // path of BaseURL, "" or "/sms"
	cookies *sessions.CookieStore
	gauges  gauges
}

// New returns the desk's HTTP handler.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &server{Config: c, gauges: newGauges(), cookies: sessions.NewCookieStore(c.CookieKeys[0], c.CookieKeys[1])}
	if c.BaseURL != nil {
		s.base = strings.TrimRight(c.BaseURL.Path, "/")
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = s.ipExtractor()
	e.HTTPErrorHandler = s.showError
	e.Use(middleware.RequestID(), s.logRequests(), middleware.Recover(), s.secure)
	e.GET("/healthz", s.healthz)
	e.GET("/readyz", s.readyz)
	e.GET("/metrics", s.metrics)
	e.GET("/static/*", echo.WrapHandler(static.Handler()))
	api := fastsmsapi.New(fastsmsapi.Config{Desk: c.Desk, Log: c.Log})
	// Any method, since programs that use the wrong one are not told so with a page.
	e.Any("/api", api.Serve)
	e.Any("/api/", api.Serve)
	e.Any(feedzonapi.Path+"*", feedzonapi.New(feedzonapi.Config{Desk: c.Desk, Log: c.Log}).Serve)
	s.route(e.Group("", s.sameOrigin(), limitBody, middleware.GzipWithConfig(middleware.GzipConfig{Level: 5, MinLength: 2048, Skipper: isDownload})))
	callbacks := newCallbackDoor(s)
	return s.atBase(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/callbacks/") {
			callbacks.ServeHTTP(w, r)
			return
		}
		e.ServeHTTP(w, getForHead(r))
	}))
}

// getForHead lets whoever asks for the head of a page, as uptime monitors do,
// have it: the server writes no body then. Not at the doors for programs, where
// a GET sends.
func getForHead(r *http.Request) *http.Request {
	if r.Method != http.MethodHead || r.URL.Path == "/api" || r.URL.Path == "/api/" || strings.HasPrefix(r.URL.Path, feedzonapi.Path) {
		return r
	}
	get := new(http.Request)
	*get = *r
	get.Method = http.MethodGet
	return get
}

// isDownload reports whether a file is asked for. Workbooks are compressed
// already, and a long table is sooner there as it is than compressed on the way.
func isDownload(c echo.Context) bool { return strings.HasSuffix(c.Path(), "/download") }

// atBase lets the desk live under its base path whether or not the proxy takes
// that path away. A base of /sms is also how the feedzon door's own path begins:
// there the door comes first, and no page is like it.
func (s *server) atBase(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, found := strings.CutPrefix(r.URL.Path, s.base+"/"); found && s.base != "" && !strings.HasPrefix(r.URL.Path, feedzonapi.Path) {
			r2 := new(http.Request)
			*r2 = *r
			u := *r.URL
			u.Path, u.RawPath = "/"+rest, ""
			r2.URL = &u
			r = r2
		} else if s.base != "" && r.URL.Path == s.base {
			http.Redirect(w, r, s.base+"/", http.StatusMovedPermanently)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *server) healthz(c echo.Context) error {
	return c.String(http.StatusOK, "ok "+s.Version+"\n")
}

// readyz says whether the desk can take work.
func (s *server) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 5*time.Second)
	defer cancel()
	if err := s.Desk.Ready(ctx); err != nil {
		s.Log.Error("not ready", "error", err)
		if desk.IsDiskFull(err) {
			return c.String(http.StatusServiceUnavailable, "not ready: the disk is full\n")
		}
		return c.String(http.StatusServiceUnavailable, "not ready: the database cannot be written\n")
	}
	return c.String(http.StatusOK, "ready\n")
}
