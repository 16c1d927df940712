package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// InsertCallbacks stores what providers posted, waiting to be read.
func (tx *Tx) InsertCallbacks(ctx context.Context, callbacks []Callback) error {
	return insertRows(ctx, tx.db, "callbacks", `provider_id, received_at, method, path, query, header, body, origin`, len(callbacks), func(i int, args []any) []any {
		c := &callbacks[i]
		return append(args, c.ProviderID, int64(c.ReceivedAt), c.Method, c.Path, c.Query, c.Header, c.Body, c.Origin)
	})
}

// CallbacksUnderstood marks callbacks as read.
func (tx *Tx) CallbacksUnderstood(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.db.ExecContext(ctx, callbacksUnderstood, idList(ids)); err != nil {
		return fmt.Errorf("mark callbacks: %w", err)
	}
	return nil
}

const callbacksUnderstood = `UPDATE callbacks SET state = 1, problem = '' WHERE id IN (SELECT value FROM json_each(?))`

const partsByReferences = `SELECT message_id, part, provider_id, reference, status, code FROM parts
WHERE provider_id = ? AND reference IN (SELECT value FROM json_each(?))`

// PartsByReferences returns the parts that a provider calls so, by reference.
func (tx *Tx) PartsByReferences(ctx context.Context, providerID int64, references []string) (map[string][]Part, error) {
	found, err := readParts(ctx, tx.db, partsByReferences, providerID, textList(references))
	if err != nil {
		return nil, fmt.Errorf("read parts: %w", err)
	}
	by := make(map[string][]Part, len(found))
	for _, p := range found {
		by[p.Reference] = append(by[p.Reference], p)
	}
	return by, nil
}

const partsOfMessages = `SELECT message_id, part, provider_id, reference, status, code FROM parts
WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY message_id, part`

// PartsOf returns the parts of messages, by message.
func (tx *Tx) PartsOf(ctx context.Context, messages []int64) (map[int64][]Part, error) {
	return partsOf(ctx, tx.db, messages)
}

// PartsOf returns the parts of messages, by message.
func (s *Store) PartsOf(ctx context.Context, messages []int64) (map[int64][]Part, error) {
	return partsOf(ctx, s.reads, messages)
}

func partsOf(ctx context.Context, on *statements, messages []int64) (map[int64][]Part, error) {
	found, err := readParts(ctx, on, partsOfMessages, idList(messages))
	if err != nil {
		return nil, fmt.Errorf("read parts: %w", err)
	}
	by := make(map[int64][]Part, len(messages))
	for _, p := range found {
		by[p.MessageID] = append(by[p.MessageID], p)
	}
	return by, nil
}

func readParts(ctx context.Context, on *statements, query string, args ...any) ([]Part, error) {
	return readRows(ctx, on, func(rows *sql.Rows) (p Part, err error) {
		err = rows.Scan(&p.MessageID, &p.Part, &p.ProviderID, &p.Reference, &p.Status, &p.Code)
		return p, err
	}, query, args...)
}

// InsertEarlyReceipts keeps receipts whose reference is not known yet. A repeat
// changes nothing.
func (tx *Tx) InsertEarlyReceipts(ctx context.Context, receipts []EarlyReceipt) error {
	const clause = ` ON CONFLICT (provider_id, reference, status) DO NOTHING`
	return insertRowsThen(ctx, tx.db, "early_receipts", `provider_id, reference, status, code, detail, came_at`, clause, len(receipts), func(i int, args []any) []any {
		r := &receipts[i]
		return append(args, r.ProviderID, r.Reference, int64(r.Status), r.Code, r.Detail, int64(r.CameAt))
	})
}

const takeEarlyReceipts = `DELETE FROM early_receipts WHERE provider_id = ? AND reference IN (SELECT value FROM json_each(?))
RETURNING provider_id, reference, status, code, detail, came_at`

// TakeEarlyReceipts removes and returns what is kept about references.
func (tx *Tx) TakeEarlyReceipts(ctx context.Context, providerID int64, references []string) ([]EarlyReceipt, error) {
	found, err := readRows(ctx, tx.db, func(rows *sql.Rows) (r EarlyReceipt, err error) {
		err = rows.Scan(&r.ProviderID, &r.Reference, &r.Status, &r.Code, &r.Detail, &r.CameAt)
		return r, err
	}, takeEarlyReceipts, providerID, textList(references))
	if err != nil {
		return nil, fmt.Errorf("take early receipts: %w", err)
	}
	return found, nil
}

// textList writes texts as JSON, for json_each.
func textList(texts []string) string {
	b, err := json.Marshal(texts)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(b)
}

// MessagesOf returns messages by their ids.
func (tx *Tx) MessagesOf(ctx context.Context, ids []int64) (map[int64]Message, error) {
	found, err := scanMessages(tx.db.QueryContext(ctx, messagesOf, idList(ids)))
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	by := make(map[int64]Message, len(found))
	for _, m := range found {
		by[m.ID] = m
	}
	return by, nil
}

const messagesOf = `SELECT ` + messageColumns + ` FROM messages WHERE id IN (SELECT value FROM json_each(?))`
