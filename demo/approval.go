package demo

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/desk"
)

// awaitApproval leaves a send that the administrator has to approve.
func awaitApproval(ctx context.Context, d *desk.Desk, store *db.Store, admin desk.Actor, userID int64, size int) error {
	if size == 0 {
		return nil
	}
	guard := desk.DefaultGuard
	guard.ApproveAbove = 250
	if err := d.SaveGuard(ctx, admin, guard); err != nil {
		return fmt.Errorf("set demo guard: %w", err)
	}
	user, err := store.User(ctx, userID)
	if err != nil {
		return fmt.Errorf("read demo user: %w", err)
	}
	o := desk.Order{Body: "The winter fair is on Saturday from 2 to 5 in the hall. Cakes and helpers are very welcome!"}
	for n := range 312 {
		o.To = append(o.To, fmt.Sprintf("07700 900%03d", 100+n))
	}
	if _, err := d.Send(ctx, desk.Actor{User: user, Door: "page", Address: "demonstration"}, o); err != nil {
		return fmt.Errorf("make demo approval: %w", err)
	}
	return nil
}
