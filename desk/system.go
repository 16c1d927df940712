package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"textdesk/db"
)

// lowDisk is how little the disk may have left before the desk says so: a day of
// a busy office and a backup of it should fit.
const lowDisk = 1 << 30

// System is how the desk itself is doing.
type System struct {
	// Version is that of the database: the number of its newest migration.
	Version   int64
	Directory string
	Bytes     int64
	// Free is what the disk has left, of the data and of the backups; -1 where
	// that cannot be said.
	Free, FreeForBackups int64
	// Waiting texts of Sends have not left, Planned of them are for later;
	// InFlight are being handed to providers, InDoubt have no known end.
	Sends, Waiting, Planned, InFlight, InDoubt int64
	Providers                                  []db.Provider
	Workers                                    []Worker
	Plan                                       BackupPlan
	Backup                                     BackupState
	BackupDirectory                            string
	Backups                                    []Backup
	RestoredAt                                 time.Time
}

// LowDisk reports whether a disk is nearly full.
func (s System) LowDisk() bool {
	return s.Free >= 0 && s.Free < lowDisk || s.FreeForBackups >= 0 && s.FreeForBackups < lowDisk
}

// Worker is a part of the engine and when it last went round.
type Worker struct {
	Name string
	At   time.Time
}

// System looks at the desk itself. For administrators.
func (d *Desk) System(ctx context.Context, a Actor) (System, error) {
	if !a.Admin() {
		return System{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return System{}, err
	}
	s := System{Directory: d.store.Directory(), Bytes: d.store.Size(), Free: -1, FreeForBackups: -1, Workers: d.Workers(),
		Plan: set.Backups, Backup: set.Backup, BackupDirectory: d.BackupDirectory(), RestoredAt: set.RestoredAt}
	if n, err := db.Free(s.Directory); err == nil {
		s.Free = n
	}
	if n, err := db.Free(s.BackupDirectory); err == nil { // none yet is no trouble
		s.FreeForBackups = n
	}
	if s.Version, err = d.store.Version(ctx); err != nil {
		return System{}, err
	}
	if s.Providers, err = d.ProviderRows(ctx); err != nil {
		return System{}, err
	}
	sum, err := d.store.UnsentSum(ctx, d.now())
	if err != nil {
		return System{}, fmt.Errorf("sum what waits: %w", err)
	}
	s.Sends, s.Waiting, s.Planned = sum.Sends, sum.Texts, sum.Planned
	for _, p := range s.Providers {
		n, err := d.store.InFlight(ctx, p.ID)
		if err != nil {
			return System{}, fmt.Errorf("count messages in flight: %w", err)
		}
		s.InFlight += n
	}
	if s.InDoubt, err = d.store.InDoubtSum(ctx); err != nil {
		return System{}, fmt.Errorf("count messages in doubt: %w", err)
	}
	s.Backups, err = d.list()
	return s, err
}

// Worked notes that a part of the engine went round. Dispatch calls it.
func (d *Desk) Worked(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.workers == nil {
		d.workers = map[string]time.Time{}
	}
	d.workers[name] = d.clock()
}

// Workers are the parts of the engine of this process, by name; none in a
// process that does not serve.
func (d *Desk) Workers() []Worker {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Worker
	for name, at := range d.workers {
		all = append(all, Worker{Name: name, At: at})
	}
	slices.SortFunc(all, func(a, b Worker) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}
