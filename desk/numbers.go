package desk

import (
	"context"
	"fmt"
	"strings"

	"textdesk/db"
	"textdesk/forward"
	"textdesk/sms"
)

// Number is a number as its page shows it.
type Number struct {
	db.Number
	// Provider, Owner and List are names, "" for none. ListPeople is how many are
	// on the list.
	Provider, Owner, OwnerName, List string
	ListPeople                       int64
	// Waiting texts are still to be forwarded; GivenUp ones were not taken within
	// a day. At most mostForwards of each are counted.
	Waiting, GivenUp int64
	// Last is what was forwarded last, without an id when nothing was.
	Last db.Forward
	// Refused is the host, with its port, that the guard does not let texts out to,
	// as far as the address and the last try tell; "" for none.
	Refused string
}

// Forwards reports whether texts are forwarded.
func (n Number) Forwards() bool { return n.ForwardURL != "" }

// Host is the host that texts are forwarded to, with its port if it has one, as
// people read it.
func (n Number) Host() string { return ShownHost(forward.Host(n.ForwardURL)) }

// URL is the address that texts are forwarded to, as people read it.
func (n Number) URL() string { return forward.ShownURL(n.ForwardURL) }

// ShownHost is a host, with its port if it has one, as people read it:
// "münchen.example" for "xn--mnchen-3ya.example".
func ShownHost(host string) string { return forward.ShownHost(host) }

// HasAuth reports whether an auth text is passed through.
func (n Number) HasAuth() bool { return n.ForwardAuth != "" }

// mostForwards is as far as forwards are counted.
const mostForwards = 10_000

// Display returns the number as people in the home country read it.
func (n Number) Display(home string) string {
	return sms.Sender{Address: n.Address, TON: n.TON}.Display(home)
}

// Numbers lists the numbers whose owners the actor looks after; for the
// administrators of all, also those of nobody. For administrators.
func (d *Desk) Numbers(ctx context.Context, a Actor) ([]Number, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	below, err := d.below(ctx, a)
	if err != nil {
		return nil, err
	}
	rows, err := d.store.Numbers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read numbers: %w", err)
	}
	var all []Number
	for _, row := range rows {
		if below != nil && !contains(below, int64(row.UserID)) {
			continue
		}
		n, err := d.describe(ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// Number returns one. A number that the actor does not look after does not exist
// for them.
func (d *Desk) Number(ctx context.Context, a Actor, id int64) (Number, error) {
	row, err := d.numberSeen(ctx, a, id)
	if err != nil {
		return Number{}, err
	}
	return d.describe(ctx, row)
}

func (d *Desk) numberSeen(ctx context.Context, a Actor, id int64) (db.Number, error) {
	if !a.Admin() {
		return db.Number{}, ErrForbidden
	}
	row, err := d.store.Number(ctx, id)
	if err := found("number", err, ErrUnknownVMN); err != nil {
		return db.Number{}, err
	}
	below, err := d.below(ctx, a)
	if err != nil {
		return db.Number{}, err
	}
	if below != nil && !contains(below, int64(row.UserID)) {
		return db.Number{}, ErrUnknownVMN
	}
	return row, nil
}

// describe adds names and what became of forwards.
func (d *Desk) describe(ctx context.Context, row db.Number) (Number, error) {
	n := Number{Number: row}
	p, err := d.store.Provider(ctx, row.ProviderID)
	if err != nil {
		return n, fmt.Errorf("read provider: %w", err)
	}
	n.Provider = p.Name
	if row.UserID != 0 {
		u, err := d.store.User(ctx, int64(row.UserID))
		if err != nil {
			return n, fmt.Errorf("read owner: %w", err)
		}
		n.Owner, n.OwnerName = u.Username, Actor{User: u}.Name()
	}
	if row.ListID != 0 {
		l, err := d.store.List(ctx, int64(row.ListID))
		if err != nil {
			return n, fmt.Errorf("read list: %w", err)
		}
		n.List, n.ListPeople = l.Name, l.Entries
	}
	if n.Waiting, err = d.store.CountForwardsWaiting(ctx, db.CountForwardsWaitingParams{NumberID: row.ID, Most: mostForwards}); err != nil {
		return n, fmt.Errorf("count forwards: %w", err)
	}
	if n.GivenUp, err = d.store.CountForwardsGivenUp(ctx, db.CountForwardsGivenUpParams{NumberID: row.ID, Most: mostForwards}); err != nil {
		return n, fmt.Errorf("count forwards: %w", err)
	}
	if n.Last, err = d.store.LastForward(ctx, row.ID); err != nil && !db.IsNotFound(err) {
		return n, fmt.Errorf("read last forward: %w", err)
	}
	return n, d.refused(ctx, &n)
}

// refused finds out to which host the guard lets nothing out.
func (d *Desk) refused(ctx context.Context, n *Number) error {
	if !n.Forwards() {
		return nil
	}
	allowed, err := d.allowedHosts(ctx, d.store.Queries)
	if err != nil {
		return err
	}
	if n.Refused = allowed.Refuses(n.ForwardURL); n.Refused != "" || n.Last.ID == 0 || n.Last.State == ForwardTaken {
		return nil
	}
	last, err := d.store.LastAttempt(ctx, n.Last.ID)
	if err != nil && !db.IsNotFound(err) {
		return fmt.Errorf("read last attempt: %w", err)
	}
	if !allowed.Covers(last.RefusedHost) {
		n.Refused = last.RefusedHost
	}
	return nil
}

// AddNumber registers a number that texts come in on. For administrators.
func (d *Desk) AddNumber(ctx context.Context, a Actor, f NumberForm) (id int64, err error) {
	if !a.Admin() {
		return 0, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	var bad []*Refusal
	address, err := sms.ParseSender(f.Number, set.Country)
	switch {
	case strings.TrimSpace(f.Number) == "":
		bad = append(bad, ErrBadVMN)
	case err != nil || address.TON == sms.TONAlphanumeric:
		bad = append(bad, ErrBadVMN.because("%s is not a number that texts can come in on. Write all of it, such as 07860 033456, or a short code, such as 60777.", strings.TrimSpace(f.Number)))
	}
	row, unusable, err := d.readNumber(ctx, a, f, db.Number{})
	if err != nil {
		return 0, err
	}
	if bad = append(bad, unusable...); len(bad) > 0 {
		return 0, refused(bad)
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NumberByAddress(ctx, address.Address); err == nil {
			return ErrVMNTaken.because("%s is there already.", address.Display(set.Country))
		} else if !db.IsNotFound(err) {
			return fmt.Errorf("look for number: %w", err)
		}
		id, err = tx.InsertNumber(ctx, db.InsertNumberParams{Address: address.Address, TON: address.TON, ProviderID: row.ProviderID, UserID: row.UserID,
			ForwardMethod: row.ForwardMethod, ForwardURL: row.ForwardURL, ListID: row.ListID, Tells: row.Tells, CreatedAt: d.now()})
		if err != nil {
			return fmt.Errorf("insert number: %w", err)
		}
		if err := d.keepAuth(ctx, tx, id, row.ForwardURL, f); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "number.add", numberName(address.Address, address.TON), numberWords(row, f))
	})
	return id, err
}

// ChangeNumber changes all about a number but the number itself. What waits to
// be forwarded goes to the new address; if there is none any more, it is not
// forwarded. For administrators who look after its owner.
func (d *Desk) ChangeNumber(ctx context.Context, a Actor, id int64, f NumberForm) error {
	was, err := d.numberSeen(ctx, a, id)
	if err != nil {
		return err
	}
	row, bad, err := d.readNumber(ctx, a, f, was)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.ChangeNumber(ctx, db.ChangeNumberParams{ID: id, ProviderID: row.ProviderID, UserID: row.UserID, ForwardMethod: row.ForwardMethod,
			ForwardURL: row.ForwardURL, ListID: row.ListID, Tells: row.Tells, ChangedAt: d.now()})
		if err != nil {
			return fmt.Errorf("change number: %w", err)
		}
		if err := d.keepAuth(ctx, tx, id, row.ForwardURL, f); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "number.change", numberName(was.Address, was.TON), numberWords(row, f))
	})
	if err != nil {
		return err
	}
	if row.ForwardURL == "" {
		return d.endForwards(ctx, id, "Forwarding was switched off.")
	}
	if row.ForwardURL != was.ForwardURL || f.Auth != "" { // perhaps this was what was wrong
		return d.bringForward(ctx, id, 0)
	}
	return nil
}

// RemoveNumber forgets a number. What came in on it stays; what waits to be
// forwarded is not. For administrators who look after its owner.
func (d *Desk) RemoveNumber(ctx context.Context, a Actor, id int64) error {
	was, err := d.numberSeen(ctx, a, id)
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.RemoveNumber(ctx, db.RemoveNumberParams{ID: id, RemovedAt: d.now()}); err != nil {
			return fmt.Errorf("remove number: %w", err)
		}
		return d.audit(ctx, tx, a, "number.remove", numberName(was.Address, was.TON), "")
	})
	if err != nil {
		return err
	}
	const reason = "The number was removed."
	if err := d.endForwards(ctx, id, reason); err != nil {
		return err
	}
	return d.inForwardSteps(ctx, new(int64), func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.LeaveGivenUp(ctx, db.LeaveGivenUpParams{NumberID: id, Reason: reason, PageSize: forwardStep})
	})
}

// NumbersWith names the numbers whose forwarded texts take data from a list.
func (d *Desk) NumbersWith(ctx context.Context, a Actor, list int64) ([]string, error) {
	if _, err := d.List(ctx, a, list); err != nil {
		return nil, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := d.store.NumbersWithList(ctx, list)
	if err != nil {
		return nil, fmt.Errorf("look for numbers: %w", err)
	}
	var names []string
	for _, row := range rows {
		names = append(names, sms.Sender{Address: row.Address, TON: row.TON}.Display(set.Country))
	}
	return names, nil
}

// NumberNamed finds a number as people write it. For administrators.
func (d *Desk) NumberNamed(ctx context.Context, a Actor, typed string) (Number, error) {
	if !a.Admin() {
		return Number{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Number{}, err
	}
	address, err := sms.ParseSender(typed, set.Country)
	if err != nil {
		return Number{}, ErrUnknownVMN.because("There is no number %s.", strings.TrimSpace(typed))
	}
	row, err := d.store.NumberByAddress(ctx, address.Address)
	if err := found("number", err, ErrUnknownVMN.because("There is no number %s.", strings.TrimSpace(typed))); err != nil {
		return Number{}, err
	}
	return d.Number(ctx, a, row.ID)
}
