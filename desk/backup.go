package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"textdesk/db"
)

// Backup is a copy of the database.
type Backup struct {
	Path string
	// At is when it was made, Bytes how large it is.
	At    time.Time
	Bytes int64
	// Upgrade: it was made before an upgrade of the database, for a way back.
	Upgrade bool
}

// Name is the file's name.
func (b Backup) Name() string { return filepath.Base(b.Path) }

// BackupPlan is when backups are made by themselves and how many of them stay.
type BackupPlan struct {
	Off bool
	// At is the minute of the day, on the organisation's clock: 150 is 02:30.
	At int
	// Keep is how many stay, 1 to 365.
	Keep int
}

// BackupState is how the last backup went.
type BackupState struct {
	// At is when the last one was made that is whole, FailedAt when one was not
	// and nothing has been made since; zero for never.
	At, FailedAt time.Time
	Problem      string
	// Left is why old files are still there that should be gone, "" for no reason.
	Left string
	// Asked is when somebody asked for one that is not made yet, Running since when
	// one is being made by this process.
	Asked, Running time.Time

	since time.Time // when they were first thought of
	asker int64     // who asked; 0 is the command line
}

const (
	keyBackupOff     = "backup_off"
	keyBackupMinute  = "backup_minute"
	keyBackupKeep    = "backup_keep"
	keyBackupAt      = "backup_at"
	keyBackupFailed  = "backup_failed_at"
	keyBackupProblem = "backup_problem"
	keyBackupLeft    = "backup_left"
	keyBackupSince   = "backup_since"

	backupPrefix = "textdesk-" // textdesk-20260603-023000.db
	backupLayout = "20060102-150405"
	mostBackups  = 365

	// halfFor is how long nothing is written to a copy that nobody makes any more.
	halfFor = time.Hour
)

// BackupDirectory is where backups go.
func (d *Desk) BackupDirectory() string {
	return cmp.Or(d.backups, filepath.Join(d.store.Directory(), db.BackupDir))
}

// MakeBackup makes a copy of the database in the backup directory while the desk
// works, reads it through, and deletes the oldest beyond those that the plan
// keeps. The secret key is not in it. For administrators.
func (d *Desk) MakeBackup(ctx context.Context, a Actor) (Backup, error) {
	if !a.Admin() {
		return Backup{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Backup{}, err
	}
	return d.makeBackup(ctx, a, set, false)
}

// makeBackup makes one for somebody who may. owned: this is the desk at work,
// which looks at its next start for what a crash left.
func (d *Desk) makeBackup(ctx context.Context, a Actor, set Settings, owned bool) (Backup, error) {
	d.backing.Lock() // two may ask at the same moment
	defer d.backing.Unlock()
	left := d.removeHalves() // a file that cannot be deleted is no reason to have no backup
	path := d.backupPath()
	over, err := d.backupBegins(ctx, path, owned)
	defer over()
	var b Backup
	if err == nil {
		b, err = d.backUp(ctx, path)
	}
	if err != nil && ctx.Err() != nil {
		return Backup{}, err // told to stop: nothing failed, and what was asked for stays so
	}
	if err == nil {
		left = errors.Join(left, d.rotate(set.Backups.Keep))
	}
	if noteErr := d.noteBackup(ctx, a, b, err, left, owned); noteErr != nil {
		return b, errors.Join(err, noteErr)
	}
	if err != nil {
		return Backup{}, err
	}
	if left != nil {
		return b, fmt.Errorf("%s was made, but %w", b.Path, left)
	}
	return b, nil
}

// backupPath is where the backup of this second goes: a person and the schedule
// may both ask for one.
func (d *Desk) backupPath() string {
	name := filepath.Join(d.BackupDirectory(), backupPrefix+d.clock().UTC().Format(backupLayout))
	path := name + ".db"
	for n := 2; n < 100; n++ {
		if _, err := os.Stat(path); err != nil {
			break
		}
		path = fmt.Sprintf("%s-%d.db", name, n)
	}
	return path
}

// BackupTo makes a copy of the database at path, which must not exist, and reads
// it through. For administrators.
func (d *Desk) BackupTo(ctx context.Context, a Actor, path string) (Backup, error) {
	if !a.Admin() {
		return Backup{}, ErrForbidden
	}
	return d.backUp(ctx, path)
}

func (d *Desk) backUp(ctx context.Context, path string) (Backup, error) {
	if err := d.store.Backup(ctx, path); errors.Is(err, db.ErrNoRoom) {
		return Backup{}, fmt.Errorf("the backup was not made: %w. Earlier backups are as they were; make room there, or keep fewer of them", err)
	} else if err != nil {
		return Backup{}, err
	}
	if _, err := db.Verify(ctx, path); err != nil {
		return Backup{}, errors.Join(err, os.Remove(path))
	}
	info, err := os.Stat(path)
	if err != nil {
		return Backup{}, fmt.Errorf("back up database: %w", err)
	}
	return Backup{Path: path, At: info.ModTime(), Bytes: info.Size()}, nil
}

// noteBackup writes down how a backup went; and remembers it, because a disk
// that has no room for a backup may have none for the note.
func (d *Desk) noteBackup(ctx context.Context, a Actor, b Backup, failure, left error, owned bool) error {
	d.mu.Lock()
	d.backup = BackupState{}
	if failure != nil {
		d.backup = BackupState{FailedAt: d.clock(), Problem: failure.Error()}
	}
	d.mu.Unlock()
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if owned { // another process's leaves what was asked of the desk
			if err := forgetAsked(ctx, tx); err != nil {
				return err
			}
		}
		if err := noteLeft(ctx, tx, left); err != nil {
			return err
		}
		if failure != nil {
			values := map[string]string{keyBackupFailed: strconv.FormatInt(int64(d.now()), 10), keyBackupProblem: failure.Error()}
			return setAll(ctx, tx, values)
		}
		for _, key := range []string{keyBackupFailed, keyBackupProblem} {
			if err := tx.DeleteSetting(ctx, key); err != nil {
				return err
			}
		}
		if err := setAll(ctx, tx, map[string]string{keyBackupAt: strconv.FormatInt(int64(d.now()), 10)}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "backup", b.Name(), "")
	})
}

// lastBackup is how the last backup went: as it is stored, or as this process
// remembers it; and whether it makes one now.
func (d *Desk) lastBackup(stored BackupState) BackupState {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.backup.FailedAt.After(stored.FailedAt) {
		stored.FailedAt, stored.Problem = d.backup.FailedAt, d.backup.Problem
	}
	stored.Running = d.backupRunning
	return stored
}

func setAll(ctx context.Context, tx *db.Tx, values map[string]string) error {
	for key, value := range values {
		if err := tx.SetSetting(ctx, db.SetSettingParams{Key: key, Value: value}); err != nil {
			return err
		}
	}
	return nil
}

// Backups are the copies in the backup directory, newest first. For
// administrators.
func (d *Desk) Backups(a Actor) ([]Backup, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	return d.list()
}

func (d *Desk) list() ([]Backup, error) {
	own := filepath.Join(d.store.Directory(), db.BackupDir) // where those before upgrades go
	dirs := []string{own}
	if dir := d.BackupDirectory(); dir != own {
		dirs = append(dirs, dir)
	}
	var all []Backup
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list backups: %w", err)
		}
		for _, e := range entries {
			upgrade := strings.HasPrefix(e.Name(), "upgrade-")
			if !strings.HasSuffix(e.Name(), ".db") || !upgrade && !strings.HasPrefix(e.Name(), backupPrefix) {
				continue
			}
			info, err := e.Info()
			if err != nil {
				continue // deleted meanwhile
			}
			b := Backup{Path: filepath.Join(dir, e.Name()), At: info.ModTime(), Bytes: info.Size(), Upgrade: upgrade}
			// The name knows better than a file system through which it was copied.
			if at, err := time.Parse(backupLayout, strings.TrimSuffix(strings.TrimPrefix(e.Name(), backupPrefix), ".db")); err == nil {
				b.At = at
			}
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b Backup) int { return b.At.Compare(a.At) })
	return all, nil
}

// scheduledBackup makes the backup of the day once its time has come, and
// returns whether it did. One that failed is tried again an hour later.
func (d *Desk) scheduledBackup(ctx context.Context, set Settings) (made bool, err error) {
	if set.Backups.Off {
		return false, nil
	}
	now := d.clock().In(set.Zone)
	// What lies ahead was written by a clock that was: it must not keep us from
	// making any until then.
	last, failed, since := set.Backup.At, set.Backup.FailedAt, set.Backup.since
	if last.After(now) {
		last = time.Time{}
	}
	due := time.Date(now.Year(), now.Month(), now.Day(), set.Backups.At/60, set.Backups.At%60, 0, 0, set.Zone)
	if now.Before(due) {
		due = due.AddDate(0, 0, -1)
	}
	switch {
	case since.IsZero() || since.After(now): // a desk of today has nothing yet to lose
		return false, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return setAll(ctx, tx, map[string]string{keyBackupSince: strconv.FormatInt(int64(d.now()), 10)})
		})
	case !last.Before(due), since.After(due):
		return false, nil
	case now.Sub(failed).Abs() < time.Hour:
		return false, nil
	}
	_, err = d.makeBackup(ctx, CommandLine(), set, true)
	return err == nil, err
}

// SaveBackupPlan stores when backups are made. For administrators.
func (d *Desk) SaveBackupPlan(ctx context.Context, a Actor, p BackupPlan) error {
	if !a.Admin() {
		return ErrForbidden
	}
	var bad []*Refusal
	if p.At < 0 || p.At >= 24*60 {
		bad = append(bad, ErrBadBackupTime)
	}
	if p.Keep < 1 || p.Keep > mostBackups {
		bad = append(bad, ErrBadBackupKeep)
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		values := map[string]string{keyBackupOff: strconv.FormatBool(p.Off), keyBackupMinute: strconv.Itoa(p.At), keyBackupKeep: strconv.Itoa(p.Keep)}
		if err := setAll(ctx, tx, values); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "settings.backups", "", fmt.Sprintf("off %t, %02d:%02d, keep %d", p.Off, p.At/60, p.At%60, p.Keep))
	})
}

func readBackupPlan(values map[string]string) BackupPlan {
	p := BackupPlan{Off: values[keyBackupOff] == "true", At: 2*60 + 30, Keep: 14}
	if n, err := strconv.Atoi(values[keyBackupMinute]); err == nil {
		p.At = n
	}
	if n, err := strconv.Atoi(values[keyBackupKeep]); err == nil {
		p.Keep = n
	}
	return p
}

func readBackupState(values map[string]string) BackupState {
	asker, _ := strconv.ParseInt(values[keyBackupAsker], 10, 64) // nobody where nobody asked
	return BackupState{asker: asker, Asked: readInstant(values[keyBackupAsked]), At: readInstant(values[keyBackupAt]), FailedAt: readInstant(values[keyBackupFailed]), Problem: values[keyBackupProblem], Left: values[keyBackupLeft],
		since: readInstant(values[keyBackupSince])}
}

// readInstant reads a stored instant in milliseconds, zero for none.
func readInstant(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return db.Millis(n).Time()
}
