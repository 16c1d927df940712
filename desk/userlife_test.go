package desk

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"textdesk/db"
)

func (o *office) named(t testing.TB, name string) db.User {
	t.Helper()
	u, err := o.store.UserByName(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestAnInvitedUserChoosesAPassword(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id, link, err := o.InviteUser(ctx, o.admin, NewUser{Username: "jo", Level: LevelNormal, Credits: 30})
	must(t, err)
	if u := o.named(t, "jo"); StateOf(u) != UserInvited || u.Balance != 30 {
		t.Fatalf("%+v", u)
	}
	if _, err := o.SignIn(ctx, "jo", "", "192.0.2.1", ""); err == nil {
		t.Error("an invited user has signed in without a password")
	}
	for name, c := range map[string]struct {
		token, password, repeat string
		want                    error
	}{
		"wrong":         {"k7wq-3mfn-k7wq-3mfn-k7wq-3mfn", rightPassword, rightPassword, ErrNoLink},
		"none":          {"", rightPassword, rightPassword, ErrNoLink},
		"weak":          {link, "short", "short", ErrWeakPassword},
		"not the same":  {link, rightPassword, rightPassword + "x", ErrPasswordRepeat},
		"with a quote'": {link + "'", rightPassword, rightPassword, ErrNoLink},
	} {
		if _, err := o.UseLink(ctx, c.token, c.password, c.repeat, "192.0.2.1", ""); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	session, err := o.UseLink(ctx, link, rightPassword, rightPassword, "192.0.2.1", "test")
	must(t, err)
	if a, err := o.ActorBySession(ctx, session, ""); err != nil || a.User.ID != id {
		t.Error(a.User.Username, err)
	}
	if _, err := o.UseLink(ctx, link, rightPassword, rightPassword, "", ""); !errors.Is(err, ErrNoLink) {
		t.Errorf("a second time: %v", err)
	}
	// A reset ends what was there; the link in turn ends with its time, with the
	// next one, and with the user.
	first, err := o.NewLink(ctx, o.admin, id)
	must(t, err)
	if _, err := o.ActorBySession(ctx, session, ""); !errors.Is(err, ErrSignedOut) {
		t.Errorf("after a reset: %v", err)
	}
	if _, err := o.SignIn(ctx, "jo", rightPassword, "192.0.2.1", ""); !errors.Is(err, ErrSignIn) {
		t.Errorf("the old password after a reset: %v", err)
	}
	second, err := o.NewLink(ctx, o.admin, id)
	must(t, err)
	if _, err := o.UserByLink(ctx, first); !errors.Is(err, ErrNoLink) {
		t.Errorf("the link before: %v", err)
	}
	must(t, o.Suspend(ctx, o.admin, "jo"))
	if _, err := o.UserByLink(ctx, second); !errors.Is(err, ErrNoLink) {
		t.Errorf("of somebody suspended: %v", err)
	}
	must(t, o.Resume(ctx, o.admin, "jo"))
	o.pass(inviteLife + time.Second)
	if _, err := o.UserByLink(ctx, second); !errors.Is(err, ErrNoLink) {
		t.Errorf("after its time: %v", err)
	}
	if _, err := o.NewLink(ctx, o.admin, o.admin.User.ID); !errors.Is(err, ErrYourself) {
		t.Errorf("for oneself: %v", err)
	}
}

func TestArchiveEndsEverythingAndKeepsTheHistory(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 100)
	jo := o.user(t, "jo", LevelNormal, head.User.ID, 20)
	gone := o.send(t, jo, Order{To: numbers(1, 2)})
	o.taken(t, o.leave(t, 2))
	later := o.send(t, jo, Order{To: numbers(10, 3), SendAt: start.Add(time.Hour)})
	key, err := o.NewKeyOf(ctx, head, jo.User.ID, "Script")
	must(t, err)

	if _, err := o.PlanArchive(ctx, o.admin, head.User.ID); !errors.Is(err, ErrHasUsers) {
		t.Errorf("an administrator with users: %v", err)
	}
	if err := o.Archive(ctx, o.admin, head.User.ID); !errors.Is(err, ErrHasUsers) {
		t.Errorf("an administrator with users: %v", err)
	}
	plan, err := o.PlanArchive(ctx, head, jo.User.ID)
	if err != nil || plan.Credits != 15 || plan.Waiting != 3 || plan.Batches != 1 || plan.Tokens != 1 || plan.Parent.ID != head.User.ID {
		t.Errorf("%+v %v", plan, err)
	}
	must(t, o.Archive(ctx, head, jo.User.ID))
	u := o.named(t, "jo")
	if StateOf(u) != UserArchived || u.Balance != 0 || u.Reserved != 0 || o.again(t, head).User.Balance != 118 {
		t.Errorf("%+v, and head has %d", u, o.again(t, head).User.Balance)
	}
	if _, err := o.ActorByToken(ctx, key, "fastsms", ""); !errors.Is(err, ErrBadToken) {
		t.Errorf("its token: %v", err)
	}
	if _, err := o.Send(ctx, jo, Order{To: numbers(1, 1), Sender: "A", Body: "x"}); err == nil {
		t.Error("an archived user has sent")
	}
	if b, err := o.Batch(ctx, head, gone.BatchID); err != nil || b.NSubmitted != 2 {
		t.Errorf("what was sent: %+v %v", b, err)
	}
	if b, err := o.Batch(ctx, head, later.BatchID); err != nil || b.NCancelled != 3 {
		t.Errorf("what was scheduled: %+v %v", b, err)
	}
	for what, err := range map[string]error{
		"edit":    o.ChangeUser(ctx, head, jo.User.ID, Profile{Level: LevelNormal}),
		"suspend": o.Suspend(ctx, head, "jo"),
		"limits":  o.SetPermissions(ctx, head, jo.User.ID, Permissions{ApproveAbove: -1}),
		"credits": o.MoveCredits(ctx, head, jo.User.ID, 5, -1),
	} {
		if !errors.Is(err, ErrArchived) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, o.Archive(ctx, head, jo.User.ID)) // once more does nothing more
	link, err := o.Restore(ctx, head, jo.User.ID)
	must(t, err)
	if _, err := o.UseLink(ctx, link, rightPassword, rightPassword, "", ""); err != nil {
		t.Errorf("brought back: %v", err)
	}
	if _, err := o.Restore(ctx, head, jo.User.ID); !errors.Is(err, ErrNotArchived) {
		t.Errorf("brought back twice: %v", err)
	}
	o.booksAreRight(t)
}

// One administrator who can sign in is always left, and nobody takes themselves
// away.
func TestTheLastAdministratorStays(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	boss := o.known(t, o.admin, "boss", LevelAdmin)
	must(t, o.ResetPassword(ctx, CommandLine(), "admin", rightPassword))
	shell := CommandLine()
	must(t, o.Suspend(ctx, o.admin, "boss"))
	demoted := Profile{Level: LevelNormal}
	for what, err := range map[string]error{
		"suspend": o.Suspend(ctx, shell, "admin"), "archive": o.ArchiveByName(ctx, shell, "admin"), "demote": o.ChangeUser(ctx, shell, o.admin.User.ID, demoted),
	} {
		if !errors.Is(err, ErrLastAdmin) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// One who has not chosen a password yet cannot take over.
	_, _, err := o.InviteUser(ctx, o.admin, NewUser{Username: "invited", Level: LevelAdmin})
	must(t, err)
	if err := o.Suspend(ctx, shell, "admin"); !errors.Is(err, ErrLastAdmin) {
		t.Errorf("with an invited one: %v", err)
	}
	must(t, o.Resume(ctx, o.admin, "boss"))
	for what, err := range map[string]error{
		"suspend": o.Suspend(ctx, o.admin, "admin"), "archive": o.Archive(ctx, o.admin, o.admin.User.ID), "demote": o.ChangeUser(ctx, o.admin, o.admin.User.ID, demoted),
		"limit": o.SetPermissions(ctx, o.admin, o.admin.User.ID, Permissions{ApproveAbove: -1}), "move": o.MoveUser(ctx, o.admin, o.admin.User.ID, boss.User.ID),
	} {
		if !errors.Is(err, ErrYourself) {
			t.Errorf("%s oneself: %v", what, err)
		}
	}
	must(t, o.MoveUser(ctx, o.admin, o.named(t, "invited").ID, boss.User.ID))
	if err := o.ChangeUser(ctx, o.admin, boss.User.ID, demoted); !errors.Is(err, ErrHasUsers) {
		t.Errorf("demote one with users: %v", err)
	}
}

func TestMovingUsers(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	left, right := o.user(t, "left", LevelAdmin, o.admin.User.ID, 0), o.user(t, "right", LevelAdmin, o.admin.User.ID, 0)
	mid := o.user(t, "mid", LevelAdmin, left.User.ID, 0)
	leaf := o.user(t, "leaf", LevelNormal, mid.User.ID, 7)
	for name, c := range map[string]struct {
		by       Actor
		who, to  Actor
		want     error
		unlisted bool
	}{
		"under oneself":           {o.admin, left, left, ErrBadParent, true},
		"under one's own child":   {o.admin, left, mid, ErrBadParent, true},
		"under a normal user":     {o.admin, mid, leaf, ErrBadParent, true},
		"out of one's tree":       {left, mid, right, ErrBadParent, true},
		"somebody else's child":   {right, mid, right, ErrUnknownUser, false},
		"one's parent":            {left, o.admin, mid, ErrUnknownUser, false},
		"by who is none":          {leaf, leaf, right, ErrForbidden, false},
		"under one's grandparent": {left, leaf, left, nil, false},
	} {
		if err := o.MoveUser(ctx, c.by, c.who.User.ID, c.to.User.ID); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.MoveUserByName(ctx, CommandLine(), "mid", "right"))
	if _, err := o.User(ctx, right, mid.User.ID); err != nil {
		t.Errorf("the new administrator: %v", err)
	}
	if _, err := o.User(ctx, left, mid.User.ID); !errors.Is(err, ErrUnknownUser) {
		t.Errorf("the old one: %v", err)
	}
	if o.again(t, leaf).User.Balance != 7 {
		t.Error("credits came or went")
	}
}

func TestUsersFromATable(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 30)
	table := "Username,First name,Surname,Email,Access level,Credits,Room\n" +
		"ann,Ann,Lee,ann@example.org,Normal,10,4\n" +
		"bo,Bo,Dee,,Admin,\"1,0\",\n" +
		"c d,Cy,,,,,\n" +
		"ann,Ann,Again,,,,\n" +
		"head,Taken,,,,,\n" +
		"eve,Eve,,nobody,Owner,many,\n" +
		"flo,Flo,,,normal,15,\n"
	plan, err := o.PlanUsers(ctx, head, table)
	must(t, err)
	want := []string{"", "", "username", "username", "username", "level", "credits"}
	for i, r := range plan.Rows {
		got := ""
		if len(r.Problems) > 0 {
			got = map[string]string{"bad_username": "username", "username_taken": "username", "bad_credits": "credits", "bad_level": "level", "no_credits": "credits"}[r.Problems[len(r.Problems)-1].Code]
		}
		if got != want[i] || r.Line != i+2 {
			t.Errorf("line %d, %s: %v, want %q", r.Line, r.Username, r.Problems, want[i])
		}
	}
	if plan.Good != 2 || plan.Credits != 20 || len(o.mustUsers(t)) != 2 {
		t.Errorf("%d good with %d credits, and %d users", plan.Good, plan.Credits, len(o.mustUsers(t)))
	}
	done, err := o.AddUsers(ctx, head, table)
	if err != nil || done.Good != 2 || o.again(t, head).User.Balance != 10 {
		t.Errorf("%d made, %d credits left, %v", done.Good, o.again(t, head).User.Balance, err)
	}
	for _, r := range done.Rows {
		if (r.Link != "") != (len(r.Problems) == 0) {
			t.Errorf("%s: link %q, problems %v", r.Username, r.Link, r.Problems)
		}
		if r.Link != "" {
			if u, err := o.UserByLink(ctx, r.Link); err != nil || u.Username != r.Username {
				t.Error(u.Username, err)
			}
		}
	}
	if u := o.named(t, "bo"); u.Level != LevelAdmin || u.Balance != 10 {
		t.Errorf("%+v", u)
	}
	for name, c := range map[string]struct {
		table string
		want  error
	}{
		"nothing":     {" \n", ErrNoUsersPasted},
		"no username": {"Name\tCredits\nAnn\t1", ErrNoUsersPasted},
		"no rows":     {"Username\n", ErrNoUsersPasted},
		"too many":    {"Username\n" + strings.Repeat("x1\n", MaxUsersAtOnce+1), ErrTooManyUsers},
	} {
		if _, err := o.PlanUsers(ctx, head, c.table); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.booksAreRight(t)
}

func (o *office) mustUsers(t testing.TB) []db.User {
	t.Helper()
	users, err := o.Users(t.Context(), CommandLine())
	must(t, err)
	return users
}

func FuzzUsersFromATable(f *testing.F) {
	f.Add("Username\tName\nann\tAnn Lee")
	f.Add("username;credits\r\n\"a\nb\";1e9\n\x00;-1")
	f.Add("Child Username,Access Level\nx,ADMIN\n\"")
	f.Fuzz(func(t *testing.T, table string) {
		plan, err := readUsers(table)
		if err != nil {
			if len(Refusals(err)) == 0 {
				t.Errorf("%q: %v", table, err)
			}
			return
		}
		for _, r := range plan.Rows {
			if r.Line < 2 {
				t.Errorf("%q: line %d", table, r.Line)
			}
		}
	})
}

func TestMaintenanceKeepsOutAllButAdministrators(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	sent := o.send(t, jo, Order{To: numbers(1, 2)})
	if err := o.SetMaintenance(ctx, jo, true, ""); !errors.Is(err, ErrForbidden) {
		t.Errorf("by a normal user: %v", err)
	}
	if err := o.SetMaintenance(ctx, o.admin, true, strings.Repeat("x", 301)); !errors.Is(err, ErrBadMaintenance) {
		t.Errorf("a long note: %v", err)
	}
	must(t, o.SetMaintenance(ctx, o.admin, true, "Back  at two."))
	set, err := o.Settings(ctx)
	must(t, err)
	if !set.Maintenance.On || set.Maintenance.Note != "Back at two." || !set.Maintenance.Since.Equal(start) {
		t.Errorf("%+v", set.Maintenance)
	}
	for name, c := range map[string]struct {
		a    Actor
		want error
	}{"normal": {jo, ErrMaintenance}, "admin": {o.admin, nil}, "acting": {Actor{User: jo.User, By: o.admin.User}, nil}} {
		if err := AdmitPage(c.a, set); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What was accepted goes on.
	if marked := o.leave(t, 5); len(marked) != 2 {
		t.Errorf("%d of %d messages left", len(marked), len(sent.Recipients))
	}
}

func TestAlertsAreToldOnce(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	must(t, o.ChangeUser(ctx, CommandLine(), o.admin.User.ID, Profile{Level: LevelAdmin, Email: "admin@example.org"}))
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	must(t, o.ChangeUser(ctx, o.admin, jo.User.ID, Profile{Level: LevelNormal, Email: "jo@example.org", CreditReminder: 8, InactiveAlertDays: 30}))
	kinds := func() map[string]string {
		t.Helper()
		due, err := o.Alerts(ctx)
		must(t, err)
		found := map[string]string{}
		for _, al := range due {
			to := ""
			for _, u := range al.To {
				to += u.Email
			}
			found[al.User.Username+" "+al.Kind] = to
			must(t, o.AlertTold(ctx, al))
		}
		return found
	}
	if got := kinds(); len(got) != 0 {
		t.Errorf("at first: %v", got)
	}
	o.send(t, jo, Order{To: numbers(1, 2)})
	if got := kinds(); len(got) != 1 || got["jo low_credits"] != "jo@example.org" {
		t.Errorf("with 8 left: %v", got)
	}
	if got := kinds(); len(got) != 0 {
		t.Errorf("told already: %v", got)
	}
	must(t, o.MoveCredits(ctx, o.admin, jo.User.ID, 100, -1))
	if got := kinds(); len(got) != 0 {
		t.Errorf("with credits: %v", got)
	}
	must(t, o.MoveCredits(ctx, o.admin, jo.User.ID, -100, -1))
	o.pass(30 * 24 * time.Hour)
	if got := kinds(); len(got) != 2 || got["jo low_credits"] != "jo@example.org" || got["jo inactive"] != "admin@example.org" {
		t.Errorf("low again, and away: %v", got)
	}
	must(t, o.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.TouchUser(ctx, db.TouchUserParams{ID: jo.User.ID, SeenAt: o.Desk.now()})
	}))
	if got := kinds(); len(got) != 0 {
		t.Errorf("back: %v", got)
	}
	if got := o.AlertsOf(o.named(t, "jo")); len(got) != 1 || got[0] != AlertLowCredits {
		t.Errorf("on the page: %v", got)
	}
	must(t, o.Suspend(ctx, o.admin, "jo"))
	o.pass(60 * 24 * time.Hour)
	if got := kinds(); len(got) != 0 {
		t.Errorf("suspended: %v", got)
	}
}

func TestTopUps(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	root := o.admin
	if err := o.TopUp(ctx, root, 5, -1); !errors.Is(err, ErrForbidden) {
		t.Errorf("without a limit: %v", err)
	}
	must(t, o.SetUnlimited(ctx, CommandLine(), "admin", false))
	root = o.again(t, root)
	seen, err := o.LastMove(ctx, root)
	must(t, err)
	must(t, o.TopUp(ctx, root, 500, seen))
	if err := o.TopUp(ctx, root, 500, seen); !errors.Is(err, ErrCreditsMoved) {
		t.Errorf("the same form again: %v", err)
	}
	head := o.user(t, "head", LevelAdmin, root.User.ID, 0)
	for name, c := range map[string]struct {
		a    Actor
		n    int64
		want error
	}{
		"nothing": {root, 0, ErrBadCredits}, "too much": {root, mostCredits + 1, ErrBadCredits}, "below zero": {root, -501, ErrCreditsBelow},
		"a child": {head, 5, ErrForbidden}, "acting": {Actor{User: root.User, By: head.User}, 5, ErrForbidden}, "back": {root, -100, nil},
	} {
		if err := o.TopUp(ctx, c.a, c.n, -1); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if u := o.again(t, root).User; u.Balance != 400 {
		t.Errorf("%d credits", u.Balance)
	}
	o.booksAreRight(t)
}

func TestLedgerByDays(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	o.pass(24 * time.Hour)
	must(t, o.MoveCredits(t.Context(), o.admin, jo.User.ID, 5, -1))
	for _, c := range []struct {
		from, to string
		want     int
	}{{"", "", 2}, {"2026-06-03", "2026-06-03", 1}, {"2026-06-04", "", 1}, {"", "2026-06-02", 0}, {"2026-06-05", "2026-06-01", 0}} {
		l, err := o.Ledger(t.Context(), jo, LedgerFilter{From: c.from, To: c.to, Limit: 10})
		if err != nil || len(l.Lines) != c.want {
			t.Errorf("%s to %s: %d lines, %v", c.from, c.to, len(l.Lines), err)
		}
	}
	if _, err := o.Ledger(t.Context(), jo, LedgerFilter{From: "2026-02-30", Limit: 10}); !errors.Is(err, ErrBadDates) {
		t.Errorf("30 February: %v", err)
	}
}
