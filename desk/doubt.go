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
	var providerID int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		providerID = m.ProviderID
		m, err := tx.Message(ctx, m.ID)
		if err != nil {
			return fmt.Errorf("read message: %w", err)
		}
		if m.Status != sms.InDoubt {
			return ErrNotInDoubt
		}
		mv := d.newMoves(tx)
		c := how(m, mv.now)
		if c.to == sms.Queued {
			if providerID, err = d.reroute(ctx, tx, m); err != nil {
				return err
			}
		}
		if _, err := mv.move(ctx, m, c); err != nil {
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
	d.wake(providerID)
	return nil
}

// reroute sends a message whose provider was removed meanwhile through the one
// in use, because nobody would ever call the other.
func (d *Desk) reroute(ctx context.Context, tx *db.Tx, m db.Message) (providerID int64, err error) {
	p, err := tx.Provider(ctx, m.ProviderID)
	if err != nil {
		return 0, fmt.Errorf("read provider: %w", err)
	}
	if p.RemovedAt == 0 {
		return p.ID, nil
	}
	p, err = tx.DefaultProvider(ctx)
	if db.IsNotFound(err) {
		return 0, ErrNoRoute
	}
	if err != nil {
		return 0, fmt.Errorf("read provider: %w", err)
	}
	if err := tx.RouteMessage(ctx, db.RouteMessageParams{ID: m.ID, Status: m.Status, ProviderID: p.ID}); err != nil {
		return 0, fmt.Errorf("route message: %w", err)
	}
	return p.ID, nil
}
