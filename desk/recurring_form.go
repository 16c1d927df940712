package desk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"textdesk/db"
)

// RecurringForm is a repeating send as typed.
type RecurringForm struct {
	// Name is what staff call it; "" takes the beginning of the text.
	Name string
	To   To
	Sender,
	Body string
	// SubmitKey is a form's one-time key: a second AddRecurring with the same key
	// finds what the first one made. "" for none.
	SubmitKey string
	RuleForm
}

// RuleForm is when something repeats, as typed.
type RuleForm struct {
	Every    string   // an [Every]
	Weekdays []string // "1" for Monday, "0" for Sunday: of week and fortnight
	Week     string   // of month_weekday: "1" to "5"
	Weekday  string   // of month_weekday: "1"
	MonthDay string   // of month_day: "31"
	YearDay  string   // of year: "29"
	Month    string   // of year: "2"
	Time     string   // "09:00"
	StartsOn string   // "2026-06-03"; "" is today
	Ends     string   // "never", "after", "on"
	After    string   // of after: "10"
	On       string   // of on: "2026-07-17"
}

const (
	maxRecurringName = 80
	// maxTimes is the largest number of times after which one can end.
	maxTimes = 10_000
)

// Rule reads when it repeats: the rule, and after how many times it ends (0 for
// never). Every refusal is returned, joined.
func (d *Desk) Rule(f RuleForm, zone *time.Location) (r Recurrence, after int, err error) {
	today := dateOf(d.clock().In(zone))
	r = Recurrence{Every: Every(f.Every), Zone: zone, Starts: today}
	var problems []*Refusal
	number := func(typed string, low, high int, refusal *Refusal) int {
		n, err := strconv.Atoi(strings.TrimSpace(typed))
		if err != nil || n < low || n > high {
			problems = append(problems, refusal)
			return 0
		}
		return n
	}
	switch r.Every {
	case EveryHour, EveryDay, EveryBusinessDay:
	case EveryWeek, EveryFortnight:
		for _, typed := range f.Weekdays {
			r.Weekdays = r.Weekdays.With(time.Weekday(number(typed, 0, 6, ErrBadRule.on("weekdays"))))
		}
		if r.Weekdays == 0 {
			problems = append(problems, ErrBadRule.because("Choose at least one day of the week.").on("weekdays"))
		}
	case EveryMonthDay:
		r.Day = number(f.MonthDay, 1, 31, ErrBadRule.because("Choose a day from 1 to 31.").on("month_day"))
	case EveryMonthWeekday:
		r.Week = number(f.Week, 1, LastWeek, ErrBadRule.because("Choose which one of the month.").on("week"))
		r.Weekdays = Weekdays(0).With(time.Weekday(number(f.Weekday, 0, 6, ErrBadRule.because("Choose a day of the week.").on("weekday"))))
	case EveryYear:
		r.Month = time.Month(number(f.Month, 1, 12, ErrBadRule.because("Choose a month.").on("month")))
		r.Day = number(f.YearDay, 1, 31, ErrBadRule.because("Choose a day from 1 to 31.").on("year_day"))
		// In a leap year, so that 29 February is one.
		if most := daysIn(time.Date(2028, max(r.Month, 1), 1, 0, 0, 0, 0, time.UTC)); r.Month > 0 && r.Day > most {
			problems = append(problems, ErrBadRule.because("%s has %d days.", r.Month, most).on("year_day"))
		}
	default:
		problems = append(problems, ErrBadRule)
	}
	if clock, ok := parseClock(f.Time); ok {
		r.Minute = clock.Hour()*60 + clock.Minute()
	} else {
		problems = append(problems, ErrBadRule.because("This is not a time. Write it like 09:00.").on("time"))
	}
	date := func(typed, field string) time.Time {
		day, ok := parseAny(tidy(typed), "2006-01-02", "2/1/2006", "2.1.2006", "2 January 2006", "2 Jan 2006")
		if !ok || day.Year() < 2000 || day.Year() > 9998 {
			problems = append(problems, ErrBadRule.because("This is not a date. Write it like 3/6/2026.").on(field))
		}
		return day
	}
	if strings.TrimSpace(f.StartsOn) != "" {
		if r.Starts = date(f.StartsOn, "starts_on"); r.Starts.After(today.Add(farthest)) {
			problems = append(problems, ErrBadRule.because("Choose a first day within a year from now.").on("starts_on"))
		}
	}
	switch f.Ends {
	case "never", "":
	case "after":
		after = number(f.After, 1, maxTimes, ErrBadRule.because("Enter a whole number of times, up to %s.", thousands(maxTimes)).on("ends_after"))
	case "on":
		r.Ends = date(f.On, "ends_on")
	default:
		problems = append(problems, ErrBadRule.because("Choose when it ends.").on("ends"))
	}
	if len(problems) > 0 {
		return r, after, refused(problems)
	}
	if _, ok := r.Next(d.clock()); !ok {
		return r, after, ErrNoRuns
	}
	return r, after, nil
}

// AddRecurring makes a send repeat. Whom it goes to, the sender and the text
// are checked as they would be now; what only credits or an empty group keep
// from going today is no reason to refuse, since each time is checked anew.
func (d *Desk) AddRecurring(ctx context.Context, a Actor, f RecurringForm) (int64, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	row, err := d.readRecurring(ctx, a, f, set.Zone)
	if err != nil {
		return 0, err
	}
	var id int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if f.SubmitKey == "" {
			f.SubmitKey = rand.Text()
		}
		first, err := tx.RecurringBySubmitKey(ctx, db.RecurringBySubmitKeyParams{UserID: a.User.ID, SubmitKey: f.SubmitKey})
		if err == nil {
			id = first.ID
			return nil
		}
		if !db.IsNotFound(err) {
			return fmt.Errorf("read repeating send: %w", err)
		}
		n, err := tx.CountRecurring(ctx, a.User.ID)
		if err != nil {
			return fmt.Errorf("count repeating sends: %w", err)
		}
		if n >= MaxRecurring {
			return ErrRecurringFull.because("One person can have %d repeating sends. End one first.", MaxRecurring)
		}
		id, err = tx.InsertRecurring(ctx, db.InsertRecurringParams{UserID: a.User.ID, SubmitKey: f.SubmitKey, Name: row.Name, Sender: row.Sender, Body: row.Body, Recipients: row.Recipients,
			Every: row.Every, Weekdays: row.Weekdays, Week: row.Week, Day: row.Day, Month: row.Month, Minute: row.Minute, Zone: row.Zone,
			StartsOn: row.StartsOn, EndsAfter: row.EndsAfter, EndsOn: row.EndsOn, NextAt: row.NextAt, CreatedAt: d.now()})
		if err != nil {
			return fmt.Errorf("insert repeating send: %w", err)
		}
		return d.audit(ctx, tx, a, "recurring.add", fmt.Sprint(id), "")
	})
	return id, err
}

// ChangeRecurring changes a repeating send from its next time on. Times that
// were sent or skipped already do not come again.
func (d *Desk) ChangeRecurring(ctx context.Context, a Actor, id int64, f RecurringForm) error {
	r, err := d.Recurring(ctx, a, id)
	if err != nil {
		return err
	}
	user, err := d.store.User(ctx, r.UserID)
	if err != nil {
		return fmt.Errorf("read user: %w", err)
	}
	row, err := d.readRecurring(ctx, Actor{User: user}, f, r.Rule.Zone)
	if err != nil {
		return err
	}
	return d.changeRecurring(ctx, a, id, "recurring.change", func(ctx context.Context, tx *db.Tx, old db.Recurring) error {
		if row.EndsAfter > 0 && row.EndsAfter <= old.Passed {
			return ErrNoRuns.because("%s times have come already: choose more.", thousands(old.Passed)).on("ends_after")
		}
		err := tx.UpdateRecurring(ctx, db.UpdateRecurringParams{ID: id, Name: row.Name, Sender: row.Sender, Body: row.Body, Recipients: row.Recipients,
			Every: row.Every, Weekdays: row.Weekdays, Week: row.Week, Day: row.Day, Month: row.Month, Minute: row.Minute,
			StartsOn: row.StartsOn, EndsAfter: row.EndsAfter, EndsOn: row.EndsOn, ChangedAt: d.now()})
		if err != nil {
			return fmt.Errorf("update repeating send: %w", err)
		}
		row.ID, row.Passed, row.PausedAt = id, old.Passed, old.PausedAt
		return d.stepOn(ctx, tx, row, d.clock())
	})
}

// readRecurring checks a form for the user whose it is.
func (d *Desk) readRecurring(ctx context.Context, owner Actor, f RecurringForm, zone *time.Location) (db.Recurring, error) {
	var problems []*Refusal
	rule, after, err := d.Rule(f.RuleForm, zone)
	if err != nil {
		problems = append(problems, Refusals(err)...)
	}
	row := db.Recurring{Name: tidy(f.Name), Sender: strings.TrimSpace(f.Sender), Every: string(rule.Every), Weekdays: int64(rule.Weekdays), Week: int64(rule.Week),
		Day: int64(rule.Day), Month: int64(rule.Month), Minute: int64(rule.Minute), Zone: zone.String(), StartsOn: rule.Starts.Format(time.DateOnly), EndsAfter: int64(after)}
	if !rule.Ends.IsZero() {
		row.EndsOn = rule.Ends.Format(time.DateOnly)
	}
	if r := tooLong("name", row.Name, maxRecurringName); r != nil {
		problems = append(problems, r)
	}
	draft, err := d.Check(ctx, owner, f.To.order(f.Sender, f.Body))
	if err != nil {
		return db.Recurring{}, err
	}
	for _, r := range draft.Problems {
		if !mayPass(r) {
			problems = append(problems, r)
		}
	}
	if len(problems) > 0 {
		return db.Recurring{}, refused(problems)
	}
	if row.Name == "" {
		row.Name = opening(draft.Body)
	}
	row.Body = draft.Body
	to, err := json.Marshal(f.To)
	if err != nil {
		return db.Recurring{}, fmt.Errorf("write recipients: %w", err)
	}
	row.Recipients = string(to)
	if next, ok := rule.Next(d.clock()); ok {
		row.NextAt = db.At(next.At)
	}
	return row, nil
}

// mayPass reports whether a refusal is about today only.
func mayPass(r *Refusal) bool {
	for _, passing := range []*Refusal{ErrNoCredits, ErrEmptyGroup, ErrEmptyList, ErrUserDay, ErrNumberDay} {
		if r.Is(passing) {
			return true
		}
	}
	return false
}

// opening names a send after its text.
func opening(body string) string {
	words := []rune(tidy(body))
	if len(words) <= 40 {
		return string(words)
	}
	return strings.TrimSpace(string(words[:40])) + "…"
}
