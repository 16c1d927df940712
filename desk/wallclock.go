package desk

import "time"

// AtWallClock is the instant at which the zone's clock shows wall, whose own
// zone does not count. It treats changes of the clocks as [ReadLocalTime] does:
// a time that is skipped is refused, one that comes twice means the first.
func AtWallClock(wall time.Time, zone *time.Location) (LocalTime, error) {
	return onClock(asUTC(wall), zone)
}

// Spanning returns the instants from the first at which the zone's clock may
// show from, up to just after the last second at which it may show to. Where
// the clocks change, a span holds more rather than less.
func Spanning(from, to time.Time, zone *time.Location) (start, end time.Time) {
	first, _ := about(asUTC(from), zone)
	_, last := about(asUTC(to), zone)
	return first, last.Add(time.Second)
}

// about returns the instants that wall means by the clock before a change near
// it and by the clock after, the earlier one first.
func about(wall time.Time, zone *time.Location) (first, last time.Time) {
	first = wall.Add(-offset(wall.Add(-26*time.Hour), zone)).In(zone)
	last = wall.Add(-offset(wall.Add(26*time.Hour), zone)).In(zone)
	shown := func(at time.Time) bool { return asUTC(at).Equal(wall) }
	switch {
	case shown(first) && !shown(last):
		last = first
	case shown(last) && !shown(first):
		first = last
	}
	if last.Before(first) {
		first, last = last, first
	}
	return first, last
}

// asUTC is what the clock shows, as if it were UTC.
func asUTC(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
