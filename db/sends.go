package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// BatchFilter says which sends a list shows. Zero fields do not filter.
type BatchFilter struct {
	Users  []int64 // whose; nil is everyone's
	Words  string  // words of the text
	Sender string  // or the sender, in whatever case
	// Which narrows it to sends that stand in some way.
	Which Which
	// The page ends just before a place, or starts just after one, in the order
	// of the list.
	Before, After BatchPlace
	Limit         int
}

// Which says how sends must stand.
type Which int

// The ways.
const (
	AllSends Which = iota
	// PlannedSends wait for their time: the next first.
	PlannedSends
	// UnsettledSends need somebody: held, paused or in doubt.
	UnsettledSends
)

// BatchPlace is where a send stands in a list. The zero place is none. At counts
// only where the list is in the order of time.
type BatchPlace struct {
	ID int64
	At Millis
}

const batchColumns = `b.id, b.user_id, b.door, b.submit_key, b.sender, b.ton, b.body, b.send_at, b.zone, b.validity, b.held_at, b.held_why,
  b.stopped_at, b.recipients, b.parts, b.credits, b.created_at, b.n_scheduled, b.n_queued, b.n_submitting, b.n_submitted, b.n_sent, b.n_delivered,
  b.n_failed, b.n_expired, b.n_cancelled, b.n_suppressed, b.n_in_doubt, b.n_unknown, b.paused_at, b.paused_by, b.resuming, b.resuming_at,
  b.resumed_to, b.again_of, b.n_staged, b.staged_credits, b.columns, b.stopping, b.stopped_by, b.day`

// FindBatches returns a page of sends: the newest first, or of the planned the
// next first. It seeks to the page, so the ten-thousandth costs what the first
// does.
func (s *Store) FindBatches(ctx context.Context, f BatchFilter) ([]Batch, error) {
	match, sender := matchWords(f.Words), strings.ToLower(f.Sender)
	if f.Words != "" && match == "" && sender == "" {
		return nil, nil // what was searched for is no word
	}
	var queries []part
	switch {
	case f.Which != AllSends && (match != "" || sender != ""):
		// Those are few: each is looked at.
		queries = []part{f.part("", "(lower(b.sender) = ? OR EXISTS (SELECT 1 FROM batch_words WHERE batch_words MATCH ? AND rowid = b.id))", sender, orNothing(match))}
	case match != "" || sender != "":
		// Each by its index; the pages are merged.
		if match != "" {
			queries = append(queries, f.part("batch_words w CROSS JOIN batches b ON b.id = w.rowid", "batch_words MATCH ?", match))
		}
		if sender != "" {
			queries = append(queries, f.part("batches b INDEXED BY batches_sender", "lower(b.sender) = ?", sender))
		}
	default:
		queries = []part{f.part("", "")}
	}
	var found []Batch
	for _, q := range queries {
		page, err := readRows(ctx, s.reads, scanBatch, q.query, q.args...)
		if err != nil {
			return nil, fmt.Errorf("find sends: %w", err)
		}
		found = append(found, page...)
	}
	if len(queries) > 1 {
		found = f.merge(found)
	}
	if f.After.ID != 0 {
		slices.Reverse(found)
	}
	return found, nil
}

// part is one query of a page.
type part struct {
	query string
	args  []any
}

// orNothing is a match, or one that finds nothing.
func orNothing(match string) string {
	if match == "" {
		return `"\x00"`
	}
	return match
}

// merge brings pages of the same list into one, in the order in which they were
// read.
func (f BatchFilter) merge(found []Batch) []Batch {
	slices.SortFunc(found, func(x, y Batch) int {
		if f.After.ID != 0 {
			return cmp.Compare(x.ID, y.ID)
		}
		return cmp.Compare(y.ID, x.ID)
	})
	found = slices.CompactFunc(found, func(x, y Batch) bool { return x.ID == y.ID })
	return found[:min(len(found), f.Limit)]
}

// part composes a query, from tables with a condition of its own.
func (f BatchFilter) part(from, condition string, values ...any) part {
	where, args := "", []any(nil)
	add := func(condition string, values ...any) { where, args = and(where, condition), append(args, values...) }
	if condition != "" {
		add(condition, values...)
	}
	id := "b.id"
	if strings.HasPrefix(from, "batch_words") {
		id = "w.rowid"
	}
	switch {
	case from != "":
	case f.Which == PlannedSends:
		from = "batches b INDEXED BY batches_planned"
	case f.Which == UnsettledSends:
		from = "batches b"
	case len(f.Users) == 1:
		from = "batches b INDEXED BY batches_user"
	default:
		from = "batches b NOT INDEXED"
	}
	switch f.Which {
	case PlannedSends:
		add("b.n_scheduled > 0")
	case UnsettledSends:
		add("b.id IN (SELECT id FROM batches WHERE held_at > 0 UNION SELECT id FROM batches WHERE paused_at > 0 UNION SELECT id FROM batches WHERE n_in_doubt > 0)")
	}
	switch {
	case len(f.Users) == 1:
		add("b.user_id = ?", f.Users[0])
	case len(f.Users) > 1:
		add("b.user_id IN (SELECT value FROM json_each(?))", idList(f.Users))
	}
	order := id + " DESC"
	switch planned := f.Which == PlannedSends; {
	case planned && f.After.ID != 0:
		add("(b.send_at, b.id) < (?, ?)", f.After.At, f.After.ID)
		order = "b.send_at DESC, b.id DESC"
	case planned:
		if order = "b.send_at, b.id"; f.Before.ID != 0 {
			add("(b.send_at, b.id) > (?, ?)", f.Before.At, f.Before.ID)
		}
	case f.After.ID != 0:
		add(id+" > ?", f.After.ID)
		order = id
	case f.Before.ID != 0:
		add(id+" < ?", f.Before.ID)
	}
	return part{"SELECT " + batchColumns + " FROM " + from + where + " ORDER BY " + order + " LIMIT ?", append(args, f.Limit)}
}

func scanBatch(rows *sql.Rows) (b Batch, err error) {
	err = rows.Scan(&b.ID, &b.UserID, &b.Door, &b.SubmitKey, &b.Sender, &b.TON, &b.Body, &b.SendAt, &b.Zone, &b.Validity, &b.HeldAt, &b.HeldWhy,
		&b.StoppedAt, &b.Recipients, &b.Parts, &b.Credits, &b.CreatedAt, &b.NScheduled, &b.NQueued, &b.NSubmitting, &b.NSubmitted, &b.NSent,
		&b.NDelivered, &b.NFailed, &b.NExpired, &b.NCancelled, &b.NSuppressed, &b.NInDoubt, &b.NUnknown, &b.PausedAt, &b.PausedBy, &b.Resuming,
		&b.ResumingAt, &b.ResumedTo, &b.AgainOf, &b.NStaged, &b.StagedCredits, &b.Columns, &b.Stopping, &b.StoppedBy, &b.Day)
	return b, err
}

const countWaiting = `SELECT count(*) FROM (
  SELECT 1 FROM (SELECT 1 FROM messages INDEXED BY messages_due WHERE status = 1 AND priority = 0 AND provider_id = ? LIMIT ?)
  UNION ALL
  SELECT 1 FROM (SELECT 1 FROM messages INDEXED BY messages_due_bulk WHERE status = 1 AND priority = 1 AND provider_id = ? LIMIT ?)
  LIMIT ?)`

// CountWaiting counts the messages that wait for a provider, up to a limit.
func (s *Store) CountWaiting(ctx context.Context, providerID, limit int64) (n int64, err error) {
	if err := s.reads.QueryRowContext(ctx, countWaiting, providerID, limit, providerID, limit, limit).Scan(&n); err != nil {
		return 0, fmt.Errorf("count waiting messages: %w", err)
	}
	return n, nil
}

const replan = `UPDATE messages SET due_at = ?, expires_at = ?, leased_until = 0 WHERE id IN (SELECT value FROM json_each(?)) AND status IN (0, 1) AND attempts = 0`

// Replan gives messages that wait for their time another one.
func (tx *Tx) Replan(ctx context.Context, ids []int64, dueAt, expiresAt Millis) error {
	if _, err := tx.db.ExecContext(ctx, replan, dueAt, expiresAt, idList(ids)); err != nil {
		return fmt.Errorf("replan messages: %w", err)
	}
	return nil
}
