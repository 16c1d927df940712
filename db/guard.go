package db

import (
	"context"
	"database/sql"
	"fmt"

	"textdesk/sms"
)

const numbersAtCap = `SELECT number FROM number_days WHERE day = ? AND texts >= ? AND number IN (SELECT value FROM json_each(?))`

// NumbersAtCap returns those of the numbers that have at least so many texts on
// a day.
func (s *Store) NumbersAtCap(ctx context.Context, day, most int64, numbers []sms.MSISDN) ([]sms.MSISDN, error) {
	return (&Tx{db: s.reads}).NumbersAtCap(ctx, day, most, numbers)
}

// NumbersAtCap returns those of the numbers that have at least so many texts on
// a day.
func (tx *Tx) NumbersAtCap(ctx context.Context, day, most int64, numbers []sms.MSISDN) ([]sms.MSISDN, error) {
	found, err := readRows(ctx, tx.db, func(rows *sql.Rows) (n sms.MSISDN, err error) {
		err = rows.Scan(&n)
		return n, err
	}, numbersAtCap, day, most, numberList(numbers))
	if err != nil {
		return nil, fmt.Errorf("look for numbers with many texts: %w", err)
	}
	return found, nil
}

// CountNumbers adds a text for each of the messages to their numbers' day. They
// count fastest in the order of their numbers.
func (tx *Tx) CountNumbers(ctx context.Context, day int64, messages []Message) error {
	const onConflict = ` ON CONFLICT (day, number) DO UPDATE SET texts = number_days.texts + 1`
	return insertRowsThen(ctx, tx.db, "number_days", `day, number, texts`, onConflict, len(messages), func(i int, args []any) []any {
		return append(args, day, string(messages[i].Number), int64(1))
	})
}

// UncountNumbers takes a text off each of the numbers' day again.
func (tx *Tx) UncountNumbers(ctx context.Context, day int64, numbers []sms.MSISDN) error {
	_, err := tx.db.ExecContext(ctx, `UPDATE number_days SET texts = texts - 1 WHERE day = ? AND texts > 0 AND number IN (SELECT value FROM json_each(?))`, day, numberList(numbers))
	if err != nil {
		return fmt.Errorf("take texts off numbers: %w", err)
	}
	return nil
}

const numbersReached = `SELECT count(*) FROM messages WHERE batch_id = ? AND number IN (SELECT value FROM json_each(?)) AND status NOT IN (6, 7, 8, 9)`

// NumbersReached counts those of the numbers that have a text of the batch, or
// may still get it.
func (s *Store) NumbersReached(ctx context.Context, batchID int64, numbers []sms.MSISDN) (n int64, err error) {
	if err := s.reads.QueryRowContext(ctx, numbersReached, batchID, numberList(numbers)).Scan(&n); err != nil {
		return 0, fmt.Errorf("count numbers of batch: %w", err)
	}
	return n, nil
}
