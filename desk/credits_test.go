package desk

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

func TestTwoSendsCannotSpendTheSameCredit(t *testing.T) {
	o := newOffice(t)
	a := o.user(t, "sam", LevelNormal, o.admin.User.ID, 50)
	var sent, refused atomic.Int64
	var work sync.WaitGroup
	for i := range 20 {
		work.Go(func() {
			// Each one still believes that there are 50.
			_, err := o.Send(context.Background(), a, Order{To: numbers(i*10, 7), Sender: "SCHOOL", Body: "Hello"})
			switch {
			case err == nil:
				sent.Add(1)
			case errors.Is(err, ErrNoCredits):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	work.Wait()
	if sent.Load() != 7 || refused.Load() != 13 {
		t.Errorf("%d sends of 7 went through with 50 credits, %d were refused", sent.Load(), refused.Load())
	}
	if u := o.again(t, a).User; u.Balance != 1 || u.Reserved != 49 {
		t.Errorf("balance %d, reserved %d", u.Balance, u.Reserved)
	}
	o.booksAreRight(t)
}

func TestPartlyPaysForTheFirst(t *testing.T) {
	o := newOffice(t)
	a := o.user(t, "sam", LevelNormal, o.admin.User.ID, 3)
	to := append([]string{"nonsense"}, numbers(1, 5)...)
	to = append(to, number(1))
	sent := o.send(t, a, Order{To: to, Partly: true})
	var ids, short int
	for _, r := range sent.Recipients {
		if r.MessageID != 0 {
			ids++
		}
		if r.Refusal != nil && r.Refusal.Code == ErrNoCredits.Code {
			short++
		}
	}
	if ids != 4 || short != 2 || sent.Recipients[0].Refusal == nil || sent.Recipients[1].MessageID != sent.Recipients[6].MessageID {
		t.Errorf("%d have a message (one of them twice), %d lack credits: %+v", ids, short, sent.Recipients)
	}
	if u := o.again(t, a).User; u.Balance != 0 {
		t.Errorf("balance %d", u.Balance)
	}
	if _, err := o.Send(t.Context(), o.again(t, a), Order{To: numbers(1, 2), Sender: "SCHOOL", Body: "x", Partly: true}); !errors.Is(err, ErrNoCredits) {
		t.Errorf("with nothing left: %v", err)
	}
	o.booksAreRight(t)
}

func TestUnlimitedGoesBelowZeroAndNobodyElse(t *testing.T) {
	o := newOffice(t)
	o.send(t, o.admin, Order{To: numbers(1, 30)})
	if u := o.again(t, o.admin).User; u.Balance != -30 || u.Reserved != 30 {
		t.Errorf("balance %d, reserved %d", u.Balance, u.Reserved)
	}
	child := o.user(t, "child", LevelAdmin, o.admin.User.ID, 10)
	if _, err := o.AddUser(t.Context(), child, NewUser{Username: "grandchild", Password: "correct horse", Level: LevelNormal, Credits: 11}); !errors.Is(err, ErrNoCredits) {
		t.Errorf("gave away more than there is: %v", err)
	}
	if _, err := o.AddUser(t.Context(), child, NewUser{Username: "grandchild", Password: "correct horse", Level: LevelNormal, Unlimited: true}); !errors.Is(err, ErrForbidden) {
		t.Errorf("made somebody unlimited: %v", err)
	}
	if _, err := o.AddUser(t.Context(), child, NewUser{Username: "grandchild", Password: "correct horse", Level: LevelNormal, Credits: 10}); err != nil {
		t.Error(err)
	}
	if u := o.again(t, child).User; u.Balance != 0 {
		t.Errorf("the parent has %d left", u.Balance)
	}
	o.booksAreRight(t)
}

func TestWhatBecomesOfCredits(t *testing.T) {
	o := newOffice(t)
	a := o.user(t, "sam", LevelNormal, o.admin.User.ID, 100)
	o.send(t, a, Order{To: numbers(1, 6)})
	marked := o.leave(t, 6)
	o.taken(t, marked[:1])
	o.failed(t, marked[1], &providers.Error{Kind: providers.Rejected, Code: "-401", Text: "no"})
	o.failed(t, marked[2], &providers.Error{Kind: providers.Ambiguous, Text: "hm"})
	o.failed(t, marked[3], &providers.Error{Kind: providers.Temporary, Text: "later"})
	o.failed(t, marked[4], &providers.Error{Kind: providers.Ambiguous, Text: "hm"})
	if err := o.MarkAsSent(t.Context(), o.admin, marked[4].ID); err != nil {
		t.Fatal(err)
	}
	want := []struct {
		status sms.Status
		paid   db.Paid
	}{{sms.Submitted, db.Settled}, {sms.Failed, db.Released}, {sms.InDoubt, db.Reserved}, {sms.Queued, db.Reserved}, {sms.Submitted, db.Settled}, {sms.Submitting, db.Reserved}}
	for i, w := range want {
		m, err := o.store.Message(t.Context(), marked[i].ID)
		if err != nil || m.Status != w.status || m.Paid != w.paid {
			t.Errorf("message %d is %s, paid %d, want %v (%v)", i, m.Status, m.Paid, w, err)
		}
	}
	if u := o.again(t, a).User; u.Balance != 95 || u.Reserved != 3 {
		t.Errorf("balance %d, reserved %d, want 95 and 3", u.Balance, u.Reserved)
	}
	o.booksAreRight(t)
}

func TestTheSameFormSentTwice(t *testing.T) {
	o := newOffice(t)
	a := o.user(t, "sam", LevelNormal, o.admin.User.ID, 5)
	order := Order{To: numbers(1, 5), Sender: "SCHOOL", Body: "Hello", SubmitKey: "form-1"}
	var mu sync.Mutex
	batches, fresh := map[int64]bool{}, 0
	var work sync.WaitGroup
	for range 16 {
		work.Go(func() {
			sent, err := o.Send(context.Background(), a, order)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			batches[sent.BatchID] = true
			if !sent.Again {
				fresh++
			}
		})
	}
	work.Wait()
	// The credits are gone, so a late copy would be refused if it were new.
	late, err := o.Send(t.Context(), o.again(t, a), order)
	if err != nil || !late.Again || !batches[late.BatchID] {
		t.Errorf("the late copy: %+v %v", late, err)
	}
	if len(batches) != 1 || fresh != 1 {
		t.Errorf("the form made the sends %v, %d of them new", batches, fresh)
	}
	other := o.user(t, "kim", LevelNormal, o.admin.User.ID, 5)
	if sent, err := o.Send(t.Context(), other, order); err != nil || sent.Again {
		t.Errorf("somebody else's form with the same key: %+v %v", sent, err)
	}
	o.booksAreRight(t)
}

func TestAFullDiskRefusesCleanly(t *testing.T) {
	o := newOffice(t)
	a := o.user(t, "sam", LevelNormal, o.admin.User.ID, 100_000)
	limit := func(pages int) {
		t.Helper()
		if err := o.store.LimitPages(t.Context(), pages); err != nil {
			t.Fatal(err)
		}
	}
	limit(8)
	if _, err := o.Send(t.Context(), a, Order{To: numbers(1, 5000), Sender: "SCHOOL", Body: "Hello"}); err == nil || len(Refusals(err)) > 0 {
		t.Errorf("with a full disk: %v", err)
	}
	if u := o.again(t, a).User; u.Balance != 100_000 || u.Reserved != 0 {
		t.Errorf("credits are gone: %+v", u)
	}
	if found, err := o.store.FindMessages(t.Context(), db.MessageFilter{Limit: 1}); err != nil || len(found) > 0 {
		t.Errorf("messages of a refused send: %v %v", found, err)
	}
	o.booksAreRight(t)
	limit(0)
	o.send(t, a, Order{To: numbers(1, 5000)})
	o.booksAreRight(t)
}
