package desk

import (
	"context"
	"crypto/rand"
	"fmt"

	"textdesk/db"
)

const (
	keyKeyCheck = "key_check" // a word sealed with the secret key
	sealedWord  = "textdesk"
)

// CheckKey reports whether the secret key is the one that the stored credentials
// were sealed with: [ErrWrongKey] when not. A desk that has never been asked is
// told by its providers.
func (d *Desk) CheckKey(ctx context.Context) error {
	sealed, err := d.setting(ctx, keyKeyCheck)
	if err != nil {
		return err
	}
	if sealed != "" {
		_, err := d.vault.open(keyKeyCheck, sealed)
		return err
	}
	providers, err := d.ProviderRows(ctx)
	if err != nil {
		return err
	}
	for _, p := range providers {
		if _, err := d.vault.open(sealedAt(p.ID, "settings"), p.Settings); err != nil {
			return err
		}
	}
	return nil
}

// EnsureKey is CheckKey, and remembers the key of a desk that has none yet.
func (d *Desk) EnsureKey(ctx context.Context) error {
	if err := d.CheckKey(ctx); err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return d.keepKey(ctx, tx) })
}

// AdoptKey takes the present secret key for the desk's own, and returns the names
// of the providers whose credentials another key has sealed: they have to be
// given again, and their callback addresses are new. For administrators.
func (d *Desk) AdoptKey(ctx context.Context, a Actor) (lost []string, err error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	rows, err := d.ProviderRows(ctx)
	if err != nil {
		return nil, err
	}
	secrets := map[int64]string{}
	for _, row := range rows {
		if _, err := d.vault.open(sealedAt(row.ID, "settings"), row.Settings); err != nil {
			lost = append(lost, row.Name)
			secrets[row.ID] = d.vault.seal(sealedAt(row.ID, "callback"), rand.Text())
		}
	}
	return lost, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := d.keepKey(ctx, tx); err != nil {
			return err
		}
		for id, secret := range secrets {
			if err := tx.SetCallbackSecret(ctx, db.SetCallbackSecretParams{ID: id, CallbackSecret: secret}); err != nil {
				return fmt.Errorf("renew callback secret: %w", err)
			}
		}
		return d.audit(ctx, tx, a, "key.adopt", "", fmt.Sprintf("%d providers need their credentials", len(lost)))
	})
}

func (d *Desk) keepKey(ctx context.Context, tx *db.Tx) error {
	return tx.SetSetting(ctx, db.SetSettingParams{Key: keyKeyCheck, Value: d.vault.seal(keyKeyCheck, sealedWord)})
}
