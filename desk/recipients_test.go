package desk

import (
	"errors"
	"strings"
	"testing"

	"textdesk/sms"
)

// book fills a group "Year 4" and a list "Trip" of the actor's.
func (o *office) book(t *testing.T, a Actor, group, list string) (groupID, listID int64) {
	t.Helper()
	groupID, err := o.AddGroup(t.Context(), a, "Year 4")
	must(t, err)
	listID, err = o.AddList(t.Context(), a, "Trip")
	must(t, err)
	if group != "" {
		_, err = o.PasteIntoGroup(t.Context(), a, groupID, group)
		must(t, err)
	}
	if list != "" {
		_, err = o.PasteIntoList(t.Context(), a, listID, list)
		must(t, err)
	}
	return groupID, listID
}

func TestSendToGroupsListsAndNumbers(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	group, list := o.book(t, sam, "Ann, 07700900001\nBo, 07700900002", "07700900002\tBo on the list\n07700900003\tCy\n07700900004\tDee")
	_, err := o.Suppress(ctx, o.admin, "07700900004", "Asked")
	must(t, err)
	order := Order{To: []string{"07700900001", "rubbish"}, Groups: []int64{group, group}, Lists: []int64{list}, Sender: "SCHOOL", Body: "Hello"}
	draft, err := o.Check(ctx, sam, order)
	must(t, err)
	if draft.People != 3 || draft.Bad != 1 || draft.Duplicates != 2 || draft.Suppressed != 1 || draft.Credits != 3 || len(draft.Problems) != 0 {
		t.Errorf("the draft is %+v", draft)
	}
	if len(draft.Groups) != 1 || draft.Groups[0] != (Chosen{group, "Year 4", 2}) || draft.Lists[0] != (Chosen{list, "Trip", 3}) {
		t.Errorf("chosen are %v, %v", draft.Groups, draft.Lists)
	}
	if r := draft.Recipients[3]; r.Name != "Bo" || r.Duplicate {
		t.Errorf("the fourth is %+v", r)
	}

	sent := o.send(t, sam, order)
	b, err := o.Batch(ctx, sam, sent.BatchID)
	must(t, err)
	if b.Recipients != 3 || b.NQueued != 3 || o.again(t, sam).User.Balance != 7 {
		t.Errorf("the batch is %+v", b)
	}
	skips, n, err := o.Skips(ctx, sam, sent.BatchID, 10)
	if err != nil || n != 2 || skips[0].Code != ErrBadNumber.Code || skips[0].Typed != "rubbish" || skips[1].Code != ErrSuppressed.Code || skips[1].Typed != "Dee +447700900004" {
		t.Errorf("left out were %+v, %d, %v", skips, n, err)
	}
	if first, n, err := o.Skips(ctx, sam, sent.BatchID, 1); err != nil || len(first) != 1 || n != 2 {
		t.Errorf("the first of them: %v, %d, %v", first, n, err)
	}
	o.booksAreRight(t)
}

func TestNobodySendsToOthersGroups(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	group, list := o.book(t, sam, "07700900001", "07700900002")
	for name, order := range map[string]Order{"group": {Groups: []int64{group}}, "list": {Lists: []int64{list}}, "no group": {To: numbers(1, 1), Groups: []int64{999}}} {
		order.Sender, order.Body = "SCHOOL", "Hello"
		_, err := o.Send(ctx, jo, order)
		if !errors.Is(err, ErrUnknownGroup) && !errors.Is(err, ErrUnknownList) || Refusals(err)[0].Field != "to" {
			t.Errorf("%s: %v", name, err)
		}
		if draft, _ := o.Check(ctx, jo, order); len(draft.Groups)+len(draft.Lists) != 0 {
			t.Errorf("%s: the draft tells of %v, %v", name, draft.Groups, draft.Lists)
		}
	}
	// Who is above may.
	if sent := o.send(t, o.admin, Order{Groups: []int64{group}, Lists: []int64{list}}); len(sent.Recipients) != 2 {
		t.Errorf("the administrator's send has %d", len(sent.Recipients))
	}
	if _, n, err := o.Skips(ctx, o.admin, 999, 5); !errors.Is(err, ErrUnknownBatch) || n != 0 {
		t.Errorf("left out by no batch: %d, %v", n, err)
	}
}

func TestOrdersToNobody(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	group, list := o.book(t, o.admin, "", "")
	_, err := o.Suppress(ctx, o.admin, strings.Join(numbers(0, 3), " "), "Asked")
	must(t, err)
	for name, c := range map[string]struct {
		order Order
		want  *Refusal
	}{
		"nobody":          {Order{}, ErrNoRecipients},
		"empty group":     {Order{Groups: []int64{group}}, ErrEmptyGroup},
		"empty list":      {Order{Lists: []int64{list}}, ErrEmptyList},
		"one suppressed":  {Order{To: numbers(0, 1)}, ErrSuppressed},
		"all suppressed":  {Order{To: numbers(0, 3)}, ErrSuppressed},
		"twice the same":  {Order{To: []string{number(0), number(0)}}, ErrSuppressed},
		"bad, suppressed": {Order{To: []string{number(0), "x"}}, ErrBadNumber},
	} {
		c.order.Sender, c.order.Body = "SCHOOL", "Hello"
		_, err := o.Send(ctx, o.admin, c.order)
		if got := Refusals(err); len(got) != 1 || !errors.Is(got[0], c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	// An empty group beside somebody is no reason not to send.
	o.send(t, o.admin, Order{To: numbers(5, 1), Groups: []int64{group}})
}

// One who said no does not stop the others, whether it was before the send, or
// while it waited.
func TestSuppressedNumbersNeverStopABatch(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 100)
	_, err := o.Suppress(ctx, o.admin, number(0), "Before it")
	must(t, err)
	sent := o.send(t, sam, Order{To: numbers(0, 6)})
	if r := sent.Recipients[0]; !errors.Is(r.Refusal, ErrSuppressed) || r.MessageID != 0 {
		t.Errorf("the first is %+v", r)
	}
	single := o.send(t, sam, Order{To: numbers(2, 1)})
	scheduled := o.send(t, sam, Order{To: numbers(2, 2), SendAt: start.Add(3600e9)})
	if got := o.again(t, sam).User.Balance; got != 92 {
		t.Errorf("sam has %d credits left", got)
	}
	_, err = o.Suppress(ctx, o.admin, number(2), "While it waited")
	must(t, err)

	marked := o.leave(t, 100)
	if len(marked) != 4 {
		t.Errorf("%d left, want 4", len(marked))
	}
	for _, m := range marked {
		if m.Number == sms.MSISDN(number(2)) || m.Number == sms.MSISDN(number(0)) {
			t.Errorf("%s left", m.Number)
		}
	}
	o.taken(t, marked)
	if st := o.status(t, single.Recipients[0].MessageID); st != sms.Suppressed {
		t.Errorf("the single text is %v", st)
	}
	b, err := o.Batch(ctx, sam, sent.BatchID)
	if err != nil || b.Recipients != 5 || b.NSuppressed != 1 || b.NSubmitted != 4 {
		t.Errorf("the batch is %+v, %v", b, err)
	}
	if got := o.again(t, sam).User.Balance; got != 94 {
		t.Errorf("sam has %d credits left; two came back", got)
	}
	o.booksAreRight(t)

	o.pass(3660e9)
	if _, err := o.Promote(ctx); err != nil {
		t.Fatal(err)
	}
	if marked = o.leave(t, 100); len(marked) != 1 || marked[0].BatchID != scheduled.BatchID {
		t.Errorf("of the scheduled texts left %v", marked)
	}
	story, err := o.Message(ctx, sam, scheduled.Recipients[0].MessageID)
	if err != nil || story.Message.Status != sms.Suppressed || story.Message.Reason == "" || story.Events[len(story.Events)-1].Status != sms.Suppressed {
		t.Errorf("the scheduled one is %+v, %v", story.Message, err)
	}
	// Back on: a new text leaves.
	must(t, o.Unsuppress(ctx, o.admin, sms.MSISDN(number(2)), "Asked for it again"))
	o.send(t, sam, Order{To: numbers(2, 1)})
	if marked = o.leave(t, 100); len(marked) != 1 {
		t.Errorf("%d left after it was taken off the list", len(marked))
	}
	o.booksAreRight(t)
}
