package desk

import (
	"errors"
	"testing"
	"time"
)

func TestProviderPausedInTheMiddle(t *testing.T) {
	o := newOffice(t)
	o.send(t, o.admin, Order{To: numbers(0, 30)})
	first := o.leave(t, 10)
	claimed, err := o.Claim(t.Context(), o.provider, 0, 5)
	if err != nil || len(first) != 10 || len(claimed) != 5 {
		t.Fatal(len(first), len(claimed), err)
	}
	if err := o.PauseProvider(t.Context(), o.admin, "Simulator"); err != nil {
		t.Fatal(err)
	}
	if marked, err := o.Mark(t.Context(), claimed); err != nil || len(marked) != 0 {
		t.Errorf("%d that were claimed before leave after the pause: %v", len(marked), err)
	}
	single := o.send(t, o.admin, Order{To: numbers(50, 1)}) // is accepted and waits
	if got := o.leave(t, 100); len(got) != 0 {
		t.Errorf("%d leave through a paused provider", len(got))
	}
	if next, err := o.NextDue(t.Context(), o.provider); err != nil || !next.IsZero() {
		t.Errorf("there is something to do at %v: %v", next, err)
	}
	o.taken(t, first) // what was being handed over goes on
	rows, err := o.Providers(t.Context(), o.admin)
	if err != nil || rows[0].PausedAt == 0 || int64(rows[0].PausedBy) != o.admin.User.ID {
		t.Errorf("%+v %v", rows, err)
	}
	if l, err := o.ProviderLoad(t.Context(), o.admin, rows[0]); err != nil || l != (ProviderLoad{Waiting: 21, PausedBy: "admin"}) {
		t.Errorf("%+v %v", l, err)
	}
	since := rows[0].PausedAt
	o.pass(time.Hour)
	if err := o.PauseProvider(t.Context(), CommandLine(), "Simulator"); err != nil {
		t.Fatal(err)
	}
	if rows, err = o.Providers(t.Context(), o.admin); err != nil || rows[0].PausedAt != since {
		t.Errorf("paused again, it is paused since %v: %v", rows[0].PausedAt, err)
	}
	woken := false
	o.OnWork(func(id int64) { woken = woken || id == o.provider })
	if err := o.ResumeProvider(t.Context(), o.admin, "Simulator"); err != nil || !woken {
		t.Fatal(woken, err)
	}
	rest := o.leave(t, 100)
	if len(rest) != 21 || rest[0].BatchID != single.BatchID {
		t.Fatalf("%d go on, want 21, the single one first", len(rest))
	}
	o.taken(t, rest)
	o.booksAreRight(t)
}

func TestWhoPausesProviders(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	rows, err := o.ProviderRows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, load := o.ProviderLoad(t.Context(), jo, rows[0])
	for what, err := range map[string]error{"pauses": o.PauseProvider(t.Context(), jo, "Simulator"), "resumes": o.ResumeProvider(t.Context(), jo, "Simulator"), "counts": load} {
		if !errors.Is(err, ErrForbidden) {
			t.Errorf("an ordinary user %s: %v", what, err)
		}
	}
	if err := o.PauseProvider(t.Context(), o.admin, "nobody"); !errors.Is(err, ErrUnknownProvider) {
		t.Errorf("one that is none: %v", err)
	}
}
