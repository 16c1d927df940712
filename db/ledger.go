package db

import (
	"context"
	"fmt"
	"slices"
)

// LedgerFilter says which entries of a user's ledger a list shows.
type LedgerFilter struct {
	UserID int64
	Kind   string // "settle"; "" is every kind
	From   Millis // at From or later; 0 does not filter
	To     Millis // before To
	// Before and After are ids, as in MessageFilter.
	Before, After int64
	Limit         int

	oldestFirst bool
}

// LedgerRow is an entry with what it is about.
type LedgerRow struct {
	CreditEntry
	// Recipients and BatchCredits are those of its batch, 0 without one.
	Recipients, BatchCredits int64
}

// FindCreditEntries returns a page of a ledger, newest first.
func (s *Store) FindCreditEntries(ctx context.Context, f LedgerFilter) ([]LedgerRow, error) {
	f.oldestFirst = f.After > 0
	found, err := s.ledgerPage(ctx, f)
	if err != nil {
		return nil, err
	}
	if f.oldestFirst {
		slices.Reverse(found)
	}
	return found, nil
}

// EachCreditEntry calls do for every entry of the filter, newest first, page by
// page: do may be as slow as the network. Limit and After are ignored.
func (s *Store) EachCreditEntry(ctx context.Context, f LedgerFilter, do func(LedgerRow) error) error {
	f.After, f.Limit, f.oldestFirst = 0, eachSize, false
	return eachRow(func() ([]LedgerRow, error) { return s.ledgerPage(ctx, f) }, do, func(last LedgerRow) { f.Before = last.ID })
}

// ledgerQuery is the filter in SQL.
func ledgerQuery(f LedgerFilter) (query string, args []any) {
	query = "SELECT e.id, e.user_id, e.at, e.kind, e.amount, e.reserved, e.batch_id, e.other_user_id, e.note," +
		" COALESCE(b.recipients, 0), COALESCE(b.credits, 0)" +
		" FROM credit_entries e LEFT JOIN batches b ON b.id = e.batch_id WHERE e.user_id = ?"
	args = []any{f.UserID}
	if f.Kind != "" {
		query, args = query+" AND e.kind = ?", append(args, f.Kind)
	}
	if f.From > 0 {
		query, args = query+" AND e.at >= ?", append(args, f.From)
	}
	if f.To > 0 {
		query, args = query+" AND e.at < ?", append(args, f.To)
	}
	if f.Before > 0 {
		query, args = query+" AND e.id < ?", append(args, f.Before)
	}
	if f.After > 0 {
		query, args = query+" AND e.id > ?", append(args, f.After)
	}
	if f.oldestFirst {
		query += " ORDER BY e.id LIMIT ?"
	} else {
		query += " ORDER BY e.id DESC LIMIT ?"
	}
	return query, append(args, f.Limit)
}

func (s *Store) ledgerPage(ctx context.Context, f LedgerFilter) ([]LedgerRow, error) {
	query, args := ledgerQuery(f)
	rows, err := s.reads.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	defer rows.Close()
	var found []LedgerRow
	for rows.Next() {
		var r LedgerRow
		if err := rows.Scan(&r.ID, &r.UserID, &r.At, &r.Kind, &r.Amount, &r.Reserved, &r.BatchID, &r.OtherUserID, &r.Note,
			&r.Recipients, &r.BatchCredits); err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		found = append(found, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	return found, nil
}
