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
	total := dr.Expected
	if total > MaxRecipients {
		dr.Problems = append(dr.Problems, ErrTooManyTo.because("One send takes up to %s numbers; this has %s.", thousands(MaxRecipients), thousands(total)))
		return nil
	}
	dr.Estimated = total > MaxAtOnce || o.File != nil && o.File.Rows > fileAtOnce
	r := dr.reader(d, a, o, set)
	err := d.eachRecipient(ctx, a, o, dr, func(some []Recipient) error {
		if err := r.read(ctx, some); err != nil {
			return err
		}
		dr.Recipients = append(dr.Recipients, some...)
		if dr.Estimated && len(dr.Recipients) >= estimateFrom {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if !dr.Estimated {
		dr.nobody(o)
	}
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
	if dr.Lists, err = read(o.Lists, d.List); err != nil {
		return err
	}
	dr.Expected = int64(len(o.To))
	for _, c := range dr.chosen() {
		dr.Expected += c.Count
	}
	if o.fromBatch() {
		n, err := d.store.CountNotReached(ctx, o.AgainOf)
		if err != nil {
			return fmt.Errorf("count numbers: %w", err)
		}
		dr.Expected += n
	}
	return d.readFileFacts(ctx, a, o, dr)
}

func (dr *Draft) chosen() []Chosen { return append(append([]Chosen(nil), dr.Groups...), dr.Lists...) }

// reader reads the recipients of an order, some at a time, into its totals.
type reader struct {
	d    *Desk
	dr   *Draft
	o    Order
	home string
	user int64 // whose contacts typed numbers are looked up in
	seen *seenNumbers
}

func (dr *Draft) reader(d *Desk, a Actor, o Order, set Settings) *reader {
	dr.readDays(d.clock(), o, set)
	return &reader{d: d, dr: dr, o: o, home: set.Country, user: a.User.ID, seen: newSeenNumbers(min(dr.Expected, MaxRecipients))}
}

// read reads some recipients in place: their numbers, who comes again, whom
// nobody may text and whom the spend guard keeps out.
func (r *reader) read(ctx context.Context, some []Recipient) error {
	valid := r.numbers(some)
	if err := r.knowTyped(ctx, some); err != nil {
		return err
	}
	suppressed, err := r.d.store.SuppressedOf(ctx, valid)
	if err != nil {
		return err
	}
	if r.o.confirms {
		suppressed = nil
	}
	barred, err := r.d.bar(ctx, r.home, valid, r.dr)
	if err != nil {
		return err
	}
	r.dr.count(some, suppressed, barred)
	return nil
}

// numbers reads what was typed for each recipient, and returns the numbers that
// are some and come for the first time.
func (r *reader) numbers(some []Recipient) []sms.MSISDN {
	valid := make([]sms.MSISDN, 0, len(some))
	for i := range some {
		one := &some[i]
		number := one.Number
		if number == "" {
			var err error
			number, err = sms.ParseMSISDN(one.Typed, r.home)
			if err != nil && r.o.BareNumbers {
				if abroad, ok := bareNumber(one.Typed); ok {
					number, err = abroad, nil
				}
			}
			if err != nil {
				one.Refusal, one.Why = numberRefusal(err)
				continue
			}
		}
		if one.Duplicate = r.seen.again(number); !one.Duplicate {
			valid = append(valid, number)
		}
		one.Number = number
	}
	return valid
}

// numberKey is a number in eight bytes: its digits, of which there are at most
// fifteen.
func numberKey(n sms.MSISDN) (key uint64) {
	for i := 1; i < len(n); i++ {
		key = key*10 + uint64(n[i]-'0')
	}
	return key
}

// count refuses those whom nobody may text or the spend guard keeps out, and
// counts the others.
func (dr *Draft) count(some []Recipient, suppressed map[sms.MSISDN]bool, barred map[sms.MSISDN]*Refusal) {
	for i := range some {
		r := &some[i]
		switch {
		case r.Number == "":
			dr.Bad++
		case r.Duplicate:
			dr.Duplicates++
			if r.Refusal = dr.out[r.Number]; r.Refusal == nil {
				r.Refusal = barred[r.Number]
			}
		case suppressed[r.Number]:
			r.Refusal = ErrSuppressed
			dr.Suppressed++
		case barred[r.Number] != nil:
			r.Refusal = barred[r.Number]
			dr.Barred++
		default:
			dr.People++
		}
		if r.Refusal != nil && r.Number != "" && !r.Duplicate {
			if dr.out == nil {
				dr.out = map[sms.MSISDN]*Refusal{}
			}
			dr.out[r.Number] = r.Refusal
		}
		if r.Refusal != nil && dr.firstOut == nil {
			dr.firstOut = r.Refusal
		}
		if r.Refusal != nil && !r.Refusal.Is(dr.firstOut) {
			dr.mixedOut = true
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
	case out+dr.Lacking == 0 && len(dr.Groups) > 0:
		dr.Problems = append(dr.Problems, ErrEmptyGroup.because("Nobody is in the group %s.", dr.Groups[0].Name))
	case out+dr.Lacking == 0 && len(dr.Lists) > 0:
		dr.Problems = append(dr.Problems, ErrEmptyList.because("Nobody is on the list %s.", dr.Lists[0].Name))
	case out+dr.Lacking == 0 && o.fromBatch():
		dr.Problems = append(dr.Problems, ErrNobodyToSendTo)
	case out+dr.Lacking == 0:
		dr.Problems = append(dr.Problems, ErrNoRecipients)
	case out == 0: // all lack what is to be filled in, as endFill says
	case out == 1:
		dr.Problems = append(dr.Problems, dr.firstOut)
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
		skips = append(skips, db.BatchSkip{BatchID: batchID, Place: int64(i), Typed: r.label(), Code: r.Refusal.Code, Reason: r.Refusal.Sentence})
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
