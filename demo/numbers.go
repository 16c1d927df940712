package demo

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/sms"
)

// came are texts that came in on the office's number, the latest last, with what
// became of forwarding each.
var came = []struct {
	ago    time.Duration
	from   sms.MSISDN
	body   string
	state  int64
	tries  int // how often it was tried
	status int
	says   string // the problem of every try, of one that was taken of all but the last
	answer string
}{
	{52 * time.Hour, "+447700900131", "Absence: Mia Kowalski, Oak, tummy bug", desk.ForwardTaken, 1, 200, "", `{"ok":true,"absence":8812}`},
	{51 * time.Hour, "+447700900148", "Absence: Theo Brandt, dentist until 11", desk.ForwardTaken, 1, 200, "", `{"ok":true,"absence":8813}`},
	{30 * time.Hour, "+447700900152", "Absence Zoë Adeyemi, temperature 🤒", desk.ForwardGivenUp, 11, 500, "It answered with 500 Internal Server Error.", `{"ok":false,"error":"incorrect string value: '\xF0\x9F\xA4\x92' for column 'note'"}`},
	{26 * time.Hour, "+447700900119", "Absence: Finn O'Hara, back tomorrow", desk.ForwardTaken, 3, 200, "It did not answer within 20 seconds.", `{"ok":true,"absence":8815}`},
	{3 * time.Hour, "+447700900164", "Is the absence line the right one for a late bus?", desk.ForwardTaken, 1, 200, "", `{"ok":true,"absence":null}`},
	{9 * time.Minute, "+447700900171", "Absence: Ada Osei, Ash, funeral", desk.ForwardWaits, 3, 503, "It answered with 503 Service Unavailable.", "<html><head><title>Down for maintenance</title></head></html>"},
}

// number gives the office a number that forwards and one that does not.
func number(ctx context.Context, d *desk.Desk, store *db.Store, admin desk.Actor) error {
	lists, _, err := d.Lists(ctx, admin, desk.BookSearch{Limit: 1})
	if err != nil {
		return fmt.Errorf("read demo lists: %w", err)
	}
	rows, err := d.Providers(ctx, admin)
	if err != nil {
		return fmt.Errorf("read demo provider: %w", err)
	}
	forwarded := desk.NumberForm{Number: "07860 033456", Provider: rows[0].Name, Owner: "jo", URL: "https://office.hartwell.example/absence/texts", Method: desk.ForwardPost, Auth: "not a real one"}
	if len(lists) > 0 {
		forwarded.List = lists[0].ID
	}
	id, err := d.AddNumber(ctx, admin, forwarded)
	if err != nil {
		return fmt.Errorf("add demo number: %w", err)
	}
	if _, err := d.AddNumber(ctx, admin, desk.NumberForm{Number: "60777", Provider: rows[0].Name, Owner: Username}); err != nil {
		return fmt.Errorf("add demo number: %w", err)
	}
	n, err := d.Number(ctx, admin, id)
	if err != nil {
		return err
	}
	return store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i, c := range came {
			at := db.At(d.Now().Add(-c.ago))
			in, err := tx.InsertInbound(ctx, db.InsertInboundParams{ProviderID: n.ProviderID, ProviderRef: fmt.Sprint("demo-number-", i), Number: c.from, Destination: n.Address,
				Body: c.body, UserID: n.UserID, SentAt: at, ReceivedAt: at, Day: dayOf(at.Time())})
			if err != nil {
				return fmt.Errorf("insert demo text: %w", err)
			}
			if err := tx.InsertForward(ctx, db.InsertForwardParams{NumberID: id, InboundID: in, Hops: 1, CreatedAt: at}); err != nil {
				return fmt.Errorf("insert demo forward: %w", err)
			}
			row, err := tx.LastForward(ctx, id)
			if err != nil {
				return fmt.Errorf("read demo forward: %w", err)
			}
			tried := at
			for t := range c.tries {
				a := db.InsertAttemptParams{ForwardID: row.ID, At: tried, Took: int64(41 + 7*i + t), Method: "POST", Host: "office.hartwell.example", Answered: int64(c.status), Problem: c.says, Answer: c.answer}
				switch {
				case c.state == desk.ForwardTaken && t == c.tries-1:
					a.Problem = ""
				case c.state == desk.ForwardTaken: // it hung
					a.Answered, a.Answer, a.Took = 0, "", 20_004
				}
				if err := tx.InsertAttempt(ctx, a); err != nil {
					return fmt.Errorf("insert demo attempt: %w", err)
				}
				tried = tried.Add(demoPauses[min(t, len(demoPauses)-1)])
			}
			m := db.MoveForwardParams{ID: row.ID, State: c.state, Tries: int64(c.tries), Answered: int64(c.status), BeganAt: at, TriedAt: tried}
			if c.state == desk.ForwardWaits {
				m.NextAt = db.At(d.Now().Add(time.Hour)) // so that nothing is called by itself
			}
			if err := tx.MoveForward(ctx, m); err != nil {
				return fmt.Errorf("move demo forward: %w", err)
			}
		}
		return nil
	})
}

// demoPauses are about how long lies between the tries.
var demoPauses = []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}
