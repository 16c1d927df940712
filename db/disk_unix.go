//go:build unix

package db

import "golang.org/x/sys/unix"

// Free returns how many bytes the disk has left that holds a directory, for
// whoever runs this process.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:unconvert // their types differ between systems
}
