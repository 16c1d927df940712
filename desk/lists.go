package desk

import (
	"context"
	"fmt"
	"slices"

	"textdesk/db"
)

// MergeFields is how many fields of its own a line of a list has, MM1 to MM5.
const MergeFields = 5

// EntryForm is a line of a distribution list, as typed.
type EntryForm struct {
	Number, Name, Email string
	Fields              [MergeFields]string
	// Named are what stands in the list's columns with names.
	Named []Field
}

// Lists returns a page of the actor's distribution lists with how many are on
// each, in the order of their names.
func (d *Desk) Lists(ctx context.Context, a Actor, f BookSearch) ([]db.Named, Paging, error) {
	where := f.filter("")
	where.UserID = a.User.ID
	found, err := d.store.FindLists(ctx, where)
	if err != nil {
		return nil, Paging{}, err
	}
	page, paging := paged(found, f, placeOfNamed)
	return page, paging, nil
}

// List returns a list with how many are on it. One that the actor may not see
// does not exist for them.
func (d *Desk) List(ctx context.Context, a Actor, id int64) (db.Named, error) {
	l, err := d.store.List(ctx, id)
	if err := found("list", err, ErrUnknownList); err != nil {
		return db.Named{}, err
	}
	return d.listSeen(ctx, a, l)
}

// ListNamed returns the actor's own list of a name. Capitals do not matter.
func (d *Desk) ListNamed(ctx context.Context, a Actor, name string) (db.Named, error) {
	l, err := d.store.ListByName(ctx, db.ListByNameParams{UserID: a.User.ID, NameKey: bookKey(cleanName(name))})
	if err := found("list", err, ErrUnknownList); err != nil {
		return db.Named{}, err
	}
	return d.listSeen(ctx, a, l)
}

func (d *Desk) listSeen(ctx context.Context, a Actor, l db.List) (db.Named, error) {
	if err := d.owned(ctx, a, l.UserID, ErrUnknownList); err != nil {
		return db.Named{}, err
	}
	return db.Named{ID: l.ID, UserID: l.UserID, Name: l.Name, Key: l.NameKey, Count: l.Entries}, nil
}

// Entries returns a page of a list, in the order in which it was filled.
func (d *Desk) Entries(ctx context.Context, a Actor, listID int64, f BookSearch) ([]db.ListEntry, Paging, error) {
	if _, err := d.List(ctx, a, listID); err != nil {
		return nil, Paging{}, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return nil, Paging{}, err
	}
	where := f.filter(set.Country)
	where.ListID = listID
	if where.Number != "" {
		some, err := d.store.FindEntries(ctx, db.BookFilter{ListID: listID, Number: where.Number, Limit: 1})
		if err != nil {
			return nil, Paging{}, err
		}
		if len(some) == 0 {
			where.Number = "" // it is a name
		}
	}
	found, err := d.store.FindEntries(ctx, where)
	if err != nil {
		return nil, Paging{}, err
	}
	page, paging := paged(found, f, func(e db.ListEntry) db.BookPlace { return db.BookPlace{ID: e.ID} })
	return page, paging, nil
}

// Entry returns one line of a list.
func (d *Desk) Entry(ctx context.Context, a Actor, listID, id int64) (db.ListEntry, error) {
	if _, err := d.List(ctx, a, listID); err != nil {
		return db.ListEntry{}, err
	}
	e, err := d.store.Entry(ctx, db.EntryParams{ListID: listID, ID: id})
	if err := found("entry", err, ErrUnknownEntry); err != nil {
		return db.ListEntry{}, err
	}
	return e, nil
}

// listNames are the names of distribution lists.
var listNames = bookNames{
	what: "list", taken: ErrListTaken,
	named: func(ctx context.Context, tx *db.Tx, userID int64, key string) (int64, error) {
		other, err := tx.ListByName(ctx, db.ListByNameParams{UserID: userID, NameKey: key})
		return other.ID, err
	},
	insert: func(ctx context.Context, tx *db.Tx, userID int64, name string, at db.Millis) (int64, error) {
		return tx.InsertList(ctx, db.InsertListParams{UserID: userID, Name: name, NameKey: bookKey(name), CreatedAt: at})
	},
	rename: func(ctx context.Context, tx *db.Tx, id int64, name string, at db.Millis) error {
		return tx.RenameList(ctx, db.RenameListParams{ID: id, Name: name, NameKey: bookKey(name), ChangedAt: at})
	},
}

// AddList makes an empty list.
func (d *Desk) AddList(ctx context.Context, a Actor, typed string) (int64, error) {
	return listNames.add(ctx, d, a, typed)
}

// RenameList gives a list another name.
func (d *Desk) RenameList(ctx context.Context, a Actor, id int64, typed string) error {
	n, err := d.List(ctx, a, id)
	if err != nil {
		return err
	}
	return listNames.change(ctx, d, n, typed)
}

// ChangeEntry corrects a line of a list.
func (d *Desk) ChangeEntry(ctx context.Context, a Actor, listID, id int64, form EntryForm) error {
	was, err := d.Entry(ctx, a, listID, id)
	if err != nil {
		return err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	e, bad := readEntry(form, set.Country)
	if form.Named == nil {
		e.Fields = was.Fields
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		other, err := tx.EntryByNumber(ctx, db.EntryByNumberParams{ListID: listID, Number: e.Number})
		if err == nil && other.ID != id {
			return ErrEntryTaken
		}
		if err != nil && !db.IsNotFound(err) {
			return fmt.Errorf("look for entry: %w", err)
		}
		err = tx.ChangeEntry(ctx, db.ChangeEntryParams{ListID: listID, ID: id, Number: e.Number, Name: e.Name, NameKey: e.NameKey, Email: e.Email,
			Mm1: e.Mm1, Mm2: e.Mm2, Mm3: e.Mm3, Mm4: e.Mm4, Mm5: e.Mm5, Fields: e.Fields})
		if err != nil {
			return fmt.Errorf("change entry: %w", err)
		}
		return nil
	})
}

// RemoveEntry takes a line from a list.
func (d *Desk) RemoveEntry(ctx context.Context, a Actor, listID, id int64) error {
	if _, err := d.Entry(ctx, a, listID, id); err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.RemoveEntry(ctx, db.RemoveEntryParams{ListID: listID, ID: id})
		if err != nil {
			return fmt.Errorf("remove entry: %w", err)
		}
		if err := tx.MoveEntries(ctx, db.MoveEntriesParams{ID: listID, Entries: -n}); err != nil {
			return fmt.Errorf("count entries: %w", err)
		}
		return nil
	})
}

// readEntry reads a line, all of its fields.
func readEntry(form EntryForm, home string) (e db.ListEntry, bad []*Refusal) {
	var r *Refusal
	if e.Number, r = readNumber(form.Number, home); r != nil {
		bad = append(bad, r)
	}
	e.Name = cleanName(form.Name)
	e.NameKey = bookKey(e.Name)
	if r = tooLong("name", e.Name, maxBookName); r != nil {
		bad = append(bad, r)
	}
	if e.Email, r = readEmail(form.Email); r != nil {
		bad = append(bad, r)
	}
	for i, to := range e.MM() {
		*to = cleanName(form.Fields[i])
		if r = tooLong(fmt.Sprintf("mm%d", i+1), *to, maxBookField); r != nil {
			bad = append(bad, r)
		}
	}
	for i, f := range form.Named {
		if r := tooLong(fmt.Sprintf("column%d", i+1), cleanName(f.Value), maxBookField); r != nil {
			bad = append(bad, r)
		}
	}
	if e.Fields, r = readFields(filled(form.Named)); r != nil && len(bad) == 0 {
		bad = append(bad, r)
	}
	return e, bad
}

// filled leaves out fields in which nothing stands.
func filled(fields []Field) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return cleanName(f.Value) == "" })
}

// PasteIntoList adds lines to a list from rows of a spreadsheet or a CSV file:
// the number, the name, the e-mail address, and up to five fields and what stands
// in the list's own columns. Where another column than the first has the numbers,
// the others are taken in that order; a first row with the columns' names says it
// all. A number that is on the list has its line replaced.
func (d *Desk) PasteIntoList(ctx context.Context, a Actor, id int64, text string) (Pasted, error) {
	if err := a.mayImport(); err != nil {
		return Pasted{}, err
	}
	if _, err := d.List(ctx, a, id); err != nil {
		return Pasted{}, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Pasted{}, err
	}
	had, err := d.ColumnsOf(ctx, a, id)
	if err != nil {
		return Pasted{}, err
	}
	entries, columns, p, err := readRows(text, set.Country, had)
	if err != nil {
		return p, err
	}
	if len(columns) > len(had) {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return changeColumns(ctx, tx, d.now(), id, func(names []string) ([]string, error) {
				for _, name := range columns[len(had):] {
					if !slices.Contains(names, name) {
						names = append(names, name)
					}
				}
				return names, nil
			})
		})
		if err != nil {
			return p, err
		}
	}
	// In steps, each whole: a number that is there has its line replaced.
	for some := range slices.Chunk(entries, moveStep) {
		var added int64
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			added, err = tx.PutEntries(ctx, id, some)
			return err
		})
		if err != nil {
			return p, err
		}
		p.Added += int(added)
		p.Known += len(some) - int(added)
	}
	return p, nil
}
