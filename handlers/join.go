package handlers

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/views"
)

// joinForm is where a one-time link leads: somebody chooses their password.
func (s *server) joinForm(c echo.Context) error { return s.showJoin(c, http.StatusOK, nil) }

func (s *server) join(c echo.Context) error {
	token, err := s.Desk.UseLink(c.Request().Context(), c.Param("token"), c.FormValue("password"), c.FormValue("repeat"), address(c), browser(c.Request()))
	switch {
	case errors.Is(err, desk.ErrSecondStep):
		return s.askCode(c, token, views.SignInForm{})
	case err != nil:
		return s.showJoin(c, http.StatusUnprocessableEntity, err)
	}
	if err := s.signedIn(c, token); err != nil {
		return err
	}
	return redirect(c, "/")
}

func (s *server) showJoin(c echo.Context, status int, cause error) error {
	u, err := s.Desk.UserByLink(c.Request().Context(), c.Param("token"))
	if errors.Is(err, desk.ErrNoLink) {
		page, err := s.bare(c, "This link is not valid any more")
		if err != nil {
			return err
		}
		return render(c, http.StatusNotFound, views.Failure(page, "It works once, and for a few days. Ask your administrator for a new one.", ""))
	}
	if err != nil {
		return err
	}
	page, err := s.bare(c, "Choose a password")
	if err != nil {
		return err
	}
	// The address is a secret until it is used.
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	form := views.JoinForm{Path: "/join/" + url.PathEscape(c.Param("token")), Username: u.Username, Name: desk.Actor{User: u}.Name()}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page.HasErrors = len(form.Errors) > 0
	return render(c, status, views.Join(page, form))
}

// askCode keeps a sign-in that waits for the second factor in the browser and
// asks for the code. A form that was filled in meanwhile comes along.
func (s *server) askCode(c echo.Context, pending string, form views.SignInForm) error {
	session := s.session(c)
	session.Values = map[any]any{pendingValue: pending}
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	if len(form.Kept) > 0 {
		return s.showCode(c, http.StatusOK, form, nil)
	}
	path := "/sign-in/code"
	if next := s.ownPath(form.Next); next != "/" {
		path += "?next=" + url.QueryEscape(next)
	}
	return redirect(c, path)
}

func (s *server) pending(c echo.Context) string {
	token, _ := s.session(c).Values[pendingValue].(string)
	return token
}

func (s *server) signInCodeForm(c echo.Context) error {
	waits, err := s.Desk.Pending(c.Request().Context(), s.pending(c))
	if err != nil {
		return err
	}
	if !waits {
		return redirect(c, "/sign-in")
	}
	return s.showCode(c, http.StatusOK, views.SignInForm{Next: c.QueryParam("next")}, nil)
}

func (s *server) signInCode(c echo.Context) error {
	form := views.SignInForm{Next: c.FormValue("next"), Resume: c.FormValue("resume")}
	resumed := resumable(form.Resume)
	form.Kept = kept(c, resumed)
	token, err := s.Desk.SignInCode(c.Request().Context(), s.pending(c), c.FormValue("code"), address(c), browser(c.Request()))
	s.noteRefusal(c, "", err)
	switch {
	case errors.Is(err, desk.ErrSignedOut):
		return redirect(c, "/sign-in") // it took too long
	case errors.Is(err, desk.ErrThrottled):
		return s.showCode(c, http.StatusTooManyRequests, form, err)
	case err != nil:
		return s.showCode(c, http.StatusUnprocessableEntity, form, err)
	}
	if err := s.signedIn(c, token); err != nil {
		return err
	}
	if len(form.Kept) > 0 {
		// As after a password: the browser posts the form where it belongs.
		return c.Redirect(http.StatusTemporaryRedirect, link(c.Request().Context(), resumed.Path))
	}
	return redirect(c, s.ownPath(form.Next))
}

func (s *server) showCode(c echo.Context, status int, form views.SignInForm, cause error) error {
	page, err := s.bare(c, "Enter your code")
	if err != nil {
		return err
	}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page.HasErrors = len(form.Errors) > 0
	return render(c, status, views.SignInCode(page, form))
}

// closed tells that somebody works on the desk. Browsers and probes may come
// back in two minutes.
func (s *server) closed(c echo.Context) error {
	page, err := s.bare(c, "Closed for maintenance")
	if err != nil {
		return err
	}
	set, err := s.Desk.Settings(c.Request().Context())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Retry-After", "120")
	return render(c, http.StatusServiceUnavailable, views.Closed(page, set.Maintenance.Note, s.token(c) != ""))
}
