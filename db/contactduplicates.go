package db

import (
	"context"
	"database/sql"
	"fmt"
)

const (
	numbersTwice = `SELECT number FROM contacts INDEXED BY contacts_number WHERE user_id = ? AND number > ? GROUP BY number HAVING count(*) > 1 ORDER BY number LIMIT ?`
	namesTwice   = `SELECT name_key FROM contacts INDEXED BY contacts_name WHERE user_id = ? AND name_key > ? GROUP BY name_key HAVING count(*) > 1 ORDER BY name_key LIMIT ?`
)

// DuplicateKeys returns the numbers, or the keys of names, that several contacts
// of a user have, in their order. Where there are few it reads a whole index.
func (s *Store) DuplicateKeys(ctx context.Context, userID int64, byName bool, after string, limit int) ([]string, error) {
	query := numbersTwice
	if byName {
		query = namesTwice
	}
	keys, err := readRows(ctx, s.reads, func(rows *sql.Rows) (key string, err error) {
		err = rows.Scan(&key)
		return key, err
	}, query, userID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("find duplicates: %w", err)
	}
	return keys, nil
}

// ContactsWithKey returns the first contacts of a user with a number, or with the
// key of a name.
func (s *Store) ContactsWithKey(ctx context.Context, userID int64, byName bool, key string, limit int) ([]Contact, error) {
	column := "c.number"
	if byName {
		column = "c.name_key"
	}
	found, err := readRows(ctx, s.reads, scanContact, "SELECT "+contactColumns+" FROM contacts c WHERE c.user_id = ? AND "+column+" = ? ORDER BY c.id LIMIT ?", userID, key, limit)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	return found, nil
}

// RecurringTo names the repeating sends of users (nil: everybody's) that have not
// ended and go to a group or to a list; the other is 0.
func (s *Store) RecurringTo(ctx context.Context, users []int64, group, list int64) ([]string, error) {
	field, id := "$.groups", group
	if list != 0 {
		field, id = "$.lists", list
	}
	query := `SELECT r.name FROM recurring r WHERE r.ended_at = 0 AND EXISTS (SELECT 1 FROM json_each(r.recipients, ?) j WHERE j.value = ?)`
	args := []any{field, id}
	if users != nil {
		query, args = query+" AND r.user_id IN (SELECT value FROM json_each(?))", append(args, idList(users))
	}
	names, err := readRows(ctx, s.reads, func(rows *sql.Rows) (name string, err error) {
		err = rows.Scan(&name)
		return name, err
	}, query+" ORDER BY r.name LIMIT 20", args...)
	if err != nil {
		return nil, fmt.Errorf("find repeating sends: %w", err)
	}
	return names, nil
}
