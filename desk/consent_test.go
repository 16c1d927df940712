package desk

import (
	"errors"
	"testing"
	"time"

	"textdesk/db"
)

// TestConsentGoesWithTheNumber: a contact that is deleted and made again has it,
// and the same number in another address book does not.
func TestConsentGoesWithTheNumber(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam, kim := o.user(t, "sam", LevelNormal, 1, 10), o.user(t, "kim", LevelNormal, 1, 10)
	form := ContactForm{Name: "Jo", Number: number(1)}
	id := func(a Actor) int64 {
		t.Helper()
		id, err := o.AddContact(ctx, a, form)
		must(t, err)
		return id
	}
	jo, hers := id(sam), id(kim)
	must(t, o.NoteConsent(ctx, sam, jo, ConsentForm{Source: ConsentPaper, Wording: "Trips", Given: "2026-01-02"}))
	must(t, o.NoteConsent(ctx, sam, jo, ConsentForm{Source: ConsentSpoken}))
	if all, err := o.Consents(ctx, kim, hers); err != nil || len(all) != 0 {
		t.Errorf("another address book has %v, %v", all, err)
	}
	if _, err := o.Consents(ctx, kim, jo); !errors.Is(err, ErrUnknownPerson) {
		t.Errorf("a colleague is told %v", err)
	}
	must(t, o.DeleteContact(ctx, sam, jo))
	jo = id(sam)
	all, err := o.Consents(ctx, sam, jo)
	must(t, err)
	if len(all) != 2 || all[0].Source != ConsentSpoken || all[1].Wording != "Trips" || all[1].NotedBy != "sam" || !all[1].Holds() {
		t.Fatalf("consents %+v", all)
	}
	if got := all[1].GivenAt.Time(); got != time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) {
		t.Errorf("given at %v", got)
	}
	must(t, o.WithdrawConsent(ctx, sam, jo, all[1].ID, "Rang"))
	if err := o.WithdrawConsent(ctx, sam, jo, all[1].ID, "Rang"); !errors.Is(err, ErrUnknownConsent) {
		t.Errorf("withdrawn twice: %v", err)
	}
	// Whoever must not be texted has taken back all.
	_, err = o.Suppress(ctx, CommandLine(), number(1), "Asked")
	must(t, err)
	all, err = o.Consents(ctx, sam, jo)
	must(t, err)
	if all[0].Holds() || all[0].WithdrawnWhy != "Must not be texted: Asked" || all[1].WithdrawnWhy != "Rang" {
		t.Errorf("after opting out: %+v", all)
	}
}

func TestDaysAreRead(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	must(t, err)
	now := time.Date(2026, 6, 15, 23, 30, 0, 0, time.UTC) // past midnight in London
	for typed, want := range map[string]time.Time{
		"":             now,
		"2026-06-16":   now,
		" 2026-06-15 ": time.Date(2026, 6, 15, 11, 0, 0, 0, time.UTC),
		"2026-06-17":   {},
		"15/06/2026":   {},
		"0001-01-01":   {},
		"x":            {},
	} {
		if got, r := readDay(typed, now, london); got != db.At(want) || (r == nil) == want.IsZero() {
			t.Errorf("%q is %v, %v", typed, got.Time(), r)
		}
	}
}
