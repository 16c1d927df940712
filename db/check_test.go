package db

import (
	"context"
	"strings"
	"testing"
)

// TestCheckFindsWhatIsWrong spoils a store whose books are right, one thing at
// a time.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	s := open(t)
	exec := func(statements ...string) {
		t.Helper()
		err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			for _, q := range statements {
				if _, err := tx.db.ExecContext(ctx, q); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO users (id, username, username_key, level, created_at, balance, reserved) VALUES (1, 'sam', 'sam', 'normal', 1, 97, 2)`,
		`INSERT INTO providers (id, name, kind, settings, callback_secret, rate, concurrency, created_at, changed_at) VALUES (1, 'p', 'k', '', '', 0, 1, 1, 1)`,
		`INSERT INTO batches (id, user_id, door, sender, ton, body, send_at, zone, validity, recipients, parts, credits, created_at, n_queued, n_delivered) VALUES (1, 1, 'page', 's', 5, 'b', 1, 'UTC', 1, 3, 3, 3, 1, 2, 1)`,
		`INSERT INTO messages (id, batch_id, user_id, provider_id, number, sender, ton, body, alphabet, parts, credits, status, paid, priority, due_at, expires_at, created_at)
			VALUES (11, 1, 1, 1, '+1', 's', 5, 'b', 0, 1, 1, 1, 0, 1, 1, 1, 1), (12, 1, 1, 1, '+2', 's', 5, 'b', 0, 1, 1, 1, 0, 1, 1, 1, 1), (13, 1, 1, 1, '+3', 's', 5, 'b', 0, 1, 1, 5, 1, 1, 1, 1, 1)`,
		`INSERT INTO credit_entries (id, user_id, at, kind, amount, reserved, batch_id) VALUES (1, 1, 1, 'top_up', 100, 0, NULL), (2, 1, 1, 'reserve', -3, 3, 1), (3, 1, 1, 'settle', 0, -1, 1)`,
		`INSERT INTO inbound (id, provider_id, provider_ref, number, destination, body, user_id, sent_at, received_at, day) VALUES (1, 1, 'a', '+1', 's', 'b', 1, 1, 1, 20260603), (2, 1, 'b', '+1', 's', 'b', NULL, 1, 1, 20260603)`,
		`INSERT INTO day_counts (user_id, day, messages, parts, credits, n_queued, n_delivered, replies) VALUES (1, 0, 3, 3, 3, 2, 1, 0), (1, 20260603, 0, 0, 0, 0, 0, 1), (0, 20260603, 0, 0, 0, 0, 0, 1)`)
	check := func() string {
		t.Helper()
		problems, err := s.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(problems, "\n")
	}
	if got := check(); got != "" {
		t.Fatalf("right books are found wrong:\n%s", got)
	}
	for spoil, c := range map[string]struct{ mend, want string }{
		`UPDATE users SET balance = 98`:               {`UPDATE users SET balance = 97`, "the balance of user sam is 98, but the ledger says 97"},
		`UPDATE users SET reserved = 3`:               {`UPDATE users SET reserved = 2`, "the reserved credits of user sam are 3, but their messages hold 2"},
		`UPDATE batches SET n_queued = 1, n_sent = 1`: {`UPDATE batches SET n_queued = 2, n_sent = 0`, "the counters of send 1 are"},
		`UPDATE day_counts SET n_queued = 1, n_failed = 1 WHERE day = 0`: {`UPDATE day_counts SET n_queued = 2, n_failed = 0 WHERE day = 0`,
			"the counters of user 1 on 0 are 3 3 0 1 0 0 0 1 1 0 0 0 0 0, but its sends say 3 3 0 2 0"},
		`UPDATE day_counts SET messages = 4 WHERE day = 0`: {`UPDATE day_counts SET messages = 3 WHERE day = 0`, "the counters of user 1 on 0 are 4 3 0 2"},
		`UPDATE day_counts SET credits = 2 WHERE day = 0`:  {`UPDATE day_counts SET credits = 3 WHERE day = 0`, "the sends of user 1 on 0 have cost 2 credits by their counters, but the ledger says 3"},
		`UPDATE inbound SET user_id = NULL`:                {`UPDATE inbound SET user_id = 1 WHERE id = 1`, "user 0 on 20260603 received 1 texts by the counter, but 2 are there"},
		`DELETE FROM day_counts WHERE user_id = 0`: {`INSERT INTO day_counts (user_id, day, replies) VALUES (0, 20260603, 1)`,
			"user 0 on 20260603 received 0 texts by the counter, but 1 are there"},
		`UPDATE batches SET recipients = 4`:                        {`UPDATE batches SET recipients = 3`, "send 1 counts 4 recipients, but has 3 messages"},
		`UPDATE messages SET paid = 0 WHERE id = 13`:               {`UPDATE messages SET paid = 1 WHERE id = 13`, "message 13 stands at status 5"},
		`UPDATE messages SET paid = 2 WHERE id = 12`:               {`UPDATE messages SET paid = 0 WHERE id = 12`, "send 1 has taken 3 credits, but its messages cost 2"},
		`UPDATE credit_entries SET reserved = 2 WHERE id = 2`:      {`UPDATE credit_entries SET reserved = 3 WHERE id = 2`, "what was reserved for send 1 is 1"},
		`UPDATE credit_entries SET kind = 'transfer' WHERE id = 1`: {`UPDATE credit_entries SET kind = 'top_up' WHERE id = 1`, "transfers between users add up to 100"},
		`INSERT INTO users (id, username, username_key, level, created_at, balance) VALUES (2, 'kim', 'kim', 'normal', 1, 5)`: {
			`DELETE FROM users WHERE id = 2`, "the balance of user kim is 5, but the ledger says 0"},
	} {
		exec(spoil)
		if got := check(); !strings.Contains(got, c.want) {
			t.Errorf("after %s it says\n%s", spoil, got)
		}
		exec(c.mend)
	}
	if got := check(); got != "" {
		t.Errorf("mended, it says\n%s", got)
	}
}
