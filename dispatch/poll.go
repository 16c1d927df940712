package dispatch

import (
	"context"
	"time"

	"textdesk/providers"
)

const (
	// pollEvery is how often a lane looks whether something should be asked.
	pollEvery = time.Second
	// pollSize bounds how many messages are looked at in one round.
	pollSize = 500
	// pollTime is how long a provider may take over one question.
	pollTime = 30 * time.Second
)

// poll asks the provider about what it has accepted.
func (l *lane) poll(ctx context.Context, poller providers.StatusPoller) {
	pace := newPace(l.row.Rate) // questions are no texts, but calls all the same
	size := pollSize
	if l.row.Rate > 0 { // what can be asked in a second
		size = min(size, max(1, int(l.row.Rate))*max(1, poller.PollLimit()))
	}
	answered := true
	for ctx.Err() == nil {
		if rest := l.health.hold(l.dp.desk.Now()); rest > 0 {
			pause(ctx, rest, nil)
			continue
		}
		due, err := l.dp.desk.DueForPoll(ctx, l.row.ID, size)
		if err != nil {
			l.dp.trouble(ctx, "look for messages to poll", err)
		} else if due.Any() {
			var receipts []providers.Receipt
			receipts, answered = l.ask(ctx, poller, pace, due.References)
			if err = l.dp.desk.Polled(context.WithoutCancel(ctx), l.row.ID, due, receipts); err != nil {
				l.dp.trouble(ctx, "apply receipts", err)
			}
		}
		if err != nil || !answered || due.Len() < size {
			pause(ctx, pollEvery, nil)
		}
	}
}

// ask asks in as many calls as the provider needs, and returns what it got: a
// failed call is only a question to ask again. It is not answered when the
// provider could not be asked at all.
func (l *lane) ask(ctx context.Context, poller providers.StatusPoller, pace *pace, references []string) (all []providers.Receipt, answered bool) {
	size := max(1, poller.PollLimit())
	for len(references) > 0 && ctx.Err() == nil {
		n := min(size, len(references))
		if !pace.wait(ctx) {
			return all, false
		}
		one, cancel := context.WithTimeout(ctx, pollTime)
		receipts, err := poller.PollStatus(one, references[:n])
		cancel()
		all = append(all, receipts...)
		if err != nil {
			e := providers.AsError(err)
			l.dp.log.Debug("poll failed", "provider", l.row.Name, "kind", e.Kind.String(), "code", e.Code)
			if e.Kind == providers.Unauthorised || e.Kind == providers.Temporary || e.Kind == providers.Throttled {
				return all, false
			}
		}
		references = references[n:]
	}
	return all, true
}
