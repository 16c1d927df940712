package desk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"textdesk/db"
)

// Retention is how long one kind of thing is kept.
type Retention struct {
	// Kind names it: "texts".
	Kind string
	// Days is how long, 0 for ever.
	Days int
	// Cleared is how much has been cleared so far, and At when all of it last was;
	// zero when nothing was cleared yet.
	Cleared int64
	At      time.Time
}

// The kinds of things that are kept for a time.
const (
	KeepTexts     = "texts"     // of messages, and of replies that were typed and not sent
	KeepNumbers   = "numbers"   // of messages, with their texts
	KeepInbound   = "inbound"   // received texts and who sent them
	KeepCallbacks = "callbacks" // what providers posted
	KeepImports   = "imports"   // what files were imported, and their rows
	KeepHistory   = "history"   // what became of contacts
	KeepForwards  = "forwards"  // the log of forwarded texts
	KeepAudit     = "audit"     // who did what
)

// retentionKinds are what goes with each kind, in the order of the page.
var retentionKinds = []struct {
	kind string
	what []db.Cleared
}{
	{KeepTexts, []db.Cleared{db.ClearTexts, db.ClearBatchTexts}},
	{KeepNumbers, []db.Cleared{db.ClearNumbers, db.ClearSkips}},
	{KeepInbound, []db.Cleared{db.ClearInbound}},
	{KeepCallbacks, []db.Cleared{db.ClearCallbacks}},
	{KeepImports, []db.Cleared{db.ClearImports}},
	{KeepHistory, []db.Cleared{db.ClearHistory}},
	{KeepForwards, []db.Cleared{db.ClearForwards}},
	{KeepAudit, []db.Cleared{db.ClearAudit}},
}

const (
	// longestKept is the most days that somebody can enter: a hundred years.
	longestKept = 36_500
	// clearSize is how many rows one commit clears, some 100 ms of the writer at
	// the most.
	clearSize = 500
	// clearTurn is how many commits make one call of RunRetention.
	clearTurn = 20
)

// Retentions returns how long things are kept, in the order of the page. For
// administrators.
func (d *Desk) Retentions(ctx context.Context, a Actor) ([]Retention, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	rows, err := d.retentionRows(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Retention, len(retentionKinds))
	for i, k := range retentionKinds {
		row := rows[k.kind]
		all[i] = Retention{Kind: k.kind, Days: int(row.Days), Cleared: row.Cleared, At: row.RunAt.Time()}
	}
	return all, nil
}

func (d *Desk) retentionRows(ctx context.Context) (map[string]db.Retention, error) {
	rows, err := d.store.Retentions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read retention: %w", err)
	}
	byKind := make(map[string]db.Retention, len(rows))
	for _, row := range rows {
		byKind[row.Kind] = row
	}
	return byKind, nil
}

// ReadRetention reads the days of each kind as typed. A refusal is about the
// field of its kind.
func ReadRetention(typed map[string]string) (map[string]int, error) {
	days := map[string]int{}
	var bad []*Refusal
	for _, k := range retentionKinds {
		text := strings.TrimSpace(typed[k.kind])
		n, err := strconv.Atoi(text)
		if text == "" {
			n, err = 0, nil
		}
		if err != nil || n < 0 || n > longestKept {
			bad = append(bad, ErrBadKeep.on(k.kind))
			continue
		}
		days[k.kind] = n
	}
	return days, refused(bad)
}

// WouldClear says about how much the next run takes away if things are kept for
// so many days: by kind, and only where there is anything. For administrators.
func (d *Desk) WouldClear(ctx context.Context, a Actor, days map[string]int) (map[string]int64, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	rows, err := d.retentionRows(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, k := range retentionKinds {
		if days[k.kind] == 0 {
			continue
		}
		n, err := d.store.CountOld(ctx, k.what[0], rows[string(k.what[0])].LastID, d.keptSince(days[k.kind]))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			counts[k.kind] = n
		}
	}
	return counts, nil
}

// keptSince is the instant before which things have been kept long enough.
func (d *Desk) keptSince(days int) db.Millis {
	return d.now().Add(-time.Duration(days) * 24 * time.Hour)
}

// SaveRetention stores how many days each kind is kept, 0 for ever. What is older
// is cleared by [Desk.RunRetention], soon. For administrators.
func (d *Desk) SaveRetention(ctx context.Context, a Actor, days map[string]int) error {
	if !a.Admin() {
		return ErrForbidden
	}
	var detail []string
	for _, k := range retentionKinds {
		detail = append(detail, fmt.Sprintf("%s %d", k.kind, days[k.kind]))
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, k := range retentionKinds {
			if err := tx.SaveRetention(ctx, db.SaveRetentionParams{Kind: k.kind, Days: int64(days[k.kind])}); err != nil {
				return fmt.Errorf("save retention: %w", err)
			}
		}
		return d.audit(ctx, tx, a, "settings.retention", "days", strings.Join(detail, ", "))
	})
}

// RunRetention clears some of what has been kept long enough: the content goes,
// rows with their state and a hash of the number stay, so that everything still
// adds up. more says that there is more.
func (d *Desk) RunRetention(ctx context.Context) (more bool, err error) {
	rows, err := d.retentionRows(ctx)
	if err != nil {
		return false, err
	}
	for turn := 0; turn < clearTurn; {
		busy := false
		for _, k := range retentionKinds {
			if rows[k.kind].Days == 0 {
				continue
			}
			before := d.keptSince(int(rows[k.kind].Days))
			for _, what := range k.what {
				some, err := d.clearSome(ctx, rows, what, before)
				if err != nil {
					return false, err
				}
				busy = busy || some
				turn++
			}
		}
		if !busy {
			return d.clearDrafts(ctx, int(rows[KeepTexts].Days))
		}
	}
	return true, nil
}

// clearDrafts clears replies and notes that were typed and never sent: they are
// kept as long as texts.
func (d *Desk) clearDrafts(ctx context.Context, days int) (more bool, err error) {
	if days == 0 {
		return false, nil
	}
	var n int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = tx.DropReplyDrafts(ctx, d.keptSince(days), clearSize)
		return err
	})
	return n == clearSize, err
}

// clearSome clears the next rows of a kind, and reports whether there may be
// more. It moves the kind's row on.
func (d *Desk) clearSome(ctx context.Context, rows map[string]db.Retention, what db.Cleared, before db.Millis) (more bool, err error) {
	row := rows[string(what)]
	old, err := d.store.OldRows(ctx, what, row.LastID, before, clearSize)
	if err != nil {
		return false, err
	}
	if len(old) == 0 {
		return false, d.clearLeft(ctx, rows, what)
	}
	var ready, left []int64
	for _, r := range old {
		if r.Ready {
			ready = append(ready, r.ID)
		} else {
			left = append(left, r.ID)
		}
	}
	row.Kind, row.LastID = string(what), old[len(old)-1].ID
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Clear(ctx, what, ready); err != nil {
			return err
		}
		for _, id := range left {
			if err := tx.InsertRetentionLeft(ctx, db.InsertRetentionLeftParams{Kind: string(what), ID: id}); err != nil {
				return err
			}
		}
		return moveRetention(ctx, tx, row, int64(len(ready)), row.RunAt)
	})
	if err != nil {
		return false, fmt.Errorf("clear %s: %w", what, err)
	}
	row.Cleared += int64(len(ready))
	rows[string(what)] = row
	return len(old) == clearSize, nil
}

// moveRetention notes how far the clearing of a kind has come. A kind that
// nobody has set days for has its row from here.
func moveRetention(ctx context.Context, tx *db.Tx, row db.Retention, cleared int64, at db.Millis) error {
	err := tx.SaveRetention(ctx, db.SaveRetentionParams{Kind: row.Kind, Days: row.Days})
	return errors.Join(err, tx.StepRetention(ctx, db.StepRetentionParams{Kind: row.Kind, LastID: row.LastID, Cleared: cleared, RunAt: at}))
}

// clearLeft looks again at what could not be cleared when its turn came, and
// notes that the kind is done for now.
func (d *Desk) clearLeft(ctx context.Context, rows map[string]db.Retention, what db.Cleared) error {
	for after := int64(0); ; {
		left, err := d.store.RetentionLeft(ctx, db.RetentionLeftParams{Kind: string(what), AfterID: after, PageSize: clearSize})
		if err != nil {
			return fmt.Errorf("read what was left: %w", err)
		}
		if len(left) == 0 {
			break
		}
		after = left[len(left)-1]
		ready, err := d.store.ReadyRows(ctx, what, left)
		if err != nil {
			return err
		}
		if len(ready) == 0 {
			continue
		}
		err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Clear(ctx, what, ready); err != nil {
				return err
			}
			for _, id := range ready {
				if err := tx.DeleteRetentionLeft(ctx, db.DeleteRetentionLeftParams{Kind: string(what), ID: id}); err != nil {
					return err
				}
			}
			row := rows[string(what)]
			row.Kind = string(what)
			return moveRetention(ctx, tx, row, int64(len(ready)), row.RunAt)
		})
		if err != nil {
			return fmt.Errorf("clear %s: %w", what, err)
		}
	}
	row := rows[string(what)]
	if row.Cleared == 0 || d.now() < row.RunAt.Add(time.Hour) {
		return nil // nothing to note, or noted
	}
	row.RunAt = d.now()
	rows[string(what)] = row
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return moveRetention(ctx, tx, row, 0, row.RunAt) })
	if err != nil || what != db.ClearBatchTexts {
		return err
	}
	return d.forgetWords(ctx)
}
