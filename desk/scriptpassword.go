package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"textdesk/db"
)

// Programs that are older than tokens come with their user's name and password.
// An administrator may allow it; nobody else is let in so. What they call stands on
// the record of a key of its own, which opens nothing by itself.

// How programs may come in.
const (
	TokensOnly   = "tokens"
	PasswordsToo = "passwords" // with a token, or with a name and a password
)

// keyPasswordCalls is [PasswordsToo] where an administrator has allowed it.
const keyPasswordCalls = "api_passwords"

// byPassword is what the key of such programs is called. Its hint is "", which no
// token's is.
const byPassword = "Username and password"

// SavePasswordCalls decides how programs may come in: [TokensOnly] or
// [PasswordsToo]. For administrators.
func (d *Desk) SavePasswordCalls(ctx context.Context, a Actor, how string) error {
	if !a.Admin() {
		return ErrForbidden
	}
	if a.Acting() {
		return ErrActing
	}
	if how != TokensOnly && how != PasswordsToo {
		return ErrBadPolicy.because("Choose how programs may come in.").on("programs")
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SetSetting(ctx, db.SetSettingParams{Key: keyPasswordCalls, Value: how}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "settings.api_passwords", "", how)
	})
}

// ScriptByPassword returns whose the name and password are that a program came
// with. Wrong ones, and all where an administrator has not allowed it, are
// [ErrBadToken]; too many wrong ones for a user or from an address [ErrThrottled],
// counted apart from those on the sign-in page, so that a forgotten program keeps
// nobody from signing in. Who has a second factor, or has to have one, uses a token.
func (d *Desk) ScriptByPassword(ctx context.Context, username, password, door, address string) (Script, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return Script{}, err
	}
	if !set.PasswordCalls || len(blankSignIn(username, password)) > 0 {
		return Script{}, ErrBadToken
	}
	u, err := d.store.UserByName(ctx, usernameKey(username))
	if err != nil && !db.IsNotFound(err) {
		return Script{}, fmt.Errorf("read user: %w", err)
	}
	right, known := d.checked.look(username, password, u.PasswordHash)
	if !known {
		if right, err = d.checkScript(ctx, username, password, address, u); err != nil {
			return Script{}, err
		}
		d.checked.keep(username, password, u.PasswordHash, right)
	}
	switch {
	case !right:
		return Script{}, ErrBadToken
	case u.SecondAt != 0 || mustHaveSecond(u, set):
		return Script{}, ErrNeedsSecond
	}
	if r := keptOut(u); r != nil {
		return Script{}, r
	}
	k, err := d.passwordKey(ctx, u)
	if err != nil {
		return Script{}, err
	}
	return d.scriptOf(ctx, k, door, address)
}

// checkScript compares a password as the sign-in page does, with failures of its
// own.
func (d *Desk) checkScript(ctx context.Context, username, password, address string, u db.User) (bool, error) {
	user := "script " + usernameKey(username)
	user = user[:min(len(user), throttleKeyLimit)]
	err := d.passwordOpens(ctx, []string{user, addressKey + "script " + address}, password, u.PasswordHash)
	if errors.Is(err, ErrSignIn) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.ClearSignInFailures(ctx, user) })
}

// passwordKey is the key that a user's programs without a token are on record
// under. It is made when the first of them comes.
func (d *Desk) passwordKey(ctx context.Context, u db.User) (db.APIKey, error) {
	if k, err := findPasswordKey(ctx, d.store.Queries, u.ID); err != nil || k.ID != 0 {
		return k, err
	}
	var k db.APIKey
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if k, err = findPasswordKey(ctx, tx.Queries, u.ID); err != nil || k.ID != 0 {
			return err
		}
		if _, err := tx.InsertAPIKey(ctx, db.InsertAPIKeyParams{UserID: u.ID, Name: byPassword, Hash: hashToken(newToken()), CreatedAt: d.now()}); err != nil {
			return fmt.Errorf("insert token: %w", err)
		}
		k, err = findPasswordKey(ctx, tx.Queries, u.ID)
		return err
	})
	return k, err
}

func findPasswordKey(ctx context.Context, q *db.Queries, userID int64) (db.APIKey, error) {
	keys, err := q.APIKeys(ctx, userID)
	if err != nil {
		return db.APIKey{}, fmt.Errorf("read tokens: %w", err)
	}
	for _, k := range keys {
		if k.Hint == "" {
			return k, nil
		}
	}
	return db.APIKey{}, nil
}

// checkedPasswords remembers which passwords were right or wrong for which stored
// hash, because comparing takes its time and a program calls often. A wrong one
// that comes again costs no try. Only hashes are kept, salted and in memory.
type checkedPasswords struct {
	mu    sync.Mutex
	salt  string
	known map[[sha256.Size]byte]checkedPassword
}

type checkedPassword struct {
	hash  string // what it was compared with
	right bool
}

// mostChecked bounds what is remembered.
const mostChecked = 4096

// look returns what is known of a password, if it was compared with this hash.
func (c *checkedPasswords) look(username, password, hash string) (right, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was, known := c.known[c.place(username, password)]
	if !known || was.hash != hash {
		return false, false
	}
	return was.right, true
}

func (c *checkedPasswords) keep(username, password, hash string, right bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[[sha256.Size]byte]checkedPassword{}
	}
	for old := range c.known {
		if len(c.known) < mostChecked {
			break
		}
		delete(c.known, old)
	}
	c.known[c.place(username, password)] = checkedPassword{hash, right}
}

// place is where a password is remembered; mu is held.
func (c *checkedPasswords) place(username, password string) [sha256.Size]byte {
	if c.salt == "" {
		c.salt = rand.Text()
	}
	return sha256.Sum256([]byte(c.salt + usernameKey(username) + "\x00" + password))
}
