package handlers

import (
	"fmt"
	"net/http"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// message shows one message, from its writing to the phone.
func (v *visit) message() error { return v.showMessage(http.StatusOK, "") }

// showMessage renders the page of the message in the address; problem says why
// what was asked for was not possible.
func (v *visit) showMessage(status int, problem string) error {
	m, err := v.readMessage()
	if err != nil {
		return err
	}
	page, err := v.page("Text to "+m.Number, "/outbox")
	if err != nil {
		return err
	}
	m.Problem, page.HasErrors = problem, problem != ""
	return render(v.Context, status, views.MessagePage(page, m))
}

// messageLive is what changes on the page.
func (v *visit) messageLive() error {
	m, err := v.readMessage()
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.MessageLive(m))
}

func (v *visit) readMessage() (views.Message, error) {
	id, err := v.id()
	if err != nil {
		return views.Message{}, err
	}
	story, err := v.s.Desk.Message(v.Request().Context(), v.actor, id)
	if err != nil {
		return views.Message{}, err
	}
	return v.messageView(story), nil
}

func (v *visit) messageView(story desk.Story) views.Message {
	m, home := story.Message, v.set.Country
	sender := sms.Sender{Address: m.Sender, TON: m.TON}
	view := views.Message{Now: v.now(), ID: m.ID, Number: m.Number.Display(home), Text: views.Kept(m.Body), From: views.FromWords(sender, home),
		By: sentBy(story.By, story.Batch.Door), Status: m.Status, Reason: m.Reason, Parts: int(m.Parts), Credits: int(m.Credits), Provider: story.Provider,
		Made: m.CreatedAt.Time(), Wait: v.waitView(story.Wait), CanBeTakenOff: m.Status.Waiting(), Refunded: desk.Refunded(m),
		BatchPath: batchPath(story.Batch.ID), BatchSize: int(story.Batch.Recipients), CanBeMoved: desk.Movable(story.Batch)}
	if story.To.ID != 0 {
		view.Name, view.ContactPath = story.To.Name, fmt.Sprintf("/contacts/%d", story.To.ID)
	}
	if v.actor.Admin() {
		view.ProviderPath = "/providers"
	}
	if v.actor.MayDecide(story.Batch) {
		view.ApprovalPath = fmt.Sprintf("/approvals/%d", story.Batch.ID)
	}
	if story.Simulated && !m.Number.Erased() {
		view.PhonePath = "/simulator/" + m.Number.Digits()
	}
	for _, e := range story.Events {
		step := views.MessageEvent{Status: e.Status, At: e.At.Time(), Reason: e.Detail, Code: e.Code, Reference: e.Reference}
		if e.UserID != 0 {
			if step.By = story.Deciders[int64(e.UserID)]; step.By == "" {
				step.By = "an administrator"
			}
		}
		view.Events = append(view.Events, step)
	}
	for _, p := range story.Parts {
		view.References = append(view.References, views.PartReference{ID: m.ID + p.Part, Reference: p.Reference, Status: p.Status, Code: p.Code})
	}
	for _, r := range story.Replies {
		view.Replies = append(view.Replies, views.Reply{Text: views.Kept(r.Body), At: r.ReceivedAt.Time()})
	}
	view.LiveEvery = liveEvery(view)
	return view
}

// waitView is why a message waits, as pages show it.
func (v *visit) waitView(w desk.Wait) views.Wait {
	return views.Wait{For: string(w.For), Since: w.Since, By: w.By, Mine: w.ByID != 0 && w.ByID == v.actor.User.ID, Until: w.Until, Trouble: w.Trouble}
}

// liveEvery is how often the page asks: every second while something is about
// to happen, seldom while a message waits for tomorrow or for a receipt that
// does not come, never when nothing more can happen.
func liveEvery(m views.Message) string {
	last := m.Made
	if n := len(m.Events); n > 0 {
		last = m.Events[n-1].At
	}
	quiet := m.Now.Sub(last)
	switch {
	case m.Status.Final():
		return ""
	case m.Wait.For == string(desk.WaitsForDecision), m.Wait.For == string(desk.WaitsForRestore), m.Wait.For == string(desk.WaitsForPerson), m.Wait.For == string(desk.WaitsForResume), m.Status == sms.InDoubt, m.Status == sms.Unknown:
		return "10s"
	case m.Status.Waiting() && m.Wait.Until.Sub(m.Now) > time.Minute:
		return "10s"
	case m.Status.Outstanding() && quiet > time.Hour:
		return "30s"
	case m.Status.Outstanding() && quiet > 3*time.Minute:
		return "5s"
	}
	return "1s"
}

// cancelForm asks once more.
func (v *visit) cancelForm() error {
	m, err := v.readMessage()
	if err != nil {
		return err
	}
	if !m.CanBeTakenOff {
		return v.showMessage(http.StatusConflict, desk.ErrTooLate.Sentence)
	}
	page, err := v.page("Cancel this text?", "/outbox")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.CancelMessage(page, m))
}

// cancel takes the message back.
func (v *visit) cancel() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	err = v.s.Desk.Cancel(v.Request().Context(), v.actor, id)
	if is(err, desk.ErrTooLate) {
		return v.showMessage(http.StatusConflict, desk.ErrTooLate.Sentence)
	}
	if err != nil {
		return err
	}
	return v.back(messagePath(id), "Cancelled. The text was not sent, and its credits came back.")
}

// sentBy is who sent something: what the desk has answered by itself is nobody's
// doing, though somebody pays for it.
func sentBy(name, door string) string {
	if door == desk.DoorAutomatic {
		return "The desk, by itself; paid by " + name
	}
	return name
}
