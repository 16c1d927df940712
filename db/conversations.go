package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"textdesk/sms"
)

// The states of a conversation. The numbers are stored.
const (
	Unassigned int64 = iota // it waits for somebody to take it
	Assigned                // somebody has it
	Done                    // nothing is left to do
)

// Viewer is who looks at conversations: whom they reach, nil for everyone and
// for what is nobody's, and who they are, to whom conversations can be assigned.
type Viewer struct {
	Users []int64
	Self  int64
}

// ConversationPlace is where a conversation stands in a list, newest first.
type ConversationPlace struct {
	At Millis
	ID int64
}

// ConversationFilter says which conversations a list shows. Zero fields do not
// filter.
type ConversationFilter struct {
	Viewer
	States     []int64
	Assignee   int64 // whose turn it is
	Suppressed bool  // with numbers that nobody may text
	// Before and After are places: the page ends just before, or starts just
	// after, in the list that runs from new to old.
	Before, After ConversationPlace
	Limit         int
}

const conversationColumns = `id, number, own, user_id, provider_id, sender, assignee_id, state, suppressed, received, last_inbound_id, last_batch_id, last_at, revision`

func scanConversation(rows *sql.Rows) (c Conversation, err error) {
	err = rows.Scan(&c.ID, &c.Number, &c.Own, &c.UserID, &c.ProviderID, &c.Sender, &c.AssigneeID, &c.State, &c.Suppressed, &c.Received,
		&c.LastInboundID, &c.LastBatchID, &c.LastAt, &c.Revision)
	return c, err
}

// visible is the condition that a viewer may see a conversation called c.
func (v Viewer) visible() (string, []any) {
	if v.Users == nil {
		return "1", nil
	}
	return "(c.user_id IN (SELECT value FROM json_each(?)) OR c.assignee_id = ?)", []any{idList(v.Users), v.Self}
}

// FindConversations returns a page of conversations, newest first. Each user and
// state that is wanted gives a page of its own from its index, and the pages are
// merged: the thousandth page costs what the first does.
func (s *Store) FindConversations(ctx context.Context, f ConversationFilter) ([]Conversation, error) {
	query, args := f.query()
	found, err := readRows(ctx, s.reads, scanConversation, query, args...)
	if err != nil {
		return nil, fmt.Errorf("find conversations: %w", err)
	}
	if f.After.ID != 0 {
		for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
			found[i], found[j] = found[j], found[i]
		}
	}
	return found, nil
}

func (f ConversationFilter) query() (string, []any) {
	order := " ORDER BY c.last_at DESC, c.id DESC LIMIT ?"
	if f.After.ID != 0 {
		order = " ORDER BY c.last_at, c.id LIMIT ?"
	}
	var pages []string
	var args []any
	add := func(index, where string, values ...any) {
		if f.Before.ID != 0 {
			where, values = where+" AND (c.last_at, c.id) < (?, ?)", append(values, f.Before.At, f.Before.ID)
		}
		if f.After.ID != 0 {
			where, values = where+" AND (c.last_at, c.id) > (?, ?)", append(values, f.After.At, f.After.ID)
		}
		pages = append(pages, "SELECT * FROM (SELECT c.id FROM conversations c INDEXED BY "+index+" WHERE "+where+order+")")
		args = append(append(args, values...), f.Limit)
	}
	states := f.States
	if len(states) == 0 {
		states = []int64{Unassigned, Assigned, Done}
	}
	visible, who := f.visible()
	switch {
	case f.Suppressed:
		add("conversations_suppressed", "c.suppressed = 1 AND "+visible, who...)
	case f.Assignee == 0 && (f.Users == nil || len(f.Users)*len(states) > leadLimit):
		for _, st := range states {
			add("conversations_state", "c.state = ? AND "+visible, append([]any{st}, who...)...)
		}
	default:
		for _, st := range states {
			if f.Assignee != 0 {
				add("conversations_assignee", "c.assignee_id = ? AND c.state = ?", f.Assignee, st)
				continue
			}
			for _, u := range f.Users {
				add("conversations_user", "c.user_id = ? AND c.state = ?", u, st)
			}
			if st != Unassigned {
				add("conversations_assignee", "c.assignee_id = ? AND c.state = ?", f.Self, st)
			}
		}
	}
	return "SELECT " + conversationColumns + " FROM conversations c WHERE c.id IN (" + strings.Join(pages, " UNION ALL ") + ")" + order, append(args, f.Limit)
}

// CountUnread is in how many open conversations there is something that the
// viewer has not seen, up to most.
func (s *Store) CountUnread(ctx context.Context, v Viewer, most int) (n int64, err error) {
	visible, args := v.visible()
	err = s.reads.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM conversation_unread u CROSS JOIN conversations c ON c.id = u.conversation_id
WHERE u.user_id = ? AND c.state <> 2 AND `+visible+` LIMIT ?)`, append(append([]any{v.Self}, args...), most)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count unread: %w", err)
	}
	return n, nil
}

// UnreadAmong returns those of the conversations in which there is something
// that a user has not seen.
func (s *Store) UnreadAmong(ctx context.Context, user int64, conversations []int64) (map[int64]bool, error) {
	ids, err := readRows(ctx, s.reads, scanID, "SELECT conversation_id FROM conversation_unread WHERE user_id = ? AND conversation_id IN (SELECT value FROM json_each(?))", user, idList(conversations))
	if err != nil {
		return nil, fmt.Errorf("read unread: %w", err)
	}
	unread := make(map[int64]bool, len(ids))
	for _, id := range ids {
		unread[id] = true
	}
	return unread, nil
}

// MarkUnreadByAll marks a conversation that nobody has taken unread for all who
// answer it: its owner and the administrators above who see others' texts. One
// that is nobody's is for the administrators at the top.
func (tx *Tx) MarkUnreadByAll(ctx context.Context, conversation, owner int64) error {
	query, args := `WITH RECURSIVE above (id, parent_id, far) AS (
  SELECT u.id, u.parent_id, 0 FROM users u WHERE u.id = ?
  UNION
  SELECT p.id, p.parent_id, a.far + 1 FROM users p JOIN above a ON p.id = a.parent_id WHERE a.far < 100
)
INSERT INTO conversation_unread (user_id, conversation_id)
SELECT u.id, ? FROM above a JOIN users u ON u.id = a.id WHERE (a.far = 0 OR u.sees_others = 1) AND u.archived_at = 0 ON CONFLICT DO NOTHING`, []any{owner, conversation}
	if owner == 0 {
		query, args = `INSERT INTO conversation_unread (user_id, conversation_id)
SELECT u.id, ? FROM users u WHERE u.parent_id IS NULL AND u.level = 'admin' AND u.sees_others = 1 AND u.archived_at = 0 ON CONFLICT DO NOTHING`, []any{conversation}
	}
	_, err := tx.alter(ctx, "mark conversation unread", query, args...)
	return err
}

// InsertInboundWords makes a received text findable by its words.
func (tx *Tx) InsertInboundWords(ctx context.Context, id int64, body string) error {
	if body == "" {
		return nil
	}
	_, err := tx.alter(ctx, "insert words", "INSERT INTO inbound_words (rowid, body) VALUES (?, ?)", id, body)
	return err
}

// AnyUnfiled reports whether there are texts that came before there were
// conversations, and stand in none yet.
func (s *Store) AnyUnfiled(ctx context.Context) (any bool, err error) {
	err = s.reads.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM inbound WHERE conversation_id IS NULL)").Scan(&any)
	return any, err
}

// MessagesOfConversation returns the messages that belong beside what was
// received, newest first: the owner's from one of the senders, and replies.
func (s *Store) MessagesOfConversation(ctx context.Context, c Conversation, before int64, limit int) ([]Message, error) {
	found, err := scanMessages(s.reads.QueryContext(ctx, `SELECT `+messageColumns+` FROM messages m INDEXED BY messages_number
WHERE m.number = ? AND m.id < ? AND (m.user_id = ? AND m.sender IN (?, ?) OR m.batch_id IN (SELECT r.batch_id FROM conversation_replies r WHERE r.conversation_id = ?))
ORDER BY m.id DESC LIMIT ?`, string(c.Number), before, int64(c.UserID), c.Own, c.Sender, c.ID, limit))
	if err != nil {
		return nil, fmt.Errorf("read messages of conversation: %w", err)
	}
	return found, nil
}

// RepliesAmong returns those of the batches that are replies in a conversation.
func (s *Store) RepliesAmong(ctx context.Context, conversation int64, batches []int64) (map[int64]bool, error) {
	ids, err := readRows(ctx, s.reads, scanID, "SELECT batch_id FROM conversation_replies WHERE conversation_id = ? AND batch_id IN (SELECT value FROM json_each(?))", conversation, idList(batches))
	if err != nil {
		return nil, fmt.Errorf("read replies: %w", err)
	}
	replies := make(map[int64]bool, len(ids))
	for _, id := range ids {
		replies[id] = true
	}
	return replies, nil
}

// NamesOfNumbers returns what some address books call numbers: by book, then by
// number, the first name where there are several.
func (s *Store) NamesOfNumbers(ctx context.Context, books []int64, numbers []sms.MSISDN) (map[int64]map[sms.MSISDN]Contact, error) {
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (c Contact, err error) {
		err = rows.Scan(&c.ID, &c.UserID, &c.Number, &c.Name)
		return c, err
	}, `SELECT c.id, c.user_id, c.number, c.name FROM contacts c INDEXED BY contacts_number
WHERE c.user_id IN (SELECT value FROM json_each(?)) AND c.number IN (SELECT value FROM json_each(?)) ORDER BY c.id DESC`, idList(books), numberList(numbers))
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	names := map[int64]map[sms.MSISDN]Contact{}
	for _, c := range found {
		if names[c.UserID] == nil {
			names[c.UserID] = map[sms.MSISDN]Contact{}
		}
		names[c.UserID][c.Number] = c
	}
	return names, nil
}
