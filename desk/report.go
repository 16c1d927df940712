package desk

import (
	"context"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// ReportLine is a message as reports show it. Instants that have not come are
// zero.
type ReportLine struct {
	ID       int64
	Username string
	Number   sms.MSISDN
	Sender   string
	Status   sms.Status
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

// Report calls do for every message of the filter that the actor may see,
// oldest first. It keeps a page of rows in memory and holds nothing open while
// do takes its time; there is no cap.
func (d *Desk) Report(ctx context.Context, a Actor, f Filter, do func(ReportLine) error) error {
	where, err := d.reportFilter(ctx, a, f)
	if err != nil {
		return err
	}
	names, err := d.usernames(ctx, a, nil)
	if err != nil {
		return err
	}
	return d.store.EachReportRow(ctx, where, func(r db.ReportRow) error {
		line := ReportLine{ID: r.ID, Username: names[r.UserID], Number: r.Number, Sender: r.Sender, Status: r.Status,
			SendAt: r.SendAt.Time(), EndedAt: r.FinalAt.Time(), Code: r.Code, Reason: r.Reason, Parts: r.Parts}
		if r.Paid != db.Released {
			line.Credits = r.Credits
		}
		if r.Paid == db.Settled {
			line.SentAt = r.SubmittedAt.Time()
		}
		if r.Status == sms.Delivered {
			line.DeliveredAt = r.FinalAt.Time()
		}
		return do(line)
	})
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
}

// EachInbound calls do for every text received in [from, to) that answers what
// the actor may see, oldest first; for the administrator of all, also for
// those that answer nothing.
func (d *Desk) EachInbound(ctx context.Context, a Actor, from, to time.Time, do func(InboundLine) error) error {
	users, err := d.reach(ctx, a)
	if err != nil {
		return err
	}
	return d.store.EachInbound(ctx, users, db.At(from), db.At(to), func(in db.Inbound) error {
		return do(InboundLine{ID: in.ID, From: in.Number, Number: in.Destination, Body: in.Body, ReceivedAt: in.ReceivedAt.Time()})
	})
}

// reportFilter is the filter with bounds of long ago taken as they are: the
// store's zero does not bound.
func (d *Desk) reportFilter(ctx context.Context, a Actor, f Filter) (db.MessageFilter, error) {
	where, err := d.filter(ctx, a, f)
	if !f.To.IsZero() {
		where.To = max(where.To, 1)
	}
	return where, err
}
