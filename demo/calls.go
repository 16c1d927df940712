package demo

import (
	"context"
	"fmt"
	"time"

	"textdesk/desk"
)

// callSome lets an attendance system and two older programs have called this
// morning, so that the records of their calls have something in them.
func callSome(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	if _, err := d.NewKey(ctx, admin, "Attendance system"); err != nil {
		return fmt.Errorf("make demo token: %w", err)
	}
	keys, err := d.Keys(ctx, admin)
	if err != nil || len(keys) == 0 {
		return err
	}
	to := func(number, body string) [][2]string {
		return [][2]string{{"DestinationAddress", number}, {"SourceAddress", "Hartwell"}, {"Body", body}}
	}
	note := func(id int64, method string, calls []desk.APICall) {
		for i, c := range calls {
			c.KeyID, c.Method, c.Address = id, method, "192.0.2.24"
			c.At = d.Now().Add(time.Duration(i-40) * time.Minute)
			d.NoteCall(c)
		}
	}
	note(keys[0].ID, "POST", []desk.APICall{
		{Action: "CheckCredits", Answer: "999999999.00", Took: 900 * time.Microsecond},
		{Action: "Send", Parameters: to("44770••••150", "88 characters"), Answer: "10000001", Took: 3100 * time.Microsecond},
		{Action: "Send", Parameters: to("44770••••151", "88 characters"), Answer: "10000002", Took: 2400 * time.Microsecond},
		{Action: "CheckMessageStatus", Parameters: [][2]string{{"MessageID", "10000001"}}, Answer: "Delivered", Took: 700 * time.Microsecond},
		{Action: "Send", Parameters: to("01632•••••", "61 characters"), Answer: "-401", Code: -401, Took: 1200 * time.Microsecond},
		{Action: "Report", Parameters: [][2]string{{"ReportType", "Messages"}, {"From", "20260601000000"}, {"To", "20260631000000"}}, Answer: "-505", Code: -505, Took: 800 * time.Microsecond},
		{Action: "", Answer: "-502", Code: -502, Took: 600 * time.Microsecond},
	})
	for _, k := range [][2]string{{"Dental reminders", desk.GatewayBulkSMS}, {"Library overdue notices", desk.GatewayClickatell}} {
		if _, err := d.NewServiceKey(ctx, admin, k[0], k[1]); err != nil {
			return fmt.Errorf("make demo key: %w", err)
		}
	}
	if keys, err = d.ServiceKeys(ctx, admin); err != nil || len(keys) < 2 {
		return err
	}
	for _, k := range keys {
		text := [][2]string{{"number", "44770••••152"}, {"message", "104 characters"}, {"repliable", "1"}}
		reference := "10000003"
		if k.Gateway == desk.GatewayClickatell {
			reference = "c3a90f0d7be2146a0000000000989683"
		}
		note(k.ID, "GET", []desk.APICall{
			{Action: "SendMessage", Parameters: text, Answer: `"0" "` + reference + `"`, Took: 2900 * time.Microsecond},
			{Action: "GetMessageList", Parameters: [][2]string{{"cursor", "17"}}, Answer: "412 bytes", Took: 1300 * time.Microsecond},
			{Action: "GetMessageList", Parameters: [][2]string{{"cursor", "21"}}, Answer: `"1030"`, Code: 1030, Took: 700 * time.Microsecond},
			{Action: "SendMessage", Parameters: [][2]string{{"number", "01632•••••"}, {"message", "58 characters"}}, Answer: `"1010"`, Code: 1010, Refusal: desk.ErrBadNumber.Code, Took: 900 * time.Microsecond},
			{Answer: `"-1"`, Code: -1, Took: 300 * time.Microsecond},
		})
	}
	return d.KeepCalls(ctx)
}
