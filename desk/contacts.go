package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// StoredContact is a contact as it is stored.
type StoredContact = db.Contact

// ContactForm is a contact as typed.
type ContactForm struct {
	Name, Number, Email string
	// Fields are what else is known, in no order; one without a name and a text
	// is left out. Nil leaves what is there.
	Fields []Field
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
func (d *Desk) AddContact(ctx context.Context, a Actor, form ContactForm) (id int64, err error) {
	c, err := d.readContact(ctx, form)
	if err != nil {
		return 0, err
	}
	c.UserID = a.User.ID
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := freeNumber(ctx, tx, c); err != nil {
			return err
		}
		made := []db.Contact{c}
		made[0].CreatedAt, made[0].ChangedAt = d.now(), d.now()
		if err := tx.InsertContacts(ctx, made, nil); err != nil {
			return err
		}
		id = made[0].ID
		return d.record(ctx, tx, a, c.UserID, id, ChangeAdded, nil)
	})
	return id, err
}

// ChangeContact corrects a contact.
func (d *Desk) ChangeContact(ctx context.Context, a Actor, id int64, form ContactForm) error {
	if _, _, err := d.Contact(ctx, a, id); err != nil {
		return err
	}
	c, err := d.readContact(ctx, form)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := tx.Contact(ctx, id) // as it is now
		if err := found("contact", err, ErrUnknownPerson); err != nil {
			return err
		}
		now := was
		now.Name, now.NameKey, now.Number, now.Email, now.ChangedAt = c.Name, c.NameKey, c.Number, c.Email, d.now()
		if form.Fields != nil {
			now.Fields = c.Fields
		}
		changes := contactDiff(was, now)
		if len(changes) == 0 {
			return nil
		}
		if now.Number != was.Number {
			if err := freeNumber(ctx, tx, now); err != nil {
				return err
			}
		}
		if err := tx.ChangeContacts(ctx, []db.Contact{was}, []db.Contact{now}); err != nil {
			return err
		}
		return d.record(ctx, tx, a, was.UserID, id, ChangeEdited, changes)
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
	if c.Fields, r = readFields(form.Fields); r != nil {
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
func (d *Desk) putContacts(ctx context.Context, tx *db.Tx, a Actor, userID int64, people []person, home string) ([]int64, error) {
	numbers := make([]sms.MSISDN, len(people))
	for i, p := range people {
		numbers[i] = p.number
	}
	known, err := tx.ContactsWith(ctx, userID, numbers)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(people))
	var made []db.Contact
	var places []int
	for i, p := range people {
		if ids[i] = known[p.number]; ids[i] != 0 {
			continue
		}
		if p.name == "" {
			p.name = p.number.Display(home)
			p.key = bookKey(p.name)
		}
		made = append(made, db.Contact{UserID: userID, Name: p.name, NameKey: p.key, Number: p.number, CreatedAt: d.now(), ChangedAt: d.now()})
		places = append(places, i)
	}
	if len(made) == 0 {
		return ids, nil
	}
	change, err := d.recordMany(ctx, tx, a, userID, ChangePasted, "", int64(len(made)))
	if err != nil {
		return nil, err
	}
	for i := range made {
		made[i].MadeBy = change
	}
	if err := tx.InsertContacts(ctx, made, nil); err != nil {
		return nil, err
	}
	for i, c := range made {
		ids[places[i]] = c.ID
	}
	return ids, nil
}
