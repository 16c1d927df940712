package handlers

import (
	"errors"
	"net/http"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

// showReview is the last look before several people are texted. Problems that
// no change of the form would solve stand on top, and then it cannot be sent.
func (v *visit) showReview(p plan, cause error) error {
	r := views.Review{Form: p.form}
	if p.form.Outlook.Leaves.IsZero() {
		r.Undo = p.order.Undo
	}
	route, err := v.s.Desk.Route(v.Request().Context())
	if errors.Is(err, desk.ErrNoRoute) && !errors.Is(cause, desk.ErrNoRoute) {
		cause = errors.Join(cause, err)
	} else if err != nil && !errors.Is(err, desk.ErrNoRoute) {
		return err
	}
	r.Rate, r.Takes, r.Simulated = route.Rate, route.Takes(int64(p.draft.People)), route.Simulated
	r.Forecast = v.forecast(p.form.Outlook.Leaves, r.Undo, r.Takes, p.draft.People)
	if r.Problems, err = fieldErrors(cause); err != nil {
		return err
	}
	status := http.StatusOK
	if len(r.Problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	page, err := v.page("Check and send", "/send")
	if err != nil {
		return err
	}
	page.HasErrors = len(r.Problems) > 0
	return render(v.Context, status, views.ReviewPage(page, r))
}

// forecast is how a send goes that begins at a time, or now after the time to
// undo it. One to a single person knows no quiet hours.
func (v *visit) forecast(at time.Time, undo, takes time.Duration, people int) views.Forecast {
	if at.IsZero() {
		at = v.now().Add(undo)
	}
	quiet := v.set.Quiet
	quiet.Off = quiet.Off || people == 1
	return views.Forecast(quiet.Forecast(at.In(v.set.Zone), takes))
}

// skippedShown is how many numbers of a reason are listed.
const skippedShown = 50

// skipped gathers the numbers that are none by their reason, in the order in
// which the reasons first appear.
func skipped(recipients []desk.Recipient, typed []sms.Typed) []views.Skipped {
	var groups []views.Skipped
	place := map[sms.Reason]int{}
	for i, r := range recipients {
		if r.Refusal == nil {
			continue
		}
		at, ok := place[r.Why]
		if !ok {
			at = len(groups)
			place[r.Why] = at
			groups = append(groups, views.Skipped{Why: r.Why})
		}
		g := &groups[at]
		if g.Count++; g.Count <= skippedShown {
			g.Typed = append(g.Typed, typed[i].Raw)
		}
	}
	return groups
}
