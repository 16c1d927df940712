package desk

import (
	"errors"
	"strings"
	"testing"

	"textdesk/providers"
	"textdesk/sms"
)

func TestTextsAreFilledInForEachPerson(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 20)
	group, list := o.book(t, sam, "Ann, 07700900001", "07700900003\tCy\t\tswimming\tyes\n07700900004\tDee\n07700900005\tAn extraordinarily long name that somebody was given\t\trowing")
	order := Order{To: []string{"07700900009"}, Groups: []int64{group}, Lists: []int64{list}, Sender: "SCHOOL", Fill: true,
		Body: "Dear ((Name|parent)), ((mm1|clubs)) is off.((MM2??  Money back.))"}
	draft, err := o.Check(ctx, sam, order)
	must(t, err)
	if draft.People != 5 || draft.Lacking != 0 || len(draft.Problems) != 0 || !draft.Filled() || draft.Longest != 4 {
		t.Fatalf("the draft is %+v", draft)
	}
	sent := o.send(t, sam, order)
	want := map[sms.MSISDN]string{
		"+447700900009": "Dear parent, clubs is off.",
		"+447700900001": "Dear Ann, clubs is off.",
		"+447700900003": "Dear Cy, swimming is off.  Money back.",
		"+447700900004": "Dear Dee, clubs is off.",
		"+447700900005": "Dear An extraordinarily long name that somebody was given, rowing is off.",
	}
	for i, r := range sent.Recipients {
		story, err := o.Message(ctx, sam, r.MessageID)
		must(t, err)
		if story.Message.Body != want[r.Number] || draft.Text(i) != want[r.Number] {
			t.Errorf("%s reads %q, and the draft says %q", r.Number, story.Message.Body, draft.Text(i))
		}
	}
}

func TestWhoLacksAValueGetsNothing(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 20)
	_, list := o.book(t, sam, "", "07700900003\tCy\n07700900004\tDee\t\tswimming")
	order := Order{To: []string{"07700900009"}, Lists: []int64{list}, Sender: "SCHOOL", Fill: true, Body: "((MM1)) is off."}
	draft, err := o.Check(ctx, sam, order)
	must(t, err)
	if draft.People != 1 || draft.Lacking != 2 || draft.Credits != 1 || !errors.Is(draft.Recipients[0].Refusal, ErrMissingField) {
		t.Errorf("the draft is %+v", draft)
	}
	sent := o.send(t, sam, order)
	b, err := o.Batch(ctx, sam, sent.BatchID)
	must(t, err)
	_, skipped, err := o.Skips(ctx, sam, sent.BatchID, 10)
	if err != nil || b.Recipients != 1 || skipped != 2 || b.Credits != 1 {
		t.Errorf("the batch is %+v, left out %d, %v", b, skipped, err)
	}
	order.Body = "((MM5)) is off."
	if _, err := o.Send(ctx, sam, order); !errors.Is(err, ErrMissingField) {
		t.Errorf("a text that nobody can get: %v", err)
	}
}

func TestLongerNamesCostMore(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 4)
	long := "Dear ((Name)), " + strings.Repeat("a", 140)
	_, list := o.book(t, sam, "", "07700900003\tCy\n07700900004\tSomebody with a name of her own\n07700900005\tDee")
	order := Order{Lists: []int64{list}, Sender: "SCHOOL", Fill: true, Body: long}
	draft, err := o.Check(ctx, sam, order)
	must(t, err)
	if draft.Credits != 4 || draft.Size.Parts != 2 || draft.ByParts[1] != 2 || draft.ByParts[2] != 1 || len(draft.Problems) != 0 {
		t.Errorf("the draft is %+v", draft)
	}
	sent := o.send(t, sam, order)
	b, err := o.Batch(ctx, sam, sent.BatchID)
	must(t, err)
	if b.Parts != 4 || b.Credits != 4 || o.again(t, sam).User.Balance != 0 {
		t.Errorf("the batch is %+v; %d credits are left", b, o.again(t, sam).User.Balance)
	}
	if wrong, err := o.CheckBooks(ctx); err != nil || len(wrong) > 0 {
		t.Errorf("the books: %v, %v", wrong, err)
	}
	order.MaxParts = 1
	if _, err := o.Send(ctx, sam, order); !errors.Is(err, ErrBodyTooLong) {
		t.Errorf("over the door's limit: %v", err)
	}
}

// TestSentAgainTheyReadTheSame: what was filled in before is what they get.
func TestSentAgainTheyReadTheSame(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 20)
	_, list := o.book(t, sam, "", "07700900003\tCy\n07700900004\tDee")
	sent := o.send(t, sam, Order{Lists: []int64{list}, Sender: "SCHOOL", Fill: true, Body: "Dear ((Name)),"})
	claimed, err := o.Claim(ctx, o.provider, 0, 10)
	must(t, err)
	marked, err := o.Mark(ctx, claimed)
	must(t, err)
	var outcomes []Outcome
	for _, m := range marked {
		outcomes = append(outcomes, Outcome{Message: m, Err: &providers.Error{Kind: providers.Rejected, Text: "no"}})
	}
	must(t, o.Record(ctx, outcomes))
	again, err := o.SendAgainFailed(ctx, sam, sent.BatchID, "key", 2, 0, true)
	must(t, err)
	page, err := o.Outbox(ctx, sam, Filter{BatchID: again.BatchID, Limit: 10})
	must(t, err)
	if len(page.Messages) != 2 || page.Messages[1].Body != "Dear Cy," || page.Messages[0].Body != "Dear Dee," {
		t.Errorf("sent again: %+v", page.Messages)
	}
}

func TestFieldsThatAreNone(t *testing.T) {
	o := newOffice(t)
	for _, body := range []string{"Dear ((Name)", "Dear ((Surname)),", "(())"} {
		order := Order{To: []string{"07700900001"}, Sender: "SCHOOL", Body: body, Fill: true}
		if _, err := o.Send(t.Context(), o.admin, order); !errors.Is(err, ErrBadField) {
			t.Errorf("%q: %v", body, err)
		}
		// A script's text means what it says.
		order.Fill = false
		sent := o.send(t, o.admin, order)
		if story, err := o.Message(t.Context(), o.admin, sent.Recipients[0].MessageID); err != nil || story.Message.Body != body {
			t.Errorf("%q became %q, %v", body, story.Message.Body, err)
		}
	}
}

func TestAFieldThatNobodyHasIsNamed(t *testing.T) {
	o := newOffice(t)
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 20)
	_, list := o.book(t, sam, "", "Number\tName\tCoach\n07700900003\tCy\tA\n07700900004\tDee\tB")
	for body, want := range map[string]string{"((MM1))": "None of these people has a MM1.", "((Coach))": ""} {
		draft, err := o.Check(t.Context(), sam, Order{Lists: []int64{list}, Sender: "SCHOOL", Fill: true, Body: body})
		must(t, err)
		if want == "" && len(draft.Problems) > 0 || want != "" && (len(draft.Problems) != 1 || !strings.Contains(draft.Problems[0].Sentence, want)) {
			t.Errorf("%s: %v", body, draft.Problems)
		}
	}
}
