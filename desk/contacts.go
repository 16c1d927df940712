package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// ContactForm is a contact as typed.
type ContactForm struct{ Name, Number, Email string }

// Contacts returns a page of the actor's contacts, in the order of their names.
func (d *Desk) Contacts(ctx context.Context, a Actor, f BookSearch) ([]db.Contact, Paging, error) {
	return d.contacts(ctx, f, db.BookFilter{UserID: a.User.ID})
}

// contacts returns a page of contacts that belong to somebody or to a group.
func (d *Desk) contacts(ctx context.Context, f BookSearch, of db.BookFilter) ([]db.Contact, Paging, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return nil, Paging{}, err
	}
	where := f.filter(set.Country)
	where.UserID, where.GroupID = of.UserID, of.GroupID
	if where.Number != "" {
		// Digits that begin nobody's number are a name: "Room 12".
		some, err := d.store.FindContacts(ctx, db.BookFilter{UserID: of.UserID, GroupID: of.GroupID, Number: where.Number, Limit: 1})
		if err != nil {
			return nil, Paging{}, err
		}
		if len(some) == 0 {
			where.Number = ""
		}
	}
	found, err := d.store.FindContacts(ctx, where)
	if err != nil {
		return nil, Paging{}, err
	}
	page, paging := paged(found, f, func(c db.Contact) db.BookPlace { return db.BookPlace{Key: c.NameKey, ID: c.ID} })
	return page, paging, nil
}

// Contact returns one contact and the groups it is in. One that the actor may
// not see does not exist for them.
func (d *Desk) Contact(ctx context.Context, a Actor, id int64) (db.Contact, []db.Group, error) {
	c, err := d.store.Contact(ctx, id)
	if err := found("contact", err, ErrUnknownPerson); err != nil {
		return db.Contact{}, nil, err
	}
	if err := d.owned(ctx, a, c.UserID, ErrUnknownPerson); err != nil {
		return db.Contact{}, nil, err
	}
	groups, err := d.store.GroupsOfContact(ctx, id)
	if err != nil {
		return db.Contact{}, nil, fmt.Errorf("read groups: %w", err)
	}
	return c, groups, nil
}

// AddContact puts somebody into the actor's contacts. A number that is there
// already is refused; a name may come twice, as names do.
func (d *Desk) AddContact(ctx context.Context, a Actor, form ContactForm) (int64, error) {
	c, err := d.readContact(ctx, form)
	if err != nil {
		return 0, err
	}
	c.UserID = a.User.ID
	var id int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := freeNumber(ctx, tx, c); err != nil {
			return err
		}
		id, err = tx.InsertContact(ctx, db.InsertContactParams{UserID: c.UserID, Name: c.Name, NameKey: c.NameKey, Number: c.Number, Email: c.Email, CreatedAt: d.now()})
		if err != nil {
			return fmt.Errorf("insert contact: %w", err)
		}
		return nil
	})
	return id, err
}

// ChangeContact corrects a contact.
func (d *Desk) ChangeContact(ctx context.Context, a Actor, id int64, form ContactForm) error {
	was, _, err := d.Contact(ctx, a, id)
	if err != nil {
		return err
	}
	c, err := d.readContact(ctx, form)
	if err != nil {
		return err
	}
	c.ID, c.UserID = id, was.UserID
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c.Number != was.Number {
			if err := freeNumber(ctx, tx, c); err != nil {
				return err
			}
		}
		err := tx.ChangeContact(ctx, db.ChangeContactParams{ID: c.ID, Name: c.Name, NameKey: c.NameKey, Number: c.Number, Email: c.Email, ChangedAt: d.now()})
		if err != nil {
			return fmt.Errorf("change contact: %w", err)
		}
		return nil
	})
}

// DeleteContact deletes a contact, also from every group. What was sent to the
// number stays, and so does its suppression.
func (d *Desk) DeleteContact(ctx context.Context, a Actor, id int64) error {
	c, _, err := d.Contact(ctx, a, id)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.DeleteContacts(ctx, c.UserID, []int64{c.ID}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "contact.delete", c.Name, "")
	})
}

// readContact reads the form, all of its fields.
func (d *Desk) readContact(ctx context.Context, form ContactForm) (db.Contact, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return db.Contact{}, err
	}
	var c db.Contact
	var bad []*Refusal
	var r *Refusal
	if c.Name, r = readName(form.Name); r != nil {
		bad = append(bad, r)
	}
	if c.Number, r = readNumber(form.Number, set.Country); r != nil {
		bad = append(bad, r)
	}
	if c.Email, r = readEmail(form.Email); r != nil {
		bad = append(bad, r)
	}
	c.NameKey = bookKey(c.Name)
	return c, refused(bad)
}

// freeNumber refuses a number that somebody in the same address book has.
func freeNumber(ctx context.Context, tx *db.Tx, c db.Contact) error {
	other, err := tx.ContactByNumber(ctx, db.ContactByNumberParams{UserID: c.UserID, Number: c.Number})
	if db.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for contact: %w", err)
	}
	return ErrContactTaken.because("This number is in your contacts already, as %s.", other.Name)
}

// putContacts makes contacts of those whose numbers the user does not have, and
// returns everybody's ids. Somebody without a name is called by their number.
func (d *Desk) putContacts(ctx context.Context, tx *db.Tx, userID int64, people []person, home string) ([]int64, error) {
	numbers := make([]sms.MSISDN, len(people))
	for i, p := range people {
		numbers[i] = p.number
	}
	known, err := tx.ContactsWith(ctx, userID, numbers)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(people))
	for i, p := range people {
		if ids[i] = known[p.number]; ids[i] != 0 {
			continue
		}
		if p.name == "" {
			p.name = p.number.Display(home)
			p.key = bookKey(p.name)
		}
		ids[i], err = tx.InsertContact(ctx, db.InsertContactParams{UserID: userID, Name: p.name, NameKey: p.key, Number: p.number, CreatedAt: d.now()})
		if err != nil {
			return nil, fmt.Errorf("insert contact: %w", err)
		}
	}
	return ids, nil
}
