package desk

import (
	"context"
	"errors"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// heldLate plans a send of n and comes to it three hours late.
func (o *office) heldLate(t *testing.T, n int) Sent {
	t.Helper()
	sent := o.send(t, o.admin, Order{To: numbers(0, n), SendAt: o.clock().Add(time.Hour), Validity: time.Hour})
	o.pass(4 * time.Hour)
	must(t, first2(o.Promote(t.Context())))
	b, err := o.Batch(t.Context(), o.admin, sent.BatchID)
	must(t, err)
	if b.HeldWhy != heldForLate {
		t.Fatalf("it is held for %q", b.HeldWhy)
	}
	must(t, o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: sent.BatchID}, func(m db.Message) error {
		if m.Status != sms.Scheduled || m.DueAt != heldUntil {
			t.Fatalf("message %d of a late send is %v, due at %v", m.ID, m.Status, m.DueAt.Time())
		}
		return nil
	}))
	return sent
}

// releaseStep does one transaction of a release, as a crash after it leaves it.
func (o *office) releaseStep(t *testing.T, r *renewal, first bool) (done bool) {
	t.Helper()
	next := int64(0)
	must(t, o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		next, done, err = o.release(ctx, tx, o.admin, r, first)
		return err
	}))
	r.after = next
	return done
}

// TestReleaseInSteps: a transaction renews so many messages, nothing leaves before
// the last, and after a crash in the middle the next release does it all, also
// when the desk was down for long and looked at the half that was renewed.
func TestReleaseInSteps(t *testing.T) {
	for name, down := range map[string]time.Duration{"at once": 0, "soon": 10 * time.Minute, "the next day": 26 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			const n = 2*renewStep + 700
			sent := o.heldLate(t, n)
			r := &renewal{batchID: sent.BatchID}
			if o.releaseStep(t, r, true) {
				t.Fatal("one step was all of it")
			}
			renewed := 0
			must(t, o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: sent.BatchID}, func(m db.Message) error {
				if m.DueAt == o.now2()-1000 && m.ExpiresAt == m.DueAt+3600_000 {
					renewed++
				}
				return nil
			}))
			if renewed != renewStep {
				t.Errorf("one transaction renewed %d messages", renewed)
			}
			if got := o.leave(t, 10); len(got) > 0 {
				t.Errorf("%d left in the middle of a release", len(got))
			}
			// The desk stops here, and comes back.
			o.pass(down)
			must(t, first2(o.Promote(t.Context())))
			must(t, o.Expire(t.Context()))
			if got := o.leave(t, 10); len(got) > 0 {
				t.Errorf("%d left of what is still held", len(got))
			}
			must(t, o.Release(t.Context(), o.admin, sent.BatchID))
			must(t, o.Expire(t.Context()))
			b, err := o.Batch(t.Context(), o.admin, sent.BatchID)
			if err != nil || b.HeldAt != 0 || b.NQueued != n {
				t.Fatalf("held at %v, %d of %d queued, %d expired: %v", b.HeldAt.Time(), b.NQueued, n, b.NExpired, err)
			}
			must(t, o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: sent.BatchID}, func(m db.Message) error {
				if m.Status != sms.Queued || m.ExpiresAt != db.At(o.clock())+3600_000 {
					t.Fatalf("message %d is %v and expires at %v", m.ID, m.Status, m.ExpiresAt.Time())
				}
				return nil
			}))
			o.booksAreRight(t)
		})
	}
}

// TestDecidedWhileReleasing: who stops the send or gives it another time in the
// middle of a release is not overruled by the rest of it.
func TestDecidedWhileReleasing(t *testing.T) {
	o := newOffice(t)
	sent := o.heldLate(t, renewStep+5)
	r := &renewal{batchID: sent.BatchID}
	o.releaseStep(t, r, true)
	must(t, first2(o.Stop(t.Context(), o.admin, sent.BatchID)))
	if !o.releaseStep(t, r, false) {
		t.Error("the release of a stopped send goes on")
	}
	if b, err := o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.NCancelled != renewStep+5 {
		t.Errorf("%d taken back: %v", b.NCancelled, err)
	}

	sent = o.heldLate(t, renewStep+5)
	r = &renewal{batchID: sent.BatchID}
	o.releaseStep(t, r, true)
	at := o.clock().Add(5 * time.Hour)
	must(t, o.Reschedule(t.Context(), o.admin, sent.BatchID, at))
	if !o.releaseStep(t, r, false) {
		t.Error("the release of a send with another time goes on")
	}
	must(t, first2(o.Promote(t.Context())))
	if got := o.leave(t, 10); len(got) > 0 {
		t.Errorf("%d left before their new time", len(got))
	}
	o.pass(5 * time.Hour)
	must(t, first2(o.Promote(t.Context())))
	if got := o.leave(t, 10); len(got) != 10 {
		t.Errorf("%d leave at their new time", len(got))
	}
	if err := o.Release(t.Context(), o.admin, sent.BatchID); !errors.Is(err, ErrNotHeld) {
		t.Errorf("released when nothing holds it: %v", err)
	}
	o.booksAreRight(t)
}

// TestApprovalOfMany: their validity begins with the approval, for more of them
// than one transaction renews.
func TestApprovalOfMany(t *testing.T) {
	o, boss, _, jo, _ := staff(t)
	const n = 2*renewStep + 300
	must(t, o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return o.giveCredits(ctx, tx, db.User{}, jo.User.ID, n)
	}))
	sent := o.send(t, jo, Order{To: numbers(0, n), Validity: time.Hour})
	o.pass(26 * time.Hour)
	if err := o.Approve(t.Context(), o.again(t, jo), sent.BatchID, true); err == nil {
		t.Fatal("its sender can approve it")
	}
	must(t, o.Approve(t.Context(), boss, sent.BatchID, false))
	must(t, o.Expire(t.Context()))
	must(t, o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: sent.BatchID}, func(m db.Message) error {
		if m.Status != sms.Queued || m.ExpiresAt != db.At(o.clock())+3600_000 {
			t.Fatalf("message %d is %v and expires at %v", m.ID, m.Status, m.ExpiresAt.Time())
		}
		return nil
	}))
	o.booksAreRight(t)
}
