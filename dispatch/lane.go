package dispatch

import (
	"context"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

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
	pace     *pace             // lets messages be marked
	gate     *gate             // lets marked ones be called, for what the pace's jitter leaves
	slots    chan struct{}     // one token for each call that may begin
	results  chan desk.Outcome // from calls to the recorder
	cancel   context.CancelFunc
	hangUp   func()        // closes the provider's connections
	ended    chan struct{} // closed when nothing is in flight any more
	lastTurn int64         // the batch that was served last
	health   *health
	group    int // how many messages may share a call
	safe     bool
	polled   bool

	questions *pace        // of calls that are no texts
	sentAt    atomic.Int64 // when texts were last let through, in nanoseconds after epoch
}

func newLane(dp *Dispatcher, row db.Provider, p providers.Provider, hangUp func()) *lane {
	n := int(row.Concurrency)
	l := &lane{dp: dp, row: row, provider: p, bell: make(chan struct{}, 1), pace: newPace(row.Rate), gate: newGate(row.Rate), hangUp: hangUp,
		ended: make(chan struct{}), slots: make(chan struct{}, n), health: newHealth(), group: 1}
	if b, ok := p.(providers.BatchSender); ok {
		l.group = max(1, min(int(row.GroupSize), b.BatchLimit()))
	}
	l.results = make(chan desk.Outcome, n*l.group)
	for range n {
		l.slots <- struct{}{}
	}
	l.questions = newQuestions(row.Rate)
	_, l.polled = p.(providers.StatusPoller)
	l.safe = idempotent(p)
	return l
}

// start runs the lane until ctx ends or stop is called. work waits for all of
// it, the calls in flight included. It begins when before, the provider's last
// lane, has nothing in flight any more: together they could exceed what the
// provider takes.
func (l *lane) start(ctx context.Context, work *sync.WaitGroup, before *lane) {
	ctx, l.cancel = context.WithCancel(ctx)
	// Calls outlive the end of the lane by the drain time, and what they came to
	// is recorded whatever happens.
	calls, stopCalls := context.WithCancel(context.WithoutCancel(ctx))
	var sending sync.WaitGroup
	work.Go(func() {
		if before != nil {
			select {
			case <-before.ended:
			case <-ctx.Done():
			}
		}
		l.feed(ctx, calls, &sending)
		timer := time.AfterFunc(l.dp.drain, stopCalls)
		sending.Wait()
		timer.Stop()
		stopCalls()
		close(l.results)
		l.hangUp()
	})
	work.Go(func() {
		l.record(calls)
		if before != nil {
			<-before.ended // for whoever waits for us
		}
		close(l.ended)
	})
	if poller, ok := l.provider.(providers.StatusPoller); ok {
		work.Go(func() { l.poll(ctx, poller) })
	}
	if poller, ok := l.provider.(providers.InboundPoller); ok {
		work.Go(func() { l.pollInbound(ctx, poller) })
	}
}

// busyFor is how long after a text a lane counts as busy with texts.
const busyFor = time.Second

// epoch is what sentAt counts from: time that passes, whatever the clock says.
var epoch = time.Now().Add(-time.Hour)

// busy reports whether texts are leaving.
func (l *lane) busy() bool { return time.Since(epoch)-time.Duration(l.sentAt.Load()) < busyFor }

// stop ends the lane; what it has in flight is still recorded.
func (l *lane) stop() { l.cancel() }

// feed claims what is due and starts calls, as slots and pace allow.
func (l *lane) feed(ctx, calls context.Context, sending *sync.WaitGroup) {
	ahead := l.ahead()
	var claimed []db.Message
	defer func() { l.unclaim(claimed) }()
	for ctx.Err() == nil {
		if wait := l.health.hold(time.Now()); wait > 0 {
			if wait > longestRest {
				l.unclaim(claimed)
				claimed = nil
			}
			pause(ctx, wait, nil)
			continue
		}
		if len(claimed) > 0 {
			claimed = l.launch(ctx, calls, sending, claimed)
			continue
		}
		var err error
		if claimed, err = l.dp.desk.Claim(ctx, l.row.ID, l.lastTurn, ahead); err != nil {
			l.dp.trouble(ctx, "claim messages", err)
			pause(ctx, time.Second, nil)
		} else if len(claimed) == 0 {
			l.idle(ctx)
		} else if last := claimed[len(claimed)-1]; last.Priority > 0 {
			l.lastTurn = last.BatchID
		}
	}
}

// ahead is how many messages to claim at a time: enough that no slot waits for
// the store, and no more than leave within about a second, so that a single
// message does not wait long behind bulk that is claimed already.
func (l *lane) ahead() int {
	n := max(2*cap(l.slots)*l.group, 16)
	if l.row.Rate > 0 {
		n = min(n, int(l.row.Rate)+1)
	}
	return min(max(n, l.group), claimLimit)
}

// claimLimit bounds a claim, however many slots there are.
const claimLimit = 4096

// unclaim gives back what was claimed and will not be sent now. Where that
// fails, the leases end by themselves.
func (l *lane) unclaim(claimed []db.Message) {
	ctx := context.Background()
	if err := l.dp.desk.Unclaim(ctx, claimed); err != nil {
		l.dp.trouble(ctx, "unclaim messages", err)
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
	pause(ctx, max(wait, 5*time.Millisecond), l.bell)
}

// launch marks as many messages as may be called for now, calls for them, and
// returns the rest.
func (l *lane) launch(ctx, calls context.Context, sending *sync.WaitGroup, claimed []db.Message) []db.Message {
	jobs, rest := l.admit(ctx, claimed)
	if len(jobs) == 0 {
		return claimed
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
		return claimed // a full disk, perhaps: nothing is marked, nothing is lost
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
	// What was waited for may have brought bad news: then the hold comes first.
	if l.health.hold(time.Now()) > 0 || !l.pace.wait(ctx) || l.health.hold(time.Now()) > 0 {
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
		if !l.pace.allow() {
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
	l.sentAt.Store(int64(time.Since(epoch)))
	n := 1
	for n < len(claimed) && n < l.group && alike(claimed[0], claimed[n]) {
		n++
	}
	l.pace.owe(n - 1)
	return claimed[:n:n], claimed[n:]
}

// alike reports whether two messages may share a call.
func alike(a, b db.Message) bool {
	return a.BatchID == b.BatchID && a.Body == b.Body && a.Sender == b.Sender && a.TON == b.TON && a.ExpiresAt == b.ExpiresAt
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
	l.gate.wait(ctx)
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

func (l *lane) send(ctx context.Context, subs []providers.Submission) (outcomes []providers.Outcome) {
	defer func() {
		if p := recover(); p != nil { // one provider's mistake must not end the desk
			l.dp.log.Error("the provider's code panicked", "provider", l.row.Name, "panic", p, "stack", string(debug.Stack()))
			outcomes = all(len(subs), &providers.Error{Kind: providers.Ambiguous, Text: "the call ended in a fault of this desk"})
		}
	}()
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
	return all(len(subs), err)
}

// all is the same failure for each of n recipients.
func all(n int, err error) []providers.Outcome {
	outcomes := make([]providers.Outcome, n)
	for i := range outcomes {
		outcomes[i].Err = err
	}
	return outcomes
}
