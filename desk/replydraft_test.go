package desk

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// draft is what somebody finds of a kind in a conversation.
func (o *office) draft(t testing.TB, a Actor, id int64, kind string) ReplyDraft {
	t.Helper()
	found, err := o.DraftsIn(context.Background(), a, id)
	must(t, err)
	return found[kind]
}

// typed keeps a reply as a page does while somebody types.
func (o *office) typed(t testing.TB, a Actor, id int64, form string, turn int64, body string) {
	t.Helper()
	o.keep(t, a, id, ReplyDraft{Kind: DraftReply, Body: body, DraftMark: DraftMark{form, turn}})
}

func (o *office) keep(t testing.TB, a Actor, id int64, d ReplyDraft) {
	t.Helper()
	_, err := o.KeepDraft(context.Background(), a, id, d)
	must(t, err)
}

func TestDraftOfAReply(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	c := o.asked(t, ann, 1, "447700900777", "When?").Conversation
	see := func() Seen {
		t.Helper()
		talk, err := o.Talk(ctx, ann, c.ID, "", 50)
		must(t, err)
		return talk.Seen()
	}
	body := func() string { t.Helper(); return o.draft(t, ann, c.ID, DraftReply).Body }
	o.typed(t, ann, c.ID, "page", 2, "At ni")
	o.typed(t, ann, c.ID, "page", 1, "At") // was overtaken
	if got := body(); got != "At ni" {
		t.Errorf("the draft is %q after an older state of it came late", got)
	}
	o.typed(t, ann, c.ID, "page", 3, "At nine, ple")
	o.keep(t, ann, c.ID, ReplyDraft{Kind: DraftNote, Body: "Rang ba", DraftMark: DraftMark{"note", 1}})
	if got := o.draft(t, ann, c.ID, DraftNote).Body; body() != "At nine, ple" || got != "Rang ba" {
		t.Errorf("drafts are %q and %q", body(), got)
	}
	// Nobody else has it, neither there nor in the list.
	if got := o.draft(t, o.admin, c.ID, DraftReply); got.Body != "" {
		t.Errorf("an administrator finds %q", got.Body)
	}
	if row := o.newest(t, o.admin); len(row.Drafts) != 0 {
		t.Errorf("an administrator's list has %v", row.Drafts)
	}
	if row := o.newest(t, ann); len(row.Drafts) != 2 || row.Drafts[0].Body != "At nine, ple" {
		t.Errorf("the list has %v", row.Drafts)
	}
	// What is refused stays a draft.
	if _, err := o.Reply(ctx, ann, c.ID, Reply{Order: Order{Body: strings.Repeat("x", 2000)}, Seen: see(), Typed: DraftMark{"page", 3}}); !errors.Is(err, ErrBodyTooLong) {
		t.Fatal(err)
	}
	if got := body(); got != "At nine, ple" {
		t.Errorf("after a reply that was refused the draft is %q", got)
	}
	// Sent, it is none any more, and what comes late of it does not bring it back.
	_, err := o.Reply(ctx, ann, c.ID, Reply{Order: Order{Body: "At nine, please"}, Seen: see(), Typed: DraftMark{"page", 4}})
	must(t, err)
	o.typed(t, ann, c.ID, "page", 4, "At nine, please")
	if got := body(); got != "" {
		t.Errorf("after it was sent the draft is %q", got)
	}
	o.typed(t, ann, c.ID, "page", 5, "And") // went back to the page, and wrote on
	if got := body(); got != "And" {
		t.Errorf("the next draft is %q", got)
	}
	must(t, o.AddNote(ctx, ann, c.ID, "Rang back", DraftMark{"note", 2}))
	if got := o.draft(t, ann, c.ID, DraftNote).Body; got != "" {
		t.Errorf("after the note was added its draft is %q", got)
	}
	// Emptied, it is gone, and leaves no row behind for long.
	o.typed(t, ann, c.ID, "page", 6, " \n")
	if got := body(); got != "" || len(o.newest(t, ann).Drafts) != 0 {
		t.Errorf("emptied, the draft is %q", got)
	}
	o.pass(2 * lateFor)
	o.typed(t, ann, c.ID, "other page", 0, "Wor")
	rows, err := o.store.ReplyDrafts(ctx, db.ReplyDraftsParams{UserID: ann.User.ID, ConversationID: c.ID})
	must(t, err)
	if len(rows) != 1 || rows[0].Body != "Wor" {
		t.Errorf("rows of drafts: %+v", rows)
	}
	if _, err := o.KeepDraft(ctx, ann, c.ID, ReplyDraft{Body: strings.Repeat("x", longestDraft+1)}); !errors.Is(err, ErrTooLong) {
		t.Errorf("an endless draft: %v", err)
	}
	bob := o.user(t, "bob", LevelNormal, o.admin.User.ID, 100)
	if _, err := o.KeepDraft(ctx, bob, c.ID, ReplyDraft{Body: "Mine"}); !errors.Is(err, ErrUnknownConversation) {
		t.Errorf("a colleague beside writes into it: %v", err)
	}
}

func TestDraftSaysWhatCameSince(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	c := o.asked(t, ann, 1, "447700900777", "When?").Conversation
	talk, err := o.Talk(ctx, ann, c.ID, "", 50)
	must(t, err)
	o.keep(t, ann, c.ID, ReplyDraft{Body: "At ni", Seen: talk.Seen()})
	since := func() string { t.Helper(); return o.draft(t, ann, c.ID, DraftReply).Since }
	if got := since(); got != "" {
		t.Errorf("at once it says %q", got)
	}
	o.hears(t, "b", sms.MSISDN(number(1)), "447700900777", "And where?")
	if got := since(); got != "Another text came" {
		t.Errorf("after a text it says %q", got)
	}
	again, err := o.Talk(ctx, o.admin, c.ID, "", 50)
	must(t, err)
	_, err = o.Reply(ctx, o.admin, c.ID, Reply{Order: Order{Body: "At nine"}, Seen: again.Seen()})
	must(t, err)
	if got := since(); got != "admin replied" {
		t.Errorf("after a colleague's reply it says %q", got)
	}
}

func TestDraftsAreErasedAndCleared(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	first := o.asked(t, ann, 1, "447700900777", "When?").Conversation.ID
	second := o.asked(t, ann, 2, "447700900777", "Where?").Conversation.ID
	third := o.asked(t, ann, 3, "447700900777", "Who?").Conversation.ID
	o.typed(t, ann, first, "a", 1, "Dear Quillfeather")
	o.typed(t, ann, second, "b", 1, "Ring "+number(1)+" as well")
	o.typed(t, ann, third, "c", 1, "Somebody else's")
	must(t, o.ErasePerson(ctx, o.admin, sms.MSISDN(number(1)), number(1)))
	must(t, o.RunErasures(ctx))
	left := func(id int64) int {
		t.Helper()
		rows, err := o.store.ReplyDrafts(ctx, db.ReplyDraftsParams{UserID: ann.User.ID, ConversationID: id})
		must(t, err)
		return len(rows)
	}
	if left(first) != 0 || left(second) != 0 || left(third) != 1 {
		t.Errorf("after the erasure there are %d, %d and %d drafts", left(first), left(second), left(third))
	}
	must(t, o.SaveRetention(ctx, o.admin, map[string]int{KeepTexts: 30}))
	clear := func() {
		t.Helper()
		for more := true; more; {
			var err error
			more, err = o.RunRetention(ctx)
			must(t, err)
		}
	}
	o.pass(29 * 24 * time.Hour)
	if clear(); left(third) != 1 {
		t.Error("a draft was cleared too early")
	}
	o.pass(2 * 24 * time.Hour)
	if clear(); left(third) != 0 {
		t.Error("a draft is kept for longer than texts are")
	}
}
