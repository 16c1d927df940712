package db

import (
	"context"
	"fmt"

	"textdesk/sms"
)

// The counters of a day move in the transaction that moves what they count, so
// they are right at every instant; Check proves it.

// whoseDay is one row of the counters.
type whoseDay struct{ userID, day int64 }

// What callers fill in; the generated queries themselves would not count.
type (
	InsertBatchParams   = insertBatchParams
	InsertInboundParams = insertInboundParams
)

// InsertBatch stores a new batch and counts it on its day.
func (tx *Tx) InsertBatch(ctx context.Context, b InsertBatchParams) error {
	if err := tx.insertBatch(ctx, b); err != nil {
		return err
	}
	return tx.addToDay(ctx, addToDayParams{UserID: b.UserID, Day: b.Day, Messages: b.Recipients, Parts: b.Parts, Credits: b.Credits,
		NScheduled: b.NScheduled, NQueued: b.NQueued})
}

// BatchCount is what moves in the counters of a batch and of its day.
type BatchCount struct {
	BatchID int64
	// ByStatus is how many messages more, or less, stand in each status.
	ByStatus [sms.StatusCount]int64
	// Released are the credits that went back.
	Released int64
}

// CountBatches moves the counters of batches and of their days. Those of a day
// move once, however many of its batches there are: with single texts, every
// message is a batch.
func (tx *Tx) CountBatches(ctx context.Context, counts []BatchCount) error {
	days := map[whoseDay]*addToDayParams{}
	for _, c := range counts {
		n := c.ByStatus
		of, err := tx.countBatch(ctx, countBatchParams{ID: c.BatchID,
			Scheduled: n[sms.Scheduled], Queued: n[sms.Queued], Submitting: n[sms.Submitting], Submitted: n[sms.Submitted],
			Sent: n[sms.Sent], Delivered: n[sms.Delivered], Failed: n[sms.Failed], Expired: n[sms.Expired],
			Cancelled: n[sms.Cancelled], Suppressed: n[sms.Suppressed], InDoubt: n[sms.InDoubt], Unknown: n[sms.Unknown]})
		if err != nil {
			return fmt.Errorf("count batch: %w", err)
		}
		key := whoseDay{of.UserID, of.Day}
		d := days[key]
		if d == nil {
			d = &addToDayParams{UserID: of.UserID, Day: of.Day}
			days[key] = d
		}
		d.add(n)
		d.Credits -= c.Released
	}
	for _, d := range days {
		if err := tx.addToDay(ctx, *d); err != nil {
			return fmt.Errorf("count day: %w", err)
		}
	}
	return nil
}

func (d *addToDayParams) add(n [sms.StatusCount]int64) {
	d.NScheduled += n[sms.Scheduled]
	d.NQueued += n[sms.Queued]
	d.NSubmitting += n[sms.Submitting]
	d.NSubmitted += n[sms.Submitted]
	d.NSent += n[sms.Sent]
	d.NDelivered += n[sms.Delivered]
	d.NFailed += n[sms.Failed]
	d.NExpired += n[sms.Expired]
	d.NCancelled += n[sms.Cancelled]
	d.NSuppressed += n[sms.Suppressed]
	d.NInDoubt += n[sms.InDoubt]
	d.NUnknown += n[sms.Unknown]
}

// InsertInbound stores a received text, counts it on its day and returns its id.
// A repeat of one that is there changes nothing, and its id is 0.
func (tx *Tx) InsertInbound(ctx context.Context, in InsertInboundParams) (int64, error) {
	ids, err := tx.insertInbound(ctx, in)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], tx.addToDay(ctx, addToDayParams{UserID: int64(in.UserID), Day: in.Day, Replies: 1})
}

// DaySum is what happened to the sends of a day, of one user or of several.
type DaySum struct {
	UserID, Day              int64
	Messages, Parts, Credits int64
	ByStatus                 [sms.StatusCount]int64
	Replies                  int64
}

const dayColumns = `messages, parts, credits, n_scheduled, n_queued, n_submitting, n_submitted, n_sent, n_delivered,
  n_failed, n_expired, n_cancelled, n_suppressed, n_in_doubt, n_unknown, replies`

// DayCounts returns the counters of the days from one to another, both
// included, in the order of the days: those of the users, or of everyone when
// users is nil.
func (s *Store) DayCounts(ctx context.Context, users []int64, from, to int64) (found []DaySum, err error) {
	query, args := "SELECT user_id, day, "+dayColumns+" FROM day_counts INDEXED BY day_counts_day WHERE day >= ? AND day <= ?", []any{from, to}
	if len(users) > 0 {
		query = "SELECT user_id, day, " + dayColumns + " FROM day_counts WHERE user_id IN (SELECT value FROM json_each(?)) AND day >= ? AND day <= ?"
		args = []any{idList(users), from, to}
	}
	rows, err := s.reads.QueryContext(ctx, query+" ORDER BY day, user_id", args...)
	if err != nil {
		return nil, fmt.Errorf("read day counts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c DaySum
		into := []any{&c.UserID, &c.Day, &c.Messages, &c.Parts, &c.Credits}
		for i := range c.ByStatus {
			into = append(into, &c.ByStatus[i])
		}
		if err := rows.Scan(append(into, &c.Replies)...); err != nil {
			return nil, fmt.Errorf("read day counts: %w", err)
		}
		found = append(found, c)
	}
	return found, rows.Err()
}
