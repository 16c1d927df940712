package db

import (
	"context"
	"fmt"
	"strings"
)

// proofs are the sentences that must be true of a store, each with a query that
// finds what contradicts it: who or what, what is written, what it should be.
var proofs = []struct{ sentence, query string }{
	{"the balance of user %s is %s, but the ledger says %s", `
SELECT u.username, u.balance, COALESCE(SUM(e.amount), 0) FROM users u LEFT JOIN credit_entries e ON e.user_id = u.id
GROUP BY u.id HAVING u.balance <> COALESCE(SUM(e.amount), 0)`},
	{"the reserved credits of user %s are %s, but the ledger says %s", `
SELECT u.username, u.reserved, COALESCE(SUM(e.reserved), 0) FROM users u LEFT JOIN credit_entries e ON e.user_id = u.id
GROUP BY u.id HAVING u.reserved <> COALESCE(SUM(e.reserved), 0)`},
	{"the reserved credits of user %s are %s, but their messages hold %s", `
SELECT * FROM (SELECT u.username, u.reserved AS kept, COALESCE(m.held, 0) + COALESCE(s.held, 0) AS held FROM users u
LEFT JOIN (SELECT user_id, SUM(credits) AS held FROM messages WHERE paid = 0 GROUP BY user_id) m ON m.user_id = u.id
LEFT JOIN (SELECT user_id, SUM(staged_credits) AS held FROM batches GROUP BY user_id) s ON s.user_id = u.id) WHERE kept <> held`},
	{"what was reserved for send %s is %s, but its messages hold %s", `
SELECT b.id, COALESCE(e.reserved, 0), COALESCE(m.held, 0) + b.staged_credits FROM batches b
LEFT JOIN (SELECT batch_id, SUM(reserved) AS reserved FROM credit_entries GROUP BY batch_id) e ON e.batch_id = b.id
LEFT JOIN (SELECT batch_id, SUM(credits) AS held FROM messages WHERE paid = 0 GROUP BY batch_id) m ON m.batch_id = b.id
WHERE COALESCE(e.reserved, 0) <> COALESCE(m.held, 0) + b.staged_credits`},
	{"send %s has taken %s credits, but its messages cost %s", `
SELECT b.id, COALESCE(-e.amount, 0), COALESCE(m.cost, 0) + b.staged_credits FROM batches b
LEFT JOIN (SELECT batch_id, SUM(amount) AS amount FROM credit_entries GROUP BY batch_id) e ON e.batch_id = b.id
LEFT JOIN (SELECT batch_id, SUM(credits) AS cost FROM messages WHERE paid <> 2 GROUP BY batch_id) m ON m.batch_id = b.id
WHERE COALESCE(-e.amount, 0) <> COALESCE(m.cost, 0) + b.staged_credits`},
	{"transfers between users add up to %s, and not to %s%s", `
SELECT SUM(amount), '0', '' FROM credit_entries WHERE kind = 'transfer' HAVING SUM(amount) <> 0`},
	{"send %s counts %s recipients, but has %s messages", `
SELECT b.id, b.recipients, COALESCE(m.n, 0) + b.n_staged FROM batches b LEFT JOIN (SELECT batch_id, count(*) AS n FROM messages GROUP BY batch_id) m ON m.batch_id = b.id
WHERE b.recipients <> COALESCE(m.n, 0) + b.n_staged`},
	{"send %s has %s messages to write, but its draft has %s", `
SELECT * FROM (SELECT b.id, b.n_staged || ' for ' || b.staged_credits AS kept, COALESCE(c.people, 0) || ' for ' || COALESCE(c.credits, 0) AS drafted FROM batches b
LEFT JOIN (SELECT a.batch_id, SUM(c.people) AS people, SUM(c.credits) AS credits FROM acceptances a JOIN draft_chunks c ON c.draft_id = a.draft_id AND c.chunk >= a.chunk
  GROUP BY a.batch_id) c ON c.batch_id = b.id) WHERE kept <> drafted`},
	{"the counters of send %s are %s, but its messages say %s", `
SELECT * FROM (SELECT b.id, b.n_scheduled || ' ' || b.n_queued || ' ' || b.n_submitting || ' ' || b.n_submitted || ' ' || b.n_sent || ' ' || b.n_delivered || ' ' ||
  b.n_failed || ' ' || b.n_expired || ' ' || b.n_cancelled || ' ' || b.n_suppressed || ' ' || b.n_in_doubt || ' ' || b.n_unknown AS counted,
  (m.n0 + CASE a.scheduled WHEN 1 THEN b.n_staged ELSE 0 END) || ' ' || (m.n1 + CASE a.scheduled WHEN 0 THEN b.n_staged ELSE 0 END) || ' ' || m.n2 || ' ' || m.n3 || ' ' || m.n4 || ' ' || m.n5 || ' ' || m.n6 || ' ' || m.n7 || ' ' || m.n8 || ' ' || m.n9 || ' ' || m.n10 || ' ' || m.n11 AS found
FROM batches b JOIN (SELECT batch_id, SUM(status = 0) AS n0, SUM(status = 1) AS n1, SUM(status = 2) AS n2, SUM(status = 3) AS n3, SUM(status = 4) AS n4,
  SUM(status = 5) AS n5, SUM(status = 6) AS n6, SUM(status = 7) AS n7, SUM(status = 8) AS n8, SUM(status = 9) AS n9, SUM(status = 10) AS n10, SUM(status = 11) AS n11
  FROM messages GROUP BY batch_id) m ON m.batch_id = b.id LEFT JOIN acceptances a ON a.batch_id = b.id) WHERE counted <> found`},
	{"the counters of %s are %s, but its sends say %s", `
SELECT 'user ' || user_id || ' on ' || day,` + sums("counted") + `,` + sums("found") + `
FROM (SELECT user_id, day, messages AS counted_0, parts AS counted_1, ` + columnsAs("counted") + `, 0 AS found_0, 0 AS found_1, ` + noneAs("found") + ` FROM day_counts
  UNION ALL SELECT user_id, day, 0, 0, ` + noneAs("") + `, recipients, parts, ` + columnsAs("") + ` FROM batches)
GROUP BY user_id, day HAVING ` + sums("counted") + ` <> ` + sums("found")},
	{"the sends of %s have cost %s credits by their counters, but the ledger says %s", `
SELECT 'user ' || user_id || ' on ' || day, SUM(counted), SUM(found) FROM (SELECT user_id, day, credits AS counted, 0 AS found FROM day_counts
  UNION ALL SELECT b.user_id, b.day, 0, -e.amount FROM credit_entries e JOIN batches b ON b.id = e.batch_id)
GROUP BY user_id, day HAVING SUM(counted) <> SUM(found)`},
	{"%s received %s texts by the counter, but %s are there", `
SELECT 'user ' || user_id || ' on ' || day, SUM(counted), SUM(found) FROM (SELECT user_id, day, replies AS counted, 0 AS found FROM day_counts
  UNION ALL SELECT COALESCE(user_id, 0), day, 0, 1 FROM inbound)
GROUP BY user_id, day HAVING SUM(counted) <> SUM(found)`},
	{"message %s stands at status %s, which does not go with its credits (%s)", `
SELECT id, status, CASE paid WHEN 0 THEN 'reserved' WHEN 1 THEN 'spent' ELSE 'given back' END FROM messages
WHERE credits > 0 AND NOT CASE WHEN status IN (0, 1, 2, 10) THEN paid = 0 WHEN status IN (3, 4, 5, 11) THEN paid = 1
  WHEN status = 9 THEN paid = 2 ELSE paid IN (1, 2) END`},
	{"message %s has a number (%s) that another message of its send has too%s", `
SELECT MAX(id), number, '' FROM messages GROUP BY batch_id, number HAVING count(*) > 1`},
	{"the address book of user %s counts %s, but has %s contacts (all and in no group)", `
SELECT u.username, COALESCE(b.contacts, 0) || ' ' || COALESCE(b.ungrouped, 0), COALESCE(c.n, 0) || ' ' || COALESCE(c.alone, 0) FROM users u
LEFT JOIN address_books b ON b.user_id = u.id
LEFT JOIN (SELECT user_id, count(*) AS n, SUM(n_groups = 0) AS alone FROM contacts GROUP BY user_id) c ON c.user_id = u.id
WHERE COALESCE(b.contacts, 0) <> COALESCE(c.n, 0) OR COALESCE(b.ungrouped, 0) <> COALESCE(c.alone, 0)`},
	{"group %s counts %s members, but has %s", `
SELECT g.id, g.members, COALESCE(m.n, 0) FROM groups g LEFT JOIN (SELECT group_id, count(*) AS n FROM group_members GROUP BY group_id) m ON m.group_id = g.id
WHERE g.members <> COALESCE(m.n, 0)`},
	{"contact %s counts %s groups, but is in %s", `
SELECT c.id, c.n_groups, COALESCE(m.n, 0) FROM contacts c LEFT JOIN (SELECT contact_id, count(*) AS n FROM group_members GROUP BY contact_id) m ON m.contact_id = c.id
WHERE c.n_groups <> COALESCE(m.n, 0)`},
	{"list %s counts %s lines, but has %s", `
SELECT l.id, l.entries, COALESCE(e.n, 0) FROM lists l LEFT JOIN (SELECT list_id, count(*) AS n FROM list_entries GROUP BY list_id) e ON e.list_id = l.id
WHERE l.entries <> COALESCE(e.n, 0)`},
}

// counterColumns are the counters by status that batches and days have.
var counterColumns = []string{"n_scheduled", "n_queued", "n_submitting", "n_submitted", "n_sent", "n_delivered", "n_failed", "n_expired", "n_cancelled",
	"n_suppressed", "n_in_doubt", "n_unknown"}

// columnsAs selects the counters under numbered names, noneAs zeros in their
// place, and sums writes the sums of such columns in a row: "5 5 0 0 5 …".
func columnsAs(name string) string {
	return numbered(name, func(column string) string { return column })
}

func noneAs(name string) string { return numbered(name, func(string) string { return "0" }) }

func numbered(name string, value func(column string) string) string {
	var parts []string
	for i, column := range counterColumns {
		part := value(column)
		if name != "" {
			part += fmt.Sprintf(" AS %s_%d", name, i+2)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func sums(name string) string {
	var parts []string
	for i := range len(counterColumns) + 2 {
		parts = append(parts, fmt.Sprintf("SUM(%s_%d)", name, i))
	}
	return " " + strings.Join(parts, " || ' ' || ")
}

// problemLimit is how many contradictions of one kind are listed.
const problemLimit = 20

// Check compares everything that is kept twice, and asks SQLite whether the file
// is whole. It returns a sentence for each contradiction. It reads the whole
// store, and holds nobody up.
func (s *Store) Check(ctx context.Context) (problems []string, err error) {
	// One transaction, so that all of it is of the same instant.
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	find := func(sentence, query string) error {
		rows, err := tx.QueryContext(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for n := 0; rows.Next(); n++ {
			values, into := make([]string, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			if n == problemLimit {
				problems = append(problems, "and more of the same")
				break
			}
			problems = append(problems, fmt.Sprintf(sentence, anys(values)...))
		}
		return rows.Err()
	}
	for _, p := range proofs {
		if err := find(p.sentence, p.query); err != nil {
			return nil, fmt.Errorf("check that not %s: %w", strings.ReplaceAll(p.sentence, "%s", "…"), err)
		}
	}
	// SQLite's own check of an index of words goes by what this connection last
	// saw of it, which another has changed since, unless it is asked something.
	for _, index := range WordIndexes {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+index+" WHERE "+index+" MATCH ?", `"~~~"`).Scan(&n); err != nil {
			return nil, fmt.Errorf("check the index %s: %w", index, err)
		}
	}
	var verdict string
	if err := tx.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return nil, fmt.Errorf("check the file: %w", err)
	}
	if verdict != "ok" {
		problems = append(problems, "the database file is damaged: "+verdict)
	}
	broken, err := tx.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return nil, fmt.Errorf("check references: %w", err)
	}
	defer broken.Close()
	for n := 0; broken.Next() && n < problemLimit; n++ {
		var table, parent string
		var rowid, key any
		if err := broken.Scan(&table, &rowid, &parent, &key); err != nil {
			return nil, fmt.Errorf("check references: %w", err)
		}
		problems = append(problems, fmt.Sprintf("a row of %s refers to one of %s that is not there", table, parent))
	}
	return problems, broken.Err()
}

// RowCounts counts the rows of every table. It reads the whole database.
func (s *Store) RowCounts(ctx context.Context) (map[string]int64, error) {
	names, err := s.tables(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, name := range names {
		var n int64
		if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM "`+name+`"`).Scan(&n); err != nil {
			return nil, fmt.Errorf("count rows: %w", err)
		}
		counts[name] = n
	}
	return counts, nil
}

// tables names the tables that are not of a search index.
func (s *Store) tables(ctx context.Context) (names []string, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list tables: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
