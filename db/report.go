package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"textdesk/sms"
)

// ReportRow is a message as reports show it.
type ReportRow struct {
	ID, BatchID, UserID int64
	Number              sms.MSISDN
	Sender              string
	Status              sms.Status
	Paid                Paid
	// SendAt is when it was meant to leave, whatever held it up.
	SendAt, SubmittedAt, FinalAt Millis
	Code, Reason                 string // the provider's code, and ours in words
	Parts, Credits               int64
}

// briefColumns are those of the longest reports; each more is time of the driver.
const (
	briefColumns  = `id, batch_id, user_id, number, sender, status, paid, submitted_at, final_at`
	reportColumns = briefColumns + `, code, reason, parts, credits`
)

// reportPage is how many rows a report reads at a time: so few that its first
// line comes at once, so many that a page costs little.
const reportPage = 2000

// EachReportRow calls do for every message of the filter, oldest first, page by
// page as EachMessage does. It reads less of each, because reports are long.
// Before, After and Limit of the filter do not count; words it must not have.
func (s *Store) EachReportRow(ctx context.Context, f MessageFilter, do func(*ReportRow) error) error {
	if f.Words != "" {
		return errors.New("read report: reports are not searched by words")
	}
	f.Before, f.After, f.Limit, f.oldestFirst = 0, 0, reportPage, true
	if err := s.narrow(ctx, &f); err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	reader := &reportReader{store: s, sendAt: map[int64]Millis{}}
	for {
		page, err := reader.page(ctx, f)
		if err != nil {
			return fmt.Errorf("read report: %w", err)
		}
		for i := range page {
			if err := do(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < f.Limit {
			return nil
		}
		f.After = page[len(page)-1].ID
	}
}

// ReportPage returns a page of a report, newest first.
func (s *Store) ReportPage(ctx context.Context, f MessageFilter) ([]ReportRow, error) {
	if f.Words != "" {
		return nil, errors.New("read report: reports are not searched by words")
	}
	f.oldestFirst = f.After > 0
	if err := s.narrow(ctx, &f); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	page, err := (&reportReader{store: s, sendAt: map[int64]Millis{}}).page(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if f.oldestFirst {
		slices.Reverse(page)
	}
	return page, nil
}

// reportReader reads the pages of one report into the same memory.
type reportReader struct {
	store  *Store
	rows   []ReportRow
	sendAt map[int64]Millis // of the batches of the page
}

func (r *reportReader) page(ctx context.Context, f MessageFilter) ([]ReportRow, error) {
	columns := reportColumns
	if f.Brief {
		columns = briefColumns
	}
	query, args := f.query(columns)
	rows, err := r.store.reads.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	r.rows = r.rows[:0]
	var m ReportRow
	var status, paid int64 // plain types scan without reflection
	into := []any{&m.ID, &m.BatchID, &m.UserID, (*string)(&m.Number), &m.Sender, &status, &paid, (*int64)(&m.SubmittedAt), (*int64)(&m.FinalAt)}
	if !f.Brief {
		into = append(into, &m.Code, &m.Reason, &m.Parts, &m.Credits)
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		m.Status, m.Paid = sms.Status(status), Paid(paid)
		r.rows = append(r.rows, m)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return r.rows, r.planned(ctx)
}

// planned fills in when the messages were meant to leave, which their batches
// know: one query for a page, however many there are.
func (r *reportReader) planned(ctx context.Context) error {
	var missing []int64
	for i := range r.rows {
		id := r.rows[i].BatchID
		if _, known := r.sendAt[id]; !known {
			r.sendAt[id] = 0
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		rows, err := r.store.reads.QueryContext(ctx, "SELECT id, send_at FROM batches WHERE id IN (SELECT value FROM json_each(?))", idList(missing))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var at Millis
			if err := rows.Scan(&id, &at); err != nil {
				return err
			}
			r.sendAt[id] = at
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	for i := range r.rows {
		r.rows[i].SendAt = r.sendAt[r.rows[i].BatchID]
	}
	if len(r.sendAt) > 4*reportPage {
		clear(r.sendAt)
	}
	return nil
}

// StatusRow is the little of a message that a sum needs.
type StatusRow struct {
	CreatedAt      Millis
	Status         sms.Status
	Parts, Credits int64
}

// EachStatusRow calls do for up to limit messages of the filter, in no order
// that counts. It is for sums that no counter has; the caller knows that there
// are few.
func (s *Store) EachStatusRow(ctx context.Context, f MessageFilter, limit int, do func(StatusRow)) error {
	f.Before, f.After, f.Limit, f.oldestFirst = 0, 0, limit, true
	if err := s.narrow(ctx, &f); err != nil {
		return fmt.Errorf("sum report: %w", err)
	}
	query, args := f.query("created_at, status, parts, CASE WHEN paid = 2 THEN 0 ELSE credits END")
	rows, err := s.reads.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("sum report: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r StatusRow
		if err := rows.Scan(&r.CreatedAt, &r.Status, &r.Parts, &r.Credits); err != nil {
			return fmt.Errorf("sum report: %w", err)
		}
		do(r)
	}
	return rows.Err()
}

// CountStatuses counts the messages of the filter in each status. Words it must
// not have.
func (s *Store) CountStatuses(ctx context.Context, f MessageFilter) (counts [sms.StatusCount]int64, err error) {
	if f.Words != "" {
		return counts, errors.New("count statuses: reports are not searched by words")
	}
	f.Before, f.After = 0, 0
	if err := s.narrow(ctx, &f); err != nil {
		return counts, fmt.Errorf("count statuses: %w", err)
	}
	where, args := f.where(lead{})
	if len(f.Users) > 0 {
		where, args = and(where, "user_id IN (SELECT value FROM json_each(?))"), append(args, idList(f.Users))
	}
	if len(f.Statuses) > 0 {
		where, args = and(where, "status IN ("+placeholders(len(f.Statuses))+")"), append(args, anys(f.Statuses)...)
	}
	rows, err := s.reads.QueryContext(ctx, "SELECT status, count(*) FROM messages"+where+" GROUP BY status", args...)
	if err != nil {
		return counts, fmt.Errorf("count statuses: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var status sms.Status
		var n int64
		if err := rows.Scan(&status, &n); err != nil {
			return counts, fmt.Errorf("count statuses: %w", err)
		}
		counts[status] = n
	}
	return counts, rows.Err()
}

// narrow bounds a filter by ids where it is bounded by time, so that a report
// of a day costs what the day has and not what the desk has. The ids of
// messages rise with those of their batches, and each batch counts on a day;
// days are taken a day wider at both ends, because they are of a zone's clock.
func (s *Store) narrow(ctx context.Context, f *MessageFilter) error {
	if err := s.chooseIndex(ctx, f); err != nil {
		return err
	}
	if f.From <= 0 && f.To <= 0 || f.BatchID != 0 {
		return nil
	}
	first, last, err := s.span(ctx, "batches", f.From, f.To)
	if err != nil {
		return err
	}
	if first == 0 {
		f.upTo = -1 // nothing was sent then
		return nil
	}
	var id int64
	err = s.reads.QueryRowContext(ctx, "SELECT id FROM messages WHERE batch_id >= ? ORDER BY batch_id, id LIMIT 1", first).Scan(&id)
	if err != nil && !IsNotFound(err) {
		return err
	}
	f.from = id
	err = s.reads.QueryRowContext(ctx, "SELECT id FROM messages WHERE batch_id > ? ORDER BY batch_id, id LIMIT 1", last).Scan(&id)
	if IsNotFound(err) {
		return nil
	}
	f.upTo = id - 1
	return err
}

// span returns the smallest and the largest id of a table's rows that count on
// the days of [from, to), 0 and 0 where there are none. It leaps from day to
// day, and needs no order of time among the ids: clocks are put back, too.
func (s *Store) span(ctx context.Context, table string, from, to Millis) (first, last int64, err error) {
	lowest, highest := int64(0), int64(99991231)
	if from > 0 {
		lowest = dayNumber(from.Time().AddDate(0, 0, -1))
	}
	if to > 0 {
		highest = dayNumber(to.Time().AddDate(0, 0, 1))
	}
	var a, b sql.NullInt64
	err = s.reads.QueryRowContext(ctx, `WITH RECURSIVE days (day) AS (
  SELECT MIN(day) FROM `+table+` WHERE day >= ?
  UNION ALL SELECT (SELECT MIN(t.day) FROM `+table+` t WHERE t.day > days.day) FROM days WHERE days.day < ?
)
SELECT MIN((SELECT MIN(t.id) FROM `+table+` t WHERE t.day = days.day)), MAX((SELECT MAX(t.id) FROM `+table+` t WHERE t.day = days.day))
FROM days WHERE days.day <= ?`, lowest, highest, highest).Scan(&a, &b)
	return a.Int64, b.Int64, err
}

func dayNumber(t time.Time) int64 {
	y, m, d := t.Date()
	return int64(y*10000 + int(m)*100 + d)
}

// EachInbound calls do for every text of the filter, oldest first, page by page
// as EachReportRow does.
func (s *Store) EachInbound(ctx context.Context, f InboundFilter, do func(Inbound) error) error {
	f.Before, f.After, f.Limit, f.oldestFirst = 0, 0, reportPage, true
	for {
		page, err := s.inboundPage(ctx, f)
		if err != nil {
			return fmt.Errorf("read inbound: %w", err)
		}
		for _, in := range page {
			if err := do(in); err != nil {
				return err
			}
		}
		if len(page) < reportPage {
			return nil
		}
		f.After = page[len(page)-1].ID
	}
}
