package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

const contactColumns = `c.id, c.user_id, c.name, c.name_key, c.number, c.email, c.created_at, c.changed_at, c.fields, c.n_groups, c.made_by, c.touched_by`

func scanContact(rows *sql.Rows) (c Contact, err error) {
	err = rows.Scan(&c.ID, &c.UserID, &c.Name, &c.NameKey, &c.Number, &c.Email, &c.CreatedAt, &c.ChangedAt, &c.Fields, &c.NGroups, &c.MadeBy, &c.TouchedBy)
	return c, err
}

// indexAtOnce is up to how many new contacts become searchable by the index
// with the change that makes them. More are left to [Store.IndexContacts], and
// until then a search looks through them.
const indexAtOnce = 200

// InsertContacts makes contacts of one user and gives them their ids, which
// rise without a gap. groups are the ids of those that each is put into, nil
// for none; none may come twice. Counters and the search follow. It takes up to
// 5,000 at a time, fastest in the order of their numbers.
func (tx *Tx) InsertContacts(ctx context.Context, contacts []Contact, groups [][]int64) error {
	if len(contacts) == 0 {
		return nil
	}
	userID := contacts[0].UserID
	var last int64
	if err := tx.db.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM contacts").Scan(&last); err != nil {
		return fmt.Errorf("insert contacts: %w", err)
	}
	members := map[int64][]int64{}
	var ungrouped int64
	for i := range contacts {
		c := &contacts[i]
		last++
		c.ID, c.NGroups = last, 0
		if c.Fields == "" {
			c.Fields = "{}"
		}
		if groups != nil {
			c.NGroups = int64(len(groups[i]))
			for _, g := range groups[i] {
				members[g] = append(members[g], c.ID)
			}
		}
		if c.NGroups == 0 {
			ungrouped++
		}
	}
	const columns = `id, user_id, name, name_key, number, email, created_at, changed_at, fields, n_groups, made_by, touched_by`
	err := insertRows(ctx, tx.db, "contacts", columns, len(contacts), func(i int, args []any) []any {
		c := &contacts[i]
		return append(args, c.ID, userID, c.Name, c.NameKey, string(c.Number), c.Email, int64(c.CreatedAt), int64(c.ChangedAt), c.Fields, c.NGroups, c.MadeBy, c.TouchedBy)
	})
	if err != nil {
		return err
	}
	if err := tx.insertMembers(ctx, members); err != nil {
		return err
	}
	if err := tx.markSuppressed(ctx, contacts); err != nil {
		return err
	}
	if err := tx.MoveAddressBook(ctx, MoveAddressBookParams{UserID: userID, Contacts: int64(len(contacts)), Ungrouped: ungrouped}); err != nil {
		return fmt.Errorf("count contacts: %w", err)
	}
	upto, err := tx.indexedUpto(ctx)
	if err != nil {
		return err
	}
	first := contacts[0].ID
	switch {
	case upto < first-1:
		return nil // others wait before them
	case len(contacts) <= indexAtOnce:
		if err := tx.addWords(ctx, contacts); err != nil {
			return err
		}
		return tx.setIndexedUpto(ctx, last)
	case upto >= first:
		return tx.setIndexedUpto(ctx, first-1) // the ids of some that are gone come again
	}
	return nil
}

// insertMembers puts contacts into groups in which none of them is.
func (tx *Tx) insertMembers(ctx context.Context, members map[int64][]int64) error {
	ids := make([]int64, 0, len(members))
	for g := range members {
		ids = append(ids, g)
	}
	slices.Sort(ids) // in the order of the table
	for _, g := range ids {
		in := members[g]
		err := insertRows(ctx, tx.db, "group_members", "group_id, contact_id", len(in), func(i int, args []any) []any {
			return append(args, g, in[i])
		})
		if err != nil {
			return err
		}
		if err := tx.MoveMembers(ctx, MoveMembersParams{ID: g, Members: int64(len(in))}); err != nil {
			return fmt.Errorf("count members: %w", err)
		}
	}
	return nil
}

const changeContact = `UPDATE contacts SET name = ?, name_key = ?, number = ?, email = ?, fields = ?, changed_at = ?, touched_by = ? WHERE id = ?`

// ChangeContacts writes name, number, e-mail and fields of contacts anew. was
// are the same contacts as they are stored, in the same order; one whose words
// stay the same costs the search nothing.
func (tx *Tx) ChangeContacts(ctx context.Context, was, now []Contact) error {
	upto, err := tx.indexedUpto(ctx)
	if err != nil {
		return err
	}
	var words []Contact
	for i := range now {
		c := &now[i]
		if c.Fields == "" {
			c.Fields = "{}"
		}
		if _, err := tx.db.ExecContext(ctx, changeContact, c.Name, c.NameKey, string(c.Number), c.Email, c.Fields, int64(c.ChangedAt), c.TouchedBy, c.ID); err != nil {
			return fmt.Errorf("change contact: %w", err)
		}
		if c.ID <= upto && contactWords(&was[i]) != contactWords(c) {
			words = append(words, *c)
		}
	}
	if err := tx.renumbered(ctx, was, now); err != nil {
		return err
	}
	if err := tx.addWords(ctx, words); err != nil {
		return err
	}
	return tx.staleWords(ctx, len(words))
}

// AddMembers puts contacts of the same owner into a group, and says which were
// not in it yet. change is the contact_changes of many that it belongs to, or 0.
func (tx *Tx) AddMembers(ctx context.Context, groupID int64, contacts []int64, change int64) (joined []int64, err error) {
	joined, err = tx.ids(ctx, "add members", `INSERT INTO group_members (group_id, contact_id)
SELECT g.id, c.id FROM groups g JOIN contacts c ON c.user_id = g.user_id WHERE g.id = ? AND c.id IN (SELECT value FROM json_each(?))
ON CONFLICT DO NOTHING RETURNING contact_id`, groupID, idList(contacts))
	if err != nil || len(joined) == 0 {
		return joined, err
	}
	if err := tx.MoveMembers(ctx, MoveMembersParams{ID: groupID, Members: int64(len(joined))}); err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	return joined, tx.moveGroups(ctx, map[int64]int64{}, joined, 1, change)
}

// RemoveMembers takes contacts out of a group, and says which were in it.
func (tx *Tx) RemoveMembers(ctx context.Context, groupID int64, contacts []int64, change int64) (left []int64, err error) {
	left, err = tx.ids(ctx, "remove members", `DELETE FROM group_members WHERE group_id = ? AND contact_id IN (SELECT value FROM json_each(?)) RETURNING contact_id`,
		groupID, idList(contacts))
	if err != nil || len(left) == 0 {
		return left, err
	}
	if err := tx.MoveMembers(ctx, MoveMembersParams{ID: groupID, Members: -int64(len(left))}); err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	return left, tx.moveGroups(ctx, map[int64]int64{}, left, -1, change)
}

// EmptyGroup takes the next members out of a group, up to a limit, and says how
// many they were.
func (tx *Tx) EmptyGroup(ctx context.Context, groupID, change int64, limit int) (int, error) {
	next, err := tx.ids(ctx, "read members", `SELECT contact_id FROM group_members WHERE group_id = ? ORDER BY contact_id LIMIT ?`, groupID, limit)
	if err != nil || len(next) == 0 {
		return 0, err
	}
	left, err := tx.RemoveMembers(ctx, groupID, next, change)
	return len(left), err
}

// moveGroups counts that contacts are in one group more, or one less.
func (tx *Tx) moveGroups(ctx context.Context, owners map[int64]int64, contacts []int64, by, change int64) error {
	// Those that were in none, or will be, are counted by their owner.
	edge := int64(0)
	if by < 0 {
		edge = 1
	}
	const count = `SELECT user_id, count(*) FROM contacts WHERE id IN (SELECT value FROM json_each(?)) AND n_groups = ? GROUP BY user_id`
	rows, err := tx.db.QueryContext(ctx, count, idList(contacts), edge)
	if err != nil {
		return fmt.Errorf("count groups: %w", err)
	}
	for rows.Next() {
		var user, n int64
		if err := rows.Scan(&user, &n); err != nil {
			_ = rows.Close()
			return fmt.Errorf("count groups: %w", err)
		}
		owners[user] -= by * n
	}
	if err := rows.Close(); err != nil {
		return fmt.Errorf("count groups: %w", err)
	}
	const move = `UPDATE contacts SET n_groups = n_groups + ?, touched_by = CASE WHEN ? = 0 THEN touched_by ELSE ? END WHERE id IN (SELECT value FROM json_each(?))`
	if _, err := tx.db.ExecContext(ctx, move, by, change, change, idList(contacts)); err != nil {
		return fmt.Errorf("count groups: %w", err)
	}
	for user, n := range owners {
		if err := tx.MoveAddressBook(ctx, MoveAddressBookParams{UserID: user, Ungrouped: n}); err != nil {
			return fmt.Errorf("count contacts: %w", err)
		}
	}
	return nil
}

// DeleteContacts deletes contacts of a user, with their history, and takes them
// out of all groups. It says how many they were. It takes up to 2,000 at a time.
func (tx *Tx) DeleteContacts(ctx context.Context, userID int64, contacts []int64) (int64, error) {
	own, err := tx.ids(ctx, "delete contacts", `SELECT id FROM contacts WHERE user_id = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id`, userID, idList(contacts))
	if err != nil || len(own) == 0 {
		return 0, err
	}
	list := idList(own)
	groups, err := readRows(ctx, tx.db, func(rows *sql.Rows) (g [2]int64, err error) {
		err = rows.Scan(&g[0], &g[1])
		return g, err
	}, `SELECT group_id, count(*) FROM group_members WHERE contact_id IN (SELECT value FROM json_each(?)) GROUP BY group_id`, list)
	if err != nil {
		return 0, fmt.Errorf("delete contacts: %w", err)
	}
	for _, g := range groups {
		if err := tx.MoveMembers(ctx, MoveMembersParams{ID: g[0], Members: -g[1]}); err != nil {
			return 0, fmt.Errorf("count members: %w", err)
		}
	}
	var ungrouped int64
	err = tx.db.QueryRowContext(ctx, `SELECT count(*) FROM contacts WHERE id IN (SELECT value FROM json_each(?)) AND n_groups = 0`, list).Scan(&ungrouped)
	if err != nil {
		return 0, fmt.Errorf("delete contacts: %w", err)
	}
	if err := tx.staleWords(ctx, len(own)); err != nil {
		return 0, err
	}
	for _, query := range []string{
		`DELETE FROM group_members WHERE contact_id IN (SELECT value FROM json_each(?))`,
		`DELETE FROM suppressed_contacts WHERE contact_id IN (SELECT value FROM json_each(?))`,
		`DELETE FROM contact_changes WHERE contact_id IN (SELECT value FROM json_each(?))`,
		`DELETE FROM contacts WHERE id IN (SELECT value FROM json_each(?))`,
	} {
		if _, err := tx.db.ExecContext(ctx, query, list); err != nil {
			return 0, fmt.Errorf("delete contacts: %w", err)
		}
	}
	err = tx.MoveAddressBook(ctx, MoveAddressBookParams{UserID: userID, Contacts: -int64(len(own)), Ungrouped: -ungrouped})
	if err != nil {
		return 0, fmt.Errorf("count contacts: %w", err)
	}
	return int64(len(own)), nil
}

// ContactsAfter returns the ids of the next contacts of a user.
func (tx *Tx) ContactsAfter(ctx context.Context, userID, after int64, limit int) ([]int64, error) {
	return tx.ids(ctx, "read contacts", `SELECT id FROM contacts NOT INDEXED WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?`, userID, after, limit)
}

// ids reads rows of one id each.
func (tx *Tx) ids(ctx context.Context, what, query string, args ...any) ([]int64, error) {
	found, err := readRows(ctx, tx.db, func(rows *sql.Rows) (id int64, err error) {
		err = rows.Scan(&id)
		return id, err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return found, nil
}
