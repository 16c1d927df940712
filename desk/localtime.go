package desk

import (
	"strings"
	"time"
)

// LocalTime is an instant that somebody named by a day and a time on the clock
// of a zone.
type LocalTime struct {
	// At is the instant, in the zone.
	At time.Time
	// Twice: the clocks go back over this time, so that it comes twice. At is
	// the first one.
	Twice bool
}

// ReadLocalTime reads a day and a time of day as typed: "2026-06-03" or
// "3/6/2026", "09:00" or "9am". A time that the clocks skip when they go
// forward does not exist and is refused; one that comes twice when they go back
// means the first.
func ReadLocalTime(day, clock string, zone *time.Location) (LocalTime, error) {
	day, clock = tidy(day), strings.ToLower(tidy(clock))
	switch {
	case day == "" && clock == "":
		return LocalTime{}, ErrBadSendAt.because("Choose a date and a time.")
	case day == "":
		return LocalTime{}, ErrBadSendAt.because("Choose a date.")
	case clock == "":
		return LocalTime{}, ErrBadSendAt.because("Choose a time.")
	}
	date, ok := parseAny(day, "2006-01-02", "2/1/2006", "2.1.2006", "2 January 2006", "2 Jan 2006")
	if !ok || date.Year() < 2000 || date.Year() > 9999 {
		return LocalTime{}, ErrBadSendAt.because("%q is not a date. Write it like 3/6/2026.", shorten(day))
	}
	of, ok := parseClock(clock)
	if !ok {
		return LocalTime{}, ErrBadSendAt.because("%q is not a time. Write it like 09:00.", shorten(clock))
	}
	// The wall clock's reading, as if it were UTC.
	wall := time.Date(date.Year(), date.Month(), date.Day(), of.Hour(), of.Minute(), of.Second(), 0, time.UTC)
	return onClock(wall, zone)
}

// onClock finds the instants at which the zone's clock shows wall: one, none or
// two.
func onClock(wall time.Time, zone *time.Location) (LocalTime, error) {
	var found []time.Time
	before, after := offset(wall.Add(-26*time.Hour), zone), offset(wall.Add(26*time.Hour), zone)
	for i, o := range []time.Duration{before, after} {
		if i > 0 && o == before {
			break
		}
		if at := wall.Add(-o); offset(at, zone) == o {
			found = append(found, at.In(zone))
		}
	}
	switch len(found) {
	case 1:
		return LocalTime{At: found[0]}, nil
	case 2:
		// The larger offset, before the clocks go back, is the earlier instant.
		if found[1].Before(found[0]) {
			found[0] = found[1]
		}
		return LocalTime{At: found[0], Twice: true}, nil
	}
	change, _ := wall.Add(-before).In(zone).ZoneBounds()
	return LocalTime{}, ErrBadSendAt.because("There is no %s on %s: the clocks go forward from %s to %s. Choose another time.",
		wall.Format("15:04"), wall.Format("Monday 2 January 2006"), change.UTC().Add(before).Format("15:04"), change.UTC().Add(after).Format("15:04"))
}

// offset is how far the zone's clock is ahead of UTC at an instant.
func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// parseClock reads a time of day: "09:00", "9am".
func parseClock(typed string) (time.Time, bool) {
	return parseAny(strings.ToLower(tidy(typed)), "15:04", "15:04:05", "15.04", "1504", "3pm", "3 pm", "3:04pm", "3:04 pm", "3.04pm", "3.04 pm")
}

func parseAny(text string, layouts ...string) (time.Time, bool) {
	for _, l := range layouts {
		if t, err := time.Parse(l, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// shorten keeps a sentence readable when a whole page was pasted into a field.
func shorten(typed string) string {
	if r := []rune(typed); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return typed
}
