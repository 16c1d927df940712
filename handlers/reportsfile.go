package handlers

import (
	"context"
	"strconv"
	"time"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/sms"
	"textdesk/views"
)

// The columns of the reports, as the FastSMS API names them.
var (
	outboxColumns = []sheet.Column{{Title: "MessageID", Number: true, Width: 12}, {Title: "Username"}, {Title: "Destination"}, {Title: "Status", Width: 14},
		{Title: "Schedule Date"}, {Title: "Sent Date"}, {Title: "Delivery Date"}}
	messageColumns = []sheet.Column{{Title: "MessageID", Number: true, Width: 12}, {Title: "Username"}, {Title: "Destination"}, {Title: "Source"},
		{Title: "Status", Width: 14}, {Title: "Schedule Date"}, {Title: "Sent Date"}, {Title: "Delivery Date"}}
	failedColumns  = append(append([]sheet.Column{}, messageColumns...), sheet.Column{Title: "Reason", Width: 48})
	usageColumns   = []sheet.Column{{Title: "Status", Width: 20}, {Title: "Messages", Number: true, Width: 12}}
	inboundColumns = []sheet.Column{{Title: "MessageID", Number: true, Width: 12}, {Title: "From"}, {Title: "Number"}, {Title: "Message", Width: 60},
		{Title: "Received Date"}, {Title: "Status", Width: 12}}
)

// reportDownload is a report as a file, all of it, oldest first.
func (v *visit) reportDownload() error {
	at, err := v.reportAddress()
	if err != nil {
		return err
	}
	f, first, last, err := v.reportFilter(at)
	if err != nil {
		return err
	}
	if at.kind.Now {
		first, last = v.now(), v.now()
	}
	file := reportFile{d: v.s.Desk, a: v.actor, set: v.set, kind: at.kind, f: f}
	return v.table(v.kind(), reportName(at.word, first, last), at.kind.Name, file.columns(), func(row func(...string) error) error {
		return file.each(v.Request().Context(), row)
	})
}

// reportName is what a report's file is called, without its ending.
func reportName(word string, first, last time.Time) string {
	name := word + "-" + first.Format(time.DateOnly)
	if !last.Equal(first) {
		name += "-to-" + last.Format(time.DateOnly)
	}
	return name
}

// reportFile is a report as a file has it, for a page or an e-mail.
type reportFile struct {
	d    *desk.Desk
	a    desk.Actor
	set  desk.Settings
	kind desk.ReportKind
	f    desk.Filter
}

func (r reportFile) columns() []sheet.Column {
	switch r.kind.Name {
	case desk.ReportUsage.Name:
		return usageColumns
	case desk.ReportInbound.Name:
		return inboundColumns
	case desk.ReportOutbox.Name:
		return outboxColumns
	case desk.ReportFailed.Name:
		return failedColumns
	}
	return messageColumns
}

// each calls row for every row, oldest first.
func (r reportFile) each(ctx context.Context, row func(...string) error) error {
	switch r.kind.Name {
	case desk.ReportUsage.Name:
		counts, err := r.d.Usage(ctx, r.a, r.f)
		if err != nil {
			return err
		}
		for s, n := range counts {
			if n > 0 {
				if err := row(stateWord(sms.Status(s)), strconv.FormatInt(n, 10)); err != nil {
					return err
				}
			}
		}
		return nil
	case desk.ReportInbound.Name:
		return r.d.EachInbound(ctx, r.a, r.f, func(in desk.InboundLine) error {
			return row(strconv.FormatInt(in.ID, 10), in.From.Display(r.set.Country), displaySender(in.Number, r.set), in.Body, stamp(in.ReceivedAt, r.set), "Received")
		})
	}
	return r.messages(ctx, row)
}

func (r reportFile) messages(ctx context.Context, row func(...string) error) error {
	columns := r.columns()
	source, reason := len(columns) > len(outboxColumns), len(columns) > len(messageColumns)
	senders := map[string]string{}
	cells := make([]string, 0, len(columns))
	return r.d.EachReportLine(ctx, r.a, r.kind, r.f, func(l desk.ReportLine) error {
		cells = append(cells[:0], strconv.FormatInt(l.ID, 10), l.Username, l.Number.Display(r.set.Country))
		if source {
			shown, known := senders[l.Sender]
			if !known {
				if shown = displaySender(l.Sender, r.set); len(senders) < 1000 {
					senders[l.Sender] = shown
				}
			}
			cells = append(cells, shown)
		}
		cells = append(cells, stateWord(l.Status), stamp(l.SendAt, r.set), stamp(l.SentAt, r.set), stamp(l.DeliveredAt, r.set))
		if reason {
			cells = append(cells, views.Sentence(l.Reason))
		}
		return row(cells...)
	})
}
