package desk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Files that wait come to so many bytes of one user at the most: the oldest go, and
// the one that was just chosen stays.
func TestUploadsTogether(t *testing.T) {
	o := newOffice(t)
	first, err := o.KeepUpload(o.admin, "first.csv", strings.NewReader("07700900123\n"))
	must(t, err)
	for i, age := range []time.Duration{3 * time.Minute, 2 * time.Minute, time.Minute} {
		path := filepath.Join(o.uploads(), fmt.Sprintf("%slarge%d", uploadPrefix(o.admin), i))
		must(t, os.WriteFile(path, nil, 0o600))
		must(t, os.Truncate(path, MaxUpload*2/3))
		must(t, os.Chtimes(path, time.Time{}, time.Now().Add(-age)))
	}
	must(t, os.Chtimes(first.path, time.Time{}, time.Now().Add(-time.Hour)))
	last, err := o.KeepUpload(o.admin, "last.csv", strings.NewReader("07700900124\n"))
	must(t, err)
	left, err := filepath.Glob(filepath.Join(o.uploads(), "*"))
	must(t, err)
	var names []string
	for _, path := range left {
		names = append(names, strings.TrimPrefix(filepath.Base(path), uploadPrefix(o.admin)))
	}
	if _, err := o.Upload(o.admin, last.Ticket); err != nil || len(left) != 3 {
		t.Errorf("%v are left, %v", names, err)
	}
	if _, err := o.Upload(o.admin, first.Ticket); err != ErrUploadGone {
		t.Errorf("the oldest is still there: %v", err)
	}
}
