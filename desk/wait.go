package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// WaitsFor is what a message waits for that has not left yet.
type WaitsFor string

// What a message can wait for. Where several hold it up, the one that a person
// has to end comes first, and then the one that lasts longest.
const (
	WaitsForNothing  WaitsFor = ""
	WaitsForPerson   WaitsFor = "approval"        // an administrator has to approve it
	WaitsForDecision WaitsFor = "late"            // its time passed while the desk was down
	WaitsForNewTime  WaitsFor = "moving"          // the desk stopped while it got another time
	WaitsForRestore  WaitsFor = "restored"        // it waited in a backup, and may have left since
	WaitsForResume   WaitsFor = "paused"          // somebody paused its send
	WaitsForTime     WaitsFor = "time"            // it is planned
	WaitsForProvider WaitsFor = "provider_paused" // somebody paused its provider
	WaitsForMorning  WaitsFor = "quiet"           // bulk rests
	WaitsForUndo     WaitsFor = "undo"            // its sender can still take it back
	WaitsForRetry    WaitsFor = "retry"           // it is tried again
	WaitsForRepair   WaitsFor = "trouble"         // its provider does not answer as it should
	WaitsForTurn     WaitsFor = "turn"            // others leave before it
)

// Wait is why a message has not left yet.
type Wait struct {
	For WaitsFor
	// Since is when somebody paused it, and By who.
	Since time.Time
	By    string
	ByID  int64
	// Until is when it goes on by itself, zero where that cannot be said.
	Until time.Time
	// Trouble is what its provider said last when it does not answer as it should.
	Trouble string
}

// wait says why a message waits. It reads what only some need.
func (d *Desk) wait(ctx context.Context, m db.Message, b db.Batch, p db.Provider) (Wait, error) {
	if !m.Status.Waiting() {
		return Wait{}, nil
	}
	quiet, now, err := d.quietNow(ctx, d.store.Queries)
	if err != nil {
		return Wait{}, err
	}
	w := waitOf(m, b, p, quiet, now)
	by := db.ID(0)
	switch w.For {
	case WaitsForResume:
		by = b.PausedBy
	case WaitsForProvider:
		by = p.PausedBy
	}
	if by != 0 {
		user, err := d.store.User(ctx, int64(by))
		if err != nil {
			return Wait{}, fmt.Errorf("read user: %w", err)
		}
		w.By, w.ByID = Actor{User: user}.Name(), user.ID
	}
	return w, nil
}

// waitOf says why a message waits, but for who made it wait.
func waitOf(m db.Message, b db.Batch, p db.Provider, quiet QuietHours, now time.Time) Wait {
	due := m.DueAt.Time().In(now.Location())
	ahead := due.After(now)
	switch {
	case !m.Status.Waiting():
		return Wait{}
	case WaitsForApproval(b):
		return Wait{For: WaitsForPerson, Since: b.HeldAt.Time()}
	case HeldInAMove(b):
		return Wait{For: WaitsForNewTime, Since: b.HeldAt.Time()}
	case HeldAfterRestore(b):
		return Wait{For: WaitsForRestore, Since: b.HeldAt.Time()}
	case b.HeldAt > 0:
		return Wait{For: WaitsForDecision, Since: b.HeldAt.Time()}
	case b.PausedAt > 0:
		return Wait{For: WaitsForResume, Since: b.PausedAt.Time()}
	case m.Status == sms.Scheduled, ahead && m.Attempts == 0 && m.DueAt == b.SendAt:
		return Wait{For: WaitsForTime, Until: due}
	case p.PausedAt > 0:
		return Wait{For: WaitsForProvider, Since: p.PausedAt.Time()}
	}
	if !ahead {
		due = now
	}
	if m.Priority > 0 && quiet.At(due) {
		return Wait{For: WaitsForMorning, Until: quiet.Opens(due)}
	}
	w := Wait{For: WaitsForTurn}
	if p.ErrorAt > p.OkAt {
		w.For, w.Trouble = WaitsForRepair, p.ErrorText
	}
	switch {
	case ahead && m.Attempts == 0:
		w.For, w.Until = WaitsForUndo, due
	case ahead:
		w.For, w.Until = WaitsForRetry, due
	}
	return w
}
