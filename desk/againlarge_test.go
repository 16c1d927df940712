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

// preparedAgain reads whom a send did not reach.
func (o *office) preparedAgain(t *testing.T, a Actor, batchID int64, key string) Prepared {
	t.Helper()
	id, err := o.PrepareAgain(t.Context(), o.again(t, a), batchID, key, 0)
	must(t, err)
	must(t, o.PrepareDrafts(t.Context()))
	p, err := o.Prepared(t.Context(), o.again(t, a), id)
	must(t, err)
	return p
}

// TestSendAgainToVeryMany: a mail merge to more people than are read at once goes
// again with exactly the text that each of them was to read, once.
func TestSendAgainToVeryMany(t *testing.T) {
	o := newOffice(t)
	n := large()
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
	if check, err := o.CheckAgain(t.Context(), o.again(t, jo), sent.BatchID); err != nil || !check.Large {
		t.Fatalf("%+v %v", check, err)
	}
	if _, err := o.SendAgainFailed(t.Context(), o.again(t, jo), sent.BatchID, "again", people, 0, true); !errors.Is(err, ErrAgainChanged) {
		t.Errorf("sent without reading who they are: %v", err)
	}
	if b, err := o.Progress(t.Context(), o.again(t, jo), sent.BatchID); err != nil || b.NotReached != int64(people) {
		t.Errorf("its page says that %d were not reached, %v", b.NotReached, err)
	}
	read := o.preparedAgain(t, jo, sent.BatchID, "again")
	longest := fmt.Sprintf("Dear Person %d, rowing is off.", n-1)
	if dr := read.Draft; dr.People != people || dr.Credits != int64(people) || len(dr.Problems) > 0 || !dr.Filled() {
		t.Fatalf("%d people, %d credits, %v", dr.People, dr.Credits, dr.Problems)
	}
	if who, err := o.PreparedPerson(t.Context(), read, read.Draft.Longest); err != nil || len(who.Text) != len(longest) {
		t.Errorf("the longest reads %q, %v", who.Text, err)
	}
	again, err := o.SendPrepared(t.Context(), o.again(t, jo), read.ID, true)
	must(t, err)
	// Nobody knows who is left while it is being written down.
	if b, err := o.Batch(t.Context(), jo, again.BatchID); err != nil || b.NStaged == 0 || int64(b.AgainOf) != sent.BatchID || b.Recipients != int64(people) {
		t.Fatalf("%+v %v", b, err)
	}
	if _, err := o.CheckAgain(t.Context(), o.again(t, jo), sent.BatchID); !errors.Is(err, ErrAgainChanged) {
		t.Errorf("while it is being written down: %v", err)
	}
	if twice, err := o.SendPrepared(t.Context(), o.again(t, jo), read.ID, true); err != nil || !twice.Again || twice.BatchID != again.BatchID {
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
	if rest := o.preparedAgain(t, jo, sent.BatchID, "rest"); len(rest.Draft.Problems) != 1 || !errors.Is(rest.Draft.Problems[0], ErrNobodyToSendTo) {
		t.Errorf("after it: %v", rest.Draft.Problems)
	}
	if b, err := o.Progress(t.Context(), o.again(t, jo), sent.BatchID); err != nil || b.NotReached != 0 {
		t.Errorf("after it, its page says that %d were not reached, %v", b.NotReached, err)
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
	drafts := make([]Prepared, 4)
	for i := range drafts {
		if drafts[i] = o.preparedAgain(t, o.admin, sent.BatchID, fmt.Sprint("key", i)); drafts[i].Draft.People != 29 || drafts[i].Draft.Suppressed != 1 {
			t.Fatalf("%+v", drafts[i].Draft)
		}
	}
	var work sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		work.Go(func() {
			_, errs[i] = o.SendPrepared(context.Background(), o.admin, drafts[i].ID, true)
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

// TestOneMoreHasFailedSinceTheyWereRead: what was looked at is not what it would be
// now, so it is looked at again.
func TestOneMoreHasFailedSinceTheyWereRead(t *testing.T) {
	o := newOffice(t)
	o.againAtOnce = 5
	sent := o.send(t, o.admin, Order{To: numbers(0, 30)})
	o.pass(time.Minute)
	left := o.leave(t, 30)
	fail := func(m db.Message) Outcome {
		return Outcome{Message: m, Err: &providers.Error{Kind: providers.Rejected, Code: "-1", Text: "no"}, Last: true}
	}
	var outcomes []Outcome
	for _, m := range left[:20] {
		outcomes = append(outcomes, fail(m))
	}
	must(t, o.Record(t.Context(), outcomes))
	p := o.preparedAgain(t, o.admin, sent.BatchID, "early")
	must(t, o.Record(t.Context(), []Outcome{fail(left[20])}))
	if _, err := o.SendPrepared(t.Context(), o.admin, p.ID, true); !errors.Is(err, ErrAgainChanged) {
		t.Errorf("sent to %d of 21: %v", p.Draft.People, err)
	}
	if p = o.preparedAgain(t, o.admin, sent.BatchID, "late"); p.Draft.People != 21 {
		t.Errorf("%d were read", p.Draft.People)
	}
	if _, err := o.SendPrepared(t.Context(), o.admin, p.ID, true); err != nil {
		t.Error(err)
	}
}
