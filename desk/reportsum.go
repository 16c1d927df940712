package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// DaySum is what happened to the messages of a day, or of several.
type DaySum struct {
	// Day is its beginning in the organisation's zone.
	Day                      time.Time
	Messages, Parts, Credits int64
	ByStatus                 [sms.StatusCount]int64
	// Replies are the texts received.
	Replies int64
}

func (s *DaySum) add(c db.DaySum) {
	s.Messages += c.Messages
	s.Parts += c.Parts
	s.Credits += c.Credits
	for i, n := range c.ByStatus {
		s.ByStatus[i] += n
	}
	s.Replies += c.Replies
}

// of is how many of the messages stand in one of the statuses, nil for any.
func (s DaySum) of(statuses []sms.Status) int64 {
	if statuses == nil {
		return s.Messages
	}
	var n int64
	for _, st := range statuses {
		n += s.ByStatus[st]
	}
	return n
}

// Sum is what a report comes to.
type Sum struct {
	// Rows is how many it has; it has at most so many when it is not Exact,
	// because counting would take longer than anybody waits for a page.
	Rows  int64
	Exact bool
	// Total and Days are what its messages came to; nil Days are not known. A
	// day on which nothing happened is there too.
	Total DaySum
	Days  []DaySum
}

// countLimit is up to how many messages are gone through for a sum that no
// counter has.
const countLimit = 20_000

// SumReport says what a report comes to, without going through it: from the
// counters of its days, or, where the filter is about more than whole days,
// users and states, by counting as long as there are few.
func (d *Desk) SumReport(ctx context.Context, a Actor, k ReportKind, f Filter) (Sum, error) {
	f = k.within(f)
	users, err := d.reportUsers(ctx, a, f.UserID)
	if err != nil {
		return Sum{}, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Sum{}, err
	}
	if f.nothing {
		return Sum{Exact: true}, nil
	}
	s, err := d.sumDays(ctx, users, set, f)
	if err != nil {
		return Sum{}, err
	}
	if k.Name == ReportInbound.Name {
		s.Rows, s.Exact = s.Total.Replies, s.Exact && f.Search == ""
		return s, nil
	}
	s.Rows = s.Total.of(f.Statuses)
	if f.BatchID == 0 && f.Sender == "" && f.GroupID == 0 && f.Search == "" && s.Exact {
		return s, nil
	}
	if f.BatchID != 0 {
		b, err := d.Batch(ctx, a, f.BatchID)
		if err != nil {
			return Sum{}, err
		}
		s.Rows = min(s.Rows, b.Recipients)
	}
	if s.Rows > countLimit {
		s.Exact, s.Days = false, nil
		return s, nil
	}
	return d.countRows(ctx, a, set, f, s)
}

// sumDays adds up the counters of a filter's days.
func (d *Desk) sumDays(ctx context.Context, users []int64, set Settings, f Filter) (Sum, error) {
	first, last := int64(0), int64(99991231)
	s := Sum{Exact: true}
	if !f.From.IsZero() {
		first = dayOf(f.From, set.Zone)
		s.Exact = first >= set.DaysFrom && isMidnight(f.From, set.Zone)
	}
	if !f.To.IsZero() {
		last = dayOf(f.To.Add(-time.Millisecond), set.Zone)
		s.Exact = s.Exact && isMidnight(f.To, set.Zone)
	}
	if !s.Exact { // days of another clock may lie a day beside
		first, last = dayOf(f.From.AddDate(0, 0, -1), set.Zone), dayOf(f.To.AddDate(0, 0, 1), set.Zone)
	}
	counts, err := d.store.DayCounts(ctx, users, first, last)
	if err != nil {
		return Sum{}, err
	}
	for _, c := range counts {
		s.Total.add(c)
	}
	if f.From.IsZero() || f.To.IsZero() {
		return s, nil
	}
	s.Days = emptyDays(f.From, f.To, set.Zone)
	at := map[int64]*DaySum{}
	for i := range s.Days {
		at[dayOf(s.Days[i].Day, set.Zone)] = &s.Days[i]
	}
	for _, c := range counts {
		if day := at[c.Day]; day != nil {
			day.add(c)
		}
	}
	return s, nil
}

// countRows goes through the messages of a filter, which are few.
func (d *Desk) countRows(ctx context.Context, a Actor, set Settings, f Filter, s Sum) (Sum, error) {
	where, err := d.reportFilter(ctx, a, f)
	if err != nil {
		return Sum{}, err
	}
	replies := s.Total.Replies
	s = Sum{Exact: true, Days: emptyDays(f.From, f.To, set.Zone)}
	s.Total.Replies = replies
	at := map[int64]*DaySum{}
	for i := range s.Days {
		at[dayOf(s.Days[i].Day, set.Zone)] = &s.Days[i]
	}
	err = d.store.EachStatusRow(ctx, where, countLimit+1, func(r db.StatusRow) {
		c := db.DaySum{Messages: 1, Parts: r.Parts, Credits: r.Credits}
		c.ByStatus[r.Status] = 1
		s.Total.add(c)
		if day := at[dayOf(r.CreatedAt.Time(), set.Zone)]; day != nil {
			day.add(c)
		}
	})
	if err != nil {
		return Sum{}, fmt.Errorf("sum report: %w", err)
	}
	s.Rows = s.Total.Messages
	return s, nil
}

// emptyDays are the days of [from, to), none where a bound is missing or there
// are more than a few years of them.
func emptyDays(from, to time.Time, zone *time.Location) (days []DaySum) {
	if from.IsZero() || to.IsZero() || to.Sub(from) > 5*366*24*time.Hour {
		return nil
	}
	for day := Midnight(from, zone); day.Before(to); day = Midnight(day.Add(36*time.Hour), zone) {
		days = append(days, DaySum{Day: day})
	}
	return days
}

// Midnight is when the day of an instant begins on a zone's clock: at its first
// instant, whatever the clock shows then.
func Midnight(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	// Where the clocks go forward at midnight, there is none, and time.Date gives
	// an instant of the day before.
	begin := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if begin.Day() != d {
		_, begin = begin.ZoneBounds()
	}
	return begin
}

func isMidnight(at time.Time, zone *time.Location) bool { return Midnight(at, zone).Equal(at) }

// WholeDays are the instants that bound the days from one to another, both
// included, in the organisation's zone.
func WholeDays(first, last time.Time, zone *time.Location) (from, to time.Time) {
	y, m, d := first.Date()
	from = Midnight(time.Date(y, m, d, 12, 0, 0, 0, zone), zone)
	y, m, d = last.Date()
	return from, Midnight(time.Date(y, m, d+1, 12, 0, 0, 0, zone), zone)
}

// ReadDays reads the first and the last day of a period as typed:
// "2026-06-03", "3/6/2026". A missing one is today, or the same day. The days
// come back at noon, UTC.
func ReadDays(first, last string, now time.Time) (from, to time.Time, err error) {
	y, m, d := now.Date()
	today := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	var bad []*Refusal
	read := func(field, typed string, otherwise time.Time) time.Time {
		if tidy(typed) == "" {
			return otherwise
		}
		at, err := ReadLocalTime(typed, "12:00", time.UTC)
		if err != nil {
			bad = append(bad, ErrBadPeriod.because("%q is not a date. Write it like 3/6/2026.", shorten(tidy(typed))).on(field))
		}
		return at.At
	}
	to = read("to", last, today)
	if from = read("from", first, to); len(bad) == 0 && to.Before(from) {
		bad = append(bad, ErrBadPeriod.because("The last day is before the first one.").on("to"))
	}
	return from, to, refused(bad)
}
