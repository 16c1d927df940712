package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// ReportKind is one of the reports, by the name that the FastSMS API has for it.
type ReportKind struct {
	Name string
	// Statuses are those of the messages in it, nil for all.
	Statuses []sms.Status
	// Now: it is of this moment, so no period counts.
	Now bool
}

// The reports. Pages and doors read the same rows by the same verbs.
var (
	ReportOutbox   = ReportKind{Name: "Outbox", Statuses: []sms.Status{sms.Scheduled, sms.Queued, sms.Submitting}, Now: true}
	ReportMessages = ReportKind{Name: "Messages"}
	ReportUsage    = ReportKind{Name: "Usage"}
	ReportInbound  = ReportKind{Name: "InboundMessages"}
	ReportFailed   = ReportKind{Name: "FailedMessages", Statuses: []sms.Status{sms.Failed, sms.Expired, sms.Suppressed}}
)

// within bounds a filter to the messages of the report.
func (k ReportKind) within(f Filter) Filter {
	if k.Now {
		f.From, f.To = time.Time{}, time.Time{}
	}
	if k.Statuses == nil {
		return f
	}
	if f.Statuses == nil {
		f.Statuses = k.Statuses
		return f
	}
	var both []sms.Status
	for _, s := range f.Statuses {
		for _, of := range k.Statuses {
			if s == of {
				both = append(both, s)
			}
		}
	}
	if f.Statuses = both; both == nil {
		f.nothing = true
	}
	return f
}

// ReportLine is a message as reports show it. Instants that have not come are
// zero.
type ReportLine struct {
	ID, BatchID int64
	Username    string
	Number      sms.MSISDN
	Sender      string
	Status      sms.Status
	// SendAt is when it was meant to leave, SentAt when the provider took it,
	// DeliveredAt when the handset had it.
	SendAt, SentAt, DeliveredAt time.Time
	// EndedAt is when it came to its end, whatever that was.
	EndedAt time.Time
	// Code is the provider's, and Reason says in our words why it stands where it
	// stands.
	Code, Reason string
	// Parts is its size, Credits what it costs: none once they were given back.
	Parts, Credits int64
}

func reportLine(r *db.ReportRow, names map[int64]string) ReportLine {
	line := ReportLine{ID: r.ID, BatchID: r.BatchID, Username: names[r.UserID], Number: r.Number, Sender: r.Sender, Status: r.Status,
		SendAt: r.SendAt.Time(), EndedAt: r.FinalAt.Time(), Code: r.Code, Reason: r.Reason, Parts: r.Parts}
	if r.Paid != db.Released {
		line.Credits = r.Credits
	}
	if r.Paid == db.Settled {
		line.SentAt = r.SubmittedAt.Time()
	}
	if r.Status == sms.Delivered {
		line.DeliveredAt = line.EndedAt
	}
	return line
}

// Report calls do for every message of the filter that the actor may see,
// oldest first. It keeps a page of rows in memory and holds nothing open while
// do takes its time; there is no cap.
func (d *Desk) Report(ctx context.Context, a Actor, f Filter, do func(ReportLine) error) error {
	return d.eachLine(ctx, a, f, false, do)
}

// EachReportLine does the same for the messages of a report. Only the report of
// what failed has codes, reasons, parts and credits.
func (d *Desk) EachReportLine(ctx context.Context, a Actor, k ReportKind, f Filter, do func(ReportLine) error) error {
	return d.eachLine(ctx, a, k.within(f), k.Name != ReportFailed.Name, do)
}

func (d *Desk) eachLine(ctx context.Context, a Actor, f Filter, brief bool, do func(ReportLine) error) error {
	where, err := d.reportFilter(ctx, a, f)
	if err != nil || f.nothing {
		return err
	}
	where.Brief = brief
	names, err := d.usernames(ctx, a)
	if err != nil {
		return err
	}
	return d.store.EachReportRow(ctx, where, func(r *db.ReportRow) error { return do(reportLine(r, names)) })
}

// ReportPage is a page of a report of messages, newest first.
type ReportPage struct {
	Lines        []ReportLine
	Newer, Older bool
}

// ReportPage reads a page of a report of messages.
func (d *Desk) ReportPage(ctx context.Context, a Actor, k ReportKind, f Filter) (ReportPage, error) {
	f = k.within(f)
	where, err := d.reportFilter(ctx, a, f)
	if err != nil || f.nothing {
		return ReportPage{}, err
	}
	names, err := d.usernames(ctx, a)
	if err != nil {
		return ReportPage{}, err
	}
	where.Limit++
	rows, err := d.store.ReportPage(ctx, where)
	if err != nil {
		return ReportPage{}, err
	}
	var page ReportPage
	from, to := 0, len(rows)
	page.Newer, page.Older, from, to = pageEdges(f, len(rows))
	for i := range rows[from:to] {
		page.Lines = append(page.Lines, reportLine(&rows[from+i], names))
	}
	return page, nil
}

// pageEdges says, of a page that was read with one row more than it shows,
// whether there are pages on either side, and which of the rows it shows.
func pageEdges(f Filter, found int) (newer, older bool, from, to int) {
	more := found > f.Limit
	newer, older, to = f.Before > 0, more, min(found, f.Limit)
	if f.After > 0 {
		newer, older = more, true
		from, to = found-to, found
	}
	return newer, older, from, to
}

// Usage counts the messages of the filter that the actor may see by status.
func (d *Desk) Usage(ctx context.Context, a Actor, f Filter) ([sms.StatusCount]int64, error) {
	where, err := d.reportFilter(ctx, a, f)
	if err != nil {
		return [sms.StatusCount]int64{}, err
	}
	return d.store.CountStatuses(ctx, where)
}

// InboundLine is a received text as reports show it.
type InboundLine struct {
	ID   int64
	From sms.MSISDN
	// Number is what it was sent to, as the provider named it.
	Number, Body string
	ReceivedAt   time.Time
	// MessageID is the message that it answers, 0 for none.
	MessageID int64
	// ConversationID is where it stands in the inbox, 0 while it is not filed.
	ConversationID int64
}

func inboundLine(in db.Inbound) InboundLine {
	return InboundLine{ID: in.ID, From: in.Number, Number: in.Destination, Body: in.Body, ReceivedAt: in.ReceivedAt.Time(), MessageID: int64(in.MessageID), ConversationID: int64(in.ConversationID)}
}

// EachInbound calls do for every text of the filter that answers what the actor
// may see, oldest first; for the administrator of all, also for those that
// answer nothing. Of the filter, user, search and period count.
func (d *Desk) EachInbound(ctx context.Context, a Actor, f Filter, do func(InboundLine) error) error {
	where, err := d.inboundFilter(ctx, a, f)
	if err != nil {
		return err
	}
	return d.store.EachInbound(ctx, where, func(in db.Inbound) error { return do(inboundLine(in)) })
}

// ReceivedPage is a page of received texts, newest first.
type ReceivedPage struct {
	Lines        []InboundLine
	Newer, Older bool
}

// ReceivedPage reads a page of what EachInbound goes through.
func (d *Desk) ReceivedPage(ctx context.Context, a Actor, f Filter) (ReceivedPage, error) {
	where, err := d.inboundFilter(ctx, a, f)
	if err != nil {
		return ReceivedPage{}, err
	}
	where.Before, where.After, where.Limit = f.Before, f.After, f.Limit+1
	rows, err := d.store.FindInbound(ctx, where)
	if err != nil {
		return ReceivedPage{}, err
	}
	var page ReceivedPage
	from, to := 0, len(rows)
	page.Newer, page.Older, from, to = pageEdges(f, len(rows))
	for _, in := range rows[from:to] {
		page.Lines = append(page.Lines, inboundLine(in))
	}
	return page, nil
}

func (d *Desk) inboundFilter(ctx context.Context, a Actor, f Filter) (db.InboundFilter, error) {
	users, err := d.reportUsers(ctx, a, f.UserID)
	if err != nil {
		return db.InboundFilter{}, err
	}
	where := db.InboundFilter{Users: users, From: db.At(f.From), To: db.At(f.To)}
	if !f.To.IsZero() {
		where.To = max(where.To, 1)
	}
	if f.Search = strings.TrimSpace(f.Search); f.Search != "" {
		set, err := d.Settings(ctx)
		if err != nil {
			return db.InboundFilter{}, err
		}
		where.Number = sms.MSISDN(sms.NumberPrefix(f.Search, set.Country))
		if where.Number == "" {
			where.Number = "?" // which nobody's begins with
		}
	}
	return where, nil
}

// reportUsers are the users whose data a report has: those that the actor may
// see, or the one of them that was asked for. nil is everyone.
func (d *Desk) reportUsers(ctx context.Context, a Actor, userID int64) ([]int64, error) {
	if userID == 0 {
		return d.reach(ctx, a)
	}
	may, err := d.reaches(ctx, a, userID)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, ErrUnknownUser
	}
	return []int64{userID}, nil
}

// reportFilter is the filter with bounds of long ago taken as they are: the
// store's zero does not bound. Searching is for numbers only.
func (d *Desk) reportFilter(ctx context.Context, a Actor, f Filter) (db.MessageFilter, error) {
	users, err := d.reportUsers(ctx, a, f.UserID)
	if err != nil {
		return db.MessageFilter{}, err
	}
	where := db.MessageFilter{Users: users, Statuses: f.Statuses, BatchID: f.BatchID, Sender: f.Sender, GroupID: f.GroupID,
		From: db.At(f.From), To: db.At(f.To), Before: f.Before, After: f.After, Limit: f.Limit}
	if !f.To.IsZero() {
		where.To = max(where.To, 1)
	}
	if f.GroupID != 0 {
		if _, err := d.Group(ctx, a, f.GroupID); err != nil {
			return db.MessageFilter{}, err
		}
	}
	if f.Search = strings.TrimSpace(f.Search); f.Search != "" {
		set, err := d.Settings(ctx)
		if err != nil {
			return db.MessageFilter{}, fmt.Errorf("read settings: %w", err)
		}
		if where.Number = sms.MSISDN(sms.NumberPrefix(f.Search, set.Country)); where.Number == "" {
			where.Number = "?"
		}
	}
	return where, nil
}
