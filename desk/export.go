package desk

import (
	"context"
	"slices"

	"textdesk/db"
)

// ContactLine is a contact as files show it.
type ContactLine struct {
	db.Contact
	// Groups are the names of those that it is in.
	Groups []string
}

// exportChunk is how many contacts an export looks up the groups of at a time.
const exportChunk = 1000

// ExportContacts calls do for every contact that matches, with the groups it is
// in, in the order of their names. With ids, only those of them that match. It
// keeps a page of them in memory and holds nobody up, however slow do is.
func (d *Desk) ExportContacts(ctx context.Context, a Actor, f ContactFilter, ids []int64, do func(ContactLine) error) error {
	wanted := idSet(ids)
	chunk := make([]ContactLine, 0, exportChunk)
	flush := func() error {
		of := make([]int64, len(chunk))
		for i := range chunk {
			of[i] = chunk[i].ID
		}
		groups, err := d.store.GroupsOf(ctx, of)
		if err != nil {
			return err
		}
		for _, c := range chunk {
			c.Groups = groups[c.ID]
			if err := do(c); err != nil {
				return err
			}
		}
		chunk = chunk[:0]
		return nil
	}
	err := d.EachContact(ctx, a, f, func(c db.Contact) error {
		if ids != nil && !wanted[c.ID] {
			return nil
		}
		if chunk = append(chunk, ContactLine{Contact: c}); len(chunk) < exportChunk {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

func idSet(ids []int64) map[int64]bool {
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// ExportFields are the names of the fields that any of the contacts has, in
// their order.
func (d *Desk) ExportFields(ctx context.Context, a Actor, f ContactFilter, ids []int64) (names []string, err error) {
	if !f.Any() && ids == nil {
		names, err = d.store.AllFieldNames(ctx, a.User.ID)
	} else {
		names, err = d.fieldsOfSome(ctx, a, f, ids)
	}
	slices.SortFunc(names, compareFolded)
	return names, err
}

func (d *Desk) fieldsOfSome(ctx context.Context, a Actor, f ContactFilter, ids []int64) (names []string, err error) {
	wanted, seen := idSet(ids), map[string]bool{}
	err = d.EachContact(ctx, a, f, func(c db.Contact) error {
		if c.Fields == "{}" || ids != nil && !wanted[c.ID] {
			return nil
		}
		for _, field := range ContactFields(c) {
			if !seen[field.Name] {
				seen[field.Name] = true
				names = append(names, field.Name)
			}
		}
		return nil
	})
	return names, err
}

// Named is a group or a list with how many are in it.
type Named = db.Named

// ExportGroups calls do for each of the actor's groups, in the order of their
// names.
func (d *Desk) ExportGroups(ctx context.Context, a Actor, do func(Named) error) error {
	return eachNamed(ctx, a, d.store.FindGroups, do)
}

// ExportLists calls do for each of the actor's distribution lists, in the order
// of their names.
func (d *Desk) ExportLists(ctx context.Context, a Actor, do func(Named) error) error {
	return eachNamed(ctx, a, d.store.FindLists, do)
}

func eachNamed(ctx context.Context, a Actor, find func(context.Context, db.BookFilter) ([]db.Named, error), do func(Named) error) error {
	f := db.BookFilter{UserID: a.User.ID, Limit: exportChunk}
	for {
		page, err := find(ctx, f)
		if err != nil {
			return err
		}
		for _, n := range page {
			if err := do(n); err != nil {
				return err
			}
		}
		if len(page) < f.Limit {
			return nil
		}
		f.After = placeOfNamed(page[len(page)-1])
	}
}

// EntryLine is an entry of a list as files show it.
type EntryLine struct {
	db.ListEntry
	// More are its further columns.
	More []Field
}

// ListColumns returns a list, and the names of the further columns that any of
// its entries has, in their order.
func (d *Desk) ListColumns(ctx context.Context, a Actor, id int64) (l Named, more []string, err error) {
	if l, err = d.List(ctx, a, id); err != nil {
		return l, nil, err
	}
	more, err = d.store.EntryFieldNames(ctx, id)
	slices.SortFunc(more, compareFolded)
	return l, more, err
}

// ExportList calls do for every entry of a list, in the order in which they were
// added.
func (d *Desk) ExportList(ctx context.Context, a Actor, id int64, do func(EntryLine) error) error {
	if _, err := d.List(ctx, a, id); err != nil {
		return err
	}
	return d.store.EachEntry(ctx, id, func(e *db.ListEntry) error {
		return do(EntryLine{ListEntry: *e, More: readFieldsJSON(e.Fields)})
	})
}

// usernamesOfAll names all users.
func (d *Desk) usernamesOfAll(ctx context.Context) (map[db.ID]string, error) {
	users, err := d.store.UserList(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[db.ID]string, len(users))
	for _, u := range users {
		names[db.ID(u.ID)] = u.Username
	}
	return names, nil
}
