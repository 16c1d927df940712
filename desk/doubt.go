package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// SendAgain queues a message that is in doubt, on the word of a person who
// accepts that it may arrive twice.
func (d *Desk) SendAgain(ctx context.Context, a Actor, id int64) error {
	return d.decide(ctx, a, id, "message.send_again", func(m db.Message, now db.Millis) change {
		return change{to: sms.Queued, dueAt: now, expiresAt: now.Add(DefaultValidity), by: a.User.ID, reason: "Sent again."}
	})
}

// MarkAsSent settles a message that is in doubt, on the word of a person who
// knows that it went.
func (d *Desk) MarkAsSent(ctx context.Context, a Actor, id int64) error {
	return d.decide(ctx, a, id, "message.mark_as_sent", func(db.Message, db.Millis) change {
		return change{to: sms.Submitted, by: a.User.ID, reason: "Marked as sent."}
	})
}

func (d *Desk) decide(ctx context.Context, a Actor, id int64, action string, how func(m db.Message, now db.Millis) change) error {
	m, err := d.message(ctx, a, id)
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := tx.Message(ctx, m.ID)
		if err != nil {
			return fmt.Errorf("read message: %w", err)
		}
		if m.Status != sms.InDoubt {
			return ErrNotInDoubt
		}
		mv := d.newMoves(tx)
		if _, err := mv.move(ctx, m, how(m, mv.now)); err != nil {
			return err
		}
		if err := d.audit(ctx, tx, a, action, fmt.Sprint(m.ID), ""); err != nil {
			return err
		}
		return mv.flush(ctx)
	})
	if err != nil {
		return err
	}
	d.wake(m.ProviderID)
	return nil
}
