package db

import (
	"context"
	"database/sql"
	"fmt"

	"textdesk/sms"
)

// ForwardTry is one try to forward a text, or that there was none yet.
type ForwardTry struct {
	ID, InboundID         int64
	UserID                ID // whose the text is
	To                    string
	ReceivedAt            Millis
	State                 int64
	Reason                string
	At                    Millis // 0 for not tried
	Method, Host, Problem string
	Answered              int64
}

// forwardsRead is how many forwards are read at a time.
const forwardsRead = 500

// EachForwardOf calls do for every try to forward a text from a number, in the
// order in which the texts came.
func (s *Store) EachForwardOf(ctx context.Context, number sms.MSISDN, do func(ForwardTry) error) error {
	for after := int64(0); ; {
		tries, err := readRows(ctx, s.reads, func(rows *sql.Rows) (t ForwardTry, err error) {
			err = rows.Scan(&t.ID, &t.InboundID, &t.UserID, &t.To, &t.ReceivedAt, &t.State, &t.Reason, &t.At, &t.Method, &t.Host, &t.Problem, &t.Answered)
			return t, err
		}, `SELECT f.id, i.id, i.user_id, i.destination, i.received_at, f.state, f.reason, COALESCE(a.at, 0), COALESCE(a.method, ''), COALESCE(a.host, ''), COALESCE(a.problem, ''), COALESCE(a.answered, 0)
FROM (SELECT f.id FROM inbound i CROSS JOIN forwards f ON f.inbound_id = i.id WHERE i.number = ? AND f.id > ? ORDER BY f.id LIMIT ?) page
CROSS JOIN forwards f ON f.id = page.id JOIN inbound i ON i.id = f.inbound_id LEFT JOIN forward_attempts a ON a.forward_id = f.id ORDER BY f.id, a.id`, string(number), after, forwardsRead)
		if err != nil {
			return fmt.Errorf("read forwards: %w", err)
		}
		if len(tries) == 0 {
			return nil
		}
		for _, t := range tries {
			if err := do(t); err != nil {
				return err
			}
		}
		after = tries[len(tries)-1].ID
	}
}
