package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"textdesk/sms"
)

// BookFilter says which page of names a list shows, in the order of their keys.
type BookFilter struct {
	// UserID is whose, ListID of which list; the other is 0.
	UserID, ListID int64
	// Words is the beginning of a word of the name, as a key; Number that of a
	// number, which goes first. "" does not filter.
	Words  string
	Number sms.MSISDN
	// The page begins after a place or ends before it, or is the first.
	After, Before BookPlace
	Limit         int
}

// BookPlace is where a row stands in the order of names. The zero place is none.
type BookPlace struct {
	Key string
	ID  int64
}

// page finishes a query over rows whose order is (key, id).
func (f BookFilter) page(where string, args []any, key, id string) (string, []any) {
	order := " ORDER BY " + key + ", " + id
	switch {
	case f.Before.ID != 0:
		where, args = and(where, "("+key+", "+id+") < (?, ?)"), append(args, f.Before.Key, f.Before.ID)
		order = " ORDER BY " + key + " DESC, " + id + " DESC"
	case f.After.ID != 0:
		where, args = and(where, "("+key+", "+id+") > (?, ?)"), append(args, f.After.Key, f.After.ID)
	}
	return where + order + " LIMIT ?", append(args, f.Limit)
}

// found adds what was searched for to a WHERE clause.
func (f BookFilter) found(where string, args []any, key, number string) (string, []any) {
	words := "(" + key + " >= ? AND " + key + " < ? OR instr(" + key + ", ?) > 0)"
	numbers := "(" + number + " >= ? AND " + number + " < ?)"
	byWords := []any{f.Words, f.Words + "\U0010FFFF", " " + f.Words}
	byNumber := []any{string(f.Number), string(f.Number) + ":"}
	switch {
	case f.Number != "":
		return and(where, numbers), append(args, byNumber...)
	case f.Words != "":
		return and(where, words), append(args, byWords...)
	}
	return where, args
}

// Named is a group or a list with how many are in it.
type Named struct {
	ID, UserID int64
	Name, Key  string
	Count      int64
}

// FindGroups returns a page of somebody's groups, in the order of their names.
func (s *Store) FindGroups(ctx context.Context, f BookFilter) ([]Named, error) {
	return s.findNamed(ctx, f, "groups", "n.members")
}

// FindLists returns a page of somebody's distribution lists, in the order of
// their names.
func (s *Store) FindLists(ctx context.Context, f BookFilter) ([]Named, error) {
	return s.findNamed(ctx, f, "lists", "n.entries")
}

func (s *Store) findNamed(ctx context.Context, f BookFilter, table, count string) ([]Named, error) {
	where, args := " WHERE n.user_id = ?", []any{f.UserID}
	f.Number = ""
	where, args = f.found(where, args, "n.name_key", "")
	where, args = f.page(where, args, "n.name_key", "n.id")
	return findRows(ctx, s, f, "SELECT n.id, n.user_id, n.name, n.name_key, "+count+" FROM "+table+" n"+where, args, func(rows *sql.Rows) (n Named, err error) {
		err = rows.Scan(&n.ID, &n.UserID, &n.Name, &n.Key, &n.Count)
		return n, err
	})
}

const entryColumns = `e.id, e.list_id, e.number, e.name, e.name_key, e.email, e.mm1, e.mm2, e.mm3, e.mm4, e.mm5, e.fields`

// FindEntries returns a page of a list's entries, in the order in which they
// were added. Places have no key.
func (s *Store) FindEntries(ctx context.Context, f BookFilter) ([]ListEntry, error) {
	where, args := f.found(" WHERE e.list_id = ?", []any{f.ListID}, "e.name_key", "e.number")
	order := " ORDER BY e.id"
	switch {
	case f.Before.ID != 0:
		where, args, order = where+" AND e.id < ?", append(args, f.Before.ID), " ORDER BY e.id DESC"
	case f.After.ID != 0:
		where, args = where+" AND e.id > ?", append(args, f.After.ID)
	}
	return findRows(ctx, s, f, "SELECT "+entryColumns+" FROM list_entries e"+where+order+" LIMIT ?", append(args, f.Limit), func(rows *sql.Rows) (e ListEntry, err error) {
		err = rows.Scan(&e.ID, &e.ListID, &e.Number, &e.Name, &e.NameKey, &e.Email, &e.Mm1, &e.Mm2, &e.Mm3, &e.Mm4, &e.Mm5, &e.Fields)
		return e, err
	})
}

// FindSuppressions returns a page of the numbers that nobody may text, in the
// order of the numbers, which are the keys of places.
func (s *Store) FindSuppressions(ctx context.Context, f BookFilter) ([]Suppression, error) {
	var where string
	var args []any
	switch {
	case f.Number != "":
		where, args = and(where, "(number >= ? AND number < ? OR number = ?)"), append(args, string(f.Number), string(f.Number)+":", string(s.hash.of(f.Number)))
	case f.Words != "":
		where, args = and(where, `(reason LIKE ? ESCAPE '\' OR word LIKE ? ESCAPE '\')`), append(args, "%"+likeEscaped.Replace(f.Words)+"%", "%"+likeEscaped.Replace(f.Words)+"%")
	}
	order := " ORDER BY number"
	switch {
	case f.Before.Key != "":
		where, args, order = and(where, "number < ?"), append(args, f.Before.Key), " ORDER BY number DESC"
	case f.After.Key != "":
		where, args = and(where, "number > ?"), append(args, f.After.Key)
	}
	f.Before.ID = int64(len(f.Before.Key)) // so that the page is turned round
	return findRows(ctx, s, f, "SELECT number, reason, added_by, added_at, how, word, inbound_id, said_at FROM suppressions"+where+order+" LIMIT ?", append(args, f.Limit), func(rows *sql.Rows) (p Suppression, err error) {
		err = rows.Scan(&p.Number, &p.Reason, &p.AddedBy, &p.AddedAt, &p.How, &p.Word, &p.InboundID, &p.SaidAt)
		return p, err
	})
}

// likeEscaped has what was typed stand for itself in a LIKE pattern.
var likeEscaped = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// findRows reads a page, in rising order also where it was read backwards.
func findRows[T any](ctx context.Context, s *Store, f BookFilter, query string, args []any, scan func(*sql.Rows) (T, error)) ([]T, error) {
	found, err := readRows(ctx, s.reads, scan, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read address book: %w", err)
	}
	if f.Before.ID != 0 {
		slices.Reverse(found)
	}
	return found, nil
}

// readRows reads all rows of a query.
func readRows[T any](ctx context.Context, on *statements, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := on.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []T
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, rows.Err()
}

// ContactsWith returns the contacts of a user that have one of the numbers, by
// number; of several with the same number the first.
func (tx *Tx) ContactsWith(ctx context.Context, userID int64, numbers []sms.MSISDN) (map[sms.MSISDN]int64, error) {
	rows, err := tx.db.QueryContext(ctx, `SELECT number, MIN(id) FROM contacts WHERE user_id = ? AND number IN (SELECT value FROM json_each(?)) GROUP BY number`,
		userID, numberList(numbers))
	if err != nil {
		return nil, fmt.Errorf("look for contacts: %w", err)
	}
	defer rows.Close()
	found := map[sms.MSISDN]int64{}
	for rows.Next() {
		var number sms.MSISDN
		var id int64
		if err := rows.Scan(&number, &id); err != nil {
			return nil, fmt.Errorf("look for contacts: %w", err)
		}
		found[number] = id
	}
	return found, rows.Err()
}

// PutEntries adds entries to a list; one with a number that is there takes its
// place. No number may come twice. It says how many were not there. It takes up
// to 5,000 at a time.
func (tx *Tx) PutEntries(ctx context.Context, listID int64, entries []ListEntry) (added int64, err error) {
	numbers := make([]sms.MSISDN, len(entries))
	for i := range entries {
		numbers[i] = entries[i].Number
		if entries[i].Fields == "" {
			entries[i].Fields = "{}"
		}
	}
	var known int64
	err = tx.db.QueryRowContext(ctx, `SELECT count(*) FROM json_each(?) j WHERE EXISTS (SELECT 1 FROM list_entries WHERE list_id = ? AND number = j.value)`,
		numberList(numbers), listID).Scan(&known)
	if err != nil {
		return 0, fmt.Errorf("look for entries: %w", err)
	}
	const columns = `list_id, number, name, name_key, email, mm1, mm2, mm3, mm4, mm5, fields`
	const clause = ` ON CONFLICT (list_id, number) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, email = excluded.email,
  mm1 = excluded.mm1, mm2 = excluded.mm2, mm3 = excluded.mm3, mm4 = excluded.mm4, mm5 = excluded.mm5, fields = excluded.fields`
	err = insertRowsThen(ctx, tx.db, "list_entries", columns, clause, len(entries), func(i int, args []any) []any {
		e := &entries[i]
		return append(args, listID, string(e.Number), e.Name, e.NameKey, e.Email, e.Mm1, e.Mm2, e.Mm3, e.Mm4, e.Mm5, e.Fields)
	})
	if err != nil {
		return 0, err
	}
	added = int64(len(entries)) - known
	if err := tx.MoveEntries(ctx, MoveEntriesParams{ID: listID, Entries: added}); err != nil {
		return 0, fmt.Errorf("count entries: %w", err)
	}
	return added, nil
}

// DropEntries takes the next entries from a list, up to a limit, and says how
// many they were.
func (tx *Tx) DropEntries(ctx context.Context, listID int64, limit int) (int64, error) {
	result, err := tx.db.ExecContext(ctx, `DELETE FROM list_entries WHERE id IN (SELECT id FROM list_entries WHERE list_id = ? ORDER BY id LIMIT ?)`, listID, limit)
	if err != nil {
		return 0, fmt.Errorf("drop entries: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("drop entries: %w", err)
	}
	return n, tx.MoveEntries(ctx, MoveEntriesParams{ID: listID, Entries: -n})
}

// InsertSkips keeps whom a send left out.
func (tx *Tx) InsertSkips(ctx context.Context, skips []BatchSkip) error {
	return insertRows(ctx, tx.db, "batch_skips", `batch_id, place, typed, code, reason`, len(skips), func(i int, args []any) []any {
		k := &skips[i]
		return append(args, k.BatchID, k.Place, k.Typed, k.Code, k.Reason)
	})
}

const suppressedOf = `SELECT number FROM suppressions WHERE number IN (SELECT value FROM json_each(?))`

// SuppressedOf returns those of the numbers that nobody may text.
func (s *Store) SuppressedOf(ctx context.Context, numbers []sms.MSISDN) (map[sms.MSISDN]bool, error) {
	return (&Tx{db: s.reads, hash: &s.hash}).SuppressedOf(ctx, numbers)
}

// SuppressedOf returns those of the numbers that nobody may text, also those that
// were erased.
func (tx *Tx) SuppressedOf(ctx context.Context, numbers []sms.MSISDN) (map[sms.MSISDN]bool, error) {
	found, err := readRows(ctx, tx.db, scanNumber, suppressedOf, numberList(numbers))
	if err != nil {
		return nil, fmt.Errorf("look for suppressed numbers: %w", err)
	}
	set := make(map[sms.MSISDN]bool, len(found))
	for _, n := range found {
		set[n] = true
	}
	if err := tx.erasedAmong(ctx, numbers, set); err != nil {
		return nil, fmt.Errorf("look for suppressed numbers: %w", err)
	}
	return set, nil
}

// numberList writes numbers or their hashes as JSON, for json_each. Nothing in
// them has to be escaped.
func numberList(numbers []sms.MSISDN) string {
	list := []byte{'['}
	for i, n := range numbers {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(append(append(list, '"'), n...), '"')
	}
	return string(append(list, ']'))
}

// MM are the merge fields, MM1 to MM5.
func (e *ListEntry) MM() [5]*string { return [5]*string{&e.Mm1, &e.Mm2, &e.Mm3, &e.Mm4, &e.Mm5} }

// ContactsWithNumbers returns a user's contacts that have one of the numbers, in
// the order in which they were made.
func (s *Store) ContactsWithNumbers(ctx context.Context, userID int64, numbers []sms.MSISDN) ([]Contact, error) {
	found, err := readRows(ctx, s.reads, scanContact, "SELECT "+contactColumns+` FROM contacts c INDEXED BY contacts_number
WHERE c.user_id = ? AND c.number IN (SELECT value FROM json_each(?)) ORDER BY c.id`, userID, numberList(numbers))
	if err != nil {
		return nil, fmt.Errorf("read contacts of numbers: %w", err)
	}
	return found, nil
}
