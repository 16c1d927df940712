package dispatch

import (
	"context"
	"maps"
	"sync"
	"time"

	"textdesk/desk"
	"textdesk/forward"
)

const (
	// forwardsEvery is how soon a forward goes that nobody has rung for: one whose
	// pause is over, or that another process has put back.
	forwardsEvery = time.Second
	// forwardsPerHost is how many texts one host is given at a time: one that hangs
	// keeps no more than that from going on, and nobody's server is flooded.
	forwardsPerHost = 2
	// forwardsAtOnce is how many texts are being forwarded at a time.
	forwardsAtOnce = 64
	// forwardsDrain is how long calls may go on after the desk was told to stop.
	// What is not answered by then is forwarded again at the next start.
	forwardsDrain = 3 * time.Second
)

// ringForwards tells that there may be a text to forward. It never blocks.
func (dp *Dispatcher) ringForwards() {
	select {
	case dp.forwards <- struct{}{}:
	default:
	}
}

// forwarder keeps the calls that are under way.
type forwarder struct {
	dp     *Dispatcher
	client forward.Client
	calls  sync.WaitGroup

	mu    sync.Mutex
	busy  map[int64]bool
	hosts map[string]int
}

// forwardTexts hands received texts on to the addresses of their numbers until
// ctx ends, then waits for the calls under way.
func (dp *Dispatcher) forwardTexts(ctx context.Context) {
	f := &forwarder{dp: dp, busy: map[int64]bool{}, hosts: map[string]int{}}
	calling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	for ctx.Err() == nil {
		dp.desk.Worked("forwarding")
		if _, err := f.begin(ctx, calling); err != nil {
			dp.trouble(ctx, "look for texts to forward", err)
		}
		pause(ctx, forwardsEvery, dp.forwards)
	}
	defer time.AfterFunc(min(dp.drain, forwardsDrain), cancel).Stop()
	f.calls.Wait()
}

// begin makes the calls that are due and that there is room for, and returns how
// many. They go on under another context than the one that looks for them.
func (f *forwarder) begin(ctx, calling context.Context) (int, error) {
	busy := f.underWay() // before the store is read: what ends meanwhile still looks due in what was read
	due, err := f.dp.desk.DueForwards(ctx, func(id int64) bool { return busy[id] }, f.room)
	if err != nil {
		return 0, err
	}
	begun := 0
	for _, one := range due {
		if !f.take(one) {
			break
		}
		begun++
		f.calls.Go(func() {
			defer f.dp.ringForwards()
			defer f.done(one)
			f.call(calling, one)
		})
	}
	return begun, nil
}

func (f *forwarder) call(ctx context.Context, one desk.DueForward) {
	o := forward.Outcome{Problem: one.Problem}
	if one.Problem == "" {
		o = f.client.Do(ctx, one.Call)
	}
	stopped := ctx.Err() != nil && !o.Taken()
	err := f.dp.desk.RecordForward(context.WithoutCancel(ctx), one, o, stopped)
	if err != nil {
		f.dp.trouble(ctx, "record a forward", err)
		pause(ctx, forwardsEvery, nil) // or it would come again and again while the disk is full
	}
}

// underWay are the forwards with a call this moment.
func (f *forwarder) underWay() map[int64]bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.busy)
}

func (f *forwarder) room(host string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return min(forwardsPerHost-f.hosts[host], forwardsAtOnce-len(f.busy))
}

// take reserves a place for a call; false when there is none.
func (f *forwarder) take(one desk.DueForward) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.busy) >= forwardsAtOnce {
		return false
	}
	f.busy[one.ID] = true
	f.hosts[one.Host]++
	return true
}

func (f *forwarder) done(one desk.DueForward) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.busy, one.ID)
	if f.hosts[one.Host]--; f.hosts[one.Host] == 0 {
		delete(f.hosts, one.Host)
	}
}
