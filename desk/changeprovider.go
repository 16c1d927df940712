package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"textdesk/db"
	"textdesk/providers"
)

// ProviderChange is what is to be different about a provider. Zero fields stay
// as they are.
type ProviderChange struct {
	// Settings replace those of the same keys.
	Settings               providers.Settings
	Rate                   *float64
	Concurrency, GroupSize int
}

// ChangeProvider changes a provider's settings or pace, for one whose
// credentials have been renewed. Messages that wait go on with the new ones.
func (d *Desk) ChangeProvider(ctx context.Context, a Actor, name string, c ProviderChange) error {
	var id int64
	err := d.changeProvider(ctx, a, name, "provider.change", func(ctx context.Context, tx *db.Tx, p db.Provider) error {
		n, err := d.changed(p, c)
		if err != nil {
			return err
		}
		row, settings, err := d.providerRow(&n)
		if err != nil {
			return err
		}
		text, err := json.Marshal(settings)
		if err != nil {
			return fmt.Errorf("encode settings: %w", err)
		}
		id = p.ID
		return tx.ChangeProvider(ctx, db.ChangeProviderParams{ID: p.ID, Settings: d.vault.seal(sealedAt(p.ID, "settings"), string(text)),
			Rate: row.Rate, Concurrency: row.Concurrency, GroupSize: row.GroupSize, ChangedAt: d.now()})
	})
	if err == nil {
		d.wake(id)
	}
	return err
}

// changed is the form of a provider with what is to be different about it.
func (d *Desk) changed(p db.Provider, c ProviderChange) (NewProvider, error) {
	n := NewProvider{Name: p.Name, Kind: p.Kind, Settings: providers.Settings{}, Rate: c.Rate, Concurrency: c.Concurrency, GroupSize: c.GroupSize}
	if text, err := d.vault.open(sealedAt(p.ID, "settings"), p.Settings); err == nil { // with another key, all is given anew
		if err := json.Unmarshal([]byte(text), &n.Settings); err != nil {
			return n, fmt.Errorf("decode settings: %w", err)
		}
	}
	maps.Copy(n.Settings, c.Settings)
	if n.Rate == nil {
		n.Rate = &p.Rate
	}
	if n.Concurrency == 0 {
		n.Concurrency = int(p.Concurrency)
	}
	if n.GroupSize == 0 {
		n.GroupSize = int(p.GroupSize)
	}
	return n, nil
}

// TryChange makes the nearest harmless call to a provider as it would be after a
// change, and says what it learned. Nothing is stored. It refuses with
// [ErrProviderCheck] when the provider does not answer as it should. For
// administrators.
func (d *Desk) TryChange(ctx context.Context, a Actor, name string, c ProviderChange) (learned string, err error) {
	if !a.Admin() {
		return "", ErrForbidden
	}
	p, err := d.providerNamed(ctx, name)
	if err != nil {
		return "", err
	}
	n, err := d.changed(p, c)
	if err != nil {
		return "", err
	}
	_, settings, err := d.providerRow(&n)
	if err != nil {
		return "", err
	}
	kind, err := d.kind(p.Kind)
	if err != nil {
		return "", err
	}
	transport := client(1)
	defer transport.CloseIdleConnections()
	opened, err := kind.Open(settings, transport)
	if err != nil {
		return "", fmt.Errorf("open provider: %w", err)
	}
	if learned, err = ask(ctx, opened); err != nil {
		return "", unanswered(kind, err)
	}
	return learned, nil
}

// OpenSettings are a provider's settings but for its secrets, as a form shows
// them; none where another key has sealed them. For administrators.
func (d *Desk) OpenSettings(ctx context.Context, a Actor, name string) (db.Provider, providers.Settings, error) {
	if !a.Admin() {
		return db.Provider{}, nil, ErrForbidden
	}
	p, err := d.providerNamed(ctx, name)
	if err != nil {
		return db.Provider{}, nil, err
	}
	n, err := d.changed(p, ProviderChange{})
	if err != nil {
		return p, nil, err
	}
	kind, err := d.kind(p.Kind)
	if err != nil {
		return p, nil, err
	}
	open := providers.Settings{}
	for _, f := range kind.Fields {
		if !f.Secret {
			open[f.Key] = n.Settings[f.Key]
		}
	}
	return p, open, nil
}

func (d *Desk) providerNamed(ctx context.Context, name string) (db.Provider, error) {
	p, err := d.store.ProviderByName(ctx, name)
	if db.IsNotFound(err) {
		return p, ErrUnknownProvider.because("There is no provider called %s.", name)
	}
	if err != nil {
		return p, fmt.Errorf("read provider: %w", err)
	}
	return p, nil
}
