package desk

import (
	"errors"
	"testing"
	"time"
)

func TestSpanning(t *testing.T) {
	for _, c := range []struct{ zone, from, to, start, end string }{
		{"Europe/London", "2026-06-01 00:00:00", "2026-06-30 23:59:59", "2026-05-31 23:00:00", "2026-06-30 23:00:00"},
		{"Europe/London", "2026-01-01 00:00:00", "2026-01-01 00:00:00", "2026-01-01 00:00:00", "2026-01-01 00:00:01"},
		// The clocks go forward over 01:30, and back over it.
		{"Europe/London", "2026-03-29 01:30:00", "2026-03-29 01:30:00", "2026-03-29 00:30:00", "2026-03-29 01:30:01"},
		{"Europe/London", "2026-10-25 01:30:00", "2026-10-25 01:30:00", "2026-10-25 00:30:00", "2026-10-25 01:30:01"},
		{"Europe/London", "2026-10-25 00:30:00", "2026-10-25 02:30:00", "2026-10-24 23:30:00", "2026-10-25 02:30:01"},
		{"America/New_York", "2026-11-01 01:30:00", "2026-11-01 01:30:00", "2026-11-01 05:30:00", "2026-11-01 06:30:01"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		start, end := Spanning(reading(t, c.from), reading(t, c.to), zone)
		if got := [2]string{start.UTC().Format(time.DateTime), end.UTC().Format(time.DateTime)}; got != [2]string{c.start, c.end} {
			t.Errorf("%s to %s in %s is %v, want %s, %s", c.from, c.to, c.zone, got, c.start, c.end)
		}
	}
}

func TestAtWallClock(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	// The zone of the reading does not count.
	wall := time.Date(2026, 10, 25, 1, 30, 0, 0, time.FixedZone("elsewhere", 7200))
	at, err := AtWallClock(wall, london)
	if err != nil || !at.Twice || at.At.UTC().Format(time.DateTime) != "2026-10-25 00:30:00" {
		t.Errorf("01:30 that comes twice is %v, %v", at, err)
	}
	if _, err := AtWallClock(reading(t, "2026-03-29 01:30:00"), london); !errors.Is(err, ErrBadSendAt) {
		t.Errorf("01:30 that is skipped: %v", err)
	}
}

func reading(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateTime, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
