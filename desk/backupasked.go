package desk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"textdesk/db"
)

const (
	// keyBackupAsked is when somebody asked for a backup that is not made yet, in
	// milliseconds, and keyBackupAsker the id of who did.
	keyBackupAsked = "backup_asked_at"
	keyBackupAsker = "backup_asked_by"
	// keyBackupPart is the file that a running desk is writing a backup to. It
	// outlives a crash, so that the next start knows what to remove.
	keyBackupPart = "backup_part"
)

// OnBackup sets what is called when somebody has asked for a backup. The call
// must not block. Set it before the desk is used.
func (d *Desk) OnBackup(wake func()) { d.wakeBackups = wake }

// AskForBackup has the engine make a backup soon. It stays asked for until it is
// made or has failed, whatever happens to the process meanwhile. While one is
// asked for or being made a second one is refused. For administrators.
func (d *Desk) AskForBackup(ctx context.Context, a Actor) error {
	if !a.Admin() {
		return ErrForbidden
	}
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err := d.settings(ctx, tx.Queries)
		if err != nil {
			return err
		}
		switch b := set.Backup; {
		case !b.Running.IsZero():
			return ErrBackupRuns.because("A backup is being made already, since %s.", b.Running.In(set.Zone).Format("15:04"))
		case !b.Asked.IsZero():
			return ErrBackupRuns.because("A backup was asked for already, at %s. It begins in a moment.", b.Asked.In(set.Zone).Format("15:04"))
		}
		return setAll(ctx, tx, map[string]string{keyBackupAsked: strconv.FormatInt(int64(d.now()), 10), keyBackupAsker: strconv.FormatInt(a.User.ID, 10)})
	})
	if err == nil {
		d.wakeBackups()
	}
	return err
}

// BackupState is how backups stand now. For administrators.
func (d *Desk) BackupState(ctx context.Context, a Actor) (BackupState, error) {
	if !a.Admin() {
		return BackupState{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	return set.Backup, err
}

// RunBackups makes the backup that somebody asked for, or that of the day once
// its time has come, and returns whether it made one. What a crash broke off is
// removed first. When ctx ends meanwhile, nothing is left of the file, and what
// was asked for is made at the next start.
func (d *Desk) RunBackups(ctx context.Context) (made bool, err error) {
	if err := d.removePart(ctx); err != nil {
		return false, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return false, err
	}
	if asked := set.Backup.Asked; !asked.IsZero() && asked.Before(set.RestoredAt) {
		// It stands in the very backup that was asked for, and was put back.
		return false, d.store.Write(ctx, forgetAsked)
	}
	// A disk so full that nobody can write down how it went must not have us
	// make it over and over.
	if asked := set.Backup.Asked; !asked.IsZero() && !asked.Equal(d.backupTried) {
		user, err := d.store.User(ctx, set.Backup.asker)
		if err != nil && !db.IsNotFound(err) { // the command line is nobody
			return false, fmt.Errorf("read user: %w", err)
		}
		_, err = d.makeBackup(ctx, Actor{User: user, Door: "page"}, set, true)
		if ctx.Err() == nil {
			d.backupTried = asked
		}
		return err == nil, err
	}
	return d.scheduledBackup(ctx, set)
}

// removePart deletes the half of a file that this desk left when it was killed. If
// it cannot, whatever makes the next backup says so (removeHalves).
func (d *Desk) removePart(ctx context.Context) error {
	part, err := d.setting(ctx, keyBackupPart)
	if err != nil || part == "" {
		return err
	}
	path := filepath.Join(d.BackupDirectory(), filepath.Base(part)) + db.PartSuffix
	_, _ = os.Remove(path), os.Remove(path+"-journal")
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.DeleteSetting(ctx, keyBackupPart) })
}

// forgetAsked forgets what was asked for, and where it was being written to.
func forgetAsked(ctx context.Context, tx *db.Tx) error {
	for _, key := range []string{keyBackupAsked, keyBackupAsker, keyBackupPart} {
		if err := tx.DeleteSetting(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// backupBegins remembers that one is being made, in this process and, if the desk
// will look for what a crash leaves, in the store. The func it returns forgets
// the former.
func (d *Desk) backupBegins(ctx context.Context, path string, owned bool) (over func(), err error) {
	d.setBackupRunning(d.clock())
	over = func() { d.setBackupRunning(time.Time{}) }
	if !owned {
		return over, nil
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return setAll(ctx, tx, map[string]string{keyBackupPart: filepath.Base(path)})
	})
	return over, err
}

func (d *Desk) setBackupRunning(since time.Time) {
	d.mu.Lock()
	d.backupRunning = since
	d.mu.Unlock()
}
