package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// moves carries messages from one status to the next within one transaction.
// It is the only place where a status changes (but for the bulk mark in
// engine.go), and it changes with it what must always agree: the
// counters of the batch and of its day, the ledger, and the message's timeline.
type moves struct {
	d      *Desk
	tx     *db.Tx
	now    db.Millis
	counts map[int64]*[sms.StatusCount]int64
	ledger map[ledgerKey]int64
	// released are the credits that go back, by batch.
	released map[int64]int64
	events   []db.Event
	parts    []db.Part
	taken    map[int64][]db.Message // taken back, by batch
}

// ledgerKey gathers entries: one line for each user, batch and kind in a
// transaction, however many messages it is for.
type ledgerKey struct {
	userID, batchID int64
	kind            string
}

// change is where a message goes and what the timeline says about it. Zero
// instants leave the message's own.
type change struct {
	to         sms.Status
	dueAt      db.Millis
	expiresAt  db.Millis
	pollAt     db.Millis
	code       string // the provider's
	reason     string // ours
	references []string
	by         int64 // the user who decided, 0 the desk itself
}

func (d *Desk) newMoves(tx *db.Tx) *moves {
	return &moves{d: d, tx: tx, now: d.now(), counts: map[int64]*[sms.StatusCount]int64{}, ledger: map[ledgerKey]int64{}, released: map[int64]int64{}, taken: map[int64][]db.Message{}}
}

// move moves m, if it may go there and nobody has moved it meanwhile.
func (mv *moves) move(ctx context.Context, m db.Message, c change) (moved bool, err error) {
	if !m.Status.CanBecome(c.to) {
		return false, nil
	}
	paid := payment(m, c.to)
	p := db.MoveMessageParams{ID: m.ID, WasStatus: m.Status, Status: c.to, Paid: paid, DueAt: m.DueAt, ExpiresAt: m.ExpiresAt,
		Attempts: m.Attempts, SubmittedAt: m.SubmittedAt, PollAt: c.pollAt, Code: c.code, Reason: c.reason}
	if c.dueAt != 0 {
		p.DueAt = c.dueAt
	}
	if c.expiresAt != 0 {
		p.ExpiresAt = c.expiresAt
	}
	switch {
	case c.to == sms.Submitted:
		p.SubmittedAt = mv.now
	case c.to == sms.Queued, m.Status == sms.Submitting && c.to == sms.Failed:
		p.SubmittedAt = 0 // the provider did not take it
	}
	if c.to.Final() {
		p.FinalAt = mv.now
	}
	n, err := mv.tx.MoveMessage(ctx, p)
	if err != nil {
		return false, fmt.Errorf("move message: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	mv.count(m.BatchID, m.Status, c.to, 1)
	mv.pay(m, paid)
	mv.note(m, c)
	if c.to == sms.Cancelled {
		mv.taken[m.BatchID] = append(mv.taken[m.BatchID], m)
	}
	return true, nil
}

// count moves n messages of a batch from one counter to another.
func (mv *moves) count(batchID int64, from, to sms.Status, n int64) {
	counts := mv.counts[batchID]
	if counts == nil {
		counts = new([sms.StatusCount]int64)
		mv.counts[batchID] = counts
	}
	counts[from] -= n
	counts[to] += n
}

func (mv *moves) pay(m db.Message, paid db.Paid) {
	if paid == m.Paid || m.Credits == 0 {
		return
	}
	kind := entrySettle
	if paid == db.Released {
		kind = entryRelease
		mv.released[m.BatchID] += m.Credits
	}
	mv.ledger[ledgerKey{m.UserID, m.BatchID, kind}] += m.Credits
}

// note adds to the timeline, and keeps the provider's references.
func (mv *moves) note(m db.Message, c change) {
	e := db.Event{MessageID: m.ID, At: mv.now, Status: c.to, UserID: db.ID(c.by), Code: c.code, Detail: c.reason}
	for i, ref := range c.references {
		mv.parts = append(mv.parts, db.Part{MessageID: m.ID, Part: int64(i), ProviderID: m.ProviderID, Reference: ref, Status: c.to})
		if i > 0 {
			e.Reference += ", "
		}
		e.Reference += ref
	}
	mv.events = append(mv.events, e)
}

// flush writes what the moves have gathered. Call it once, last.
func (mv *moves) flush(ctx context.Context) error {
	counts := make([]db.BatchCount, 0, len(mv.counts))
	for id, n := range mv.counts {
		c := db.BatchCount{BatchID: id, ByStatus: *n, Released: mv.released[id]}
		if *n != [sms.StatusCount]int64{} {
			counts = append(counts, c)
		}
	}
	if err := mv.tx.CountBatches(ctx, counts); err != nil {
		return err
	}
	for key, credits := range mv.ledger {
		e := db.InsertCreditEntryParams{UserID: key.userID, Kind: key.kind, Reserved: -credits, BatchID: db.ID(key.batchID)}
		if key.kind == entryRelease {
			e.Amount = credits
		}
		if err := mv.d.enter(ctx, mv.tx, e); err != nil {
			return err
		}
	}
	if err := mv.d.uncountDay(ctx, mv.tx, mv.taken); err != nil {
		return err
	}
	if err := mv.tx.InsertEvents(ctx, mv.events); err != nil {
		return err
	}
	return mv.tx.InsertParts(ctx, mv.parts)
}

// payment says what becomes of a message's credits when it moves on. The
// provider taking the message spends them; its certainly not going gives them
// back; in doubt they stay reserved until somebody decides. What is spent stays
// spent.
func payment(m db.Message, to sms.Status) db.Paid {
	if m.Paid != db.Reserved {
		return m.Paid
	}
	switch to {
	case sms.Submitted, sms.Sent, sms.Delivered, sms.Unknown:
		return db.Settled
	case sms.Cancelled, sms.Suppressed:
		return db.Released
	case sms.Failed, sms.Expired:
		if m.Status == sms.InDoubt {
			return db.Settled // a receipt came: the provider had taken it
		}
		return db.Released
	}
	return db.Reserved
}
