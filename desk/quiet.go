package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"textdesk/db"
)

// QuietHours are the hours of the day in which sends to several people wait: no
// text of theirs leaves while the organisation's clock shows one of them. Single
// texts always go.
type QuietHours struct {
	// Off: there are none.
	Off bool
	// From and Until are minutes since midnight as the clock shows them, 0 to
	// 1439. From is quiet and Until is not. From after Until is over midnight;
	// when both are the same, no hour is quiet.
	From, Until int
}

// DefaultQuiet is what holds until an administrator decides: bulk leaves from
// 08:00 to 20:00.
var DefaultQuiet = QuietHours{From: 20 * 60, Until: 8 * 60}

const day = 24 * 60

// never reports whether no hour is quiet.
func (q QuietHours) never() bool { return q.Off || q.From == q.Until }

// At reports whether the instant is quiet. What the clock of its zone shows
// decides: an hour that comes twice is quiet both times, one that is skipped
// never.
func (q QuietHours) At(t time.Time) bool {
	if q.never() {
		return false
	}
	m := t.Hour()*60 + t.Minute()
	if q.From < q.Until {
		return q.From <= m && m < q.Until
	}
	return m >= q.From || m < q.Until
}

// Change returns the first instant after t at which quiet begins or ends, in
// t's zone, and the zero time when it never does.
func (q QuietHours) Change(t time.Time) time.Time {
	if q.never() {
		return time.Time{}
	}
	zone := t.Location()
	// It can only change where the clock shows a bound, before or after a change
	// of the clock, or where the clock itself is changed.
	_, clocks := t.ZoneBounds()
	offsets := []time.Duration{offset(t, zone)}
	if !clocks.IsZero() {
		offsets = append(offsets, offset(clocks, zone))
	}
	var at []time.Time
	if !clocks.IsZero() {
		at = append(at, clocks.In(zone))
	}
	y, m, d := t.Date()
	for i := -1; i <= 2; i++ {
		for _, minute := range []int{q.From, q.Until} {
			wall := time.Date(y, m, d+i, 0, minute, 0, 0, time.UTC)
			for _, o := range offsets {
				at = append(at, wall.Add(-o).In(zone))
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	was := q.At(t)
	for _, c := range at {
		if c.After(t) && q.At(c) != was {
			return c
		}
	}
	return time.Time{}
}

// Opens returns the first instant from t on that is not quiet.
func (q QuietHours) Opens(t time.Time) time.Time {
	if !q.At(t) {
		return t
	}
	return q.Change(t)
}

// Finish returns when work that begins at start and takes so long is done, if
// it rests while it is quiet. It looks a year ahead; what is left then is taken
// as if it were never quiet.
func (q QuietHours) Finish(start time.Time, takes time.Duration) time.Time {
	for range 2 * 366 {
		start = q.Opens(start)
		next := q.Change(start)
		if next.IsZero() || !next.Before(start.Add(takes)) {
			break
		}
		takes -= next.Sub(start)
		start = next
	}
	return start.Add(takes)
}

// Forecast is how a send to several people will go, as far as the quiet hours
// matter. Instants that will not come are zero.
type Forecast struct {
	// Waits is when its first text can leave, if it is quiet at its start.
	Waits time.Time
	// Pauses and GoesOn are when it next becomes quiet, and ends to be, before it
	// is done.
	Pauses, GoesOn time.Time
	// Finish is when the last text leaves.
	Finish time.Time
}

// Forecast says how work goes that begins at start and takes so long.
func (q QuietHours) Forecast(start time.Time, takes time.Duration) Forecast {
	f := Forecast{Finish: q.Finish(start, takes)}
	if q.At(start) {
		start = q.Opens(start)
		f.Waits = start
	}
	if next := q.Change(start); !next.IsZero() && f.Finish.After(next) {
		f.Pauses, f.GoesOn = next, q.Opens(next)
	}
	return f
}

// Within returns how much of the time between two instants is quiet.
func (q QuietHours) Within(from, to time.Time) time.Duration {
	var sum time.Duration
	for from.Before(to) {
		next := q.Change(from)
		if next.IsZero() || next.After(to) {
			next = to
		}
		if q.At(from) {
			sum += next.Sub(from)
		}
		from = next
	}
	return sum
}

// check refuses what are no quiet hours.
func (q QuietHours) check() []*Refusal {
	var bad []*Refusal
	for _, f := range []struct {
		name   string
		minute int
	}{{"quiet_from", q.From}, {"quiet_until", q.Until}} {
		if f.minute < 0 || f.minute >= day {
			bad = append(bad, ErrBadQuiet.on(f.name))
		}
	}
	if len(bad) == 0 && q.From == q.Until {
		bad = append(bad, ErrBadQuiet.because("Quiet hours that end when they begin are none; switch them off instead.").on("quiet_until"))
	}
	return bad
}

// ReadClock reads a time of day as typed, in minutes since midnight: "08:00",
// "8am"; -1 when it is none.
func ReadClock(typed string) int {
	of, ok := parseClock(typed)
	if !ok {
		return -1
	}
	return of.Hour()*60 + of.Minute()
}

// The settings' keys.
const (
	keyQuiet      = "quiet" // "off"
	keyQuietFrom  = "quiet_from"
	keyQuietUntil = "quiet_until"
)

// SaveQuietHours stores the hours in which bulk waits. For administrators.
func (d *Desk) SaveQuietHours(ctx context.Context, a Actor, q QuietHours) error {
	if !a.Admin() {
		return ErrForbidden
	}
	values, detail := map[string]string{keyQuiet: "off"}, "off"
	if !q.Off {
		if bad := q.check(); len(bad) > 0 {
			return refused(bad)
		}
		values = map[string]string{keyQuiet: "on", keyQuietFrom: strconv.Itoa(q.From), keyQuietUntil: strconv.Itoa(q.Until)}
		detail = fmt.Sprintf("%02d:%02d to %02d:%02d", q.From/60, q.From%60, q.Until/60, q.Until%60)
	}
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for key, value := range values {
			if err := tx.SetSetting(ctx, db.SetSettingParams{Key: key, Value: value}); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, a, "settings.quiet", "quiet hours", detail)
	})
	if err != nil {
		return fmt.Errorf("save quiet hours: %w", err)
	}
	rows, err := d.store.Providers(ctx)
	if err != nil {
		return fmt.Errorf("read providers: %w", err)
	}
	for _, p := range rows {
		d.wake(p.ID)
	}
	return nil
}

// readQuiet reads the quiet hours among the settings.
func readQuiet(values map[string]string) QuietHours {
	q := DefaultQuiet
	for key, minute := range map[string]*int{keyQuietFrom: &q.From, keyQuietUntil: &q.Until} {
		if n, err := strconv.Atoi(values[key]); err == nil && n >= 0 && n < day {
			*minute = n
		}
	}
	q.Off = values[keyQuiet] == "off"
	return q
}

// quietNow reads the quiet hours and the time on the organisation's clock.
func (d *Desk) quietNow(ctx context.Context, q *db.Queries) (QuietHours, time.Time, error) {
	set, err := d.settings(ctx, q)
	if err != nil {
		return QuietHours{}, time.Time{}, err
	}
	return set.Quiet, d.clock().In(set.Zone), nil
}

// rested is how long a message that is due has waited because it had to be
// quiet, in milliseconds. Its validity does not run meanwhile.
func (q QuietHours) rested(m db.Message, now time.Time) int64 {
	if m.Priority == 0 || m.DueAt == 0 {
		return 0
	}
	return q.Within(m.DueAt.Time().In(now.Location()), now).Milliseconds()
}

// deadline is until when a message may leave that has waited since it was due:
// before its first attempt or for another one.
func (q QuietHours) deadline(m db.Message, now time.Time) db.Millis {
	return m.ExpiresAt + db.Millis(q.rested(m, now))
}

// pausedFor says how much validity a message is owed, in milliseconds, because
// its batch was paused between two instants: from the pause on, or from its own
// time if that came later. A retry was due before, whatever its next attempt's
// time. Quiet hours after its time are owed to it anyway.
func (q QuietHours) pausedFor(paused, resumed db.Millis, zone *time.Location) func(db.Message) int64 {
	owed := map[[2]db.Millis]int64{} // most of a batch is due at once
	return func(m db.Message) int64 {
		from, quietFrom := paused, max(paused, m.DueAt)
		if m.Attempts == 0 {
			from = quietFrom
		}
		if m.Priority == 0 {
			quietFrom = resumed
		}
		key := [2]db.Millis{from, quietFrom}
		if _, known := owed[key]; !known {
			quiet := q.Within(quietFrom.Time().In(zone), resumed.Time())
			owed[key] = max(0, int64(resumed-from)-quiet.Milliseconds())
		}
		return owed[key]
	}
}
