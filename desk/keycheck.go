package desk

import (
	"context"
	"encoding/json"
	"errors"
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

// LostKey is what nobody can read any more once the desk goes on with another
// secret key, and who has to be asked for it again.
type LostKey struct {
	// Changed: the key was not the desk's own before.
	Changed bool
	// Providers need their credentials, and their callback addresses are new. Users
	// have a second factor that opens nothing any more. Numbers are those whose auth
	// text is to be entered again.
	Providers, Users, Numbers []string
	// Mail: the mail server has to be entered again.
	Mail bool
	// Erasures of people were under way and cannot be gone on with.
	Erasures int
}

// AdoptKey takes the present secret key for the desk's own, and returns what
// another key has sealed. What needs nobody is put right: a provider without
// credentials, a second factor that was being set up. For administrators.
func (d *Desk) AdoptKey(ctx context.Context, a Actor) (lost LostKey, err error) {
	if !a.Admin() {
		return LostKey{}, ErrForbidden
	}
	if err := d.CheckKey(ctx); err != nil && !errors.Is(err, ErrWrongKey) {
		return LostKey{}, err
	} else if err != nil {
		lost.Changed = true
	}
	if err := d.findLost(ctx, a, &lost); err != nil {
		return LostKey{}, err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := d.keepKey(ctx, tx); err != nil {
			return err
		}
		lost.Providers = nil // the change may run more than once
		if err := d.sealProvidersAnew(ctx, tx, &lost); err != nil {
			return err
		}
		users, err := tx.UserList(ctx)
		if err != nil {
			return fmt.Errorf("read users: %w", err)
		}
		for _, u := range users {
			if u.SecondAt == 0 && u.SecondSecret != "" && !d.opens(secondPlace(u.ID), u.SecondSecret) {
				if err := dropSecond(ctx, tx, u.ID); err != nil {
					return err
				}
			}
		}
		return d.audit(ctx, tx, a, "key.adopt", "", fmt.Sprintf("%d providers need their credentials", len(lost.Providers)))
	})
	return lost, err
}

// findLost looks for what this key does not open, but for the providers.
func (d *Desk) findLost(ctx context.Context, a Actor, lost *LostKey) error {
	users, err := d.Users(ctx, a)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.SecondAt != 0 && !d.opens(secondPlace(u.ID), u.SecondSecret) {
			lost.Users = append(lost.Users, u.Username)
		}
	}
	numbers, err := d.store.Numbers(ctx)
	if err != nil {
		return fmt.Errorf("read numbers: %w", err)
	}
	for _, n := range numbers {
		if n.ForwardAuth != "" && !d.opens(authAt(n.ID), n.ForwardAuth) {
			lost.Numbers = append(lost.Numbers, n.Address)
		}
	}
	mail, err := d.setting(ctx, keyMail)
	if err != nil {
		return err
	}
	lost.Mail = mail != "" && !d.opens(keyMail, mail)
	erasures, err := d.store.OpenErasures(ctx)
	if err != nil {
		return fmt.Errorf("read erasures: %w", err)
	}
	for _, e := range erasures {
		if !d.opens(erasurePlace(e.Number), e.Sealed) {
			lost.Erasures++
		}
	}
	return nil
}

// sealProvidersAnew gives providers that another key has sealed a callback address
// that this one opens, and those that need no credentials their settings.
func (d *Desk) sealProvidersAnew(ctx context.Context, tx *db.Tx, lost *LostKey) error {
	rows, err := tx.Providers(ctx)
	if err != nil {
		return fmt.Errorf("read providers: %w", err)
	}
	for _, row := range rows {
		if d.opens(sealedAt(row.ID, "settings"), row.Settings) {
			continue
		}
		secret := d.vault.seal(sealedAt(row.ID, "callback"), newToken())
		kind, err := d.kind(row.Kind)
		if err != nil {
			return err
		}
		if settings, bad := complete(kind, nil); len(bad) == 0 {
			text, err := json.Marshal(settings)
			if err != nil {
				return fmt.Errorf("encode settings: %w", err)
			}
			if err := tx.SetProviderSecrets(ctx, db.SetProviderSecretsParams{ID: row.ID, ChangedAt: d.now(),
				Settings: d.vault.seal(sealedAt(row.ID, "settings"), string(text)), CallbackSecret: secret}); err != nil {
				return fmt.Errorf("seal settings: %w", err)
			}
			continue
		}
		lost.Providers = append(lost.Providers, row.Name)
		if err := tx.SetCallbackSecret(ctx, db.SetCallbackSecretParams{ID: row.ID, CallbackSecret: secret}); err != nil {
			return fmt.Errorf("renew callback secret: %w", err)
		}
	}
	return nil
}

// opens reports whether this key opens what was sealed for a place.
func (d *Desk) opens(place, sealed string) bool {
	_, err := d.vault.open(place, sealed)
	return err == nil
}

func (d *Desk) keepKey(ctx context.Context, tx *db.Tx) error {
	return tx.SetSetting(ctx, db.SetSettingParams{Key: keyKeyCheck, Value: d.vault.seal(keyKeyCheck, sealedWord)})
}
