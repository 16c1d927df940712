package db

import (
	"context"
	"fmt"

	"textdesk/sms"
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

// AskingAmong returns those of the numbers from which a text came that looks as
// if it asked for no more texts, and about which nobody has decided.
func (s *Store) AskingAmong(ctx context.Context, numbers []sms.MSISDN) (map[sms.MSISDN]bool, error) {
	found, err := readRows(ctx, s.reads, scanNumber, "SELECT DISTINCT number FROM inbound INDEXED BY inbound_asks WHERE asks = 1 AND number IN (SELECT value FROM json_each(?))", numberList(numbers))
	if err != nil {
		return nil, fmt.Errorf("look for texts that ask for no more: %w", err)
	}
	set := make(map[sms.MSISDN]bool, len(found))
	for _, n := range found {
		set[n] = true
	}
	return set, nil
}
