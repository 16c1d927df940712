package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// Repeat is an earlier send of the day with the same text.
type Repeat struct {
	BatchID int64
	At      time.Time
	// People is how many of the new send's people have it, or will get it. AtLeast:
	// there may be more of them, because only some could be looked at.
	People  int
	AtLeast bool
}

// repeatsRead is how many earlier sends of the same text are looked into.
const repeatsRead = 5

// Repeats returns the actor's sends of today that said the same to some of the
// people of a draft, newest first, up to five. For a draft of more than MaxAtOnce
// people they were counted while it was read; of a send that was made since then
// the first MaxAtOnce are looked at.
func (d *Desk) Repeats(ctx context.Context, a Actor, dr Draft) ([]Repeat, error) {
	batches, err := d.said(ctx, a.User.ID, dr)
	if err != nil || len(batches) == 0 {
		return nil, err
	}
	numbers, err := d.repeatNumbers(ctx, dr)
	if err != nil {
		return nil, err
	}
	var repeats []Repeat
	for _, b := range batches {
		r, known := countedRepeat(dr, b)
		if !known {
			n, err := d.store.NumbersReached(ctx, b.ID, numbers)
			if err != nil {
				return nil, err
			}
			r = Repeat{BatchID: b.ID, At: b.CreatedAt.Time(), People: int(n), AtLeast: b.NStaged > 0 || len(numbers) < dr.People}
		}
		if r.People > 0 || r.AtLeast {
			repeats = append(repeats, r)
		}
	}
	return repeats, nil
}

// said are the user's sends of the day with a draft's text, newest first.
func (d *Desk) said(ctx context.Context, userID int64, dr Draft) ([]db.Batch, error) {
	batches, err := d.store.Said(ctx, db.SaidParams{UserID: userID, Hash: hashOf(dr.Body), Day: dr.days.user, PageSize: repeatsRead})
	if err != nil {
		return nil, fmt.Errorf("look for the same text: %w", err)
	}
	return batches, nil
}

// countedRepeat is what was counted of a batch while a large draft was read. Those
// of its people who will not get it any more are none since.
func countedRepeat(dr Draft, b db.Batch) (Repeat, bool) {
	at := slices.IndexFunc(dr.repeats, func(r Repeat) bool { return r.BatchID == b.ID })
	if at < 0 || dr.People <= MaxAtOnce {
		return Repeat{}, false
	}
	r := dr.repeats[at]
	r.People = min(r.People, int(b.Recipients-b.NFailed-b.NExpired-b.NCancelled-b.NSuppressed))
	return r, true
}

// repeatNumbers are the numbers of a draft, of one that was read into the store
// the first MaxAtOnce.
func (d *Desk) repeatNumbers(ctx context.Context, dr Draft) (numbers []sms.MSISDN, err error) {
	for _, r := range dr.Recipients {
		if r.Refusal == nil && !r.Duplicate {
			numbers = append(numbers, r.Number)
		}
	}
	for after := int64(0); dr.id != 0 && after < MaxAtOnce; {
		people, err := d.store.DraftRecipients(ctx, db.DraftRecipientsParams{DraftID: dr.id, AfterPlace: after, PageSize: readStep})
		if err != nil {
			return nil, fmt.Errorf("read draft: %w", err)
		}
		for _, r := range people {
			numbers, after = append(numbers, r.Number), r.Place
		}
		if len(people) < readStep {
			break
		}
	}
	return numbers, nil
}

// beginRepeats finds the earlier sends of whom [preparation.countRepeats] counts
// the people.
func (p *preparation) beginRepeats(ctx context.Context, a Actor, o Order) error {
	if o.fromBatch() || p.draft.Expected <= MaxAtOnce {
		return nil // to send again is what it is for; small drafts are looked at when they are shown
	}
	batches, err := p.d.said(ctx, a.User.ID, p.draft)
	for _, b := range batches {
		p.totals.Repeats = append(p.totals.Repeats, Repeat{BatchID: b.ID, At: b.CreatedAt.Time(), AtLeast: b.NStaged > 0})
	}
	return err
}

// countRepeats counts those of some people who have the text from an earlier send.
func (p *preparation) countRepeats(ctx context.Context, people []db.DraftRecipient) error {
	if len(p.totals.Repeats) == 0 || len(people) == 0 {
		return nil
	}
	numbers := make([]sms.MSISDN, len(people))
	for i, r := range people {
		numbers[i] = r.Number
	}
	for i := range p.totals.Repeats {
		r := &p.totals.Repeats[i]
		n, err := p.d.store.NumbersReached(ctx, r.BatchID, numbers)
		if err != nil {
			return err
		}
		r.People += int(n)
	}
	return nil
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}
