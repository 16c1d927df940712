package commands_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestBackUpAndRestore(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	out := s.does("", "backup")
	m := regexp.MustCompile(`^(\S+\.db) holds`).FindStringSubmatch(out)
	if m == nil || !strings.Contains(out, "secret.key") {
		t.Fatalf("it said %q", out)
	}
	s.does(password, "user", "add", "jo", "--level", "normal", "--password-stdin")

	elsewhere := filepath.Join(t.TempDir(), "copy.db")
	s.does("", "backup", elsewhere)
	if got := s.run("", "backup", elsewhere); got.code != 1 || !strings.Contains(got.err, "there already") {
		t.Errorf("a backup over another: %+v", got)
	}
	if got := s.run("", "restore"); got.code != 2 {
		t.Errorf("restore of nothing: %+v", got)
	}
	if err := os.WriteFile(filepath.Join(s.data, "cat.db"), []byte("meow"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := s.run("", "restore", filepath.Join(s.data, "cat.db")); got.code != 1 || strings.Count(got.err, "\n") != 1 {
		t.Errorf("restore of a cat: %+v", got)
	}
	if got := s.run("", "restore", s.data); got.code != 1 || !strings.Contains(got.err, "is a directory") {
		t.Errorf("restore of a directory: %+v", got)
	}
	if got := s.run("", "backup", s.data); got.code != 1 || !strings.Contains(got.err, "is a directory") {
		t.Errorf("a backup over a directory: %+v", got)
	}
	out = s.does("", "restore", m[1])
	if !strings.Contains(out, "Sending is held") || !strings.Contains(out, "that was there is in") {
		t.Errorf("it said %q", out)
	}
	if list := s.does("", "user", "list"); strings.Contains(list, "jo") || !strings.Contains(list, "sam") {
		t.Errorf("after the restore there are\n%s", list)
	}
	s.does("", "restore", elsewhere)
	if list := s.does("", "user", "list"); !strings.Contains(list, "jo") {
		t.Errorf("after the second restore there are\n%s", list)
	}
	s.does("", "check")

	empty := shell{t, filepath.Join(t.TempDir(), "new")}
	if got := empty.run("", "restore", elsewhere+".none"); got.code != 1 || !strings.Contains(got.err, "cannot be read") {
		t.Errorf("restore of a file that is not there: %+v", got)
	}
	if _, err := os.Stat(empty.data); err == nil {
		t.Error("it made a data directory")
	}
	if out := empty.does("", "restore", elsewhere, "--anyway"); strings.Contains(out, "that was there") {
		t.Errorf("into an empty directory: %q", out)
	}
}

func TestRestoreBesideARunningDesk(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	copied := filepath.Join(t.TempDir(), "copy.db")
	s.does("", "backup", copied)
	s.serve("127.0.0.1:0")
	if got := s.run("", "restore", copied); got.code != 1 || !strings.Contains(got.err, "stop the desk first") {
		t.Errorf("restore under a running desk: %+v", got)
	}
	s.does("", "backup") // beside it, backups are made
}

func TestAnotherSecretKey(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does("", "provider", "add", "up", "--kind", "fastsms", "--set", "token=x", "--default")
	if err := os.Remove(filepath.Join(s.data, "secret.key")); err != nil {
		t.Fatal(err)
	}
	if got := s.run("", "serve", "--listen", "127.0.0.1:0"); got.code != 1 || !strings.Contains(got.err, "put the right secret.key back") || !strings.Contains(got.err, "key adopt") {
		t.Fatalf("serve with another key: %+v", got)
	}
	for _, args := range [][]string{
		{"provider", "add", "other", "--kind", "fastsms", "--set", "token=x"}, {"provider", "change", "up", "--set", "token=y"},
		{"number", "add", "07860033456", "--provider", "up"},
	} { // what is sealed with the wrong key is lost
		if got := s.run("", args...); got.code != 1 || !strings.Contains(got.err, "put the right secret.key back") {
			t.Errorf("textdesk %v with another key: %+v", args, got)
		}
	}
	if out := s.does("", "key", "adopt"); !strings.Contains(out, "provider change up") || strings.Contains(out, "Simulator") {
		t.Errorf("it said %q", out)
	}
	s.does("", "provider", "change", "up", "--set", "token=y")
	s.serve("127.0.0.1:0")
}

func TestRollback(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	if got := s.run("", "rollback"); got.code != 1 || !strings.Contains(got.err, "no copy from before an upgrade") {
		t.Errorf("rollback of nothing: %+v", got)
	}
	s.does("", "backup", filepath.Join(s.data, "backups", "upgrade-1-to-2.db"))
	s.does(password, "user", "add", "jo", "--level", "normal", "--password-stdin")
	if out := s.does("", "rollback"); !strings.Contains(out, "the version of Textdesk that ran before") {
		t.Errorf("it said %q", out)
	}
	if list := s.does("", "user", "list"); strings.Contains(list, "jo") {
		t.Errorf("after the rollback there are\n%s", list)
	}
}
