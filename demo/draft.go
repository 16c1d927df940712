package demo

import (
	"context"
	"fmt"

	"textdesk/desk"
)

// leaveDraft leaves an order that was checked and not sent: some of its numbers
// are none, and some people have nothing to fill in.
func leaveDraft(ctx context.Context, d *desk.Desk, admin desk.Actor, size int) error {
	if size == 0 {
		return nil
	}
	o := desk.Order{To: []string{"07700 900101", "07700 900999", "020 7946 0123", "0770 900"}, Groups: []int64{1}, Lists: []int64{1}, Sender: "Hartwell", Fill: true,
		Body: "Dear ((Name|parent)), the trip: ((Coach)) leaves at ((Leaves at)).", SubmitKey: "demonstration", Ask: true}
	form := `{"Key":"demonstration","To":"07700 900101\n07700 900999\n020 7946 0123\n0770 900","Sender":"Hartwell","GroupIDs":[1],"ListIDs":[1],` +
		`"Body":"Dear ((Name|parent)), the trip: ((Coach)) leaves at ((Leaves at))."}`
	if _, err := d.Prepare(ctx, admin, o, form); err != nil {
		return fmt.Errorf("leave demo draft: %w", err)
	}
	return nil
}
