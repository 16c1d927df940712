package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
)

const (
	// resumeStep is how many messages get their paused time back in one
	// transaction.
	resumeStep = 5000
	// resumeSlack is how much paused time may get lost while it is given back.
	resumeSlack = time.Minute
)

// PauseBatch keeps what has not left of a batch from leaving until somebody
// resumes it. When it returns, no further message is marked; those that were
// being handed to the provider, at most as many as it takes at a time, go on.
// A batch that is paused already stays so.
func (d *Desk) PauseBatch(ctx context.Context, a Actor, batchID int64) error {
	if _, err := d.Batch(ctx, a, batchID); err != nil {
		return err
	}
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		b, err := tx.Batch(ctx, batchID)
		if err != nil {
			return fmt.Errorf("read batch: %w", err)
		}
		if b.PausedAt > 0 && !bool(b.Resuming) {
			return nil
		}
		// What is being handed over may come back and wait again.
		if b.NScheduled+b.NQueued+b.NSubmitting == 0 || bool(b.Stopping) {
			return ErrNothingToPause
		}
		if err := tx.PauseBatch(ctx, db.PauseBatchParams{ID: b.ID, PausedAt: d.now(), PausedBy: db.ID(a.User.ID)}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "batch.pause", fmt.Sprint(b.ID), "")
	})
	if err != nil {
		return fmt.Errorf("pause batch: %w", err)
	}
	return nil
}

// ResumeBatch lets a paused batch go on with exactly the messages that were
// left. Their validity did not run while it was paused. What was scheduled for
// a time that has passed meanwhile goes too, however late: whoever resumes has
// decided that, as whoever releases a held batch has. One that was held besides,
// because the desk was down at its time, still asks.
//
// Of a large batch the validity is lengthened in steps, and it goes on after the
// last of them. If that breaks off, or somebody pauses it meanwhile, it stays
// paused, and the next ResumeBatch goes on where this one was.
func (d *Desk) ResumeBatch(ctx context.Context, a Actor, batchID int64) error {
	if _, err := d.Batch(ctx, a, batchID); err != nil {
		return err
	}
	for first, done := true, false; !done; first = false {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = d.resume(ctx, tx, a, batchID, first)
			return err
		})
		if err != nil {
			return fmt.Errorf("resume batch: %w", err)
		}
	}
	m, err := d.store.FirstMessageOfBatch(ctx, batchID)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	d.wake(m.ProviderID)
	return nil
}

// resume does one step of resuming a batch and reports whether it was the last.
func (d *Desk) resume(ctx context.Context, tx *db.Tx, a Actor, batchID int64, first bool) (done bool, err error) {
	b, err := tx.Batch(ctx, batchID)
	if err != nil {
		return false, fmt.Errorf("read batch: %w", err)
	}
	if first && b.PausedAt == 0 {
		return false, ErrNotPaused
	}
	if b.PausedAt == 0 || !first && !bool(b.Resuming) {
		return true, nil // stopped or paused by somebody else meanwhile
	}
	if first {
		if err := d.audit(ctx, tx, a, "batch.resume", fmt.Sprint(b.ID), ""); err != nil {
			return false, err
		}
	}
	now := d.now()
	if b.ResumingAt == 0 {
		b.ResumingAt = now
	}
	quiet, at, err := d.quietNow(ctx, tx.Queries)
	if err != nil {
		return false, err
	}
	last, err := tx.GiveTimeBack(ctx, b.ID, b.ResumedTo, resumeStep, quiet.pausedFor(b.PausedAt, b.ResumingAt, at.Location()))
	if err != nil {
		return false, err
	}
	switch {
	case last != 0:
		b.ResumedTo = last
	case now <= b.ResumingAt.Add(resumeSlack):
		// What is not written yet gets the time now that all others have it.
		if err := tx.LengthenAcceptance(ctx, b.ID, b.PausedAt, b.ResumingAt); err != nil {
			return false, err
		}
		return true, tx.ResumeBatch(ctx, b.ID)
	default: // it broke off long ago: the time since then is owed too
		if err := tx.LengthenAcceptance(ctx, b.ID, b.PausedAt, b.ResumingAt); err != nil {
			return false, err
		}
		b.PausedAt, b.ResumingAt, b.ResumedTo = b.ResumingAt, now, 0
	}
	return false, tx.SetResuming(ctx, db.SetResumingParams{ID: b.ID, PausedAt: b.PausedAt, ResumingAt: b.ResumingAt, ResumedTo: b.ResumedTo})
}
