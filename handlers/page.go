package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// render answers with a page or a fragment of one.
func render(c echo.Context, status int, component templ.Component) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().WriteHeader(status)
	return component.Render(c.Request().Context(), c.Response())
}

// redirect sends the browser to one of our pages, with GET.
func redirect(c echo.Context, path string) error {
	return c.Redirect(http.StatusSeeOther, link(c.Request().Context(), path))
}

// back redirects, and has the next page say what was done.
func (v *visit) back(path, format string, args ...any) error {
	if err := v.s.flash(v.Context, fmt.Sprintf(format, args...)); err != nil {
		return err
	}
	return redirect(v.Context, path)
}

// page is the shell of a screen for the person who is signed in. current is the
// path of the navigation's item.
func (v *visit) page(title, current string) (ui.Page, error) {
	at, err := v.s.Desk.Attention(v.Request().Context(), v.actor)
	if err != nil {
		return ui.Page{}, err
	}
	unread, err := v.s.Desk.InboxUnread(v.Request().Context(), v.actor)
	if err != nil {
		return ui.Page{}, err
	}
	p := ui.Page{Title: title, Org: v.set.Organisation, UserName: v.actor.Name(), Banner: v.s.Banner, Flash: v.s.takeFlash(v.Context),
		Credits: credits(v.actor), CreditsPath: "/credits", CreditsLow: desk.LowOnCredits(v.actor.User)}
	v.s.brand(&p, v.set.Branding)
	if v.actor.Acting() {
		p.ActingAs, p.ActingBy = v.actor.Name(), desk.Actor{User: v.actor.By}.Name()
	}
	if !v.set.RestoredAt.IsZero() {
		p.Banner = "Nothing is sent: this desk was restored from a backup. An administrator lets it send again on the System page."
	}
	p.Nav = []ui.NavItem{
		{Path: "/", Icon: "house", Label: "Home"},
		{Path: "/send", Icon: "send", Label: "Send"},
		{Path: "/inbox", Icon: "inbox", Label: "Inbox", Badge: unreadWords(unread), BadgeLabel: inboxBadge, ID: "nav-inbox"},
		{Path: "/outbox", Icon: "history", Label: "Outbox"},
		{Path: "/contacts", Icon: "contact-round", Label: "Contacts"},
		{Path: "/templates", Icon: "layout-template", Label: "Templates"},
		{Path: "/reports", Icon: "chart-column", Label: "Reports"},
	}
	if n := at.InDoubt; n > 0 {
		p.Nav = append(p.Nav, ui.NavItem{Path: "/in-doubt", Icon: "circle-question-mark", Label: "In doubt", Badge: views.Count(n), BadgeLabel: "messages in doubt"})
	}
	if at.Simulated {
		p.Nav = append(p.Nav, ui.NavItem{Path: "/simulator", Icon: "smartphone", Label: "Simulator"})
	}
	if n := len(at.Approvals); n > 0 {
		p.Nav = append(p.Nav, ui.NavItem{Path: "/approvals", Icon: "circle-check", Label: "Approvals", Badge: views.Count(n), BadgeLabel: "sends that wait for your approval"})
	}
	p.Nav = append(p.Nav, ui.NavItem{Path: "/help", Icon: "book-open", Label: "Help"})
	if v.actor.Admin() {
		providers := ui.NavItem{Path: "/providers", Icon: "radio-tower", Label: "Providers"}
		if n := len(at.Troubled); n > 0 {
			providers.Badge, providers.BadgeLabel = strconv.Itoa(n), "in trouble"
		} else if n := len(at.Paused); n > 0 {
			providers.Badge, providers.BadgeLabel = strconv.Itoa(n), "paused"
		}
		numbers := ui.NavItem{Path: "/numbers", Icon: "hash", Label: "Numbers"}
		if n := at.GivenUp; n > 0 {
			numbers.Badge, numbers.BadgeLabel = views.Count(n), "texts that could not be forwarded"
		}
		p.AdminNav = []ui.NavItem{{Path: "/users", Icon: "users-round", Label: "Users"}, numbers, providers, {Path: "/audit", Icon: "eye", Label: "Audit log"}, {Path: "/settings", Icon: "settings-2", Label: "Settings"}, {Path: "/system", Icon: "server", Label: "System"}}
	}
	for _, items := range [][]ui.NavItem{p.Nav, p.AdminNav} {
		for i := range items {
			items[i].Current = items[i].Path == current
		}
	}
	return p, nil
}

// credits says in words what the actor has.
func credits(a desk.Actor) string {
	if a.User.Unlimited {
		return "Unlimited credits"
	}
	return views.Plural(a.User.Balance, "credit", "credits")
}

// bare is the shell of a page for whoever is not signed in.
func (s *server) bare(c echo.Context, title string) (ui.Page, error) {
	set, err := s.Desk.Settings(c.Request().Context())
	if err != nil {
		return ui.Page{}, err
	}
	p := ui.Page{Title: title, Org: set.Organisation, Flash: s.takeFlash(c), Banner: s.Banner}
	s.brand(&p, set.Branding)
	return p, nil
}

// fieldErrors are the refusals in err as a form shows them. A fault is returned
// as it is.
func fieldErrors(err error) ([]ui.FieldError, error) {
	refusals := desk.Refusals(err)
	if err != nil && len(refusals) == 0 {
		return nil, err
	}
	var all []ui.FieldError
	for _, r := range refusals {
		all = append(all, ui.FieldError{Field: r.Field, Message: r.Sentence})
	}
	return all, nil
}

// id is the number in the address, or an error that shows as not found.
func (v *visit) id() (int64, error) {
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, echo.ErrNotFound
	}
	return id, nil
}

// fragment reports whether htmx asks for a part of the page only.
func (v *visit) fragment() bool { return v.Request().Header.Get("HX-Request") == "true" }

// showError is what a person sees when a page cannot be made.
func (s *server) showError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if errors.Is(err, desk.ErrMaintenance) {
		if err := s.closed(c); err != nil {
			s.Log.Warn("render notice", "error", err)
		}
		return
	}
	status, title, text := http.StatusInternalServerError, "Something went wrong", "This is our fault, not yours. Nothing was lost; try again, and tell your administrator if it happens again."
	var httpError *echo.HTTPError
	switch refusals := desk.Refusals(err); {
	case errors.Is(err, desk.ErrWrongKey):
		title, text = "The secret key is not the right one", "The provider's credentials are sealed with another key. Your administrator can put the right secret.key back into the data directory; until then its texts wait."
	case desk.IsDiskFull(err):
		status, title, text = http.StatusServiceUnavailable, "The desk’s disk is full", "What you just did was not stored. Everything from before is kept. Your administrator has to make room on the disk of the desk; then try again."
	case errors.Is(err, desk.ErrForbidden):
		status, title, text = http.StatusForbidden, "Not allowed", desk.ErrForbidden.Sentence
	case errors.Is(err, desk.ErrUnknownMessage), errors.Is(err, desk.ErrUnknownBatch), errors.Is(err, desk.ErrUnknownProvider), errors.Is(err, desk.ErrUnknownKey),
		errors.Is(err, desk.ErrUnknownUser), errors.Is(err, desk.ErrUnknownLogo), errors.Is(err, desk.ErrUnknownCallback), errors.Is(err, desk.ErrUnknownTemplate), errors.Is(err, desk.ErrUnknownRecurring),
		errors.Is(err, desk.ErrUnknownPerson), errors.Is(err, desk.ErrUnknownImport), errors.Is(err, desk.ErrUnknownGroup), errors.Is(err, desk.ErrUnknownList), errors.Is(err, desk.ErrUnknownEntry),
		errors.Is(err, desk.ErrUnknownConversation), errors.Is(err, desk.ErrUnknownConsent), errors.Is(err, desk.ErrUnknownWork), errors.Is(err, desk.ErrUnknownColumn),
		errors.Is(err, desk.ErrUnknownVMN), errors.Is(err, desk.ErrUnknownForward), errors.Is(err, desk.ErrUnknownKeyword), errors.Is(err, desk.ErrUnknownReportMail):
		status, title, text = http.StatusNotFound, "Not found", refusals[0].Sentence
	case len(refusals) > 0:
		status, title, text = http.StatusUnprocessableEntity, "That was not possible", refusals[0].Sentence
	case errors.As(err, &httpError):
		status = httpError.Code
		switch status {
		case http.StatusNotFound:
			title, text = "Page not found", "If you typed the address, check that it is right."
		case http.StatusRequestEntityTooLarge:
			title, text = "Too much at once", "This is more than the desk takes in one go. Go back, make it smaller, and try again."
		case http.StatusMethodNotAllowed:
			title, text = "Page not found", "This address takes no request of that kind."
		default:
			title, text = http.StatusText(status), strings.TrimSuffix(fmt.Sprint(httpError.Message), ".")+"."
		}
	}
	if status >= 500 {
		s.Log.Error("request failed", "route", c.Path(), "error", err, "id", c.Response().Header().Get(echo.HeaderXRequestID))
	}
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(status)
		return
	}
	reference := ""
	if status >= 500 {
		reference = c.Response().Header().Get(echo.HeaderXRequestID)
	}
	if err := render(c, status, s.failure(c, status, title, text, reference)); err != nil {
		s.Log.Warn("render error page", "error", err)
	}
}

// failure is the page for an error: inside the shell for whoever is signed in,
// as long as the store can be trusted to say so.
func (s *server) failure(c echo.Context, status int, title, text, reference string) templ.Component {
	ctx := c.Request().Context()
	if status < 500 {
		actor, err := s.Desk.ActorWatching(ctx, s.token(c), c.RealIP())
		set, settingsErr := s.Desk.Settings(ctx)
		if err == nil && settingsErr == nil {
			v := &visit{Context: c, s: s, actor: actor, set: set}
			if page, err := v.page(title, ""); err == nil {
				return views.FailureInside(page, text, reference)
			}
		}
	}
	page, err := s.bare(c, title)
	if err != nil {
		page = ui.Page{Title: title}
	}
	return views.Failure(page, text, reference)
}
