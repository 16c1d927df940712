package desk

import (
	"context"
	"crypto/subtle"
	"fmt"

	"textdesk/db"
)

// Empty reports whether the desk has no user yet.
func (d *Desk) Empty(ctx context.Context) (bool, error) {
	any, err := d.store.AnyUser(ctx)
	if err != nil {
		return false, fmt.Errorf("look for users: %w", err)
	}
	return any == 0, nil
}

// HasUser reports whether there is a user of that name, for the log: what somebody
// typed who is none may be a password in the wrong place.
func (d *Desk) HasUser(ctx context.Context, username string) bool {
	_, err := d.store.UserByName(ctx, usernameKey(username))
	return err == nil
}

// NewSetupToken makes the one-time secret of the set-up link and makes older
// ones useless.
func (d *Desk) NewSetupToken(ctx context.Context) (string, error) {
	token := newToken()
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetSetting(ctx, db.SetSettingParams{Key: keySetupToken, Value: hashToken(token)})
	})
	return token, err
}

// SetupOpen reports whether the link's token still opens the set-up.
func (d *Desk) SetupOpen(ctx context.Context, token string) (bool, error) {
	empty, err := d.Empty(ctx)
	if err != nil || !empty {
		return false, err
	}
	rows, err := d.store.Settings(ctx)
	if err != nil {
		return false, fmt.Errorf("read settings: %w", err)
	}
	return tokenOpens(rows, token), nil
}

func tokenOpens(rows []db.Setting, token string) bool {
	for _, row := range rows {
		if row.Key == keySetupToken {
			return subtle.ConstantTimeCompare([]byte(row.Value), []byte(hashToken(token))) == 1
		}
	}
	return false
}

// CreateFirstAdmin makes the first administrator, who is unlimited, and signs
// them in. The set-up link is used up with it.
func (d *Desk) CreateFirstAdmin(ctx context.Context, token string, u NewUser, repeat, address, agent string) (session string, err error) {
	u.Level, u.Unlimited, u.Credits = LevelAdmin, true, 0
	bad := u.check(false)
	if u.Password != repeat {
		bad = append(bad, ErrPasswordRepeat)
	}
	if len(bad) > 0 {
		return "", refused(bad)
	}
	hash, err := d.hashPassword(ctx, u.Password)
	if err != nil {
		return "", err
	}
	var made db.User
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		any, err := tx.AnyUser(ctx)
		if err != nil {
			return err
		}
		rows, err := tx.Settings(ctx)
		if err != nil {
			return err
		}
		if any != 0 || !tokenOpens(rows, token) {
			return ErrNoSetup
		}
		a := Actor{Address: address}
		id, err := d.insertUser(ctx, tx, a, u, db.User{}, hash)
		if err != nil {
			return err
		}
		if made, err = tx.User(ctx, id); err != nil {
			return err
		}
		return tx.DeleteSetting(ctx, keySetupToken)
	})
	if err != nil {
		return "", err
	}
	return d.openSession(ctx, made, address, agent)
}
