package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// Polling is what dispatch is to ask a provider about.
type Polling struct {
	References []string
	messages   []db.Message
}

// Len is how many messages it is about.
func (p Polling) Len() int { return len(p.messages) }

// Any reports whether there is something to ask or to put off.
func (p Polling) Any() bool { return len(p.messages) > 0 }

// DueForPoll returns references of messages whose state should be asked for,
// at most limit messages.
func (d *Desk) DueForPoll(ctx context.Context, providerID int64, limit int) (Polling, error) {
	found, err := d.store.DueForPoll(ctx, db.DueForPollParams{ProviderID: providerID, NowAt: d.now(), PageSize: int32(limit)})
	if err != nil {
		return Polling{}, fmt.Errorf("read messages to poll: %w", err)
	}
	p := Polling{messages: found}
	for _, m := range found {
		parts, err := d.store.Parts(ctx, m.ID)
		if err != nil {
			return Polling{}, fmt.Errorf("read parts: %w", err)
		}
		for _, part := range parts {
			if !part.Status.Final() {
				p.References = append(p.References, part.Reference)
			}
		}
	}
	return p, nil
}

// Polled applies what a poll brought and says when to ask again about the
// messages that are still on their way.
func (d *Desk) Polled(ctx context.Context, providerID int64, p Polling, receipts []providers.Receipt) error {
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := d.now()
		for _, m := range p.messages {
			next := now.Add(pollAfter(now.Time().Sub(m.SubmittedAt.Time())))
			if err := tx.SetPollAt(ctx, db.SetPollAtParams{ID: m.ID, PollAt: next}); err != nil {
				return err
			}
		}
		_, err := d.applyReceipts(ctx, tx, providerID, receipts)
		return err
	})
	if err != nil {
		return fmt.Errorf("apply receipts: %w", err)
	}
	return nil
}

// pollAfter is how long to wait before asking (again): often while somebody
// may be looking, seldom later.
func pollAfter(age time.Duration) time.Duration {
	switch {
	case age < 10*time.Second:
		return time.Second
	case age < time.Minute:
		return 5 * time.Second
	case age < 10*time.Minute:
		return 30 * time.Second
	case age < time.Hour:
		return 5 * time.Minute
	default:
		return 30 * time.Minute
	}
}

// applyReceipts moves parts and then their messages. A receipt that is late,
// repeated or out of order moves nothing back. It returns how many were about
// references that nobody knows.
func (d *Desk) applyReceipts(ctx context.Context, tx *db.Tx, providerID int64, receipts []providers.Receipt) (strangers int, err error) {
	mv := d.newMoves(tx)
	for _, r := range receipts {
		parts, err := tx.PartsByReference(ctx, db.PartsByReferenceParams{ProviderID: providerID, Reference: r.Reference})
		if err != nil {
			return 0, fmt.Errorf("read parts: %w", err)
		}
		if len(parts) == 0 {
			strangers++
		}
		for _, p := range parts {
			if err := mv.applyReceipt(ctx, p, r); err != nil {
				return 0, err
			}
		}
	}
	return strangers, mv.flush(ctx)
}

func (mv *moves) applyReceipt(ctx context.Context, p db.Part, r providers.Receipt) error {
	if !p.Status.CanBecome(r.Status) {
		return nil
	}
	if err := mv.tx.SetPart(ctx, db.SetPartParams{MessageID: p.MessageID, Part: p.Part, Status: r.Status, Code: r.Code}); err != nil {
		return fmt.Errorf("set part: %w", err)
	}
	m, err := mv.tx.Message(ctx, p.MessageID)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	parts, err := mv.tx.Parts(ctx, p.MessageID)
	if err != nil {
		return fmt.Errorf("read parts: %w", err)
	}
	c := change{to: whole(parts), pollAt: m.PollAt, code: r.Code}
	if c.to != sms.Delivered && c.to != sms.Sent {
		c.reason = r.Text
	}
	if c.to.Final() {
		c.pollAt = 0
	}
	_, err = mv.move(ctx, m, c)
	return err
}

// whole is the status of a message whose parts stand where they stand: it is
// delivered when all of it is, and failed when any of it is.
func whole(parts []db.Part) sms.Status {
	least := sms.Delivered
	for _, p := range parts {
		switch {
		case p.Status == sms.Failed || p.Status == sms.Expired || p.Status == sms.Cancelled:
			return p.Status
		case p.Status == sms.Sent || p.Status == sms.Delivered:
		default:
			return sms.Submitted
		}
		least = min(least, p.Status)
	}
	return least
}
