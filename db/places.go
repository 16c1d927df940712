package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"textdesk/sms"
)

// A place is a table in which a number may stand anywhere, so that all of it has
// to be looked through.
type place struct {
	table, key string
	columns    []string // that are looked through for the number
	typed      bool     // by people, in whatever way they write numbers
	named      string   // the column that may be a name and nothing else
	mentions   string   // the column in which a name may stand beside other things
	only       string   // condition
	clear      string   // SET clause; "" deletes the row
}

// places are the tables that are looked through, in this order. What a step of
// an erasure has come to is an index into it, so new ones come last.
var places = []place{
	{table: "batch_skips", key: "batch_id", columns: []string{"typed"}, typed: true, mentions: "typed", clear: "typed = '', reason = 'The person was erased.'"},
	{table: "callbacks", key: "id", columns: []string{"body", "query", "path", "header", "problem"}, only: "state <> 0",
		clear: "body = x'', query = '', header = '{}', problem = ''"},
	{table: "audit", key: "id", columns: []string{"subject", "detail"}, typed: true, named: "subject", clear: "subject = 'somebody who was erased', detail = ''"},
	{table: "api_calls", key: "id", columns: []string{"parameters", "answer"}, clear: "parameters = '[]', answer = ''"},
	{table: "recurring_runs", key: "id", columns: []string{"reason"}, typed: true, clear: "reason = ''"},
	{table: "contact_changes", key: "id", columns: []string{"detail"}, typed: true, mentions: "detail", clear: "detail = '[]'"},
	{table: "book_jobs", key: "id", columns: []string{"filter"}, typed: true, mentions: "filter", only: "state <> 'running'", clear: "filter = '{}'"},
	{table: "imports", key: "id", columns: []string{"findings", "reason"}, typed: true, clear: "findings = '{}', reason = ''"},
	{table: "import_rows", key: "import_id", columns: []string{"cells", "problem"}, typed: true, mentions: "cells", clear: "cells = '', problem = 'The person was erased.'"},
	{table: "import_changed", key: "import_id", columns: []string{"was"}, typed: true},
	{table: "approvals", key: "batch_id", columns: []string{"note"}, typed: true, clear: "note = ''"},
	{table: "message_fields", key: "message_id", columns: []string{"fields"}, typed: true, mentions: "fields"},
	{table: "forward_attempts", key: "id", columns: []string{"answer"}, typed: true, mentions: "answer", clear: "answer = ''"},
	{table: "conversation_lines", key: "id", columns: []string{"body"}, typed: true, mentions: "body", only: "body <> ''", clear: "body = 'The person was erased.'"},
	{table: "reply_drafts", key: "conversation_id", columns: []string{"body"}, typed: true, mentions: "body", only: "body <> ''"},
	{table: "report_mails", key: "id", columns: []string{"search", "sender"}, typed: true}, // a report about them
}

// Places is how many tables are looked through for a number.
func Places() int { return len(places) }

// placeSpan is how many keys are looked through at a time.
const placeSpan = 20_000

// enoughDigits is from how many digits on a number is not found by chance within
// others.
const enoughDigits = 9

// FindInPlace looks through the next part of a table for a number, and for rows
// that bear one of the names. It returns their keys and how far it has come;
// done says that this was the end.
func (s *Store) FindInPlace(ctx context.Context, at int, after int64, n sms.MSISDN, names []string) (keys []int64, to int64, done bool, err error) {
	p := places[at]
	where, args := p.holds(n, names)
	var last sql.NullInt64
	if err := s.reads.QueryRowContext(ctx, "SELECT MAX("+p.key+") FROM "+p.table).Scan(&last); err != nil {
		return nil, 0, false, fmt.Errorf("look through %s: %w", p.table, err)
	}
	to = after + placeSpan
	if to >= last.Int64 {
		to, done = last.Int64, true
	}
	keys, err = readRows(ctx, s.reads, scanID, "SELECT DISTINCT "+p.key+" FROM "+p.table+" WHERE "+p.key+" > ? AND "+p.key+" <= ? AND "+where, append([]any{after, to}, args...)...)
	if err != nil {
		return nil, 0, false, fmt.Errorf("look through %s: %w", p.table, err)
	}
	return keys, to, done, nil
}

// holds is the condition that a row has the number or one of the names.
func (p place) holds(n sms.MSISDN, names []string) (where string, args []any) {
	digits := n.National()
	if len(digits) < enoughDigits && !p.typed {
		digits = n.Digits()
	}
	var any []string
	for _, c := range p.columns {
		if p.typed {
			c = digitsOf(c)
		}
		any, args = append(any, "instr("+c+", ?) > 0"), append(args, digits)
	}
	for _, name := range names {
		if p.named != "" && name != "" {
			any, args = append(any, p.named+" = ?"), append(args, name)
		}
		if p.mentions != "" && strings.Contains(name, " ") { // a first name alone is many people's
			any, args = append(any, "instr("+p.mentions+", ?) > 0"), append(args, name)
		}
	}
	where = "(" + strings.Join(any, " OR ") + ")"
	if p.only != "" {
		where += " AND " + p.only
	}
	return where, args
}

// ClearInPlace takes the content out of rows that [Store.FindInPlace] found.
func (tx *Tx) ClearInPlace(ctx context.Context, at int, keys []int64, n sms.MSISDN, names []string) (err error) {
	if len(keys) == 0 {
		return nil
	}
	p := places[at]
	if p.table == "audit" {
		end, err := tx.clearAudit(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
	}
	where, args := p.holds(n, names) // one key may have several rows
	do := "UPDATE " + p.table + " SET " + p.clear
	if p.clear == "" {
		do = "DELETE FROM " + p.table
	}
	_, err = tx.alter(ctx, "clear "+p.table, do+" WHERE "+p.key+" IN (SELECT value FROM json_each(?)) AND "+where, append([]any{idList(keys)}, args...)...)
	return err
}

// mergePages is how many pages of the index of words are written anew at a time.
const mergePages = 400

// clearAudit lets this transaction take something out of the audit log, until
// end is called.
func (tx *Tx) clearAudit(ctx context.Context) (end func() error, err error) {
	if _, err := tx.alter(ctx, "open the audit log", "INSERT INTO audit_clearing (id) VALUES (1)"); err != nil {
		return nil, err
	}
	return func() error {
		_, err := tx.alter(ctx, "close the audit log", "DELETE FROM audit_clearing")
		return err
	}, nil
}
