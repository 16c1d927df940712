package killtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers/fastsms/fastsmstest"
	"textdesk/sms"
)

// repeats is how much the test of repeating sends does.
type repeats struct {
	sends, kills, concurrency int
	longest                   time.Duration // that one life of the program lasts
}

func repeatSizes() repeats {
	if os.Getenv("TEXTDESK_CHAOS") != "" {
		return repeats{sends: 40, kills: 60, concurrency: 8, longest: 900 * time.Millisecond}
	}
	return repeats{sends: 12, kills: 6, concurrency: 4, longest: 300 * time.Millisecond}
}

// occurrence is a time of a repeating send that has to be accounted for.
type occurrence struct {
	send int64
	at   db.Millis
}

// TestKillRecurring kills the real program around the times of repeating sends.
// Each time makes exactly one batch, or is written down as missed; none gets
// lost, and none comes twice.
func TestKillRecurring(t *testing.T) {
	want, dir := repeatSizes(), t.TempDir()
	now := uint64(time.Now().UnixNano())
	t.Logf("seed %d", now)
	r := rand.New(rand.NewPCG(now, 2))

	upstream := fastsmstest.New("t")
	upstream.SetLatency(3 * time.Millisecond)
	server := httptest.NewServer(upstream)
	defer server.Close()
	must(t, dir, "correct horse battery\n", "user", "add", "boss", "--level", "admin", "--credits", "unlimited", "--password-stdin")
	must(t, dir, "", "provider", "add", "up", "--kind", "fastsms", "--default", "--set", "url="+server.URL, "--set", "token=t",
		"--set", "rate=0", "--set", fmt.Sprint("concurrency=", want.concurrency))
	ids := repeatingSends(t, dir, want.sends)

	due, late := map[occurrence]bool{}, map[occurrence]bool{}
	for range want.kills {
		come(t, dir, ids, want.longest, r, due, late)
		s := serve(t, dir)
		time.Sleep(time.Duration(r.Int64N(int64(want.longest))))
		s.kill(t)
	}
	// The last life does what is left.
	s := serve(t, dir)
	comesToAnEnd(t, dir, upstream)
	s.stop(t)
	if text := must(t, dir, "", "check"); !strings.Contains(text, "The books are right") {
		t.Error(text)
	}
	accountFor(t, dir, upstream, ids, due, late, want)
}

// repeatingSends adds some that come every hour, each to three numbers of its
// own.
func repeatingSends(t *testing.T, dir string, n int) (ids []int64) {
	t.Helper()
	d, store, boss := awake(t, dir)
	defer store.Close()
	set, err := d.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set.Guard.PerNumber = 0
	if err := d.SaveGuard(t.Context(), desk.CommandLine(), set.Guard); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		id, err := d.AddRecurring(t.Context(), desk.Actor{User: boss, Door: "page"}, desk.RecurringForm{Name: fmt.Sprint("Round ", i), Sender: "SCHOOL",
			Body: "Please take the register.", To: desk.To{Numbers: []string{"+" + number(3*i), "+" + number(3*i+1), "+" + number(3*i+2)}},
			RuleForm: desk.RuleForm{Every: string(desk.EveryHour), Time: fmt.Sprintf("00:%02d", i%60)}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// come has the next time of each repeating send come in the life that follows,
// but for those whose last one still waits. Some came long before it.
func come(t *testing.T, dir string, ids []int64, longest time.Duration, r *rand.Rand, due, late map[occurrence]bool) {
	t.Helper()
	_, store := opened(t, dir)
	defer store.Close()
	now := time.Now()
	err := store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ids {
			row, err := tx.Recurring(ctx, id)
			if err != nil {
				return err
			}
			if row.NextAt < db.At(now.Add(2*longest)) {
				continue // killed before it ran; it is due
			}
			o, long := occurrence{id, db.At(now.Add(time.Duration(r.Int64N(int64(2 * longest)))))}, r.IntN(6) == 0
			if long {
				// The times of every hour since then have passed as well, so that only the
				// last of them is asked about; this one is left out, and said to be.
				o.at = db.At(now.Add(-time.Duration(61+r.IntN(600)) * time.Minute))
			}
			if due[o] || late[o] {
				continue
			}
			if err := tx.StepRecurring(ctx, db.StepRecurringParams{ID: id, Passed: row.Passed, NextAt: o.at}); err != nil {
				return err
			}
			if long {
				late[o] = true
			} else {
				due[o] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// accountFor compares the times with what became of them, and that with what
// the upstream took.
func accountFor(t *testing.T, dir string, upstream *fastsmstest.Service, ids []int64, due, late map[occurrence]bool, want repeats) {
	t.Helper()
	d, store := opened(t, dir)
	defer store.Close()
	sent, said := map[int64]bool{}, 0
	for _, id := range ids {
		send, err := d.Recurring(t.Context(), desk.CommandLine(), id)
		if err != nil {
			t.Fatal(err)
		}
		runs, older, err := d.Runs(t.Context(), send, time.Time{}, 10_000)
		if err != nil || older {
			t.Fatal(older, err)
		}
		seen := map[occurrence]bool{}
		for _, run := range runs {
			o := occurrence{id, run.OccurrenceAt}
			if seen[o] {
				t.Errorf("%v stands there twice", o)
			}
			seen[o] = true
			switch run.State {
			case desk.RunSent:
				if b := int64(run.BatchID); b == 0 || sent[b] {
					t.Errorf("%v made batch %d", o, b)
				} else {
					sent[b] = true
				}
				if late[o] {
					t.Errorf("%v was sent though it was more than an hour late", o)
				}
			case desk.RunMissed, desk.RunSkipped:
				if said++; due[o] {
					t.Errorf("%v was not sent: %s %q", o, run.State, run.Reason)
				}
				if run.State == desk.RunSkipped && run.Reason == "" {
					t.Errorf("%v was left out without saying why", o)
				}
			default:
				t.Errorf("%v is %s: %s", o, run.State, run.Reason)
			}
		}
		for _, all := range []map[occurrence]bool{due, late} {
			for o := range all {
				if o.send == id && !seen[o] {
					t.Errorf("%v came, and nothing is said of it", o)
				}
			}
		}
	}
	// Every batch is of a time, and each of its texts left at most once.
	taken := map[string]int{}
	for _, text := range upstream.Texts() {
		taken[text.To]++
	}
	least, most, doubts := map[string]int{}, map[string]int{}, 0
	err := store.EachMessage(t.Context(), db.MessageFilter{}, func(m db.Message) error {
		to := m.Number.Digits()
		most[to]++
		switch m.Status {
		case sms.Submitted, sms.Sent, sms.Delivered:
			least[to]++
		case sms.InDoubt:
			doubts++
		default:
			t.Errorf("message %d is still %s", m.ID, m.Status)
		}
		if !sent[m.BatchID] {
			t.Errorf("batch %d is of no time", m.BatchID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for to := range most {
		if n := taken[to]; n < least[to] || n > most[to] {
			t.Errorf("%s was texted %d times, want %d to %d", to, n, least[to], most[to])
		}
		delete(taken, to)
	}
	if len(taken) > 0 {
		t.Errorf("texted without a message: %v", taken)
	}
	if limit := want.kills * want.concurrency; doubts > limit {
		t.Errorf("%d are in doubt after %d kills with %d calls in flight", doubts, want.kills, want.concurrency)
	}
	if len(sent) == 0 || len(late) > 0 && said == 0 {
		t.Errorf("%d batches, and %d times were said to be missed or left out: nothing was tried", len(sent), said)
	}
	t.Logf("%d times came and %d had come long before, %d kills; %d batches, %d said to be missed or left out, %d texts in doubt",
		len(due), len(late), want.kills, len(sent), said, doubts)
}
