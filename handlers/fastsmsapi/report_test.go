package fastsmsapi_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/providers"
	"textdesk/sms"
)

func TestReportParameters(t *testing.T) {
	w := newWorld(t)
	const day, night = "20260615000000", "20260615235959"
	for _, kind := range []string{"Messages", "Usage", "InboundMessages", "FailedMessages", "messages", " USAGE "} {
		for _, c := range []struct{ from, to, want string }{
			{day, night, ""},
			{day, day, ""},
			{" " + day + " ", night, ""},
			{"", night, "-504"},
			{"", "", "-504"},
			{day, "", "-505"},
			{night, day, "-505"}, // they end before they begin
			{"20260230000000", night, "-504"},
			{day, "20260631000000", "-505"},
			{"20260615", night, "-504"},
			{day, "20260615", "-505"},
			{"2026-06-15 00:00:00", night, "-504"},
			{day, "15/06/2026 23:59:59", "-505"},
			{"20260615240000", night, "-504"},
			{day, "20260615236000", "-505"},
			{"yesterday", night, "-504"},
			{day, "-1", "-505"},
			{"00000101000000", "00000101000000", ""},
			{"19700101000000", "19700101010000", ""},
			{"00010101000000", "99991231235959", ""},
			{"20260329013000", "20260329013000", ""}, // the clocks skip it
		} {
			got := w.call("sam", "Report", "ReportType", kind, "From", c.from, "To", c.to)
			if c.want != "" && got != c.want || c.want == "" && (strings.Count(got, "\n") != 1 || !strings.Contains(got, ",")) {
				t.Errorf("%s from %q to %q: %q, want %q or a header", kind, c.from, c.to, got, c.want)
			}
		}
	}
	for _, kind := range []string{"", "Inbox", "Messages,Usage", "\x00"} {
		want := "-601"
		if kind == "\x00" {
			want = "-507"
		}
		if got := w.call("sam", "Report", "ReportType", kind, "From", day, "To", night); got != want {
			t.Errorf("ReportType=%q: %q, want %q", kind, got, want)
		}
	}
	if got := w.call("sam", "Report", "ReportType", "Outbox", "From", "nonsense", "To", "20260230000000"); strings.Count(got, "\n") != 1 {
		t.Errorf("the outbox heeds dates: %q", got)
	}
}

// From and To are in the report, to the second, on the office's clock.
func TestReportPeriod(t *testing.T) {
	w := newWorld(t)
	for _, at := range []string{"2026-06-15T22:59:59Z", "2026-06-15T23:00:00Z", "2026-06-16T22:59:59Z", "2026-06-16T23:00:00Z"} {
		w.at(at)
		w.call("sam", "Send", text()...)
	}
	for _, c := range []struct{ from, to, want string }{
		{"20260616000000", "20260616235959", "10000002 10000003"},
		{"20260615235959", "20260615235959", "10000001"},
		{"20260616000000", "20260616000000", "10000002"},
		{"20260616000001", "20260616235958", ""},
		{"20260617000000", "20991231235959", "10000004"},
		{"00010101000000", "20260616000000", "10000001 10000002"},
		{"00010101000000", "00010101000000", ""},
	} {
		rows := readCSV(t, w.call("sam", "Report", "ReportType", "Messages", "From", c.from, "To", c.to))[1:]
		var ids []string
		for _, r := range rows {
			ids = append(ids, r[0])
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("from %s to %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestReportsOfWhatHappened(t *testing.T) {
	w := newWorld(t)
	ctx, provider := t.Context(), w.provider()
	for i := range 4 {
		w.call("sam", "Send", text("DestinationAddress", fmt.Sprint(447700900150+i), "SourceAddress", `A "B", C`)...)
	}
	claimed, err := w.Claim(ctx, provider, 0, 4)
	must(t, err)
	w.at("2026-06-15T12:00:05+01:00")
	marked, err := w.Mark(ctx, claimed)
	must(t, err)
	taken := providers.Acceptance{References: []string{"first"}}
	must(t, w.Record(ctx, []desk.Outcome{
		{Message: marked[0], Acceptance: taken},
		{Message: marked[1], Err: &providers.Error{Kind: providers.Rejected, Code: "-401", Text: "no such number,\nsays \"the provider\""}},
		{Message: marked[2], Err: &providers.Error{Kind: providers.Ambiguous, Text: "no answer"}},
		{Message: marked[3], Acceptance: providers.Acceptance{References: []string{"second"}}},
	}))
	w.at("2026-06-15T12:00:09+01:00")
	must(t, w.Polled(ctx, provider, desk.Polling{}, []providers.Receipt{
		{Reference: "first", Status: sms.Delivered}, {Reference: "second", Status: sms.Failed, Text: "the phone is off"}}))
	w.call("sam", "Send", text("ScheduleDate", "20261026090000")...) // after the clocks have gone back
	report := func(kind string) string {
		return w.call("boss", "Report", "ReportType", kind, "From", "20260615000000", "To", "20260615235959")
	}
	for kind, want := range map[string]string{
		"Messages": `MessageID,Username,Destination,Source,Status,Schedule Date,Sent Date,Delivery Date
10000001,sam,447700900150,"A ""B"", C",Delivered,15/06/2026 12:00:00,15/06/2026 12:00:05,15/06/2026 12:00:09
10000002,sam,447700900151,"A ""B"", C",Failed,15/06/2026 12:00:00,,
10000003,sam,447700900152,"A ""B"", C",Unknown,15/06/2026 12:00:00,,
10000004,sam,447700900153,"A ""B"", C",Failed,15/06/2026 12:00:00,15/06/2026 12:00:05,
10000005,sam,447700900150,SCHOOL,Scheduled,26/10/2026 09:00:00,,
`,
		"FailedMessages": `MessageID,Username,Destination,Source,Status,Schedule Date,Sent Date,Delivery Date,Reason
10000002,sam,447700900151,"A ""B"", C",Failed,15/06/2026 12:00:00,,,"no such number, says ""the provider"""
10000004,sam,447700900153,"A ""B"", C",Failed,15/06/2026 12:00:00,15/06/2026 12:00:05,,the phone is off
`,
		"Usage":  "Status,Messages\nScheduled,1\nDelivered,1\nFailed,2\nUnknown,1\n",
		"Outbox": "MessageID,Username,Destination,Status,Schedule Date,Sent Date,Delivery Date\n10000005,sam,447700900150,Scheduled,26/10/2026 09:00:00,,\n",
	} {
		if got := report(kind); got != want {
			t.Errorf("%s is\n%swant\n%s", kind, got, want)
		}
	}
	if got := w.call("kim", "Report", "ReportType", "Messages", "From", "20260615000000", "To", "20260615235959"); strings.Count(got, "\n") != 1 {
		t.Errorf("kim sees sam's messages: %s", got)
	}
}

func TestReportOfInboundMessages(t *testing.T) {
	w := newWorld(t)
	w.call("sam", "Send", text()...)
	claimed, err := w.Claim(t.Context(), w.provider(), 0, 1)
	must(t, err)
	marked, err := w.Mark(t.Context(), claimed)
	must(t, err)
	must(t, w.Record(t.Context(), []desk.Outcome{{Message: marked[0], Acceptance: providers.Acceptance{References: []string{"first"}}}}))
	w.at("2026-06-15T12:10:00+01:00")
	for _, body := range []string{"Yes, please", "two\nlines", `"quoted"`, "=1+1", "  blanks", "Zoë 日本"} {
		must(t, w.ReplyFrom(t.Context(), w.as("boss"), "+447700900150", body))
	}
	report := func(username string) string {
		return w.call(username, "Report", "ReportType", "InboundMessages", "From", "20260615000000", "To", "20260615235959")
	}
	want := `MessageID,From,Number,Message,Received Date,Status
1,447700900150,SCHOOL,"Yes, please",15/06/2026 12:10:00,Received
2,447700900150,SCHOOL,two lines,15/06/2026 12:10:00,Received
3,447700900150,SCHOOL,"""quoted""",15/06/2026 12:10:00,Received
4,447700900150,SCHOOL,=1+1,15/06/2026 12:10:00,Received
5,447700900150,SCHOOL,"  blanks",15/06/2026 12:10:00,Received
6,447700900150,SCHOOL,Zoë 日本,15/06/2026 12:10:00,Received
`
	for _, who := range []string{"boss", "sam"} {
		if got := report(who); got != want {
			t.Errorf("%s sees\n%swant\n%s", who, got, want)
		}
	}
	if got := report("kim"); strings.Count(got, "\n") != 1 {
		t.Errorf("kim sees sam's replies: %s", got)
	}
}

// There is no cap, and every row is there once, over a real connection.
func TestLongReport(t *testing.T) {
	const rows = 12_345
	w := newWorld(t)
	var to strings.Builder
	for i := range rows {
		fmt.Fprintf(&to, "4477%08d,", 10_000_000+i)
	}
	w.call("boss", "Send", text("DestinationAddress", strings.TrimSuffix(to.String(), ","))...)
	server := httptest.NewServer(w.door)
	defer server.Close()
	answer, err := http.PostForm(server.URL+"/api", url.Values{"Token": {w.tokens["boss"]}, "Action": {"Report"}, "ReportType": {"Messages"},
		"From": {"20260615000000"}, "To": {"20260615235959"}})
	must(t, err)
	defer answer.Body.Close()
	if answer.ContentLength >= 0 || len(answer.TransferEncoding) != 1 {
		t.Errorf("a long report was gathered before it was sent: %d bytes", answer.ContentLength)
	}
	all, err := csv.NewReader(answer.Body).ReadAll()
	must(t, err)
	if len(all) != rows+1 {
		t.Fatalf("%d lines for %d messages", len(all), rows)
	}
	for i, row := range all[1:] {
		if row[0] != itoa(int64(10_000_001+i)) || row[2] != fmt.Sprintf("4477%08d", 10_000_000+i) {
			t.Fatalf("line %d is %q", i+2, row)
		}
	}
}

// Half a report must not look like a whole one.
func TestReportThatBreaksOff(t *testing.T) {
	w := newWorld(t)
	var to strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&to, "4477%08d,", 10_000_000+i)
	}
	w.call("boss", "Send", text("DestinationAddress", strings.TrimSuffix(to.String(), ","))...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := form{"Token": {w.tokens["boss"]}, "Action": {"Report"}, "ReportType": {"Messages"}, "From": {"20260615000000"}, "To": {"20260615235959"}}.post()
	defer func() {
		if r := recover(); r != any(http.ErrAbortHandler) {
			t.Errorf("the connection was not broken off: %v", r)
		}
	}()
	w.door.ServeHTTP(cancelling{httptest.NewRecorder(), cancel}, r.WithContext(ctx))
	t.Error("the report ended in good order")
}

// cancelling ends the request's context with the first bytes of its answer.
type cancelling struct {
	http.ResponseWriter
	cancel func()
}

func (c cancelling) Write(b []byte) (int, error) {
	c.cancel()
	return c.ResponseWriter.Write(b)
}

// A caller who leaves is no fault.
func TestReportToNobody(t *testing.T) {
	w := newWorld(t)
	r := form{"Token": {w.tokens["boss"]}, "Action": {"Report"}, "ReportType": {"Outbox"}}.post()
	w.door.ServeHTTP(gone{httptest.NewRecorder()}, r)
}

type gone struct{ http.ResponseWriter }

func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func readCSV(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(t, err)
	return rows
}
