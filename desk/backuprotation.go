package desk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"textdesk/db"
)

// removeHalves deletes what backups left that a crash broke off. One that
// another process is writing has just been written to.
func (d *Desk) removeHalves() error {
	halves, err := filepath.Glob(filepath.Join(d.BackupDirectory(), backupPrefix+"*.db"+db.PartSuffix+"*"))
	if err != nil {
		return fmt.Errorf("half a backup cannot be looked for: %w", err)
	}
	var errs []error
	for _, path := range halves {
		info, err := os.Stat(path)
		if err != nil || time.Since(info.ModTime()).Abs() <= halfFor { // a clock may have been ahead
			continue
		}
		if err := os.Remove(path); err != nil {
			errs = append(errs, fmt.Errorf("half of a backup cannot be deleted: %w", err))
		}
	}
	return errors.Join(errs...)
}

// rotate deletes the oldest backups beyond keep. The copy from before the last
// upgrade stays, for a way back; those from before earlier ones go with the
// backups of their time.
func (d *Desk) rotate(keep int) error {
	all, err := d.list()
	if err != nil {
		return err
	}
	now := d.clock().Add(time.Minute)
	slices.SortStableFunc(all, func(a, b Backup) int { // made by a clock that was ahead: older than it says
		switch ahead := a.At.After(now); {
		case ahead == b.At.After(now):
			return 0
		case ahead:
			return 1
		}
		return -1
	})
	var old []Backup
	var oldest time.Time // of those that stay, once there are enough
	for _, b := range all {
		if b.Upgrade {
			continue
		}
		if keep--; keep < 0 {
			old = append(old, b)
		} else if keep == 0 {
			oldest = b.At
		}
	}
	last := true
	for _, b := range all {
		if b.Upgrade && !last && b.At.Before(oldest) {
			old = append(old, b)
		}
		last = last && !b.Upgrade
	}
	var errs []error
	for _, b := range old {
		if err := os.Remove(b.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("an old backup cannot be deleted: %w", err))
		}
	}
	return errors.Join(errs...)
}

// noteLeft writes down why old files are still there.
func noteLeft(ctx context.Context, tx *db.Tx, left error) error {
	if left == nil {
		return tx.DeleteSetting(ctx, keyBackupLeft)
	}
	return setAll(ctx, tx, map[string]string{keyBackupLeft: strings.ReplaceAll(left.Error(), "\n", "; ")})
}
