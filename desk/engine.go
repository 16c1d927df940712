package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// What dispatch needs: the steps of a message's way out. The discipline is
// claim, mark, call, record. A claim is a lease that may be lost. A mark is on
// disk before the call. So after a crash only marked messages are in doubt, at
// most as many as there were calls in flight.

// leaseTime is long enough for what dispatch claims ahead.
const leaseTime = time.Minute

// Claim leases up to limit messages that are due, single ones before bulk, in
// which batches take turns: lastTurn is the batch that had the last one. In
// quiet hours it leases no bulk, and for a provider that is paused nothing.
func (d *Desk) Claim(ctx context.Context, providerID, lastTurn int64, limit int) ([]db.Message, error) {
	var claimed []db.Message
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		quiet, at, err := d.quietNow(ctx, tx.Queries)
		if err != nil {
			return err
		}
		if paused, err := d.providerPaused(ctx, tx.Queries, providerID); err != nil || paused {
			claimed = nil
			return err
		}
		now := db.At(at)
		claimed, err = tx.ClaimDue(ctx, providerID, lastTurn, now, now.Add(leaseTime), limit, !quiet.At(at))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim messages: %w", err)
	}
	return claimed, nil
}

// Unclaim gives messages back that were claimed and will not be marked.
func (d *Desk) Unclaim(ctx context.Context, claimed []db.Message) error {
	if len(claimed) == 0 {
		return nil
	}
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.Unclaim(ctx, idsOf(claimed)) })
	if err != nil {
		return fmt.Errorf("unclaim messages: %w", err)
	}
	return nil
}

func idsOf(messages []db.Message) []int64 {
	ids := make([]int64, len(messages))
	for i, m := range messages {
		ids[i] = m.ID
	}
	return ids
}

// NextDue returns when the provider has something to do again, the zero time
// when nothing waits or it is paused. Bulk has nothing to do before the quiet hours
// end.
func (d *Desk) NextDue(ctx context.Context, providerID int64) (time.Time, error) {
	if paused, err := d.providerPaused(ctx, d.store.Queries, providerID); err != nil || paused {
		return time.Time{}, err
	}
	quiet, now, err := d.quietNow(ctx, d.store.Queries)
	if err != nil {
		return time.Time{}, err
	}
	var bulkAt db.Millis
	if quiet.At(now) {
		bulkAt = db.At(quiet.Opens(now))
	}
	at, err := d.store.NextDue(ctx, providerID, db.At(now), bulkAt)
	return at.Time(), err
}

// Mark moves claimed messages to submitting, on disk, and returns those that
// may be called for now, as they stand, in the same order; all are of one
// provider, and none may be while that is paused. One that was taken
// back, held or paused meanwhile is left out, and so is bulk once it is quiet;
// one that outlived its validity expires, and one to a number that nobody may
// text ends here.
func (d *Desk) Mark(ctx context.Context, claimed []db.Message) ([]db.Message, error) {
	var marked []db.Message
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		marked = make([]db.Message, 0, len(claimed))
		mv := d.newMoves(tx)
		quiet, at, err := d.quietNow(ctx, tx.Queries)
		if err != nil {
			return err
		}
		mv.now = db.At(at)
		if len(claimed) > 0 {
			paused, err := d.providerPaused(ctx, tx.Queries, claimed[0].ProviderID)
			if err != nil {
				return err
			}
			if paused {
				return tx.Unclaim(ctx, idsOf(claimed))
			}
		}
		suppressed, err := tx.SuppressedOf(ctx, numbersOf(claimed))
		if err != nil {
			return err
		}
		ids := make([]int64, 0, len(claimed))
		for _, m := range claimed {
			if suppressed[m.Number] {
				last, err := tx.IsConfirmation(ctx, db.ID(m.ID))
				if err != nil {
					return err
				}
				if last == 0 { // the one that tells them so still goes
					if _, err := mv.move(ctx, m, mustNot); err != nil {
						return err
					}
					continue
				}
			}
			if m.ExpiresAt < mv.now {
				over, err := mv.outlive(ctx, m, quiet, at)
				if err != nil {
					return err
				}
				if over {
					continue
				}
			}
			ids = append(ids, m.ID)
		}
		if len(ids) > 0 {
			moved, err := tx.MarkSubmitting(ctx, ids, mv.now, !quiet.At(at))
			if err != nil {
				return err
			}
			if err := mv.rest(ctx, moved, quiet, at); err != nil {
				return err
			}
			marked = append(marked, mv.marked(claimed, moved)...)
		}
		return mv.flush(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("mark messages: %w", err)
	}
	return marked, nil
}

func numbersOf(messages []db.Message) []sms.MSISDN {
	numbers := make([]sms.MSISDN, len(messages))
	for i, m := range messages {
		numbers[i] = m.Number
	}
	return numbers
}

// mustNot is the end of a message to a number that nobody may text.
var mustNot = change{to: sms.Suppressed, reason: "This number must not be texted."}

// outlived is the end of a message that waited for too long.
var outlived = change{to: sms.Expired, reason: "Its validity passed before it could be sent."}

// outlive expires a message whose validity seems to have passed, and reports
// whether it did: it may have got more since it was claimed, or it waited while
// it was quiet, or it still waits in a batch that is paused or held.
func (mv *moves) outlive(ctx context.Context, m db.Message, quiet QuietHours, now time.Time) (over bool, err error) {
	if m, err = mv.tx.Message(ctx, m.ID); err != nil {
		return false, fmt.Errorf("read message: %w", err)
	}
	if m.Status != sms.Queued || m.ExpiresAt >= mv.now {
		return false, nil
	}
	b, err := mv.tx.Batch(ctx, m.BatchID)
	if err != nil {
		return false, fmt.Errorf("read batch: %w", err)
	}
	if b.PausedAt > 0 || b.HeldAt > 0 {
		return false, nil
	}
	if quiet.deadline(m, now) >= mv.now {
		return false, nil
	}
	return mv.move(ctx, m, outlived)
}

// rest lengthens the validity of messages that leave after they had waited for
// the quiet hours to end.
func (mv *moves) rest(ctx context.Context, moved []db.Message, quiet QuietHours, now time.Time) error {
	if quiet.never() {
		return nil
	}
	rested := map[db.Millis]int64{} // most of a batch was due at once
	longer := map[int64][]int64{}
	for i := range moved {
		m := &moved[i]
		if m.Priority == 0 {
			continue
		}
		ms, known := rested[m.DueAt]
		if !known {
			ms = quiet.rested(*m, now)
			rested[m.DueAt] = ms
		}
		if ms > 0 {
			m.ExpiresAt += db.Millis(ms)
			longer[ms] = append(longer[ms], m.ID)
		}
	}
	for ms, ids := range longer {
		if err := mv.tx.Lengthen(ctx, ids, ms); err != nil {
			return err
		}
	}
	return nil
}

// marked notes the claimed messages that have moved to submitting, and returns
// them in the order of the claim.
func (mv *moves) marked(claimed, moved []db.Message) []db.Message {
	now := make(map[int64]db.Message, len(moved))
	for _, m := range moved {
		now[m.ID] = m
	}
	marked := make([]db.Message, 0, len(moved))
	for _, m := range claimed {
		m, ok := now[m.ID]
		if !ok {
			continue
		}
		delete(now, m.ID) // once, also if it was claimed again after its lease
		mv.count(m.BatchID, sms.Queued, sms.Submitting, 1)
		mv.note(m, change{to: sms.Submitting})
		marked = append(marked, m)
	}
	return marked
}

// Outcome is what a call to the provider came to, for one message.
type Outcome struct {
	Message    db.Message
	Acceptance providers.Acceptance
	Err        error
	// Safe: the provider recognises a repeated message, so an unanswered call
	// may be repeated.
	Safe bool
	// Polled: the provider can be asked for the message's state.
	Polled bool
	// Last: no other outcome of the same call follows.
	Last bool
}

// Record stores the outcomes of calls.
func (d *Desk) Record(ctx context.Context, outcomes []Outcome) error {
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		mv := d.newMoves(tx)
		for _, o := range outcomes {
			if err := mv.answered(ctx, o.Message, d.consequence(o, mv.now)); err != nil {
				return err
			}
		}
		if err := mv.flush(ctx); err != nil {
			return err
		}
		return d.meetEarly(ctx, tx, outcomes)
	})
	if err != nil {
		return fmt.Errorf("record outcomes: %w", err)
	}
	return nil
}

// answered moves a message on after its call. One that would wait for another
// attempt, but whose batch was stopped during this one, is taken back.
func (mv *moves) answered(ctx context.Context, m db.Message, c change) error {
	moved, err := mv.move(ctx, m, c)
	if err != nil || !moved || c.to != sms.Queued {
		return err
	}
	b, err := mv.tx.Batch(ctx, m.BatchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	if b.StoppedAt < m.SubmittedAt {
		return nil
	}
	m.Status = sms.Queued
	_, err = mv.move(ctx, m, change{to: sms.Cancelled, reason: "The send was stopped; this text had not left."})
	return err
}

// consequence decides what follows from a call: what is certain decides.
func (d *Desk) consequence(o Outcome, now db.Millis) change {
	if o.Err == nil && len(o.Acceptance.References) > 0 {
		c := change{to: sms.Submitted, references: o.Acceptance.References}
		if o.Polled {
			c.pollAt = now.Add(pollAfter(0))
		}
		return c
	}
	e := providers.AsError(o.Err)
	if o.Err == nil {
		e = &providers.Error{Kind: providers.Ambiguous, Text: "the provider said yes but gave no reference"}
	}
	switch e.Kind {
	case providers.Rejected:
		return change{to: sms.Failed, code: e.Code, reason: e.Text}
	case providers.Ambiguous:
		if !o.Safe {
			return change{to: sms.InDoubt, code: e.Code, reason: e.Text}
		}
	}
	due := now.Add(retryAfter(o.Message.Attempts, e))
	if due > o.Message.ExpiresAt && e.Kind == providers.Ambiguous {
		return change{to: sms.InDoubt, code: e.Code, reason: e.Text} // no time left to find out
	}
	if due > o.Message.ExpiresAt {
		due = o.Message.ExpiresAt + 1 // its next mark expires it
	}
	return change{to: sms.Queued, dueAt: due, code: e.Code, reason: e.Text}
}

// retryAfter is how long a message that was certainly not sent waits: what the
// provider asks for, or a second that doubles up to five minutes.
func retryAfter(attempts int64, e *providers.Error) time.Duration {
	if e.RetryAfter > 0 {
		return min(e.RetryAfter, time.Hour)
	}
	return min(time.Second<<min(max(attempts-1, 0), 16), 5*time.Minute)
}

// Recover puts right what a crash left: leases go back, and messages that were
// marked become in doubt, or queued again where safe says that the provider
// recognises repeats. Only for the start, before anything is claimed.
func (d *Desk) Recover(ctx context.Context, providerID int64, safe bool) (inDoubt int, err error) {
	for {
		var found []db.Message
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if err := tx.ReleaseLeases(ctx); err != nil {
				return err
			}
			if found, err = tx.Submitting(ctx, db.SubmittingParams{ProviderID: providerID, PageSize: sweepSize}); err != nil {
				return err
			}
			mv := d.newMoves(tx)
			c := change{to: sms.InDoubt, reason: "The desk stopped while the provider was being called."}
			if safe {
				c = change{to: sms.Queued, dueAt: mv.now, reason: "The desk stopped while the provider was being called; the provider recognises repeats."}
			}
			for _, m := range found {
				if err := mv.answered(ctx, m, c); err != nil {
					return err
				}
			}
			return mv.flush(ctx)
		})
		if err != nil {
			return inDoubt, fmt.Errorf("recover messages: %w", err)
		}
		if !safe {
			inDoubt += len(found)
		}
		if len(found) < sweepSize {
			return inDoubt, nil
		}
	}
}

// sweepSize bounds what one transaction of a sweep does, so that nobody waits
// long for it.
const sweepSize = 1000
