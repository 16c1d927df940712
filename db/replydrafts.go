package db

import (
	"context"
	"database/sql"
	"fmt"
)

// ReplyDraftsAmong returns the replies and notes that a user has typed in some
// conversations and not sent, by conversation.
func (s *Store) ReplyDraftsAmong(ctx context.Context, user int64, conversations []int64) (map[int64][]ReplyDraft, error) {
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (d ReplyDraft, err error) {
		err = rows.Scan(&d.UserID, &d.ConversationID, &d.Kind, &d.Body, &d.SavedAt)
		return d, err
	}, `SELECT user_id, conversation_id, kind, body, saved_at FROM reply_drafts
WHERE user_id = ? AND conversation_id IN (SELECT value FROM json_each(?)) AND body <> '' ORDER BY kind DESC`, user, idList(conversations))
	if err != nil {
		return nil, fmt.Errorf("read drafts of replies: %w", err)
	}
	drafts := map[int64][]ReplyDraft{}
	for _, d := range found {
		drafts[d.ConversationID] = append(drafts[d.ConversationID], d)
	}
	return drafts, nil
}

// DraftsOfReplies are the conversations in which a user has a reply or a note
// that is not sent, the one that was typed last first.
func (s *Store) DraftsOfReplies(ctx context.Context, v Viewer, limit int) ([]Conversation, error) {
	visible, who := v.visible()
	found, err := readRows(ctx, s.reads, scanConversation, "SELECT "+conversationColumns+` FROM conversations c
JOIN (SELECT conversation_id, MAX(saved_at) AS typed_at FROM reply_drafts WHERE user_id = ? AND body <> '' GROUP BY conversation_id) d ON d.conversation_id = c.id
WHERE `+visible+" ORDER BY d.typed_at DESC, c.id DESC LIMIT ?", append(append([]any{v.Self}, who...), limit)...)
	if err != nil {
		return nil, fmt.Errorf("read conversations with drafts: %w", err)
	}
	return found, nil
}

// CountReplyDrafts is in how many conversations a viewer has something that is
// not sent.
func (s *Store) CountReplyDrafts(ctx context.Context, v Viewer) (n int64, err error) {
	visible, who := v.visible()
	err = s.reads.QueryRowContext(ctx, "SELECT count(DISTINCT d.conversation_id) FROM reply_drafts d JOIN conversations c ON c.id = d.conversation_id WHERE d.user_id = ? AND d.body <> '' AND "+visible,
		append([]any{v.Self}, who...)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count drafts of replies: %w", err)
	}
	return n, nil
}

// DropReplyDrafts deletes drafts that nobody has changed since an instant, some
// at a time, and says how many they were.
func (tx *Tx) DropReplyDrafts(ctx context.Context, before Millis, limit int) (int64, error) {
	return tx.alter(ctx, "drop drafts of replies", `DELETE FROM reply_drafts WHERE (user_id, conversation_id, kind) IN
  (SELECT user_id, conversation_id, kind FROM reply_drafts WHERE saved_at < ? ORDER BY saved_at LIMIT ?)`, before, limit)
}
