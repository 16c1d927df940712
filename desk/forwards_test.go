package desk

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/forward"
	"textdesk/providers"
	"textdesk/providers/simulator"
	"textdesk/sms"
)

// vmn registers a number whose texts are forwarded.
func (o *office) vmn(t testing.TB, f NumberForm) int64 {
	t.Helper()
	if f.Number == "" {
		f.Number = "07860033456"
	}
	if f.URL == "" {
		f.URL = "https://intranet.example/texts"
	}
	f.Provider = "Simulator"
	id, err := o.AddNumber(t.Context(), o.admin, f)
	must(t, err)
	return id
}

// due is what is to be forwarded now, of any host as much as there is.
func (o *office) due(t testing.TB) []DueForward {
	t.Helper()
	found, err := o.DueForwards(t.Context(), func(int64) bool { return false }, func(string) int { return 100 })
	must(t, err)
	return found
}

func (o *office) came(t testing.TB, f DueForward, status int, problem string) {
	t.Helper()
	must(t, o.RecordForward(t.Context(), f, forward.Outcome{Status: status, Problem: problem, Answer: "It says so", Took: time.Second}, false))
}

const vmnAddress = "447860033456"

func TestWhatIsForwarded(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	list, err := o.AddList(ctx, o.admin, "Parents")
	must(t, err)
	must(t, first2(o.PasteIntoList(ctx, o.admin, list, number(1)+"\tAnn Lee\tann@example.org\tOak\t14:30\t\tCoach B\tü")))
	o.vmn(t, NumberForm{Auth: "s3cret", List: list})
	o.pass(80 * time.Second) // to 10:01:20 in London
	first := o.arrives(t, "a", sms.MSISDN(number(1)), "+"+vmnAddress)
	second := o.arrives(t, "b", sms.MSISDN(number(2)), vmnAddress)
	o.posts(t, simulator.Reply{ID: "a", From: sms.MSISDN(number(1)), To: vmnAddress, Body: "once more"}.Encode()) // a repeat
	o.reads(t)
	due := o.due(t)
	if len(due) != 2 {
		t.Fatalf("%d are due", len(due))
	}
	for i, want := range []forward.Text{
		{Source: "447700900001", Dest: vmnAddress, Body: "Reply a", ID: first.ID, Auth: "s3cret", Merge: &forward.Merge{Name: "Ann Lee", Email: "ann@example.org", MM: [5]string{"Oak", "14:30", "", "Coach B", "ü"}}},
		{Source: "447700900002", Dest: vmnAddress, Body: "Reply b", ID: second.ID, Auth: "s3cret", Merge: &forward.Merge{}},
	} {
		c := due[i].Call
		if fmt.Sprint(c.Text.Parameters()[4]) != "[receivedts 2026-06-03 10:01:20]" {
			t.Errorf("it was received at %v", c.Text.Parameters()[4])
		}
		want.Received = c.Text.Received
		if fmt.Sprint(c.Text.Parameters()) != fmt.Sprint(want.Parameters()) || !c.Post || c.Hops != 1 || c.URL != "https://intranet.example/texts" || due[i].Host != "intranet.example" {
			t.Errorf("it would go as %v, want %v: %+v", c.Text.Parameters(), want.Parameters(), c)
		}
	}
	o.came(t, due[0], 200, "")
	if left := o.due(t); len(left) != 1 || left[0].ID != due[1].ID {
		t.Errorf("%d are left", len(left))
	}
	// Another provider's text with that number as its destination proves nothing.
	other, err := o.AddProvider(ctx, o.admin, NewProvider{Name: "Other", Kind: "simulator"})
	must(t, err)
	must(t, o.Received(ctx, other, providers.InboundPage{Inbound: []providers.Inbound{{ID: "x", From: sms.MSISDN(number(3)), To: vmnAddress, Body: "x"}}}))
	if left := o.due(t); len(left) != 1 {
		t.Errorf("a text of another provider is forwarded: %d", len(left))
	}
	// When the list goes, its fields go, and the texts still come.
	must(t, o.DeleteList(ctx, o.admin, list))
	if left := o.due(t); len(left) != 1 || left[0].Call.Text.Merge != nil {
		t.Errorf("without the list: %+v", left)
	}
}

// A receiver that answers 500 for a day gets eleven tries, then the text is given
// up, and a person can have it go again.
func TestADayOfFaults(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.vmn(t, NumberForm{})
	o.arrives(t, "a", sms.MSISDN(number(1)), vmnAddress)
	began := o.clock()
	var at []time.Duration
	for range 20_000 {
		for _, f := range o.due(t) {
			at = append(at, o.clock().Sub(began))
			o.came(t, f, 500, "It answered with 500 Internal Server Error.")
		}
		n, err := o.Number(ctx, o.admin, id)
		must(t, err)
		if n.GivenUp == 1 {
			break
		}
		next := n.Last.NextAt.Time().Sub(o.clock())
		if next <= 0 {
			t.Fatalf("it is due again at once after %v", at)
		}
		o.pass(next)
	}
	want := "[0s 10s 40s 2m40s 12m40s 42m40s 1h42m40s 3h42m40s 7h42m40s 15h42m40s 23h42m40s]"
	if fmt.Sprint(at) != want {
		t.Errorf("it was tried after %v, want %s", at, want)
	}
	lines, _, err := o.Forwards(ctx, o.admin, id, ForwardsGivenUp, 0, 10)
	if err != nil || len(lines) != 1 || lines[0].State != ForwardGivenUp || lines[0].Last.Answer != "It says so" || lines[0].Last.Took != 1000 {
		t.Fatalf("the log has %+v, %v", lines, err)
	}
	_, tries, err := o.Forward(ctx, o.admin, id, lines[0].ID)
	if err != nil || len(tries) != 11 {
		t.Errorf("%d tries are on record, %v", len(tries), err)
	}
	o.pass(48 * time.Hour)
	if len(o.due(t)) != 0 {
		t.Error("what was given up goes on")
	}
	if n, err := o.ForwardGivenUpAgain(ctx, o.admin, id); err != nil || n != 1 {
		t.Errorf("%d go again, %v", n, err)
	}
	due := o.due(t)
	if len(due) != 1 {
		t.Fatalf("%d are due", len(due))
	}
	o.came(t, due[0], 503, "It answered with 503 Service Unavailable.")
	if n, _ := o.Number(ctx, o.admin, id); n.Waiting != 1 || n.Last.Tries != 1 || n.Last.NextAt.Time().Sub(o.clock()) != 10*time.Second {
		t.Errorf("it does not begin anew: %+v", n.Last)
	}
	o.pass(time.Minute)
	o.came(t, o.due(t)[0], 204, "")
	o.arrives(t, "b", sms.MSISDN(number(2)), vmnAddress)
	for range 12 {
		for _, f := range o.due(t) {
			o.came(t, f, 0, "There is no host of this name.")
		}
		o.pass(8 * time.Hour)
	}
	if n, err := o.store.GivenUpForwards(ctx, nil, 10); err != nil || n != 1 {
		t.Errorf("%d are given up, %v", n, err)
	}
	must(t, o.ForwardAgain(ctx, o.admin, id, lines[0].ID)) // also what was taken
	if len(o.due(t)) != 1 {
		t.Error("what was taken cannot be sent again")
	}
	must(t, o.RemoveNumber(ctx, o.admin, id)) // with which all of it is settled
	if n, err := o.store.GivenUpForwards(ctx, nil, 10); err != nil || n != 0 || len(o.due(t)) != 0 {
		t.Errorf("%d are still given up, %d due, %v", n, len(o.due(t)), err)
	}
}

// When a receiver is back, what waits for it goes at once; a text that it never
// takes comes at most every five minutes, and not for less than a day.
func TestBackAgain(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.vmn(t, NumberForm{})
	o.arrives(t, "poison", sms.MSISDN(number(1)), vmnAddress)
	tries := 0
	for i := range 60 * 30 { // a text a minute for 30 hours
		o.arrives(t, fmt.Sprint(i), sms.MSISDN(number(2)), vmnAddress)
		for _, f := range o.due(t) {
			if f.Call.Text.Body == "Reply poison" {
				o.came(t, f, 500, "It answered with 500 Internal Server Error.")
				if tries++; tries > 1 && i > 23*60+5 {
					break
				}
				continue
			}
			o.came(t, f, 200, "")
		}
		o.pass(time.Minute)
		if i == 22*60 {
			if n, _ := o.Number(ctx, o.admin, id); n.GivenUp != 0 {
				t.Fatalf("given up after %d tries in 22 hours", tries)
			}
		}
	}
	if n, _ := o.Number(ctx, o.admin, id); n.GivenUp != 1 || n.Waiting != 0 || tries > 24*12+12 {
		t.Errorf("%d tries; %d given up, %d wait", tries, n.GivenUp, n.Waiting)
	}
}

func TestForwardingIsSwitchedOff(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.vmn(t, NumberForm{})
	o.arrives(t, "a", sms.MSISDN(number(1)), vmnAddress)
	held := o.due(t)[0]
	must(t, o.ChangeNumber(ctx, o.admin, id, NumberForm{Provider: "Simulator"}))
	if len(o.due(t)) != 0 {
		t.Error("it is forwarded all the same")
	}
	o.came(t, held, 500, "It answered with 500 Internal Server Error.") // was under way
	line, tries, err := o.Forward(ctx, o.admin, id, held.ID)
	if err != nil || line.State != ForwardEnded || line.Reason != "Forwarding was switched off." || len(tries) != 1 {
		t.Errorf("it is %+v with %d tries, %v", line.Forward, len(tries), err)
	}
	if err := o.ForwardAgain(ctx, o.admin, id, held.ID); !ErrNotForwarding.Is(err) {
		t.Errorf("send again says %v", err)
	}
	if _, _, err := o.TestForward(ctx, o.admin, id); !ErrNotForwarding.Is(err) {
		t.Errorf("a test says %v", err)
	}
	o.arrives(t, "b", sms.MSISDN(number(1)), vmnAddress)
	if lines, _, err := o.Forwards(ctx, o.admin, id, ForwardsAll, 0, 10); err != nil || len(lines) != 1 {
		t.Errorf("the log has %d lines, %v", len(lines), err)
	}
}

// Two desks that forward to each other, and two machines that answer each other,
// stop by themselves.
func TestLoops(t *testing.T) {
	a, b := newOffice(t), newOffice(t)
	for _, o := range []*office{a, b} {
		o.vmn(t, NumberForm{})
	}
	a.arrives(t, "first", sms.MSISDN(number(1)), vmnAddress)
	from, to, calls := a, b, 0
	for ; calls < 50; calls++ {
		due := from.due(t)
		if len(due) == 0 {
			break
		}
		from.came(t, due[0], 200, "")
		c := providers.Callback{Method: "POST", Header: http.Header{forward.HopsHeader: {fmt.Sprint(due[0].Call.Hops)}}, ReceivedAt: to.clock(),
			Body: simulator.Reply{ID: fmt.Sprint(calls), From: sms.MSISDN(number(1)), To: vmnAddress, Body: due[0].Call.Text.Body}.Encode()}
		must(t, to.takeCallback(t.Context(), to.provider, c))
		to.reads(t)
		from, to = to, from
	}
	if calls != mostHops {
		t.Errorf("a text went round %d times", calls)
	}
	lines, _, err := from.Forwards(t.Context(), from.admin, 1, ForwardsAll, 0, 1)
	if err != nil || lines[0].State != ForwardEnded || !strings.Contains(lines[0].Reason, "go round in circles") {
		t.Errorf("the log says %+v, %v", lines, err)
	}

	o := newOffice(t)
	o.vmn(t, NumberForm{})
	for i := range 60 {
		must(t, o.Received(t.Context(), o.provider, providers.InboundPage{Inbound: []providers.Inbound{
			{ID: fmt.Sprint("same", i), From: sms.MSISDN(number(1)), To: vmnAddress, Body: "I am away."},
			{ID: fmt.Sprint("other", i), From: sms.MSISDN(number(2)), To: vmnAddress, Body: fmt.Sprint("Score ", i)}}}))
		for _, f := range o.due(t) {
			o.came(t, f, 200, "")
		}
		o.pass(time.Second)
	}
	counts := map[int64]int{}
	lines, _, err = o.Forwards(t.Context(), o.admin, 1, ForwardsAll, 0, 200)
	must(t, err)
	for _, l := range lines {
		counts[l.State]++
	}
	if counts[ForwardTaken] != 60+sameTexts || counts[ForwardEnded] != 60-sameTexts {
		t.Errorf("of 120 texts %v were forwarded", counts)
	}
	o.pass(2 * time.Hour)
	o.arrives(t, "later", sms.MSISDN(number(1)), vmnAddress)
	if len(o.due(t)) != 1 {
		t.Error("an hour later it still does not go")
	}
}

func TestHopsOf(t *testing.T) {
	for header, want := range map[string]int{`{}`: 0, `nonsense`: 0, `{"Textdesk-Hops":["2"]}`: 2, `{"Textdesk-Hops":["-1"]}`: 0, `{"Textdesk-Hops":["x"]}`: 0,
		`{"Textdesk-Hops":["99999999999999999999"]}`: 0, `{"Textdesk-Hops":["500"]}`: mostHops, `{"X":["Textdesk-Hops"]}`: 0} {
		if got := hopsOf(header); got != want {
			t.Errorf("%s is %d hops, want %d", header, got, want)
		}
	}
}

// An erased person's texts are not forwarded, and what receivers answered goes.
func TestErasureAndForwards(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.vmn(t, NumberForm{})
	o.arrives(t, "a", sms.MSISDN(erasedNumber), vmnAddress)
	o.arrives(t, "b", sms.MSISDN(erasedNumber), vmnAddress)
	o.arrives(t, "c", sms.MSISDN(number(1)), vmnAddress)
	due := o.due(t)
	must(t, o.RecordForward(ctx, due[0], forward.Outcome{Status: 500, Problem: "It answered with 500.", Answer: "no row for Quirinus"}, false))
	must(t, o.RecordForward(ctx, due[2], forward.Outcome{Status: 500, Problem: "It answered with 500.", Answer: "after " + erasedNumber[3:]}, false)) // somebody else's, who tells of them
	must(t, o.ErasePerson(ctx, o.admin, erasedNumber, erasedNumber))
	must(t, o.RunErasures(ctx))
	must(t, o.RecordForward(ctx, due[1], forward.Outcome{Status: 500, Problem: "It answered with 500.", Answer: "no row for Quirinus"}, false)) // was under way
	o.pass(time.Minute)
	if left := o.due(t); len(left) != 1 || left[0].ID != due[2].ID {
		t.Errorf("%d are due", len(left))
	}
	for _, f := range due {
		line, tries, err := o.Forward(ctx, o.admin, id, f.ID)
		if err != nil || len(tries) != 1 || tries[0].Answer != "" {
			t.Errorf("forward %d has %+v, %v", f.ID, tries, err)
		}
		if f.ID != due[2].ID && (line.State != ForwardEnded || line.Reason != "The text is not kept any more.") {
			t.Errorf("forward %d is %+v", f.ID, line.Forward)
		}
	}
	if err := o.ForwardAgain(ctx, o.admin, id, due[0].ID); !ErrUnknownForward.Is(err) {
		t.Errorf("send again says %v", err)
	}
}

// The log is kept for 90 days to begin with; what waits is not cleared.
func TestForwardLogIsCleared(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.vmn(t, NumberForm{})
	o.arrives(t, "a", sms.MSISDN(number(1)), vmnAddress)
	o.arrives(t, "b", sms.MSISDN(number(2)), vmnAddress)
	o.came(t, o.due(t)[0], 200, "")
	clear := func() int {
		more := true
		for more {
			var err error
			more, err = o.RunRetention(ctx)
			must(t, err)
		}
		lines, _, err := o.Forwards(ctx, o.admin, id, ForwardsAll, 0, 10)
		must(t, err)
		return len(lines)
	}
	o.pass(89 * 24 * time.Hour)
	if n := clear(); n != 2 {
		t.Errorf("%d lines after 89 days", n)
	}
	o.pass(2 * 24 * time.Hour)
	if n := clear(); n != 1 {
		t.Errorf("%d lines after 91 days", n)
	}
	o.came(t, o.due(t)[0], 200, "")
	if n := clear(); n != 0 {
		t.Errorf("%d lines when all is settled", n)
	}
	if found, err := o.store.FindInbound(ctx, db.InboundFilter{Limit: 10}); err != nil || len(found) != 2 || found[0].Body == "" {
		t.Errorf("the texts went along: %+v, %v", found, err)
	}
}

// With another secret key nothing leaves without its auth text.
func TestForwardWithTheWrongKey(t *testing.T) {
	o := newOffice(t)
	o.vmn(t, NumberForm{Auth: "s3cret"})
	o.arrives(t, "a", sms.MSISDN(number(1)), vmnAddress)
	other, err := OpenVault(t.TempDir(), "")
	must(t, err)
	o.vault = other
	due := o.due(t)
	if len(due) != 1 || due[0].Problem == "" || due[0].Call.Text.Auth != "" {
		t.Errorf("it would go as %+v", due)
	}
}
