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
	missed, err := d.store.NotReached(ctx, b.ID)
	if err != nil {
		return Again{}, fmt.Errorf("read numbers: %w", err)
	}
	if len(missed) == 0 {
		return Again{Batch: b}, ErrNobodyToSendTo
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Again{}, err
	}
	o := Order{Sender: sms.Sender{Address: b.Sender, TON: b.TON}.Display(set.Country), TON: b.TON, Body: b.Body,
		Validity: time.Duration(b.Validity) * time.Second, AgainOf: b.ID, To: make([]string, len(missed))}
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
	if again.Draft.People != people {
		return Sent{}, ErrAgainChanged
	}
	again.Order.SubmitKey, again.Order.Ask, again.Order.Sure = submitKey, true, sure
	if again.Order.Undo = undo; people == 1 {
		again.Order.Undo = 0
	}
	return d.Send(ctx, a, again.Order)
}

// stillNotReached refuses when it has changed meanwhile whom the batch did not
// reach: somebody else has just sent to them.
func stillNotReached(ctx context.Context, tx *db.Tx, batchID int64, people int) error {
	n, err := tx.CountNotReached(ctx, batchID)
	if err != nil {
		return fmt.Errorf("count numbers: %w", err)
	}
	if n != int64(people) {
		return ErrAgainChanged
	}
	return nil
}
