package desk

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"

	"textdesk/db"
)

// Maintenance closes the desk while somebody works on it: staff see a notice,
// scripts are told, administrators still get in. What was accepted before stays
// where it is and goes on.
type Maintenance struct {
	On    bool
	Since time.Time
	// Note is what staff read, "" for nothing but that it is closed.
	Note string
}

const (
	keyMaintenance     = "maintenance_at" // milliseconds; none is open
	keyMaintenanceNote = "maintenance_note"
)

// SetMaintenance closes the desk or opens it again. For administrators.
func (d *Desk) SetMaintenance(ctx context.Context, a Actor, on bool, note string) error {
	if !a.Admin() {
		return ErrForbidden
	}
	note = cleanName(note)
	if utf8.RuneCountInString(note) > 300 {
		return ErrBadMaintenance
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if !on {
			for _, key := range []string{keyMaintenance, keyMaintenanceNote} {
				if err := tx.DeleteSetting(ctx, key); err != nil {
					return err
				}
			}
			return d.audit(ctx, tx, a, "maintenance.off", "", "")
		}
		values := map[string]string{keyMaintenance: strconv.FormatInt(int64(d.now()), 10), keyMaintenanceNote: note}
		for key, value := range values {
			if err := tx.SetSetting(ctx, db.SetSettingParams{Key: key, Value: value}); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, a, "maintenance.on", "", note)
	})
}

func readMaintenance(values map[string]string) Maintenance {
	since, err := strconv.ParseInt(values[keyMaintenance], 10, 64)
	if err != nil {
		return Maintenance{}
	}
	return Maintenance{On: true, Since: db.Millis(since).Time(), Note: values[keyMaintenanceNote]}
}

// refuseInMaintenance turns away who comes in while the desk is closed.
func (d *Desk) refuseInMaintenance(ctx context.Context) error {
	set, err := d.Settings(ctx)
	if err == nil && set.Maintenance.On {
		return ErrMaintenance
	}
	return err
}

// AdmitPage refuses who may not use the pages now: while the desk is closed all
// but administrators, and administrators without the second factor that they
// have to have.
func AdmitPage(a Actor, set Settings) error {
	if !a.Admin() && !a.Acting() && set.Maintenance.On {
		return ErrMaintenance
	}
	if mustHaveSecond(a.real(), set) && a.real().SecondAt == 0 {
		return ErrNeedsSecond
	}
	return nil
}

// NeedsSecond reports whether the actor has to have a second factor.
func NeedsSecond(a Actor, set Settings) bool { return mustHaveSecond(a.real(), set) }

// real is the person before the screen.
func (a Actor) real() db.User {
	if a.Acting() {
		return a.By
	}
	return a.User
}
