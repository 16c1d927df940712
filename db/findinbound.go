package db

import (
	"context"
	"fmt"
	"slices"

	"textdesk/sms"
)

// InboundFilter says which received texts a list shows. Zero fields do not
// filter.
type InboundFilter struct {
	Users         []int64    // to whose messages they answer; nil is everyone's, and unsolicited ones
	Number        sms.MSISDN // who wrote: a number, or the beginning of one
	From, To      Millis     // received in [From, To)
	Before, After int64
	Limit         int

	oldestFirst bool
}

// FindInbound returns a page of received texts, newest first.
func (s *Store) FindInbound(ctx context.Context, f InboundFilter) ([]Inbound, error) {
	f.oldestFirst = f.After > 0
	found, err := s.inboundPage(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("find inbound: %w", err)
	}
	if f.oldestFirst {
		slices.Reverse(found)
	}
	return found, nil
}

func (s *Store) inboundPage(ctx context.Context, f InboundFilter) ([]Inbound, error) {
	where, order := "", "id DESC"
	var args []any
	add := func(condition string, values ...any) { where, args = and(where, condition), append(args, values...) }
	if len(f.Users) > 0 {
		add("user_id IN (SELECT value FROM json_each(?))", idList(f.Users))
	}
	if f.Number != "" {
		add("number >= ? AND number < ?", string(f.Number), string(f.Number)+":")
	}
	if f.From > 0 || f.To > 0 {
		first, last, err := s.span(ctx, "inbound", f.From, f.To)
		if err != nil || first == 0 {
			return nil, err
		}
		add("id >= ? AND id <= ?", first, last)
	}
	if f.From > 0 {
		add("received_at >= ?", f.From)
	}
	if f.To > 0 {
		add("received_at < ?", f.To)
	}
	if f.Before > 0 {
		add("id < ?", f.Before)
	}
	if f.After > 0 {
		add("id > ?", f.After)
	}
	if f.oldestFirst {
		order = "id ASC"
	}
	rows, err := s.reads.QueryContext(ctx, `SELECT id, provider_id, provider_ref, callback_id, number, destination, body, message_id, user_id, sent_at, received_at, day, conversation_id, asks
FROM inbound`+where+" ORDER BY "+order+" LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []Inbound
	for rows.Next() {
		var in Inbound
		if err := rows.Scan(&in.ID, &in.ProviderID, &in.ProviderRef, &in.CallbackID, &in.Number, &in.Destination, &in.Body,
			&in.MessageID, &in.UserID, &in.SentAt, &in.ReceivedAt, &in.Day, &in.ConversationID, &in.Asks); err != nil {
			return nil, err
		}
		found = append(found, in)
	}
	return found, rows.Err()
}
