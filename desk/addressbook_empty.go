package desk

import (
	"context"
	"errors"
	"fmt"

	"textdesk/db"
)

const (
	// deleteStep and moveStep are how many contacts are deleted, or leave a
	// group, in one go: some 100 ms of the writer.
	deleteStep = 1000
	moveStep   = 2000
)

// EmptyGroup takes everybody out of a group, and says how many they were. Their
// contacts stay. A large group is emptied in steps; when it is interrupted, the
// rest is still in it.
func (d *Desk) EmptyGroup(ctx context.Context, a Actor, id int64) (int64, error) {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return 0, err
	}
	return d.emptyGroup(ctx, a, g, "group.empty")
}

// DeleteGroup deletes a group. The contacts in it stay.
func (d *Desk) DeleteGroup(ctx context.Context, a Actor, id int64) error {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return err
	}
	return d.deleteGroup(ctx, a, g)
}

// DeleteAllGroups deletes all of the actor's own groups, and says how many they
// were. The contacts in them stay.
func (d *Desk) DeleteAllGroups(ctx context.Context, a Actor) (deleted int64, err error) {
	for {
		some, err := d.store.FindGroups(ctx, db.BookFilter{UserID: a.User.ID, Limit: 100})
		if err != nil || len(some) == 0 {
			return deleted, err
		}
		for _, g := range some {
			if err := d.deleteGroup(ctx, a, g); err != nil && !errors.Is(err, ErrUnknownGroup) {
				return deleted, err
			}
			deleted++
		}
	}
}

// DeleteAllContacts deletes all of the actor's own contacts, and says how many
// they were. Groups stay, and nobody is in them. It goes in steps, so that
// others can work meanwhile; when it is interrupted, the rest is still there.
func (d *Desk) DeleteAllContacts(ctx context.Context, a Actor) (deleted int64, err error) {
	for {
		var n int64
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			ids, err := tx.ContactsAfter(ctx, a.User.ID, 0, deleteStep)
			if err != nil {
				return err
			}
			if n, err = tx.DeleteContacts(ctx, a.User.ID, ids); err != nil || deleted > 0 || n == 0 {
				return err
			}
			book, err := tx.AddressBook(ctx, a.User.ID)
			if err != nil {
				return fmt.Errorf("read address book: %w", err)
			}
			return d.audit(ctx, tx, a, "contact.delete_all", a.User.Username, fmt.Sprint(book.Contacts+n))
		})
		if err != nil || n == 0 {
			return deleted, err
		}
		deleted += n
	}
}

// emptyGroup takes everybody out, in steps. The first writes the audit log.
func (d *Desk) emptyGroup(ctx context.Context, a Actor, g db.Named, action string) (left int64, err error) {
	var change int64
	for {
		var n int
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			begun := change
			if left == 0 {
				if begun, err = d.recordMany(ctx, tx, a, g.UserID, ChangeLeft, g.Name, g.Count); err != nil {
					return err
				}
				if err := d.audit(ctx, tx, a, action, g.Name, fmt.Sprint(g.Count)); err != nil {
					return err
				}
			}
			if n, err = tx.EmptyGroup(ctx, g.ID, begun, moveStep); err != nil {
				return err
			}
			change = begun
			return nil
		})
		left += int64(n)
		if err != nil || n < moveStep {
			return left, err
		}
	}
}

// deleteGroup empties a group, and deletes it with the last who are in it.
func (d *Desk) deleteGroup(ctx context.Context, a Actor, g db.Named) error {
	if g.Count > moveStep {
		if _, err := d.emptyGroup(ctx, a, g, "group.empty"); err != nil {
			return err
		}
	}
	for done := false; !done; {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Group(ctx, g.ID); err != nil {
				return found("group", err, ErrUnknownGroup)
			}
			n, err := tx.EmptyGroup(ctx, g.ID, 0, moveStep)
			if done = n < moveStep; err != nil || !done {
				return err
			}
			if err := tx.DeleteGroup(ctx, g.ID); err != nil {
				return fmt.Errorf("delete group: %w", err)
			}
			return d.audit(ctx, tx, a, "group.delete", g.Name, fmt.Sprint(g.Count))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteList deletes a list with all that stands on it. A long one goes in
// steps.
func (d *Desk) DeleteList(ctx context.Context, a Actor, id int64) error {
	l, err := d.List(ctx, a, id)
	if err != nil {
		return err
	}
	for done := false; !done; {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.DropEntries(ctx, id, 2*moveStep)
			if done = n < 2*moveStep; err != nil || !done {
				return err
			}
			if err := tx.DeleteList(ctx, id); err != nil {
				return fmt.Errorf("delete list: %w", err)
			}
			return d.audit(ctx, tx, a, "list.delete", l.Name, fmt.Sprint(l.Count))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
