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
	for ctx.Err() == nil {
		due, err := l.dp.desk.DueForPoll(ctx, l.row.ID, pollSize)
		if err != nil {
			l.dp.trouble(ctx, "look for messages to poll", err)
		}
		if err == nil && due.Any() {
			receipts := l.ask(ctx, poller, due.References)
			if err := l.dp.desk.Polled(context.WithoutCancel(ctx), l.row.ID, due, receipts); err != nil {
				l.dp.trouble(ctx, "apply receipts", err)
			}
		}
		pause(ctx, pollEvery, nil)
	}
}

// ask asks in as many calls as the provider needs, and returns what it got: a
// failed call is only a question to ask again.
func (l *lane) ask(ctx context.Context, poller providers.StatusPoller, references []string) []providers.Receipt {
	var all []providers.Receipt
	size := max(1, poller.PollLimit())
	for len(references) > 0 && ctx.Err() == nil {
		n := min(size, len(references))
		one, cancel := context.WithTimeout(ctx, pollTime)
		receipts, err := poller.PollStatus(one, references[:n])
		cancel()
		all = append(all, receipts...)
		if err != nil {
			e := providers.AsError(err)
			l.dp.log.Debug("poll failed", "provider", l.row.Name, "kind", e.Kind.String(), "code", e.Code)
			if e.Kind == providers.Unauthorised || e.Kind == providers.Temporary || e.Kind == providers.Throttled {
				return all
			}
		}
		references = references[n:]
	}
	return all
}

// giveUp ends the wait for receipts that do not come.
func (l *lane) giveUp(ctx context.Context) {
	for ctx.Err() == nil {
		if err := l.dp.desk.GiveUp(ctx, l.row.ID); err != nil {
			l.dp.trouble(ctx, "give up on receipts", err)
		}
		pause(ctx, time.Minute, nil)
	}
}
