package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

const (
	// lateAfter is how late a scheduled message still goes on its own. Later
	// than that, because the desk was down, it is held and a person asked.
	lateAfter = time.Hour
	// unknownAfter is how long a final receipt is waited for.
	unknownAfter = 72 * time.Hour
	// heldUntil is the due time of scheduled messages that wait for a person.
	heldUntil = db.Millis(253402300799000) // the end of the year 9999
)

// heldForLate is why a batch is held whose time passed while the desk was down.
const heldForLate = "late"

// Promote queues scheduled messages whose time has come, and holds batches
// that are too late. It returns when the next one is due.
func (d *Desk) Promote(ctx context.Context) (next time.Time, err error) {
	for {
		// Looked at without a transaction: this runs with every send.
		at, err := d.store.NextScheduled(ctx)
		if err != nil {
			return time.Time{}, fmt.Errorf("promote scheduled: %w", err)
		}
		if at == 0 || db.Millis(at) > d.now() {
			return db.Millis(at).Time(), nil
		}
		var due []db.Message
		err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			due, err = tx.DueScheduled(ctx, db.DueScheduledParams{NowAt: d.now(), PageSize: sweepSize})
			if err != nil {
				return err
			}
			return d.promote(ctx, tx, due)
		})
		if err != nil {
			return time.Time{}, fmt.Errorf("promote scheduled: %w", err)
		}
		for _, id := range providersOf(due) {
			d.wake(id)
		}
	}
}

func (d *Desk) promote(ctx context.Context, tx *db.Tx, due []db.Message) error {
	mv := d.newMoves(tx)
	late := map[int64]bool{}
	var putOff []int64
	for _, m := range due {
		if m.DueAt < mv.now.Add(-lateAfter) {
			held, seen := late[m.BatchID]
			if !seen {
				var err error
				if held, err = d.holdLate(ctx, tx, m.BatchID, mv.now); err != nil {
					return err
				}
				late[m.BatchID] = held
			}
			if held {
				putOff = append(putOff, m.ID)
				continue
			}
		}
		if _, err := mv.move(ctx, m, change{to: sms.Queued}); err != nil {
			return err
		}
	}
	if len(putOff) > 0 {
		if err := tx.PutOff(ctx, putOff, heldUntil); err != nil {
			return err
		}
	}
	return mv.flush(ctx)
}

// holdLate holds a batch whose time passed while the desk was down, but for one
// that waits for a person anyway, who is asked then.
func (d *Desk) holdLate(ctx context.Context, tx *db.Tx, batchID int64, now db.Millis) (held bool, err error) {
	b, err := tx.Batch(ctx, batchID)
	if err != nil {
		return false, fmt.Errorf("read batch: %w", err)
	}
	if b.HeldWhy == heldForApproval || b.HeldWhy == heldForMove || b.HeldWhy == heldAfterRestore {
		return false, nil
	}
	if b.HeldAt > 0 && b.HeldWhy == heldForLate {
		return true, nil // with more of its messages; they are put off some at a time
	}
	return true, tx.HoldBatch(ctx, db.HoldBatchParams{ID: batchID, HeldAt: now, HeldWhy: heldForLate})
}

func providersOf(messages []db.Message) []int64 {
	var ids []int64
	for _, m := range messages {
		if !contains(ids, m.ProviderID) {
			ids = append(ids, m.ProviderID)
		}
	}
	return ids
}

// GiveUp moves messages to unknown whose final receipt has not come in 72
// hours, also those of providers that are gone.
func (d *Desk) GiveUp(ctx context.Context) error {
	before := d.now().Add(-unknownAfter)
	for _, status := range []sms.Status{sms.Submitted, sms.Sent} {
		err := d.eachIn(ctx, status,
			change{to: sms.Unknown, reason: "The provider gave no final receipt within 72 hours."},
			func(m db.Message) bool { return m.SubmittedAt < before },
			func(m db.Message) bool { return m.CreatedAt >= before }) // so are all that follow
		if err != nil {
			return fmt.Errorf("give up on receipts: %w", err)
		}
	}
	return nil
}

// Expire moves messages to expired whose validity has passed while they waited:
// for a provider in trouble they would otherwise wait until their turn. What
// waits in a held or paused batch is a person's to decide, and hours in which
// bulk had to be quiet do not count.
func (d *Desk) Expire(ctx context.Context) error {
	quiet, at, err := d.quietNow(ctx, d.store.Queries)
	if err != nil {
		return err
	}
	now := db.At(at) // before we look who waits, so that nothing expires in a pause that begins now
	held, err := d.store.HeldBatches(ctx)
	if err != nil {
		return fmt.Errorf("read held batches: %w", err)
	}
	paused, err := d.store.PausedBatches(ctx)
	if err != nil {
		return fmt.Errorf("read paused batches: %w", err)
	}
	waits := map[int64]bool{}
	for _, b := range append(held, paused...) {
		waits[b.ID] = true
	}
	err = d.eachIn(ctx, sms.Queued, outlived,
		func(m db.Message) bool {
			return m.ExpiresAt < now && !waits[m.BatchID] && quiet.deadline(m, at) < now
		},
		func(db.Message) bool { return false })
	if err != nil {
		return fmt.Errorf("expire messages: %w", err)
	}
	return nil
}

// eachIn makes a change to the messages with a status that are due for it, from
// the oldest on until the end. It writes only where there is something to do.
func (d *Desk) eachIn(ctx context.Context, status sms.Status, c change, due, end func(db.Message) bool) error {
	page := db.MessagesInParams{Status: status, PageSize: sweepSize}
	for {
		found, err := d.store.MessagesIn(ctx, page)
		if err != nil {
			return err
		}
		var ripe []db.Message
		for _, m := range found {
			if due(m) {
				ripe = append(ripe, m)
			}
			page.AfterID = m.ID
		}
		if len(ripe) > 0 {
			err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				mv := d.newMoves(tx)
				for _, m := range ripe {
					if _, err := mv.move(ctx, m, c); err != nil {
						return err
					}
				}
				return mv.flush(ctx)
			})
			if err != nil {
				return err
			}
		}
		if len(found) < sweepSize || end(found[len(found)-1]) {
			return nil
		}
	}
}

// Tidy deletes what has had its time: sessions, sign-in failures, uploads, and
// the counters of days that are over.
func (d *Desk) Tidy(ctx context.Context) error {
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := d.now()
		if err := tx.DeleteExpiredSessions(ctx, now); err != nil {
			return err
		}
		if err := tx.DeleteOldSignInFailures(ctx, now.Add(-48*time.Hour)); err != nil {
			return err
		}
		if err := tx.ForgetEarlyReceipts(ctx, now.Add(-earlyFor)); err != nil {
			return err
		}
		if err := tx.ForgetReplies(ctx, now.Add(-keepReplies)); err != nil {
			return err
		}
		return d.forgetDays(ctx, tx)
	})
	return errors.Join(err, d.dropOldUploads(), d.sweepDrafts(ctx), d.tidyImports(ctx))
}

// Checkpoint keeps the write-ahead log short.
func (d *Desk) Checkpoint(ctx context.Context) error { return d.store.Checkpoint(ctx) }
