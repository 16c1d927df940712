package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
)

// AuditFilter says which entries of the audit log are wanted. Zero fields do not
// filter.
type AuditFilter struct {
	// UserID is who did it, or in whose name it was done.
	UserID int64
	// Kind is what it was about: "user" for all that was done to users, or one
	// action, "user.suspend".
	Kind string
	// From and To are days as forms send them, "2026-06-03", in the
	// organisation's zone, both included.
	From, To string
	// Before and After are ids of entries, as in Filter.
	Before, After int64
	Limit         int
}

// AuditEntry is one thing that somebody did.
type AuditEntry struct {
	ID int64
	At time.Time
	// By is who did it, "" for the desk itself. As is in whose name an
	// administrator acted, "" for their own.
	By, As  string
	Address string
	// Action is what, "user.suspend"; Subject whom or what it is about.
	Action, Subject, Detail string
}

// AuditPage is a page of the audit log, newest first.
type AuditPage struct {
	Entries      []AuditEntry
	Newer, Older bool
}

// AuditLog reads a page of what the actor and those below them did; the topmost
// administrator also sees the command line. For administrators.
func (d *Desk) AuditLog(ctx context.Context, a Actor, f AuditFilter) (AuditPage, error) {
	where, err := d.auditFilter(ctx, a, f)
	if err != nil {
		return AuditPage{}, err
	}
	where.Limit = f.Limit + 1
	rows, err := d.store.FindAudit(ctx, where)
	if err != nil {
		return AuditPage{}, err
	}
	page := AuditPage{}
	more := len(rows) > f.Limit
	page.Newer, page.Older = f.Before > 0, more
	if f.After > 0 {
		page.Newer, page.Older = more, true
		rows = rows[max(0, len(rows)-f.Limit):]
	} else if more {
		rows = rows[:f.Limit]
	}
	entry := d.auditEntries(ctx)
	for _, row := range rows {
		e, err := entry(row)
		if err != nil {
			return AuditPage{}, err
		}
		page.Entries = append(page.Entries, e)
	}
	return page, nil
}

// EachAuditEntry calls do for every entry of the filter, newest first, whatever
// its page. There is no cap.
func (d *Desk) EachAuditEntry(ctx context.Context, a Actor, f AuditFilter, do func(AuditEntry) error) error {
	where, err := d.auditFilter(ctx, a, f)
	if err != nil {
		return err
	}
	entry := d.auditEntries(ctx)
	return d.store.EachAudit(ctx, where, func(row db.Audit) error {
		e, err := entry(row)
		if err != nil {
			return err
		}
		return do(e)
	})
}

func (d *Desk) auditFilter(ctx context.Context, a Actor, f AuditFilter) (db.AuditFilter, error) {
	if !a.Admin() {
		return db.AuditFilter{}, ErrForbidden
	}
	below, err := d.below(ctx, a)
	if err != nil {
		return db.AuditFilter{}, err
	}
	where := db.AuditFilter{Users: below, UserID: f.UserID, Action: f.Kind, Before: f.Before, After: f.After}
	if f.Kind != "" && !strings.Contains(f.Kind, ".") && !strings.HasPrefix(f.Kind, "sign_") {
		where.Action += "."
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return where, err
	}
	if where.From, err = dayAt("from", f.From, set.Zone, 0); err != nil {
		return where, err
	}
	where.To, err = dayAt("to", f.To, set.Zone, 1)
	return where, err
}

// dayAt is when a day begins, or the one so many after it.
func dayAt(field, day string, zone *time.Location, after int) (db.Millis, error) {
	if day == "" {
		return 0, nil
	}
	at, err := time.ParseInLocation("2006-01-02", day, zone)
	if err != nil {
		return 0, ErrBadDates.on(field)
	}
	return db.At(time.Date(at.Year(), at.Month(), at.Day()+after, 0, 0, 0, 0, zone)), nil
}

// auditEntries turns rows into entries and asks for each name once.
func (d *Desk) auditEntries(ctx context.Context) func(db.Audit) (AuditEntry, error) {
	names := map[db.ID]string{0: ""}
	name := func(id db.ID) (string, error) {
		if _, known := names[id]; !known {
			u, err := d.store.User(ctx, int64(id))
			if err != nil {
				return "", fmt.Errorf("read user: %w", err)
			}
			names[id] = Actor{User: u}.Name()
		}
		return names[id], nil
	}
	return func(row db.Audit) (e AuditEntry, err error) {
		e = AuditEntry{ID: row.ID, At: row.At.Time(), Address: row.Address, Action: row.Action, Subject: row.Subject, Detail: row.Detail}
		if e.By, err = name(row.UserID); err != nil {
			return e, err
		}
		if row.ActingID != 0 {
			e.As = e.By
			e.By, err = name(row.ActingID)
		}
		return e, err
	}
}
