package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"textdesk/db"
)

// APIKey is what a program uses in place of a password: a token of the FastSMS
// door, or a service key of the feedzon door. Only its hash is stored.
type APIKey struct {
	ID         int64
	Name, Hint string
	// Gateway is the service key's, "" for a token.
	Gateway                           string
	CreatedAt, LastUsedAt, DisabledAt time.Time // DisabledAt: zero for a key that opens
}

func apiKey(k db.APIKey) APIKey {
	return APIKey{ID: k.ID, Name: k.Name, Hint: k.Hint, Gateway: k.Gateway, CreatedAt: k.CreatedAt.Time(), LastUsedAt: k.LastUsedAt.Time(), DisabledAt: k.DisabledAt.Time()}
}

// NewKey makes a token for the actor and returns it, this once. Each of a
// user's tokens has a name of its own, so that a form sent twice makes one.
func (d *Desk) NewKey(ctx context.Context, a Actor, name string) (token string, err error) {
	if a.Acting() {
		return "", ErrActing
	}
	if name, err = keyName(name); err != nil {
		return "", err
	}
	return d.insertKey(ctx, a, a.User, name, "", true)
}

// NewKeyOf makes a token for a user, as an administrator above them.
func (d *Desk) NewKeyOf(ctx context.Context, a Actor, userID int64, name string) (token string, err error) {
	if a.Acting() {
		return "", ErrActing
	}
	acc, err := d.User(ctx, a, userID)
	if err != nil {
		return "", err
	}
	if acc.User.ArchivedAt != 0 {
		return "", ErrArchived
	}
	if name, err = keyName(name); err != nil {
		return "", err
	}
	return d.insertKey(ctx, a, acc.User, name, "", true)
}

func keyName(typed string) (string, error) {
	name := cleanName(typed)
	if name == "" {
		return "", ErrKeyName
	}
	if r := tooLong("name", name, 80); r != nil {
		return "", r
	}
	return name, nil
}

// NewKeyFor makes a token for another user, from the command line.
func (d *Desk) NewKeyFor(ctx context.Context, a Actor, username string) (token string, err error) {
	u, err := d.userForShell(ctx, a, username)
	if err != nil {
		return "", err
	}
	return d.insertKey(ctx, a, u, madeInShell, "", false)
}

// madeInShell is what keys are called that have no name of their own.
const madeInShell = "Made on the command line"

func (d *Desk) userForShell(ctx context.Context, a Actor, username string) (db.User, error) {
	if !a.shell() {
		return db.User{}, ErrForbidden
	}
	u, err := d.store.UserByName(ctx, usernameKey(username))
	if db.IsNotFound(err) {
		return db.User{}, ErrUnknownUser.because("There is no user called %s.", username)
	}
	if err != nil {
		return db.User{}, fmt.Errorf("read user: %w", err)
	}
	return u, nil
}

// insertKey makes a token, or a service key for a gateway. once: the user must
// not have one of that name.
func (d *Desk) insertKey(ctx context.Context, a Actor, u db.User, name, gateway string, once bool) (string, error) {
	token, action, kind := newToken(), "token.add", "token"
	if gateway != "" {
		token, action, kind = newServiceKey(), "key.add", "service key"
	}
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if once {
			keys, err := tx.APIKeys(ctx, u.ID)
			if err != nil {
				return fmt.Errorf("read tokens: %w", err)
			}
			for _, k := range keys {
				if strings.EqualFold(k.Name, name) && (k.Gateway == "") == (gateway == "") {
					if u.ID == a.User.ID {
						return ErrKeyName.because("You already have a %s called %s. Give this one another name.", kind, k.Name)
					}
					return ErrKeyName.because("%s already has a %s called %s. Give this one another name.", Actor{User: u}.Name(), kind, k.Name)
				}
			}
		}
		if _, err := tx.InsertAPIKey(ctx, db.InsertAPIKeyParams{UserID: u.ID, Name: name, Hash: hashToken(token),
			Hint: token[:4], Gateway: gateway, CreatedAt: d.now()}); err != nil {
			return fmt.Errorf("insert token: %w", err)
		}
		return d.audit(ctx, tx, a, action, u.Username, name)
	})
	return token, err
}

// Keys lists the actor's tokens.
func (d *Desk) Keys(ctx context.Context, a Actor) ([]APIKey, error) {
	all, err := d.keysOf(ctx, a.User.ID)
	return slices.DeleteFunc(all, func(k APIKey) bool { return k.Gateway != "" }), err
}

// keysOf lists a user's tokens and service keys.
func (d *Desk) keysOf(ctx context.Context, userID int64) ([]APIKey, error) {
	rows, err := d.store.APIKeys(ctx, userID)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	var keys []APIKey
	for _, k := range rows {
		keys = append(keys, apiKey(k))
	}
	return keys, nil
}

// RevokeKey makes one of the actor's tokens or service keys useless at once.
func (d *Desk) RevokeKey(ctx context.Context, a Actor, id int64) error {
	if a.Acting() {
		return ErrActing
	}
	return d.revokeKey(ctx, a, a.User, id)
}

// RevokeKeyOf makes a user's token or service key useless at once, as an administrator above
// them.
func (d *Desk) RevokeKeyOf(ctx context.Context, a Actor, userID, id int64) error {
	if a.Acting() {
		return ErrActing
	}
	acc, err := d.User(ctx, a, userID)
	if err != nil {
		return err
	}
	return d.revokeKey(ctx, a, acc.User, id)
}

func (d *Desk) revokeKey(ctx context.Context, a Actor, u db.User, id int64) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		k, err := tx.APIKey(ctx, id)
		if err != nil && !db.IsNotFound(err) {
			return fmt.Errorf("read token: %w", err)
		}
		if k.ID != 0 && k.Hint == "" {
			return ErrUnknownKey.because("This is no token: programs call with the username and password. Change the password instead.")
		}
		n, err := tx.RevokeAPIKey(ctx, db.RevokeAPIKeyParams{ID: id, UserID: u.ID, RevokedAt: d.now()})
		if err != nil {
			return fmt.Errorf("revoke token: %w", err)
		}
		if n == 0 {
			return ErrUnknownKey
		}
		action := "token.revoke"
		if k.Gateway != "" {
			action = "key.remove"
		}
		return d.audit(ctx, tx, a, action, u.Username, k.Name)
	})
}

// ActorByToken returns who an API token belongs to.
func (d *Desk) ActorByToken(ctx context.Context, token, door, address string) (Actor, error) {
	s, err := d.ScriptByToken(ctx, token, door, address)
	if err != nil {
		return Actor{}, err
	}
	return s.Actor, nil
}

// ScriptByToken returns whose the token is that a program came with. The token
// is known even where its user is kept out.
func (d *Desk) ScriptByToken(ctx context.Context, token, door, address string) (Script, error) {
	k, err := d.store.APIKeyByHash(ctx, hashToken(token))
	if db.IsNotFound(err) {
		return Script{}, ErrBadToken
	}
	if err != nil {
		return Script{}, fmt.Errorf("read token: %w", err)
	}
	if (k.Gateway != "") != (door == feedzonDoor) {
		return Script{}, ErrBadToken // a service key is no token, nor a token a service key
	}
	return d.scriptOf(ctx, k, door, address)
}

// scriptOf is what came with a key, if its user may come in.
func (d *Desk) scriptOf(ctx context.Context, k db.APIKey, door, address string) (Script, error) {
	s := Script{KeyID: k.ID, Rate: k.Rate, Burst: k.Burst, Gateway: k.Gateway}
	if k.DisabledAt != 0 {
		return s, ErrKeyDisabled
	}
	u, err := d.store.User(ctx, k.UserID)
	if err != nil {
		return s, fmt.Errorf("read user: %w", err)
	}
	if r := keptOut(u); r != nil {
		return s, r
	}
	if err := d.refuseInMaintenance(ctx); err != nil {
		return s, err
	}
	if now := d.now(); now > k.LastUsedAt.Add(sessionTouch) {
		// As with sessions, a full disk must not turn questions away.
		_ = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.TouchUser(ctx, db.TouchUserParams{ID: u.ID, SeenAt: now}); err != nil {
				return err
			}
			return tx.TouchAPIKey(ctx, db.TouchAPIKeyParams{ID: k.ID, LastUsedAt: now})
		})
	}
	s.Actor = Actor{User: u, Door: door, Address: address}
	return s, nil
}
