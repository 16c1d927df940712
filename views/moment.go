package views

import (
	"strings"
	"time"

	"textdesk/views/ui"
)

// Moment writes an instant to come as a sentence needs it, in the zone that now
// is in: "Wed 3 June 09:00", with the year when it is another one.
func Moment(at, now time.Time) string {
	at = at.In(now.Location())
	if at.Year() != now.Year() {
		return at.Format("Mon 2 January 2006 15:04")
	}
	return at.Format("Mon 2 January 15:04")
}

// LeavesNote says when a scheduled text leaves, and which of the two times it
// is where the clocks go back: "Leaves on Wed 3 June 09:00 BST, in 5 days."
func LeavesNote(at, now time.Time, twice bool) string {
	at = at.In(now.Location())
	note := "Leaves on " + Moment(at, now) + " " + zoneAbbreviation(at)
	if in := ui.Relative(at, now); in != "" && at.After(now) {
		note += ", " + in
	}
	note += "."
	if twice {
		note += " The clocks go back then, so there are two times of " + at.Format("15:04") + "; it leaves at the first."
	}
	return note
}

// zoneAbbreviation is "BST", or "UTC+04" where the zone has no letters.
func zoneAbbreviation(at time.Time) string {
	if name := at.Format("MST"); !strings.ContainsAny(name, "+-") {
		return name
	}
	return "UTC" + at.Format("-07:00")
}

// ZoneWords names a zone in words: "London time", "UTC".
func ZoneWords(zone *time.Location) string {
	name := zone.String()
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return strings.ReplaceAll(name[i+1:], "_", " ") + " time"
	}
	return name
}

// Lasts says roughly how long something takes: "less than a minute", "about 25
// minutes".
func Lasts(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 90*time.Minute:
		return "about " + Plural(int((d+30*time.Second)/time.Minute), "minute", "minutes")
	case d < 36*time.Hour:
		return "about " + Plural(int((d+30*time.Minute)/time.Hour), "hour", "hours")
	}
	return "about " + Plural(int((d+12*time.Hour)/(24*time.Hour)), "day", "days")
}

// Pace says how fast a provider takes messages: "20 a second".
func Pace(rate float64) string {
	switch {
	case rate >= 1:
		return Count(int(rate)) + " a second"
	case rate*60 >= 1:
		return Count(int(rate*60)) + " a minute"
	}
	return Count(int(rate*3600)) + " an hour"
}
