package dispatch

import (
	"sync"
	"time"

	"textdesk/providers"
)

// health holds a lane back while its provider is in trouble, so that neither
// the provider nor the queue is worn out by attempts that cannot succeed.
type health struct {
	mu       sync.Mutex
	until    time.Time // no call before
	failures int       // in a row, for the provider's own reasons
	ok       bool      // as last noted
	notedAt  time.Time
}

// verdict is what a result says about the provider that was not known before.
type verdict int

const (
	nothingNew verdict = iota
	wellAgain
	inTrouble
)

const (
	// trouble is how long a lane rests when its credentials are refused or the
	// account is empty.
	trouble = time.Minute
	// longestRest bounds the rest after connection failures, which doubles
	// from a quarter of a second.
	longestRest = 30 * time.Second
	// patience is how many failures in a row are still the message's or chance's.
	patience = 3
	// noteEvery is how exactly "last answered at" is kept.
	noteEvery = time.Minute
)

func newHealth() *health { return &health{} }

// hold returns how long to wait before the next call.
func (h *health) hold(now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return max(0, h.until.Sub(now))
}

// probing reports whether the provider has failed so often that it is to be
// called carefully.
func (h *health) probing() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failures >= patience
}

// note takes the result of a call into account.
func (h *health) note(now time.Time, err error) verdict {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear, rest := h.weigh(err)
	if until := now.Add(rest); rest > 0 && until.After(h.until) {
		h.until = until
	}
	if err != nil && providers.AsError(err).Kind == providers.Throttled {
		return nothingNew // it is well, and only wants us slower
	}
	if !clear && rest == 0 || clear == h.ok && now.Sub(h.notedAt) < noteEvery {
		return nothingNew
	}
	h.ok, h.notedAt = clear, now
	if clear {
		return wellAgain
	}
	return inTrouble
}

// weigh says whether a result was a clear answer about the message, and if
// not, how long the lane should rest.
func (h *health) weigh(err error) (clear bool, rest time.Duration) {
	if err == nil {
		h.failures = 0
		return true, 0
	}
	e := providers.AsError(err)
	switch e.Kind {
	case providers.Rejected:
		h.failures = 0
		return true, 0
	case providers.Unauthorised, providers.NoCredit:
		h.failures = max(h.failures, patience)
		return false, trouble
	case providers.Throttled:
		if e.RetryAfter > 0 {
			return false, min(e.RetryAfter, time.Hour)
		}
		return false, time.Second
	}
	// Temporary, or no clear answer: each further one of these may be a text
	// that nobody can account for.
	h.failures++
	if h.failures < patience {
		return false, 0
	}
	return false, min(250*time.Millisecond<<min(h.failures-patience, 10), longestRest)
}
