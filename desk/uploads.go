package desk

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
)

const (
	// MaxUpload is how large a file the pages take, in bytes: a million rows with
	// some columns.
	MaxUpload = MaxImport
	// uploadFor is how long a file waits for the next step.
	uploadFor = time.Hour
	// uploadsEach is how many files of one user wait at once. One more and the
	// oldest goes.
	uploadsEach = 5
	// uploadsTogether is how many bytes they may come to; the newest stays.
	uploadsTogether = 2 * MaxUpload
	// UploadDirectory is where they wait, in the data directory.
	UploadDirectory = "uploads"
)

// Upload is a file that somebody has chosen on a page.
type Upload struct {
	// Name is what they call it: "parents.xlsx".
	Name string
	// Ticket brings it back, for whom it belongs to alone.
	Ticket string
	path   string
}

// sealedUpload is what a ticket holds.
type sealedUpload struct{ Name, File string }

// KeepUpload keeps a file until it is dropped, or for an hour.
func (d *Desk) KeepUpload(a Actor, name string, r io.Reader) (Upload, error) {
	dir := d.uploads()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Upload{}, fmt.Errorf("make uploads directory: %w", err)
	}
	file := uploadPrefix(a) + rand.Text()
	u := Upload{Name: uploadName(name), path: filepath.Join(dir, file)}
	if err := writeLimited(u.path, r, MaxUpload, ErrUploadTooLarge); err != nil {
		return Upload{}, err
	}
	d.dropOldest(a)
	text, err := json.Marshal(sealedUpload{u.Name, file})
	if err != nil {
		return Upload{}, fmt.Errorf("seal upload: %w", err)
	}
	u.Ticket = d.vault.seal(uploadPlace(a), string(text))
	return u, nil
}

// Upload is the file that a ticket stands for.
func (d *Desk) Upload(a Actor, ticket string) (Upload, error) {
	text, err := d.vault.open(uploadPlace(a), ticket)
	if err != nil {
		return Upload{}, ErrUploadGone // nonsense, or somebody else's
	}
	var sealed sealedUpload
	if err := json.Unmarshal([]byte(text), &sealed); err != nil {
		return Upload{}, fmt.Errorf("read ticket: %w", err)
	}
	u := Upload{Name: sealed.Name, Ticket: ticket, path: filepath.Join(d.uploads(), filepath.Base(sealed.File))}
	if _, err := os.Stat(u.path); errors.Is(err, fs.ErrNotExist) {
		return Upload{}, ErrUploadGone
	} else if err != nil {
		return Upload{}, fmt.Errorf("find upload: %w", err)
	}
	return u, nil
}

// DropUpload deletes the file.
func (d *Desk) DropUpload(u Upload) error {
	if err := os.Remove(u.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete upload: %w", err)
	}
	return nil
}

// dropOldUploads deletes what nobody came back for, and what a crash left.
func (d *Desk) dropOldUploads() error {
	waiting, err := os.ReadDir(d.uploads())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list uploads: %w", err)
	}
	var errs []error
	for _, w := range waiting {
		info, err := w.Info()
		if err != nil || d.clock().Sub(info.ModTime()) < uploadFor {
			continue // gone meanwhile, or still waited for
		}
		errs = append(errs, d.DropUpload(Upload{path: filepath.Join(d.uploads(), w.Name())}))
	}
	return errors.Join(errs...)
}

func (d *Desk) uploads() string { return filepath.Join(d.store.Directory(), UploadDirectory) }

// uploadPlace ties a ticket to its user.
func uploadPlace(a Actor) string { return fmt.Sprintf("upload of user %d", a.User.ID) }

func uploadPrefix(a Actor) string { return fmt.Sprintf("%d-", a.User.ID) }

// writeLimited writes a file whole or not at all. One with more bytes than the
// limit is refused.
func writeLimited(path string, r io.Reader, limit int64, tooLarge *Refusal) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("keep upload: %w", err)
	}
	defer func() {
		if closeErr := f.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("keep upload: %w", closeErr)
		}
		if err != nil {
			_ = os.Remove(path)
		}
	}()
	n, err := io.Copy(f, io.LimitReader(r, limit+1))
	if err != nil {
		return fmt.Errorf("keep upload: %w", err)
	}
	if n > limit {
		return tooLarge
	}
	return nil
}

// dropOldest keeps one user from filling the disk.
func (d *Desk) dropOldest(a Actor) {
	type waiting struct {
		path string
		info fs.FileInfo
	}
	var mine []waiting
	paths, _ := filepath.Glob(filepath.Join(d.uploads(), uploadPrefix(a)+"*"))
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			mine = append(mine, waiting{path, info})
		}
	}
	slices.SortFunc(mine, func(x, y waiting) int { return y.info.ModTime().Compare(x.info.ModTime()) })
	var bytes int64
	for i, w := range mine {
		if bytes += w.info.Size(); i > 0 && (i >= uploadsEach || bytes > uploadsTogether) {
			_ = os.Remove(w.path) // what is left goes with the next sweep
		}
	}
}

// uploadName is a file's name as a page can show it: without the folders that
// some browsers send, and not too long.
func uploadName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = tidy(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "")))
	if name == "" {
		return "The file"
	}
	const longest = 100 // characters
	if letters := []rune(name); len(letters) > longest {
		return string(letters[:longest-1]) + "…"
	}
	return name
}
