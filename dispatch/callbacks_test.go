package dispatch

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers"
	"textdesk/providers/simulator"
	"textdesk/sms"
)

// Whoever has said STOP before the desk stopped is not texted when it starts
// again, however much else was stored and not read: it reads before it sends.
func TestNothingLeavesBeforeWhatWasStoredIsRead(t *testing.T) {
	const people = 200
	o := newOffice(t)
	ctx := t.Context()
	o.withSimulator()
	phones, err := o.ProviderRows(ctx)
	if err != nil {
		t.Fatal(err)
	}
	upstream := newUpstream(t)
	o.fastsms("up", upstream.url, setup{concurrency: 8, group: 1})
	sent := o.send(0, people)
	path, err := o.CallbackPath(desk.CommandLine(), phones[0])
	if err != nil {
		t.Fatal(err)
	}
	door, err := o.CallbackDoor(ctx, strings.Split(path, "/")[2], strings.Split(path, "/")[3])
	if err != nil {
		t.Fatal(err)
	}
	say := func(id string, from int, body string) error {
		r := simulator.Reply{ID: id, From: sms.MSISDN(fmt.Sprintf("+4477009%05d", from)), To: "SCHOOL", Body: body, At: time.Now()}
		return o.TakeCallback(ctx, door, providers.Callback{Method: "POST", Body: r.Encode(), ReceivedAt: time.Now()})
	}
	together := func(n int, say func(i int) error) { // so that they share commits
		var work sync.WaitGroup
		failed := make(chan error, 16)
		for w := range 16 {
			work.Go(func() {
				for i := w; i < n; i += 16 {
					if err := say(i); err != nil {
						failed <- err
						return
					}
				}
			})
		}
		work.Wait()
		if len(failed) > 0 {
			t.Fatal(<-failed)
		}
	}
	together(4000, func(i int) error { return say(fmt.Sprint("before", i), 50_000+i, "We shall be there at nine.") })
	together(people, func(i int) error { return say(fmt.Sprint("stop", i), i, "STOP") })
	o.run()
	deadline := time.Now().Add(90 * time.Second)
	for {
		kept := 0
		err := o.store.EachMessage(ctx, db.MessageFilter{BatchID: sent.BatchID, Statuses: []sms.Status{sms.Suppressed}}, func(db.Message) error { kept++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		if n := len(upstream.Texts()); n > 0 {
			t.Fatalf("%d were texted who had said STOP, %d were not", n, kept)
		}
		if kept == people {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("only %d of %d were kept from being texted", kept, people)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
