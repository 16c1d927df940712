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
	return d.dueSooner(ctx, longestUndo, by)
}

// longestPutOff is how far ahead a text can be put off: an hour by a provider that
// asks for it, and the time to undo.
const longestPutOff = time.Hour + longestUndo

// ClockWasAhead has those texts leave that were put off by a clock that was
// ahead before the desk was started: nothing else puts them off so far. Only for
// the start. It is the desk's own business, for no actor.
func (d *Desk) ClockWasAhead(ctx context.Context) error {
	rows, err := d.store.Providers(ctx)
	if err != nil {
		return fmt.Errorf("read providers: %w", err)
	}
	late := false
	for _, row := range rows {
		latest, err := d.store.LatestDue(ctx, row.ID)
		if err != nil {
			return err
		}
		late = late || latest > d.now().Add(longestPutOff)
	}
	if !late {
		return nil // as always but for once; a long queue is not read for it
	}
	return d.dueSooner(ctx, longestPutOff, 100*365*24*time.Hour)
}

// dueSooner brings what is due later than beyond from now forward by some
// time, but not before now.
func (d *Desk) dueSooner(ctx context.Context, beyond, by time.Duration) error {
	var after int64
	for more := true; more; {
		from := after // the change may run more than once
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			now := d.now()
			last, left, err := tx.SetBack(ctx, from, now, now.Add(beyond), db.Millis(by.Milliseconds()))
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
