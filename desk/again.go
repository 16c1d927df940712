package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// Again is a send to those whom an earlier one certainly did not reach, before
// it is sent.
type Again struct {
	Batch db.Batch // the earlier one
	Order Order
	Draft Draft
	// Large: they are too many to be read at once. There is no draft;
	// [Desk.PrepareAgain] makes one.
	Large bool
}

// CheckAgain says what sending a batch again to those it did not reach would
// do. They are the numbers whose message failed or expired: never one that may
// have gone, in doubt or unknown, and none that a further send to them has
// already. It refuses with [ErrNobodyToSendTo] when there are none.
func (d *Desk) CheckAgain(ctx context.Context, a Actor, batchID int64) (Again, error) {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return Again{}, err
	}
	if _, err := sentAgain(ctx, d.store.Queries, b.ID); err != nil {
		return Again{Batch: b}, err
	}
	if b.NFailed+b.NExpired > d.againAtOnce {
		return Again{Batch: b, Large: true}, nil
	}
	n, err := d.store.CountNotReached(ctx, b.ID)
	if err != nil {
		return Again{}, fmt.Errorf("count numbers: %w", err)
	}
	if n == 0 {
		return Again{Batch: b}, ErrNobodyToSendTo
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Again{}, err
	}
	missed, err := d.store.NotReached(ctx, b.ID)
	if err != nil {
		return Again{}, fmt.Errorf("read numbers: %w", err)
	}
	o := orderAgain(b, set)
	o.To = make([]string, len(missed))
	for i, m := range missed {
		o.To[i] = string(m.Number)
		if m.Body != b.Body && o.texts == nil { // it was filled in for each
			o.texts = map[sms.MSISDN]string{}
		}
	}
	for _, m := range missed {
		if o.texts != nil {
			o.texts[m.Number] = m.Body
		}
	}
	draft, err := d.Check(ctx, a, o)
	return Again{Batch: b, Order: o, Draft: draft}, err
}

// orderAgain is the order that a batch was, to nobody yet.
func orderAgain(b db.Batch, set Settings) Order {
	return Order{Sender: sms.Sender{Address: b.Sender, TON: b.TON}.Display(set.Country), TON: b.TON, Body: b.Body,
		Validity: time.Duration(b.Validity) * time.Second, AgainOf: b.ID}
}

// SendAgainFailed sends a batch again to those it did not reach, as a batch of
// its own that the actor pays for. submitKey is the form's: submitted twice, it
// is sent once. people is how many were reviewed; when they are others by now,
// it refuses with [ErrAgainChanged]. undo is as in
// [Order], and so is sure.
func (d *Desk) SendAgainFailed(ctx context.Context, a Actor, batchID int64, submitKey string, people int, undo time.Duration, sure bool) (Sent, error) {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return Sent{}, err
	}
	// The first submit leaves nobody for the second to send to.
	if id, again, err := earlier(ctx, d.store.Queries, a, submitKey); err != nil || again {
		return Sent{BatchID: id, Again: again}, err
	}
	again, err := d.CheckAgain(ctx, a, b.ID)
	if err != nil {
		return Sent{}, err
	}
	if again.Large || again.Draft.People != people {
		return Sent{}, ErrAgainChanged
	}
	again.Order.SubmitKey, again.Order.Ask, again.Order.Sure = submitKey, true, sure
	if again.Order.Undo = undo; people == 1 {
		again.Order.Undo = 0
	}
	return d.Send(ctx, a, again.Order)
}

// PrepareAgain has those whom a batch did not reach read into a draft, each with
// exactly the text that did not reach them, as [Desk.Prepare] does, however many
// they are. submitKey and undo are as in [Desk.SendAgainFailed]; [Desk.SendPrepared]
// refuses with [ErrAgainChanged] when they are others by then.
func (d *Desk) PrepareAgain(ctx context.Context, a Actor, batchID int64, submitKey string, undo time.Duration) (id int64, err error) {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return 0, err
	}
	if _, err := sentAgain(ctx, d.store.Queries, b.ID); err != nil {
		return 0, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	o := orderAgain(b, set)
	o.SubmitKey, o.Undo, o.Ask = submitKey, undo, true
	if id, err = d.keepDraft(ctx, a, o, "{}", b.NFailed+b.NExpired); err == nil {
		d.prepareSoon()
	}
	return id, err
}

// readNotReached finds whom a batch did not reach, and the further sends to them.
// Where they are many it is worked out from the counters, which a page can be
// shown with at once.
func (d *Desk) readNotReached(ctx context.Context, p *Progress) (err error) {
	missed := p.Batch.NFailed + p.Batch.NExpired
	if missed == 0 {
		return nil
	}
	if p.Again, err = d.store.BatchesAgainOf(ctx, db.ID(p.Batch.ID)); err != nil {
		return fmt.Errorf("read batches: %w", err)
	}
	if missed <= d.againAtOnce {
		if p.NotReached, err = d.store.CountNotReached(ctx, p.Batch.ID); err != nil {
			return fmt.Errorf("count numbers: %w", err)
		}
		return nil
	}
	for _, b := range p.Again {
		missed -= b.Recipients
	}
	if p.Batch.Body != "" { // without its text nothing can be sent again
		p.NotReached = max(missed, 0)
	}
	return nil
}

// againMark is how a batch stood when those whom it did not reach were read.
type againMark struct{ Agains, Failed, Expired int64 }

// markAgain reads it. It refuses while nobody can say who was not reached.
func markAgain(ctx context.Context, q *db.Queries, batchID int64) (m againMark, err error) {
	n, err := sentAgain(ctx, q, batchID)
	if err != nil {
		return m, err
	}
	b, err := q.Batch(ctx, batchID)
	if err != nil {
		return m, fmt.Errorf("read batch: %w", err)
	}
	return againMark{int64(n), b.NFailed, b.NExpired}, nil
}

// eachNotReached gives those whom a batch did not reach, some at a time, each
// with the text that they were to read.
func (d *Desk) eachNotReached(ctx context.Context, o Order, do func([]Recipient) error) error {
	page := db.NotReachedAfterParams{BatchID: o.AgainOf, PageSize: readStep}
	for {
		missed, err := d.store.NotReachedAfter(ctx, page)
		if err != nil {
			return fmt.Errorf("read numbers: %w", err)
		}
		if len(missed) == 0 {
			return nil
		}
		some := make([]Recipient, len(missed))
		for i, m := range missed {
			some[i] = Recipient{Typed: string(m.Number), Number: m.Number}
			if m.Body != o.Body {
				some[i].own = m.Body
			}
			page.AfterID = m.ID
		}
		if err := do(some); err != nil {
			return err
		}
		if len(missed) < readStep {
			return nil
		}
	}
}

// sentAgain is how many sends to those whom a batch did not reach there are. It
// refuses while one of them is being written down: nobody can say yet who is left.
func sentAgain(ctx context.Context, q *db.Queries, batchID int64) (int, error) {
	all, err := q.BatchesAgainOf(ctx, db.ID(batchID))
	if err != nil {
		return 0, fmt.Errorf("read further sends: %w", err)
	}
	for _, b := range all {
		if b.NStaged > 0 {
			return 0, ErrAgainChanged
		}
	}
	return len(all), nil
}

// stillNotReached refuses when it has changed meanwhile whom the batch did not
// reach: somebody else has just sent to them.
func stillNotReached(ctx context.Context, tx *db.Tx, batchID int64, people int) error {
	if _, err := sentAgain(ctx, tx.Queries, batchID); err != nil {
		return err
	}
	n, err := tx.CountNotReached(ctx, batchID)
	if err != nil {
		return fmt.Errorf("count numbers: %w", err)
	}
	if n != int64(people) {
		return ErrAgainChanged
	}
	return nil
}
