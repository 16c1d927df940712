package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"textdesk/db"
)

// MaxRecurring is how many repeating sends one user may have going.
const MaxRecurring = 200

// To is whom a repeating send goes to: as typed, and everybody who is in the
// groups and lists when its time comes.
type To struct {
	Numbers []string `json:"to"`
	Groups  []int64  `json:"groups,omitempty"`
	Lists   []int64  `json:"lists,omitempty"`
}

// What became of a time of a repeating send.
const (
	RunSent    = "sent"
	RunRefused = "refused" // for a reason that stands beside it; the series went on
	RunMissed  = "missed"  // the desk was down then: a person decides
	RunSkipped = "skipped"
)

// Run is a time of a repeating send that came, or was skipped ahead.
type Run = db.RecurringRun

// Recurring is a send that repeats.
type Recurring struct {
	db.Recurring
	Rule Recurrence
	To   To
	// GroupNames and ListNames name whom it goes to; "" where one is gone.
	GroupNames, ListNames []string
	Owner                 string
	// Next are its coming times, none while it is paused and when it has ended.
	Next []Occurrence
	// Last is the newest of its times that came, nil before the first.
	Last *db.RecurringRun
	// Missed are the times that wait for a person.
	Missed []db.RecurringRun
}

// Order is what it sends.
func (r Recurring) Order() Order { return r.To.order(r.Sender, r.Body) }

func (to To) order(sender, body string) Order {
	return Order{To: to.Numbers, Groups: to.Groups, Lists: to.Lists, Sender: sender, Body: body, Fill: true}
}

// Several reports whether it may go to several people, so that it rests in the
// quiet hours.
func (to To) Several() bool { return len(to.Numbers) > 1 || len(to.Groups)+len(to.Lists) > 0 }

// AllRecurring lists the repeating sends that the actor may see: those that go
// on by their next time, then the paused, then the ended.
func (d *Desk) AllRecurring(ctx context.Context, a Actor) ([]Recurring, error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return nil, err
	}
	rows, err := d.store.RecurringAll(ctx)
	if err != nil {
		return nil, fmt.Errorf("read repeating sends: %w", err)
	}
	var all []Recurring
	for _, row := range rows {
		if users != nil && !contains(users, row.UserID) {
			continue
		}
		r, err := d.recurring(ctx, row, 1)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(x, y Recurring) int {
		if o := x.order() - y.order(); o != 0 {
			return o
		}
		return int(min(max(x.NextAt-y.NextAt, -1), 1))
	})
	return all, nil
}

func (r Recurring) order() int {
	switch {
	case r.EndedAt > 0:
		return 2
	case r.PausedAt > 0:
		return 1
	}
	return 0
}

// upcomingShown is how many coming times a repeating send's page shows.
const upcomingShown = 5

// Recurring finds a repeating send. One that the actor may not see does not
// exist for them.
func (d *Desk) Recurring(ctx context.Context, a Actor, id int64) (Recurring, error) {
	row, err := d.store.Recurring(ctx, id)
	if err := found("repeating send", err, ErrUnknownRecurring); err != nil {
		return Recurring{}, err
	}
	ok, err := d.reaches(ctx, a, row.UserID)
	if err != nil {
		return Recurring{}, err
	}
	if !ok {
		return Recurring{}, ErrUnknownRecurring
	}
	return d.recurring(ctx, row, upcomingShown)
}

// Runs returns the times of a repeating send that came before an instant, or
// were skipped ahead, newest first, and whether there are older ones. A zero
// instant is all.
func (d *Desk) Runs(ctx context.Context, r Recurring, before time.Time, limit int) (runs []db.RecurringRun, older bool, err error) {
	until := db.At(before)
	if until == 0 {
		until = heldUntil
	}
	runs, err = d.store.RunsOf(ctx, db.RunsOfParams{RecurringID: r.ID, BeforeAt: until, PageSize: int32(limit + 1)})
	if err != nil {
		return nil, false, fmt.Errorf("read times of a repeating send: %w", err)
	}
	if len(runs) > limit {
		return runs[:limit], true, nil
	}
	return runs, false, nil
}

// RunDecider names who skipped a time, or sent it after it was missed; "" for
// nobody.
func (d *Desk) RunDecider(ctx context.Context, run db.RecurringRun) (string, error) {
	if run.DecidedBy == 0 {
		return "", nil
	}
	user, err := d.store.User(ctx, int64(run.DecidedBy))
	if err != nil {
		return "", fmt.Errorf("read user: %w", err)
	}
	return Actor{User: user}.Name(), nil
}

// MissedRuns counts the times, of all repeating sends that the actor may see,
// that wait for a person.
func (d *Desk) MissedRuns(ctx context.Context, a Actor) (int64, error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return 0, err
	}
	rows, err := d.store.MissedByUser(ctx)
	if err != nil {
		return 0, fmt.Errorf("count missed times: %w", err)
	}
	var n int64
	for _, row := range rows {
		if users == nil || contains(users, row.UserID) {
			n += row.N
		}
	}
	return n, nil
}

// CheckRecurring says what a repeating send would do if it went now.
func (d *Desk) CheckRecurring(ctx context.Context, r Recurring) (Draft, error) {
	user, err := d.store.User(ctx, r.UserID)
	if err != nil {
		return Draft{}, fmt.Errorf("read user: %w", err)
	}
	return d.Check(ctx, Actor{User: user, Door: doorRecurring}, r.Order())
}

// recurring reads a row with what belongs to it and its next times.
func (d *Desk) recurring(ctx context.Context, row db.Recurring, upcoming int) (Recurring, error) {
	r := Recurring{Recurring: row}
	var err error
	if r.Rule, err = ruleOf(row); err != nil {
		return Recurring{}, err
	}
	if err := json.Unmarshal([]byte(row.Recipients), &r.To); err != nil {
		return Recurring{}, fmt.Errorf("read recipients: %w", err)
	}
	user, err := d.store.User(ctx, row.UserID)
	if err != nil {
		return Recurring{}, fmt.Errorf("read user: %w", err)
	}
	r.Owner = Actor{User: user}.Name()
	if r.GroupNames, err = namesOf(ctx, r.To.Groups, d.groupName); err != nil {
		return Recurring{}, err
	}
	if r.ListNames, err = namesOf(ctx, r.To.Lists, d.listName); err != nil {
		return Recurring{}, err
	}
	if row.NextAt > 0 {
		if r.Next, err = d.comingTimes(ctx, d.store.Queries, row, r.Rule, row.NextAt.Time().Add(-time.Millisecond), upcoming); err != nil {
			return Recurring{}, err
		}
	}
	past, err := d.store.RunsOf(ctx, db.RunsOfParams{RecurringID: row.ID, BeforeAt: d.now() + 1, PageSize: 1})
	if err != nil {
		return Recurring{}, fmt.Errorf("read times of a repeating send: %w", err)
	}
	if len(past) > 0 {
		r.Last = &past[0]
	}
	if r.Missed, err = d.store.MissedRuns(ctx, row.ID); err != nil {
		return Recurring{}, fmt.Errorf("read missed times: %w", err)
	}
	return r, nil
}

func (d *Desk) groupName(ctx context.Context, id int64) (string, error) {
	g, err := d.store.Group(ctx, id)
	return g.Name, err
}

func (d *Desk) listName(ctx context.Context, id int64) (string, error) {
	l, err := d.store.List(ctx, id)
	return l.Name, err
}

func namesOf(ctx context.Context, ids []int64, name func(context.Context, int64) (string, error)) ([]string, error) {
	var names []string
	for _, id := range ids {
		n, err := name(ctx, id)
		if err != nil && !db.IsNotFound(err) {
			return nil, fmt.Errorf("read name: %w", err)
		}
		names = append(names, n)
	}
	return names, nil
}

// ruleOf reads a row's rule.
func ruleOf(row db.Recurring) (Recurrence, error) {
	zone, err := loadZone(row.Zone)
	if err != nil {
		return Recurrence{}, fmt.Errorf("read zone of a repeating send: %w", err)
	}
	r := Recurrence{Every: Every(row.Every), Weekdays: Weekdays(row.Weekdays), Week: int(row.Week), Day: int(row.Day),
		Month: time.Month(row.Month), Minute: int(row.Minute), Zone: zone}
	if r.Starts, err = time.Parse(time.DateOnly, row.StartsOn); err != nil {
		return Recurrence{}, fmt.Errorf("read first day of a repeating send: %w", err)
	}
	if row.EndsOn == "" {
		return r, nil
	}
	if r.Ends, err = time.Parse(time.DateOnly, row.EndsOn); err != nil {
		return Recurrence{}, fmt.Errorf("read last day of a repeating send: %w", err)
	}
	return r, nil
}

// comingTimes are the next up to n times after an instant that nothing was
// decided about yet, as far as the series goes.
func (d *Desk) comingTimes(ctx context.Context, q *db.Queries, row db.Recurring, rule Recurrence, after time.Time, n int) ([]Occurrence, error) {
	if left := row.EndsAfter - row.Passed; row.EndsAfter > 0 && left < int64(n) {
		n = int(max(left, 0))
	}
	var all []Occurrence
	for len(all) < n {
		o, ok := rule.Next(after)
		if !ok {
			break
		}
		after = o.At
		_, err := q.RunAt(ctx, db.RunAtParams{RecurringID: row.ID, OccurrenceAt: db.At(o.At)})
		if err == nil {
			continue // skipped ahead, or it came before the rule was changed
		}
		if !db.IsNotFound(err) {
			return nil, fmt.Errorf("read time of a repeating send: %w", err)
		}
		all = append(all, o)
	}
	return all, nil
}
