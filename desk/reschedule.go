package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// heldForMove is why a batch is held while its messages get another time, some
// thousand at a time.
const heldForMove = "moving"

// replanStep is how many messages get another time in one transaction.
const replanStep = 2000

// HeldInAMove reports whether the desk stopped while a batch got another time.
// Nothing of it leaves until somebody chooses a time once more.
func HeldInAMove(b db.Batch) bool { return b.HeldAt > 0 && b.HeldWhy == heldForMove }

// Reschedule gives a batch that is planned another time, on the clock of the
// instant's zone. So it does one that was held because its time had passed. One
// that is paused stays paused, and one that waits for approval goes on waiting;
// what was approved for its time only an administrator above its sender moves.
//
// While the messages of a large batch are moved none of them leaves. If that
// breaks off, the batch stays held until it is given a time again.
func (d *Desk) Reschedule(ctx context.Context, a Actor, batchID int64, at time.Time) error {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return err
	}
	now := d.clock()
	switch {
	case !at.After(now):
		return ErrSendAtPast
	case at.After(now.Add(farthest)):
		return ErrSendAtTooFar
	}
	if err := d.approvedForItsTime(ctx, a, b); err != nil {
		return err
	}
	if err := d.roomOnDay(ctx, b, at); err != nil {
		return err
	}
	var from time.Time // when it was to leave before
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		b, err := tx.Batch(ctx, b.ID)
		if err != nil {
			return fmt.Errorf("read batch: %w", err)
		}
		if b.NStaged > 0 {
			return ErrNotPlanned.because("This send is still being written down. Change its time in a moment.")
		}
		if !movable(b) {
			return ErrNotPlanned
		}
		from = max(b.SendAt, b.CreatedAt).Time()
		if b.HeldAt == 0 || !WaitsForApproval(b) {
			if err := tx.HoldBatch(ctx, db.HoldBatchParams{ID: b.ID, HeldAt: d.now(), HeldWhy: heldForMove}); err != nil {
				return err
			}
		}
		if err := tx.SetSendAt(ctx, db.SetSendAtParams{ID: b.ID, SendAt: db.At(at), Zone: at.Location().String()}); err != nil {
			return err
		}
		if err := tx.MoveAcceptance(ctx, db.MoveAcceptanceParams{BatchID: b.ID, DueAt: db.At(at), ExpiresAt: db.At(at) + db.Millis(b.Validity*1000)}); err != nil {
			return fmt.Errorf("move what is not written yet: %w", err)
		}
		return d.audit(ctx, tx, a, "batch.reschedule", fmt.Sprint(b.ID), at.Format(time.RFC3339))
	})
	if err != nil {
		return fmt.Errorf("reschedule batch: %w", err)
	}
	for done := false; !done; {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = d.replan(ctx, tx, b.ID, from, at)
			return err
		})
		if err != nil {
			return fmt.Errorf("reschedule batch: %w", err)
		}
	}
	_, err = d.Promote(ctx)
	return err
}

// movable reports whether all of a batch that waits has not been tried, and is
// not meant to leave at once.
func movable(b db.Batch) bool {
	waits := b.NScheduled > 0 || b.NQueued > 0 && (WaitsForApproval(b) && b.SendAt > b.CreatedAt || HeldInAMove(b))
	return waits && !bool(b.Stopping) && b.NScheduled+b.NQueued+b.NCancelled+b.NSuppressed == b.Recipients
}

// Movable reports whether a batch can be given another time now: not while most
// of a large one is still being written.
func Movable(b db.Batch) bool { return movable(b) && b.NStaged == 0 }

// replan moves the next messages of a batch and reports whether those were the
// last. Then the batch is let go.
func (d *Desk) replan(ctx context.Context, tx *db.Tx, batchID int64, from, at time.Time) (done bool, err error) {
	b, err := tx.Batch(ctx, batchID)
	if err != nil {
		return false, fmt.Errorf("read batch: %w", err)
	}
	if b.SendAt != db.At(at) {
		return true, nil // somebody chose another time meanwhile
	}
	waiting, err := tx.PlannedOtherwise(ctx, db.PlannedOtherwiseParams{BatchID: b.ID, DueAt: db.At(at), PageSize: replanStep})
	if err != nil {
		return false, fmt.Errorf("read messages: %w", err)
	}
	if len(waiting) == 0 {
		if HeldInAMove(b) {
			return true, tx.ReleaseBatch(ctx, b.ID)
		}
		return true, nil
	}
	set, err := d.settings(ctx, tx.Queries)
	if err != nil {
		return false, err
	}
	if before, after := dayOf(from, set.Zone), dayOf(at, set.Zone); before != after && set.Guard.PerNumber > 0 {
		if err := tx.UncountNumbers(ctx, before, numbersOf(waiting)); err != nil {
			return false, err
		}
		if err := tx.CountNumbers(ctx, after, waiting); err != nil {
			return false, err
		}
	}
	return false, tx.Replan(ctx, idsOf(waiting), db.At(at), db.At(at)+db.Millis(b.Validity*1000))
}

// approvedForItsTime refuses who may not move a batch that an administrator has
// approved as it was planned.
func (d *Desk) approvedForItsTime(ctx context.Context, a Actor, b db.Batch) error {
	if a.Admin() && a.User.ID != b.UserID {
		return nil
	}
	said, err := d.decision(ctx, b.ID)
	if err != nil {
		return err
	}
	if said.Decision == Approved {
		return ErrApprovedTime
	}
	return nil
}

// roomOnDay refuses a day on which numbers of the batch have had their texts.
func (d *Desk) roomOnDay(ctx context.Context, b db.Batch, at time.Time) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	day := dayOf(at, set.Zone)
	if set.Guard.PerNumber == 0 || day == dayOf(max(b.SendAt, b.CreatedAt).Time(), set.Zone) {
		return nil
	}
	full := 0
	page := db.MessagesWaitingInBatchParams{BatchID: b.ID, PageSize: replanStep}
	for {
		waiting, err := d.store.MessagesWaitingInBatch(ctx, page)
		if err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		numbers := make([]sms.MSISDN, 0, len(waiting))
		for _, m := range waiting {
			numbers = append(numbers, m.Number)
			page.AfterID = m.ID
		}
		found, err := d.store.NumbersAtCap(ctx, day, int64(set.Guard.PerNumber), numbers)
		if err != nil {
			return err
		}
		full += len(found)
		if len(waiting) < replanStep {
			break
		}
	}
	switch {
	case full == 1:
		return ErrNumberDay.because("One of these people has had their texts for that day. Choose another day.").on("at")
	case full > 1:
		return ErrNumberDay.because("%s of these people have had their texts for that day. Choose another day.", thousands(int64(full))).on("at")
	}
	return nil
}
