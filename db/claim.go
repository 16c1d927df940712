package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// claimDue leases due messages to the dispatcher. A lease only keeps the rows
// from being claimed twice; it is safe to lose.
const claimDue = `UPDATE messages SET leased_until = ?
WHERE id IN (
  SELECT m.id FROM messages m
  WHERE m.status = 1 AND m.provider_id = ? AND m.due_at <= ? AND m.leased_until <= ?
    AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = m.batch_id AND b.held_at > 0)
  ORDER BY m.priority, m.due_at, m.id LIMIT ?)
RETURNING ` + messageColumns

// ClaimDue leases up to limit queued messages of a provider that are due at
// now, single messages before bulk, until the given instant.
func (tx *Tx) ClaimDue(ctx context.Context, providerID int64, now, until Millis, limit int) ([]Message, error) {
	return scanMessages(tx.db.QueryContext(ctx, claimDue, until, providerID, now, now, limit))
}

// MarkSubmitting moves leased messages to submitting and returns the ids of
// those that could: a message that was cancelled or held meanwhile stays.
func (tx *Tx) MarkSubmitting(ctx context.Context, ids []int64, now Millis) ([]int64, error) {
	query := `UPDATE messages SET status = 2, attempts = attempts + 1, submitted_at = ?, leased_until = 0
WHERE status = 1 AND id IN (` + placeholders(len(ids)) + `) RETURNING id`
	args := make([]any, 0, 1+len(ids))
	args = append(args, now)
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := tx.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("mark submitting: %w", err)
	}
	defer rows.Close()
	moved := make([]int64, 0, len(ids))
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("mark submitting: %w", err)
		}
		moved = append(moved, id)
	}
	return moved, rows.Err()
}

// ReleaseLeases takes all leases back. Only for the start, when nobody works.
func (tx *Tx) ReleaseLeases(ctx context.Context) error {
	_, err := tx.db.ExecContext(ctx, `UPDATE messages SET leased_until = 0 WHERE status = 1 AND leased_until > 0`)
	return err
}

// NextDue returns when the provider's next message that nobody has leased is
// due, or 0 when nothing waits.
func (s *Store) NextDue(ctx context.Context, providerID int64, now Millis) (Millis, error) {
	var at Millis
	err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MIN(at), 0) FROM (
  SELECT MIN(due_at) AS at FROM messages WHERE status = 1 AND provider_id = ? AND priority = 0
  UNION ALL SELECT MIN(due_at) FROM messages WHERE status = 1 AND provider_id = ? AND priority = 1)`, providerID, providerID).Scan(&at)
	if err != nil {
		return 0, fmt.Errorf("next due: %w", err)
	}
	return at, nil
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

// placeholders returns "?, ?, ?".
func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}
