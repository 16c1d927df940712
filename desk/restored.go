package desk

import (
	"context"
	"fmt"
	"math"
	"time"

	"textdesk/db"
)

// heldAfterRestore is why a batch is held that waited in a backup.
const heldAfterRestore = "restored"

// HeldAfterRestore reports whether a batch waited, and was due, in a backup that
// was put back: its texts may have left after the backup was made.
func HeldAfterRestore(b db.Batch) bool { return b.HeldAt > 0 && b.HeldWhy == heldAfterRestore }

// Restored is what waits in a desk that was restored from a backup. Until an
// administrator lets it, it sends nothing.
type Restored struct {
	// At is when the backup was put back.
	At time.Time
	// Sends have Texts that have not left; Planned of those are for later.
	Sends, Texts, Planned int64
	// Waiting are the newest of the sends.
	Waiting []db.Batch
	// More: there are more sends than Waiting.
	More bool
	// Repeating are how many repeating sends have had a time since.
	Repeating int
}

// SendingHeld reports since when a restored desk has been holding everything,
// zero when it sends.
func (d *Desk) SendingHeld(ctx context.Context) (time.Time, error) {
	set, err := d.Settings(ctx)
	return set.RestoredAt, err
}

// WaitingAfterRestore says what waits in a restored desk. For administrators.
func (d *Desk) WaitingAfterRestore(ctx context.Context, a Actor) (Restored, error) {
	if !a.Admin() {
		return Restored{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Restored{}, err
	}
	if set.RestoredAt.IsZero() {
		return Restored{}, ErrSendingGoesOn
	}
	const page = 50
	r := Restored{At: set.RestoredAt}
	sum, err := d.store.UnsentSum(ctx, d.now())
	if err != nil {
		return Restored{}, fmt.Errorf("sum what waits: %w", err)
	}
	r.Sends, r.Texts, r.Planned = sum.Sends, sum.Texts, sum.Planned
	if r.Waiting, err = d.store.UnsentBatches(ctx, db.UnsentBatchesParams{BeforeID: math.MaxInt64, PageSize: page + 1}); err != nil {
		return Restored{}, fmt.Errorf("read what waits: %w", err)
	}
	if r.More = len(r.Waiting) > page; r.More {
		r.Waiting = r.Waiting[:page]
	}
	due, err := d.store.DueRecurring(ctx, d.now())
	if err != nil {
		return Restored{}, fmt.Errorf("read due repeating sends: %w", err)
	}
	r.Repeating = len(due)
	return r, nil
}

// ReleaseSending lets a restored desk send again. What waited in the backup and
// was due stays held, one send at a time to be released or stopped, and the
// times of repeating sends that have passed wait for a person as well: they may
// have left after the backup was made, and nobody is texted twice. For
// administrators.
func (d *Desk) ReleaseSending(ctx context.Context, a Actor) (held int64, err error) {
	if !a.Admin() {
		return 0, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	if set.RestoredAt.IsZero() {
		return 0, ErrSendingGoesOn
	}
	due, err := d.store.DueRecurring(ctx, d.now())
	if err != nil {
		return 0, fmt.Errorf("read due repeating sends: %w", err)
	}
	for _, id := range due {
		if err := d.missAll(ctx, id); err != nil {
			return 0, err
		}
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if held, err = tx.HoldRestored(ctx, db.HoldRestoredParams{HeldAt: d.now(), RestoredAt: db.At(set.RestoredAt)}); err != nil {
			return fmt.Errorf("hold what waits: %w", err)
		}
		if err := tx.DeleteSetting(ctx, db.RestoredKey); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "restore.release", "", fmt.Sprintf("%d sends stay held", held))
	})
	return held, err
}

// missAll has the times of a repeating send that have come wait for a person.
func (d *Desk) missAll(ctx context.Context, id int64) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for {
			row, err := tx.Recurring(ctx, id)
			if err != nil {
				return fmt.Errorf("read repeating send: %w", err)
			}
			if row.NextAt == 0 || row.NextAt > d.now() {
				return nil
			}
			if err := d.comes(ctx, tx, id, db.RecurringRun{OccurrenceAt: row.NextAt, State: RunMissed}); err != nil {
				return err
			}
		}
	})
}
