package desk

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"textdesk/db"
)

// passwordCost follows OWASP's figures for argon2id: 19 MiB, two passes, about
// 25 ms of one core.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// passwordLimit keeps a password from being a way to make us hash megabytes.
const passwordLimit = 1000

func checkPassword(password string) *Refusal {
	if utf8.RuneCountInString(password) < 10 {
		return ErrWeakPassword
	}
	return tooLong("password", password, passwordLimit)
}

// hashPassword takes about 25 ms and 19 MiB; two at a time.
func (d *Desk) hashPassword(ctx context.Context, password string) (string, error) {
	release, err := d.startHashing(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(password, passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// matches compares a password with a stored hash. An empty hash costs as much
// as a real one and matches nothing, so that nobody can tell by the time taken
// which usernames exist.
// Whoever calls it has a place from startHashing.
func matches(password, hash string) (bool, error) {
	if len(password) > passwordLimit {
		return false, nil
	}
	if hash == "" {
		_, err := argon2id.CreateHash(password, passwordCost)
		return false, err
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok, nil
}

// startHashing waits for a place: each hash holds 19 MiB.
func (d *Desk) startHashing(ctx context.Context) (release func(), err error) {
	select {
	case d.hashing <- struct{}{}:
		return func() { <-d.hashing }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("hash password: %w", ctx.Err())
	}
}

// ChangePassword gives the actor another password, after they have shown that
// they know the current one, and ends their other sessions; keep is the token
// of the session that goes on.
func (d *Desk) ChangePassword(ctx context.Context, a Actor, current, password, repeat, keep string) error {
	if a.Acting() {
		return ErrActing
	}
	u, err := d.store.User(ctx, a.User.ID)
	if err != nil {
		return fmt.Errorf("read user: %w", err)
	}
	var bad []*Refusal
	keys := []string{throttleUser(u.Username)}
	if err := d.throttled(ctx, keys); err != nil {
		return err
	}
	switch err := d.passwordOpens(ctx, keys, current, u.PasswordHash); {
	case errors.Is(err, ErrSignIn):
		bad = append(bad, ErrWrongPassword)
	case err != nil:
		return err
	}
	if r := checkPassword(password); r != nil {
		bad = append(bad, r)
	}
	if password != repeat {
		bad = append(bad, ErrPasswordRepeat)
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	hash, err := d.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SetPassword(ctx, db.SetPasswordParams{ID: u.ID, PasswordHash: hash}); err != nil {
			return err
		}
		if err := tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID, ExceptHash: hashToken(keep)}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "account.password", u.Username, "")
	})
}
