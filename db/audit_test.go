package db

import (
	"context"
	"strings"
	"testing"
)

func TestTheAuditLogIsOnlyAddedTo(t *testing.T) {
	s := open(t)
	err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		return tx.InsertAudit(ctx, InsertAuditParams{At: 1, Address: "command line", Action: "user.add", Subject: "sam"})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"UPDATE audit SET detail = 'nothing happened'", "DELETE FROM audit"} {
		err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.db.ExecContext(ctx, statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "only ever added to") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if found, err := s.FindAudit(t.Context(), AuditFilter{Limit: 5}); err != nil || len(found) != 1 || found[0].Detail != "" {
		t.Errorf("%+v %v", found, err)
	}
}

func TestPlansOfTheAuditLog(t *testing.T) {
	s := open(t)
	for name, f := range map[string]AuditFilter{
		"older": {Before: 100, Limit: 50}, "newer": {After: 100, Limit: 50, oldestFirst: true},
		"of one": {Action: "user.suspend", Before: 100, Limit: 50},
	} {
		query, args := auditQuery(f)
		if whole, bad := plan(t, s, query, args...); len(bad) > 0 {
			t.Errorf("%s: %q in\n%s", name, bad, whole)
		}
	}
}
