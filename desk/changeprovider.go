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
		n := NewProvider{Name: p.Name, Kind: p.Kind, Settings: providers.Settings{}, Rate: c.Rate, Concurrency: c.Concurrency, GroupSize: c.GroupSize}
		if text, err := d.vault.open(sealedAt(p.ID, "settings"), p.Settings); err == nil { // with another key, all is given anew
			if err := json.Unmarshal([]byte(text), &n.Settings); err != nil {
				return fmt.Errorf("decode settings: %w", err)
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
