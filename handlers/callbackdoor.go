package handlers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"textdesk/desk"
)

const (
	// callbackLimit is the largest callback that is taken, in bytes.
	callbackLimit = 1 << 20
	// callbackMemory bounds what callbacks that wait for the disk may hold
	// together, in bytes. Those beyond are told to come again.
	callbackMemory = 64 << 20
	// wrongSecret is how long whoever gives a wrong secret waits, and mostWrong
	// how many wait at the same time; more are sent away at once, unheard.
	wrongSecret = time.Second
	mostWrong   = 64
	// retryCallback is when a provider is asked to post again, in seconds.
	retryCallback = "2"
)

// callbackDoor takes what providers post. It is a door of its own, without
// sessions, pages or compression: providers come in bursts of thousands.
type callbackDoor struct {
	*server
	held  atomic.Int64 // bytes of those under way
	wrong atomic.Int64 // callers that wait because their secret was wrong
}

func newCallbackDoor(s *server) http.Handler {
	d := &callbackDoor{server: s}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = s.ipExtractor()
	e.HTTPErrorHandler = d.fail
	e.Use(middleware.Recover())
	for _, path := range []string{"/callbacks/:provider/:secret", "/callbacks/:provider/:secret/*"} {
		e.Match([]string{http.MethodGet, http.MethodPost}, path, d.take)
	}
	return e
}

// take answers when the callback is on disk, and never says more than that:
// what it means is found out later, from the store.
func (d *callbackDoor) take(c echo.Context) error {
	r := c.Request()
	ctx := r.Context()
	door, err := d.Desk.CallbackDoor(ctx, c.Param("provider"), c.Param("secret"))
	if errors.Is(err, desk.ErrUnknownProvider) {
		return d.turnAway(ctx, c.RealIP())
	}
	if err != nil {
		return err
	}
	if r.ContentLength > callbackLimit {
		return echo.ErrStatusRequestEntityTooLarge
	}
	room := r.ContentLength
	if room < 0 {
		room = callbackLimit
	}
	if d.held.Add(room) > callbackMemory {
		d.held.Add(-room)
		return echo.ErrServiceUnavailable
	}
	defer d.held.Add(-room)
	call, err := d.readCallback(c, int(room))
	if err != nil {
		return err
	}
	err = d.Desk.TakeCallback(ctx, door, call)
	if errors.Is(err, desk.ErrManyCallbacks) {
		return echo.ErrTooManyRequests
	}
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, door.Answer.ContentType, []byte(door.Answer.Body))
}

// readCallback keeps the request as it came, for the store.
func (d *callbackDoor) readCallback(c echo.Context, room int) (desk.Callback, error) {
	r := c.Request()
	call := desk.Callback{Method: r.Method, Path: c.Param("*"), Query: r.URL.RawQuery, Header: r.Header, Origin: d.publicURL(r), ReceivedAt: d.Desk.Now()}
	if r.ContentLength == 0 {
		return call, nil
	}
	body := http.MaxBytesReader(c.Response(), r.Body, callbackLimit)
	var err error
	if r.ContentLength > 0 {
		call.Body = make([]byte, room)
		_, err = io.ReadFull(body, call.Body)
	} else {
		call.Body, err = io.ReadAll(body)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return desk.Callback{}, echo.ErrStatusRequestEntityTooLarge
	case err != nil: // cut off: whoever sent it will send it again
		return desk.Callback{}, echo.ErrBadRequest
	}
	return call, nil
}

// turnAway answers whoever does not know a provider and its secret, slowly. The
// log says so: it may be a provider that posts to an address of before.
func (d *callbackDoor) turnAway(ctx context.Context, from string) error {
	if d.wrong.Add(1) > mostWrong {
		d.wrong.Add(-1)
		return echo.ErrTooManyRequests
	}
	defer d.wrong.Add(-1)
	d.Log.Warn("callback refused", "reason", desk.ErrUnknownProvider.Code, "from", from)
	timer := time.NewTimer(wrongSecret)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return echo.ErrNotFound
}

// fail answers a callback that was not taken with a word for the provider's
// log.
func (d *callbackDoor) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status := http.StatusInternalServerError
	var known *echo.HTTPError
	if errors.As(err, &known) {
		status = known.Code
	}
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		c.Response().Header().Set("Retry-After", retryCallback)
	case status >= 500:
		if c.Request().Context().Err() == nil {
			d.Log.Error("callback was not stored", "provider", c.Param("provider"), "error", err)
		}
		c.Response().Header().Set("Retry-After", retryCallback)
	}
	_ = c.String(status, http.StatusText(status)+"\n")
}
