package handlers

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// threadLength is how many texts of a conversation are shown at once.
const threadLength = 60

// talk shows a conversation beside the list.
func (v *visit) talk() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return v.showTalk(http.StatusOK, id, views.Compose{}, nil)
}

// talkLive answers with what has changed in the conversation and in the list.
// Whoever looks at it has seen it, unless the window is hidden.
func (v *visit) talkLive() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if v.Request().Header.Get("X-Hidden") == "" {
		if err := v.s.Desk.Looking(v.Request().Context(), v.actor, id, false); err != nil {
			return err
		}
	}
	t, err := v.thread(id)
	if err != nil {
		return err
	}
	if err := v.takeUp(&t, &views.Compose{}); err != nil {
		return err
	}
	view, err := v.inboxView(v.inboxAt(), &t)
	if err != nil {
		return err
	}
	return v.changes(view)
}

// showTalk is the page of a conversation, with a reply as typed and what is
// wrong with it.
func (v *visit) showTalk(status int, id int64, form views.Compose, cause error) error {
	if err := v.s.Desk.Looking(v.Request().Context(), v.actor, id, false); err != nil {
		return err
	}
	t, err := v.thread(id)
	if err != nil {
		return err
	}
	if err := v.takeUp(&t, &form); err != nil {
		return err
	}
	if t.Reply, err = v.replyForm(t, form, cause); err != nil {
		return err
	}
	view, err := v.inboxView(v.inboxAt(), &t)
	if err != nil {
		return err
	}
	return v.showInbox(status, view)
}

// thread is a conversation as the page shows it, without its forms.
func (v *visit) thread(id int64) (views.Thread, error) {
	texts := v.FormValue("texts")
	found, err := v.s.Desk.Talk(v.Request().Context(), v.actor, id, texts, threadLength)
	if err != nil {
		return views.Thread{}, err
	}
	c, at := found.Conversation, v.inboxAt()
	rest := "/" + strconv.FormatInt(id, 10)
	seen := found.Seen()
	t := views.Thread{ID: id, Name: found.Contact.Name, Number: c.Number.Display(v.set.Country), Own: v.displaySender(c.Own), BackPath: at.path(""),
		Erased: c.Number.Erased(), Named: found.Named, Done: found.Done(), Blocked: found.Blocked, Keep: at.keep(),
		Reply: views.ThreadReply{SeenInbound: seen.Inbound, SeenBatch: seen.Batch}}
	if int64(c.UserID) != v.actor.User.ID {
		t.Owner = found.Owner
	}
	if found.Taken() {
		t.Assignee, t.Mine = found.Assignee, int64(c.AssigneeID) == v.actor.User.ID
	}
	switch {
	case t.Erased, t.Named:
	case found.Contact.ID == 0:
		t.NewPath = "/contacts/new?number=" + c.Number.Digits()
	case found.Contact.UserID == v.actor.User.ID || found.Reaches:
		t.ContactPath = contactPath(found.Contact.ID)
	}
	if found.Simulated {
		t.PhonePath = "/simulator/" + c.Number.Digits()
	}
	if t.Blocked != "" && v.actor.Admin() {
		t.AllowPath = "/suppressions/remove?number=" + c.Number.Digits()
	}
	if found.Older != "" {
		t.Older = at.path(rest, "texts", found.Older)
	}
	if texts != "" {
		t.Latest = at.path(rest)
	}
	for _, o := range found.Others {
		t.Others = append(t.Others, views.ThreadPresent{Name: o.Name, Writing: o.Writing})
	}
	automatic, err := v.s.Desk.AutomaticIn(v.Request().Context(), found.Said)
	if err != nil {
		return t, err
	}
	t.Items = v.threadItems(found, automatic, at.path(rest))
	t.Assignable, err = v.assignable(id)
	return t, err
}

// threadItems are the texts, notes and deeds of a conversation. automatic are
// those of ours that the desk has sent by itself, and back is where a decision
// about a text leads to.
func (v *visit) threadItems(found desk.Thread, automatic map[int64]bool, back string) []views.ThreadItem {
	var items []views.ThreadItem
	var answers, last int64 // what the last received text answers, and what stands above: each is said once
	day := time.Time{}
	for _, s := range found.Said {
		item := views.ThreadItem{At: s.At().In(v.set.Zone)}
		switch {
		case s.Line != nil:
			item.ID, item.By = "l"+strconv.FormatInt(s.Line.ID, 10), found.Names[int64(s.Line.UserID)]
			item.Kind, item.Text = "line", views.ThreadLine(s.Line.Kind, item.By, found.Names[int64(s.Line.OtherID)])
			if s.Line.Kind == desk.LineNote {
				item.Kind, item.Text = "note", s.Line.Body
			}
		case s.Message != nil:
			m := s.Message
			last = m.ID
			item.ID, item.Kind, item.Text, item.By = "m"+strconv.FormatInt(m.ID, 10), "out", views.Kept(m.Body), found.Names[m.UserID]
			item.Automatic = automatic[m.ID]
			item.Bulk = m.Priority == 1 && !found.Replies[m.BatchID]
			item.Status, item.Reason = messageState(m.Status, m.Reason, v.waitView(found.Waits[m.ID]), v.now())
			if found.Reaches || m.UserID == v.actor.User.ID {
				item.Path = messagePath(m.ID)
			}
		default:
			in := s.Inbound
			item.ID, item.Kind, item.Text = "i"+strconv.FormatInt(in.ID, 10), "in", views.Kept(in.Body)
			if in.Asks == desk.AsksPerhaps && found.Blocked == "" {
				item.Asking = &views.Asking{ID: in.ID, Back: back}
			}
			m, ok := found.Answered[int64(in.MessageID)]
			if ok && m.ID != answers && !(m.ID == last && found.Replies[m.BatchID]) {
				answers = m.ID
				item.Answers, item.AnswersBy = views.Opening(views.Kept(m.Body), 48), found.Names[m.UserID]
				if found.Reaches || m.UserID == v.actor.User.ID {
					item.AnswersPath = messagePath(m.ID)
				}
			}
		}
		if y, m, d := item.At.Date(); day != time.Date(y, m, d, 0, 0, 0, 0, time.UTC) {
			day = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
			item.Day = views.DayName(item.At, v.now())
		}
		items = append(items, item)
	}
	for i := range items {
		items[i].Last = i+1 == len(items) || items[i+1].Kind != items[i].Kind || items[i+1].Day != ""
	}
	return items
}

// messageState is where one of our messages stands, and why.
func messageState(status sms.Status, reason string, w views.Wait, now time.Time) (views.Status, string) {
	s := views.StatusOf(status)
	if wait, ok := views.WaitOf(w, reason, now); ok {
		return wait, ""
	}
	if s.Tone == ui.Failed {
		return s, reason
	}
	return s, ""
}

// assignable are the colleagues whom a conversation can be given to.
func (v *visit) assignable(id int64) ([]ui.Option, error) {
	users, err := v.s.Desk.Assignable(v.Request().Context(), v.actor, id)
	if err != nil || len(users) < 2 {
		return nil, err // nobody but the visitor
	}
	options := []ui.Option{{Label: "Choose somebody"}}
	for _, u := range users {
		o := ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: desk.Actor{User: u}.Name()}
		if u.ID == v.actor.User.ID {
			o.Label += " (you)"
		}
		options = append(options, o)
	}
	return options, nil
}

// replyForm is the form of a reply with what was typed.
func (v *visit) replyForm(t views.Thread, form views.Compose, cause error) (views.ThreadReply, error) {
	reply := t.Reply
	if t.NoReply() {
		reply.Unsent = views.UnsentText(v.may().TemplatesOnly, reply.Draft.Body)
		return reply, nil
	}
	p, err := v.planReply(t, form)
	if err != nil {
		return reply, err
	}
	reply.Compose = p.form
	if reply.Key == "" {
		reply.Key = rand.Text()
	}
	for _, r := range desk.Refusals(cause) {
		if errors.Is(r, desk.ErrSaidMore) {
			reply.Moved = r.Sentence
			continue
		}
		reply.Errors = append(reply.Errors, ui.FieldError{Field: r.Field, Message: r.Sentence})
	}
	v.atTemplate(reply.Errors)
	v.showMay(&reply.Compose)
	if reply.Templates, err = v.templateOptions(); err != nil {
		return reply, err
	}
	reply.SaidOnce()
	return reply, nil
}

// planReply has the desk work out what a reply would do.
func (v *visit) planReply(t views.Thread, form views.Compose) (plan, error) {
	form.To, form.Sender, form.GroupIDs, form.ListIDs, form.File, form.Later, form.Repeat = t.Number, t.Own, nil, nil, nil, false, false
	p, err := v.plan(form)
	p.form.Outlook.Counter.CheckPath = "/inbox/" + strconv.FormatInt(t.ID, 10) + "/check"
	return p, err
}
