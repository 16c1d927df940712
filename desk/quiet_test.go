package desk

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"textdesk/sms"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestQuietAt(t *testing.T) {
	night, noon := DefaultQuiet, QuietHours{From: 12 * 60, Until: 13*60 + 30}
	for _, c := range []struct {
		q     QuietHours
		clock string
		want  bool
	}{
		{night, "19:59", false}, {night, "20:00", true}, {night, "23:59", true}, {night, "00:00", true}, {night, "07:59", true}, {night, "08:00", false},
		{noon, "11:59", false}, {noon, "12:00", true}, {noon, "13:29", true}, {noon, "13:30", false}, {noon, "00:00", false},
		{QuietHours{Off: true, From: 0, Until: 720}, "03:00", false}, {QuietHours{From: 60, Until: 60}, "01:00", false},
	} {
		at, err := time.Parse("15:04", c.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.q.At(at); got != c.want {
			t.Errorf("%+v at %s: %v", c.q, c.clock, got)
		}
	}
	if got := (QuietHours{Off: true}).Change(start); !got.IsZero() {
		t.Errorf("without quiet hours something changes at %v", got)
	}
}

// TestQuietWhenTheClocksChange: in London they go from 01:00 to 02:00 on 29
// March 2026 and from 02:00 to 01:00 on 25 October, both at 01:00 UTC.
func TestQuietWhenTheClocksChange(t *testing.T) {
	london := zoneOf(t, "Europe/London")
	early := QuietHours{From: 22 * 60, Until: 90} // until 01:30
	late := QuietHours{From: 90, Until: 150}      // 01:30 to 02:30
	utc := func(month time.Month, d, h, m int) time.Time { return time.Date(2026, month, d, h, m, 0, 0, time.UTC) }
	for _, c := range []struct {
		what       string
		q          QuietHours
		from, want time.Time
	}{
		{"forward: 01:30 is skipped, so it ends when the clock says 02:00", early, utc(3, 28, 23, 0), utc(3, 29, 1, 0)},
		{"forward: 01:30 is skipped, so it begins when the clock says 02:00", late, utc(3, 29, 0, 0), utc(3, 29, 1, 0)},
		{"forward: and ends at 02:30", late, utc(3, 29, 1, 0), utc(3, 29, 1, 30)},
		{"forward: a night ends at 08:00, an hour sooner", DefaultQuiet, utc(3, 28, 20, 0), utc(3, 29, 7, 0)},
		{"back: it ends at the first 01:30", early, utc(10, 24, 22, 0), utc(10, 25, 0, 30)},
		{"back: and is quiet again from the second 01:00", early, utc(10, 25, 0, 30), utc(10, 25, 1, 0)},
		{"back: until the second 01:30", early, utc(10, 25, 1, 0), utc(10, 25, 1, 30)},
		{"back: it begins at the first 01:30", late, utc(10, 25, 0, 0), utc(10, 25, 0, 30)},
		{"back: the second 01:00 is not quiet", late, utc(10, 25, 0, 30), utc(10, 25, 1, 0)},
		{"back: the second 01:30 is", late, utc(10, 25, 1, 0), utc(10, 25, 1, 30)},
		{"back: a night ends at 08:00, an hour later", DefaultQuiet, utc(10, 24, 19, 0), utc(10, 25, 8, 0)},
	} {
		if got := c.q.Change(c.from.In(london)); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.what, got.UTC(), c.want)
		}
	}
	if got := DefaultQuiet.Within(utc(3, 28, 20, 0).In(london), utc(3, 29, 12, 0).In(london)); got != 11*time.Hour {
		t.Errorf("the night in which the clocks go forward is quiet for %v", got)
	}
	if got := DefaultQuiet.Within(utc(10, 24, 12, 0).In(london), utc(10, 25, 12, 0).In(london)); got != 13*time.Hour {
		t.Errorf("the night in which they go back is quiet for %v", got)
	}
}

// TestQuietAgainstTheMinutes compares with what the clock shows at each minute.
func TestQuietAgainstTheMinutes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom([]string{"Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "America/Santiago", "Africa/Casablanca"}).Draw(rt, "zone"))
		q := QuietHours{From: rapid.IntRange(0, 1439).Draw(rt, "from"), Until: rapid.IntRange(0, 1439).Draw(rt, "until")}
		day := rapid.SampledFrom([]time.Time{time.Date(2026, 3, 28, 0, 0, 0, 0, zone), time.Date(2026, 10, 24, 0, 0, 0, 0, zone),
			time.Date(2026, 4, 4, 0, 0, 0, 0, zone), time.Date(2026, 6, 3, 0, 0, 0, 0, zone), time.Date(2026, 11, 1, 0, 0, 0, 0, zone)}).Draw(rt, "day")
		from := day.Add(time.Duration(rapid.IntRange(0, 2*24*60).Draw(rt, "minute")) * time.Minute)
		var want time.Time
		for i := 1; i <= 3*24*60; i++ {
			if at := from.Add(time.Duration(i) * time.Minute); q.At(at) != q.At(from) {
				want = at
				break
			}
		}
		if got := q.Change(from); !got.Equal(want) {
			rt.Fatalf("%+v from %v: %v, want %v", q, from, got, want)
		}
		takes := time.Duration(rapid.IntRange(0, 5*24*60).Draw(rt, "takes")) * time.Minute
		end := q.Finish(from, takes)
		if end.Sub(from) > 360*24*time.Hour { // with a minute or two a day
			return
		}
		if open := end.Sub(from) - q.Within(from, end); open != takes {
			rt.Fatalf("%+v: from %v to %v there are %v open, want %v", q, from, end, open, takes)
		}
		if takes > 0 && q.At(end.Add(-time.Minute)) {
			rt.Fatalf("%+v: it finishes at %v, in the quiet", q, end)
		}
	})
}

func TestForecast(t *testing.T) {
	london := zoneOf(t, "Europe/London")
	at := func(d, h, m int) time.Time { return time.Date(2026, 6, d, h, m, 0, 0, london) }
	for _, c := range []struct {
		what  string
		start time.Time
		takes time.Duration
		want  Forecast
	}{
		{"by day", at(3, 10, 0), time.Hour, Forecast{Finish: at(3, 11, 0)}},
		{"to the last minute", at(3, 19, 0), time.Hour, Forecast{Finish: at(3, 20, 0)}},
		{"over night", at(3, 19, 0), 2 * time.Hour, Forecast{Pauses: at(3, 20, 0), GoesOn: at(4, 8, 0), Finish: at(4, 9, 0)}},
		{"at night", at(3, 23, 0), time.Hour, Forecast{Waits: at(4, 8, 0), Finish: at(4, 9, 0)}},
		{"for two days", at(3, 23, 0), 13 * time.Hour, Forecast{Waits: at(4, 8, 0), Pauses: at(4, 20, 0), GoesOn: at(5, 8, 0), Finish: at(5, 9, 0)}},
	} {
		if got := DefaultQuiet.Forecast(c.start, c.takes); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.what, got, c.want)
		}
	}
}

func TestBulkRestsInTheQuietHours(t *testing.T) {
	o := newOffice(t)
	o.quiet(t, DefaultQuiet)
	// Nobody has set a zone: it is London, where it is ten o'clock in the morning.
	o.pass(10*time.Hour - time.Second) // 19:59:59
	bulk := o.send(t, o.admin, Order{To: numbers(0, 30), Validity: time.Hour})
	if got := o.leave(t, 10); len(got) != 10 {
		t.Fatalf("%d left before the quiet hours", len(got))
	}
	claimed, err := o.Claim(t.Context(), o.provider, 0, 5)
	if err != nil || len(claimed) != 5 {
		t.Fatal(claimed, err)
	}
	o.pass(time.Second) // 20:00
	if late, err := o.Mark(t.Context(), claimed); err != nil || len(late) > 0 {
		t.Errorf("%d that were claimed before leave in the quiet: %v", len(late), err)
	}
	one := o.send(t, o.admin, Order{To: numbers(100, 1)})
	got := o.leave(t, 100)
	if len(got) != 1 || got[0].BatchID != one.BatchID {
		t.Errorf("in the quiet leaves %v, want the single text", got)
	}
	o.taken(t, got)
	opens := time.Date(2026, 6, 4, 7, 0, 0, 0, time.UTC)
	if next, err := o.NextDue(t.Context(), o.provider); err != nil || !next.Equal(opens) {
		t.Errorf("there is something to do at %v, want 08:00 in London: %v", next, err)
	}
	p, err := o.Progress(t.Context(), o.admin, bulk.BatchID)
	if err != nil || !p.Forecast.Waits.Equal(opens) {
		t.Errorf("the forecast is %+v: %v", p.Forecast, err)
	}
	// An hour of validity has long passed, but not an hour in which it could leave.
	o.pass(11*time.Hour + 59*time.Minute)
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 100); len(got) > 0 {
		t.Errorf("%d leave at 07:59", len(got))
	}
	o.pass(time.Minute)
	morning := o.leave(t, 100)
	if len(morning) != 20 {
		t.Fatalf("%d leave at 08:00, want 20", len(morning))
	}
	for _, m := range morning {
		if m.ExpiresAt < m.SubmittedAt {
			t.Fatalf("message %d has %v left", m.ID, m.ExpiresAt-m.SubmittedAt)
		}
	}
	o.booksAreRight(t)
}

func TestValidityRunsOutsideTheQuietHours(t *testing.T) {
	o := newOffice(t)
	o.quiet(t, DefaultQuiet)
	o.pass(9 * time.Hour) // 19:00
	id := o.send(t, o.admin, Order{To: numbers(0, 2), Validity: 90 * time.Minute}).Recipients[0].MessageID
	o.pass(13*time.Hour + 20*time.Minute) // 08:20, after 80 minutes in which it could leave
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.status(t, id); got != sms.Queued {
		t.Errorf("after 80 of 90 minutes it is %s", got)
	}
	o.pass(20 * time.Minute)
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.status(t, id); got != sms.Expired {
		t.Errorf("after 100 of 90 minutes it is %s", got)
	}
	o.booksAreRight(t)
}

func TestSaveQuietHours(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	if err := o.SaveQuietHours(t.Context(), jo, DefaultQuiet); !errors.Is(err, ErrForbidden) {
		t.Errorf("by an ordinary user: %v", err)
	}
	for _, q := range []QuietHours{{From: -1, Until: 5}, {From: 5, Until: 1440}, {From: 60, Until: 60}} {
		if err := o.SaveQuietHours(t.Context(), o.admin, q); !errors.Is(err, ErrBadQuiet) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	want := QuietHours{From: 21*60 + 30, Until: 7 * 60}
	o.quiet(t, want)
	if set, err := o.Settings(t.Context()); err != nil || set.Quiet != want {
		t.Errorf("stored as %+v: %v", set.Quiet, err)
	}
	// Off keeps the hours, for when they are switched on again.
	o.quiet(t, QuietHours{Off: true})
	want.Off = true
	if set, err := o.Settings(t.Context()); err != nil || set.Quiet != want {
		t.Errorf("stored as %+v: %v", set.Quiet, err)
	}
	for typed, want := range map[string]int{"08:00": 480, "8pm": 1200, " 20.30 ": 1230, "25:00": -1, "": -1, "noon": -1} {
		if got := ReadClock(typed); got != want {
			t.Errorf("ReadClock(%q) is %d", typed, got)
		}
	}
}
