package desk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"textdesk/db"
)

// backupFiles are the names in the directory of backups.
func (o *office) backupFiles(t testing.TB) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(o.BackupDirectory())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func (o *office) backupState(t testing.TB) BackupState {
	t.Helper()
	b, err := o.BackupState(t.Context(), o.admin)
	must(t, err)
	return b
}

// What is asked for is made once, in the name of who asked, and a second press
// meanwhile is told so.
func TestABackupIsAskedFor(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	rung := 0
	o.OnBackup(func() { rung++ })
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 0)
	if err := o.AskForBackup(ctx, jo); !errors.Is(err, ErrForbidden) {
		t.Errorf("a normal user: %v", err)
	}
	must(t, o.AskForBackup(ctx, o.admin))
	if err := o.AskForBackup(ctx, o.admin); !errors.Is(err, ErrBackupRuns) || !strings.Contains(err.Error(), "asked for already") {
		t.Errorf("a second press: %v", err)
	}
	if b := o.backupState(t); b.Asked.IsZero() || rung != 1 || len(o.backupFiles(t)) > 0 {
		t.Errorf("before it begins: %+v, rung %d times, %q", b, rung, o.backupFiles(t))
	}
	made, err := o.RunBackups(ctx)
	if b := o.backupState(t); err != nil || !made || !b.Asked.IsZero() || !b.Running.IsZero() || b.At.IsZero() || len(o.backupFiles(t)) != 1 {
		t.Errorf("after it: %v, %v, %+v, %q", made, err, b, o.backupFiles(t))
	}
	page, err := o.AuditLog(ctx, o.admin, AuditFilter{Limit: 1})
	if err != nil || len(page.Entries) != 1 || page.Entries[0].Action != "backup" || page.Entries[0].By != o.admin.Name() {
		t.Errorf("the audit log has %+v, %v", page.Entries, err)
	}
	if made, err = o.RunBackups(ctx); err != nil || made {
		t.Errorf("it was made twice: %v, %v", made, err)
	}
	o.setBackupRunning(o.clock())
	if err := o.AskForBackup(ctx, o.admin); !errors.Is(err, ErrBackupRuns) || !strings.Contains(err.Error(), "being made already, since") {
		t.Errorf("a press while one is being made: %v", err)
	}
	o.setBackupRunning(time.Time{})
}

// A process that ended in its middle leaves half a file and the wish: the next
// start removes the one and fulfils the other.
func TestABackupOutlivesARestart(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	must(t, o.AskForBackup(ctx, o.admin))
	const broken = "textdesk-20260603-070000.db"
	half := filepath.Join(o.BackupDirectory(), broken+db.PartSuffix)
	must(t, os.MkdirAll(o.BackupDirectory(), 0o700))
	must(t, os.WriteFile(half, []byte("half of it"), 0o600))
	must(t, os.WriteFile(half+"-journal", nil, 0o600))
	over, err := o.backupBegins(ctx, filepath.Join(o.BackupDirectory(), broken), true)
	must(t, err)
	over() // as a new process knows nothing

	stopped, stop := context.WithCancel(ctx)
	stop()
	if made, err := o.RunBackups(stopped); made || err == nil {
		t.Errorf("told to stop: %v, %v", made, err)
	}
	if b := o.backupState(t); b.Asked.IsZero() || !b.FailedAt.IsZero() {
		t.Errorf("told to stop: %+v", b)
	}
	// Another process's backup is not the one that was asked for.
	_, err = o.MakeBackup(ctx, CommandLine())
	must(t, err)
	if b := o.backupState(t); b.Asked.IsZero() {
		t.Error("the command line's backup took the wish away")
	}
	o.pass(time.Minute)
	made, err := o.RunBackups(ctx)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	if names := o.backupFiles(t); len(names) != 2 || strings.Contains(strings.Join(names, " "), broken) {
		t.Errorf("there are %q", names)
	}
}

// One that fails says why, and can be asked for again at once.
func TestABackupThatFails(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	must(t, os.WriteFile(o.BackupDirectory(), []byte("a file where the directory should be"), 0o600))
	must(t, o.AskForBackup(ctx, o.admin))
	if made, err := o.RunBackups(ctx); made || err == nil {
		t.Errorf("it was made: %v, %v", made, err)
	}
	if b := o.backupState(t); !b.Asked.IsZero() || !b.Running.IsZero() || b.FailedAt.IsZero() || b.Problem == "" {
		t.Errorf("after it: %+v", b)
	}
	must(t, os.Remove(o.BackupDirectory()))
	o.pass(time.Second)
	must(t, o.AskForBackup(ctx, o.admin))
	made, err := o.RunBackups(ctx)
	if b := o.backupState(t); err != nil || !made || !b.FailedAt.IsZero() {
		t.Errorf("the next one: %v, %v, %+v", made, err, b)
	}
}

// Every backup that was asked for has the wish in it: put back, it is none.
func TestARestoredDeskMakesNoOldBackup(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	must(t, o.AskForBackup(ctx, o.admin))
	o.pass(time.Hour)
	must(t, o.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetSetting(ctx, db.SetSettingParams{Key: db.RestoredKey, Value: strconv.FormatInt(int64(o.Desk.now()), 10)})
	}))
	made, err := o.RunBackups(ctx)
	if b := o.backupState(t); err != nil || made || !b.Asked.IsZero() || len(o.backupFiles(t)) > 0 {
		t.Errorf("it made %q: %v, %v, %+v", o.backupFiles(t), made, err, b)
	}
}
