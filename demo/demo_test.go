package demo

import (
	"testing"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers/all"
)

// TestDemoAddsUp fills a desk and proves that its ledger and its counters
// agree with its rows, as those of a real desk do.
func TestDemoAddsUp(t *testing.T) {
	dir := t.TempDir()
	vault, err := desk.OpenVault(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	d := desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types()})
	if err := d.EnsureProvider(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := Fill(t.Context(), d, store, 2000); err != nil {
		t.Fatal(err)
	}
	users, err := d.Users(t.Context(), desk.CommandLine())
	if err != nil || len(users) <= len(people) {
		t.Fatalf("users = %d, %v; want %d and their colleagues", len(users), err, len(people))
	}
	for _, u := range users {
		sums, err := store.CreditSums(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		if sums.Amount != u.Balance || sums.Reserved != u.Reserved {
			t.Errorf("%s: balance %d, reserved %d; the ledger says %d and %d", u.Username, u.Balance, u.Reserved, sums.Amount, sums.Reserved)
		}
		if u.Balance < 0 && !bool(u.Unlimited) {
			t.Errorf("%s has %d credits", u.Username, u.Balance)
		}
	}
	page, err := d.Outbox(t.Context(), desk.CommandLine(), desk.Filter{Limit: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(page.Messages); n < 2000 {
		t.Errorf("%d messages; want at least 2000", n)
	}
}
