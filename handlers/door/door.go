// Package door is what the doors for programs have in common: who comes in and
// how often, how parameters are read, what is kept of a call, and answers too
// long for memory. Each door has its own wire format and codes.
package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
)

// ContentType is the type of every answer: programs read them as text.
const ContentType = "text/plain; charset=utf-8"

// ErrGone is a caller who left in the middle. It is no fault of ours.
var ErrGone = errors.New("the caller left in the middle of the answer")

// Door lets programs in by their keys.
type Door struct {
	// Name is what the desk writes down about who came in here.
	Name string
	Desk *desk.Desk
	Log  *slog.Logger
	gate *gate
	pace *pace
}

// New makes a door.
func New(name string, d *desk.Desk, log *slog.Logger) *Door {
	if log == nil {
		log = slog.Default()
	}
	return &Door{Name: name, Desk: d, Log: log, gate: newGate(), pace: newPace()}
}

// Begin is the record of a call that has just come.
func (d *Door) Begin() *Record { return &Record{At: d.Desk.Now(), began: time.Now()} }

// Admit finds out whose key it is, and waits for the key's turn. All that a
// stranger learns is that theirs is none. The record gets to know the key, also
// where its user is kept out, and after how long a call that came too soon may
// be tried again.
func (d *Door) Admit(ctx context.Context, key, address string, r *Record) (desk.Script, error) {
	if key == "" {
		return desk.Script{}, desk.ErrBadToken
	}
	if !d.gate.open(address, key, d.Desk.Now()) {
		if d.gate.tellAgain(key, d.Desk.Now()) {
			d.logWrong(address)
		}
		return desk.Script{}, desk.ErrThrottled
	}
	script, err := d.Desk.ScriptByToken(ctx, key, d.Name, address)
	r.keyID = script.KeyID
	switch {
	case errors.Is(err, desk.ErrBadToken):
		d.gate.wasWrong(address, key, d.Desk.Now())
		d.logWrong(address)
	case err == nil:
		d.gate.wasRight(key)
		r.retryAfter, err = d.pace.turn(ctx, script)
	}
	return script, err
}

// AdmitPassword is Admit for programs that are older than tokens, where an
// administrator lets them in.
func (d *Door) AdmitPassword(ctx context.Context, username, password, address string, r *Record) (desk.Script, error) {
	script, err := d.Desk.ScriptByPassword(ctx, username, password, d.Name, address)
	r.keyID = script.KeyID
	switch {
	case errors.Is(err, desk.ErrBadToken):
		if d.gate.tellName(username, d.Desk.Now()) {
			d.logWrong(address)
		}
	case err == nil:
		r.retryAfter, err = d.pace.turn(ctx, script)
	}
	return script, err
}

// logWrong logs a call with a key that is none. The calls of a key that is known
// are on record; nobody's are here alone.
func (d *Door) logWrong(address string) {
	d.Log.Warn("call refused", "door", d.Name, "reason", desk.ErrBadToken.Code, "from", address)
}

// Say writes an answer. A key that is used too often is told so by the status.
func (d *Door) Say(c echo.Context, r *Record, status int, text string) error {
	if r.retryAfter > 0 {
		status = http.StatusTooManyRequests
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(r.retryAfter.Seconds()))))
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return answer(c, status, text)
}

// methods are what a door takes, as the header Allow has it.
const methods = http.MethodGet + ", " + http.MethodPost + ", " + http.MethodOptions

// Takes reports whether a request's method is one that may call.
func Takes(method string) bool { return method == http.MethodGet || method == http.MethodPost }

// Decline answers a request that is no call, whatever its parameters say, with
// the methods that would be one. text is for who asks for more than these.
func (d *Door) Decline(c echo.Context, text string) error {
	c.Response().Header().Set("Allow", methods)
	if c.Request().Method == http.MethodOptions {
		return c.NoContent(http.StatusNoContent)
	}
	return answer(c, http.StatusMethodNotAllowed, text)
}

// Fault logs an error that is ours. action is for the log, where nothing may
// stand that a caller made up. Where the answer has begun already it breaks the
// connection: half of one must not look like a whole one.
func (d *Door) Fault(c echo.Context, action string, err error) {
	if c.Request().Context().Err() == nil {
		d.Log.Error("call failed", "door", d.Name, "action", action, "error", err, "id", c.Response().Header().Get(echo.HeaderXRequestID))
	}
	if c.Response().Committed {
		panic(http.ErrAbortHandler)
	}
}

// Panicked is the error of a call that panicked. It keeps what the panic says
// out of the log, because that may hold a number or a text.
func Panicked(r any) error {
	if r == http.ErrAbortHandler {
		panic(r)
	}
	return fmt.Errorf("panic: %T\n%s", r, debug.Stack())
}
