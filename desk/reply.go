package desk

import (
	"context"
	"fmt"

	"textdesk/db"
)

// Reply is an answer from the inbox.
type Reply struct {
	// Order is the text; whom it goes to, from whom and through which provider
	// is the conversation's.
	Order
	// Seen is what the writer had before their eyes when they began. When more
	// has been said meanwhile the reply is refused with ErrSaidMore.
	Seen Seen
	// Done marks the conversation as done with it.
	Done bool
	// Typed is the draft that it was until now.
	Typed DraftMark
}

// answering is the conversation that an order is a reply in.
type answering struct {
	conversation int64
	seen         Seen
	done         bool
	typed        DraftMark
}

// Reply sends an answer to whoever wrote, from the number that they wrote to,
// under the rules of every send. A conversation that nobody has taken is the
// writer's from then on. Refusals beside those of Send: ErrUnknownConversation,
// ErrSaidMore, ErrErasedNumber.
func (d *Desk) Reply(ctx context.Context, a Actor, id int64, r Reply) (Sent, error) {
	c, err := d.conversation(ctx, d.store.Queries, a, id)
	if err != nil {
		return Sent{}, err
	}
	if c.Number.Erased() {
		return Sent{}, ErrErasedNumber
	}
	if !isNumber(c.Number) {
		return Sent{}, ErrBadNumber.because("This came from a name or a short code, so nobody can answer it.").on("")
	}
	o := r.Order
	o.To, o.Raw, o.Groups, o.Lists, o.File, o.AgainOf = []string{string(c.Number)}, nil, nil, nil, nil, 0
	if o.Sender = c.Own; o.Sender != "" {
		if set, err := d.Settings(ctx); err != nil {
			return Sent{}, err
		} else if _, r := parseSender(c.Own, set.Country); r != nil {
			o.Sender = "" // what the provider named is no sender
		}
	}
	o.answers = &answering{conversation: c.ID, seen: r.Seen, done: r.Done, typed: r.Typed}
	sent, err := d.Send(ctx, a, o)
	if err == nil {
		d.presence.stopped(c.ID, a.User.ID)
	}
	return sent, err
}

// nothingNew refuses a reply to what was not the end of the conversation any
// more when its writer sent it.
func (d *Desk) nothingNew(ctx context.Context, tx *db.Tx, a Actor, at answering) (db.Conversation, error) {
	c, err := tx.Conversation(ctx, at.conversation)
	if err != nil {
		return c, fmt.Errorf("read conversation: %w", err)
	}
	since, err := d.saidSince(ctx, tx.Queries, a, c, at.seen)
	if err != nil {
		return c, err
	}
	if since != "" {
		return c, ErrSaidMore.because("%s while you were writing. Read it, then send yours if it is still right.", since)
	}
	return c, nil
}

// answered notes a reply in its conversation: it is the writer's now if nobody
// had it, they have seen it, and those others who look see it.
func (d *Desk) answered(ctx context.Context, tx *db.Tx, a Actor, at answering, c db.Conversation, batch int64) error {
	if err := tx.InsertConversationReply(ctx, db.InsertConversationReplyParams{BatchID: batch, ConversationID: c.ID}); err != nil {
		return fmt.Errorf("note reply: %w", err)
	}
	if err := tx.ConversationAnswered(ctx, db.ConversationAnsweredParams{ID: c.ID, BatchID: batch, At: max(d.now(), c.LastAt)}); err != nil {
		return fmt.Errorf("move conversation: %w", err)
	}
	if _, err := tx.MarkRead(ctx, db.MarkReadParams{UserID: a.User.ID, ConversationID: c.ID}); err != nil {
		return fmt.Errorf("mark read: %w", err)
	}
	if err := d.endDraft(ctx, tx, a, c.ID, draftOf(a), at.typed); err != nil {
		return err
	}
	switch {
	case at.done:
		return d.turn(ctx, tx, a, c, db.Done, c.AssigneeID, "done")
	case c.State == db.Unassigned:
		return d.turn(ctx, tx, a, c, db.Assigned, db.ID(a.User.ID), "")
	}
	return nil
}
