package desk

import (
	"context"
	"errors"
	"testing"
)

// The desk is stopped, or its database fails, in the middle of what the
// dispatcher asks: that is an error, and not the end of the program.
func TestDispatchAsksInVain(t *testing.T) {
	o := newOffice(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, next := o.NextDue(ctx, o.provider)
	_, claim := o.Claim(ctx, o.provider, 0, 10)
	_, mark := o.Mark(ctx, nil)
	for name, err := range map[string]error{"expire": o.Expire(ctx), "next due": next, "claim": claim, "mark": mark, "give up": o.GiveUp(ctx)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
