package views

import (
	"time"

	"textdesk/views/ui"
)

// Forecast is how a send to several people will go, as far as the quiet hours
// matter. Instants that will not come are zero.
type Forecast struct {
	// Waits is when its first text can leave, if it is quiet at its start.
	Waits time.Time
	// Pauses and GoesOn are when quiet hours next begin and end before it is done.
	Pauses, GoesOn time.Time
	// Finish is when the last text leaves.
	Finish time.Time
}

// rests says when a send rests: "Pauses at 20:00, goes on at 08:00."
func (f Forecast) rests(now time.Time) string {
	if f.Pauses.IsZero() {
		return ""
	}
	return "Pauses at " + clockOf(f.Pauses, now) + ", goes on at " + clockOf(f.GoesOn, now) + "."
}

// sentence says that the start falls into the quiet hours, and when it rests.
func (f Forecast) sentence(now time.Time) string {
	s := ""
	if !f.Waits.IsZero() {
		s = "It is quiet then: the first text leaves at " + ui.Clock(f.Waits, now) + "."
	}
	if rests := f.rests(now); rests != "" {
		if s != "" {
			s += " "
		}
		s += rests
	}
	return s
}

// clockOf is the time alone for the next day and a half, where nobody wonders
// which day is meant.
func clockOf(at, now time.Time) string {
	if at.Sub(now) < 36*time.Hour {
		return at.In(now.Location()).Format("15:04")
	}
	return ui.Clock(at, now)
}
