package desk

import (
	"context"
	"fmt"

	"textdesk/db"
)

const (
	actionArchive = "user.archive"
	actionRestore = "user.restore"
)

// ArchivePlan is what archiving somebody would end.
type ArchivePlan struct {
	User db.User
	// Credits go back to Parent, the zero user for nobody; Reserved follow as far
	// as their texts are taken back.
	Credits, Reserved int64
	Parent            db.User
	// Batches have Waiting texts that have not left; Recurring are the repeating
	// sends that go on.
	Batches   int
	Waiting   int64
	Recurring int
	Tokens    int
}

// PlanArchive says what Archive would do, and refuses what it would.
func (d *Desk) PlanArchive(ctx context.Context, a Actor, userID int64) (ArchivePlan, error) {
	acc, err := d.User(ctx, a, userID)
	if err != nil {
		return ArchivePlan{}, err
	}
	p := ArchivePlan{User: acc.User, Parent: acc.Parent, Credits: acc.User.Balance, Reserved: acc.User.Reserved, Tokens: len(acc.Keys)}
	if acc.User.Unlimited {
		p.Credits = 0
	}
	batches, err := d.store.OpenBatches(ctx, userID)
	if err != nil {
		return p, fmt.Errorf("read sends: %w", err)
	}
	for _, b := range batches {
		p.Batches++
		p.Waiting += b.NScheduled + b.NQueued
	}
	recurring, err := d.store.OpenRecurring(ctx, userID)
	if err != nil {
		return p, fmt.Errorf("read repeating sends: %w", err)
	}
	p.Recurring = len(recurring)
	switch {
	case acc.Self:
		return p, ErrYourself
	case acc.Children > 0:
		return p, ErrHasUsers
	}
	return p, nil
}

// Archive lets somebody out for good: their sessions, tokens and repeating sends
// end, their texts that have not left are taken back, and their credits return
// to their administrator. What they sent stays where it is. Done once more, it
// goes on where it was interrupted. For administrators above them.
func (d *Desk) Archive(ctx context.Context, a Actor, userID int64) error {
	var user db.User
	err := d.changeBelow(ctx, a, userID, actionArchive, func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		user = u
		if err := d.notLast(ctx, tx, u); err != nil {
			return "", err
		}
		if u.ID == a.User.ID {
			return "", ErrYourself
		}
		n, err := tx.CountChildren(ctx, db.ID(u.ID))
		if err != nil {
			return "", fmt.Errorf("count users: %w", err)
		}
		if n > 0 {
			return "", ErrHasUsers
		}
		return "", d.shutOut(ctx, tx, u)
	})
	if err != nil {
		return err
	}
	batches, err := d.store.OpenBatches(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("read sends: %w", err)
	}
	for _, b := range batches {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := d.takeBack(ctx, tx, b.ID, a.User.ID); err != nil {
				return err
			}
			return d.audit(ctx, tx, a, "batch.stop", fmt.Sprint(b.ID), user.Username+" was archived")
		})
		if err != nil {
			return fmt.Errorf("stop batch: %w", err)
		}
	}
	return d.returnCredits(ctx, a, user.ID)
}

// ArchiveByName is Archive for who has no page to look at.
func (d *Desk) ArchiveByName(ctx context.Context, a Actor, username string) error {
	u, err := d.userByName(ctx, username)
	if err != nil {
		return err
	}
	return d.Archive(ctx, a, u.ID)
}

// shutOut ends what somebody could come in or send with.
func (d *Desk) shutOut(ctx context.Context, tx *db.Tx, u db.User) error {
	recurring, err := tx.OpenRecurring(ctx, u.ID)
	if err != nil {
		return fmt.Errorf("read repeating sends: %w", err)
	}
	for _, r := range recurring {
		if err := tx.StepRecurring(ctx, db.StepRecurringParams{ID: r.ID, Passed: r.Passed, EndedAt: d.now()}); err != nil {
			return err
		}
	}
	if _, err := tx.RevokeAPIKeysOfUser(ctx, db.RevokeAPIKeysOfUserParams{UserID: u.ID, RevokedAt: d.now()}); err != nil {
		return err
	}
	if err := tx.DeleteUserLink(ctx, u.ID); err != nil {
		return err
	}
	if err := tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID}); err != nil {
		return err
	}
	return tx.SetArchived(ctx, db.SetArchivedParams{ID: u.ID, ArchivedAt: max(u.ArchivedAt, d.now())})
}

// returnCredits moves what an archived user has left to their administrator; of
// one without, or whose administrator is unlimited, it ends.
func (d *Desk) returnCredits(ctx context.Context, a Actor, userID int64) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := tx.User(ctx, userID)
		if err != nil {
			return fmt.Errorf("read user: %w", err)
		}
		if u.Balance <= 0 || bool(u.Unlimited) {
			return nil
		}
		m := CreditMove{User: u, Credits: -u.Balance}
		if u.ParentID != 0 {
			if m.From, err = tx.User(ctx, int64(u.ParentID)); err != nil {
				return fmt.Errorf("read user: %w", err)
			}
			if m.From.Unlimited {
				m.From = db.User{}
			}
		}
		return d.carryOut(ctx, tx, a, m)
	})
}

// RestoreByName is Restore for who has no page to look at.
func (d *Desk) RestoreByName(ctx context.Context, a Actor, username string) (link string, err error) {
	if a.Acting() {
		return "", ErrActing
	}
	u, err := d.userByName(ctx, username)
	if err != nil {
		return "", err
	}
	return d.Restore(ctx, a, u.ID)
}

// Restore brings an archived user back, without credits, tokens and password:
// it returns the token of the link with which they choose one.
func (d *Desk) Restore(ctx context.Context, a Actor, userID int64) (link string, err error) {
	if a.Acting() {
		return "", ErrActing
	}
	err = d.changeBelow(ctx, a, userID, actionRestore, func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		if u.ArchivedAt == 0 {
			return "", ErrNotArchived
		}
		if err := tx.SetArchived(ctx, db.SetArchivedParams{ID: u.ID}); err != nil {
			return "", err
		}
		if err := tx.SetSuspended(ctx, db.SetSuspendedParams{ID: u.ID}); err != nil {
			return "", err
		}
		if err := tx.SetPassword(ctx, db.SetPasswordParams{ID: u.ID}); err != nil {
			return "", err
		}
		link, err = d.insertLink(ctx, tx, a, u.ID, linkInvite)
		return "", err
	})
	return link, err
}
