package handlers

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"textdesk/views/ui"
)

// policy lets a page use what we serve and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers that keep a page to itself, and the base path for
// every link.
func (s *server) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if s.https(c.Request()) && s.basePath(c.Request()) == "" { // or it would bind our neighbours on the host too
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		c.SetRequest(c.Request().WithContext(ui.WithBase(c.Request().Context(), s.basePath(c.Request()))))
		return next(c)
	}
}

// sameOrigin refuses what another site makes a browser post.
func (s *server) sameOrigin() echo.MiddlewareFunc {
	guard := http.NewCrossOriginProtection()
	if s.BaseURL != nil {
		if err := guard.AddTrustedOrigin(s.BaseURL.Scheme + "://" + s.BaseURL.Host); err != nil {
			s.Log.Warn("base URL is not an origin", "error", err)
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "This request came from another site, so it was refused.", http.StatusForbidden)
	}))
	return echo.WrapMiddleware(guard.Handler)
}

// logRequests writes one line a request. It names the route's pattern, never
// the address: addresses carry tokens, numbers and texts.
func (s *server) logRequests() echo.MiddlewareFunc {
	return middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
		LogMethod: true, LogRoutePath: true, LogStatus: true, LogLatency: true, LogError: true, LogRequestID: true, LogRemoteIP: true,
		HandleError: true,
		LogValuesFunc: func(c echo.Context, v middleware.RequestLoggerValues) error {
			s.gauges.answered(v.Method, v.RoutePath, v.Status, v.Latency)
			level := slog.LevelDebug
			if v.Status >= 500 {
				level = slog.LevelError
			}
			s.Log.LogAttrs(c.Request().Context(), level, "request", slog.String("method", v.Method), slog.String("route", v.RoutePath),
				slog.Int("status", v.Status), slog.Duration("took", v.Latency), slog.String("id", v.RequestID),
				slog.String("from", v.RemoteIP), slog.Any("error", v.Error))
			return nil
		},
	})
}

// trusted reports whether the request came through a proxy whose forwarded
// headers are believed.
func (s *server) trusted(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.TrustedProxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// ipExtractor finds the caller's address: the nearest hop that is no trusted
// proxy.
func (s *server) ipExtractor() echo.IPExtractor {
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range s.TrustedProxies {
		_, network, err := net.ParseCIDR(p.String())
		if err == nil {
			options = append(options, echo.TrustIPRange(network))
		}
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// https reports whether the person's browser speaks TLS, to us or to a trusted
// proxy.
func (s *server) https(r *http.Request) bool {
	if s.BaseURL != nil {
		return s.BaseURL.Scheme == "https"
	}
	return r.TLS != nil || s.trusted(r) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// basePath is what stands before every path of ours in the person's browser.
func (s *server) basePath(r *http.Request) string {
	if s.BaseURL != nil {
		return s.base
	}
	prefix := r.Header.Get("X-Forwarded-Prefix")
	if prefix == "" || !s.trusted(r) || !strings.HasPrefix(prefix, "/") || strings.HasPrefix(prefix, "//") || strings.ContainsAny(prefix, "\\\"'<>?#%;, ") {
		return ""
	}
	return strings.TrimRight(prefix, "/")
}

// publicURL is the desk's address as others reach it, without a slash at the
// end: "https://intranet.example/sms".
func (s *server) publicURL(r *http.Request) string {
	if s.BaseURL != nil {
		return strings.TrimRight(s.BaseURL.String(), "/")
	}
	scheme, host := "http", r.Host
	if s.https(r) {
		scheme = "https"
	}
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" && s.trusted(r) {
		host = forwarded
	}
	return scheme + "://" + host + s.basePath(r)
}

// link is the address of one of our paths, for redirects.
func link(ctx context.Context, path string) string { return string(ui.URL(ctx, path)) }
