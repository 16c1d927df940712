package db

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

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
	Reason                       string
}

const reportColumns = `id, user_id, number, sender, status, paid, (SELECT send_at FROM batches WHERE batches.id = messages.batch_id), submitted_at, final_at, reason`

// reportPage is how many rows a report reads at a time.
const reportPage = 2000

// EachReportRow calls do for every message of the filter, oldest first. It
// reads page by page, so that whoever reads a report slowly keeps no
// connection from others and no write-ahead log from being tidied. Before,
// After and Limit of the filter do not count.
func (s *Store) EachReportRow(ctx context.Context, f MessageFilter, do func(ReportRow) error) error {
	f.Before, f.After, f.Limit = 0, 0, reportPage
	page := make([]ReportRow, 0, reportPage)
	for {
		var err error
		query, args := f.report()
		page, err = readPage(ctx, s.Queries.db, page[:0], query, args, func(rows *sql.Rows, r *ReportRow) error {
			return rows.Scan(&r.ID, &r.UserID, &r.Number, &r.Sender, &r.Status, &r.Paid, &r.SendAt, &r.SubmittedAt, &r.FinalAt, &r.Reason)
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

// mostLeads is for how many users and statuses a page is merged from their own
// pages; with more of them, walking through all messages costs less.
const mostLeads = 32

// report composes the SQL of a report's next page.
func (f MessageFilter) report() (string, []any) {
	end := " ORDER BY id LIMIT " + strconv.Itoa(f.Limit)
	if len(f.Users)*max(1, len(f.Statuses)) > mostLeads {
		where, args := f.where(lead{})
		return "SELECT " + reportColumns + " FROM messages NOT INDEXED" + f.among(where, &args) + end, args
	}
	leads := f.leads()
	if len(leads) == 1 {
		where, args := f.where(leads[0])
		return "SELECT " + reportColumns + " FROM messages " + leads[0].index + where + end, args
	}
	var pages []string
	var args []any
	for _, l := range leads {
		where, values := f.where(l)
		pages = append(pages, "SELECT * FROM (SELECT id FROM messages "+l.index+where+end+")")
		args = append(args, values...)
	}
	return "SELECT " + reportColumns + " FROM messages WHERE id IN (" + strings.Join(pages, " UNION ALL ") + ")" + end, args
}

// among adds the users and statuses of the filter to a WHERE clause.
func (f MessageFilter) among(where string, args *[]any) string {
	if len(f.Users) > 0 {
		where, *args = and(where, "user_id IN ("+placeholders(len(f.Users))+")"), append(*args, anys(f.Users)...)
	}
	if len(f.Statuses) > 0 {
		where, *args = and(where, "status IN ("+placeholders(len(f.Statuses))+")"), append(*args, anys(f.Statuses)...)
	}
	return where
}

// CountStatuses counts the messages of the filter in each status. Before,
// After and Limit do not count.
func (s *Store) CountStatuses(ctx context.Context, f MessageFilter) (counts [sms.StatusCount]int64, err error) {
	f.Before, f.After = 0, 0
	where, args := f.where(lead{})
	where = f.among(where, &args)
	type count struct {
		status sms.Status
		n      int64
	}
	found, err := readPage(ctx, s.Queries.db, nil, "SELECT status, count(*) FROM messages"+where+" GROUP BY status", args,
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
		where, fixed = and(where, "user_id IN ("+placeholders(len(users))+")"), append(fixed, anys(users)...)
	}
	query := `SELECT id, provider_id, provider_ref, callback_id, number, destination, body, message_id, user_id, sent_at, received_at
FROM inbound NOT INDEXED` + where + " ORDER BY id LIMIT " + strconv.Itoa(reportPage)
	var after int64
	for {
		page, err := readPage(ctx, s.Queries.db, nil, query, append([]any{after}, fixed...), func(rows *sql.Rows, in *Inbound) error {
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
