package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"textdesk/sms"
)

// InsertDraftRecipients stores who gets a text of a draft.
func (tx *Tx) InsertDraftRecipients(ctx context.Context, people []DraftRecipient) error {
	return insertRows(ctx, tx.db, "draft_recipients", `draft_id, place, number, name, fields, body, parts`, len(people), func(i int, args []any) []any {
		r := &people[i]
		return append(args, r.DraftID, r.Place, string(r.Number), r.Name, r.Fields, r.Body, r.Parts)
	})
}

// InsertDraftSkips stores who gets nothing.
func (tx *Tx) InsertDraftSkips(ctx context.Context, skips []DraftSkip) error {
	return insertRows(ctx, tx.db, "draft_skips", `draft_id, place, typed, code, reason`, len(skips), func(i int, args []any) []any {
		k := &skips[i]
		return append(args, k.DraftID, k.Place, k.Typed, k.Code, k.Reason)
	})
}

// InsertDraftChunks stores the order in which messages will be written.
func (tx *Tx) InsertDraftChunks(ctx context.Context, chunks []DraftChunk) error {
	return insertRows(ctx, tx.db, "draft_chunks", `draft_id, chunk, people, credits, places`, len(chunks), func(i int, args []any) []any {
		c := &chunks[i]
		return append(args, c.DraftID, c.Chunk, c.People, c.Credits, c.Places)
	})
}

const chunkPeople = `SELECT r.draft_id, r.place, r.number, r.name, r.fields, r.body, r.parts
FROM json_each((SELECT places FROM draft_chunks WHERE draft_id = ? AND chunk = ?)) j
CROSS JOIN draft_recipients r ON r.draft_id = ? AND r.place = j.value ORDER BY j.key`

// ChunkPeople returns the people of one piece of a draft, in the order of their
// numbers.
func (s *Store) ChunkPeople(ctx context.Context, draftID, chunk int64) ([]DraftRecipient, error) {
	return (&Tx{db: s.reads}).ChunkPeople(ctx, draftID, chunk)
}

// ChunkPeople returns the people of one piece of a draft, in the order of their
// numbers.
func (tx *Tx) ChunkPeople(ctx context.Context, draftID, chunk int64) ([]DraftRecipient, error) {
	found, err := readRows(ctx, tx.db, func(rows *sql.Rows) (r DraftRecipient, err error) {
		err = rows.Scan(&r.DraftID, &r.Place, &r.Number, &r.Name, &r.Fields, &r.Body, &r.Parts)
		return r, err
	}, chunkPeople, draftID, chunk, draftID)
	if err != nil {
		return nil, fmt.Errorf("read draft: %w", err)
	}
	return found, nil
}

// CopySkips gives a batch up to limit of those whom its draft left out, after a
// place, and returns the last place, and whether there may be more.
func (tx *Tx) CopySkips(ctx context.Context, draftID, batchID, after int64, limit int) (last int64, more bool, err error) {
	skips, err := tx.DraftSkips(ctx, DraftSkipsParams{DraftID: draftID, AfterPlace: after, PageSize: int32(limit)})
	if err != nil {
		return after, false, fmt.Errorf("read skips of draft: %w", err)
	}
	rows := make([]BatchSkip, len(skips))
	for i, k := range skips {
		rows[i] = BatchSkip{BatchID: batchID, Place: k.Place, Typed: k.Typed, Code: k.Code, Reason: k.Reason}
		after = k.Place
	}
	return after, len(skips) == limit, tx.InsertSkips(ctx, rows)
}

// DeleteDraftRows deletes up to about limit rows of a draft, and says whether
// there were that many.
func (tx *Tx) DeleteDraftRows(ctx context.Context, draftID int64, limit int) (more bool, err error) {
	for _, query := range []string{
		`DELETE FROM draft_recipients WHERE draft_id = ? AND place IN (SELECT place FROM draft_recipients WHERE draft_id = ? ORDER BY place LIMIT ?)`,
		`DELETE FROM draft_skips WHERE draft_id = ? AND place IN (SELECT place FROM draft_skips WHERE draft_id = ? ORDER BY place LIMIT ?)`,
		`DELETE FROM draft_chunks WHERE draft_id = ? AND chunk IN (SELECT chunk FROM draft_chunks WHERE draft_id = ? ORDER BY chunk LIMIT ?)`,
	} {
		n, err := tx.alter(ctx, "delete draft", query, draftID, draftID, limit)
		if err != nil {
			return false, err
		}
		more = more || n == int64(limit)
	}
	return more, nil
}

// InsertMessageFields keeps what stood in the file beside messages' numbers.
func (tx *Tx) InsertMessageFields(ctx context.Context, fields []MessageField) error {
	return insertRows(ctx, tx.db, "message_fields", `message_id, fields`, len(fields), func(i int, args []any) []any {
		return append(args, fields[i].MessageID, fields[i].Fields)
	})
}

// FieldsOf returns what stood in the file beside the numbers of messages, by
// message.
func (s *Store) FieldsOf(ctx context.Context, ids []int64) (map[int64][]string, error) {
	found := map[int64][]string{}
	_, err := readRows(ctx, s.reads, func(rows *sql.Rows) (struct{}, error) {
		var id int64
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return struct{}{}, err
		}
		var values []string
		if err := json.Unmarshal([]byte(text), &values); err != nil {
			return struct{}{}, err
		}
		found[id] = values
		return struct{}{}, nil
	}, `SELECT message_id, fields FROM message_fields WHERE message_id IN (SELECT value FROM json_each(?))`, idList(ids))
	if err != nil {
		return nil, fmt.Errorf("read fields of messages: %w", err)
	}
	return found, nil
}

// Person is somebody of a group or a list, with what a text can be filled in
// with.
type Person struct {
	ID          int64
	Name, Email string
	Number      sms.MSISDN
	MM          [5]string
	Fields      string // JSON object of texts
}

// GroupPeople returns up to limit people of a group: all of them in the order of
// their names, or, where they are too many to be sorted, those after one in the
// order in which they were made.
func (s *Store) GroupPeople(ctx context.Context, groupID int64, byName bool, after int64, limit int) ([]Person, error) {
	query := `SELECT c.id, c.name, c.email, c.number, c.fields FROM group_members m JOIN contacts c ON c.id = m.contact_id WHERE m.group_id = ? AND m.contact_id > ? ORDER BY `
	if byName {
		query += `c.name_key, c.id LIMIT ?`
	} else {
		query += `m.contact_id LIMIT ?`
	}
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (p Person, err error) {
		err = rows.Scan(&p.ID, &p.Name, &p.Email, &p.Number, &p.Fields)
		return p, err
	}, query, groupID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read group: %w", err)
	}
	return found, nil
}

// ListPeople returns up to limit entries of a list after one, in the order in
// which they were added.
func (s *Store) ListPeople(ctx context.Context, listID, after int64, limit int) ([]Person, error) {
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (p Person, err error) {
		err = rows.Scan(&p.ID, &p.Name, &p.Email, &p.Number, &p.MM[0], &p.MM[1], &p.MM[2], &p.MM[3], &p.MM[4], &p.Fields)
		return p, err
	}, `SELECT id, name, email, number, mm1, mm2, mm3, mm4, mm5, fields FROM list_entries WHERE list_id = ? AND id > ? ORDER BY id LIMIT ?`, listID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	return found, nil
}

// Membership stands for who is in a group or on a list: it changes when
// somebody joins or leaves.
func (s *Store) Membership(ctx context.Context, groupID, listID int64) (people int64, mark string, err error) {
	query, id := `SELECT count(*), COALESCE(SUM(contact_id), 0) FROM group_members WHERE group_id = ?`, groupID
	if listID != 0 {
		query, id = `SELECT count(*), COALESCE(SUM(id), 0) FROM list_entries WHERE list_id = ?`, listID
	}
	var sum int64
	if err := s.reads.QueryRowContext(ctx, query, id).Scan(&people, &sum); err != nil {
		return 0, "", fmt.Errorf("count members: %w", err)
	}
	return people, fmt.Sprintf("%d:%d", people, sum), nil
}

// HurryAcceptance makes due now what is still to be written of a send, if its
// time has passed, and has its validity last until an instant at the least.
func (tx *Tx) HurryAcceptance(ctx context.Context, batchID int64, now, expires Millis) error {
	_, err := tx.alter(ctx, "hurry acceptance", `UPDATE acceptances SET due_at = CASE WHEN due_at < ? THEN ? ELSE due_at END,
  expires_at = CASE WHEN expires_at < ? THEN ? ELSE expires_at END WHERE batch_id = ?`, now, now, expires, expires, batchID)
	return err
}

// LengthenAcceptance gives what is still to be written of a send the time back
// during which it was due and paused.
func (tx *Tx) LengthenAcceptance(ctx context.Context, batchID int64, from, to Millis) error {
	_, err := tx.alter(ctx, "lengthen acceptance", `UPDATE acceptances SET expires_at = expires_at +
  CASE WHEN due_at > ? THEN 0 WHEN due_at > ? THEN ? - due_at ELSE ? - ? END WHERE batch_id = ?`, to, from, to, to, from, batchID)
	return err
}

// alter runs a statement and says how many rows it has changed.
func (tx *Tx) alter(ctx context.Context, what, query string, args ...any) (int64, error) {
	result, err := tx.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return result.RowsAffected()
}
