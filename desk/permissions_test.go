package desk

import (
	"errors"
	"testing"
)

// What somebody may not is refused by every way to send: at once, reviewed and
// prepared, and when a repeating send comes.
func TestPermissionsHoldOnEveryWayToSend(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 100)
	if _, err := o.AddTemplate(ctx, o.admin, TemplateForm{Name: "Closed", Body: "Closed on ((Day)).", Shared: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.AddTemplate(ctx, jo, TemplateForm{Name: "Mine", Body: "My own template"}); err != nil {
		t.Fatal(err)
	}
	all := PermissionsOf(jo.User)
	for name, c := range map[string]struct {
		change func(*Permissions)
		order  Order
		want   error
	}{
		"several people":     {func(p *Permissions) { p.Bulk = false }, Order{To: numbers(1, 2), Sender: "A", Body: "x"}, ErrNoBulk},
		"one person":         {func(p *Permissions) { p.Bulk = false }, Order{To: numbers(3, 1), Sender: "A", Body: "x"}, nil},
		"another sender":     {func(p *Permissions) { p.Senders = []string{"Oakfield"} }, Order{To: numbers(4, 1), Sender: "School", Body: "x"}, ErrSenderBarred},
		"their sender":       {func(p *Permissions) { p.Senders = []string{"Oakfield"} }, Order{To: numbers(5, 1), Sender: "OAKFIELD", Body: "x"}, nil},
		"no sender":          {func(p *Permissions) { p.Senders = []string{"Oakfield"} }, Order{To: numbers(6, 1), Body: "x"}, nil},
		"their own words":    {func(p *Permissions) { p.TemplatesOnly = true }, Order{To: numbers(7, 1), Sender: "A", Body: "Closed"}, ErrTemplatesOnly},
		"their own template": {func(p *Permissions) { p.TemplatesOnly = true }, Order{To: numbers(8, 1), Sender: "A", Body: "My own template"}, ErrTemplatesOnly},
		"a template":         {func(p *Permissions) { p.TemplatesOnly = true }, Order{To: numbers(9, 1), Sender: "A", Body: "Closed on Monday."}, nil},
		"more than a day's":  {func(p *Permissions) { p.DailyCap = 1 }, Order{To: numbers(10, 2), Sender: "A", Body: "x"}, ErrUserDay},
	} {
		p := all
		c.change(&p)
		if err := o.SetPermissions(ctx, o.admin, jo.User.ID, p); err != nil {
			t.Fatal(err)
		}
		draft, err := o.Check(ctx, o.again(t, jo), c.order)
		if err != nil || !errors.Is(refused(draft.Problems), c.want) {
			t.Errorf("check %s: %v %v, want %v", name, draft.Problems, err, c.want)
		}
		if c.want == nil {
			if _, err := o.Send(ctx, o.again(t, jo), c.order); err != nil && !errors.Is(err, ErrUserDay) {
				t.Errorf("send %s: %v", name, err)
			}
			continue
		}
		if _, err := o.Send(ctx, o.again(t, jo), c.order); !errors.Is(err, c.want) {
			t.Errorf("send %s: %v, want %v", name, err, c.want)
		}
	}
	p := all
	p.ApproveAbove = 0
	if err := o.SetPermissions(ctx, o.admin, jo.User.ID, p); err != nil {
		t.Fatal(err)
	}
	if sent, err := o.Send(ctx, o.again(t, jo), Order{To: numbers(20, 1), Sender: "A", Body: "x"}); err != nil || !sent.Waits {
		t.Errorf("a send of one that has to be approved: %+v %v", sent, err)
	}
	p.Import, p.ApproveAbove = false, -1
	if err := o.SetPermissions(ctx, o.admin, jo.User.ID, p); err != nil {
		t.Fatal(err)
	}
	group, err := o.AddGroup(ctx, jo, "Year 4")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.PasteIntoGroup(ctx, o.again(t, jo), group, number(1)); !errors.Is(err, ErrNoImport) {
		t.Errorf("many people at once: %v", err)
	}
	for name, p := range map[string]Permissions{"senders": {Senders: []string{"far too long for a name"}, ApproveAbove: -1}, "approval": {ApproveAbove: -2}, "cap": {DailyCap: -1, ApproveAbove: -1}} {
		if err := o.SetPermissions(ctx, o.admin, jo.User.ID, p); len(Refusals(err)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	// An administrator who does not see what others send looks after them all the
	// same.
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 50)
	kim := o.user(t, "kim", LevelNormal, head.User.ID, 10)
	sent := o.send(t, kim, Order{To: numbers(30, 1)})
	if err := o.SetPermissions(ctx, o.admin, head.User.ID, Permissions{Bulk: true, Import: true, ApproveAbove: -1}); err != nil {
		t.Fatal(err)
	}
	head = o.again(t, head)
	if _, err := o.Batch(ctx, head, sent.BatchID); !errors.Is(err, ErrUnknownBatch) {
		t.Errorf("a text of somebody below: %v", err)
	}
	if err := o.MoveCredits(ctx, head, kim.User.ID, 5, -1); err != nil {
		t.Errorf("credits of somebody below: %v", err)
	}
	o.booksAreRight(t)
}

func TestMadeOf(t *testing.T) {
	for _, c := range []struct {
		template, text string
		want           bool
	}{
		{"Closed today.", "Closed today.", true},
		{"Closed today.", " Closed today.\r\n", true},
		{"Closed today.", "Closed today. Call me", false},
		{"Dear ((Name)), closed.", "Dear Ann, closed.", true},
		{"Dear ((Name)), closed.", "Dear ((Name)), closed.", true},
		{"Dear ((Name)), closed.", "Dear Ann, open.", false},
		{"((A)) and ((B))", "1 and 2", true},
		{"((Text))", "Anything at all", false},
		{"a.c", "abc", false},
		{"", "", true},
	} {
		if got := madeOf(c.template, c.text); got != c.want {
			t.Errorf("%q of %q: %v", c.text, c.template, got)
		}
	}
}
