package desk

import (
	"errors"
	"testing"
	"time"
)

func TestReadLocalTime(t *testing.T) {
	for _, c := range []struct {
		zone, day, clock string
		want             string // in UTC
		twice            bool
		refused          string
	}{
		{zone: "Europe/London", day: "2026-06-03", clock: "09:00", want: "2026-06-03 08:00"},
		{zone: "Europe/London", day: "3/6/2026", clock: "9am", want: "2026-06-03 08:00"},
		{zone: "Europe/London", day: " 3 June 2026 ", clock: "9.30 PM", want: "2026-06-03 20:30"},
		{zone: "Europe/London", day: "2026-12-03", clock: "0900", want: "2026-12-03 09:00"},
		// The clocks go forward: 01:00 to 01:59 are skipped.
		{zone: "Europe/London", day: "2026-03-29", clock: "00:59", want: "2026-03-29 00:59"},
		{zone: "Europe/London", day: "2026-03-29", clock: "01:00", refused: "There is no 01:00 on Sunday 29 March 2026: the clocks go forward from 01:00 to 02:00. Choose another time."},
		{zone: "Europe/London", day: "2026-03-29", clock: "01:59", refused: "There is no 01:59 on Sunday 29 March 2026: the clocks go forward from 01:00 to 02:00. Choose another time."},
		{zone: "Europe/London", day: "2026-03-29", clock: "02:00", want: "2026-03-29 01:00"},
		// The clocks go back: 01:00 to 01:59 come twice.
		{zone: "Europe/London", day: "2026-10-25", clock: "00:59", want: "2026-10-24 23:59"},
		{zone: "Europe/London", day: "2026-10-25", clock: "01:00", want: "2026-10-25 00:00", twice: true},
		{zone: "Europe/London", day: "2026-10-25", clock: "01:59", want: "2026-10-25 00:59", twice: true},
		{zone: "Europe/London", day: "2026-10-25", clock: "02:00", want: "2026-10-25 02:00"},
		// The other side of the world, and a change of half an hour.
		{zone: "America/New_York", day: "2026-03-08", clock: "02:30", refused: "There is no 02:30 on Sunday 8 March 2026: the clocks go forward from 02:00 to 03:00. Choose another time."},
		{zone: "America/New_York", day: "2026-11-01", clock: "01:30", want: "2026-11-01 05:30", twice: true},
		{zone: "Australia/Lord_Howe", day: "2026-10-04", clock: "02:15", refused: "There is no 02:15 on Sunday 4 October 2026: the clocks go forward from 02:00 to 02:30. Choose another time."},
		{zone: "Pacific/Auckland", day: "2026-04-05", clock: "02:30", want: "2026-04-04 13:30", twice: true},
		{zone: "UTC", day: "2026-03-29", clock: "01:30", want: "2026-03-29 01:30"},
		// Samoa skipped a whole day.
		{zone: "Pacific/Apia", day: "2011-12-30", clock: "12:00", refused: "There is no 12:00 on Friday 30 December 2011: the clocks go forward from 00:00 to 00:00. Choose another time."},
		{zone: "Europe/London", refused: "Choose a date and a time."},
		{zone: "Europe/London", day: "2026-06-03", refused: "Choose a time."},
		{zone: "Europe/London", clock: "09:00", refused: "Choose a date."},
		{zone: "Europe/London", day: "2026-02-30", clock: "09:00", refused: `"2026-02-30" is not a date. Write it like 3/6/2026.`},
		{zone: "Europe/London", day: "2026-06-03", clock: "25:00", refused: `"25:00" is not a time. Write it like 09:00.`},
		{zone: "Europe/London", day: "1/1/0001", clock: "09:00", refused: `"1/1/0001" is not a date. Write it like 3/6/2026.`},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadLocalTime(c.day, c.clock, zone)
		if c.refused != "" {
			if err == nil || err.Error() != c.refused || !errors.Is(err, ErrBadSendAt) {
				t.Errorf("%s %q %q: %v, want refused: %s", c.zone, c.day, c.clock, err, c.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %q %q: %v", c.zone, c.day, c.clock, err)
			continue
		}
		if at := got.At.UTC().Format("2006-01-02 15:04"); at != c.want || got.Twice != c.twice || got.At.Location() != zone {
			t.Errorf("%s %q %q is %s (twice: %t), want %s (%t)", c.zone, c.day, c.clock, at, got.Twice, c.want, c.twice)
		}
	}
}
