package handlers

import (
	"strconv"

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
	name := at.word + "-" + v.today()
	if !at.kind.Now {
		name = at.word + "-" + first.Format("2006-01-02")
		if !last.Equal(first) {
			name += "-to-" + last.Format("2006-01-02")
		}
	}
	ctx := v.Request().Context()
	file := func(columns []sheet.Column, each func(row func(...string) error) error) error {
		return v.table(v.kind(), name, at.kind.Name, columns, each)
	}
	switch at.kind.Name {
	case desk.ReportUsage.Name:
		return file(usageColumns, func(row func(...string) error) error {
			counts, err := v.s.Desk.Usage(ctx, v.actor, f)
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
		})
	case desk.ReportInbound.Name:
		return file(inboundColumns, func(row func(...string) error) error {
			return v.s.Desk.EachInbound(ctx, v.actor, f, func(in desk.InboundLine) error {
				return row(strconv.FormatInt(in.ID, 10), in.From.Display(v.set.Country), v.displaySender(in.Number), in.Body, v.stamp(in.ReceivedAt), "Received")
			})
		})
	}
	columns := map[string][]sheet.Column{desk.ReportOutbox.Name: outboxColumns, desk.ReportFailed.Name: failedColumns}[at.kind.Name]
	if columns == nil {
		columns = messageColumns
	}
	source, reason := len(columns) > len(outboxColumns), len(columns) > len(messageColumns)
	senders := map[string]string{}
	return file(columns, func(row func(...string) error) error {
		cells := make([]string, 0, len(columns))
		return v.s.Desk.EachReportLine(ctx, v.actor, at.kind, f, func(l desk.ReportLine) error {
			cells = append(cells[:0], strconv.FormatInt(l.ID, 10), l.Username, l.Number.Display(v.set.Country))
			if source {
				shown, known := senders[l.Sender]
				if !known && len(senders) < 1000 {
					shown = v.displaySender(l.Sender)
					senders[l.Sender] = shown
				} else if !known {
					shown = v.displaySender(l.Sender)
				}
				cells = append(cells, shown)
			}
			cells = append(cells, stateWord(l.Status), v.stamp(l.SendAt), v.stamp(l.SentAt), v.stamp(l.DeliveredAt))
			if reason {
				cells = append(cells, views.Sentence(l.Reason))
			}
			return row(cells...)
		})
	})
}
