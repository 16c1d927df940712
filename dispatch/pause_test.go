package dispatch

import (
	"context"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
)

// wait waits until ok, for up to 20 s.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not %s in a minute", what)
		}
	}
}

func (o *office) pauseBatch(id int64) {
	o.t.Helper()
	if err := o.PauseBatch(o.t.Context(), o.admin, id); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) resumeBatch(id int64) {
	o.t.Helper()
	if err := o.ResumeBatch(o.t.Context(), o.admin, id); err != nil {
		o.t.Fatal(err)
	}
}

// TestNothingLeavesAfterThePause, but the calls that were in flight when it
// returned; again and again, and in the end everybody has it once.
func TestNothingLeavesAfterThePause(t *testing.T) {
	const concurrency, people = 6, 900
	up := newUpstream(t)
	up.SetLatency(3 * time.Millisecond)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: concurrency})
	sent := o.send(0, people)
	o.run()
	most := 0
	for round := 1; round <= 6; round++ {
		wait(t, "under way", func() bool { return up.Count() > round*60 })
		o.pauseBatch(sent.BatchID)
		b, err := o.store.Batch(t.Context(), sent.BatchID)
		if err != nil {
			t.Fatal(err)
		}
		left := b.NQueued // of what is in flight nothing comes back: the provider takes all
		most = max(most, int(b.NSubmitting))
		o.batch(sent.BatchID, "quiet", func(b db.Batch) bool { return b.NSubmitting == 0 })
		count := up.Count()
		time.Sleep(60 * time.Millisecond)
		if now := up.Count(); now != count || int64(count) != people-left {
			t.Fatalf("round %d: %d had left when it was paused, and %d, then %d did", round, people-left, count, now)
		}
		o.resumeBatch(sent.BatchID)
	}
	if most > concurrency {
		t.Errorf("%d were in flight at a pause, %d are allowed", most, concurrency)
	}
	o.batch(sent.BatchID, "sent", gone)
	up.once(t, people)
}

// TestAPauseOutlivesARestart, and holds up nobody else.
func TestAPauseOutlivesARestart(t *testing.T) {
	up := newUpstream(t)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 4, rate: 400})
	paused := o.send(0, 400)
	o.run()
	wait(t, "under way", func() bool { return up.Count() > 20 })
	o.pauseBatch(paused.BatchID)
	o.restart()
	other := o.send(1000, 120)
	one := o.send(3000, 1)
	o.batch(other.BatchID, "sent beside a paused one", gone)
	o.batch(one.BatchID, "sent beside a paused one", gone)
	b := o.batch(paused.BatchID, "quiet", func(b db.Batch) bool { return b.NSubmitting == 0 })
	if b.NQueued == 0 || b.PausedAt == 0 {
		t.Fatalf("it is not paused any more: %+v", b)
	}
	o.resumeBatch(paused.BatchID)
	o.batch(paused.BatchID, "sent", gone)
	up.once(t, 521)
}

// TestALoneTextOvertakes a send of 20,000 at a slow pace: before it go only
// those that were claimed already, a second's worth.
func TestALoneTextOvertakes(t *testing.T) {
	const rate = 20
	up := newUpstream(t)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 4, rate: rate})
	o.send(0, desk.MaxAtOnce)
	o.run()
	for i := range 2 {
		wait(t, "under way", func() bool { return up.Count() > 3+i*25 })
		before := up.Count()
		one := o.send(50_000+i, 1)
		o.batch(one.BatchID, "sent", gone)
		wait(t, "with the provider", func() bool { return place(up, one) >= 0 })
		if ahead := place(up, one) - before; ahead > rate+1+4 {
			t.Errorf("%d of the large send left before the single text", ahead)
		}
	}
}

// place is the place of a single text among all that left, -1 before it did.
func place(up *upstream, one desk.Sent) int {
	for i, text := range up.Texts() {
		if "+"+text.To == string(one.Recipients[0].Number) || text.To == string(one.Recipients[0].Number) {
			return i
		}
	}
	return -1
}

// TestQuietHoursRestBulk: with the hours around now quiet, a send rests and a
// single text goes; when they end, it goes on by itself.
func TestQuietHoursRestBulk(t *testing.T) {
	up := newUpstream(t)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 4})
	set, err := o.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(set.Zone)
	minute := now.Hour()*60 + now.Minute()
	quiet := desk.QuietHours{From: (minute + 1440 - 60) % 1440, Until: (minute + 60) % 1440}
	if err := o.SaveQuietHours(t.Context(), desk.CommandLine(), quiet); err != nil {
		t.Fatal(err)
	}
	sent := o.send(0, 50)
	o.run()
	one := o.send(1000, 1)
	o.batch(one.BatchID, "sent", gone)
	time.Sleep(50 * time.Millisecond)
	if up.Count() != 1 {
		t.Errorf("%d left in the quiet hours", up.Count())
	}
	if err := o.SaveQuietHours(context.Background(), desk.CommandLine(), desk.QuietHours{Off: true}); err != nil {
		t.Fatal(err)
	}
	o.batch(sent.BatchID, "sent", gone)
	up.once(t, 51)
}

// TestAProviderPausedInTheMiddle of a send: nothing leaves after the pause but
// what was in flight, single texts neither, and then everybody has it once.
func TestAProviderPausedInTheMiddle(t *testing.T) {
	const concurrency, people = 6, 600
	up := newUpstream(t)
	up.SetLatency(3 * time.Millisecond)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: concurrency})
	sent := o.send(0, people)
	o.run()
	for round := 1; round <= 4; round++ {
		wait(t, "under way", func() bool { return up.Count() > round*60 })
		if err := o.PauseProvider(t.Context(), o.admin, "up"); err != nil {
			t.Fatal(err)
		}
		o.batch(sent.BatchID, "quiet", func(b db.Batch) bool { return b.NSubmitting == 0 })
		count := up.Count()
		if round == 2 {
			o.send(people, 1)
		}
		if round == 3 {
			o.restart()
		}
		time.Sleep(60 * time.Millisecond)
		if now := up.Count(); now != count {
			t.Fatalf("round %d: %d had left when the provider was paused, then %d did", round, count, now)
		}
		if err := o.ResumeProvider(t.Context(), o.admin, "up"); err != nil {
			t.Fatal(err)
		}
	}
	o.batch(sent.BatchID, "sent", gone)
	up.once(t, people+1)
}
