package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// runsShown is how many past times a page of a repeating send shows.
const runsShown = 25

func (v *visit) recurringList() error {
	found, err := v.s.Desk.AllRecurring(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	all := make([]views.Recurring, len(found))
	for i, r := range found {
		all[i] = v.recurringView(r)
	}
	page, err := v.page("Repeating sends", "/outbox")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.RecurringPage(page, all))
}

// recurringPage shows one with its past, newest first: /recurring/7?before=…
// has what came before an instant, in milliseconds.
func (v *visit) recurringPage() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	before := v.cursor("before")
	var until time.Time
	if before > 0 {
		until = time.UnixMilli(before)
	}
	runs, older, err := v.s.Desk.Runs(v.Request().Context(), r, until, runsShown)
	if err != nil {
		return err
	}
	view := v.recurringView(r)
	for _, run := range runs {
		p := v.runView(run, r)
		if run.DecidedBy != 0 {
			if p.By, err = v.s.Desk.RunDecider(v.Request().Context(), run); err != nil {
				return err
			}
		}
		view.Past = append(view.Past, p)
	}
	path := fmt.Sprintf("/recurring/%d", r.ID)
	if older {
		view.Older = fmt.Sprintf("%s?before=%d", path, int64(runs[len(runs)-1].OccurrenceAt))
	}
	if before > 0 {
		view.Newest = path
	}
	return v.showRecurring(r.Name, func(page ui.Page) error { return render(v.Context, http.StatusOK, views.RecurringOnePage(page, view)) })
}

func (v *visit) showRecurring(title string, show func(ui.Page) error) error {
	page, err := v.page(title, "/outbox")
	if err != nil {
		return err
	}
	return show(page)
}

func (v *visit) pauseRecurring() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	if _, err := v.s.Desk.PauseRecurring(v.Request().Context(), v.actor, r.ID); err != nil {
		return v.recurringRefused(r, err)
	}
	return v.backTo(r, "Paused. It does not come until somebody resumes it.")
}

func (v *visit) resumeRecurring() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	if err := v.s.Desk.ResumeRecurring(v.Request().Context(), v.actor, r.ID); err != nil {
		return v.recurringRefused(r, err)
	}
	return v.backTo(r, "It goes on with its next time.")
}

func (v *visit) skipNextForm() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	if len(r.Next) == 0 {
		return v.backTo(r, "There is no time to skip.")
	}
	view := v.recurringView(r)
	return v.showRecurring("Skip the next one?", func(page ui.Page) error {
		page.Width = ui.Narrow
		return render(v.Context, http.StatusOK, views.SkipNextPage(page, view))
	})
}

func (v *visit) skipNext() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	millis, err := strconv.ParseInt(v.FormValue("at"), 10, 64)
	if err != nil {
		return desk.ErrOccurrenceGone
	}
	at := time.UnixMilli(millis)
	if err := v.s.Desk.SkipNext(v.Request().Context(), v.actor, r.ID, at); err != nil {
		return v.recurringRefused(r, err)
	}
	return v.backTo(r, "Skipped: %s.", views.Moment(at.In(r.Rule.Zone), v.now()))
}

func (v *visit) endRecurringForm() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	if r.EndedAt != 0 {
		return v.backTo(r, "It has ended already.")
	}
	view := v.recurringView(r)
	return v.showRecurring("End this repeating send?", func(page ui.Page) error {
		page.Width = ui.Narrow
		return render(v.Context, http.StatusOK, views.EndRecurringPage(page, view))
	})
}

func (v *visit) endRecurring() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	if err := v.s.Desk.EndRecurring(v.Request().Context(), v.actor, r.ID); err != nil {
		return v.recurringRefused(r, err)
	}
	return v.backTo(r, "It has ended. It never goes again.")
}

// sendMissedForm asks before a missed time is sent.
func (v *visit) sendMissedForm() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	for _, run := range r.Missed {
		if run.ID != v.cursor("run") {
			continue
		}
		draft, err := v.s.Desk.CheckRecurring(v.Request().Context(), r)
		if err != nil {
			return err
		}
		if len(draft.Problems) > 0 {
			return v.backTo(r, "It cannot be sent now. %s", draft.Problems[0].Sentence)
		}
		view := v.recurringView(r)
		return v.showRecurring("Send it now, late?", func(page ui.Page) error {
			page.Width = ui.Narrow
			return render(v.Context, http.StatusOK, views.SendMissedPage(page, view, v.runView(run, r), draft.People))
		})
	}
	return v.recurringRefused(r, desk.ErrOccurrenceGone)
}

func (v *visit) sendMissed() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	batch, err := v.s.Desk.SendMissed(v.Request().Context(), v.actor, r.ID, v.formID("run"))
	if err != nil {
		return v.recurringRefused(r, err)
	}
	return v.back(fmt.Sprintf("/batches/%d", batch), "It is on its way.")
}

func (v *visit) skipMissed() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	if err := v.s.Desk.SkipMissed(v.Request().Context(), v.actor, r.ID, v.formID("run")); err != nil {
		return v.recurringRefused(r, err)
	}
	return v.backTo(r, "Left out. Nobody gets that one.")
}

// formID is an id in the form, 0 when there is none.
func (v *visit) formID(name string) int64 {
	for _, id := range parseIDs([]string{v.FormValue(name)}) {
		return id
	}
	return 0
}

func (v *visit) foundRecurring() (desk.Recurring, error) {
	id, err := v.id()
	if err != nil {
		return desk.Recurring{}, err
	}
	return v.s.Desk.Recurring(v.Request().Context(), v.actor, id)
}

// recurringRefused shows the page again with why something was not done.
func (v *visit) recurringRefused(r desk.Recurring, err error) error {
	rs := desk.Refusals(err)
	if len(rs) == 0 || errors.Is(err, desk.ErrUnknownRecurring) {
		return err
	}
	return v.backTo(r, "%s", rs[0].Sentence)
}

func (v *visit) backTo(r desk.Recurring, format string, args ...any) error {
	return v.back(fmt.Sprintf("/recurring/%d", r.ID), format, args...)
}

// recurringView is one as pages show it.
func (v *visit) recurringView(r desk.Recurring) views.Recurring {
	view := views.Recurring{ID: r.ID, Name: r.Name, Words: r.Rule.Words(), Zone: views.ZoneWords(r.Rule.Zone), Paused: r.PausedAt > 0, Ended: r.EndedAt > 0,
		Numbers: len(r.To.Numbers), Groups: r.GroupNames, Lists: r.ListNames, Sender: r.Sender, Body: r.Body, Now: v.s.Desk.Now().In(r.Rule.Zone)}
	if r.UserID != v.actor.User.ID {
		view.Owner = r.Owner
	}
	switch {
	case r.EndsAfter > 0:
		view.Until = "After " + views.Plural(r.EndsAfter, "time", "times") + "; " + views.Count(r.Passed) + " so far"
	case !r.Rule.Ends.IsZero():
		view.Until = "On " + r.Rule.Ends.Format("Monday 2 January 2006")
	}
	if first := r.Rule.Starts; first.After(view.Now) {
		view.StartsLate = "Not before " + first.Format("Monday 2 January 2006")
	}
	view.Next = v.runViews(r.Next, r.To)
	for _, run := range r.Missed {
		view.Missed = append(view.Missed, v.runView(run, r))
	}
	if r.Last != nil {
		last := v.runView(*r.Last, r)
		view.Last = &last
	}
	return view
}

func (v *visit) runView(run desk.Run, r desk.Recurring) views.Run {
	return views.Run{ID: run.ID, At: run.OccurrenceAt.Time().In(r.Rule.Zone), State: run.State, Reason: run.Reason, BatchID: int64(run.BatchID)}
}

// runViews are times to come of what goes to those people.
func (v *visit) runViews(all []desk.Occurrence, to desk.To) []views.Run {
	var runs []views.Run
	for _, o := range all {
		run := views.Run{At: o.At, Missing: o.Missing, Twice: o.Twice}
		if at := o.At.In(v.set.Zone); to.Several() && v.set.Quiet.At(at) {
			run.Leaves = v.set.Quiet.Opens(at)
		}
		runs = append(runs, run)
	}
	return runs
}

// newRecurringForm begins where every text begins.
func (v *visit) newRecurringForm() error { return redirect(v.Context, "/send?when=repeat") }
