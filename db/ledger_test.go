package db

import (
	"context"
	"testing"
)

func TestPlansOfTheLedger(t *testing.T) {
	s := open(t)
	for name, f := range map[string]LedgerFilter{
		"all":     {UserID: 1, Limit: 50},
		"older":   {UserID: 1, Before: 100, Limit: 50},
		"newer":   {UserID: 1, After: 100, Limit: 50, oldestFirst: true},
		"of kind": {UserID: 1, Kind: "settle", Before: 100, Limit: 50},
	} {
		query, args := ledgerQuery(f)
		if whole, bad := plan(t, s, query, args...); len(bad) > 0 {
			t.Errorf("%s: %q in\n%s", name, bad, whole)
		}
	}
	for name, query := range map[string]string{"spent": spentSince, "last move": lastMove} {
		if whole, bad := plan(t, s, query, 1, 1); len(bad) > 0 {
			t.Errorf("%s: %q in\n%s", name, bad, whole)
		}
	}
}

func TestLedgerPages(t *testing.T) {
	s := open(t)
	var user int64
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const n = eachSize + 30
	must(s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		var err error
		if user, err = tx.InsertUser(ctx, InsertUserParams{Username: "sam", UsernameKey: "sam", Level: "normal", CreatedAt: 1}); err != nil {
			return err
		}
		for i := range n {
			e := InsertCreditEntryParams{UserID: user, At: Millis(i), Kind: "top_up", Amount: int64(i)}
			if i%2 == 1 {
				e.Kind, e.Reserved = "settle", -1
			}
			if err := tx.InsertCreditEntry(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}))
	next := int64(n - 1)
	must(s.EachCreditEntry(t.Context(), LedgerFilter{UserID: user}, func(r LedgerRow) error {
		if r.Amount != next {
			t.Fatalf("entry %d comes where %d belongs", r.Amount, next)
		}
		next--
		return nil
	}))
	if next != -1 {
		t.Errorf("it ends at %d", next)
	}
	first, err := s.FindCreditEntries(t.Context(), LedgerFilter{UserID: user, Kind: "settle", Limit: 3})
	must(err)
	older, err := s.FindCreditEntries(t.Context(), LedgerFilter{UserID: user, Kind: "settle", Before: first[2].ID, Limit: 3})
	must(err)
	back, err := s.FindCreditEntries(t.Context(), LedgerFilter{UserID: user, Kind: "settle", After: older[0].ID, Limit: 3})
	must(err)
	if len(first) != 3 || len(older) != 3 || len(back) != 3 || older[0].Amount != first[2].Amount-2 || back[0] != first[0] || back[2] != first[2] {
		t.Errorf("pages %v, %v, %v", first, older, back)
	}
	spent, err := s.SpentSince(t.Context(), SpentSinceParams{UserID: user, Since: n - 10})
	must(err)
	if spent != 5 {
		t.Errorf("spent %d of the last ten entries, want 5", spent)
	}
}
