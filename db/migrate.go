package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// ErrNewer is returned by Open for a database that a newer Textdesk has
// changed; running on it could lose what that version stored.
var ErrNewer = errors.New("the database was made by a newer version of Textdesk; install that version, or restore a backup made by this one")

// migrate brings the file up to this version. Migrations only go forward. Of
// several processes that start at once, one does it.
func migrate(ctx context.Context, path string) error {
	var err error
	for range 5 {
		if err = migrateOnce(ctx, path); err == nil || errors.Is(err, ErrNewer) || ctx.Err() != nil {
			return err
		}
		time.Sleep(100 * time.Millisecond) // another one may be in the middle of it
	}
	return err
}

func migrateOnce(ctx context.Context, path string) error {
	conn, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	defer conn.Close()
	conn.SetMaxOpenConns(1)
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, conn, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	have, want, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	if have > want {
		return ErrNewer
	}
	if have == want {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	return nil
}

// Version returns the number of the newest migration in the database.
func (s *Store) Version(ctx context.Context) (int64, error) {
	var v int64
	err := s.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&v)
	if err != nil {
		return 0, fmt.Errorf("read version: %w", err)
	}
	return v, nil
}
