package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"textdesk/db"
)

// doorRecurring is where the batches of repeating sends come in.
const doorRecurring = "repeating"

// earlierMissed is why a missed time is not asked about: one question is enough
// for a morning on which the desk was down.
const earlierMissed = "The desk was not running. A later time stands for this one."

// RunRecurring makes the batches of the repeating sends whose time has come and
// returns when the next one is due. Each time makes one batch, or is written
// down with why it made none; one that came while the desk was down, and is
// late by more than an hour, waits for a person. A fault keeps a time for the
// next call, and does not hold up other sends.
func (d *Desk) RunRecurring(ctx context.Context) (next time.Time, err error) {
	due, err := d.store.DueRecurring(ctx, d.now())
	if err != nil {
		return time.Time{}, fmt.Errorf("read due repeating sends: %w", err)
	}
	var faults []error
	for _, id := range due {
		if err := d.runRecurring(ctx, id); err != nil {
			faults = append(faults, fmt.Errorf("run repeating send %d: %w", id, err))
		}
	}
	at, err := d.store.NextRecurring(ctx)
	if err != nil {
		faults = append(faults, fmt.Errorf("read next repeating send: %w", err))
	}
	return db.Millis(at).Time(), errors.Join(faults...)
}

// runRecurring does what is due of one repeating send.
func (d *Desk) runRecurring(ctx context.Context, id int64) error {
	row, err := d.store.Recurring(ctx, id)
	if err != nil {
		return fmt.Errorf("read repeating send: %w", err)
	}
	if row.NextAt == 0 || row.NextAt > d.now() {
		return nil
	}
	if err := d.passOver(ctx, row.ID); err != nil {
		return err
	}
	if row, err = d.store.Recurring(ctx, id); err != nil {
		return fmt.Errorf("read repeating send: %w", err)
	}
	if row.NextAt == 0 || row.NextAt > d.now() {
		return nil
	}
	refusal, err := d.sendRun(ctx, row, func(ctx context.Context, tx *db.Tx, run db.RecurringRun) error {
		return d.comes(ctx, tx, row.ID, run)
	})
	if refusal == nil || err != nil {
		return err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return d.comes(ctx, tx, row.ID, db.RecurringRun{OccurrenceAt: row.NextAt, State: RunRefused, Reason: refusal.Sentence})
	})
	if errors.Is(err, ErrOccurrenceGone) {
		return nil
	}
	return err
}

// passOver writes down the times that are not sent because a later one has come
// too, and the last one where it is too late to go on its own.
func (d *Desk) passOver(ctx context.Context, id int64) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for {
			row, err := tx.Recurring(ctx, id)
			if err != nil {
				return fmt.Errorf("read repeating send: %w", err)
			}
			now := d.now()
			if row.NextAt == 0 || row.NextAt > now {
				return nil
			}
			rule, err := ruleOf(row)
			if err != nil {
				return err
			}
			row.Passed++ // as it is after this one
			following, err := d.comingTimes(ctx, tx.Queries, row, rule, row.NextAt.Time(), 1)
			if err != nil {
				return err
			}
			run := db.RecurringRun{OccurrenceAt: row.NextAt, State: RunMissed}
			switch {
			case len(following) > 0 && db.At(following[0].At) <= now:
				run.State, run.Reason = RunSkipped, earlierMissed
			case row.NextAt >= now.Add(-lateAfter):
				return nil // it goes
			}
			if err := d.comes(ctx, tx, id, run); err != nil {
				return err
			}
		}
	})
}

// sendRun makes the batch of a time with the same rules as a send from a page,
// for the user whose it is, and has done write the time down in the same
// transaction. A refusal comes back as a value: nothing was written then.
func (d *Desk) sendRun(ctx context.Context, row db.Recurring, done func(context.Context, *db.Tx, db.RecurringRun) error) (*Refusal, error) {
	r, err := d.recurring(ctx, row, 0)
	if err != nil {
		return nil, err
	}
	user, err := d.store.User(ctx, row.UserID)
	if err != nil {
		return nil, fmt.Errorf("read user: %w", err)
	}
	owner, order := Actor{User: user, Door: doorRecurring}, r.Order()
	draft, err := d.Check(ctx, owner, order)
	if err != nil {
		return nil, err
	}
	if len(draft.Problems) > 0 {
		return draft.Problems[0], nil
	}
	var prepared Prepared
	if draft.Estimated {
		if prepared, err = d.prepareRun(ctx, owner, order); err != nil {
			return nil, err
		}
		if len(prepared.Draft.Problems) > 0 {
			return prepared.Draft.Problems[0], nil
		}
	}
	var providerID int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		var sent Sent
		if draft.Estimated {
			sent, providerID, err = d.acceptPrepared(ctx, tx, owner, prepared)
		} else {
			providerID, err = d.accept(ctx, tx, owner, order, draft, &sent)
		}
		if err != nil {
			return err
		}
		return done(ctx, tx, db.RecurringRun{OccurrenceAt: row.NextAt, State: RunSent, BatchID: db.ID(sent.BatchID)})
	})
	if rs := Refusals(err); len(rs) > 0 {
		if errors.Is(err, ErrOccurrenceGone) {
			return nil, nil // a person paused, skipped or changed it meanwhile
		}
		return rs[0], nil
	}
	if err == nil {
		d.wake(providerID)
		d.large()
	}
	return nil, err
}

// prepareRun reads whom a time of a repeating send goes to, where they are many.
func (d *Desk) prepareRun(ctx context.Context, owner Actor, o Order) (Prepared, error) {
	id, err := d.keepDraft(ctx, owner, o, "", 0)
	if err != nil {
		return Prepared{}, err
	}
	if err := d.prepareDraft(ctx, id); err != nil {
		return Prepared{}, err
	}
	return d.Prepared(ctx, owner, id)
}

// comes writes down what became of the next time of a repeating send, and moves
// it on to the one after. A time that is not the next one any more is refused:
// somebody else was faster.
func (d *Desk) comes(ctx context.Context, tx *db.Tx, id int64, run db.RecurringRun) error {
	row, err := tx.Recurring(ctx, id)
	if err != nil {
		return fmt.Errorf("read repeating send: %w", err)
	}
	if row.NextAt == 0 || row.NextAt != run.OccurrenceAt {
		return ErrOccurrenceGone
	}
	err = tx.InsertRun(ctx, db.InsertRunParams{RecurringID: id, OccurrenceAt: run.OccurrenceAt, State: run.State, Reason: run.Reason,
		BatchID: run.BatchID, DecidedBy: run.DecidedBy, SettledAt: d.now()})
	if err != nil {
		return fmt.Errorf("insert time of a repeating send: %w", err)
	}
	row.Passed++
	return d.stepOn(ctx, tx, row, run.OccurrenceAt.Time())
}

// stepOn sets the next time after an instant, or ends the send where there is
// none. One that is paused has none until it goes on.
func (d *Desk) stepOn(ctx context.Context, tx *db.Tx, row db.Recurring, after time.Time) error {
	rule, err := ruleOf(row)
	if err != nil {
		return err
	}
	next, err := d.comingTimes(ctx, tx.Queries, row, rule, after, 1)
	if err != nil {
		return err
	}
	row.NextAt = 0
	switch {
	case len(next) == 0 && row.EndedAt == 0:
		row.EndedAt, row.PausedAt = d.now(), 0
	case len(next) > 0 && row.PausedAt == 0 && row.EndedAt == 0:
		row.NextAt = db.At(next[0].At)
	}
	return tx.StepRecurring(ctx, db.StepRecurringParams{ID: row.ID, Passed: row.Passed, NextAt: row.NextAt, PausedAt: row.PausedAt, EndedAt: row.EndedAt})
}
