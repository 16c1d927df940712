package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"textdesk/sms"
)

// MessageFilter says which messages a list shows. Zero fields do not filter.
type MessageFilter struct {
	Users    []int64 // whose; nil is everyone's
	Statuses []sms.Status
	Number   sms.MSISDN // "+447700900123", or the beginning of one
	Words    string     // words of the text
	BatchID  int64
	From, To Millis // created in [From, To)

	// Before and After are ids: the page ends just before, or starts just
	// after, in the list that runs from new to old.
	Before, After int64
	Limit         int
}

// FindMessages returns a page of messages, newest first. It seeks to the page
// by id, so the ten-thousandth page costs what the first does.
func (s *Store) FindMessages(ctx context.Context, f MessageFilter) ([]Message, error) {
	query, args := f.query()
	found, err := scanMessages(s.Queries.db.QueryContext(ctx, query, args...))
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	if f.After > 0 {
		slices.Reverse(found)
	}
	return found, nil
}

// EachMessage calls do for every message of the filter, oldest first, without
// holding more than one in memory. Limit, Before and After are ignored.
func (s *Store) EachMessage(ctx context.Context, f MessageFilter, do func(Message) error) error {
	f.Before, f.After, f.Limit = 0, 0, -1
	query, args := f.each()
	rows, err := s.Queries.db.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		m, err := scanMessage(rows)
		if err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		if err := do(m); err != nil {
			return err
		}
	}
	return rows.Err()
}

// query composes a page's SQL. Where several users or statuses are wanted,
// each gets a page of its own from its index and the pages are merged: SQLite
// would otherwise sort all rows that match.
func (f MessageFilter) query() (string, []any) {
	order := "id DESC"
	if f.After > 0 {
		order = "id ASC"
	}
	var pages []string
	var args []any
	for _, lead := range f.leads() {
		where, values := f.where(lead)
		pages = append(pages, "SELECT * FROM (SELECT id FROM messages "+lead.index+where+" ORDER BY "+order+" LIMIT "+strconv.Itoa(f.Limit)+")")
		args = append(args, values...)
	}
	query := "SELECT " + messageColumns + " FROM messages WHERE id IN (" + strings.Join(pages, " UNION ALL ") +
		") ORDER BY " + order + " LIMIT " + strconv.Itoa(f.Limit)
	return query, args
}

// each composes the SQL of a whole list, in the order of ids.
func (f MessageFilter) each() (string, []any) {
	where, args := f.where(lead{})
	if len(f.Users) > 0 {
		where, args = and(where, "user_id IN ("+placeholders(len(f.Users))+")"), append(args, anys(f.Users)...)
	}
	if len(f.Statuses) > 0 {
		where, args = and(where, "status IN ("+placeholders(len(f.Statuses))+")"), append(args, anys(f.Statuses)...)
	}
	return "SELECT " + messageColumns + " FROM messages" + where + " ORDER BY id", args
}

// lead is the user and status that one page is taken for, and the index that
// serves it.
type lead struct {
	user   int64
	status sms.Status
	by     bool // status counts
	index  string
}

func (f MessageFilter) leads() []lead {
	users := f.Users
	if len(users) == 0 {
		users = []int64{0}
	}
	var all []lead
	for _, u := range users {
		if len(f.Statuses) == 0 {
			l := lead{user: u}
			if u != 0 && f.Number == "" && f.BatchID == 0 && f.Words == "" {
				l.index = "INDEXED BY messages_user"
			}
			all = append(all, l)
		}
		for _, st := range f.Statuses {
			l := lead{user: u, status: st, by: true}
			if f.Number == "" && f.BatchID == 0 && f.Words == "" {
				l.index = "INDEXED BY messages_status"
			}
			all = append(all, l)
		}
	}
	return all
}

func (f MessageFilter) where(l lead) (string, []any) {
	var where string
	var args []any
	add := func(condition string, values ...any) {
		where, args = and(where, condition), append(args, values...)
	}
	if l.user != 0 {
		add("user_id = ?", l.user)
	}
	if l.by {
		add("status = ?", l.status)
	}
	if f.BatchID != 0 {
		add("batch_id = ?", f.BatchID)
	}
	if f.Number != "" {
		// Every number that begins so lies before the next digit's neighbour.
		add("number >= ? AND number < ?", string(f.Number), string(f.Number)+":")
	}
	if f.Words != "" {
		add("batch_id IN (SELECT rowid FROM batch_words WHERE batch_words MATCH ? ORDER BY rowid DESC LIMIT 500)", matchWords(f.Words))
	}
	if f.From > 0 {
		add("created_at >= ?", f.From)
	}
	if f.To > 0 {
		add("created_at < ?", f.To)
	}
	if f.Before > 0 {
		add("id < ?", f.Before)
	}
	if f.After > 0 {
		add("id > ?", f.After)
	}
	return where, args
}

// and joins a condition to a WHERE clause.
func and(where, condition string) string {
	if where == "" {
		return " WHERE " + condition
	}
	return where + " AND " + condition
}

func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// InsertBatchWords makes a batch findable by the words of its text.
func (tx *Tx) InsertBatchWords(ctx context.Context, batchID int64, body string) error {
	_, err := tx.db.ExecContext(ctx, "INSERT INTO batch_words (rowid, body) VALUES (?, ?)", batchID, body)
	return err
}

// matchWords turns what a person typed into an FTS5 query in which nothing is
// an operator: every word must occur, the last may be unfinished.
func matchWords(typed string) string {
	words := strings.Fields(typed)
	for i, w := range words {
		words[i] = `"` + strings.ReplaceAll(w, `"`, `""`) + `"`
	}
	return strings.Join(words, " ") + "*"
}

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
		where, args = and(where, "user_id IN ("+placeholders(len(f.Users))+")"), append(args, anys(f.Users)...)
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
