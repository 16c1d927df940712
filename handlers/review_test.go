package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"textdesk/desk"
)

// TestSendToAFile sends to the rows of a file, each with its own columns, and
// gets them back in the send's download.
func TestSendToAFile(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	file := "Child,Mobile No,Time (approx.),Coat\r\nZoë,07700 900123,14:30,yes\r\nBen,07700900124,,no\r\n=1+1,07700 900125,16:00,\r\nCid,020 7946 0000,16:00,\r\nDan,,16:10,yes\r\n"
	got := sam.upload("/send/file", "trip.csv", []byte(file), order("to", "", "body", "", "do", "attach"))
	got.wants(t, http.StatusOK, "trip.csv", `name="file_ticket"`, `data-insert="((Time approx.))"`, "Remove the file", "Review 3 messages")
	got.says(t, "5 rows, numbers in column “Mobile No”.", "3 people")
	form := got.carried()
	form.Set("sender", "Oakfield")
	form.Set("when", "now")

	form.Set("body", "((Child)) is back at ((Hour)).")
	form.Set("do", "send")
	sam.post("/send", form).says(t, "There is no field called Hour. There are Number, Child, Mobile No, Time approx., Coat.")

	form.Set("body", "((Child)) is back at ((Time approx.)).((Coat?? Bring a coat.))")
	review := sam.post("/send", form)
	review.wants(t, http.StatusOK, "Check and send", "Send 2 messages", "trip.csv", "Row 6", "Row 5")
	review.says(t, "1 person has nothing for Time approx.", "They get no text.", "1 is a landline", "1 has no number in it", "Zoë is back at 14:30. Bring a coat.")
	if !strings.HasPrefix(review.path, "/send/review/") {
		t.Fatalf("the review is at %s", review.path)
	}
	sam.get(review.path+"?person=2").says(t, "=1+1 is back at 16:00.", "2 of 2")
	left := sam.get(review.path + "/left-out.csv")
	for _, want := range []string{"Row 5: Cid 020 7946 0000", "Row 6:", "There is no Time approx. to fill in."} {
		if !strings.Contains(left.body, want) {
			t.Errorf("those left out lack %q:\n%s", want, left.body)
		}
	}
	td.signIn("boss").get(review.path).says(t, "This is not here any more. Write it again.")

	// What stands there instead sends it to them too.
	instead := sam.post("/send", form2(review.carried(), "do", "instead", "lacking", "Time approx.", "instead", "teatime"))
	instead.says(t, "Send 3 messages")
	sam.get(instead.path+"?person=2").says(t, "Ben is back at teatime.")

	// Back to the form with all of it as it was.
	sam.post("/send", form2(instead.carried(), "do", "change")).wants(t, http.StatusOK, "((Time approx.|teatime))", "trip.csv", `name="file_ticket"`)

	sent := sam.post("/send", form2(instead.carried(), "do", "send"))
	if !strings.HasPrefix(sent.path, "/batches/") {
		t.Fatalf("sending leads to %s", sent.path)
	}
	download := sam.get(sent.path + "/messages.csv").body
	for _, want := range []string{"Child,Mobile No,Time (approx.),Coat", "Zoë,07700 900123,14:30,yes", `Ben,"=""07700900124""",,no`, "'=1+1,07700 900125,16:00,"} {
		if !strings.Contains(download, want) {
			t.Errorf("the download lacks %q:\n%s", want, download)
		}
	}
	sam.get(sent.path+"/left-out.csv").wants(t, http.StatusOK, "Row 5: Cid 020 7946 0000")
	sam.get(review.path).wants(t, http.StatusOK) // another draft of the form, still there
	sam.get(instead.path).says(t, "This was sent already, and only once.")
	if n := td.sent("sam"); n != 3 {
		t.Errorf("%d messages", n)
	}
}

// form2 is a form with some fields set.
func form2(values map[string][]string, pairs ...string) map[string][]string {
	all := map[string][]string{}
	for k, v := range values {
		all[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = []string{pairs[i+1]}
	}
	return all
}

// A large order is read in the background, which a page without script shows,
// and is reviewed and sent then.
func TestLargeOrderThroughThePages(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	var rows strings.Builder
	rows.WriteString("Mobile,Name\n")
	for i := range desk.MaxAtOnce + 500 {
		fmt.Fprintf(&rows, "+447700%06d,Person %d\n", (i*7919)%1_000_000, i)
	}
	form := sam.upload("/send/file", "all.csv", []byte(rows.String()), order("to", "", "body", "Dear ((Name))", "do", "attach")).carried()
	for name, value := range map[string]string{"sender": "Oakfield", "body": "Dear ((Name))", "when": "now", "do": "send"} {
		form.Set(name, value)
	}
	reading := sam.post("/send", form)
	reading.wants(t, http.StatusOK, "Reading the people", "of about 20,500 read", "Refresh")
	if again := sam.post("/send", form); again.path != reading.path {
		t.Errorf("pressed twice, it is read twice: %s and %s", reading.path, again.path)
	}
	sam.post("/send", form2(reading.carried(), "do", "send")).wants(t, http.StatusOK, "Reading the people")
	must(t, td.PrepareDrafts(t.Context()))
	if got := sam.do(http.MethodGet, reading.path+"/live", nil, "HX-Request", "true"); got.header.Get("HX-Refresh") != "true" {
		t.Errorf("the page does not notice that it is over: %v", got.header)
	}
	review := sam.get(reading.path)
	review.wants(t, http.StatusUnprocessableEntity, "This costs 20,500 credits and you have 1,000.", "Change something")
	must(t, td.MoveCreditsByName(t.Context(), desk.CommandLine(), "sam", 30_000))
	review = sam.get(reading.path)
	review.wants(t, http.StatusOK, "Send 20,500 messages", "Person 10000")
	sent := sam.post("/send", form2(review.carried(), "do", "send", "sure", "on"))
	sent.says(t, "Text to 20,500 people", "Waiting 20,500")
	if lines := strings.Count(sam.get(sent.path+"/messages.csv").body, "\n"); lines != 20_501 {
		t.Errorf("while it is being accepted the download has %d lines", lines)
	}
	must(t, td.AcceptAll(t.Context()))
	if lines := strings.Count(sam.get(sent.path+"/messages.csv").body, "\n"); lines != 20_501 {
		t.Errorf("the download has %d lines", lines)
	}
}
