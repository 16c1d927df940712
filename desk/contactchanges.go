package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"textdesk/db"
)

// What can become of a contact.
const (
	ChangeAdded    = "add"
	ChangeEdited   = "change"
	ChangeJoined   = "join"
	ChangeLeft     = "leave"
	ChangeMerged   = "merge"
	ChangePasted   = "paste"
	ChangeImported = "import"
)

// Change is one thing that was changed of a contact. A group that was joined or
// left is the field "Group".
type Change struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// ContactChange is a line of a contact's history.
type ContactChange struct {
	db.ContactChange
	// By is whose doing it was, "" for the command line.
	By      string
	Changes []Change
}

// record writes down what became of one contact.
func (d *Desk) record(ctx context.Context, tx *db.Tx, a Actor, userID, contactID int64, kind string, changes []Change) error {
	_, err := d.insertChange(ctx, tx, a, db.InsertContactChangeParams{UserID: userID, ContactID: contactID, Kind: kind, People: 1}, changes)
	return err
}

// recordMany writes down what became of many contacts at once, in one row, and
// returns its id, which the contacts keep in made_by or touched_by. what is the
// group, or the file, "" for none.
func (d *Desk) recordMany(ctx context.Context, tx *db.Tx, a Actor, userID int64, kind, what string, people int64) (int64, error) {
	var changes []Change
	if what != "" {
		field := "Group"
		if kind == ChangeImported {
			field = "File"
		}
		changes = []Change{{Field: field, To: what}}
	}
	return d.insertChange(ctx, tx, a, db.InsertContactChangeParams{UserID: userID, Kind: kind, People: people}, changes)
}

func (d *Desk) insertChange(ctx context.Context, tx *db.Tx, a Actor, p db.InsertContactChangeParams, changes []Change) (int64, error) {
	detail, err := json.Marshal(changes)
	if err != nil {
		return 0, fmt.Errorf("write change: %w", err)
	}
	p.At, p.ByID, p.Detail = d.now(), db.ID(a.User.ID), string(detail)
	id, err := tx.InsertContactChange(ctx, p)
	if err != nil {
		return 0, fmt.Errorf("write change: %w", err)
	}
	return id, nil
}

// contactDiff lists what differs between two versions of a contact.
func contactDiff(was, now db.Contact) (changes []Change) {
	add := func(field, from, to string) {
		if from != to {
			changes = append(changes, Change{field, from, to})
		}
	}
	add("Name", was.Name, now.Name)
	add("Number", string(was.Number), string(now.Number))
	add("E-mail", was.Email, now.Email)
	before, after := map[string]string{}, map[string]string{}
	var names []string
	for _, f := range ContactFields(was) {
		before[f.Name] = f.Value
		names = append(names, f.Name)
	}
	for _, f := range ContactFields(now) {
		after[f.Name] = f.Value
		if _, there := before[f.Name]; !there {
			names = append(names, f.Name)
		}
	}
	for _, name := range names {
		add(name, before[name], after[name])
	}
	return changes
}

// ContactHistory returns what became of a contact, newest first, from before a
// line on (0 is the newest), up to limit lines. Of what was done to many at once
// it knows where the contact came from, and the latest.
func (d *Desk) ContactHistory(ctx context.Context, a Actor, id, before int64, limit int) (lines []ContactChange, more bool, err error) {
	c, _, err := d.Contact(ctx, a, id)
	if err != nil {
		return nil, false, err
	}
	if before <= 0 {
		before = 1<<63 - 1
	}
	found, err := d.store.ChangesOfContact(ctx, db.ChangesOfContactParams{ContactID: id, BeforeID: before, PageSize: int32(limit + 1)})
	if err != nil {
		return nil, false, fmt.Errorf("read changes: %w", err)
	}
	if more = len(found) > limit; more {
		found = found[:limit]
	}
	oldest := int64(0)
	if more {
		oldest = found[limit-1].ID
	}
	for _, many := range []int64{c.MadeBy, c.TouchedBy} {
		if many == 0 || many >= before || many < oldest || slices.ContainsFunc(found, func(f db.ContactChange) bool { return f.ID == many }) {
			continue
		}
		row, err := d.store.ContactChange(ctx, many)
		if db.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, false, fmt.Errorf("read changes: %w", err)
		}
		found = append(found, row)
	}
	slices.SortFunc(found, func(x, y db.ContactChange) int { return int(min(1, max(-1, y.ID-x.ID))) })
	names := map[int64]string{0: ""}
	for _, row := range found {
		line := ContactChange{ContactChange: row}
		if err := json.Unmarshal([]byte(row.Detail), &line.Changes); err != nil {
			line.Changes = nil // what cannot be read is not shown
		}
		name, known := names[int64(row.ByID)]
		if !known {
			u, err := d.store.User(ctx, int64(row.ByID))
			if err != nil && !db.IsNotFound(err) {
				return nil, false, fmt.Errorf("read user: %w", err)
			}
			name = u.Username
			names[int64(row.ByID)] = name
		}
		line.By = name
		lines = append(lines, line)
	}
	return lines, more, nil
}
