package handlers_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/sms"
)

// reporting is a desk on which sam has texted three people, one of whom could
// not be reached, and one of whom has answered.
func reporting(t *testing.T) *testDesk {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal, Credits: 5})
	td.at("2026-06-15 11:00")
	td.run()
	sent := td.sendTo("sam", "07700900123", "07700900124", "07700900102")
	td.await(sent, func(p desk.Progress) bool { return p.Batch.NDelivered == 2 && p.Batch.NFailed == 1 })
	must(t, td.ReplyFrom(t.Context(), td.actor("boss"), sms.MSISDN("+447700900123"), "=SUM(A1), \"yes\""))
	return td
}

func TestReportPages(t *testing.T) {
	td := reporting(t)
	sam, kim := td.signIn("sam"), td.signIn("kim")
	for path, words := range map[string][]string{
		"/reports/messages":                                               {"3 rows", "3 parts, 2 credits in this period", "07700 900123", "07700 900102", "MessageID", "Delivery Date", "Download 3 rows as CSV", "London time"},
		"/reports/messages?period=today":                                  {"3 rows"},
		"/reports/messages?period=yesterday":                              {"0 rows", "No message is in this report"},
		"/reports/messages?period=month":                                  {"3 rows", "Messages by day"},
		"/reports/messages?from=2026-06-15":                               {"3 rows"},
		"/reports/messages?from=1/1/2026&to=2/7/26":                       {"is not a date"},
		"/reports/messages?from=1/1/2026&to=15/6/2026":                    {"3 rows", "Messages by week"},
		"/reports/messages?from=1/1/2025&to=15/6/2026":                    {"3 rows", "Messages by month"},
		"/reports/messages?from=2026-06-15&to=2026-06-15&state=delivered": {"2 rows", "07700 900123"},
		"/reports/messages?q=07700900102":                                 {"1 row"},
		"/reports/messages?q=nonsense":                                    {"0 rows", "Nothing matches these filters."},
		"/reports/messages?sender=Oakfield":                               {"3 rows"},
		"/reports/messages?sender=Nobody":                                 {"0 rows"},
		"/reports/messages?batch=1001":                                    {"3 rows", "One send: Sports day"},
		"/reports/failed":                                                 {"1 row", "07700 900102", "Reason"},
		"/reports/failed?state=delivered":                                 {"0 rows"},
		"/reports/usage":                                                  {"Delivered", "Not delivered", "3 messages"},
		"/reports/outbox":                                                 {"0 rows", "everything has left"},
		"/reports/inbound":                                                {"1 row", "07700 900123", "=SUM(A1)"},
		"/reports":                                                        {"3 rows"},
	} {
		got := sam.get(path)
		want := http.StatusOK
		if strings.Contains(strings.Join(words, " "), "not a date") {
			want = http.StatusUnprocessableEntity
		}
		got.wants(t, want, words...)
		got = kim.get(path)
		got.lacks(t, "900123</", "900102</", "=SUM")
	}
	for path, words := range map[string][]string{
		"/reports/messages?from=30/2/2026":                         {"is not a date", `value="30/2/2026"`, "Error: "},
		"/reports/messages?from=2026-06-16&to=2026-06-15":          {"The last day is before the first one."},
		"/reports/messages?to=" + strings.Repeat("9", 5000):        {"is not a date"},
		"/reports/messages/download?from=30/2/2026":                {"is not a date"},
		"/reports/messages/download?from=2026-06-16&to=2026-06-15": {"The last day is before the first one."},
		"/reports/inbound/download?from=%FF%00&to=2026-06-15":      {"is not a date"},
	} {
		sam.get(path).wants(t, http.StatusUnprocessableEntity, words...)
	}
	sam.get("/reports/nonsense").wants(t, http.StatusNotFound)
	kim.get("/reports/messages?batch=1001").wants(t, http.StatusNotFound)
	boss := td.actor("boss").User.ID
	kim.get(fmt.Sprintf("/reports/messages?user=%d", boss)).wants(t, http.StatusNotFound, "There is no such user.")
	kim.get(fmt.Sprintf("/reports/messages/download?user=%d", boss)).wants(t, http.StatusNotFound)
	td.signIn("boss").get(fmt.Sprintf("/reports/messages?user=%d", td.actor("sam").User.ID)).wants(t, http.StatusOK, "3 rows")
	td.signIn("boss").get(fmt.Sprintf("/reports/messages?user=%d", boss)).wants(t, http.StatusOK, "0 rows")
}

// A file has as many rows as the page says, and a spreadsheet shows them as
// they are.
func TestReportFiles(t *testing.T) {
	td := reporting(t)
	sam := td.signIn("sam")
	for path, rows := range map[string]int{"messages": 3, "failed": 1, "outbox": 0, "inbound": 1, "usage": 2} {
		got := sam.get("/reports/" + path + "/download?period=today")
		if got.status != http.StatusOK || !strings.HasPrefix(got.body, "\uFEFF") || !strings.HasPrefix(got.header.Get("Content-Disposition"), `attachment; filename="`+path+"-2026-06-15") {
			t.Fatalf("%s answers %d %v %.40q", path, got.status, got.header, got.body)
		}
		all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.body, "\uFEFF"))).ReadAll()
		must(t, err)
		if len(all) != rows+1 {
			t.Errorf("%s has %d rows, want %d: %q", path, len(all)-1, rows, all)
		}
		if rows == 0 {
			continue // titles alone are no sheet to read
		}
		book := sam.get("/reports/" + path + "/download?period=today&format=xlsx")
		s, err := sheet.Open(bytes.NewReader([]byte(book.body)), int64(len(book.body)), path+".xlsx", sheet.Options{})
		must(t, err)
		must(t, s.Close())
	}
	inbound := sam.get("/reports/inbound/download?period=today").body
	if !strings.Contains(inbound, `"'=SUM(A1), ""yes"""`) {
		t.Errorf("a text may run as a formula: %s", inbound)
	}
	messages := sam.get("/reports/messages/download?period=today").body
	lines := strings.Split(messages, "\r\n")
	if want := "MessageID,Username,Destination,Source,Status,Schedule Date,Sent Date,Delivery Date"; strings.TrimPrefix(lines[0], "\uFEFF") != want {
		t.Errorf("the columns are %s", lines[0])
	}
	if !strings.Contains(messages, ",07700 900123,Oakfield,Delivered,2026-06-15 11:0") {
		t.Errorf("the rows are %s", messages)
	}
}

// The page and the door for scripts read the same messages.
func TestReportsOfPageAndDoorAgree(t *testing.T) {
	td := reporting(t)
	token, err := td.NewKey(t.Context(), td.actor("sam"), "test")
	must(t, err)
	sam := td.signIn("sam")
	for kind, path := range map[string]string{"Messages": "messages", "FailedMessages": "failed", "InboundMessages": "inbound", "Outbox": "outbox"} {
		door := td.newBrowser().get("/api?Token=" + token + "&Action=Report&ReportType=" + kind + "&From=20260615000000&To=20260615235959").body
		page := strings.TrimPrefix(sam.get("/reports/"+path+"/download?period=today").body, "\uFEFF")
		a, err := csv.NewReader(strings.NewReader(door)).ReadAll()
		must(t, err)
		b, err := csv.NewReader(strings.NewReader(page)).ReadAll()
		must(t, err)
		if !slices.Equal(a[0], b[0]) {
			t.Errorf("%s: the door has the columns %q, the page %q", kind, a[0], b[0])
		}
		if len(a) != len(b) {
			t.Fatalf("%s: the door has %d lines, the page %d", kind, len(a), len(b))
		}
		for i := range a {
			if a[i][0] != b[i][0] {
				t.Errorf("%s, line %d: %q and %q", kind, i, a[i], b[i])
			}
		}
	}
}
