package db

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func (s *Store) organisation(t *testing.T) string {
	t.Helper()
	rows, err := s.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Key == "organisation" {
			return row.Value
		}
	}
	return ""
}

func (s *Store) call(t *testing.T, name string) {
	t.Helper()
	err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		return tx.SetSetting(ctx, SetSettingParams{Key: "organisation", Value: name})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// killed is a data directory as a desk leaves it that was killed: the name is in
// the log and not in the database.
func killed(t *testing.T, name string) string {
	t.Helper()
	s := open(t)
	if err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.call(t, name)
	dir := t.TempDir()
	for _, file := range []string{FileName, FileName + "-wal"} {
		if err := copyFile(filepath.Join(s.Directory(), file), filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Once nobody has it open any more the file alone is the whole desk, for whoever
// copies it.
func TestAClosedDatabaseIsOneFile(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	s.call(t, "Hill School")
	if s.organisation(t) == "" {
		t.Fatal("it was not stored")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, FileName+"-wal")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is still there: %v", err)
	}
	alone := t.TempDir()
	if err := copyFile(filepath.Join(dir, FileName), filepath.Join(alone, FileName)); err != nil {
		t.Fatal(err)
	}
	if got := openIn(t, alone).organisation(t); got != "Hill School" {
		t.Errorf("the file alone says %q", got)
	}
}

// A database that was put aside by a restore can be put back, with what is in its
// log, and a restore into an empty directory replaces nothing.
func TestRestoreTakesTheLogAlong(t *testing.T) {
	from, dir := killed(t, "Hill School"), t.TempDir()
	replaced, err := Restore(t.Context(), dir, filepath.Join(from, FileName), 1, func(string) error { return nil })
	if err != nil || replaced != "" {
		t.Fatalf("it replaced %q, %v", replaced, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "re*")); err != nil || len(left) > 0 {
		t.Errorf("it left %q, %v", left, err)
	}
	if got := openIn(t, dir).organisation(t); got != "Hill School" {
		t.Errorf("restored: %q", got)
	}
	if _, err := os.Stat(filepath.Join(from, FileName+"-wal")); err != nil {
		t.Errorf("the log of what was copied: %v", err)
	}
}

// Broken off in the middle, a restore leaves no database without its log.
func TestARestoreThatIsBrokenOff(t *testing.T) {
	dir := killed(t, "Hill School")
	other := filepath.Join(t.TempDir(), "other.db")
	if err := open(t).Backup(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	// The log cannot go where it is to.
	aside := filepath.Join(dir, "replaced-1")
	if err := lay(filepath.Join(aside, FileName+"-wal", "x"), "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), dir, other, 1, func(string) error { return nil }); err == nil {
		t.Fatal("it was not broken off")
	}
	if s, err := Open(t.Context(), dir); !errors.Is(err, ErrRestoring) {
		if err == nil {
			t.Errorf("it opens, and says %q", s.organisation(t))
			_ = s.Close()
		}
		t.Fatalf("after it: %v", err)
	}
	if _, err := Restore(t.Context(), dir, other, 2, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if got := openIn(t, dir).organisation(t); got != "" {
		t.Errorf("restored: %q", got)
	}
}
