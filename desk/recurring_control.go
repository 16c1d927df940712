package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
)

// PauseRecurring keeps a repeating send from going until it is resumed. Times
// that pass meanwhile are left out. It returns false when it was paused already.
func (d *Desk) PauseRecurring(ctx context.Context, a Actor, id int64) (paused bool, err error) {
	err = d.changeRecurring(ctx, a, id, "recurring.pause", func(ctx context.Context, tx *db.Tx, row db.Recurring) error {
		if paused = row.PausedAt == 0; !paused {
			return nil
		}
		return tx.StepRecurring(ctx, db.StepRecurringParams{ID: id, Passed: row.Passed, PausedAt: d.now()})
	})
	return paused, err
}

// ResumeRecurring has a paused one go on with its next time from now.
func (d *Desk) ResumeRecurring(ctx context.Context, a Actor, id int64) error {
	return d.changeRecurring(ctx, a, id, "recurring.resume", func(ctx context.Context, tx *db.Tx, row db.Recurring) error {
		if row.PausedAt == 0 {
			return nil
		}
		row.PausedAt = 0
		return d.stepOn(ctx, tx, row, d.clock())
	})
}

// EndRecurring ends a repeating send for good. What it sent stays, and times
// that wait for a person can still be decided.
func (d *Desk) EndRecurring(ctx context.Context, a Actor, id int64) error {
	return d.changeRecurring(ctx, a, id, "recurring.end", func(ctx context.Context, tx *db.Tx, row db.Recurring) error {
		return tx.StepRecurring(ctx, db.StepRecurringParams{ID: id, Passed: row.Passed, EndedAt: d.now()})
	})
}

// SkipNext leaves out the next time, which has to be the one that the actor
// saw.
func (d *Desk) SkipNext(ctx context.Context, a Actor, id int64, at time.Time) error {
	return d.changeRecurring(ctx, a, id, "recurring.skip", func(ctx context.Context, tx *db.Tx, row db.Recurring) error {
		return d.comes(ctx, tx, id, db.RecurringRun{OccurrenceAt: db.At(at), State: RunSkipped, DecidedBy: db.ID(a.User.ID)})
	})
}

// SendMissed sends a missed time now, once, and returns its batch.
func (d *Desk) SendMissed(ctx context.Context, a Actor, id, runID int64) (batchID int64, err error) {
	r, run, err := d.missed(ctx, a, id, runID)
	if err != nil {
		return 0, err
	}
	refusal, err := d.sendRun(ctx, r.Recurring, func(ctx context.Context, tx *db.Tx, sent db.RecurringRun) error {
		batchID = int64(sent.BatchID)
		return d.settleMissed(ctx, tx, a, run.ID, RunSent, sent.BatchID)
	})
	switch {
	case err != nil:
		return 0, err
	case refusal != nil:
		return 0, refusal
	}
	settled, err := d.store.RunByID(ctx, run.ID)
	if err != nil {
		return 0, fmt.Errorf("read time of a repeating send: %w", err)
	}
	if settled.State != RunSent || settled.BatchID != db.ID(batchID) {
		return 0, ErrOccurrenceGone // somebody else was faster
	}
	return batchID, nil
}

// SkipMissed leaves a missed time out.
func (d *Desk) SkipMissed(ctx context.Context, a Actor, id, runID int64) error {
	_, run, err := d.missed(ctx, a, id, runID)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return d.settleMissed(ctx, tx, a, run.ID, RunSkipped, 0)
	})
}

// missed finds a time that waits for a person.
func (d *Desk) missed(ctx context.Context, a Actor, id, runID int64) (Recurring, db.RecurringRun, error) {
	r, err := d.Recurring(ctx, a, id)
	if err != nil {
		return Recurring{}, db.RecurringRun{}, err
	}
	for _, run := range r.Missed {
		if run.ID == runID {
			return r, run, nil
		}
	}
	return Recurring{}, db.RecurringRun{}, ErrOccurrenceGone
}

func (d *Desk) settleMissed(ctx context.Context, tx *db.Tx, a Actor, runID int64, state string, batchID db.ID) error {
	run, err := tx.RunByID(ctx, runID)
	if err != nil {
		return fmt.Errorf("read time of a repeating send: %w", err)
	}
	if run.State != RunMissed {
		return ErrOccurrenceGone
	}
	if err := tx.SettleRun(ctx, db.SettleRunParams{ID: runID, State: state, BatchID: batchID, DecidedBy: db.ID(a.User.ID), SettledAt: d.now()}); err != nil {
		return err
	}
	return d.audit(ctx, tx, a, "recurring.missed", fmt.Sprint(run.RecurringID), state)
}

// changeRecurring makes a change to a repeating send that goes on, and writes
// down who made it.
func (d *Desk) changeRecurring(ctx context.Context, a Actor, id int64, action string, change func(context.Context, *db.Tx, db.Recurring) error) error {
	if _, err := d.Recurring(ctx, a, id); err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, err := tx.Recurring(ctx, id)
		if err != nil {
			return fmt.Errorf("read repeating send: %w", err)
		}
		if row.EndedAt > 0 {
			return ErrRecurringOver
		}
		if err := change(ctx, tx, row); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, action, fmt.Sprint(id), "")
	})
}
