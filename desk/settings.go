package desk

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// Settings are what an administrator has decided about the desk.
type Settings struct {
	Organisation string
	// Country is where numbers without a country code are, "GB".
	Country string
	// Zone is the organisation's time zone.
	Zone *time.Location
	// Sender is the default for users who have none of their own.
	Sender string
	// Undo is how long a send to several people waits before the first text
	// leaves, 0 to 120 s.
	Undo time.Duration
	// Quiet are the hours in which bulk waits.
	Quiet QuietHours
	// Guard is the spend guard.
	Guard Guard
	// DaysFrom is the first day, 20260603, of which all counters are of days on
	// the zone's clock: those before it were counted on another one. 0 is all.
	DaysFrom int64
	// Maintenance keeps everybody out but administrators.
	Maintenance Maintenance
	// PasswordCalls: programs may come with a username and a password.
	PasswordCalls bool
	// SecondFactor is who has to have one: SecondOptional or SecondAdmins.
	SecondFactor string
	// Backups is when backups are made, Backup how the last one went.
	Backups BackupPlan
	Backup  BackupState
	// Branding is how the desk looks.
	Branding Branding
	// RestoredAt is when the desk was restored from a backup, and has sent
	// nothing since; zero otherwise.
	RestoredAt time.Time
	// SetUp tells which steps of the first run are done.
	SetUp SetUp

	replies string // see [Desk.Replies]
}

// SetUp is how far the first run has come.
type SetUp struct {
	Organisation, Provider, FirstText, Dismissed bool
}

// Done reports whether nothing is left to remind the administrator of.
func (s SetUp) Done() bool {
	return s.Dismissed || s.Organisation && s.Provider && s.FirstText
}

// longestUndo bounds how long a send may wait for second thoughts.
const longestUndo = 2 * time.Minute

const (
	keyOrganisation = "organisation"
	keyCountry      = "country"
	keyZone         = "zone"
	keySender       = "sender"
	keyUndo         = "undo_seconds"
	keyDaysFrom     = "days_from"
	keySetupToken   = "setup_token"
	keySetupDone    = "setup_done_" // followed by the step's name
)

// The steps of the first run that leave a mark in the settings.
const (
	StepOrganisation = "organisation"
	StepProvider     = "provider"
	StepFirstText    = "first_text"
	StepDismissed    = "dismissed"
)

// Settings reads the settings, with defaults for what nobody has decided.
func (d *Desk) Settings(ctx context.Context) (Settings, error) {
	return d.settings(ctx, d.store.Queries)
}

// settings reads them through a transaction, for what must hold in it.
func (d *Desk) settings(ctx context.Context, q *db.Queries) (Settings, error) {
	rows, err := q.Settings(ctx)
	if err != nil {
		return Settings{}, fmt.Errorf("read settings: %w", err)
	}
	values := make(map[string]string, len(rows))
	for _, row := range rows {
		values[row.Key] = row.Value
	}
	s := Settings{Organisation: values[keyOrganisation], Country: "GB", Zone: time.UTC, Sender: values[keySender], Undo: 20 * time.Second,
		Quiet: readQuiet(values), Guard: readGuard(values), Maintenance: readMaintenance(values), SecondFactor: readSecondFactor(values), PasswordCalls: values[keyPasswordCalls] == PasswordsToo,
		Backups: readBackupPlan(values), Backup: d.lastBackup(readBackupState(values)), RestoredAt: readInstant(values[db.RestoredKey]), replies: values[keyReplies]}
	s.Branding = readBranding(values)
	if c := values[keyCountry]; c != "" {
		s.Country = c
	}
	zone := "Europe/London"
	if z := values[keyZone]; z != "" {
		zone = z
	}
	if loc, err := loadZone(zone); err == nil {
		s.Zone = loc
	}
	if n, err := strconv.Atoi(values[keyUndo]); err == nil {
		s.Undo = time.Duration(n) * time.Second
	}
	s.DaysFrom, _ = strconv.ParseInt(values[keyDaysFrom], 10, 64)
	s.SetUp = SetUp{
		Organisation: values[keySetupDone+StepOrganisation] != "",
		Provider:     values[keySetupDone+StepProvider] != "",
		FirstText:    values[keySetupDone+StepFirstText] != "",
		Dismissed:    values[keySetupDone+StepDismissed] != "",
	}
	return s, nil
}

// Organisation is the form of the settings that the first run asks for.
type Organisation struct {
	Name, Country, Zone, Sender string
}

// SaveOrganisation stores the organisation's name, home country, zone and
// default sender. An empty zone is the country's own. For administrators.
func (d *Desk) SaveOrganisation(ctx context.Context, a Actor, o Organisation) error {
	return d.saveSettings(ctx, a, o, nil)
}

// SaveSettings stores the organisation as SaveOrganisation does, and with it
// how long a send waits before its first text leaves: 0 to 120 s, to the
// second. Either all of it is stored or nothing. For administrators.
func (d *Desk) SaveSettings(ctx context.Context, a Actor, o Organisation, undo time.Duration) error {
	return d.saveSettings(ctx, a, o, &undo)
}

func (d *Desk) saveSettings(ctx context.Context, a Actor, o Organisation, undo *time.Duration) error {
	if !a.Admin() {
		return ErrForbidden
	}
	bad := o.check()
	values := map[string]string{keyOrganisation: o.Name, keyCountry: o.Country, keyZone: o.Zone,
		keySender: o.Sender, keySetupDone + StepOrganisation: "1"}
	detail := o.Country + ", " + o.Zone
	if undo != nil {
		if *undo < 0 || *undo > longestUndo {
			bad = append(bad, ErrBadUndo)
		}
		values[keyUndo] = strconv.Itoa(int(undo.Seconds()))
		detail += ", undo " + values[keyUndo] + " s"
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := d.settings(ctx, tx.Queries)
		if err != nil {
			return err
		}
		counted, err := tx.AnyDay(ctx)
		if err != nil {
			return fmt.Errorf("read day counts: %w", err)
		}
		if zone, err := loadZone(o.Zone); err == nil && counted && was.Zone.String() != o.Zone {
			// The days that are counted already were the other zone's.
			values[keyDaysFrom] = strconv.FormatInt(dayOf(d.clock().Add(48*time.Hour), zone), 10)
		}
		for key, value := range values {
			if err := tx.SetSetting(ctx, db.SetSettingParams{Key: key, Value: value}); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, a, "settings.organisation", o.Name, detail)
	})
}

// check tidies the form, fills in the country's own zone, and refuses what is
// no organisation.
func (o *Organisation) check() []*Refusal {
	o.Name, o.Sender = tidy(o.Name), tidy(o.Sender)
	var bad []*Refusal
	if o.Name == "" {
		bad = append(bad, ErrBadOrganisation)
	}
	if r := tooLong("organisation", o.Name, 80); r != nil {
		bad = append(bad, r)
	}
	known := sms.CountryName(o.Country) != o.Country // which comes back as it is when there is none
	if !known {
		bad = append(bad, ErrBadCountry)
	}
	switch zone, r := zoneFor(o.Zone, o.Country); {
	case r == nil:
		o.Zone = zone
	case known || o.Zone != "": // without a country there is nothing to say of its zone
		bad = append(bad, r)
	}
	if o.Sender != "" {
		if _, r := parseSender(o.Sender, o.Country); r != nil {
			bad = append(bad, r)
		}
	}
	return bad
}

// FinishStep marks a step of the first run as done.
func (d *Desk) FinishStep(ctx context.Context, a Actor, step string) error {
	if !a.Admin() {
		return ErrForbidden
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetSetting(ctx, db.SetSettingParams{Key: keySetupDone + step, Value: "1"})
	})
}

// About is what an administrator wants to know of the desk's data.
type About struct {
	// Bytes is the size of the database with its log.
	Bytes int64
	// Directory is where the data lives, on the machine that serves.
	Directory string
}

// About tells where the data is and how large. For administrators.
func (d *Desk) About(a Actor) (About, error) {
	if !a.Admin() {
		return About{}, ErrForbidden
	}
	return About{Bytes: d.store.Size(), Directory: d.store.Directory()}, nil
}

// setting reads one setting as it is stored, "" for none.
func (d *Desk) setting(ctx context.Context, key string) (string, error) {
	rows, err := d.store.Settings(ctx)
	if err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	for _, row := range rows {
		if row.Key == key {
			return row.Value, nil
		}
	}
	return "", nil
}
