package desk

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func date(day string) time.Time {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return d
}

func weekdaysOf(all ...time.Weekday) (w Weekdays) {
	for _, d := range all {
		w = w.With(d)
	}
	return w
}

func TestRecurrence(t *testing.T) {
	london := zone(t, "Europe/London")
	const nine = 9 * 60
	for name, c := range map[string]struct {
		r     Recurrence
		after string // UTC; "" is the midnight before it starts
		want  []string
		words string
	}{
		"hourly": {Recurrence{Every: EveryHour, Minute: 15, Starts: date("2026-06-03")}, "2026-06-03 09:20",
			[]string{"2026-06-03 11:15", "2026-06-03 12:15"}, "Every hour, at 15 minutes past"},
		"hourly begins with its first day": {Recurrence{Every: EveryHour, Starts: date("2026-06-03")}, "2026-05-01 09:20",
			[]string{"2026-06-03 00:00", "2026-06-03 01:00"}, "Every hour, on the hour"},
		"daily": {Recurrence{Every: EveryDay, Minute: nine, Starts: date("2026-06-03")}, "2026-06-03 08:00",
			[]string{"2026-06-04 09:00", "2026-06-05 09:00"}, "Every day at 09:00"},
		"business days": {Recurrence{Every: EveryBusinessDay, Minute: nine, Starts: date("2026-06-05")}, "",
			[]string{"2026-06-05 09:00", "2026-06-08 09:00"}, "Monday to Friday at 09:00"},
		"weekly": {Recurrence{Every: EveryWeek, Weekdays: weekdaysOf(time.Monday, time.Thursday, time.Sunday), Minute: nine, Starts: date("2026-06-03")}, "",
			[]string{"2026-06-04 09:00", "2026-06-07 09:00", "2026-06-08 09:00"}, "Every week on Monday, Thursday and Sunday at 09:00"},
		"fortnightly": {Recurrence{Every: EveryFortnight, Weekdays: weekdaysOf(time.Wednesday, time.Friday), Minute: nine, Starts: date("2026-06-03")}, "",
			[]string{"2026-06-03 09:00", "2026-06-05 09:00", "2026-06-17 09:00", "2026-06-19 09:00"}, "Every second week on Wednesday and Friday at 09:00"},
		"fortnightly, from the next chosen day": {Recurrence{Every: EveryFortnight, Weekdays: weekdaysOf(time.Monday), Minute: nine, Starts: date("2026-06-03")}, "",
			[]string{"2026-06-08 09:00", "2026-06-22 09:00"}, "Every second week on Monday at 09:00"},
		"fortnightly over the new year": {Recurrence{Every: EveryFortnight, Weekdays: weekdaysOf(time.Sunday), Minute: nine, Starts: date("2026-12-20")}, "",
			[]string{"2026-12-20 09:00", "2027-01-03 09:00", "2027-01-17 09:00"}, "Every second week on Sunday at 09:00"},
		"the 31st": {Recurrence{Every: EveryMonthDay, Day: 31, Minute: nine, Starts: date("2027-12-31")}, "",
			[]string{"2027-12-31 09:00", "2028-01-31 09:00", "2028-02-29 09:00", "2028-03-31 09:00", "2028-04-30 09:00"}, "Every month on its last day at 09:00"},
		"the 30th": {Recurrence{Every: EveryMonthDay, Day: 30, Minute: nine, Starts: date("2027-01-30")}, "",
			[]string{"2027-01-30 09:00", "2027-02-28 09:00", "2027-03-30 09:00"}, "Every month on the 30th at 09:00, or on the last day where the month is shorter"},
		"first Monday": {Recurrence{Every: EveryMonthWeekday, Week: 1, Weekdays: weekdaysOf(time.Monday), Minute: nine, Starts: date("2026-06-03")}, "",
			[]string{"2026-07-06 09:00", "2026-08-03 09:00"}, "Every month on the first Monday at 09:00"},
		"last Friday": {Recurrence{Every: EveryMonthWeekday, Week: LastWeek, Weekdays: weekdaysOf(time.Friday), Minute: nine, Starts: date("2026-06-03")}, "",
			[]string{"2026-06-26 09:00", "2026-07-31 09:00", "2026-08-28 09:00"}, "Every month on the last Friday at 09:00"},
		"yearly": {Recurrence{Every: EveryYear, Month: time.July, Day: 1, Minute: nine, Starts: date("2026-06-03")}, "",
			[]string{"2026-07-01 09:00", "2027-07-01 09:00"}, "Every year on 1 July at 09:00"},
		"leap day": {Recurrence{Every: EveryYear, Month: time.February, Day: 29, Minute: nine, Starts: date("2027-01-01")}, "",
			[]string{"2027-02-28 09:00", "2028-02-29 09:00", "2029-02-28 09:00"}, "Every year on 29 February at 09:00, or on the last day where the month is shorter"},
		"on a date": {Recurrence{Every: EveryDay, Minute: nine, Starts: date("2026-06-03"), Ends: date("2026-06-04")}, "",
			[]string{"2026-06-03 09:00", "2026-06-04 09:00", "-"}, "Every day at 09:00"},
		"hourly until a date": {Recurrence{Every: EveryHour, Starts: date("2026-06-03"), Ends: date("2026-06-03")}, "2026-06-03 21:30",
			[]string{"2026-06-03 23:00", "-"}, "Every hour, on the hour"},
		"clocks forward": {Recurrence{Every: EveryDay, Minute: 90, Starts: date("2027-03-27")}, "",
			[]string{"2027-03-27 01:30", "2027-03-28 02:00 not 01:30", "2027-03-29 01:30"}, "Every day at 01:30"},
		"clocks back": {Recurrence{Every: EveryDay, Minute: 90, Starts: date("2026-10-24")}, "",
			[]string{"2026-10-24 01:30", "2026-10-25 01:30 twice", "2026-10-26 01:30"}, "Every day at 01:30"},
		"hourly over the change": {Recurrence{Every: EveryHour, Minute: 30, Starts: date("2027-03-28")}, "",
			[]string{"2027-03-28 00:30", "2027-03-28 02:30"}, "Every hour, at 30 minutes past"},
	} {
		c.r.Zone = london
		after := c.r.Starts.Add(-2 * time.Hour)
		if c.after != "" {
			var err error
			if after, err = time.Parse("2006-01-02 15:04", c.after); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range c.want {
			o, ok := c.r.Next(after)
			got := o.At.Format("2006-01-02 15:04")
			switch {
			case !ok:
				got = "-"
			case o.Missing != "":
				got += " not " + o.Missing
			case o.Twice:
				got += " twice"
			}
			if got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
			after = o.At
		}
		if got := c.r.Words(); got != c.words {
			t.Errorf("%s is %q in words, want %q", name, got, c.words)
		}
	}
	if got := (Recurrence{Every: EveryDay, Zone: london, Starts: date("2026-06-03"), Ends: date("2026-06-05")}).Upcoming(date("2026-06-01"), 5); len(got) != 3 {
		t.Errorf("%d times are left, want 3", len(got))
	}
}

func TestADoubledTimeComesOnceAtTheFirst(t *testing.T) {
	r := Recurrence{Every: EveryDay, Minute: 90, Zone: zone(t, "Europe/London"), Starts: date("2026-10-25")}
	o, ok := r.Next(date("2026-10-24"))
	if !ok || !o.At.Equal(time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)) {
		t.Fatalf("it comes first at %v", o.At.UTC())
	}
	if o, _ = r.Next(o.At); !o.At.Equal(time.Date(2026, 10, 26, 1, 30, 0, 0, time.UTC)) {
		t.Errorf("and then at %v", o.At.UTC())
	}
}

// A rule by a second way of counting: every day in turn is asked by the
// calendar alone.
func TestRecurrenceAgainstTheCalendar(t *testing.T) {
	zones := []*time.Location{zone(t, "Europe/London"), zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe"), zone(t, "America/Santiago"), time.UTC, zone(t, "Africa/Cairo"), zone(t, "Asia/Kathmandu")}
	rapid.Check(t, func(rt *rapid.T) {
		r := Recurrence{
			Every:  rapid.SampledFrom([]Every{EveryDay, EveryBusinessDay, EveryWeek, EveryFortnight, EveryMonthDay, EveryMonthWeekday, EveryYear}).Draw(rt, "every"),
			Week:   rapid.IntRange(1, LastWeek).Draw(rt, "week"),
			Day:    rapid.IntRange(1, 31).Draw(rt, "day"),
			Month:  time.Month(rapid.IntRange(1, 12).Draw(rt, "month")),
			Minute: rapid.IntRange(0, 1439).Draw(rt, "minute"),
			Zone:   rapid.SampledFrom(zones).Draw(rt, "zone"),
			Starts: date("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 800).Draw(rt, "starts")),
		}
		r.Weekdays = weekdaysOf(time.Weekday(rapid.IntRange(0, 6).Draw(rt, "weekday")))
		if r.Every == EveryWeek || r.Every == EveryFortnight {
			r.Weekdays |= Weekdays(rapid.IntRange(0, 127).Draw(rt, "weekdays"))
		}
		last := r.Starts.AddDate(0, 0, rapid.IntRange(0, 500).Draw(rt, "length"))
		r.Ends = last

		var want []time.Time
		week := 0 // of the first one, by counting days
		for day, n := r.Starts, 0; !day.After(last); day, n = day.AddDate(0, 0, 1), n+1 {
			if day.Weekday() == time.Monday && n > 0 {
				week++
			}
			if !comesOn(r, day) {
				continue
			}
			if len(want) == 0 {
				week = 0
			}
			if r.Every == EveryFortnight && week%2 == 1 {
				continue
			}
			want = append(want, day)
		}
		after := r.Starts.Add(-48 * time.Hour)
		for i, day := range want {
			o, ok := r.Next(after)
			if !ok {
				rt.Fatalf("it ends before number %d, on %s", i, day)
			}
			if !o.At.After(after) {
				rt.Fatalf("%s is not after %s", o.At, after)
			}
			at := o.At.In(r.Zone)
			shown := at.Hour()*60 + at.Minute()
			if dateOf(at) != day || o.Missing == "" && shown != r.Minute || o.Missing != "" && (shown <= r.Minute || clockWords(r.Minute) != o.Missing) {
				rt.Fatalf("number %d is %s %q, want %s at %s", i, at, o.Missing, day.Format(time.DateOnly), clockWords(r.Minute))
			}
			// From any instant between two, the next is the same.
			between := after.Add(time.Duration(rapid.Int64Range(0, int64(o.At.Sub(after))-1).Draw(rt, "between")))
			if again, _ := r.Next(between); !again.At.Equal(o.At) {
				rt.Fatalf("after %s it is %s, after %s %s", after, o.At, between, again.At)
			}
			after = o.At
		}
		if o, ok := r.Next(after); ok {
			rt.Fatalf("there is one more than the calendar has: %s", o.At)
		}
	})
}

// comesOn asks the calendar, and leaves out which weeks a fortnight skips.
func comesOn(r Recurrence, day time.Time) bool {
	lastOfMonth := day.AddDate(0, 0, 1).Month() != day.Month()
	onDate := day.Day() == r.Day || lastOfMonth && day.Day() < r.Day
	switch r.Every {
	case EveryDay:
		return true
	case EveryBusinessDay:
		return weekdaysOf(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday).Has(day.Weekday())
	case EveryMonthDay:
		return onDate
	case EveryYear:
		return onDate && day.Month() == r.Month
	case EveryMonthWeekday:
		if !r.Weekdays.Has(day.Weekday()) {
			return false
		}
		if r.Week == LastWeek {
			return day.AddDate(0, 0, 7).Month() != day.Month()
		}
		return day.AddDate(0, 0, -7*(r.Week-1)).Month() == day.Month() && day.AddDate(0, 0, -7*r.Week).Month() != day.Month()
	}
	return r.Weekdays.Has(day.Weekday())
}

func TestAnHourlyRuleNeverStopsNorRepeats(t *testing.T) {
	for _, name := range []string{"Europe/London", "Australia/Lord_Howe", "America/St_Johns", "UTC"} {
		r := Recurrence{Every: EveryHour, Minute: 45, Zone: zone(t, name), Starts: date("2026-01-01")}
		after := date("2026-01-01").Add(24 * time.Hour)
		end := date("2027-01-01")
		for after.Before(end) {
			o, ok := r.Next(after)
			if gap := o.At.Sub(after); !ok || gap <= 0 || gap > 90*time.Minute || o.At.Minute() != 45 {
				t.Fatalf("%s: after %s comes %s", name, after, o.At)
			}
			after = o.At
		}
	}
}
