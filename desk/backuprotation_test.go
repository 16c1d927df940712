package desk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"textdesk/db"
)

// old lays a file among the backups that was last written to then.
func (o *office) old(t testing.TB, name string, at time.Time) string {
	t.Helper()
	path := filepath.Join(o.BackupDirectory(), name)
	must(t, os.MkdirAll(o.BackupDirectory(), 0o700))
	must(t, os.WriteFile(path, []byte("half of it"), 0o600))
	must(t, os.Chtimes(path, at, at))
	return path
}

// Half a backup that cannot be deleted keeps none from being made, and stands on
// the System page until it is gone.
func TestWhatCannotBeDeletedIsSaid(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	const name = "textdesk-20260101-023000.db" + db.PartSuffix
	long := time.Now().Add(-2 * halfFor)
	gone := o.old(t, "textdesk-20260102-023000.db"+db.PartSuffix, long)
	ahead := o.old(t, "textdesk-20360102-023000.db"+db.PartSuffix, time.Now().AddDate(10, 0, 0))
	young := o.old(t, "textdesk-20260103-023000.db"+db.PartSuffix, time.Now())
	stuck := filepath.Join(o.BackupDirectory(), name) // a directory with something in it does not go
	must(t, os.MkdirAll(filepath.Join(stuck, "x"), 0o700))
	must(t, os.Chtimes(stuck, long, long))
	over, err := o.backupBegins(ctx, strings.TrimSuffix(stuck, db.PartSuffix), true)
	must(t, err)
	over()

	must(t, o.AskForBackup(ctx, o.admin))
	if _, err := o.RunBackups(ctx); err == nil || !strings.Contains(err.Error(), "was made, but half of a backup cannot be deleted") {
		t.Errorf("the log gets %v", err)
	}
	b := o.backupState(t)
	if b.At.IsZero() || !b.FailedAt.IsZero() || !b.Asked.IsZero() || !strings.Contains(b.Left, name) {
		t.Errorf("the page has %+v", b)
	}
	for _, path := range []string{gone, ahead} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("what somebody may be writing: %v", err)
	}
	must(t, os.RemoveAll(stuck))
	o.pass(time.Minute)
	_, err = o.MakeBackup(ctx, o.admin)
	must(t, err)
	if b := o.backupState(t); b.Left != "" {
		t.Errorf("it is gone, and the page says %q", b.Left)
	}
}

// A clock that was ahead by years keeps no backup from being made once it is right
// again, and what was made then does not push out what is made now.
func TestBackupsAfterAClockThatWasAhead(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	must(t, o.SaveBackupPlan(ctx, o.admin, BackupPlan{At: 150, Keep: 1}))
	run := func(want bool) {
		t.Helper()
		if made, err := o.RunBackups(ctx); err != nil || made != want {
			t.Fatalf("at %v: %v, %v", o.clock(), made, err)
		}
	}
	run(false)
	o.pass(24 * time.Hour)
	const years = 10 * 365 * 24 * time.Hour
	o.pass(years)
	run(true)
	o.pass(-years)
	run(true)
	all, err := o.Backups(o.admin)
	if err != nil || len(all) != 1 || all[0].At.After(o.clock()) {
		t.Errorf("there are %+v, %v", all, err)
	}
	run(false)
	o.pass(24 * time.Hour)
	run(true)

	// The same of one that failed, and of a desk that was begun then.
	ahead := o.clock().Add(years)
	must(t, o.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return setAll(ctx, tx, map[string]string{keyBackupFailed: strconv.FormatInt(ahead.UnixMilli(), 10), keyBackupSince: strconv.FormatInt(ahead.UnixMilli(), 10)})
	}))
	o.pass(24 * time.Hour)
	run(false) // it is thought of from now on
	o.pass(24 * time.Hour)
	run(true)
}

// The copy from before the last upgrade stays. Those from before earlier ones go
// with the backups of their time: nobody who was erased stays in them for ever.
func TestCopiesFromBeforeUpgrades(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	must(t, o.SaveBackupPlan(ctx, o.admin, BackupPlan{At: 150, Keep: 2}))
	day := func(n int) time.Time { return o.clock().AddDate(0, 0, -n) }
	o.old(t, "upgrade-6-to-9.db", day(30))
	o.old(t, "upgrade-9-to-12.db", day(2))
	o.old(t, "upgrade-12-to-14.db", day(1))
	names := func() (all []string) {
		for _, name := range o.backupFiles(t) {
			if strings.HasPrefix(name, "upgrade-") {
				all = append(all, name)
			}
		}
		return all
	}
	_, err := o.MakeBackup(ctx, o.admin)
	must(t, err)
	if got := names(); len(got) != 3 {
		t.Errorf("with fewer backups than are kept, there are %q", got)
	}
	o.pass(time.Hour)
	_, err = o.MakeBackup(ctx, o.admin)
	must(t, err)
	if got := names(); !slices.Equal(got, []string{"upgrade-12-to-14.db"}) {
		t.Errorf("there are %q", got)
	}
}
