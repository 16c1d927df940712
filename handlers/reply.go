package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/sms/gsm"
	"textdesk/views"
)

// reply sends an answer, or does what another button of the form says.
func (v *visit) reply() error {
	ctx := v.Request().Context()
	id, err := v.id()
	if err != nil {
		return err
	}
	form, err := v.readCompose()
	if err != nil {
		return err
	}
	switch do := v.FormValue("do"); do {
	case "keep":
		if _, err := v.keepDraft(id, desk.DraftReply, draftBody(form)); err != nil {
			return err
		}
		says := "Your draft is saved. Only you see it."
		if strings.TrimSpace(draftBody(form)) == "" {
			says = "There is no draft any more."
		}
		return v.back(v.inboxAt().path("/"+strconv.FormatInt(id, 10)), "%s", says)
	case "send", "send-done":
		t, err := v.thread(id)
		if err != nil {
			return err
		}
		p, err := v.planReply(t, form)
		if err != nil {
			return err
		}
		cause := joined(nil, p.blank)
		if form.Key == "" {
			cause = errors.Join(desk.ErrNotReady)
		}
		if cause == nil {
			var sent desk.Sent
			sent, cause = v.s.Desk.Reply(ctx, v.actor, id, desk.Reply{Order: p.order, Seen: v.seen(), Done: do == "send-done", Typed: v.mark("key")})
			if cause == nil {
				return v.replied(id, sent, do == "send-done")
			}
		}
		if len(desk.Refusals(cause)) == 0 || errors.Is(cause, desk.ErrUnknownConversation) {
			return cause
		}
		if _, err := v.keepDraft(id, desk.DraftReply, draftBody(form)); err != nil && len(desk.Refusals(err)) == 0 {
			return err
		}
		return v.showTalk(http.StatusUnprocessableEntity, id, form, cause)
	}
	if err := v.changeReply(id, &form); err != nil {
		return err
	}
	return v.showTalk(http.StatusOK, id, form, nil)
}

// seen is what whoever wrote had before their eyes.
func (v *visit) seen() desk.Seen {
	return desk.Seen{Inbound: v.carried("seen_inbound"), Batch: v.carried("seen_batch")}
}

// carried reads a number that a form carries along, 0 for none.
func (v *visit) carried(name string) int64 {
	n, err := strconv.ParseInt(v.FormValue(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// replied leads back to the conversation, where the reply now stands.
func (v *visit) replied(id int64, sent desk.Sent, done bool) error {
	path := v.inboxAt().path("/" + strconv.FormatInt(id, 10))
	switch {
	case sent.Again:
		return v.back(path, "This was sent already, and only once.")
	case sent.Waits:
		return v.back(path, "Your reply waits until an administrator approves it.")
	case done:
		return v.back(path, "Sent, and done.")
	}
	return redirect(v.Context, path)
}

// changeReply does what the other buttons of the form say.
func (v *visit) changeReply(id int64, form *views.Compose) error {
	switch v.FormValue("do") {
	case "plain":
		form.Body = gsm.Plain(gsm.Clean(form.Body))
		form.Outlook.Counter.Replaced = true
	case "template":
		if v.may().TemplatesOnly {
			return v.useTemplate(form)
		}
		template, err := strconv.ParseInt(v.FormValue("template"), 10, 64)
		if err != nil {
			return nil // none was chosen
		}
		text, err := v.s.Desk.SavedReply(v.Request().Context(), v.actor, id, template)
		if err != nil {
			return err
		}
		if form.Body = strings.TrimRight(form.Body, " \r\n"); form.Body != "" {
			form.Body += "\n"
		}
		form.Body += text
		form.Outlook.Counter.Replaced = true
	}
	return nil
}

// replyCheck answers with what changes while a reply is written, and lets
// colleagues know that somebody writes.
func (v *visit) replyCheck() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	form, err := v.readCompose()
	if err != nil {
		return err
	}
	if err := v.s.Desk.Looking(v.Request().Context(), v.actor, id, strings.TrimSpace(form.Body) != ""); err != nil {
		return err
	}
	if err := v.changeReply(id, &form); err != nil {
		return err
	}
	t, err := v.thread(id)
	if err != nil {
		return err
	}
	p, err := v.planReply(t, form)
	if err != nil {
		return err
	}
	t.Reply.Compose = p.form
	v.showMay(&t.Reply.Compose)
	return render(v.Context, http.StatusOK, views.ReplyCheck(t))
}

// replyAgain is the address of a reply that came back.
func (v *visit) replyAgain() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return redirect(v.Context, v.inboxAt().path("/"+strconv.FormatInt(id, 10)))
}

// talkDeed does one thing to a conversation and leads back to it.
func (v *visit) talkDeed(does string, do func(id int64) error) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	path := v.inboxAt().path("/" + strconv.FormatInt(id, 10))
	switch err := do(id); {
	case errors.Is(err, desk.ErrTaken):
		return v.back(path, "%s", err.Error())
	case err != nil:
		return err
	case does == "":
		return redirect(v.Context, path)
	}
	return v.back(path, "%s", does)
}

func (v *visit) takeTalk() error {
	return v.talkDeed("", func(id int64) error { return v.s.Desk.Take(v.Request().Context(), v.actor, id) })
}

func (v *visit) releaseTalk() error {
	return v.talkDeed("Somebody else can take it now.", func(id int64) error { return v.s.Desk.GiveBack(v.Request().Context(), v.actor, id) })
}

func (v *visit) finishTalk() error {
	return v.talkDeed("Done. A new text opens it again.", func(id int64) error { return v.s.Desk.MarkDone(v.Request().Context(), v.actor, id) })
}

func (v *visit) reopenTalk() error {
	return v.talkDeed("", func(id int64) error { return v.s.Desk.Reopen(v.Request().Context(), v.actor, id) })
}

func (v *visit) optOutTalk() error {
	return v.talkDeed("Nobody may text this number any more.", func(id int64) error { return v.s.Desk.OptOutOf(v.Request().Context(), v.actor, id) })
}

func (v *visit) wrongNumberTalk() error {
	return v.talkDeed("Nobody may text this number any more, and the conversation is done. Correct the number in your contacts, too.",
		func(id int64) error { return v.s.Desk.WrongNumber(v.Request().Context(), v.actor, id) })
}

// unreadTalk leads to the list: to look at it again would be to read it.
func (v *visit) unreadTalk() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := v.s.Desk.MarkUnseen(v.Request().Context(), v.actor, id); err != nil {
		return err
	}
	return v.back(v.inboxAt().path(""), "It is unread again.")
}

// assignTalk gives the conversation to a colleague. Whoever gives away what is
// not theirs does not see it any more, and is led to the list.
func (v *visit) assignTalk() error {
	ctx := v.Request().Context()
	id, err := v.id()
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(v.FormValue("assignee"), 10, 64)
	if err != nil {
		return v.talkDeed("Choose somebody first.", func(int64) error { return nil })
	}
	switch err := v.s.Desk.Assign(ctx, v.actor, id, to); {
	case errors.Is(err, desk.ErrUnknownUser): // gone meanwhile, or never offered
		return v.talkDeed(err.Error(), func(int64) error { return nil })
	case err != nil:
		return err
	}
	if _, err := v.s.Desk.Talk(ctx, v.actor, id, "", 1); errors.Is(err, desk.ErrUnknownConversation) {
		return v.back(v.inboxAt().path(""), "Your colleague has it now.")
	}
	return v.back(v.inboxAt().path("/"+strconv.FormatInt(id, 10)), "Your colleague has it now.")
}

// noteTalk leaves a note.
func (v *visit) noteTalk() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	err = v.s.Desk.AddNote(v.Request().Context(), v.actor, id, v.FormValue("note"), v.mark("note_key"))
	if err == nil {
		return redirect(v.Context, v.inboxAt().path("/"+strconv.FormatInt(id, 10)))
	}
	wrong, fault := fieldErrors(err)
	if fault != nil || errors.Is(err, desk.ErrUnknownConversation) {
		return err
	}
	t, err := v.thread(id)
	if err != nil {
		return err
	}
	if _, err := v.keepDraft(id, desk.DraftNote, v.FormValue("note")); err != nil && len(desk.Refusals(err)) == 0 {
		return err
	}
	var form views.Compose
	if err := v.takeUp(&t, &form); err != nil {
		return err
	}
	if t.Reply, err = v.replyForm(t, form, nil); err != nil {
		return err
	}
	t.Note.Body, t.Note.Errors = v.FormValue("note"), wrong
	if key := v.FormValue("note_key"); key != "" {
		t.Note.Key, t.Note.Turn = key, v.carried("turn")+1
	}
	view, err := v.inboxView(v.inboxAt(), &t)
	if err != nil {
		return err
	}
	return v.showInbox(http.StatusUnprocessableEntity, view)
}
