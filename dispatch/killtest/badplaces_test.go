//go:build unix

package killtest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// nobody is the user as whom the program runs where the test is root, for whom
// no file is closed.
const nobody = 65534

// What is wrong with the data directory is said in one sentence that names the
// way back, nothing is made in the place of what is there, and the way back
// works.
func TestBadPlaces(t *testing.T) {
	t.Parallel()
	good := owned(t)
	run(t, good, "correct horse battery", "user", "add", "boss", "--level", "admin", "--password-stdin")
	run(t, good, "", "backup")
	copies, err := filepath.Glob(filepath.Join(good, "backups", "*.db"))
	if err != nil || len(copies) != 1 {
		t.Fatal(copies, err)
	}
	file := func(dir string) string { return filepath.Join(dir, "textdesk.db") }
	cases := []struct {
		name, says string
		spoil      func(dir string) error
		back       func(dir string) error // nil is a restore of the backup
	}{
		{"a directory that is closed", "has to be readable and writable for", func(dir string) error { return os.Chmod(dir, 0o500) }, func(dir string) error { return os.Chmod(dir, 0o700) }},
		{"a database that is closed", "has to be readable and writable for", func(dir string) error { return os.Chmod(file(dir), 0) }, func(dir string) error { return os.Chmod(file(dir), 0o600) }},
		{"a database that is read only", "has to be readable and writable for", func(dir string) error { return os.Chmod(file(dir), 0o400) }, func(dir string) error { return os.Chmod(file(dir), 0o600) }},
		{"a key that is closed", "has to be readable and writable for", func(dir string) error { return os.Chmod(filepath.Join(dir, "secret.key"), 0) },
			func(dir string) error { return os.Chmod(filepath.Join(dir, "secret.key"), 0o600) }},
		{"no database any more", "the database is not there, but backups of it are", func(dir string) error { return os.Remove(file(dir)) }, nil},
		{"an empty database", "the database is not there, but backups of it are", func(dir string) error { return os.Truncate(file(dir), 0) }, nil},
		{"half a database", "the database is damaged; put a backup back with textdesk restore FILE", func(dir string) error { return os.Truncate(file(dir), 100_000) }, nil},
		{"pages of something else", "the database is damaged; put a backup back with textdesk restore FILE", func(dir string) error {
			f, err := os.OpenFile(file(dir), os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte(strings.Repeat("a letter to the editor ", 20_000)), 2*4096)
			return errors.Join(err, f.Close())
		}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := owned(t)
			if out, err := exec.Command("cp", "-a", good+"/.", dir).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			out, err := as(t, dir, "", "serve", "--listen", "127.0.0.1:0")
			if err == nil || !strings.Contains(out, c.says) || strings.Count(out, "\n") != 0 {
				t.Fatalf("it said %q, %v", out, err)
			}
			if c.back != nil {
				err = c.back(dir)
			} else {
				out, err = as(t, dir, "", "restore", filepath.Join(dir, "backups", filepath.Base(copies[0])))
			}
			if err != nil {
				t.Fatalf("the way back: %v: %s", err, out)
			}
			if list := run(t, dir, "", "user", "list"); !strings.Contains(list, "boss") {
				t.Errorf("who was there is gone: %s", list)
			}
			run(t, dir, "", "check")
		})
	}
}

// owned is a data directory of the user as whom the program runs.
func owned(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chown(dir, nobody, nobody)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	return dir
}

// as runs a command as nobody in particular.
func as(t *testing.T, dir, in string, args ...string) (string, error) {
	t.Helper()
	path := program(t)
	if os.Geteuid() == 0 {
		if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, path, append(args, "--data", dir)...)
	if os.Geteuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	c.Stdin = strings.NewReader(in)
	text, err := c.CombinedOutput()
	return strings.TrimSpace(string(text)), err
}

func run(t *testing.T, dir, in string, args ...string) string {
	t.Helper()
	out, err := as(t, dir, in, args...)
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
	return out
}
