package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"textdesk/db"
)

// keepDraft writes the order down.
func (d *Desk) keepDraft(ctx context.Context, a Actor, o Order, form string, expected int64) (id int64, err error) {
	wanted, err := json.Marshal(o)
	if err != nil {
		return 0, fmt.Errorf("encode order: %w", err)
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if o.SubmitKey != "" {
			same, err := tx.DraftsOfKey(ctx, db.DraftsOfKeyParams{UserID: a.User.ID, SubmitKey: o.SubmitKey})
			if err != nil {
				return fmt.Errorf("look for drafts: %w", err)
			}
			for i, row := range same {
				if row.State == Preparing || row.BatchID != 0 {
					id = row.ID
					return nil
				}
				if i < draftsKept && (i == 0 || row.Expected <= MaxAtOnce) {
					continue // somebody may still look at it
				}
				if _, err := tx.DropDraft(ctx, row.ID); err != nil {
					return fmt.Errorf("drop draft: %w", err)
				}
			}
		}
		id, err = tx.InsertDraft(ctx, db.InsertDraftParams{UserID: a.User.ID, SubmitKey: o.SubmitKey, Form: form, Wanted: string(wanted), Expected: expected, CreatedAt: d.now()})
		if err != nil {
			return fmt.Errorf("insert draft: %w", err)
		}
		return nil
	})
	return id, err
}

func (d *Desk) dropDraft(ctx context.Context, id int64) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.DropDraft(ctx, id)
		return err
	})
}

// clearDraft deletes the rows of a draft, some at a time.
func (d *Desk) clearDraft(ctx context.Context, id int64) error {
	for more := true; more; {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			more, err = tx.DeleteDraftRows(ctx, id, readStep)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweepDrafts deletes the rows of drafts that were sent or given up, and drafts
// that nobody came back to for a day.
func (d *Desk) sweepDrafts(ctx context.Context) error {
	used, err := d.store.UsedDrafts(ctx)
	if err != nil {
		return fmt.Errorf("read drafts: %w", err)
	}
	for _, id := range used {
		if err := d.clearDraft(ctx, id); err != nil {
			return err
		}
	}
	old, err := d.store.ReadyDraftsBefore(ctx, db.ReadyDraftsBeforeParams{BeforeAt: d.now().Add(-draftFor), PageSize: sweepSize})
	if err != nil {
		return fmt.Errorf("read drafts: %w", err)
	}
	for _, id := range old {
		// First out of everybody's hands, so that nobody sends what is half gone.
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.DropDraft(ctx, id)
			return err
		})
		if err != nil {
			return err
		}
		if err := d.clearDraft(ctx, id); err != nil {
			return err
		}
		if err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.DeleteDraft(ctx, id) }); err != nil {
			return err
		}
	}
	return nil
}
