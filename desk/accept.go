package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"textdesk/db"
	"textdesk/sms"
	"textdesk/sms/gsm"
)

// atOnceChunks is how many chunks of messages the transaction writes that
// accepts a draft: small sends are whole when it is over.
const atOnceChunks = 2

// SendPrepared accepts a draft: exactly the people who were read get it, however
// the groups have changed. It is one short transaction, in which the credits for
// all of them are taken; where they are many, [Desk.AcceptChunk] writes most of
// their messages after it. Pressed twice, by one person or by two, it is sent
// once. sure is as in [Order].
func (d *Desk) SendPrepared(ctx context.Context, a Actor, id int64, sure bool) (Sent, error) {
	p, err := d.Prepared(ctx, a, id)
	if err != nil {
		return Sent{}, err
	}
	if p.BatchID != 0 {
		return Sent{BatchID: p.BatchID, Again: true}, nil
	}
	if p.State != Ready {
		return Sent{}, ErrNotReady
	}
	if id, again, err := earlier(ctx, d.store.Queries, a, p.Order.SubmitKey); err != nil || again {
		return Sent{BatchID: id, Again: again}, err
	}
	if p.Order.Ask && p.Draft.AskSure && !sure {
		p.Draft.Problems = append(p.Draft.Problems, ErrNotSure.because("This goes to %s people. Say that you are sure.", thousands(int64(p.Draft.People))))
	}
	if len(p.Draft.Problems) > 0 {
		return Sent{}, refused(p.Draft.Problems)
	}
	var sent Sent
	var providerID int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		sent, providerID, err = d.acceptPrepared(ctx, tx, a, p)
		return err
	})
	if err != nil {
		return Sent{}, err
	}
	if !sent.Again {
		d.wake(providerID)
		d.large()
	}
	return sent, nil
}

// acceptPrepared makes the batch of a draft, with the first of its messages.
func (d *Desk) acceptPrepared(ctx context.Context, tx *db.Tx, a Actor, p Prepared) (sent Sent, providerID int64, err error) {
	row, err := tx.Draft(ctx, p.ID)
	if err != nil {
		return Sent{}, 0, fmt.Errorf("read draft: %w", err)
	}
	if row.BatchID != 0 { // somebody was faster
		return Sent{BatchID: int64(row.BatchID), Again: true}, 0, nil
	}
	if row.State != Ready {
		return Sent{}, 0, ErrUnknownDraft
	}
	if found, again, err := earlier(ctx, tx.Queries, a, p.Order.SubmitKey); err != nil || again {
		return Sent{BatchID: found, Again: again}, 0, err
	}
	dr := p.Draft
	user, provider, err := d.mayAccept(ctx, tx, a, p.Order, dr)
	if err != nil {
		return Sent{}, 0, err
	}
	if p.Order.AgainOf != 0 {
		n, err := sentAgain(ctx, tx.Queries, p.Order.AgainOf)
		if err != nil {
			return Sent{}, 0, err
		}
		if n != p.totals.Agains {
			return Sent{}, 0, ErrAgainChanged // somebody else has just sent to them
		}
	}
	sent = Sent{Parts: dr.Size.Parts}
	if sent.BatchID, err = tx.TakeNumbers(ctx, db.TakeNumbersParams{Name: "batch", N: 1}); err != nil {
		return Sent{}, 0, fmt.Errorf("number batch: %w", err)
	}
	last, err := tx.TakeNumbers(ctx, db.TakeNumbersParams{Name: "message", N: dr.Parts})
	if err != nil {
		return Sent{}, 0, fmt.Errorf("number messages: %w", err)
	}
	set, err := d.settings(ctx, tx.Queries)
	if err != nil {
		return Sent{}, 0, err
	}
	now := d.now()
	b := db.InsertBatchParams{ID: sent.BatchID, UserID: user.ID, Door: a.Door, Sender: dr.Sender.Address, TON: dr.Sender.TON,
		SubmitKey: sql.NullString{String: p.Order.SubmitKey, Valid: p.Order.SubmitKey != ""},
		Body:      dr.Body, SendAt: db.At(dr.SendAt), Zone: dr.SendAt.Location().String(), Validity: int64(dr.Validity.Seconds()),
		Recipients: int64(dr.People), Parts: dr.Parts, Credits: dr.Parts, CreatedAt: now, AgainOf: db.ID(p.Order.AgainOf),
		Day: dayOf(now.Time(), set.Zone), NStaged: int64(dr.People), StagedCredits: dr.Parts}
	if b.SendAt > now {
		b.NScheduled = b.NStaged
	} else {
		b.NQueued = b.NStaged
	}
	if err := tx.InsertBatch(ctx, b); err != nil {
		return Sent{}, 0, fmt.Errorf("insert batch: %w", err)
	}
	if err := tx.InsertBatchWords(ctx, b.ID, dr.Body); err != nil {
		return Sent{}, 0, fmt.Errorf("insert batch words: %w", err)
	}
	if err := d.keepColumns(ctx, tx, row, b.ID); err != nil {
		return Sent{}, 0, err
	}
	if err := d.reserve(ctx, tx, user.ID, b.ID, b.Credits); err != nil {
		return Sent{}, 0, err
	}
	if err := d.countUserDay(ctx, tx, &dr, user.ID, b.ID, b.Credits, dr.People); err != nil {
		return Sent{}, 0, err
	}
	if sent.Waits = dr.guard.asksApproval(user, dr.People); sent.Waits {
		if err := d.holdForApproval(ctx, tx, b.ID); err != nil {
			return Sent{}, 0, err
		}
	}
	acc := db.InsertAcceptanceParams{BatchID: b.ID, DraftID: p.ID, ProviderID: provider.ID, NextID: last - dr.Parts + 1,
		DueAt: max(db.At(dr.SendAt), now) + db.Millis(p.Order.Undo.Milliseconds())}
	if db.At(dr.SendAt) > now {
		acc.Scheduled, acc.DueAt = true, db.At(dr.SendAt)
	}
	acc.ExpiresAt = acc.DueAt.Add(dr.Validity)
	if err := tx.InsertAcceptance(ctx, acc); err != nil {
		return Sent{}, 0, fmt.Errorf("insert acceptance: %w", err)
	}
	if n, err := tx.UseDraft(ctx, db.UseDraftParams{ID: p.ID, BatchID: db.ID(b.ID)}); err != nil || n == 0 {
		return Sent{}, 0, errors.Join(ErrUnknownDraft, err)
	}
	for chunk, done := int64(0), false; !done && chunk < atOnceChunks; chunk++ {
		people, err := tx.ChunkPeople(ctx, p.ID, chunk)
		if err != nil {
			return Sent{}, 0, err
		}
		if done, err = d.writeChunk(ctx, tx, b.ID, chunk, people); err != nil {
			return Sent{}, 0, err
		}
	}
	return sent, provider.ID, nil
}

// mayAccept refuses what cannot be sent by now.
func (d *Desk) mayAccept(ctx context.Context, tx *db.Tx, a Actor, o Order, dr Draft) (user db.User, provider db.Provider, err error) {
	if user, err = tx.User(ctx, a.User.ID); err != nil {
		return user, provider, fmt.Errorf("read user: %w", err)
	}
	if r := keptOut(user); r != nil {
		return user, provider, r
	}
	if r := permissionsOf(user).refuse(dr.People, dr.Sender); r != nil {
		return user, provider, r
	}
	if provider, err = tx.DefaultProvider(ctx); db.IsNotFound(err) {
		return user, provider, ErrNoRoute
	}
	if err != nil {
		return user, provider, fmt.Errorf("read provider: %w", err)
	}
	if !bool(user.Unlimited) && dr.Parts > user.Balance {
		return user, provider, notEnough(dr.Parts, user.Balance)
	}
	today, err := allowanceOf(ctx, tx.Queries, user, dr.days.user)
	if err != nil {
		return user, provider, err
	}
	if r := today.refuse(dr.Parts); r != nil {
		return user, provider, r
	}
	return user, provider, nil
}

// keepColumns has a batch know the columns of the file that it is sent from.
func (d *Desk) keepColumns(ctx context.Context, tx *db.Tx, row db.Draft, batchID int64) error {
	var columns draftColumns
	if err := json.Unmarshal([]byte(row.Columns), &columns); err != nil {
		return fmt.Errorf("read columns: %w", err)
	}
	if len(columns.File) == 0 {
		return nil
	}
	text, err := json.Marshal(columns.File)
	if err != nil {
		return fmt.Errorf("encode columns: %w", err)
	}
	return tx.SetBatchColumns(ctx, db.SetBatchColumnsParams{ID: batchID, Columns: string(text)})
}

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
