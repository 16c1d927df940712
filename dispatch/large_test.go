package dispatch

import (
	"fmt"
	"testing"

	"textdesk/db"
	"textdesk/desk"
)

// TestLargeSend reads a large order, accepts it and sends it, while the desk is
// stopped and started again. Single texts sent meanwhile leave at once.
func TestLargeSend(t *testing.T) {
	people, rate := 50_000, 200.0
	up := newUpstream(t)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 8, rate: rate})
	o.run()
	to := make([]string, people)
	for i := range to {
		to[i] = fmt.Sprintf("+447700%06d", (i*7919)%1_000_000)
	}
	id, err := o.Prepare(t.Context(), o.admin, desk.Order{To: to, Sender: "SCHOOL", Body: "Dear ((Number)), school is closed today.", Fill: true, SubmitKey: "k"}, "{}")
	if err != nil {
		t.Fatal(err)
	}
	wait(t, "read", func() bool {
		p, err := o.Prepared(t.Context(), o.admin, id)
		return err == nil && p.State == desk.Ready
	})
	sent, err := o.SendPrepared(t.Context(), o.admin, id, true)
	if err != nil {
		t.Fatal(err)
	}
	alone := func(number string) {
		t.Helper()
		before := up.Count()
		one, err := o.Send(t.Context(), o.admin, desk.Order{To: []string{number}, Sender: "SCHOOL", Body: "Come in, please."})
		if err != nil {
			t.Fatal(err)
		}
		o.batch(one.BatchID, "sent", gone)
		// A second's worth of the large send may be claimed already, and more leave
		// before we look.
		if n := up.Count() - before; n > people/50 {
			t.Errorf("%d texts left before a single one", n)
		}
	}
	alone("+447911123001")
	o.restart() // in the middle
	alone("+447911123002")
	o.batch(sent.BatchID, "accepted", func(b db.Batch) bool { return b.NStaged == 0 })
	alone("+447911123003")
	stopped, err := o.Stop(t.Context(), o.admin, sent.BatchID)
	if err != nil {
		t.Fatal(err)
	}
	after := up.Count()
	o.batch(sent.BatchID, "stopped", func(b db.Batch) bool { return !bool(b.Stopping) && left(b) == 0 })
	if more := up.Count() - after; more > 8 {
		t.Errorf("%d texts left after it was stopped", more)
	}
	b := o.batch(sent.BatchID, "stopped", gone)
	if went := up.Count() - 3; b.NCancelled < int64(stopped) || b.NCancelled+int64(went) != int64(people) {
		t.Errorf("%d taken back, %d gone of %d; %d were waiting", b.NCancelled, went, people, stopped)
	}
}
