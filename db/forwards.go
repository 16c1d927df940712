package db

import (
	"context"
	"database/sql"
	"fmt"
)

// ListOf is a distribution list with whose it is.
type ListOf struct {
	ID, UserID, Entries int64
	Name                string
}

// ListsOf returns the lists of users (nil: everybody's) in the order of their
// owners and names, some of them when there are very many.
func (s *Store) ListsOf(ctx context.Context, users []int64, limit int) ([]ListOf, error) {
	query, args := "SELECT l.id, l.user_id, l.entries, l.name FROM lists l JOIN users u ON u.id = l.user_id", []any{}
	if users != nil {
		query, args = query+" WHERE l.user_id IN (SELECT value FROM json_each(?))", append(args, idList(users))
	}
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (l ListOf, err error) {
		err = rows.Scan(&l.ID, &l.UserID, &l.Entries, &l.Name)
		return l, err
	}, query+" ORDER BY u.username_key, l.name_key LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	return found, nil
}

// GivenUpForwards counts the forwards that were given up, of numbers of users or,
// with nil, of all; at most as many as most.
func (s *Store) GivenUpForwards(ctx context.Context, users []int64, most int) (n int64, err error) {
	query, args := "SELECT 1 FROM forwards WHERE state = 2", []any{}
	if users != nil {
		query, args = query+" AND number_id IN (SELECT id FROM numbers WHERE user_id IN (SELECT value FROM json_each(?)))", append(args, idList(users))
	}
	err = s.reads.QueryRowContext(ctx, "SELECT count(*) FROM ("+query+" LIMIT ?)", append(args, most)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count forwards: %w", err)
	}
	return n, nil
}

// clearForwards takes what receivers answered out of the log of forwards that
// meet a condition: they may have repeated the text. What of them still waits is
// not forwarded any more, because its text goes.
func (tx *Tx) clearForwards(ctx context.Context, condition string, args ...any) error {
	if _, err := tx.alter(ctx, "end forwards", "UPDATE forwards SET state = 3, reason = 'The text is not kept any more.', next_at = 0 WHERE state = 0 AND "+condition, args...); err != nil {
		return err
	}
	_, err := tx.alter(ctx, "clear attempts", "UPDATE forward_attempts SET answer = '' WHERE answer <> '' AND forward_id IN (SELECT id FROM forwards WHERE "+condition+")", args...)
	return err
}

// deleteForwards takes lines out of the log of forwards.
func (tx *Tx) deleteForwards(ctx context.Context, list string) error {
	if _, err := tx.alter(ctx, "delete attempts", "DELETE FROM forward_attempts WHERE forward_id IN (SELECT value FROM json_each(?))", list); err != nil {
		return err
	}
	_, err := tx.alter(ctx, "delete forwards", "DELETE FROM forwards WHERE id IN (SELECT value FROM json_each(?))", list)
	return err
}
