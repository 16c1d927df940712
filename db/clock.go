package db

import (
	"context"
	"fmt"
)

// SetBackStep is how many rows one call of [Tx.SetBack] looks at.
const SetBackStep = 5000

// SetBack brings what waits to leave forward by as long as the clock was put
// back, but not before now: of the messages after the given one, those that are
// due later than beyond. It returns the last one that it looked at, and false
// when there is none left.
func (tx *Tx) SetBack(ctx context.Context, after int64, now, beyond, by Millis) (last int64, more bool, err error) {
	ids, err := scanIDs(tx.db.QueryContext(ctx, `SELECT id FROM messages WHERE status = 1 AND id > ? ORDER BY id LIMIT ?`, after, SetBackStep))
	if err != nil {
		return 0, false, fmt.Errorf("look for what waits: %w", err)
	}
	if len(ids) == 0 {
		return after, false, nil
	}
	last = ids[len(ids)-1]
	if _, err := tx.db.ExecContext(ctx, `UPDATE messages SET due_at = MAX(?, due_at - ?) WHERE status = 1 AND due_at > ? AND id BETWEEN ? AND ?`,
		now, by, beyond, ids[0], last); err != nil {
		return 0, false, fmt.Errorf("bring forward what waits: %w", err)
	}
	return last, len(ids) == SetBackStep, nil
}

// LatestDue returns when the last of a provider's messages is due that waits to
// leave and is neither held nor paused, 0 when none waits.
func (s *Store) LatestDue(ctx context.Context, providerID int64) (Millis, error) {
	var latest Millis
	look := func(query string, args ...any) error {
		var at Millis
		if err := s.reads.QueryRowContext(ctx, query, args...).Scan(&at); err != nil {
			return fmt.Errorf("look for the last that is due: %w", err)
		}
		latest = max(latest, at)
		return nil
	}
	if err := look(`SELECT COALESCE(MAX(due_at), 0) FROM messages INDEXED BY messages_due WHERE status = 1 AND priority = 0 AND provider_id = ?`, providerID); err != nil {
		return 0, err
	}
	batches, err := (&Tx{Queries: s.Queries, db: s.reads, hash: &s.hash}).waitingBatches(ctx, providerID)
	if err != nil {
		return 0, err
	}
	for _, id := range batches {
		if err := look(`SELECT COALESCE(MAX(due_at), 0) FROM messages INDEXED BY messages_due_bulk WHERE status = 1 AND priority = 1 AND provider_id = ? AND batch_id = ?`, providerID, id); err != nil {
			return 0, err
		}
	}
	return latest, nil
}
