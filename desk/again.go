package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	if _, err := sentAgain(ctx, d.store.Queries, b.ID); err != nil {
		return Again{Batch: b}, err
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
	if n > d.againAtOnce {
		o := orderAgain(b, set)
		draft, err := d.checkFromBatch(ctx, a, o)
		return Again{Batch: b, Order: o, Draft: draft}, err
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
	if again.Draft.People != people {
		return Sent{}, ErrAgainChanged
	}
	again.Order.SubmitKey, again.Order.Ask, again.Order.Sure = submitKey, true, sure
	if again.Order.Undo = undo; people == 1 {
		again.Order.Undo = 0
	}
	if again.Order.fromBatch() {
		return d.sendAgainLarge(ctx, a, again.Order, people)
	}
	return d.Send(ctx, a, again.Order)
}

// sendAgainLarge sends to more people than are read at once: they are read into
// a draft, each with exactly the text that did not reach them.
func (d *Desk) sendAgainLarge(ctx context.Context, a Actor, o Order, people int) (Sent, error) {
	id, err := d.keepDraft(ctx, a, o, "", int64(people))
	if err != nil {
		return Sent{}, err
	}
	if err := d.prepareDraft(ctx, id); err != nil {
		return Sent{}, err
	}
	p, err := d.Prepared(ctx, a, id)
	if err != nil {
		return Sent{}, err
	}
	if p.State == Ready {
		// Who has failed, or arrived after all, since they were read.
		n, err := d.store.CountNotReached(ctx, o.AgainOf)
		if err != nil {
			return Sent{}, fmt.Errorf("count numbers: %w", err)
		}
		if p.Draft.People != people || n != int64(people+p.Draft.Suppressed+p.Draft.Barred) {
			return Sent{}, errors.Join(d.DropPrepared(ctx, a, id), ErrAgainChanged)
		}
	}
	return d.SendPrepared(ctx, a, id, o.Sure)
}

// checkFromBatch says what an order to the people of an earlier batch would do.
// All of them are read, but of the draft's recipients it keeps only who has the
// longest text.
func (d *Desk) checkFromBatch(ctx context.Context, a Actor, o Order) (Draft, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return Draft{}, err
	}
	dr := Draft{Unlimited: bool(a.User.Unlimited), Balance: a.User.Balance, zone: set.Zone}
	dr.readFields(o)
	if err := d.readChosen(ctx, a, o, &dr); err != nil {
		return Draft{}, err
	}
	dr.readSender(o, a, set)
	dr.readBody(o)
	dr.readWhen(o, d.clock())
	dr.beginFill()
	r := dr.reader(d, o, set)
	place, own := 0, false
	err = d.eachRecipient(ctx, a, o, &dr, func(some []Recipient) error {
		if err := r.read(ctx, some); err != nil {
			return err
		}
		dr.fillSome(some, place)
		if dr.Longest >= place {
			dr.Recipients = []Recipient{some[dr.Longest-place]}
		}
		own = own || slices.ContainsFunc(some, func(r Recipient) bool { return r.own != "" })
		place += len(some)
		return nil
	})
	if err != nil {
		return Draft{}, err
	}
	dr.Longest, dr.own = min(dr.Longest, 0), own
	dr.nobody(o)
	dr.endFill(o.maxParts())
	dr.Credits = dr.Parts
	if !dr.Unlimited && dr.Credits > dr.Balance {
		dr.Problems = append(dr.Problems, notEnough(dr.Credits, dr.Balance))
	}
	if err := d.readPermissions(ctx, a, o, &dr); err != nil {
		return Draft{}, err
	}
	return dr, d.readGuard(ctx, a, o, &dr)
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
