package desk

import (
	"context"
	"fmt"

	"textdesk/db"
)

// bookNames are things of the address book that have a name of their own, of which
// nobody has two that are the same: groups, and distribution lists.
type bookNames struct {
	what   string
	taken  *Refusal
	named  func(ctx context.Context, tx *db.Tx, userID int64, key string) (id int64, err error)
	insert func(ctx context.Context, tx *db.Tx, userID int64, name string, at db.Millis) (id int64, err error)
	rename func(ctx context.Context, tx *db.Tx, id int64, name string, at db.Millis) error
}

// add makes one, with nobody in it.
func (b bookNames) add(ctx context.Context, d *Desk, a Actor, typed string) (id int64, err error) {
	name, r := readName(typed)
	if r != nil {
		return 0, r
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := b.free(ctx, tx, a.User.ID, 0, name); err != nil {
			return err
		}
		if id, err = b.insert(ctx, tx, a.User.ID, name, d.now()); err != nil {
			return fmt.Errorf("insert %s: %w", b.what, err)
		}
		return nil
	})
	return id, err
}

// change gives one another name.
func (b bookNames) change(ctx context.Context, d *Desk, n db.Named, typed string) error {
	name, r := readName(typed)
	if r != nil {
		return r
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := b.free(ctx, tx, n.UserID, n.ID, name); err != nil {
			return err
		}
		if err := b.rename(ctx, tx, n.ID, name, d.now()); err != nil {
			return fmt.Errorf("rename %s: %w", b.what, err)
		}
		return nil
	})
}

// free refuses a name that another one of the user has.
func (b bookNames) free(ctx context.Context, tx *db.Tx, userID, id int64, name string) error {
	other, err := b.named(ctx, tx, userID, bookKey(name))
	if db.IsNotFound(err) || err == nil && other == id {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for %s: %w", b.what, err)
	}
	return b.taken
}
