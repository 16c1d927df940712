package desk

import (
	"errors"
	"testing"
	"time"

	"textdesk/providers"
	"textdesk/sms"
)

func TestALateScheduleIsHeld(t *testing.T) {
	for _, c := range []struct {
		late time.Duration
		goes bool
	}{{0, true}, {59 * time.Minute, true}, {time.Hour, true}, {61 * time.Minute, false}, {30 * time.Hour, false}} {
		o := newOffice(t)
		sent := o.send(t, o.admin, Order{To: numbers(1, 3), SendAt: start.Add(24 * time.Hour), Validity: time.Hour})
		if next, err := o.Promote(t.Context()); err != nil || !next.Equal(start.Add(24*time.Hour)) {
			t.Fatalf("next is %v: %v", next, err)
		}
		if got := o.leave(t, 10); len(got) > 0 {
			t.Fatalf("%d left a day early", len(got))
		}
		o.pass(24*time.Hour + c.late)
		if _, err := o.Promote(t.Context()); err != nil {
			t.Fatal(err)
		}
		b, err := o.Batch(t.Context(), o.admin, sent.BatchID)
		if err != nil || (b.HeldAt == 0) != c.goes {
			t.Errorf("%v late, held since %v: %v", c.late, b.HeldAt, err)
		}
		if c.goes {
			continue
		}
		if next, err := o.Promote(t.Context()); err != nil || next.Before(o.clock()) {
			t.Errorf("a held send is due at %v: %v", next, err)
		}
		if got := o.leave(t, 10); len(got) > 0 {
			t.Errorf("%d of a held send left", len(got))
		}
		if err := o.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at, err := o.Attention(t.Context(), o.admin); err != nil || len(at.Held) != 1 {
			t.Errorf("nobody is asked: %+v %v", at, err)
		}
		if err := o.Release(t.Context(), o.admin, sent.BatchID); err != nil {
			t.Fatal(err)
		}
		if got := o.leave(t, 10); len(got) != 3 {
			t.Errorf("%d of 3 leave when a person says so", len(got))
		}
		if err := o.Release(t.Context(), o.admin, sent.BatchID); !errors.Is(err, ErrNotHeld) {
			t.Errorf("released twice: %v", err)
		}
		o.booksAreRight(t)
	}
}

// A send that is held for another reason before its time keeps its time.
func TestReleaseKeepsATimeThatHasNotCome(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(1, 3), SendAt: start.Add(24 * time.Hour)})
	if err := o.store.Write(t.Context(), hold(sent.BatchID)); err != nil {
		t.Fatal(err)
	}
	if err := o.Release(t.Context(), o.admin, sent.BatchID); err != nil {
		t.Fatal(err)
	}
	if got := o.leave(t, 10); len(got) > 0 {
		t.Errorf("%d left a day early", len(got))
	}
}

func TestValidityEndsForWhatWaits(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(1, 3), Validity: time.Hour})
	claimed, err := o.Claim(t.Context(), o.provider, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	o.pass(time.Hour + time.Millisecond)
	if marked, err := o.Mark(t.Context(), claimed); err != nil || len(marked) > 0 {
		t.Errorf("%d left after their validity: %v", len(marked), err)
	}
	if err := o.Expire(t.Context()); err != nil { // nobody claims them: the provider is in trouble
		t.Fatal(err)
	}
	if b, err := o.Batch(t.Context(), o.admin, sent.BatchID); err != nil || b.NExpired != 3 {
		t.Errorf("%d of 3 are expired: %v", b.NExpired, err)
	}
	if u := o.again(t, o.admin).User; u.Balance != 0 || u.Reserved != 0 {
		t.Errorf("their credits did not come back: %+v", u)
	}
	o.booksAreRight(t)
}

func TestARetryPastTheValidityExpires(t *testing.T) {
	o := newOffice(t)
	id := o.send(t, o.admin, Order{To: numbers(1, 1), Validity: time.Minute}).Recipients[0].MessageID
	marked := o.leave(t, 1)
	o.failed(t, marked[0], &providers.Error{Kind: providers.Throttled, RetryAfter: time.Hour})
	m, err := o.store.Message(t.Context(), id)
	if err != nil || m.Status != sms.Queued || m.DueAt != m.ExpiresAt+1 || m.SubmittedAt != 0 {
		t.Fatalf("%+v %v", m, err)
	}
	o.pass(time.Minute + time.Millisecond)
	if got := o.leave(t, 1); len(got) > 0 {
		t.Error("it left after its validity")
	}
	if got := o.status(t, id); got != sms.Expired {
		t.Errorf("it is %s", got)
	}
}

func TestSeventyTwoHours(t *testing.T) {
	o := newOffice(t)
	early := o.send(t, o.admin, Order{To: numbers(1, 2)})
	o.taken(t, o.leave(t, 2))
	o.pass(time.Hour)
	late := o.send(t, o.admin, Order{To: numbers(1, 1)}).Recipients[0].MessageID
	o.taken(t, o.leave(t, 1))
	first, second := early.Recipients[0].MessageID, early.Recipients[1].MessageID
	o.receipt(t, ref(second, 0), sms.Sent)
	o.pass(71*time.Hour + time.Minute)
	if err := o.GiveUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int64]sms.Status{first: sms.Unknown, second: sms.Unknown, late: sms.Submitted} {
		if got := o.status(t, id); got != want {
			t.Errorf("message %d is %s, want %s", id, got, want)
		}
	}
	o.receipt(t, ref(first, 0), sms.Delivered)
	if got := o.status(t, first); got != sms.Delivered {
		t.Errorf("a late receipt makes it %s", got)
	}
	o.booksAreRight(t)
}

func TestUndo(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(1, 2), Undo: 20 * time.Second})
	o.pass(19 * time.Second)
	if got := o.leave(t, 10); len(got) > 0 {
		t.Errorf("%d left within the time to undo", len(got))
	}
	o.pass(time.Second)
	if got := o.leave(t, 10); len(got) != 2 {
		t.Errorf("%d left after it", len(got))
	}
	_ = sent
}
