package dispatch

import (
	"fmt"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/providers"
	"textdesk/sms"
)

// writes stores texts from people, each from another number, as a poll brings
// them.
func (o *office) writes(from int, bodies ...string) {
	o.t.Helper()
	rows, err := o.ProviderRows(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	var page providers.InboundPage
	for i, b := range bodies {
		page.Inbound = append(page.Inbound, providers.Inbound{ID: fmt.Sprint("w", from+i), From: sms.MSISDN(fmt.Sprintf("+4477009%05d", 23000+from+i)), To: "447700900999", Body: b, At: time.Now()})
	}
	if err := o.Received(o.t.Context(), rows[0].ID, page); err != nil {
		o.t.Fatal(err)
	}
}

// answered counts the automatic replies, and those that wait.
func (o *office) answered() (sent, waits, refused int) {
	o.t.Helper()
	all, _, err := o.AutoReplies(o.t.Context(), desk.CommandLine(), 0, 1000)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, r := range all {
		switch {
		case r.Sent():
			sent++
		case r.Refused():
			refused++
		default:
			waits++
		}
	}
	return sent, waits, refused
}

// What was stored and not answered is answered after the next start, once each;
// what was answered is not answered again.
func TestAnswersGoOnAfterARestart(t *testing.T) {
	o := newOffice(t)
	o.withSimulator()
	if _, err := o.SaveKeyword(t.Context(), desk.CommandLine(), 0, desk.KeywordForm{Words: "Hours", Body: "Nine to five.", On: true}); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for i := range 60 {
		texts = append(texts, []string{"STOP", "Hours", "Hello"}[i%3])
	}
	o.writes(0, texts...) // and the desk is killed
	for round := range 4 {
		o.restart()
		if round == 1 {
			until(t, "some are answered", func() bool { sent, _, _ := o.answered(); return sent > 0 })
		}
	}
	until(t, "all are answered", func() bool { sent, waits, _ := o.answered(); return sent == 40 && waits == 0 })
	o.writes(60, "STOP")
	until(t, "one more is answered", func() bool { sent, _, _ := o.answered(); return sent == 41 })
	// Some numbers of the simulator never answer; the others have their text.
	until(t, "most have left", func() bool {
		page, err := o.Outbox(t.Context(), desk.CommandLine(), desk.Filter{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		left, to := 0, map[sms.MSISDN]bool{}
		for _, m := range page.Messages {
			if m.Status == sms.Suppressed || to[m.Number] {
				t.Fatalf("the answer to %s is %s", m.Number, m.Status)
			}
			if to[m.Number] = true; !m.Status.Waiting() && m.Status != sms.Submitting {
				left++
			}
		}
		return len(page.Messages) == 41 && left >= 30
	})
}
