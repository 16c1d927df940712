package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
)

// Access is who may use a route.
type Access int

const (
	// Anyone, signed in or not.
	Anyone Access = iota
	// SignedIn people, who see what is theirs.
	SignedIn
	// Administrators only.
	Administrators
)

// Route is one page or one form's target.
type Route struct {
	Method, Path string
	Access       Access
	open         func(*server, echo.Context) error // for Anyone
	handle       func(*visit) error                // for the others
	// kept are the fields that come back after signing in, when the session
	// had ended while somebody was filling in the form. With them alone the
	// form must do nothing but show itself.
	kept []string
	// always: also while the desk is closed, and before a second factor that is
	// needed is set up.
	always bool
	// takes is how much it takes, in bytes, where that is more than a page.
	takes int64
}

func get(path string, a Access, h func(*visit) error) Route {
	return Route{Method: http.MethodGet, Path: path, Access: a, handle: h}
}

func post(path string, a Access, h func(*visit) error) Route {
	return Route{Method: http.MethodPost, Path: path, Access: a, handle: h}
}

// keeping has a form survive the end of the session.
func (r Route) keeping(fields ...string) Route {
	r.kept = fields
	return r
}

// anyway has a form work while others are closed.
func (r Route) anyway() Route {
	r.always = true
	return r
}

// taking has a form with a file take more than a page.
func (r Route) taking(bytes int64) Route {
	r.takes = bytes
	return r
}

// route hangs the table into the router, each route behind its access.
func (s *server) route(pages *echo.Group) {
	for _, r := range Routes() {
		if r.Access == Anyone {
			pages.Add(r.Method, r.Path, func(c echo.Context) error { return r.open(s, c) })
			continue
		}
		pages.Add(r.Method, r.Path, func(c echo.Context) error { return s.admit(c, r) })
	}
}

// admit lets in who may use the route. Whoever is not signed in is asked to,
// and comes back to the page they wanted.
func (s *server) admit(c echo.Context, r Route) error {
	ctx := c.Request().Context()
	who := s.Desk.ActorBySession
	if strings.HasSuffix(r.Path, "/live") {
		who = s.Desk.ActorWatching
	}
	actor, err := who(ctx, s.token(c), c.RealIP())
	if errors.Is(err, desk.ErrSignedOut) {
		return s.askToSignIn(c, r)
	}
	if err != nil {
		return err
	}
	if r.Access == Administrators && !actor.Admin() {
		return desk.ErrForbidden
	}
	set, err := s.Desk.Settings(ctx)
	if err != nil {
		return err
	}
	if err := desk.AdmitPage(actor, set); err != nil && !r.always {
		if errors.Is(err, desk.ErrNeedsSecond) && c.Request().Header.Get("HX-Request") == "" {
			return redirect(c, "/account/second-factor")
		}
		return err
	}
	return r.handle(&visit{Context: c, s: s, actor: actor, set: set})
}
