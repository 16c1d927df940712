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

// stopAtOnce is how many transactions a stop takes before it leaves the rest to
// [Desk.GoOnStopping].
const stopAtOnce = 10

// Stop takes back what has not left of a batch and returns how many messages
// that are. From its first transaction on nothing more leaves; where they are
// many, taking them back and giving their credits back goes on after it returns.
// Those that were already on their way stay so; one of them that comes back,
// certainly not sent, is taken back too.
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
	return stopped, d.finishStop(ctx, b.ID)
}

// finishStop takes back what the first transaction has left, if it is not too
// much.
func (d *Desk) finishStop(ctx context.Context, batchID int64) error {
	for range stopAtOnce {
		done, err := d.stopStep(ctx, batchID)
		if err != nil || done {
			return err
		}
	}
	d.large()
	return nil
}

// GoOnStopping takes back some more of the batches that were stopped, and
// reports whether all of it is done.
func (d *Desk) GoOnStopping(ctx context.Context) (done bool, err error) {
	batches, err := d.store.StoppingBatches(ctx)
	if err != nil {
		return false, fmt.Errorf("read stopped sends: %w", err)
	}
	done = true
	for _, b := range batches {
		over, err := d.stopStep(ctx, b.ID)
		if err != nil {
			return false, fmt.Errorf("stop batch: %w", err)
		}
		done = done && (over || b.NStaged > 0) // what is not written yet is not ours
	}
	return done, nil
}

// stopStep takes back some of a batch that was stopped.
func (d *Desk) stopStep(ctx context.Context, batchID int64) (done bool, err error) {
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		done, err = d.takeBackSome(ctx, tx, batchID)
		return err
	})
	return done, err
}

// takeBack stops a batch in somebody's name and returns how many messages of it
// were waiting. Nothing of it leaves from now on.
func (d *Desk) takeBack(ctx context.Context, tx *db.Tx, batchID, by int64) (stopped int, err error) {
	b, err := tx.Batch(ctx, batchID)
	if err != nil {
		return 0, fmt.Errorf("read batch: %w", err)
	}
	if err := tx.StopBatch(ctx, db.StopBatchParams{ID: batchID, StoppedAt: d.now(), StoppedBy: db.ID(by)}); err != nil {
		return 0, err
	}
	if err := tx.ReleaseBatch(ctx, batchID); err != nil {
		return 0, err
	}
	_, err = d.takeBackSome(ctx, tx, batchID)
	if bool(b.Stopping) {
		return 0, err // they have been counted
	}
	return int(b.NScheduled + b.NQueued), err
}

// takeBackSome takes back some of what waits in a batch that was stopped, and
// reports whether nothing is left. What is staged becomes a message that is
// taken back when it is written; see [Desk.AcceptChunk].
func (d *Desk) takeBackSome(ctx context.Context, tx *db.Tx, batchID int64) (done bool, err error) {
	b, err := tx.Batch(ctx, batchID)
	if err != nil {
		return false, fmt.Errorf("read batch: %w", err)
	}
	if !b.Stopping {
		return true, nil
	}
	waiting, err := tx.MessagesWaitingInBatch(ctx, db.MessagesWaitingInBatchParams{BatchID: batchID, AfterID: b.ResumedTo, PageSize: chunkSize})
	if err != nil {
		return false, err
	}
	mv := d.newMoves(tx)
	for _, m := range waiting {
		if _, err := mv.move(ctx, m, change{to: sms.Cancelled, by: int64(b.StoppedBy)}); err != nil {
			return false, err
		}
	}
	if err := mv.flush(ctx); err != nil {
		return false, err
	}
	if len(waiting) == chunkSize {
		return false, tx.SetTakenBackTo(ctx, db.SetTakenBackToParams{ID: batchID, ResumedTo: waiting[chunkSize-1].ID})
	}
	if b.NStaged > 0 {
		return false, nil
	}
	return true, tx.EndStopping(ctx, batchID)
}
