package desk

import (
	"context"
	"fmt"
	"io"

	"textdesk/db"
)

// LineImport is what the FastSMS page says about a call.
type LineImport struct {
	// IgnoreDupes has contacts made whose name or number is there already.
	// OverwriteDupes has those with the same number written over, and makes new
	// ones of those with the same name alone; IgnoreDupes does not count then.
	IgnoreDupes, OverwriteDupes bool
}

// ImportLines imports lines of name,number,email,group,… at once. say is asked
// when the lines are read, and what it refuses is not begun. each is told
// the result of every line, in their order and not before it is on disk, and
// failed, after all of them, why lines are RowFailed or RowPartial. When ctx
// ends, or each fails, the import goes on in the background.
func (d *Desk) ImportLines(ctx context.Context, a Actor, lines io.Reader, say func() (LineImport, error), each func(line int, result string) error, failed func(line int, why string) error) error {
	if err := a.mayImport(); err != nil {
		return err
	}
	file, err := d.keepImport(lines)
	if err != nil {
		return err
	}
	how, err := say()
	if err != nil {
		_ = d.dropImportFile(file)
		return err
	}
	plan := ImportPlan{Door: true, SameNumber: SameSkip, SameName: SameSkip}
	switch {
	case how.OverwriteDupes:
		plan.SameNumber, plan.SameName = SameUpdate, SameAdd
	case how.IgnoreDupes:
		plan.SameNumber, plan.SameName = SameAdd, SameAdd
	}
	now := d.now()
	row := db.Import{UserID: a.User.ID, Name: "ImportContactsCSV", File: file, Plan: asJSON(plan), StartedAt: now, State: ImportRunning}
	// Nobody else may see it before it is claimed.
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		row.ID, err = tx.InsertImport(ctx, db.InsertImportParams{UserID: row.UserID, Door: a.Door, Name: row.Name, File: file, Reading: "{}", Plan: row.Plan,
			State: ImportDraft, CreatedAt: now, StartedAt: now})
		return err
	})
	if err != nil {
		_ = d.dropImportFile(file)
		return fmt.Errorf("insert import: %w", err)
	}
	d.importing.take(row.ID)
	defer d.wakeImports() // if it is not finished
	defer d.importing.release(row.ID)
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if row.ChangeID, err = d.recordMany(ctx, tx, a, row.UserID, ChangeImported, row.Name, 0); err != nil {
			return err
		}
		return tx.RunImportNow(ctx, db.RunImportNowParams{ID: row.ID, ChangeID: row.ChangeID})
	})
	if err != nil {
		return fmt.Errorf("start import: %w", err)
	}
	f, err := d.openImport(ctx, row)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	err = d.runImport(ctx, f, func(rows []importRow, results []string) error {
		for i := range rows {
			if err := each(rows[i].line, results[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		rows, err := d.store.FindImportRows(ctx, row.ID, after, 1000, RowFailed, RowPartial)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := failed(int(r.Line), r.Problem); err != nil {
				return err
			}
			after = r.Line
		}
		if len(rows) < 1000 {
			return nil
		}
	}
}
