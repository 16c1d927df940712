package desk

import (
	"context"
	"errors"
	"fmt"

	"textdesk/db"
)

// renewStep is how many messages of a held batch get their validity anew in one
// transaction.
const renewStep = 1000

// errMoreToRenew: more messages have to get their validity anew than one
// transaction takes.
var errMoreToRenew = errors.New("more messages are held")

// Release lets a held batch go on now, but for one that waits for approval.
//
// Of a large batch the messages get their validity anew in steps, and it goes on
// with the last of them: until then nothing of it leaves. If that breaks off, it
// stays held, and the next Release does it again. Stopped or decided otherwise
// by somebody else meanwhile, it is left as they want it.
func (d *Desk) Release(ctx context.Context, a Actor, batchID int64) error {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return err
	}
	r := &renewal{batchID: b.ID}
	for first, done := true, false; !done; first = false {
		next := r.after
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			next, done, err = d.release(ctx, tx, a, r, first)
			return err
		})
		if err != nil {
			return err
		}
		r.after = next
	}
	_, err = d.Promote(ctx)
	return err
}

// release does one step of releasing a batch and says how far that has come, and
// whether it was the last.
func (d *Desk) release(ctx context.Context, tx *db.Tx, a Actor, r *renewal, first bool) (to int64, done bool, err error) {
	b, err := tx.Batch(ctx, r.batchID)
	if err != nil {
		return 0, false, fmt.Errorf("read batch: %w", err)
	}
	if b.HeldAt == 0 && !first {
		return 0, true, nil // stopped, or released by somebody else
	}
	switch {
	case b.HeldAt == 0:
		return 0, false, ErrNotHeld
	case b.HeldWhy == heldForApproval:
		return 0, false, ErrWaits
	case b.HeldWhy == heldForMove:
		return 0, false, ErrMoving
	}
	to, more, err := d.renewSome(ctx, tx, b, r)
	if err != nil || more {
		return to, false, err
	}
	if err := d.letGo(ctx, tx, b); err != nil {
		return 0, false, err
	}
	return to, true, d.audit(ctx, tx, a, "batch.release", fmt.Sprint(b.ID), "")
}

// A renewal is a held batch whose messages get their validity anew, from now on:
// it passed while they were held.
type renewal struct {
	batchID int64
	after   int64 // the last message that has it
}

// renew does all but the last messages of a batch that is held for a reason, so
// that [Desk.finishRenewal] is short.
func (d *Desk) renew(ctx context.Context, r *renewal, why string) error {
	for more := true; more; {
		next := r.after
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			b, err := tx.Batch(ctx, r.batchID)
			if err != nil {
				return fmt.Errorf("read batch: %w", err)
			}
			if more = false; b.HeldAt == 0 || b.HeldWhy != why {
				return nil // whoever finishes it says so
			}
			next, more, err = d.renewSome(ctx, tx, b, r)
			return err
		})
		if err != nil {
			return err
		}
		r.after = next
	}
	return nil
}

// finishRenewal does what [Desk.renew] has left and lets the batch go. It refuses
// with errMoreToRenew when so much was written meanwhile that it is not short.
func (d *Desk) finishRenewal(ctx context.Context, tx *db.Tx, b db.Batch, r *renewal) error {
	_, more, err := d.renewSome(ctx, tx, b, r)
	if err != nil {
		return err
	}
	if more {
		return errMoreToRenew
	}
	return d.letGo(ctx, tx, b)
}

// renewSome gives the next messages of a batch their validity anew, and says how
// far that has come and whether there may be more of them.
func (d *Desk) renewSome(ctx context.Context, tx *db.Tx, b db.Batch, r *renewal) (to int64, more bool, err error) {
	now := d.now()
	last, n, err := tx.Renew(ctx, b.ID, r.after, renewStep, heldUntil, now, now+db.Millis(b.Validity*1000))
	if err != nil {
		return 0, false, err
	}
	return max(r.after, last), n == renewStep, nil
}

// letGo ends the holding of a batch whose messages all have their validity anew;
// what is not written yet gets it with this.
func (d *Desk) letGo(ctx context.Context, tx *db.Tx, b db.Batch) error {
	if err := tx.ReleaseBatch(ctx, b.ID); err != nil {
		return fmt.Errorf("release batch: %w", err)
	}
	now := d.now()
	return tx.HurryAcceptance(ctx, b.ID, now, now+db.Millis(b.Validity*1000))
}
