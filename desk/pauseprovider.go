package desk

import (
	"context"
	"fmt"

	"textdesk/db"
)

// PauseProvider keeps messages from leaving through a provider until somebody
// resumes it. When it returns, no further message is marked; those that were
// being handed over, at most as many as it takes at a time, go on, and their
// receipts are still taken. Messages that wait stay with it, new ones join them,
// and validity runs as it does while a provider is down. One that is paused
// already stays so. For administrators.
func (d *Desk) PauseProvider(ctx context.Context, a Actor, name string) error {
	return d.changeProvider(ctx, a, name, "provider.pause", func(ctx context.Context, tx *db.Tx, p db.Provider) error {
		return tx.PauseProvider(ctx, db.PauseProviderParams{ID: p.ID, PausedAt: d.now(), PausedBy: db.ID(a.User.ID)})
	})
}

// ResumeProvider lets what waits for a paused provider go on. For
// administrators.
func (d *Desk) ResumeProvider(ctx context.Context, a Actor, name string) error {
	var id int64
	err := d.changeProvider(ctx, a, name, "provider.resume", func(ctx context.Context, tx *db.Tx, p db.Provider) error {
		id = p.ID
		return tx.ResumeProvider(ctx, p.ID)
	})
	if err == nil {
		d.wake(id)
	}
	return err
}

// providerPaused reports whether somebody has paused a provider.
func (d *Desk) providerPaused(ctx context.Context, q *db.Queries, id int64) (bool, error) {
	paused, err := q.ProviderPaused(ctx, id)
	if err != nil {
		return false, fmt.Errorf("read provider: %w", err)
	}
	return paused != 0, nil
}

// pausedProviders is since when the providers are paused that are, by id.
func (d *Desk) pausedProviders(ctx context.Context) (map[int64]db.Millis, error) {
	all, err := d.store.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read providers: %w", err)
	}
	paused := map[int64]db.Millis{}
	for _, p := range all {
		if p.PausedAt > 0 {
			paused[p.ID] = p.PausedAt
		}
	}
	return paused, nil
}

// ProviderRow is a provider as it is stored.
type ProviderRow = db.Provider

// ProviderLoad is what a provider has to do now.
type ProviderLoad struct {
	// InFlight are being handed to it; Waiting wait for it, counted up to
	// [WaitingCounted].
	InFlight, Waiting int64
	// PausedBy is the name of who has paused it, "" for nobody.
	PausedBy string
}

// WaitingCounted is up to how many waiting messages are counted exactly.
const WaitingCounted = 10_000

// ProviderLoad counts it. For administrators.
func (d *Desk) ProviderLoad(ctx context.Context, a Actor, p db.Provider) (ProviderLoad, error) {
	if !a.Admin() {
		return ProviderLoad{}, ErrForbidden
	}
	var l ProviderLoad
	var err error
	if l.InFlight, err = d.store.InFlight(ctx, p.ID); err != nil {
		return l, fmt.Errorf("count messages: %w", err)
	}
	if l.Waiting, err = d.store.CountWaiting(ctx, p.ID, WaitingCounted+1); err != nil || p.PausedBy == 0 {
		return l, err
	}
	user, err := d.store.User(ctx, int64(p.PausedBy))
	if err != nil {
		return l, fmt.Errorf("read user: %w", err)
	}
	l.PausedBy = Actor{User: user}.Name()
	return l, nil
}
