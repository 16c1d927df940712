package desk

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

const rightPassword = "correct horse battery"

// known makes a user with a password.
func (o *office) known(t testing.TB, a Actor, name, level string) Actor {
	t.Helper()
	id, err := o.AddUser(t.Context(), a, NewUser{Username: name, Password: rightPassword, Level: level})
	if err != nil {
		t.Fatal(err)
	}
	u, err := o.store.User(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return Actor{User: u, Door: "page"}
}

func TestSignInIsThrottled(t *testing.T) {
	o := newOffice(t)
	o.known(t, o.admin, "Sam", LevelNormal)
	try := func(user, password, address string) error {
		_, err := o.SignIn(t.Context(), user, password, address, "test")
		return err
	}
	for i := range freeAttempts {
		if err := try(" SAM", "wrong password", "192.0.2.1"); !errors.Is(err, ErrSignIn) {
			t.Fatalf("attempt %d: %v", i, err)
		}
	}
	if err := try("sam", rightPassword, "192.0.2.2"); !errors.Is(err, ErrThrottled) {
		t.Errorf("the account is not throttled: %v", err)
	}
	o.pass(2 * time.Second)
	if err := try("sam", "wrong password", "192.0.2.3"); !errors.Is(err, ErrSignIn) {
		t.Errorf("after the wait: %v", err)
	}
	if err := try("sam", rightPassword, "192.0.2.3"); !errors.Is(err, ErrThrottled) {
		t.Errorf("the wait did not grow: %v", err)
	}
	o.pass(longestBlock)
	if err := try("sam", rightPassword, "192.0.2.3"); err != nil {
		t.Errorf("the right password after the wait: %v", err)
	}
	if err := try("sam", "wrong password", "192.0.2.3"); !errors.Is(err, ErrSignIn) {
		t.Errorf("a success did not clear the account: %v", err)
	}
	// An address goes through many names.
	for i := range freeAddressAttempts {
		if err := try("nobody"+string(rune('a'+i%26))+strings.Repeat("x", i), "wrong password", "192.0.2.9"); !errors.Is(err, ErrSignIn) {
			t.Fatalf("attempt %d from one address: %v", i, err)
		}
	}
	if err := try("sam", rightPassword, "192.0.2.9"); !errors.Is(err, ErrThrottled) {
		t.Errorf("the address is not throttled: %v", err)
	}
	if err := try("sam", rightPassword, "192.0.2.10"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestManyGuessesAtOnceAreThrottled(t *testing.T) {
	o := newOffice(t)
	o.known(t, o.admin, "sam", LevelNormal)
	var looked atomic.Int64
	var work sync.WaitGroup
	for range 40 {
		work.Go(func() {
			if _, err := o.SignIn(context.Background(), "sam", "wrong password", "192.0.2.1", ""); errors.Is(err, ErrSignIn) {
				looked.Add(1)
			} else if !errors.Is(err, ErrThrottled) {
				t.Error(err)
			}
		})
	}
	work.Wait()
	if n := looked.Load(); n > freeAttempts+2 {
		t.Errorf("%d of 40 passwords were looked at", n)
	}
}

func TestSessionsEnd(t *testing.T) {
	o := newOffice(t)
	sam := o.known(t, o.admin, "sam", LevelNormal)
	in := func() string {
		t.Helper()
		token, err := o.SignIn(t.Context(), "sam", rightPassword, "192.0.2.1", "test")
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	who := func(token string) error {
		_, err := o.ActorBySession(t.Context(), token, "192.0.2.1")
		return err
	}
	one := in()
	for range 20 { // in use, it lives on
		o.pass(11 * time.Hour)
		if o.clock().Sub(start) > sessionLimit {
			break
		}
		if err := who(one); err != nil {
			t.Fatalf("after %v in use: %v", o.clock().Sub(start), err)
		}
	}
	if err := who(one); !errors.Is(err, ErrSignedOut) {
		t.Errorf("after a week: %v", err)
	}
	one = in()
	for range 3 { // a page that asks by itself what is new
		o.pass(sessionIdle / 4)
		if a, err := o.ActorWatching(t.Context(), one, "192.0.2.1"); err != nil || a.User.ID != sam.User.ID {
			t.Fatalf("watching: %v %v", a.User.Username, err)
		}
	}
	o.pass(sessionIdle / 4)
	if err := who(one); !errors.Is(err, ErrSignedOut) {
		t.Errorf("idle: %v", err)
	}
	one, two := in(), in()
	if err := o.ChangePassword(t.Context(), sam, "not it at all", "another password", "another password", one); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("without the current password: %v", err)
	}
	if err := o.ChangePassword(t.Context(), sam, rightPassword, "another password", "another password", one); err != nil {
		t.Fatal(err)
	}
	if who(one) != nil || !errors.Is(who(two), ErrSignedOut) {
		t.Error("a changed password keeps this session and ends the others")
	}
	if _, err := o.SignIn(t.Context(), "sam", rightPassword, "192.0.2.1", ""); !errors.Is(err, ErrSignIn) {
		t.Errorf("the old password: %v", err)
	}
	if err := o.ResetPassword(t.Context(), o.admin, "sam", rightPassword); err != nil || !errors.Is(who(one), ErrSignedOut) {
		t.Error("a reset password ends all sessions", err)
	}
	one = in()
	key, err := o.NewKey(t.Context(), sam, "script")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Suspend(t.Context(), o.admin, "sam"); err != nil {
		t.Fatal(err)
	}
	if err := who(one); !errors.Is(err, ErrSignedOut) {
		t.Errorf("suspended: %v", err)
	}
	if _, err := o.ActorByToken(t.Context(), key, "fastsms", ""); !errors.Is(err, ErrSuspended) {
		t.Errorf("the token of somebody suspended: %v", err)
	}
	if _, err := o.Send(t.Context(), sam, Order{To: numbers(1, 1), Sender: "A", Body: "x"}); err == nil {
		t.Error("somebody suspended between signing in and sending has sent")
	}
	if _, err := o.SignIn(t.Context(), "sam", rightPassword, "192.0.2.1", ""); !errors.Is(err, ErrSuspended) {
		t.Errorf("signing in: %v", err)
	}
	if err := o.Suspend(t.Context(), o.admin, "admin"); !errors.Is(err, ErrLastAdmin) {
		t.Errorf("the last administrator: %v", err)
	}
	if err := o.Resume(t.Context(), o.admin, "sam"); err != nil || who(one) == nil {
		t.Errorf("an ended session came back: %v", err)
	}
}

func TestTokens(t *testing.T) {
	o := newOffice(t)
	sam, kim := o.known(t, o.admin, "sam", LevelNormal), o.known(t, o.admin, "kim", LevelNormal)
	key, err := o.NewKey(t.Context(), sam, "script")
	if err != nil {
		t.Fatal(err)
	}
	if a, err := o.ActorByToken(t.Context(), key, "fastsms", ""); err != nil || a.User.ID != sam.User.ID {
		t.Errorf("%+v %v", a, err)
	}
	if raw, err := os.ReadFile(filepath.Join(o.dir, db.FileName)); err != nil || strings.Contains(string(raw), key) {
		t.Error("the token stands in the store", err)
	}
	if raw, err := os.ReadFile(filepath.Join(o.dir, db.FileName+"-wal")); err != nil || strings.Contains(string(raw), key) {
		t.Error("the token stands in the log", err)
	}
	keys, err := o.Keys(t.Context(), sam)
	if err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	if err := o.RevokeKey(t.Context(), kim, keys[0].ID); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("somebody else revokes it: %v", err)
	}
	if err := o.RevokeKey(t.Context(), sam, keys[0].ID); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{key, "", "nonsense"} {
		if _, err := o.ActorByToken(t.Context(), token, "fastsms", ""); !errors.Is(err, ErrBadToken) {
			t.Errorf("token %q: %v", token, err)
		}
	}
	if _, err := o.NewKeyFor(t.Context(), o.admin, "sam"); !errors.Is(err, ErrForbidden) {
		t.Errorf("an administrator makes somebody's token: %v", err)
	}
}

func TestTheVault(t *testing.T) {
	dir := t.TempDir()
	v, err := OpenVault(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	sealed := v.seal("here", "secret")
	if sealed == v.seal("here", "secret") || strings.Contains(sealed, "secret") {
		t.Error("the same text is sealed to the same")
	}
	if again, err := OpenVault(dir, ""); err != nil {
		t.Error(err)
	} else if text, err := again.open("here", sealed); err != nil || text != "secret" {
		t.Errorf("%q %v", text, err)
	}
	if _, err := v.open("there", sealed); !errors.Is(err, ErrWrongKey) {
		t.Errorf("at another place: %v", err)
	}
	other, err := OpenVault(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{sealed, "", "x", "AAAA", base64.StdEncoding.EncodeToString(make([]byte, 40))} {
		if _, err := other.open("here", bad); !errors.Is(err, ErrWrongKey) {
			t.Errorf("with another key, %q: %v", bad, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, KeyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	for _, given := range []string{"short", strings.Repeat("g", 64), base64.StdEncoding.EncodeToString(make([]byte, 31))} {
		if _, err := OpenVault(dir, given); err == nil {
			t.Errorf("the key %q is taken", given)
		}
	}
	if _, err := OpenVault(dir, strings.Repeat("0a", 32)); err != nil {
		t.Error(err)
	}
	// Several processes that start at once have one key.
	dir = t.TempDir()
	seals := make([]string, 8)
	var work sync.WaitGroup
	for i := range seals {
		work.Go(func() {
			v, err := OpenVault(dir, "")
			if err != nil {
				t.Error(err)
				return
			}
			seals[i] = v.seal("here", "secret")
		})
	}
	work.Wait()
	if v, err = OpenVault(dir, ""); err != nil {
		t.Fatal(err)
	}
	for _, s := range seals {
		if _, err := v.open("here", s); err != nil {
			t.Error("two processes made two keys")
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.new")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v %v", left, err)
	}
}

func TestAnotherKeyIsToldPlainly(t *testing.T) {
	o := newOffice(t)
	row, err := o.store.Provider(t.Context(), o.provider)
	if err != nil {
		t.Fatal(err)
	}
	if o.vault, err = OpenVault(t.TempDir(), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := o.OpenProvider(row); !errors.Is(err, ErrWrongKey) {
		t.Errorf("%v", err)
	}
}

// TestSiblingsNeverSeeEachOther walks every verb that shows or changes what
// belongs to somebody: the owner and those above may, nobody else.
func TestSiblingsNeverSeeEachOther(t *testing.T) {
	o := newOffice(t)
	left := o.user(t, "left", LevelAdmin, o.admin.User.ID, 100)
	right := o.user(t, "right", LevelAdmin, o.admin.User.ID, 100)
	leaf := o.user(t, "leaf", LevelNormal, left.User.ID, 100)
	twin := o.user(t, "twin", LevelNormal, left.User.ID, 100)
	actors := map[string]Actor{"admin": o.admin, "left": left, "right": right, "leaf": leaf, "twin": twin}
	may := map[string]bool{"admin": true, "left": true, "leaf": true}

	doubt := o.send(t, leaf, Order{To: numbers(1, 2), Body: "Unmistakable"})
	marked := o.leave(t, 2)
	for _, m := range marked {
		o.failed(t, m, &providers.Error{Kind: providers.Ambiguous, Text: "hm"})
	}
	gone := o.send(t, leaf, Order{To: numbers(5, 1), Body: "Unmistakable"})
	o.taken(t, o.leave(t, 1))
	late := o.send(t, leaf, Order{To: numbers(7, 2), SendAt: start.Add(time.Hour)})
	o.pass(30 * time.Hour)
	if _, err := o.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.ReplyFrom(t.Context(), o.admin, sms.MSISDN(number(5)), "Thank you"); err != nil {
		t.Fatal(err)
	}
	id := gone.Recipients[0].MessageID
	for name, a := range actors {
		sees := func(what string, got bool, err error) {
			t.Helper()
			if err != nil && len(Refusals(err)) == 0 {
				t.Errorf("%s by %s: %v", what, name, err)
			}
			if got != may[name] {
				t.Errorf("%s by %s: %v, want %v", what, name, got, may[name])
			}
		}
		page, err := o.Outbox(t.Context(), a, Filter{Limit: 50})
		sees("outbox", len(page.Messages) > 0, err)
		page, err = o.Outbox(t.Context(), a, Filter{Limit: 50, Search: "unmistakable"})
		sees("search by words", len(page.Messages) > 0, err)
		page, err = o.Outbox(t.Context(), a, Filter{Limit: 50, Search: number(5)})
		sees("search by number", len(page.Messages) > 0, err)
		page, err = o.Outbox(t.Context(), a, Filter{Limit: 50, BatchID: gone.BatchID})
		sees("the send's page", len(page.Messages) > 0, err)
		n := 0
		err = o.EachReportLine(t.Context(), a, ReportMessages, Filter{}, func(ReportLine) error { n++; return nil })
		sees("export", n > 0, err)
		_, err = o.Message(t.Context(), a, id)
		sees("message", err == nil, err)
		_, err = o.PartStatus(t.Context(), a, id)
		sees("part", err == nil, err)
		_, err = o.Batch(t.Context(), a, gone.BatchID)
		sees("send", err == nil, err)
		_, err = o.Progress(t.Context(), a, gone.BatchID)
		sees("progress", err == nil, err)
		inbox, err := o.Conversations(t.Context(), a, InboxSearch{Folder: FolderAll, Limit: 10})
		sees("inbox", len(inbox.Rows) > 0, err)
		received, err := o.ReceivedPage(t.Context(), a, Filter{Limit: 10})
		sees("received texts", len(received.Lines) > 0, err)
		phone, err := o.Handset(t.Context(), a, sms.MSISDN(number(5)))
		sees("handset", len(phone.Messages)+len(phone.Replies) > 0, err)
		phones, err := o.Handsets(t.Context(), a, 10)
		sees("handsets", len(phones) > 0, err)
		at, err := o.Attention(t.Context(), a)
		sees("doubts", at.InDoubt > 0, err)
		sees("held", len(at.Held) > 0, err)
		if name == "admin" || name == "left" || name == "right" {
			users, err := o.Users(t.Context(), a)
			found := false
			for _, u := range users {
				found = found || u.Username == "leaf"
			}
			sees("users", found, err)
		}
	}
	// Who may not see may not touch either, and learns no more than that.
	for _, name := range []string{"right", "twin"} {
		a := actors[name]
		for what, got := range map[string]struct{ err, want error }{
			"cancel":       {o.Cancel(t.Context(), a, late.Recipients[0].MessageID), ErrUnknownMessage},
			"send again":   {o.SendAgain(t.Context(), a, marked[0].ID), ErrUnknownMessage},
			"mark as sent": {o.MarkAsSent(t.Context(), a, marked[0].ID), ErrUnknownMessage},
			"release":      {o.Release(t.Context(), a, late.BatchID), ErrUnknownBatch},
		} {
			if !errors.Is(got.err, got.want) {
				t.Errorf("%s by %s: %v", what, name, got.err)
			}
		}
		if _, err := o.Stop(t.Context(), a, late.BatchID); !errors.Is(err, ErrUnknownBatch) {
			t.Errorf("stop by %s: %v", name, err)
		}
		if err := o.Suspend(t.Context(), a, "leaf"); err == nil {
			t.Errorf("%s has suspended leaf", name)
		}
		if err := o.ResetPassword(t.Context(), a, "leaf", rightPassword); err == nil {
			t.Errorf("%s has given leaf a password", name)
		}
	}
	if err := o.Suspend(t.Context(), left, "admin"); err == nil {
		t.Error("a child has suspended its parent")
	}
	// And those who may, can.
	if err := o.SendAgain(t.Context(), left, marked[0].ID); err != nil {
		t.Error(err)
	}
	if n, err := o.Stop(t.Context(), left, late.BatchID); err != nil || n != 2 {
		t.Error(n, err)
	}
	_ = doubt
	o.booksAreRight(t)
}

// Whoever was made to wait by a clock that was ahead waits no longer than anybody.
func TestSigningInAfterAClockThatWasAhead(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.known(t, o.admin, "sam", LevelNormal)
	in := func(password string) error {
		_, err := o.SignIn(ctx, "sam", password, "192.0.2.1", "test")
		return err
	}
	for range freeAttempts + 1 {
		_ = in("wrong horse battery")
	}
	if err := in(rightPassword); !errors.Is(err, ErrThrottled) {
		t.Fatalf("it is not slowed down: %v", err)
	}
	o.pass(-10 * 365 * 24 * time.Hour)
	must(t, in(rightPassword))
}
