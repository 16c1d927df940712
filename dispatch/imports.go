package dispatch

import (
	"context"
	"time"
)

// importsEvery is how soon an import is tried again whose step failed, in a
// full disk for one.
const importsEvery = 5 * time.Second

// ringImports says that an import has something to do. It never blocks.
func (dp *Dispatcher) ringImports() {
	select {
	case dp.imports <- struct{}{}:
	default:
	}
}

// runImports checks, runs and undoes imports, one at a time, so that they take
// one core at the most. It ends between two transactions; what is left goes on
// with the next start.
func (dp *Dispatcher) runImports(ctx context.Context) {
	for ctx.Err() == nil {
		if err := dp.desk.WorkImports(ctx); err != nil {
			dp.trouble(ctx, "run imports", err)
		}
		pause(ctx, importsEvery, dp.imports)
	}
}
