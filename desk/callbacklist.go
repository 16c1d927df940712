package desk

import (
	"context"
	"errors"
	"fmt"
	"math"

	"textdesk/db"
)

// CallbackLine is a callback in a list, without what it holds.
type CallbackLine = db.UnreadCallbacksRow

// CallbackPage is a page of what providers have posted, newest first.
type CallbackPage struct {
	Callbacks []CallbackLine
	Older     bool
	// Providers are those that post, each with what was seen of it.
	Providers []CallbacksSeen
}

// CallbacksSeen is what a provider has posted of late.
type CallbacksSeen struct {
	Provider db.Provider
	LastAt   db.Millis // 0 for never
	LastID   int64
	Unread   int64 // how many could not be read, at most mostUnread
	// FetchedAt is when it was last asked for received texts, 0 for never.
	FetchedAt db.Millis
	// Readable: the actor may see what was posted.
	Readable bool
}

// mostUnread is as far as unread callbacks are counted.
const mostUnread = 10_000

// mayReadCallbacks refuses whoever does not see everybody's messages: nobody
// knows whose a callback is before it is understood.
func (d *Desk) mayReadCallbacks(ctx context.Context, a Actor) error {
	if !a.Admin() {
		return ErrForbidden
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return err
	}
	if users != nil {
		return ErrForbidden
	}
	return nil
}

// Callbacks returns a page of what could not be read, of one provider if a name
// is given; with all, also what was.
func (d *Desk) Callbacks(ctx context.Context, a Actor, provider string, all bool, before int64, limit int) (CallbackPage, error) {
	if err := d.mayReadCallbacks(ctx, a); err != nil {
		return CallbackPage{}, err
	}
	var page CallbackPage
	rows, err := d.ProviderRows(ctx)
	if err != nil {
		return page, err
	}
	var of int64
	for _, row := range rows {
		seen, err := d.callbacksSeen(ctx, row)
		if err != nil {
			return page, err
		}
		if seen.LastID > 0 {
			page.Providers = append(page.Providers, seen)
		}
		if row.Name == provider {
			of = row.ID
		}
	}
	if provider != "" && of == 0 {
		return page, ErrUnknownProvider.because("There is no provider called %s.", provider)
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	switch size := int32(limit + 1); {
	case of == 0:
		page.Callbacks, err = d.store.UnreadCallbacks(ctx, db.UnreadCallbacksParams{BeforeID: before, PageSize: size})
	case !all:
		var found []db.UnreadCallbacksOfRow
		found, err = d.store.UnreadCallbacksOf(ctx, db.UnreadCallbacksOfParams{ProviderID: of, BeforeID: before, PageSize: size})
		for _, c := range found {
			page.Callbacks = append(page.Callbacks, CallbackLine(c))
		}
	default:
		var found []db.CallbacksOlderRow
		found, err = d.store.CallbacksOlder(ctx, db.CallbacksOlderParams{ProviderID: of, BeforeID: before, PageSize: size})
		for _, c := range found {
			page.Callbacks = append(page.Callbacks, CallbackLine(c))
		}
	}
	if err != nil {
		return page, fmt.Errorf("read callbacks: %w", err)
	}
	if len(page.Callbacks) > limit {
		page.Callbacks, page.Older = page.Callbacks[:limit], true
	}
	return page, nil
}

// CallbacksSeen says what a provider has posted of late. For administrators.
func (d *Desk) CallbacksSeen(ctx context.Context, a Actor, row db.Provider) (CallbacksSeen, error) {
	if !a.Admin() {
		return CallbacksSeen{}, ErrForbidden
	}
	seen, err := d.callbacksSeen(ctx, row)
	if err != nil {
		return seen, err
	}
	cursor, err := d.store.InboundCursor(ctx, row.ID)
	if err != nil && !db.IsNotFound(err) {
		return seen, fmt.Errorf("read cursor: %w", err)
	}
	seen.FetchedAt = cursor.MovedAt
	err = d.mayReadCallbacks(ctx, a)
	if seen.Readable = err == nil; errors.Is(err, ErrForbidden) {
		err = nil
	}
	return seen, err
}

func (d *Desk) callbacksSeen(ctx context.Context, row db.Provider) (CallbacksSeen, error) {
	seen := CallbacksSeen{Provider: row}
	var err error
	if seen.LastID, err = d.store.LastCallback(ctx, row.ID); err != nil {
		return seen, fmt.Errorf("look for callbacks: %w", err)
	}
	if seen.LastID == 0 {
		return seen, nil
	}
	last, err := d.store.CallbackLine(ctx, seen.LastID)
	if err != nil {
		return seen, fmt.Errorf("read callback: %w", err)
	}
	seen.LastAt = last.ReceivedAt
	seen.Unread, err = d.store.CountUnreadCallbacksOf(ctx, db.CountUnreadCallbacksOfParams{ProviderID: row.ID, Most: mostUnread})
	if err != nil {
		return seen, fmt.Errorf("count callbacks: %w", err)
	}
	return seen, nil
}

// CallbackOf returns a callback as it came, with its provider.
func (d *Desk) CallbackOf(ctx context.Context, a Actor, id int64) (db.Callback, db.Provider, error) {
	if err := d.mayReadCallbacks(ctx, a); err != nil {
		return db.Callback{}, db.Provider{}, err
	}
	c, err := d.store.Callback(ctx, id)
	if db.IsNotFound(err) {
		return c, db.Provider{}, ErrUnknownCallback
	}
	if err != nil {
		return c, db.Provider{}, fmt.Errorf("read callback: %w", err)
	}
	p, err := d.store.Provider(ctx, c.ProviderID)
	if err != nil {
		return c, p, fmt.Errorf("read provider: %w", err)
	}
	return c, p, nil
}

// ReplayCallback has a callback read again, whether it was understood or not:
// what is known already changes nothing.
func (d *Desk) ReplayCallback(ctx context.Context, a Actor, id int64) error {
	c, p, err := d.CallbackOf(ctx, a, id)
	if err != nil {
		return err
	}
	if c.Header == "{}" { // erased: nobody posts without a header
		return ErrUnknownCallback.because("What it held is not kept any more.")
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ReplayCallback(ctx, c.ID); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "callback.replay", p.Name, fmt.Sprint(c.ID))
	})
	if err != nil {
		return fmt.Errorf("replay callback: %w", err)
	}
	return d.ReadCallbacks(ctx)
}

// replaySize is how many callbacks are put back in one transaction.
const replaySize = 1000

// ReplayUnread has all callbacks of a provider read again that could not be
// read, and returns how many those are. It does not wait for the result.
func (d *Desk) ReplayUnread(ctx context.Context, a Actor, provider string) (n int, err error) {
	if err := d.mayReadCallbacks(ctx, a); err != nil {
		return 0, err
	}
	row, err := d.store.ProviderByName(ctx, provider)
	if db.IsNotFound(err) {
		return 0, ErrUnknownProvider.because("There is no provider called %s.", provider)
	}
	if err != nil {
		return 0, fmt.Errorf("read provider: %w", err)
	}
	// Up to the last there is now: what fails again meanwhile is not put back twice.
	upTo, err := d.store.LastCallback(ctx, row.ID)
	if err != nil {
		return 0, fmt.Errorf("look for callbacks: %w", err)
	}
	for after := int64(0); ; {
		var ids []int64
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			ids, err = tx.ReplayUnread(ctx, db.ReplayUnreadParams{ProviderID: row.ID, AfterID: after, UpToID: upTo, PageSize: replaySize})
			return err
		})
		if err != nil {
			return n, fmt.Errorf("replay callbacks: %w", err)
		}
		n += len(ids)
		for _, id := range ids {
			after = max(after, id)
		}
		if len(ids) < replaySize {
			break
		}
	}
	d.wakeReader()
	return n, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return d.audit(ctx, tx, a, "callback.replay", row.Name, fmt.Sprintf("%d unread", n))
	})
}
