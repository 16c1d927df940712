//go:build linux

package db

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A disk that has no room for a backup, and one that fills up while it is
// written: it is said plainly, nothing half stays, the backups that were there
// are whole, and the desk goes on. The disk is a real one, of 6 MB.
func TestBackupOnAFullDisk(t *testing.T) {
	const here = "TEXTDESK_TEST_SMALL_DISK"
	dir := os.Getenv(here)
	if dir == "" {
		inOwnNamespace(t, here, t.TempDir())
		return
	}
	ctx, data, disk := t.Context(), filepath.Join(dir, "data"), filepath.Join(dir, "disk")
	for _, d := range []string{data, disk} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=6m"); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, data)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	earlier := filepath.Join(disk, "earlier.db")
	if err := writeCopy(ctx, s.path, earlier); err != nil {
		t.Fatal(err)
	}
	grow := func(key string) {
		t.Helper()
		err := s.Write(ctx, func(ctx context.Context, tx *Tx) error {
			return tx.SetSetting(ctx, SetSettingParams{Key: key, Value: strings.Repeat("x", 7<<20)})
		})
		if err != nil {
			t.Fatalf("the desk does not go on: %v", err)
		}
	}
	grow("big")
	for name, back := range map[string]func(context.Context, string, string) error{"looked for": copyInto, "found out": writeCopy} {
		err := back(ctx, s.path, filepath.Join(disk, "next.db"))
		if !errors.Is(err, ErrNoRoom) || !strings.Contains(err.Error(), disk) || strings.Contains(err.Error(), "back up database: there") {
			t.Errorf("%s: %v", name, err)
		}
		left, err := filepath.Glob(filepath.Join(disk, "*"))
		if err != nil || len(left) != 1 {
			t.Errorf("%s: there is %q, %v", name, left, err)
		}
		if _, err := Verify(ctx, earlier); err != nil {
			t.Errorf("%s: the earlier backup: %v", name, err)
		}
		grow(name)
	}
	if err := syscall.Mount("none", disk, "tmpfs", syscall.MS_REMOUNT, "size=200m"); err != nil {
		t.Fatal(err)
	}
	next := filepath.Join(disk, "next.db")
	if err := s.Backup(ctx, next); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if _, err := Verify(ctx, next); err != nil {
		t.Error(err)
	}
	// As for a service that may write into its own directory alone.
	if err := syscall.Mount("none", disk, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=200m"); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{filepath.Join(disk, "more.db"), filepath.Join(disk, "of", "more.db")} {
		if err := s.Backup(ctx, to); !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), filepath.Dir(to)) {
			t.Errorf("where nothing may be written: %v", err)
		}
	}
}

// inOwnNamespace runs the test once more where it may mount what it likes and
// nobody else sees it.
func inOwnNamespace(t *testing.T, variable, value string) {
	t.Helper()
	words := []string{"--mount", "--propagation", "private"}
	if os.Geteuid() != 0 {
		words = append(words, "--user", "--map-root-user")
	}
	if err := exec.Command("unshare", append(words, "true")...).Run(); err != nil {
		t.Skipf("this machine lets nobody mount: %v", err)
	}
	c := exec.Command("unshare", append(words, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")...)
	c.Env = append(os.Environ(), variable+"="+value)
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}
