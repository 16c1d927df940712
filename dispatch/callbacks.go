package dispatch

import (
	"context"
	"time"
)

const (
	// readEvery is how often callbacks are looked for that nobody has rung for:
	// those that a crash has left, or that another process has put back.
	readEvery = 5 * time.Second
	// readRest is how long the reader rests when the store is in trouble.
	readRest = time.Second
	// readYield is how long it lets others go first who wait to write.
	readYield = 20 * time.Millisecond
)

// ringReader tells the reader that a callback has come. It never blocks.
func (dp *Dispatcher) ringReader() {
	select {
	case dp.read <- struct{}{}:
	default:
	}
}

// readCallbacks reads what providers have posted, from the store, until ctx
// ends. It has a goroutine of its own: neither a provider that posts a thousand
// a second nor one whose callbacks cannot be understood holds up a send. In a
// burst it takes its time, because those who post wait for an answer. It closes
// heard when it has come past the callback with the id stored.
func (dp *Dispatcher) readCallbacks(ctx context.Context, stored int64, heard chan<- struct{}) {
	for after := int64(0); ctx.Err() == nil; {
		dp.desk.Worked("callbacks")
		last, more, err := dp.desk.ReadSomeCallbacks(ctx, after)
		if err == nil && heard != nil && (!more || last >= stored) {
			close(heard)
			heard = nil
		}
		switch after = last; {
		case err != nil:
			dp.trouble(ctx, "read callbacks", err)
			pause(ctx, readRest, nil)
			after = 0
		case !more:
			pause(ctx, readEvery, dp.read)
			after = 0
		case dp.desk.Crowded():
			pause(ctx, readYield, nil)
		}
	}
}
