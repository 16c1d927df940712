package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
)

// The kinds of a one-time link.
const (
	linkInvite = "invite"
	linkReset  = "reset"
)

// How long a one-time link is good for.
const (
	inviteLife = 7 * 24 * time.Hour
	resetLife  = 24 * time.Hour
)

// NewLink makes a one-time link for a user and returns its token, this once.
// Whoever has it chooses a password. For somebody who has one, it is a reset:
// their sessions end and the password they had opens nothing more. An earlier
// link is useless from then on. For administrators above them.
func (d *Desk) NewLink(ctx context.Context, a Actor, userID int64) (token string, err error) {
	if a.Acting() {
		return "", ErrActing
	}
	err = d.changeBelow(ctx, a, userID, "user.link", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		if u.ID == a.User.ID {
			return "", ErrYourself.because("Change your own password on your account page.")
		}
		kind := linkInvite
		if u.PasswordHash != "" {
			kind = linkReset
		}
		if err := tx.SetPassword(ctx, db.SetPasswordParams{ID: u.ID}); err != nil {
			return "", err
		}
		if err := tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID}); err != nil {
			return "", err
		}
		token, err = d.insertLink(ctx, tx, a, u.ID, kind)
		return kind, err
	})
	return token, err
}

// NewLinkByName is NewLink for who has no page to look at.
func (d *Desk) NewLinkByName(ctx context.Context, a Actor, username string) (token string, err error) {
	u, err := d.userByName(ctx, username)
	if err != nil {
		return "", err
	}
	return d.NewLink(ctx, a, u.ID)
}

func (d *Desk) insertLink(ctx context.Context, tx *db.Tx, a Actor, userID int64, kind string) (string, error) {
	token, life := newToken(), inviteLife
	if kind == linkReset {
		life = resetLife
	}
	err := tx.InsertUserLink(ctx, db.InsertUserLinkParams{Hash: hashToken(token), UserID: userID, Kind: kind, MadeBy: db.ID(a.User.ID),
		CreatedAt: d.now(), ExpiresAt: d.now().Add(life)})
	if err != nil {
		return "", fmt.Errorf("insert link: %w", err)
	}
	return token, nil
}

// UserByLink is whose link a token is. It is refused when it was used, has ended,
// or somebody is kept out meanwhile.
func (d *Desk) UserByLink(ctx context.Context, token string) (db.User, error) {
	return d.userByLink(ctx, d.store.Queries, token)
}

func (d *Desk) userByLink(ctx context.Context, q *db.Queries, token string) (db.User, error) {
	link, err := q.UserLink(ctx, db.UserLinkParams{Hash: hashToken(token), NowAt: d.now()})
	if db.IsNotFound(err) {
		return db.User{}, ErrNoLink
	}
	if err != nil {
		return db.User{}, fmt.Errorf("read link: %w", err)
	}
	u, err := q.User(ctx, link.UserID)
	if err != nil {
		return db.User{}, fmt.Errorf("read user: %w", err)
	}
	if keptOut(u) != nil {
		return db.User{}, ErrNoLink
	}
	return u, nil
}

// UseLink chooses a password with a one-time link, which is used up with it, and
// signs its user in as SignIn does. Every session that they had ends.
func (d *Desk) UseLink(ctx context.Context, token, password, repeat, address, agent string) (session string, err error) {
	if _, err := d.UserByLink(ctx, token); err != nil {
		return "", err
	}
	var bad []*Refusal
	if r := checkPassword(password); r != nil {
		bad = append(bad, r)
	}
	if password != repeat {
		bad = append(bad, ErrPasswordRepeat)
	}
	if len(bad) > 0 {
		return "", refused(bad)
	}
	hash, err := d.hashPassword(ctx, password)
	if err != nil {
		return "", err
	}
	var u db.User
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if u, err = d.userByLink(ctx, tx.Queries, token); err != nil {
			return err
		}
		if err := d.newPassword(ctx, tx, u, hash); err != nil {
			return err
		}
		return d.audit(ctx, tx, Actor{User: u, Door: "page", Address: address}, "account.password", u.Username, "with a one-time link")
	})
	if err != nil {
		return "", err
	}
	return d.enterPages(ctx, u, address, agent)
}
