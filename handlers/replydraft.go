package handlers

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"textdesk/desk"
	"textdesk/views"
)

// keepTalk keeps what somebody is typing in a conversation: a reply, or a note.
func (v *visit) keepTalk() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	form, err := v.readCompose()
	if err != nil {
		return err
	}
	kind, body := desk.DraftReply, draftBody(form)
	if v.FormValue("note_key") != "" {
		kind, body = desk.DraftNote, v.FormValue("note")
	}
	switch at, err := v.keepDraft(id, kind, body); {
	case errors.Is(err, desk.ErrTooLong):
		return v.NoContent(http.StatusUnprocessableEntity)
	case err != nil:
		return err
	default:
		v.Response().Header().Set("X-Saved-At", strconv.FormatInt(at.UnixMilli(), 10))
	}
	return v.NoContent(http.StatusNoContent)
}

// keepDraft has the desk keep it, as far as it has come in the form.
func (v *visit) keepDraft(id int64, kind, body string) (time.Time, error) {
	key := "key"
	if kind == desk.DraftNote {
		key = "note_key"
	}
	return v.s.Desk.KeepDraft(v.Request().Context(), v.actor, id, desk.ReplyDraft{Kind: kind, Body: body, Seen: v.seen(), DraftMark: v.mark(key)})
}

// mark says which form it was typed into, and how far it had come.
func (v *visit) mark(key string) desk.DraftMark {
	return desk.DraftMark{Form: v.FormValue(key), Turn: v.carried("turn")}
}

// filledIn is a draft of whoever sends texts of templates only.
type filledIn struct {
	Template string            `json:"template"`
	Fills    map[string]string `json:"fills,omitempty"`
}

// draftBody is what of a reply's form is kept.
func draftBody(form views.Compose) string {
	if form.TemplateID == "" {
		return form.Body
	}
	all, err := json.Marshal(filledIn{form.TemplateID, form.Fills})
	if err != nil {
		return "" // strings can always be written
	}
	return string(all)
}

// takeUp puts what the visitor had typed before into the forms of a conversation.
// What the request brings with it is newer.
func (v *visit) takeUp(t *views.Thread, form *views.Compose) error {
	drafts, err := v.s.Desk.DraftsIn(v.Request().Context(), v.actor, t.ID)
	if err != nil {
		return err
	}
	reply := draftOf(v, drafts)
	t.Reply.Draft = views.Draft{Key: reply.Form, Turn: reply.Turn, Body: reply.Body, SeenInbound: reply.Seen.Inbound, SeenBatch: reply.Seen.Batch, At: savedAt(reply)}
	switch {
	case form.Key != "":
		t.Reply.Turn = v.carried("turn") + 1 // what is typed into it from here on is newer
	case reply.Body != "":
		restore(form, reply)
		t.Kept = views.DraftOf(reply.At, v.now())
		if reply.Since != "" {
			t.Reply.Since = reply.Since + " after you began this draft. Read it, then send yours if it is still right."
		}
	}
	note := drafts[desk.DraftNote]
	t.Me = v.actor.User.ID
	t.Note = views.ThreadNote{Key: rand.Text(), Body: note.Body, Draft: views.Draft{Key: note.Form, Turn: note.Turn, Body: note.Body, At: savedAt(note)}}
	if note.Body != "" && form.Body == "" && form.TemplateID == "" {
		t.Note.Open, t.Kept = true, views.DraftOf(note.At, v.now())
	}
	return nil
}

// draftOf is the draft of a reply, as the visitor may reply.
func draftOf(v *visit, drafts map[string]desk.ReplyDraft) desk.ReplyDraft {
	if v.may().TemplatesOnly {
		return drafts[desk.DraftTemplate]
	}
	return drafts[desk.DraftReply]
}

// restore puts a draft into the form.
func restore(form *views.Compose, d desk.ReplyDraft) {
	if d.Kind != desk.DraftTemplate {
		form.Body = d.Body
		return
	}
	var was filledIn
	if err := json.Unmarshal([]byte(d.Body), &was); err != nil {
		form.Body = d.Body // of before there was a template
		return
	}
	form.TemplateID, form.Fills = was.Template, was.Fills
}

// savedAt is when a draft was kept, in milliseconds; 0 for none.
func savedAt(d desk.ReplyDraft) int64 {
	if d.At.IsZero() {
		return 0
	}
	return d.At.UnixMilli()
}
