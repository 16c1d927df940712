package desk

import (
	"context"
	"fmt"
	"slices"

	"textdesk/db"
	"textdesk/sms"
	"textdesk/sms/gsm"
)

// Accepting lists the batches whose messages are not all written yet.
func (d *Desk) Accepting(ctx context.Context) (ids []int64, err error) {
	all, err := d.store.Acceptances(ctx)
	if err != nil {
		return nil, fmt.Errorf("read acceptances: %w", err)
	}
	for _, acc := range all {
		ids = append(ids, acc.BatchID)
	}
	return ids, nil
}

// Chunk is a piece of a send whose messages are to be written.
type Chunk struct {
	BatchID int64
	draftID int64
	number  int64
	people  []db.DraftRecipient
}

// NextChunk reads the next piece of a send that is being accepted.
func (d *Desk) NextChunk(ctx context.Context, batchID int64) (Chunk, error) {
	acc, err := d.store.Acceptance(ctx, batchID)
	if db.IsNotFound(err) {
		return Chunk{BatchID: batchID, number: -1}, nil
	}
	if err != nil {
		return Chunk{}, fmt.Errorf("read acceptance: %w", err)
	}
	c := Chunk{BatchID: batchID, draftID: acc.DraftID, number: acc.Chunk}
	c.people, err = d.store.ChunkPeople(ctx, c.draftID, c.number)
	return c, err
}

// ChunkAfter reads the piece that follows one, while that is being written.
func (d *Desk) ChunkAfter(ctx context.Context, c Chunk) (Chunk, error) {
	if c.number < 0 {
		return c, nil
	}
	if len(c.people) > 0 {
		c.number++
	}
	var err error
	c.people, err = d.store.ChunkPeople(ctx, c.draftID, c.number)
	return c, err
}

// AcceptChunk writes the messages of a piece of a send, in one transaction, and
// reports whether the send is accepted whole. A piece that was written already
// is left alone: it begins where the last one ended, also after a crash.
func (d *Desk) AcceptChunk(ctx context.Context, c Chunk) (done bool, err error) {
	if c.number < 0 {
		return true, nil
	}
	var providerID int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		acc, err := tx.Acceptance(ctx, c.BatchID)
		if db.IsNotFound(err) {
			done = true
			return nil
		}
		if err != nil {
			return fmt.Errorf("read acceptance: %w", err)
		}
		providerID = acc.ProviderID
		done, err = d.writeChunk(ctx, tx, c.BatchID, c.number, c.people)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("accept messages: %w", err)
	}
	if providerID != 0 {
		d.wake(providerID)
	}
	return done, nil
}

// AcceptAll writes all messages of all sends that are being accepted, for where
// nobody does it in the background.
func (d *Desk) AcceptAll(ctx context.Context) error {
	ids, err := d.Accepting(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		for done := false; !done; {
			c, err := d.NextChunk(ctx, id)
			if err != nil {
				return err
			}
			if done, err = d.AcceptChunk(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeChunk writes the messages of a piece of a draft, or, after the last one,
// some of those whom it leaves out.
func (d *Desk) writeChunk(ctx context.Context, tx *db.Tx, batchID, number int64, people []db.DraftRecipient) (done bool, err error) {
	acc, err := tx.Acceptance(ctx, batchID)
	if err != nil {
		return false, fmt.Errorf("read acceptance: %w", err)
	}
	if acc.Chunk != number {
		return false, nil
	}
	step := db.StepAcceptanceParams{BatchID: batchID, Chunk: number, NextID: acc.NextID, Skipped: acc.Skipped}
	if len(people) == 0 {
		var more bool
		if step.Skipped, more, err = tx.CopySkips(ctx, acc.DraftID, batchID, acc.Skipped, chunkSize); err != nil {
			return false, err
		}
		if !more {
			if err := tx.EndAcceptance(ctx, batchID); err != nil {
				return false, fmt.Errorf("end acceptance: %w", err)
			}
			return true, nil
		}
		return false, tx.StepAcceptance(ctx, step)
	}
	messages, fields, err := d.chunkMessages(ctx, tx, acc, people)
	if err != nil {
		return false, err
	}
	last := messages[len(messages)-1]
	step.Chunk, step.NextID = number+1, last.ID+last.Parts
	if err := d.insertChunk(ctx, tx, acc, messages); err != nil {
		return false, err
	}
	if err := tx.InsertMessageFields(ctx, fields); err != nil {
		return false, err
	}
	if err := tx.StepAcceptance(ctx, step); err != nil {
		return false, fmt.Errorf("step acceptance: %w", err)
	}
	// A send without anybody left out is whole with its last message.
	_, err = tx.DraftChunkOf(ctx, db.DraftChunkOfParams{DraftID: acc.DraftID, Chunk: step.Chunk})
	if !db.IsNotFound(err) {
		return false, err
	}
	return d.writeChunk(ctx, tx, batchID, step.Chunk, nil)
}

// chunkMessages makes the messages of a piece of a draft.
func (d *Desk) chunkMessages(ctx context.Context, tx *db.Tx, acc db.Acceptance, people []db.DraftRecipient) ([]db.Message, []db.MessageField, error) {
	b, err := tx.Batch(ctx, acc.BatchID)
	if err != nil {
		return nil, nil, fmt.Errorf("read batch: %w", err)
	}
	columns, err := tx.DraftColumns(ctx, acc.DraftID)
	if err != nil {
		return nil, nil, fmt.Errorf("read draft: %w", err)
	}
	kept, err := keptTextOf(b.Body, columns)
	if err != nil {
		return nil, nil, err
	}
	m := db.Message{BatchID: b.ID, UserID: b.UserID, ProviderID: acc.ProviderID, Sender: b.Sender, TON: b.TON, Status: sms.Queued,
		DueAt: acc.DueAt, ExpiresAt: acc.ExpiresAt, CreatedAt: b.CreatedAt, ID: acc.NextID}
	if acc.Scheduled {
		m.Status = sms.Scheduled
	}
	if acc.Scheduled && b.HeldAt > 0 && b.HeldWhy == heldForLate { // too late: they wait with the others
		m.DueAt = heldUntil
	}
	if b.Recipients > 1 {
		m.Priority = 1
	}
	if b.Stopping {
		m.Status, m.Paid, m.FinalAt = sms.Cancelled, db.Released, d.now()
	}
	messages := make([]db.Message, len(people))
	var fields []db.MessageField
	for i, r := range people {
		text, cells, err := kept.of(r)
		if err != nil {
			return nil, nil, err
		}
		m.Number, m.Body, m.Alphabet, m.Parts, m.Credits = r.Number, text, gsm.Count(text).Alphabet, r.Parts, r.Parts
		messages[i] = m
		if cells != nil {
			fields = append(fields, db.MessageField{MessageID: m.ID, Fields: r.Fields})
		}
		m.ID += r.Parts
	}
	return messages, fields, nil
}

// insertChunk stores messages and moves the batch's counters. Those whom nobody
// may text any more, or who have had their texts meanwhile, end here.
func (d *Desk) insertChunk(ctx context.Context, tx *db.Tx, acc db.Acceptance, messages []db.Message) error {
	n := int64(len(messages))
	u := db.UnstageParams{ID: acc.BatchID, People: n}
	for _, m := range messages {
		u.Credits += m.Credits
	}
	if err := tx.Unstage(ctx, u); err != nil {
		return fmt.Errorf("count batch: %w", err)
	}
	if messages[0].Status == sms.Cancelled {
		return d.insertTakenBack(ctx, tx, acc, messages, u.Credits)
	}
	if err := tx.InsertMessages(ctx, messages); err != nil {
		return err
	}
	set, err := d.settings(ctx, tx.Queries)
	if err != nil {
		return err
	}
	numbers := numbersOf(messages)
	suppressed, err := tx.SuppressedOf(ctx, numbers)
	if err != nil {
		return err
	}
	var dr Draft
	var full []sms.MSISDN
	if set.Guard.PerNumber > 0 {
		b, err := tx.Batch(ctx, acc.BatchID)
		if err != nil {
			return fmt.Errorf("read batch: %w", err)
		}
		dr.guard, dr.days = set.Guard, days{dayOf(b.CreatedAt.Time(), set.Zone), dayOf(max(b.SendAt, b.CreatedAt).Time(), set.Zone)}
		if full, err = tx.NumbersAtCap(ctx, dr.days.numbers, int64(set.Guard.PerNumber), numbers); err != nil {
			return err
		}
	}
	going := messages
	if len(suppressed)+len(full) > 0 {
		going = nil
		mv := d.newMoves(tx)
		for _, m := range messages {
			switch {
			case suppressed[m.Number]:
				_, err = mv.move(ctx, m, mustNot)
			case slices.Contains(full, m.Number):
				_, err = mv.move(ctx, m, change{to: sms.Suppressed, reason: dr.fullNumber().Sentence})
			default:
				going = append(going, m)
			}
			if err != nil {
				return err
			}
		}
		if err := mv.flush(ctx); err != nil {
			return err
		}
	}
	if set.Guard.PerNumber == 0 {
		return nil
	}
	return tx.CountNumbers(ctx, dr.days.numbers, going)
}

// insertTakenBack stores messages of a send that was stopped before they were
// written, and gives their credits back.
func (d *Desk) insertTakenBack(ctx context.Context, tx *db.Tx, acc db.Acceptance, messages []db.Message, credits int64) error {
	if err := tx.InsertCancelled(ctx, messages); err != nil {
		return err
	}
	b, err := tx.Batch(ctx, acc.BatchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	was := sms.Queued
	if acc.Scheduled {
		was = sms.Scheduled
	}
	mv := d.newMoves(tx)
	mv.count(b.ID, was, sms.Cancelled, int64(len(messages)))
	mv.released[b.ID] = credits
	mv.ledger[ledgerKey{b.UserID, b.ID, entryRelease}] = credits
	for _, m := range messages {
		mv.note(m, change{to: sms.Cancelled, by: int64(b.StoppedBy)})
	}
	if err := mv.flush(ctx); err != nil {
		return err
	}
	set, err := d.settings(ctx, tx.Queries)
	if err != nil {
		return err
	}
	return tx.TakeFromUserDay(ctx, db.TakeFromUserDayParams{UserID: b.UserID, Day: dayOf(b.CreatedAt.Time(), set.Zone), Credits: credits})
}
