package db

import (
	"context"
	"database/sql"
	"fmt"
)

// Cleared is a kind of thing that is cleared when it has been kept long enough:
// its content goes, its row stays, unless nothing needs the row.
type Cleared string

// The kinds. Texts of batches go with those of messages, and whom a send left
// out with the numbers.
const (
	ClearTexts      Cleared = "texts"
	ClearBatchTexts Cleared = "batch_texts"
	ClearNumbers    Cleared = "numbers"
	ClearSkips      Cleared = "skips"
	ClearInbound    Cleared = "inbound"
	ClearCallbacks  Cleared = "callbacks"
	ClearAudit      Cleared = "audit"
	ClearImports    Cleared = "imports"
	ClearHistory    Cleared = "history"
	ClearForwards   Cleared = "forwards"
)

// clearing says where a kind is: ids rise with the instants in the column at.
// ready is what a row must be; others are looked at again later.
var clearing = map[Cleared]struct{ table, at, ready string }{
	ClearTexts:      {"messages", "created_at", "status NOT IN (0, 1, 2, 10)"},
	ClearBatchTexts: {"batches", "created_at", idleBatch},
	ClearNumbers:    {"messages", "created_at", "status NOT IN (0, 1, 2, 10)"},
	ClearSkips:      {"batches", "created_at", idleBatch},
	ClearInbound:    {"inbound", "received_at", "1"},
	ClearCallbacks:  {"callbacks", "received_at", "state <> 0"},
	ClearAudit:      {"audit", "at", "1"},
	ClearImports:    {"imports", "created_at", "state IN ('finished', 'cancelled', 'failed', 'undone')"},
	ClearHistory:    {"contact_changes", "at", "1"},
	ClearForwards:   {"forwards", "created_at", "state <> 0"},
}

const idleBatch = "n_scheduled + n_queued + n_submitting + n_in_doubt = 0 AND held_at = 0"

// OldRow is a row that has been kept long enough.
type OldRow struct {
	ID int64
	// Ready: it can be cleared.
	Ready bool
	at    Millis
}

// OldRows returns the next rows of a kind after an id that are older than an
// instant, oldest first.
func (s *Store) OldRows(ctx context.Context, kind Cleared, after int64, before Millis, limit int) ([]OldRow, error) {
	c := clearing[kind]
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (r OldRow, err error) {
		err = rows.Scan(&r.ID, &r.at, &r.Ready)
		return r, err
	}, "SELECT id, "+c.at+", "+c.ready+" FROM "+c.table+" WHERE id > ? ORDER BY id LIMIT ?", after, limit)
	if err != nil {
		return nil, fmt.Errorf("look for old %s: %w", kind, err)
	}
	for i, r := range found {
		if r.at >= before {
			return found[:i], nil
		}
	}
	return found, nil
}

// ReadyRows returns those of the ids that can be cleared by now, or are gone.
func (s *Store) ReadyRows(ctx context.Context, kind Cleared, ids []int64) ([]int64, error) {
	c := clearing[kind]
	waiting, err := readRows(ctx, s.reads, scanID, "SELECT id FROM "+c.table+" WHERE id IN (SELECT value FROM json_each(?)) AND NOT ("+c.ready+")", idList(ids))
	if err != nil {
		return nil, fmt.Errorf("look again at %s: %w", kind, err)
	}
	still := map[int64]bool{}
	for _, id := range waiting {
		still[id] = true
	}
	var ready []int64
	for _, id := range ids {
		if !still[id] {
			ready = append(ready, id)
		}
	}
	return ready, nil
}

// Clear takes the content out of rows of a kind.
func (tx *Tx) Clear(ctx context.Context, kind Cleared, ids []int64) (err error) {
	if len(ids) == 0 {
		return nil
	}
	list := idList(ids)
	queries := map[Cleared]string{
		ClearSkips:     "UPDATE batch_skips SET typed = '', reason = '' WHERE batch_id IN (SELECT value FROM json_each(?)) AND typed <> ''",
		ClearCallbacks: "UPDATE callbacks SET body = x'', query = '', header = '{}', problem = '' WHERE id IN (SELECT value FROM json_each(?))",
		ClearAudit:     "DELETE FROM audit WHERE id IN (SELECT value FROM json_each(?))",
		ClearHistory:   "UPDATE contact_changes SET detail = '[]' WHERE id IN (SELECT value FROM json_each(?))",
	}
	switch kind {
	case ClearTexts, ClearNumbers:
		return tx.clearMessages(ctx, ids, kind == ClearNumbers)
	case ClearBatchTexts:
		return tx.ClearBatches(ctx, ids)
	case ClearInbound:
		if err := tx.clearForwards(ctx, "inbound_id IN (SELECT value FROM json_each(?))", list); err != nil {
			return err
		}
		return tx.clearInbound(ctx, list)
	case ClearForwards:
		return tx.deleteForwards(ctx, list)
	case ClearImports:
		if _, err := tx.alter(ctx, "clear rows of imports", "DELETE FROM import_rows WHERE import_id IN (SELECT value FROM json_each(?))", list); err != nil {
			return err
		}
		_, err := tx.alter(ctx, "clear imports", "UPDATE imports SET name = 'A file that is not kept any more', plan = '{}', findings = '{}', titles = '[]', reason = '' WHERE id IN (SELECT value FROM json_each(?))", list)
		return err
	case ClearAudit:
		end, err := tx.clearAudit(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.alter(ctx, "clear audit", queries[kind], list); err != nil {
			return err
		}
		return end()
	}
	_, err = tx.alter(ctx, "clear "+string(kind), queries[kind], list)
	return err
}

func (tx *Tx) clearInbound(ctx context.Context, list string) error {
	rows, err := tx.numbersIn(ctx, "inbound", list)
	if err != nil {
		return fmt.Errorf("read inbound: %w", err)
	}
	for _, r := range rows {
		if _, err := tx.alter(ctx, "clear inbound", "UPDATE inbound SET number = ?, body = '', asks = CASE asks WHEN 1 THEN 0 ELSE asks END WHERE id = ?", string(tx.hash.of(r.number)), r.id); err != nil {
			return err
		}
		if _, err := tx.alter(ctx, "clear automatic reply", "UPDATE auto_replies SET number = '', body = '' WHERE inbound_id = ? AND state <> 0", r.id); err != nil {
			return err
		}
	}
	if err := tx.forgetInboundWords(ctx, list); err != nil {
		return err
	}
	return tx.clearConversations(ctx, list)
}

// CountOld says about how many rows of a kind after an id are older than an
// instant. It looks at few of them.
func (s *Store) CountOld(ctx context.Context, kind Cleared, after int64, before Millis) (n int64, err error) {
	c := clearing[kind]
	if c.table == "messages" { // whose ids have gaps; their sends know how many there are
		err = s.reads.QueryRowContext(ctx, `SELECT COALESCE(SUM(recipients), 0) FROM batches WHERE created_at < ?
  AND id > COALESCE((SELECT batch_id FROM messages WHERE id <= ? ORDER BY id DESC LIMIT 1), 0)`, before, after).Scan(&n)
		if err != nil {
			return 0, fmt.Errorf("count old messages: %w", err)
		}
		return n, nil
	}
	last, err := s.lastBefore(ctx, c.table, c.at, before)
	if err != nil {
		return 0, fmt.Errorf("count old %s: %w", kind, err)
	}
	if last <= after {
		return 0, nil
	}
	err = s.reads.QueryRowContext(ctx, "SELECT count(*) FROM "+c.table+" WHERE id > ? AND id <= ?", after, last).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count old %s: %w", kind, err)
	}
	return n, nil
}

// lastBefore finds the last row of before an instant by halving: ids rise with
// time.
func (s *Store) lastBefore(ctx context.Context, table, at string, before Millis) (int64, error) {
	var low, high sql.NullInt64
	if err := s.reads.QueryRowContext(ctx, "SELECT MIN(id) - 1, MAX(id) FROM "+table).Scan(&low, &high); err != nil {
		return 0, err
	}
	for low.Int64 < high.Int64 {
		middle := low.Int64 + (high.Int64-low.Int64+1)/2
		var id int64
		var when Millis
		err := s.reads.QueryRowContext(ctx, "SELECT id, "+at+" FROM "+table+" WHERE id >= ? ORDER BY id LIMIT 1", middle).Scan(&id, &when)
		if err != nil {
			return 0, err
		}
		if when < before {
			low.Int64 = id
		} else {
			high.Int64 = middle - 1
		}
	}
	return max(low.Int64, 0), nil
}
