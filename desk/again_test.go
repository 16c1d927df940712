package desk

import (
	"errors"
	"sync"
	"testing"
	"time"

	"textdesk/providers"
	"textdesk/sms"
)

// ended makes a send of 12 of which three failed, two expired, and one each is
// delivered, on its way, in doubt, unknown, cancelled; the others wait.
func (o *office) ended(t *testing.T, a Actor) Sent {
	t.Helper()
	sent := o.send(t, a, Order{To: numbers(0, 12), Validity: time.Hour})
	marked := o.leave(t, 8)
	for _, m := range marked[:2] {
		o.failed(t, m, &providers.Error{Kind: providers.Rejected, Code: "-1", Text: "no"})
	}
	o.taken(t, marked[2:7])
	o.receipt(t, ref(marked[2].ID, 0), sms.Failed)
	o.receipt(t, ref(marked[3].ID, 0), sms.Expired)
	o.receipt(t, ref(marked[4].ID, 0), sms.Delivered)
	o.receipt(t, ref(marked[5].ID, 0), sms.Unknown)
	o.failed(t, marked[7], &providers.Error{Kind: providers.Ambiguous, Text: "hm"})
	if err := o.Cancel(t.Context(), o.admin, sent.Recipients[8].MessageID); err != nil {
		t.Fatal(err)
	}
	return sent
}

func TestSendAgainToThoseNotReached(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 100)
	sent := o.ended(t, jo)
	kim := o.user(t, "kim", LevelNormal, o.admin.User.ID, 100)
	if _, err := o.CheckAgain(t.Context(), kim, sent.BatchID); !errors.Is(err, ErrUnknownBatch) {
		t.Errorf("somebody else's: %v", err)
	}
	before := o.again(t, jo).User.Balance
	again, err := o.CheckAgain(t.Context(), o.again(t, jo), sent.BatchID)
	if err != nil || again.Draft.People != 4 || again.Draft.Credits != 4 {
		t.Fatalf("%+v %v", again.Draft, err)
	}
	if p, err := o.Progress(t.Context(), jo, sent.BatchID); err != nil || p.NotReached != 4 || len(p.Again) != 0 {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := o.SendAgainFailed(t.Context(), o.again(t, jo), sent.BatchID, "key", 3, 0, true); !errors.Is(err, ErrAgainChanged) {
		t.Errorf("others than were reviewed: %v", err)
	}
	further, err := o.SendAgainFailed(t.Context(), o.again(t, jo), sent.BatchID, "key", 4, 0, true)
	if err != nil || further.BatchID == sent.BatchID {
		t.Fatal(further, err)
	}
	if got := o.again(t, jo).User.Balance; got != before-4 {
		t.Errorf("the balance went from %d to %d", before, got)
	}
	b, err := o.Batch(t.Context(), jo, further.BatchID)
	if err != nil || int64(b.AgainOf) != sent.BatchID || b.Recipients != 4 || b.Body != "School is closed today." || b.Sender != "SCHOOL" || b.Validity != 3600 {
		t.Errorf("%+v %v", b, err)
	}
	// Submitted twice it is sent once, and nobody is left for another form.
	if twice, err := o.SendAgainFailed(t.Context(), o.again(t, jo), sent.BatchID, "key", 4, 0, true); err != nil || !twice.Again || twice.BatchID != further.BatchID {
		t.Errorf("submitted again: %+v %v", twice, err)
	}
	if _, err := o.SendAgainFailed(t.Context(), o.again(t, jo), sent.BatchID, "other", 4, 0, true); !errors.Is(err, ErrNobodyToSendTo) {
		t.Errorf("with another form: %v", err)
	}
	p, err := o.Progress(t.Context(), jo, sent.BatchID)
	if err != nil || p.NotReached != 0 || len(p.Again) != 1 || p.Again[0].ID != further.BatchID {
		t.Errorf("%+v %v", p, err)
	}
	// Another one fails: only that one is left.
	marked := o.leave(t, 1)
	o.failed(t, marked[0], &providers.Error{Kind: providers.Rejected, Text: "no"})
	if again, err := o.CheckAgain(t.Context(), o.again(t, jo), marked[0].BatchID); err != nil || again.Draft.People != 1 || again.Order.To[0] != string(marked[0].Number) {
		t.Errorf("%+v %v", again.Draft, err)
	}
	o.booksAreRight(t)
}

// TestTwoPeopleSendAgain at the same moment, and one of them does.
func TestTwoPeopleSendAgain(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 100)
	sent := o.ended(t, jo)
	var work sync.WaitGroup
	var mu sync.Mutex
	accepted := 0
	for i, a := range []Actor{o.again(t, jo), o.admin, o.again(t, jo), o.admin} {
		work.Go(func() {
			_, err := o.SendAgainFailed(t.Context(), a, sent.BatchID, string(rune('a'+i)), 4, 0, true)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				accepted++
			case !errors.Is(err, ErrAgainChanged) && !errors.Is(err, ErrNobodyToSendTo):
				t.Error(err)
			}
		})
	}
	work.Wait()
	if accepted != 1 {
		t.Errorf("it was sent again %d times", accepted)
	}
	o.booksAreRight(t)
}
