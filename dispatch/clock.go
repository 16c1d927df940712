package dispatch

import (
	"context"
	"time"
)

// clockStep is how far the clock must have been put for us to do something
// about it. Less is what time servers put right all day.
const clockStep = time.Minute

// clockWatch compares the desk's clock with the time that passes, which nobody
// can set.
type clockWatch struct{ wall, passing time.Time }

// stepped returns how far the clock was put since the last look: forward above
// zero, back below, 0 for not at all.
func (c *clockWatch) stepped(wall, passing time.Time) time.Duration {
	wall = wall.Round(0) // without the passing time in it
	was := *c
	*c = clockWatch{wall, passing}
	if was.wall.IsZero() {
		return 0
	}
	if by := wall.Sub(was.wall) - passing.Sub(was.passing); by.Abs() >= clockStep {
		return by
	}
	return 0
}

// watchClock notices that the clock was set, and puts right what waits for a
// time that is now further away.
func (dp *Dispatcher) watchClock(ctx context.Context, c *clockWatch) {
	by := c.stepped(dp.desk.Now(), time.Now())
	if by == 0 {
		return
	}
	dp.log.Warn("the clock of this machine was set", "by", by.Round(time.Second))
	if by > 0 {
		return // what is due earlier than it was to be leaves earlier
	}
	if err := dp.desk.ClockSetBack(ctx, -by); err != nil {
		dp.trouble(ctx, "clock", err)
		c.wall = c.wall.Add(-by) // once more at the next look
	}
}
