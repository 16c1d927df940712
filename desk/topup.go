package desk

import (
	"context"
	"fmt"

	"textdesk/db"
)

// MayTopUp reports whether the actor's own credits come from nobody here: an
// administrator without one above them, whose credits are counted.
func (a Actor) MayTopUp() bool {
	return a.Admin() && !a.shell() && !a.Acting() && a.User.ParentID == 0 && !bool(a.User.Unlimited)
}

// TopUp adds credits that were bought to those of the actor, or takes back what
// was added by mistake when negative, never below zero. seen is how far their
// ledger had come, so that a form sent twice adds once; negative does not mind.
// For administrators without one above them.
func (d *Desk) TopUp(ctx context.Context, a Actor, credits, seen int64) error {
	if !a.MayTopUp() {
		return ErrForbidden
	}
	if credits == 0 || credits > mostCredits || credits < -mostCredits {
		return ErrBadCredits.because("Enter a whole number of credits, from 1 to %s.", thousands(mostCredits))
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := tx.User(ctx, a.User.ID)
		if err != nil {
			return fmt.Errorf("read user: %w", err)
		}
		last, err := tx.LastMove(ctx, u.ID)
		if err != nil {
			return fmt.Errorf("read ledger: %w", err)
		}
		if seen >= 0 && last != seen {
			return ErrCreditsMoved
		}
		if credits < 0 && u.Balance+credits < 0 {
			return ErrCreditsBelow.because("You have %s credits; you cannot take back %s.", thousands(u.Balance), thousands(-credits))
		}
		if err := d.enter(ctx, tx, db.InsertCreditEntryParams{UserID: u.ID, Kind: entryTopUp, Amount: credits, OtherUserID: db.ID(u.ID)}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "user.credits", u.Username, fmt.Sprintf("%+d credits, topped up", credits))
	})
}

// LastMove marks how far the actor's ledger has come, for TopUp.
func (d *Desk) LastMove(ctx context.Context, a Actor) (int64, error) {
	seen, err := d.store.LastMove(ctx, a.User.ID)
	if err != nil {
		return 0, fmt.Errorf("read ledger: %w", err)
	}
	return seen, nil
}

// SetUnlimited has a user's credits not be counted, or counted from what they
// have. For the command line and for administrators without limit, over those
// below them.
func (d *Desk) SetUnlimited(ctx context.Context, a Actor, username string, unlimited bool) error {
	if !bool(a.User.Unlimited) {
		return ErrForbidden
	}
	return d.changeUser(ctx, a, username, "user.unlimited", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		if u.ID == a.User.ID {
			return "", ErrYourself
		}
		words := "off"
		if unlimited {
			words = "on"
		}
		return words, tx.SetUnlimited(ctx, db.SetUnlimitedParams{ID: u.ID, Unlimited: db.Bool(unlimited)})
	})
}
