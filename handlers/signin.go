package handlers

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/views"
)

// signInForm asks who it is, but for whoever is signed in already, and on a
// desk that has nobody yet.
func (s *server) signInForm(c echo.Context) error {
	ctx := c.Request().Context()
	if empty, err := s.Desk.Empty(ctx); err != nil {
		return err
	} else if empty {
		return redirect(c, "/setup")
	}
	if _, err := s.Desk.ActorBySession(ctx, s.token(c), c.RealIP()); err == nil {
		return redirect(c, s.ownPath(c.QueryParam("next")))
	}
	return s.showSignIn(c, http.StatusOK, views.SignInForm{Next: c.QueryParam("next")}, nil)
}

func (s *server) signIn(c echo.Context) error {
	form := views.SignInForm{Username: c.FormValue("username"), Next: c.FormValue("next"), Resume: c.FormValue("resume")}
	resumed := resumable(form.Resume)
	form.Kept = kept(c, resumed)
	token, err := s.Desk.SignIn(c.Request().Context(), form.Username, c.FormValue("password"), address(c), browser(c.Request()))
	s.noteRefusal(c, form.Username, err)
	if errors.Is(err, desk.ErrThrottled) {
		return s.showSignIn(c, http.StatusTooManyRequests, form, err)
	}
	if errors.Is(err, desk.ErrSecondStep) {
		return s.askCode(c, token, form)
	}
	if err != nil {
		return s.showSignIn(c, http.StatusUnprocessableEntity, form, err)
	}
	if err := s.signedIn(c, token); err != nil {
		return err
	}
	if len(form.Kept) > 0 {
		// The browser posts the form once more, now to where it belongs.
		return c.Redirect(http.StatusTemporaryRedirect, link(c.Request().Context(), resumed.Path))
	}
	return redirect(c, s.ownPath(form.Next))
}

// noteRefusal has the log say who was not let in, from where and why, for whoever
// watches it. username is what was typed, "" for the second step.
func (s *server) noteRefusal(c echo.Context, username string, err error) {
	refusals := desk.Refusals(err)
	if len(refusals) == 0 || errors.Is(err, desk.ErrSecondStep) || errors.Is(err, desk.ErrSignedOut) {
		return // let in, on the way, or a fault, which is logged as one
	}
	attrs := []slog.Attr{slog.String("reason", refusals[0].Code), slog.String("from", address(c)),
		slog.String("id", c.Response().Header().Get(echo.HeaderXRequestID))}
	if ctx := c.Request().Context(); username != "" && s.Desk.HasUser(ctx, username) {
		attrs = append(attrs, slog.String("user", strings.ToLower(strings.TrimSpace(username))))
	}
	s.Log.LogAttrs(c.Request().Context(), slog.LevelWarn, "sign-in refused", attrs...)
}

// askToSignIn sends the browser to the sign-in page, to come back after it. A
// form that somebody has filled in meanwhile comes along; of one on a page that
// talks to us by itself, the page is left as it is and told.
func (s *server) askToSignIn(c echo.Context, r Route) error {
	if empty, err := s.Desk.Empty(c.Request().Context()); err != nil {
		return err
	} else if empty {
		return redirect(c, "/setup")
	}
	if c.Request().Header.Get("HX-Request") == "true" {
		return render(c, http.StatusUnauthorized, views.SignedOut())
	}
	if fields := kept(c, r); len(fields) > 0 {
		return s.showSignIn(c, http.StatusUnauthorized, views.SignInForm{Resume: r.Path, Kept: fields}, nil)
	}
	path := "/sign-in"
	if r := c.Request(); r.Method == http.MethodGet && r.URL.Path != "/" {
		path += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	return redirect(c, path)
}

// resumable is the form with the path, one without fields when there is none
// that survives the end of a session.
func resumable(path string) Route {
	for _, r := range Routes() {
		if r.Method == http.MethodPost && r.Path == path && len(r.kept) > 0 {
			return r
		}
	}
	return Route{}
}

// kept are the fields of a form as they were posted. The button is not among
// them.
func kept(c echo.Context, r Route) []views.KeptField {
	if len(r.kept) == 0 {
		return nil
	}
	posted, err := c.FormParams()
	if err != nil {
		return nil // cut off, or no form: there is nothing whole to keep
	}
	var fields []views.KeptField
	for _, name := range r.kept {
		for _, value := range posted[name] {
			if value != "" {
				fields = append(fields, views.KeptField{Name: name, Value: value})
			}
		}
	}
	return fields
}

func (s *server) showSignIn(c echo.Context, status int, form views.SignInForm, cause error) error {
	page, err := s.bare(c, "Sign in")
	if err != nil {
		return err
	}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page.HasErrors = len(form.Errors) > 0
	return render(c, status, views.SignIn(page, form))
}

func (v *visit) signOut() error {
	if err := v.s.Desk.SignOut(v.Request().Context(), v.s.token(v.Context)); err != nil {
		return err
	}
	if err := v.s.signedOut(v.Context); err != nil {
		return err
	}
	return redirect(v.Context, "/sign-in")
}

// ownPath keeps "come back to" from leading to another site. Browsers drop tabs
// and line breaks out of an address and take a backslash for a slash, so what
// has any is not followed.
func (s *server) ownPath(next string) string {
	u, err := url.Parse(next) // refuses control characters
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}

// browser says roughly what was used, for the list of sessions: "Firefox on
// Windows".
func browser(r *http.Request) string {
	agent := r.UserAgent()
	name := "A browser"
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}} {
		if strings.Contains(agent, b[0]) {
			name = b[1]
			break
		}
	}
	for _, o := range [][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, o[0]) {
			return name + " on " + o[1]
		}
	}
	return name
}

// gallery shows the components, in development.
func (s *server) gallery(c echo.Context) error {
	if !s.Development {
		return echo.ErrNotFound
	}
	page, err := s.bare(c, "Components")
	if err != nil {
		return err
	}
	page.UserName, page.Credits = "Sam Carter", "4,812 credits"
	return render(c, http.StatusOK, views.Gallery(page))
}
