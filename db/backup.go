package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// BackupDir is where backups go in the data directory when nobody says.
	BackupDir = "backups"
	// restoreDir holds a database that is being put back.
	restoreDir = "restoring"
	// RestoredKey is the setting that keeps a restored desk from sending, until
	// an administrator has looked at it. Its value is the instant in milliseconds.
	RestoredKey = "restored_at"
)

// Backup writes a copy of the database to path, which must not exist: whole, as
// of one instant, without its free pages. Writers go on meanwhile. A copy that
// breaks off leaves nothing at path.
func (s *Store) Backup(ctx context.Context, path string) error { return copyInto(ctx, s.path, path) }

// copyInto copies the database at from to path by way of a name of its own, so
// that what stands at path is always whole.
func copyInto(ctx context.Context, from, path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("back up database: %s is a directory; name a file in it that is not there yet", path)
	} else if err == nil {
		return fmt.Errorf("back up database: %s is there already", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return notWritable(fmt.Errorf("back up database: %w", err), filepath.Dir(path))
	}
	if err := roomFor(from, filepath.Dir(path)); err != nil {
		return err
	}
	return writeCopy(ctx, from, path)
}

// writeCopy writes the copy that copyInto has looked for room for.
func writeCopy(ctx context.Context, from, path string) (err error) {
	part := path + PartSuffix
	remove := func() {
		_ = os.Remove(part)
		_ = os.Remove(part + "-journal") // which SQLite leaves on a full disk
	}
	remove() // of a run that was broken off
	defer func() {
		if err != nil {
			remove()
		}
	}()
	if err := touch(part); err != nil { // for its owner only; VACUUM takes an empty file as it is
		return notWritable(fmt.Errorf("back up database: %w", err), filepath.Dir(path))
	}
	conn, err := sql.Open("sqlite", dsn(from))
	if err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return outOfRoom(fmt.Errorf("back up database: %w", err), filepath.Dir(path))
	}
	if err := settle(part); err != nil {
		return outOfRoom(fmt.Errorf("back up database: %w", err), filepath.Dir(path))
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	return settle(filepath.Dir(path))
}

// settle waits until a file or directory is on disk.
func settle(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Sync() // not every system can
		return nil
	}
	return f.Sync()
}

// Verify reads a whole copy of a database and says what version it has. The
// error is for people: what is wrong with the file.
func Verify(ctx context.Context, path string) (version int64, err error) {
	if info, err := os.Stat(path); err != nil {
		return 0, fmt.Errorf("the backup cannot be read: %w", err)
	} else if info.IsDir() {
		return 0, fmt.Errorf("%s is a directory; name a backup in it", path)
	}
	conn, err := sql.Open("sqlite", dsnReadOnly(path))
	if err != nil {
		return 0, fmt.Errorf("open backup: %w", err)
	}
	defer conn.Close()
	var verdict string
	if err := conn.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return 0, fmt.Errorf("%s is no whole database: %w", filepath.Base(path), err)
	}
	if verdict != "ok" {
		return 0, fmt.Errorf("%s is damaged: %s", filepath.Base(path), verdict)
	}
	if err := conn.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version); err != nil {
		return 0, fmt.Errorf("%s is no database of Textdesk", filepath.Base(path))
	}
	return version, nil
}

// Integrity reads the whole database and returns what is damaged, nothing when
// all is well. It can run beside a desk at work.
func (s *Store) Integrity(ctx context.Context) ([]string, error) {
	var found []string
	for _, pragma := range []string{"integrity_check(20)", "foreign_key_check"} {
		rows, err := s.read.QueryContext(ctx, "PRAGMA "+pragma)
		if err != nil {
			return nil, fmt.Errorf("check integrity: %w", err)
		}
		for rows.Next() {
			var first sql.NullString
			rest := []any{new(any), new(any), new(any)}
			columns, err := rows.Columns()
			if err == nil {
				err = rows.Scan(append([]any{&first}, rest[:len(columns)-1]...)...)
			}
			if err != nil {
				return nil, errors.Join(fmt.Errorf("check integrity: %w", err), rows.Close())
			}
			if len(columns) > 1 {
				found = append(found, "A row of "+first.String+" refers to one that is not there.")
			} else if first.String != "ok" {
				found = append(found, first.String)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, fmt.Errorf("check integrity: %w", err)
		}
	}
	return found, nil
}

// Restore reads a copy of a database through and puts it into the data directory,
// whose lock the caller holds. The log of one that was in use belongs to it.
// Sending is held in it from then on. check looks at the copy before it takes the
// old one's place; an error of it leaves everything as it was. What was there goes
// to the returned directory, "" when nothing was.
func Restore(ctx context.Context, dir, from string, at Millis, check func(dir string) error) (replaced string, err error) {
	log, err := hasLog(from)
	if err != nil {
		return "", err
	}
	if !log {
		if _, err := Verify(ctx, from); err != nil {
			return "", err
		}
	}
	work := filepath.Join(dir, restoreDir)
	if err := os.RemoveAll(work); err != nil {
		return "", fmt.Errorf("restore database: %w", err)
	}
	if err := os.MkdirAll(work, 0o700); err != nil {
		return "", fmt.Errorf("restore database: %w", err)
	}
	begun := false
	defer func() {
		if !begun {
			_ = os.RemoveAll(work)
		}
	}()
	copied := filepath.Join(work, FileName)
	if err := copyFile(from, copied); err != nil {
		return "", outOfRoom(fmt.Errorf("restore database: %w", err), dir)
	}
	if log {
		if err := copyFile(from+"-wal", copied+"-wal"); err != nil {
			return "", outOfRoom(fmt.Errorf("restore database: %w", err), dir)
		}
	}
	if err := holdSending(ctx, copied, at); err != nil {
		return "", fmt.Errorf("restore database: %w", err)
	}
	if log { // which has come into it by now
		if _, err := Verify(ctx, copied); err != nil {
			return "", err
		}
	}
	if err := check(work); err != nil {
		return "", err
	}
	begun = true
	if replaced, err = putAside(dir, at); err != nil {
		return replaced, fmt.Errorf("restore database: %w", err)
	}
	if err := os.Rename(copied, filepath.Join(dir, FileName)); err != nil {
		return replaced, fmt.Errorf("restore database: %w", err)
	}
	if err := settle(dir); err != nil {
		return replaced, fmt.Errorf("restore database: %w", err)
	}
	return replaced, os.RemoveAll(work)
}

// hasLog reports whether the log of a database stands beside it, as of one that
// was in use or was killed: without it, what was stored last is lost.
func hasLog(path string) (bool, error) {
	info, err := os.Stat(path + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the log beside the backup cannot be read: %w", err)
	}
	return info.Size() > 0, nil
}

// putAside moves the database of a data directory into one of its own and returns
// that, "" when there is none. The log must not meet the database that comes: it
// would be played into it. The database goes first: broken off after that there is
// none, and [Open] says why; without its log it would lack what was stored last.
func putAside(dir string, at Millis) (aside string, err error) {
	aside = filepath.Join(dir, "replaced-"+strconv.FormatInt(int64(at), 10))
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return "", err
	}
	moved := false
	for _, suffix := range []string{"", "-wal", "-shm"} {
		err := os.Rename(filepath.Join(dir, FileName+suffix), filepath.Join(aside, FileName+suffix))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return aside, err
		}
		moved = moved || err == nil
	}
	if !moved {
		return "", os.Remove(aside)
	}
	return aside, nil
}

// What Open finds in a data directory that had a database.
var (
	// ErrRestoring: a restore was broken off between taking the old database
	// away and putting the new one there.
	ErrRestoring = errors.New("a restore was broken off here; run textdesk restore again")
	// ErrMissing: there are backups but no database. A new one would look as if
	// everything were lost.
	ErrMissing = errors.New("the database is not there, but backups of it are; put one back with textdesk restore FILE, or move the backups away to begin anew")
	// ErrLost: there has been a database, and there is none, nor a backup beside
	// it.
	ErrLost = errors.New("the database is not there, but it has been: the file was moved or deleted; put it back, or a backup with textdesk restore FILE, or begin anew in an empty data directory")
	// ErrDamaged: the file is no whole database.
	ErrDamaged = errors.New("the database is damaged; put a backup back with textdesk restore FILE")
)

// present reports what is wrong with a directory without a database, nil when
// there is one or has never been. A file without a page in it is none: SQLite
// throws away the log beside it.
func present(dir string) error {
	if info, err := os.Stat(filepath.Join(dir, FileName)); err == nil && info.Size() > 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, restoreDir, FileName)); err == nil {
		return ErrRestoring
	}
	if copies, _ := filepath.Glob(filepath.Join(dir, BackupDir, "*.db")); len(copies) > 0 {
		return ErrMissing
	}
	if info, err := os.Stat(filepath.Join(dir, migrateLock)); err == nil && info.Size() > 0 {
		return ErrLost
	}
	return nil
}

// Begun returns an error that is fs.ErrNotExist for a directory in which there has
// never been a database.
func Begun(dir string) error {
	if present(dir) != nil {
		return nil // there has been one
	}
	_, err := os.Stat(filepath.Join(dir, FileName))
	return err
}

// damaged names an error that says the file itself is broken.
func damaged(err error) error {
	var s *sqlite.Error
	if errors.As(err, &s) && (s.Code()&0xff == sqlite3.SQLITE_NOTADB || s.Code()&0xff == sqlite3.SQLITE_CORRUPT) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// holdSending marks a database that was put back. The table of settings has
// been in it since the first version.
func holdSending(ctx context.Context, path string, at Millis) (err error) {
	conn, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	conn.SetMaxOpenConns(1)
	if _, err := conn.ExecContext(ctx, "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		RestoredKey, strconv.FormatInt(int64(at), 10)); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}
