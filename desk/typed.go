package desk

import (
	"context"
	"slices"
	"strings"

	"textdesk/db"
	"textdesk/sms"
	"textdesk/sms/merge"
)

// knowTyped finds whom typed numbers belong to among the contacts of the sender,
// so that a text is filled in for them as it is for those of a group. Programs,
// whose texts have no fields, are not made to wait for it.
func (r *reader) knowTyped(ctx context.Context, some []Recipient) error {
	if !r.o.Fill {
		return nil
	}
	var typed []sms.MSISDN
	for i := range some {
		if some[i].justTyped() {
			typed = append(typed, some[i].Number)
		}
	}
	if len(typed) == 0 {
		return nil
	}
	contacts, err := r.d.store.ContactsWithNumbers(ctx, r.user, typed)
	if err != nil {
		return err
	}
	of := make(map[sms.MSISDN][]db.Contact, len(contacts))
	for _, c := range contacts {
		of[c.Number] = append(of[c.Number], c)
	}
	for i := range some {
		one := &some[i]
		if !one.justTyped() {
			continue
		}
		c, ok := meant(of[one.Number], one.Raw)
		if !ok {
			continue
		}
		one.Name = c.Name
		one.values, err = valuesOf(db.Person{ID: c.ID, Name: c.Name, Email: c.Email, Number: c.Number, Fields: c.Fields}, len(r.dr.further) > 0)
		if err != nil {
			return err
		}
		for _, name := range r.dr.further {
			if _, has := one.values.fields[merge.Fold(name)]; has {
				r.dr.knows(name)
			}
		}
	}
	return nil
}

// justTyped: a number that was typed, of which no group, list or file says more.
func (r *Recipient) justTyped() bool {
	return r.Number != "" && !r.Duplicate && r.values == nil && r.Row == 0 && r.own == "" && r.Name == ""
}

// meant is which of the contacts with one number somebody meant: the one whose
// name they typed beside it, or else the first of one name. Of several names, as
// where a mother's number stands with each of her children, none is guessed.
func meant(of []db.Contact, typed string) (db.Contact, bool) {
	beside := bookKey(cleanName(typed))
	at := -1
	for i, c := range of {
		if c.NameKey != "" && strings.HasPrefix(beside, c.NameKey) && (at < 0 || len(c.NameKey) > len(of[at].NameKey)) {
			at = i
		}
	}
	switch {
	case at >= 0:
		return of[at], true
	case len(of) == 0, slices.ContainsFunc(of, func(c db.Contact) bool { return c.NameKey != of[0].NameKey }):
		return db.Contact{}, false
	}
	return of[0], true
}
