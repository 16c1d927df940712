package dispatch

import (
	"sync/atomic"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers/fastsms/fastsmstest"
)

// A clock that is put an hour forward or back is told from the time that
// passes, and small corrections are left alone.
func TestTheClockIsWatched(t *testing.T) {
	start := time.Date(2026, 10, 25, 0, 59, 0, 0, time.UTC)
	var c clockWatch
	wall, passing := start, start
	look := func(wallMoves, passes time.Duration) time.Duration {
		wall, passing = wall.Add(wallMoves), passing.Add(passes)
		return c.stepped(wall, passing)
	}
	for _, step := range []struct{ wall, passes, want time.Duration }{
		{0, 0, 0},
		{5 * time.Second, 5 * time.Second, 0},
		{6 * time.Second, 5 * time.Second, 0},
		{time.Hour + 5*time.Second, 5 * time.Second, time.Hour},
		{5 * time.Second, 5 * time.Second, 0}, // told once
		{5*time.Second - time.Hour, 5 * time.Second, -time.Hour},
		{8 * time.Hour, 8 * time.Hour, 0}, // a machine that slept
	} {
		if got := look(step.wall, step.passes); got != step.want {
			t.Errorf("a step of %v in %v is told as %v", step.wall, step.passes, got)
		}
	}
}

// The machine's clock is put an hour forward and then two back in the middle of
// everything: a send at a pace, one that waits for its undo time, one that is
// tried again, one for later, and the quiet hours. All of it goes on without
// waiting for the clock to come round, nothing is sent twice, and whoever is
// signed in stays so.
func TestTheClockIsSet(t *testing.T) {
	up := newUpstream(t)
	up.SetLatency(time.Millisecond)
	var throttled atomic.Bool
	up.SetFault(func(int) fastsmstest.Fault {
		if throttled.Load() {
			return fastsmstest.Throttle
		}
		return fastsmstest.None
	})
	o := newOffice(t)
	var shift atomic.Int64
	o.clock = func() time.Time { return time.Now().Round(0).Add(time.Duration(shift.Load())) }
	if err := o.store.Close(); err != nil {
		t.Fatal(err)
	}
	o.open()
	o.fastsms("up", up.url, setup{rate: 150, concurrency: 4})
	session, err := o.SignIn(t.Context(), "admin", "correct horse battery", "192.0.2.1", "a browser")
	if err != nil {
		t.Fatal(err)
	}
	o.run()
	first := o.send(0, 300)
	later, err := o.Send(t.Context(), o.admin, desk.Order{To: []string{"+447700911111"}, Sender: "SCHOOL", Body: "In half an hour.", SendAt: o.Now().Add(30 * time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	o.batch(first.BatchID, "under way", func(b db.Batch) bool { return left(b) < 280 })
	shift.Store(int64(time.Hour)) // forward
	o.batch(later.BatchID, "sent when its time had come on the new clock", gone)
	second := o.send(1000, 200)
	o.batch(second.BatchID, "under way", func(b db.Batch) bool { return left(b) < 195 })
	undo, err := o.Send(t.Context(), o.admin, desk.Order{To: []string{"+447700922221", "+447700922222"}, Sender: "SCHOOL", Body: "Wait a little.", Undo: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	throttled.Store(true) // and some are tried again around the step
	time.Sleep(100 * time.Millisecond)
	shift.Store(int64(-time.Hour)) // two back
	throttled.Store(false)
	third := o.send(2000, 20)
	for what, id := range map[string]int64{"the first": first.BatchID, "the one of before": second.BatchID, "the one that could be undone": undo.BatchID, "the one of after": third.BatchID} {
		o.batch(id, what+" all sent", gone)
	}
	up.once(t, 300+1+200+2+20)
	if _, err := o.ActorBySession(t.Context(), session, "192.0.2.1"); err != nil {
		t.Errorf("whoever was signed in is out: %v", err)
	}
	if n := len(o.Workers()); n == 0 {
		t.Error("no part of the engine has come round")
	}
	found, err := o.store.InDoubtSum(t.Context())
	if err != nil || found != 0 {
		t.Errorf("%d texts are in doubt, %v", found, err)
	}
}

// A machine whose clock was years ahead is put right while the desk is not
// running: what it had accepted leaves with the next start, once, and a plan for
// a time of the day stays a plan.
func TestTheClockWasAheadBeforeTheStart(t *testing.T) {
	up := newUpstream(t)
	o := newOffice(t)
	var shift atomic.Int64
	o.clock = func() time.Time { return time.Now().Round(0).Add(time.Duration(shift.Load())) }
	if err := o.store.Close(); err != nil {
		t.Fatal(err)
	}
	o.open()
	o.fastsms("up", up.url, setup{concurrency: 4})
	shift.Store(int64(5 * 365 * 24 * time.Hour))
	sent := o.send(0, 30)
	shift.Store(0)
	planned, err := o.Send(t.Context(), o.admin, desk.Order{To: []string{"+447700911111"}, Sender: "SCHOOL", Body: "Tomorrow.", SendAt: o.Now().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	o.run()
	o.batch(sent.BatchID, "sent", gone)
	o.batch(planned.BatchID, "still planned", func(b db.Batch) bool { return b.NScheduled == 1 })
	up.once(t, 30)
}

// Bulk rests when a clock that is put forward comes into the quiet hours, and
// goes on when it is put right.
func TestTheClockIsSetIntoTheQuietHours(t *testing.T) {
	up := newUpstream(t)
	o := newOffice(t)
	var shift atomic.Int64
	noon := time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)
	began := time.Now()
	o.clock = func() time.Time { return noon.Add(time.Since(began) + time.Duration(shift.Load())) }
	if err := o.store.Close(); err != nil {
		t.Fatal(err)
	}
	o.open()
	if err := o.SaveQuietHours(t.Context(), desk.CommandLine(), desk.QuietHours{From: 20 * 60, Until: 8 * 60}); err != nil {
		t.Fatal(err)
	}
	o.fastsms("up", up.url, setup{rate: 100, concurrency: 2})
	o.run()
	shift.Store(int64(9 * time.Hour))
	night := o.send(0, 40)
	single := o.send(100, 1)
	o.batch(single.BatchID, "sent at night, because it is no bulk", gone)
	if b := o.batch(night.BatchID, "there", func(db.Batch) bool { return true }); left(b) != 40 {
		t.Errorf("bulk left in the quiet hours: %+v", b)
	}
	shift.Store(0)
	o.batch(night.BatchID, "sent when it was day again", gone)
	up.once(t, 41)
}
