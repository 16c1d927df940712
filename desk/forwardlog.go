package desk

import (
	"context"
	"fmt"
	"math"
	"time"

	"textdesk/db"
	"textdesk/forward"
)

// ForwardLine is a text in the log of a number's forwards.
type ForwardLine struct {
	db.Forward
	Inbound db.Inbound
	// Last is the last try, without an id before the first.
	Last db.ForwardAttempt
}

// What of a number's log is shown.
const (
	ForwardsAll     = ""
	ForwardsWaiting = "waiting"
	ForwardsGivenUp = "given-up"
)

// Forwards returns a page of what a number has forwarded, newest first. For those
// who may see the texts of its owner.
func (d *Desk) Forwards(ctx context.Context, a Actor, number int64, which string, before int64, limit int) (lines []ForwardLine, older bool, err error) {
	if _, err := d.numberRead(ctx, a, number); err != nil {
		return nil, false, err
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	page := db.ForwardsOlderParams{NumberID: number, BeforeID: before, PageSize: int32(limit + 1)}
	var rows []db.Forward
	switch which {
	case ForwardsWaiting:
		rows, err = d.store.ForwardsWaitingOlder(ctx, db.ForwardsWaitingOlderParams(page))
	case ForwardsGivenUp:
		rows, err = d.store.ForwardsGivenUpOlder(ctx, db.ForwardsGivenUpOlderParams(page))
	default:
		rows, err = d.store.ForwardsOlder(ctx, page)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read forwards: %w", err)
	}
	if older = len(rows) > limit; older {
		rows = rows[:limit]
	}
	for _, row := range rows {
		l := ForwardLine{Forward: row}
		if l.Inbound, err = d.store.Inbound(ctx, row.InboundID); err != nil {
			return nil, false, fmt.Errorf("read inbound: %w", err)
		}
		if l.Last, err = d.store.LastAttempt(ctx, row.ID); err != nil && !db.IsNotFound(err) {
			return nil, false, fmt.Errorf("read last attempt: %w", err)
		}
		lines = append(lines, l)
	}
	return lines, older, nil
}

// attemptsShown is how many tries of one forward are shown, the latest.
const attemptsShown = 200

// Forward returns one text of the log with its tries, the latest first.
func (d *Desk) Forward(ctx context.Context, a Actor, number, id int64) (ForwardLine, []db.ForwardAttempt, error) {
	if _, err := d.numberRead(ctx, a, number); err != nil {
		return ForwardLine{}, nil, err
	}
	row, err := d.store.Forward(ctx, db.ForwardParams{ID: id, NumberID: number})
	if err := found("forward", err, ErrUnknownForward); err != nil {
		return ForwardLine{}, nil, err
	}
	l := ForwardLine{Forward: row}
	if l.Inbound, err = d.store.Inbound(ctx, row.InboundID); err != nil {
		return l, nil, fmt.Errorf("read inbound: %w", err)
	}
	tries, err := d.store.Attempts(ctx, db.AttemptsParams{ForwardID: id, PageSize: attemptsShown})
	if err != nil {
		return l, nil, fmt.Errorf("read attempts: %w", err)
	}
	if len(tries) > 0 {
		l.Last = tries[0]
	}
	return l, tries, nil
}

// numberRead is a number of whose owner the actor may see the texts.
func (d *Desk) numberRead(ctx context.Context, a Actor, id int64) (db.Number, error) {
	row, err := d.numberSeen(ctx, a, id)
	if err != nil {
		return row, err
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return row, err
	}
	if users != nil && !contains(users, int64(row.UserID)) {
		return row, ErrForbidden
	}
	return row, nil
}

// ForwardAgain has a text forwarded once more, whatever came of it, with all its
// tries from the beginning. The receiver gets the same id.
func (d *Desk) ForwardAgain(ctx context.Context, a Actor, number, id int64) error {
	l, _, err := d.Forward(ctx, a, number, id)
	if err != nil {
		return err
	}
	n, err := d.numberSeen(ctx, a, number)
	if err != nil {
		return err
	}
	if n.ForwardURL == "" {
		return ErrNotForwarding
	}
	if l.Inbound.Number.Erased() {
		return ErrUnknownForward.because("The text is not kept any more, so it cannot be forwarded.")
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ForwardAgain(ctx, db.ForwardAgainParams{ID: id, NumberID: number, NowAt: d.now()}); err != nil {
			return fmt.Errorf("forward again: %w", err)
		}
		return d.audit(ctx, tx, a, "number.forward_again", numberName(n.Address, n.TON), fmt.Sprintf("text %d", l.InboundID))
	})
	d.wakeForwards()
	return err
}

// ForwardGivenUpAgain does so with everything that a number has given up, and
// returns how many those are.
func (d *Desk) ForwardGivenUpAgain(ctx context.Context, a Actor, number int64) (int64, error) {
	if n, err := d.numberSeen(ctx, a, number); err != nil {
		return 0, err
	} else if n.ForwardURL == "" {
		return 0, ErrNotForwarding
	}
	return d.decideGivenUp(ctx, a, number, "number.forward_again", func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.ForwardGivenUpAgain(ctx, db.ForwardGivenUpAgainParams{NumberID: number, NowAt: d.now(), PageSize: forwardStep})
	})
}

// LeaveGivenUp settles that what a number has given up is not forwarded, and
// returns how many those are.
func (d *Desk) LeaveGivenUp(ctx context.Context, a Actor, number int64) (int64, error) {
	return d.decideGivenUp(ctx, a, number, "number.leave", func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.LeaveGivenUp(ctx, db.LeaveGivenUpParams{NumberID: number, Reason: a.Name() + " left it.", PageSize: forwardStep})
	})
}

func (d *Desk) decideGivenUp(ctx context.Context, a Actor, number int64, action string, do func(context.Context, *db.Tx) (int64, error)) (all int64, err error) {
	n, err := d.numberRead(ctx, a, number)
	if err != nil {
		return 0, err
	}
	if err := d.inForwardSteps(ctx, &all, do); err != nil {
		return all, err
	}
	if all == 0 {
		return 0, nil
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return d.audit(ctx, tx, a, action, numberName(n.Address, n.TON), fmt.Sprintf("%d texts", all))
	})
	d.wakeForwards()
	return all, err
}

// TestText is what a test forwards. Its id is 0, which no text has.
const TestText = "This is a test from Textdesk."

// testSource is from whom a test seems to come, a number that nobody has.
const testSource = "447700900000"

// TestForward forwards a made-up text to a number's address, once, and returns
// what was sent and what came of it. Nothing is kept of it but a line in the
// audit log.
func (d *Desk) TestForward(ctx context.Context, a Actor, number int64) (forward.Call, forward.Outcome, error) {
	n, err := d.numberSeen(ctx, a, number)
	if err != nil {
		return forward.Call{}, forward.Outcome{}, err
	}
	if n.ForwardURL == "" {
		return forward.Call{}, forward.Outcome{}, ErrNotForwarding
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return forward.Call{}, forward.Outcome{}, err
	}
	allowed, err := d.allowedHosts(ctx, d.store.Queries)
	if err != nil {
		return forward.Call{}, forward.Outcome{}, err
	}
	text := forward.Text{Source: testSource, Body: TestText, Received: d.Now().In(set.Zone).Truncate(time.Second)}
	call, err := d.forwardCall(ctx, set, allowed, n, text, "+"+testSource)
	if err != nil {
		return call, forward.Outcome{}, err
	}
	o := new(forward.Client).Do(ctx, call)
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		what := o.Problem
		if o.Taken() {
			what = fmt.Sprintf("answered %d", o.Status)
		}
		return d.audit(ctx, tx, a, "number.test", numberName(n.Address, n.TON), what)
	})
	return call, o, err
}
