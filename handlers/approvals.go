package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/sms/gsm"
	"textdesk/views"
)

// approvals lists the sends that wait for an administrator.
func (v *visit) approvals() error {
	all, err := v.s.Desk.Approvals(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	page, err := v.page("Approvals", "/approvals")
	if err != nil {
		return err
	}
	out := views.Approvals{Now: v.now(), Above: v.set.Guard.ApproveAbove}
	for _, a := range all {
		b := a.Batch
		row := views.ApprovalRow{ID: b.ID, By: a.By, Body: b.Body, People: b.Recipients, Credits: b.Credits, Asked: b.CreatedAt.Time(), PlannedIn: a.Late}
		if b.SendAt > b.CreatedAt {
			row.Planned = b.SendAt.Time()
		}
		out.Rows = append(out.Rows, row)
	}
	return render(v.Context, http.StatusOK, views.ApprovalsPage(page, out))
}

// approval shows one of them, as its sender saw it.
func (v *visit) approval() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return v.showApproval(id, "", nil)
}

// decide approves a send or returns it, as the button says.
func (v *visit) decideApproval() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	ctx, note := v.Request().Context(), v.FormValue("note")
	done := "Approved: the send goes out."
	switch v.FormValue("do") {
	case "approve":
		err = v.s.Desk.Approve(ctx, v.actor, id, v.FormValue("now") != "")
	case "return":
		err, done = v.s.Desk.Return(ctx, v.actor, id, note), "Returned. Nothing of it was sent, and the sender has your note."
	default:
		return v.showApproval(id, note, nil)
	}
	switch {
	case errors.Is(err, desk.ErrNoteBlank), errors.Is(err, desk.ErrTooLong), errors.Is(err, desk.ErrPastTime):
		return v.showApproval(id, note, err)
	case errors.Is(err, desk.ErrNoApproval), errors.Is(err, desk.ErrOwnApproval):
		return v.backFromApproval(id, desk.Refusals(err)[0].Sentence)
	case err != nil:
		return err
	}
	return v.backFromApproval(id, done)
}

// backFromApproval leads to the send, or to the list for who decided in place of
// others and does not see what they send.
func (v *visit) backFromApproval(id int64, said string) error {
	_, err := v.s.Desk.Batch(v.Request().Context(), v.actor, id)
	if errors.Is(err, desk.ErrUnknownBatch) {
		return v.back("/approvals", "%s", said)
	}
	if err != nil {
		return err
	}
	return v.back(fmt.Sprintf("/batches/%d", id), "%s", said)
}

func (v *visit) showApproval(id int64, note string, cause error) error {
	ctx := v.Request().Context()
	a, err := v.s.Desk.Approval(ctx, v.actor, id)
	if errors.Is(err, desk.ErrNoApproval) || errors.Is(err, desk.ErrOwnApproval) {
		return v.backFromApproval(id, desk.Refusals(err)[0].Sentence)
	}
	if err != nil {
		return err
	}
	b := a.Batch
	out := views.Approval{ID: b.ID, By: a.By, Asked: b.CreatedAt.Time(), Late: a.Late, SkippedAll: a.SkippedAll, Note: note, Balance: "Unlimited"}
	if !a.Unlimited {
		out.Balance = views.Count(a.Balance)
	}
	if b.SendAt > b.CreatedAt {
		out.Planned = b.SendAt.Time()
	}
	for _, s := range a.Skipped {
		out.Skipped = append(out.Skipped, views.SkippedPerson{Typed: spaced(s.Typed, v.set.Country), Reason: s.Reason})
	}
	if err := v.s.Desk.ShowText(ctx, &a, v.formID("message")); err != nil {
		return err
	}
	if strings.Contains(b.Body, "((") { // what each reads may be another text
		out.Fields, out.Who, out.Before, out.After = b.Body, a.Sample.Number.Display(v.set.Country), a.Before, a.After
	}
	out.Parts = b.Parts
	out.Review.Form.Outlook = views.Outlook{Now: v.now(), Home: v.set.Country, People: int(b.Recipients), Credits: b.Credits,
		Sender: sms.Sender{Address: b.Sender, TON: b.TON}, Counter: views.Counter{Body: a.Sample.Body, Size: gsm.Count(a.Sample.Body)}}
	out.Review.Form.Outlook.Fill.ByParts = byParts(a.ByParts)
	route, err := v.s.Desk.Route(ctx)
	if err != nil && len(desk.Refusals(err)) == 0 {
		return err
	}
	out.Review.Simulated = route.Simulated
	status := http.StatusOK
	if out.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	if len(out.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	page, err := v.page("Approve", "/approvals")
	if err != nil {
		return err
	}
	page.HasErrors = len(out.Errors) > 0
	return render(v.Context, status, views.ApprovalPage(page, out))
}

// decisionView is where a send stands that had to be approved.
func (v *visit) decisionView(p desk.Progress) views.Decision {
	d := p.Decision
	return views.Decision{Waits: desk.WaitsForApproval(p.Batch), May: v.actor.MayDecide(p.Batch), Approved: d.Decision == desk.Approved,
		Returned: d.Decision == desk.Returned, By: d.By, Note: d.Note, At: d.At.Time()}
}
