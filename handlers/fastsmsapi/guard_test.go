package fastsmsapi_test

import (
	"strings"
	"testing"

	"textdesk/desk"
)

func TestSpendGuardAnswersByPosition(t *testing.T) {
	w := newWorld(t)
	must(t, w.SaveGuard(t.Context(), desk.CommandLine(), desk.Guard{Countries: []string{"IE"}, PerNumber: 2}))
	places := func(user, to string) string {
		t.Helper()
		got := strings.Split(w.call(user, "Send", text("DestinationAddress", to)...), ",")
		for i, place := range got {
			if !strings.HasPrefix(place, "-") {
				got[i] = "id"
			}
		}
		return strings.Join(got, ",")
	}
	for _, c := range []struct{ to, want string }{
		{"33612345678", "-406"},
		{"447700900150,33612345678,353851234567,442079460000", "id,-406,id,-401"},
		{"447700900150", "id"},
		{"447700900150", "-411"},
		{"447700900150,447700900150,447700900151,33612345678", "-411,-411,id,-406"},
		{"447700900150,33612345678", "-411,-406"},
	} {
		if got := places("boss", c.to); got != c.want {
			t.Errorf("%s: %s, want %s", c.to, got, c.want)
		}
	}
	if got := w.call("boss", "Send", text("DestinationAddress", "33612345678", "ShowErrorMessage", "1")...); !strings.Contains(got, "-406\nNo Route Available") {
		t.Errorf("with its text: %q", got)
	}

	must(t, w.SetDailyCap(t.Context(), desk.CommandLine(), "sam", 2))
	if got := places("sam", "447700900152,447700900153,447700900154"); got != "id,id,-411" {
		t.Errorf("past the user's day: %s", got)
	}
	if got := places("sam", "447700900155"); got != "-411" {
		t.Errorf("with nothing left of the day: %s", got)
	}
	w.at("2026-06-16T00:00:30+01:00")
	if got := places("sam", "447700900150"); got != "id" {
		t.Errorf("the next day: %s", got)
	}
}

func TestSendThatWaitsForApprovalIsAccepted(t *testing.T) {
	w := newWorld(t)
	must(t, w.SaveGuard(t.Context(), desk.CommandLine(), desk.Guard{ApproveAbove: 2}))
	got := w.call("sam", "Send", text("DestinationAddress", "447700900152,447700900153,447700900154")...)
	if ids := strings.Split(got, ","); len(ids) != 3 || strings.Contains(got, "-") {
		t.Fatalf("answered %s", got)
	}
	all, err := w.Approvals(t.Context(), w.as("boss"))
	if err != nil || len(all) != 1 || all[0].Batch.Door != "fastsms" {
		t.Fatalf("waiting: %+v %v", all, err)
	}
	must(t, w.Return(t.Context(), w.as("boss"), all[0].Batch.ID, "Not today."))
	if n := w.balance("sam"); n != 10 {
		t.Errorf("sam has %d credits after it was returned, want 10", n)
	}
}
