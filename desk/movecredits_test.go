package desk

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// balance reads what a user has now.
func (o *office) balance(t testing.TB, a Actor) int64 {
	t.Helper()
	return o.again(t, a).User.Balance
}

func TestMovesOfCredits(t *testing.T) {
	o := newOffice(t)
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 100)
	jo := o.user(t, "jo", LevelNormal, head.User.ID, 10)
	kim := o.user(t, "kim", LevelNormal, head.User.ID, 0)
	other := o.user(t, "other", LevelAdmin, o.admin.User.ID, 100)
	far := o.user(t, "far", LevelNormal, other.User.ID, 5)
	for _, c := range []struct {
		name       string
		by, to     Actor
		credits    int64
		want       error
		from, user int64 // balances after
	}{
		{"give", head, jo, 50, nil, 50, 60},
		{"give all", head, jo, 50, nil, 0, 110},
		{"more than there is", head, jo, 1, ErrNoCredits, 0, 110},
		{"take back", head, jo, -110, nil, 110, 0},
		{"below zero", head, jo, -1, ErrCreditsBelow, 110, 0},
		{"nothing", head, jo, 0, ErrBadCredits, 110, 0},
		{"too many", o.admin, jo, mostCredits + 1, ErrBadCredits, 0, 0},
		{"to oneself", head, head, 5, ErrForbidden, 110, 110},
		{"up", jo, head, 1, ErrForbidden, 0, 110},
		{"to a sibling", jo, kim, 1, ErrForbidden, 0, 0},
		{"to a stranger", head, far, 1, ErrUnknownUser, 110, 5},
		{"from a stranger", head, far, -1, ErrUnknownUser, 110, 5},
		{"to the administrator", head, o.admin, 1, ErrUnknownUser, 110, 0},
		{"top-up", o.admin, far, 7, nil, 0, 12},
		{"top-up taken back", o.admin, far, -12, nil, 0, 0},
		{"by the command line", CommandLine(), far, 40, nil, 0, 40},
		{"to the unlimited", CommandLine(), o.admin, 40, ErrBadCredits, 0, 0},
	} {
		if !c.by.shell() {
			c.by = o.again(t, c.by)
		}
		if err := o.MoveCredits(t.Context(), c.by, c.to.User.ID, c.credits, -1); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if got := o.balance(t, c.to); got != c.user {
			t.Errorf("%s: the user has %d, want %d", c.name, got, c.user)
		}
		if !c.by.shell() {
			if got := o.balance(t, c.by); got != c.from {
				t.Errorf("%s: whoever moves has %d, want %d", c.name, got, c.from)
			}
		}
	}
	// The command line took them from the user's own administrator.
	if got := o.balance(t, other); got != 60 {
		t.Errorf("the administrator of a user who got 40 has %d, want 60", got)
	}
	if err := o.MoveCreditsByName(t.Context(), CommandLine(), "FAR", -40); err != nil || o.balance(t, other) != 100 {
		t.Errorf("taken back to the administrator: %v, %d", err, o.balance(t, other))
	}
	if err := o.MoveCreditsByName(t.Context(), CommandLine(), "nobody", 1); !errors.Is(err, ErrUnknownUser) {
		t.Errorf("to nobody: %v", err)
	}
	o.booksAreRight(t)
}

func TestTwoMovesCannotMoveTheSameCredit(t *testing.T) {
	o := newOffice(t)
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 50)
	jo := o.user(t, "jo", LevelNormal, head.User.ID, 0)
	kim := o.user(t, "kim", LevelNormal, head.User.ID, 0)
	var moved, short atomic.Int64
	var work sync.WaitGroup
	for i := range 24 {
		work.Go(func() {
			var err error
			switch to := []Actor{jo, kim}[i%2]; {
			case i%6 == 5: // meanwhile they text
				_, err = o.Send(context.Background(), head, Order{To: numbers(i*10, 7), Sender: "SCHOOL", Body: "Hello"})
			default:
				err = o.MoveCredits(context.Background(), head, to.User.ID, 7, -1)
			}
			switch {
			case err == nil:
				moved.Add(1)
			case errors.Is(err, ErrNoCredits):
				short.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	work.Wait()
	if moved.Load() != 7 || short.Load() != 17 || o.balance(t, head) != 1 {
		t.Errorf("50 credits made %d moves of 7, %d were refused, %d are left", moved.Load(), short.Load(), o.balance(t, head))
	}
	o.booksAreRight(t)
}

func TestAFormThatMovesCreditsIsSentTwice(t *testing.T) {
	o := newOffice(t)
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 100)
	jo := o.user(t, "jo", LevelNormal, head.User.ID, 50)
	plan, err := o.PlanMove(t.Context(), head, jo.User.ID, 30)
	if err != nil || plan.TopUp() || plan.UserAfter() != 80 || plan.FromAfter() != 70 {
		t.Fatalf("%+v %v", plan, err)
	}
	o.send(t, jo, Order{To: numbers(1, 3)}) // a text between is no reason to ask again
	var moved, again atomic.Int64
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			switch err := o.MoveCredits(context.Background(), head, jo.User.ID, 30, plan.Seen); {
			case err == nil:
				moved.Add(1)
			case errors.Is(err, ErrCreditsMoved):
				again.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	work.Wait()
	if moved.Load() != 1 || again.Load() != 7 || o.balance(t, jo) != 77 {
		t.Errorf("moved %d times, refused %d times, %d credits", moved.Load(), again.Load(), o.balance(t, jo))
	}
	o.booksAreRight(t)
}

func TestLedger(t *testing.T) {
	o := newOffice(t)
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 100)
	jo := o.user(t, "jo", LevelNormal, head.User.ID, 0)
	if err := o.MoveCredits(t.Context(), head, jo.User.ID, 20, -1); err != nil {
		t.Fatal(err)
	}
	sent := o.send(t, jo, Order{To: numbers(1, 3)})
	marked := o.leave(t, 3)
	o.taken(t, marked[:2])
	read := func(f LedgerFilter, a Actor) Ledger {
		t.Helper()
		f.Limit = 2
		l, err := o.Ledger(t.Context(), a, f)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	first := read(LedgerFilter{}, jo)
	if first.User.Balance != 17 || first.User.Reserved != 1 || first.Spent != 2 || first.Newer || !first.Older || len(first.Lines) != 2 {
		t.Fatalf("%+v", first)
	}
	if l := first.Lines[1]; l.Kind != LedgerReserved || l.Balance != -3 || l.Reserved != 3 || l.BatchID != sent.BatchID || l.Recipients != 3 {
		t.Errorf("the reservation is %+v", l)
	}
	last := read(LedgerFilter{Before: first.Lines[1].ID}, jo)
	if len(last.Lines) != 1 || last.Older || !last.Newer || last.Lines[0].Other != "head" || last.Lines[0].Balance != 20 {
		t.Errorf("%+v", last)
	}
	if back := read(LedgerFilter{After: last.Lines[0].ID}, jo); len(back.Lines) != 2 || back.Newer || !back.Older || back.Lines[0].ID != first.Lines[0].ID {
		t.Errorf("%+v", back)
	}
	if moved := read(LedgerFilter{Kind: LedgerMoved, UserID: jo.User.ID}, head); len(moved.Lines) != 1 || moved.Lines[0].Other != "head" {
		t.Errorf("%+v", moved)
	}
	var balance, n int64
	if err := o.EachLedgerLine(t.Context(), head, LedgerFilter{UserID: jo.User.ID}, func(l LedgerLine) error {
		balance, n = balance+l.Balance, n+1
		return nil
	}); err != nil || balance != 17 || n != 3 {
		t.Errorf("%d lines add up to %d, %v", n, balance, err)
	}
	for _, stranger := range []struct {
		a  Actor
		id int64
	}{{jo, head.User.ID}, {head, o.admin.User.ID}, {head, 4711}} {
		if _, err := o.Ledger(t.Context(), stranger.a, LedgerFilter{UserID: stranger.id, Limit: 2}); !errors.Is(err, ErrUnknownUser) {
			t.Errorf("%s reads the ledger of %d: %v", stranger.a.User.Username, stranger.id, err)
		}
		if err := o.EachLedgerLine(t.Context(), stranger.a, LedgerFilter{UserID: stranger.id}, nil); !errors.Is(err, ErrUnknownUser) {
			t.Errorf("%s downloads the ledger of %d: %v", stranger.a.User.Username, stranger.id, err)
		}
	}
	o.pass(30 * 24 * time.Hour)
	if l := read(LedgerFilter{}, jo); l.Spent != 0 {
		t.Errorf("in the next month %d are spent", l.Spent)
	}
}

func TestCreditReminder(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 12)
	if err := o.SetCreditReminder(t.Context(), jo, -1); !errors.Is(err, ErrBadReminder) {
		t.Errorf("below zero: %v", err)
	}
	if err := o.SetCreditReminder(t.Context(), jo, 10); err != nil {
		t.Fatal(err)
	}
	if u := o.again(t, jo).User; LowOnCredits(u) {
		t.Errorf("%d of %d is low", u.Balance, u.CreditReminder)
	}
	o.send(t, jo, Order{To: numbers(1, 2)})
	if u := o.again(t, jo).User; !LowOnCredits(u) {
		t.Errorf("%d of %d is not low", u.Balance, u.CreditReminder)
	}
	if err := o.SetCreditReminder(t.Context(), o.admin, 10); err != nil || LowOnCredits(o.again(t, o.admin).User) {
		t.Errorf("the unlimited are low: %v", err)
	}
}

func TestUserTree(t *testing.T) {
	o := newOffice(t)
	head := o.user(t, "zoe", LevelAdmin, o.admin.User.ID, 0)
	o.user(t, "bea", LevelNormal, head.User.ID, 0)
	kim := o.user(t, "kim", LevelNormal, o.admin.User.ID, 0)
	shape := func(a Actor) (s string) {
		t.Helper()
		tree, err := o.UserTree(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range tree {
			s += "  "[:b.Depth] + b.User.Username + ","
		}
		return s
	}
	if got := shape(o.admin); got != "admin, kim, zoe,  bea," {
		t.Errorf("the tree is %q", got)
	}
	if got := shape(head); got != "zoe, bea," {
		t.Errorf("the tree of one below is %q", got)
	}
	if _, err := o.UserTree(t.Context(), kim); !errors.Is(err, ErrForbidden) {
		t.Errorf("an ordinary user: %v", err)
	}
}
