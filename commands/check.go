package commands

import (
	"context"
	"errors"
	"fmt"

	"textdesk/desk"
)

// check proves that the database is whole, and that counters, balances and rows
// agree.
func check(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		problems, err := d.Integrity(ctx)
		if err != nil {
			return err
		}
		books, err := d.CheckBooks(ctx)
		if err != nil {
			return err
		}
		problems = append(problems, books...)
		if len(problems) == 0 {
			fmt.Fprintln(in.Out, "The database is whole. The books are right: every balance is the sum of its entries, every count the number of its messages.")
			return nil
		}
		for _, p := range problems {
			fmt.Fprintln(in.Out, p)
		}
		return errors.New("the books are not right; see above")
	})
}
