package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"textdesk/sms"
)

// ReportRow is a message as reports show it.
type ReportRow struct {
	ID, UserID int64
	Number     sms.MSISDN
	Sender     string
	Status     sms.Status
	Paid       Paid
	// SendAt is when it was meant to leave, whatever held it up.
	SendAt, SubmittedAt, FinalAt Millis
	Code, Reason                 string // the provider's code, and ours in words
	Parts, Credits               int64
}

const reportColumns = `id, user_id, number, sender, status, paid, (SELECT send_at FROM batches WHERE batches.id = messages.batch_id), submitted_at, final_at, code, reason, parts, credits`

// reportPage is how many rows a report reads at a time.
const reportPage = 2000

// EachReportRow calls do for every message of the filter, oldest first, page by
// page as EachMessage does. It reads less of each, because reports are long.
// Before, After and Limit of the filter do not count; words it must not have.
func (s *Store) EachReportRow(ctx context.Context, f MessageFilter, do func(ReportRow) error) error {
	if f.Words != "" {
		return errors.New("read report: reports are not searched by words")
	}
	f.Before, f.After, f.Limit, f.oldestFirst = 0, 0, reportPage, true
	page := make([]ReportRow, 0, reportPage)
	for {
		var err error
		query, args := f.query(reportColumns)
		page, err = readPage(ctx, s.reads, page[:0], query, args, func(rows *sql.Rows, r *ReportRow) error {
			return rows.Scan(&r.ID, &r.UserID, &r.Number, &r.Sender, &r.Status, &r.Paid, &r.SendAt, &r.SubmittedAt, &r.FinalAt, &r.Code, &r.Reason, &r.Parts, &r.Credits)
		})
		if err != nil {
			return fmt.Errorf("read report: %w", err)
		}
		for _, row := range page {
			if err := do(row); err != nil {
				return err
			}
		}
		if len(page) < reportPage {
			return nil
		}
		f.After = page[len(page)-1].ID
	}
}

// readPage reads the rows of a query into page.
func readPage[T any](ctx context.Context, on DBTX, page []T, query string, args []any, scan func(*sql.Rows, *T) error) ([]T, error) {
	rows, err := on.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var row T
		if err := scan(rows, &row); err != nil {
			return nil, err
		}
		page = append(page, row)
	}
	return page, rows.Err()
}

// CountStatuses counts the messages of the filter in each status. Of the filter
// only users, batch, number and period count; words it must not have.
func (s *Store) CountStatuses(ctx context.Context, f MessageFilter) (counts [sms.StatusCount]int64, err error) {
	if f.Words != "" {
		return counts, errors.New("count statuses: reports are not searched by words")
	}
	f.Before, f.After = 0, 0
	where, args := f.where(lead{})
	if len(f.Users) > 0 {
		where, args = and(where, "user_id IN (SELECT value FROM json_each(?))"), append(args, idList(f.Users))
	}
	type count struct {
		status sms.Status
		n      int64
	}
	found, err := readPage(ctx, s.reads, nil, "SELECT status, count(*) FROM messages"+where+" GROUP BY status", args,
		func(rows *sql.Rows, c *count) error { return rows.Scan(&c.status, &c.n) })
	if err != nil {
		return counts, fmt.Errorf("count statuses: %w", err)
	}
	for _, c := range found {
		counts[c.status] = c.n
	}
	return counts, nil
}

// EachInbound calls do for every text received in [from, to), oldest first:
// those that answer messages of the users, or all of them when users is nil.
// Like EachReportRow it reads page by page.
func (s *Store) EachInbound(ctx context.Context, users []int64, from, to Millis, do func(Inbound) error) error {
	where, fixed := " WHERE id > ? AND received_at >= ? AND received_at < ?", []any{from, to}
	if len(users) > 0 {
		where, fixed = and(where, "user_id IN (SELECT value FROM json_each(?))"), append(fixed, idList(users))
	}
	query := `SELECT id, provider_id, provider_ref, callback_id, number, destination, body, message_id, user_id, sent_at, received_at
FROM inbound NOT INDEXED` + where + " ORDER BY id LIMIT " + strconv.Itoa(reportPage)
	var after int64
	for {
		page, err := readPage(ctx, s.reads, nil, query, append([]any{after}, fixed...), func(rows *sql.Rows, in *Inbound) error {
			return rows.Scan(&in.ID, &in.ProviderID, &in.ProviderRef, &in.CallbackID, &in.Number, &in.Destination, &in.Body,
				&in.MessageID, &in.UserID, &in.SentAt, &in.ReceivedAt)
		})
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
		after = page[len(page)-1].ID
	}
}
