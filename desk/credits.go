package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
)

// mostCredits is how many credits move at a time, so that no sum overflows.
const mostCredits = 1_000_000_000

// CreditMove is a move of credits to somebody, or back from them, with the
// balances of both as they are before it.
type CreditMove struct {
	User db.User
	// From is whose credits they are; the zero user when they are nobody's: a
	// top-up makes credits, and taking it back ends them.
	From db.User
	// Credits go to User, or come back when negative.
	Credits int64
	// Seen marks how far User's ledger had come.
	Seen int64
}

// TopUp reports whether the credits are nobody's.
func (m CreditMove) TopUp() bool { return m.From.ID == 0 }

// UserAfter and FromAfter are the balances after it.
func (m CreditMove) UserAfter() int64 { return m.User.Balance + m.Credits }

// FromAfter is the other side's.
func (m CreditMove) FromAfter() int64 { return m.From.Balance - m.Credits }

// PlanMove says what a move between the actor and a user below them would do,
// and refuses what it would be refused for. An administrator moves their own
// credits; one who is unlimited tops up. The command line moves those of the
// user's administrator, as AddUser does, and tops up whoever has none.
func (d *Desk) PlanMove(ctx context.Context, a Actor, userID, credits int64) (CreditMove, error) {
	reach, err := d.reachForMoves(ctx, a)
	if err != nil {
		return CreditMove{}, err
	}
	return planMove(ctx, d.store.Queries, a, reach, userID, credits)
}

// MoveCredits moves credits as PlanMove says: all or none, never below zero for
// whoever is not unlimited, whatever else happens at the same time. seen is the
// plan's; when credits have come or gone otherwise than by texting since, as
// when a form is sent twice, it is refused. Negative seen does not mind.
func (d *Desk) MoveCredits(ctx context.Context, a Actor, userID, credits, seen int64) error {
	reach, err := d.reachForMoves(ctx, a)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := planMove(ctx, tx.Queries, a, reach, userID, credits)
		if err != nil {
			return err
		}
		if seen >= 0 && m.Seen != seen {
			return ErrCreditsMoved
		}
		return d.carryOut(ctx, tx, a, m)
	})
}

// MoveCreditsByName is MoveCredits for who has no page to look at.
func (d *Desk) MoveCreditsByName(ctx context.Context, a Actor, username string, credits int64) error {
	u, err := d.userByName(ctx, username)
	if err != nil {
		return err
	}
	return d.MoveCredits(ctx, a, u.ID, credits, -1)
}

func (d *Desk) reachForMoves(ctx context.Context, a Actor) ([]int64, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	return d.below(ctx, a)
}

func planMove(ctx context.Context, q *db.Queries, a Actor, reach []int64, userID, credits int64) (m CreditMove, err error) {
	m.Credits = credits
	m.User, err = q.User(ctx, userID)
	if db.IsNotFound(err) || err == nil && reach != nil && !contains(reach, userID) {
		return m, ErrUnknownUser
	}
	if err != nil {
		return m, fmt.Errorf("read user: %w", err)
	}
	if userID == a.User.ID {
		return m, ErrForbidden
	}
	from := a.User.ID
	if a.shell() {
		from = int64(m.User.ParentID)
	}
	if from != 0 {
		if m.From, err = q.User(ctx, from); err != nil {
			return m, fmt.Errorf("read user: %w", err)
		}
		if bool(m.From.Unlimited) && !a.shell() {
			m.From = db.User{}
		}
	}
	if m.Seen, err = q.LastMove(ctx, userID); err != nil {
		return m, fmt.Errorf("read ledger: %w", err)
	}
	return m, m.check(a)
}

// check refuses what nobody may move.
func (m CreditMove) check(a Actor) error {
	name := Actor{User: m.User}.Name()
	switch {
	case m.Credits == 0 || m.Credits > mostCredits || m.Credits < -mostCredits:
		return ErrBadCredits.because("Enter a whole number of credits, from 1 to %s.", thousands(mostCredits))
	case m.Credits > 0 && m.User.ArchivedAt != 0: // what comes back to them later can still be taken
		return ErrArchived.because("%s is archived. Bring them back first.", name)
	case bool(m.User.Unlimited):
		return ErrBadCredits.because("%s has unlimited credits.", name)
	case m.Credits < 0 && m.UserAfter() < 0:
		return ErrCreditsBelow.because("%s has %s credits; you cannot take back %s.", name, thousands(m.User.Balance), thousands(-m.Credits))
	case m.TopUp(), bool(m.From.Unlimited), m.Credits < 0 || m.FromAfter() >= 0:
		return nil
	case m.From.ID == a.User.ID:
		return ErrNoCredits.because("You have %s credits, not %s.", thousands(m.From.Balance), thousands(m.Credits)).on("credits")
	}
	return ErrNoCredits.because("%s has %s credits, not %s.", m.From.Username, thousands(m.From.Balance), thousands(m.Credits)).on("credits")
}

// carryOut writes the entries of a move that was checked in this transaction.
func (d *Desk) carryOut(ctx context.Context, tx *db.Tx, a Actor, m CreditMove) error {
	detail := fmt.Sprintf("%+d credits", m.Credits)
	if m.TopUp() {
		err := d.enter(ctx, tx, db.InsertCreditEntryParams{UserID: m.User.ID, Kind: entryTopUp, Amount: m.Credits, OtherUserID: db.ID(a.User.ID)})
		if err != nil {
			return err
		}
	} else {
		detail += ", of " + m.From.Username
		for _, e := range []db.InsertCreditEntryParams{
			{UserID: m.From.ID, Kind: entryTransfer, Amount: -m.Credits, OtherUserID: db.ID(m.User.ID)},
			{UserID: m.User.ID, Kind: entryTransfer, Amount: m.Credits, OtherUserID: db.ID(m.From.ID)},
		} {
			if err := d.enter(ctx, tx, e); err != nil {
				return err
			}
		}
	}
	return d.audit(ctx, tx, a, "user.credits", m.User.Username, detail)
}

// SetCreditReminder has the actor's pages warn when so many credits or fewer
// are left; 0 never.
func (d *Desk) SetCreditReminder(ctx context.Context, a Actor, credits int64) error {
	if credits < 0 || credits > mostCredits {
		return ErrBadReminder
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetCreditReminder(ctx, db.SetCreditReminderParams{ID: a.User.ID, CreditReminder: credits})
	})
}

// LowOnCredits reports whether a user has come down to where they want to be
// warned.
func LowOnCredits(u db.User) bool {
	return !bool(u.Unlimited) && u.CreditReminder > 0 && u.Balance <= u.CreditReminder
}

// The kinds of a ledger's lines, as LedgerFilter names them.
const (
	LedgerReserved = entryReserve
	LedgerSpent    = entrySettle
	LedgerReturned = entryRelease
	LedgerMoved    = entryTransfer
	LedgerToppedUp = entryTopUp
)

// LedgerFilter says which lines of whose ledger.
type LedgerFilter struct {
	// UserID is 0 for the actor's own.
	UserID int64
	// Kind is one of the Ledger constants, "" for all.
	Kind string
	// From and To are days as forms send them, "2026-06-03", in the
	// organisation's zone, both included; "" does not filter.
	From, To string
	// Before and After are ids of lines, as in Filter.
	Before, After int64
	Limit         int
}

// LedgerLine is one entry of a ledger.
type LedgerLine struct {
	ID   int64
	At   time.Time
	Kind string
	// Balance and Reserved are what it adds to either.
	Balance, Reserved int64
	// BatchID is the send it belongs to, 0 without one; Recipients and Credits
	// are the send's.
	BatchID, Recipients, Credits int64
	// Other is who else had a part in it, "" for nobody.
	Other string
}

// Ledger is a page of a user's ledger, newest first, with where they stand.
type Ledger struct {
	User db.User
	// Spent is what went to providers since the month began in the
	// organisation's zone.
	Spent        int64
	Lines        []LedgerLine
	Newer, Older bool
}

// Ledger reads a page of a ledger that the actor may see.
func (d *Desk) Ledger(ctx context.Context, a Actor, f LedgerFilter) (Ledger, error) {
	user, err := d.ledgerOwner(ctx, a, f.UserID)
	if err != nil {
		return Ledger{}, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Ledger{}, err
	}
	l := Ledger{User: user}
	now := d.clock().In(set.Zone)
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, set.Zone)
	if l.Spent, err = d.store.SpentSince(ctx, db.SpentSinceParams{UserID: user.ID, Since: db.At(month)}); err != nil {
		return Ledger{}, fmt.Errorf("sum ledger: %w", err)
	}
	where, err := f.where(user.ID, set.Zone)
	if err != nil {
		return l, err
	}
	where.Before, where.After, where.Limit = f.Before, f.After, f.Limit+1
	rows, err := d.store.FindCreditEntries(ctx, where)
	if err != nil {
		return Ledger{}, err
	}
	more := len(rows) > f.Limit
	l.Newer, l.Older = f.Before > 0, more
	if f.After > 0 {
		l.Newer, l.Older = more, true
		rows = rows[max(0, len(rows)-f.Limit):]
	} else if more {
		rows = rows[:f.Limit]
	}
	line := d.ledgerLines(ctx)
	for _, row := range rows {
		r, err := line(row)
		if err != nil {
			return Ledger{}, err
		}
		l.Lines = append(l.Lines, r)
	}
	return l, nil
}

// EachLedgerLine calls do for every line of the filter, newest first, whatever
// its page. It holds nothing open while do takes its time; there is no cap.
func (d *Desk) EachLedgerLine(ctx context.Context, a Actor, f LedgerFilter, do func(LedgerLine) error) error {
	user, err := d.ledgerOwner(ctx, a, f.UserID)
	if err != nil {
		return err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	where, err := f.where(user.ID, set.Zone)
	if err != nil {
		return err
	}
	line := d.ledgerLines(ctx)
	return d.store.EachCreditEntry(ctx, where, func(row db.LedgerRow) error {
		r, err := line(row)
		if err != nil {
			return err
		}
		return do(r)
	})
}

// where turns the filter into what the store understands.
func (f LedgerFilter) where(userID int64, zone *time.Location) (db.LedgerFilter, error) {
	where := db.LedgerFilter{UserID: userID, Kind: f.Kind}
	var err error
	if where.From, err = dayAt("from", f.From, zone, 0); err != nil {
		return where, err
	}
	where.To, err = dayAt("to", f.To, zone, 1)
	return where, err
}

// ledgerOwner is the user whose ledger the actor asks for, if they may see it.
func (d *Desk) ledgerOwner(ctx context.Context, a Actor, userID int64) (db.User, error) {
	if userID == 0 {
		userID = a.User.ID
	}
	users, err := d.below(ctx, a)
	if err != nil {
		return db.User{}, err
	}
	user, err := d.store.User(ctx, userID)
	if db.IsNotFound(err) || err == nil && users != nil && !contains(users, userID) {
		return db.User{}, ErrUnknownUser
	}
	if err != nil {
		return db.User{}, fmt.Errorf("read user: %w", err)
	}
	return user, nil
}

// ledgerLines turns rows into lines and asks for each name once.
func (d *Desk) ledgerLines(ctx context.Context) func(db.LedgerRow) (LedgerLine, error) {
	names := map[db.ID]string{}
	return func(row db.LedgerRow) (LedgerLine, error) {
		l := LedgerLine{ID: row.ID, At: row.At.Time(), Kind: row.Kind, Balance: row.Amount, Reserved: row.Reserved,
			BatchID: int64(row.BatchID), Recipients: row.Recipients, Credits: row.BatchCredits}
		if row.OtherUserID == 0 {
			return l, nil
		}
		if _, known := names[row.OtherUserID]; !known {
			u, err := d.store.User(ctx, int64(row.OtherUserID))
			if err != nil {
				return LedgerLine{}, fmt.Errorf("read user: %w", err)
			}
			names[row.OtherUserID] = Actor{User: u}.Name()
		}
		l.Other = names[row.OtherUserID]
		return l, nil
	}
}
