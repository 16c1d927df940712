package dispatch

import (
	"context"
	"time"
)

// backUpEvery is how often it is looked whether a backup is due.
const backUpEvery = time.Minute

// ringBackups tells that somebody has asked for a backup. It never blocks.
func (dp *Dispatcher) ringBackups() {
	select {
	case dp.backups <- struct{}{}:
	default:
	}
}

// backUp makes the backups of the plan and those that somebody asks for, one at a
// time. They read a great deal, so they are beside the sweep. One that is being
// made when ctx ends leaves nothing behind.
func (dp *Dispatcher) backUp(ctx context.Context) {
	for ctx.Err() == nil {
		dp.desk.Worked("backups")
		made, err := dp.desk.RunBackups(ctx)
		if err != nil {
			dp.trouble(ctx, "back up", err)
		} else if made {
			dp.log.Info("backup made", "directory", dp.desk.BackupDirectory())
		}
		pause(ctx, backUpEvery, dp.backups)
	}
}
