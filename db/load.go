package db

import (
	"context"
	"fmt"
	"math/bits"
	"strings"
)

// rowsPerInsert is where more rows in one statement stop paying.
const rowsPerInsert = 50

// InsertMessages stores new messages. They load fastest in the order of their
// numbers.
func (tx *Tx) InsertMessages(ctx context.Context, messages []Message) error {
	const columns = `id, batch_id, user_id, provider_id, number, sender, ton, body, alphabet, parts, credits, status, priority, due_at, expires_at, created_at`
	return insertRows(ctx, tx.db, "messages", columns, len(messages), func(i int, args []any) []any {
		m := &messages[i]
		return append(args, m.ID, m.BatchID, m.UserID, m.ProviderID, string(m.Number), m.Sender, int64(m.TON), m.Body, int64(m.Alphabet),
			m.Parts, m.Credits, int64(m.Status), m.Priority, int64(m.DueAt), int64(m.ExpiresAt), int64(m.CreatedAt))
	})
}

// InsertCancelled stores messages that are taken back before they were written.
func (tx *Tx) InsertCancelled(ctx context.Context, messages []Message) error {
	const columns = `id, batch_id, user_id, provider_id, number, sender, ton, body, alphabet, parts, credits, status, paid, priority, due_at, expires_at, created_at, final_at`
	return insertRows(ctx, tx.db, "messages", columns, len(messages), func(i int, args []any) []any {
		m := &messages[i]
		return append(args, m.ID, m.BatchID, m.UserID, m.ProviderID, string(m.Number), m.Sender, int64(m.TON), m.Body, int64(m.Alphabet),
			m.Parts, m.Credits, int64(m.Status), int64(m.Paid), m.Priority, int64(m.DueAt), int64(m.ExpiresAt), int64(m.CreatedAt), int64(m.FinalAt))
	})
}

// InsertEvents adds to the timelines of messages.
func (tx *Tx) InsertEvents(ctx context.Context, events []Event) error {
	return insertRows(ctx, tx.db, "events", `message_id, at, status, user_id, code, reference, detail`, len(events), func(i int, args []any) []any {
		e := &events[i]
		return append(args, e.MessageID, int64(e.At), int64(e.Status), e.UserID, e.Code, e.Reference, e.Detail)
	})
}

// InsertParts stores what a provider calls the parts it accepted. A message
// that was queued again gets new references in place of the old.
func (tx *Tx) InsertParts(ctx context.Context, parts []Part) error {
	return insertRowsThen(ctx, tx.db, "parts", `message_id, part, provider_id, reference, status`, onPartConflict, len(parts), func(i int, args []any) []any {
		p := &parts[i]
		return append(args, p.MessageID, p.Part, p.ProviderID, p.Reference, int64(p.Status))
	})
}

const onPartConflict = ` ON CONFLICT (message_id, part) DO UPDATE SET provider_id = excluded.provider_id, reference = excluded.reference, status = excluded.status, code = ''`

func insertRows(ctx context.Context, db *statements, table, columns string, n int, row func(i int, args []any) []any) error {
	return insertRowsThen(ctx, db, table, columns, "", n, row)
}

// insertRowsThen inserts n rows, rowsPerInsert at a time, with a conflict
// clause at the end of each statement. What is left at the end goes by powers of
// two, so that a table has few statements to keep prepared.
func insertRowsThen(ctx context.Context, db *statements, table, columns, clause string, n int, row func(i int, args []any) []any) error {
	width := strings.Count(columns, ",") + 1
	group := "(" + placeholders(width) + ")"
	args := make([]any, 0, min(n, rowsPerInsert)*width)
	query, of := "", 0 // rows
	for i := 0; i < n; {
		args = args[:0]
		rows := rowsPerInsert
		if n-i < rows {
			rows = 1 << (bits.Len(uint(n-i)) - 1)
		}
		for end := i + rows; i < end; i++ {
			args = row(i, args)
		}
		if rows != of {
			query, of = "INSERT INTO "+table+" ("+columns+") VALUES "+strings.TrimSuffix(strings.Repeat(group+", ", rows), ", ")+clause, rows
		}
		if _, err := db.ExecContext(ctx, query, args...); err != nil {
			return fmt.Errorf("insert %s: %w", table, err)
		}
	}
	return nil
}
