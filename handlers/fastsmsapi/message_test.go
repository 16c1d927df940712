package fastsmsapi_test

import (
	"fmt"
	"testing"

	"textdesk/desk"
	"textdesk/providers"
	"textdesk/sms"
)

func TestMessageIDs(t *testing.T) {
	w := newWorld(t)
	if got := w.call("sam", "Send", text()...); got != "10000001" {
		t.Fatal(got)
	}
	for _, id := range []string{"", " ", "0", "1", "10000000", "10000002", "-10000001", "+10000001", "1e7", "10000001.0", "0x989681", "ten", "９", "\x00",
		"10000001,10000001", "99999999999999999999", "9223372036854775807", "10000001' OR 1=1--"} {
		for _, action := range []string{"CheckMessageStatus", "CancelMessage"} {
			want := "-503"
			if id == "\x00" {
				want = "-507"
			}
			if got := w.call("sam", action, "MessageID", id); got != want {
				t.Errorf("%s of %q: %s, want %s", action, id, got, want)
			}
		}
	}
	for _, id := range []string{"10000001", " 10000001 ", "0010000001"} {
		if got := w.call("sam", "CheckMessageStatus", "MessageID", id); got != "Queued" {
			t.Errorf("%q: %s", id, got)
		}
	}
}

// A message's word at every step of its way.
func TestStatusOnTheWay(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	provider := w.provider()
	word := func(id string) string {
		t.Helper()
		return w.call("boss", "CheckMessageStatus", "MessageID", id)
	}
	out := func(id string, o desk.Outcome) {
		t.Helper()
		claimed, err := w.Claim(ctx, provider, 0, 10)
		must(t, err)
		marked, err := w.Mark(ctx, claimed)
		must(t, err)
		if got := word(id); got != "Queued" || len(marked) != 1 {
			t.Errorf("while the provider is called: %s, %d messages", got, len(marked))
		}
		if got := w.call("boss", "CancelMessage", "MessageID", id); got != "-503" {
			t.Errorf("cancelled while the provider is called: %s", got)
		}
		o.Message = marked[0]
		must(t, w.Record(ctx, []desk.Outcome{o}))
	}
	receipt := func(reference string, s sms.Status) {
		t.Helper()
		must(t, w.Polled(ctx, provider, desk.Polling{}, []providers.Receipt{{Reference: reference, Status: s}}))
	}
	accepted := func(references ...string) desk.Outcome {
		return desk.Outcome{Acceptance: providers.Acceptance{References: references}}
	}

	id := w.call("boss", "Send", text()...)
	out(id, accepted("one"))
	if got := word(id); got != "Sent" {
		t.Errorf("taken by the provider: %s", got)
	}
	if got := w.call("boss", "CancelMessage", "MessageID", id); got != "-503" {
		t.Errorf("cancelled after it was sent: %s", got)
	}
	receipt("one", sms.Delivered)
	if got := word(id); got != "Delivered" {
		t.Errorf("on the handset: %s", got)
	}

	// Parts have words of their own.
	id = w.call("boss", "Send", text("Body", fmt.Sprintf("%0200d", 1))...)
	out(id, accepted("two", "three"))
	receipt("three", sms.Delivered)
	if first, second := word(id), word(itoa(atoi(t, id)+1)); first != "Sent" || second != "Delivered" {
		t.Errorf("the parts are %s and %s, want Sent and Delivered", first, second)
	}

	for want, o := range map[string]desk.Outcome{
		"Failed":  {Err: &providers.Error{Kind: providers.Rejected, Code: "-401", Text: "no such number"}},
		"Unknown": {Err: &providers.Error{Kind: providers.Ambiguous, Text: "no answer"}},
		"Queued":  {Err: &providers.Error{Kind: providers.Throttled, Text: "slower", RetryAfter: 3600e9}},
	} {
		id = w.call("boss", "Send", text()...)
		out(id, o)
		if got := word(id); got != want {
			t.Errorf("%v: %s, want %s", o.Err, got, want)
		}
	}
}

func TestCancelGivesCreditsBack(t *testing.T) {
	w := newWorld(t)
	w.call("sam", "Send", text()...)
	if got := w.balance("sam"); got != 9 {
		t.Fatalf("sam has %d credits", got)
	}
	// The administrator above sam may take it back.
	if got := w.call("boss", "CancelMessage", "MessageID", "10000001"); got != "1" {
		t.Errorf("cancel: %s", got)
	}
	if got := w.call("sam", "CheckCredits"); got != "10.00" {
		t.Errorf("after the cancel sam has %s", got)
	}
}
