package dispatch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"textdesk/db"
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

// A phone that answers every text with the same words and a desk that answers by
// itself come to rest: a text of ours that comes back as a keyword is answered
// once, and the answer that comes back is not.
func TestTheEchoPhoneComesToRest(t *testing.T) {
	o := newOffice(t)
	o.withSimulator()
	ctx := t.Context()
	for words, body := range map[string]string{"Hours": "Nine to five. Text MENU for lunch.", "Menu": "Soup. Text HOURS for our hours."} {
		if _, err := o.SaveKeyword(ctx, desk.CommandLine(), 0, desk.KeywordForm{Words: words, Begins: true, Body: body, On: true}); err != nil {
			t.Fatal(err)
		}
	}
	const echo = "+447700900900"
	o.run()
	texts := []string{"Hours", "Menu", "A text that is nothing", strings.Repeat("Hours of a long text that takes two parts. ", 5)}
	for _, body := range texts {
		if _, err := o.Send(ctx, o.admin, desk.Order{To: []string{echo}, Sender: "447860033456", OwnSender: true, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	// It is at rest when everything has come back, everything that came in is read,
	// and nothing waits to be sent: then there is nothing from which more could come.
	var out, back, waiting int
	deadline := time.Now().Add(90 * time.Second)
	for {
		if out, back, waiting = o.talk(echo); waiting == 0 && out == back && out > len(texts) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to rest: %d texts went out, %d came back, %d wait", out, back, waiting)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if sent, waits, refused := o.answered(); sent != out-len(texts) || sent < 2 || sent > 3 || waits != 0 || refused != 0 {
		t.Errorf("%d answers were sent, %d wait, %d were refused; %d texts went out", sent, waits, refused, out)
	}
	if problems, err := o.CheckBooks(ctx); err != nil || len(problems) > 0 {
		t.Errorf("the books are wrong: %q %v", problems, err)
	}
}

// talk counts the texts to a number that have arrived, those that came from it,
// and what is still on its way or waits to be read or answered.
func (o *office) talk(number sms.MSISDN) (out, back, waiting int) {
	o.t.Helper()
	ctx := o.t.Context()
	// In the order in which one makes the other, so that nothing is overlooked that
	// moves meanwhile: what is sent, what came back, what is to be answered, and
	// once more what is sent.
	open := func() (n int) {
		n, out = 0, 0
		err := o.store.EachMessage(ctx, db.MessageFilter{}, func(m db.Message) error {
			switch {
			case m.Number != number:
			case m.Status == sms.Delivered:
				out++
			default:
				n++
			}
			return nil
		})
		if err != nil {
			o.t.Fatal(err)
		}
		return n
	}
	waiting = open()
	callbacks, err := o.store.WaitingCallbacks(ctx, db.WaitingCallbacksParams{PageSize: 100})
	if err != nil {
		o.t.Fatal(err)
	}
	came, err := o.store.InboundFrom(ctx, db.InboundFromParams{Number: number, PageSize: 1000})
	if err != nil {
		o.t.Fatal(err)
	}
	replies, err := o.WaitingReplies(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	return out, len(came), waiting + len(callbacks) + len(replies) + open()
}
