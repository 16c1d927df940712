package desk

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"textdesk/db"
	"textdesk/providers"
)

const (
	// callbackRate is how many callbacks a second a provider may post for long,
	// and callbackBurst how many it may be ahead of that. What is beyond is
	// refused, and providers post it again later.
	callbackRate  = 5_000
	callbackBurst = 60_000
	// doorTime is how soon a provider that another process has changed or
	// removed is noticed.
	doorTime = time.Second
)

// CallbackDoor is where one provider posts.
type CallbackDoor struct {
	providerID int64
	secret     [sha256.Size]byte
	at         time.Time
	limit      *rate.Limiter
	// Answer is what the provider is told when its callback is on disk.
	Answer providers.CallbackAnswer
}

// doors are the callback doors that were opened lately, so that a callback
// costs no look at the store but its own insert.
type doors struct {
	mu     sync.Mutex
	byName map[string]*CallbackDoor
}

func (s *doors) get(name string, now time.Time) *CallbackDoor {
	s.mu.Lock()
	defer s.mu.Unlock()
	door := s.byName[name]
	if door == nil || now.Sub(door.at) > doorTime || now.Before(door.at) {
		return nil
	}
	return door
}

// put keeps a door; it goes on with the count of the one that it replaces.
func (s *doors) put(name string, door *CallbackDoor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil {
		s.byName = map[string]*CallbackDoor{}
	}
	if old := s.byName[name]; old != nil && old.providerID == door.providerID {
		door.limit = old.limit
	}
	s.byName[name] = door
}

func (s *doors) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byName, name)
}

// CallbackDoor opens the door of the provider with that name for whoever knows
// its secret. Which of the two is wrong is not said, and takes the same time.
func (d *Desk) CallbackDoor(ctx context.Context, name, secret string) (*CallbackDoor, error) {
	door := d.doors.get(name, d.clock())
	if door == nil {
		var err error
		if door, err = d.openDoor(ctx, name); err != nil {
			return nil, err
		}
	}
	given := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(given[:], door.secret[:]) != 1 || door.providerID == 0 {
		return nil, ErrUnknownProvider
	}
	return door, nil
}

// openDoor reads a provider's secret. Of a name that nobody has it makes a door
// that no secret opens.
func (d *Desk) openDoor(ctx context.Context, name string) (*CallbackDoor, error) {
	row, err := d.store.ProviderByName(ctx, name)
	if db.IsNotFound(err) {
		d.doors.forget(name)
		return &CallbackDoor{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read provider: %w", err)
	}
	secret, err := d.vault.open(sealedAt(row.ID, "callback"), row.CallbackSecret)
	if err != nil {
		return &CallbackDoor{}, nil // sealed with another key: the provider's row says so
	}
	door := &CallbackDoor{providerID: row.ID, secret: sha256.Sum256([]byte(secret)), at: d.clock(),
		limit: rate.NewLimiter(callbackRate, callbackBurst), Answer: providers.CallbackAnswer{ContentType: "text/plain; charset=utf-8", Body: "OK"}}
	if kind, err := d.kind(row.Kind); err == nil && kind.CallbackAnswer != nil {
		door.Answer = *kind.CallbackAnswer
	}
	d.doors.put(name, door)
	return door, nil
}
