package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"textdesk/desk"
)

// TestMailMerge writes a text with fields to a list, looks at it person by
// person, and sends it.
func TestMailMerge(t *testing.T) {
	td := newTestDesk(t)
	sam := td.actor("sam")
	list, err := td.AddList(t.Context(), sam, "Trip")
	must(t, err)
	_, err = td.PasteIntoList(t.Context(), sam, list, "07700900001\tAnn\t\tswimming\n07700900002\tBartholomew\t\trowing\n07700900003\tCy")
	must(t, err)
	b := td.signIn("sam")
	order := url.Values{"key": {"k"}, "to": {""}, "list": {strconv.FormatInt(list, 10)}, "sender": {"School"}, "body": {"Dear ((Name)), ((MM1)) is off."}}
	press := func(do string) answer {
		order.Set("do", do)
		return b.post("/send", order)
	}
	review := press("review")
	for _, want := range []string{"Dear Bartholomew, rowing is off.", "Send 2 messages", "There is no MM1 to fill in.", "2 of 2"} {
		if review.status != http.StatusOK || !strings.Contains(review.body, want) {
			t.Errorf("the review answers %d and lacks %q", review.status, want)
		}
	}
	if got := press("review:1"); !strings.Contains(got.body, "Dear Ann, swimming is off.") || !strings.Contains(got.body, "1 of 2") {
		t.Error("the first person's text is not shown")
	}
	for _, beyond := range []string{"review:999999", "review:-4", "review:rubbish"} {
		if got := press(beyond); got.status != http.StatusOK || !strings.Contains(got.body, " of 2") {
			t.Errorf("%s answers %d", beyond, got.status)
		}
	}
	// What the review carries is what is sent.
	carried := review.hidden()
	carried.Set("do", "send")
	if got := b.post("/send", carried); !strings.HasPrefix(got.path, "/batches/") {
		t.Fatalf("sending leads to %s with %d", got.path, got.status)
	}
	out, err := td.Outbox(t.Context(), sam, desk.Filter{Limit: 10})
	must(t, err)
	if len(out.Messages) != 2 {
		t.Fatalf("%d messages were made", len(out.Messages))
	}
	for _, m := range out.Messages {
		if m.Body != "Dear Ann, swimming is off." && m.Body != "Dear Bartholomew, rowing is off." {
			t.Errorf("%s reads %q", m.Number, m.Body)
		}
	}
}

// TestTheCounterIsAboutTheLongest: a curly apostrophe in a name cannot be made
// plain in the text, and only that person's text costs more.
func TestTheCounterIsAboutTheLongest(t *testing.T) {
	td := newTestDesk(t)
	sam := td.actor("sam")
	list, err := td.AddList(t.Context(), sam, "Trip")
	must(t, err)
	_, err = td.PasteIntoList(t.Context(), sam, list, "07700900001\tAnn\n07700900002\tElla O’Brien")
	must(t, err)
	got := td.signIn("sam").post("/send", url.Values{"key": {"k"}, "list": {strconv.FormatInt(list, 10)}, "sender": {"School"},
		"body": {"Dear parent, ((Name)) goes on the trip to the museum of science tomorrow at 9:15."}, "do": {"update"}})
	for _, want := range []string{"This is the longest text, for", "Ella O’Brien", "Costs 3 credits"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"Replace with plain characters", "Each person costs"} {
		if strings.Contains(got.body, not) {
			t.Errorf("the page says %q", not)
		}
	}
}

func TestFieldsThatAreNoneAreSaid(t *testing.T) {
	b := newTestDesk(t).signIn("sam")
	for body, want := range map[string]string{"Dear ((Surname)),": "There is no field called Surname", "Dear ((Name),": "is not closed"} {
		got := b.post("/send", url.Values{"key": {"k"}, "to": {"07700900001"}, "sender": {"School"}, "body": {body}, "do": {"send"}})
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, want) || !strings.Contains(got.body, body) {
			t.Errorf("%q answers %d; it says %q: %t", body, got.status, want, strings.Contains(got.body, want))
		}
	}
}
