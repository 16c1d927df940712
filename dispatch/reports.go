package dispatch

import (
	"context"
	"time"

	"textdesk/desk"
)

// reportsEvery is how soon an e-mailed report is looked for that nobody has rung
// for: one that another process or another clock made due.
const reportsEvery = 5 * time.Second

// ringReports tells that a report is to be e-mailed now. It never blocks.
func (dp *Dispatcher) ringReports() {
	select {
	case dp.reports <- struct{}{}:
	default:
	}
}

// mailReports e-mails reports when their time comes, one at a time. A mail server
// that is slow holds up nothing else. It does not work without somebody who makes
// their files.
func (dp *Dispatcher) mailReports(ctx context.Context) {
	for dp.printer != nil && ctx.Err() == nil {
		dp.desk.Worked(desk.ReportWorker)
		next, err := dp.desk.MailReports(ctx, dp.base, dp.printer)
		if err != nil {
			dp.trouble(ctx, "e-mail reports", err)
			next = time.Time{} // what cannot be written down must not keep us busy
		}
		pause(ctx, min(reportsEvery, dp.until(next)), dp.reports)
	}
}
