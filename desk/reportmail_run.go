package desk

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/mail"
	"textdesk/sms"
)

// MailedFileLimit is up to how many bytes a report's file goes with the e-mail.
// Of a larger one there is a link, which asks to sign in.
const MailedFileLimit = 5 << 20

// ReportWorker is what e-mailing reports is called on the System page.
const ReportWorker = "reports by e-mail"

const (
	// reportLease is how long one e-mail may take: to read the rows and hand it over.
	reportLease = 10 * time.Minute
	// doorMail is how the actor of an e-mailed report comes in.
	doorMail = "e-mail"
)

// reportPauses are how long it waits after each try that the mail server did not
// take. After the last one it is given up: within a day.
var reportPauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}

// What became of a time of an e-mailed report.
const (
	MailedAttached = "attached" // with its file
	MailedLinked   = "linked"   // the file was too large
	MailedFailed   = "failed"   // the mail server did not take it for a day
	MailedRefused  = "refused"  // whose it is may not have it, for a reason that stands beside it
)

// MailedReport is a report that is about to be e-mailed.
type MailedReport struct {
	Actor    Actor
	Settings Settings
	Kind     ReportKind
	Filter   Filter
	// First and Last are its days, at noon, UTC; zero of the moment.
	First, Last time.Time
}

// ReportPrinter makes files of reports, as their pages do.
type ReportPrinter interface {
	// WriteCSV writes the report's file and returns how many rows it has.
	WriteCSV(ctx context.Context, d *Desk, r MailedReport, to io.Writer) (rows int64, err error)
	// FileName is what it is called: "messages-2026-06-01-to-2026-06-07.csv".
	FileName(r MailedReport) string
	// DownloadPath is where signed-in people download the same file, ListPath where
	// they find what they have e-mailed.
	DownloadPath(r MailedReport) string
	ListPath(r MailedReport) string
	// StateWord names a state as pages do.
	StateWord(s sms.Status) string
}

// OnReportMail sets what is called when a report is to be e-mailed now. The call
// must not block. Set it before the desk is used.
func (d *Desk) OnReportMail(wake func()) { d.wakeReports = wake }

// MailReports e-mails the reports whose time has come and returns when there is
// something to do next, zero for never. Of the times that came while the desk was
// down the latest goes, alone. base is the desk's public address, nil when it is
// not known. It is the desk's own business, for no actor.
func (d *Desk) MailReports(ctx context.Context, base *url.URL, p ReportPrinter) (next time.Time, err error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return time.Time{}, err
	}
	coming, err := d.store.ComingReportMails(ctx, db.ComingReportMailsParams{NowAt: d.now(), Zone: set.Zone.String()})
	if err != nil {
		return time.Time{}, fmt.Errorf("read e-mailed reports: %w", err)
	}
	var faults []error
	for _, row := range coming {
		if err := d.reportComes(ctx, row.ID, set.Zone); err != nil {
			faults = append(faults, err)
		}
	}
	open, err := d.store.OpenReportMails(ctx, d.now())
	if err != nil {
		return time.Time{}, errors.Join(append(faults, fmt.Errorf("read e-mailed reports: %w", err))...)
	}
	for _, row := range open {
		if ctx.Err() != nil {
			break
		}
		d.Worked(ReportWorker) // a mail server that hangs holds each of them up for a while
		if err := d.mailReport(ctx, row, set, base, p); err != nil {
			faults = append(faults, fmt.Errorf("e-mail report %d: %w", row.ID, err))
		}
	}
	at, err := d.store.NextReportMail(ctx)
	if err != nil {
		faults = append(faults, fmt.Errorf("read e-mailed reports: %w", err))
	}
	return db.Millis(at).Time(), errors.Join(faults...)
}

// reportComes has the latest time that has come be sent, and sets the one after
// now; by another clock than before where the organisation has moved.
func (d *Desk) reportComes(ctx context.Context, id int64, zone *time.Location) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, err := tx.ReportMail(ctx, id)
		if db.IsNotFound(err) || err == nil && row.NextAt == 0 {
			return nil // a person was faster
		}
		if err != nil {
			return fmt.Errorf("read e-mailed report: %w", err)
		}
		rule, now := reportRule(row, zone), d.clock()
		next, there := rule.Next(now)
		if !there {
			return fmt.Errorf("e-mailed report %d has no next time", id)
		}
		if due := row.NextAt.Time(); !due.After(now) {
			for {
				later, there := rule.Next(due)
				if !there || later.At.After(now) {
					break
				}
				due = later.At
			}
			if err := tx.DueReportMail(ctx, db.DueReportMailParams{ID: id, DueAt: db.At(due), TryAt: d.now()}); err != nil {
				return err
			}
		}
		return tx.StepReportMail(ctx, db.StepReportMailParams{ID: id, NextAt: db.At(next.At), Zone: zone.String()})
	})
}

// mailReport sends what is due of one. What is certain not to be sent ends with
// its reason; what the mail server does not take is tried again.
func (d *Desk) mailReport(ctx context.Context, row db.ReportMail, set Settings, base *url.URL, p ReportPrinter) error {
	var mine int64
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		mine, err = tx.LeaseReportMail(ctx, db.LeaseReportMailParams{ID: row.ID, DueAt: row.DueAt, NowAt: d.now(), UntilAt: d.now().Add(reportLease)})
		return err
	})
	if err != nil || mine == 0 {
		return err
	}
	row.Tries++
	outcome, err := d.handOverReport(ctx, row, set, base, p)
	if err != nil && ctx.Err() != nil {
		return nil // told to stop: it goes on when the lease is over
	}
	ctx = context.WithoutCancel(ctx) // what was handed over must be known
	var trouble *mailTrouble
	switch rs := Refusals(err); {
	case err == nil:
		return d.endReportMail(ctx, row, outcome, "")
	case len(rs) > 0 && !rs[0].Is(ErrMailNotSet):
		return d.endReportMail(ctx, row, MailedRefused, rs[0].Sentence)
	case errors.As(err, &trouble) || len(rs) > 0:
		return d.retryReportMail(ctx, row, err.Error())
	}
	return errors.Join(err, d.retryReportMail(ctx, row, "The report could not be read."))
}

// mailTrouble is what a mail server did not like.
type mailTrouble struct{ error }

// handOverReport makes the e-mail as its owner may see the report now, and hands
// it to the mail server.
func (d *Desk) handOverReport(ctx context.Context, row db.ReportMail, set Settings, base *url.URL, p ReportPrinter) (outcome string, err error) {
	user, err := d.store.User(ctx, row.UserID)
	if err != nil {
		return "", fmt.Errorf("read user: %w", err)
	}
	if r := keptOut(user); r != nil {
		return "", r
	}
	if user.Email == "" {
		return "", ErrNoEmail
	}
	m, err := d.mailServer(ctx)
	if err != nil {
		return "", err
	}
	if !m.Set() {
		return "", ErrMailNotSet
	}
	message, outcome, err := d.reportMessage(ctx, row, Actor{User: user, Door: doorMail}, set, base, p)
	if err != nil {
		return "", err
	}
	if message.Brand, err = d.mailBrand(ctx, set); err != nil {
		return "", err
	}
	if err := mail.Send(ctx, m.server(), message); err != nil {
		return "", &mailTrouble{err}
	}
	return outcome, nil
}

// reportMessage is the e-mail: what the report comes to, and its file where that
// is small.
func (d *Desk) reportMessage(ctx context.Context, row db.ReportMail, a Actor, set Settings, base *url.URL, p ReportPrinter) (mail.Message, string, error) {
	rm, err := d.reportMail(ctx, row)
	if err != nil {
		return mail.Message{}, "", err
	}
	r := MailedReport{Actor: a, Settings: set, Kind: rm.Kind, Filter: rm.Filter}
	if !r.Kind.Now {
		r.First, r.Last = PeriodDays(row.Period, row.DueAt.Time().In(set.Zone))
		r.Filter.From, r.Filter.To = WholeDays(r.First, r.Last, set.Zone)
	}
	sum, err := d.SumReport(ctx, a, r.Kind, r.Filter)
	if err != nil {
		return mail.Message{}, "", err
	}
	file := &bounded{limit: MailedFileLimit}
	rows, err := p.WriteCSV(ctx, d, r, file)
	if err != nil && !file.full {
		return mail.Message{}, "", err
	}
	words := reportWords{r: r, rm: rm, sum: sum, rows: rows, attached: !file.full, printer: p}
	if base != nil {
		words.base = strings.TrimRight(base.String(), "/")
	}
	message := mail.Message{To: a.User.Email, Subject: words.subject(), Text: words.text(), ID: fmt.Sprintf("report-%d-%d", row.ID, row.DueAt)}
	if file.full {
		return message, MailedLinked, nil
	}
	message.Attachment = &mail.Attachment{Name: p.FileName(r), MIME: "text/csv; charset=utf-8", Data: file.Bytes()}
	return message, MailedAttached, nil
}

// endReportMail writes down how a time ended; unless a person has taken it back
// meanwhile.
func (d *Desk) endReportMail(ctx context.Context, row db.ReportMail, outcome, problem string) error {
	sent := outcome == MailedAttached || outcome == MailedLinked
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.EndReportMail(ctx, db.EndReportMailParams{ID: row.ID, DueAt: row.DueAt, Outcome: outcome, EndedAt: d.now(), Problem: problem})
		if err != nil || n == 0 && !sent {
			return err
		}
		if sent { // a copy of the rows has left the desk, whoever thought better of it
			return d.audit(ctx, tx, Actor{User: db.User{ID: row.UserID}, Address: doorMail}, "reportmail.sent", fmt.Sprint(row.ID), cmp.Or(row.Report, outcome))
		}
		return nil
	})
}

// retryReportMail has a time tried again after a pause, or gives it up.
func (d *Desk) retryReportMail(ctx context.Context, row db.ReportMail, problem string) error {
	if row.Tries > int64(len(reportPauses)) {
		return d.endReportMail(ctx, row, MailedFailed, problem)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.RetryReportMail(ctx, db.RetryReportMailParams{ID: row.ID, DueAt: row.DueAt, TryAt: d.now().Add(reportPauses[row.Tries-1]), Problem: problem})
	})
}

// bounded keeps what is written to it up to a limit, and refuses more.
type bounded struct {
	bytes.Buffer
	limit int
	full  bool
}

var errTooLarge = errors.New("too large for an e-mail")

func (b *bounded) Write(text []byte) (int, error) {
	if b.full = b.full || b.Len()+len(text) > b.limit; b.full {
		return 0, errTooLarge
	}
	return b.Buffer.Write(text)
}
