package db

import (
	"context"
	"fmt"

	"textdesk/sms"
)

// ConversationSearch is what is searched for. Where there are several, one of
// them is enough.
type ConversationSearch struct {
	Viewer
	Number  sms.MSISDN   // the beginning of one
	Numbers []sms.MSISDN // of people whose names match
	Words   string       // of texts
	Limit   int
}

// wordsLookedAt is how many texts with the words are looked at, the newest: most
// of them may be in conversations that are not the viewer's.
const wordsLookedAt = 20_000

// SearchConversations returns the latest conversations that match, newest first.
func (s *Store) SearchConversations(ctx context.Context, f ConversationSearch) ([]Conversation, error) {
	visible, who := f.visible()
	ids := map[int64]bool{}
	collect := func(query string, args ...any) error {
		found, err := readRows(ctx, s.reads, scanID, query, append(append(args, who...), f.Limit)...)
		if err != nil {
			return fmt.Errorf("search conversations: %w", err)
		}
		for _, id := range found {
			ids[id] = true
		}
		return nil
	}
	if f.Number != "" {
		if err := collect(`SELECT c.id FROM conversations c INDEXED BY conversations_number WHERE c.number >= ? AND c.number < ? AND `+visible+` LIMIT ?`,
			string(f.Number), string(f.Number)+":"); err != nil {
			return nil, err
		}
	}
	if len(f.Numbers) > 0 {
		if err := collect(`SELECT c.id FROM conversations c INDEXED BY conversations_number WHERE c.number IN (SELECT value FROM json_each(?)) AND `+visible+` LIMIT ?`,
			numberList(f.Numbers)); err != nil {
			return nil, err
		}
	}
	if match := matchWords(f.Words); match != "" {
		for _, query := range []string{
			`SELECT DISTINCT c.id FROM (SELECT rowid FROM inbound_words WHERE inbound_words MATCH ? ORDER BY rowid DESC LIMIT ?) w
CROSS JOIN inbound i ON i.id = w.rowid CROSS JOIN conversations c ON c.id = i.conversation_id WHERE ` + visible + ` LIMIT ?`,
			`SELECT DISTINCT c.id FROM (SELECT rowid FROM batch_words WHERE batch_words MATCH ? ORDER BY rowid DESC LIMIT ?) w
CROSS JOIN conversation_replies r ON r.batch_id = w.rowid CROSS JOIN conversations c ON c.id = r.conversation_id WHERE ` + visible + ` LIMIT ?`,
		} {
			if err := collect(query, match, wordsLookedAt); err != nil {
				return nil, err
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	all := make([]int64, 0, len(ids))
	for id := range ids {
		all = append(all, id)
	}
	found, err := readRows(ctx, s.reads, scanConversation, "SELECT "+conversationColumns+" FROM conversations c WHERE c.id IN (SELECT value FROM json_each(?)) ORDER BY c.last_at DESC, c.id DESC LIMIT ?", idList(all), f.Limit)
	if err != nil {
		return nil, fmt.Errorf("search conversations: %w", err)
	}
	return found, nil
}
