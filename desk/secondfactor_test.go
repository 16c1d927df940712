package desk

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"textdesk/db"
)

// app is what a phone shows for a secret.
func (o *office) app(t testing.TB, s SecondSetup, ago time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(s.Secret, " ", ""), o.clock().Add(-ago))
	must(t, err)
	return code
}

func TestSecondFactor(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.known(t, o.admin, "sam", LevelNormal)
	in := func() (string, error) { return o.SignIn(ctx, "sam", rightPassword, "192.0.2.1", "test") }
	mine, err := in()
	must(t, err)
	other, err := in()
	must(t, err)

	if _, err := o.ConfirmSecondFactor(ctx, sam, "123456", mine); !errors.Is(err, ErrNoSecond) {
		t.Errorf("before it is begun: %v", err)
	}
	setup, err := o.BeginSecondFactor(ctx, sam)
	must(t, err)
	if again, err := o.BeginSecondFactor(ctx, sam); err != nil || again != setup {
		t.Errorf("a page that is loaded again has another secret: %v", err)
	}
	if u := o.again(t, sam).User; strings.Contains(u.SecondSecret, strings.ReplaceAll(setup.Secret, " ", "")) || u.SecondSecret == "" {
		t.Error("the secret is not sealed")
	}
	if _, err := in(); err != nil {
		t.Errorf("it is asked for before it is on: %v", err)
	}
	for _, wrong := range []string{"", "000000", "12345", "١٢٣٤٥٦", "1234567", strings.Repeat("1", 1000)} {
		if _, err := o.ConfirmSecondFactor(ctx, sam, wrong, mine); !errors.Is(err, ErrSecondFactor) && !errors.Is(err, ErrThrottled) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	o.pass(longestBlock)
	code := o.app(t, setup, 0)
	codes, err := o.ConfirmSecondFactor(ctx, sam, code[:3]+" "+code[3:], mine)
	must(t, err)
	if len(codes) != recoveryCodes {
		t.Errorf("%d recovery codes", len(codes))
	}
	if _, err := o.ActorBySession(ctx, mine, ""); err != nil {
		t.Errorf("the session that goes on: %v", err)
	}
	if _, err := o.ActorBySession(ctx, other, ""); !errors.Is(err, ErrSignedOut) {
		t.Errorf("the other session: %v", err)
	}

	pending, err := in()
	if !errors.Is(err, ErrSecondStep) {
		t.Fatalf("signing in: %v", err)
	}
	if _, err := o.ActorBySession(ctx, pending, ""); !errors.Is(err, ErrSignedOut) {
		t.Errorf("what waits for the code opens: %v", err)
	}
	try := func(typed string) error {
		_, err := o.SignInCode(ctx, pending, typed, "192.0.2.1", "test")
		return err
	}
	if err := try(code); !errors.Is(err, ErrSecondFactor) {
		t.Errorf("the code that was used: %v", err)
	}
	o.pass(time.Minute)
	if err := try(o.app(t, setup, 90*time.Second)); !errors.Is(err, ErrSecondFactor) {
		t.Errorf("an old code: %v", err)
	}
	fresh := o.app(t, setup, 0)
	must(t, try(fresh))
	if err := try(fresh); !errors.Is(err, ErrSignedOut) {
		t.Errorf("the same sign-in again: %v", err)
	}
	pending, _ = in()
	if err := try(fresh); !errors.Is(err, ErrSecondFactor) {
		t.Errorf("the same code for another sign-in: %v", err)
	}
	must(t, try(" "+strings.ToUpper(codes[4])+" "))
	pending, _ = in()
	if err := try(codes[4]); !errors.Is(err, ErrSecondFactor) {
		t.Errorf("a recovery code twice: %v", err)
	}
	if n, err := o.RecoveryCodesLeft(ctx, sam); err != nil || n != recoveryCodes-1 {
		t.Error(n, err)
	}
	// Too slow, and too often.
	o.pass(secondStepLife)
	if err := try(codes[5]); !errors.Is(err, ErrSignedOut) {
		t.Errorf("after its time: %v", err)
	}
	pending, _ = in()
	for range freeAttempts {
		_ = try("000000")
	}
	if err := try(codes[5]); !errors.Is(err, ErrThrottled) {
		t.Errorf("after many wrong codes: %v", err)
	}
	o.pass(longestBlock)
	// New codes and the end of it take the password.
	sam = o.again(t, sam)
	if _, err := o.NewRecoveryCodes(ctx, sam, "not it at all"); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("new codes without the password: %v", err)
	}
	if _, err := o.NewRecoveryCodes(ctx, sam, rightPassword); err != nil {
		t.Error(err)
	}
	pending, _ = in()
	if err := try(codes[6]); !errors.Is(err, ErrSecondFactor) {
		t.Errorf("a code of before: %v", err)
	}
	if err := o.DropSecondFactor(ctx, sam, "not it at all"); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("off without the password: %v", err)
	}
	must(t, o.DropSecondFactor(ctx, sam, rightPassword))
	if _, err := in(); err != nil {
		t.Errorf("off: %v", err)
	}
}

func TestCodesAtOnceOpenOnce(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.known(t, o.admin, "sam", LevelNormal)
	setup, err := o.BeginSecondFactor(ctx, sam)
	must(t, err)
	_, err = o.ConfirmSecondFactor(ctx, sam, o.app(t, setup, 0), "")
	must(t, err)
	o.pass(time.Minute)
	code := o.app(t, setup, 0)
	results := make(chan error, 4)
	for range cap(results) {
		pending, err := o.SignIn(ctx, "sam", rightPassword, "192.0.2.1", "test")
		if !errors.Is(err, ErrSecondStep) {
			t.Fatal(err)
		}
		go func() {
			_, err := o.SignInCode(context.Background(), pending, code, "192.0.2.1", "test")
			results <- err
		}()
	}
	opened := 0
	for range cap(results) {
		if <-results == nil {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("one code opened %d times", opened)
	}
}

func TestAdministratorsHaveToHaveASecondFactor(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	boss, jo := o.known(t, o.admin, "boss", LevelAdmin), o.known(t, o.admin, "jo", LevelNormal)
	if err := o.SaveSecondFactorPolicy(ctx, jo, SecondAdmins); !errors.Is(err, ErrForbidden) {
		t.Errorf("by a normal user: %v", err)
	}
	if err := o.SaveSecondFactorPolicy(ctx, boss, "everybody"); !errors.Is(err, ErrBadPolicy) {
		t.Errorf("nonsense: %v", err)
	}
	must(t, o.SaveSecondFactorPolicy(ctx, boss, SecondAdmins))
	set, err := o.Settings(ctx)
	must(t, err)
	if err := AdmitPage(boss, set); !errors.Is(err, ErrNeedsSecond) {
		t.Errorf("without one: %v", err)
	}
	if err := AdmitPage(jo, set); err != nil {
		t.Errorf("a normal user: %v", err)
	}
	if err := AdmitPage(Actor{User: jo.User, By: boss.User}, set); !errors.Is(err, ErrNeedsSecond) {
		t.Errorf("acting as one: %v", err)
	}
	setup, err := o.BeginSecondFactor(ctx, boss)
	must(t, err)
	_, err = o.ConfirmSecondFactor(ctx, boss, o.app(t, setup, 0), "")
	must(t, err)
	boss = o.again(t, boss)
	if err := AdmitPage(boss, set); err != nil {
		t.Errorf("with one: %v", err)
	}
	if err := o.DropSecondFactor(ctx, boss, rightPassword); !errors.Is(err, ErrNeedsSecond) {
		t.Errorf("off: %v", err)
	}
	must(t, o.ResetSecondFactor(ctx, o.admin, "boss"))
	if o.again(t, boss).User.SecondAt != 0 {
		t.Error("it was not taken away")
	}
	if err := o.ResetSecondFactor(ctx, boss, "boss"); !errors.Is(err, ErrYourself) {
		t.Errorf("from oneself: %v", err)
	}
}

func TestActingAsSomebody(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	head := o.known(t, o.admin, "head", LevelAdmin)
	other := o.known(t, o.admin, "other", LevelAdmin)
	jo := o.known(t, head, "jo", LevelNormal)
	session, err := o.SignIn(ctx, "head", rightPassword, "192.0.2.1", "")
	must(t, err)
	for who, a := range map[string]Actor{"above": o.admin, "beside": other, "oneself": head} {
		if err := o.ActAs(ctx, head, session, a.User.ID); !errors.Is(err, ErrUnknownUser) {
			t.Errorf("as who is %s: %v", who, err)
		}
	}
	if err := o.ActAs(ctx, jo, session, head.User.ID); !errors.Is(err, ErrForbidden) {
		t.Errorf("by a normal user: %v", err)
	}
	must(t, o.ActAs(ctx, head, session, jo.User.ID))
	now := func() Actor {
		t.Helper()
		a, err := o.ActorBySession(ctx, session, "192.0.2.1")
		must(t, err)
		return a
	}
	a := now()
	if a.User.ID != jo.User.ID || a.By.ID != head.User.ID {
		t.Fatalf("%s by %s", a.User.Username, a.By.Username)
	}
	if a.User.SeenAt != jo.User.SeenAt {
		t.Error("jo counts as seen")
	}
	_, keyErr := o.NewKey(ctx, a, "Script")
	_, beginErr := o.BeginSecondFactor(ctx, a)
	_, confirmErr := o.ConfirmSecondFactor(ctx, a, "123456", session)
	_, codesErr := o.NewRecoveryCodes(ctx, a, rightPassword)
	_, linkErr := o.NewLink(ctx, a, jo.User.ID)
	for what, err := range map[string]error{
		"password": o.ChangePassword(ctx, a, rightPassword, "another password", "another password", session), "token": keyErr, "second factor": beginErr,
		"second factor on": confirmErr, "recovery codes": codesErr, "second factor off": o.DropSecondFactor(ctx, a, rightPassword), "revoke": o.RevokeKey(ctx, a, 1),
		"link": linkErr, "sign out": o.SignOutElsewhere(ctx, a, session), "act again": o.ActAs(ctx, a, session, jo.User.ID), "reset": o.ResetPassword(ctx, a, "jo", rightPassword),
	} {
		if !errors.Is(err, ErrActing) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = o.AddContact(ctx, a, ContactForm{Name: "Ann", Number: "07700 900001"})
	must(t, err)
	if _, err := o.AddTemplate(ctx, a, TemplateForm{Name: "T", Body: "Hello"}); err != nil {
		t.Fatal(err)
	}
	page, err := o.AuditLog(ctx, o.admin, AuditFilter{Kind: "template", Limit: 5})
	if err != nil || len(page.Entries) != 1 || page.Entries[0].By != "head" || page.Entries[0].As != "jo" {
		t.Errorf("the audit log: %+v %v", page.Entries, err)
	}
	for _, id := range []int64{head.User.ID, jo.User.ID} {
		page, err := o.AuditLog(ctx, o.admin, AuditFilter{UserID: id, Kind: "template", Limit: 5})
		if err != nil || len(page.Entries) != 1 {
			t.Errorf("by %d: %+v %v", id, page.Entries, err)
		}
	}
	must(t, o.StopActing(ctx, a, session))
	if a := now(); a.User.ID != head.User.ID || a.Acting() {
		t.Errorf("after the end: %+v", a)
	}
	// What takes the right away ends it, and the administrator stays in.
	for what, c := range map[string]struct{ do, undo func() error }{
		"suspended": {func() error { return o.Suspend(ctx, o.admin, "jo") }, func() error { return o.Resume(ctx, o.admin, "jo") }},
		"moved":     {func() error { return o.MoveUser(ctx, o.admin, jo.User.ID, other.User.ID) }, func() error { return o.MoveUser(ctx, o.admin, jo.User.ID, head.User.ID) }},
		"no longer one who sees": {func() error {
			return o.SetPermissions(ctx, o.admin, head.User.ID, Permissions{Bulk: true, Import: true, ApproveAbove: -1})
		}, func() error {
			return o.SetPermissions(ctx, o.admin, head.User.ID, Permissions{Bulk: true, Import: true, SeesOthers: true, ApproveAbove: -1})
		}},
	} {
		must(t, o.ActAs(ctx, o.again(t, head), session, jo.User.ID))
		must(t, c.do())
		if a := now(); a.User.ID != head.User.ID || a.Acting() {
			t.Errorf("%s: still %s", what, a.User.Username)
		}
		must(t, c.undo())
		must(t, o.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.ActAs(ctx, db.ActAsParams{Hash: hashToken(session)})
		}))
	}
	must(t, o.Suspend(ctx, o.admin, "head"))
	if _, err := o.ActorBySession(ctx, session, ""); !errors.Is(err, ErrSignedOut) {
		t.Errorf("the administrator is suspended: %v", err)
	}
}

// A page after the other, filters, and who sees what.
func TestAuditLog(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	left, right := o.known(t, o.admin, "left", LevelAdmin), o.known(t, o.admin, "right", LevelAdmin)
	for range 7 {
		must(t, o.Suspend(ctx, left, o.known(t, left, "jo"+newToken()[:4], LevelNormal).User.Username))
	}
	var ids []int64
	f := AuditFilter{Kind: "user", Limit: 3}
	for {
		page, err := o.AuditLog(ctx, left, f)
		must(t, err)
		for _, e := range page.Entries {
			if !strings.HasPrefix(e.Action, "user.") || e.By != "left" {
				t.Errorf("%+v", e)
			}
			ids = append(ids, e.ID)
		}
		if !page.Older {
			break
		}
		f.Before = page.Entries[len(page.Entries)-1].ID
	}
	if len(ids) != 14 {
		t.Errorf("%d entries", len(ids))
	}
	n := 0
	must(t, o.EachAuditEntry(ctx, left, AuditFilter{Kind: "user.suspend"}, func(AuditEntry) error { n++; return nil }))
	if n != 7 {
		t.Errorf("%d lines of the download", n)
	}
	if page, err := o.AuditLog(ctx, right, AuditFilter{Limit: 50}); err != nil || len(page.Entries) != 0 {
		t.Errorf("a sibling sees %+v %v", page.Entries, err)
	}
	if page, err := o.AuditLog(ctx, o.admin, AuditFilter{From: "2026-06-04", Limit: 50}); err != nil || len(page.Entries) != 0 {
		t.Errorf("of tomorrow: %+v %v", page.Entries, err)
	}
	if _, err := o.AuditLog(ctx, o.admin, AuditFilter{To: "tomorrow", Limit: 50}); !errors.Is(err, ErrBadDates) {
		t.Error(err)
	}
}
