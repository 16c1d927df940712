package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// guard sets the spend guard.
func (o *office) guard(t testing.TB, g Guard) {
	t.Helper()
	if err := o.SaveGuard(context.Background(), CommandLine(), g); err != nil {
		t.Fatal(err)
	}
}

func TestCountriesThatCanBeTexted(t *testing.T) {
	const british, jersey, irish, french, satellite = "+447700900123", "+447797712345", "+353851234567", "+33612345678", "+881612345678"
	for name, c := range map[string]struct {
		home    string
		guard   Guard
		allowed []sms.MSISDN
		refused []sms.MSISDN
	}{
		"at first, home only": {"GB", DefaultGuard, []sms.MSISDN{british, jersey}, []sms.MSISDN{irish, french, satellite}},
		"one more":            {"GB", Guard{Countries: []string{"IE"}}, []sms.MSISDN{british, irish}, []sms.MSISDN{french}},
		"all":                 {"GB", Guard{AllCountries: true}, []sms.MSISDN{british, irish, french, satellite}, nil},
		"another home":        {"FR", Guard{}, []sms.MSISDN{french}, []sms.MSISDN{british, irish}},
		"islands":             {"FR", Guard{Countries: []string{"JE"}}, []sms.MSISDN{british, jersey, french}, []sms.MSISDN{irish}},
		"home need not be on": {"GB", Guard{Countries: []string{"FR"}}, []sms.MSISDN{british, french}, []sms.MSISDN{irish}},
	} {
		for _, n := range c.allowed {
			if r := c.guard.foreign(n, c.home); r != nil {
				t.Errorf("%s: %s is refused: %s", name, n, r)
			}
		}
		for _, n := range c.refused {
			if r := c.guard.foreign(n, c.home); r == nil || !r.Is(ErrCountry) {
				t.Errorf("%s: %s is not refused (%v)", name, n, r)
			}
		}
	}
	if r := DefaultGuard.foreign(french, "GB"); r.Sentence != "France is not among the countries that this desk texts." {
		t.Error(r.Sentence)
	}
}

func TestNumbersElsewhereAreLeftOut(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 100)
	draft, err := o.Check(t.Context(), jo, Order{To: []string{number(1), "+33612345678", "+33612345678", "x"}, Sender: "SCHOOL", Body: "Hello"})
	if err != nil || draft.People != 1 || draft.Barred != 1 || draft.Bad != 1 || draft.Duplicates != 1 || draft.Credits != 1 || len(draft.Problems) != 0 {
		t.Fatalf("%+v %v", draft, err)
	}
	sent := o.send(t, jo, Order{To: []string{number(1), "+33612345678"}})
	skips, n, err := o.Skips(t.Context(), jo, sent.BatchID, 10)
	if err != nil || n != 1 || skips[0].Code != ErrCountry.Code {
		t.Errorf("left out: %+v %v", skips, err)
	}
	for want, to := range map[string][]string{
		"France is not among the countries that this desk texts.":       {"+33612345678"},
		"None of these 2 numbers is of a country that this desk texts.": {"+33612345678", "+353851234567"},
		"None of these 2 can be texted.":                                {"+33612345678", "x"},
	} {
		if _, err := o.Send(t.Context(), jo, Order{To: to, Sender: "SCHOOL", Body: "Hello"}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %q", to, err, want)
		}
	}
	o.booksAreRight(t)
}

func TestGuardIsForAdministratorsAndHasBounds(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 100)
	if err := o.SaveGuard(t.Context(), jo, Guard{}); !errors.Is(err, ErrForbidden) {
		t.Errorf("an ordinary user: %v", err)
	}
	for name, c := range map[string]struct {
		guard Guard
		field string
	}{
		"unknown country": {Guard{Countries: []string{"XX"}}, "countries"},
		"injected":        {Guard{Countries: []string{"GB,*"}}, "countries"},
		"below nothing":   {Guard{PerNumber: -1}, "per_number"},
		"too much":        {Guard{SureAbove: mostGuarded + 1}, "sure_above"},
		"approval":        {Guard{ApproveAbove: -5}, "approve_above"},
	} {
		err := o.SaveGuard(t.Context(), o.admin, c.guard)
		if rs := Refusals(err); len(rs) != 1 || rs[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	want := Guard{Countries: []string{"FR", "IE"}, PerNumber: 3, SureAbove: 0, ApproveAbove: 70}
	o.guard(t, want)
	set, err := o.Settings(t.Context())
	if err != nil || fmt.Sprint(set.Guard) != fmt.Sprint(want) {
		t.Errorf("read back: %+v %v", set.Guard, err)
	}
	if err := o.SetDailyCap(t.Context(), jo, "jo", 10); !errors.Is(err, ErrForbidden) {
		t.Errorf("a user sets a limit: %v", err)
	}
	boss := o.user(t, "boss", LevelAdmin, o.admin.User.ID, 10)
	if err := o.SetDailyCap(t.Context(), boss, "boss", 0); !errors.Is(err, ErrForbidden) {
		t.Errorf("an administrator lifts their own limit: %v", err)
	}
	if err := o.SetDailyCap(t.Context(), boss, "jo", 10); !errors.Is(err, ErrUnknownUser) {
		t.Errorf("an administrator of others: %v", err)
	}
	if err := o.SetDailyCap(t.Context(), o.admin, "jo", -1); !errors.Is(err, ErrBadCap) {
		t.Errorf("below nothing: %v", err)
	}
}

func TestDailyCapOfAUser(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 1000)
	if err := o.SetDailyCap(t.Context(), o.admin, "jo", 10); err != nil {
		t.Fatal(err)
	}
	try := func(n int, partly bool) (int, error) {
		t.Helper()
		sent, err := o.Send(t.Context(), o.again(t, jo), Order{To: numbers(0, n), Sender: "SCHOOL", Body: "Hello", Partly: partly})
		got := 0
		for _, r := range sent.Recipients {
			if r.MessageID != 0 {
				got++
			}
		}
		return got, err
	}
	if _, err := try(11, false); !errors.Is(err, ErrUserDay) || err.Error() != "This costs 11 credits. You may use 10 a day, of which 10 are left today." {
		t.Errorf("more than a day: %v", err)
	}
	if n, err := try(6, false); n != 6 || err != nil {
		t.Errorf("6 of 10: %d %v", n, err)
	}
	if n, err := try(6, true); n != 4 || err != nil {
		t.Errorf("6 where 4 are left, partly: %d %v", n, err)
	}
	if n, err := try(1, true); n != 0 || !errors.Is(err, ErrUserDay) || err.Error() != "This costs 1 credit. You may use 10 a day, of which none are left today." {
		t.Errorf("nothing is left: %d %v", n, err)
	}
	if u := o.again(t, jo).User; u.Balance != 990 {
		t.Errorf("balance %d, want 990", u.Balance)
	}
	o.pass(15 * time.Hour) // midnight in London, and an hour before it in UTC
	if n, err := try(1, false); n != 1 || err != nil {
		t.Errorf("after midnight: %d %v", n, err)
	}
	// What is stopped before it leaves does not count.
	sent := o.send(t, jo, Order{To: numbers(100, 9), Undo: time.Minute})
	if _, err := o.Stop(t.Context(), jo, sent.BatchID); err != nil {
		t.Fatal(err)
	}
	if n, err := try(9, false); n != 9 || err != nil {
		t.Errorf("after a stop: %d %v", n, err)
	}
	o.booksAreRight(t)
}

func TestDailyCapOfANumber(t *testing.T) {
	o := newOffice(t)
	o.guard(t, Guard{PerNumber: 2})
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 1000)
	ask := func(order Order) error {
		t.Helper()
		order.Sender, order.Body = "SCHOOL", "Hello"
		_, err := o.Send(t.Context(), o.again(t, jo), order)
		return err
	}
	o.send(t, jo, Order{To: numbers(0, 3)})
	o.send(t, o.admin, Order{To: numbers(0, 1)})
	if err := ask(Order{To: numbers(0, 1)}); !errors.Is(err, ErrNumberDay) || err.Error() != "This number has had its 2 texts for today." {
		t.Errorf("the third, from everybody together: %v", err)
	}
	sent := o.send(t, jo, Order{To: numbers(0, 3)})
	if sent.Recipients[0].Refusal == nil || sent.Recipients[1].MessageID == 0 {
		t.Errorf("the others are not texted: %+v", sent.Recipients)
	}
	if err := ask(Order{To: numbers(0, 3)}); err == nil || err.Error() != "All of these 3 numbers have had their texts for the day." {
		t.Errorf("nobody is left: %v", err)
	}
	// A text that is planned counts on its day.
	tomorrow := start.Add(24 * time.Hour)
	o.send(t, jo, Order{To: numbers(0, 1), SendAt: tomorrow})
	planned := o.send(t, jo, Order{To: numbers(0, 1), SendAt: tomorrow})
	if err := ask(Order{To: numbers(0, 1), SendAt: tomorrow}); err == nil || err.Error() != "This number has had its 2 texts for that day." {
		t.Errorf("tomorrow's third: %v", err)
	}
	if _, err := o.Stop(t.Context(), jo, planned.BatchID); err != nil {
		t.Fatal(err)
	}
	if err := ask(Order{To: numbers(0, 1), SendAt: tomorrow}); err != nil {
		t.Errorf("after one was taken back: %v", err)
	}
	o.guard(t, Guard{})
	if err := ask(Order{To: numbers(0, 1)}); err != nil {
		t.Errorf("without a limit: %v", err)
	}
	o.booksAreRight(t)
}

func TestCountersOfOldDaysAreForgotten(t *testing.T) {
	o := newOffice(t)
	o.send(t, o.admin, Order{To: numbers(0, 5)})
	o.send(t, o.admin, Order{To: numbers(0, 1), SendAt: start.Add(5 * 24 * time.Hour)})
	rows := func() (n int) {
		t.Helper()
		for _, table := range []string{"user_days", "number_days", "said"} {
			n += o.count(t, table)
		}
		return n
	}
	if n := rows(); n != 1+6+1 {
		t.Fatalf("%d rows, want 8", n)
	}
	o.pass(24 * time.Hour)
	if err := o.Tidy(t.Context()); err != nil || rows() != 8 {
		t.Errorf("the next day: %d rows, %v", rows(), err)
	}
	o.pass(3 * 24 * time.Hour)
	if err := o.Tidy(t.Context()); err != nil || rows() != 1 {
		t.Errorf("four days later: %d rows, want only the one that is to come; %v", rows(), err)
	}
}

// However many ask at once, nobody gets past a limit.
func TestLimitsHoldWhenManyAskAtOnce(t *testing.T) {
	o := newOffice(t)
	o.guard(t, Guard{PerNumber: 7})
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 1000)
	if err := o.SetDailyCap(t.Context(), o.admin, "jo", 30); err != nil {
		t.Fatal(err)
	}
	jo = o.again(t, jo)
	var texts, toOne atomic.Int64
	var work sync.WaitGroup
	for i := range 60 {
		work.Go(func() {
			to := []string{number(0), number(100 + i)}
			sent, err := o.Send(context.Background(), jo, Order{To: to, Sender: "SCHOOL", Body: "Hello", Partly: i%2 == 0})
			if err != nil {
				if !errors.Is(err, ErrUserDay) && !errors.Is(err, ErrNumberDay) {
					t.Error(err)
				}
				return
			}
			for _, r := range sent.Recipients {
				if r.MessageID != 0 {
					texts.Add(1)
					if r.Number == sms.MSISDN(number(0)) {
						toOne.Add(1)
					}
				}
			}
		})
	}
	work.Wait()
	if texts.Load() != 30 || toOne.Load() != 7 {
		t.Errorf("%d texts and %d to one number, want 30 and 7", texts.Load(), toOne.Load())
	}
	if u := o.again(t, jo).User; u.Balance != 970 {
		t.Errorf("balance %d, want 970", u.Balance)
	}
	o.booksAreRight(t)
}

func TestFormsAskWhetherOneIsSure(t *testing.T) {
	o := newOffice(t)
	o.guard(t, Guard{SureAbove: 3})
	for name, c := range map[string]struct {
		order Order
		ok    bool
	}{
		"small":     {Order{To: numbers(0, 3), Ask: true}, true},
		"large":     {Order{To: numbers(0, 4), Ask: true}, false},
		"sure":      {Order{To: numbers(0, 4), Ask: true, Sure: true}, true},
		"a program": {Order{To: numbers(0, 4)}, true},
	} {
		c.order.Sender, c.order.Body = "SCHOOL", "Hello"
		_, err := o.Send(t.Context(), o.admin, c.order)
		if (err == nil) != c.ok || !c.ok && !errors.Is(err, ErrNotSure) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSameTextToTheSamePeople(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 1000)
	repeats := func(a Actor, body string, from, n int) []Repeat {
		t.Helper()
		draft, err := o.Check(t.Context(), a, Order{To: numbers(from, n), Sender: "SCHOOL", Body: body})
		if err != nil {
			t.Fatal(err)
		}
		all, err := o.Repeats(t.Context(), a, draft)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if got := repeats(jo, "Hello", 0, 10); len(got) != 0 {
		t.Errorf("before anything: %+v", got)
	}
	first := o.send(t, jo, Order{To: numbers(0, 10), Body: "Hello"})
	if got := repeats(jo, "Hello", 2, 20); len(got) != 1 || got[0].People != 8 || got[0].BatchID != first.BatchID || !got[0].At.Equal(start) {
		t.Errorf("eight of them: %+v", got)
	}
	if got := repeats(jo, "Hello!", 0, 10); len(got) != 0 {
		t.Errorf("another text: %+v", got)
	}
	if got := repeats(jo, "Hello", 50, 10); len(got) != 0 {
		t.Errorf("other people: %+v", got)
	}
	if got := repeats(o.admin, "Hello", 0, 10); len(got) != 0 {
		t.Errorf("somebody else's: %+v", got)
	}
	if _, err := o.Stop(t.Context(), jo, first.BatchID); err != nil {
		t.Fatal(err)
	}
	if got := repeats(jo, "Hello", 0, 10); len(got) != 0 {
		t.Errorf("taken back: %+v", got)
	}
	o.send(t, jo, Order{To: numbers(0, 10), Body: "Hello"})
	o.pass(24 * time.Hour)
	if got := repeats(jo, "Hello", 0, 10); len(got) != 0 {
		t.Errorf("yesterday's: %+v", got)
	}
}

// count is how many rows a table has.
func (o *office) count(t testing.TB, table string) (n int) {
	t.Helper()
	raw, err := sql.Open("sqlite", filepath.Join(o.dir, db.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if err := raw.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
