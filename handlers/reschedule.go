package handlers

import (
	"net/http"
	"time"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// rescheduleForm asks for another time of a planned send.
func (v *visit) rescheduleForm() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	if !desk.Movable(p.Batch) {
		return v.back(v.batchPath(p), "%s", desk.ErrNotPlanned.Sentence)
	}
	at := p.Batch.SendAt.Time().In(v.set.Zone)
	return v.showReschedule(p, at.Format(time.DateOnly), at.Format("15:04"), nil)
}

// reschedule gives it the time.
func (v *visit) reschedule() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	date, clock := v.FormValue("at_date"), v.FormValue("at_time")
	at, err := desk.ReadLocalTime(date, clock, v.set.Zone)
	if err == nil {
		err = v.s.Desk.Reschedule(v.Request().Context(), v.actor, p.Batch.ID, at.At)
	}
	switch {
	case is(err, desk.ErrNotPlanned), is(err, desk.ErrApprovedTime):
		return v.refusedBack(p, err)
	case len(desk.Refusals(err)) > 0:
		return v.showReschedule(p, date, clock, err)
	case err != nil:
		return err
	}
	return v.back(v.batchPath(p), "%s", views.LeavesNote(at.At, v.now(), at.Twice))
}

func (v *visit) showReschedule(p desk.Progress, date, clock string, cause error) error {
	r := views.Reschedule{Batch: p.Batch.ID, Now: v.now(), People: p.Batch.Recipients, Body: p.Batch.Body, Planned: p.Batch.SendAt.Time(),
		Date: date, Time: clock, Today: v.now().Format(time.DateOnly), Zone: views.ZoneWords(v.set.Zone)}
	for _, refusal := range desk.Refusals(cause) {
		r.Errors = append(r.Errors, ui.FieldError{Field: "at", Message: refusal.Sentence})
	}
	page, err := v.page("Change the time", "/outbox")
	if err != nil {
		return err
	}
	status := http.StatusOK
	if page.Width = ui.Narrow; len(r.Errors) > 0 {
		page.HasErrors, status = true, http.StatusUnprocessableEntity
	}
	return render(v.Context, status, views.ReschedulePage(page, r))
}
