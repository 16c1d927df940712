package dispatch

import (
	"context"
	"sync"
	"time"

	"textdesk/desk"
)

// ringLarge says that there is a large order to read, to accept or to take back.
// It never blocks.
func (dp *Dispatcher) ringLarge() {
	for _, bell := range dp.large {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}

// repeat makes the batches of repeating sends when their time comes. It is beside
// the sweep, because reading whom a large one goes to takes a while.
func (dp *Dispatcher) repeat(ctx context.Context) {
	for ctx.Err() == nil {
		dp.desk.Worked("repeating sends")
		next, err := dp.desk.RunRecurring(ctx)
		if err != nil {
			dp.trouble(ctx, "run repeating sends", err)
		}
		pause(ctx, min(dp.until(next), time.Second), nil)
	}
}

// prepare reads whom large orders go to.
func (dp *Dispatcher) prepare(ctx context.Context) {
	for ctx.Err() == nil {
		dp.desk.Worked("preparing sends")
		if err := dp.desk.PrepareDrafts(ctx); err != nil {
			dp.trouble(ctx, "prepare large sends", err)
		}
		pause(ctx, sweepEvery, dp.large[0])
	}
}

// accept writes the messages of large sends, and takes back those of stopped
// ones, a piece of each in turn.
func (dp *Dispatcher) accept(ctx context.Context) {
	for ctx.Err() == nil {
		dp.desk.Worked("accepting sends")
		busy, err := dp.acceptSome(ctx)
		if err != nil {
			dp.trouble(ctx, "accept large sends", err)
			pause(ctx, time.Second, nil) // a full disk, perhaps: each piece is whole or not there
			continue
		}
		if !busy {
			pause(ctx, sweepEvery, dp.large[1])
		}
	}
}

// turn is how long one send is written before the next one's turn.
const turn = 250 * time.Millisecond

// acceptSome gives every send that is being accepted or taken back a turn, and
// reports whether there is more to do.
func (dp *Dispatcher) acceptSome(ctx context.Context) (busy bool, err error) {
	stopped, err := dp.desk.GoOnStopping(ctx)
	if err != nil {
		return false, err
	}
	ids, err := dp.desk.Accepting(ctx)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if err := dp.acceptTurn(ctx, id); err != nil {
			return true, err
		}
	}
	return !stopped || len(ids) > 0, nil
}

// acceptTurn writes pieces of one send. While one is being written the next is
// read.
func (dp *Dispatcher) acceptTurn(ctx context.Context, id int64) error {
	next, err := dp.desk.NextChunk(ctx, id)
	for until := time.Now().Add(turn); err == nil && ctx.Err() == nil; {
		last := time.Now().After(until)
		var ahead desk.Chunk
		var aheadErr error
		var reading sync.WaitGroup
		if !last {
			reading.Go(func() { ahead, aheadErr = dp.desk.ChunkAfter(ctx, next) })
		}
		done, writeErr := dp.desk.AcceptChunk(ctx, next)
		reading.Wait()
		if done || last || writeErr != nil {
			return writeErr
		}
		next, err = ahead, aheadErr
	}
	return err
}
