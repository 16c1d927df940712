package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
)

// ClockSetBack puts right what the machine's clock does when it is put back: the
// texts that were to leave then would wait for the time to come round again.
// They leave as they would have, by the old clock. Plans for a time of the day
// stay: their time comes on the new clock. Nothing that was sent is sent again,
// because what was sent is a state and not a time. It is the desk's own
// business, for no actor.
func (d *Desk) ClockSetBack(ctx context.Context, by time.Duration) error {
	var after int64
	for more := true; more; {
		from := after // the change may run more than once
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			now := d.now()
			last, left, err := tx.SetBack(ctx, from, now, now.Add(longestUndo), db.Millis(by.Milliseconds()))
			if err != nil {
				return err
			}
			after, more = last, left
			return nil
		})
		if err != nil {
			return fmt.Errorf("put right what the clock did: %w", err)
		}
	}
	return nil
}
