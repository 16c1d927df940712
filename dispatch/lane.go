package dispatch

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers"
)

// callTime is how long a provider may take over one call.
const callTime = 60 * time.Second

// lane sends through one provider, at that provider's pace and with no more
// calls in flight than it allows. One lane in trouble holds up no other.
type lane struct {
	dp       *Dispatcher
	row      db.Provider
	provider providers.Provider
	bell     chan struct{}
	pace     *rate.Limiter
	slots    chan struct{}     // one token for each call that may begin
	results  chan desk.Outcome // from calls to the recorder
	cancel   context.CancelFunc
	health   *health
	safe     bool
	polled   bool
}

func newLane(dp *Dispatcher, row db.Provider, p providers.Provider) *lane {
	limit := rate.Inf
	if row.Rate > 0 {
		limit = rate.Limit(row.Rate)
	}
	n := int(row.Concurrency)
	l := &lane{dp: dp, row: row, provider: p, bell: make(chan struct{}, 1), pace: rate.NewLimiter(limit, 1),
		slots: make(chan struct{}, n), results: make(chan desk.Outcome, n*max(1, int(row.GroupSize))), health: newHealth()}
	for range n {
		l.slots <- struct{}{}
	}
	_, l.polled = p.(providers.StatusPoller)
	l.safe = idempotent(p)
	return l
}

// start runs the lane until ctx ends or stop is called. work waits for all of
// it, the calls in flight included.
func (l *lane) start(ctx context.Context, work *sync.WaitGroup) {
	ctx, l.cancel = context.WithCancel(ctx)
	// Calls outlive the end of the lane by the drain time, and what they came to
	// is recorded whatever happens.
	calls, stopCalls := context.WithCancel(context.WithoutCancel(ctx))
	var sending sync.WaitGroup
	work.Go(func() {
		l.feed(ctx, calls, &sending)
		timer := time.AfterFunc(l.dp.drain, stopCalls)
		sending.Wait()
		timer.Stop()
		stopCalls()
		close(l.results)
	})
	work.Go(func() { l.record(calls) })
	if poller, ok := l.provider.(providers.StatusPoller); ok {
		work.Go(func() { l.poll(ctx, poller) })
	}
	work.Go(func() { l.giveUp(ctx) })
}

// stop ends the lane; what it has in flight is still recorded.
func (l *lane) stop() { l.cancel() }

// feed claims what is due and starts calls, as slots and pace allow.
func (l *lane) feed(ctx, calls context.Context, sending *sync.WaitGroup) {
	ahead := max(2*cap(l.slots), 16)
	var claimed []db.Message
	for ctx.Err() == nil {
		if wait := l.health.hold(l.dp.desk.Now()); wait > 0 {
			if wait > longestRest {
				claimed = nil // goes back to the queue by itself, when its lease ends
			}
			pause(ctx, wait, nil)
			continue
		}
		if len(claimed) > 0 {
			claimed = l.launch(ctx, calls, sending, claimed)
			continue
		}
		var err error
		if claimed, err = l.dp.desk.Claim(ctx, l.row.ID, ahead); err != nil {
			l.dp.trouble(ctx, "claim messages", err)
			pause(ctx, time.Second, nil)
		} else if len(claimed) == 0 {
			l.idle(ctx)
		}
	}
}

// idle waits until something is due.
func (l *lane) idle(ctx context.Context) {
	wait := time.Second
	next, err := l.dp.desk.NextDue(ctx, l.row.ID)
	if err != nil {
		l.dp.trouble(ctx, "look for due messages", err)
	} else if !next.IsZero() {
		wait = min(wait, max(next.Sub(l.dp.desk.Now()), 0))
	}
	// What is due now may be leased to us already, or wait in a held batch.
	pause(ctx, max(wait, 5*time.Millisecond), l.bell)
}

// launch marks as many messages as may be called for now, calls for them, and
// returns the rest.
func (l *lane) launch(ctx, calls context.Context, sending *sync.WaitGroup, claimed []db.Message) []db.Message {
	jobs, rest := l.admit(ctx, claimed)
	if len(jobs) == 0 {
		return rest
	}
	var all []db.Message
	for _, job := range jobs {
		all = append(all, job...)
	}
	marked, err := l.dp.desk.Mark(ctx, all)
	if err != nil {
		l.dp.trouble(ctx, "mark messages", err)
		l.free(len(jobs))
		pause(ctx, time.Second, nil)
		return nil
	}
	for _, job := range only(jobs, marked, l.free) {
		sending.Go(func() { l.call(calls, job) })
	}
	return rest
}

// admit waits for a slot and for the provider's pace, and takes a job for each
// slot that is free at that moment. A provider that has failed several times
// gets one call at a time, until one goes well.
func (l *lane) admit(ctx context.Context, claimed []db.Message) (jobs [][]db.Message, rest []db.Message) {
	need := 1
	if l.health.probing() {
		need = cap(l.slots)
	}
	for got := range need {
		select {
		case <-l.slots:
		case <-ctx.Done():
			l.free(got)
			return nil, nil
		}
	}
	if l.pace.Wait(ctx) != nil {
		l.free(need)
		return nil, nil
	}
	job, rest := l.job(claimed)
	jobs = append(jobs, job)
	if need > 1 {
		l.free(need - 1)
		return jobs, rest
	}
	for len(rest) > 0 {
		select {
		case <-l.slots:
		default:
			return jobs, rest
		}
		if !l.pace.Allow() {
			l.free(1)
			return jobs, rest
		}
		job, rest = l.job(rest)
		jobs = append(jobs, job)
	}
	return jobs, rest
}

// job takes the messages for the next call: one, or as many with the same text
// and sender as the administrator allows in one call. The pace has let one
// through; the further ones are owed to it, because the limit is messages a
// second, not calls.
func (l *lane) job(claimed []db.Message) (job, rest []db.Message) {
	limit := 1
	if b, ok := l.provider.(providers.BatchSender); ok {
		limit = max(1, min(int(l.row.GroupSize), b.BatchLimit()))
	}
	n := 1
	first := claimed[0]
	for n < len(claimed) && n < limit && claimed[n].BatchID == first.BatchID && claimed[n].Body == first.Body && claimed[n].Sender == first.Sender {
		n++
	}
	for range n - 1 {
		l.pace.Reserve()
	}
	return claimed[:n:n], claimed[n:]
}

// only keeps what was marked, and frees the slots of jobs that are left empty.
func only(jobs [][]db.Message, marked []db.Message, free func(int)) [][]db.Message {
	byID := make(map[int64]db.Message, len(marked))
	for _, m := range marked {
		byID[m.ID] = m
	}
	kept := jobs[:0]
	for _, job := range jobs {
		var left []db.Message
		for _, m := range job {
			if marked, ok := byID[m.ID]; ok {
				left = append(left, marked)
			}
		}
		if len(left) == 0 {
			free(1)
			continue
		}
		kept = append(kept, left)
	}
	return kept
}

// free gives slots back.
func (l *lane) free(n int) {
	for range n {
		l.slots <- struct{}{}
	}
}

// call makes one call and hands what it came to to the recorder.
func (l *lane) call(ctx context.Context, job []db.Message) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	subs := make([]providers.Submission, len(job))
	for i, m := range job {
		subs[i] = providers.Submission{ID: m.ID, To: m.Number, Sender: m.Sender, TON: m.TON, Body: m.Body, Parts: int(m.Parts),
			Validity: m.ExpiresAt.Time().Sub(m.SubmittedAt.Time()), At: m.SubmittedAt.Time()}
	}
	for i, o := range l.send(ctx, subs) {
		l.results <- desk.Outcome{Message: job[i], Acceptance: o.Acceptance, Err: o.Err, Safe: l.safe, Polled: l.polled, Last: i == len(job)-1}
	}
}

func (l *lane) send(ctx context.Context, subs []providers.Submission) []providers.Outcome {
	if len(subs) == 1 {
		a, err := l.provider.Send(ctx, subs[0])
		return []providers.Outcome{{Acceptance: a, Err: err}}
	}
	outcomes, err := l.provider.(providers.BatchSender).SendBatch(ctx, subs)
	if err == nil && len(outcomes) == len(subs) {
		return outcomes
	}
	if err == nil {
		err = &providers.Error{Kind: providers.Ambiguous, Text: "the provider did not answer for every recipient"}
	}
	outcomes = make([]providers.Outcome, len(subs))
	for i := range outcomes {
		outcomes[i].Err = err
	}
	return outcomes
}
