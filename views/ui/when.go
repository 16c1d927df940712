package ui

import (
	"fmt"
	"time"
)

// Relative says how far an instant is from now in words: "5 minutes ago",
// "in 2 hours", "yesterday". Beyond a week it is empty, because the date says it.
func Relative(at, now time.Time) string {
	d, past := now.Sub(at), true
	if d < 0 {
		d, past = -d, false
	}
	days := calendarDays(at, now)
	var s string
	switch {
	case d < 45*time.Second && past:
		return "just now"
	case d < 45*time.Second:
		return "in a moment"
	case d < 59*time.Minute+30*time.Second:
		s = Many(max(1, int(d.Round(time.Minute)/time.Minute)), "minute", "minutes")
	case d < 12*time.Hour || days == 0:
		s = Many(int(d.Round(time.Hour)/time.Hour), "hour", "hours")
	case days == 1:
		return "yesterday"
	case days == -1:
		return "tomorrow"
	case days > 7 || days < -7:
		return ""
	default:
		s = Many(max(days, -days), "day", "days")
	}
	if past {
		return s + " ago"
	}
	return "in " + s
}

func calendarDays(at, now time.Time) int {
	midnight := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(now).Sub(midnight(at.In(now.Location()))) / (24 * time.Hour))
}

// Clock writes an instant shortly, in the zone that now is in: "16:40" today,
// "Tue 4 Nov, 16:40" this year, "4 Nov 2025, 16:40" before.
func Clock(at, now time.Time) string {
	at = at.In(now.Location())
	switch {
	case calendarDays(at, now) == 0:
		return at.Format("15:04")
	case at.Year() == now.Year():
		return at.Format("Mon 2 Jan, 15:04")
	}
	return at.Format("2 Jan 2006, 15:04")
}

// When shows an instant in the zone that Now is in, with how long ago beside it.
type When struct {
	At, Now time.Time
	Brief   bool // without how long ago
	Full    bool // with seconds and the zone's name, for a record
}

func (t When) full() string {
	at := t.At.In(t.Now.Location())
	return fmt.Sprintf("%s %s", at.Format("Monday 2 January 2006, 15:04:05"), at.Format("MST"))
}
