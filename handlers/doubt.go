package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// doubtLength is how many messages a page of the doubtful shows.
const doubtLength = 20

// inDoubt lists the messages that somebody has to decide about.
func (v *visit) inDoubt() error { return v.showInDoubt(http.StatusOK, "") }

func (v *visit) showInDoubt(status int, problem string) error {
	f := desk.Filter{Statuses: []sms.Status{sms.InDoubt}, Before: v.cursor("before"), After: v.cursor("after"), Limit: doubtLength}
	found, err := v.s.Desk.Outbox(v.Request().Context(), v.actor, f)
	if err == nil && (f.Before != 0 && len(found.Messages) == 0 || f.After != 0 && !found.Newer) {
		// What was here has been decided: begin with what is left.
		f.Before, f.After = 0, 0
		found, err = v.s.Desk.Outbox(v.Request().Context(), v.actor, f)
	}
	if err != nil {
		return err
	}
	view := views.InDoubt{Now: v.now(), Problem: problem}
	for _, m := range found.Messages {
		d := views.Doubt{ID: m.ID, Number: m.Number.Display(v.set.Country), Text: m.Body, Provider: found.Providers[m.ProviderID],
			Handed: m.SubmittedAt.Time(), Reason: m.Reason, Code: m.Code, Credits: int(m.Credits), Tries: int(m.Attempts)}
		if v.actor.Admin() {
			d.By = found.Names[m.UserID]
		}
		view.Messages = append(view.Messages, d)
	}
	if n := len(found.Messages); n > 0 && found.Newer {
		view.Newer = fmt.Sprintf("/in-doubt?after=%d", found.Messages[0].ID)
	}
	if n := len(found.Messages); n > 0 && found.Older {
		view.Older = fmt.Sprintf("/in-doubt?before=%d", found.Messages[n-1].ID)
	}
	page, err := v.page("In doubt", "/in-doubt")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, problem != ""
	return render(v.Context, status, views.InDoubtPage(page, view))
}

// sendAgain queues a doubtful message once more.
func (v *visit) sendAgain() error {
	return v.decide(v.s.Desk.SendAgain, "The text goes out once more.")
}

// markAsSent settles a doubtful message.
func (v *visit) markAsSent() error {
	return v.decide(v.s.Desk.MarkAsSent, "Marked as sent.")
}

// decide does what was decided and returns to where it was.
func (v *visit) decide(do func(ctx context.Context, a desk.Actor, id int64) error, done string) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	back := messagePath(id)
	if v.FormValue("back") == "/in-doubt" {
		back = "/in-doubt"
	}
	err = do(v.Request().Context(), v.actor, id)
	if is(err, desk.ErrNotInDoubt) {
		if back == "/in-doubt" {
			return v.showInDoubt(http.StatusConflict, desk.ErrNotInDoubt.Sentence)
		}
		return v.showMessage(http.StatusConflict, desk.ErrNotInDoubt.Sentence)
	}
	if err != nil {
		return err
	}
	return v.back(back, "%s", done)
}

// is reports whether a request was refused for that reason.
func is(err error, r *desk.Refusal) bool { return errors.Is(err, r) }

func messagePath(id int64) string { return fmt.Sprintf("/messages/%d", id) }

func batchPath(id int64) string { return fmt.Sprintf("/batches/%d", id) }
