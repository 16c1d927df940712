package desk

import (
	"context"
	"errors"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// expiries are the ends of validity of a batch's messages, by id.
func (o *office) expiries(t *testing.T, batchID int64) map[int64]db.Millis {
	t.Helper()
	all := map[int64]db.Millis{}
	err := o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: batchID}, func(m db.Message) error {
		all[m.ID] = m.ExpiresAt
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (o *office) pauseBatch(t *testing.T, id int64) {
	t.Helper()
	if err := o.PauseBatch(t.Context(), o.admin, id); err != nil {
		t.Fatal(err)
	}
}

func (o *office) resumeBatch(t *testing.T, id int64) {
	t.Helper()
	if err := o.ResumeBatch(t.Context(), o.admin, id); err != nil {
		t.Fatal(err)
	}
}

func TestPauseIsExact(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, 100)})
	other := o.send(t, o.admin, Order{To: numbers(500, 40)})
	flying := o.leave(t, 16)
	claimed, err := o.Claim(t.Context(), o.provider, 0, 30)
	if err != nil || len(claimed) != 30 {
		t.Fatal(len(claimed), err)
	}
	o.pauseBatch(t, sent.BatchID)
	marked, err := o.Mark(t.Context(), claimed)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range marked {
		if m.BatchID == sent.BatchID {
			t.Fatalf("message %d left after the pause", m.ID)
		}
	}
	// The other send goes on to its end, and then nothing is due.
	o.taken(t, marked)
	for more := o.leave(t, 50); len(more) > 0; more = o.leave(t, 50) {
		o.taken(t, more)
	}
	if next, err := o.NextDue(t.Context(), o.provider); err != nil || !next.IsZero() {
		t.Errorf("with all that is left paused, something is due at %v: %v", next, err)
	}
	// One in flight comes back and waits with the others.
	o.failed(t, flying[0], &providers.Error{Kind: providers.Temporary, Text: "refused"})
	o.taken(t, flying[1:])
	o.pass(time.Hour)
	if got := o.leave(t, 50); len(got) > 0 {
		t.Errorf("%d leave from a paused send", len(got))
	}
	p, err := o.Progress(t.Context(), o.admin, sent.BatchID)
	if err != nil || p.Batch.PausedAt == 0 || p.PausedBy != "admin" {
		t.Errorf("%+v %v", p, err)
	}
	left := p.Waiting()
	o.resumeBatch(t, sent.BatchID)
	var gone int64
	for more := o.leave(t, 50); len(more) > 0; more = o.leave(t, 50) {
		for _, m := range more {
			if m.BatchID != sent.BatchID {
				t.Errorf("message %d of another send", m.ID)
			}
		}
		gone += int64(len(more))
		o.taken(t, more)
	}
	if gone != left {
		t.Errorf("%d left after the resume, %d were waiting", gone, left)
	}
	for id, n := range map[int64]int64{sent.BatchID: 100, other.BatchID: 40} {
		if b, err := o.Batch(t.Context(), o.admin, id); err != nil || b.NSubmitted != n {
			t.Errorf("send %d: %+v %v", id, b, err)
		}
	}
	o.booksAreRight(t)
}

func TestPauseRefusals(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, 3)})
	kim := o.user(t, "kim", LevelNormal, o.admin.User.ID, 5)
	if err := o.PauseBatch(t.Context(), kim, sent.BatchID); !errors.Is(err, ErrUnknownBatch) {
		t.Errorf("somebody else's: %v", err)
	}
	if err := o.ResumeBatch(t.Context(), kim, sent.BatchID); !errors.Is(err, ErrUnknownBatch) {
		t.Errorf("somebody else's: %v", err)
	}
	if err := o.ResumeBatch(t.Context(), o.admin, sent.BatchID); !errors.Is(err, ErrNotPaused) {
		t.Errorf("one that runs: %v", err)
	}
	o.pauseBatch(t, sent.BatchID)
	o.pauseBatch(t, sent.BatchID) // stays so
	if n, err := o.Stop(t.Context(), o.admin, sent.BatchID); err != nil || n != 3 {
		t.Errorf("stopped %d: %v", n, err)
	}
	if b, err := o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.PausedAt != 0 {
		t.Errorf("stopped and still paused: %+v %v", b, err)
	}
	if err := o.PauseBatch(t.Context(), o.admin, sent.BatchID); !errors.Is(err, ErrNothingToPause) {
		t.Errorf("one that is over: %v", err)
	}
	// A child's send is the administrator's to pause.
	child := o.send(t, kim, Order{To: numbers(10, 2)})
	o.pauseBatch(t, child.BatchID)
	if err := o.ResumeBatch(t.Context(), o.again(t, kim), child.BatchID); err != nil {
		t.Error(err)
	}
	o.booksAreRight(t)
}

// TestValidityRestsWhilePaused: to the millisecond, in several steps.
func TestValidityRestsWhilePaused(t *testing.T) {
	o := newOffice(t)
	const n = 2*resumeStep + 1700
	sent := o.send(t, o.admin, Order{To: numbers(0, n), Validity: time.Hour})
	flying := o.leave(t, 10)
	before := o.expiries(t, sent.BatchID)
	o.pass(50 * time.Minute)
	o.pauseBatch(t, sent.BatchID)
	o.pass(7*time.Hour + 123*time.Millisecond)
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.resumeBatch(t, sent.BatchID)
	in := map[int64]bool{}
	for _, m := range flying {
		in[m.ID] = true
	}
	for id, at := range o.expiries(t, sent.BatchID) {
		want := before[id].Add(7*time.Hour + 123*time.Millisecond)
		if in[id] {
			want = before[id] // it did not wait
		}
		if at != want {
			t.Fatalf("message %d expires at %v, want %v", id, at.Time(), want.Time())
		}
	}
	o.taken(t, flying)
	o.pass(9 * time.Minute)
	if got := o.leave(t, 100); len(got) != 100 {
		t.Errorf("%d leave with a minute to go", len(got))
	}
	o.pass(2 * time.Minute)
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b, err := o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.NExpired != n-110 {
		t.Errorf("%+v %v", b, err)
	}
	o.booksAreRight(t)
}

// TestAResumeThatBreaksOff goes on where it was, and owes the time since.
func TestAResumeThatBreaksOff(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, resumeStep+50), Validity: time.Hour})
	before := o.expiries(t, sent.BatchID)
	o.pauseBatch(t, sent.BatchID)
	o.pass(3 * time.Hour)
	step := func(first bool) (done bool) {
		err := o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = o.resume(ctx, tx, o.admin, sent.BatchID, first)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if step(true) {
		t.Fatal("the first step was the last")
	}
	// It breaks off: nothing leaves.
	if got := o.leave(t, 5); len(got) > 0 {
		t.Errorf("%d leave while it is being resumed", len(got))
	}
	o.pass(2 * time.Hour)
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Somebody pauses it, so whoever is at it stops.
	o.pauseBatch(t, sent.BatchID)
	if !step(false) {
		t.Error("it goes on though somebody has paused it")
	}
	if got := o.leave(t, 5); len(got) > 0 {
		t.Errorf("%d leave after it was paused again", len(got))
	}
	o.resumeBatch(t, sent.BatchID)
	for id, at := range o.expiries(t, sent.BatchID) {
		if want := before[id].Add(5 * time.Hour); at != want {
			t.Fatalf("message %d expires at %v, want %v", id, at.Time(), want.Time())
		}
	}
	if got := o.leave(t, 5); len(got) != 5 {
		t.Errorf("%d leave after it was resumed", len(got))
	}
}

func TestAPausedSchedule(t *testing.T) {
	o := newOffice(t)
	at := start.Add(2 * time.Hour)
	sent := o.send(t, o.admin, Order{To: numbers(0, 3), SendAt: at, Validity: time.Hour})
	id := sent.Recipients[0].MessageID
	o.pauseBatch(t, sent.BatchID)
	// Resumed before its time: as if nothing had been.
	o.pass(time.Hour)
	o.resumeBatch(t, sent.BatchID)
	m, err := o.store.Message(t.Context(), id)
	if err != nil || m.Status != sms.Scheduled || m.DueAt != db.At(at) || m.ExpiresAt != db.At(at.Add(time.Hour)) {
		t.Errorf("%+v %v", m, err)
	}
	// Paused over its time: it waits, and goes when somebody says so.
	o.pauseBatch(t, sent.BatchID)
	o.pass(time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.pass(5 * time.Hour)
	if got := o.leave(t, 5); len(got) > 0 {
		t.Errorf("%d leave from a paused send at its time", len(got))
	}
	o.resumeBatch(t, sent.BatchID)
	if m, err = o.store.Message(t.Context(), id); err != nil || m.ExpiresAt != db.At(at.Add(6*time.Hour)) {
		t.Errorf("its hour of validity ends at %v, want 5 hours later than planned: %v", m.ExpiresAt.Time(), err)
	}
	if got := o.leave(t, 5); len(got) != 3 {
		t.Errorf("%d leave when it is resumed", len(got))
	}
	o.booksAreRight(t)
}

// TestPausedAndHeld: the desk was down at the time of a paused send. Whoever
// resumes it is asked, because nobody has seen that it is late.
func TestPausedAndHeld(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, 3), SendAt: start.Add(time.Hour)})
	o.pauseBatch(t, sent.BatchID)
	o.pass(5 * time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.resumeBatch(t, sent.BatchID)
	if got := o.leave(t, 5); len(got) > 0 {
		t.Errorf("%d of a late send leave unasked", len(got))
	}
	if err := o.Release(t.Context(), o.admin, sent.BatchID); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 5); len(got) != 3 {
		t.Errorf("%d leave when it is released", len(got))
	}
}

func TestPausedOverARestart(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(0, 20)})
	o.leave(t, 4)
	o.pauseBatch(t, sent.BatchID)
	if _, err := o.Recover(t.Context(), o.provider, true); err != nil { // what was in flight waits again
		t.Fatal(err)
	}
	if got := o.leave(t, 50); len(got) > 0 {
		t.Errorf("%d leave after the restart", len(got))
	}
	o.resumeBatch(t, sent.BatchID)
	if got := o.leave(t, 50); len(got) != 20 {
		t.Errorf("%d leave after the resume", len(got))
	}
	o.booksAreRight(t)
}

// TestATextAloneLeavesAtOnce: while a send of 20,000 runs, a single text is the
// first of the next claim, whatever is paused, held or resting.
func TestATextAloneLeavesAtOnce(t *testing.T) {
	o := newOffice(t)
	big := o.send(t, o.admin, Order{To: numbers(0, MaxAtOnce)})
	paused := o.send(t, o.admin, Order{To: numbers(30_000, 200)})
	o.pauseBatch(t, paused.BatchID)
	o.taken(t, o.leave(t, 100))
	for i := range 5 {
		o.pass(time.Second)
		one := o.send(t, o.admin, Order{To: numbers(50_000+i, 1)})
		next := o.leave(t, 8)
		if len(next) != 8 || next[0].BatchID != one.BatchID || next[1].BatchID != big.BatchID {
			t.Fatalf("the next to leave are %v, want the single text first", next)
		}
		o.taken(t, next)
	}
	if b, err := o.Batch(t.Context(), o.admin, paused.BatchID); err != nil || b.NQueued != 200 {
		t.Errorf("%+v %v", b, err)
	}
}
