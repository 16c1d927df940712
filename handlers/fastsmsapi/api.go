// Package fastsmsapi is the door for scripts that speak the FastSMS HTTP API.
// README.md in this folder says what it serves and how it decides where the
// page of that API is silent.
//
// An action parses, calls one verb of the desk, and renders; the rules are the
// desk's. To add an action, write it and name it in actions.
package fastsmsapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
)

// door is what the desk writes down about who came in here.
const door = "fastsms"

// Config is what the door is made of.
type Config struct {
	Desk *desk.Desk
	Log  *slog.Logger
}

// API answers /api.
type API struct {
	Config
	gate *gate
	pace *pace
}

// New makes the door.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &API{Config: c, gate: newGate(), pace: newPace()}
}

// actions are the calls by name, in lower case. What is not here is -502.
var actions = map[string]func(context.Context, *call) (answer, error){
	"checkcredits":       checkCredits,
	"checkmessagestatus": checkMessageStatus,
	"send":               send,
	"cancelmessage":      cancelMessage,
	"report":             report,
	"getbgmessages":      getBGMessages,
	"createuser":         createUser,
	"updatecredits":      updateCredits,
	importAction:         importContacts,
	"getallcontacts":     getAllContacts,
	"getallgroups":       getAllGroups,
	"deleteallcontacts":  deleteAllContacts,
	"deleteallgroups":    deleteAllGroups,
	"emptygroup":         emptyGroup,
	"deletegroup":        deleteGroup,
}

// call is one request whose token is good.
type call struct {
	parameters
	desk  *desk.Desk
	actor desk.Actor
	// out is for answers too long for memory; the others are returned.
	out *echo.Response
}

// answer is the first line of what the caller gets, and the codes in it.
type answer struct {
	line  string
	codes []Code
}

// done is the answer of actions that have nothing to tell.
var done = answer{line: "1"}

// Serve answers one call: HTTP 200 and text, whatever happened, because clients
// take any other status for a broken connection. Only a token that is used too
// often is told so by the status too.
func (a *API) Serve(c echo.Context) error {
	r := record{at: a.Desk.Now(), began: time.Now()}
	var given answer
	if isLarge(c.Request()) {
		p, given, err := a.answerLarge(c, &r)
		return a.say(c, r, p, given, err)
	}
	p, err := readParameters(c.Request())
	if err == nil {
		given, err = a.answer(c, p, &r)
	} else {
		c.Response().Header().Set("Connection", "close") // there is more to come that nobody will read
	}
	return a.say(c, r, p, given, err)
}

// say writes the answer, and has it put on record.
func (a *API) say(c echo.Context, r record, p parameters, given answer, err error) error {
	if err != nil {
		given = a.refuse(c, p, err)
	}
	a.note(c, r, p, given)
	if c.Response().Committed {
		return nil
	}
	text, status := given.line, http.StatusOK
	if p.shown() {
		text += texts(given.codes)
	}
	if r.retryAfter > 0 {
		status = http.StatusTooManyRequests
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(r.retryAfter.Seconds()))))
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(status, contentType, []byte(text))
}

const contentType = "text/plain; charset=utf-8"

func (a *API) answer(c echo.Context, p parameters, r *record) (given answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			given, err = answer{}, a.panicked(p)
		}
	}()
	ctx := c.Request().Context()
	script, err := a.admit(ctx, p.word("Token"), c.RealIP())
	r.keyID = script.KeyID
	if err != nil {
		return answer{}, err
	}
	if r.retryAfter, err = a.pace.turn(ctx, script); err != nil {
		return answer{}, err
	}
	do := actions[strings.ToLower(p.word("Action"))]
	if do == nil {
		return answer{}, unknownAction
	}
	if !p.readable() {
		return answer{}, missingDetails
	}
	return do(ctx, &call{parameters: p, desk: a.Desk, actor: script.Actor, out: c.Response()})
}

// admit finds out whose token it is. All that a stranger learns is -501.
func (a *API) admit(ctx context.Context, token, address string) (desk.Script, error) {
	if token == "" {
		return desk.Script{}, desk.ErrBadToken
	}
	if !a.gate.open(address, token, a.Desk.Now()) {
		return desk.Script{}, desk.ErrThrottled
	}
	script, err := a.Desk.ScriptByToken(ctx, token, door, address)
	switch {
	case errors.Is(err, desk.ErrBadToken):
		a.gate.wrong(address, a.Desk.Now())
	case err == nil:
		a.gate.right(token)
	}
	return script, err
}

// refuse turns an error into its code. A fault is ours: it is logged, and the
// caller told that nobody knows.
func (a *API) refuse(c echo.Context, p parameters, err error) answer {
	code, known := codeOf(err)
	if known {
		return answer{line: code.String(), codes: []Code{code}}
	}
	if errors.Is(err, errGone) {
		return answer{}
	}
	if c.Request().Context().Err() == nil {
		a.Log.Error("call failed", "door", door, "action", actionName(p), "error", err,
			"id", c.Response().Header().Get(echo.HeaderXRequestID))
	}
	if c.Response().Committed {
		panic(http.ErrAbortHandler) // half a report must not look like a whole one
	}
	return answer{line: code.String(), codes: []Code{code}}
}

// panicked is the error of a call that panicked. It keeps what the panic says
// out of the log, because that may hold a number or a text.
func (a *API) panicked(r any) error {
	if r == http.ErrAbortHandler {
		panic(r)
	}
	return fmt.Errorf("%w: %T\n%s", unknownError, r, debug.Stack())
}

// actionName is the action for the log, where nothing may stand that a caller
// made up.
func actionName(p parameters) string {
	name := strings.ToLower(p.word("Action"))
	if actions[name] == nil {
		return "unknown"
	}
	return name
}
