package desk

import (
	"context"
	"fmt"

	"textdesk/db"
)

// The kinds of credit entry. Reserved credits have left the balance; settling
// spends them, releasing gives them back.
const (
	entryReserve  = "reserve"
	entrySettle   = "settle"
	entryRelease  = "release"
	entryTopUp    = "top_up"
	entryTransfer = "transfer"
)

// Refunded reports whether a message's credits went back to its user, because
// it certainly did not go.
func Refunded(m db.Message) bool { return m.Paid == db.Released }

// enter writes one line of the ledger and keeps the cached balance equal to
// the sum of its lines. It is the only place that changes credits.
func (d *Desk) enter(ctx context.Context, tx *db.Tx, e db.InsertCreditEntryParams) error {
	e.At = d.now()
	if err := tx.InsertCreditEntry(ctx, e); err != nil {
		return fmt.Errorf("insert credit entry: %w", err)
	}
	if err := tx.AddCredits(ctx, db.AddCreditsParams{ID: e.UserID, Amount: e.Amount, Reserved: e.Reserved}); err != nil {
		return fmt.Errorf("add credits: %w", err)
	}
	return nil
}

// giveCredits moves credits from a parent to a child; without a parent they
// are topped up.
func (d *Desk) giveCredits(ctx context.Context, tx *db.Tx, parent db.User, child, credits int64) error {
	if parent.ID == 0 {
		return d.enter(ctx, tx, db.InsertCreditEntryParams{UserID: child, Kind: entryTopUp, Amount: credits})
	}
	if !parent.Unlimited && parent.Balance < credits {
		return ErrNoCredits.because("%s has %d credits, not %d.", parent.Username, parent.Balance, credits).on("credits")
	}
	if err := d.enter(ctx, tx, db.InsertCreditEntryParams{UserID: parent.ID, Kind: entryTransfer, Amount: -credits, OtherUserID: db.ID(child)}); err != nil {
		return err
	}
	return d.enter(ctx, tx, db.InsertCreditEntryParams{UserID: child, Kind: entryTransfer, Amount: credits, OtherUserID: db.ID(parent.ID)})
}

// reserve takes the credits of a batch that is being accepted.
func (d *Desk) reserve(ctx context.Context, tx *db.Tx, userID, batchID, credits int64) error {
	return d.enter(ctx, tx, db.InsertCreditEntryParams{UserID: userID, Kind: entryReserve, Amount: -credits, Reserved: credits, BatchID: db.ID(batchID)})
}
