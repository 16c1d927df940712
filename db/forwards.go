package db

import "context"

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
