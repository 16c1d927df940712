package desk

import (
	"context"
	"fmt"

	"textdesk/db"
)

// ActAs has an administrator's session see and do everything as somebody below
// them, until StopActing or its end. What they do is written down under both
// names. Passwords, second factors and tokens stay out of reach.
func (d *Desk) ActAs(ctx context.Context, a Actor, session string, userID int64) error {
	if a.Acting() {
		return ErrActing.because("You act as somebody already. Stop that first.")
	}
	u, err := d.mayActAs(ctx, a, userID)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.ActAs(ctx, db.ActAsParams{Hash: hashToken(session), ActingAs: db.ID(u.ID)}); err != nil {
			return fmt.Errorf("act as user: %w", err)
		}
		return d.audit(ctx, tx, a, "user.act_as", u.Username, "")
	})
}

// StopActing makes the session the administrator's own again.
func (d *Desk) StopActing(ctx context.Context, a Actor, session string) error {
	if !a.Acting() {
		return nil
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.ActAs(ctx, db.ActAsParams{Hash: hashToken(session)}); err != nil {
			return fmt.Errorf("stop acting: %w", err)
		}
		return d.audit(ctx, tx, a, "user.act_as_end", a.User.Username, "")
	})
}

// mayActAs finds somebody strictly below the actor who is not kept out.
func (d *Desk) mayActAs(ctx context.Context, a Actor, userID int64) (db.User, error) {
	if !a.Admin() || a.shell() {
		return db.User{}, ErrForbidden
	}
	tree, err := d.store.UserTree(ctx, a.User.ID)
	if err != nil {
		return db.User{}, fmt.Errorf("read users: %w", err)
	}
	if userID == a.User.ID || !contains(tree, userID) {
		return db.User{}, ErrUnknownUser
	}
	if !bool(a.User.SeesOthers) {
		return db.User{}, ErrForbidden.because("You may not see the texts of others, so you cannot act as them.")
	}
	u, err := d.store.User(ctx, userID)
	if err != nil {
		return db.User{}, fmt.Errorf("read user: %w", err)
	}
	if r := keptOut(u); r != nil {
		return db.User{}, r
	}
	return u, nil
}
