package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"textdesk/db"
	"textdesk/desk"
)

// backupFigures measures a verified backup of a full desk, beside a copy of the
// file, and what a write waits at the most while it is made, beside the same
// writes on an idle desk for as long.
func backupFigures(size int) ([]figure, error) {
	ctx := context.Background()
	d, err := full(size)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if err := d.store.Checkpoint(ctx); err != nil {
		return nil, err
	}
	bare, err := copyBare(filepath.Join(d.dir, db.FileName), filepath.Join(d.dir, "bare"))
	if err != nil {
		return nil, err
	}
	var took time.Duration
	var made desk.Backup
	during, writes, err := worstWrite(d, func() error {
		began := time.Now()
		var err error
		made, err = d.MakeBackup(ctx, desk.CommandLine())
		took = time.Since(began)
		return err
	})
	if err != nil {
		return nil, err
	}
	idle, _, err := worstWrite(d, func() error { time.Sleep(took); return nil })
	if err != nil {
		return nil, err
	}
	return []figure{
		{what: fmt.Sprintf("backup of %d messages, %.0f MB, read through", size, float64(made.Bytes)/1e6), value: fmt.Sprintf("%.1f s", took.Seconds()),
			reference: fmt.Sprintf("%.1f s bare copy", bare.Seconds()), ratio: fmt.Sprintf("%.2f", bare.Seconds()/took.Seconds())},
		{what: fmt.Sprintf("worst of %d writes while it is made", writes), value: fmt.Sprintf("%.0f ms", ms(during)), reference: fmt.Sprintf("%.0f ms idle", ms(idle))},
	}, nil
}

// worstWrite writes one row every few milliseconds, durable each, until work is
// done, and returns the longest wait and how many writes there were.
func worstWrite(d *benchDesk, work func() error) (worst time.Duration, writes int, err error) {
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	var writeErr error
	group.Go(func() {
		for ; ctx.Err() == nil; writes++ {
			began := time.Now()
			writeErr = d.store.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				return tx.SetSetting(ctx, db.SetSettingParams{Key: "bench", Value: fmt.Sprint(writes)})
			})
			if writeErr != nil {
				return
			}
			worst = max(worst, time.Since(began))
			time.Sleep(2 * time.Millisecond)
		}
	})
	err = work()
	stop()
	group.Wait()
	if err == nil {
		err = writeErr
	}
	return worst, writes, err
}

// copyBare copies a file and waits until it is on disk.
func copyBare(from, to string) (time.Duration, error) {
	began := time.Now()
	in, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return 0, err
	}
	err = out.Sync()
	return time.Since(began), err
}
