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
