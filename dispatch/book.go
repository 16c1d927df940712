package dispatch

import (
	"context"
	"time"
)

// stepsEvery is how soon it is noticed that there is large work to do in address
// books.
const stepsEvery = 500 * time.Millisecond

// inSteps does large work in address books a little at a time: whoever else
// writes goes between.
func (dp *Dispatcher) inSteps(ctx context.Context, what string, step func(context.Context) (more bool, err error)) {
	for ctx.Err() == nil {
		dp.desk.Worked(what)
		more, err := step(ctx)
		wait := stepsEvery
		switch {
		case err != nil:
			dp.trouble(ctx, what, err)
			wait = sweepEvery
		case more:
			wait = time.Millisecond
		}
		pause(ctx, wait, nil)
	}
}
