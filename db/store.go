package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"
)

// FileName is the database's name in the data directory.
const FileName = "textdesk.db"

// readers is how many connections read at the same time.
const readers = 4

// How many KiB of the file each connection keeps in memory for itself. Everything
// else is in the system's cache, which all share and which costs a read of some
// microseconds; four times as much made nothing faster that is measured, and
// everything larger by 100 MiB.
const writerCache, readerCache = 16 << 10, 4 << 10

func cacheOf(kilobytes int) string { return fmt.Sprintf("_pragma=cache_size(-%d)", kilobytes) }

// Store is an open database.
type Store struct {
	// Queries read. They never see an unfinished Write.
	*Queries
	read     *sql.DB
	reads    *statements // on read
	writer   *sql.DB
	conn     *sql.Conn   // the one connection that writes
	keeper   *sql.DB     // its one connection checkpoints, beside the writer
	prepared *statements // on conn
	tx       *Tx         // its queries, prepared once
	writes   writeQueue
	hash     numberHash
	path     string
}

// Open opens the SQLite database in dir, makes it if there is none, and brings
// it up to this version. A database of a newer version is refused with
// [ErrNewer]. Open does not stop others from opening the same directory; see
// [Lock].
func Open(ctx context.Context, dir string) (*Store, error) {
	path := filepath.Join(dir, FileName)
	if err := present(dir); err != nil {
		return nil, err
	}
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := migrate(ctx, path); err != nil {
		return nil, damaged(err)
	}
	s := &Store{path: path}
	var err error
	if s.writer, err = sql.Open("sqlite", dsn(path, "_txlock=immediate", cacheOf(writerCache),
		"_pragma=wal_autocheckpoint(16000)", "_pragma=secure_delete(1)")); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s.writer.SetMaxOpenConns(1)
	if s.read, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)", cacheOf(readerCache))); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if s.keeper, err = sql.Open("sqlite", dsn(path)); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s.keeper.SetMaxOpenConns(1)
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	if s.conn, err = s.writer.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), s.Close())
	}
	s.prepared = newStatements(s.conn)
	s.tx = &Tx{Queries: New(s.prepared), db: s.prepared, hash: &s.hash}
	s.reads = newStatements(s.read)
	s.Queries = New(s.reads)
	return s, nil
}

// Close puts the log into the database, so that the file alone is the whole desk
// once nobody has it open. It waits for nothing: the caller has stopped whoever
// writes.
func (s *Store) Close() error {
	var errs []error
	for _, kept := range []*statements{s.reads, s.prepared} {
		if kept != nil {
			errs = append(errs, kept.close())
		}
	}
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.keeper != nil {
		errs = append(errs, s.keeper.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	return errors.Join(errs...)
}

// Ready reports whether the database can be written.
func (s *Store) Ready(ctx context.Context) error {
	return s.Write(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.SetSetting(ctx, SetSettingParams{Key: "ready_probe", Value: ""})
	})
}

// Checkpoint moves what the write-ahead log holds into the database file, as
// far as readers allow, so that no commit has to pay for it. Writers go on
// meanwhile.
func (s *Store) Checkpoint(ctx context.Context) error {
	_, err := s.keeper.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// Size returns the bytes of the database file and its log.
func (s *Store) Size() int64 {
	var total int64
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(s.path + suffix); err == nil {
			total += info.Size()
		}
	}
	return total
}

// Directory is where the database lives.
func (s *Store) Directory() string { return filepath.Dir(s.path) }

// dsn names the file with the settings that every connection shares. FULL,
// because losing the last commits would mean texts that went out and are
// forgotten. The writer overwrites what it deletes, so that who was erased is not
// found in the file.
func dsn(path string, extra ...string) string {
	// Escaped, because SQLite reads "?", "#" and "%" in it as parts of an address.
	s := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)&_pragma=journal_size_limit(67108864)&_pragma=trusted_schema(0)"
	for _, e := range extra {
		s += "&" + e
	}
	return s
}

// dsnReadOnly names a file that is only looked at, and that nobody changes
// meanwhile.
func dsnReadOnly(path string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?mode=ro&immutable=1&_pragma=query_only(1)&_pragma=trusted_schema(0)"
}

// touch makes the file with permissions for its owner only.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// IsNotFound reports whether a query found no row.
func IsNotFound(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// LimitPages keeps the database from growing by more than so many pages, as a
// full disk would; 0 lifts the limit.
func (s *Store) LimitPages(ctx context.Context, more int) error {
	var pages, limit int
	if err := s.read.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return fmt.Errorf("limit pages: %w", err)
	}
	limit = pages + more
	if more == 0 {
		limit = 1<<32 - 2
	}
	if err := s.conn.QueryRowContext(ctx, fmt.Sprintf("PRAGMA max_page_count(%d)", limit)).Scan(&limit); err != nil {
		return fmt.Errorf("limit pages: %w", err)
	}
	return nil
}
