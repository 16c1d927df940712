package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// hears takes a text as a provider that is asked for them brings it.
func (o *office) hears(t testing.TB, id string, from sms.MSISDN, to, body string) {
	t.Helper()
	must(t, o.Received(context.Background(), o.provider, providers.InboundPage{Inbound: []providers.Inbound{{ID: id, From: from, To: to, Body: body, At: o.clock()}}}))
}

// folder are the last texts of a folder, newest first.
func (o *office) folder(t testing.TB, a Actor, folder string) string {
	t.Helper()
	found, err := o.Conversations(context.Background(), a, InboxSearch{Folder: folder, Limit: 50})
	must(t, err)
	var texts []string
	for _, r := range found.Rows {
		texts = append(texts, r.Last)
	}
	return strings.Join(texts, ",")
}

// newest is the conversation that something happened to last.
func (o *office) newest(t testing.TB, a Actor) InboxRow {
	t.Helper()
	found, err := o.Conversations(context.Background(), a, InboxSearch{Folder: FolderAll, Limit: 1})
	must(t, err)
	if len(found.Rows) == 0 {
		t.Fatal("there is no conversation")
	}
	return found.Rows[0]
}

func (o *office) news(t testing.TB, a Actor) int64 {
	t.Helper()
	n, err := o.InboxUnread(context.Background(), a)
	must(t, err)
	return n
}

// asked makes somebody answer a text of a user's.
func (o *office) asked(t testing.TB, a Actor, n int, sender, reply string) InboxRow {
	t.Helper()
	o.send(t, a, Order{To: numbers(n, 1), Sender: sender})
	o.taken(t, o.leave(t, 10))
	o.pass(time.Minute)
	o.hears(t, fmt.Sprint("r-", n, "-", reply), sms.MSISDN(number(n)), sender, reply)
	return o.newest(t, a)
}

func TestWhoSeesConversations(t *testing.T) {
	o := newOffice(t)
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 1000)
	ann, bob := o.user(t, "ann", LevelNormal, head.User.ID, 100), o.user(t, "bob", LevelNormal, head.User.ID, 100)
	o.asked(t, ann, 1, "447700900777", "to ann")
	o.asked(t, bob, 1, "447700900777", "to bob") // the same phone, the same number of ours
	o.hears(t, "x", "+447700900145", "60777", "to nobody")
	for _, c := range []struct {
		who  Actor
		want string
		news int64
	}{{ann, "to ann", 1}, {bob, "to bob", 1}, {head, "to bob,to ann", 2}, {o.admin, "to nobody,to bob,to ann", 3}, {Actor{Door: "page"}, "", 0}} {
		if got := o.folder(t, c.who, FolderAll); got != c.want {
			t.Errorf("%s sees %q, want %q", c.who.User.Username, got, c.want)
		}
		if got := o.news(t, c.who); got != c.news {
			t.Errorf("%s has %d unread, want %d", c.who.User.Username, got, c.news)
		}
	}
	// An administrator who sees nobody's texts sees none of their conversations.
	must(t, o.SetPermissions(t.Context(), o.admin, head.User.ID, Permissions{Bulk: true, ApproveAbove: -1}))
	if got := o.folder(t, o.again(t, head), FolderAll); got != "" {
		t.Errorf("who sees no others' texts sees %q", got)
	}
	// A conversation that is given to a colleague is theirs to see, and no more
	// once they leave it.
	id := o.newest(t, ann).Conversation.ID
	if err := o.Assign(t.Context(), ann, id, bob.User.ID); !errors.Is(err, ErrUnknownUser) {
		t.Errorf("a user gives a conversation to one beside them: %v", err)
	}
	must(t, o.Assign(t.Context(), o.admin, id, bob.User.ID))
	if got := o.folder(t, bob, FolderMine); got != "to ann" {
		t.Errorf("bob was given %q", got)
	}
	if _, err := o.Talk(t.Context(), bob, id, "", 10); err != nil {
		t.Error(err)
	}
	must(t, o.GiveBack(t.Context(), bob, id))
	if _, err := o.Talk(t.Context(), bob, id, "", 10); !errors.Is(err, ErrUnknownConversation) {
		t.Errorf("bob still sees it: %v", err)
	}
}

func TestAnswersStayInTheConversation(t *testing.T) {
	o := newOffice(t)
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	c := o.asked(t, ann, 1, "447700900777", "When?").Conversation
	see := func(a Actor) Seen {
		t.Helper()
		talk, err := o.Talk(t.Context(), a, c.ID, "", 50)
		must(t, err)
		return talk.Seen()
	}
	// The administrator replies in ann's conversation, in her number's name.
	first := see(o.admin)
	sent, err := o.Reply(t.Context(), o.admin, c.ID, Reply{Order: Order{Body: "At nine", SubmitKey: "one"}, Seen: first})
	must(t, err)
	m, err := o.store.FirstMessageOfBatch(t.Context(), sent.BatchID)
	must(t, err)
	if string(m.Number) != number(1) || m.Sender != "447700900777" || m.UserID != o.admin.User.ID {
		t.Errorf("the reply went to %s from %s by %d", m.Number, m.Sender, m.UserID)
	}
	if again, err := o.Reply(t.Context(), o.admin, c.ID, Reply{Order: Order{Body: "At nine", SubmitKey: "one"}, Seen: first}); err != nil || !again.Again {
		t.Errorf("the same form once more: %+v %v", again, err)
	}
	o.taken(t, o.leave(t, 10))
	o.pass(time.Minute)
	o.hears(t, "b", sms.MSISDN(number(1)), "447700900777", "Thanks")
	talk, err := o.Talk(t.Context(), ann, c.ID, "", 50)
	must(t, err)
	var said []string
	for _, s := range talk.Said {
		switch {
		case s.Message != nil:
			said = append(said, s.Message.Body)
		case s.Inbound != nil:
			said = append(said, s.Inbound.Body)
		}
	}
	if got := strings.Join(said[1:], ","); got != "When?,At nine,Thanks" {
		t.Errorf("ann reads %q", got)
	}
	if got := o.folder(t, o.admin, FolderAll); got != "Thanks" {
		t.Errorf("there are more conversations than one: %q", got)
	}
	// Whoever replied has it, and only they have its news.
	if got := o.folder(t, o.admin, FolderMine); got != "Thanks" || o.news(t, o.admin) != 1 || o.news(t, ann) != 0 {
		t.Errorf("mine %q, %d and %d unread", got, o.news(t, o.admin), o.news(t, ann))
	}
	// Both begin to write; the second is asked, and then may.
	before := see(ann)
	_, err = o.Reply(t.Context(), o.admin, c.ID, Reply{Order: Order{Body: "You are welcome"}, Seen: see(o.admin)})
	must(t, err)
	_, err = o.Reply(t.Context(), ann, c.ID, Reply{Order: Order{Body: "Not at all"}, Seen: before})
	if !errors.Is(err, ErrSaidMore) || !strings.Contains(err.Error(), "admin replied") {
		t.Errorf("the second colleague is told %v", err)
	}
	_, err = o.Reply(t.Context(), ann, c.ID, Reply{Order: Order{Body: "Not at all"}, Seen: see(ann)})
	must(t, err)
	before = see(ann)
	o.hears(t, "c", sms.MSISDN(number(1)), "447700900777", "One more thing")
	if _, err = o.Reply(t.Context(), ann, c.ID, Reply{Order: Order{Body: "Bye"}, Seen: before}); !errors.Is(err, ErrSaidMore) {
		t.Errorf("a text came meanwhile, and the reply is told %v", err)
	}
	// The rules of every send hold.
	for name, r := range map[string]struct {
		order Order
		want  *Refusal
	}{
		"blank":    {Order{Body: " "}, ErrBlankBody},
		"too long": {Order{Body: strings.Repeat("x", 2000)}, ErrBodyTooLong},
		"no money": {Order{Body: strings.Repeat("x", 1500)}, ErrNoCredits},
	} {
		poor := ann
		if name == "no money" {
			poor = o.user(t, "poor", LevelNormal, o.admin.User.ID, 1)
			must(t, o.Assign(t.Context(), o.admin, c.ID, poor.User.ID))
		}
		if _, err := o.Reply(t.Context(), poor, c.ID, Reply{Order: r.order, Seen: see(o.admin)}); !errors.Is(err, r.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.OptOutOf(t.Context(), ann, c.ID))
	if _, err := o.Reply(t.Context(), ann, c.ID, Reply{Order: Order{Body: "Still there?"}, Seen: see(ann)}); !errors.Is(err, ErrSuppressed) {
		t.Errorf("somebody who has opted out is texted: %v", err)
	}
	o.booksAreRight(t)
}

func TestTurns(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	id := o.asked(t, ann, 1, "447700900777", "When?").Conversation.ID
	in := func(where string) {
		t.Helper()
		for _, folder := range []string{FolderUnassigned, FolderDone} {
			if got := o.folder(t, ann, folder) != ""; got != (folder == where) {
				t.Errorf("it is in %s: %v, want it in %s", folder, got, where)
			}
		}
	}
	in(FolderUnassigned)
	must(t, o.Take(ctx, ann, id))
	must(t, o.Take(ctx, ann, id))
	in(FolderMine)
	if err := o.Take(ctx, o.admin, id); !errors.Is(err, ErrTaken) || !strings.Contains(err.Error(), "ann has taken") {
		t.Errorf("a second colleague is told %v", err)
	}
	must(t, o.Assign(ctx, ann, id, o.admin.User.ID))
	if o.folder(t, o.admin, FolderMine) == "" || o.news(t, o.admin) != 1 {
		t.Error("who was given it does not have it")
	}
	must(t, o.Looking(ctx, o.admin, id, false))
	if o.news(t, o.admin) != 0 {
		t.Error("who looks at it has not read it")
	}
	must(t, o.MarkUnseen(ctx, o.admin, id))
	must(t, o.MarkDone(ctx, o.admin, id))
	in(FolderDone)
	if o.news(t, o.admin) != 0 {
		t.Error("what is done is unread")
	}
	must(t, o.Reopen(ctx, ann, id))
	in(FolderMine)
	must(t, o.MarkDone(ctx, ann, id))
	o.pass(time.Minute)
	o.hears(t, "again", sms.MSISDN(number(1)), "447700900777", "Hello?")
	if o.folder(t, o.admin, FolderMine) != "Hello?" || o.news(t, o.admin) != 1 || o.news(t, ann) != 0 {
		t.Error("a new text did not open it for who had it")
	}
	must(t, o.GiveBack(ctx, o.admin, id))
	in(FolderUnassigned)
	must(t, o.AddNote(ctx, ann, id, " Rang back \r\nlater ", DraftMark{}))
	if err := o.AddNote(ctx, ann, id, " \n", DraftMark{}); !errors.Is(err, ErrEmptyNote) {
		t.Errorf("an empty note: %v", err)
	}
	if err := o.AddNote(ctx, ann, id, strings.Repeat("é", longestNote+1), DraftMark{}); !errors.Is(err, ErrTooLong) {
		t.Errorf("a long note: %v", err)
	}
	must(t, o.WrongNumber(ctx, ann, id))
	in(FolderDone)
	if got := o.folder(t, ann, FolderOptOuts); got != "Hello?" {
		t.Errorf("opt-outs are %q", got)
	}
	talk, err := o.Talk(ctx, ann, id, "", 50)
	must(t, err)
	var kinds []string
	for _, s := range talk.Said {
		if s.Line != nil {
			kinds = append(kinds, s.Line.Kind)
			if s.Line.Kind == LineNote && s.Line.Body != "Rang back \nlater" {
				t.Errorf("the note says %q", s.Line.Body)
			}
		}
	}
	if got := strings.Join(kinds, " "); got != "claimed assigned done reopened done released note wrong_number" {
		t.Errorf("the lines are %s", got)
	}
	must(t, o.Unsuppress(ctx, o.admin, sms.MSISDN(number(1)), "It was theirs"))
	if got := o.folder(t, ann, FolderOptOuts); got != "" {
		t.Errorf("opt-outs are still %q", got)
	}
}

// What was answered and done in one go stands in that order.
func TestDoneComesAfterTheReply(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	c := o.asked(t, sam, 7, "447860033456", "Which gate?").Conversation
	_, err := o.Reply(ctx, sam, c.ID, Reply{Order: Order{Body: "The north gate"}, Seen: Seen{c.LastInboundID, c.LastBatchID}, Done: true})
	must(t, err)
	talk, err := o.Talk(ctx, sam, c.ID, "", 20)
	must(t, err)
	if n := len(talk.Said); n < 3 || talk.Said[n-1].Line == nil || talk.Said[n-2].Message == nil || talk.Said[n-3].Inbound == nil {
		t.Errorf("it ends %+v", talk.Said)
	}
}

func TestPagesOfConversations(t *testing.T) {
	o := newOffice(t)
	ann, bob := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100), o.user(t, "bob", LevelNormal, o.admin.User.ID, 100)
	for i := range 23 {
		who := ann
		if i%3 == 0 {
			who = bob
		}
		o.send(t, who, Order{To: numbers(100+i, 1), Sender: "447700900777"})
		o.taken(t, o.leave(t, 10))
		if i%4 == 0 {
			o.pass(time.Second) // several come at one instant
		}
		o.hears(t, fmt.Sprint(i), sms.MSISDN(number(100+i)), "447700900777", fmt.Sprint("text ", i))
	}
	for name, who := range map[string]Actor{"everyone's": o.admin, "one user's": ann} {
		want := strings.Split(o.folder(t, who, FolderAll), ",")
		var got []string
		var pages []InboxPage
		search := InboxSearch{Folder: FolderAll, Limit: 5}
		for {
			page, err := o.Conversations(t.Context(), who, search)
			must(t, err)
			pages = append(pages, page)
			for _, r := range page.Rows {
				got = append(got, r.Last)
			}
			if page.Older == "" {
				break
			}
			search.Before = page.Older
		}
		if strings.Join(got, ",") != strings.Join(want, ",") {
			t.Errorf("%s: the pages have %v, want %v", name, got, want)
		}
		last := pages[len(pages)-1]
		back, err := o.Conversations(t.Context(), who, InboxSearch{Folder: FolderAll, Limit: 5, After: last.Newer})
		must(t, err)
		if n := len(pages) - 2; back.Rows[0].Conversation.ID != pages[n].Rows[0].Conversation.ID || len(back.Rows) != 5 {
			t.Errorf("%s: the page before the last is another one on the way back", name)
		}
	}
	for _, nonsense := range []string{"x", "1.", ".", "-1.-1", "9999999999999999999.1"} {
		if _, err := o.Conversations(t.Context(), ann, InboxSearch{Folder: FolderAll, Limit: 5, Before: nonsense, After: nonsense}); err != nil {
			t.Errorf("the place %q: %v", nonsense, err)
		}
		if _, err := o.Talk(t.Context(), ann, o.newest(t, ann).Conversation.ID, nonsense, 5); err != nil {
			t.Errorf("the place %q in a thread: %v", nonsense, err)
		}
	}
}

// Texts from before there were conversations.
func TestOldTextsAreFiled(t *testing.T) {
	o := newOffice(t)
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	must(t, o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for i := range 600 {
			at := o.Desk.now().Add(-time.Duration(600-i) * 3 * time.Hour)
			p := db.InsertInboundParams{ProviderID: o.provider, ProviderRef: fmt.Sprint("old-", i), Number: sms.MSISDN(number(i % 7)), Destination: "+447700900777",
				Body: fmt.Sprint("old text ", i), UserID: db.ID(ann.User.ID), SentAt: at, ReceivedAt: at, Day: 20260101}
			if i%7 == 6 {
				p.Number = "#erased"
			}
			if i >= 300 && i%7 == 5 {
				p.Number = sms.MSISDN(number(40)) // so that the sixth has old ones only
			}
			if _, err := tx.InsertInbound(ctx, p); err != nil {
				return err
			}
		}
		return nil
	}))
	page, err := o.Conversations(t.Context(), ann, InboxSearch{Folder: FolderAll, Limit: 50})
	must(t, err)
	if !page.Filing || len(page.Rows) != 0 {
		t.Fatalf("before it begins: %v, %d rows", page.Filing, len(page.Rows))
	}
	more, err := o.FileInbound(t.Context())
	if must(t, err); more {
		t.Error("there is more to file")
	}
	if page, err = o.Conversations(t.Context(), ann, InboxSearch{Folder: FolderAll, Limit: 50}); err != nil || page.Filing {
		t.Fatalf("after it: %v %v", page.Filing, err)
	}
	var received int64
	for _, r := range page.Rows {
		received += r.Conversation.Received
		if done := r.Conversation.LastAt < o.Desk.now().Add(-filedDone) || r.Conversation.Number.Erased(); done != r.Done() {
			t.Errorf("%s, last written at %v, is done: %v", r.Conversation.Number, r.Conversation.LastAt.Time(), r.Done())
		}
	}
	if len(page.Rows) != 8 || received != 600 || o.news(t, ann) != 0 {
		t.Errorf("%d conversations with %d texts, %d unread", len(page.Rows), received, o.news(t, ann))
	}
	found, err := o.Conversations(t.Context(), ann, InboxSearch{Search: "text 599", Limit: 10})
	if must(t, err); len(found.Rows) != 1 {
		t.Errorf("%d conversations are found by words", len(found.Rows))
	}
	// The next answer goes on in its conversation.
	o.send(t, ann, Order{To: numbers(1, 1), Sender: "07700 900777"})
	o.taken(t, o.leave(t, 10))
	o.hears(t, "new", sms.MSISDN(number(1)), "07700 900777", "a new one")
	if n := o.newest(t, ann).Conversation.Received; n < 2 {
		t.Errorf("the new text stands alone")
	}
}

func TestNothingIsLeftOfAnErasedConversation(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	id := o.asked(t, ann, 1, "447700900777", "My name is Quillfeather").Conversation.ID
	must(t, o.AddNote(ctx, ann, id, "Quillfeather rang", DraftMark{}))
	other := o.asked(t, ann, 2, "447700900777", "Something else").Conversation.ID
	must(t, o.AddNote(ctx, ann, other, "Ask "+number(1)+" as well", DraftMark{}))
	must(t, o.ErasePerson(ctx, o.admin, sms.MSISDN(number(1)), number(1)))
	must(t, o.RunErasures(ctx))
	talk, err := o.Talk(ctx, ann, id, "", 50)
	must(t, err)
	if !talk.Conversation.Number.Erased() || !talk.Done() || talk.Unread {
		t.Errorf("it is %+v", talk.Conversation)
	}
	if left := fmt.Sprintf("%+v", talk.Said[0]); len(talk.Said) != 2 {
		t.Errorf("%d lines are left: %s", len(talk.Said), left)
	}
	for _, word := range []string{"Quillfeather", "7700900001"} {
		found, err := o.Conversations(ctx, ann, InboxSearch{Search: word, Limit: 10})
		if must(t, err); len(found.Rows) != 0 {
			t.Errorf("%s is still found", word)
		}
	}
	if _, err := o.Reply(ctx, ann, id, Reply{Order: Order{Body: "Hello?"}, Seen: talk.Seen()}); !errors.Is(err, ErrErasedNumber) {
		t.Errorf("somebody who was erased is texted: %v", err)
	}
	beside, err := o.Talk(ctx, ann, other, "", 50)
	must(t, err)
	if note := beside.Said[len(beside.Said)-1].Line; note == nil || strings.Contains(note.Body, number(1)) {
		t.Errorf("a note elsewhere still has the number: %+v", note)
	}
	// They write again: a conversation of its own.
	o.hears(t, "back", sms.MSISDN(number(1)), "447700900777", "It is me again")
	if again := o.newest(t, o.admin); again.Conversation.ID == id || again.Last != "It is me again" {
		t.Errorf("they go on in %+v", again)
	}
	must(t, o.ErasePerson(ctx, o.admin, sms.MSISDN(number(1)), number(1)))
	must(t, o.RunErasures(ctx))
	o.booksAreRight(t)
}

func TestPresence(t *testing.T) {
	o := newOffice(t)
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	id := o.asked(t, ann, 1, "447700900777", "When?").Conversation.ID
	others := func(a Actor) string {
		t.Helper()
		talk, err := o.Talk(t.Context(), a, id, "", 5)
		must(t, err)
		return fmt.Sprint(talk.Others)
	}
	must(t, o.Looking(t.Context(), ann, id, true))
	if got := others(o.admin); !strings.Contains(got, "ann true") || others(ann) != "[]" {
		t.Errorf("the administrator sees %s, ann %s", got, others(ann))
	}
	o.pass(writesFor - time.Second)
	if got := others(o.admin); !strings.Contains(got, "ann true") {
		t.Errorf("who thinks about a sentence is %s", got)
	}
	must(t, o.Looking(t.Context(), ann, id, false))
	o.pass(2 * time.Second)
	if got := others(o.admin); !strings.Contains(got, "ann false") {
		t.Errorf("who has stopped writing is %s", got)
	}
	o.pass(looksFor)
	if got := others(o.admin); got != "[]" {
		t.Errorf("who has gone is %s", got)
	}
}

// A name cannot be answered, and neither can a short code.
func TestNamesCannotBeAnswered(t *testing.T) {
	o := newOffice(t)
	for i, from := range []sms.MSISDN{"PARCELS", "60777", "+", "ünï 🙂"} {
		o.hears(t, fmt.Sprint(i), from, "447700900777", fmt.Sprint("Your parcel is here ", i))
		talk, err := o.Talk(t.Context(), o.admin, o.newest(t, o.admin).Conversation.ID, "", 5)
		must(t, err)
		if !talk.Named || talk.Conversation.Number != from {
			t.Errorf("%s: %+v", from, talk.Conversation)
		}
		if _, err := o.Reply(t.Context(), o.admin, talk.Conversation.ID, Reply{Order: Order{Body: "Thanks"}, Seen: talk.Seen()}); !errors.Is(err, ErrBadNumber) {
			t.Errorf("%s is answered: %v", from, err)
		}
		o.pass(time.Second)
	}
}

// What is not kept any more takes its conversation along, once nothing is left.
func TestClearedConversations(t *testing.T) {
	o := newOffice(t)
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100)
	old := o.asked(t, ann, 1, "447700900777", "Quillfeather").Conversation.ID
	both := o.asked(t, ann, 2, "447700900777", "The first").Conversation.ID
	must(t, o.AddNote(t.Context(), ann, old, "A note", DraftMark{}))
	o.pass(20 * 24 * time.Hour)
	o.hears(t, "later", sms.MSISDN(number(2)), "447700900777", "The second")
	must(t, o.SaveRetention(t.Context(), o.admin, map[string]int{KeepInbound: 10}))
	for more := true; more; {
		var err error
		more, err = o.RunRetention(t.Context())
		must(t, err)
	}
	talk, err := o.Talk(t.Context(), ann, old, "", 10)
	must(t, err)
	if !talk.Conversation.Number.Erased() || talk.Last != "" || len(talk.Said) != 1 {
		t.Errorf("of the old one is left %+v, %d lines", talk.Conversation, len(talk.Said))
	}
	if talk, err = o.Talk(t.Context(), ann, both, "", 10); err != nil || talk.Conversation.Number.Erased() || talk.Last != "The second" {
		t.Errorf("the one with a newer text is %+v %v", talk.Conversation, err)
	}
	found, err := o.Conversations(t.Context(), ann, InboxSearch{Search: "Quillfeather", Limit: 10})
	if must(t, err); len(found.Rows) != 0 {
		t.Error("what is not kept is still found")
	}
}
