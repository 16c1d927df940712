package db

import (
	"context"
	"database/sql"
	"fmt"

	"textdesk/sms"
)

// GroupsOf returns the names of the groups that contacts are in, by contact, in
// the order of their names.
func (s *Store) GroupsOf(ctx context.Context, contacts []int64) (map[int64][]string, error) {
	found := map[int64][]string{}
	_, err := readRows(ctx, s.reads, func(rows *sql.Rows) (struct{}, error) {
		var id int64
		var name string
		err := rows.Scan(&id, &name)
		found[id] = append(found[id], name)
		return struct{}{}, err
	}, `SELECT m.contact_id, g.name FROM json_each(?) j CROSS JOIN group_members m ON m.contact_id = j.value JOIN groups g ON g.id = m.group_id
ORDER BY m.contact_id, g.name_key`, idList(contacts))
	if err != nil {
		return nil, fmt.Errorf("read groups of contacts: %w", err)
	}
	return found, nil
}

// AllFieldNames returns the names of all fields that contacts of a user have.
func (s *Store) AllFieldNames(ctx context.Context, userID int64) ([]string, error) {
	found, err := readRows(ctx, s.reads, scanText, `SELECT DISTINCT j.key FROM contacts c, json_each(c.fields) j WHERE c.user_id = ? AND c.fields <> '{}'`, userID)
	if err != nil {
		return nil, fmt.Errorf("read fields: %w", err)
	}
	return found, nil
}

// EntryFieldNames returns the names of all further columns that entries of a list
// have.
func (s *Store) EntryFieldNames(ctx context.Context, listID int64) ([]string, error) {
	found, err := readRows(ctx, s.reads, scanText, `SELECT DISTINCT j.key FROM list_entries e, json_each(e.fields) j WHERE e.list_id = ? AND e.fields <> '{}'`, listID)
	if err != nil {
		return nil, fmt.Errorf("read fields: %w", err)
	}
	return found, nil
}

func scanText(rows *sql.Rows) (text string, err error) {
	err = rows.Scan(&text)
	return text, err
}

// exportPage is how many rows an export reads at a time.
const exportPage = 1000

// EachEntry calls do for every entry of a list, in the order in which they were
// added, page by page, so that do may be slow.
func (s *Store) EachEntry(ctx context.Context, listID int64, do func(*ListEntry) error) error {
	return eachPage(ctx, s, exportPage, func(after int64) (string, []any) {
		return "SELECT e.id, e.number, e.name, e.email, e.mm1, e.mm2, e.mm3, e.mm4, e.mm5, e.fields FROM list_entries e WHERE e.list_id = ? AND e.id > ? ORDER BY e.id LIMIT ?", []any{listID, after, exportPage}
	}, func(rows *sql.Rows) (e ListEntry, err error) {
		err = rows.Scan(&e.ID, &e.Number, &e.Name, &e.Email, &e.Mm1, &e.Mm2, &e.Mm3, &e.Mm4, &e.Mm5, &e.Fields)
		return e, err
	}, func(e *ListEntry) int64 { return e.ID }, do)
}

// EachInboundFrom calls do for every text from a number, oldest first.
func (s *Store) EachInboundFrom(ctx context.Context, number sms.MSISDN, do func(*Inbound) error) error {
	return eachPage(ctx, s, exportPage, func(after int64) (string, []any) {
		return "SELECT id, number, destination, body, message_id, user_id, sent_at, received_at FROM inbound WHERE number = ? AND id > ? ORDER BY id LIMIT ?", []any{string(number), after, exportPage}
	}, func(rows *sql.Rows) (in Inbound, err error) {
		err = rows.Scan(&in.ID, &in.Number, &in.Destination, &in.Body, &in.MessageID, &in.UserID, &in.SentAt, &in.ReceivedAt)
		return in, err
	}, func(in *Inbound) int64 { return in.ID }, do)
}

// eachPage reads a query page by page, each after the last id of the one before.
func eachPage[T any](ctx context.Context, s *Store, size int, query func(after int64) (string, []any), scan func(*sql.Rows) (T, error), id func(*T) int64, do func(*T) error) error {
	for after := int64(0); ; {
		text, args := query(after)
		page, err := readRows(ctx, s.reads, scan, text, args...)
		if err != nil {
			return fmt.Errorf("read page: %w", err)
		}
		for i := range page {
			if err := do(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < size {
			return nil
		}
		after = id(&page[len(page)-1])
	}
}
