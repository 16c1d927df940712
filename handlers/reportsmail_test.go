package handlers_test

import (
	"encoding/csv"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/handlers"
	"textdesk/mail"
	"textdesk/mail/mailtest"
)

// mailing is the desk of reporting with a mail server, on which sam has an
// address.
func mailing(t *testing.T) (*testDesk, *mailtest.Server) {
	td := reporting(t)
	up, err := mailtest.New()
	must(t, err)
	t.Cleanup(up.Close)
	ctx, shell := t.Context(), desk.CommandLine()
	must(t, td.SaveMailServer(ctx, shell, desk.MailServer{Host: up.Host, Port: up.Port, Security: mail.None, From: "desk@oakfield.example"}))
	sam := td.actor("sam").User
	p := desk.ProfileOf(sam)
	p.Email = "sam@oakfield.example"
	must(t, td.ChangeUser(ctx, shell, sam.ID, p))
	return td, up
}

// mailsOf waits until a server has so many e-mails.
func mailsOf(t *testing.T, up *mailtest.Server, n int) []mailtest.Mail {
	t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if got := up.Mails(); len(got) >= n {
			return got
		}
	}
	t.Fatalf("only %d e-mails came, want %d", len(up.Mails()), n)
	return nil
}

var mailID = regexp.MustCompile(`/reports/emails/(\d+)/send`)

// From the report, with its filters, to the e-mail with the file of its page; all
// without script.
func TestAReportIsEmailed(t *testing.T) {
	td, up := mailing(t)
	sam := td.signIn("sam")
	sam.get("/reports/messages?state=delivered").wants(t, http.StatusOK, "E-mail me this…", "/reports/messages/email?state=delivered")
	const at = "/reports/messages/email?state=delivered&period=today"
	sam.get(at).wants(t, http.StatusOK, "E-mail me this report", "sam@oakfield.example", "with the filters that it has now", "Sent today, it would have 15 June 2026.", `value="day" checked`, `value="today" checked`)
	sam.get("/reports/messages/email?from=1/6/2026&to=7/6/2026").wants(t, http.StatusOK, "Dates stand still", `value="7-days" checked`)
	sam.post(at, form("key", "k1", "covers", "for ever", "every", "week", "weekday", "8", "time", "noonish")).wants(t, http.StatusUnprocessableEntity, "Choose which days it covers.", "This is not a time.", `value="noonish"`, "Error: ")
	values := form("key", "k1", "covers", "today", "every", "day", "time", "06:30")
	got := sam.post(at, values)
	got.wants(t, http.StatusOK, "This report is e-mailed to sam@oakfield.example. The first one comes on Tuesday 16 June at 06:30.", "E-mailed to you", "Every day at 06:30", "The day itself, so far", "Only delivered.", "None yet")
	sam.post(at, values) // a second press
	page := sam.get("/reports/failed").body
	all := mailID.FindAllStringSubmatch(page, -1)
	if len(all) != 1 {
		t.Fatalf("there are %d e-mailed reports", len(all))
	}
	path := "/reports/emails/" + all[0][1]
	sam.post(path+"/send", form("report", "failed")).wants(t, http.StatusOK, "It goes out in a moment.", "FailedMessages")
	m := mailsOf(t, up, 1)[0]
	words, _ := m.Part("text/plain")
	for _, want := range []string{"Only those that are delivered.", "2 messages: 2 delivered.", "messages-2026-06-15.csv", "every day at 06:30", "The text desk of Oakfield School"} {
		if !strings.Contains(words, want) {
			t.Errorf("the e-mail lacks %q:\n%s", want, words)
		}
	}
	file, name := m.Part("text/csv")
	download := sam.get("/reports/messages/download?state=delivered&period=today").body
	if name != "messages-2026-06-15.csv" || file != download {
		t.Errorf("%s is not the file of the page:\n%s\n%s", name, file, download)
	}
	if rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\uFEFF"))).ReadAll(); err != nil || len(rows) != 3 {
		t.Errorf("it has %d rows, %v", len(rows), err)
	}
	for until := time.Now().Add(time.Minute); strings.Contains(sam.get("/reports/messages").body, "Being sent") && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	sam.get("/reports/messages").wants(t, http.StatusOK, "Last:", ">Sent<")
	// Somebody else finds none of it.
	kim := td.signIn("kim")
	kim.get("/reports/messages").lacks(t, "E-mailed to you")
	for _, deed := range []string{"send", "pause", "resume", "delete"} {
		kim.post(path+"/"+deed, nil).wants(t, http.StatusNotFound)
	}
	sam.post(path+"/pause", form("report", "usage")).wants(t, http.StatusOK, "until you resume it", "Paused", "Resume")
	sam.post(path+"/resume", nil).wants(t, http.StatusOK, "from its next time on", "Pause")
	sam.post(path+"/delete", form("report", "//evil.example")).wants(t, http.StatusOK, "not e-mailed any more")
	sam.get("/reports/messages").lacks(t, "E-mailed to you")
}

// A link in an e-mail asks to sign in and then gives the same rows, also of
// several states and on another day.
func TestTheLinkOfALargeReport(t *testing.T) {
	td := reporting(t)
	set, err := td.Settings(t.Context())
	must(t, err)
	first, last := desk.PeriodDays(desk.PeriodToday, td.Now().In(set.Zone))
	r := desk.MailedReport{Settings: set, Kind: desk.ReportMessages, First: first, Last: last, Filter: desk.Filter{Statuses: desk.ReportFailed.Statuses}}
	path := handlers.ReportPrinter{}.DownloadPath(r)
	out := td.newBrowser().get(path)
	if !strings.HasPrefix(out.path, "/sign-in?next=") {
		t.Fatalf("signed out, %s leads to %s", path, out.path)
	}
	sam := td.signIn("sam")
	if rows := strings.Count(sam.get(path).body, "\r\n"); rows != 2 {
		t.Errorf("%s has %d lines, want the titles and one", path, rows)
	}
	td.shift.Add(int64(40 * 24 * time.Hour))
	if rows := strings.Count(td.signIn("sam").get(path).body, "\r\n"); rows != 2 {
		t.Errorf("40 days later %s has %d lines", path, rows)
	}
}

// Where e-mails cannot be sent, the page says so, and to whom can change it where.
func TestEmailThatIsNotSetUp(t *testing.T) {
	td := newTestDesk(t)
	td.signIn("sam").get("/reports/usage/email").wants(t, http.StatusOK, "cannot send e-mails yet")
	boss := td.signIn("boss")
	boss.get("/reports/usage/email").wants(t, http.StatusOK, "cannot send e-mails yet", "Set up the mail server")
	boss.post("/reports/usage/email", form("covers", "today", "every", "day", "time", "07:00")).wants(t, http.StatusUnprocessableEntity, "cannot send e-mails yet")
	boss.get("/reports/nonsense/email").wants(t, http.StatusNotFound)
	must(t, td.SaveMailServer(t.Context(), td.actor("boss"), desk.MailServer{Host: "mail.invalid", Security: mail.TLS, From: "desk@oakfield.example"}))
	td.signIn("sam").get("/reports/usage/email").wants(t, http.StatusOK, "no e-mail address in your account")
}
