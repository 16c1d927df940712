package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"textdesk/db"
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

// sendLarge accepts an order to more people than are read at once, or to a file. It holds
// nobody up, and takes as long as reading them does. Where an order goes to those
// who can be paid for and something else takes the credits while it is read, it
// is read again.
func (d *Desk) sendLarge(ctx context.Context, a Actor, o Order) (sent Sent, err error) {
	again := true
	for n := 0; again && n < readAgain; n++ {
		sent, again, err = d.prepareAndSend(ctx, a, o)
	}
	return sent, err
}

// readAgain is how often at the most.
const readAgain = 3

func (d *Desk) prepareAndSend(ctx context.Context, a Actor, o Order) (sent Sent, again bool, err error) {
	id, err := d.keepDraft(ctx, a, o, "", 0)
	if err != nil {
		return Sent{}, false, err
	}
	if o.SubmitKey == "" { // nobody else knows of it
		defer func() {
			if err != nil { // nobody comes back to it, also where the caller has hung up
				err = errors.Join(err, d.dropDraft(context.WithoutCancel(ctx), id))
			}
		}()
	}
	if err := d.prepareDraft(ctx, id); err != nil {
		return Sent{}, false, err
	}
	if a.User, err = d.store.User(ctx, a.User.ID); err != nil {
		return Sent{}, false, fmt.Errorf("read user: %w", err)
	}
	p, err := d.Prepared(ctx, a, id)
	if err != nil {
		return Sent{}, false, err
	}
	sent, err = d.SendPrepared(ctx, a, id, o.Sure)
	again = o.Partly && p.Draft.People > 0 && (errors.Is(err, ErrNoCredits) || errors.Is(err, ErrUserDay))
	return sent, again, err
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
		now, err := markAgain(ctx, tx.Queries, p.Order.AgainOf)
		if err != nil {
			return Sent{}, 0, err
		}
		if now != p.totals.Again {
			return Sent{}, 0, ErrAgainChanged // somebody else has sent to them, one more has failed or one arrived after all
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
