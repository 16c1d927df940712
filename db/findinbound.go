package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

// InboundFilter says which received texts a list shows.
type InboundFilter struct {
	Users         []int64 // to whose messages they answer; nil is everyone's, and unsolicited ones
	Before, After int64
	Limit         int
}

// FindInbound returns a page of received texts, newest first.
func (s *Store) FindInbound(ctx context.Context, f InboundFilter) ([]Inbound, error) {
	where, order := "", "id DESC"
	var args []any
	if len(f.Users) > 0 {
		where, args = and(where, "user_id IN (SELECT value FROM json_each(?))"), append(args, idList(f.Users))
	}
	if f.Before > 0 {
		where, args = and(where, "id < ?"), append(args, f.Before)
	}
	if f.After > 0 {
		where, args, order = and(where, "id > ?"), append(args, f.After), "id ASC"
	}
	rows, err := s.Queries.db.QueryContext(ctx, `SELECT id, provider_id, provider_ref, callback_id, number, destination, body, message_id, user_id, sent_at, received_at
FROM inbound`+where+" ORDER BY "+order+" LIMIT "+strconv.Itoa(f.Limit), args...)
	if err != nil {
		return nil, fmt.Errorf("find inbound: %w", err)
	}
	defer rows.Close()
	var found []Inbound
	for rows.Next() {
		var in Inbound
		if err := rows.Scan(&in.ID, &in.ProviderID, &in.ProviderRef, &in.CallbackID, &in.Number, &in.Destination, &in.Body,
			&in.MessageID, &in.UserID, &in.SentAt, &in.ReceivedAt); err != nil {
			return nil, fmt.Errorf("find inbound: %w", err)
		}
		found = append(found, in)
	}
	if f.After > 0 {
		slices.Reverse(found)
	}
	return found, rows.Err()
}
