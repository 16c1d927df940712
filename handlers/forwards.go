package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// forwardsLength is how many forwards a page lists.
const forwardsLength = 50

// number shows one with its log.
func (v *visit) number() error {
	ctx := v.Request().Context()
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	view := views.NumberPage{NumberLine: v.numberLine(n), Now: v.now(), URL: n.URL(), HasAuth: n.HasAuth(), NetworkHost: networkHost(n), List: n.List, ListID: int64(n.ListID), People: n.ListPeople,
		Which: v.QueryParam("show"), Newest: v.cursor("before") == 0}
	if view.Which != desk.ForwardsWaiting && view.Which != desk.ForwardsGivenUp {
		view.Which = desk.ForwardsAll
	}
	if view.MayAllow, err = v.s.Desk.MayAllowHosts(ctx, v.actor); err != nil {
		return err
	}
	if view.Tells = bool(n.Tells); n.Forwards() {
		if view.Told, view.HasMail, err = v.s.Desk.WhoIsTold(ctx, v.actor, n.ID); err != nil {
			return err
		}
	}
	lines, older, err := v.s.Desk.Forwards(ctx, v.actor, n.ID, view.Which, v.cursor("before"), forwardsLength)
	if err != nil && !is(err, desk.ErrForbidden) {
		return err
	}
	view.Readable = err == nil
	for _, l := range lines {
		view.Lines = append(view.Lines, v.forwardLine(l))
	}
	if older {
		view.Older = filtered(numberPath(n.ID), "show", view.Which, "before", strconv.FormatInt(lines[len(lines)-1].ID, 10))
	}
	page, err := v.page(n.Display(v.set.Country), "/numbers")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.NumberPageView(page, view))
}

// networkHost is the host of a number's address as the network has it, "" where
// people read the same.
func networkHost(n desk.Number) string {
	if at, err := url.Parse(n.ForwardURL); err == nil && strings.ToLower(at.Host) != n.Host() {
		return at.Hostname()
	}
	return ""
}

func (v *visit) forwardLine(l desk.ForwardLine) views.ForwardLine {
	line := views.ForwardLine{ID: l.ID, At: l.Inbound.ReceivedAt.Time(), From: l.Inbound.Number.Display(v.set.Country), Text: l.Inbound.Body,
		State: views.ForwardState(l.State, l.Tries), Reason: l.Reason, Tries: l.Tries, Answered: l.Last.Answered, Problem: l.Last.Problem}
	if l.State == desk.ForwardWaits {
		line.NextAt = l.NextAt.Time()
	}
	return line
}

// oneForward is the forward of the address.
func (v *visit) oneForward() (n desk.Number, id int64, err error) {
	if n, err = v.theNumber(); err != nil {
		return n, 0, err
	}
	id, err = strconv.ParseInt(v.Param("forward"), 10, 64)
	if err != nil || id <= 0 {
		return n, 0, echo.ErrNotFound
	}
	return n, id, nil
}

// forward shows one text of the log with every try.
func (v *visit) forward() error {
	n, id, err := v.oneForward()
	if err != nil {
		return err
	}
	l, tries, err := v.s.Desk.Forward(v.Request().Context(), v.actor, n.ID, id)
	if err != nil {
		return err
	}
	view := views.ForwardPage{ForwardLine: v.forwardLine(l), Now: v.now(), NumberID: n.ID, Number: n.Display(v.set.Country), Again: n.Forwards() && !l.Inbound.Number.Erased()}
	for _, t := range tries {
		view.Attempts = append(view.Attempts, views.ForwardAttempt{At: t.At.Time(), Took: time.Duration(t.Took) * time.Millisecond, Method: t.Method, Host: desk.ShownHost(t.Host),
			Answered: t.Answered, Problem: t.Problem, Answer: t.Answer})
	}
	page, err := v.page("Text from "+view.From, "/numbers")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.ForwardPageView(page, view))
}

func (v *visit) forwardAgain() error {
	n, id, err := v.oneForward()
	if err != nil {
		return err
	}
	if err := v.s.Desk.ForwardAgain(v.Request().Context(), v.actor, n.ID, id); err != nil {
		return err
	}
	return v.back(fmt.Sprintf("%s/forwards/%d", numberPath(n.ID), id), "It goes again in a moment.")
}

func (v *visit) forwardGivenUpAgain() error {
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	count, err := v.s.Desk.ForwardGivenUpAgain(v.Request().Context(), v.actor, n.ID)
	if err != nil {
		return err
	}
	return v.back(numberPath(n.ID), "%s again in a moment.", views.Plural(count, "text goes", "texts go"))
}

func (v *visit) leaveGivenUp() error {
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	count, err := v.s.Desk.LeaveGivenUp(v.Request().Context(), v.actor, n.ID)
	if err != nil {
		return err
	}
	return v.back(numberPath(n.ID), "%s left. The log still has them.", views.Plural(count, "text is", "texts are"))
}

// testForward forwards a made-up text and shows the answer.
func (v *visit) testForward() error {
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	call, o, err := v.s.Desk.TestForward(v.Request().Context(), v.actor, n.ID)
	if err != nil {
		return err
	}
	view := views.ForwardTest{NumberID: n.ID, Number: n.Display(v.set.Country), Method: strings.ToUpper(n.ForwardMethod), URL: n.URL(), Parameters: call.Text.Parameters(),
		ForwardAttempt: views.ForwardAttempt{Took: o.Took, Answered: int64(o.Status), Problem: o.Problem, Answer: o.Answer}}
	page, err := v.page("Test of "+view.Number, "/numbers")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.ForwardTestPage(page, view))
}
