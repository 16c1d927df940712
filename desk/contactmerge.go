package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// Duplicates are contacts of one address book with the same number, or the same
// name.
type Duplicates struct {
	Number sms.MSISDN // "" where they share the name
	Name   string
	People []db.Contact
}

// DuplicatesShown is how many sets of duplicates a page has, and duplicatesOf how
// many contacts of one.
const (
	DuplicatesShown = 20
	duplicatesOf    = 10
)

// Duplicates finds contacts of the actor's that may be the same person: those
// with the same number, or with byName those with the same name. after is where
// the page before has ended, and next where this one does, "" at the end. It
// looks through an index of the whole address book.
func (d *Desk) Duplicates(ctx context.Context, a Actor, byName bool, after string) (sets []Duplicates, next string, err error) {
	keys, err := d.store.DuplicateKeys(ctx, a.User.ID, byName, after, DuplicatesShown+1)
	if err != nil {
		return nil, "", err
	}
	if len(keys) > DuplicatesShown {
		keys = keys[:DuplicatesShown]
		next = keys[DuplicatesShown-1]
	}
	for _, key := range keys {
		people, err := d.store.ContactsWithKey(ctx, a.User.ID, byName, key, duplicatesOf)
		if err != nil {
			return nil, "", err
		}
		if len(people) < 2 {
			continue // put right meanwhile
		}
		set := Duplicates{People: people, Name: people[0].Name}
		if !byName {
			set.Number = people[0].Number
		}
		sets = append(sets, set)
	}
	return sets, next, nil
}

// MergeContacts makes one contact of two of the same address book: kept keeps
// its id and gets what form says, it joins the groups of other, and the history
// of both goes on as one. other is deleted. Nothing undoes it.
func (d *Desk) MergeContacts(ctx context.Context, a Actor, kept, other int64, form ContactForm) error {
	if kept == other {
		return ErrUnknownPerson
	}
	first, _, err := d.Contact(ctx, a, kept)
	if err != nil {
		return err
	}
	second, _, err := d.Contact(ctx, a, other)
	if err != nil {
		return err
	}
	if first.UserID != second.UserID {
		return ErrUnknownPerson
	}
	c, err := d.readContact(ctx, form)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := tx.Contact(ctx, kept) // as they are now
		if err := found("contact", err, ErrUnknownPerson); err != nil {
			return err
		}
		gone, err := tx.Contact(ctx, other)
		if err := found("contact", err, ErrUnknownPerson); err != nil {
			return err
		}
		groups, err := tx.GroupsOfContact(ctx, other)
		if err != nil {
			return fmt.Errorf("read groups: %w", err)
		}
		for _, g := range groups {
			if _, err := tx.AddMembers(ctx, g.ID, []int64{kept}, 0); err != nil {
				return err
			}
		}
		if err := tx.MoveContactChanges(ctx, db.MoveContactChangesParams{FromID: other, ToID: kept}); err != nil {
			return fmt.Errorf("move changes: %w", err)
		}
		if _, err := tx.DeleteContacts(ctx, gone.UserID, []int64{other}); err != nil {
			return err
		}
		now := was
		now.Name, now.NameKey, now.Number, now.Email, now.Fields, now.ChangedAt = c.Name, c.NameKey, c.Number, c.Email, c.Fields, d.now()
		if now.Number != was.Number && now.Number != gone.Number {
			if err := freeNumber(ctx, tx, now); err != nil {
				return err
			}
		}
		if err := tx.ChangeContacts(ctx, []db.Contact{was}, []db.Contact{now}); err != nil {
			return err
		}
		changes := append([]Change{{Field: "Merged", From: gone.Name + ", " + string(gone.Number)}}, contactDiff(was, now)...)
		if err := d.record(ctx, tx, a, was.UserID, kept, ChangeMerged, changes); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "contact.merge", now.Name, gone.Name)
	})
}
