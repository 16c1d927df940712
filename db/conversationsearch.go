package db

import (
	"context"
	"fmt"
	"math"
	"strings"

	"textdesk/sms"
)

// ConversationSearch is what is searched for. Where there are several, one of
// them is enough.
type ConversationSearch struct {
	Viewer
	Number  sms.MSISDN   // the beginning of one
	Numbers []sms.MSISDN // of people whose names match
	Words   string       // of texts
	// Before is where an earlier search stopped, the zero place for the newest
	// texts. From there on only texts are looked at.
	Before SearchPlace
	Limit  int
}

// SearchPlace is how far back texts were looked through: those that came, and
// those that were sent. The zero place is before the newest.
type SearchPlace struct{ Inbound, Batch int64 }

// Found is what a search came to.
type Found struct {
	Conversations []Conversation
	// Stopped is where the search stopped although there are older texts with the
	// words, and Since when the oldest text came that was looked at; zero where all
	// were looked at or there is more than the limit.
	Stopped SearchPlace
	Since   Millis
}

// Most texts with the words may be in conversations that are not the viewer's:
// wordsStep of them are looked at in one query, and wordsSteps times as many
// of each index. Variables for tests.
var wordsStep, wordsSteps = 20_000, 5

// SearchConversations returns the latest conversations that match, newest first.
func (s *Store) SearchConversations(ctx context.Context, f ConversationSearch) (Found, error) {
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
	if f.Number != "" && f.Before == (SearchPlace{}) {
		if err := collect(`SELECT c.id FROM conversations c INDEXED BY conversations_number WHERE c.number >= ? AND c.number < ? AND `+visible+` LIMIT ?`,
			string(f.Number), string(f.Number)+":"); err != nil {
			return Found{}, err
		}
	}
	if len(f.Numbers) > 0 && f.Before == (SearchPlace{}) {
		if err := collect(`SELECT c.id FROM conversations c INDEXED BY conversations_number WHERE c.number IN (SELECT value FROM json_each(?)) AND `+visible+` LIMIT ?`,
			numberList(f.Numbers)); err != nil {
			return Found{}, err
		}
	}
	var stopped SearchPlace
	if match := matchWords(f.Words); match != "" {
		var err error
		for _, x := range []struct {
			index, join string
			before      int64
			stopped     *int64
		}{
			{"inbound_words", "CROSS JOIN inbound i ON i.id = w.rowid CROSS JOIN conversations c ON c.id = i.conversation_id", f.Before.Inbound, &stopped.Inbound},
			{"batch_words", "CROSS JOIN conversation_replies r ON r.batch_id = w.rowid CROSS JOIN conversations c ON c.id = r.conversation_id", f.Before.Batch, &stopped.Batch},
		} {
			if *x.stopped, err = s.lookThroughWords(ctx, x.index, x.before, match, f.Limit, ids, func(newest string, args []any) error {
				return collect("SELECT DISTINCT c.id FROM ("+newest+") w "+x.join+" WHERE "+visible+" LIMIT ?", args...)
			}); err != nil {
				return Found{}, err
			}
		}
	}
	if len(ids) == 0 && stopped == (SearchPlace{}) {
		return Found{}, nil
	}
	all := make([]int64, 0, len(ids))
	for id := range ids {
		all = append(all, id)
	}
	found, err := readRows(ctx, s.reads, scanConversation, "SELECT "+conversationColumns+" FROM conversations c WHERE c.id IN (SELECT value FROM json_each(?)) ORDER BY c.last_at DESC, c.id DESC LIMIT ?", idList(all), f.Limit)
	if err != nil {
		return Found{}, fmt.Errorf("search conversations: %w", err)
	}
	if len(found) >= f.Limit || stopped.Inbound <= 1 && stopped.Batch <= 1 {
		return Found{Conversations: found}, nil
	}
	since, err := s.searchedSince(ctx, stopped)
	return Found{Conversations: found, Stopped: stopped, Since: since}, err
}

// lookThroughWords has collect look through the texts of an index that have the
// words, from new to old, until there are enough ids, and returns where it
// stopped: 1 where there is nothing older, so that a search that goes on looks at
// nothing twice.
func (s *Store) lookThroughWords(ctx context.Context, index string, before int64, match string, enough int, ids map[int64]bool, collect func(newest string, args []any) error) (stopped int64, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	newest := "SELECT rowid FROM " + index + " WHERE " + index + " MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
	// A word that is finished is found from new to old without looking at all of
	// them, and mostly that is enough. One that may be unfinished is looked up in
	// all of its forms, once.
	whole := strings.TrimSuffix(match, "*")
	if before <= 1 {
		return before, nil
	}
	if err := collect(newest, []any{whole, before, wordsStep}); err != nil || len(ids) >= enough {
		return before, err
	}
	rows, err := readRows(ctx, s.reads, scanID, newest, match, before, wordsStep*wordsSteps)
	if err != nil {
		return 0, fmt.Errorf("search conversations: %w", err)
	}
	all := len(rows) < wordsStep*wordsSteps
	for len(rows) > 0 && len(ids) < enough {
		n := min(wordsStep, len(rows))
		if err := collect("SELECT value AS rowid FROM json_each(?)", []any{idList(rows[:n])}); err != nil {
			return 0, err
		}
		before, rows = rows[n-1], rows[n:]
	}
	if all && len(rows) == 0 {
		return 1, nil
	}
	return before, nil
}

// searchedSince is when the oldest of the texts came or was sent that a search
// has looked at: before that it has seen nothing of one of them.
func (s *Store) searchedSince(ctx context.Context, at SearchPlace) (since Millis, err error) {
	err = s.reads.QueryRowContext(ctx, `SELECT MAX(COALESCE((SELECT received_at FROM inbound WHERE id = ?), 0), COALESCE((SELECT created_at FROM batches WHERE id = ?), 0))`,
		at.Inbound, at.Batch).Scan(&since)
	if err != nil {
		return 0, fmt.Errorf("search conversations: %w", err)
	}
	return since, nil
}
