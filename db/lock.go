package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ErrLocked is returned by Lock when another process serves the directory.
var ErrLocked = errors.New("another textdesk is already serving this data directory")

// Lock makes sure that one process only serves from dir: two dispatchers on
// one queue would text people twice. The lock ends with the process, however
// it ends. The returned function gives it back.
func Lock(dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "serve.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f.Close, nil
}

// waitForLock takes a lock once nobody else has it. Closing the file gives it
// back.
func waitForLock(ctx context.Context, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := lockFile(f)
		if err == nil {
			return f, nil
		}
		if errors.Is(err, ErrLocked) {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(20 * time.Millisecond):
				continue
			}
		}
		return nil, errors.Join(err, f.Close())
	}
}
