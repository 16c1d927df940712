package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// Suppressions returns a page of the numbers that nobody may text, in the order
// of the numbers; a search is for the beginning of one, or words of the reason. It
// comes with the names of who added them by user id. For
// administrators.
func (d *Desk) Suppressions(ctx context.Context, a Actor, f BookSearch) ([]db.Suppression, map[int64]string, Paging, error) {
	if !a.Admin() {
		return nil, nil, Paging{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return nil, nil, Paging{}, err
	}
	where := f.filter(set.Country)
	where.Words = cleanName(f.Search)
	found, err := d.store.FindSuppressions(ctx, where)
	if err != nil {
		return nil, nil, Paging{}, err
	}
	for i := range found {
		if found[i].Number.Erased() && found[i].Number == d.store.HashNumber(where.Number) {
			found[i].Number = where.Number // whoever asks knows it
		}
	}
	page, paging := paged(found, f, func(s db.Suppression) db.BookPlace { return db.BookPlace{Key: string(s.Number)} })
	names, err := d.names(ctx, a)
	return page, names, paging, err
}

// Suppress keeps everybody from texting the numbers that were pasted, from now
// on: what waits for them does not leave either. A number that is on the list
// already stays as it is, but for one that is there because of a text of theirs:
// from now on the reason is the administrator's, and no text undoes it. For
// administrators.
func (d *Desk) Suppress(ctx context.Context, a Actor, text, reason string) (Pasted, error) {
	if !a.Admin() {
		return Pasted{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Pasted{}, err
	}
	people, p, err := readPeople(text, set.Country)
	bad := Refusals(err)
	reason, r := readReason(reason)
	if r != nil {
		bad = append(bad, r)
	}
	if len(bad) > 0 {
		return p, refused(bad)
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p.Added, p.Known = 0, 0
		numbers := make([]sms.MSISDN, len(people))
		for i, who := range people {
			numbers[i] = who.number
		}
		already, err := tx.SuppressedOf(ctx, numbers)
		if err != nil {
			return err
		}
		for _, who := range people {
			if already[who.number] {
				p.Known++
				if err := d.takeOver(ctx, tx, db.InsertSuppressionParams{Number: who.number, Reason: reason, AddedBy: db.ID(a.User.ID), AddedAt: d.now()}); err != nil {
					return err
				}
				continue
			}
			n, err := tx.InsertSuppression(ctx, db.InsertSuppressionParams{Number: who.number, Reason: reason, AddedBy: db.ID(a.User.ID), AddedAt: d.now()})
			if err != nil {
				return fmt.Errorf("insert suppression: %w", err)
			}
			if n == 0 {
				p.Known++
				continue
			}
			p.Added++
			if err := d.withdrawConsents(ctx, tx, who.number, db.ID(a.User.ID), "Must not be texted: "+reason); err != nil {
				return err
			}
			if err := d.audit(ctx, tx, a, "suppression.add", string(who.number), reason); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// takeOver has a number that a text put on the list stay there for an
// administrator's reason.
func (d *Desk) takeOver(ctx context.Context, tx *db.Tx, s db.InsertSuppressionParams) error {
	was, err := tx.SuppressionOf(ctx, s.Number)
	if err != nil {
		return fmt.Errorf("read suppression: %w", err)
	}
	if was.How == ByStaff {
		return nil
	}
	_, err = tx.TakeOverSuppression(ctx, db.TakeOverSuppressionParams{Number: was.Number, Reason: s.Reason, AddedBy: s.AddedBy, AddedAt: s.AddedAt})
	if err != nil {
		return fmt.Errorf("change suppression: %w", err)
	}
	return nil
}

// Suppression returns a number that nobody may text. For administrators.
func (d *Desk) Suppression(ctx context.Context, a Actor, number sms.MSISDN) (db.Suppression, error) {
	if !a.Admin() {
		return db.Suppression{}, ErrForbidden
	}
	s, err := d.store.SuppressionOf(ctx, number)
	if err := found("suppression", err, ErrNotSuppressed); err != nil {
		return db.Suppression{}, err
	}
	return s, nil
}

// MustNotText reports whether nobody may text a number, and why. Whoever has the
// number may know.
func (d *Desk) MustNotText(ctx context.Context, number sms.MSISDN) (bool, string, error) {
	s, err := d.store.SuppressionOf(ctx, number)
	if db.IsNotFound(err) {
		return false, "", nil
	}
	if err != nil {
		return false, "", fmt.Errorf("read suppression: %w", err)
	}
	return true, s.Reason, nil
}

// Unsuppress lets a number be texted again. What was kept from it stays so. For
// administrators.
func (d *Desk) Unsuppress(ctx context.Context, a Actor, number sms.MSISDN, reason string) error {
	if !a.Admin() {
		return ErrForbidden
	}
	reason, r := readReason(reason)
	if r != nil {
		return r
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := tx.Unsuppress(ctx, number)
		if err != nil {
			return err
		}
		if !was {
			return ErrNotSuppressed
		}
		return d.audit(ctx, tx, a, "suppression.remove", string(number), reason)
	})
}

func readReason(typed string) (string, *Refusal) {
	reason := cleanName(typed)
	if reason == "" {
		return "", ErrReasonBlank
	}
	return reason, tooLong("reason", reason, maxBookField)
}
