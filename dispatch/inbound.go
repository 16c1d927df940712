package dispatch

import (
	"context"
	"time"

	"textdesk/providers"
)

const (
	// inboundEvery is how often a provider that does not push is asked for
	// received texts, and inboundRest the longest wait after it could not be
	// asked, doubling up to it.
	inboundEvery = 15 * time.Second
	inboundRest  = 5 * time.Minute
	// inboundNever is the wait for one that says it has no such call.
	inboundNever = time.Hour
	// inboundTime is how long it may take over the answer.
	inboundTime = time.Minute
)

// pollInbound fetches the texts that a provider has received for us. How far it
// has come stands in the store, moved on together with what was fetched.
func (l *lane) pollInbound(ctx context.Context, poller providers.InboundPoller) {
	failures := 0
	for ctx.Err() == nil {
		if rest := l.health.hold(time.Now()); rest > 0 {
			pause(ctx, rest, nil)
			continue
		}
		more, err := l.fetch(ctx, poller)
		wait := l.dp.inboundEvery
		switch {
		case err == nil:
			failures = 0
			if more {
				continue
			}
		case ctx.Err() != nil:
			return
		case providers.AsError(err).Kind == providers.Rejected:
			l.dp.log.Warn("it has no received texts to ask for", "provider", l.row.Name, "error", err)
			wait = inboundNever
		default:
			failures++
			if failures == 1 {
				l.dp.log.Warn("received texts could not be fetched", "provider", l.row.Name, "error", err)
			}
			wait = min(wait<<min(failures-1, 10), inboundRest)
		}
		pause(ctx, wait, nil)
	}
}

// fetch asks once and stores what it gets.
func (l *lane) fetch(ctx context.Context, poller providers.InboundPoller) (more bool, err error) {
	cursor, err := l.dp.desk.InboundCursor(ctx, l.row.ID)
	if err != nil {
		return false, err
	}
	if !l.mayAsk(ctx) {
		return false, ctx.Err()
	}
	page, err := l.fetchPage(ctx, poller, cursor)
	if err != nil {
		return false, err
	}
	// What is fetched is stored, whatever happens meanwhile.
	err = l.dp.desk.Received(context.WithoutCancel(ctx), l.row.ID, page)
	return page.More && page.Cursor != cursor, err
}

func (l *lane) fetchPage(ctx context.Context, poller providers.InboundPoller, cursor string) (page providers.InboundPage, err error) {
	ctx, cancel := context.WithTimeout(ctx, inboundTime)
	defer cancel()
	defer l.mistake(&err)
	return poller.PollInbound(ctx, cursor)
}
