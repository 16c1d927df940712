package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// Route is the way that a text would take now.
type Route struct {
	Provider string
	// Rate is how many messages a second the provider takes, 0 without limit.
	Rate float64
	// Simulated: the texts reach no real phone.
	Simulated bool
}

// Route returns the way that a text would take now, or [ErrNoRoute].
func (d *Desk) Route(ctx context.Context) (Route, error) {
	p, err := d.store.DefaultProvider(ctx)
	if db.IsNotFound(err) {
		return Route{}, ErrNoRoute
	}
	if err != nil {
		return Route{}, fmt.Errorf("read provider: %w", err)
	}
	return Route{Provider: p.Name, Rate: p.Rate, Simulated: p.Kind == SimulatorKind}, nil
}

// Takes is how long n messages take at the route's rate, 0 where it has none.
func (r Route) Takes(n int64) time.Duration { return takes(n, r.Rate) }

func takes(n int64, rate float64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(n) / rate * float64(time.Second))
}

// Progress is how far a batch has come.
type Progress struct {
	Batch db.Batch
	// By is the name of who sent it.
	By string
	// StartsAt is when the first message leaves, while nothing has left yet and
	// the sender can still undo all of it; zero otherwise.
	StartsAt time.Time
	// Rate is the provider's, in messages a second, and Left how long those
	// that wait will take at it; 0 where there is no limit.
	Rate float64
	Left time.Duration
	// Forecast is how the rest will go, if it is to several people.
	Forecast Forecast
	// PausedBy is the name of who paused it.
	PausedBy string
	// ProviderPaused is since when its provider is paused, and by whom; 0 when it
	// is not.
	ProviderPaused   db.Millis
	ProviderPausedBy string
	// NotReached is how many people it failed to reach whom no further send to
	// them has either; Again are those further sends, oldest first.
	NotReached int64
	Again      []db.Batch
	// Decision is what an administrator has said to it, where it had to be
	// approved.
	Decision Decision
	// Trouble is what the provider's last call failed for, when it was a reason
	// of its own, so that those that wait go on waiting; "" when it is well.
	Trouble string
}

// Waiting is how many messages of the batch can still be taken back.
func (p Progress) Waiting() int64 { return p.Batch.NScheduled + p.Batch.NQueued }

// Counts is how many of its messages stand where. They add up to its
// recipients.
func (p Progress) Counts() [sms.StatusCount]int64 {
	b := p.Batch
	return [sms.StatusCount]int64{sms.Scheduled: b.NScheduled, sms.Queued: b.NQueued, sms.Submitting: b.NSubmitting,
		sms.Submitted: b.NSubmitted, sms.Sent: b.NSent, sms.Delivered: b.NDelivered, sms.Failed: b.NFailed, sms.Expired: b.NExpired,
		sms.Cancelled: b.NCancelled, sms.Suppressed: b.NSuppressed, sms.InDoubt: b.NInDoubt, sms.Unknown: b.NUnknown}
}

// Final reports whether nothing will happen to the batch on its own.
func (p Progress) Final() bool {
	b := p.Batch
	return p.Waiting()+b.NSubmitting+b.NSubmitted+b.NSent == 0
}

// ComesBack is how many credits come back when those that wait are stopped.
func (d *Desk) ComesBack(ctx context.Context, p Progress) (int64, error) {
	n, err := d.store.WaitingCredits(ctx, db.ID(p.Batch.ID))
	if err != nil {
		return 0, fmt.Errorf("read credits: %w", err)
	}
	return n, nil
}

// untouched reports whether nothing of a batch has gone out: all of it waits for
// its turn, but for those who were found not to be texted or were taken back.
func untouched(b db.Batch) bool {
	return b.NQueued > 0 && b.NQueued+b.NSuppressed+b.NCancelled == b.Recipients
}

// Progress tells how far a batch has come.
func (d *Desk) Progress(ctx context.Context, a Actor, batchID int64) (Progress, error) {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Batch: b}
	user, err := d.store.User(ctx, b.UserID)
	if err != nil {
		return Progress{}, fmt.Errorf("read user: %w", err)
	}
	p.By = Actor{User: user}.Name()
	if p.Decision, err = d.decision(ctx, b.ID); err != nil {
		return Progress{}, err
	}
	if b.PausedBy != 0 {
		if user, err = d.store.User(ctx, int64(b.PausedBy)); err != nil {
			return Progress{}, fmt.Errorf("read user: %w", err)
		}
		p.PausedBy = Actor{User: user}.Name()
	}
	if err := d.readNotReached(ctx, &p); err != nil {
		return Progress{}, err
	}
	if p.Waiting() == 0 {
		return p, nil
	}
	first, err := d.store.FirstMessageOfBatch(ctx, b.ID)
	if err != nil {
		return Progress{}, fmt.Errorf("read message: %w", err)
	}
	provider, err := d.store.Provider(ctx, first.ProviderID)
	if err != nil {
		return Progress{}, fmt.Errorf("read provider: %w", err)
	}
	p.Rate, p.Left = provider.Rate, takes(p.Waiting(), provider.Rate)
	if p.ProviderPaused = provider.PausedAt; provider.PausedBy != 0 {
		if user, err = d.store.User(ctx, int64(provider.PausedBy)); err != nil {
			return Progress{}, fmt.Errorf("read user: %w", err)
		}
		p.ProviderPausedBy = Actor{User: user}.Name()
	}
	if provider.ErrorAt > provider.OkAt {
		p.Trouble = provider.ErrorText
	}
	if untouched(b) {
		waiting, err := d.store.MessagesWaitingInBatch(ctx, db.MessagesWaitingInBatchParams{BatchID: b.ID, PageSize: 1})
		if err != nil {
			return Progress{}, fmt.Errorf("read message: %w", err)
		}
		if len(waiting) > 0 && waiting[0].Attempts == 0 && waiting[0].DueAt > d.now() {
			p.StartsAt = waiting[0].DueAt.Time()
		}
	}
	if b.Recipients > 1 {
		quiet, start, err := d.quietNow(ctx, d.store.Queries)
		if err != nil {
			return Progress{}, err
		}
		if due := b.SendAt.Time(); due.After(start) {
			start = due.In(start.Location())
		}
		if p.StartsAt.After(start) {
			start = p.StartsAt.In(start.Location())
		}
		if p.Forecast = quiet.Forecast(start, p.Left); !p.Forecast.Waits.IsZero() {
			p.StartsAt = time.Time{} // that is hours away, and can be watched as what waits
		}
	}
	return p, nil
}
