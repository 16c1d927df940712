package desk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"textdesk/db"
)

const (
	// importChunk is how many rows one transaction takes at the most, and
	// importFew at the least.
	importChunk = 5000
	importFew   = 250
	// importHold is how long a transaction of an import may take. One that took
	// longer makes the next one smaller.
	importHold = 110 * time.Millisecond
	// importCheckpoint is after how many transactions the log is moved into the
	// database beside the writer, so that no commit has to do it.
	importCheckpoint = 6
)

// claims are imports that are at work in this process.
type claims struct {
	mu   sync.Mutex
	held map[int64]bool
}

// take claims an import, and reports whether it was free.
func (c *claims) take(id int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[id] {
		return false
	}
	if c.held == nil {
		c.held = map[int64]bool{}
	}
	c.held[id] = true
	return true
}

// any reports whether an import is at work.
func (c *claims) any() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.held) > 0
}

func (c *claims) release(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, id)
}

// WorkImports checks, runs and undoes what waits, one import after the other,
// until nothing does. Each goes on where it was when the desk was stopped. A
// fault in one does not hold up the others; it is tried again with the next call.
func (d *Desk) WorkImports(ctx context.Context) error {
	failed := map[int64]bool{}
	var faults []error
	for ctx.Err() == nil {
		waiting, err := d.store.ImportsToDo(ctx)
		if err != nil {
			return errors.Join(append(faults, fmt.Errorf("read imports: %w", err))...)
		}
		did := false
		for _, row := range waiting {
			if failed[row.ID] || !d.importing.take(row.ID) {
				continue
			}
			err := d.workImport(ctx, row)
			d.importing.release(row.ID)
			if err != nil && ctx.Err() == nil {
				failed[row.ID] = true
				faults = append(faults, fmt.Errorf("import %d: %w", row.ID, err))
			}
			did = true
			break // a smaller one may have come meanwhile
		}
		if !did {
			break
		}
	}
	return errors.Join(faults...)
}

func (d *Desk) workImport(ctx context.Context, row db.Import) error {
	if row.State == ImportUndoing {
		return d.undoImport(ctx, row)
	}
	f, err := d.openImport(ctx, row)
	if err == nil {
		defer func() { _ = f.Close() }()
		if row.State == ImportChecking {
			err = d.checkImport(ctx, f)
		} else {
			err = d.runImport(ctx, f, nil)
		}
	}
	if errors.Is(err, ErrImportGone) {
		return nil // cancelled
	}
	if rs := Refusals(err); len(rs) > 0 {
		return d.failImport(ctx, row, rs[0].Sentence)
	}
	return err
}

// failImport ends an import whose file cannot be read. What came in stays, and
// can be undone.
func (d *Desk) failImport(ctx context.Context, row db.Import, why string) error {
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.EndImport(ctx, db.EndImportParams{ID: row.ID, NewState: ImportFailed, Reason: why, FinishedAt: d.now()})
		return err
	})
	if err != nil {
		return err
	}
	return d.dropImportFile(row.File)
}

// runImport takes the rows of a file into the address book from where it was
// left. Each transaction moves the cursor along with the rows that it takes, so
// that a row is taken once, whenever the desk is stopped. done is called with
// the rows of each transaction after it, where it is not nil.
func (d *Desk) runImport(ctx context.Context, f *ImportFile, done func(rows []importRow, results []string) error) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	reader := newRowReader(f.Plan, set.Country, f.RowsTotal)
	im := &running{d: d, row: f.Import, plan: f.Plan, groups: map[string]int64{}, named: map[int64]bool{}}
	chunk, size, skip := make([]importRow, 0, importChunk), importChunk, f.RowsDone
	chunks := 0
	flush := func() error {
		began := time.Now()
		if err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			held := time.Now()
			err := im.write(ctx, tx, chunk)
			began = held // what it waited for others is not its own
			return err
		}); err != nil {
			return err
		}
		switch took := time.Since(began); {
		case took > importHold:
			size = max(size*2/3, importFew)
		case took < importHold*2/3:
			size = min(size*5/4, importChunk)
		}
		if chunks++; chunks%importCheckpoint == 0 {
			if err := d.store.Checkpoint(ctx); err != nil {
				return err
			}
		}
		if done != nil {
			if err := done(chunk, im.results); err != nil {
				return err
			}
		}
		chunk = chunk[:0]
		return nil
	}
	for row, err := range f.Rows() {
		if err != nil {
			if ferr := fileRefusal(err); len(Refusals(ferr)) > 0 && len(chunk) > 0 {
				return errors.Join(flush(), ferr)
			}
			return fileRefusal(err)
		}
		read := reader.read(row)
		if skip > 0 {
			skip-- // taken before; its number is remembered
			continue
		}
		if chunk = append(chunk, read); len(chunk) >= size {
			if err := flush(); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	if len(chunk) > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := tx.ImportByID(ctx, f.Import.ID)
		if err != nil {
			return fmt.Errorf("read import: %w", err)
		}
		if err := tx.CountContactChange(ctx, db.CountContactChangeParams{ID: now.ChangeID, People: now.NNew + now.NUpdated}); err != nil {
			return fmt.Errorf("count change: %w", err)
		}
		return one(tx.EndImport(ctx, db.EndImportParams{ID: now.ID, NewState: ImportFinished, FinishedAt: d.now()}))
	})
	if err != nil {
		return err // the file stays, for it is not over
	}
	return d.dropImportFile(f.Import.File)
}
