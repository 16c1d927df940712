package db

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// table is what both engines must agree on.
type table struct{ columns, keys, indexes []string }

var (
	comment     = regexp.MustCompile(`--[^\n]*`)
	createTable = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)[^;]*;`)
	createFTS   = regexp.MustCompile(`CREATE VIRTUAL TABLE (\w+) USING fts5 \((\w+),`)
	addColumn   = regexp.MustCompile(`ALTER TABLE (\w+) ADD COLUMN (\w+)([^;]*);`)
	createIndex = regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX (\w+) ON (\w+) (.*?);`)
	reference   = regexp.MustCompile(`^(\w+) .*REFERENCES (\w+) \((\w+)\)`)
)

// readSchema reads the tables of one engine's migrations.
func readSchema(t *testing.T, engine string) map[string]*table {
	t.Helper()
	names, err := os.ReadDir("migrations/" + engine)
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	all := map[string]*table{}
	for _, name := range names {
		raw, err := os.ReadFile("migrations/" + engine + "/" + name.Name())
		if err != nil {
			t.Fatal(err)
		}
		text := comment.ReplaceAllString(string(raw), "")
		for _, m := range createTable.FindAllStringSubmatch(text, -1) {
			tb := &table{}
			for line := range strings.Lines(m[2]) {
				line = strings.TrimSuffix(strings.TrimSpace(line), ",")
				word, _, _ := strings.Cut(line, " ")
				switch word {
				case "":
				case "UNIQUE", "PRIMARY", "CHECK", "OR", "AND":
					tb.keys = append(tb.keys, line)
				default:
					tb.columns = append(tb.columns, word+nullness(line)+reading(line))
				}
			}
			all[m[1]] = tb
		}
		for _, m := range createFTS.FindAllStringSubmatch(text, -1) {
			all[m[1]] = &table{columns: []string{m[2]}}
		}
		for _, m := range addColumn.FindAllStringSubmatch(text, -1) {
			all[m[1]].columns = append(all[m[1]].columns, m[2]+nullness(m[3])+reading(m[3]))
		}
		for _, m := range createIndex.FindAllStringSubmatch(text, -1) {
			all[m[2]].indexes = append(all[m[2]].indexes, m[1]+" "+m[3])
		}
	}
	return all
}

func nullness(line string) string {
	if strings.Contains(line, "NOT NULL") || strings.Contains(line, "PRIMARY KEY") {
		return " not null"
	}
	return ""
}

// reading keeps what must be equal of a column besides its type: defaults,
// checks and uniqueness.
func reading(line string) string {
	var kept []string
	for _, pattern := range []string{`DEFAULT \S+`, `CHECK \(.*\)`, `UNIQUE`} {
		if m := regexp.MustCompile(pattern).FindString(line); m != "" && !strings.Contains(m, "BY DEFAULT") && !strings.Contains(m, "AS IDENTITY") {
			kept = append(kept, m)
		}
	}
	return " " + strings.Join(kept, " ")
}

func TestBothEnginesHaveTheSameSchema(t *testing.T) {
	lite, pg := readSchema(t, "sqlite"), readSchema(t, "postgres")
	if len(lite) < 14 {
		t.Fatalf("only %d tables were read", len(lite))
	}
	for name, l := range lite {
		p := pg[name]
		if p == nil {
			t.Errorf("PostgreSQL has no table %s", name)
			continue
		}
		clean := func(columns []string) []string {
			var out []string
			for _, c := range columns {
				c = strings.ReplaceAll(c, "DEFAULT AS", "")
				if slices.Contains(WordIndexes, name) { // an index of SQLite's own on the one side
					c, _, _ = strings.Cut(c, " ")
					if c == "rowid" {
						continue
					}
				}
				out = append(out, strings.TrimSpace(c))
			}
			return out
		}
		if a, b := clean(l.columns), clean(p.columns); !slices.Equal(a, b) {
			t.Errorf("table %s has the columns\n%q in SQLite and\n%q in PostgreSQL", name, a, b)
		}
		if !slices.Equal(l.keys, p.keys) {
			t.Errorf("table %s has the keys %q in SQLite and %q in PostgreSQL", name, l.keys, p.keys)
		}
		if !slices.Equal(l.indexes, p.indexes) {
			t.Errorf("table %s has the indexes %q in SQLite and %q in PostgreSQL", name, l.indexes, p.indexes)
		}
	}
	for name := range pg {
		if lite[name] == nil {
			t.Errorf("SQLite has no table %s", name)
		}
	}
}

func TestEveryReferenceHasAnIndex(t *testing.T) {
	s := open(t)
	rows, err := s.read.Query(`SELECT m.name, f."from", f."table" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var from, column, to string
		if err := rows.Scan(&from, &column, &to); err != nil {
			t.Fatal(err)
		}
		n++
		var indexes int
		// Where it is not the first column of an index, it may be of the primary key.
		err := s.read.QueryRow(`SELECT count(*) FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i WHERE i.seqno = 0 AND i.name = ?`, from, column).Scan(&indexes)
		if err != nil {
			t.Fatal(err)
		}
		if indexes == 0 {
			t.Errorf("%s.%s refers to %s and has no index", from, column, to)
		}
	}
	if n < 20 || rows.Err() != nil {
		t.Errorf("%d references were found: %v", n, rows.Err())
	}
}

// plan returns how SQLite would run a query, and the parts of it that cost more
// than they should: reading a whole table or sorting.
func plan(t *testing.T, s *Store, query string, args ...any) (whole string, bad []string) {
	t.Helper()
	rows, err := s.read.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		whole += detail + "\n"
		scan := strings.HasPrefix(detail, "SCAN") && !strings.HasPrefix(detail, "SCAN json_each") && !strings.Contains(detail, "USING INDEX") &&
			!strings.Contains(detail, "CONSTANT ROW") && !strings.HasPrefix(detail, "SCAN waiting") && !strings.HasPrefix(detail, "SCAN w") && !strings.HasPrefix(detail, "SCAN (subquery")
		if scan || strings.Contains(detail, "TEMP B-TREE") {
			bad = append(bad, detail)
		}
	}
	return whole, bad
}

func TestPlansOfTheHotQueries(t *testing.T) {
	s := open(t)
	for name, q := range map[string]struct{ query, uses string }{
		"claim single":     {strings.SplitN(claimSingle, "RETURNING", 2)[0], "messages_due "},
		"claim bulk":       {strings.SplitN(claimBulk, "RETURNING", 2)[0], "messages_due_bulk "},
		"waiting batches":  {waitingBatches, "messages_due_bulk "},
		"next single":      {nextSingle, "messages_due "},
		"next bulk":        {nextBulk, "messages_due_bulk "},
		"due for poll":     {dueForPoll, "messages_poll "},
		"submitting":       {submitting, "messages_submitting "},
		"due scheduled":    {dueScheduled, "messages_scheduled "},
		"next scheduled":   {nextScheduled, "messages_scheduled"},
		"by reference":     {partsByReference, "parts_reference "},
		"messages in":      {messagesIn, "messages_status "},
		"of a batch":       {messagesOfBatch, "messages_batch "},
		"waiting in batch": {messagesWaitingInBatch, "messages_batch "},
		"first of batch":   {firstMessageOfBatch, "messages_batch "},
		"last message to":  {lastMessageTo, "messages_number "},
		"messages to":      {messagesTo, "messages_number "},
		"by part id":       {messageByPartID, "INTEGER PRIMARY KEY"},
		"events":           {events, "events_message "},
		"held batches":     {heldBatches, "batches_held"},
		"paused batches":   {pausedBatches, "batches_paused"},
		"time given back":  {waitingAfter, "messages_batch "},
		"sent again":       {batchesAgainOf, "batches_again_of "},
		"not reached":      {notReached, "messages_batch "},
		"how many not":     {countNotReached, "messages_batch "},
		"number":           {numberByAddress, "numbers_address "},
		"only number":      {firstNumbersOf, "numbers_provider "},
		"forwards due":     {forwardsDue, "forwards_due "},
		"forwards of":      {forwardsOlder, "forwards_number "},
		"given up of":      {forwardsGivenUpOlder, "forwards_given_up "},
		"forwards waiting": {countForwardsWaiting, "forwards_due "},
		"forwards failing": {failing, "forwards_failing "},
		"failing last":     {lastFailing, "forwards_failing "},
		"given up since":   {givenUpSince, "forwards_given_up_at "},
		"given up last":    {lastGivenUp, "forwards_given_up_at "},
		"attempts":         {attempts, "forward_attempts_forward "},
		"callbacks":        {waitingCallbacks, "callbacks_waiting"},
		"unread":           {unreadCallbacks, "callbacks_unread "},
		"unread of":        {unreadCallbacksOf, "callbacks_unread_of "},
		"count unread of":  {countUnreadCallbacksOf, "callbacks_unread_of "},
		"last callback":    {lastCallback, "callbacks_provider "},
		"older callbacks":  {callbacksOlder, "callbacks_provider "},
		"by references":    {partsByReferences, "parts_reference "},
		"parts of":         {strings.TrimSuffix(partsOfMessages, " ORDER BY message_id, part"), "PRIMARY KEY"},
		"messages of":      {messagesOf, "INTEGER PRIMARY KEY"},
		"early receipts":   {strings.SplitN(takeEarlyReceipts, "RETURNING", 2)[0], "PRIMARY KEY"},
		"suppressed":       {suppressedOf, "sqlite_autoindex_suppressions"},
		"submit key":       {batchBySubmitKey, "sqlite_autoindex_batches"},
		"session":          {session, "sqlite_autoindex_sessions"},
		"token":            {aPIKeyByHash, "sqlite_autoindex_api_keys"},
		"received after":   {inboundAfter, "inbound_user "},
	} {
		args := make([]any, max(strings.Count(q.query, "?"), len(regexp.MustCompile(`\$\d`).FindAllString(q.query, -1))))
		for i := range args {
			args[i] = 1
		}
		whole, bad := plan(t, s, q.query, args...)
		if len(bad) > 0 || !strings.Contains(whole, q.uses) {
			t.Errorf("%s: %q is not what it should be:\n%s", name, bad, whole)
		}
	}
}

func TestPlansOfPages(t *testing.T) {
	s := open(t)
	for name, f := range map[string]MessageFilter{
		"all":             {},
		"older":           {Before: 5},
		"newer":           {After: 5, oldestFirst: true},
		"one user":        {Users: []int64{1}},
		"three users":     {Users: []int64{1, 2, 3}},
		"status":          {Statuses: statuses(1)},
		"statuses":        {Statuses: statuses(4), Before: 7},
		"users, statuses": {Users: []int64{1, 2}, Statuses: statuses(3)},
		"batch":           {BatchID: 3, Before: 8},
		"batch, status":   {BatchID: 3, Statuses: statuses(2)},
		"days":            {From: 1, To: 2},
		"everything":      {Users: []int64{1, 2}, Statuses: statuses(2), BatchID: 3, From: 4, Before: 6},
	} {
		f.Limit = 50
		query, args := f.query(messageColumns)
		whole, bad := plan(t, s, query, args...)
		// A page that is merged from several is sorted in the end: 50 rows of each.
		merged := len(f.Users) > 1 || len(f.Statuses) > 1
		for _, b := range bad {
			if strings.HasPrefix(b, "SCAN messages") && (name == "all" || name == "days") || merged && strings.Contains(b, "TEMP B-TREE FOR ORDER BY") {
				continue // in the order of ids, until the page is full
			}
			t.Errorf("%s: %s\n%s\n%s", name, b, whole, query)
		}
	}
}

func TestManyUsersAndStatuses(t *testing.T) {
	s := open(t)
	f := MessageFilter{Limit: 50, Statuses: statuses(12)}
	for i := range int64(2000) {
		f.Users = append(f.Users, i+1)
	}
	if _, err := s.FindMessages(t.Context(), f); err != nil {
		t.Error(err)
	}
	query, _ := f.query(messageColumns)
	if _, bad := plan(t, s, query, slices.Repeat([]any{fmt.Sprint("[1]")}, strings.Count(query, "?"))...); slices.ContainsFunc(bad, func(b string) bool { return strings.Contains(b, "TEMP B-TREE") }) {
		t.Errorf("it sorts everything: %q", bad)
	}
}
