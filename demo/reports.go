package demo

import (
	"context"
	"fmt"

	"textdesk/desk"
)

// mailed are the reports that the administrator has asked for by e-mail.
var mailed = []desk.ReportMailForm{
	{Kind: desk.ReportFailed, Period: desk.PeriodWeek, RuleForm: desk.RuleForm{Every: "week", Weekdays: []string{"1"}, Time: "07:00"}},
	{Kind: desk.ReportUsage, Period: desk.PeriodLastMonth, RuleForm: desk.RuleForm{Every: "month_day", MonthDay: "1", Time: "07:30"}},
}

// mailReports asks for them; the last one is paused. The mail server that they
// are asked for with is forgotten again: no e-mail leaves a demonstration.
func mailReports(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	if err := d.SaveMailServer(ctx, admin, desk.MailServer{Host: "mail.hartwell.example", Security: "starttls", From: "desk@hartwell.example"}); err != nil {
		return fmt.Errorf("set up demo mail: %w", err)
	}
	for _, f := range mailed {
		if _, err := d.AddReportMail(ctx, admin, f); err != nil {
			return fmt.Errorf("e-mail demo report: %w", err)
		}
	}
	all, err := d.ReportMails(ctx, admin)
	if err != nil {
		return err
	}
	if err := d.PauseReportMail(ctx, admin, all[len(all)-1].ID); err != nil {
		return fmt.Errorf("pause demo report: %w", err)
	}
	return d.SaveMailServer(ctx, admin, desk.MailServer{})
}
