package door

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"textdesk/desk"
)

// longestWait is how long a call waits for its turn before it is refused: a
// script that makes one call after the other is slowed down and never refused,
// however fast it is.
const longestWait = 2 * time.Second

// pace keeps each key to its calls a second.
type pace struct {
	mu     sync.Mutex
	tokens map[int64]*rate.Limiter
}

func newPace() *pace { return &pace{tokens: map[int64]*rate.Limiter{}} }

// turn waits until a token may make its call. When that would take too long it
// returns [desk.ErrTooFast] and after how long to try again.
func (p *pace) turn(ctx context.Context, s desk.Script) (retryAfter time.Duration, err error) {
	if s.Rate == 0 {
		return 0, nil
	}
	wait, ok := p.reserve(s, time.Now())
	if !ok {
		return wait, desk.ErrTooFast
	}
	if wait == 0 {
		return 0, nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return 0, nil
	case <-ctx.Done():
		return 0, ErrGone // nothing was done yet
	}
}

// reserve takes the next turn, if it comes soon enough, and says when it is.
func (p *pace) reserve(s desk.Script, now time.Time) (wait time.Duration, ok bool) {
	p.mu.Lock()
	l := p.tokens[s.KeyID]
	if l == nil {
		if len(p.tokens) >= mostTokens {
			clear(p.tokens) // each begins anew, with all its calls at once
		}
		l = rate.NewLimiter(rate.Limit(s.Rate), int(s.Burst))
		p.tokens[s.KeyID] = l
	} else if l.Limit() != rate.Limit(s.Rate) || l.Burst() != int(s.Burst) { // somebody has set it anew
		l.SetLimitAt(now, rate.Limit(s.Rate))
		l.SetBurstAt(now, int(s.Burst))
	}
	p.mu.Unlock()
	r := l.ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > longestWait {
		r.CancelAt(now)
		return wait, false
	}
	return wait, true
}
