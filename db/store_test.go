package db

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "30"); err != nil { // fewer, unless somebody asks for more
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// open opens a new store that lives until the test ends.
func open(t testing.TB) *Store {
	t.Helper()
	return openIn(t, t.TempDir())
}

func openIn(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// put writes one setting, the smallest change there is.
func put(tx *Tx, key string) error {
	return tx.SetSetting(context.Background(), SetSettingParams{Key: key, Value: "1"})
}

func keys(t testing.TB, s *Store) map[string]bool {
	t.Helper()
	rows, err := s.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, r := range rows {
		all[r.Key] = true
	}
	return all
}

// grouped runs changes so that they share a commit: the first one is held until
// all others wait behind it.
func grouped(t *testing.T, s *Store, changes ...func(ctx context.Context, tx *Tx) error) []error {
	t.Helper()
	holding, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var work sync.WaitGroup
	work.Go(func() {
		_ = s.Write(context.Background(), func(context.Context, *Tx) error {
			once.Do(func() { close(holding) })
			<-release
			return nil
		})
	})
	<-holding
	errs := make([]error, len(changes))
	for i, c := range changes {
		work.Go(func() { errs[i] = s.Write(context.Background(), c) })
		for { // in this order
			s.writes.mu.Lock()
			n := len(s.writes.waiting)
			s.writes.mu.Unlock()
			if n == i+1 {
				break
			}
			time.Sleep(100 * time.Microsecond)
		}
	}
	close(release)
	work.Wait()
	return errs
}

func TestOneFailingChangeTakesNobodyAlong(t *testing.T) {
	s := open(t)
	refused := errors.New("refused")
	var runs [6]int
	change := func(i int, err error) func(context.Context, *Tx) error {
		return func(_ context.Context, tx *Tx) error {
			runs[i]++
			if err := put(tx, fmt.Sprint("key", i)); err != nil {
				return err
			}
			return err
		}
	}
	errs := grouped(t, s, change(0, nil), change(1, refused), change(2, nil),
		func(context.Context, *Tx) error { runs[3]++; panic("oh") }, change(4, refused), change(5, nil))
	for i, want := range []error{nil, refused, nil, nil, refused, nil} {
		if i == 3 {
			if errs[i] == nil || !strings.Contains(errs[i].Error(), "panic: oh") {
				t.Errorf("a panic came back as %v", errs[i])
			}
			continue
		}
		if !errors.Is(errs[i], want) {
			t.Errorf("change %d: %v, want %v", i, errs[i], want)
		}
	}
	got := keys(t, s)
	for i, want := range []bool{true, false, true, false, false, true} {
		if got[fmt.Sprint("key", i)] != want {
			t.Errorf("change %d stored: %v, want %v", i, !want, want)
		}
	}
	if runs[0] != 2 || runs[5] != 1 { // together with the first attempt, which ended at change 1
		t.Errorf("the changes ran %v times", runs)
	}
}

func TestManyFailuresCostOneRepetition(t *testing.T) {
	s := open(t)
	const n = 200
	var runs atomic.Int64
	changes := make([]func(context.Context, *Tx) error, n)
	for i := range changes {
		changes[i] = func(context.Context, *Tx) error {
			runs.Add(1)
			if i%2 == 1 {
				return errors.New("refused")
			}
			return nil
		}
	}
	errs := grouped(t, s, changes...)
	for i, err := range errs {
		if (err != nil) != (i%2 == 1) {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	if runs.Load() > 2*n {
		t.Errorf("%d changes ran %d times", n, runs.Load())
	}
}

func TestWritersShareCommits(t *testing.T) {
	s := open(t)
	const writers, each = 32, 20
	var work sync.WaitGroup
	for range writers {
		work.Go(func() {
			for range each {
				var got int64
				err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) (err error) {
					got, err = tx.TakeNumbers(ctx, TakeNumbersParams{Name: "batch", N: 1})
					if err != nil {
						return err
					}
					return put(tx, fmt.Sprint(got))
				})
				if err != nil {
					t.Error(err)
					return
				}
				if !keys(t, s)[fmt.Sprint(got)] {
					t.Errorf("%d was not there after Write", got)
				}
			}
		})
	}
	work.Wait()
	if got := len(keys(t, s)); got != writers*each {
		t.Errorf("%d rows, want %d: two writers had the same number, or one was lost", got, writers*each)
	}
}

func TestACallerWhoLeavesTakesNobodyAlong(t *testing.T) {
	s := open(t)
	ctx, leave := context.WithCancel(t.Context())
	err := s.Write(ctx, func(_ context.Context, tx *Tx) error {
		leave()
		return put(tx, "left")
	})
	if err != nil || !keys(t, s)["left"] {
		t.Errorf("a change under way was given up: %v", err)
	}
	ran := false
	if err := s.Write(ctx, func(context.Context, *Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("a change of somebody who had left: %v, ran %v", err, ran)
	}
}

func limitPages(t testing.TB, s *Store, more int) {
	t.Helper()
	if err := s.LimitPages(t.Context(), more); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDisk(t *testing.T) {
	s := open(t)
	limitPages(t, s, 2)
	big := strings.Repeat("x", 100_000)
	errs := grouped(t, s,
		func(_ context.Context, tx *Tx) error { return put(tx, "small") },
		func(ctx context.Context, tx *Tx) error {
			if err := put(tx, "half"); err != nil {
				return err
			}
			return tx.SetSetting(ctx, SetSettingParams{Key: "big", Value: big})
		},
		func(_ context.Context, tx *Tx) error { return put(tx, "after") })
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("errors are %v", errs)
	}
	if got := keys(t, s); !got["small"] || got["half"] || got["big"] || !got["after"] {
		t.Errorf("stored %v", got)
	}
	limitPages(t, s, 0)
	if err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		return tx.SetSetting(ctx, SetSettingParams{Key: "big", Value: big})
	}); err != nil {
		t.Errorf("with space again: %v", err)
	}
}

func TestACommitThatFails(t *testing.T) {
	s := open(t)
	// A reference that is checked when the transaction ends makes COMMIT fail.
	err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		_, err := tx.db.ExecContext(ctx, "CREATE TABLE late (id INTEGER REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	errs := grouped(t, s,
		func(_ context.Context, tx *Tx) error { return put(tx, "with") },
		func(ctx context.Context, tx *Tx) error {
			_, err := tx.db.ExecContext(ctx, "INSERT INTO late VALUES (99)")
			return err
		})
	for i, err := range errs {
		if err == nil || !strings.Contains(err.Error(), "commit") {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if keys(t, s)["with"] {
		t.Error("a change is there though its caller was told that it failed")
	}
	if err := s.Write(t.Context(), func(_ context.Context, tx *Tx) error { return put(tx, "next") }); err != nil || !keys(t, s)["next"] {
		t.Errorf("the next change: %v", err)
	}
}

func TestCheckpointBesideTheWriter(t *testing.T) {
	s := open(t)
	inside, release := make(chan struct{}), make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		_ = s.Write(context.Background(), func(_ context.Context, tx *Tx) error {
			close(inside)
			<-release
			return put(tx, "a")
		})
	})
	<-inside
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Checkpoint(ctx); err != nil {
		t.Errorf("while somebody writes: %v", err)
	}
	close(release)
	work.Wait()
	if err := s.Checkpoint(ctx); err != nil {
		t.Error(err)
	}
}

func TestOpenInOddDirectories(t *testing.T) {
	for _, name := range []string{"with space", "100%25 & more", "what?", "a#b", "ünï", "mode=memory"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		s := openIn(t, dir)
		if err := s.Ready(t.Context()); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if info, err := os.Stat(filepath.Join(dir, FileName)); err != nil || info.Size() == 0 && s.Size() == 0 || info.Mode().Perm() != 0o600 {
			t.Errorf("%q: the database is not where it should be: %v", name, err)
		}
	}
}

func TestSeveralProcessesOpenANewStore(t *testing.T) {
	dir := t.TempDir()
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			s, err := Open(context.Background(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Ready(context.Background()); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
}

func TestANewerStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Version(t.Context())
	if err != nil || v < 1 {
		t.Fatal(v, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", v+1); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer store: %v", err)
	}
}

func TestTwoCannotServe(t *testing.T) {
	dir := t.TempDir()
	unlock, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("the second lock: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	unlock, err = Lock(dir)
	if err != nil {
		t.Fatalf("after it was given back: %v", err)
	}
	_ = unlock()
}

func TestStatementsPastTheLimit(t *testing.T) {
	s := open(t)
	var work sync.WaitGroup
	for w := range 4 {
		work.Go(func() {
			for i := range statementLimit {
				var got int
				if err := s.reads.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d + ?", i*4+w), 1).Scan(&got); err != nil || got != i*4+w+1 {
					t.Errorf("statement %d: %d %v", i*4+w, got, err)
					return
				}
			}
		})
	}
	work.Wait()
	if n := len(s.reads.byText); n > statementLimit+4 {
		t.Errorf("%d statements are kept", n)
	}
}
