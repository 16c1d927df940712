package dispatch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"textdesk/providers"
)

func TestALaneRestsAndRecovers(t *testing.T) {
	now := time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)
	fail := func(kind providers.Kind, after time.Duration) error {
		return &providers.Error{Kind: kind, RetryAfter: after}
	}
	h := newHealth()
	for i, step := range []struct {
		err     error
		verdict verdict
		hold    time.Duration
		probing bool
	}{
		{nil, wellAgain, 0, false},
		{nil, nothingNew, 0, false},
		{fail(providers.Rejected, 0), nothingNew, 0, false},
		{fail(providers.Temporary, 0), nothingNew, 0, false},
		{fail(providers.Ambiguous, 0), nothingNew, 0, false},
		{fail(providers.Temporary, 0), inTrouble, 250 * time.Millisecond, true},
		{fail(providers.Temporary, 0), nothingNew, 500 * time.Millisecond, true},
		{nil, wellAgain, 0, false},
		{fail(providers.Throttled, 0), nothingNew, time.Second, false},
		{fail(providers.Throttled, 7*time.Second), nothingNew, 7 * time.Second, false},
		{fail(providers.Throttled, 48*time.Hour), nothingNew, time.Hour, false},
		{fail(providers.Unauthorised, 0), inTrouble, time.Minute, true},
		{fail(providers.NoCredit, 0), inTrouble, time.Minute, true}, // noted again after a minute
		{nil, wellAgain, 0, false},
	} {
		if got := h.note(now, step.err); got != step.verdict {
			t.Errorf("step %d: verdict %d, want %d", i, got, step.verdict)
		}
		if got := h.hold(now); got != step.hold {
			t.Errorf("step %d: hold %v, want %v", i, got, step.hold)
		}
		if got := h.probing(); got != step.probing {
			t.Errorf("step %d: probing %v", i, got)
		}
		now = now.Add(h.hold(now) + time.Millisecond)
	}
	for range 20 {
		h.note(now, fail(providers.Temporary, 0))
	}
	if got := h.hold(now); got != longestRest {
		t.Errorf("after many failures it rests %v", got)
	}
}

// TestPaceToTheSecond counts at the gate, with a clock that is exact, while
// commits take as long as they like.
func TestPaceToTheSecond(t *testing.T) {
	for _, rate := range []float64{0.5, 1, 3, 20, 333.3} {
		synctest.Test(t, func(t *testing.T) {
			p, g := newPace(rate), newGate(rate)
			var at []time.Time
			for i := range int(rate*5) + 3 {
				p.wait(context.Background())
				if i%max(2, int(rate)/2) == 1 {
					time.Sleep(80 * time.Millisecond) // a slow commit
				}
				g.wait(context.Background())
				at = append(at, time.Now())
			}
			for i, from := range at {
				n := 0
				for _, x := range at[i:] {
					if x.Sub(from) < time.Second {
						n++
					}
				}
				if float64(n) > rate+1 {
					t.Errorf("%d in a second at a rate of %v", n, rate)
				}
			}
			took := at[len(at)-1].Sub(at[0]).Seconds()
			if want := float64(len(at)-1) / rate; took > 1.6*want+1 || took < 0.9*want-1 {
				t.Errorf("%d took %v s at a rate of %v", len(at), took, rate)
			}
		})
	}
}

func TestWithoutALimit(t *testing.T) {
	p, g := newPace(0), newGate(0)
	for range 1000 {
		if !p.allow() || g.take(time.Now()) > 0 {
			t.Fatal("it waits")
		}
	}
	p.owe(5)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if newPace(1).wait(ctx) {
		t.Error("it waits for somebody who has left")
	}
}
