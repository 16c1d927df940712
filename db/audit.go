package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// AuditFilter says which entries of the audit log a list shows. Zero fields do
// not filter.
type AuditFilter struct {
	Users  []int64 // who did it or in whose name; nil is everyone and the command line
	UserID int64   // one of them
	Action string  // "user.suspend", or with a dot at its end all that begin with it: "user."
	From   Millis  // at From or later
	To     Millis  // before To
	// Before and After are ids, as in MessageFilter.
	Before, After int64
	Limit         int

	oldestFirst bool
}

// FindAudit returns a page of the audit log, newest first.
func (s *Store) FindAudit(ctx context.Context, f AuditFilter) ([]Audit, error) {
	f.oldestFirst = f.After > 0
	found, err := s.auditPage(ctx, f)
	if err != nil {
		return nil, err
	}
	if f.oldestFirst {
		slices.Reverse(found)
	}
	return found, nil
}

// EachAudit calls do for every entry of the filter, newest first, page by page:
// do may be as slow as the network. Limit, Before and After are ignored.
func (s *Store) EachAudit(ctx context.Context, f AuditFilter, do func(Audit) error) error {
	f.Before, f.After, f.Limit, f.oldestFirst = 0, 0, eachSize, false
	return eachRow(func() ([]Audit, error) { return s.auditPage(ctx, f) }, do, func(last Audit) { f.Before = last.ID })
}

// auditQuery is the filter in SQL.
func auditQuery(f AuditFilter) (query string, args []any) {
	query = "SELECT id, at, user_id, acting_id, address, action, subject, detail FROM audit WHERE 1 = 1"
	add := func(clause string, with ...any) { query, args = query+clause, append(args, with...) }
	if f.Users != nil {
		in := "(" + strings.TrimSuffix(strings.Repeat("?,", len(f.Users)), ",") + ")"
		ids := make([]any, len(f.Users))
		for i, id := range f.Users {
			ids[i] = id
		}
		add(" AND (user_id IN "+in, ids...)
		add(" OR acting_id IN "+in+")", ids...)
	}
	if f.UserID != 0 {
		add(" AND (user_id = ? OR acting_id = ?)", f.UserID, f.UserID)
	}
	switch {
	case strings.HasSuffix(f.Action, "."):
		add(" AND action >= ? AND action < ?", f.Action, strings.TrimSuffix(f.Action, ".")+"/") // the sign after the dot
	case f.Action != "":
		add(" AND action = ?", f.Action)
	}
	if f.From > 0 {
		add(" AND at >= ?", f.From)
	}
	if f.To > 0 {
		add(" AND at < ?", f.To)
	}
	if f.Before > 0 {
		add(" AND id < ?", f.Before)
	}
	if f.After > 0 {
		add(" AND id > ?", f.After)
	}
	if f.oldestFirst {
		add(" ORDER BY id LIMIT ?", f.Limit)
	} else {
		add(" ORDER BY id DESC LIMIT ?", f.Limit)
	}
	return query, args
}

func (s *Store) auditPage(ctx context.Context, f AuditFilter) ([]Audit, error) {
	query, args := auditQuery(f)
	rows, err := s.reads.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	defer rows.Close()
	var found []Audit
	for rows.Next() {
		var a Audit
		if err := rows.Scan(&a.ID, &a.At, &a.UserID, &a.ActingID, &a.Address, &a.Action, &a.Subject, &a.Detail); err != nil {
			return nil, fmt.Errorf("read audit log: %w", err)
		}
		found = append(found, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	return found, nil
}
