package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"textdesk/db"
)

// Prepared is an order that was read into a draft.
type Prepared struct {
	ID    int64
	State string // [Preparing], [Ready] or [Used]
	// Form is what the page gave to show the form again.
	Form  string
	Order Order
	// Draft is what it comes to; its Recipients stand in the store. Longest is a
	// place, see [Desk.PreparedPerson].
	Draft Draft
	// Done is how many of the expected rows have been read.
	Done, Expected int64
	// BatchID is what it became, 0 before it was sent.
	BatchID int64
	// Names are the first of the people, Skips those who get nothing, by their
	// reasons.
	Names []Recipient
	Skips []SkipGroup
	// Fields are those that the text can be filled in with.
	Fields []string
	// Changed are the groups and lists in which others are now than were read.
	Changed []Regrouped

	row    db.Draft
	totals totals
}

// Regrouped is a group or a list in which others are now than when it was read.
type Regrouped struct {
	Name     string
	Was, Now int64
}

// Prepared returns a draft of the actor's own.
func (d *Desk) Prepared(ctx context.Context, a Actor, id int64) (Prepared, error) {
	row, err := d.store.Draft(ctx, id)
	if db.IsNotFound(err) || err == nil && (row.UserID != a.User.ID || row.State == Used && row.BatchID == 0) {
		return Prepared{}, ErrUnknownDraft
	}
	if err != nil {
		return Prepared{}, fmt.Errorf("read draft: %w", err)
	}
	p := Prepared{ID: row.ID, State: row.State, Form: row.Form, Done: row.Done, Expected: row.Expected, BatchID: int64(row.BatchID), row: row}
	if err := json.Unmarshal([]byte(row.Wanted), &p.Order); err != nil {
		return Prepared{}, fmt.Errorf("read order: %w", err)
	}
	if p.State == Preparing {
		return p, nil
	}
	if err := json.Unmarshal([]byte(row.Totals), &p.totals); err != nil {
		return Prepared{}, fmt.Errorf("read draft: %w", err)
	}
	if err := d.outlook(ctx, a, &p); err != nil {
		return Prepared{}, err
	}
	if p.State == Ready {
		p.Changed, err = d.changedSince(ctx, p.totals)
	}
	return p, err
}

// outlook says what a draft that was read would do now.
func (d *Desk) outlook(ctx context.Context, a Actor, p *Prepared) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	t := &p.totals
	dr := Draft{id: p.ID, repeats: t.Repeats, Sender: t.Sender, Body: t.Body, Size: t.Size, Longest: t.Longest, Groups: t.Groups, Lists: t.Lists,
		People: t.People, Bad: t.Bad, Suppressed: t.Suppressed, Barred: t.Barred, Duplicates: t.Duplicates, Lacking: t.Lacking,
		Parts: t.Parts, ByParts: t.ByParts, Credits: t.Parts, Missing: t.Missing, File: t.File, Expected: p.Expected,
		Unlimited: bool(a.User.Unlimited), Balance: a.User.Balance}
	for _, r := range t.Problems { // the time is looked at anew
		if r.Field != "when" && r.Field != "validity" {
			dr.Problems = append(dr.Problems, r)
		}
	}
	dr.readFields(p.Order)
	dr.readWhen(p.Order, d.clock())
	dr.readDays(d.clock(), p.Order, set)
	if !dr.Unlimited && dr.Credits > dr.Balance {
		dr.Problems = append(dr.Problems, notEnough(dr.Credits, dr.Balance))
	}
	if err := d.readPermissions(ctx, a, p.Order, &dr); err != nil {
		return err
	}
	if err := d.readGuard(ctx, a, p.Order, &dr); err != nil {
		return err
	}
	p.Draft, p.Names, p.Skips, p.Fields = dr, t.Names, t.Skips, t.Fields
	return nil
}

// Lacks are the fields that people lack, those of most people first.
func (dr *Draft) Lacks() []string {
	return slices.SortedFunc(maps.Keys(dr.Missing), func(a, b string) int {
		return cmp.Or(cmp.Compare(dr.Missing[b], dr.Missing[a]), cmp.Compare(a, b))
	})
}

// changedSince finds the groups and lists in which others are now.
func (d *Desk) changedSince(ctx context.Context, t totals) (changed []Regrouped, err error) {
	look := func(c Chosen, mark string, groupID, listID int64) error {
		n, now, err := d.store.Membership(ctx, groupID, listID)
		if err == nil && now != mark {
			changed = append(changed, Regrouped{Name: c.Name, Was: c.Count, Now: n})
		}
		return err
	}
	for i, c := range append(append([]Chosen(nil), t.Groups...), t.Lists...) {
		if i >= len(t.Marks) {
			break
		}
		groupID, listID := c.ID, int64(0)
		if i >= len(t.Groups) {
			groupID, listID = 0, c.ID
		}
		if err := look(c, t.Marks[i], groupID, listID); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// Rendered is what one person of a draft reads.
type Rendered struct {
	Name   string
	Number Recipient
	Text   string
	Place  int // from 1
}

// PreparedPerson returns the person at a place of a draft, from 1, or the
// nearest, with what they read.
func (d *Desk) PreparedPerson(ctx context.Context, p Prepared, place int) (Rendered, error) {
	if p.Draft.People == 0 {
		return Rendered{}, nil
	}
	place = min(max(place, 1), p.Draft.People)
	r, err := d.store.DraftRecipient(ctx, db.DraftRecipientParams{DraftID: p.ID, Place: int64(place)})
	if db.IsNotFound(err) {
		return Rendered{}, nil // it was sent, and is swept
	}
	if err != nil {
		return Rendered{}, fmt.Errorf("read draft: %w", err)
	}
	kept, err := keptTextOf(p.totals.Body, p.row.Columns)
	if err != nil {
		return Rendered{}, err
	}
	text, _, err := kept.of(r)
	return Rendered{Name: r.Name, Number: Recipient{Name: r.Name, Number: r.Number, Typed: string(r.Number)}, Text: text, Place: place}, err
}

// EachLeftOut calls do for everybody whom a draft leaves out, as they were
// typed, with the reason.
func (d *Desk) EachLeftOut(ctx context.Context, a Actor, id int64, do func(typed, reason string) error) error {
	if _, err := d.Prepared(ctx, a, id); err != nil {
		return err
	}
	return eachPage(func(after int64) ([]db.DraftSkip, error) {
		return d.store.DraftSkips(ctx, db.DraftSkipsParams{DraftID: id, AfterPlace: after, PageSize: sweepSize})
	}, func(s db.DraftSkip) (int64, error) { return s.Place, do(s.Typed, s.Reason) })
}

// EachSkip calls do for everybody whom a send left out when it was accepted.
func (d *Desk) EachSkip(ctx context.Context, a Actor, batchID int64, do func(typed, reason string) error) error {
	if _, err := d.Batch(ctx, a, batchID); err != nil {
		return err
	}
	return eachPage(func(after int64) ([]db.BatchSkip, error) {
		return d.store.Skips(ctx, db.SkipsParams{BatchID: batchID, AfterPlace: after, PageSize: sweepSize})
	}, func(s db.BatchSkip) (int64, error) { return s.Place, do(s.Typed, s.Reason) })
}

// eachPage reads whom something left out page by page, after the place that do
// returns.
func eachPage[T any](read func(after int64) ([]T, error), do func(T) (int64, error)) error {
	after := int64(-1)
	for {
		page, err := read(after)
		if err != nil {
			return fmt.Errorf("read who was left out: %w", err)
		}
		for _, row := range page {
			if after, err = do(row); err != nil {
				return err
			}
		}
		if len(page) < sweepSize {
			return nil
		}
	}
}

// DropPrepared gives a draft up. Its order comes back to the form.
func (d *Desk) DropPrepared(ctx context.Context, a Actor, id int64) error {
	if _, err := d.Prepared(ctx, a, id); err != nil {
		return err
	}
	return d.dropDraft(ctx, id)
}
