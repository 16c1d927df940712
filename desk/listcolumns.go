package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"textdesk/db"
)

// MaxColumns is how many columns with names a list may have, beside MM1 to MM5.
const MaxColumns = 40

// ColumnsOf are the names of a list's further columns, in their order. A text
// can be filled in with them by those names.
func (d *Desk) ColumnsOf(ctx context.Context, a Actor, id int64) ([]string, error) {
	if _, err := d.List(ctx, a, id); err != nil {
		return nil, err
	}
	l, err := d.store.List(ctx, id)
	if err := found("list", err, ErrUnknownList); err != nil {
		return nil, err
	}
	return columnList(l.Columns), nil
}

func columnList(stored string) (names []string) {
	if err := json.Unmarshal([]byte(stored), &names); err != nil {
		return nil
	}
	return names
}

func columnsJSON(names []string) string {
	text, err := json.Marshal(names) // of texts: it cannot fail
	if err != nil || names == nil {
		return "[]"
	}
	return string(text)
}

// AddColumn gives a list another column, at the end.
func (d *Desk) AddColumn(ctx context.Context, a Actor, id int64, typed string) error {
	if _, err := d.List(ctx, a, id); err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return changeColumns(ctx, tx, d.now(), id, func(names []string) ([]string, error) {
			name, err := freeColumn(names, typed)
			if err != nil {
				return nil, err
			}
			return append(names, name), nil
		})
	})
}

// freeColumn reads the name of a column that a list does not have yet.
func freeColumn(names []string, typed string) (string, error) {
	name := cleanName(typed)
	switch r := tooLong("column", name, maxFieldName); {
	case name == "":
		return "", ErrColumnBlank
	case r != nil:
		return "", r
	case len(names) >= MaxColumns:
		return "", ErrColumnsFull.because("A list can have up to %d columns with names.", MaxColumns)
	}
	if _, known := columnNames[bookKey(name)]; known {
		return "", ErrColumnTaken.because("Every list has a column called %s.", name)
	}
	if slices.ContainsFunc(names, func(n string) bool { return bookKey(n) == bookKey(name) }) {
		return "", ErrColumnTaken.because("The list has a column called %s already.", name)
	}
	return name, nil
}

func changeColumns(ctx context.Context, tx *db.Tx, now db.Millis, id int64, change func([]string) ([]string, error)) error {
	l, err := tx.List(ctx, id)
	if err := found("list", err, ErrUnknownList); err != nil {
		return err
	}
	names, err := change(columnList(l.Columns))
	if err != nil {
		return err
	}
	if err := tx.SetListColumns(ctx, db.SetListColumnsParams{ID: id, Columns: columnsJSON(names), ChangedAt: now}); err != nil {
		return fmt.Errorf("set columns: %w", err)
	}
	return nil
}

// RenameColumn calls a column of a list otherwise. What stands in it stays.
func (d *Desk) RenameColumn(ctx context.Context, a Actor, id int64, column, typed string) error {
	if _, err := d.List(ctx, a, id); err != nil {
		return err
	}
	var name string
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return changeColumns(ctx, tx, d.now(), id, func(names []string) ([]string, error) {
			i := slices.Index(names, column)
			if i < 0 {
				return nil, ErrUnknownColumn
			}
			var err error
			if name, err = freeColumn(slices.Delete(slices.Clone(names), i, i+1), typed); err != nil {
				return nil, err
			}
			names[i] = name
			return names, nil
		})
	})
	if err != nil || name == column {
		return err
	}
	return d.eachFields(ctx, id, func(fields map[string]string) bool {
		value, there := fields[column]
		if there {
			delete(fields, column)
			fields[name] = value
		}
		return there
	})
}

// RemoveColumn takes a column from a list, with what stands in it.
func (d *Desk) RemoveColumn(ctx context.Context, a Actor, id int64, column string) error {
	l, err := d.List(ctx, a, id)
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := changeColumns(ctx, tx, d.now(), id, func(names []string) ([]string, error) {
			i := slices.Index(names, column)
			if i < 0 {
				return nil, ErrUnknownColumn
			}
			return slices.Delete(names, i, i+1), nil
		})
		if err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "list.column", l.Name, column)
	})
	if err != nil {
		return err
	}
	return d.eachFields(ctx, id, func(fields map[string]string) bool {
		_, there := fields[column]
		delete(fields, column)
		return there
	})
}

// eachFields rewrites what stands in the columns of a list's lines, in steps.
// change says whether it has changed anything.
func (d *Desk) eachFields(ctx context.Context, id int64, change func(map[string]string) bool) error {
	f := db.BookFilter{ListID: id, Limit: moveStep}
	for {
		entries, err := d.store.FindEntries(ctx, f)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return nil
		}
		f.After.ID = entries[len(entries)-1].ID
		err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, e := range entries {
				now, err := tx.Entry(ctx, db.EntryParams{ListID: id, ID: e.ID})
				if db.IsNotFound(err) {
					continue
				}
				if err != nil {
					return fmt.Errorf("read entry: %w", err)
				}
				fields := map[string]string{}
				for _, f := range readFieldsJSON(now.Fields) {
					fields[f.Name] = f.Value
				}
				if !change(fields) {
					continue
				}
				if err := tx.SetEntryFields(ctx, db.SetEntryFieldsParams{ListID: id, ID: e.ID, Fields: fieldsJSON(fields)}); err != nil {
					return fmt.Errorf("change entry: %w", err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// EntryValues are what stands in a line's columns with names, in their order.
func EntryValues(e db.ListEntry, columns []string) []string {
	values := make([]string, len(columns))
	for _, f := range readFieldsJSON(e.Fields) {
		if i := slices.Index(columns, f.Name); i >= 0 {
			values[i] = f.Value
		}
	}
	return values
}
