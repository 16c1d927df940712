package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"textdesk/db"
)

// What colleagues do to a conversation, as its lines have it.
const (
	LineNote        = "note"
	LineClaimed     = "claimed"
	LineReleased    = "released"
	LineAssigned    = "assigned"
	LineDone        = "done"
	LineReopened    = "reopened"
	LineOptedOut    = "opted_out"
	LineWrongNumber = "wrong_number"
)

const (
	// longestNote is the most characters of a note.
	longestNote = 2000
	// mostAssignable is how many colleagues are offered to assign to.
	mostAssignable = 300
)

// Take gives a conversation to the actor. It takes it from nobody: one that a
// colleague has taken meanwhile is refused with ErrTaken.
func (d *Desk) Take(ctx context.Context, a Actor, id int64) error {
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		switch {
		case int64(c.AssigneeID) == a.User.ID && c.State == db.Assigned:
			return nil // asked twice
		case c.State == db.Assigned:
			u, err := tx.User(ctx, int64(c.AssigneeID))
			if err != nil {
				return fmt.Errorf("read user: %w", err)
			}
			return ErrTaken.because("%s has taken this conversation.", Actor{User: u}.Name())
		}
		return d.turn(ctx, tx, a, c, db.Assigned, db.ID(a.User.ID), LineClaimed)
	})
}

// GiveBack leaves a conversation to whoever takes it next.
func (d *Desk) GiveBack(ctx context.Context, a Actor, id int64) error {
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		if c.State == db.Unassigned {
			return nil
		}
		if err := d.turn(ctx, tx, a, c, db.Unassigned, 0, LineReleased); err != nil {
			return err
		}
		return tx.MarkUnreadByAll(ctx, c.ID, int64(c.UserID))
	})
}

// Assign gives a conversation to a colleague whom Assignable offers; they see it
// from then on, whoever's it is.
func (d *Desk) Assign(ctx context.Context, a Actor, id, userID int64) error {
	offered, err := d.Assignable(ctx, a, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(offered, func(u db.User) bool { return u.ID == userID }) {
		return ErrUnknownUser.because("Choose somebody from the list.").on("assignee")
	}
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		if c.State == db.Assigned && int64(c.AssigneeID) == userID {
			return nil
		}
		line := db.InsertConversationLineParams{ConversationID: c.ID, UserID: db.ID(a.User.ID), At: d.now(), Kind: LineAssigned, OtherID: db.ID(userID)}
		if userID == a.User.ID {
			line.Kind, line.OtherID = LineClaimed, 0
		}
		if err := d.turn(ctx, tx, a, c, db.Assigned, db.ID(userID), ""); err != nil {
			return err
		}
		if _, err := tx.InsertConversationLine(ctx, line); err != nil {
			return fmt.Errorf("note assignment: %w", err)
		}
		if userID == a.User.ID {
			return nil
		}
		return tx.MarkUnread(ctx, db.MarkUnreadParams{UserID: userID, ConversationID: c.ID})
	})
}

// Assignable returns those whom a conversation can be given to: its owner, the
// administrators above them who see others' texts, and everybody whom the actor
// looks after. Nobody learns of a colleague beside them whom they cannot see.
func (d *Desk) Assignable(ctx context.Context, a Actor, id int64) ([]db.User, error) {
	c, err := d.conversation(ctx, d.store.Queries, a, id)
	if err != nil {
		return nil, err
	}
	var all []db.User
	add := func(u db.User) {
		if keptOut(u) == nil && !slices.ContainsFunc(all, func(x db.User) bool { return x.ID == u.ID }) && len(all) < mostAssignable {
			all = append(all, u)
		}
	}
	if a.User.ID != 0 {
		add(a.User)
	}
	if c.UserID != 0 {
		above, err := d.store.UsersAbove(ctx, int64(c.UserID))
		if err != nil {
			return nil, fmt.Errorf("read users above: %w", err)
		}
		for _, u := range above {
			if u.ID == int64(c.UserID) || bool(u.SeesOthers) {
				add(u)
			}
		}
	}
	if a.Admin() {
		below, err := d.Users(ctx, a)
		if err != nil {
			return nil, err
		}
		for _, u := range below {
			add(u)
		}
	}
	slices.SortFunc(all, func(x, y db.User) int {
		return strings.Compare(strings.ToLower(Actor{User: x}.Name()), strings.ToLower(Actor{User: y}.Name()))
	})
	return all, nil
}

// MarkDone puts a conversation away; the next text from the same number opens it
// again.
func (d *Desk) MarkDone(ctx context.Context, a Actor, id int64) error {
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		if c.State == db.Done {
			return nil
		}
		return d.turn(ctx, tx, a, c, db.Done, c.AssigneeID, LineDone)
	})
}

// Reopen takes a conversation out of those that are done: it is again whose it
// was.
func (d *Desk) Reopen(ctx context.Context, a Actor, id int64) error {
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		if c.State != db.Done {
			return nil
		}
		state := db.Unassigned
		if c.AssigneeID != 0 {
			state = db.Assigned
		}
		return d.turn(ctx, tx, a, c, state, c.AssigneeID, LineReopened)
	})
}

// MarkUnseen makes a conversation unread again, for the actor alone.
func (d *Desk) MarkUnseen(ctx context.Context, a Actor, id int64) error {
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		return tx.MarkUnread(ctx, db.MarkUnreadParams{UserID: a.User.ID, ConversationID: c.ID})
	})
}

// AddNote leaves a note that colleagues read beside the texts, and nobody else.
// typed is the draft that it was until now.
func (d *Desk) AddNote(ctx context.Context, a Actor, id int64, body string, typed DraftMark) error {
	body = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(body, "\ufffd"), "\r\n", "\n"))
	if body == "" {
		return ErrEmptyNote
	}
	if r := tooLong("note", body, longestNote); r != nil {
		return r
	}
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		if err := d.line(ctx, tx, a, c.ID, LineNote, body); err != nil {
			return err
		}
		if err := d.endDraft(ctx, tx, a, c.ID, DraftNote, typed); err != nil {
			return err
		}
		if c.State == db.Assigned && int64(c.AssigneeID) != a.User.ID {
			return tx.MarkUnread(ctx, db.MarkUnreadParams{UserID: int64(c.AssigneeID), ConversationID: c.ID})
		}
		return nil
	})
}

// OptOutOf keeps everybody from texting whoever wrote, because they asked not to
// be. Whoever answers them may: asking for an administrator would take too long.
// They can bring it back with a text.
func (d *Desk) OptOutOf(ctx context.Context, a Actor, id int64) error {
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		return d.blockTalk(ctx, tx, a, c, LineOptedOut, "optout.asked", "", db.InsertOptOutParams{How: ByAsked, Reason: "Asked for it in a text"})
	})
}

// WrongNumber keeps everybody from texting whoever wrote, because they are not
// whom the number is meant to be, and puts the conversation away. No text brings
// it back.
func (d *Desk) WrongNumber(ctx context.Context, a Actor, id int64) error {
	return d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		const reason = "Wrong number: somebody else has it"
		if err := d.blockTalk(ctx, tx, a, c, LineWrongNumber, "suppression.add", reason, db.InsertOptOutParams{How: ByStaff, Reason: reason}); err != nil || c.State == db.Done {
			return err
		}
		return d.turn(ctx, tx, a, c, db.Done, c.AssigneeID, "")
	})
}

// blockTalk puts the number of a conversation on the list of those that nobody
// may text, because of the last text that came.
func (d *Desk) blockTalk(ctx context.Context, tx *db.Tx, a Actor, c db.Conversation, line, action, detail string, p db.InsertOptOutParams) error {
	if c.Number.Erased() {
		return ErrErasedNumber
	}
	p.AddedBy, p.InboundID, p.SaidAt = db.ID(a.User.ID), db.ID(c.LastInboundID), c.LastAt
	new, err := d.block(ctx, tx, c.Number, p)
	if err != nil || !new {
		return err
	}
	if err := d.audit(ctx, tx, a, action, string(c.Number), detail); err != nil {
		return err
	}
	return d.line(ctx, tx, a, c.ID, line, "")
}

// changeTurn changes a conversation that the actor may see, as it is by then.
func (d *Desk) changeTurn(ctx context.Context, a Actor, id int64, change func(context.Context, *db.Tx, db.Conversation) error) error {
	if _, err := d.conversation(ctx, d.store.Queries, a, id); err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := d.conversation(ctx, tx.Queries, a, id)
		if err != nil {
			return err
		}
		return change(ctx, tx, c)
	})
}

// turn says whose turn it is, and writes down who said so; "" writes nothing
// down. What somebody has taken or finished is unread for nobody else.
func (d *Desk) turn(ctx context.Context, tx *db.Tx, a Actor, c db.Conversation, state int64, assignee db.ID, line string) error {
	if err := tx.SetConversationState(ctx, db.SetConversationStateParams{ID: c.ID, State: state, AssigneeID: assignee}); err != nil {
		return fmt.Errorf("move conversation: %w", err)
	}
	keep := int64(assignee)
	if state == db.Done {
		keep = 0
	}
	if state != db.Unassigned {
		if err := tx.MarkReadByOthers(ctx, db.MarkReadByOthersParams{ConversationID: c.ID, UserID: keep}); err != nil {
			return fmt.Errorf("mark read: %w", err)
		}
	}
	if line == "" {
		return nil
	}
	return d.line(ctx, tx, a, c.ID, line, "")
}

// line writes down what the actor did to a conversation.
func (d *Desk) line(ctx context.Context, tx *db.Tx, a Actor, conversation int64, kind, body string) error {
	_, err := tx.InsertConversationLine(ctx, db.InsertConversationLineParams{ConversationID: conversation, UserID: db.ID(a.User.ID), At: d.now(), Kind: kind, Body: body})
	if err != nil {
		return fmt.Errorf("write line: %w", err)
	}
	return tx.TouchConversation(ctx, conversation)
}
