package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// A conversation is what one number outside writes to one of ours, for one user
// who answers there: texts that answer somebody's messages are theirs and those
// above them to read, and nobody's beside them.

const (
	// fileSize is how many texts from before there were conversations are filed
	// in one transaction, and fileTurn how many transactions make one call of
	// FileInbound.
	fileSize = 250
	fileTurn = 20
	// filedDone is the age from which a conversation with such texts alone is
	// done: nobody answers them any more.
	filedDone = 30 * 24 * time.Hour
)

// ownAddress is one of our numbers or names as messages have it, however a
// provider writes it.
func ownAddress(to, home string) string {
	if s, err := sms.ParseSender(to, home); err == nil {
		return s.Address
	}
	return strings.TrimSpace(to)
}

// answersIn finds the conversation in which the answered message was a reply,
// the zero conversation where it was none. What comes then goes on there, whoever
// of the colleagues wrote that reply.
func (d *Desk) answersIn(ctx context.Context, tx *db.Tx, answered db.Message) (db.Conversation, error) {
	if answered.BatchID == 0 {
		return db.Conversation{}, nil
	}
	c, err := tx.ConversationOfBatch(ctx, answered.BatchID)
	if db.IsNotFound(err) || err == nil && c.Number != answered.Number {
		return db.Conversation{}, nil
	}
	if err != nil {
		return db.Conversation{}, fmt.Errorf("look for conversation: %w", err)
	}
	return c, nil
}

// converse stores a received text in the conversation that it goes on, or else in
// that of its number, and returns its id, 0 for a repeat. Whoever's turn it is has
// it unread, and what was done is open again.
func (d *Desk) converse(ctx context.Context, tx *db.Tx, set Settings, in db.InsertInboundParams, answered db.Message, c db.Conversation) (id int64, err error) {
	if c.ID == 0 {
		if c, err = d.findConversation(ctx, tx, set, in); err != nil {
			return 0, err
		}
	}
	in.ConversationID = db.ID(c.ID) // at once, because to change it is dearer
	if id, err = tx.InsertInbound(ctx, in); err != nil {
		return 0, fmt.Errorf("insert inbound: %w", err)
	}
	if id == 0 {
		return 0, nil
	}
	if c.ID == 0 {
		if c, err = d.beginConversation(ctx, tx, set, in, db.Unassigned); err != nil {
			return 0, err
		}
		if err := tx.FileInbound(ctx, db.FileInboundParams{ID: id, ConversationID: db.ID(c.ID)}); err != nil {
			return 0, fmt.Errorf("file inbound: %w", err)
		}
	}
	sender := answered.Sender
	if sender == "" {
		sender = c.Sender
	}
	if err := tx.ConversationHeard(ctx, db.ConversationHeardParams{ID: c.ID, ProviderID: in.ProviderID, Sender: sender, InboundID: id, At: max(in.ReceivedAt, c.LastAt)}); err != nil {
		return 0, fmt.Errorf("move conversation: %w", err)
	}
	if err := tx.InsertInboundWords(ctx, id, in.Body); err != nil {
		return 0, err
	}
	if c.AssigneeID != 0 {
		return id, tx.MarkUnread(ctx, db.MarkUnreadParams{UserID: int64(c.AssigneeID), ConversationID: c.ID})
	}
	return id, tx.MarkUnreadByAll(ctx, c.ID, int64(c.UserID))
}

// findConversation finds the conversation of a text's number, the zero
// conversation where there is none yet.
func (d *Desk) findConversation(ctx context.Context, tx *db.Tx, set Settings, in db.InsertInboundParams) (db.Conversation, error) {
	c, err := tx.ConversationWith(ctx, db.ConversationWithParams{Number: in.Number, Own: ownAddress(in.Destination, set.Country), UserID: int64(in.UserID)})
	if db.IsNotFound(err) {
		return db.Conversation{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("look for conversation: %w", err)
	}
	return c, nil
}

// beginConversation makes one.
func (d *Desk) beginConversation(ctx context.Context, tx *db.Tx, set Settings, in db.InsertInboundParams, state int64) (db.Conversation, error) {
	out, err := tx.SuppressedOf(ctx, []sms.MSISDN{in.Number})
	if err != nil {
		return db.Conversation{}, err
	}
	own := ownAddress(in.Destination, set.Country)
	c, err := tx.InsertConversation(ctx, db.InsertConversationParams{Number: in.Number, Own: own, UserID: in.UserID, ProviderID: in.ProviderID, Sender: own,
		State: state, Suppressed: db.Bool(out[in.Number]), LastAt: in.ReceivedAt})
	if err != nil {
		return c, fmt.Errorf("begin conversation: %w", err)
	}
	return c, nil
}

// FileInbound goes on filing texts that came before there were conversations,
// the newest first. more says that some are left. What is older than a month goes
// to those that are done, and none of it is unread.
func (d *Desk) FileInbound(ctx context.Context) (more bool, err error) {
	for range fileTurn {
		n := 0
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			set, err := d.settings(ctx, tx.Queries)
			if err != nil {
				return err
			}
			rows, err := tx.UnfiledInbound(ctx, fileSize)
			if err != nil {
				return fmt.Errorf("read unfiled inbound: %w", err)
			}
			n = len(rows)
			for _, in := range rows {
				if err := d.fileOld(ctx, tx, set, in); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return true, fmt.Errorf("file inbound: %w", err)
		}
		if n < fileSize {
			return false, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return true, nil
}

func (d *Desk) fileOld(ctx context.Context, tx *db.Tx, set Settings, in db.Inbound) error {
	state := db.Unassigned
	if in.Number.Erased() || in.ReceivedAt < d.now().Add(-filedDone) {
		state = db.Done
	}
	p := db.InsertInboundParams{ProviderID: in.ProviderID, Number: in.Number, Destination: in.Destination, UserID: in.UserID, ReceivedAt: in.ReceivedAt}
	c, err := d.findConversation(ctx, tx, set, p)
	if err == nil && c.ID == 0 {
		c, err = d.beginConversation(ctx, tx, set, p, state)
	}
	if err != nil {
		return err
	}
	if err := tx.ConversationHadHeard(ctx, db.ConversationHadHeardParams{ID: c.ID, At: int64(in.ReceivedAt), InboundID: in.ID}); err != nil {
		return fmt.Errorf("move conversation: %w", err)
	}
	if err := tx.FileInbound(ctx, db.FileInboundParams{ID: in.ID, ConversationID: db.ID(c.ID)}); err != nil {
		return fmt.Errorf("file inbound: %w", err)
	}
	return tx.InsertInboundWords(ctx, in.ID, in.Body)
}

// viewer is who looks at conversations.
func (d *Desk) viewer(ctx context.Context, a Actor) (db.Viewer, error) {
	users, err := d.reach(ctx, a)
	return db.Viewer{Users: users, Self: a.User.ID}, err
}

// conversation finds a conversation that the actor may see: one that answers
// their messages or those of somebody they look after, or one that was assigned
// to them. Another does not exist for them.
func (d *Desk) conversation(ctx context.Context, q *db.Queries, a Actor, id int64) (db.Conversation, error) {
	who, err := d.viewer(ctx, a)
	if err != nil {
		return db.Conversation{}, err
	}
	c, err := q.Conversation(ctx, id)
	if err := found("conversation", err, ErrUnknownConversation); err != nil {
		return db.Conversation{}, err
	}
	if !sees(who, c) {
		return db.Conversation{}, ErrUnknownConversation
	}
	return c, nil
}

func sees(who db.Viewer, c db.Conversation) bool {
	return who.Users == nil || c.UserID != 0 && contains(who.Users, int64(c.UserID)) || c.AssigneeID != 0 && int64(c.AssigneeID) == who.Self
}
