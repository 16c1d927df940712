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

// DropReplyDrafts deletes drafts that nobody has changed since an instant, some
// at a time, and says how many they were.
func (tx *Tx) DropReplyDrafts(ctx context.Context, before Millis, limit int) (int64, error) {
	return tx.alter(ctx, "drop drafts of replies", `DELETE FROM reply_drafts WHERE (user_id, conversation_id, kind) IN
  (SELECT user_id, conversation_id, kind FROM reply_drafts WHERE saved_at < ? ORDER BY saved_at LIMIT ?)`, before, limit)
}
