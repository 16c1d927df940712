package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// Filter says which messages a list shows. Zero fields do not filter.
type Filter struct {
	Statuses []sms.Status
	// Search is what was typed: a number, the beginning of one, a name of the
	// contacts, or words of the text.
	Search  string
	BatchID int64
	// UserID is whose, Sender from whom, GroupID to whose numbers, of a group as
	// it is now. Reports alone have these.
	UserID  int64
	Sender  string
	GroupID int64
	// From and To bound when the message was made: [From, To).
	From, To time.Time
	// Before and After are the ids between which the page lies.
	Before, After int64
	// Limit is the length of the page.
	Limit int

	nothing bool // no message can be both
}

// Page is a page of messages, newest first.
type Page struct {
	Messages []db.Message
	// Newer and Older tell whether there are pages on either side.
	Newer, Older bool
	// Looked is how far a search for a name looked.
	Looked NamesLooked
	// Names are what those who sent them are called, by user id.
	Names map[int64]string
	// To is whom they went to, where the contacts know, by message id.
	To map[int64]db.Contact
	// Providers are the names of the providers they go through, by provider id.
	Providers map[int64]string
	// Waits is why those wait that do, by message id, but for who made them wait.
	Waits map[int64]Wait
	// Automatic are those that the desk has sent by itself, by message id.
	Automatic map[int64]bool
}

// Outbox returns a page of the messages that the actor may see.
func (d *Desk) Outbox(ctx context.Context, a Actor, f Filter) (Page, error) {
	where, err := d.filter(ctx, a, f)
	if err != nil {
		return Page{}, err
	}
	where.Limit++ // one more tells whether there is a next page
	found, looked, err := d.findMessages(ctx, a, where)
	if err != nil {
		return Page{}, err
	}
	page := Page{Messages: found, Looked: looked, Newer: f.Before > 0, Older: f.After > 0}
	if len(found) > f.Limit {
		if f.After > 0 {
			page.Messages, page.Newer = found[1:], true
		} else {
			page.Messages, page.Older = found[:f.Limit], true
		}
	} else if f.After > 0 {
		page.Newer = false
	}
	if page.Names, err = d.namesOf(ctx, a, page.Messages); err != nil {
		return Page{}, err
	}
	if page.To, err = d.whom(ctx, a, page.Messages); err != nil {
		return Page{}, err
	}
	return page, d.explain(ctx, &page)
}

// explain adds through what the messages of a page go, and why those wait that
// do.
func (d *Desk) explain(ctx context.Context, page *Page) error {
	quiet, now, err := d.quietNow(ctx, d.store.Queries)
	if err != nil {
		return err
	}
	page.Providers, page.Waits = map[int64]string{}, map[int64]Wait{}
	providers, batches := map[int64]db.Provider{}, map[int64]db.Batch{}
	for _, m := range page.Messages {
		p, seen := providers[m.ProviderID]
		if !seen {
			if p, err = d.store.Provider(ctx, m.ProviderID); err != nil {
				return fmt.Errorf("read provider: %w", err)
			}
			providers[p.ID], page.Providers[p.ID] = p, p.Name
		}
		if !m.Status.Waiting() {
			continue
		}
		b, seen := batches[m.BatchID]
		if !seen {
			if b, err = d.store.Batch(ctx, m.BatchID); err != nil {
				return fmt.Errorf("read batch: %w", err)
			}
			batches[b.ID] = b
		}
		page.Waits[m.ID] = waitOf(m, b, p, quiet, now)
	}
	page.Automatic, err = d.AutomaticAmong(ctx, page.Messages)
	return err
}

func (d *Desk) filter(ctx context.Context, a Actor, f Filter) (db.MessageFilter, error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return db.MessageFilter{}, err
	}
	where := db.MessageFilter{Users: users, Statuses: f.Statuses, BatchID: f.BatchID, From: db.At(f.From), To: db.At(f.To),
		Before: f.Before, After: f.After, Limit: f.Limit}
	if f.Search = strings.TrimSpace(strings.ReplaceAll(f.Search, "\x00", " ")); f.Search != "" {
		if where.Number, err = d.searchedNumber(ctx, users, f.Search); err != nil {
			return db.MessageFilter{}, err
		}
		if where.Number == "" {
			where.Words = f.Search
		}
	}
	return where, nil
}

// searchedNumber is the beginning of a number that was searched for, "" when
// the search is for words. Digits that begin no number that was texted are
// words too: an order number, a year.
func (d *Desk) searchedNumber(ctx context.Context, users []int64, typed string) (sms.MSISDN, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return "", err
	}
	number := sms.MSISDN(sms.NumberPrefix(typed, set.Country))
	if number == "" {
		return "", nil
	}
	found, err := d.store.FindMessages(ctx, db.MessageFilter{Users: users, Number: number, Limit: 1})
	if err != nil || len(found) == 0 {
		return "", err
	}
	return number, nil
}

// namesOf is what the senders of messages are called. It reads the users only
// where somebody else is among them.
func (d *Desk) namesOf(ctx context.Context, a Actor, messages []db.Message) (map[int64]string, error) {
	for _, m := range messages {
		if m.UserID != a.User.ID {
			return d.names(ctx, a)
		}
	}
	return map[int64]string{a.User.ID: a.Name()}, nil
}

// names is what people are called, by user id: everybody where the actor is an
// administrator, who may see others', and else the actor alone.
func (d *Desk) names(ctx context.Context, a Actor) (map[int64]string, error) {
	return d.called(ctx, a, Actor.Name)
}

// usernames is what people sign in as, for doors whose scripts know them by it.
func (d *Desk) usernames(ctx context.Context, a Actor) (map[int64]string, error) {
	return d.called(ctx, a, func(a Actor) string { return a.User.Username })
}

func (d *Desk) called(ctx context.Context, a Actor, what func(Actor) string) (map[int64]string, error) {
	names := map[int64]string{a.User.ID: what(a)}
	if !a.Admin() {
		return names, nil
	}
	users, err := d.store.UserList(ctx)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	for _, u := range users {
		names[u.ID] = what(Actor{User: u})
	}
	return names, nil
}

// Batch returns one act of sending. A batch that the actor may not see does
// not exist for them.
func (d *Desk) Batch(ctx context.Context, a Actor, id int64) (db.Batch, error) {
	b, err := d.store.Batch(ctx, id)
	if db.IsNotFound(err) {
		return db.Batch{}, ErrUnknownBatch
	}
	if err != nil {
		return db.Batch{}, fmt.Errorf("read batch: %w", err)
	}
	ok, err := d.reaches(ctx, a, b.UserID)
	if err != nil {
		return db.Batch{}, err
	}
	if !ok {
		return db.Batch{}, ErrUnknownBatch
	}
	return b, nil
}

// OnlyMessage returns the id of the message of a batch of one, 0 for a larger
// batch.
func (d *Desk) OnlyMessage(ctx context.Context, b db.Batch) (int64, error) {
	if b.Recipients != 1 {
		return 0, nil
	}
	m, err := d.store.FirstMessageOfBatch(ctx, b.ID)
	if err != nil {
		return 0, fmt.Errorf("read message: %w", err)
	}
	return m.ID, nil
}

// Attention is what needs somebody.
type Attention struct {
	InDoubt int64
	Held    []db.Batch
	// Approvals are the sends that wait for the actor to approve them.
	Approvals []db.Batch
	// GivenUp are received texts that could not be forwarded within a day.
	GivenUp int64
	// Simulated: there is a simulator, with phones to look at.
	Simulated bool
	// Troubled are providers whose last call failed for a reason of their own.
	Troubled []db.Provider
	// Paused are providers that an administrator has paused.
	Paused []db.Provider
	// Unread is how many callbacks could not be read, as far as anybody counts;
	// for whoever sees everybody's messages.
	Unread int64
}

// Attention returns what needs the actor.
func (d *Desk) Attention(ctx context.Context, a Actor) (Attention, error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return Attention{}, err
	}
	var at Attention
	if users == nil && a.Admin() {
		if at.Unread, err = d.store.CountUnreadCallbacks(ctx, 1000); err != nil {
			return at, fmt.Errorf("count callbacks: %w", err)
		}
	}
	if a.Admin() {
		below, err := d.below(ctx, a)
		if err != nil {
			return at, err
		}
		if at.GivenUp, err = d.store.GivenUpForwards(ctx, below, 1000); err != nil {
			return at, err
		}
	}
	if at.InDoubt, err = d.store.CountMessages(ctx, users, sms.InDoubt); err != nil {
		return at, err
	}
	held, err := d.store.HeldBatches(ctx)
	if err != nil {
		return at, fmt.Errorf("read held batches: %w", err)
	}
	for _, b := range held {
		mine := users == nil || contains(users, b.UserID)
		if mine {
			at.Held = append(at.Held, b)
		}
		if !a.MayDecide(b) {
			continue
		}
		if !mine {
			if mine, err = d.standsIn(ctx, a, b.UserID); err != nil {
				return at, err
			}
		}
		if mine {
			at.Approvals = append(at.Approvals, b)
		}
	}
	all, err := d.store.Providers(ctx)
	if err != nil {
		return at, fmt.Errorf("read providers: %w", err)
	}
	for _, p := range all {
		at.Simulated = at.Simulated || p.Kind == SimulatorKind
		if a.Admin() && p.ErrorAt > p.OkAt {
			at.Troubled = append(at.Troubled, p)
		}
		if a.Admin() && p.PausedAt > 0 {
			at.Paused = append(at.Paused, p)
		}
	}
	return at, nil
}
