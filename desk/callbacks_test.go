package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/providers/simulator"
	"textdesk/sms"
)

// posts takes a callback as its provider would post it.
func (o *office) posts(t testing.TB, body []byte) {
	t.Helper()
	if err := o.takeCallback(context.Background(), o.provider, providers.Callback{Method: "POST", Body: body, ReceivedAt: o.clock()}); err != nil {
		t.Fatal(err)
	}
}

func (o *office) reads(t testing.TB) {
	t.Helper()
	if err := o.ReadCallbacks(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (o *office) reports(t testing.TB, reference string, s sms.Status) {
	t.Helper()
	o.posts(t, simulator.Report{Reference: reference, Status: s.String()}.Encode())
}

// unread counts what waits and what could not be read.
func (o *office) unread(t testing.TB) (waits, not int) {
	t.Helper()
	waiting, err := o.store.WaitingCallbacks(context.Background(), db.WaitingCallbacksParams{PageSize: 1000})
	if err != nil {
		t.Fatal(err)
	}
	n, err := o.store.CountUnreadCallbacks(context.Background(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return len(waiting), int(n)
}

func TestAReceiptBeforeItsReference(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(1, 3), Body: strings.Repeat("long ", 60)})
	marked := o.leave(t, 10)
	first, second, third := sent.Recipients[0].MessageID, sent.Recipients[1].MessageID, sent.Recipients[2].MessageID
	// Out of order, repeated, and one part only.
	o.reports(t, ref(first, 0), sms.Delivered)
	o.reports(t, ref(first, 1), sms.Delivered)
	o.reports(t, ref(first, 0), sms.Sent)
	o.reports(t, ref(first, 0), sms.Delivered)
	o.reports(t, ref(second, 1), sms.Failed)
	o.reports(t, "nobody's", sms.Delivered)
	o.reads(t)
	if waits, not := o.unread(t); waits+not > 0 {
		t.Errorf("%d wait and %d are not understood", waits, not)
	}
	o.pass(10 * time.Minute) // the call took long
	o.taken(t, marked)
	for id, want := range map[int64]sms.Status{first: sms.Delivered, second: sms.Failed, third: sms.Submitted} {
		if got := o.status(t, id); got != want {
			t.Errorf("message %d is %s, want %s", id, got, want)
		}
	}
	if any, err := o.store.AnyEarlyReceipts(t.Context()); err != nil || any == 0 {
		t.Errorf("nobody's receipt is not kept: %d %v", any, err)
	}
	o.pass(earlyFor + time.Second)
	if err := o.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if any, err := o.store.AnyEarlyReceipts(t.Context()); err != nil || any != 0 {
		t.Errorf("nobody's receipt is kept for ever: %d %v", any, err)
	}
	o.booksAreRight(t)
}

// Whatever the order in which receipts come, and however often, a message ends
// where the first final one put it, and never moves back.
func TestReceiptsInAnyOrderAroundTheAnswer(t *testing.T) {
	o := newOffice(t)
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 40 {
		sent := o.send(t, o.admin, Order{To: numbers(1000+10*round, 5)})
		marked := o.leave(t, 10)
		split := r.IntN(6) // some come before the answer
		var all []func()
		for _, m := range marked {
			for range 3 {
				all = append(all, func() { o.reports(t, ref(m.ID, 0), sms.Sent) }, func() { o.reports(t, ref(m.ID, 0), sms.Delivered) }, func() { o.reports(t, ref(m.ID, 0), sms.Submitted) })
			}
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for i, post := range all {
			if i == split*len(all)/5 {
				o.taken(t, marked)
			}
			if post(); r.IntN(3) == 0 {
				o.reads(t)
			}
		}
		o.reads(t)
		if split == 5 {
			o.taken(t, marked)
		}
		for _, s := range sent.Recipients {
			if got := o.status(t, s.MessageID); got != sms.Delivered {
				t.Fatalf("round %d, split %d: message %d is %s", round, split, s.MessageID, got)
			}
		}
	}
	o.booksAreRight(t)
}

func TestAnUnreadableCallbackHoldsUpNoOther(t *testing.T) {
	o := newOffice(t)
	o.posts(t, []byte("nonsense"))
	if err := o.ReplyFrom(t.Context(), o.admin, sms.MSISDN(number(1)), "Thank you"); err != nil {
		t.Fatal(err)
	}
	page, err := o.ReceivedPage(t.Context(), o.admin, Filter{Limit: 10})
	if err != nil || len(page.Lines) != 1 || page.Lines[0].Body != "Thank you" {
		t.Errorf("%v came in: %v", page.Lines, err)
	}
	if waits, not := o.unread(t); waits != 0 || not != 1 {
		t.Errorf("%d wait, %d are not understood", waits, not)
	}
}

// One callback may carry more than fits in a transaction, and be repeated.
func TestACallbackThatSaysVeryMuch(t *testing.T) {
	o := newOffice(t)
	sent := o.send(t, o.admin, Order{To: numbers(1, 300)})
	o.taken(t, o.leave(t, 300))
	p := parsed{row: db.Callback{ProviderID: o.provider, ReceivedAt: o.Desk.now()}}
	o.posts(t, nil)
	for _, s := range sent.Recipients {
		p.posted.Receipts = append(p.posted.Receipts, providers.Receipt{Reference: ref(s.MessageID, 0), Status: sms.Delivered})
	}
	for range 2 {
		if err := o.applyCallbacks(t.Context(), []parsed{p}); err != nil {
			t.Fatal(err)
		}
	}
	b, err := o.store.Batch(t.Context(), sent.BatchID)
	if err != nil || b.NDelivered != 300 {
		t.Errorf("%d are delivered: %v", b.NDelivered, err)
	}
	o.booksAreRight(t)
}

func TestReplay(t *testing.T) {
	o := newOffice(t)
	kim := o.user(t, "kim", LevelAdmin, o.admin.User.ID, 10)
	for i := range 5 {
		o.posts(t, fmt.Appendf(nil, "nonsense %d", i))
	}
	o.posts(t, simulator.Reply{ID: "r1", From: sms.MSISDN(number(1)), To: "60777", Body: "Yes"}.Encode())
	o.reads(t)
	page, err := o.Callbacks(t.Context(), o.admin, "", false, 0, 3)
	if err != nil || len(page.Callbacks) != 3 || !page.Older || len(page.Providers) != 1 || page.Providers[0].Unread != 5 {
		t.Fatalf("the page is %+v, %v", page, err)
	}
	rest, err := o.Callbacks(t.Context(), o.admin, "", false, page.Callbacks[2].ID, 3)
	if err != nil || len(rest.Callbacks) != 2 || rest.Older {
		t.Errorf("the next page is %+v, %v", rest, err)
	}
	all, err := o.Callbacks(t.Context(), o.admin, "Simulator", true, 0, 10)
	if err != nil || len(all.Callbacks) != 6 || all.Callbacks[0].State != callbackUnderstood {
		t.Errorf("all are %+v, %v", all.Callbacks, err)
	}
	// The parser has learned to read one of them.
	bad := page.Callbacks[0].ID
	fix := simulator.Reply{ID: "r2", From: sms.MSISDN(number(2)), To: "60777", Body: "No"}.Encode()
	raw, err := sql.Open("sqlite", filepath.Join(o.dir, db.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec(`UPDATE callbacks SET body = ? WHERE id = ?`, fix, bad); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also once it was understood
		if err := o.ReplayCallback(t.Context(), o.admin, bad); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := o.ReplayUnread(t.Context(), o.admin, "Simulator"); err != nil || n != 4 {
		t.Errorf("%d are put back: %v", n, err)
	}
	if waits, not := o.unread(t); waits != 4 || not != 0 {
		t.Errorf("%d wait, %d are not understood", waits, not)
	}
	o.reads(t)
	if waits, not := o.unread(t); waits != 0 || not != 4 {
		t.Errorf("%d wait, %d are not understood", waits, not)
	}
	in, err := o.ReceivedPage(t.Context(), o.admin, Filter{Limit: 10})
	if err != nil || len(in.Lines) != 2 {
		t.Errorf("%d came in: %v", len(in.Lines), err)
	}
	// An administrator who does not see everybody's texts does not see these.
	if _, err := o.Callbacks(t.Context(), kim, "", false, 0, 3); !errors.Is(err, ErrForbidden) {
		t.Errorf("kim gets %v", err)
	}
	if _, _, err := o.CallbackOf(t.Context(), kim, bad); !errors.Is(err, ErrForbidden) {
		t.Errorf("kim gets %v", err)
	}
	if _, err := o.ReplayUnread(t.Context(), kim, "Simulator"); !errors.Is(err, ErrForbidden) {
		t.Errorf("kim gets %v", err)
	}
	if at, err := o.Attention(t.Context(), kim); at.Unread != 0 || err != nil {
		t.Errorf("kim is told of %d, %v", at.Unread, err)
	}
	if at, err := o.Attention(t.Context(), o.admin); at.Unread != 4 || err != nil {
		t.Errorf("the administrator is told of %d, %v", at.Unread, err)
	}
}

func TestCallbackDoor(t *testing.T) {
	o := newOffice(t)
	rows, err := o.ProviderRows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path, err := o.CallbackPath(o.admin, rows[0])
	if err != nil {
		t.Fatal(err)
	}
	secret := path[strings.LastIndex(path, "/")+1:]
	open := func(name, secret string) error {
		_, err := o.CallbackDoor(t.Context(), name, secret)
		return err
	}
	for range 2 { // from the store, then from memory
		if err := open("Simulator", secret); err != nil {
			t.Error(err)
		}
		for _, wrong := range [][2]string{{"Simulator", ""}, {"Simulator", secret[1:]}, {"Simulator", secret + "x"}, {"simulator", secret}, {"Nobody", secret}, {"Nobody", ""}, {"", ""}} {
			if err := open(wrong[0], wrong[1]); !errors.Is(err, ErrUnknownProvider) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
	}
	second, err := o.AddProvider(t.Context(), o.admin, NewProvider{Name: "Two", Kind: SimulatorKind, Default: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.RemoveProvider(t.Context(), o.admin, "Simulator"); err != nil {
		t.Fatal(err)
	}
	if err := open("Simulator", secret); !errors.Is(err, ErrUnknownProvider) {
		t.Errorf("a removed provider may post: %v", err)
	}
	// One that posts more than it may is told to come again.
	row, err := o.store.Provider(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	path, err = o.CallbackPath(o.admin, row)
	if err != nil {
		t.Fatal(err)
	}
	door, err := o.CallbackDoor(t.Context(), "Two", path[strings.LastIndex(path, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	door.limit.SetBurst(3)
	for i := range 5 {
		err := o.TakeCallback(t.Context(), door, providers.Callback{Method: "POST"})
		if (err != nil) != (i >= 3) || err != nil && !errors.Is(err, ErrManyCallbacks) {
			t.Errorf("callback %d: %v", i, err)
		}
	}
	o.pass(time.Second)
	if err := o.TakeCallback(t.Context(), door, providers.Callback{Method: "POST"}); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

// A full disk refuses callbacks, so that they are posted again, and takes back
// none that it has taken; what waits is read once there is room.
func TestCallbacksOnAFullDisk(t *testing.T) {
	o := newOffice(t)
	o.posts(t, simulator.Reply{ID: "first", From: sms.MSISDN(number(1)), To: "60777", Body: strings.Repeat("x", 4000)}.Encode())
	if err := o.store.LimitPages(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	taken := 0
	for range 50 {
		err := o.takeCallback(t.Context(), o.provider, providers.Callback{Method: "POST", Body: make([]byte, 3000)})
		if err == nil {
			taken++
		} else if !db.IsTrouble(err) {
			t.Fatalf("not known as trouble: %v", err)
		}
	}
	if taken == 50 {
		t.Fatal("the disk was not full")
	}
	err := o.ReadCallbacks(t.Context())
	if waits, not := o.unread(t); err == nil && waits+not == 0 {
		t.Log("there was room to read")
	} else if not > taken {
		t.Errorf("%d callbacks are given up because the disk is full: %v", not, err)
	}
	if err := o.store.LimitPages(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	o.reads(t)
	if waits, not := o.unread(t); waits != 0 || not != taken { // zeros are no form
		t.Errorf("%d wait and %d of %d are not understood", waits, not, taken)
	}
	in, err := o.ReceivedPage(t.Context(), o.admin, Filter{Limit: 10})
	if err != nil || len(in.Lines) != 1 {
		t.Errorf("%d came in: %v", len(in.Lines), err)
	}
}

// Many post at once, each the same several times, while others read.
func TestCallbacksTogether(t *testing.T) {
	o := newOffice(t)
	var work sync.WaitGroup
	for i := range 16 {
		work.Go(func() {
			for j := range 25 {
				body := simulator.Reply{ID: fmt.Sprint(i/2, ".", j), From: sms.MSISDN(number(i)), To: "60777", Body: "Hello"}.Encode()
				if err := o.takeCallback(context.Background(), o.provider, providers.Callback{Method: "POST", Body: body}); err != nil {
					t.Error(err)
				}
				if j%8 == 0 {
					if err := o.ReadCallbacks(context.Background()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	work.Wait()
	o.reads(t)
	in, err := o.ReceivedPage(t.Context(), o.admin, Filter{Limit: 1000})
	if err != nil || len(in.Lines) != 200 {
		t.Errorf("%d came in, want 200: %v", len(in.Lines), err)
	}
	if waits, not := o.unread(t); waits+not != 0 {
		t.Errorf("%d wait and %d are not understood", waits, not)
	}
}

// What a provider names is what is answered, whoever texted the phone last.
func TestAReplyToWhatTheProviderNames(t *testing.T) {
	o := newOffice(t)
	ann, bob := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100), o.user(t, "bob", LevelNormal, o.admin.User.ID, 100)
	first := o.send(t, ann, Order{To: numbers(1, 1)}).Recipients[0].MessageID
	o.taken(t, o.leave(t, 10))
	o.send(t, bob, Order{To: numbers(1, 1)})
	o.taken(t, o.leave(t, 10))
	err := o.Received(t.Context(), o.provider, providers.InboundPage{Cursor: "7", Inbound: []providers.Inbound{
		{ID: "1", From: sms.MSISDN(number(1)), Body: "To Ann", InReply: ref(first, 0), At: start},
		{ID: "2", From: sms.MSISDN(number(1)), Body: "To whoever", InReply: "unknown", At: start.AddDate(50, 0, 0)},
		{ID: "1", From: sms.MSISDN(number(1)), Body: "Again"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := o.store.InboundFrom(t.Context(), db.InboundFromParams{Number: sms.MSISDN(number(1)), PageSize: 9})
	if err != nil || len(got) != 2 {
		t.Fatalf("%v: %v", got, err)
	}
	if int64(got[1].UserID) != ann.User.ID || int64(got[1].MessageID) != first || int64(got[0].UserID) != bob.User.ID {
		t.Errorf("they went to %d and %d", got[1].UserID, got[0].UserID)
	}
	if got[0].SentAt != o.Desk.now() {
		t.Errorf("an impossible time is believed: %v", got[0].SentAt.Time())
	}
	if c, err := o.InboundCursor(t.Context(), o.provider); c != "7" || err != nil {
		t.Errorf("the cursor is %q: %v", c, err)
	}
}
