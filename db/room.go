package db

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// PartSuffix ends the name of a copy that is being written.
const PartSuffix = ".part"

// ErrNoRoom is returned for a copy that the disk has no room for. What was there
// before is as it was.
var ErrNoRoom = errors.New("there is not enough room on the disk")

// ErrNotWritable is returned for a copy that may not be written where it is to
// stand.
var ErrNotWritable = errors.New("there is no leave to write there")

// spare is what a copy leaves on the disk. The desk goes on writing while it is
// made, often to the same disk, and a copy must not take its last page.
const spare = 16 << 20

// roomFor looks, before anything is written, whether a copy of the database at
// from fits into dir. Where the system cannot say, it does.
func roomFor(from, dir string) error {
	var need int64
	for _, suffix := range []string{"", "-wal"} { // the log holds what the copy will
		if info, err := os.Stat(from + suffix); err == nil {
			need += info.Size()
		}
	}
	free, err := Free(dir)
	if err != nil || free >= need+spare {
		return nil
	}
	return fmt.Errorf("%w: %s has %s free, and a backup of this desk needs %s", ErrNoRoom, dir, megabytes(free), megabytes(need+spare))
}

// IsFull reports whether an error says that a disk is full, or what may be used
// of it.
func IsFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// outOfRoom says which disk is full, for an error that means so; any other comes
// back as it is.
func outOfRoom(err error, dir string) error {
	if IsFull(err) {
		return fmt.Errorf("%w: %s is full (%w)", ErrNoRoom, dir, err)
	}
	return err
}

// notWritable says what is to be done about a directory of backups that may not
// be written, as by a service that is kept to its own; any other error comes back
// as it is.
func notWritable(err error, dir string) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %s cannot be written by the desk's user or service; the guide on backups says how to open it (%w)", ErrNotWritable, dir, err)
	}
	return err
}

// megabytes writes a size as people do.
func megabytes(bytes int64) string {
	const mega = 1_000_000
	if bytes < 10*mega {
		return fmt.Sprintf("%.1f MB", float64(bytes)/mega)
	}
	return fmt.Sprintf("%d MB", bytes/mega)
}
