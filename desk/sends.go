package desk

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// Which narrows a list of sends to those that stand in some way.
type Which = db.Which

// The ways: all sends; those that wait for their time, the next first; those
// that need somebody, because they are held, paused or in doubt.
const (
	AllSends       = db.AllSends
	PlannedSends   = db.PlannedSends
	UnsettledSends = db.UnsettledSends
)

// SendFilter says which sends a list shows. Zero fields do not filter.
type SendFilter struct {
	// Search is what was typed: words of the text, or a sender.
	Search string
	// By is whose.
	By    int64
	Which Which
	// Before and After are places, as [SendPage] gives them.
	Before, After string
	Limit         int
}

// SendRow is a send as a list shows it.
type SendRow struct {
	Progress
	// Rests is until when it rests in quiet hours, zero where it does not.
	Rests time.Time
}

// SendPage is a page of sends.
type SendPage struct {
	Sends []SendRow
	// Newer and Older are the places from which the pages on either side go on,
	// "" where there is none. Of planned sends Newer are the sooner ones.
	Newer, Older string
}

// Sends returns a page of the sends that the actor may see, newest first; the
// planned in the order of their times.
func (d *Desk) Sends(ctx context.Context, a Actor, f SendFilter) (SendPage, error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return SendPage{}, err
	}
	if f.By != 0 {
		if users != nil && !contains(users, f.By) {
			return SendPage{}, nil
		}
		users = []int64{f.By}
	}
	where := db.BatchFilter{Users: users, Which: f.Which, Before: placeOfSend(f.Before), After: placeOfSend(f.After), Limit: f.Limit + 1}
	if where.Words = tidy(strings.ReplaceAll(f.Search, "\x00", " ")); where.Words != "" {
		set, err := d.Settings(ctx)
		if err != nil {
			return SendPage{}, err
		}
		if s, err := sms.ParseSender(where.Words, set.Country); err == nil {
			where.Sender = s.Address
		}
	}
	found, err := d.store.FindBatches(ctx, where)
	if err != nil {
		return SendPage{}, err
	}
	more := len(found) > f.Limit
	if more && f.After != "" {
		found = found[1:]
	} else if more {
		found = found[:f.Limit]
	}
	page := SendPage{}
	if n := len(found); n > 0 {
		if f.After != "" && more || f.Before != "" {
			page.Newer = sendPlace(found[0])
		}
		if f.After != "" || more {
			page.Older = sendPlace(found[n-1])
		}
	}
	page.Sends, err = d.sendRows(ctx, a, found)
	return page, err
}

// sendRows adds what a list says of sends beside what they count themselves.
func (d *Desk) sendRows(ctx context.Context, a Actor, found []db.Batch) ([]SendRow, error) {
	names, err := d.names(ctx, a)
	if err != nil {
		return nil, err
	}
	quiet, now, err := d.quietNow(ctx, d.store.Queries)
	if err != nil {
		return nil, err
	}
	var rests time.Time
	if quiet.At(now) {
		rests = quiet.Opens(now)
	}
	stopped, err := d.pausedProviders(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]SendRow, len(found))
	for i, b := range found {
		r := SendRow{Progress: Progress{Batch: b, By: names[b.UserID], PausedBy: names[int64(b.PausedBy)]}}
		if b.Recipients > 1 && b.NQueued > 0 {
			r.Rests = rests
		}
		if b.StoppedAt > 0 || WaitsForApproval(b) { // it may have been returned
			if r.Decision, err = d.decision(ctx, b.ID); err != nil {
				return nil, err
			}
		}
		if len(stopped) > 0 && b.NQueued > 0 {
			m, err := d.store.FirstMessageOfBatch(ctx, b.ID)
			if err != nil && !db.IsNotFound(err) {
				return nil, fmt.Errorf("read message: %w", err)
			}
			r.ProviderPaused = stopped[m.ProviderID]
		}
		rows[i] = r
	}
	return rows, nil
}

// sendPlace is a send's place in a list: "1780477200000-1003".
func sendPlace(b db.Batch) string { return fmt.Sprintf("%d-%d", b.SendAt, b.ID) }

// placeOfSend reads it; nonsense is no place.
func placeOfSend(place string) db.BatchPlace {
	at, id, _ := strings.Cut(place, "-")
	when, err := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if err != nil || err2 != nil || n <= 0 {
		return db.BatchPlace{}
	}
	return db.BatchPlace{ID: n, At: db.Millis(when)}
}
