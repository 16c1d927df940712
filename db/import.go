package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"textdesk/sms"
)

// KnownContacts returns the contacts of a user that have one of the numbers, in
// the order in which they were made.
func (tx *Tx) KnownContacts(ctx context.Context, userID int64, numbers []sms.MSISDN) ([]Contact, error) {
	const query = `SELECT ` + contactColumns + ` FROM contacts c WHERE c.user_id = ? AND c.number IN (SELECT value FROM json_each(?)) ORDER BY c.id`
	found, err := readRows(ctx, tx.db, scanContact, query, userID, numberList(numbers))
	if err != nil {
		return nil, fmt.Errorf("look for numbers: %w", err)
	}
	return found, nil
}

// KnownNames returns those of the names, as keys, that contacts of a user have.
func (tx *Tx) KnownNames(ctx context.Context, userID int64, keys []string) (map[string]bool, error) {
	return known(ctx, tx.db, `SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM contacts WHERE user_id = ? AND name_key = value)`, keys, userID)
}

// KnownNames returns those of the names, as keys, that contacts of a user have.
func (s *Store) KnownNames(ctx context.Context, userID int64, keys []string) (map[string]bool, error) {
	return (&Tx{db: s.reads}).KnownNames(ctx, userID, keys)
}

// KnownNumbers returns those of the numbers that contacts of a user have.
func (s *Store) KnownNumbers(ctx context.Context, userID int64, numbers []sms.MSISDN) (map[string]bool, error) {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = string(n)
	}
	return known(ctx, s.reads, `SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM contacts WHERE user_id = ? AND number = value)`, texts, userID)
}

// GroupsNamed returns the groups of a user that have one of the names, as keys.
func (s *Store) GroupsNamed(ctx context.Context, userID int64, keys []string) (map[string]int64, error) {
	return (&Tx{db: s.reads}).GroupsNamed(ctx, userID, keys)
}

// GroupsNamed returns the groups of a user that have one of the names, as keys.
func (tx *Tx) GroupsNamed(ctx context.Context, userID int64, keys []string) (map[string]int64, error) {
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("look for groups: %w", err)
	}
	type named struct {
		key string
		id  int64
	}
	found, err := readRows(ctx, tx.db, func(rows *sql.Rows) (n named, err error) {
		err = rows.Scan(&n.key, &n.id)
		return n, err
	}, `SELECT name_key, id FROM groups WHERE user_id = ? AND name_key IN (SELECT value FROM json_each(?))`, userID, string(list))
	if err != nil {
		return nil, fmt.Errorf("look for groups: %w", err)
	}
	ids := make(map[string]int64, len(found))
	for _, n := range found {
		ids[n.key] = n.id
	}
	return ids, nil
}

func known(ctx context.Context, on *statements, query string, keys []string, userID int64) (map[string]bool, error) {
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("look for contacts: %w", err)
	}
	found, err := readRows(ctx, on, func(rows *sql.Rows) (key string, err error) {
		err = rows.Scan(&key)
		return key, err
	}, query, string(list), userID)
	if err != nil {
		return nil, fmt.Errorf("look for contacts: %w", err)
	}
	set := make(map[string]bool, len(found))
	for _, key := range found {
		set[key] = true
	}
	return set, nil
}

// InsertImportRows keeps the rows of an import that were no plain success.
func (tx *Tx) InsertImportRows(ctx context.Context, rows []ImportRow) error {
	return insertRows(ctx, tx.db, "import_rows", `import_id, line, result, problem, cells`, len(rows), func(i int, args []any) []any {
		r := &rows[i]
		return append(args, r.ImportID, r.Line, r.Result, r.Problem, r.Cells)
	})
}

// InsertImportMade notes that an import made the contacts from one id to
// another; a range that goes on where the last one ended makes it longer.
func (tx *Tx) InsertImportMade(ctx context.Context, m ImportMade) error {
	n, err := tx.change(ctx, "note contacts", `UPDATE import_made SET last_id = ? WHERE import_id = ? AND last_id = ?`, m.LastID, m.ImportID, m.FirstID-1)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.change(ctx, "note contacts", `INSERT INTO import_made (import_id, first_id, last_id) VALUES (?, ?, ?)`, m.ImportID, m.FirstID, m.LastID)
	return err
}

// InsertImportChanged keeps contacts as they were before an import changed
// them. The first state that is kept of a contact stays.
func (tx *Tx) InsertImportChanged(ctx context.Context, changed []ImportChanged) error {
	return insertRowsThen(ctx, tx.db, "import_changed", `import_id, contact_id, was`, ` ON CONFLICT DO NOTHING`, len(changed), func(i int, args []any) []any {
		return append(args, changed[i].ImportID, changed[i].ContactID, changed[i].Was)
	})
}

// InsertImportJoined notes which contacts, there before, an import put into a
// group.
func (tx *Tx) InsertImportJoined(ctx context.Context, importID, groupID int64, contacts []int64) error {
	return insertRowsThen(ctx, tx.db, "import_joined", `import_id, contact_id, group_id`, ` ON CONFLICT DO NOTHING`, len(contacts), func(i int, args []any) []any {
		return append(args, importID, contacts[i], groupID)
	})
}

// MadeUnchanged returns those of the contacts between two ids that an import
// made at an instant and that are as it left them: nobody has changed them or
// put them into a group that is not the import's. n is how many of the import's
// there are at all.
func (tx *Tx) MadeUnchanged(ctx context.Context, importID, userID, from, to int64, at Millis) (ids []int64, n int64, err error) {
	err = tx.db.QueryRowContext(ctx, `SELECT count(*) FROM contacts WHERE id BETWEEN ? AND ? AND user_id = ? AND created_at = ?`, from, to, userID, int64(at)).Scan(&n)
	if err != nil {
		return nil, 0, fmt.Errorf("count contacts: %w", err)
	}
	ids, err = tx.ids(ctx, "read contacts", `SELECT c.id FROM contacts c WHERE c.id BETWEEN ? AND ? AND c.user_id = ? AND c.created_at = ? AND c.changed_at = ?
AND NOT EXISTS (SELECT 1 FROM group_members m WHERE m.contact_id = c.id AND m.group_id NOT IN (SELECT group_id FROM import_groups WHERE import_id = ?))`,
		from, to, userID, int64(at), int64(at), importID)
	return ids, n, err
}

// importParts are the tables that hold what an import needs while it can be
// undone.
var importParts = []string{"import_rows", "import_made", "import_changed", "import_joined", "import_groups"}

// ForgetImport deletes up to limit rows of what an import keeps, and reports
// whether that was all.
func (tx *Tx) ForgetImport(ctx context.Context, importID int64, limit int) (bool, error) {
	keys := map[string]string{"import_rows": "line", "import_made": "first_id", "import_changed": "contact_id", "import_joined": "contact_id, group_id", "import_groups": "group_id"}
	for _, table := range importParts {
		key := keys[table]
		n, err := tx.change(ctx, "forget import", `DELETE FROM `+table+` WHERE import_id = ? AND (`+key+`) IN (SELECT `+key+` FROM `+table+` WHERE import_id = ? LIMIT ?)`, importID, importID, limit)
		if err != nil {
			return false, err
		}
		if limit -= int(n); limit <= 0 {
			return false, nil
		}
	}
	return true, nil
}

// ForgetChanged deletes what was undone, up to a contact.
func (tx *Tx) ForgetChanged(ctx context.Context, importID, last int64) error {
	_, err := tx.change(ctx, "forget import", `DELETE FROM import_changed WHERE import_id = ? AND contact_id <= ?`, importID, last)
	return err
}

// ForgetJoined deletes what was undone, up to a contact and a group.
func (tx *Tx) ForgetJoined(ctx context.Context, importID int64, last ImportJoined) error {
	_, err := tx.change(ctx, "forget import", `DELETE FROM import_joined WHERE import_id = ? AND (contact_id, group_id) <= (?, ?)`, importID, last.ContactID, last.GroupID)
	return err
}

// FieldNames returns the names of the columns that a user's newest contacts
// have, at most limit contacts looked at.
func (s *Store) FieldNames(ctx context.Context, userID int64, limit int) ([]string, error) {
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (name string, err error) {
		err = rows.Scan(&name)
		return name, err
	}, `SELECT DISTINCT f.key FROM (SELECT fields FROM contacts WHERE user_id = ? ORDER BY number LIMIT ?) c, json_each(c.fields) f ORDER BY 1`, userID, limit)
	if err != nil {
		return nil, fmt.Errorf("read field names: %w", err)
	}
	return found, nil
}

// FindImportRows returns rows of an import after a line, in the order of the
// file; without results all of them.
func (s *Store) FindImportRows(ctx context.Context, importID, after int64, limit int, results ...string) ([]ImportRow, error) {
	query, args := `SELECT import_id, line, result, problem, cells FROM import_rows WHERE import_id = ? AND line > ?`, []any{importID, after}
	if len(results) > 0 {
		query += ` AND result IN (?` + strings.Repeat(", ?", len(results)-1) + `)`
		for _, r := range results {
			args = append(args, r)
		}
	}
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (r ImportRow, err error) {
		err = rows.Scan(&r.ImportID, &r.Line, &r.Result, &r.Problem, &r.Cells)
		return r, err
	}, query+` ORDER BY line LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read rows of import: %w", err)
	}
	return found, nil
}

func (tx *Tx) change(ctx context.Context, what, query string, args ...any) (int64, error) {
	result, err := tx.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return result.RowsAffected()
}

// ForgetImported deletes what imports keep of a contact as it was before them.
func (tx *Tx) ForgetImported(ctx context.Context, contactID int64) error {
	_, err := tx.change(ctx, "forget contact", `DELETE FROM import_changed WHERE contact_id = ?`, contactID)
	return err
}
