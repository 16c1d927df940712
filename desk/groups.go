package desk

import (
	"context"

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
	return db.Named{ID: g.ID, UserID: g.UserID, Name: g.Name, Key: g.NameKey, Count: g.Members}, nil
}

// groupNames are the names of groups.
var groupNames = bookNames{
	what: "group", taken: ErrGroupTaken,
	named: func(ctx context.Context, tx *db.Tx, userID int64, key string) (int64, error) {
		other, err := tx.GroupByName(ctx, db.GroupByNameParams{UserID: userID, NameKey: key})
		return other.ID, err
	},
	insert: func(ctx context.Context, tx *db.Tx, userID int64, name string, at db.Millis) (int64, error) {
		return tx.InsertGroup(ctx, db.InsertGroupParams{UserID: userID, Name: name, NameKey: bookKey(name), CreatedAt: at})
	},
	rename: func(ctx context.Context, tx *db.Tx, id int64, name string, at db.Millis) error {
		return tx.RenameGroup(ctx, db.RenameGroupParams{ID: id, Name: name, NameKey: bookKey(name), ChangedAt: at})
	},
}

// AddGroup makes an empty group.
func (d *Desk) AddGroup(ctx context.Context, a Actor, typed string) (int64, error) {
	return groupNames.add(ctx, d, a, typed)
}

// RenameGroup gives a group another name.
func (d *Desk) RenameGroup(ctx context.Context, a Actor, id int64, typed string) error {
	n, err := d.Group(ctx, a, id)
	if err != nil {
		return err
	}
	return groupNames.change(ctx, d, n, typed)
}

// AddToGroup puts up to 5,000 contacts into a group of the same owner, and says
// how many were not in it yet.
func (d *Desk) AddToGroup(ctx context.Context, a Actor, id int64, contacts []int64) (int64, error) {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return 0, err
	}
	var n int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = d.join(ctx, tx, a, g, contacts)
		return err
	})
	return n, err
}

// fewChanges is up to how many contacts each get a line of their own in their
// history; of more there is one line for all.
const fewChanges = 100

// join puts contacts into a group and writes it down.
func (d *Desk) join(ctx context.Context, tx *db.Tx, a Actor, g db.Named, contacts []int64) (int64, error) {
	var change int64
	if len(contacts) > fewChanges {
		var err error
		if change, err = d.recordMany(ctx, tx, a, g.UserID, ChangeJoined, g.Name, int64(len(contacts))); err != nil {
			return 0, err
		}
	}
	joined, err := tx.AddMembers(ctx, g.ID, contacts, change)
	if err != nil || change != 0 {
		return int64(len(joined)), err
	}
	for _, id := range joined {
		if err := d.record(ctx, tx, a, g.UserID, id, ChangeJoined, []Change{{Field: "Group", To: g.Name}}); err != nil {
			return 0, err
		}
	}
	return int64(len(joined)), nil
}

// RemoveFromGroup takes up to 5,000 contacts out of a group, and says how many
// were in it.
func (d *Desk) RemoveFromGroup(ctx context.Context, a Actor, id int64, contacts []int64) (int64, error) {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return 0, err
	}
	var n int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = d.leave(ctx, tx, a, g, contacts)
		return err
	})
	return n, err
}

// leave takes contacts out of a group and writes it down.
func (d *Desk) leave(ctx context.Context, tx *db.Tx, a Actor, g db.Named, contacts []int64) (int64, error) {
	var change int64
	if len(contacts) > fewChanges {
		var err error
		if change, err = d.recordMany(ctx, tx, a, g.UserID, ChangeLeft, g.Name, int64(len(contacts))); err != nil {
			return 0, err
		}
	}
	left, err := tx.RemoveMembers(ctx, g.ID, contacts, change)
	if err != nil || change != 0 {
		return int64(len(left)), err
	}
	for _, id := range left {
		if err := d.record(ctx, tx, a, g.UserID, id, ChangeLeft, []Change{{Field: "Group", From: g.Name}}); err != nil {
			return 0, err
		}
	}
	return int64(len(left)), nil
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
	// In steps, each whole: a number that is there is not put there again.
	for len(people) > 0 {
		some := people[:min(len(people), moveStep)]
		people = people[len(some):]
		var joined int64
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			ids, err := d.putContacts(ctx, tx, a, g.UserID, some, set.Country)
			if err != nil {
				return err
			}
			joined, err = d.join(ctx, tx, a, g, ids)
			return err
		})
		if err != nil {
			return p, err
		}
		p.Added += int(joined)
		p.Known += len(some) - int(joined)
	}
	return p, nil
}
