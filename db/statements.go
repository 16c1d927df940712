package db

import (
	"context"
	"database/sql"
	"sync"
)

// preparer is a *sql.DB or a *sql.Conn.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// statementLimit bounds how many statements stay prepared: lists with filters
// make a few dozen forms of their query, never more than their filters allow.
const statementLimit = 512

// statements prepares each query once. It implements DBTX.
type statements struct {
	on     preparer
	mu     sync.RWMutex
	byText map[string]*sql.Stmt
}

func newStatements(on preparer) *statements {
	return &statements{on: on, byText: map[string]*sql.Stmt{}}
}

// PrepareContext implements DBTX.
func (s *statements) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt := s.byText[query]
	s.mu.RUnlock()
	if stmt != nil {
		return stmt, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt = s.byText[query]; stmt != nil {
		return stmt, nil
	}
	if len(s.byText) >= statementLimit {
		for text, old := range s.byText {
			_ = old.Close()
			delete(s.byText, text)
			break
		}
	}
	// Without the caller's context: the statement outlives the call.
	stmt, err := s.on.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, err
	}
	s.byText[query] = stmt
	return stmt, nil
}

// ExecContext implements DBTX.
func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// QueryContext implements DBTX.
func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// QueryRowContext implements DBTX.
func (s *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := s.PrepareContext(ctx, query)
	if err != nil {
		return s.on.QueryRowContext(ctx, query, args...) // reports the same error on Scan
	}
	return stmt.QueryRowContext(ctx, args...)
}
