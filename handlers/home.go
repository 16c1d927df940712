package handlers

import (
	"fmt"
	"net/http"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// home is where somebody begins their day.
func (v *visit) home() error {
	h, err := v.overview()
	if err != nil {
		return err
	}
	if v.actor.Admin() && !v.set.SetUp.Done() {
		some, err := v.s.Desk.HasContacts(v.Request().Context(), v.actor)
		if err != nil {
			return err
		}
		h.Started = &views.GettingStarted{Contacts: some, Organisation: v.set.SetUp.Organisation, Provider: v.set.SetUp.Provider, FirstText: v.set.SetUp.FirstText}
	}
	page, err := v.page("Home", "/")
	if err != nil {
		return err
	}
	page.Width = ui.Wide
	return render(v.Context, http.StatusOK, views.HomePage(page, h))
}

// homeLive answers with the part of the page that changes.
func (v *visit) homeLive() error {
	h, err := v.overview()
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.HomeLive(h))
}

func (v *visit) overview() (views.Home, error) {
	ctx := v.Request().Context()
	o, err := v.s.Desk.Overview(ctx, v.actor)
	if err != nil {
		return views.Home{}, err
	}
	at, err := v.s.Desk.Attention(ctx, v.actor)
	if err != nil {
		return views.Home{}, err
	}
	u := v.actor.User
	h := views.Home{Now: v.now(), Name: v.actor.User.FirstName, Left: o.Today.Left(), Delivered: o.Today.Delivered(), NotDelivered: o.Today.NotDelivered(),
		Waiting: o.Today.Waiting(), Replies: o.Today.Replies, Unlimited: bool(u.Unlimited), Credits: u.Balance, Low: desk.LowOnCredits(u), Lasts: o.Lasts,
		RunningMore: o.RunningMore, Others: v.actor.Admin(), Needs: v.needs(o, at), LiveEvery: "20s"}
	for _, day := range o.Week {
		h.Week = append(h.Week, dayBar(day, day.Day.Format("Mon 2")))
	}
	for _, r := range o.Running {
		b := r.Batch
		run := views.RunningSend{ID: b.ID, Text: b.Body, By: r.By, Mine: b.UserID == u.ID, People: b.Recipients, Paused: b.PausedAt != 0}
		for _, g := range barGroups {
			n := 0
			for _, s := range g.statuses {
				n += int((desk.Progress{Batch: b}).Counts()[s])
			}
			run.Segments = append(run.Segments, ui.Segment{Tone: g.tone, Word: g.word, Count: n})
		}
		h.Running = append(h.Running, run)
		if b.PausedAt == 0 {
			h.LiveEvery = "3s"
		}
	}
	for _, in := range o.Replies {
		h.Recent = append(h.Recent, views.RecentReply{Number: in.From.Display(v.set.Country), Text: in.Body, At: in.ReceivedAt, Path: replyPath(in)})
	}
	return h, nil
}

// replyPath is where a received text stands in its conversation.
func replyPath(in desk.InboundLine) string {
	if in.ConversationID != 0 {
		return fmt.Sprintf("/inbox/%d", in.ConversationID)
	}
	return "/inbox"
}

// barGroups are the shares of bars and charts, in the order in which they are
// drawn. Together they hold every state once.
var barGroups = []struct {
	word     string
	tone     ui.Tone
	statuses []sms.Status
}{
	{"delivered", ui.Delivered, []sms.Status{sms.Delivered}},
	{"on the way", ui.Going, []sms.Status{sms.Submitting, sms.Submitted, sms.Sent}},
	{"waiting", ui.Waiting, []sms.Status{sms.Scheduled, sms.Queued}},
	{"not delivered", ui.Failed, []sms.Status{sms.Failed, sms.Expired}},
	{"in doubt or unknown", ui.Attention, []sms.Status{sms.InDoubt, sms.Unknown}},
	{"not sent", ui.Neutral, []sms.Status{sms.Cancelled, sms.Suppressed}},
}

// dayBar is a bar of a chart of days.
func dayBar(day desk.DaySum, label string) ui.Bar {
	bar := ui.Bar{Label: label}
	for _, g := range barGroups {
		n := int64(0)
		for _, s := range g.statuses {
			n += day.ByStatus[s]
		}
		bar.Parts = append(bar.Parts, ui.Segment{Tone: g.tone, Word: capital(g.word), Count: int(n)})
	}
	return bar
}

// needs lists what somebody has to do, what is worst first.
func (v *visit) needs(o desk.Overview, at desk.Attention) []views.Need {
	var all []views.Need
	add := func(tone ui.Tone, icon, title, text, path string) {
		all = append(all, views.Need{Tone: tone, Icon: icon, Title: title, Text: text, Path: path})
	}
	if v.actor.Admin() && !v.set.RestoredAt.IsZero() {
		add(ui.Failed, "server", "Nothing is sent", "This desk was restored from a backup. Look at what is due and let it send again.", "/restored")
	}
	if b := v.set.Backup; v.actor.Admin() && !b.FailedAt.IsZero() {
		add(ui.Failed, "server", "The last backup failed", views.Sentence(b.Problem), "/system")
	}
	for _, p := range at.Troubled {
		add(ui.Failed, "radio-tower", p.Name+" is in trouble", p.ErrorText, "/providers")
	}
	for _, p := range at.Paused {
		add(ui.Attention, "radio-tower", p.Name+" is paused", "Nothing leaves through it until an administrator resumes it.", "/providers")
	}
	if n := at.InDoubt; n > 0 {
		add(ui.Attention, "circle-question-mark", views.Plural(n, "text is", "texts are")+" in doubt", "They went out and no answer came. Send them again or mark them as sent.", "/in-doubt")
	}
	approvals := map[int64]bool{}
	for _, b := range at.Approvals {
		approvals[b.ID] = true
	}
	if n := len(at.Approvals); n > 0 {
		add(ui.Attention, "circle-check", views.Plural(n, "send waits", "sends wait")+" for your approval", "Nothing of it leaves before you have looked.", "/approvals")
	}
	for _, b := range at.Held {
		if approvals[b.ID] {
			continue
		}
		text := "Its time passed while the desk was not running. Say whether it goes now."
		switch {
		case desk.HeldAfterRestore(b):
			text = "It was waiting in a backup that was put back, and may have left since. Say whether it goes."
		case desk.WaitsForApproval(b):
			text = "It waits until an administrator has approved it."
		case desk.HeldInAMove(b):
			text = "The desk stopped while it got another time. Choose its time once more."
		}
		add(ui.Attention, "hourglass", "Held: "+views.Opening(b.Body, 48), text, fmt.Sprintf("/batches/%d", b.ID))
	}
	if n := o.Unread; n > 0 {
		add(ui.Attention, "radio-tower", views.Plural(n, "callback", "callbacks")+" could not be read", "A provider has posted what the desk does not understand. It is kept and can be read again.", "/providers/callbacks")
	}
	if n := o.Unanswered; n > 0 {
		add(ui.Attention, "message-square", views.Plural(n, "automatic reply was", "automatic replies were")+" not sent", o.UnansweredWhy, "/replies")
	}
	if n := at.GivenUp; n > 0 {
		add(ui.Attention, "hash", views.Plural(n, "text", "texts")+" could not be forwarded", "A web page did not take what came in on one of your numbers, for a day. Send it again or leave it.", "/numbers")
	}
	if n := o.Missed; n > 0 {
		add(ui.Attention, "calendar-clock", views.Plural(n, "time", "times")+" of a repeating send missed", "The desk was not running. Send it now or leave it out.", "/recurring")
	}
	if u := v.actor.User; desk.LowOnCredits(u) {
		add(ui.Attention, "coins", views.Plural(u.Balance, "credit is", "credits are")+" left", "Ask your administrator for more before a send is refused.", "/credits")
	}
	if n := o.LowBelow; n > 0 {
		add(ui.Attention, "coins", views.Plural(n, "person runs", "people run")+" low on credits", "Move some to them before their sends are refused.", "/users")
	}
	return all
}

// capital makes the first letter of a word one.
func capital(word string) string { return string(word[0]-'a'+'A') + word[1:] }
