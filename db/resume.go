package db

import (
	"context"
	"fmt"
)

// giveTimeBack lengthens the validity of waiting messages by the time that they
// were due and their batch was paused: from the pause on, or from their own time
// if that came later. A retry was due before, whatever its next attempt's time.
const giveTimeBack = `UPDATE messages SET expires_at = expires_at +
  MAX(0, ? - CASE WHEN attempts = 0 AND due_at > ? THEN due_at ELSE ? END)
WHERE id IN (SELECT id FROM messages INDEXED BY messages_batch WHERE batch_id = ? AND id > ? AND status IN (0, 1) ORDER BY id LIMIT ?)
RETURNING id`

// GiveTimeBack lengthens the validity of up to limit waiting messages of a batch
// that come after the given one, because the batch was paused between two
// instants. It returns the last message that it came to, 0 when none was left.
func (tx *Tx) GiveTimeBack(ctx context.Context, batchID, after int64, from, to Millis, limit int) (last int64, err error) {
	ids, err := scanIDs(tx.db.QueryContext(ctx, giveTimeBack, to, from, from, batchID, after, limit))
	if err != nil {
		return 0, fmt.Errorf("give time back: %w", err)
	}
	for _, id := range ids {
		last = max(last, id)
	}
	return last, nil
}
