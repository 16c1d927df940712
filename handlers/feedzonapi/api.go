// Package feedzonapi is the door for programs that speak the feedzon SMS
// service, version 1.1. README.md in this folder says what it serves and how it
// decides where the page of that service is silent.
//
// A method parses, calls one verb of the desk, and renders; the rules are the
// desk's.
package feedzonapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/handlers/door"
)

// Path is where the methods are.
const Path = "/sms/1.1/"

// Config is what the door is made of.
type Config struct {
	Desk *desk.Desk
	Log  *slog.Logger
}

// API answers [Path].
type API struct {
	door *door.Door
	desk *desk.Desk
}

// New makes the door.
func New(c Config) *API {
	return &API{door: door.New("feedzon", c.Desk, c.Log), desk: c.Desk}
}

// methods are the calls by name, case included. What is not here is -1.
var methods = map[string]func(context.Context, *call) (string, error){
	"SendMessage":      sendMessage,
	"GetMessageList":   getMessageList,
	"GetMessageStatus": getMessageStatus,
}

// Methods lists the calls that are served.
func Methods() map[string]bool {
	served := map[string]bool{}
	for name := range methods {
		served[name] = true
	}
	return served
}

// call is one request whose key is good.
type call struct {
	door.Parameters
	desk    *desk.Desk
	actor   desk.Actor
	gateway string // whose values and references the key speaks
	// out is for answers too long for memory; the others are returned.
	out *echo.Response
}

// Serve answers one call: HTTP 200 and lines of quoted fields, the first of them
// "0" or an error code. Any other status is what it is in HTTP: 429 for a key
// that is used too often, 500 for a fault of ours, of which nobody knows what
// became; 405 for what is neither a GET nor a POST.
func (a *API) Serve(c echo.Context) error {
	if !door.Takes(c.Request().Method) {
		return a.door.Decline(c, quoted(unknownMethod.String()))
	}
	r := a.door.Begin()
	method := methodOf(c)
	p, err := documented.Read(c.Request())
	var text string
	if err == nil {
		text, err = a.answer(c, method, p, r)
	} else {
		err = missingParameters
		c.Response().Header().Set("Connection", "close") // there is more to come that nobody will read
	}
	status, code := http.StatusOK, Code(0)
	if err != nil {
		var known bool
		code, known = codeOf(err)
		text = quoted(code.String())
		switch {
		case errors.Is(err, door.ErrGone):
			return nil
		case !known:
			a.door.Fault(c, logName(method), err)
			status = http.StatusInternalServerError
		}
	}
	a.note(c, r, method, p, text, code, err)
	if c.Response().Committed {
		return nil
	}
	return a.door.Say(c, r, status, text)
}

// methodOf is the method that the address names, "" for a name of another form.
func methodOf(c echo.Context) string {
	name, ok := strings.CutSuffix(strings.TrimPrefix(c.Request().URL.Path, Path), ".fz")
	if !ok {
		return ""
	}
	return name
}

func (a *API) answer(c echo.Context, method string, p door.Parameters, r *door.Record) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			text, err = "", fmt.Errorf("answer call: %w", door.Panicked(p))
		}
	}()
	ctx := c.Request().Context()
	key := word(p, "key")
	var script desk.Script
	err = missingParameters
	if key != "" {
		script, err = a.door.Admit(ctx, key, c.RealIP(), r)
	}
	do := methods[method]
	if do == nil && !errors.Is(err, desk.ErrTooFast) {
		err = unknownMethod // whoever calls; the key is only for the record
	}
	if err != nil {
		return "", err
	}
	if p.FromWindows(); !p.Readable() {
		return "", missingParameters
	}
	return do(ctx, &call{Parameters: p, desk: a.desk, actor: script.Actor, gateway: script.Gateway, out: c.Response()})
}

// logName is the method for the log, where nothing may stand that a caller made
// up.
func logName(method string) string {
	if methods[method] == nil {
		return "unknown"
	}
	return method
}
