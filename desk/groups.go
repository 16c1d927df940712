package desk

import (
	"context"
	"fmt"

	"textdesk/db"
)

// Groups returns a page of the actor's groups with how many are in each, in the
// order of their names.
func (d *Desk) Groups(ctx context.Context, a Actor, f BookSearch) ([]db.Named, Paging, error) {
	where := f.filter("")
	where.UserID = a.User.ID
	found, err := d.store.FindGroups(ctx, where)
	if err != nil {
		return nil, Paging{}, err
	}
	page, paging := paged(found, f, placeOfNamed)
	return page, paging, nil
}

func placeOfNamed(n db.Named) db.BookPlace { return db.BookPlace{Key: n.Key, ID: n.ID} }

// Group returns a group with how many are in it. One that the actor may not see
// does not exist for them.
func (d *Desk) Group(ctx context.Context, a Actor, id int64) (db.Named, error) {
	g, err := d.store.Group(ctx, id)
	if err := found("group", err, ErrUnknownGroup); err != nil {
		return db.Named{}, err
	}
	return d.groupSeen(ctx, a, g)
}

// GroupNamed returns the actor's own group of a name. Capitals do not matter.
func (d *Desk) GroupNamed(ctx context.Context, a Actor, name string) (db.Named, error) {
	g, err := d.store.GroupByName(ctx, db.GroupByNameParams{UserID: a.User.ID, NameKey: bookKey(cleanName(name))})
	if err := found("group", err, ErrUnknownGroup); err != nil {
		return db.Named{}, err
	}
	return d.groupSeen(ctx, a, g)
}

func (d *Desk) groupSeen(ctx context.Context, a Actor, g db.Group) (db.Named, error) {
	if err := d.owned(ctx, a, g.UserID, ErrUnknownGroup); err != nil {
		return db.Named{}, err
	}
	n, err := d.store.CountMembers(ctx, g.ID)
	if err != nil {
		return db.Named{}, fmt.Errorf("count members: %w", err)
	}
	return db.Named{ID: g.ID, UserID: g.UserID, Name: g.Name, Key: g.NameKey, Count: n}, nil
}

// Members returns a page of the contacts in a group, in the order of their
// names.
func (d *Desk) Members(ctx context.Context, a Actor, groupID int64, f BookSearch) ([]db.Contact, Paging, error) {
	if _, err := d.Group(ctx, a, groupID); err != nil {
		return nil, Paging{}, err
	}
	return d.contacts(ctx, f, db.BookFilter{GroupID: groupID})
}

// AddGroup makes an empty group.
func (d *Desk) AddGroup(ctx context.Context, a Actor, typed string) (int64, error) {
	name, r := readName(typed)
	if r != nil {
		return 0, r
	}
	var id int64
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := freeGroup(ctx, tx, a.User.ID, 0, name); err != nil {
			return err
		}
		if id, err = tx.InsertGroup(ctx, db.InsertGroupParams{UserID: a.User.ID, Name: name, NameKey: bookKey(name), CreatedAt: d.now()}); err != nil {
			return fmt.Errorf("insert group: %w", err)
		}
		return nil
	})
	return id, err
}

// RenameGroup gives a group another name.
func (d *Desk) RenameGroup(ctx context.Context, a Actor, id int64, typed string) error {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return err
	}
	name, r := readName(typed)
	if r != nil {
		return r
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := freeGroup(ctx, tx, g.UserID, id, name); err != nil {
			return err
		}
		if err := tx.RenameGroup(ctx, db.RenameGroupParams{ID: id, Name: name, NameKey: bookKey(name), ChangedAt: d.now()}); err != nil {
			return fmt.Errorf("rename group: %w", err)
		}
		return nil
	})
}

// freeGroup refuses a name that another group of the user has.
func freeGroup(ctx context.Context, tx *db.Tx, userID, id int64, name string) error {
	other, err := tx.GroupByName(ctx, db.GroupByNameParams{UserID: userID, NameKey: bookKey(name)})
	if db.IsNotFound(err) || err == nil && other.ID == id {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for group: %w", err)
	}
	return ErrGroupTaken
}

// EmptyGroup takes everybody out of a group, and says how many they were. Their
// contacts stay.
func (d *Desk) EmptyGroup(ctx context.Context, a Actor, id int64) (int64, error) {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return 0, err
	}
	var n int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if n, err = tx.EmptyGroup(ctx, id); err != nil {
			return fmt.Errorf("empty group: %w", err)
		}
		return d.audit(ctx, tx, a, "group.empty", g.Name, fmt.Sprint(n))
	})
	return n, err
}

// DeleteGroup deletes a group. The contacts in it stay.
func (d *Desk) DeleteGroup(ctx context.Context, a Actor, id int64) error {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.EmptyGroup(ctx, id); err != nil {
			return fmt.Errorf("empty group: %w", err)
		}
		if err := tx.DeleteGroup(ctx, id); err != nil {
			return fmt.Errorf("delete group: %w", err)
		}
		return d.audit(ctx, tx, a, "group.delete", g.Name, fmt.Sprint(g.Count))
	})
}

// AddToGroup puts contacts into a group of the same owner, and says how many
// were not in it yet.
func (d *Desk) AddToGroup(ctx context.Context, a Actor, id int64, contacts []int64) (int64, error) {
	if _, err := d.Group(ctx, a, id); err != nil {
		return 0, err
	}
	var n int64
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = tx.AddMembers(ctx, id, contacts)
		return err
	})
	return n, err
}

// RemoveFromGroup takes contacts out of a group, and says how many were in it.
func (d *Desk) RemoveFromGroup(ctx context.Context, a Actor, id int64, contacts []int64) (int64, error) {
	if _, err := d.Group(ctx, a, id); err != nil {
		return 0, err
	}
	var n int64
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = tx.RemoveMembers(ctx, id, contacts)
		return err
	})
	return n, err
}

// PasteIntoGroup puts people into a group from what was pasted: numbers, with
// names beside them or without. A number that the owner has is that contact;
// any other becomes a new one.
func (d *Desk) PasteIntoGroup(ctx context.Context, a Actor, id int64, text string) (Pasted, error) {
	if err := a.mayImport(); err != nil {
		return Pasted{}, err
	}
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return Pasted{}, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Pasted{}, err
	}
	people, p, err := readPeople(text, set.Country)
	if err != nil {
		return p, err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		ids, err := d.putContacts(ctx, tx, g.UserID, people, set.Country)
		if err != nil {
			return err
		}
		n, err := tx.AddMembers(ctx, id, ids)
		p.Added, p.Known = int(n), len(people)-int(n)
		return err
	})
	return p, err
}
