package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// bigList makes a list of n people, in an order that is not that of their
// numbers.
func bigList(t testing.TB, o *office, a Actor, n int) int64 {
	t.Helper()
	list, err := o.AddList(t.Context(), a, "Everybody")
	if err != nil {
		t.Fatal(err)
	}
	entries := make([]db.ListEntry, 0, 5000)
	for i := range n {
		entries = append(entries, db.ListEntry{Number: sms.MSISDN(fmt.Sprintf("+447700%06d", (i*7919)%1_000_000)), Name: fmt.Sprintf("Person %d", i), Mm1: "rowing", Fields: "{}"})
		if len(entries) == cap(entries) || i == n-1 {
			err := o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.PutEntries(ctx, list, entries)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			entries = entries[:0]
		}
	}
	return list
}

func merged(list int64, key string) Order {
	return Order{Lists: []int64{list}, Sender: "SCHOOL", Body: "Dear ((Name)), ((MM1)) is off.", Fill: true, SubmitKey: key, Undo: 20 * time.Second}
}

// prepared is a draft that has been read.
func (o *office) prepared(t testing.TB, a Actor, order Order) Prepared {
	t.Helper()
	id, err := o.Prepare(t.Context(), o.again(t, a), order, `{"Body":"as typed"}`)
	if err == nil {
		err = o.PrepareDrafts(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.Prepared(t.Context(), o.again(t, a), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// write writes so many pieces of a send.
func (o *office) write(t testing.TB, batchID int64, pieces int) {
	t.Helper()
	for range pieces {
		c, err := o.NextChunk(t.Context(), batchID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.AcceptChunk(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

// large is more people than are read at once.
func large() int { return MaxAtOnce + 1001 }

// A large send is read in the background, looked at, and accepted in one go with
// most of its messages written later: the books are right at every step, ids
// follow each other, and everybody gets their own text once.
func TestLargeSend(t *testing.T) {
	o := newOffice(t)
	n := large()
	list := bigList(t, o, o.admin, n)
	id, err := o.Prepare(t.Context(), o.admin, merged(list, "k"), `{"Body":"as typed"}`)
	must(t, err)
	if p, err := o.Prepared(t.Context(), o.admin, id); err != nil || p.State != Preparing || p.Expected != int64(n) {
		t.Fatalf("a large order is %s at once, %d expected, %v", p.State, p.Expected, err)
	}
	if _, err := o.SendPrepared(t.Context(), o.admin, id, true); !errors.Is(err, ErrNotReady) {
		t.Errorf("it can be sent before it was read: %v", err)
	}
	must(t, o.PrepareDrafts(t.Context()))
	p, err := o.Prepared(t.Context(), o.admin, id)
	must(t, err)
	if p.State != Ready || p.Draft.People != n || p.Draft.Parts != int64(n) || p.Form != `{"Body":"as typed"}` || len(p.Names) != keptNames || len(p.Draft.Problems) > 0 {
		t.Fatalf("prepared %s: %d people, %d parts, %v", p.State, p.Draft.People, p.Draft.Parts, p.Draft.Problems)
	}
	if r, err := o.PreparedPerson(t.Context(), p, n); err != nil || r.Text != fmt.Sprintf("Dear Person %d, rowing is off.", n-1) {
		t.Errorf("the last person reads %q, %v", r.Text, err)
	}
	if r, err := o.PreparedPerson(t.Context(), p, p.Draft.Longest); err != nil || len(r.Text) != len(fmt.Sprintf("Dear Person %d, rowing is off.", n-1)) {
		t.Errorf("the longest is %q, %v", r.Text, err)
	}
	sent, err := o.SendPrepared(t.Context(), o.admin, id, true)
	must(t, err)
	for last := int64(-1); ; {
		o.booksAreRight(t)
		b, err := o.Batch(t.Context(), o.admin, sent.BatchID)
		must(t, err)
		if b.NQueued != int64(n) || b.NStaged == last {
			t.Fatalf("%d wait, %d are not written", b.NQueued, b.NStaged)
		}
		if last = b.NStaged; last == 0 {
			break
		}
		o.write(t, sent.BatchID, 3)
	}
	if ids, err := o.Accepting(t.Context()); err != nil || len(ids) > 0 {
		t.Errorf("it is still being accepted: %v %v", ids, err)
	}
	var next, seen int64
	var before sms.MSISDN
	must(t, o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: sent.BatchID}, func(m db.Message) error {
		if seen++; next != 0 && m.ID != next || m.Number <= before {
			t.Fatalf("message %d to %s comes after %d to %s", m.ID, m.Number, next, before)
		}
		next, before = m.ID+m.Parts, m.Number
		return nil
	}))
	if seen != int64(n) {
		t.Errorf("%d messages", seen)
	}
	// What is left of the draft goes.
	must(t, o.Tidy(t.Context()))
	if _, err := o.store.DraftRecipient(t.Context(), db.DraftRecipientParams{DraftID: id, Place: 1}); !db.IsNotFound(err) {
		t.Errorf("the draft's people are kept: %v", err)
	}
	if again, err := o.SendPrepared(t.Context(), o.admin, id, true); err != nil || !again.Again || again.BatchID != sent.BatchID {
		t.Errorf("pressed once more: %+v, %v", again, err)
	}
	o.pass(draftFor + time.Hour)
	must(t, o.Tidy(t.Context()))
	if _, err := o.Prepared(t.Context(), o.admin, id); !errors.Is(err, ErrUnknownDraft) {
		t.Errorf("the draft is kept: %v", err)
	}
	o.booksAreRight(t)
}

// Stop in the middle takes back what is written and what is not.
func TestStopWhileAccepting(t *testing.T) {
	o := newOffice(t)
	n := 5*chunkSize + 7
	many := o.user(t, "many", LevelNormal, o.admin.User.ID, int64(n))
	list := bigList(t, o, many, n)
	p := o.prepared(t, many, merged(list, "k"))
	sent, err := o.SendPrepared(t.Context(), o.again(t, many), p.ID, true)
	must(t, err)
	if left := o.again(t, many).User.Balance; left != 0 {
		t.Fatalf("%d credits are left", left)
	}
	o.pass(time.Minute)
	gone := o.leave(t, 3)
	o.write(t, sent.BatchID, 1)
	stopped, err := o.Stop(t.Context(), many, sent.BatchID)
	must(t, err)
	if stopped != n-len(gone) || len(gone) != 3 {
		t.Errorf("%d stopped, %d gone", stopped, len(gone))
	}
	if more := o.leave(t, 10); len(more) > 0 {
		t.Errorf("%d leave after it was stopped", len(more))
	}
	if err := o.PauseBatch(t.Context(), many, sent.BatchID); !errors.Is(err, ErrNothingToPause) {
		t.Errorf("it can be paused: %v", err)
	}
	o.booksAreRight(t)
	must(t, o.AcceptAll(t.Context()))
	for done := false; !done; {
		done, err = o.GoOnStopping(t.Context())
		must(t, err)
		o.booksAreRight(t)
	}
	b, err := o.Batch(t.Context(), many, sent.BatchID)
	must(t, err)
	if b.NCancelled != int64(stopped) || b.NStaged != 0 || bool(b.Stopping) || b.NQueued != 0 {
		t.Errorf("after it: %+v", b)
	}
	if left := o.again(t, many).User.Balance; left != int64(stopped) {
		t.Errorf("%d credits came back", left)
	}
}

// The reviewed set is what is sent. That others are in the group by now is said.
func TestGroupChangesAfterTheReview(t *testing.T) {
	o := newOffice(t)
	list := bigList(t, o, o.admin, 5)
	p := o.prepared(t, o.admin, merged(list, "k"))
	if len(p.Changed) > 0 {
		t.Errorf("changed at once: %+v", p.Changed)
	}
	_, err := o.PasteIntoList(t.Context(), o.admin, list, "+447700900999\tNew")
	must(t, err)
	if p, err = o.Prepared(t.Context(), o.admin, p.ID); err != nil || len(p.Changed) != 1 || p.Changed[0] != (Regrouped{Name: "Everybody", Was: 5, Now: 6}) {
		t.Errorf("it says %+v, %v", p.Changed, err)
	}
	sent, err := o.SendPrepared(t.Context(), o.admin, p.ID, true)
	must(t, err)
	if b, _ := o.Batch(t.Context(), o.admin, sent.BatchID); b.Recipients != 5 {
		t.Errorf("it went to %d", b.Recipients)
	}
}

// Several press Send on one draft at the same time, and on two drafts of one
// form: it is one send.
func TestManyPressSend(t *testing.T) {
	o := newOffice(t)
	list := bigList(t, o, o.admin, 50)
	p := o.prepared(t, o.admin, merged(list, "k"))
	sent := make([]Sent, 8)
	errs := make([]error, 8)
	var pressing sync.WaitGroup
	for i := range sent {
		pressing.Go(func() { sent[i], errs[i] = o.SendPrepared(context.Background(), o.admin, p.ID, true) })
	}
	pressing.Wait()
	first := 0
	for i, s := range sent {
		if errs[i] != nil || s.BatchID != sent[0].BatchID {
			t.Errorf("%+v, %v", s, errs[i])
		}
		if !s.Again {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d of them sent it", first)
	}
	if again := o.prepared(t, o.admin, merged(list, "k")); again.BatchID != sent[0].BatchID {
		t.Errorf("the same form leads to %+v", again)
	}
	o.booksAreRight(t)
}

// What has changed between the review and Send is refused as a whole.
func TestRefusedAfterTheReview(t *testing.T) {
	o := newOffice(t)
	many := o.user(t, "many", LevelNormal, o.admin.User.ID, 60)
	list := bigList(t, o, many, 50)
	p := o.prepared(t, many, merged(list, "k"))
	o.send(t, many, Order{To: numbers(0, 20)})
	if _, err := o.SendPrepared(t.Context(), o.again(t, many), p.ID, true); !errors.Is(err, ErrNoCredits) {
		t.Errorf("without credits: %v", err)
	}
	if _, err := o.SendPrepared(t.Context(), many, p.ID, true); !errors.Is(err, ErrNoCredits) { // as the page knew them before
		t.Errorf("without credits: %v", err)
	}
	other := o.user(t, "other", LevelNormal, o.admin.User.ID, 60)
	for _, who := range []Actor{other, o.admin} {
		if _, err := o.SendPrepared(t.Context(), who, p.ID, true); !errors.Is(err, ErrUnknownDraft) {
			t.Errorf("%s can send another's draft: %v", who.User.Username, err)
		}
	}
	o.booksAreRight(t)
}

// Whoever must not be texted by the time their message is written is left out
// there, and their credit comes back.
func TestSuppressedWhileAccepting(t *testing.T) {
	o := newOffice(t)
	n := 4*chunkSize + 5
	list := bigList(t, o, o.admin, n)
	p := o.prepared(t, o.admin, merged(list, "k"))
	sent, err := o.SendPrepared(t.Context(), o.admin, p.ID, true)
	must(t, err)
	b, err := o.Batch(t.Context(), o.admin, sent.BatchID)
	must(t, err)
	people, err := o.store.ChunkPeople(t.Context(), p.ID, 4)
	must(t, err)
	if len(people) != 5 || b.NStaged == 0 {
		t.Fatalf("%d people in the last piece, %d staged", len(people), b.NStaged)
	}
	_, err = o.Suppress(t.Context(), o.admin, string(people[0].Number), "asked")
	must(t, err)
	must(t, o.AcceptAll(t.Context()))
	if b, err = o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.NSuppressed != 1 || b.NQueued != int64(n-1) {
		t.Errorf("%d suppressed, %d queued, %v", b.NSuppressed, b.NQueued, err)
	}
	o.booksAreRight(t)
}

// A disk that is full in the middle leaves a piece that is whole or not there.
func TestDiskFullWhileAccepting(t *testing.T) {
	o := newOffice(t)
	n := 5*chunkSize + 5
	list := bigList(t, o, o.admin, n)
	p := o.prepared(t, o.admin, merged(list, "k"))
	sent, err := o.SendPrepared(t.Context(), o.admin, p.ID, true)
	must(t, err)
	must(t, o.store.LimitPages(t.Context(), 20))
	if err := o.AcceptAll(t.Context()); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("a full disk: %v", err)
	}
	o.booksAreRight(t)
	must(t, o.store.LimitPages(t.Context(), 0))
	must(t, o.AcceptAll(t.Context()))
	if b, err := o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.NStaged != 0 || b.NQueued != int64(n) {
		t.Errorf("%d staged, %d queued, %v", b.NStaged, b.NQueued, err)
	}
	o.booksAreRight(t)
}

// Time does not run while a send is paused, also for what is written later, and
// what is late and released is not held again.
func TestPauseAndHoldWhileAccepting(t *testing.T) {
	o := newOffice(t)
	n := 4 * chunkSize
	list := bigList(t, o, o.admin, n)
	p := o.prepared(t, o.admin, merged(list, "k"))
	sent, err := o.SendPrepared(t.Context(), o.admin, p.ID, true)
	must(t, err)
	o.pass(time.Minute)
	must(t, o.PauseBatch(t.Context(), o.admin, sent.BatchID))
	o.write(t, sent.BatchID, 1)
	o.pass(30 * time.Hour)
	must(t, o.ResumeBatch(t.Context(), o.admin, sent.BatchID))
	must(t, o.AcceptAll(t.Context()))
	must(t, o.Expire(t.Context()))
	if b, err := o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.NExpired != 0 || b.NQueued != int64(n) {
		t.Errorf("%d expired, %d queued, %v", b.NExpired, b.NQueued, err)
	}

	later := merged(list, "later")
	later.SendAt = o.clock().Add(10 * time.Minute)
	p = o.prepared(t, o.admin, later)
	if sent, err = o.SendPrepared(t.Context(), o.admin, p.ID, true); err != nil {
		t.Fatal(err)
	}
	o.pass(3 * time.Hour)
	_, err = o.Promote(t.Context())
	must(t, err)
	o.write(t, sent.BatchID, 1)
	must(t, o.Release(t.Context(), o.admin, sent.BatchID))
	must(t, o.AcceptAll(t.Context()))
	_, err = o.Promote(t.Context())
	must(t, err)
	if b, err := o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.HeldAt != 0 || b.NQueued != int64(n) {
		t.Errorf("held at %v, %d queued, %v", b.HeldAt.Time(), b.NQueued, err)
	}
	o.booksAreRight(t)
}

// A draft that was being read when the desk stopped is read anew.
func TestPreparingAfterACrash(t *testing.T) {
	o := newOffice(t)
	n := large()
	list := bigList(t, o, o.admin, n)
	id, err := o.keepDraft(t.Context(), o.admin, merged(list, "k"), "", int64(n))
	must(t, err)
	// What a crash leaves: some rows, and no end.
	err = o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(tx.InsertDraftRecipients(ctx, []db.DraftRecipient{{DraftID: id, Place: 1, Number: "+447700900000", Parts: 1}}),
			tx.InsertDraftSkips(ctx, []db.DraftSkip{{DraftID: id, Place: 7}}))
	})
	must(t, err)
	must(t, o.PrepareDrafts(t.Context()))
	if p, err := o.Prepared(t.Context(), o.admin, id); err != nil || p.State != Ready || p.Draft.People != n {
		t.Errorf("%+v, %v", p.Draft, err)
	}
	// One that is given up is not read on.
	must(t, o.DropPrepared(t.Context(), o.admin, id))
	if _, err := o.Prepared(t.Context(), o.admin, id); !errors.Is(err, ErrUnknownDraft) {
		t.Errorf("it is still there: %v", err)
	}
}

// Who has had the text today is counted to the last of a large send's people, also
// past those who are looked at when its page is shown.
func TestTheSameTextToVeryManyPeople(t *testing.T) {
	o := newOffice(t)
	n := large()
	list := bigList(t, o, o.admin, n)
	last := make([]string, 0, 300) // on the list after the first MaxAtOnce
	for i := n - 300; i < n; i++ {
		last = append(last, fmt.Sprintf("07700%06d", (i*7919)%1_000_000))
	}
	order := func(key string) Order {
		return Order{Lists: []int64{list}, Sender: "SCHOOL", Body: "No school today.", SubmitKey: key}
	}
	repeats := func(key string) ([]Repeat, Prepared) {
		t.Helper()
		p := o.prepared(t, o.admin, order(key))
		all, err := o.Repeats(t.Context(), o.admin, p.Draft)
		must(t, err)
		return all, p
	}
	early, earlyDraft := repeats("early")
	if len(early) != 0 {
		t.Fatalf("before anything: %+v", early)
	}
	some := o.send(t, o.admin, Order{To: last, Body: "No school today."})
	got, p := repeats("k")
	if len(got) != 1 || got[0].BatchID != some.BatchID || got[0].People != 300 || got[0].AtLeast {
		t.Errorf("the last 300 have it: %+v", got)
	}
	// Made since it was read: nobody can say at once.
	again, err := o.Repeats(t.Context(), o.admin, earlyDraft.Draft)
	if must(t, err); len(again) != 1 || !again[0].AtLeast {
		t.Errorf("a draft from before it says %+v", again)
	}
	// Taken back: nobody has it.
	if _, err := o.Stop(t.Context(), o.admin, some.BatchID); err != nil {
		t.Fatal(err)
	}
	if got, err := o.Repeats(t.Context(), o.admin, p.Draft); err != nil || len(got) != 0 {
		t.Errorf("taken back: %+v %v", got, err)
	}
	sent, err := o.SendPrepared(t.Context(), o.admin, p.ID, true)
	must(t, err)
	// While it is being written down.
	if got, _ := repeats("while"); len(got) != 1 || got[0].BatchID != sent.BatchID || !got[0].AtLeast {
		t.Errorf("while it is written down: %+v", got)
	}
	must(t, o.AcceptAll(t.Context()))
	if got, _ := repeats("after"); len(got) != 1 || got[0].BatchID != sent.BatchID || got[0].People != n || got[0].AtLeast {
		t.Errorf("to the same %d: %+v", n, got)
	}
}
