package desk

import (
	"context"
	"errors"
	"testing"

	"textdesk/db"
)

// keepFields gives the messages of a send cells of a file, as if it came from one.
func (o *office) keepFields(t *testing.T, batchID int64, cells string) (ids []int64) {
	t.Helper()
	var fields []db.MessageField
	must(t, o.store.EachMessage(t.Context(), db.MessageFilter{BatchID: batchID}, func(m db.Message) error {
		ids, fields = append(ids, m.ID), append(fields, db.MessageField{MessageID: m.ID, Fields: cells})
		return nil
	}))
	must(t, o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.InsertMessageFields(ctx, fields) }))
	return ids
}

// TestColumnsGoWithTheText: what stood in the file beside a number goes when the
// text goes, and not before.
func TestColumnsGoWithTheText(t *testing.T) {
	for _, kind := range []string{KeepTexts, KeepNumbers} {
		o := newOffice(t)
		old := o.keepFields(t, o.send(t, o.admin, Order{To: numbers(0, 3)}).BatchID, `["Ann Smith","14:30"]`)
		o.taken(t, o.leave(t, 10))
		o.pass(31 * aDay)
		recent := o.keepFields(t, o.send(t, o.admin, Order{To: numbers(0, 2)}).BatchID, `["Bo Smith","15:30"]`)
		o.taken(t, o.leave(t, 10))
		must(t, o.SaveRetention(t.Context(), o.admin, map[string]int{kind: 30}))
		o.retain(t)
		if left, err := o.store.FieldsOf(t.Context(), old); err != nil || len(left) != 0 {
			t.Errorf("%s: after their days %v are left, %v", kind, left, err)
		}
		if left, err := o.store.FieldsOf(t.Context(), recent); err != nil || len(left) != 2 {
			t.Errorf("%s: before their days %v are left, %v", kind, left, err)
		}
	}
}

// TestNothingIsLeftInDraftsAndColumns: neither in the draft of a send that was
// sent or is still looked at, nor in the row of somebody else that names the
// person.
func TestNothingIsLeftInDraftsAndColumns(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	list, err := o.AddList(ctx, o.admin, "Trip")
	must(t, err)
	must(t, first2(o.PasteIntoList(ctx, o.admin, list, erasedNumber+"\t"+erasedName+"\n"+number(2)+"\tBo")))
	p := o.prepared(t, o.admin, merged(list, "sent"))
	if len(p.Draft.Problems) != 1 || !errors.Is(p.Draft.Problems[0], ErrMissingField) { // nobody has an MM1
		t.Fatalf("%d people, %v", p.Draft.People, p.Draft.Problems)
	}
	order := merged(list, "sent too")
	order.Body, order.Undo = "Dear ((Name)), hello.", 0
	p = o.prepared(t, o.admin, order)
	sent, err := o.SendPrepared(ctx, o.admin, p.ID, true)
	must(t, err)
	order.SubmitKey = "looked at"
	looked := o.prepared(t, o.admin, order)
	must(t, o.Tidy(ctx)) // the rows of the one that was sent go, what it came to stays
	if found := onDisk(t, o.dir, traces); len(found) == 0 {
		t.Fatal("the person is in no file to begin with")
	}
	other := o.send(t, o.admin, Order{To: numbers(5, 2)})
	ids := o.keepFields(t, other.BatchID, `["Cy","Father: 07700 987-123"]`)
	kept := o.keepFields(t, o.send(t, o.admin, Order{To: numbers(8, 1)}).BatchID, `["Dee","Father: 07700 987124"]`)
	o.taken(t, o.leave(t, 100))
	must(t, o.ErasePerson(ctx, o.admin, erasedNumber, erasedNumber))
	must(t, o.RunErasures(ctx))
	must(t, first2(o.store.Flush(ctx)))
	for _, found := range onDisk(t, o.dir, append(traces, "7700 987-123")) {
		t.Errorf("still there: %s", found)
	}
	if left, err := o.store.FieldsOf(ctx, ids); err != nil || len(left) != 0 {
		t.Errorf("rows that name the person: %v, %v", left, err)
	}
	if left, err := o.store.FieldsOf(ctx, kept); err != nil || len(left) != 1 {
		t.Errorf("rows of others: %v, %v", left, err)
	}
	if _, err := o.Prepared(ctx, o.admin, looked.ID); err == nil {
		t.Error("the draft that was looked at can still be sent")
	}
	if again, err := o.SendPrepared(ctx, o.admin, p.ID, true); err != nil || again.BatchID != sent.BatchID {
		t.Errorf("the one that was sent leads to %+v, %v", again, err)
	}
	o.booksAreRight(t)
}
