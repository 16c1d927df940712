package commands

import (
	"context"
	"errors"
	"fmt"

	"textdesk/desk"
)

// check proves that counters, balances and rows agree.
func check(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		problems, err := d.CheckBooks(ctx)
		if err != nil {
			return err
		}
		if len(problems) == 0 {
			fmt.Fprintln(in.Out, "The books are right: every balance is the sum of its entries, every count the number of its messages.")
			return nil
		}
		for _, p := range problems {
			fmt.Fprintln(in.Out, p)
		}
		return errors.New("the books are not right; see above")
	})
}
