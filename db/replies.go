package db

import (
	"context"
	"fmt"
)

// AutomaticAmong returns those of the messages that the desk has sent by itself.
func (s *Store) AutomaticAmong(ctx context.Context, messages []int64) (map[int64]bool, error) {
	found, err := readRows(ctx, s.reads, scanID, "SELECT message_id FROM auto_replies WHERE message_id IN (SELECT value FROM json_each(?))", idList(messages))
	if err != nil {
		return nil, fmt.Errorf("look for automatic replies: %w", err)
	}
	set := make(map[int64]bool, len(found))
	for _, id := range found {
		set[id] = true
	}
	return set, nil
}
