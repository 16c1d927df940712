package demo

import (
	"context"
	"fmt"
	"time"

	"textdesk/desk"
)

// callSome lets an attendance system have called this morning, so that the record
// of its calls has something in it.
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
	for i, c := range []desk.APICall{
		{Action: "CheckCredits", Answer: "999999999.00", Took: 900 * time.Microsecond},
		{Action: "Send", Parameters: to("44770••••150", "88 characters"), Answer: "10000001", Took: 3100 * time.Microsecond},
		{Action: "Send", Parameters: to("44770••••151", "88 characters"), Answer: "10000002", Took: 2400 * time.Microsecond},
		{Action: "CheckMessageStatus", Parameters: [][2]string{{"MessageID", "10000001"}}, Answer: "Delivered", Took: 700 * time.Microsecond},
		{Action: "Send", Parameters: to("01632•••••", "61 characters"), Answer: "-401", Code: -401, Took: 1200 * time.Microsecond},
		{Action: "Report", Parameters: [][2]string{{"ReportType", "Messages"}, {"From", "20260601000000"}, {"To", "20260631000000"}}, Answer: "-505", Code: -505, Took: 800 * time.Microsecond},
		{Action: "", Answer: "-502", Code: -502, Took: 600 * time.Microsecond},
	} {
		c.KeyID, c.Method, c.Address = keys[0].ID, "POST", "192.0.2.24"
		c.At = d.Now().Add(time.Duration(i-40) * time.Minute)
		d.NoteCall(c)
	}
	return d.KeepCalls(ctx)
}
