package demo

import (
	"context"
	"fmt"

	"textdesk/desk"
)

// recurring are the texts that the office sends again and again.
var recurring = []desk.RecurringForm{
	{Name: "Registers, please", To: desk.To{Numbers: []string{"07700 900101", "07700 900102", "07700 900103"}}, Body: "Registers to the office by 9:15, please.",
		RuleForm: desk.RuleForm{Every: "business_day", Time: "08:45"}},
	{Name: "PE kit", To: desk.To{Groups: []int64{1}}, Body: "PE tomorrow: please send kit and a water bottle.",
		RuleForm: desk.RuleForm{Every: "week", Weekdays: []string{"2", "4"}, Time: "16:00", Ends: "after", After: "24"}},
	{Name: "Governors' meeting", To: desk.To{Numbers: []string{"07700 900110", "07700 900111"}}, Body: "Governors meet tonight at 18:30 in the library.",
		RuleForm: desk.RuleForm{Every: "month_weekday", Week: "1", Weekday: "1", Time: "09:00"}},
}

// repeatSome makes them; the last one is paused.
func repeatSome(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	for i, f := range recurring {
		id, err := d.AddRecurring(ctx, admin, f)
		if err != nil {
			return fmt.Errorf("repeat demo text: %w", err)
		}
		if i == len(recurring)-1 {
			if _, err := d.PauseRecurring(ctx, admin, id); err != nil {
				return fmt.Errorf("pause demo text: %w", err)
			}
		}
	}
	return nil
}
