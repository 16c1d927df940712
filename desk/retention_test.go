package desk

import (
	"errors"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

const aDay = 24 * time.Hour

func (o *office) retain(t *testing.T) {
	t.Helper()
	for {
		more, err := o.RunRetention(t.Context())
		must(t, err)
		if !more {
			return
		}
	}
}

// TestTheRowOutlivesItsContent: text and number go when their days are over, the
// state stays, and everything adds up.
func TestTheRowOutlivesItsContent(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, 1, 5000)
	old := o.send(t, sam, Order{To: append(numbers(0, 1200), "rubbish"), Body: "An old text"})
	o.taken(t, o.leave(t, 2000))
	doubt := o.send(t, sam, Order{To: []string{number(7000)}, Body: "In doubt"})
	o.leave(t, 10)
	must(t, first2(o.Recover(ctx, o.provider, false)))
	late := o.send(t, sam, Order{To: []string{number(7001)}, Body: "Planned for later", SendAt: o.clock().Add(60 * aDay)})
	must(t, o.ReplyFrom(ctx, CommandLine(), sms.MSISDN(number(8000)), "An old reply"))
	o.pass(31 * aDay)
	must(t, o.ReplyFrom(ctx, CommandLine(), sms.MSISDN(number(8001)), "A new reply"))
	recent := o.send(t, sam, Order{To: []string{number(0), number(1)}, Body: "A new text"})
	o.taken(t, o.leave(t, 10))

	days, err := ReadRetention(map[string]string{"texts": "30", "numbers": " 90 ", "inbound": "30", "callbacks": "30", "audit": "", "imports": "0", "history": "0"})
	must(t, err)
	counts, err := o.WouldClear(ctx, o.admin, days)
	must(t, err)
	if counts[KeepTexts] != 1202 || counts[KeepNumbers] != 0 || counts[KeepInbound] != 1 || counts[KeepCallbacks] != 1 {
		t.Errorf("it would clear %v", counts)
	}
	o.retain(t)
	if b, _ := o.store.Batch(ctx, old.BatchID); b.Body == "" {
		t.Fatal("cleared before anybody said so")
	}
	must(t, o.SaveRetention(ctx, o.admin, days))
	o.retain(t)

	text := func(batch int64) (body string, number sms.MSISDN) {
		t.Helper()
		m, err := o.store.FirstMessageOfBatch(ctx, batch)
		must(t, err)
		return m.Body, m.Number
	}
	if body, n := text(old.BatchID); body != "" || n.Erased() {
		t.Errorf("the old text is %q to %v", body, n)
	}
	if body, _ := text(recent.BatchID); body != "A new text" {
		t.Errorf("the new text is %q", body)
	}
	for batch, want := range map[int64]string{doubt.BatchID: "In doubt", late.BatchID: "Planned for later"} {
		if body, _ := text(batch); body != want {
			t.Errorf("what still has to go is %q", body)
		}
	}
	if found, err := o.store.FindMessages(ctx, db.MessageFilter{Words: "old", Limit: 5}); err == nil && len(found) > 0 {
		t.Errorf("the old text is still found by its words")
	}
	left, err := o.WouldClear(ctx, o.admin, days)
	if err != nil || left[KeepTexts] > 3 || left[KeepInbound] != 0 {
		t.Errorf("the next run would clear %v, %v", left, err)
	}
	o.booksAreRight(t)

	// Those that had to wait go as soon as they can.
	must(t, o.Cancel(ctx, sam, late.FirstID(t, o)))
	o.retain(t)
	if body, _ := text(late.BatchID); body != "" {
		t.Errorf("after it was taken back the text is %q", body)
	}
	if body, _ := text(doubt.BatchID); body != "In doubt" {
		t.Errorf("what is in doubt is %q", body)
	}

	// Now the numbers.
	o.pass(60 * aDay)
	o.retain(t)
	if _, n := text(old.BatchID); !n.Erased() {
		t.Errorf("the old number is %v", n)
	}
	if _, n := text(recent.BatchID); n.Erased() {
		t.Error("the new number is gone")
	}
	skips, err := o.store.Skips(ctx, db.SkipsParams{BatchID: old.BatchID, AfterPlace: -1, PageSize: 10})
	if err != nil || len(skips) != 1 || skips[0].Typed != "" {
		t.Errorf("left out were %+v, %v", skips, err)
	}
	b, err := o.store.Batch(ctx, old.BatchID)
	if err != nil || b.Recipients != 1200 || b.NSubmitted != 1200 || b.Body != "" {
		t.Errorf("the old send is %+v, %v", b, err)
	}
	o.booksAreRight(t)
	kept, err := o.Retentions(ctx, o.admin)
	if err != nil || kept[0].Days != 30 || kept[0].Cleared < 1201 || kept[0].At.IsZero() {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

// FirstID is the id of the send's first message.
func (s Sent) FirstID(t *testing.T, o *office) int64 {
	t.Helper()
	m, err := o.store.FirstMessageOfBatch(t.Context(), s.BatchID)
	must(t, err)
	return m.ID
}

// TestOldAuditLinesGo: by this way alone, and with a line that says so.
func TestOldAuditLinesGo(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, 1, 10)
	id, err := o.AddContact(ctx, sam, ContactForm{Name: "Ann", Number: number(1)})
	must(t, err)
	must(t, o.ChangeContact(ctx, sam, id, ContactForm{Name: "Anna", Number: number(1)}))
	o.pass(400 * aDay)
	days := map[string]int{KeepAudit: 365, KeepHistory: 365}
	counts, err := o.WouldClear(ctx, o.admin, days)
	if err != nil || counts[KeepAudit] == 0 || counts[KeepHistory] == 0 {
		t.Errorf("it would clear %v, %v", counts, err)
	}
	must(t, o.SaveRetention(ctx, o.admin, days))
	o.retain(t)
	if left, err := o.store.CountOld(ctx, db.ClearAudit, 0, o.now2()); err != nil || left != 1 {
		t.Errorf("%d lines are left, %v", left, err)
	}
	if _, _, err := o.ContactHistory(ctx, sam, id, 0, 10); err != nil {
		t.Errorf("the history: %v", err)
	}
	if found := onDisk(t, o.dir, []string{`"to":"Anna"`}); len(found) > 0 {
		if _, err := o.store.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		for _, f := range onDisk(t, o.dir, []string{`"to":"Anna"`}) {
			t.Errorf("still there: %s", f)
		}
	}
}

// now2 is a little later than now, as the store keeps it.
func (o *office) now2() db.Millis { return db.At(o.clock().Add(time.Second)) }

func TestDaysToKeepAreRead(t *testing.T) {
	for _, typed := range []string{"-1", "x", "1.5", "99999"} {
		_, err := ReadRetention(map[string]string{KeepInbound: typed})
		if !errors.Is(err, ErrBadKeep) || Refusals(err)[0].Field != KeepInbound {
			t.Errorf("%q is read with %v", typed, err)
		}
	}
	o := newOffice(t)
	sam := o.user(t, "sam", LevelNormal, 1, 10)
	for _, err := range []error{o.SaveRetention(t.Context(), sam, nil), first2(o.Retentions(t.Context(), sam)), first2(o.WouldClear(t.Context(), sam, nil))} {
		if !errors.Is(err, ErrForbidden) {
			t.Errorf("a normal user is told %v", err)
		}
	}
}
