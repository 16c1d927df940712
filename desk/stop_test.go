package desk

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"textdesk/providers"
	"textdesk/sms"
)

func TestStopTakesBackWhatIsInFlightAndComesBack(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(1, 2500)})
	marked := o.leave(t, 3)
	claimed, err := o.Claim(t.Context(), o.provider, 0, 10)
	if err != nil || len(claimed) != 10 {
		t.Fatal(claimed, err)
	}
	o.pass(time.Second)
	stopped, err := o.Stop(t.Context(), o.admin, sent.BatchID)
	if err != nil || stopped != 2497 {
		t.Errorf("stopped %d: %v", stopped, err)
	}
	if late, err := o.Mark(t.Context(), claimed); err != nil || len(late) > 0 {
		t.Errorf("%d left after the stop: %v", len(late), err)
	}
	o.taken(t, marked[:1])
	o.failed(t, marked[1], &providers.Error{Kind: providers.Temporary, Text: "refused"})
	o.failed(t, marked[2], &providers.Error{Kind: providers.Ambiguous, Text: "hm"})
	for i, want := range []sms.Status{sms.Submitted, sms.Cancelled, sms.InDoubt} {
		if got := o.status(t, marked[i].ID); got != want {
			t.Errorf("message %d is %s, want %s", i, got, want)
		}
	}
	// What a person decides after the stop holds, also through a retry.
	o.pass(time.Second)
	if err := o.SendAgain(t.Context(), o.admin, marked[2].ID); err != nil {
		t.Fatal(err)
	}
	again := o.leave(t, 1)
	if len(again) != 1 || again[0].ID != marked[2].ID {
		t.Fatalf("sent again: %v", again)
	}
	o.failed(t, again[0], &providers.Error{Kind: providers.Temporary, Text: "refused"})
	if got := o.status(t, marked[2].ID); got != sms.Queued {
		t.Errorf("a text sent again after the stop is %s", got)
	}
	o.booksAreRight(t)
}

func TestCancelIsTooLateOnceItLeft(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(1, 1)})
	id := sent.Recipients[0].MessageID
	if err := o.Cancel(t.Context(), o.admin, id); err != nil {
		t.Fatal(err)
	}
	if err := o.Cancel(t.Context(), o.admin, id); !errors.Is(err, ErrTooLate) {
		t.Errorf("twice: %v", err)
	}
	id = o.send(t, o.admin, Order{To: numbers(1, 1)}).Recipients[0].MessageID
	o.leave(t, 1)
	if err := o.Cancel(t.Context(), o.admin, id); !errors.Is(err, ErrTooLate) {
		t.Errorf("in flight: %v", err)
	}
	o.booksAreRight(t)
}

func TestBatchesTakeTurnsAndSinglesGoAhead(t *testing.T) {
	o := newOffice(t)
	big := o.send(t, o.admin, Order{To: numbers(0, 1000)})
	o.pass(time.Second)
	small := o.send(t, o.admin, Order{To: numbers(2000, 20)})
	held := o.send(t, o.admin, Order{To: numbers(3000, 1000)})
	if err := o.store.Write(t.Context(), hold(held.BatchID)); err != nil {
		t.Fatal(err)
	}
	o.pass(time.Second)
	one := o.send(t, o.admin, Order{To: numbers(5000, 1)})
	var order []int64
	var turn int64
	for range 6 {
		claimed, err := o.Claim(t.Context(), o.provider, turn, 16)
		if err != nil {
			t.Fatal(err)
		}
		marked, err := o.Mark(t.Context(), claimed)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range marked {
			order = append(order, m.BatchID)
		}
		if last := claimed[len(claimed)-1]; last.Priority > 0 {
			turn = last.BatchID
		}
	}
	if order[0] != one.BatchID {
		t.Errorf("the single text waits behind bulk: %v", order)
	}
	count := map[int64]int{}
	for _, b := range order {
		count[b]++
	}
	if count[small.BatchID] != 20 || count[big.BatchID] < 50 || count[held.BatchID] > 0 {
		t.Errorf("of %d claimed, %d are of the small send, %d of the big one, %d of the held one",
			len(order), count[small.BatchID], count[big.BatchID], count[held.BatchID])
	}
}

func TestHeldBatchesKeepNobodyBusy(t *testing.T) {
	o := newOffice(t)
	held := o.send(t, o.admin, Order{To: numbers(0, 10)})
	claimed := o.send(t, o.admin, Order{To: numbers(20, 10)})
	if err := o.store.Write(t.Context(), hold(held.BatchID)); err != nil {
		t.Fatal(err)
	}
	got, err := o.Claim(t.Context(), o.provider, 0, 100)
	if err != nil || len(got) != 10 || got[0].BatchID != claimed.BatchID {
		t.Fatal(len(got), err)
	}
	if at, err := o.NextDue(t.Context(), o.provider); err != nil || !at.IsZero() {
		t.Errorf("with all else held or leased, something is due at %v: %v", at, err)
	}
	if err := o.Unclaim(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if at, err := o.NextDue(t.Context(), o.provider); err != nil || !at.Equal(start) {
		t.Errorf("given back, it is due at %v: %v", at, err)
	}
	// Held after it was claimed: it stays, and its lease ends.
	got, err = o.Claim(t.Context(), o.provider, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.store.Write(t.Context(), hold(claimed.BatchID)); err != nil {
		t.Fatal(err)
	}
	if marked, err := o.Mark(t.Context(), got); err != nil || len(marked) > 0 {
		t.Errorf("%d of a held send left: %v", len(marked), err)
	}
	if err := o.Release(t.Context(), o.admin, claimed.BatchID); err != nil {
		t.Fatal(err)
	}
	if marked := o.leave(t, 100); len(marked) != 10 {
		t.Errorf("%d of 10 leave when it is released", len(marked))
	}
	o.booksAreRight(t)
}

func TestSendAgainAfterTheProviderWasRemoved(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(1, 2)})
	marked := o.leave(t, 2)
	o.taken(t, marked[:1])
	o.failed(t, marked[1], &providers.Error{Kind: providers.Ambiguous, Text: "hm"})
	id, err := o.AddProvider(t.Context(), o.admin, NewProvider{Name: "Second", Kind: SimulatorKind, Default: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.RemoveProvider(t.Context(), o.admin, "Simulator"); err != nil {
		t.Fatal(err)
	}
	if err := o.SendAgain(t.Context(), o.admin, marked[1].ID); err != nil {
		t.Fatal(err)
	}
	claimed, err := o.Claim(t.Context(), id, 0, 10)
	if err != nil || len(claimed) != 1 || claimed[0].ID != marked[1].ID {
		t.Errorf("the provider in use has %v to send: %v", claimed, err)
	}
	// And the wait for the other one's receipt ends all the same.
	o.pass(73 * time.Hour)
	if err := o.GiveUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.status(t, marked[0].ID); got != sms.Unknown {
		t.Errorf("without a receipt, of a provider that is gone, it is %s", got)
	}
	if b, err := o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.NUnknown != 1 || b.NQueued != 1 {
		t.Errorf("the send counts %+v: %v", b, err)
	}
	o.booksAreRight(t)
}

func TestABusyProviderIsNotRemoved(t *testing.T) {
	o := newOffice(t)
	o.send(t, o.admin, Order{To: numbers(1, 1), SendAt: start.Add(time.Hour)})
	if _, err := o.AddProvider(t.Context(), o.admin, NewProvider{Name: "Second", Kind: SimulatorKind, Default: true}); err != nil {
		t.Fatal(err)
	}
	if err := o.RemoveProvider(t.Context(), o.admin, "Simulator"); !errors.Is(err, ErrProviderBusy) {
		t.Errorf("with a text scheduled: %v", err)
	}
	if err := o.RemoveProvider(t.Context(), o.admin, "Second"); !errors.Is(err, ErrProviderDefault) {
		t.Errorf("the one in use: %v", err)
	}
}

// What is said to come back of a send whose texts differ in length is what comes
// back, whatever of it is on its way, taken, in doubt or left out.
func TestStopGivesBackWhatItSays(t *testing.T) {
	o := newOffice(t)
	user := o.user(t, "merger", LevelNormal, o.admin.User.ID, 1000)
	list, err := o.AddList(t.Context(), user, "Visits")
	must(t, err)
	var lines strings.Builder
	for i := range 60 {
		fmt.Fprintf(&lines, "07700 900%03d\tPerson %d\t\t%s\n", 100+i, i, strings.Repeat("a", 1+i%3*160))
	}
	_, err = o.PasteIntoList(t.Context(), user, list, lines.String())
	must(t, err)
	p := o.prepared(t, user, Order{Lists: []int64{list}, Sender: "SCHOOL", Body: "((MM1))", Fill: true})
	sent, err := o.SendPrepared(t.Context(), user, p.ID, true)
	must(t, err)
	comesBack := func() int64 {
		t.Helper()
		p, err := o.Progress(t.Context(), user, sent.BatchID)
		must(t, err)
		n, err := o.ComesBack(t.Context(), p)
		must(t, err)
		return n
	}
	if n := comesBack(); n != 120 {
		t.Errorf("%d credits would come back of 120", n)
	}
	_, err = o.Suppress(t.Context(), o.admin, "07700 900159", "asked")
	must(t, err)
	marked := o.leave(t, 10)
	o.taken(t, marked[:6])
	o.failed(t, marked[6], &providers.Error{Kind: providers.Ambiguous, Text: "hm"})
	o.failed(t, marked[7], &providers.Error{Kind: providers.Rejected, Text: "no"})
	said, before := comesBack(), o.balance(t, user)
	_, err = o.Stop(t.Context(), user, sent.BatchID)
	must(t, err)
	if came := o.balance(t, user) - before; came != said || said == 0 {
		t.Errorf("%d credits came back, %d were said", came, said)
	}
	if n := comesBack(); n != 0 {
		t.Errorf("%d credits would come back after the stop", n)
	}
	o.booksAreRight(t)
}

// Somebody who opts out while a send waits for its first text does not end the
// time in which all of it can be taken back.
func TestUndoOutlastsAnOptOut(t *testing.T) {
	o := newOffice(t)
	p := o.prepared(t, o.admin, Order{To: numbers(1, 30), Sender: "SCHOOL", Body: "Sports day is off.", Undo: 20 * time.Second})
	_, err := o.Suppress(t.Context(), o.admin, string(p.Names[0].Number), "asked") // between the review and the send
	must(t, err)
	sent, err := o.SendPrepared(t.Context(), o.admin, p.ID, true)
	must(t, err)
	progress := func() Progress {
		t.Helper()
		p, err := o.Progress(t.Context(), o.admin, sent.BatchID)
		must(t, err)
		return p
	}
	at := progress()
	if at.Batch.NSuppressed != 1 || at.Waiting() != 29 || at.StartsAt.IsZero() {
		t.Errorf("%d opted out, %d wait, the first leaves at %v", at.Batch.NSuppressed, at.Waiting(), at.StartsAt)
	}
	o.pass(21 * time.Second)
	o.taken(t, o.leave(t, 5))
	if at := progress(); !at.StartsAt.IsZero() {
		t.Errorf("some have left, and the first leaves at %v", at.StartsAt)
	}
}
