package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// reportLength is how many rows a page of a report shows.
const reportLength = 50

// reportKind is a report by the word in its address.
type reportKind struct {
	word string
	kind desk.ReportKind
}

// reportKinds are the reports in the order of their tabs.
var reportKinds = []reportKind{
	{"outbox", desk.ReportOutbox},
	{"messages", desk.ReportMessages},
	{"usage", desk.ReportUsage},
	{"inbound", desk.ReportInbound},
	{"failed", desk.ReportFailed},
}

// reports leads to the first of them.
func (v *visit) reports() error { return redirect(v.Context, "/reports/messages") }

// reportAddress is what the address of a report says.
type reportAddress struct {
	word string
	kind desk.ReportKind
	// period is a preset, "" for dates; from and to are the dates as typed.
	period, from, to string
	user, batch      int64
	group            int64
	state, sender    string
	query            string
	before, after    int64
}

// presets are the periods that most people ask for.
var presets = []struct{ key, label string }{
	{"today", "Today"}, {"yesterday", "Yesterday"}, {"7-days", "Last 7 days"}, {"month", "This month"}, {"last-month", "Last month"},
}

func (v *visit) reportAddress() (reportAddress, error) {
	at := reportAddress{period: v.QueryParam("period"), from: strings.TrimSpace(v.QueryParam("from")), to: strings.TrimSpace(v.QueryParam("to")),
		user: v.cursor("user"), batch: v.cursor("batch"), group: v.cursor("group"), state: v.QueryParam("state"),
		sender: strings.TrimSpace(v.QueryParam("sender")), query: strings.TrimSpace(v.QueryParam("q")), before: v.cursor("before"), after: v.cursor("after")}
	at.word = v.Param("report")
	for _, k := range reportKinds {
		if k.word == at.word {
			at.kind = k.kind
			if at.kind.Name == desk.ReportInbound.Name { // a received text has none of these
				at.state, at.sender, at.batch, at.group = "", "", 0, 0
			}
			return at, nil
		}
	}
	return at, echo.ErrNotFound
}

// span are the days that the address means, both included; at noon, so that no
// clock change moves them. A preset wins over dates; neither is a week.
func (at reportAddress) span(now time.Time) (first, last time.Time, err error) {
	y, m, d := now.Date()
	day := func(days int) time.Time { return time.Date(y, m, d+days, 12, 0, 0, 0, time.UTC) }
	switch {
	case at.period == "today":
		return day(0), day(0), nil
	case at.period == "yesterday":
		return day(-1), day(-1), nil
	case at.period == "month":
		return time.Date(y, m, 1, 12, 0, 0, 0, time.UTC), day(0), nil
	case at.period == "last-month":
		return time.Date(y, m-1, 1, 12, 0, 0, 0, time.UTC), time.Date(y, m, 0, 12, 0, 0, 0, time.UTC), nil
	case at.period != "" || at.from == "" && at.to == "":
		return day(-6), day(0), nil
	}
	return desk.ReadDays(at.from, at.to, now)
}

// filter is what the report is to hold.
func (v *visit) reportFilter(at reportAddress) (f desk.Filter, first, last time.Time, err error) {
	f = desk.Filter{UserID: at.user, BatchID: at.batch, GroupID: at.group, Sender: at.sender, Search: at.query, Statuses: statusesOf(at.state),
		Before: at.before, After: at.after, Limit: reportLength}
	if at.kind.Now {
		return f, first, last, nil
	}
	if first, last, err = at.span(v.now()); err == nil {
		f.From, f.To = desk.WholeDays(first, last, v.set.Zone)
	}
	return f, first, last, err
}

// report shows a page of one.
func (v *visit) report() error {
	at, err := v.reportAddress()
	if err != nil {
		return err
	}
	ctx := v.Request().Context()
	f, first, last, cause := v.reportFilter(at)
	r := views.Report{Name: at.kind.Name, Word: at.word, Now: v.now(), Dated: !at.kind.Now, From: at.from, To: at.to, Zone: views.ZoneWords(v.set.Zone),
		Query: at.query, Sender: at.sender, Batch: at.batch, Inbound: at.kind.Name == desk.ReportInbound.Name, ShowUsers: v.actor.Admin()}
	if r.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	if err := v.reportChoices(at, &r); err != nil {
		return err
	}
	if r.Mails, err = v.reportMails(); err != nil {
		return err
	}
	status := http.StatusOK
	if len(r.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	} else {
		if !at.kind.Now {
			r.From, r.To = first.Format(time.DateOnly), last.Format(time.DateOnly)
		}
		sum, err := v.s.Desk.SumReport(ctx, v.actor, at.kind, f)
		if err != nil {
			return err
		}
		r.Rows, r.Exact, r.Parts, r.Credits = sum.Rows, sum.Exact, sum.Total.Parts, sum.Total.Credits
		if f.Statuses != nil {
			r.Parts = 0 // nobody counts the parts of some states
		}
		r.Chart = reportChart(at.kind, f, sum)
		if err := v.reportRows(at, f, sum, &r); err != nil {
			return err
		}
	}
	page, err := v.page(at.kind.Name, "/reports")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Wide, len(r.Errors) > 0
	return render(v.Context, status, views.ReportPage(page, r))
}

// reportRows fills in the table's rows and the ways to the pages beside.
func (v *visit) reportRows(at reportAddress, f desk.Filter, sum desk.Sum, r *views.Report) error {
	ctx := v.Request().Context()
	var newest, oldest int64
	var newer, older bool
	switch at.kind.Name {
	case desk.ReportUsage.Name:
		r.Usage = usageRows(at, f.Statuses, sum)
		if !sum.Exact {
			r.Rows = 0
		}
		return nil
	case desk.ReportInbound.Name:
		page, err := v.s.Desk.ReceivedPage(ctx, v.actor, f)
		if err != nil {
			return err
		}
		for _, in := range page.Lines {
			row := views.ReportRow{ID: in.ID, To: v.displaySender(in.Number), From: in.From.Display(v.set.Country), Text: in.Body, Sent: in.ReceivedAt}
			if in.MessageID != 0 {
				row.Path = messagePath(in.MessageID)
			}
			r.Lines = append(r.Lines, row)
		}
		newer, older = page.Newer, page.Older
	default:
		page, err := v.s.Desk.ReportPage(ctx, v.actor, at.kind, f)
		if err != nil {
			return err
		}
		for _, l := range page.Lines {
			r.Lines = append(r.Lines, views.ReportRow{ID: l.ID, Path: messagePath(l.ID), By: l.Username, To: l.Number.Display(v.set.Country),
				From: v.displaySender(l.Sender), Status: l.Status, Planned: l.SendAt, Sent: l.SentAt, Delivered: l.DeliveredAt, Reason: l.Reason})
		}
		newer, older = page.Newer, page.Older
	}
	if n := len(r.Lines); n > 0 {
		newest, oldest = r.Lines[0].ID, r.Lines[n-1].ID
	}
	if newer && newest != 0 {
		r.Newer = at.page(0, newest)
	}
	if older && oldest != 0 {
		r.Older = at.page(oldest, 0)
	}
	if newest == 0 && at.before+at.after != 0 {
		r.Newer = at.page(0, 0)
	}
	return nil
}

// usageRows are the states that messages of the period stand in.
func usageRows(at reportAddress, statuses []sms.Status, sum desk.Sum) []views.UsageRow {
	if !sum.Exact {
		return nil
	}
	to := at
	to.word = "messages"
	var rows []views.UsageRow
	for _, s := range sms.Statuses() {
		n := sum.Total.ByStatus[s]
		if n == 0 || statuses != nil && !hasStatus(statuses, s) {
			continue
		}
		to.state = s.String()
		rows = append(rows, views.UsageRow{Status: s, Messages: n, Path: to.path("")})
	}
	return rows
}

func hasStatus(all []sms.Status, s sms.Status) bool {
	for _, one := range all {
		if one == s {
			return true
		}
	}
	return false
}

// reportChoices are the presets, tabs and lists that the filter offers.
func (v *visit) reportChoices(at reportAddress, r *views.Report) error {
	for _, k := range reportKinds {
		to := at
		to.word, to.state = k.word, ""
		r.Tabs = append(r.Tabs, ui.Tab{Label: k.kind.Name, Path: to.page(0, 0), Current: k.word == at.word})
	}
	r.Tabs = append(r.Tabs, ui.Tab{Label: "Credits", Path: "/credits"})
	if v.actor.Admin() {
		r.Tabs = append(r.Tabs, ui.Tab{Label: "Audit", Path: "/audit"})
	}
	for _, p := range presets {
		to := at
		to.period, to.from, to.to = p.key, "", ""
		current := at.period == p.key || p.key == "7-days" && at.period == "" && at.from == "" && at.to == ""
		r.Presets = append(r.Presets, ui.Tab{Label: p.label, Path: to.page(0, 0), Current: current})
	}
	bare := reportAddress{word: at.word, period: at.period, from: at.from, to: at.to}
	if at.user|at.batch|at.group != 0 || at.state+at.sender+at.query != "" {
		r.ClearPath = bare.path("")
	}
	r.CSVPath, r.XLSXPath, r.MailPath = at.path("/download"), at.format("xlsx"), at.path("/email")
	if at.batch != 0 {
		b, err := v.s.Desk.Batch(v.Request().Context(), v.actor, at.batch)
		if err != nil {
			return err
		}
		to := at
		to.batch = 0
		r.BatchText, r.AllPath = b.Body, to.page(0, 0)
	}
	r.States = stateOptions(at)
	if v.actor.Admin() {
		users, err := v.s.Desk.Users(v.Request().Context(), v.actor)
		if err != nil {
			return err
		}
		r.Users = append(r.Users, ui.Option{Value: "", Label: "Everyone"})
		for _, u := range users {
			r.Users = append(r.Users, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: desk.Actor{User: u}.Name(), Selected: u.ID == at.user})
		}
	}
	var chosen []int64
	if at.group != 0 {
		chosen = []int64{at.group}
	}
	groups, _, err := v.choices(chosen, nil)
	if err != nil {
		return err
	}
	r.Groups = append(r.Groups, ui.Option{Value: "", Label: "Anybody"})
	for _, g := range groups {
		r.Groups = append(r.Groups, ui.Option{Value: strconv.FormatInt(g.ID, 10), Label: g.Name, Selected: g.ID == at.group})
	}
	return nil
}

// stateOptions are the states that messages of the report may stand in.
func stateOptions(at reportAddress) []ui.Option {
	options := []ui.Option{{Value: "", Label: "Any state"}}
	for _, s := range sms.Statuses() {
		if at.kind.Statuses == nil || hasStatus(at.kind.Statuses, s) {
			selected := at.state == s.String() || len(statusesOf(at.state)) == 1 && statusesOf(at.state)[0] == s
			options = append(options, ui.Option{Value: s.String(), Label: views.StatusOf(s).Word, Selected: selected})
		}
	}
	return options
}

func (at reportAddress) page(before, after int64) string {
	at.before, at.after = before, after
	return at.path("")
}

// path is the address, with nothing in it that filters nothing.
func (at reportAddress) path(rest string) string { return at.with(rest, url.Values{}) }

func (at reportAddress) format(name string) string {
	return at.with("/download", url.Values{"format": {name}})
}

func (at reportAddress) with(rest string, q url.Values) string {
	set := func(name, value string) {
		if value != "" && value != "0" {
			q.Set(name, value)
		}
	}
	set("period", at.period)
	set("from", at.from)
	set("to", at.to)
	set("user", strconv.FormatInt(at.user, 10))
	set("batch", strconv.FormatInt(at.batch, 10))
	set("group", strconv.FormatInt(at.group, 10))
	set("state", at.state)
	set("sender", at.sender)
	set("q", at.query)
	if rest == "" {
		set("before", strconv.FormatInt(at.before, 10))
		set("after", strconv.FormatInt(at.after, 10))
	}
	path := fmt.Sprintf("/reports/%s%s", at.word, rest)
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}
