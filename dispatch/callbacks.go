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
// a second nor one whose callbacks cannot be understood holds up a send.
func (dp *Dispatcher) readCallbacks(ctx context.Context) {
	for ctx.Err() == nil {
		if err := dp.desk.ReadCallbacks(ctx); err != nil {
			dp.trouble(ctx, "read callbacks", err)
			pause(ctx, readRest, nil)
			continue
		}
		pause(ctx, readEvery, dp.read)
	}
}
