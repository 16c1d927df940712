package desk

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// SupportReport is what somebody who helps from afar needs to know of a desk,
// without anything of its people: no names, numbers, texts, tokens or
// credentials.
type SupportReport struct {
	Made            time.Time         `json:"made"`
	DatabaseVersion int64             `json:"database_version"`
	DatabaseBytes   int64             `json:"database_bytes"`
	DiskFreeBytes   int64             `json:"disk_free_bytes"`
	Rows            map[string]int64  `json:"rows"` // by table
	Waiting         int64             `json:"waiting"`
	Planned         int64             `json:"planned"`
	InFlight        int64             `json:"in_flight"`
	InDoubt         int64             `json:"in_doubt"`
	Providers       []SupportProvider `json:"providers"`
	Settings        map[string]string `json:"settings"` // of those that say nothing of people
	LastBackup      time.Time         `json:"last_backup,omitzero"`
	BackupProblem   string            `json:"backup_problem,omitempty"`
	Backups         int               `json:"backups"`
	Problems        []string          `json:"problems"` // what textdesk check finds
}

// SupportProvider is a provider without its name, address and credentials.
type SupportProvider struct {
	Kind        string    `json:"kind"`
	Default     bool      `json:"default"`
	Paused      bool      `json:"paused"`
	Rate        float64   `json:"rate"`
	Concurrency int64     `json:"concurrency"`
	OK          time.Time `json:"ok,omitzero"`
	Trouble     time.Time `json:"trouble,omitzero"`
	Error       string    `json:"error,omitempty"`
}

// tellable are the settings that a support report may have.
var tellable = []string{keyCountry, keyZone, keyUndo, keyBackupOff, keyBackupMinute, keyBackupKeep, keyBackupAt, keyBackupFailed,
	"quiet_off", "quiet_from", "quiet_until", "maintenance_at", "restored_at"}

// Support makes a report for whoever helps. It reads the whole database. For
// administrators.
func (d *Desk) Support(ctx context.Context, a Actor) (SupportReport, error) {
	s, err := d.System(ctx, a)
	if err != nil {
		return SupportReport{}, err
	}
	r := SupportReport{Made: d.clock().UTC(), DatabaseVersion: s.Version, DatabaseBytes: s.Bytes, DiskFreeBytes: s.Free, Waiting: s.Waiting,
		Planned: s.Planned, InFlight: s.InFlight, InDoubt: s.InDoubt, Settings: map[string]string{}, Problems: []string{}, LastBackup: s.Backup.At,
		BackupProblem: redact(s.Backup.Problem), Backups: len(s.Backups)}
	for _, p := range s.Providers {
		r.Providers = append(r.Providers, SupportProvider{Kind: p.Kind, Default: bool(p.IsDefault), Paused: p.PausedAt > 0, Rate: p.Rate,
			Concurrency: p.Concurrency, OK: p.OkAt.Time(), Trouble: p.ErrorAt.Time(), Error: redact(p.ErrorText)})
	}
	rows, err := d.store.Settings(ctx)
	if err != nil {
		return SupportReport{}, fmt.Errorf("read settings: %w", err)
	}
	for _, row := range rows {
		for _, key := range tellable {
			if row.Key == key {
				r.Settings[key] = row.Value
			}
		}
	}
	if r.Rows, err = d.store.RowCounts(ctx); err != nil {
		return SupportReport{}, err
	}
	for _, look := range []func(context.Context) ([]string, error){d.Integrity, d.CheckBooks} {
		problems, err := look(ctx)
		if err != nil {
			return SupportReport{}, err
		}
		for _, p := range problems {
			r.Problems = append(r.Problems, redact(p))
		}
	}
	return r, nil
}

var (
	longDigits = regexp.MustCompile(`\+?\d[\d ()-]{5,}\d`)
	addresses  = regexp.MustCompile(`[\w.+-]+@[\w.-]+|https?://\S+`)
	quoted     = regexp.MustCompile(`["“][^"”]*["”]`)
)

// redact takes numbers, addresses and what is quoted out of a sentence.
func redact(text string) string {
	text = addresses.ReplaceAllString(text, "[address]")
	text = quoted.ReplaceAllString(text, "[quoted]")
	return strings.TrimSpace(longDigits.ReplaceAllString(text, "[number]"))
}
