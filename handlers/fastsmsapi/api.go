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
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/handlers/door"
)

// Config is what the door is made of.
type Config struct {
	Desk *desk.Desk
	Log  *slog.Logger
}

// API answers /api.
type API struct {
	Config
	door *door.Door
}

// New makes the door.
func New(c Config) *API {
	return &API{Config: c, door: door.New("fastsms", c.Desk, c.Log)}
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
	door.Parameters
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
// often is told so by the status too, and whoever comes with another method than
// GET and POST.
func (a *API) Serve(c echo.Context) error {
	if !door.Takes(c.Request().Method) {
		return a.door.Decline(c, unknownAction.String())
	}
	r := a.door.Begin()
	var given answer
	if isLarge(c.Request()) {
		p, given, err := a.answerLarge(c, r)
		return a.say(c, r, p, given, err)
	}
	p, err := documented.Read(c.Request())
	if err == nil {
		given, err = a.answer(c, p, r)
	} else {
		err = missingDetails
		c.Response().Header().Set("Connection", "close") // there is more to come that nobody will read
	}
	return a.say(c, r, p, given, err)
}

// say writes the answer, and has it put on record.
func (a *API) say(c echo.Context, r *door.Record, p door.Parameters, given answer, err error) error {
	if err != nil {
		given = a.refuse(c, p, err)
	}
	a.note(c, r, p, given, err)
	if c.Response().Committed {
		return nil
	}
	text := given.line
	if withTexts(p) {
		text += texts(given.codes)
	}
	return a.door.Say(c, r, http.StatusOK, text)
}

func (a *API) answer(c echo.Context, p door.Parameters, r *door.Record) (given answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			given, err = answer{}, panicked(p)
		}
	}()
	ctx := c.Request().Context()
	script, err := a.admit(c, p, r)
	if err != nil {
		return answer{}, err
	}
	do := actions[strings.ToLower(p.Word("Action"))]
	if do == nil {
		return answer{}, unknownAction
	}
	if p.FromWindows(); !p.Readable() {
		return answer{}, missingDetails
	}
	return do(ctx, &call{Parameters: p, desk: a.Desk, actor: script.Actor, out: c.Response()})
}

// admit finds out who calls: a token, or the name and password of a program that
// is older than tokens.
func (a *API) admit(c echo.Context, p door.Parameters, r *door.Record) (desk.Script, error) {
	ctx := c.Request().Context()
	if username := p.Word("Username"); username != "" && p.Word("Token") == "" {
		return a.door.AdmitPassword(ctx, username, p.Text("Password"), c.RealIP(), r)
	}
	return a.door.Admit(ctx, p.Word("Token"), c.RealIP(), r)
}

// refuse turns an error into its code. A fault is ours: it is logged, and the
// caller told that nobody knows.
func (a *API) refuse(c echo.Context, p door.Parameters, err error) answer {
	code, known := codeOf(err)
	if known {
		return answer{line: code.String(), codes: []Code{code}}
	}
	if errors.Is(err, door.ErrGone) {
		return answer{}
	}
	a.door.Fault(c, actionName(p), err)
	return answer{line: code.String(), codes: []Code{code}}
}

func panicked(r any) error { return fmt.Errorf("%w: %w", unknownError, door.Panicked(r)) }

// actionName is the action for the log, where nothing may stand that a caller
// made up.
func actionName(p door.Parameters) string {
	name := strings.ToLower(p.Word("Action"))
	if actions[name] == nil {
		return "unknown"
	}
	return name
}
