package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"textdesk/mail"
	"textdesk/mail/mailtest"
	"textdesk/sms"
)

// plainPrinter makes files of a line for each row.
type plainPrinter struct{ padding int }

func (p plainPrinter) WriteCSV(ctx context.Context, d *Desk, r MailedReport, to io.Writer) (rows int64, err error) {
	err = d.EachReportLine(ctx, r.Actor, r.Kind, r.Filter, func(l ReportLine) error {
		rows++
		_, err := fmt.Fprintf(to, "%s,%s,%s\n", l.Number, l.Status, strings.Repeat("x", p.padding))
		return err
	})
	return rows, err
}
func (plainPrinter) FileName(r MailedReport) string {
	return "messages-" + r.First.Format(time.DateOnly) + ".csv"
}
func (plainPrinter) DownloadPath(r MailedReport) string {
	return "/download?from=" + r.First.Format(time.DateOnly) + "&to=" + r.Last.Format(time.DateOnly)
}
func (plainPrinter) ListPath(MailedReport) string  { return "/reports/messages#emails" }
func (plainPrinter) StateWord(s sms.Status) string { return "In state " + s.String() }

// postOffice is an office whose desk can send e-mails, with somebody who has an
// address.
type postOffice struct {
	*office
	t    *testing.T
	up   *mailtest.Server
	jo   Actor
	base *url.URL
}

func newPostOffice(t *testing.T) *postOffice {
	o := &postOffice{office: newOffice(t), t: t}
	var err error
	o.up, err = mailtest.New()
	must(t, err)
	t.Cleanup(o.up.Close)
	o.base, err = url.Parse("https://intranet.example/sms/")
	must(t, err)
	must(t, o.SaveMailServer(t.Context(), o.admin, MailServer{Host: o.up.Host, Port: o.up.Port, Security: mail.None, From: "Desk <desk@example.org>"}))
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 100)
	must(t, o.ChangeUser(t.Context(), o.admin, jo.User.ID, Profile{FirstName: "Jo", LastName: "Bell", Level: LevelNormal, Email: "jo@example.org"}))
	o.jo = o.again(t, jo)
	return o
}

// work goes on with the e-mails until there is nothing more to do now.
func (o *postOffice) work(p ReportPrinter) time.Time {
	o.t.Helper()
	next, err := o.MailReports(o.t.Context(), o.base, p)
	must(o.t, err)
	return next
}

// only is the one report that somebody has e-mailed.
func (o *postOffice) only(a Actor) ReportMail {
	o.t.Helper()
	all, err := o.ReportMails(o.t.Context(), a)
	must(o.t, err)
	if len(all) != 1 {
		o.t.Fatalf("there are %d e-mailed reports", len(all))
	}
	return all[0]
}

// until lets the time pass until the clock of the office shows an instant.
func (o *postOffice) until(at time.Time) { o.pass(at.Sub(o.clock())) }

func weekly(k ReportKind, period string) ReportMailForm {
	return ReportMailForm{Kind: k, Period: period, RuleForm: RuleForm{Every: "week", Weekdays: []string{"1"}, Time: "07:00"}}
}

// A report comes at its hour, with what it comes to and its rows, about whole
// days before, and once for one time.
func TestAReportComesByMail(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	o.send(t, o.jo, Order{To: numbers(1, 3)})
	o.send(t, o.admin, Order{To: numbers(10, 5)})
	first, err := o.AddReportMail(ctx, o.jo, weekly(ReportMessages, PeriodWeek))
	must(t, err)
	if first.Weekday() != time.Monday || !first.After(o.clock()) {
		t.Errorf("the first one comes on %v", first)
	}
	if next := o.work(plainPrinter{}); !next.Equal(first) || len(o.up.Mails()) != 0 {
		t.Errorf("before its time: next %v, %d e-mails", next, len(o.up.Mails()))
	}
	o.until(first)
	o.send(t, o.jo, Order{To: numbers(4, 1)}) // on the day itself, which is next week's
	next := o.work(plainPrinter{})
	o.work(plainPrinter{})
	got := o.up.Mails()
	if len(got) != 1 || got[0].To != "jo@example.org" {
		t.Fatalf("the server got %+v", got)
	}
	words := wordsOf(t, got[0])
	for _, want := range []string{"Your report of messages, 1 to 7 June 2026.", "3 messages: 3 in state ", "3 parts, 3 credits.", "every week on Monday at 07:00", "https://intranet.example/sms/reports/messages#emails"} {
		if !strings.Contains(words, want) {
			t.Errorf("the e-mail lacks %q:\n%s", want, words)
		}
	}
	if got[0].Subject() != "Messages, 1 to 7 June 2026" || !strings.Contains(got[0].Text, "Message-ID: <report-") {
		t.Errorf("its head is %q: %s", got[0].Subject(), got[0].Text)
	}
	file, name := got[0].Part("text/csv")
	if n := strings.Count(file, "\n"); n != 3 || name != "messages-2026-06-01.csv" {
		t.Errorf("the file %s has %d rows: %s", name, n, file)
	}
	if strings.Contains(words, "7700") {
		t.Errorf("a number stands in the words: %s", words)
	}
	if r := o.only(o.jo); r.Outcome != MailedAttached || r.EndedAt == 0 || r.Sending() || !r.NextAt.Time().Equal(next) || next.Sub(first) < 6*24*time.Hour {
		t.Errorf("afterwards: %+v, next %v", r, next)
	}
	page, err := o.AuditLog(ctx, o.admin, AuditFilter{Limit: 10})
	must(t, err)
	var acts []string
	for _, e := range page.Entries {
		acts = append(acts, e.Action+" "+e.By)
	}
	if all := strings.Join(acts, ";"); !strings.Contains(all, "reportmail.sent Jo Bell") || !strings.Contains(all, "reportmail.add Jo Bell") {
		t.Errorf("the audit log has %s", all)
	}
}

// After an outage of weeks one e-mail comes, about the latest time.
func TestOneMailAfterAnOutage(t *testing.T) {
	o := newPostOffice(t)
	f := weekly(ReportMessages, PeriodYesterday)
	f.Every = "day"
	first, err := o.AddReportMail(t.Context(), o.jo, f)
	must(t, err)
	o.until(first.Add(7*24*time.Hour + 5*time.Hour))
	next := o.work(plainPrinter{})
	got := o.up.Mails()
	if want := first.AddDate(0, 0, 6).Format("2 January 2006"); len(got) != 1 || got[0].Subject() != "Messages, "+want {
		t.Errorf("it got %d e-mails, %v; want one about %s", len(got), got, want)
	}
	if !next.After(o.clock()) || next.Sub(o.clock()) > 24*time.Hour {
		t.Errorf("the next one is at %v, now is %v", next, o.clock())
	}
}

// What the mail server does not take is tried again with longer and longer
// pauses, said meanwhile, and given up within a day; the next time comes all the
// same.
func TestAMailServerThatIsDown(t *testing.T) {
	o := newPostOffice(t)
	first, err := o.AddReportMail(t.Context(), o.jo, weekly(ReportMessages, PeriodWeek))
	must(t, err)
	o.up.Refuse = "451 later"
	o.until(first)
	tries := 0
	for o.work(plainPrinter{}); o.only(o.jo).Sending() && tries < 50; o.work(plainPrinter{}) {
		tries++
		r := o.only(o.jo)
		if !strings.Contains(r.Problem, "later") || r.Tries != int64(tries) || !r.TryAt.Time().After(o.clock()) {
			t.Fatalf("after %d tries: %+v", tries, r)
		}
		o.until(r.TryAt.Time())
	}
	r := o.only(o.jo)
	if r.Outcome != MailedFailed || r.Problem == "" || tries != len(reportPauses) || o.clock().Sub(first) > 24*time.Hour || o.clock().Sub(first) < 12*time.Hour {
		t.Errorf("after %d tries and %v: %+v", tries, o.clock().Sub(first), r)
	}
	// Sent now, it waits again; and goes when the server is back.
	must(t, o.SendReportMail(t.Context(), o.jo, r.ID))
	o.work(plainPrinter{})
	if r = o.only(o.jo); !r.Sending() {
		t.Fatalf("after sending now: %+v", r)
	}
	o.up.Refuse = ""
	o.work(plainPrinter{})
	if len(o.up.Mails()) != 0 {
		t.Error("it did not wait")
	}
	must(t, o.SendReportMail(t.Context(), o.jo, r.ID)) // not any longer
	o.work(plainPrinter{})
	if r = o.only(o.jo); len(o.up.Mails()) != 1 || r.Outcome != MailedAttached || r.Problem != "" || r.Sending() {
		t.Errorf("with the server back: %+v, %d e-mails", r, len(o.up.Mails()))
	}
	// No server at all is the same trouble.
	must(t, o.SaveMailServer(t.Context(), o.admin, MailServer{}))
	o.until(r.NextAt.Time())
	o.work(plainPrinter{})
	if r = o.only(o.jo); !r.Sending() || r.Problem != ErrMailNotSet.Sentence {
		t.Errorf("without a server: %+v", r)
	}
	if err := o.SendReportMail(t.Context(), o.jo, r.ID); !errors.Is(err, ErrMailNotSet) {
		t.Errorf("sending without a server: %v", err)
	}
}

// A file that is too large stays at home: the e-mail has a link to it.
func TestALargeReportIsALink(t *testing.T) {
	o := newPostOffice(t)
	o.send(t, o.jo, Order{To: numbers(1, 12)})
	first, err := o.AddReportMail(t.Context(), o.jo, weekly(ReportMessages, PeriodWeek))
	must(t, err)
	o.until(first)
	o.work(plainPrinter{padding: MailedFileLimit / 10})
	got := o.up.Mails()
	if len(got) != 1 || strings.Contains(got[0].Text, "text/csv") || len(got[0].Text) > 4000 {
		t.Fatalf("the server got %d e-mails, %d bytes", len(got), len(got[0].Text))
	}
	want := "https://intranet.example/sms/download?from=" + first.AddDate(0, 0, -7).Format(time.DateOnly) + "&to=" + first.AddDate(0, 0, -1).Format(time.DateOnly)
	if text := wordsOf(t, got[0]); !strings.Contains(text, want) || !strings.Contains(text, "12 messages") {
		t.Errorf("the e-mail lacks %s:\n%s", want, text)
	}
	if r := o.only(o.jo); r.Outcome != MailedLinked {
		t.Errorf("it ended %q", r.Outcome)
	}
}

// What somebody may see counts when it is sent: who is out gets nothing, and an
// administrator who became a normal user no longer gets the others' rows.
func TestMailedReportsKnowWhoMayStillSee(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	left := o.user(t, "left", LevelAdmin, o.admin.User.ID, 100)
	must(t, o.ChangeUser(ctx, o.admin, left.User.ID, Profile{Level: LevelAdmin, Email: "left@example.org"}))
	left = o.again(t, left)
	must(t, o.MoveUser(ctx, o.admin, o.jo.User.ID, left.User.ID))
	o.send(t, o.jo, Order{To: numbers(1, 3)})
	about := weekly(ReportMessages, PeriodWeek)
	about.Filter.UserID = o.jo.User.ID
	if _, err := o.AddReportMail(ctx, o.jo, ReportMailForm{Kind: ReportMessages, Period: PeriodWeek, Filter: Filter{UserID: o.admin.User.ID}, RuleForm: about.RuleForm}); !errors.Is(err, ErrUnknownUser) {
		t.Errorf("somebody else's: %v", err)
	}
	first, err := o.AddReportMail(ctx, left, about)
	must(t, err)
	next := func(at time.Time) time.Time {
		o.until(at)
		return o.work(plainPrinter{})
	}
	at := next(first)
	if got := o.up.Mails(); len(got) != 1 || !strings.Contains(wordsOf(t, got[0]), "3 messages") || !strings.Contains(wordsOf(t, got[0]), "by Jo Bell") {
		t.Fatalf("while they may: %+v", got)
	}
	ended := func(problem string) {
		t.Helper()
		if r := o.only(left); len(o.up.Mails()) != 1 || r.Outcome != MailedRefused || r.Problem != problem || r.Sending() {
			t.Errorf("it ended %+v with %d e-mails, want %q", r, len(o.up.Mails()), problem)
		}
	}
	must(t, o.Suspend(ctx, o.admin, "left"))
	at = next(at)
	ended(ErrSuspended.Sentence)
	must(t, o.Resume(ctx, o.admin, "left"))
	must(t, o.MoveUser(ctx, o.admin, o.jo.User.ID, o.admin.User.ID))
	at = next(at)
	ended(ErrUnknownUser.Sentence)
	must(t, o.ChangeUser(ctx, o.admin, left.User.ID, Profile{Level: LevelNormal}))
	at = next(at)
	ended(ErrNoEmail.Sentence)
	must(t, o.Archive(ctx, o.admin, left.User.ID))
	next(at)
	ended(ErrArchived.Sentence)
}

// One is paused, resumed, sent now and deleted by whose it is, and by nobody else.
func TestReportMailsAreOnesOwn(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	f := weekly(ReportInbound, PeriodWeek)
	f.SubmitKey = "once"
	for range 2 { // a second press
		_, err := o.AddReportMail(ctx, o.jo, f)
		must(t, err)
	}
	r := o.only(o.jo)
	for _, do := range []func(context.Context, Actor, int64) error{o.PauseReportMail, o.ResumeReportMail, o.DeleteReportMail} {
		if err := do(ctx, o.admin, r.ID); !errors.Is(err, ErrUnknownReportMail) {
			t.Errorf("an administrator: %v", err)
		}
	}
	must(t, o.SendReportMail(ctx, o.jo, r.ID))
	if err := o.SendReportMail(ctx, o.jo, r.ID); !errors.Is(err, ErrReportMailRuns) {
		t.Errorf("twice at once: %v", err)
	}
	must(t, o.PauseReportMail(ctx, o.jo, r.ID)) // takes it back
	o.pass(30 * 24 * time.Hour)
	if next := o.work(plainPrinter{}); !next.IsZero() || len(o.up.Mails()) != 0 {
		t.Errorf("while it is paused: next %v, %d e-mails", next, len(o.up.Mails()))
	}
	must(t, o.ResumeReportMail(ctx, o.jo, r.ID))
	if r = o.only(o.jo); !r.NextAt.Time().After(o.clock()) || r.PausedAt != 0 {
		t.Errorf("resumed: %+v", r)
	}
	must(t, o.SendReportMail(ctx, o.jo, r.ID))
	o.work(plainPrinter{})
	if len(o.up.Mails()) != 1 || o.only(o.jo).NextAt != r.NextAt {
		t.Errorf("sent now: %d e-mails, next %v", len(o.up.Mails()), o.only(o.jo).NextAt.Time())
	}
	must(t, o.DeleteReportMail(ctx, o.jo, r.ID))
	if all, err := o.ReportMails(ctx, o.jo); err != nil || len(all) != 0 {
		t.Errorf("deleted: %v, %v", all, err)
	}
}

// What cannot be is refused, beside what it is about.
func TestReportMailsThatCannotBe(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	for name, c := range map[string]struct {
		change func(*ReportMailForm)
		want   *Refusal
		field  string
	}{
		"dates that stand still": {func(f *ReportMailForm) { f.Period = "" }, ErrBadPeriod, "period"},
		"a period of no kind":    {func(f *ReportMailForm) { f.Period = "year" }, ErrBadPeriod, "period"},
		"every hour":             {func(f *ReportMailForm) { f.Every = "hour" }, ErrBadRule, "every"},
		"no weekday":             {func(f *ReportMailForm) { f.Weekdays = nil }, ErrBadRule, "weekdays"},
		"no time":                {func(f *ReportMailForm) { f.Time = "soon" }, ErrBadRule, "time"},
		"a long sender":          {func(f *ReportMailForm) { f.Filter.Sender = strings.Repeat("x", 99) }, ErrTooLong, "sender"},
		"a group of nobody":      {func(f *ReportMailForm) { f.Filter.GroupID = 99 }, ErrUnknownGroup, ""},
	} {
		f := weekly(ReportMessages, PeriodWeek)
		c.change(&f)
		_, err := o.AddReportMail(ctx, o.jo, f)
		if rs := Refusals(err); len(rs) != 1 || !rs[0].Is(c.want) || c.field != "" && rs[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.AddReportMail(ctx, o.admin, weekly(ReportMessages, PeriodWeek)); !errors.Is(err, ErrNoEmail) {
		t.Errorf("without an address: %v", err)
	}
	if _, err := o.AddReportMail(ctx, Actor{User: o.jo.User, By: o.admin.User}, weekly(ReportMessages, PeriodWeek)); !errors.Is(err, ErrActing) {
		t.Errorf("in somebody's name: %v", err)
	}
	for range MaxReportMails {
		_, err := o.AddReportMail(ctx, o.jo, weekly(ReportOutbox, "")) // of the moment: it has no days
		must(t, err)
	}
	if _, err := o.AddReportMail(ctx, o.jo, weekly(ReportOutbox, "")); !errors.Is(err, ErrReportMailsFull) {
		t.Errorf("one more: %v", err)
	}
}

// The wall clock decides, over both changes of the clocks, and that of the
// organisation when it has moved.
func TestMailedReportsKeepTheWallClock(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	f := ReportMailForm{Kind: ReportMessages, Period: PeriodYesterday, RuleForm: RuleForm{Every: "day", Time: "01:30"}}
	_, err := o.AddReportMail(ctx, o.jo, f)
	must(t, err)
	london, err := time.LoadLocation("Europe/London")
	must(t, err)
	seen := 0
	for _, around := range []time.Time{time.Date(2026, 10, 24, 12, 0, 0, 0, london), time.Date(2027, 3, 27, 12, 0, 0, 0, london)} { // the clocks change in the night that follows
		o.until(around)
		o.work(plainPrinter{})
		seen = len(o.up.Mails())
		for day := range 3 {
			at := o.only(o.jo).NextAt.Time().In(london)
			want := time.Date(around.Year(), around.Month(), around.Day()+1+day, 1, 30, 0, 0, london)
			switch {
			case day == 0 && around.Month() == time.October:
				want = time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // 01:30 comes twice: the first of them
			case day == 0:
				want = time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC) // 01:30 does not exist: the first minute after the gap
			}
			if !at.Equal(want) {
				t.Errorf("day %d after %v: it comes at %v, want %v", day, around, at, want)
			}
			o.until(at)
			o.work(plainPrinter{})
			if seen++; len(o.up.Mails()) != seen {
				t.Errorf("%v: %d e-mails, want %d", at, len(o.up.Mails()), seen)
			}
			if is, want := o.up.Mails()[seen-1].Subject(), "Messages, "+at.AddDate(0, 0, -1).Format("2 January 2006"); is != want {
				t.Errorf("that of %v is %q, want %q", at, is, want)
			}
		}
	}
	must(t, o.SaveOrganisation(ctx, o.admin, Organisation{Name: "Oakfield", Country: "US", Zone: "America/New_York", Sender: "Oakfield"}))
	o.work(plainPrinter{})
	york, err := time.LoadLocation("America/New_York")
	must(t, err)
	if at := o.only(o.jo).NextAt.Time().In(york); at.Format("15:04") != "01:30" || !at.After(o.clock()) || len(o.up.Mails()) != seen {
		t.Errorf("after the move it comes at %v; %d e-mails", at, len(o.up.Mails()))
	}
}

func TestPeriodDays(t *testing.T) {
	at := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC) // a Monday
	for period, want := range map[string]string{
		PeriodToday: "2 March 2026", PeriodYesterday: "1 March 2026", PeriodWeek: "23 February to 1 March 2026",
		PeriodMonth: "1 to 2 March 2026", PeriodLastMonth: "1 to 28 February 2026",
	} {
		if got := DayWords(PeriodDays(period, at)); got != want {
			t.Errorf("%s is %s, want %s", period, got, want)
		}
	}
	if got := DayWords(PeriodDays(PeriodLastMonth, time.Date(2026, 1, 31, 7, 0, 0, 0, time.UTC))); got != "1 to 31 December 2025" {
		t.Errorf("the month before January is %s", got)
	}
	if got := DayWords(PeriodDays(PeriodWeek, time.Date(2026, 1, 3, 7, 0, 0, 0, time.UTC))); got != "27 December 2025 to 2 January 2026" {
		t.Errorf("over the new year: %s", got)
	}
}

// Somebody's number in a report's filter goes when they are erased.
func TestErasingForgetsReportsAboutThem(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	f := weekly(ReportMessages, PeriodWeek)
	f.Filter.Search = "07700 900123"
	_, err := o.AddReportMail(ctx, o.jo, f)
	must(t, err)
	r := o.only(o.jo)
	if strings.Contains(strings.Join(r.Only, " "), "900123") {
		t.Errorf("the number stands in the words %q", r.Only)
	}
	must(t, o.ErasePerson(ctx, o.admin, "+447700900123", "07700 900123"))
	must(t, o.RunErasures(ctx))
	if all, err := o.ReportMails(ctx, o.jo); err != nil || len(all) != 0 {
		t.Errorf("it is there: %v, %v", all, err)
	}
}

// wordsOf are the words of an e-mail.
func wordsOf(t *testing.T, m mailtest.Mail) string {
	t.Helper()
	words, _ := m.Part("text/plain")
	return strings.ReplaceAll(words, "\r\n", "\n")
}
