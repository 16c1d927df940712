package demo

import (
	"context"
	"fmt"

	"textdesk/desk"
	"textdesk/sms"
)

// keywords are what the school answers by itself.
var keywords = []desk.KeywordForm{
	{Words: "Hours, Opening times", Begins: true, Body: "The office is open from 8:15 to 16:00 on school days. In an emergency ring 01632 960123.", On: true},
	{Words: "Menu", Body: "This week: Mon pasta, Tue roast, Wed jacket potatoes, Thu curry, Fri fish and chips.", On: true},
	{Words: "Snow", Body: "You will hear from us by 7:00 on days when snow closes the school. Text THAW to stop these.", Deed: desk.DeedJoin, On: true},
	{Words: "Thaw", Body: "You will not get texts about snow any more.", Deed: desk.DeedLeave, On: true},
	{Words: "Disco", Body: "The summer disco is sold out. Thank you!"},
}

// wrote is what parents have texted lately.
var wrote = []struct {
	parent int
	text   string
}{
	{31, "Hours?"}, {12, "SNOW"}, {44, "STOP"}, {8, "Opening times please"}, {27, "Please stop texting me, he has left the school"}, {35, "Stop. Thank you"},
	{17, "snow"}, {50, "unsubscribe"}, {5, "menu"}, {22, "He will be late today, we missed the bus stop"},
}

// answerSome sets up what is answered by itself, and has parents write.
func answerSome(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	if err := d.SaveOptOutWords(ctx, admin, desk.Replies{OutWords: []string{"Baja", "Stopp"}, WelcomeText: "Welcome back. Texts from Hartwell Primary School will reach you again."}); err != nil {
		return fmt.Errorf("save demo words: %w", err)
	}
	hours := desk.Replies{Away: true, AwayEvery: 24, AwayText: "Thank you for your text. The school office is closed now; we will read it in the morning. In an emergency ring 01632 960123.",
		Holidays: desk.ReadHolidays(fmt.Sprintf("%[1]d-12-24 Christmas Eve\n%[1]d-12-25 Christmas Day\n%[1]d-12-26 Boxing Day\n%[2]d-01-01 New Year's Day", d.Now().Year(), d.Now().Year()+1))}
	for day := 1; day <= 5; day++ {
		hours.Open[day] = desk.OpenHours{From: 8*60 + 15, Until: 16 * 60}
	}
	if err := d.SaveOfficeHours(ctx, admin, hours); err != nil {
		return fmt.Errorf("save demo hours: %w", err)
	}
	group, err := d.AddGroup(ctx, admin, "Snow alerts")
	if err != nil {
		return fmt.Errorf("make demo group: %w", err)
	}
	for _, k := range keywords {
		if k.Deed != desk.DeedNone {
			k.Group = group
		}
		if _, err := d.SaveKeyword(ctx, admin, 0, k); err != nil {
			return fmt.Errorf("save demo keyword: %w", err)
		}
	}
	for _, w := range wrote {
		number, err := sms.ParseMSISDN(mobile(w.parent), "GB")
		if err != nil {
			return fmt.Errorf("read demo number: %w", err)
		}
		if err := d.ReplyFrom(ctx, admin, number, w.text); err != nil {
			return fmt.Errorf("write to the demo: %w", err)
		}
	}
	return nil
}
