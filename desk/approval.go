package desk

import (
	"context"
	"errors"
	"fmt"

	"textdesk/db"
)

// heldForApproval is why a batch is held that an administrator has to approve.
const heldForApproval = "approval"

// What an administrator has decided about a send.
const (
	Approved = "approved"
	Returned = "returned"
)

// maxNote is how many bytes the note to a sender has at the most.
const maxNote = 500

// WaitsForApproval reports whether nothing of a batch leaves until an
// administrator has approved it.
func WaitsForApproval(b db.Batch) bool { return b.HeldAt > 0 && b.HeldWhy == heldForApproval }

// Approval is a send that waits for an administrator, or did.
type Approval struct {
	Batch db.Batch
	// By is who wants to send it, and Balance what they have besides.
	By        string
	Unlimited bool
	Balance   int64
	// Sample is one of its messages, the first where nobody asks for another;
	// Before and After are the ids of those beside it, 0 for none.
	Sample        db.Message
	Before, After int64
	// ByParts is how many people get a text of so many parts, nil while not all
	// of its messages are written, and where there are very many of them.
	ByParts map[int]int
	// Skipped are the first whom it leaves out, of SkippedAll.
	Skipped    []db.BatchSkip
	SkippedAll int64
	// Late: it was to leave at a time that has passed.
	Late bool
}

// Approvals lists the sends that the actor can approve or return, the longest
// waiting first.
func (d *Desk) Approvals(ctx context.Context, a Actor) ([]Approval, error) {
	at, err := d.Attention(ctx, a)
	if err != nil {
		return nil, err
	}
	var all []Approval
	for _, b := range at.Approvals {
		user, err := d.store.User(ctx, b.UserID)
		if err != nil {
			return nil, fmt.Errorf("read user: %w", err)
		}
		all = append(all, Approval{Batch: b, By: Actor{User: user}.Name(), Late: d.late(b)})
	}
	return all, nil
}

// Approval shows a send that waits, as its sender saw it. It refuses with
// [ErrNoApproval] when it does not wait any more.
func (d *Desk) Approval(ctx context.Context, a Actor, batchID int64) (Approval, error) {
	b, err := d.batchToDecide(ctx, a, batchID)
	if err != nil {
		return Approval{}, err
	}
	if err := a.decides(b); err != nil {
		return Approval{}, err
	}
	user, err := d.store.User(ctx, b.UserID)
	if err != nil {
		return Approval{}, fmt.Errorf("read user: %w", err)
	}
	out := Approval{Batch: b, By: Actor{User: user}.Name(), Unlimited: bool(user.Unlimited), Balance: user.Balance, Late: d.late(b)}
	if err := d.ShowText(ctx, &out, 0); err != nil {
		return Approval{}, err
	}
	if out.ByParts, err = d.byParts(ctx, b); err != nil {
		return Approval{}, err
	}
	out.Skipped, out.SkippedAll, err = d.skips(ctx, b.ID, skipsShown)
	return out, err
}

// ShowText has an approval show one of its messages, by its id, or the first
// where there is no such one.
func (d *Desk) ShowText(ctx context.Context, a *Approval, messageID int64) (err error) {
	a.Sample, err = d.store.Message(ctx, messageID)
	if db.IsNotFound(err) || err == nil && a.Sample.BatchID != a.Batch.ID {
		a.Sample, err = d.store.FirstMessageOfBatch(ctx, a.Batch.ID)
	}
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	a.Before, a.After = 0, 0
	before, err := d.store.MessageOfBatchBefore(ctx, db.MessageOfBatchBeforeParams{BatchID: a.Batch.ID, BeforeID: a.Sample.ID})
	if err == nil {
		a.Before = before.ID
	} else if !db.IsNotFound(err) {
		return fmt.Errorf("read message: %w", err)
	}
	after, err := d.store.MessagesOfBatch(ctx, db.MessagesOfBatchParams{BatchID: a.Batch.ID, AfterID: a.Sample.ID, PageSize: 1})
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	if len(after) > 0 {
		a.After = after[0].ID
	}
	return nil
}

// mostCounted is of how many people at most a page counts the parts.
const mostCounted = 100_000

// byParts counts the people of a batch by how many parts they get, nil where that
// is not known or would take too long.
func (d *Desk) byParts(ctx context.Context, b db.Batch) (map[int]int, error) {
	switch {
	case b.NStaged > 0:
		return nil, nil
	case b.Parts == b.Recipients:
		return map[int]int{1: int(b.Recipients)}, nil
	case b.Recipients > mostCounted:
		return nil, nil
	}
	rows, err := d.store.PartsOfBatch(ctx, b.ID)
	if err != nil {
		return nil, fmt.Errorf("count parts: %w", err)
	}
	all := map[int]int{}
	for _, r := range rows {
		all[int(r.Parts)] = int(r.People)
	}
	return all, nil
}

// batchToDecide finds a batch that the actor sees, or for which they stand in.
func (d *Desk) batchToDecide(ctx context.Context, a Actor, id int64) (db.Batch, error) {
	b, err := d.Batch(ctx, a, id)
	if !errors.Is(err, ErrUnknownBatch) || !a.Admin() {
		return b, err
	}
	b, err = d.store.Batch(ctx, id)
	if db.IsNotFound(err) || err == nil && !WaitsForApproval(b) {
		return db.Batch{}, ErrUnknownBatch
	}
	if err != nil {
		return db.Batch{}, fmt.Errorf("read batch: %w", err)
	}
	ok, err := d.standsIn(ctx, a, b.UserID)
	if err == nil && !ok {
		err = ErrUnknownBatch
	}
	if err != nil {
		return db.Batch{}, err
	}
	return b, nil
}

// standsIn reports whether the actor decides for somebody who has no
// administrator above them, or none who can sign in: the administrators at the
// top do, and where none of those can either, every administrator who can. So
// there is always somebody.
func (d *Desk) standsIn(ctx context.Context, a Actor, senderID int64) (bool, error) {
	users, err := d.store.UserList(ctx)
	if err != nil {
		return false, fmt.Errorf("read users: %w", err)
	}
	return contains(standIns(users, senderID), a.User.ID), nil
}

// standIns are those who decide about what somebody sends in place of the
// administrators above them; nobody, where there is such a one.
func standIns(users []db.User, senderID int64) []int64 {
	byID := map[int64]db.User{}
	var top, all []int64
	for _, u := range users {
		byID[u.ID] = u
		if u.Level != LevelAdmin || StateOf(u) != UserActive || u.ID == senderID {
			continue
		}
		all = append(all, u.ID)
		if u.ParentID == 0 || bool(u.Unlimited) {
			top = append(top, u.ID)
		}
	}
	seen := map[int64]bool{}
	for id := int64(byID[senderID].ParentID); id != 0 && !seen[id]; id = int64(byID[id].ParentID) {
		seen[id] = true
		if contains(all, id) {
			return nil
		}
	}
	if len(top) > 0 {
		return top
	}
	return all
}

// skipsShown is how many of those whom a send leaves out are listed.
const skipsShown = 50

// decides refuses who may not decide about a batch that they can see, and one
// about which there is nothing to decide.
func (a Actor) decides(b db.Batch) error {
	switch {
	case !a.Admin():
		return ErrForbidden
	case a.User.ID == b.UserID:
		return ErrOwnApproval
	case !WaitsForApproval(b):
		return ErrNoApproval
	}
	return nil
}

// late reports whether a send was to leave at a time that has passed.
func (d *Desk) late(b db.Batch) bool { return b.SendAt > b.CreatedAt && b.SendAt < d.now() }

// holdForApproval keeps a batch that is being accepted until it is approved.
func (d *Desk) holdForApproval(ctx context.Context, tx *db.Tx, batchID int64) error {
	if err := tx.HoldBatch(ctx, db.HoldBatchParams{ID: batchID, HeldAt: d.now(), HeldWhy: heldForApproval}); err != nil {
		return fmt.Errorf("hold batch: %w", err)
	}
	if err := tx.InsertApproval(ctx, batchID); err != nil {
		return fmt.Errorf("insert approval: %w", err)
	}
	return nil
}

// Approve lets a send go that waits. Its validity begins now, or at its time.
// One whose time has passed is refused with [ErrPastTime], unless the actor says
// that it is to go even so. For administrators above its sender, and for who
// stands in where there is none.
func (d *Desk) Approve(ctx context.Context, a Actor, batchID int64, evenLate bool) error {
	b, err := d.batchToDecide(ctx, a, batchID)
	if err != nil {
		return err
	}
	// What is due stands as due, also when nobody has looked yet.
	if _, err := d.Promote(ctx); err != nil {
		return err
	}
	var first db.Message
	r := &renewal{batchID: b.ID}
	for err = errMoreToRenew; errors.Is(err, errMoreToRenew); {
		if d.late(b) && !evenLate {
			return ErrPastTime
		}
		if b.Recipients > renewStep && a.decides(b) == nil {
			if err := d.renew(ctx, r, heldForApproval); err != nil {
				return err
			}
		}
		err = d.settleApproval(ctx, a, batchID, Approved, "", func(ctx context.Context, tx *db.Tx, b db.Batch) (err error) {
			if d.late(b) && !evenLate {
				return ErrPastTime
			}
			if first, err = tx.FirstMessageOfBatch(ctx, b.ID); err != nil {
				return fmt.Errorf("read message: %w", err)
			}
			return d.finishRenewal(ctx, tx, b, r)
		})
	}
	if err != nil {
		return err
	}
	d.wake(first.ProviderID)
	return nil
}

// Return gives a send that waits back to its sender, with a note that says why:
// nothing of it leaves, and its credits are free again. For administrators above
// its sender, and for who stands in where there is none.
func (d *Desk) Return(ctx context.Context, a Actor, batchID int64, note string) error {
	note = tidy(note)
	if note == "" {
		return ErrNoteBlank
	}
	if r := tooLong("note", note, maxNote); r != nil {
		return r
	}
	if _, err := d.batchToDecide(ctx, a, batchID); err != nil {
		return err
	}
	err := d.settleApproval(ctx, a, batchID, Returned, note, func(ctx context.Context, tx *db.Tx, b db.Batch) error {
		_, err := d.takeBack(ctx, tx, b.ID, a.User.ID)
		return err
	})
	if err != nil {
		return err
	}
	return d.finishStop(ctx, batchID)
}

// settleApproval does what was decided about a batch, if it still waits.
func (d *Desk) settleApproval(ctx context.Context, a Actor, batchID int64, decision, note string, do func(context.Context, *db.Tx, db.Batch) error) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		b, err := tx.Batch(ctx, batchID)
		if err != nil {
			return fmt.Errorf("read batch: %w", err)
		}
		if err := a.decides(b); err != nil {
			return err
		}
		if err := do(ctx, tx, b); err != nil {
			return err
		}
		err = tx.DecideApproval(ctx, db.DecideApprovalParams{BatchID: b.ID, Decision: decision, DecidedBy: db.ID(a.User.ID), DecidedAt: d.now(), Note: note})
		if err != nil {
			return fmt.Errorf("decide approval: %w", err)
		}
		return d.audit(ctx, tx, a, "batch."+map[string]string{Approved: "approve", Returned: "return"}[decision], fmt.Sprint(b.ID), note)
	})
}

// Decision is what an administrator has said to a send that had to be approved.
type Decision struct {
	// Decision is Approved or Returned, and "" while nobody has decided or nobody
	// had to.
	Decision string
	By, Note string
	At       db.Millis
}

// decision reads it.
func (d *Desk) decision(ctx context.Context, batchID int64) (Decision, error) {
	row, err := d.store.Approval(ctx, batchID)
	if db.IsNotFound(err) {
		return Decision{}, nil
	}
	if err != nil {
		return Decision{}, fmt.Errorf("read approval: %w", err)
	}
	out := Decision{Decision: row.Decision, Note: row.Note, At: row.DecidedAt}
	if row.DecidedBy != 0 {
		user, err := d.store.User(ctx, int64(row.DecidedBy))
		if err != nil {
			return Decision{}, fmt.Errorf("read user: %w", err)
		}
		out.By = Actor{User: user}.Name()
	}
	return out, nil
}

// MayDecide reports whether the actor can approve or return a batch that they
// can see.
func (a Actor) MayDecide(b db.Batch) bool { return a.decides(b) == nil }
