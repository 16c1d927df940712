package desk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// allFail has the provider refuse everything of a send but some.
func (o *office) allFail(t *testing.T, but int) {
	t.Helper()
	o.pass(time.Minute)
	for got := o.leave(t, 2000); len(got) > 0; got = o.leave(t, 2000) {
		var outcomes []Outcome
		for _, m := range got {
			if but > 0 {
				but--
				outcomes = append(outcomes, Outcome{Message: m, Acceptance: providers.Acceptance{References: []string{ref(m.ID, 0)}}, Last: true})
				continue
			}
			outcomes = append(outcomes, Outcome{Message: m, Err: &providers.Error{Kind: providers.Rejected, Code: "-1", Text: "no"}, Last: true})
		}
		must(t, o.Record(t.Context(), outcomes))
	}
}

// textsOf are the texts of a send by number.
func (o *office) textsOf(t *testing.T, batchID int64) map[sms.MSISDN]string {
	t.Helper()
	texts := map[sms.MSISDN]string{}
	must(t, o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: batchID}, func(m db.Message) error {
		texts[m.Number] = m.Body
		return nil
	}))
	return texts
}

// TestSendAgainToVeryMany: a mail merge to more people than are read at once goes
// again with exactly the text that each of them was to read, once.
func TestSendAgainToVeryMany(t *testing.T) {
	o := newOffice(t)
	n := large()
	if raceDetector {
		o.againAtOnce = 2 * chunkSize
	}
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, int64(3*n))
	p := o.prepared(t, jo, merged(bigList(t, o, jo, n), "k"))
	sent, err := o.SendPrepared(t.Context(), o.again(t, jo), p.ID, true)
	must(t, err)
	must(t, o.AcceptAll(t.Context()))
	o.allFail(t, 10)
	was := o.textsOf(t, sent.BatchID)
	reached := 0
	must(t, o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: sent.BatchID}, func(m db.Message) error {
		if m.Status == sms.Submitted {
			delete(was, m.Number)
			reached++
		}
		return nil
	}))
	if reached != 10 || int64(len(was)) <= o.againAtOnce {
		t.Fatalf("%d were reached, %d were not", reached, len(was))
	}
	people := n - 10
	check, err := o.CheckAgain(t.Context(), o.again(t, jo), sent.BatchID)
	must(t, err)
	longest := fmt.Sprintf("Dear Person %d, rowing is off.", n-1)
	if dr := check.Draft; dr.People != people || dr.Credits != int64(people) || dr.Estimated || len(dr.Problems) > 0 || !dr.Filled() || len(dr.Text(dr.Longest)) != len(longest) {
		t.Fatalf("%d people, %d credits, longest %d, %v", dr.People, dr.Credits, dr.Longest, dr.Problems)
	}
	if _, err := o.SendAgainFailed(t.Context(), o.again(t, jo), sent.BatchID, "again", people-1, 0, true); !errors.Is(err, ErrAgainChanged) {
		t.Errorf("others than were reviewed: %v", err)
	}
	again, err := o.SendAgainFailed(t.Context(), o.again(t, jo), sent.BatchID, "again", people, 0, true)
	must(t, err)
	// Nobody knows who is left while it is being written down.
	if b, err := o.Batch(t.Context(), jo, again.BatchID); err != nil || b.NStaged == 0 || int64(b.AgainOf) != sent.BatchID || b.Recipients != int64(people) {
		t.Fatalf("%+v %v", b, err)
	}
	if _, err := o.CheckAgain(t.Context(), o.again(t, jo), sent.BatchID); !errors.Is(err, ErrAgainChanged) {
		t.Errorf("while it is being written down: %v", err)
	}
	if twice, err := o.SendAgainFailed(t.Context(), o.again(t, jo), sent.BatchID, "again", people, 0, true); err != nil || !twice.Again || twice.BatchID != again.BatchID {
		t.Errorf("submitted twice: %+v %v", twice, err)
	}
	must(t, o.AcceptAll(t.Context()))
	got := o.textsOf(t, again.BatchID)
	if len(got) != len(was) {
		t.Errorf("%d get it again, %d were not reached", len(got), len(was))
	}
	for number, text := range was {
		if got[number] != text {
			t.Fatalf("%s reads %q, was to read %q", number, got[number], text)
		}
	}
	if _, err := o.CheckAgain(t.Context(), o.again(t, jo), sent.BatchID); !errors.Is(err, ErrNobodyToSendTo) {
		t.Errorf("after it: %v", err)
	}
	if left := o.again(t, jo).User.Balance; left != int64(3*n-10-people) {
		t.Errorf("%d credits are left", left)
	}
	o.booksAreRight(t)
}

// TestTwoPeopleSendAgainToMany at the same moment, and one of them does. One text
// for all is the send's own.
func TestTwoPeopleSendAgainToMany(t *testing.T) {
	o := newOffice(t)
	o.againAtOnce = 5
	sent := o.send(t, o.admin, Order{To: numbers(0, 30)})
	o.allFail(t, 0)
	must(t, first2(o.Suppress(t.Context(), o.admin, number(3), "asked")))
	check, err := o.CheckAgain(t.Context(), o.admin, sent.BatchID)
	if err != nil || check.Draft.Filled() || check.Draft.People != 29 || check.Draft.Suppressed != 1 {
		t.Fatalf("%+v %v", check.Draft, err)
	}
	var work sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		work.Go(func() {
			_, errs[i] = o.SendAgainFailed(context.Background(), o.admin, sent.BatchID, fmt.Sprint("key", i), 29, 0, true)
		})
	}
	work.Wait()
	accepted := 0
	for _, err := range errs {
		switch {
		case err == nil:
			accepted++
		case !errors.Is(err, ErrAgainChanged) && !errors.Is(err, ErrNobodyToSendTo):
			t.Error(err)
		}
	}
	if accepted != 1 {
		t.Errorf("it was sent again %d times", accepted)
	}
	o.booksAreRight(t)
}
