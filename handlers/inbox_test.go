package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/sms"
)

func TestInbox(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.get("/inbox").wants(t, http.StatusOK, "Nobody has written yet", `href="/send"`)
	id := td.text("sam", "Boiler visit on Tuesday", "07700 900123")[0]
	td.carry(nil)
	must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", "Yes <b>please</b>\nwhich door?"))
	got := b.get("/inbox")
	got.wants(t, http.StatusOK, "07700 900123", "Yes &lt;b&gt;please&lt;/b&gt;\nwhich door?", "in reply to", "Boiler visit on Tuesday", fmt.Sprintf(`href="/messages/%d"`, id),
		"sent by Sam Carter", `href="/simulator/447700900123"`)
	got.lacks(t, "<b>")
	b.get(messagePath(id)).wants(t, http.StatusOK, "Replies", "Yes &lt;b&gt;please")
	// A text that answers nothing is for who sees everything.
	must(t, td.ReplyFrom(t.Context(), td.actor("boss"), "+447700900145", "Who are you?"))
	td.signIn("boss").get("/inbox").wants(t, http.StatusOK, "Who are you?", "it answers none of your texts", "Boiler visit")
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	td.signIn("jo").get("/inbox").wants(t, http.StatusOK, "Nobody has written yet")
}

func TestInboxPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	td.text("sam", "Say something", "07700 900123")
	td.carry(nil)
	for i := range 70 {
		must(t, td.ReplyFrom(t.Context(), td.actor("sam"), sms.MSISDN("+447700900123"), fmt.Sprintf("Reply number %03d.", i)))
	}
	first := b.get("/inbox")
	first.wants(t, http.StatusOK, "Reply number 069.", "Reply number 040.", "Older")
	first.lacks(t, "Reply number 039.", `href="/inbox?after=`)
	page, err := td.Inbox(t.Context(), td.actor("sam"), 0, 0, 100)
	must(t, err)
	id := func(n int) int64 { return page.Inbound[69-n].ID }
	last := b.get(fmt.Sprintf("/inbox?before=%d", id(10)))
	last.wants(t, http.StatusOK, "Reply number 009.", "Reply number 000.", fmt.Sprintf(`href="/inbox?after=%d"`, id(9)))
	last.lacks(t, `href="/inbox?before=`, "Reply number 010.")
	b.get(fmt.Sprintf("/inbox?after=%d", id(9))).wants(t, http.StatusOK, "Reply number 039.", "Reply number 010.", `href="/inbox?after=`, `href="/inbox?before=`)
	if got := b.get(fmt.Sprintf("/inbox?after=%d", id(60))); strings.Count(got.body, "Reply number") != 30 {
		t.Errorf("the newest page is not full: it has %d", strings.Count(got.body, "Reply number"))
	}
}
