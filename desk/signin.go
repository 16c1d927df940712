package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
)

// Sessions end after this much idleness, and after sessionLimit at the latest.
const (
	sessionIdle  = 12 * time.Hour
	sessionLimit = 7 * 24 * time.Hour
	// sessionTouch is how exactly "last seen" is kept: not every page is worth
	// a commit.
	sessionTouch = time.Minute
)

// freeAttempts is how often a password may be wrong before waiting begins; the
// wait doubles with each further failure up to longestBlock. An address has
// more, because a whole office may stand behind it.
const (
	freeAttempts        = 5
	freeAddressAttempts = 30
	longestBlock        = 15 * time.Minute
	// throttleKeyLimit keeps made-up usernames from filling the store.
	throttleKeyLimit = 80
)

// SignIn opens a session for whoever knows the password and returns the token
// for their cookie. Attempts are slowed down by account and by address. Of a
// user with a second factor the token comes with [ErrSecondStep]: it opens
// nothing until SignInCode has been given the code.
func (d *Desk) SignIn(ctx context.Context, username, password, address, agent string) (token string, err error) {
	if r := blankSignIn(username, password); len(r) > 0 {
		return "", refused(r)
	}
	keys := []string{throttleUser(username), throttleAddress(address)}
	if err := d.throttled(ctx, keys); err != nil {
		return "", err
	}
	u, err := d.store.UserByName(ctx, usernameKey(username))
	if err != nil && !db.IsNotFound(err) {
		return "", fmt.Errorf("read user: %w", err)
	}
	if err := d.passwordOpens(ctx, keys, password, u.PasswordHash); err != nil {
		return "", err
	}
	if r := keptOut(u); r != nil {
		return "", r
	}
	return d.enterPages(ctx, u, address, agent)
}

// enterPages opens a session for somebody whose password was right, or the one
// that waits for the second factor.
func (d *Desk) enterPages(ctx context.Context, u db.User, address, agent string) (string, error) {
	if u.SecondAt == 0 {
		return d.openSession(ctx, u, address, agent)
	}
	token := newToken()
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := d.now()
		return tx.InsertSession(ctx, db.InsertSessionParams{Hash: hashToken(token), UserID: u.ID, CreatedAt: now, SeenAt: now,
			ExpiresAt: now.Add(secondStepLife), Address: address, Agent: agent, Pending: true})
	})
	if err != nil {
		return "", fmt.Errorf("insert session: %w", err)
	}
	return token, ErrSecondStep
}

// passwordOpens compares a password with a hash and counts a failure. Many
// attempts that come at once wait here for a place, so the throttle is asked
// again when one is free, and the failure counted before it is given up.
func (d *Desk) passwordOpens(ctx context.Context, keys []string, password, hash string) error {
	release, err := d.startHashing(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := d.throttled(ctx, keys); err != nil {
		return err
	}
	ok, err := matches(password, hash)
	if err != nil {
		return err
	}
	if !ok {
		return d.signInFailed(ctx, keys)
	}
	return nil
}

// blankSignIn refuses what cannot be right, without counting it as an attempt.
func blankSignIn(username, password string) []*Refusal {
	var bad []*Refusal
	if usernameKey(username) == "" {
		bad = append(bad, ErrUsernameBlank.because("Enter your username."))
	}
	if password == "" {
		bad = append(bad, ErrSignIn.because("Enter your password.").on("password"))
	}
	return bad
}

func (d *Desk) openSession(ctx context.Context, u db.User, address, agent string) (string, error) {
	token := newToken()
	a := Actor{User: u, Door: "page", Address: address}
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := d.now()
		if err := tx.InsertSession(ctx, db.InsertSessionParams{Hash: hashToken(token), UserID: u.ID, CreatedAt: now,
			SeenAt: now, ExpiresAt: now.Add(sessionIdle), Address: address, Agent: agent}); err != nil {
			return fmt.Errorf("insert session: %w", err)
		}
		if err := tx.ClearSignInFailures(ctx, throttleUser(u.Username)); err != nil {
			return err
		}
		if err := tx.TouchUser(ctx, db.TouchUserParams{ID: u.ID, SeenAt: now}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "sign_in", u.Username, agent)
	})
	return token, err
}

// SignOut ends the session of a token.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.DeleteSession(ctx, hashToken(token))
	})
}

// ActorBySession returns who a session's token belongs to, and lets the session
// live on.
func (d *Desk) ActorBySession(ctx context.Context, token, address string) (Actor, error) {
	a, s, err := d.actorBySession(ctx, token, address)
	if err != nil {
		return Actor{}, err
	}
	u := a.real()
	if now := d.now(); now > s.SeenAt.Add(sessionTouch) {
		expires := min(now.Add(sessionIdle), s.CreatedAt.Add(sessionLimit))
		// A full disk must not keep people from looking at what is going on, so
		// whether this can be written does not matter.
		_ = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.TouchSession(ctx, db.TouchSessionParams{Hash: s.Hash, SeenAt: now, ExpiresAt: expires}); err != nil {
				return err
			}
			return tx.TouchUser(ctx, db.TouchUserParams{ID: u.ID, SeenAt: now})
		})
	}
	return a, nil
}

// ActorWatching returns who a session's token belongs to and leaves the session
// to its end: a page that renews itself is no sign that anybody sits before it.
func (d *Desk) ActorWatching(ctx context.Context, token, address string) (Actor, error) {
	a, _, err := d.actorBySession(ctx, token, address)
	return a, err
}

// actorBySession is who a session's token belongs to, or as whom they act in it.
func (d *Desk) actorBySession(ctx context.Context, token, address string) (Actor, db.Session, error) {
	u, s, err := d.userBySession(ctx, token)
	if err != nil {
		return Actor{}, s, err
	}
	a := Actor{User: u, Door: "page", Address: address}
	if s.ActingAs == 0 {
		return a, s, nil
	}
	other, err := d.mayActAs(ctx, a, int64(s.ActingAs))
	switch {
	case len(Refusals(err)) > 0:
		return a, s, nil // not any more: they are themselves again
	case err != nil:
		return Actor{}, s, err
	}
	a.User, a.By = other, u
	return a, s, nil
}

// userBySession finds a session that has not ended, and whose it is.
func (d *Desk) userBySession(ctx context.Context, token string) (db.User, db.Session, error) {
	if token == "" {
		return db.User{}, db.Session{}, ErrSignedOut
	}
	s, err := d.store.Session(ctx, db.SessionParams{Hash: hashToken(token), NowAt: d.now()})
	if db.IsNotFound(err) {
		return db.User{}, db.Session{}, ErrSignedOut
	}
	if err != nil {
		return db.User{}, db.Session{}, fmt.Errorf("read session: %w", err)
	}
	u, err := d.store.User(ctx, s.UserID)
	if err != nil {
		return db.User{}, db.Session{}, fmt.Errorf("read user: %w", err)
	}
	if keptOut(u) != nil {
		return db.User{}, db.Session{}, ErrSignedOut
	}
	return u, s, nil
}

// SignedIn is one of a user's sessions, for their account page.
type SignedIn struct {
	Address, Agent string
	SeenAt         time.Time
	This           bool
}

// SessionsOf lists the actor's sessions; token is the one that asks.
func (d *Desk) SessionsOf(ctx context.Context, a Actor, token string) ([]SignedIn, error) {
	if a.Acting() {
		return nil, nil
	}
	rows, err := d.store.Sessions(ctx, db.SessionsParams{UserID: a.User.ID, NowAt: d.now()})
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	var all []SignedIn
	for _, s := range rows {
		all = append(all, SignedIn{Address: s.Address, Agent: s.Agent, SeenAt: s.SeenAt.Time(), This: s.Hash == hashToken(token)})
	}
	return all, nil
}

// SignOutElsewhere ends the actor's sessions but for the one that asks.
func (d *Desk) SignOutElsewhere(ctx context.Context, a Actor, token string) error {
	if a.Acting() {
		return ErrActing
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: a.User.ID, ExceptHash: hashToken(token)}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "sign_out_elsewhere", a.User.Username, "")
	})
}

func throttleUser(username string) string {
	key := "user " + usernameKey(username)
	return key[:min(len(key), throttleKeyLimit)]
}

func throttleAddress(address string) string { return addressKey + address }

const addressKey = "address "

// throttled refuses while one of the keys is blocked.
func (d *Desk) throttled(ctx context.Context, keys []string) error {
	for _, key := range keys {
		f, err := d.store.SignInFailures(ctx, key)
		if db.IsNotFound(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read failures: %w", err)
		}
		// One that is longer was begun by a clock that was ahead.
		if wait := f.BlockedAt.Time().Sub(d.clock()); wait > 0 && wait <= longestBlock {
			return ErrThrottled.because("Too many attempts. Wait %s and try again.", roughly(wait))
		}
	}
	return nil
}

// signInFailed counts a failure and returns the refusal to show.
func (d *Desk) signInFailed(ctx context.Context, keys []string) error {
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, key := range keys {
			f, err := tx.SignInFailures(ctx, key)
			if err != nil && !db.IsNotFound(err) {
				return err
			}
			now := d.now()
			if now > f.FailedAt.Add(24*time.Hour) {
				f.Failures = 0
			}
			f.Failures++
			var block time.Duration
			free := int64(freeAttempts)
			if strings.HasPrefix(key, addressKey) {
				free = freeAddressAttempts
			}
			if over := f.Failures - free; over >= 0 {
				block = min(time.Second<<min(over, 20), longestBlock)
			}
			if err := tx.RecordSignInFailure(ctx, db.RecordSignInFailureParams{Key: key, Failures: f.Failures,
				BlockedAt: now.Add(block), FailedAt: now}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record failure: %w", err)
	}
	return ErrSignIn
}

// roughly says a waiting time in words.
func roughly(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Seconds())+1)
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes())+1)
}
