package desk

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"textdesk/db"
)

// Thread is a conversation, as whoever answers it sees it.
type Thread struct {
	InboxRow
	// Contact is whom it is with, the zero contact where no address book has the
	// number.
	Contact db.Contact
	// Said is what was written, and what colleagues did and noted, oldest first.
	Said []Spoken
	// Older is the place before which there is more, "" where there is nothing.
	Older string
	// Answered are the messages that received texts answer, by id.
	Answered map[int64]db.Message
	// Replies are the batches that were written here, by id; other messages are
	// what was answered.
	Replies map[int64]bool
	// Waits is why those of our messages wait that do, by id.
	Waits map[int64]Wait
	// Names are what the colleagues are called, by user id.
	Names map[int64]string
	// Others are the colleagues who look at it or write this moment.
	Others []Present
	// Reaches: the actor may see its owner's texts elsewhere, too.
	Reaches bool
	// Named: it came from a name or a short code, which nobody can answer.
	Named bool
	// Simulated: its phone can be looked at.
	Simulated bool
	// Blocked is why nobody may text the number, "" where somebody may.
	Blocked string
}

// Seen is what somebody had before their eyes when they began to write: the
// newest text that came, and the newest reply.
type Seen struct{ Inbound, Batch int64 }

// Seen is how far this thread goes.
func (t Thread) Seen() Seen {
	return Seen{t.Conversation.LastInboundID, t.Conversation.LastBatchID}
}

// Talk returns a conversation that the actor may see: the latest of it, or what
// came before a place that an earlier answer gave.
func (d *Desk) Talk(ctx context.Context, a Actor, id int64, before string, limit int) (Thread, error) {
	c, err := d.conversation(ctx, d.store.Queries, a, id)
	if err != nil {
		return Thread{}, err
	}
	rows, err := d.inboxRows(ctx, a, []db.Conversation{c})
	if err != nil {
		return Thread{}, err
	}
	t := Thread{InboxRow: rows[0], Answered: map[int64]db.Message{}}
	contacts, err := d.contactsIn(ctx, a, []db.Conversation{c})
	if err != nil {
		return Thread{}, err
	}
	t.Contact = contacts[c.ID]
	if t.Said, t.Older, err = d.saidIn(ctx, c, before, limit); err != nil {
		return Thread{}, err
	}
	if err := d.aboutSaid(ctx, &t); err != nil {
		return Thread{}, err
	}
	if t.Reaches, err = d.reaches(ctx, a, int64(c.UserID)); err != nil {
		return Thread{}, err
	}
	t.Named = !c.Number.Erased() && !isNumber(c.Number)
	if bool(c.Suppressed) {
		if _, t.Blocked, err = d.MustNotText(ctx, c.Number); err != nil {
			return Thread{}, err
		}
	}
	provider, err := d.store.Provider(ctx, c.ProviderID)
	if err != nil {
		return Thread{}, fmt.Errorf("read provider: %w", err)
	}
	t.Simulated = provider.Kind == SimulatorKind && provider.RemovedAt == 0 && !c.Number.Erased() && !t.Named
	t.Others = d.presence.others(c.ID, a.User.ID, d.clock())
	return t, nil
}

// saidIn merges what was received, sent and done, oldest first.
func (d *Desk) saidIn(ctx context.Context, c db.Conversation, before string, limit int) (all []Spoken, older string, err error) {
	at := readThreadPlace(before)
	inbound, err := d.store.InboundOfConversation(ctx, db.InboundOfConversationParams{ConversationID: db.ID(c.ID), BeforeID: at.inbound, PageSize: int32(limit + 1)})
	if err != nil {
		return nil, "", fmt.Errorf("read conversation: %w", err)
	}
	messages, err := d.store.MessagesOfConversation(ctx, c, at.message, limit+1)
	if err != nil {
		return nil, "", err
	}
	lines, err := d.store.ConversationLines(ctx, db.ConversationLinesParams{ConversationID: c.ID, BeforeID: at.line, PageSize: int32(limit + 1)})
	if err != nil {
		return nil, "", fmt.Errorf("read conversation: %w", err)
	}
	// Of one instant, a reply comes after what it answers, and that it was done with
	// the reply after that.
	for i := range lines {
		all = append(all, Spoken{Line: &lines[i]})
	}
	for i := range messages {
		all = append(all, Spoken{Message: &messages[i]})
	}
	for i := range inbound {
		all = append(all, Spoken{Inbound: &inbound[i]})
	}
	slices.SortStableFunc(all, func(x, y Spoken) int { return y.At().Compare(x.At()) })
	if len(all) > limit {
		all = all[:limit]
		for _, s := range all {
			switch {
			case s.Inbound != nil:
				at.inbound = min(at.inbound, s.Inbound.ID)
			case s.Message != nil:
				at.message = min(at.message, s.Message.ID)
			default:
				at.line = min(at.line, s.Line.ID)
			}
		}
		older = at.String()
	}
	slices.Reverse(all)
	return all, older, nil
}

// threadPlace is how far back a thread was read, in each of what it is made of.
type threadPlace struct{ inbound, message, line int64 }

func (p threadPlace) String() string {
	write := func(n int64) string {
		if n == math.MaxInt64 {
			return "0" // nothing of it was read yet
		}
		return strconv.FormatInt(n, 36)
	}
	return write(p.inbound) + "." + write(p.message) + "." + write(p.line)
}

func readThreadPlace(typed string) threadPlace {
	read := func(s string) int64 {
		n, err := strconv.ParseInt(s, 36, 64)
		if err != nil || n <= 0 {
			return math.MaxInt64
		}
		return n
	}
	first, rest, _ := strings.Cut(typed, ".")
	second, third, _ := strings.Cut(rest, ".")
	return threadPlace{read(first), read(second), read(third)}
}

// aboutSaid adds what is shown beside the texts: what they answer, who wrote
// them, why they wait.
func (d *Desk) aboutSaid(ctx context.Context, t *Thread) error {
	people := []int64{int64(t.Conversation.UserID), int64(t.Conversation.AssigneeID)}
	var batches []int64
	var messages []db.Message
	for _, s := range t.Said {
		switch {
		case s.Line != nil:
			people = append(people, int64(s.Line.UserID), int64(s.Line.OtherID))
		case s.Message != nil:
			people, batches = append(people, s.Message.UserID), append(batches, s.Message.BatchID)
			messages = append(messages, *s.Message)
		case s.Inbound.MessageID != 0:
			id := int64(s.Inbound.MessageID)
			if _, known := t.Answered[id]; known {
				continue
			}
			m, err := d.store.Message(ctx, id)
			if err != nil {
				return fmt.Errorf("read answered message: %w", err)
			}
			t.Answered[id] = m
			people = append(people, m.UserID)
		}
	}
	var err error
	if t.Names, err = d.namesOfUsers(ctx, people); err != nil {
		return err
	}
	if t.Replies, err = d.store.RepliesAmong(ctx, t.Conversation.ID, batches); err != nil {
		return err
	}
	page := Page{Messages: messages}
	if err := d.explain(ctx, &page); err != nil {
		return err
	}
	t.Waits = page.Waits
	return nil
}

// Looking notes that the actor has a conversation before their eyes, and has
// seen what is in it; writing: they are writing a reply.
func (d *Desk) Looking(ctx context.Context, a Actor, id int64, writing bool) error {
	c, err := d.conversation(ctx, d.store.Queries, a, id)
	if err != nil {
		return err
	}
	d.presence.note(c.ID, a, writing, d.clock())
	unread, err := d.store.IsUnread(ctx, db.IsUnreadParams{UserID: a.User.ID, ConversationID: c.ID})
	if err != nil || unread == 0 || a.Acting() {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.MarkRead(ctx, db.MarkReadParams{UserID: a.User.ID, ConversationID: c.ID})
		return err
	})
}

// At is when it was made, or came.
func (s Spoken) At() time.Time {
	switch {
	case s.Message != nil:
		return s.Message.CreatedAt.Time()
	case s.Line != nil:
		return s.Line.At.Time()
	}
	return s.Inbound.ReceivedAt.Time()
}
