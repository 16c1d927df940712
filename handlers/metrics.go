package handlers

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/labstack/echo/v4"

	"textdesk/desk"
	_ "textdesk/handlers/quiet" // before the library of the figures
)

// gauges are the figures of the requests that this server has answered.
type gauges struct{ set *metrics.Set }

func newGauges() gauges { return gauges{metrics.NewSet()} }

// answered counts a request. The labels are the route's pattern and the class of
// the answer, of which there are few: an address would be one label each.
func (g gauges) answered(method, route string, status int, took time.Duration) {
	labels := fmt.Sprintf(`method=%q,route=%q`, known(method), cmp.Or(route, "none"))
	g.set.GetOrCreateCounter(fmt.Sprintf(`textdesk_http_requests_total{%s,code="%dxx"}`, labels, status/100)).Inc()
	g.set.GetOrCreatePrometheusHistogram(`textdesk_http_request_seconds{` + labels + `}`).Update(took.Seconds())
}

// known keeps a client from making labels out of methods of its own.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodHead:
		return method
	}
	return "other"
}

// metrics answers in the format of Prometheus: to programs on this machine and in
// the trusted networks that come past no proxy, and to whoever has an
// administrator's API token.
func (s *server) metrics(c echo.Context) error {
	ctx := c.Request().Context()
	actor := desk.CommandLine()
	if token, ok := strings.CutPrefix(c.Request().Header.Get("Authorization"), "Bearer "); ok {
		var err error
		if actor, err = s.Desk.ActorByToken(ctx, token, "metrics", c.RealIP()); err != nil || !actor.Admin() {
			return c.String(http.StatusForbidden, "This token is not an administrator's.\n")
		}
	} else if !s.near(c.Request()) {
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="Textdesk metrics"`)
		return c.String(http.StatusUnauthorized, "Ask on the desk's own machine or in a trusted network, or send an administrator's API token as Authorization: Bearer.\n")
	}
	sys, err := s.Desk.System(ctx, actor)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentType, "text/plain; version=0.0.4; charset=utf-8")
	w := c.Response()
	write := func(name string, value float64) { metrics.WriteGaugeFloat64(w, name, value) }
	write(fmt.Sprintf(`textdesk_info{version=%q}`, s.Version), 1)
	write("textdesk_messages_waiting", float64(sys.Waiting-sys.Planned))
	write("textdesk_messages_planned", float64(sys.Planned))
	write("textdesk_messages_in_flight", float64(sys.InFlight))
	write("textdesk_messages_in_doubt", float64(sys.InDoubt))
	write("textdesk_database_bytes", float64(sys.Bytes))
	if sys.Free >= 0 {
		write("textdesk_disk_free_bytes", float64(sys.Free))
	}
	write("textdesk_sending_held", truth(!sys.RestoredAt.IsZero()))
	write("textdesk_backup_last_success_timestamp_seconds", seconds(sys.Backup.At))
	write("textdesk_backup_failing", truth(!sys.Backup.FailedAt.IsZero()))
	for _, p := range sys.Providers {
		write(fmt.Sprintf(`textdesk_provider_up{provider=%q}`, p.Name), truth(p.ErrorAt <= p.OkAt))
		write(fmt.Sprintf(`textdesk_provider_paused{provider=%q}`, p.Name), truth(p.PausedAt > 0))
	}
	for _, worker := range sys.Workers {
		write(fmt.Sprintf(`textdesk_worker_last_seen_timestamp_seconds{worker=%q}`, worker.Name), seconds(worker.At))
	}
	s.gauges.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
	return nil
}

// near reports whether a request comes from this machine itself or from a trusted
// network: a proxy's requests do as well, and say whom they are for.
func (s *server) near(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.Unmap().IsLoopback() || s.trusted(r))
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// seconds is an instant as Prometheus has it, 0 for never.
func seconds(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return float64(at.UnixMilli()) / 1e3
}
