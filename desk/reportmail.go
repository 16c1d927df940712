package desk

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// MaxReportMails is how many reports one person can have e-mailed.
const MaxReportMails = 50

// The periods of an e-mailed report: they move with the day on which it goes.
const (
	PeriodToday     = "today"      // so far
	PeriodYesterday = "yesterday"  // the day before
	PeriodWeek      = "7-days"     // the seven days before, whole ones
	PeriodMonth     = "month"      // so far
	PeriodLastMonth = "last-month" // the month before
)

// Periods are those of e-mailed reports, shortest first.
func Periods() []string {
	return []string{PeriodYesterday, PeriodToday, PeriodWeek, PeriodMonth, PeriodLastMonth}
}

// PeriodDays are the first and the last day of a period for what goes at an
// instant on a zone's clock; at noon, UTC, as [ReadDays] has them.
func PeriodDays(period string, at time.Time) (first, last time.Time) {
	y, m, d := at.Date()
	day := func(month time.Month, day int) time.Time { return time.Date(y, month, day, 12, 0, 0, 0, time.UTC) }
	switch period {
	case PeriodYesterday:
		return day(m, d-1), day(m, d-1)
	case PeriodWeek:
		return day(m, d-7), day(m, d-1)
	case PeriodMonth:
		return day(m, 1), day(m, d)
	case PeriodLastMonth:
		return day(m-1, 1), day(m, 0)
	}
	return day(m, d), day(m, d)
}

// ReportMailForm is a report as somebody wants it e-mailed.
type ReportMailForm struct {
	Kind ReportKind
	// Period is one of [Periods]; it does not count for a report of the moment.
	Period string
	// Filter is what it has, but for its days and pages.
	Filter Filter
	// SubmitKey is a form's one-time key: a second AddReportMail with the same key
	// finds what the first one made. "" for none.
	SubmitKey string
	// RuleForm is when: daily, Monday to Friday, weekly or on a day of the month.
	RuleForm
}

// ReportMail is a report that is e-mailed.
type ReportMail struct {
	db.ReportMail
	Kind   ReportKind
	Filter Filter
	Rule   Recurrence
	// Only says what it is limited to: "to the group Year 4". Numbers are not in it.
	Only []string
}

// Sending reports whether a time of it is being sent, or waits to be tried again.
func (r ReportMail) Sending() bool { return r.DueAt > 0 }

// ReportMailsReady refuses, with the reason, who cannot have reports e-mailed
// now: the desk has no mail server, the actor no address, or acts as somebody.
func (d *Desk) ReportMailsReady(ctx context.Context, a Actor) error {
	switch {
	case a.User.ID == 0:
		return ErrForbidden
	case a.Acting():
		return ErrActing
	}
	there, err := d.hasMailServer(ctx)
	switch {
	case err != nil:
		return err
	case !there:
		return ErrMailNotSet
	case a.User.Email == "":
		return ErrNoEmail
	}
	return nil
}

// AddReportMail has a report e-mailed to the actor, again and again, and returns
// when first.
func (d *Desk) AddReportMail(ctx context.Context, a Actor, f ReportMailForm) (first time.Time, err error) {
	if err := d.ReportMailsReady(ctx, a); err != nil {
		return time.Time{}, err
	}
	row, err := d.readReportMail(ctx, a, f)
	if err != nil {
		return time.Time{}, err
	}
	if row.SubmitKey == "" {
		row.SubmitKey = rand.Text()
	}
	return row.NextAt.Time(), d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ReportMailBySubmitKey(ctx, db.ReportMailBySubmitKeyParams{UserID: row.UserID, SubmitKey: row.SubmitKey})
		if err == nil {
			return nil
		}
		if !db.IsNotFound(err) {
			return fmt.Errorf("read e-mailed report: %w", err)
		}
		n, err := tx.CountReportMails(ctx, row.UserID)
		if err != nil {
			return fmt.Errorf("count e-mailed reports: %w", err)
		}
		if n >= MaxReportMails {
			return ErrReportMailsFull
		}
		id, err := tx.InsertReportMail(ctx, row)
		if err != nil {
			return fmt.Errorf("insert e-mailed report: %w", err)
		}
		return d.audit(ctx, tx, a, "reportmail.add", fmt.Sprint(id), row.Report)
	})
}

// readReportMail checks what was asked for.
func (d *Desk) readReportMail(ctx context.Context, a Actor, f ReportMailForm) (db.InsertReportMailParams, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return db.InsertReportMailParams{}, err
	}
	var bad []*Refusal
	switch Every(f.Every) {
	case EveryDay, EveryBusinessDay, EveryWeek, EveryMonthDay:
	default:
		bad = append(bad, ErrBadRule.because("Choose how often it comes."))
	}
	f.StartsOn, f.Ends = "", "" // it begins now and goes on until somebody stops it
	rule, _, err := d.Rule(f.RuleForm, set.Zone)
	if err != nil && len(bad) == 0 {
		bad = append(bad, Refusals(err)...)
	}
	if f.Kind.Now {
		f.Period = ""
	} else if !slices.Contains(Periods(), f.Period) {
		bad = append(bad, ErrBadPeriod.because("Choose which days it covers. Days that stand still would come again and again.").on("period"))
	}
	if len(bad) > 0 {
		return db.InsertReportMailParams{}, refused(bad)
	}
	at := f.Filter
	if f.Period != "" {
		first, last := PeriodDays(f.Period, d.clock().In(set.Zone))
		at.From, at.To = WholeDays(first, last, set.Zone)
	}
	if _, err := d.SumReport(ctx, a, f.Kind, at); err != nil { // refuses what they may not see
		return db.InsertReportMailParams{}, err
	}
	next, _ := rule.Next(d.clock()) // which there is, or Rule would have refused it
	row := db.InsertReportMailParams{UserID: a.User.ID, SubmitKey: f.SubmitKey, Report: f.Kind.Name, Period: f.Period, AboutID: f.Filter.UserID, BatchID: f.Filter.BatchID,
		GroupID: f.Filter.GroupID, States: joinStatuses(f.Filter.Statuses), Sender: strings.TrimSpace(f.Filter.Sender), Search: strings.TrimSpace(f.Filter.Search),
		Every: f.Every, Weekdays: int64(rule.Weekdays), Day: int64(rule.Day), Minute: int64(rule.Minute), Zone: set.Zone.String(), NextAt: db.At(next.At), CreatedAt: d.now()}
	for field, typed := range map[string]string{"sender": row.Sender, "q": row.Search} {
		if r := tooLong(field, typed, 80); r != nil {
			return db.InsertReportMailParams{}, r
		}
	}
	return row, nil
}

// ReportMails are the reports that the actor has e-mailed, in the order in which
// they were asked for.
func (d *Desk) ReportMails(ctx context.Context, a Actor) ([]ReportMail, error) {
	rows, err := d.store.ReportMailsOf(ctx, a.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read e-mailed reports: %w", err)
	}
	var all []ReportMail
	for _, row := range rows {
		r, err := d.reportMail(ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// PauseReportMail keeps it from coming, also the time that is being tried again.
func (d *Desk) PauseReportMail(ctx context.Context, a Actor, id int64) error {
	return d.changeReportMail(ctx, a, id, "reportmail.pause", func(ctx context.Context, tx *db.Tx, row db.ReportMail) error {
		if row.DueAt > 0 {
			if err := tx.DueReportMail(ctx, db.DueReportMailParams{ID: id}); err != nil {
				return err
			}
		}
		return tx.StepReportMail(ctx, db.StepReportMailParams{ID: id, PausedAt: d.now(), Zone: row.Zone})
	})
}

// ResumeReportMail has a paused one come again, at its next time from now.
func (d *Desk) ResumeReportMail(ctx context.Context, a Actor, id int64) error {
	return d.changeReportMail(ctx, a, id, "reportmail.resume", func(ctx context.Context, tx *db.Tx, row db.ReportMail) error {
		set, err := d.settings(ctx, tx.Queries)
		if err != nil || row.PausedAt == 0 {
			return err
		}
		next, _ := reportRule(row, set.Zone).Next(d.clock())
		return tx.StepReportMail(ctx, db.StepReportMailParams{ID: id, NextAt: db.At(next.At), Zone: set.Zone.String()})
	})
}

// DeleteReportMail forgets it.
func (d *Desk) DeleteReportMail(ctx context.Context, a Actor, id int64) error {
	return d.changeReportMail(ctx, a, id, "reportmail.delete", func(ctx context.Context, tx *db.Tx, _ db.ReportMail) error {
		return tx.DeleteReportMail(ctx, id)
	})
}

// SendReportMail sends it now, besides its times. One that waits to be tried
// again is tried now.
func (d *Desk) SendReportMail(ctx context.Context, a Actor, id int64) error {
	if a.Acting() {
		return ErrActing
	}
	row, err := d.store.ReportMail(ctx, id)
	if err := found("e-mailed report", err, ErrUnknownReportMail); err != nil {
		return err
	}
	if row.UserID != a.User.ID {
		return ErrUnknownReportMail
	}
	if err := d.ReportMailsReady(ctx, a); err != nil {
		return err
	}
	err = d.changeReportMail(ctx, a, id, "reportmail.send", func(ctx context.Context, tx *db.Tx, row db.ReportMail) error {
		switch {
		case row.DueAt == 0:
			return tx.DueReportMail(ctx, db.DueReportMailParams{ID: id, DueAt: d.now(), TryAt: d.now()})
		case row.Problem == "":
			return ErrReportMailRuns
		}
		return tx.RetryReportMail(ctx, db.RetryReportMailParams{ID: id, DueAt: row.DueAt, TryAt: d.now(), Problem: row.Problem})
	})
	if err == nil {
		d.wakeReports()
	}
	return err
}

// changeReportMail makes a change to one of the actor's own and writes down who
// made it.
func (d *Desk) changeReportMail(ctx context.Context, a Actor, id int64, action string, change func(context.Context, *db.Tx, db.ReportMail) error) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, err := tx.ReportMail(ctx, id)
		if err := found("e-mailed report", err, ErrUnknownReportMail); err != nil {
			return err
		}
		if row.UserID != a.User.ID {
			return ErrUnknownReportMail
		}
		if err := change(ctx, tx, row); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, action, fmt.Sprint(id), row.Report)
	})
}

// reportMail reads a row with what belongs to it.
func (d *Desk) reportMail(ctx context.Context, row db.ReportMail) (ReportMail, error) {
	zone, err := loadZone(row.Zone)
	if err != nil {
		return ReportMail{}, fmt.Errorf("read zone of an e-mailed report: %w", err)
	}
	r := ReportMail{ReportMail: row, Rule: reportRule(row, zone), Filter: Filter{UserID: row.AboutID, BatchID: row.BatchID, GroupID: row.GroupID, Sender: row.Sender, Search: row.Search}}
	for _, k := range []ReportKind{ReportOutbox, ReportMessages, ReportUsage, ReportInbound, ReportFailed} {
		if k.Name == row.Report {
			r.Kind = k
		}
	}
	for name := range strings.SplitSeq(row.States, ",") {
		if s, err := sms.ParseStatus(name); err == nil {
			r.Filter.Statuses = append(r.Filter.Statuses, s)
		}
	}
	r.Only, err = d.onlyWords(ctx, r.Filter)
	return r, err
}

// onlyWords say what a report is limited to, but for its states, which pages name.
func (d *Desk) onlyWords(ctx context.Context, f Filter) (words []string, err error) {
	if f.UserID != 0 {
		user, err := d.store.User(ctx, f.UserID)
		if err != nil {
			return nil, fmt.Errorf("read user: %w", err)
		}
		words = append(words, "by "+Actor{User: user}.Name())
	}
	if f.GroupID != 0 {
		name, err := d.groupName(ctx, f.GroupID)
		if err != nil && !db.IsNotFound(err) {
			return nil, fmt.Errorf("read group: %w", err)
		}
		if name == "" {
			words = append(words, "to a group that is gone")
		} else {
			words = append(words, "to the group "+name)
		}
	}
	if f.Sender != "" {
		words = append(words, "from "+f.Sender)
	}
	if f.BatchID != 0 {
		words = append(words, "of one send")
	}
	if f.Search != "" {
		words = append(words, "with the number you chose")
	}
	return words, nil
}

func reportRule(row db.ReportMail, zone *time.Location) Recurrence {
	return Recurrence{Every: Every(row.Every), Weekdays: Weekdays(row.Weekdays), Day: int(row.Day), Minute: int(row.Minute), Zone: zone}
}

func joinStatuses(all []sms.Status) string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.String()
	}
	return strings.Join(names, ",")
}
