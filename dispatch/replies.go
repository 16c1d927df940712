package dispatch

import (
	"context"
	"sync"
	"time"
)

const (
	// answerEvery is how soon an automatic reply goes that nobody has rung for:
	// one that a crash has left.
	answerEvery = 2 * time.Second
	// answerRest is how long it rests when the store is in trouble.
	answerRest = time.Second
	// answerTogether is how many are sent at a time, so that they share commits.
	answerTogether = 8
)

// ringReplies says that there may be automatic replies to send. It never blocks.
func (dp *Dispatcher) ringReplies() {
	select {
	case dp.replies <- struct{}{}:
	default:
	}
}

// answer sends the automatic replies that stand in the store, until ctx ends.
// One that cannot be sent holds up none of the others.
func (dp *Dispatcher) answer(ctx context.Context) {
	for ctx.Err() == nil {
		dp.desk.Worked("automatic replies")
		ids, err := dp.desk.WaitingReplies(ctx)
		if err != nil {
			dp.trouble(ctx, "read automatic replies", err)
			pause(ctx, answerRest, nil)
			continue
		}
		switch sent := dp.answerSome(ctx, ids); {
		case len(ids) == 0:
			pause(ctx, answerEvery, dp.replies)
		case sent == 0: // they stay, and are not tried without end
			pause(ctx, answerRest, nil)
		}
	}
}

// answerSome sends some of them side by side, and says how many have not failed.
func (dp *Dispatcher) answerSome(ctx context.Context, ids []int64) (sent int) {
	var work sync.WaitGroup
	var mu sync.Mutex
	todo := make(chan int64)
	for range min(answerTogether, len(ids)) {
		work.Go(func() {
			for id := range todo {
				err := dp.desk.SendReply(ctx, id)
				if err != nil {
					dp.trouble(ctx, "send an automatic reply", err)
					continue
				}
				mu.Lock()
				sent++
				mu.Unlock()
			}
		})
	}
	for _, id := range ids {
		todo <- id
	}
	close(todo)
	work.Wait()
	return sent
}
