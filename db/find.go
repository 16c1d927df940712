package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"textdesk/sms"
)

// MessageFilter says which messages a list shows. Zero fields do not filter.
type MessageFilter struct {
	Users    []int64 // whose; nil is everyone's
	Statuses []sms.Status
	Number   sms.MSISDN   // "+447700900123", or the beginning of one
	Words    string       // words of the text
	Numbers  []sms.MSISDN // one of these, few
	BatchID  int64
	Sender   string
	GroupID  int64  // to numbers that are in this group now
	From, To Millis // created in [From, To)

	// Brief leaves codes, reasons, parts and credits out of a report's rows.
	Brief bool

	// Before and After are ids: the page ends just before, or starts just
	// after, in the list that runs from new to old.
	Before, After int64
	Limit         int

	oldestFirst bool
	batches     []int64 // only of these
	index       string  // the index to use, when it is known
	// from and upTo bound the ids, as From and To have it; upTo below 0 is nothing.
	from, upTo int64
}

// FindMessages returns a page of messages, newest first. It seeks to the page
// by id, so the ten-thousandth page costs what the first does.
func (s *Store) FindMessages(ctx context.Context, f MessageFilter) ([]Message, error) {
	f.oldestFirst = f.After > 0
	found, err := s.messagePage(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	if f.oldestFirst {
		slices.Reverse(found)
	}
	return found, nil
}

// eachSize is how many rows eachRow holds at a time.
const eachSize = 500

// EachMessage calls do for every message of the filter, oldest first. It reads
// page by page, because do may be as slow as the network of whoever downloads,
// and must not keep a connection from everybody else. Limit, Before and After
// are ignored.
func (s *Store) EachMessage(ctx context.Context, f MessageFilter, do func(Message) error) error {
	f.Before, f.After, f.Limit, f.oldestFirst = 0, 0, eachSize, true
	return eachRow(func() ([]Message, error) { return s.messagePage(ctx, f) }, do, func(last Message) { f.After = last.ID })
}

// eachRow reads page by page, of eachSize rows, and calls do for every row; next
// says after which row the next page begins.
func eachRow[T any](read func() ([]T, error), do func(T) error, next func(last T)) error {
	for {
		page, err := read()
		if err != nil {
			return fmt.Errorf("read page: %w", err)
		}
		for _, row := range page {
			if err := do(row); err != nil {
				return err
			}
		}
		if len(page) < eachSize {
			return nil
		}
		next(page[len(page)-1])
	}
}

// CountMessages counts the messages with a status that belong to the users; nil
// is everyone.
func (s *Store) CountMessages(ctx context.Context, users []int64, status sms.Status) (n int64, err error) {
	query, args := "SELECT count(*) FROM messages WHERE status = ?", []any{status}
	if len(users) > 0 {
		query, args = query+" AND user_id IN (SELECT value FROM json_each(?))", append(args, idList(users))
	}
	if err := s.reads.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	return n, nil
}

// numberFew is up to how many messages to numbers with the same beginning are
// sorted; where there are more, going through all messages finds a page sooner.
const numberFew = 2000

// messagePage returns the next Limit messages in the filter's direction.
func (s *Store) messagePage(ctx context.Context, f MessageFilter) ([]Message, error) {
	if f.Words != "" {
		return s.messagesWithWords(ctx, f)
	}
	if err := s.chooseIndex(ctx, &f); err != nil {
		return nil, err
	}
	query, args := f.query(messageColumns)
	return scanMessages(s.reads.QueryContext(ctx, query, args...))
}

// chooseIndex has a filter by number use the index of the numbers where it
// finds few.
func (s *Store) chooseIndex(ctx context.Context, f *MessageFilter) error {
	if len(f.Numbers) > 0 && f.BatchID == 0 {
		f.index = "INDEXED BY messages_number"
		return nil
	}
	if f.Number == "" || f.BatchID != 0 {
		return nil
	}
	var n int
	err := s.reads.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM messages INDEXED BY messages_number
WHERE number >= ? AND number < ? LIMIT ?)`, string(f.Number), string(f.Number)+":", numberFew+1).Scan(&n)
	if f.index = "INDEXED BY messages_number"; n > numberFew {
		f.index = "NOT INDEXED"
	}
	return err
}

// messagesWithWords goes through the batches whose text has the words, in the
// direction of the page. The ids of messages rise with those of their batches,
// because both are given out in the transaction that accepts a batch.
func (s *Store) messagesWithWords(ctx context.Context, f MessageFilter) ([]Message, error) {
	match := matchWords(f.Words)
	if match == "" {
		return nil, nil
	}
	f.Words = ""
	var edge int64 // the batch to begin with
	if f.oldestFirst {
		err := s.reads.QueryRowContext(ctx, "SELECT COALESCE((SELECT batch_id FROM messages WHERE id > ? ORDER BY id LIMIT 1), 9223372036854775807)", f.After).Scan(&edge)
		if err != nil {
			return nil, err
		}
	} else {
		before := f.Before
		if before == 0 {
			before = 1<<63 - 1
		}
		if err := s.reads.QueryRowContext(ctx, "SELECT COALESCE((SELECT batch_id FROM messages WHERE id < ? ORDER BY id DESC LIMIT 1), 0)", before).Scan(&edge); err != nil {
			return nil, err
		}
	}
	var found []Message
	for {
		batches, more, err := s.batchesWithWords(ctx, match, edge, f.oldestFirst)
		if err != nil {
			return nil, err
		}
		if len(batches) > 0 {
			part := f
			part.batches, part.Limit = batches, f.Limit-len(found)
			page, err := s.messagePage(ctx, part)
			if err != nil {
				return nil, err
			}
			found = append(found, page...)
		}
		if !more || len(found) >= f.Limit {
			return found, nil
		}
		if edge = batches[len(batches)-1] - 1; f.oldestFirst {
			edge += 2
		}
	}
}

// batchesWithWords returns the next batches from the edge on whose text
// matches: few with many messages, or many with few.
func (s *Store) batchesWithWords(ctx context.Context, match string, edge int64, rising bool) (ids []int64, more bool, err error) {
	const atOnce, enough = 200, 2000
	query := "SELECT w.rowid, (SELECT recipients FROM batches WHERE id = w.rowid) FROM batch_words w WHERE batch_words MATCH ? AND w.rowid <= ? ORDER BY w.rowid DESC LIMIT ?"
	if rising {
		query = strings.NewReplacer("<=", ">=", "DESC", "ASC").Replace(query)
	}
	rows, err := s.reads.QueryContext(ctx, query, match, edge, atOnce)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	var messages int64
	for rows.Next() {
		var id int64
		var recipients int64
		if err := rows.Scan(&id, &recipients); err != nil {
			return nil, false, err
		}
		ids = append(ids, id)
		if messages += recipients; messages >= enough {
			return ids, true, nil
		}
	}
	return ids, len(ids) == atOnce, rows.Err()
}

// leadLimit is how many pages are merged into one.
const leadLimit = 100

// query composes a page's SQL, for some columns. Where several users or statuses are wanted,
// each gets a page of its own from its index and the pages are merged: SQLite
// would otherwise sort all rows that match.
func (f MessageFilter) query(columns string) (string, []any) {
	order := "id DESC"
	if f.oldestFirst {
		order = "id ASC"
	}
	leads := f.leads()
	if len(leads) > leadLimit {
		where, args := f.where(lead{})
		if len(f.Users) > 0 {
			where, args = and(where, "user_id IN (SELECT value FROM json_each(?))"), append(args, idList(f.Users))
		}
		if len(f.Statuses) > 0 {
			where, args = and(where, "status IN ("+placeholders(len(f.Statuses))+")"), append(args, anys(f.Statuses)...)
		}
		index := f.index
		if index == "" && f.batches == nil && f.BatchID == 0 {
			index = "NOT INDEXED" // in the order of ids, until the page is full
		}
		return "SELECT " + columns + " FROM messages " + index + where + " ORDER BY " + order + " LIMIT ?", append(args, f.Limit)
	}
	if len(leads) == 1 {
		where, args := f.where(leads[0])
		return "SELECT " + columns + " FROM messages " + leads[0].index + where + " ORDER BY " + order + " LIMIT ?", append(args, f.Limit)
	}
	var pages []string
	var args []any
	for _, lead := range leads {
		where, values := f.where(lead)
		pages = append(pages, "SELECT * FROM (SELECT id FROM messages "+lead.index+where+" ORDER BY "+order+" LIMIT ?)")
		args = append(append(args, values...), f.Limit)
	}
	query := "SELECT " + columns + " FROM messages WHERE id IN (" + strings.Join(pages, " UNION ALL ") +
		") ORDER BY " + order + " LIMIT ?"
	return query, append(args, f.Limit)
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
	index := f.index
	if index == "" && (f.BatchID != 0 || f.batches != nil) {
		index = "INDEXED BY messages_batch"
	}
	var all []lead
	for _, u := range users {
		if len(f.Statuses) == 0 {
			l := lead{user: u, index: index}
			if u != 0 && index == "" {
				l.index = "INDEXED BY messages_user"
			}
			all = append(all, l)
		}
		for _, st := range f.Statuses {
			l := lead{user: u, status: st, by: true, index: index}
			if index == "" {
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
	if f.batches != nil {
		add("batch_id IN (SELECT value FROM json_each(?))", idList(f.batches))
	}
	if f.Number != "" {
		// Every number that begins so lies before the next digit's neighbour.
		add("number >= ? AND number < ?", string(f.Number), string(f.Number)+":")
	}
	if len(f.Numbers) > 0 {
		add("number IN (SELECT value FROM json_each(?))", numberList(f.Numbers))
	}
	if f.From > 0 {
		add("created_at >= ?", f.From)
	}
	if f.To > 0 {
		add("created_at < ?", f.To)
	}
	if f.Sender != "" {
		add("sender = ?", f.Sender)
	}
	if f.GroupID != 0 {
		add("number IN (SELECT c.number FROM group_members g JOIN contacts c ON c.id = g.contact_id WHERE g.group_id = ?)", f.GroupID)
	}
	if f.Before > 0 {
		add("id < ?", f.Before)
	}
	if after := max(f.After, f.from-1); after > 0 {
		add("id > ?", after)
	}
	if f.upTo != 0 {
		add("id <= ?", f.upTo)
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

// idList writes ids as JSON, for json_each: the statement stays the same
// however many there are.
func idList(ids []int64) string {
	list := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, id, 10)
	}
	return string(append(list, ']'))
}

// InsertBatchWords makes a batch findable by the words of its text.
func (tx *Tx) InsertBatchWords(ctx context.Context, batchID int64, body string) error {
	_, err := tx.db.ExecContext(ctx, "INSERT INTO batch_words (rowid, body) VALUES (?, ?)", batchID, body)
	return err
}

// matchWords turns what a person typed into an FTS5 query in which nothing is
// an operator: every word must occur, the last may be unfinished. It is empty
// when nothing that was typed is a word.
func matchWords(typed string) string {
	var words []string
	for _, w := range strings.Fields(strings.ReplaceAll(typed, "\x00", " ")) {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			words = append(words, `"`+strings.ReplaceAll(w, `"`, `""`)+`"`)
		}
	}
	if words == nil {
		return ""
	}
	return strings.Join(words, " ") + "*"
}
