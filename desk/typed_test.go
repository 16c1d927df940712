package desk

import (
	"context"
	"testing"

	"textdesk/db"
	"textdesk/sms"
)

func TestATypedNumberIsFilledInFromTheContactsOfTheSender(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 50)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 50)
	o.book(t, sam, "Ann Lee, 07700900001\nBob, 07700900002", "")
	o.book(t, jo, "Not Sam's, 07700900003", "")
	add := func(name, number string, fields map[string]string) {
		t.Helper()
		form := ContactForm{Name: name, Number: number}
		for k, v := range fields {
			form.Fields = append(form.Fields, Field{Name: k, Value: v})
		}
		_, err := o.AddContact(ctx, sam, form)
		must(t, err)
	}
	add("Dee", "07700900004", map[string]string{"Class": "4B"})
	for _, twin := range []string{"Finn", "Gwen"} { // one number for both
		one := []db.Contact{{UserID: sam.User.ID, Name: twin, NameKey: bookKey(twin), Number: "+447700900005", CreatedAt: 1, ChangedAt: 1}}
		must(t, o.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.InsertContacts(ctx, one, nil) }))
	}
	for _, c := range []struct{ name, body, number, raw, want string }{
		{"the only contact", "Dear ((Name|parent))", "07700900001", "", "Dear Ann Lee"},
		{"however it was typed", "Dear ((Name|parent))", "0044 7700 900 002", "", "Dear Bob"},
		{"nobody's", "Dear ((Name|parent))", "07700900009", "", "Dear parent"},
		{"somebody else's contact", "Dear ((Name|parent))", "07700900003", "", "Dear parent"},
		{"a further field", "((Name)) of ((class|no class))", "07700900004", "", "Dee of 4B"},
		{"a further field that is not there", "((Name)) of ((class|no class))", "07700900001", "", ""},
		{"one of two, not guessed", "Dear ((Name|parent))", "07700900005", "", "Dear parent"},
		{"one of two, said", "Dear ((Name|parent))", "07700900005", "gwen 07700900005", "Dear Gwen"},
	} {
		t.Run(c.name, func(t *testing.T) {
			order := Order{To: []string{c.number}, Sender: "SCHOOL", Fill: true, Body: c.body}
			if c.raw != "" {
				order.Raw = []string{c.raw}
			}
			draft, err := o.Check(ctx, sam, order)
			must(t, err)
			if c.want == "" {
				if len(draft.Problems) == 0 {
					t.Fatalf("a field that nobody has is filled in: %q", draft.Text(0))
				}
				return
			}
			if len(draft.Problems) != 0 || draft.Text(0) != c.want {
				t.Fatalf("the draft reads %q, %v", draft.Text(0), draft.Problems)
			}
			sent := o.send(t, sam, order)
			story, err := o.Message(ctx, sam, sent.Recipients[0].MessageID)
			must(t, err)
			if story.Message.Body != c.want {
				t.Errorf("%q was sent", story.Message.Body)
			}
		})
	}
}

func TestWhoIsMeantByATypedNumber(t *testing.T) {
	c := func(name string) db.Contact {
		return db.Contact{Name: name, NameKey: bookKey(name), Number: sms.MSISDN("+447700900001")}
	}
	for _, x := range []struct {
		of    []db.Contact
		typed string
		want  string
	}{
		{nil, "Ann 07700900001", ""},
		{[]db.Contact{c("Ann")}, "07700900001", "Ann"},
		{[]db.Contact{c("Ann")}, "Bob 07700900001", "Ann"},
		{[]db.Contact{c("Ann"), c("Ann Lee")}, "ANN LEE <07700900001>", "Ann Lee"},
		{[]db.Contact{c("Ann"), c("Ann Lee")}, "07700900001", ""},
		{[]db.Contact{c("Ann"), c("ann")}, "07700900001", "Ann"},
	} {
		got, _ := meant(x.of, x.typed)
		if got.Name != x.want {
			t.Errorf("%q among %d: %q", x.typed, len(x.of), got.Name)
		}
	}
}
