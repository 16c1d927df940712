package dispatch

import (
	"context"
	"math"
	"sync"
	"time"
)

// pace lets through so many messages a second, evenly. Where something has held
// us up for an instant (a slow commit), it lets what was missed follow at once,
// but no more than catchUp's worth of it.
type pace struct {
	gap  time.Duration // between two messages; 0 is no limit
	mu   sync.Mutex
	next time.Time // when the next one is let through
}

// catchUp is how much lost time is made good.
const catchUp = 100 * time.Millisecond

// newPace makes a pace of so many messages a second; 0 is without limit.
func newPace(perSecond float64) *pace {
	if perSecond <= 0 {
		return &pace{}
	}
	return &pace{gap: time.Duration(float64(time.Second) / perSecond)}
}

// wait waits until a message may leave, and reports false when ctx ended first.
func (p *pace) wait(ctx context.Context) bool { return waitFor(ctx, p.take) }

// allow lets a message through if it may leave now.
func (p *pace) allow() bool { return p.take(time.Now()) <= 0 }

// owe counts n messages that leave together with one that was let through.
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
	p.next = p.next.Add(p.gap)
	return 0
}

// gate stands right before the call and keeps the promise to the provider: in
// no second more calls than the rate, rounded up, whatever the commits between
// pace and call have done to their order.
type gate struct {
	mu     sync.Mutex
	recent []time.Time // when the last calls began, a second's worth, in a ring
	oldest int
}

func newGate(perSecond float64) *gate {
	return &gate{recent: make([]time.Time, int(math.Ceil(max(perSecond, 0))))}
}

func (g *gate) wait(ctx context.Context) { waitFor(ctx, g.take) }

func (g *gate) take(now time.Time) time.Duration {
	if len(g.recent) == 0 {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if left := g.recent[g.oldest].Add(time.Second).Sub(now); left > 0 {
		return left
	}
	g.recent[g.oldest] = now
	g.oldest = (g.oldest + 1) % len(g.recent)
	return 0
}

// waitFor waits as long as take asks for, and reports false when ctx ended
// first.
func waitFor(ctx context.Context, take func(now time.Time) time.Duration) bool {
	for ctx.Err() == nil {
		left := take(time.Now())
		if left <= 0 {
			return true
		}
		pause(ctx, left, nil)
	}
	return false
}
