package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
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
	wake  chan struct{}    // something was accepted, somewhere
	read  chan struct{}    // a callback has come
	large [2]chan struct{} // a large order is to be read; it is to be accepted or taken back
	drain time.Duration
	base  *url.URL

	imports  chan struct{} // an import has something to do
	replies  chan struct{} // there are automatic replies to send
	forwards chan struct{} // there may be a text to forward
	backups  chan struct{} // somebody has asked for a backup
	reports  chan struct{} // a report is to be e-mailed now
	printer  desk.ReportPrinter

	inboundEvery time.Duration // how often received texts are asked for

	// The supervisor's own: the lanes that work, the last lane that each
	// provider has had, and what could not be opened.
	lanes  map[int64]*lane
	last   map[int64]*lane
	broken map[int64]db.Provider

	mu    sync.Mutex
	bells map[int64]chan struct{} // one for each lane
}

// Options tune a Dispatcher.
type Options struct {
	Log *slog.Logger
	// Drain is how long Run waits for calls in flight after its context ends;
	// 0 is 30 s. Calls that take longer end in doubt.
	Drain time.Duration
	// Inbound is how often providers that do not push are asked for received
	// texts; 0 is every 15 s.
	Inbound time.Duration
	// BaseURL is the desk's public address, for links in e-mails; nil when it is
	// not known.
	BaseURL *url.URL
	// Reports makes the files of reports that are e-mailed; nil e-mails none.
	Reports desk.ReportPrinter
}

// New makes a dispatcher and has the desk wake it.
func New(d *desk.Desk, o Options) *Dispatcher {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Drain == 0 {
		o.Drain = 30 * time.Second
	}
	if o.Inbound == 0 {
		o.Inbound = inboundEvery
	}
	dp := &Dispatcher{desk: d, log: o.Log, lanes: map[int64]*lane{}, last: map[int64]*lane{},
		broken: map[int64]db.Provider{}, bells: map[int64]chan struct{}{}, wake: make(chan struct{}, 1), read: make(chan struct{}, 1),
		large: [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}, drain: o.Drain, base: o.BaseURL, imports: make(chan struct{}, 1), replies: make(chan struct{}, 1), forwards: make(chan struct{}, 1), backups: make(chan struct{}, 1), reports: make(chan struct{}, 1), printer: o.Reports, inboundEvery: o.Inbound}
	d.OnWork(dp.ring)
	d.OnCallback(dp.ringReader)
	d.OnLarge(dp.ringLarge)
	d.OnImport(dp.ringImports)
	d.OnReply(dp.ringReplies)
	d.OnForward(dp.ringForwards)
	d.OnBackup(dp.ringBackups)
	d.OnReportMail(dp.ringReports)
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
	if err == nil {
		err = dp.recover(ctx, rows)
	}
	stored := int64(0)
	if err == nil {
		stored, err = dp.desk.NewestCallback(ctx)
	}
	if ctx.Err() != nil {
		return nil // told to stop before it had begun
	}
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	heard := make(chan struct{})
	work.Go(func() { dp.readCallbacks(ctx, stored, heard) })
	work.Go(func() { dp.inSteps(ctx, "search in contacts", dp.desk.IndexContacts) })
	work.Go(func() { dp.inSteps(ctx, "changes to many contacts", dp.desk.RunBookWork) })
	work.Go(func() { dp.backUp(ctx) })
	work.Go(func() { dp.tellAlerts(ctx) })
	work.Go(func() { dp.runImports(ctx) })
	work.Go(func() { dp.keepHouse(ctx) })
	if !dp.released(ctx) {
		work.Wait()
		return nil
	}
	// Who has said STOP before a crash is not texted after it: nothing leaves until
	// what was stored by then is read.
	select {
	case <-heard:
	case <-ctx.Done():
	}
	work.Go(func() { dp.sweep(ctx) })
	work.Go(func() { dp.repeat(ctx) })
	work.Go(func() { dp.answer(ctx) })
	work.Go(func() { dp.prepare(ctx) })
	work.Go(func() { dp.accept(ctx) })
	work.Go(func() { dp.forwardTexts(ctx) })
	work.Go(func() { dp.mailReports(ctx) })
	tick := time.NewTicker(refresh)
	defer tick.Stop()
	for ctx.Err() == nil {
		dp.desk.Worked("providers")
		rows, err := dp.desk.ProviderRows(ctx)
		if err != nil {
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

// released waits until an administrator lets a restored desk send, and reports
// whether that was before the end. Until then nothing is promoted, expired,
// accepted in the background, made by repeating, or sent.
func (dp *Dispatcher) released(ctx context.Context) bool {
	said := false
	for ctx.Err() == nil {
		since, err := dp.desk.SendingHeld(ctx)
		switch {
		case err != nil:
			dp.trouble(ctx, "read whether sending is held", err)
		case since.IsZero():
			return true
		case !said:
			dp.log.Warn("sending is held, because the desk was restored from a backup; an administrator releases it on the System page", "since", since)
			said = true
		}
		pause(ctx, refresh, nil)
	}
	return false
}

// alertsEvery is how often it is looked whether somebody is to be told of
// something by e-mail.
const alertsEvery = 5 * time.Minute

// tellAlerts e-mails what people asked to be told. A mail server that is slow
// holds up nothing else.
func (dp *Dispatcher) tellAlerts(ctx context.Context) {
	for ctx.Err() == nil {
		dp.desk.Worked("alerts")
		if _, err := dp.desk.SendAlerts(ctx, dp.base); err != nil {
			dp.trouble(ctx, "tell alerts", err)
		}
		pause(ctx, alertsEvery, nil)
	}
}

// recover puts right what a crash left.
func (dp *Dispatcher) recover(ctx context.Context, rows []db.Provider) error {
	if err := dp.desk.ClockWasAhead(ctx); err != nil {
		return err
	}
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
		if old != nil && sameSetup(old.row, row) {
			continue
		}
		if broken, ok := dp.broken[row.ID]; ok && sameSetup(broken, row) {
			continue
		}
		delete(dp.broken, row.ID)
		if old != nil {
			old.stop()
			delete(dp.lanes, row.ID)
		}
		p, hangUp, err := dp.desk.ConnectProvider(row)
		if err != nil {
			dp.broken[row.ID] = row
			dp.unopened(ctx, row, err)
			continue
		}
		l := newLane(dp, row, p, hangUp)
		dp.mu.Lock()
		dp.bells[row.ID] = l.bell
		dp.mu.Unlock()
		l.start(ctx, work, dp.last[row.ID])
		dp.lanes[row.ID], dp.last[row.ID] = l, l
	}
	for id, l := range dp.lanes {
		if !there[id] {
			l.stop()
			delete(dp.lanes, id)
		}
	}
}

// sameSetup reports whether a lane for one row can go on with the other.
func sameSetup(a, b db.Provider) bool {
	return a.Kind == b.Kind && a.Settings == b.Settings && a.Rate == b.Rate && a.Concurrency == b.Concurrency &&
		a.GroupSize == b.GroupSize && a.ChangedAt == b.ChangedAt
}

// unopened notes a provider that cannot be used as it is stored.
func (dp *Dispatcher) unopened(ctx context.Context, row db.Provider, err error) {
	dp.trouble(ctx, "open provider "+row.Name, err)
	if err := dp.desk.ProviderTrouble(ctx, row.ID, sentence(err.Error())); err != nil {
		dp.trouble(ctx, "note provider", err)
	}
}

// How often the sweep does what is not woken by anything.
const (
	sweepEvery      = 5 * time.Second
	checkpointEvery = 5 * time.Second
	outliveEvery    = time.Minute
	tidyEvery       = 10 * time.Minute
	callsEvery      = 2 * time.Second
)

// sweep does what is due by the clock.
func (dp *Dispatcher) sweep(ctx context.Context) {
	chores := []*chore{
		{what: "checkpoint", every: checkpointEvery, do: dp.desk.Checkpoint},
		{what: "expire messages", every: outliveEvery, do: dp.desk.Expire},
		{what: "give up on receipts", every: outliveEvery, do: dp.desk.GiveUp},
		{what: "tidy", every: tidyEvery, do: dp.desk.Tidy},
		{what: "keep calls of scripts", every: callsEvery, do: dp.desk.KeepCalls},
	}
	var clock clockWatch
	for ctx.Err() == nil {
		dp.desk.Worked("schedule and clock")
		dp.watchClock(ctx, &clock)
		next, err := dp.desk.Promote(ctx)
		if err != nil {
			dp.trouble(ctx, "promote scheduled messages", err)
		}
		for _, c := range chores {
			if err := c.when(ctx, time.Now()); err != nil {
				dp.trouble(ctx, c.what, err)
			}
		}
		pause(ctx, dp.until(next), dp.wake)
	}
}

// until is how long to wait for what is due then; zero is nothing.
func (dp *Dispatcher) until(due time.Time) time.Duration {
	if due.IsZero() {
		return sweepEvery
	}
	// Not at once: a message that cannot be promoted must not keep us busy.
	return min(sweepEvery, max(due.Sub(dp.desk.Now()), 5*time.Millisecond))
}

// chore is something that is done every so often.
type chore struct {
	what  string
	every time.Duration
	do    func(context.Context) error
	done  time.Time
}

func (c *chore) when(ctx context.Context, now time.Time) error {
	if !c.done.IsZero() && now.Sub(c.done) < c.every {
		return nil
	}
	c.done = now
	return c.do(ctx)
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
