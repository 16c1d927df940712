package db

import (
	"context"
	"database/sql"
	"fmt"
)

// waitingAfter are the messages of a batch that wait and come after one.
const waitingAfter = `SELECT id, due_at, attempts, priority FROM messages INDEXED BY messages_batch
WHERE batch_id = ? AND id > ? AND status IN (0, 1) ORDER BY id LIMIT ?`

// GiveTimeBack lengthens the validity of up to limit waiting messages of a batch
// that come after the given one, each by what owed says of it: of the message
// only when it is due, its attempts and its priority are known there, in
// milliseconds. It returns the last message that it came to, 0 when none was
// left.
func (tx *Tx) GiveTimeBack(ctx context.Context, batchID, after int64, limit int, owed func(Message) int64) (last int64, err error) {
	waiting, err := readRows(ctx, tx.db, func(rows *sql.Rows) (m Message, err error) {
		err = rows.Scan(&m.ID, &m.DueAt, &m.Attempts, &m.Priority)
		return m, err
	}, waitingAfter, batchID, after, limit)
	if err != nil {
		return 0, fmt.Errorf("give time back: %w", err)
	}
	back := map[int64][]int64{}
	for _, m := range waiting {
		last = m.ID
		if ms := owed(m); ms > 0 {
			back[ms] = append(back[ms], m.ID)
		}
	}
	for ms, ids := range back {
		if err := tx.Lengthen(ctx, ids, ms); err != nil {
			return 0, err
		}
	}
	return last, nil
}

// Lengthen adds milliseconds to the validity of messages.
func (tx *Tx) Lengthen(ctx context.Context, ids []int64, by int64) error {
	_, err := tx.db.ExecContext(ctx, `UPDATE messages SET expires_at = expires_at + ? WHERE id IN (SELECT value FROM json_each(?))`, by, idList(ids))
	if err != nil {
		return fmt.Errorf("lengthen validity: %w", err)
	}
	return nil
}

// Renew makes up to limit waiting messages of a batch that come after the given
// one due now, if their time was put off or has passed, and has their validity
// last until an instant at the least. Done twice it changes nothing more. It
// returns the last message that it came to, 0 for none, and how many they were.
func (tx *Tx) Renew(ctx context.Context, batchID, after int64, limit int, putOff, now, expires Millis) (last int64, n int, err error) {
	waiting, err := readRows(ctx, tx.db, func(rows *sql.Rows) (m Message, err error) {
		err = rows.Scan(&m.ID, &m.DueAt, &m.Attempts, &m.Priority)
		return m, err
	}, waitingAfter, batchID, after, limit)
	if err != nil {
		return 0, 0, fmt.Errorf("renew validity: %w", err)
	}
	if len(waiting) == 0 {
		return 0, 0, nil
	}
	ids := make([]int64, len(waiting))
	for i, m := range waiting {
		ids[i], last = m.ID, m.ID
	}
	_, err = tx.alter(ctx, "renew validity", `UPDATE messages SET expires_at = ?, due_at = CASE WHEN due_at = ? OR due_at < ? THEN ? ELSE due_at END
WHERE id IN (SELECT value FROM json_each(?)) AND (status = 0 AND (due_at = ? OR due_at < ?) OR status = 1 AND expires_at < ?)`,
		expires, putOff, now, now, idList(ids), putOff, now, expires)
	return last, len(waiting), err
}

// PutOff takes scheduled messages out of the sweep's sight until a person
// releases their batch.
func (tx *Tx) PutOff(ctx context.Context, ids []int64, until Millis) error {
	_, err := tx.alter(ctx, "put messages off", `UPDATE messages SET due_at = ? WHERE status = 0 AND id IN (SELECT value FROM json_each(?))`, until, idList(ids))
	return err
}
