package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"textdesk/db"
	"textdesk/sheet"
)

// ImportFile is an import whose file is open. Close it.
type ImportFile struct {
	db.Import
	*sheet.Sheet
	Reading ImportReading
	Plan    ImportPlan
	file    *os.File
}

// Close lets go of the file, which stays where it is.
func (f *ImportFile) Close() error { return errors.Join(f.Sheet.Close(), f.file.Close()) }

// foundInFile is what a file says of itself: its titles, its columns, and how
// many rows it has. It reads the file to the end, so that one that breaks off or
// never closes a quotation mark is refused before anybody works on it.
func (d *Desk) foundInFile(ctx context.Context, f *ImportFile) (db.Import, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return db.Import{}, err
	}
	fields, err := d.store.FieldNames(ctx, f.UserID, fieldsFrom)
	if err != nil {
		return db.Import{}, err
	}
	plan := ImportPlan{Columns: guessColumns(f.Sheet, fields, set.Country), SameNumber: SameKeep, SameName: SameAdd}
	var rows int64
	for _, err := range f.Rows() {
		if err != nil {
			return db.Import{}, fileRefusal(err)
		}
		if rows++; rows%10_000 == 0 && ctx.Err() != nil {
			return db.Import{}, ctx.Err()
		}
	}
	titles := make([]string, f.Columns)
	for i := range titles {
		titles[i] = f.Title(i)
	}
	return db.Import{Plan: asJSON(plan), Reading: asJSON(f.Reading), Titles: asJSON(titles), RowsTotal: rows}, nil
}

// ReadImportAs reads the file of an import in another way. What was said about
// its columns is found out anew.
func (d *Desk) ReadImportAs(ctx context.Context, a Actor, id int64, how ImportReading) error {
	row, err := d.Import(ctx, a, id)
	if err != nil {
		return err
	}
	if row.State != ImportDraft && row.State != ImportChecked {
		return ErrImportGone
	}
	row.Reading = asJSON(how)
	f, err := d.openImport(ctx, row)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	now, err := d.foundInFile(ctx, f)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return one(tx.SaveImportReading(ctx, db.SaveImportReadingParams{ID: id, Reading: now.Reading, Plan: now.Plan, Titles: now.Titles, RowsTotal: now.RowsTotal}))
	})
}

// ImportFile opens the file of an import that has not begun.
func (d *Desk) ImportFile(ctx context.Context, a Actor, id int64) (*ImportFile, error) {
	row, err := d.Import(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if row.State != ImportDraft && row.State != ImportChecked {
		return nil, ErrImportGone
	}
	return d.openImport(ctx, row)
}

// openImport opens the file of an import as its reading says.
func (d *Desk) openImport(ctx context.Context, row db.Import) (*ImportFile, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	f := &ImportFile{Import: row, Reading: readingOf(row), Plan: planOf(row)}
	path := filepath.Join(d.imports(), filepath.Base(row.File))
	f.file, err = os.Open(path)
	if row.File == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, ErrUploadGone
	}
	if err != nil {
		return nil, fmt.Errorf("open import: %w", err)
	}
	info, err := f.file.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open import: %w", err), f.file.Close())
	}
	o := sheet.Options{Encoding: f.Reading.Encoding, Header: f.Reading.Header, Country: set.Country, TempDir: d.imports(),
		IsNumber: func(cell string) bool { return holdsMobile(cell, set.Country) }}
	if f.Reading.Separator != "" {
		o.Separator = []rune(f.Reading.Separator)[0]
	}
	if f.Plan.Door {
		f.Sheet, err = sheet.Lines(f.file, info.Size())
	} else {
		f.Sheet, err = sheet.Open(f.file, info.Size(), row.Name, o)
	}
	if err != nil {
		return nil, errors.Join(fileRefusal(err), f.file.Close())
	}
	return f, nil
}

func (d *Desk) imports() string { return filepath.Join(d.store.Directory(), ImportDirectory) }

// keepImport writes a file whole or not at all, and returns its name.
func (d *Desk) keepImport(r io.Reader) (string, error) {
	if err := os.MkdirAll(d.imports(), 0o700); err != nil {
		return "", fmt.Errorf("make imports directory: %w", err)
	}
	name := rand.Text()
	if err := writeLimited(filepath.Join(d.imports(), name), r, MaxImport, ErrImportTooLarge); err != nil {
		return "", err
	}
	return name, nil
}

func (d *Desk) dropImportFile(name string) error {
	if name == "" {
		return nil
	}
	if err := os.Remove(filepath.Join(d.imports(), filepath.Base(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete file of import: %w", err)
	}
	return nil
}
