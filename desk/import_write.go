package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"textdesk/db"
	"textdesk/sms"
)

// running is an import at work. What it remembers of the store is only a hint:
// each transaction looks anew, because people go on working.
type running struct {
	d       *Desk
	row     db.Import
	plan    ImportPlan
	groups  map[string]int64 // by name
	named   map[int64]bool   // groups that are noted as the import's
	results []string         // of the rows of the last transaction
}

// pending is a contact that a transaction makes or changes.
type pending struct {
	db.Contact
	isNew   bool
	was     db.Contact // before the transaction
	changed bool
	noted   bool     // stands in touched
	joins   []string // names of groups
}

// chunkWrite is one transaction. It begins from nothing each time it runs.
type chunkWrite struct {
	*running
	tx       *db.Tx
	byNumber map[sms.MSISDN][]*pending
	names    map[string]bool // keys that contacts have
	touched  []*pending      // in the order of their rows
	problems []db.ImportRow
	step     db.StepImportParams
}

// write takes rows into the address book: whoever is new and what changes, the
// groups, what undoing needs, the rows with problems, and the cursor.
func (im *running) write(ctx context.Context, tx *db.Tx, rows []importRow) error {
	now, err := tx.ImportByID(ctx, im.row.ID)
	if err != nil {
		return fmt.Errorf("read import: %w", err)
	}
	if now.State != ImportRunning {
		return ErrImportGone
	}
	w := &chunkWrite{running: im, tx: tx, step: db.StepImportParams{ID: im.row.ID, RowsDone: int64(len(rows))}}
	if err := w.look(ctx, rows); err != nil {
		return err
	}
	im.results = im.results[:0]
	for i := range rows {
		im.results = append(im.results, w.take(&rows[i]))
	}
	if err := w.store(ctx); err != nil {
		return err
	}
	if err := tx.InsertImportRows(ctx, w.problems); err != nil {
		return err
	}
	return tx.StepImport(ctx, w.step)
}

// look reads what the address book has of the rows' numbers and, where that
// matters, of their names.
func (w *chunkWrite) look(ctx context.Context, rows []importRow) error {
	numbers, keys := make([]sms.MSISDN, 0, len(rows)), make([]string, 0, len(rows))
	for i := range rows {
		if rows[i].fault == (fault{}) {
			numbers = append(numbers, rows[i].number)
			keys = append(keys, rows[i].key)
		}
	}
	slices.Sort(numbers)
	w.byNumber = make(map[sms.MSISDN][]*pending, len(numbers))
	there, err := w.tx.KnownContacts(ctx, w.row.UserID, slices.Compact(numbers))
	if err != nil {
		return err
	}
	for _, c := range there {
		w.byNumber[c.Number] = append(w.byNumber[c.Number], &pending{Contact: c, was: c})
	}
	if w.plan.SameName == SameSkip {
		slices.Sort(keys)
		if w.names, err = w.tx.KnownNames(ctx, w.row.UserID, slices.Compact(keys)); err != nil {
			return err
		}
	}
	return nil
}

// take decides about a row, and returns its result.
func (w *chunkWrite) take(r *importRow) string {
	if r.fault != (fault{}) {
		w.step.NFailed++
		return w.problem(r, RowFailed, r.fault.sentence)
	}
	same := w.byNumber[r.number]
	known := sameContact(same, r.key)
	if known != nil && w.plan.SameNumber != SameAdd {
		return w.again(r, known)
	}
	if w.plan.SameName == SameSkip && w.names[r.key] && !r.noName {
		w.step.NDuplicateName++
		return w.problem(r, RowDuplicateName, "There is a contact of this name with another number.")
	}
	c := &pending{isNew: true, joins: r.groups, Contact: db.Contact{UserID: w.row.UserID, Name: r.name, NameKey: r.key, Number: r.number, Email: r.email,
		CreatedAt: w.row.StartedAt, ChangedAt: w.row.StartedAt, Fields: r.json("{}")}}
	w.byNumber[r.number] = append(same, c)
	if w.names != nil {
		w.names[r.key] = true
	}
	w.touched = append(w.touched, c)
	w.step.NNew++
	return w.success(r)
}

// sameContact chooses among contacts with one number: the one of the same name,
// or else the first.
func sameContact(same []*pending, key string) *pending {
	for _, c := range same {
		if c.NameKey == key {
			return c
		}
	}
	if len(same) > 0 {
		return same[0]
	}
	return nil
}

// again decides about a row whose number is there already.
func (w *chunkWrite) again(r *importRow, c *pending) string {
	how := w.plan.SameNumber
	why := "This number is in your contacts already, as " + c.Name + "."
	if r.sameAs > 0 {
		why = "This number stands in row " + thousands(int64(r.sameAs)) + " already."
		if how == SameUpdate {
			how = SameKeep // who comes first in a file counts
		}
	}
	switch how {
	case SameUpdate:
		w.touch(c)
		if !r.noName {
			c.Name, c.NameKey = r.name, r.key
		}
		if r.email != "" {
			c.Email = r.email
		}
		c.Fields = r.json(c.Fields)
		if !c.isNew && !c.changed {
			w.step.NUpdated++
		}
		c.changed = true
		c.join(r.groups)
		return w.success(r)
	case SameKeep:
		if len(r.groups) > 0 {
			w.touch(c)
			c.join(r.groups)
			why += " They are in the row's groups now."
		}
	}
	w.step.NDuplicateNumber++
	return w.problem(r, RowDuplicateNumber, why)
}

func (w *chunkWrite) touch(c *pending) {
	if !c.noted && !c.isNew {
		c.noted = true
		w.touched = append(w.touched, c)
	}
}

func (c *pending) join(groups []string) {
	if len(c.joins) == 0 {
		c.joins = groups
		return
	}
	c.joins = slices.Clone(c.joins)
	for _, g := range groups {
		if !slices.Contains(c.joins, g) {
			c.joins = append(c.joins, g)
		}
	}
}

func (w *chunkWrite) success(r *importRow) string {
	if r.lost0 {
		w.step.NRepaired++
	}
	if len(r.partial) > 0 {
		w.step.NPartial++
		return w.problem(r, RowPartial, strings.Join(r.partial, " "))
	}
	w.step.NSuccess++
	return RowSuccess
}

// problem keeps a row that was no plain success. The cells of those that can be
// put right are kept as well.
func (w *chunkWrite) problem(r *importRow, result, why string) string {
	row := db.ImportRow{ImportID: w.row.ID, Line: int64(r.line), Result: result, Problem: why}
	if result != RowDuplicateNumber {
		row.Cells = asJSON(r.cells)
	}
	w.problems = append(w.problems, row)
	return result
}

// store writes contacts and their groups.
func (w *chunkWrite) store(ctx context.Context) error {
	ids, err := w.groupIDs(ctx)
	if err != nil {
		return err
	}
	var fresh, before, after []db.Contact
	var groups [][]int64
	var was []db.ImportChanged
	joins := map[int64][]int64{} // of contacts that were there
	slices.SortStableFunc(w.touched, func(a, b *pending) int { return cmp.Compare(a.Number, b.Number) })
	for _, c := range w.touched {
		if c.isNew {
			c.MadeBy = w.row.ChangeID
			fresh, groups = append(fresh, c.Contact), append(groups, groupsOf(c.joins, ids))
			continue
		}
		for _, g := range groupsOf(c.joins, ids) {
			joins[g] = append(joins[g], c.ID)
		}
		if !c.changed {
			continue
		}
		if c.was.ChangedAt != w.row.StartedAt { // else this import has it noted already
			was = append(was, db.ImportChanged{ImportID: w.row.ID, ContactID: c.ID, Was: asJSON(c.was)})
		}
		c.ChangedAt, c.TouchedBy = w.row.StartedAt, w.row.ChangeID
		before, after = append(before, c.was), append(after, c.Contact)
	}
	if err := w.tx.InsertContacts(ctx, fresh, groups); err != nil {
		return err
	}
	if len(fresh) > 0 {
		made := db.ImportMade{ImportID: w.row.ID, FirstID: fresh[0].ID, LastID: fresh[len(fresh)-1].ID}
		if err := w.tx.InsertImportMade(ctx, made); err != nil {
			return err
		}
	}
	if err := w.tx.ChangeContacts(ctx, before, after); err != nil {
		return err
	}
	if err := w.tx.InsertImportChanged(ctx, was); err != nil {
		return err
	}
	for _, g := range slices.Sorted(maps.Keys(joins)) {
		joined, err := w.tx.AddMembers(ctx, g, joins[g], w.row.ChangeID)
		if err != nil {
			return err
		}
		if err := w.tx.InsertImportJoined(ctx, w.row.ID, g, joined); err != nil {
			return err
		}
	}
	return nil
}

// groupsOf are the groups of names that may be written in several ways.
func groupsOf(names []string, ids map[string]int64) (all []int64) {
	for _, n := range names {
		if id := ids[n]; !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// groupIDs finds the groups that the contacts join.
func (w *chunkWrite) groupIDs(ctx context.Context) (map[string]int64, error) {
	keys := map[string]string{} // by name
	for _, c := range w.touched {
		for _, g := range c.joins {
			if keys[g] == "" {
				keys[g] = bookKey(g)
			}
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	names := make([]string, 0, len(keys))
	all := make([]string, 0, len(keys))
	for name, key := range keys {
		names, all = append(names, name), append(all, key)
	}
	slices.Sort(names)
	there, err := w.tx.GroupsNamed(ctx, w.row.UserID, all)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]int64, len(keys))
	for _, name := range names {
		id, known := there[keys[name]]
		if !known {
			id, err = w.tx.InsertGroup(ctx, db.InsertGroupParams{UserID: w.row.UserID, Name: name, NameKey: keys[name], CreatedAt: w.row.StartedAt})
			if err != nil {
				return nil, fmt.Errorf("insert group %s: %w", strconv.Quote(name), err)
			}
			there[keys[name]] = id
		}
		ids[name] = id
		if err := w.tx.PutImportGroup(ctx, db.PutImportGroupParams{ImportID: w.row.ID, GroupID: id, Made: bit(!known)}); err != nil {
			return nil, fmt.Errorf("note group: %w", err)
		}
	}
	return ids, nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
