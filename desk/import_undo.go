package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"textdesk/db"
)

// undoChunk is how many contacts one transaction of undoing takes.
const undoChunk = 1500

// CanUndo reports whether an import can be undone at an instant.
func CanUndo(row db.Import, now time.Time) bool {
	over := row.State == ImportFinished || row.State == ImportCancelled || row.State == ImportFailed
	did := row.NNew+row.NUpdated+row.NDuplicateNumber > 0
	return over && did && row.TidiedAt == 0 && row.FinishedAt.Time().Add(UndoFor).After(now)
}

// UndoImport has an import be undone: what it made goes and what it wrote over
// comes back, but for what somebody has changed since.
func (d *Desk) UndoImport(ctx context.Context, a Actor, id int64) error {
	row, err := d.Import(ctx, a, id)
	if err != nil {
		return err
	}
	if !CanUndo(row, d.clock()) {
		return ErrImportNotUndone
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.UndoImport(ctx, id)
		if err != nil {
			return fmt.Errorf("undo import: %w", err)
		}
		if n == 0 {
			return ErrImportNotUndone
		}
		return d.audit(ctx, tx, a, "import.undo", row.Name, fmt.Sprint(row.NNew))
	})
	if err == nil {
		d.wakeImports()
	}
	return err
}

// undoImport undoes what is left of an import. What was undone is not noted any
// more, so that it goes on from there.
func (d *Desk) undoImport(ctx context.Context, row db.Import) error {
	for _, step := range []func(context.Context, *db.Tx, db.Import) (bool, error){d.takeOut, d.putBack, d.leaveGroups} {
		for more := true; more; {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				more, err = step(ctx, tx, row)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		groups, err := tx.GroupsOfImport(ctx, row.ID)
		if err != nil {
			return fmt.Errorf("read groups: %w", err)
		}
		for _, g := range groups {
			now, err := tx.Group(ctx, g.GroupID)
			if db.IsNotFound(err) {
				continue
			}
			if err != nil {
				return fmt.Errorf("read group: %w", err)
			}
			if now.Members == 0 && g.Made != 0 {
				if err := tx.DeleteGroup(ctx, g.GroupID); err != nil {
					return fmt.Errorf("delete group: %w", err)
				}
			}
		}
		if err := tx.DeleteImportGroups(ctx, row.ID); err != nil {
			return err
		}
		return tx.EndUndo(ctx, db.EndUndoParams{ID: row.ID, UndoneAt: d.now()})
	})
}

// takeOut deletes some of the contacts that an import made.
func (d *Desk) takeOut(ctx context.Context, tx *db.Tx, row db.Import) (more bool, err error) {
	made, err := tx.LastMade(ctx, row.ID)
	if db.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read what an import made: %w", err)
	}
	from := max(made.FirstID, made.LastID-undoChunk+1)
	ids, there, err := tx.MadeUnchanged(ctx, row.ID, row.UserID, from, made.LastID, row.StartedAt)
	if err != nil {
		return false, err
	}
	if _, err := tx.DeleteContacts(ctx, row.UserID, ids); err != nil {
		return false, err
	}
	if from == made.FirstID {
		err = tx.DeleteMade(ctx, db.DeleteMadeParams{ImportID: row.ID, FirstID: made.FirstID})
	} else {
		err = tx.ShortenMade(ctx, db.ShortenMadeParams{ImportID: row.ID, FirstID: made.FirstID, LastID: from - 1})
	}
	if err != nil {
		return false, fmt.Errorf("undo import: %w", err)
	}
	gone := int64(len(ids))
	return true, tx.StepUndo(ctx, db.StepUndoParams{ID: row.ID, NUndone: gone, NKept: there - gone, RowsDone: made.LastID - from + 1})
}

// putBack restores some of the contacts that an import wrote over.
func (d *Desk) putBack(ctx context.Context, tx *db.Tx, row db.Import) (more bool, err error) {
	changed, err := tx.ChangedByImport(ctx, db.ChangedByImportParams{ImportID: row.ID, PageSize: undoChunk})
	if err != nil || len(changed) == 0 {
		return false, err
	}
	step := db.StepUndoParams{ID: row.ID, RowsDone: int64(len(changed))}
	var now, back []db.Contact
	for _, c := range changed {
		var was db.Contact
		if err := json.Unmarshal([]byte(c.Was), &was); err != nil {
			return false, fmt.Errorf("read contact before import: %w", err)
		}
		is, err := tx.Contact(ctx, c.ContactID)
		if db.IsNotFound(err) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("read contact: %w", err)
		}
		if is.ChangedAt != row.StartedAt || is.UserID != row.UserID {
			step.NKept++
			continue
		}
		now, back = append(now, is), append(back, was)
	}
	if err := tx.ChangeContacts(ctx, now, back); err != nil {
		return false, err
	}
	step.NUndone = int64(len(back))
	if err := tx.ForgetChanged(ctx, row.ID, changed[len(changed)-1].ContactID); err != nil {
		return false, err
	}
	return true, tx.StepUndo(ctx, step)
}

// leaveGroups takes contacts out of groups that an import put them into.
func (d *Desk) leaveGroups(ctx context.Context, tx *db.Tx, row db.Import) (more bool, err error) {
	joined, err := tx.JoinedByImport(ctx, db.JoinedByImportParams{ImportID: row.ID, PageSize: undoChunk})
	if err != nil || len(joined) == 0 {
		return false, err
	}
	groups := map[int64][]int64{}
	for _, j := range joined {
		groups[j.GroupID] = append(groups[j.GroupID], j.ContactID)
	}
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		if _, err := tx.RemoveMembers(ctx, g, groups[g], 0); err != nil {
			return false, err
		}
	}
	return true, tx.ForgetJoined(ctx, row.ID, joined[len(joined)-1])
}

// tidyImports lets go of imports that nobody went on with, of the rows of those
// that are too old to be undone, and of files that belong to none.
func (d *Desk) tidyImports(ctx context.Context) error {
	now := d.now()
	stale, err := d.store.StaleImports(ctx, now.Add(-importFor))
	if err != nil {
		return fmt.Errorf("read imports: %w", err)
	}
	for _, row := range stale {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.DropImport(ctx, row.ID)
			return err
		})
		if err == nil {
			err = d.dropImportFile(row.File)
		}
		if err != nil {
			return err
		}
	}
	old, err := d.store.ImportsToTidy(ctx, now.Add(-UndoFor))
	if err != nil {
		return fmt.Errorf("read imports: %w", err)
	}
	for _, row := range old {
		for all := false; !all && ctx.Err() == nil; {
			err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				if all, err = tx.ForgetImport(ctx, row.ID, importChunk); err != nil || !all {
					return err
				}
				return tx.MarkImportTidied(ctx, db.MarkImportTidiedParams{ID: row.ID, TidiedAt: now})
			})
			if err != nil {
				return err
			}
		}
	}
	return d.dropOrphans(ctx)
}

// dropOrphans deletes files that a crash left between their upload and their
// import's row.
func (d *Desk) dropOrphans(ctx context.Context) error {
	files, err := os.ReadDir(d.imports())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list files of imports: %w", err)
	}
	used, err := d.store.ImportFiles(ctx)
	if err != nil {
		return fmt.Errorf("read files of imports: %w", err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || slices.Contains(used, f.Name()) || d.clock().Sub(info.ModTime()) < uploadFor {
			continue
		}
		_ = os.Remove(filepath.Join(d.imports(), f.Name())) // what is left goes with the next sweep
	}
	return nil
}
