package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// reportMailForm asks when a report is to be e-mailed.
func (v *visit) reportMailForm() error {
	at, err := v.reportAddress()
	if err != nil {
		return err
	}
	form := views.ReportMailForm{Key: rand.Text(), Period: at.period, Every: string(desk.EveryWeek), Weekday: "1", MonthDay: "1", Time: "07:00"}
	switch at.period {
	case desk.PeriodToday, desk.PeriodYesterday:
		form.Every = string(desk.EveryDay)
	case desk.PeriodMonth, desk.PeriodLastMonth:
		form.Every = string(desk.EveryMonthDay)
	default:
		form.Period = desk.PeriodWeek
	}
	return v.showReportMail(http.StatusOK, at, form, nil)
}

// addReportMail has a report e-mailed.
func (v *visit) addReportMail() error {
	at, err := v.reportAddress()
	if err != nil {
		return err
	}
	form := views.ReportMailForm{Key: v.FormValue("key"), Period: v.FormValue("covers"), Every: v.FormValue("every"), Weekday: v.FormValue("weekday"),
		MonthDay: v.FormValue("month_day"), Time: v.FormValue("time")}
	f := desk.ReportMailForm{Kind: at.kind, Period: form.Period, SubmitKey: form.Key,
		Filter:   desk.Filter{UserID: at.user, BatchID: at.batch, GroupID: at.group, Sender: at.sender, Search: at.query, Statuses: statusesOf(at.state)},
		RuleForm: desk.RuleForm{Every: form.Every, Weekdays: []string{form.Weekday}, MonthDay: form.MonthDay, Time: form.Time}}
	first, err := v.s.Desk.AddReportMail(v.Request().Context(), v.actor, f)
	if err != nil {
		return v.showReportMail(http.StatusUnprocessableEntity, at, form, err)
	}
	return v.back(at.page(0, 0), "This report is e-mailed to %s. The first one comes on %s.", v.actor.User.Email, first.In(v.set.Zone).Format("Monday 2 January at 15:04"))
}

// showReportMail shows the form, or why nothing can be e-mailed.
func (v *visit) showReportMail(status int, at reportAddress, form views.ReportMailForm, cause error) error {
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	form.Name, form.Path, form.BackPath = at.kind.Name, at.with("/email", map[string][]string{}), at.page(0, 0)
	form.Email, form.Zone, form.Dated = v.actor.User.Email, views.ZoneWords(v.set.Zone), !at.kind.Now
	form.FixedDates = form.Dated && at.period == "" && at.from+at.to != ""
	now := v.now()
	for _, p := range desk.Periods() {
		first, last := desk.PeriodDays(p, now)
		form.Periods = append(form.Periods, ui.Option{Value: p, Label: views.MailedPeriod(p), Hint: "Sent today, it would have " + desk.DayWords(first, last) + ".", Selected: p == form.Period})
	}
	form.Filtered = at.user|at.batch|at.group != 0 || at.state+at.sender+at.query != ""
	if cause := v.s.Desk.ReportMailsReady(v.Request().Context(), v.actor); cause != nil {
		refusals := desk.Refusals(cause)
		if len(refusals) == 0 {
			return cause
		}
		form.Problem, form.SetUp = refusals[0].Sentence, v.actor.Admin() && errors.Is(cause, desk.ErrMailNotSet)
		form.Errors = nil
	}
	page, err := v.page("E-mail a report", "/reports")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.ReportMailPage(page, form))
}

// reportMails are the reports that the visitor has e-mailed.
func (v *visit) reportMails() ([]views.ReportMailRow, error) {
	all, err := v.s.Desk.ReportMails(v.Request().Context(), v.actor)
	if err != nil {
		return nil, err
	}
	var rows []views.ReportMailRow
	for _, r := range all {
		row := views.ReportMailRow{ID: r.ID, Name: r.Kind.Name, Path: "/reports/" + wordOf(r.Kind), When: r.Rule.Words(), Next: r.NextAt.Time(), Paused: r.PausedAt > 0,
			Outcome: r.Outcome, EndedAt: r.EndedAt.Time(), Problem: r.Problem, Sending: r.Sending(), Tries: r.Tries, TryAt: r.TryAt.Time(), Only: strings.Join(r.Only, ", ")}
		var states []string
		for _, s := range r.Filter.Statuses {
			word := stateWord(s)
			states = append(states, strings.ToLower(word[:1])+word[1:])
		}
		if len(states) > 0 {
			row.Only = strings.TrimPrefix(strings.Join([]string{strings.Join(states, " or "), row.Only}, ", "), ", ")
			row.Only = strings.TrimSuffix(row.Only, ", ")
		}
		if r.Period != "" {
			row.Covers = views.MailedPeriod(r.Period)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// reportMailDeed does something with the e-mailed report that the address names,
// and leads back to the page that shows it.
func (v *visit) reportMailDeed(do func(context.Context, desk.Actor, int64) error, sentence string) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	back := "/reports/messages"
	if word := v.FormValue("report"); slices.ContainsFunc(reportKinds, func(k reportKind) bool { return k.word == word }) {
		back = "/reports/" + word
	}
	switch err := do(v.Request().Context(), v.actor, id); {
	case errors.Is(err, desk.ErrUnknownReportMail), err != nil && len(desk.Refusals(err)) == 0:
		return err
	case err != nil:
		return v.back(back, "%s", desk.Refusals(err)[0].Sentence) // which stands on top
	}
	return v.back(back+"#emails", "%s", sentence)
}

func (v *visit) pauseReportMail() error {
	return v.reportMailDeed(v.s.Desk.PauseReportMail, "It is not e-mailed until you resume it.")
}

func (v *visit) resumeReportMail() error {
	return v.reportMailDeed(v.s.Desk.ResumeReportMail, "It is e-mailed again from its next time on.")
}

func (v *visit) sendReportMail() error {
	return v.reportMailDeed(v.s.Desk.SendReportMail, "It goes out in a moment.")
}

func (v *visit) deleteReportMail() error {
	return v.reportMailDeed(v.s.Desk.DeleteReportMail, "It is not e-mailed any more.")
}

// wordOf is a report's word in its address.
func wordOf(k desk.ReportKind) string {
	for _, one := range reportKinds {
		if one.kind.Name == k.Name {
			return one.word
		}
	}
	return ""
}

// ReportPrinter makes the files of reports that are e-mailed, as their pages do.
type ReportPrinter struct{}

// WriteCSV writes the file that a report's page downloads.
func (ReportPrinter) WriteCSV(ctx context.Context, d *desk.Desk, r desk.MailedReport, to io.Writer) (rows int64, err error) {
	file := reportFile{d: d, a: r.Actor, set: r.Settings, kind: r.Kind, f: r.Filter}
	w := sheet.NewWriter(to, sheet.CSV, r.Kind.Name, file.columns())
	err = file.each(ctx, func(cells ...string) error {
		rows++
		return w.Row(cells...)
	})
	return rows, errors.Join(err, w.Close())
}

// FileName is what the file is called.
func (ReportPrinter) FileName(r desk.MailedReport) string {
	if r.Kind.Now {
		return wordOf(r.Kind) + ".csv"
	}
	return reportName(wordOf(r.Kind), r.First, r.Last) + ".csv"
}

// DownloadPath is where the same rows are downloaded: the days stand in it, so
// that it is the same file on another day.
func (ReportPrinter) DownloadPath(r desk.MailedReport) string {
	at := reportAddress{word: wordOf(r.Kind), user: r.Filter.UserID, batch: r.Filter.BatchID, group: r.Filter.GroupID, sender: r.Filter.Sender, query: r.Filter.Search, state: stateNames(r.Filter.Statuses)}
	if !r.Kind.Now {
		at.from, at.to = r.First.Format(time.DateOnly), r.Last.Format(time.DateOnly)
	}
	return at.path("/download")
}

// ListPath is where one's e-mailed reports stand.
func (ReportPrinter) ListPath(r desk.MailedReport) string {
	return "/reports/" + wordOf(r.Kind) + "#emails"
}

// StateWord names a state.
func (ReportPrinter) StateWord(s sms.Status) string { return stateWord(s) }

func stateNames(all []sms.Status) string {
	var names []string
	for _, s := range all {
		names = append(names, s.String())
	}
	return strings.Join(names, ",")
}
