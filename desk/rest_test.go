package desk

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"textdesk/providers"
	"textdesk/sms"
)

// A retry that has to rest over night has as much validity in the morning as it
// had in the evening.
func TestRetryRestsOverNight(t *testing.T) {
	o := newOffice(t)
	o.quiet(t, DefaultQuiet)
	o.pass(9*time.Hour + 50*time.Minute) // 19:50 in London
	id := o.send(t, o.admin, Order{To: numbers(0, 2), Validity: time.Hour}).Recipients[0].MessageID
	for _, m := range o.leave(t, 10) {
		o.failed(t, m, &providers.Error{Kind: providers.Temporary, Text: "busy", RetryAfter: 5 * time.Minute}) // until 19:55
	}
	o.pass(12*time.Hour + 40*time.Minute) // 08:30, after 40 minutes
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.status(t, id); got != sms.Queued {
		t.Fatalf("after 40 of 60 minutes it is %s", got)
	}
	again := o.leave(t, 10)
	if len(again) != 2 {
		t.Fatalf("%d are tried again in the morning, want 2", len(again))
	}
	for _, m := range again {
		if left := m.ExpiresAt.Time().Sub(m.SubmittedAt.Time()); left != 20*time.Minute {
			t.Errorf("%v of validity are left, want 20 minutes", left)
		}
		o.failed(t, m, &providers.Error{Kind: providers.Temporary, Text: "busy", RetryAfter: time.Minute})
	}
	o.pass(21 * time.Minute)
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.status(t, id); got != sms.Expired {
		t.Errorf("after 61 of 60 minutes it is %s", got)
	}
	o.booksAreRight(t)
}

// TestValidityRunsWhileItCouldLeave: whatever order attempts, nights and pauses
// come in, a text expires when it has used up its validity, and that runs at all
// times but those in which it was due and nothing of its kind could leave.
func TestValidityRunsWhileItCouldLeave(t *testing.T) {
	o := newOffice(t)
	o.quiet(t, DefaultQuiet)
	london := zoneOf(t, "Europe/London")
	next := 0
	rapid.Check(t, func(rt *rapid.T) {
		validity := time.Duration(rapid.IntRange(1, 24*60).Draw(rt, "validity")) * time.Minute
		sent := o.send(t, o.admin, Order{To: numbers(next, 2), Validity: validity})
		next += 2
		id, batch := sent.Recipients[0].MessageID, sent.BatchID
		var used time.Duration
		due, paused, attempts := o.clock(), false, 0
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"wait", "wait", "wait", "try", "pause", "resume"}).Draw(rt, "step") {
			case "wait":
				from := o.clock()
				o.pass(time.Duration(rapid.IntRange(1, 5*60).Draw(rt, "minutes")) * time.Minute)
				to := o.clock()
				used += to.Sub(from)
				if paused {
					used -= to.Sub(from)
				} else {
					waits := from
					if due.After(waits) {
						waits = due
					}
					used -= DefaultQuiet.Within(waits.In(london), to)
				}
			case "try":
				for _, m := range o.leave(t, 1000) {
					rest := 5 * time.Minute
					o.failed(t, m, &providers.Error{Kind: providers.Temporary, Text: "busy", RetryAfter: rest})
					if m.ID == id {
						due = o.clock().Add(rest)
						attempts++
						if left := m.ExpiresAt.Time().Sub(m.SubmittedAt.Time()); left != validity-used {
							rt.Fatalf("at attempt %d %v of its validity are left, want %v", attempts, left, validity-used)
						}
						if due.After(m.ExpiresAt.Time()) {
							due = m.ExpiresAt.Time()
						}
					}
				}
			case "pause":
				if err := o.PauseBatch(t.Context(), o.admin, batch); err == nil {
					paused = true
				}
			case "resume":
				if paused {
					if err := o.ResumeBatch(t.Context(), o.admin, batch); err != nil {
						rt.Fatal(err)
					}
					paused = false
				}
			}
			if err := o.Expire(t.Context()); err != nil {
				rt.Fatal(err)
			}
			status := o.status(t, id)
			if paused {
				if status == sms.Expired && used <= validity {
					rt.Fatal("it expired in the pause")
				}
				continue
			}
			if want := used > validity; want != (status == sms.Expired) {
				rt.Fatalf("after %v of %v it is %s", used, validity, status)
			}
			if status == sms.Expired {
				break
			}
			m, err := o.store.Message(t.Context(), id)
			if err != nil {
				rt.Fatal(err)
			}
			now := o.clock()
			if left := DefaultQuiet.deadline(m, now.In(london)).Time().Sub(now); left != validity-used {
				rt.Fatalf("%v of its validity are left, want %v", left, validity-used)
			}
		}
		if _, err := o.Stop(t.Context(), o.admin, batch); err != nil {
			rt.Fatal(err)
		}
		if open := o.clock(); DefaultQuiet.At(open.In(london)) { // each begins by day
			o.pass(DefaultQuiet.Opens(open.In(london)).Sub(open))
		}
	})
}
