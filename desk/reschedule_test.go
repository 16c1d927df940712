package desk

import (
	"context"
	"errors"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

func TestReschedule(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, 5), SendAt: start.Add(time.Hour), Validity: 10 * time.Minute})
	london := zoneOf(t, "Europe/London")
	later := start.Add(3 * time.Hour).In(london)
	if err := o.Reschedule(t.Context(), o.admin, sent.BatchID, later); err != nil {
		t.Fatal(err)
	}
	b, err := o.Batch(t.Context(), o.admin, sent.BatchID)
	if err != nil || b.SendAt != db.At(later) || b.Zone != "Europe/London" || b.HeldAt != 0 || b.NScheduled != 5 {
		t.Fatalf("%+v %v", b, err)
	}
	o.pass(2 * time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 10); len(got) != 0 {
		t.Fatalf("%d leave at the old time", len(got))
	}
	// Sooner works as well.
	if err := o.Reschedule(t.Context(), o.admin, sent.BatchID, start.Add(2*time.Hour+time.Minute)); err != nil {
		t.Fatal(err)
	}
	o.pass(2 * time.Minute)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := o.leave(t, 10)
	if len(left) != 5 {
		t.Fatalf("%d leave at the new time, want 5", len(left))
	}
	for _, m := range left {
		if want := db.At(start.Add(2*time.Hour + 11*time.Minute)); m.ExpiresAt != want {
			t.Errorf("its validity ends at %v, want %v", m.ExpiresAt.Time(), want.Time())
		}
	}
	o.taken(t, left)
	if err := o.Reschedule(t.Context(), o.admin, sent.BatchID, later.Add(time.Hour)); !errors.Is(err, ErrNotPlanned) {
		t.Errorf("after it has left: %v", err)
	}
	o.booksAreRight(t)
}

func TestRescheduleRefusals(t *testing.T) {
	o, boss, vera, jo, _ := staff(t)
	plan := Order{To: numbers(0, 2), SendAt: start.Add(time.Hour)}
	sent := o.send(t, jo, plan)
	now := o.send(t, jo, Order{To: numbers(10, 2)})
	for name, c := range map[string]struct {
		actor Actor
		id    int64
		at    time.Time
		want  *Refusal
	}{
		"the past":          {jo, sent.BatchID, start, ErrSendAtPast},
		"too far":           {jo, sent.BatchID, start.Add(400 * 24 * time.Hour), ErrSendAtTooFar},
		"somebody else's":   {vera, sent.BatchID, start.Add(2 * time.Hour), ErrUnknownBatch},
		"one that leaves":   {jo, now.BatchID, start.Add(2 * time.Hour), ErrNotPlanned},
		"one that is none":  {jo, 4711, start.Add(2 * time.Hour), ErrUnknownBatch},
		"by who sees it":    {boss, sent.BatchID, start.Add(2 * time.Hour), nil},
		"by whose it is":    {jo, sent.BatchID, start.Add(3 * time.Hour), nil},
		"to the same again": {jo, sent.BatchID, start.Add(3 * time.Hour), nil},
	} {
		if err := o.Reschedule(t.Context(), c.actor, c.id, c.at); c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.Stop(t.Context(), jo, sent.BatchID); err != nil {
		t.Fatal(err)
	}
	if err := o.Reschedule(t.Context(), jo, sent.BatchID, start.Add(2*time.Hour)); !errors.Is(err, ErrNotPlanned) {
		t.Errorf("a stopped one: %v", err)
	}
	o.booksAreRight(t)
}

// What was approved for a time is not moved by its sender; what still waits for
// approval goes on waiting at its new time.
func TestRescheduleAndApproval(t *testing.T) {
	o, boss, _, jo, _ := staff(t)
	sent := o.send(t, jo, Order{To: numbers(0, 4), SendAt: start.Add(time.Hour)})
	o.pass(90 * time.Minute) // its time passes while it waits
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.Reschedule(t.Context(), jo, sent.BatchID, start.Add(5*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if b, err := o.Batch(t.Context(), jo, sent.BatchID); err != nil || !WaitsForApproval(b) {
		t.Errorf("it waits for approval no more: %v", err)
	}
	if err := o.Approve(t.Context(), boss, sent.BatchID, false); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 10); len(got) != 0 {
		t.Errorf("%d leave before the new time", len(got))
	}
	if err := o.Reschedule(t.Context(), jo, sent.BatchID, start.Add(6*time.Hour)); !errors.Is(err, ErrNotPlanned) && !errors.Is(err, ErrApprovedTime) {
		t.Errorf("by its sender: %v", err)
	}
	o.pass(4 * time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 10); len(got) != 4 {
		t.Errorf("%d leave at the new time, want 4", len(got))
	}
	early := o.send(t, jo, Order{To: numbers(20, 4), SendAt: start.Add(10 * time.Hour)})
	if err := o.Approve(t.Context(), boss, early.BatchID, false); err != nil {
		t.Fatal(err)
	}
	if err := o.Reschedule(t.Context(), jo, early.BatchID, start.Add(11*time.Hour)); !errors.Is(err, ErrApprovedTime) {
		t.Errorf("after it was approved, by its sender: %v", err)
	}
	if err := o.Reschedule(t.Context(), boss, early.BatchID, start.Add(11*time.Hour)); err != nil {
		t.Errorf("by who may approve it: %v", err)
	}
	o.booksAreRight(t)
}

// One that was held because the desk was down at its time gets another one.
func TestRescheduleWhatWasHeld(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, 3), SendAt: start.Add(time.Hour)})
	o.pass(5 * time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.Reschedule(t.Context(), o.admin, sent.BatchID, start.Add(6*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 10); len(got) != 0 {
		t.Errorf("%d leave at once", len(got))
	}
	o.pass(time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 10); len(got) != 3 {
		t.Errorf("%d leave at the new time, want 3", len(got))
	}
	o.booksAreRight(t)
}

// The desk stops in the middle: nothing leaves at either time, until somebody
// chooses one again.
func TestARescheduleThatBreaksOff(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, 4), SendAt: start.Add(time.Hour)})
	later := start.Add(2 * time.Hour)
	err := o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := tx.HoldBatch(ctx, db.HoldBatchParams{ID: sent.BatchID, HeldAt: o.Desk.now(), HeldWhy: heldForMove}); err != nil {
			return err
		}
		if err := tx.SetSendAt(ctx, db.SetSendAtParams{ID: sent.BatchID, SendAt: db.At(later), Zone: "UTC"}); err != nil {
			return err
		}
		return tx.Replan(ctx, []int64{sent.Recipients[0].MessageID}, db.At(later), db.At(later.Add(time.Hour)))
	})
	if err != nil {
		t.Fatal(err)
	}
	o.pass(61 * time.Minute)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 10); len(got) != 0 {
		t.Errorf("%d leave in the middle of a move", len(got))
	}
	if err := o.Release(t.Context(), o.admin, sent.BatchID); !errors.Is(err, ErrMoving) {
		t.Errorf("released: %v", err)
	}
	if err := o.Reschedule(t.Context(), o.admin, sent.BatchID, start.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	o.pass(2 * time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 10); len(got) != 4 {
		t.Errorf("%d leave at the time that was chosen again, want 4", len(got))
	}
	o.booksAreRight(t)
}

// The texts that a number gets in a day are counted where they go.
func TestRescheduleToAnotherDay(t *testing.T) {
	o := newOffice(t)
	o.guard(t, Guard{PerNumber: 1})
	tomorrow := start.Add(24 * time.Hour)
	first := o.send(t, o.admin, Order{To: numbers(0, 2), SendAt: tomorrow})
	second := o.send(t, o.admin, Order{To: numbers(1, 2), SendAt: tomorrow.Add(24 * time.Hour)})
	if err := o.Reschedule(t.Context(), o.admin, second.BatchID, tomorrow.Add(time.Hour)); !errors.Is(err, ErrNumberDay) {
		t.Errorf("to a day on which one of them has had theirs: %v", err)
	}
	if err := o.Reschedule(t.Context(), o.admin, first.BatchID, tomorrow.Add(5*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := o.Reschedule(t.Context(), o.admin, second.BatchID, tomorrow.Add(time.Hour)); err != nil {
		t.Errorf("after the other has gone to another day: %v", err)
	}
	if err := o.Reschedule(t.Context(), o.admin, first.BatchID, tomorrow); !errors.Is(err, ErrNumberDay) {
		t.Errorf("and back: %v", err)
	}
	// Within the day it is as it was.
	if err := o.Reschedule(t.Context(), o.admin, second.BatchID, tomorrow.Add(2*time.Hour)); err != nil {
		t.Error(err)
	}
	if _, err := o.Stop(t.Context(), o.admin, second.BatchID); err != nil {
		t.Fatal(err)
	}
	if err := o.Reschedule(t.Context(), o.admin, first.BatchID, tomorrow); err != nil {
		t.Errorf("after the other was stopped: %v", err)
	}
}

func TestRescheduleManyMessages(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, replanStep+500), SendAt: start.Add(time.Hour)})
	if err := o.PauseBatch(t.Context(), o.admin, sent.BatchID); err != nil {
		t.Fatal(err)
	}
	if err := o.Reschedule(t.Context(), o.admin, sent.BatchID, start.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	b, err := o.Batch(t.Context(), o.admin, sent.BatchID)
	if err != nil || b.PausedAt == 0 || b.HeldAt != 0 {
		t.Errorf("paused at %d, held at %d: %v", b.PausedAt, b.HeldAt, err)
	}
	err = o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: sent.BatchID}, func(m db.Message) error {
		if m.DueAt != db.At(start.Add(2*time.Hour)) || m.Status != sms.Scheduled {
			t.Fatalf("%d is %s and due at %v", m.ID, m.Status, m.DueAt.Time())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A large send whose messages are still being written keeps its time: those that
// are not there yet would not get another.
func TestRescheduleWhileItIsWritten(t *testing.T) {
	b := db.Batch{Recipients: 5, NScheduled: 5, SendAt: 2, CreatedAt: 1}
	if !Movable(b) {
		t.Error("a planned send cannot be moved")
	}
	for what, change := range map[string]func(*db.Batch){"while it is written": func(b *db.Batch) { b.NStaged = 3 }, "while it is stopped": func(b *db.Batch) { b.Stopping = true }} {
		other := b
		if change(&other); Movable(other) {
			t.Errorf("it can be moved %s", what)
		}
	}
}
