package desk

import (
	"time"
)

// Every is how often a send repeats. The words are stored.
type Every string

// The ways in which a send repeats.
const (
	EveryHour         Every = "hour"
	EveryDay          Every = "day"
	EveryBusinessDay  Every = "business_day"  // Monday to Friday; holidays are not known
	EveryWeek         Every = "week"          // on the chosen weekdays
	EveryFortnight    Every = "fortnight"     // on the chosen weekdays of every second week
	EveryMonthDay     Every = "month_day"     // on a date of every month
	EveryMonthWeekday Every = "month_weekday" // on the first to fourth, or the last, such weekday
	EveryYear         Every = "year"
)

// LastWeek is the Week of a rule that means the last one of a month.
const LastWeek = 5

// Recurrence is when something repeats: days, at a time that the zone's clock
// shows. It knows no now.
type Recurrence struct {
	Every    Every
	Weekdays Weekdays   // of week and fortnight; the one of month_weekday
	Week     int        // of month_weekday: 1 to 4, or LastWeek
	Day      int        // of month_day and year: 1 to 31; in a shorter month its last day
	Month    time.Month // of year
	// Minute of the day: 540 is 09:00. An hourly one comes at that minute of
	// every hour.
	Minute int
	Zone   *time.Location
	// Starts is the first day on which it may come and Ends the last, both as
	// midnight UTC of that date; a zero Ends is none.
	Starts, Ends time.Time
}

// Weekdays is a set of them.
type Weekdays uint8

// Has reports whether the day is in the set.
func (w Weekdays) Has(d time.Weekday) bool { return w&(1<<d) != 0 }

// With is the set and the day.
func (w Weekdays) With(d time.Weekday) Weekdays { return w | 1<<d }

// Occurrence is one time of a recurrence.
type Occurrence struct {
	At time.Time // in the rule's zone
	// Missing is the time of day that was asked for, "01:30", where the clocks
	// go forward over it: At is then the first minute after the gap.
	Missing string
	// Twice: the clocks go back over this time. At is the first of the two, and
	// the only one it comes at.
	Twice bool
}

// farthestRun bounds the search for the next time: every rule comes at least
// once in two years.
const farthestRun = 2 * 366

// Next returns the first time after an instant; false when there is none any
// more.
func (r Recurrence) Next(after time.Time) (Occurrence, bool) {
	if r.Every == EveryHour {
		return r.nextHour(after)
	}
	day := dateOf(after.In(r.Zone)).AddDate(0, 0, -1) // a time may have been moved over midnight
	if day.Before(r.Starts) {
		day = r.Starts
	}
	for range farthestRun {
		if !r.Ends.IsZero() && day.After(r.Ends) {
			return Occurrence{}, false
		}
		if r.on(day) {
			if o := r.at(day); o.At.After(after) {
				return o, true
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return Occurrence{}, false
}

// Upcoming returns up to n times after an instant.
func (r Recurrence) Upcoming(after time.Time, n int) []Occurrence {
	var all []Occurrence
	for len(all) < n {
		o, ok := r.Next(after)
		if !ok {
			break
		}
		all = append(all, o)
		after = o.At
	}
	return all
}

// nextHour finds the next instant at which the clock shows the minute. Hours
// are counted as they pass, also in the night in which the clocks change.
func (r Recurrence) nextHour(after time.Time) (Occurrence, bool) {
	// An instant before the first day can be no more than a day before its
	// midnight, whatever the zone.
	if first := r.Starts.AddDate(0, 0, -1); after.Before(first) {
		after = first
	}
	at := after.In(r.Zone).Truncate(time.Minute).Add(time.Minute)
	for {
		at = at.Add(time.Duration((r.Minute%60-at.Minute()+60)%60) * time.Minute)
		// Where the clocks change by less than an hour, the minute has moved.
		if at.Minute() != r.Minute%60 {
			continue
		}
		switch day := dateOf(at); {
		case !r.Ends.IsZero() && day.After(r.Ends):
			return Occurrence{}, false
		case !day.Before(r.Starts):
			return Occurrence{At: at}, true
		}
		at = at.Add(time.Minute)
	}
}

// on reports whether it comes on a day.
func (r Recurrence) on(day time.Time) bool {
	switch r.Every {
	case EveryDay:
		return true
	case EveryBusinessDay:
		return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
	case EveryWeek:
		return r.Weekdays.Has(day.Weekday())
	case EveryFortnight:
		return r.Weekdays.Has(day.Weekday()) && int(monday(day).Sub(r.firstWeek()).Hours()/24)%14 == 0
	case EveryMonthDay:
		return day.Day() == min(r.Day, daysIn(day))
	case EveryMonthWeekday:
		if r.Week == LastWeek {
			return r.Weekdays.Has(day.Weekday()) && day.Day()+7 > daysIn(day)
		}
		return r.Weekdays.Has(day.Weekday()) && (day.Day()+6)/7 == r.Week
	case EveryYear:
		return day.Month() == r.Month && day.Day() == min(r.Day, daysIn(day))
	}
	return false
}

// firstWeek is the Monday of the week in which a fortnightly one comes first.
func (r Recurrence) firstWeek() time.Time {
	day := r.Starts
	for i := 0; i < 7 && !r.Weekdays.Has(day.Weekday()); i++ {
		day = day.AddDate(0, 0, 1)
	}
	return monday(day)
}

// at is the instant of its time on a day.
func (r Recurrence) at(day time.Time) Occurrence {
	wall := day.Add(time.Duration(r.Minute) * time.Minute)
	local, err := onClock(wall, r.Zone)
	if err == nil {
		return Occurrence{At: local.At, Twice: local.Twice}
	}
	// The clocks skip it. By the clock from before the change it would come
	// after the change, which is where the next minute there is begins.
	change, _ := wall.Add(-offset(wall.Add(-26*time.Hour), r.Zone)).In(r.Zone).ZoneBounds()
	return Occurrence{At: change.In(r.Zone), Missing: wall.Format("15:04")}
}

// dateOf is the day that the clock shows, as midnight UTC.
func dateOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// monday is that of the day's week.
func monday(day time.Time) time.Time { return day.AddDate(0, 0, -(int(day.Weekday())+6)%7) }

// daysIn is how many days the day's month has.
func daysIn(day time.Time) int {
	return time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
