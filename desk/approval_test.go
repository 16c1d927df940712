package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"textdesk/db"
	"textdesk/sms"
)

// staff are jo and kim below boss, who is below the administrator; vera is
// another administrator beside boss, with nobody.
func staff(t *testing.T) (o *office, boss, vera, jo, kim Actor) {
	t.Helper()
	o = newOffice(t)
	boss = o.user(t, "boss", LevelAdmin, o.admin.User.ID, 1000)
	vera = o.user(t, "vera", LevelAdmin, o.admin.User.ID, 1000)
	jo = o.user(t, "jo", LevelNormal, boss.User.ID, 100)
	kim = o.user(t, "kim", LevelNormal, boss.User.ID, 100)
	o.guard(t, Guard{ApproveAbove: 3})
	return o, boss, vera, jo, kim
}

func TestSendThatIsApproved(t *testing.T) {
	o, boss, _, jo, _ := staff(t)
	if sent := o.send(t, jo, Order{To: numbers(0, 3)}); sent.Waits {
		t.Error("three are not above three")
	}
	if sent := o.send(t, boss, Order{To: numbers(10, 9)}); sent.Waits {
		t.Error("an administrator waits for approval")
	}
	o.taken(t, o.leave(t, 100))

	draft, err := o.Check(t.Context(), o.again(t, jo), Order{To: numbers(20, 4), Sender: "SCHOOL", Body: "Hello", Validity: time.Hour})
	if err != nil || !draft.Approval {
		t.Fatalf("the review does not say so: %v", err)
	}
	sent := o.send(t, jo, Order{To: numbers(20, 4), Validity: time.Hour})
	if u := o.again(t, jo).User; !sent.Waits || u.Balance != 93 || u.Reserved != 4 {
		t.Errorf("waits %v, balance %d, reserved %d", sent.Waits, u.Balance, u.Reserved)
	}
	if got := o.leave(t, 100); len(got) != 0 {
		t.Fatalf("%d left before it was approved", len(got))
	}
	if err := o.Release(t.Context(), jo, sent.BatchID); !errors.Is(err, ErrWaits) {
		t.Errorf("the sender lets it go: %v", err)
	}
	o.pass(3 * time.Hour) // longer than its validity
	if err := o.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.booksAreRight(t)
	if err := o.Approve(t.Context(), boss, sent.BatchID, false); err != nil {
		t.Fatal(err)
	}
	o.pass(59 * time.Minute)
	left := o.leave(t, 100)
	if len(left) != 4 {
		t.Fatalf("%d left after it was approved, want 4", len(left))
	}
	o.taken(t, left)
	p, err := o.Progress(t.Context(), jo, sent.BatchID)
	if err != nil || p.Decision.Decision != Approved || p.Decision.By != "boss" || p.Batch.NSubmitted != 4 {
		t.Errorf("%+v %v", p, err)
	}
	if u := o.again(t, jo).User; u.Balance != 93 || u.Reserved != 0 {
		t.Errorf("balance %d, reserved %d", u.Balance, u.Reserved)
	}
	for name, err := range map[string]error{"twice": o.Approve(t.Context(), boss, sent.BatchID, false), "returned after": o.Return(t.Context(), boss, sent.BatchID, "No.")} {
		if !errors.Is(err, ErrNoApproval) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.booksAreRight(t)
}

func TestSendThatIsReturned(t *testing.T) {
	o, boss, _, jo, _ := staff(t)
	if err := o.SetDailyCap(t.Context(), o.admin, "jo", 5); err != nil {
		t.Fatal(err)
	}
	sent := o.send(t, jo, Order{To: numbers(0, 5)})
	for note, want := range map[string]*Refusal{"  ": ErrNoteBlank, string(make([]byte, maxNote+1)): ErrTooLong} {
		if err := o.Return(t.Context(), boss, sent.BatchID, note); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v", len(note), err)
		}
	}
	if err := o.Return(t.Context(), boss, sent.BatchID, " Not in  the holidays. "); err != nil {
		t.Fatal(err)
	}
	p, err := o.Progress(t.Context(), jo, sent.BatchID)
	if err != nil || p.Decision.Decision != Returned || p.Decision.Note != "Not in the holidays." || p.Batch.NCancelled != 5 || !p.Final() || p.Batch.HeldAt != 0 {
		t.Errorf("%+v %v", p, err)
	}
	if u := o.again(t, jo).User; u.Balance != 100 || u.Reserved != 0 {
		t.Errorf("balance %d, reserved %d", u.Balance, u.Reserved)
	}
	if got := o.leave(t, 100); len(got) != 0 {
		t.Errorf("%d left", len(got))
	}
	if sent := o.send(t, jo, Order{To: numbers(0, 5)}); !sent.Waits { // their day has the room again
		t.Error("the corrected one does not wait")
	}
	o.booksAreRight(t)
}

func TestWhoApproves(t *testing.T) {
	o, boss, vera, jo, kim := staff(t)
	sent := o.send(t, jo, Order{To: numbers(0, 4)})
	for name, c := range map[string]struct {
		actor Actor
		want  *Refusal
		sees  int
	}{
		"the sender":                 {jo, ErrForbidden, 0},
		"a sibling":                  {kim, ErrUnknownBatch, 0},
		"an administrator of others": {vera, ErrUnknownBatch, 0},
		"the administrator above":    {boss, nil, 1},
		"the administrator of them":  {o.admin, nil, 1},
	} {
		all, err := o.Approvals(t.Context(), c.actor)
		if err != nil || len(all) != c.sees {
			t.Errorf("%s sees %d that wait, want %d; %v", name, len(all), c.sees, err)
		}
		_, err = o.Approval(t.Context(), c.actor, sent.BatchID)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s looks at it: %v", name, err)
		}
		if c.want == nil {
			continue
		}
		for verb, err := range map[string]error{"approves": o.Approve(t.Context(), c.actor, sent.BatchID, true), "returns": o.Return(t.Context(), c.actor, sent.BatchID, "No.")} {
			if !errors.Is(err, c.want) {
				t.Errorf("%s %s: %v", name, verb, err)
			}
		}
	}
	// Who has become an administrator meanwhile still approves nothing of theirs.
	jo.User.Level = LevelAdmin
	if err := o.Approve(t.Context(), jo, sent.BatchID, true); !errors.Is(err, ErrOwnApproval) {
		t.Errorf("one's own: %v", err)
	}
	if all, err := o.Approvals(t.Context(), jo); err != nil || len(all) != 0 {
		t.Errorf("one's own is on the list: %v %v", all, err)
	}
	if _, err := o.Stop(t.Context(), jo, sent.BatchID); err != nil {
		t.Fatal(err)
	}
	if err := o.Approve(t.Context(), boss, sent.BatchID, true); !errors.Is(err, ErrNoApproval) {
		t.Errorf("after the sender has stopped it: %v", err)
	}
	o.booksAreRight(t)
}

func TestApprovalOfPlannedSends(t *testing.T) {
	o, boss, _, jo, _ := staff(t)
	plan := Order{To: numbers(0, 4), SendAt: start.Add(2 * time.Hour), Validity: time.Hour}
	early, late, down := o.send(t, jo, plan), o.send(t, jo, plan), o.send(t, jo, plan)
	if err := o.Approve(t.Context(), boss, early.BatchID, false); err != nil {
		t.Fatal(err)
	}
	if o.status(t, early.Recipients[0].MessageID) != sms.Scheduled {
		t.Error("approved before its time, it does not wait for it")
	}
	o.pass(2*time.Hour + time.Minute)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := o.leave(t, 100)
	if len(left) != 4 || left[0].BatchID != early.BatchID {
		t.Fatalf("%d left at the time", len(left))
	}
	o.taken(t, left)
	o.pass(time.Hour)
	if a, err := o.Approval(t.Context(), boss, late.BatchID); err != nil || !a.Late {
		t.Errorf("its time has passed: %+v %v", a.Late, err)
	}
	if err := o.Approve(t.Context(), boss, late.BatchID, false); !errors.Is(err, ErrPastTime) {
		t.Errorf("after its time, unasked: %v", err)
	}
	if err := o.Approve(t.Context(), boss, late.BatchID, true); err != nil {
		t.Fatal(err)
	}
	if left := o.leave(t, 100); len(left) != 4 {
		t.Errorf("%d left after it was approved late, want 4", len(left))
	}
	// The desk was down at the time: who approves it is asked once, not twice.
	o.pass(24 * time.Hour)
	if err := o.Approve(t.Context(), boss, down.BatchID, true); err != nil {
		t.Fatal(err)
	}
	if left := o.leave(t, 100); len(left) != 4 {
		t.Errorf("%d left after a day, want 4", len(left))
	}
	o.booksAreRight(t)
}

// The desk comes up long after the time of a send that waits for approval.
func TestLatePlanStillWaitsForApproval(t *testing.T) {
	o, boss, _, jo, _ := staff(t)
	sent := o.send(t, jo, Order{To: numbers(0, 4), SendAt: start.Add(time.Hour)})
	o.pass(5 * time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := o.Batch(t.Context(), jo, sent.BatchID)
	if err != nil || !WaitsForApproval(b) {
		t.Fatalf("it is held for %q: %v", b.HeldWhy, err)
	}
	if err := o.Release(t.Context(), jo, sent.BatchID); !errors.Is(err, ErrWaits) {
		t.Errorf("the sender lets it go: %v", err)
	}
	if err := o.Approve(t.Context(), boss, sent.BatchID, true); err != nil {
		t.Fatal(err)
	}
	if left := o.leave(t, 100); len(left) != 4 {
		t.Errorf("%d left, want 4", len(left))
	}
}

// Of approving, returning and stopping at once exactly one happens.
func TestOnlyOneDecides(t *testing.T) {
	o, boss, _, jo, _ := staff(t)
	for range 10 {
		sent := o.send(t, jo, Order{To: numbers(0, 4)})
		var approved, returned atomic.Int64
		var work sync.WaitGroup
		for range 3 {
			work.Go(func() {
				if err := o.Approve(context.Background(), boss, sent.BatchID, false); err == nil {
					approved.Add(1)
				} else if !errors.Is(err, ErrNoApproval) {
					t.Error(err)
				}
			})
			work.Go(func() {
				if err := o.Return(context.Background(), o.admin, sent.BatchID, "No."); err == nil {
					returned.Add(1)
				} else if !errors.Is(err, ErrNoApproval) {
					t.Error(err)
				}
			})
		}
		work.Wait()
		if approved.Load()+returned.Load() != 1 {
			t.Fatalf("approved %d times and returned %d times", approved.Load(), returned.Load())
		}
		left := o.leave(t, 100)
		if want := 4 * int(approved.Load()); len(left) != want {
			t.Fatalf("%d left, want %d", len(left), want)
		}
		o.taken(t, left)
	}
	o.booksAreRight(t)
}

// Somebody always decides: those above the sender who can sign in, else those at
// the top, else every administrator.
func TestWhoStandsIn(t *testing.T) {
	user := func(id, parent int64, level string, suspended bool) db.User {
		u := db.User{ID: id, ParentID: db.ID(parent), Level: level, PasswordHash: "x"}
		if suspended {
			u.SuspendedAt = 1
		}
		return u
	}
	for name, c := range map[string]struct {
		users []db.User
		want  []int64
	}{
		"an administrator above":      {[]db.User{user(1, 0, LevelAdmin, false), user(9, 1, LevelNormal, false)}, nil},
		"nobody above":                {[]db.User{user(1, 0, LevelAdmin, false), user(2, 1, LevelAdmin, false), user(9, 0, LevelNormal, false)}, []int64{1}},
		"a suspended one above":       {[]db.User{user(1, 0, LevelAdmin, false), user(2, 0, LevelAdmin, true), user(9, 2, LevelNormal, false)}, []int64{1}},
		"one higher above can":        {[]db.User{user(1, 0, LevelAdmin, false), user(2, 1, LevelAdmin, true), user(9, 2, LevelNormal, false)}, nil},
		"one above is none any more":  {[]db.User{user(1, 0, LevelAdmin, false), user(2, 0, LevelNormal, false), user(9, 2, LevelNormal, false)}, []int64{1}},
		"the top is suspended":        {[]db.User{user(1, 0, LevelAdmin, true), user(2, 1, LevelAdmin, false), user(9, 0, LevelNormal, false)}, []int64{2}},
		"one above is only invited":   {[]db.User{user(1, 0, LevelAdmin, false), {ID: 2, Level: LevelAdmin}, user(9, 2, LevelNormal, false)}, []int64{1}},
		"one above is archived":       {[]db.User{user(1, 0, LevelAdmin, false), {ID: 2, Level: LevelAdmin, PasswordHash: "x", ArchivedAt: 1}, user(9, 2, LevelNormal, false)}, []int64{1}},
		"two at the top":              {[]db.User{user(1, 0, LevelAdmin, false), user(2, 0, LevelAdmin, false), user(9, 0, LevelNormal, false)}, []int64{1, 2}},
		"never the sender":            {[]db.User{user(1, 0, LevelAdmin, false), user(9, 0, LevelAdmin, false)}, []int64{1}},
		"a circle, which cannot be":   {[]db.User{user(1, 0, LevelAdmin, false), user(8, 9, LevelNormal, false), user(9, 8, LevelNormal, false)}, []int64{1}},
		"a sender who is not there":   {[]db.User{user(1, 0, LevelAdmin, false)}, []int64{1}},
		"an unlimited one below them": {[]db.User{user(1, 0, LevelAdmin, true), {ID: 2, ParentID: 1, Level: LevelAdmin, PasswordHash: "x", Unlimited: true}, user(3, 1, LevelAdmin, false), user(9, 0, LevelNormal, false)}, []int64{2}},
	} {
		if got := standIns(c.users, 9); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	// In any tree: who is above and can sign in decides, and there is always one.
	rapid.Check(t, func(rt *rapid.T) {
		users := []db.User{user(1, 0, LevelAdmin, false)} // the last administrator is never suspended
		for id := int64(2); id < 10; id++ {
			users = append(users, user(id, rapid.Int64Range(0, id-1).Draw(rt, "parent"), rapid.SampledFrom([]string{LevelAdmin, LevelNormal}).Draw(rt, "level"), rapid.Bool().Draw(rt, "suspended")))
		}
		sender := rapid.Int64Range(2, 9).Draw(rt, "sender")
		above := 0
		for id := int64(users[sender-1].ParentID); id != 0; id = int64(users[id-1].ParentID) {
			if u := users[id-1]; u.Level == LevelAdmin && StateOf(u) == UserActive {
				above++
			}
		}
		in := standIns(users, sender)
		if (above > 0) != (len(in) == 0) {
			rt.Fatalf("%d above %d can decide, and %v stand in", above, sender, in)
		}
		for _, id := range in {
			if u := users[id-1]; u.Level != LevelAdmin || u.SuspendedAt != 0 || id == sender {
				rt.Fatalf("%d stands in for %d", id, sender)
			}
		}
	})
}

func TestApprovalWithNobodyAbove(t *testing.T) {
	o, boss, vera, _, _ := staff(t)
	for _, a := range []Actor{o.admin, boss, vera} { // who can sign in
		o.password(t, a)
	}
	lone := o.orphan(t, "lone", LevelNormal)
	sent := o.send(t, lone, Order{To: numbers(0, 4)})
	for _, a := range []Actor{boss, vera} { // not at the top
		if err := o.Approve(t.Context(), a, sent.BatchID, false); !errors.Is(err, ErrUnknownBatch) {
			t.Errorf("%s approves: %v", a.Name(), err)
		}
		if all, err := o.Approvals(t.Context(), a); err != nil || len(all) != 0 {
			t.Errorf("%s sees %d that wait: %v", a.Name(), len(all), err)
		}
	}
	if all, err := o.Approvals(t.Context(), o.admin); err != nil || len(all) != 1 {
		t.Fatalf("the one at the top sees %d that wait: %v", len(all), err)
	}
	if a, err := o.Approval(t.Context(), o.admin, sent.BatchID); err != nil || a.By != "lone" || a.Sample.BatchID != sent.BatchID {
		t.Errorf("%+v %v", a, err)
	}
	if err := o.Approve(t.Context(), o.admin, sent.BatchID, false); err != nil {
		t.Fatal(err)
	}
	if left := o.leave(t, 100); len(left) != 4 {
		t.Errorf("%d left, want 4", len(left))
	}
	// What was decided is not theirs to see.
	if _, err := o.Approval(t.Context(), o.admin, sent.BatchID); !errors.Is(err, ErrUnknownBatch) {
		t.Errorf("afterwards: %v", err)
	}
	// Where the only administrator above is kept out, the one at the top decides.
	other := o.send(t, o.user(t, "kit", LevelNormal, o.orphan(t, "zoe", LevelAdmin).User.ID, 100), Order{To: numbers(20, 4)})
	if err := o.Approve(t.Context(), o.admin, other.BatchID, false); !errors.Is(err, ErrUnknownBatch) {
		t.Errorf("past the one above: %v", err)
	}
	if err := o.Suspend(t.Context(), CommandLine(), "zoe"); err != nil {
		t.Fatal(err)
	}
	if err := o.Return(t.Context(), o.admin, other.BatchID, "Ask zoe."); err != nil {
		t.Errorf("in place of the one above: %v", err)
	}
	o.booksAreRight(t)
}

// orphan adds a user with nobody above them and credits without limit.
func (o *office) orphan(t testing.TB, name, level string) Actor {
	t.Helper()
	var a Actor
	err := o.store.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.InsertUser(ctx, db.InsertUserParams{Username: name, UsernameKey: name, Level: level, PasswordHash: "x", Unlimited: true, CreatedAt: o.Desk.now()})
		if err != nil {
			return err
		}
		a.User, err = tx.User(ctx, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// password lets a user sign in.
func (o *office) password(t testing.TB, a Actor) {
	t.Helper()
	err := o.store.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		return tx.SetPassword(ctx, db.SetPasswordParams{ID: a.User.ID, PasswordHash: "x"})
	})
	if err != nil {
		t.Fatal(err)
	}
}
