package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"textdesk/sms"
)

// Traces is what there is of a number in all of the store.
type Traces struct {
	// Waiting messages have not left, InFlight ones are with the provider this
	// moment, InDoubt ones wait for a decision.
	Messages, Waiting, InFlight, InDoubt int64
	Inbound, Contacts, Entries, Consents int64
	Suppressed                           bool
}

// CountTraces counts what there is of a number. users limits it to what is
// theirs, nil does not.
func (s *Store) CountTraces(ctx context.Context, n sms.MSISDN, users []int64) (t Traces, err error) {
	of, args := "", []any{string(n)}
	if users != nil {
		of, args = " AND user_id IN (SELECT value FROM json_each(?))", append(args, idList(users))
	}
	count := func(into any, query string, args ...any) {
		if err == nil {
			err = s.reads.QueryRowContext(ctx, query, args...).Scan(into)
		}
	}
	rows, err := s.reads.QueryContext(ctx, "SELECT status, count(*) FROM messages WHERE number = ?"+of+" GROUP BY status", args...)
	if err != nil {
		return t, fmt.Errorf("count messages: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var status sms.Status
		var n int64
		if err := rows.Scan(&status, &n); err != nil {
			return t, fmt.Errorf("count messages: %w", err)
		}
		t.Messages += n
		switch {
		case status.Waiting():
			t.Waiting += n
		case status == sms.Submitting:
			t.InFlight += n
		case status == sms.InDoubt:
			t.InDoubt += n
		}
	}
	if err = rows.Err(); err != nil {
		return t, fmt.Errorf("count messages: %w", err)
	}
	count(&t.Inbound, "SELECT count(*) FROM inbound WHERE number = ?"+of, args...)
	count(&t.Contacts, "SELECT count(*) FROM contacts WHERE number = ?"+cmpUsers(of), args...)
	count(&t.Consents, "SELECT count(*) FROM consents WHERE number = ?"+cmpUsers(of), args...)
	count(&t.Entries, "SELECT count(*) FROM list_entries WHERE number = ? AND list_id IN (SELECT id FROM lists WHERE 1"+of+")", args...)
	count(&t.Suppressed, "SELECT count(*) FROM suppressions WHERE number = ?", string(n))
	if err != nil {
		return t, fmt.Errorf("count traces: %w", err)
	}
	return t, nil
}

// cmpUsers has the index of a table by user and number used: without users it
// leaps from user to user.
func cmpUsers(of string) string {
	if of == "" {
		return " AND user_id IN (SELECT id FROM users)"
	}
	return of
}

// ContactsOfNumber returns the contacts with a number in all address books.
func (s *Store) ContactsOfNumber(ctx context.Context, n sms.MSISDN) ([]Contact, error) {
	found, err := readRows(ctx, s.reads, scanContact, "SELECT "+contactColumns+" FROM contacts c WHERE c.user_id IN (SELECT id FROM users) AND c.number = ? ORDER BY c.id", string(n))
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	return found, nil
}

// EntriesOfNumber returns the entries with a number on all lists, with the
// lists they are on.
func (s *Store) EntriesOfNumber(ctx context.Context, n sms.MSISDN) (entries []ListEntry, lists []List, err error) {
	rows, err := s.reads.QueryContext(ctx, `SELECT e.id, e.list_id, e.number, e.name, e.email, e.mm1, e.mm2, e.mm3, e.mm4, e.mm5, e.fields, l.user_id, l.name
FROM list_entries e JOIN lists l ON l.id = e.list_id WHERE e.list_id IN (SELECT id FROM lists) AND e.number = ? ORDER BY e.id`, string(n))
	if err != nil {
		return nil, nil, fmt.Errorf("read list entries: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var e ListEntry
		var l List
		if err := rows.Scan(&e.ID, &e.ListID, &e.Number, &e.Name, &e.Email, &e.Mm1, &e.Mm2, &e.Mm3, &e.Mm4, &e.Mm5, &e.Fields, &l.UserID, &l.Name); err != nil {
			return nil, nil, fmt.Errorf("read list entries: %w", err)
		}
		l.ID = e.ListID
		entries, lists = append(entries, e), append(lists, l)
	}
	return entries, lists, rows.Err()
}

// DraftWith is a draft that has a number.
type DraftWith struct {
	ID int64
	// Used: it was sent or given up; Accepting: its messages are being written.
	Used, Accepting bool
}

// DraftsWith returns the drafts that have a number, among their people, beside
// one of them, or in the form as it was typed.
func (s *Store) DraftsWith(ctx context.Context, n sms.MSISDN) ([]DraftWith, error) {
	digits := n.National()
	found, err := readRows(ctx, s.reads, func(rows *sql.Rows) (d DraftWith, err error) {
		err = rows.Scan(&d.ID, &d.Used, &d.Accepting)
		return d, err
	}, `SELECT d.id, d.state = 'used', EXISTS (SELECT 1 FROM acceptances a WHERE a.draft_id = d.id) FROM drafts d
WHERE instr(`+digitsOf("d.form")+`, ?) > 0 OR instr(`+digitsOf("d.wanted")+`, ?) > 0 OR instr(`+digitsOf("d.totals")+`, ?) > 0
  OR EXISTS (SELECT 1 FROM draft_recipients r WHERE r.draft_id = d.id AND (r.number = ? OR instr(`+digitsOf("r.fields")+`, ?) > 0 OR instr(`+digitsOf("r.body")+`, ?) > 0))
  OR EXISTS (SELECT 1 FROM draft_skips k WHERE k.draft_id = d.id AND instr(`+digitsOf("k.typed")+`, ?) > 0) ORDER BY d.id`, digits, digits, digits, string(n), digits, digits, digits)
	if err != nil {
		return nil, fmt.Errorf("look through drafts: %w", err)
	}
	return found, nil
}

// digitsOf is a column without what people write between the digits of a number.
func digitsOf(column string) string {
	return "replace(replace(replace(replace(replace(" + column + ", ' ', ''), '-', ''), '(', ''), ')', ''), '.', '')"
}

// WaitingTo returns the messages to a number that have not left.
func (tx *Tx) WaitingTo(ctx context.Context, n sms.MSISDN, limit int) ([]Message, error) {
	return scanMessages(tx.db.QueryContext(ctx, "SELECT "+messageColumns+" FROM messages WHERE number = ? AND status IN (0, 1) ORDER BY id LIMIT ?", string(n), limit))
}

// EraseMessages takes the texts and the number out of messages, and puts the
// number's hash in its place. The rest of their rows stays, so that everything
// still adds up. It takes so many at a time, and says how many they were.
func (tx *Tx) EraseMessages(ctx context.Context, n sms.MSISDN, limit int) (int64, error) {
	ids, err := readRows(ctx, tx.db, scanID, "SELECT id FROM messages WHERE number = ? AND status NOT IN (0, 1, 2, 10) ORDER BY id LIMIT ?", string(n), limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return int64(len(ids)), tx.clearMessages(ctx, ids, true)
}

// clearMessages takes the texts out of messages, and with numbers those, too. A
// text that one person alone had is taken out of its batch as well.
func (tx *Tx) clearMessages(ctx context.Context, ids []int64, numbers bool) error {
	list := idList(ids)
	if _, err := tx.alter(ctx, "clear events", "UPDATE events SET detail = '' WHERE message_id IN (SELECT value FROM json_each(?)) AND detail <> ''", list); err != nil {
		return err
	}
	if _, err := tx.alter(ctx, "clear messages", "UPDATE messages SET body = '' WHERE id IN (SELECT value FROM json_each(?)) AND body <> ''", list); err != nil {
		return err
	}
	if _, err := tx.alter(ctx, "clear fields", "DELETE FROM message_fields WHERE message_id IN (SELECT value FROM json_each(?))", list); err != nil {
		return err
	}
	batches, err := readRows(ctx, tx.db, scanID, `SELECT DISTINCT b.id FROM messages m JOIN batches b ON b.id = m.batch_id
WHERE m.id IN (SELECT value FROM json_each(?)) AND b.recipients = 1 AND b.body <> ''`, list)
	if err != nil {
		return err
	}
	if err := tx.ClearBatches(ctx, batches); err != nil {
		return err
	}
	if !numbers {
		return nil
	}
	rows, err := tx.numbersIn(ctx, "messages", list)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.number.Erased() {
			continue
		}
		if _, err := tx.alter(ctx, "hash number", "UPDATE messages SET number = ?, reason = CASE WHEN instr(reason, ?) > 0 THEN '' ELSE reason END WHERE id = ?",
			string(tx.hash.of(r.number)), r.number.National(), r.id); err != nil {
			return err
		}
	}
	return nil
}

// withNumber is a row with a number in it.
type withNumber struct {
	id     int64
	number sms.MSISDN
}

// numbersIn reads the numbers of a table's rows, whose ids are a JSON list.
func (tx *Tx) numbersIn(ctx context.Context, table, ids string) ([]withNumber, error) {
	return readRows(ctx, tx.db, func(rows *sql.Rows) (r withNumber, err error) {
		err = rows.Scan(&r.id, &r.number)
		return r, err
	}, "SELECT id, number FROM "+table+" WHERE id IN (SELECT value FROM json_each(?))", ids)
}

// ClearBatches takes the texts out of batches, and out of what is searched.
func (tx *Tx) ClearBatches(ctx context.Context, batches []int64) error {
	if len(batches) == 0 {
		return nil
	}
	if _, err := tx.alter(ctx, "clear batches", "UPDATE batches SET body = '' WHERE id IN (SELECT value FROM json_each(?))", idList(batches)); err != nil {
		return err
	}
	_, err := tx.alter(ctx, "forget words", "DELETE FROM batch_words WHERE rowid IN (SELECT value FROM json_each(?))", idList(batches))
	return err
}

// EraseInbound takes the number and the texts out of what came from it.
func (tx *Tx) EraseInbound(ctx context.Context, n sms.MSISDN, limit int) (int64, error) {
	ids, err := readRows(ctx, tx.db, scanID, "SELECT id FROM inbound WHERE number = ? ORDER BY id LIMIT ?", string(n), limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	list := idList(ids)
	if err := tx.forgetInboundWords(ctx, list); err != nil {
		return 0, err
	}
	if err := tx.clearForwards(ctx, "inbound_id IN (SELECT value FROM json_each(?))", list); err != nil {
		return 0, err
	}
	return tx.alter(ctx, "erase inbound", "UPDATE inbound SET number = ?, body = '', asks = CASE asks WHEN 1 THEN 0 ELSE asks END WHERE id IN (SELECT value FROM json_each(?))",
		string(tx.hash.of(n)), list)
}

// EraseMarks deletes what else there is of a number by itself: consents, the
// counters of the day, and to whom the desk has answered. If it must not be texted, its hash takes its place.
func (tx *Tx) EraseMarks(ctx context.Context, n sms.MSISDN) error {
	if _, err := tx.alter(ctx, "erase consents", "DELETE FROM consents WHERE user_id IN (SELECT id FROM users) AND number = ?", string(n)); err != nil {
		return err
	}
	if _, err := tx.alter(ctx, "erase counters", "DELETE FROM number_days WHERE day IN (SELECT DISTINCT day FROM number_days) AND number = ?", string(n)); err != nil {
		return err
	}
	if _, err := tx.alter(ctx, "erase automatic replies", `UPDATE auto_replies SET number = '', body = '',
  reason = CASE state WHEN 0 THEN 'The person was erased.' ELSE reason END, state = CASE state WHEN 0 THEN 2 ELSE state END WHERE number = ?`, string(n)); err != nil {
		return err
	}
	kept, err := tx.alter(ctx, "hash suppression", `INSERT INTO suppressions (number, reason, added_by, added_at, how, word, inbound_id, said_at)
SELECT ?, 'The person was erased, and asked not to be texted before.', added_by, added_at, how, word, inbound_id, said_at FROM suppressions WHERE number = ? ON CONFLICT (number) DO NOTHING`,
		string(tx.hash.of(n)), string(n))
	if err != nil {
		return err
	}
	_ = kept // a hash that stands there already says the same
	// Contacts of others who have the number, if any are left.
	if _, err := tx.alter(ctx, "mark contacts", `INSERT INTO suppressed_contacts (contact_id, number)
SELECT c.id, s.number FROM suppressions s JOIN contacts c ON c.user_id IN (SELECT id FROM users) AND c.number = ? WHERE s.number = ? ON CONFLICT (contact_id) DO NOTHING`, string(n), string(tx.hash.of(n))); err != nil {
		return err
	}
	_, err = tx.alter(ctx, "erase suppression", "DELETE FROM suppressions WHERE number = ?", string(n))
	return err
}

// WordIndexes are the indexes in which words stay for a while after what had them
// is gone.
var WordIndexes = []string{"batch_words", "contact_words", "inbound_words"}

// MergeWords drops deleted words from one of [WordIndexes], some at a time. more
// says that there are more.
func (tx *Tx) MergeWords(ctx context.Context, index string, begin bool) (more bool, err error) {
	pages := mergePages
	if begin {
		pages = -mergePages // all of the index is to be written anew, from here on
	}
	before, err := tx.totalChanges(ctx)
	if err != nil {
		return false, err
	}
	if _, err := tx.alter(ctx, "merge words", "INSERT INTO "+index+" ("+index+", rank) VALUES ('merge', ?)", pages); err != nil {
		return false, err
	}
	after, err := tx.totalChanges(ctx)
	return after-before >= 2, err
}

func (tx *Tx) totalChanges(ctx context.Context) (n int64, err error) {
	err = tx.db.QueryRowContext(ctx, "SELECT total_changes()").Scan(&n)
	return n, err
}

// Flush empties the write-ahead log, in which what was overwritten can still be
// read. It reports false where readers did not allow it: try again later.
func (s *Store) Flush(ctx context.Context) (bool, error) {
	// The keeper's own connection, so that its patience can be short: nobody can
	// write while it waits.
	c, err := s.keeper.Conn(ctx)
	if err != nil {
		return false, fmt.Errorf("flush: %w", err)
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "PRAGMA busy_timeout(150)"); err != nil {
		return false, fmt.Errorf("flush: %w", err)
	}
	var busy, pages, moved int
	err = c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	_, back := c.ExecContext(context.WithoutCancel(ctx), "PRAGMA busy_timeout(10000)")
	if err := errors.Join(err, back); err != nil {
		return false, fmt.Errorf("flush: %w", err)
	}
	return busy == 0, nil
}

func scanID(rows *sql.Rows) (id int64, err error) {
	err = rows.Scan(&id)
	return id, err
}
