package db

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
