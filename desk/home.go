package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// runningShown and repliesShown are how many of them the first page has.
const (
	runningShown = 5
	repliesShown = 4
)

// Overview is what somebody sees first: how today goes.
type Overview struct {
	// Today and Week, seven days of which today is the last, are sums of what
	// the actor may see.
	Today DaySum
	Week  []DaySum
	// Running are the sends to several people that are under way or paused,
	// newest first; RunningMore says how many there are beside.
	Running     []Running
	RunningMore int
	// Replies are the last texts received.
	Replies []InboundLine
	// Lasts is how long the actor's credits will do if they go on as in the last
	// four weeks, 0 where nobody can say.
	Lasts time.Duration
	// LowBelow is how many of those below the actor run low on credits.
	LowBelow int
	// Unread is how many callbacks of providers could not be read. For
	// administrators.
	Unread int64
	// Unanswered is how many automatic replies could not be sent in the last 24
	// hours, and UnansweredWhy the commonest reason. For administrators.
	Unanswered    int64
	UnansweredWhy string
	// Missed is how many times of repeating sends wait for somebody.
	Missed int64
}

// Running is a send that is under way.
type Running struct {
	Batch db.Batch
	// By is who sent it.
	By string
}

// Left is how many of the messages have left: all but those that wait, were
// taken back or were kept from leaving.
func (s DaySum) Left() int64 {
	return s.Messages - s.of([]sms.Status{sms.Scheduled, sms.Queued, sms.Cancelled, sms.Suppressed})
}

// Delivered and NotDelivered are how many of them came to which end.
func (s DaySum) Delivered() int64 { return s.ByStatus[sms.Delivered] }

// NotDelivered counts what failed or expired.
func (s DaySum) NotDelivered() int64 { return s.ByStatus[sms.Failed] + s.ByStatus[sms.Expired] }

// Waiting is how many have not left yet, and may still.
func (s DaySum) Waiting() int64 { return s.ByStatus[sms.Scheduled] + s.ByStatus[sms.Queued] }

// Overview tells how things stand for the actor. It costs the same whatever
// the desk has sent.
func (d *Desk) Overview(ctx context.Context, a Actor) (Overview, error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return Overview{}, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Overview{}, err
	}
	var o Overview
	now := d.clock().In(set.Zone)
	from, to := WholeDays(now.AddDate(0, 0, -6), now, set.Zone)
	week, err := d.sumDays(ctx, users, set, Filter{From: from, To: to})
	if err != nil {
		return Overview{}, err
	}
	if o.Week = week.Days; len(o.Week) > 0 {
		o.Today = o.Week[len(o.Week)-1]
	}
	if o.Running, o.RunningMore, err = d.running(ctx, a, users); err != nil {
		return Overview{}, err
	}
	replies, err := d.store.FindInbound(ctx, db.InboundFilter{Users: users, Limit: repliesShown})
	if err != nil {
		return Overview{}, err
	}
	for _, in := range replies {
		o.Replies = append(o.Replies, inboundLine(in))
	}
	if o.Lasts, err = d.creditsLast(ctx, a, now); err != nil {
		return Overview{}, err
	}
	if a.Admin() {
		if o.Unread, err = d.store.CountUnreadCallbacks(ctx, mostUnread); err != nil {
			return Overview{}, fmt.Errorf("count callbacks: %w", err)
		}
		refused, err := d.RefusedReplies(ctx, a)
		if err != nil {
			return Overview{}, err
		}
		for i, r := range refused {
			if i == 0 {
				o.UnansweredWhy = r.Reason
			}
			o.Unanswered += r.Count
		}
		below, err := d.Users(ctx, a)
		if err != nil {
			return Overview{}, err
		}
		for _, u := range below {
			if u.ID != a.User.ID && keptOut(u) == nil && LowOnCredits(u) {
				o.LowBelow++
			}
		}
	}
	o.Missed, err = d.MissedRuns(ctx, a)
	return o, err
}

// running finds the sends to several people of which something waits: by way
// of what is due at each provider, and those that are paused.
func (d *Desk) running(ctx context.Context, a Actor, users []int64) (shown []Running, more int, err error) {
	ids, err := d.store.BatchesUnderWay(ctx)
	if err != nil {
		return nil, 0, err
	}
	var batches []db.Batch
	paused, err := d.store.PausedBatches(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("read paused batches: %w", err)
	}
	for _, b := range paused {
		if users == nil || contains(users, b.UserID) {
			batches = append(batches, b)
		}
	}
	for _, id := range ids {
		b, err := d.store.Batch(ctx, id)
		if err != nil {
			return nil, 0, fmt.Errorf("read batch: %w", err)
		}
		if users == nil || contains(users, b.UserID) {
			batches = append(batches, b)
		}
	}
	slices.SortFunc(batches, func(a, b db.Batch) int { return int(b.ID - a.ID) })
	batches = slices.CompactFunc(batches, func(a, b db.Batch) bool { return a.ID == b.ID })
	if more = max(0, len(batches)-runningShown); more > 0 {
		batches = batches[:runningShown]
	}
	names, err := d.names(ctx, a)
	if err != nil {
		return nil, 0, err
	}
	for _, b := range batches {
		shown = append(shown, Running{Batch: b, By: names[b.UserID]})
	}
	return shown, more, nil
}

// spentOver is the time over which spending is looked at, in days.
const spentOver = 28

// creditsLast estimates how long the actor's own credits will do.
func (d *Desk) creditsLast(ctx context.Context, a Actor, now time.Time) (time.Duration, error) {
	if bool(a.User.Unlimited) || a.User.Balance <= 0 {
		return 0, nil
	}
	counts, err := d.store.DayCounts(ctx, []int64{a.User.ID}, dayOf(now.AddDate(0, 0, 1-spentOver), now.Location()), dayOf(now, now.Location()))
	if err != nil {
		return 0, err
	}
	var spent int64
	for _, c := range counts {
		spent += c.Credits
	}
	// Somebody who has come lately spends for fewer days.
	days := min(spentOver, 1+int64(now.Sub(a.User.CreatedAt.Time())/(24*time.Hour)))
	if spent == 0 || days < 1 {
		return 0, nil
	}
	const most = 5 * 365 // days; more is no estimate
	left := float64(a.User.Balance) * float64(days) / float64(spent)
	return time.Duration(min(left, most) * float64(24*time.Hour)), nil
}
