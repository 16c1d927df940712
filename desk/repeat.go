package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// Repeat is an earlier send of the day with the same text.
type Repeat struct {
	BatchID int64
	At      time.Time
	// People is how many of the new send's people have it, or will get it.
	People int
}

// repeatsRead is how many earlier sends of the same text are looked into.
const repeatsRead = 5

// Repeats returns the actor's sends of today that said the same to some of the
// people of a draft, newest first, up to five.
func (d *Desk) Repeats(ctx context.Context, a Actor, dr Draft) ([]Repeat, error) {
	batches, err := d.store.Said(ctx, db.SaidParams{UserID: a.User.ID, Hash: hashOf(dr.Body), Day: dr.days.user, PageSize: repeatsRead})
	if err != nil {
		return nil, fmt.Errorf("look for the same text: %w", err)
	}
	if len(batches) == 0 {
		return nil, nil
	}
	numbers, err := d.repeatNumbers(ctx, dr)
	if err != nil {
		return nil, err
	}
	var repeats []Repeat
	for _, b := range batches {
		n, err := d.store.NumbersReached(ctx, b.ID, numbers)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			repeats = append(repeats, Repeat{BatchID: b.ID, At: b.CreatedAt.Time(), People: int(n)})
		}
	}
	return repeats, nil
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

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}
