package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// Cancel takes a message back that has not left yet, and gives its credits
// back.
func (d *Desk) Cancel(ctx context.Context, a Actor, id int64) error {
	m, err := d.message(ctx, a, id)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := tx.Message(ctx, m.ID)
		if err != nil {
			return fmt.Errorf("read message: %w", err)
		}
		mv := d.newMoves(tx)
		moved, err := false, error(nil)
		if m.Status.Waiting() {
			moved, err = mv.move(ctx, m, change{to: sms.Cancelled, by: a.User.ID})
		}
		if err != nil {
			return err
		}
		if !moved {
			return ErrTooLate
		}
		if err := d.audit(ctx, tx, a, "message.cancel", fmt.Sprint(m.ID), ""); err != nil {
			return err
		}
		return mv.flush(ctx)
	})
}

// Stop takes back what has not left of a batch and returns how many messages
// that were. Those that were already on their way stay so; one of them that
// comes back, certainly not sent, is taken back too. All of it is one
// transaction, so that nothing leaves between its beginning and its end.
func (d *Desk) Stop(ctx context.Context, a Actor, batchID int64) (stopped int, err error) {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return 0, err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if stopped, err = d.takeBack(ctx, tx, b.ID, a.User.ID); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "batch.stop", fmt.Sprint(b.ID), "")
	})
	if err != nil {
		return 0, fmt.Errorf("stop batch: %w", err)
	}
	return stopped, nil
}

// takeBack stops a batch in somebody's name and returns how many messages that
// were.
func (d *Desk) takeBack(ctx context.Context, tx *db.Tx, batchID, by int64) (stopped int, err error) {
	if err := tx.StopBatch(ctx, db.StopBatchParams{ID: batchID, StoppedAt: d.now()}); err != nil {
		return 0, err
	}
	mv := d.newMoves(tx)
	page := db.MessagesWaitingInBatchParams{BatchID: batchID, PageSize: sweepSize}
	for {
		waiting, err := tx.MessagesWaitingInBatch(ctx, page)
		if err != nil {
			return 0, err
		}
		for _, m := range waiting {
			moved, err := mv.move(ctx, m, change{to: sms.Cancelled, by: by})
			if err != nil {
				return 0, err
			}
			if moved {
				stopped++
			}
			page.AfterID = m.ID
		}
		if len(waiting) < sweepSize {
			break
		}
	}
	if err := tx.ReleaseBatch(ctx, batchID); err != nil {
		return 0, err
	}
	return stopped, mv.flush(ctx)
}

// Release lets a held batch go on now, but for one that waits for approval.
func (d *Desk) Release(ctx context.Context, a Actor, batchID int64) error {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		b, err := tx.Batch(ctx, b.ID)
		if err != nil {
			return fmt.Errorf("read batch: %w", err)
		}
		if b.HeldAt == 0 {
			return ErrNotHeld
		}
		if b.HeldWhy == heldForApproval {
			return ErrWaits
		}
		if b.HeldWhy == heldForMove {
			return ErrMoving
		}
		if err := tx.ReleaseBatch(ctx, b.ID); err != nil {
			return err
		}
		// Their validity counts from now: it passed while they were held.
		now := d.now()
		expires := now + db.Millis(b.Validity*1000)
		if err := tx.BringForward(ctx, db.BringForwardParams{BatchID: b.ID, PutOffAt: heldUntil, DueAt: now, ExpiresAt: expires}); err != nil {
			return err
		}
		if err := tx.ExtendValidity(ctx, db.ExtendValidityParams{BatchID: b.ID, DueAt: now, ExpiresAt: expires}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "batch.release", fmt.Sprint(b.ID), "")
	})
	if err != nil {
		return err
	}
	_, err = d.Promote(ctx)
	return err
}
