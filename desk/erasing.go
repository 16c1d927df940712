package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"textdesk/db"
	"textdesk/sms"
)

// eraseSize is how many rows one commit of an erasure changes.
const eraseSize = 500

// errLater: an erasure has to wait, for a call to a provider or a reader.
var errLater = errors.New("an erasure has to wait")

// RunErasures goes on with the erasures that were asked for. What has to wait is
// gone on with at the next call.
func (d *Desk) RunErasures(ctx context.Context) error {
	open, err := d.store.OpenErasures(ctx)
	if err != nil {
		return fmt.Errorf("read erasures: %w", err)
	}
	var errs []error
	for _, row := range open {
		text, err := d.vault.open(erasurePlace(row.Number), row.Sealed)
		if err != nil {
			errs = append(errs, fmt.Errorf("erasure %d: %w", row.ID, err))
			continue
		}
		e := &erasing{d: d, row: row}
		if err := json.Unmarshal([]byte(text), &e.person); err != nil {
			return fmt.Errorf("read erasure: %w", err)
		}
		if err := e.run(ctx); err != nil && !errors.Is(err, errLater) {
			errs = append(errs, fmt.Errorf("erasure %d: %w", row.ID, err))
		}
	}
	return errors.Join(errs...)
}

// erasing is one erasure under way.
type erasing struct {
	d      *Desk
	row    db.Erasure
	person erasedPerson
}

// run does the steps that are left. Each can be done again: after a crash it is.
func (e *erasing) run(ctx context.Context) error {
	steps := []func(context.Context) error{e.drafts, e.messages, e.inbound, e.contacts, e.entries, e.marks, e.recurring}
	for at := range db.Places() {
		steps = append(steps, func(ctx context.Context) error { return e.lookThrough(ctx, at) })
	}
	for i := e.row.Step; i < int64(len(steps)); i++ {
		if err := steps[i](ctx); err != nil {
			return err
		}
		if err := e.at(ctx, i+1, 0); err != nil {
			return err
		}
	}
	if err := e.d.forgetWords(ctx); err != nil {
		return err
	}
	err := e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.EndErasure(ctx, db.EndErasureParams{ID: e.row.ID, DoneAt: e.d.now()})
	})
	if err != nil {
		return fmt.Errorf("end erasure: %w", err)
	}
	// The log has been overwritten by what follows, or will be; sooner is better.
	if _, err := e.d.store.Flush(ctx); err != nil {
		return err
	}
	return nil
}

// at notes how far it has come.
func (e *erasing) at(ctx context.Context, step, place int64) error {
	e.row.Step, e.row.Place = step, place
	return e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.StepErasure(ctx, db.StepErasureParams{ID: e.row.ID, Step: step, Place: place})
	})
}

// chunks calls do in commits of its own until nothing is left.
func (e *erasing) chunks(ctx context.Context, do func(ctx context.Context, tx *db.Tx) (int64, error)) error {
	for {
		var n int64
		err := e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = do(ctx, tx)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// drafts gives up what somebody has looked at and not sent. One that was sent is
// waited for until all of it is messages.
func (e *erasing) drafts(ctx context.Context) error {
	if err := e.d.sweepDrafts(ctx); err != nil {
		return err
	}
	found, err := e.d.store.DraftsWith(ctx, e.person.Number)
	if err != nil {
		return err
	}
	for _, dr := range found {
		if dr.Accepting {
			return errLater
		}
		err := e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.DropDraft(ctx, dr.ID); err != nil {
				return err
			}
			return tx.ClearDraft(ctx, dr.ID)
		})
		if err != nil {
			return fmt.Errorf("give up draft: %w", err)
		}
		if err := e.d.clearDraft(ctx, dr.ID); err != nil {
			return err
		}
	}
	return nil
}

// messages takes back what has not left, and clears the rest. One that is with
// the provider this moment is waited for.
func (e *erasing) messages(ctx context.Context) error {
	err := e.chunks(ctx, func(ctx context.Context, tx *db.Tx) (int64, error) {
		waiting, err := tx.WaitingTo(ctx, e.person.Number, eraseSize)
		if err != nil || len(waiting) == 0 {
			return 0, err
		}
		mv := e.d.newMoves(tx)
		for _, m := range waiting {
			if _, err := mv.move(ctx, m, change{to: sms.Cancelled, by: int64(e.row.AskedBy), reason: "The person was erased."}); err != nil {
				return 0, err
			}
		}
		return int64(len(waiting)), mv.flush(ctx)
	})
	if err != nil {
		return err
	}
	err = e.chunks(ctx, func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.EraseMessages(ctx, e.person.Number, eraseSize)
	})
	if err != nil {
		return err
	}
	left, err := e.d.store.CountTraces(ctx, e.person.Number, nil)
	if err == nil && left.Messages > 0 {
		return errLater
	}
	return err
}

func (e *erasing) inbound(ctx context.Context) error {
	err := e.chunks(ctx, func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.EraseInbound(ctx, e.person.Number, eraseSize)
	})
	if err != nil {
		return err
	}
	return e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.EraseConversations(ctx, e.person.Number)
	})
}

func (e *erasing) contacts(ctx context.Context) error {
	found, err := e.d.store.ContactsOfNumber(ctx, e.person.Number)
	if err != nil {
		return err
	}
	for _, c := range found {
		err := e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.ForgetImported(ctx, c.ID); err != nil {
				return err
			}
			_, err := tx.DeleteContacts(ctx, c.UserID, []int64{c.ID})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *erasing) entries(ctx context.Context) error {
	found, _, err := e.d.store.EntriesOfNumber(ctx, e.person.Number)
	if err != nil {
		return err
	}
	for _, entry := range found {
		err := e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.RemoveEntry(ctx, db.RemoveEntryParams{ListID: entry.ListID, ID: entry.ID})
			if err != nil || n == 0 {
				return err
			}
			return tx.MoveEntries(ctx, db.MoveEntriesParams{ID: entry.ListID, Entries: -n})
		})
		if err != nil {
			return fmt.Errorf("remove entry: %w", err)
		}
	}
	return nil
}

func (e *erasing) marks(ctx context.Context) error {
	return e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.EraseMarks(ctx, e.person.Number) })
}

// recurring takes the number out of repeating sends. One that is left without
// anybody ends.
func (e *erasing) recurring(ctx context.Context) error {
	set, err := e.d.Settings(ctx)
	if err != nil {
		return err
	}
	rows, err := e.d.store.RecurringAll(ctx)
	if err != nil {
		return fmt.Errorf("read repeating sends: %w", err)
	}
	for _, row := range rows {
		var to To
		if err := json.Unmarshal([]byte(row.Recipients), &to); err != nil {
			return fmt.Errorf("read recipients: %w", err)
		}
		before := len(to.Numbers)
		to.Numbers = slices.DeleteFunc(to.Numbers, func(typed string) bool {
			number, r := readNumber(typed, set.Country)
			return r == nil && number == e.person.Number || strings.Contains(typed, e.person.Number.National())
		})
		if len(to.Numbers) == before {
			continue
		}
		text, err := json.Marshal(to)
		if err != nil {
			return fmt.Errorf("write recipients: %w", err)
		}
		err = e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.SetRecurringRecipients(ctx, db.SetRecurringRecipientsParams{ID: row.ID, Recipients: string(text)}); err != nil {
				return err
			}
			if len(to.Numbers)+len(to.Groups)+len(to.Lists) > 0 || row.EndedAt > 0 {
				return nil
			}
			return tx.StepRecurring(ctx, db.StepRecurringParams{ID: row.ID, Passed: row.Passed, EndedAt: e.d.now()})
		})
		if err != nil {
			return fmt.Errorf("change repeating send: %w", err)
		}
	}
	return nil
}

// lookThrough clears the rows of a table in which the number stands somewhere.
func (e *erasing) lookThrough(ctx context.Context, at int) error {
	for {
		keys, to, done, err := e.d.store.FindInPlace(ctx, at, e.row.Place, e.person.Number, e.person.Names)
		if err != nil {
			return err
		}
		for chunk := range slices.Chunk(keys, eraseSize) {
			err := e.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return tx.ClearInPlace(ctx, at, chunk, e.person.Number, e.person.Names)
			})
			if err != nil {
				return err
			}
		}
		if done {
			return nil
		}
		if err := e.at(ctx, e.row.Step, to); err != nil {
			return err
		}
	}
}

// forgetWords drops deleted words from the search indexes, which otherwise keep
// them until they happen to be written anew.
func (d *Desk) forgetWords(ctx context.Context) error {
	for _, index := range db.WordIndexes {
		for begin, more := true, true; more; begin = false {
			err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				more, err = tx.MergeWords(ctx, index, begin)
				return err
			})
			if err != nil {
				return fmt.Errorf("forget words: %w", err)
			}
		}
	}
	return nil
}
