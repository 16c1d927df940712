package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// ErrNewer is returned by Open for a database that a newer Textdesk has
// changed; running on it could lose what that version stored.
var ErrNewer = errors.New("the database was made by a newer version of Textdesk; install that version, or restore a backup made by this one")

// migrateLock is held by who brings a database up to date. Once there is one, it
// says so: a directory that has had a database must not quietly get another.
const (
	migrateLock = "migrate.lock"
	madeHere    = "There is a database in this directory.\n"
)

// migrate brings the file up to this version. Migrations only go forward. Of
// several processes that start at once, one does it.
func migrate(ctx context.Context, path string) (err error) {
	lock, err := waitForLock(ctx, filepath.Join(filepath.Dir(path), migrateLock))
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	for range 5 {
		if err = migrateOnce(ctx, path); err == nil {
			// For [present]. A directory that cannot take a line is as before.
			_, _ = lock.WriteAt([]byte(madeHere), 0)
			return nil
		}
		if errors.Is(err, ErrNewer) || errors.Is(err, ErrNoSnapshot) || ctx.Err() != nil {
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
	if have > 0 {
		if err := snapshot(ctx, path, have, want); err != nil {
			return fmt.Errorf("%w: %w", ErrNoSnapshot, err)
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	return nil
}

// ErrNoSnapshot is returned by Open when the copy cannot be written that stands
// behind every upgrade. The database is as it was.
var ErrNoSnapshot = errors.New("the database was not upgraded, because the copy that is made before could not be written")

// snapshotPrefix begins the names of the copies made before an upgrade:
// upgrade-6-to-9.db.
const snapshotPrefix = "upgrade-"

// snapshot keeps the database as it is before an upgrade, for [Restore]. A copy
// of an earlier try at the same upgrade gives way.
func snapshot(ctx context.Context, path string, have, want int64) error {
	to := filepath.Join(filepath.Dir(path), BackupDir, fmt.Sprintf("%s%d-to-%d.db", snapshotPrefix, have, want))
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return copyInto(ctx, path, to)
}

// Snapshot returns the newest copy that was made before an upgrade of the data
// directory, "" when there is none.
func Snapshot(dir string) (string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, BackupDir, snapshotPrefix+"*.db"))
	if err != nil {
		return "", fmt.Errorf("look for snapshots: %w", err)
	}
	var newest string
	var at time.Time
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return "", fmt.Errorf("look for snapshots: %w", err)
		}
		if info.ModTime().After(at) {
			newest, at = path, info.ModTime()
		}
	}
	return newest, nil
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
