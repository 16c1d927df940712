package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
)

// What somebody is told of.
const (
	AlertLowCredits = "low_credits"
	AlertInactive   = "inactive"
	AlertForwards   = "forwards"
)

// Alert is something that somebody should be told of.
type Alert struct {
	Kind string
	// User is whom it is about, but for AlertForwards.
	User db.User
	// To are who should know: of low credits the user themselves, or without an
	// e-mail address their administrator; of inactivity their administrator; of
	// texts that are not taken the number's owner and their administrator. Nobody
	// without an address is among them, so it may be empty.
	To []db.User
	// Since is when they were last seen, for AlertInactive; when the first of the
	// texts was tried, for AlertForwards.
	Since time.Time

	// For AlertForwards: the number, how many of its texts were given up since it
	// was told of last, how many are still tried, both counted up to
	// mostForwards, and what the last try said.
	Number           db.Number
	GivenUp, Failing int64
	Problem          string
	looked           db.Millis
}

// Alerts returns what is to be told and has not been. A worker sends it and says
// so with AlertTold; until then it comes again. What has passed is forgotten, so
// that it is told anew when it comes back. It is the desk's own business, for no
// actor.
func (d *Desk) Alerts(ctx context.Context) ([]Alert, error) {
	users, err := d.store.UserList(ctx)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	told, err := d.store.AlertsTold(ctx)
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	type about struct {
		user int64
		kind string
	}
	known := map[about]bool{}
	for _, t := range told {
		known[about{t.UserID, t.Kind}] = true
	}
	byID := map[int64]db.User{}
	for _, u := range users {
		byID[u.ID] = u
	}
	var due []Alert
	var over []about
	for _, u := range users {
		for _, kind := range []string{AlertLowCredits, AlertInactive} {
			is := u.ArchivedAt == 0 && u.SuspendedAt == 0 && d.hasAlert(u, kind)
			switch at := (about{u.ID, kind}); {
			case is && !known[at]:
				due = append(due, Alert{Kind: kind, User: u, To: whoShouldKnow(u, byID[int64(u.ParentID)], kind), Since: lastSeen(u).Time()})
			case !is && known[at]:
				over = append(over, at)
			}
		}
	}
	forwards, err := d.forwardAlerts(ctx, byID)
	if err != nil {
		return nil, err
	}
	due = append(due, forwards...)
	if len(over) == 0 {
		return due, nil
	}
	return due, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, o := range over {
			if err := tx.ForgetAlert(ctx, db.ForgetAlertParams{UserID: o.user, Kind: o.kind}); err != nil {
				return fmt.Errorf("forget alert: %w", err)
			}
		}
		return nil
	})
}

// AlertTold remembers that an alert was told.
func (d *Desk) AlertTold(ctx context.Context, al Alert) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if al.Kind == AlertForwards {
			return tx.NumberTold(ctx, db.NumberToldParams{ID: al.Number.ID, ToldAt: al.looked})
		}
		return tx.TellAlert(ctx, db.TellAlertParams{UserID: al.User.ID, Kind: al.Kind, ToldAt: d.now()})
	})
}

// AlertsOf are the kinds of alert that hold for a user now.
func (d *Desk) AlertsOf(u db.User) []string {
	var kinds []string
	for _, kind := range []string{AlertLowCredits, AlertInactive} {
		if u.ArchivedAt == 0 && u.SuspendedAt == 0 && d.hasAlert(u, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func (d *Desk) hasAlert(u db.User, kind string) bool {
	if kind == AlertLowCredits {
		return LowOnCredits(u)
	}
	return u.AlertDays > 0 && d.now() >= lastSeen(u).Add(time.Duration(u.AlertDays)*24*time.Hour)
}

// lastSeen is when somebody was last here; who never was counts from when they
// were created.
func lastSeen(u db.User) db.Millis { return max(u.SeenAt, u.CreatedAt) }

func whoShouldKnow(u, parent db.User, kind string) []db.User {
	candidates := []db.User{u, parent}
	if kind == AlertInactive {
		candidates = []db.User{parent}
	}
	for _, c := range candidates {
		if c.Email != "" && keptOut(c) == nil {
			return []db.User{c}
		}
	}
	return nil
}
