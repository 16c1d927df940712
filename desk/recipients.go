package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"textdesk/db"
	"textdesk/sms"
)

// Chosen is a group or a list that an order goes to.
type Chosen struct {
	ID    int64
	Name  string
	Count int64
}

// readRecipients gathers whom an order goes to: the numbers as typed, then the
// groups, then the lists. A number that comes again is a duplicate of the first.
func (d *Desk) readRecipients(ctx context.Context, a Actor, o Order, set Settings, dr *Draft) error {
	if err := d.readChosen(ctx, a, o, dr); err != nil {
		return err
	}
	total := int64(len(o.To))
	for _, c := range dr.chosen() {
		total += c.Count
	}
	if total > MaxRecipients {
		dr.Problems = append(dr.Problems, ErrTooManyTo.because("One send takes up to %s numbers; this has %s.", thousands(MaxRecipients), thousands(total)))
		return nil
	}
	for _, typed := range o.To {
		dr.Recipients = append(dr.Recipients, Recipient{Typed: typed})
	}
	if err := d.expand(ctx, dr); err != nil {
		return err
	}
	valid := dr.readNumbers(o.BareNumbers, set.Country)
	suppressed, err := d.store.SuppressedOf(ctx, valid)
	if err != nil {
		return err
	}
	barred, err := d.bar(ctx, set, o, valid, dr)
	if err != nil {
		return err
	}
	dr.count(suppressed, barred)
	dr.nobody(o)
	return nil
}

// readChosen finds the order's groups and lists. One that is gone keeps the
// order from being sent.
func (d *Desk) readChosen(ctx context.Context, a Actor, o Order, dr *Draft) error {
	read := func(ids []int64, get func(context.Context, Actor, int64) (db.Named, error)) (all []Chosen, err error) {
		seen := map[int64]bool{}
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			n, err := get(ctx, a, id)
			if rs := Refusals(err); len(rs) > 0 {
				dr.Problems = append(dr.Problems, rs[0].on("to"))
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, Chosen{ID: n.ID, Name: n.Name, Count: n.Count})
		}
		return all, nil
	}
	var err error
	if dr.Groups, err = read(o.Groups, d.Group); err != nil {
		return err
	}
	dr.Lists, err = read(o.Lists, d.List)
	return err
}

func (dr *Draft) chosen() []Chosen { return append(append([]Chosen(nil), dr.Groups...), dr.Lists...) }

// expand adds everybody of the groups and lists. What was put into them since
// they were counted stays within the limit.
func (d *Desk) expand(ctx context.Context, dr *Draft) error {
	add := func(p *values) {
		dr.Recipients = append(dr.Recipients, Recipient{Typed: p[2], Name: p[0], values: p})
	}
	for _, g := range dr.Groups {
		group, err := d.store.Group(ctx, g.ID)
		if err != nil {
			return fmt.Errorf("read group: %w", err)
		}
		members, err := d.store.FindContacts(ctx, db.ContactPage{ContactFilter: db.ContactFilter{UserID: group.UserID, GroupID: g.ID}, Limit: MaxRecipients - len(dr.Recipients)})
		if err != nil {
			return err
		}
		for _, c := range members.Contacts {
			add(valuesOfContact(c))
		}
	}
	for _, l := range dr.Lists {
		entries, err := d.store.FindEntries(ctx, db.BookFilter{ListID: l.ID, Limit: MaxRecipients - len(dr.Recipients)})
		if err != nil {
			return err
		}
		for _, e := range entries {
			add(valuesOfEntry(e))
		}
	}
	return nil
}

// readNumbers reads what was typed for each recipient, and returns the numbers
// that are some.
func (dr *Draft) readNumbers(bare bool, home string) []sms.MSISDN {
	seen := make(map[sms.MSISDN]bool, len(dr.Recipients))
	var valid []sms.MSISDN
	for i := range dr.Recipients {
		r := &dr.Recipients[i]
		number, err := sms.ParseMSISDN(r.Typed, home)
		if err != nil && bare {
			if abroad, ok := bareNumber(r.Typed); ok {
				number, err = abroad, nil
			}
		}
		if err != nil {
			r.Refusal, r.Why = numberRefusal(err)
			continue
		}
		if r.Number, r.Duplicate = number, seen[number]; !r.Duplicate {
			seen[number] = true
			valid = append(valid, number)
		}
	}
	return valid
}

// count refuses those whom nobody may text or the spend guard keeps out, and
// counts the others.
func (dr *Draft) count(suppressed map[sms.MSISDN]bool, barred map[sms.MSISDN]*Refusal) {
	for i := range dr.Recipients {
		r := &dr.Recipients[i]
		switch {
		case r.Number == "":
			dr.Bad++
		case r.Duplicate && suppressed[r.Number]:
			r.Refusal = ErrSuppressed
			dr.Duplicates++
		case r.Duplicate:
			r.Refusal = barred[r.Number]
			dr.Duplicates++
		case suppressed[r.Number]:
			r.Refusal = ErrSuppressed
			dr.Suppressed++
		case barred[r.Number] != nil:
			r.Refusal = barred[r.Number]
			dr.Barred++
		default:
			dr.People++
		}
	}
}

// nobody refuses an order that goes to nobody, and says why that is.
func (dr *Draft) nobody(o Order) {
	if dr.People > 0 || len(dr.Problems) > 0 {
		return
	}
	out := dr.Bad + dr.Suppressed + dr.Barred
	switch {
	case len(dr.Recipients) == 0 && len(dr.Groups) > 0:
		dr.Problems = append(dr.Problems, ErrEmptyGroup.because("Nobody is in the group %s.", dr.Groups[0].Name))
	case len(dr.Recipients) == 0 && len(dr.Lists) > 0:
		dr.Problems = append(dr.Problems, ErrEmptyList.because("Nobody is on the list %s.", dr.Lists[0].Name))
	case len(dr.Recipients) == 0:
		dr.Problems = append(dr.Problems, ErrNoRecipients)
	case out == 1:
		dr.Problems = append(dr.Problems, dr.Recipients[0].Refusal)
	case dr.Barred == out:
		dr.Problems = append(dr.Problems, dr.barredAll())
	case dr.Suppressed == out:
		dr.Problems = append(dr.Problems, ErrSuppressed.because("None of these %s numbers may be texted.", thousands(int64(dr.Suppressed))))
	case dr.Bad == out:
		dr.Problems = append(dr.Problems, ErrBadNumber.because("None of these %s is a mobile number.", thousands(int64(dr.Bad))))
	default:
		dr.Problems = append(dr.Problems, ErrBadNumber.because("None of these %s can be texted.", thousands(int64(out))))
	}
}

// bareNumber reads an international number that lacks its plus sign.
func bareNumber(typed string) (sms.MSISDN, bool) {
	typed = strings.TrimSpace(typed)
	if typed == "" || typed[0] < '1' || typed[0] > '9' {
		return "", false
	}
	number, err := sms.ParseMSISDN("+"+typed, "")
	return number, err == nil
}

// numberRefusal says in staff's words why a number is none.
func numberRefusal(err error) (*Refusal, sms.Reason) {
	var n *sms.NumberError
	if errors.As(err, &n) {
		return ErrBadNumber.because("%s.", n.Error()), n.Reason
	}
	return ErrBadNumber, 0
}

// keepSkips writes down whom a batch leaves out.
func keepSkips(ctx context.Context, tx *db.Tx, batchID int64, recipients []Recipient) error {
	var skips []db.BatchSkip
	for i, r := range recipients {
		if r.Refusal == nil || r.Duplicate {
			continue
		}
		typed := cleanName(r.Name + " " + r.Typed)
		if len(typed) > maxBookField {
			typed = strings.ToValidUTF8(typed[:maxBookField], "")
		}
		skips = append(skips, db.BatchSkip{BatchID: batchID, Place: int64(i), Typed: typed, Code: r.Refusal.Code, Reason: r.Refusal.Sentence})
	}
	return tx.InsertSkips(ctx, skips)
}

// Skips returns the first of those whom a batch left out when it was accepted,
// up to limit, and how many they are.
func (d *Desk) Skips(ctx context.Context, a Actor, batchID int64, limit int) (first []db.BatchSkip, all int64, err error) {
	if _, err := d.Batch(ctx, a, batchID); err != nil {
		return nil, 0, err
	}
	return d.skips(ctx, batchID, limit)
}

func (d *Desk) skips(ctx context.Context, batchID int64, limit int) (first []db.BatchSkip, all int64, err error) {
	if all, err = d.store.CountSkips(ctx, batchID); err != nil {
		return nil, 0, fmt.Errorf("count skips: %w", err)
	}
	if all == 0 {
		return nil, 0, nil
	}
	if first, err = d.store.Skips(ctx, db.SkipsParams{BatchID: batchID, AfterPlace: -1, PageSize: int32(limit)}); err != nil {
		return nil, 0, fmt.Errorf("read skips: %w", err)
	}
	return first, all, nil
}
