package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pressly/goose/v3"
)

// A backup is whole and of one instant, while others write.
func TestBackupBesideWriters(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// Two settings that always have the same value: half a transaction shows.
	set := func(n int) error {
		return s.Write(ctx, func(ctx context.Context, tx *Tx) error {
			for _, key := range []string{"left", "right"} {
				if err := tx.SetSetting(ctx, SetSettingParams{Key: key, Value: fmt.Sprint(n)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := set(0); err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	var stop atomic.Bool
	work.Go(func() {
		for n := 1; !stop.Load(); n++ {
			if err := set(n); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range 5 {
		path := filepath.Join(dir, BackupDir, fmt.Sprint(i, ".db"))
		if err := s.Backup(ctx, path); err != nil {
			t.Fatal(err)
		}
		if v, err := Verify(ctx, path); err != nil || v == 0 {
			t.Fatalf("the backup has version %d, %v", v, err)
		}
		conn, err := sql.Open("sqlite", dsnReadOnly(path))
		if err != nil {
			t.Fatal(err)
		}
		var different int
		if err := conn.QueryRow("SELECT count(DISTINCT value) FROM settings WHERE key IN ('left', 'right')").Scan(&different); err != nil || different != 1 {
			t.Errorf("the backup has half a transaction: %d values, %v", different, err)
		}
		conn.Close()
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others can read the backup: %v, %v", info.Mode(), err)
		}
	}
	stop.Store(true)
	work.Wait()
	if err := s.Backup(ctx, filepath.Join(dir, BackupDir, "0.db")); err == nil {
		t.Error("a backup replaced another")
	}
}

func TestVerifyFindsDamage(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(dir, "good.db")
	if err := s.Backup(ctx, good); err != nil {
		t.Fatal(err)
	}
	s.Close()
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	broken := append([]byte(nil), whole...)
	copy(broken[len(broken)/2:], make([]byte, 8192))
	for name, text := range map[string][]byte{"half.db": whole[:len(whole)/2], "text.db": []byte("these are no pages"), "hole.db": broken, "nothing.db": {}} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(ctx, path); err == nil {
			t.Errorf("%s passes for a backup", name)
		}
	}
	if _, err := Verify(ctx, filepath.Join(dir, "none.db")); err == nil {
		t.Error("a file that is not there passes for a backup")
	}
}

// An upgrade leaves the database as it was before behind, and Restore brings it
// back, whatever the log of the new one holds.
func TestUpgradeKeepsACopyAndRestorePutsItBack(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	const before = 7
	path := filepath.Join(dir, FileName)
	old, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, old, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(ctx, before); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Exec("INSERT INTO settings (key, value) VALUES ('organisation', 'As it was')"); err != nil {
		t.Fatal(err)
	}
	old.Close()

	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	now, err := s.Version(ctx)
	if err != nil || now <= before {
		t.Fatalf("version %d after the upgrade, %v", now, err)
	}
	err = s.Write(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.SetSetting(ctx, SetSettingParams{Key: "organisation", Value: "Changed since"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	copied, err := Snapshot(dir)
	if err != nil || filepath.Base(copied) != fmt.Sprintf("upgrade-%d-to-%d.db", before, now) {
		t.Fatalf("the copy is %q, %v", copied, err)
	}
	// A log of the new database must not be played into the old one.
	if err := os.WriteFile(path+"-wal", []byte("of the new one"), 0o600); err != nil {
		t.Fatal(err)
	}
	refusal := errors.New("not like this")
	if _, err := Restore(ctx, dir, copied, 1, func(string) error { return refusal }); !errors.Is(err, refusal) {
		t.Fatalf("a refused restore gave %v", err)
	}
	if _, err := os.Stat(path + "-wal"); err != nil {
		t.Fatal("a refused restore changed something")
	}
	replaced, err := Restore(ctx, dir, copied, 1780000000000, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if v, err := Verify(ctx, path); err != nil || v != before {
		t.Errorf("the restored database has version %d, %v", v, err)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("the log of the other database is still there")
	}
	if _, err := Verify(ctx, filepath.Join(replaced, FileName)); err != nil {
		t.Errorf("what was there is not kept: %v", err)
	}
	s, err = Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.Settings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, row := range rows {
		values[row.Key] = row.Value
	}
	if values["organisation"] != "As it was" || values[RestoredKey] != "1780000000000" {
		t.Errorf("restored: %v", values)
	}
}

// A directory that had a database does not quietly get an empty one.
func TestOpenSaysWhatIsMissing(t *testing.T) {
	ctx := t.Context()
	cases := []struct {
		name string
		make func(dir string) error
		want error
	}{
		{"a backup alone", func(dir string) error { return lay(filepath.Join(dir, BackupDir, "textdesk-1.db"), "x") }, ErrMissing},
		{"an empty file beside a backup", func(dir string) error {
			return errors.Join(lay(filepath.Join(dir, BackupDir, "textdesk-1.db"), "x"), lay(filepath.Join(dir, FileName), ""))
		}, ErrMissing},
		{"what stands beside a database that was moved away", func(dir string) error {
			s, err := Open(ctx, dir)
			if err != nil {
				return err
			}
			return errors.Join(s.Close(), os.Rename(filepath.Join(dir, FileName), filepath.Join(t.TempDir(), FileName)))
		}, ErrLost},
		{"an empty file where a database was", func(dir string) error {
			s, err := Open(ctx, dir)
			if err != nil {
				return err
			}
			return errors.Join(s.Close(), os.Truncate(filepath.Join(dir, FileName), 0))
		}, ErrLost},
		{"half a restore", func(dir string) error { return lay(filepath.Join(dir, restoreDir, FileName), "x") }, ErrRestoring},
		{"no database", func(dir string) error {
			return lay(filepath.Join(dir, FileName), strings.Repeat("not a page of a database ", 1000))
		}, ErrDamaged},
	}
	for _, c := range cases {
		dir := t.TempDir()
		if err := c.make(dir); err != nil {
			t.Fatal(err)
		}
		s, err := Open(ctx, dir)
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func lay(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}
