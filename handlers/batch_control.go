package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/sms"
	"textdesk/views"
)

// batchRowsShown is how many messages stand on a send's own page.
const batchRowsShown = 10

// pause keeps what has not left from leaving.
func (v *visit) pause() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	if err := v.s.Desk.PauseBatch(v.Request().Context(), v.actor, p.Batch.ID); err != nil {
		return v.refusedBack(p, err)
	}
	return v.back(v.batchPath(p), "Paused. Nothing more of this send leaves until somebody resumes it.")
}

// resume lets a paused send go on.
func (v *visit) resume() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	if err := v.s.Desk.ResumeBatch(v.Request().Context(), v.actor, p.Batch.ID); err != nil {
		return v.refusedBack(p, err)
	}
	return v.back(v.batchPath(p), "Resumed: %s.", views.Plural(p.Waiting(), "message that was left goes on", "messages that were left go on"))
}

// refusedBack leads back to the send's page, which says why not.
func (v *visit) refusedBack(p desk.Progress, err error) error {
	if refusals := desk.Refusals(err); len(refusals) > 0 {
		return v.back(v.batchPath(p), "%s", refusals[0].Sentence)
	}
	return err
}

// batchWithRows is the send with the first of its messages.
func (v *visit) batchWithRows(p desk.Progress) (views.Batch, error) {
	b := v.batchView(p)
	found, err := v.s.Desk.Outbox(v.Request().Context(), v.actor, desk.Filter{BatchID: p.Batch.ID, After: 1, Limit: batchRowsShown})
	if err != nil {
		return b, err
	}
	slices.Reverse(found.Messages) // in the order in which they leave
	for i, m := range found.Messages {
		row := views.BatchRow{ID: m.ID, Row: v.messageRow(found, i)}
		for _, at := range []time.Time{m.FinalAt.Time(), m.SubmittedAt.Time()} {
			if row.Last.IsZero() {
				row.Last = at
			}
		}
		b.Rows = append(b.Rows, row)
	}
	return b, nil
}

// batchCSV is the send's messages as a file that Excel opens by double click.
func (v *visit) batchCSV() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	columns := []sheet.Column{{Title: "Number"}, {Title: "State"}, {Title: "Reason", Width: 40}, {Title: "Provider's code"}, {Title: "Planned"}, {Title: "Taken by the provider"}, {Title: "Ended"},
		{Title: "Parts", Number: true, Width: 8}, {Title: "Credits", Number: true, Width: 8}}
	own, err := desk.ColumnsOf(p.Batch)
	if err != nil {
		return err
	}
	for _, title := range own {
		columns = append(columns, sheet.Column{Title: title})
	}
	return v.table(v.kind(), fmt.Sprintf("send-%d", p.Batch.ID), "Send", columns, func(row func(...string) error) error {
		return v.s.Desk.SendReport(v.Request().Context(), v.actor, p.Batch.ID, func(l desk.ReportLine, cells []string) error {
			all := []string{l.Number.Display(v.set.Country), stateWord(l.Status), views.Sentence(l.Reason), l.Code, v.stamp(l.SendAt), v.stamp(l.SentAt), v.stamp(l.EndedAt),
				strconv.FormatInt(l.Parts, 10), strconv.FormatInt(l.Credits, 10)}
			return row(append(all, cells...)...)
		})
	})
}

func stateWord(s sms.Status) string { return views.StatusOf(s).Word }

// stamp writes an instant as spreadsheets read it, on the organisation's clock;
// "" for never.
func (v *visit) stamp(at time.Time) string { return stamp(at, v.set) }

func stamp(at time.Time, set desk.Settings) string {
	if at.IsZero() {
		return ""
	}
	return at.In(set.Zone).Format("2006-01-02 15:04:05")
}
