package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers"
)

// refresh is how soon a provider that was added, changed or removed by another
// process is noticed.
const refresh = time.Second

// Dispatcher sends what the desk has accepted. Make one for a data directory,
// once it is locked.
type Dispatcher struct {
	desk  *desk.Desk
	log   *slog.Logger
	lanes map[int64]*lane // touched by the supervisor only
	wake  chan struct{}   // something was accepted, somewhere
	drain time.Duration

	mu    sync.Mutex
	bells map[int64]chan struct{} // one for each lane
}

// Options tune a Dispatcher.
type Options struct {
	Log *slog.Logger
	// Drain is how long Run waits for calls in flight after its context ends;
	// 0 is 30 s. Calls that take longer end in doubt.
	Drain time.Duration
}

// New makes a dispatcher and has the desk wake it.
func New(d *desk.Desk, o Options) *Dispatcher {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Drain == 0 {
		o.Drain = 30 * time.Second
	}
	dp := &Dispatcher{desk: d, log: o.Log, lanes: map[int64]*lane{}, bells: map[int64]chan struct{}{},
		wake: make(chan struct{}, 1), drain: o.Drain}
	d.OnWork(dp.ring)
	return dp
}

// ring tells a lane that there is work. It never blocks: a bell that has rung
// already need not ring twice.
func (dp *Dispatcher) ring(providerID int64) {
	dp.mu.Lock()
	bell := dp.bells[providerID]
	dp.mu.Unlock()
	for _, c := range []chan struct{}{bell, dp.wake} {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Run works until ctx ends, then waits for the calls in flight and leaves the
// queue whole. It returns an error when it cannot start.
func (dp *Dispatcher) Run(ctx context.Context) error {
	rows, err := dp.desk.ProviderRows(ctx)
	if err != nil {
		return err
	}
	if err := dp.recover(ctx, rows); err != nil {
		return err
	}
	var work sync.WaitGroup
	work.Go(func() { dp.sweep(ctx) })
	tick := time.NewTicker(refresh)
	defer tick.Stop()
	for ctx.Err() == nil {
		if rows, err := dp.desk.ProviderRows(ctx); err != nil {
			dp.trouble(ctx, "read providers", err)
		} else {
			dp.tend(ctx, &work, rows)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	work.Wait()
	return nil
}

// recover puts right what a crash left.
func (dp *Dispatcher) recover(ctx context.Context, rows []db.Provider) error {
	for _, row := range rows {
		n, err := dp.desk.Recover(ctx, row.ID, dp.safe(row))
		if err != nil {
			return fmt.Errorf("recover provider %s: %w", row.Name, err)
		}
		if n > 0 {
			dp.log.Warn("messages are in doubt after an unclean stop", "provider", row.Name, "messages", n)
		}
	}
	return nil
}

// safe reports whether the provider recognises repeated messages.
func (dp *Dispatcher) safe(row db.Provider) bool {
	p, err := dp.desk.OpenProvider(row)
	return err == nil && idempotent(p)
}

func idempotent(p providers.Provider) bool {
	i, ok := p.(providers.Idempotent)
	return ok && i.Idempotent()
}

// tend starts a lane for each provider, restarts those that have changed and
// stops those that are gone.
func (dp *Dispatcher) tend(ctx context.Context, work *sync.WaitGroup, rows []db.Provider) {
	there := map[int64]bool{}
	for _, row := range rows {
		there[row.ID] = true
		old := dp.lanes[row.ID]
		if old != nil && old.row.ChangedAt == row.ChangedAt {
			continue
		}
		if old != nil {
			old.stop()
		}
		p, err := dp.desk.OpenProvider(row)
		if err != nil {
			dp.trouble(ctx, "open provider "+row.Name, err)
			delete(dp.lanes, row.ID)
			continue
		}
		l := newLane(dp, row, p)
		dp.lanes[row.ID] = l
		dp.mu.Lock()
		dp.bells[row.ID] = l.bell
		dp.mu.Unlock()
		l.start(ctx, work)
	}
	for id, l := range dp.lanes {
		if !there[id] {
			l.stop()
			delete(dp.lanes, id)
		}
	}
}

// sweep does what is due by the clock.
func (dp *Dispatcher) sweep(ctx context.Context) {
	var tidied time.Time
	for ctx.Err() == nil {
		next, err := dp.desk.Promote(ctx)
		if err != nil {
			dp.trouble(ctx, "promote scheduled messages", err)
		}
		if err := dp.desk.ReadCallbacks(ctx); err != nil {
			dp.trouble(ctx, "read callbacks", err)
		}
		if now := dp.desk.Now(); now.Sub(tidied) > 10*time.Minute {
			tidied = now
			if err := dp.desk.Tidy(ctx); err != nil {
				dp.trouble(ctx, "tidy", err)
			}
		}
		if err := dp.desk.Checkpoint(ctx); err != nil {
			dp.trouble(ctx, "checkpoint", err)
		}
		wait := 5 * time.Second
		if !next.IsZero() {
			wait = min(wait, max(next.Sub(dp.desk.Now()), 0))
		}
		pause(ctx, wait, dp.wake)
	}
}

// trouble logs what went wrong, unless it is only that we are stopping.
func (dp *Dispatcher) trouble(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		dp.log.Error(what, "error", err)
	}
}

// pause waits for the time to pass, the bell to ring, or the end.
func pause(ctx context.Context, d time.Duration, bell <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-bell:
	}
}
