package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

// showReview is the last look before several people are texted. Problems that
// no change of the form would solve stand on top, and then it cannot be sent.
func (v *visit) showReview(p plan, cause error) error {
	r := views.Review{Form: p.form, Who: p.who()}
	if was, err := strconv.Atoi(v.FormValue("reviewed")); err == nil && v.FormValue("do") == "send" && !p.reviewed(v) {
		r.Was = views.Plural(was, "person", "people")
	}
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
	if r.Care, err = v.care(p.draft, cause); err != nil {
		return err
	}
	if r.Problems, err = fieldErrors(unsure(cause)); err != nil {
		return err
	}
	status := http.StatusOK
	if len(r.Problems) > 0 || r.Care.Error != "" {
		status = http.StatusUnprocessableEntity
	}
	page, err := v.page("Check and send", "/send")
	if err != nil {
		return err
	}
	page.HasErrors = status != http.StatusOK
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
func skipped(recipients []desk.Recipient, typed []sms.Typed, home string) []views.Skipped {
	var groups []views.Skipped
	type reason struct {
		why        sms.Reason
		suppressed bool
		says       string
	}
	place := map[reason]int{}
	for i, r := range recipients {
		if r.Refusal == nil || r.Duplicate {
			continue
		}
		why := reason{why: r.Why, suppressed: errors.Is(r.Refusal, desk.ErrSuppressed)}
		if !why.suppressed && !errors.Is(r.Refusal, desk.ErrBadNumber) {
			why.says = r.Refusal.Sentence
		}
		at, ok := place[why]
		if !ok {
			at = len(groups)
			place[why] = at
			groups = append(groups, views.Skipped{Why: why.why, Suppressed: why.suppressed, Says: why.says})
		}
		g := &groups[at]
		if g.Count++; g.Count > skippedShown {
			continue
		}
		if i < len(typed) {
			g.Typed = append(g.Typed, typed[i].Raw)
		} else {
			g.Typed = append(g.Typed, named(r, home))
		}
	}
	return groups
}

// named is somebody of a group or list with their number.
func named(r desk.Recipient, home string) string {
	number := r.Typed
	if r.Number != "" {
		number = r.Number.Display(home)
	}
	return strings.TrimSpace(r.Name + " " + number)
}

// who stands for the numbers of an order that goes to groups or lists, "" for
// others: what was typed goes along with the form anyway.
func (p plan) who() string {
	if len(p.order.Groups)+len(p.order.Lists) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, r := range p.draft.Recipients {
		if r.Refusal == nil && !r.Duplicate {
			fmt.Fprintln(sum, string(r.Number))
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// reviewed reports whether the form says that these very people were reviewed.
func (p plan) reviewed(v *visit) bool {
	return v.FormValue("reviewed") == strconv.Itoa(p.draft.People) && v.FormValue("who") == p.who()
}
