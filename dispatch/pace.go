package dispatch

import (
	"context"
	"math"
	"sync"
	"time"
)

// pace lets through so many messages a second, evenly: in no second more than
// the rate, rounded up. Where something has held us up for an instant (a slow
// commit), it lets what was missed follow at once, but no more than catchUp's
// worth of it.
type pace struct {
	mu     sync.Mutex
	gap    time.Duration // between two messages; 0 is no limit
	next   time.Time     // when the next one is let through
	recent []time.Time   // when the last ones were, a second's worth, in a ring
	oldest int
}

// catchUp is how much lost time is made good.
const catchUp = 100 * time.Millisecond

// newPace makes a pace of so many messages a second; 0 is without limit.
func newPace(perSecond float64) *pace {
	if perSecond <= 0 {
		return &pace{}
	}
	return &pace{gap: time.Duration(float64(time.Second) / perSecond), recent: make([]time.Time, int(math.Ceil(perSecond)))}
}

// wait waits until a message may leave, and reports false when ctx ended first.
func (p *pace) wait(ctx context.Context) bool {
	for ctx.Err() == nil {
		left := p.take(time.Now())
		if left <= 0 {
			return true
		}
		pause(ctx, left, nil)
	}
	return false
}

// allow lets a message through if it may leave now.
func (p *pace) allow() bool { return p.take(time.Now()) <= 0 }

// owe counts n messages that left together with one that was let through.
func (p *pace) owe(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = p.next.Add(time.Duration(n) * p.gap)
}

// take lets a message through, or says how long it has to wait.
func (p *pace) take(now time.Time) time.Duration {
	if p.gap == 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if earliest := now.Add(-catchUp); p.next.Before(earliest) {
		p.next = earliest
	}
	if left := p.next.Sub(now); left > 0 {
		return left
	}
	if left := p.recent[p.oldest].Add(time.Second).Sub(now); left > 0 {
		return left
	}
	p.next = p.next.Add(p.gap)
	p.recent[p.oldest] = now
	p.oldest = (p.oldest + 1) % len(p.recent)
	return 0
}
