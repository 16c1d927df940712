package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"textdesk/desk"
)

func TestDraftIsKept(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	path, _ := td.answers(t, "sam", "Boiler visit on Tuesday", "+447700900123", "Which door?")
	page := b.get(path)
	form := replyForm(t, page, "The back d<b>", "")
	form.Set("turn", "3")
	b.post(path+"/draft", form).wants(t, http.StatusNoContent)
	note := url.Values{"note": {"Rang ba"}, "note_key": {"n"}, "turn": {"1"}}
	b.post(path+"/draft", note).wants(t, http.StatusNoContent)
	if got := b.post(path+"/draft", url.Values{"note": {strings.Repeat("x", 30_000)}, "note_key": {"n"}, "turn": {"2"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("an endless note is kept: %d", got.status)
	}
	// It stands in the list and, where it was typed, in its form; for nobody else.
	b.get("/inbox").wants(t, http.StatusOK, "Draft: ", "The back d&lt;b&gt;")
	td.signIn("boss").get(path).lacks(t, "The back d")
	b.get(path).wants(t, http.StatusOK, "\nThe back d&lt;b&gt;</textarea>", "\nRang ba</textarea>", "Draft of ")
	// What came meanwhile is said at once.
	td.carry(nil)
	must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", "And when?"))
	again := b.get(path)
	again.wants(t, http.StatusOK, "Another text came after you began this draft", "The back d&lt;b&gt;")
	// A reply that is refused loses nothing.
	long := replyForm(t, again, strings.Repeat("y", 2000), "send")
	b.post(path+"/reply", long).wants(t, http.StatusUnprocessableEntity, strings.Repeat("y", 2000))
	b.get(path).wants(t, http.StatusOK, strings.Repeat("y", 2000))
	sent := b.post(path+"/reply", replyForm(t, b.get(path), "The back door, at nine", "send"))
	sent.wants(t, http.StatusOK, "The back door, at nine")
	sent.lacks(t, strings.Repeat("y", 2000), "\nThe back door, at nine</textarea>")
	b.get("/inbox?folder=mine").wants(t, http.StatusOK, "Draft: ", "Rang ba") // the note is still to be added
	noted := b.post(path+"/note", note)
	noted.wants(t, http.StatusOK, "for colleagues only")
	noted.lacks(t, "\nRang ba</textarea>")
	b.get("/inbox").lacks(t, "Draft: ")
	// Without script there is a button.
	b.get(path).wants(t, http.StatusOK, "Save as draft")
	b.post(path+"/reply", replyForm(t, b.get(path), "Later", "keep")).wants(t, http.StatusOK, "Your draft is saved", "\nLater</textarea>")
	// Refused twice without script, the last that was typed is what is kept.
	first := b.post(path+"/reply", replyForm(t, b.get(path), strings.Repeat("z", 2000), "send"))
	form = replyForm(t, first, strings.Repeat("w", 2000), "send")
	form.Set("turn", hidden(t, first, "turn"))
	b.post(path+"/reply", form).wants(t, http.StatusUnprocessableEntity)
	b.get(path).wants(t, http.StatusOK, strings.Repeat("w", 2000))
}

// Whoever opts out while somebody writes to them takes nothing of what was written
// away: it is shown, and can be put away.
func TestDraftToWhomNobodyMayText(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	path, _ := td.answers(t, "sam", "Boiler visit on Tuesday", "+447700900123", "Which door?")
	form := replyForm(t, b.get(path), "The back door, at nine", "send")
	b.get(path).lacks(t, "was not sent")
	must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", "STOP"))
	refused := b.post(path+"/reply", form)
	refused.wants(t, http.StatusUnprocessableEntity, "Nobody may text this number", "What you wrote was not sent", "\nThe back door, at nine</textarea>", "Discard it")
	b.get("/inbox").wants(t, http.StatusOK, "Draft: ", "The back door, at nine")
	again := b.get(path)
	again.wants(t, http.StatusOK, "What you wrote was not sent", "\nThe back door, at nine</textarea>")
	gone := b.post(path+"/reply", url.Values{"key": {hidden(t, again, "key")}, "turn": {hidden(t, again, "turn")}, "do": {"keep"}})
	gone.wants(t, http.StatusOK, "There is no draft any more")
	gone.lacks(t, "The back door, at nine")
	b.get("/inbox").lacks(t, "Draft: ")
}

func TestDraftOfATemplate(t *testing.T) {
	td := newTestDesk(t)
	path, _ := td.answers(t, "sam", "Boiler visit on Tuesday", "+447700900123", "Which door?")
	id, err := td.AddTemplate(t.Context(), td.actor("boss"), desk.TemplateForm{Name: "Door", Body: "The ((Which)) door, please.", Shared: true})
	must(t, err)
	must(t, td.SetPermissions(t.Context(), desk.CommandLine(), td.actor("sam").User.ID, desk.Permissions{TemplatesOnly: true, Bulk: true, SeesOthers: true, ApproveAbove: -1}))
	b := td.signIn("sam")
	form := replyForm(t, b.get(path), "", "")
	form.Set("template", fmt.Sprint(id))
	form.Set("fill-which", "bac")
	form.Set("turn", "1")
	b.post(path+"/draft", form).wants(t, http.StatusNoContent)
	b.get(path).wants(t, http.StatusOK, `value="bac"`, "The ((Which)) door")
	b.get("/inbox").wants(t, http.StatusOK, "Draft: ", "a template, not sent yet")
}
