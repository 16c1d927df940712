package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// A lease only keeps rows from being claimed twice; it is safe to lose. Held
// and paused batches are passed over, and stopped ones while what waits in them
// is taken back.
const (
	claimSingle = `UPDATE messages SET leased_until = ?
WHERE id IN (
  SELECT m.id FROM messages m INDEXED BY messages_due
  WHERE m.status = 1 AND m.priority = 0 AND m.provider_id = ? AND m.due_at <= ? AND m.leased_until <= ?
    AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = m.batch_id AND (b.held_at > 0 OR b.paused_at > 0 OR b.stopping = 1))
  ORDER BY m.due_at, m.id LIMIT ?)
RETURNING ` + messageColumns

	claimBulk = `UPDATE messages SET leased_until = ?
WHERE id IN (
  SELECT m.id FROM messages m INDEXED BY messages_due_bulk
  WHERE m.status = 1 AND m.priority = 1 AND m.provider_id = ? AND m.batch_id = ? AND m.due_at <= ? AND m.leased_until <= ?
  ORDER BY m.due_at, m.id LIMIT ?)
RETURNING ` + messageColumns

	// waitingBatches leaps from batch to batch through the index, however many
	// messages each has.
	waitingBatches = `WITH RECURSIVE waiting (id) AS (
  SELECT MIN(batch_id) FROM messages INDEXED BY messages_due_bulk WHERE status = 1 AND priority = 1 AND provider_id = ?
  UNION ALL
  SELECT (SELECT MIN(m.batch_id) FROM messages m INDEXED BY messages_due_bulk WHERE m.status = 1 AND m.priority = 1 AND m.provider_id = ? AND m.batch_id > w.id)
  FROM waiting w WHERE w.id IS NOT NULL
)
SELECT w.id FROM waiting w JOIN batches b ON b.id = w.id AND b.held_at = 0 AND b.paused_at = 0 AND b.stopping = 0`
)

// turnShare is how many messages a batch has in its turn at the least, so that
// a claim is a few statements however many batches wait.
const turnShare = 8

// ClaimDue leases up to limit queued messages of a provider that are due at
// now, until the given instant: single messages first, then bulk, in which the
// batches take turns, beginning after the batch that had the last one. Without
// bulk it leases single messages only.
func (tx *Tx) ClaimDue(ctx context.Context, providerID, lastTurn int64, now, until Millis, limit int, bulk bool) ([]Message, error) {
	claimed, err := scanMessages(tx.db.QueryContext(ctx, claimSingle, until, providerID, now, now, limit))
	if err != nil {
		return nil, fmt.Errorf("claim messages: %w", err)
	}
	byTime := func(a, b Message) int { return cmp.Or(cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(claimed, byTime) // RETURNING has no order
	if len(claimed) == limit || !bulk {
		return claimed, nil
	}
	batches, err := tx.waitingBatches(ctx, providerID)
	if err != nil {
		return nil, err
	}
	next, _ := slices.BinarySearch(batches, lastTurn+1)
	for i := range batches {
		left := limit - len(claimed)
		if left == 0 {
			break
		}
		share := min(left, max(turnShare, left/(len(batches)-i)))
		turn, err := scanMessages(tx.db.QueryContext(ctx, claimBulk, until, providerID, batches[(next+i)%len(batches)], now, now, share))
		if err != nil {
			return nil, fmt.Errorf("claim messages: %w", err)
		}
		slices.SortFunc(turn, byTime)
		claimed = append(claimed, turn...)
	}
	return claimed, nil
}

// waitingBatches lists, in order, the batches with bulk messages that wait for
// a provider and are neither held nor paused.
func (tx *Tx) waitingBatches(ctx context.Context, providerID int64) ([]int64, error) {
	ids, err := scanIDs(tx.db.QueryContext(ctx, waitingBatches, providerID, providerID))
	if err != nil {
		return nil, fmt.Errorf("look for waiting batches: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}

// BatchesUnderWay lists the batches with bulk messages that wait for any
// provider, neither held nor paused.
func (s *Store) BatchesUnderWay(ctx context.Context) ([]int64, error) {
	providers, err := s.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for waiting batches: %w", err)
	}
	reads := &Tx{Queries: s.Queries, db: s.reads, hash: &s.hash}
	var all []int64
	for _, p := range providers {
		ids, err := reads.waitingBatches(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	return all, nil
}

// MarkSubmitting moves leased messages to submitting and returns those that
// could, as they stand now: a message that was cancelled, held, paused or put
// off meanwhile stays, and its lease ends. Without bulk so does all that is no
// single message.
func (tx *Tx) MarkSubmitting(ctx context.Context, ids []int64, now Millis, bulk bool) ([]Message, error) {
	const query = `UPDATE messages SET status = 2, attempts = attempts + 1, submitted_at = ?, leased_until = 0
WHERE status = 1 AND due_at <= ? AND priority <= ?
  AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = messages.batch_id AND (b.held_at > 0 OR b.paused_at > 0 OR b.stopping = 1))
  AND id IN (SELECT value FROM json_each(?))
RETURNING ` + messageColumns
	marked, err := scanMessages(tx.db.QueryContext(ctx, query, now, now, Bool(bulk), idList(ids)))
	if err != nil {
		return nil, fmt.Errorf("mark submitting: %w", err)
	}
	if len(marked) < len(ids) {
		if err := tx.Unclaim(ctx, ids); err != nil {
			return nil, err
		}
	}
	return marked, nil
}

// Unclaim takes leases back.
func (tx *Tx) Unclaim(ctx context.Context, ids []int64) error {
	_, err := tx.db.ExecContext(ctx, `UPDATE messages SET leased_until = 0 WHERE status = 1 AND id IN (SELECT value FROM json_each(?))`, idList(ids))
	if err != nil {
		return fmt.Errorf("take leases back: %w", err)
	}
	return nil
}

// ReleaseLeases takes all leases back. Only for the start, when nobody works.
func (tx *Tx) ReleaseLeases(ctx context.Context) error {
	_, err := tx.db.ExecContext(ctx, `UPDATE messages SET leased_until = 0 WHERE status = 1 AND leased_until > 0`)
	return err
}

const (
	nextSingle = `SELECT m.due_at FROM messages m INDEXED BY messages_due
WHERE m.status = 1 AND m.priority = 0 AND m.provider_id = ? AND m.leased_until <= ?
  AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = m.batch_id AND (b.held_at > 0 OR b.paused_at > 0 OR b.stopping = 1))
ORDER BY m.due_at, m.id LIMIT 1`

	nextBulk = `SELECT m.due_at FROM messages m INDEXED BY messages_due_bulk
WHERE m.status = 1 AND m.priority = 1 AND m.provider_id = ? AND m.batch_id = ? AND m.leased_until <= ?
ORDER BY m.due_at, m.id LIMIT 1`
)

// NextDue returns when the provider's next message is due that nobody has
// leased and that is neither held nor paused, or 0 when there is none. Bulk is
// not due before bulkAt.
func (s *Store) NextDue(ctx context.Context, providerID int64, now, bulkAt Millis) (Millis, error) {
	reads := &Tx{Queries: s.Queries, db: s.reads, hash: &s.hash}
	var next Millis
	look := func(query string, notBefore Millis, args ...any) error {
		var at Millis
		err := s.reads.QueryRowContext(ctx, query, args...).Scan(&at)
		if IsNotFound(err) {
			return nil
		}
		at = max(at, notBefore)
		if err == nil && (next == 0 || at < next) {
			next = at
		}
		return err
	}
	if err := look(nextSingle, 0, providerID, now); err != nil {
		return 0, fmt.Errorf("next due: %w", err)
	}
	batches, err := reads.waitingBatches(ctx, providerID)
	if err != nil {
		return 0, err
	}
	for _, id := range batches {
		if err := look(nextBulk, bulkAt, providerID, id, now); err != nil {
			return 0, fmt.Errorf("next due: %w", err)
		}
	}
	return next, nil
}

const messageColumns = `id, batch_id, user_id, provider_id, number, sender, ton, body, alphabet, parts, credits, status, paid, priority,
  due_at, expires_at, leased_until, attempts, created_at, submitted_at, final_at, poll_at, code, reason`

// scanMessages reads rows of messageColumns.
func scanMessages(rows *sql.Rows, err error) ([]Message, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []Message
	for rows.Next() {
		m, err := scanMessage(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, rows.Err()
}

func scanMessage(rows *sql.Rows) (m Message, err error) {
	err = rows.Scan(&m.ID, &m.BatchID, &m.UserID, &m.ProviderID, &m.Number, &m.Sender, &m.TON, &m.Body, &m.Alphabet,
		&m.Parts, &m.Credits, &m.Status, &m.Paid, &m.Priority, &m.DueAt, &m.ExpiresAt, &m.LeasedUntil, &m.Attempts,
		&m.CreatedAt, &m.SubmittedAt, &m.FinalAt, &m.PollAt, &m.Code, &m.Reason)
	return m, err
}

func scanIDs(rows *sql.Rows, err error) ([]int64, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// placeholders returns "?, ?, ?".
func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}
