package handlers

import (
	"net/http"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/views/ui"
)

// The cookie holds the session's token and what the next page is to say. Who
// the token belongs to, and whether it still counts, is in the store.
const (
	cookieName = "textdesk_session"
	tokenValue = "token"
	flashValue = "flash"
	// pendingValue is the token of a sign-in that waits for the second factor.
	pendingValue = "pending"
	// cookieAge is a little longer than the longest session, in seconds.
	cookieAge = 8 * 24 * 3600
)

func (s *server) session(c echo.Context) *sessions.Session {
	session, err := s.cookies.Get(c.Request(), cookieName)
	if err != nil {
		// Signed with another key, or nonsense: as good as none.
		session.Values = map[any]any{}
	}
	session.Options = &sessions.Options{Path: s.basePath(c.Request()) + "/", MaxAge: cookieAge, HttpOnly: true,
		Secure: s.https(c.Request()), SameSite: http.SameSiteLaxMode}
	return session
}

// token is the session token that the browser sent, "" without one.
func (s *server) token(c echo.Context) string {
	token, _ := s.session(c).Values[tokenValue].(string)
	return token
}

// signedIn keeps the token in the browser.
func (s *server) signedIn(c echo.Context, token string) error {
	session := s.session(c)
	session.Values = map[any]any{tokenValue: token}
	return session.Save(c.Request(), c.Response())
}

// signedOut empties the cookie.
func (s *server) signedOut(c echo.Context) error {
	session := s.session(c)
	session.Values = map[any]any{}
	session.Options.MaxAge = -1
	return session.Save(c.Request(), c.Response())
}

// flash keeps one sentence for the next page.
func (s *server) flash(c echo.Context, sentence string) error {
	session := s.session(c)
	session.Values[flashValue] = sentence
	return session.Save(c.Request(), c.Response())
}

// takeFlash returns the sentence and forgets it.
func (s *server) takeFlash(c echo.Context) *ui.Notice {
	session := s.session(c)
	sentence, ok := session.Values[flashValue].(string)
	if !ok {
		return nil
	}
	delete(session.Values, flashValue)
	if err := session.Save(c.Request(), c.Response()); err != nil {
		s.Log.Warn("save session", "error", err)
	}
	return &ui.Notice{Kind: ui.Success, Title: sentence}
}

// visit is a request by somebody who is signed in.
type visit struct {
	echo.Context
	s     *server
	actor desk.Actor
	set   desk.Settings
}

// address is where the request came from.
func address(c echo.Context) string { return c.RealIP() }
