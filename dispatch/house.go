package dispatch

import (
	"context"
	"time"
)

const (
	// erasuresEvery is how soon an erasure begins that somebody asked for, and
	// goes on that had to wait.
	erasuresEvery = 2 * time.Second
	// retentionEvery is how often it is looked whether something has been kept
	// long enough.
	retentionEvery = 10 * time.Minute
	// retentionRest is left to everybody else between two rounds of clearing.
	retentionRest = 200 * time.Millisecond
)

// keepHouse erases who is to be erased and clears what has been kept long
// enough, and files old texts in conversations, a little at a time. It ends between two transactions; what is left
// goes on with the next start.
func (dp *Dispatcher) keepHouse(ctx context.Context) {
	var next time.Time
	filed := false // everything that came before there were conversations
	for ctx.Err() == nil {
		if err := dp.desk.RunErasures(ctx); err != nil {
			dp.trouble(ctx, "erase", err)
		}
		wait := erasuresEvery
		if now := time.Now(); !now.Before(next) {
			more, err := dp.desk.RunRetention(ctx)
			if err != nil {
				dp.trouble(ctx, "clear what was kept long enough", err)
			}
			if next = now.Add(retentionEvery); more {
				next, wait = now, retentionRest
			}
		}
		if !filed {
			more, err := dp.desk.FileInbound(ctx)
			if err != nil {
				dp.trouble(ctx, "file received texts in conversations", err)
			} else if filed = !more; more {
				wait = retentionRest
			}
		}
		pause(ctx, wait, nil)
	}
}
