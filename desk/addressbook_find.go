package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// ContactFilter says which contacts are meant, as staff say it. The zero filter
// is everybody in the actor's address book.
type ContactFilter struct {
	// Search is any part of a name, a number, an e-mail address or a field.
	Search string `json:"search,omitempty"`
	// Group: those in it, also in a group of somebody below the actor. NoGroup:
	// those in none.
	Group   int64 `json:"group,omitempty"`
	NoGroup bool  `json:"no_group,omitempty"`
	// Since: made or changed at that time or later.
	Since time.Time `json:"since,omitzero"`
	// Suppressed: whom nobody may text. Allowed: the others.
	Suppressed bool `json:"suppressed,omitempty"`
	Allowed    bool `json:"allowed,omitempty"`
	// Consented: of whom a consent is written down that stands. Unasked: the
	// others.
	Consented bool `json:"consented,omitempty"`
	Unasked   bool `json:"unasked,omitempty"`
}

// Any reports whether the filter leaves anybody out.
func (f ContactFilter) Any() bool { return f != ContactFilter{} }

// ContactSort is how contacts are listed.
type ContactSort string

// The ways of sorting: by name unless told otherwise.
const (
	SortByName   ContactSort = ""
	SortByNumber ContactSort = "number"
	SortByNewest ContactSort = "newest" // the latest changed first
)

func (s ContactSort) order() db.ContactOrder {
	switch s {
	case SortByNumber:
		return db.ByNumber
	case SortByNewest:
		return db.ByChanged
	}
	return db.ByName
}

// ContactList is a page of contacts.
type ContactList struct {
	People []db.Contact
	Paging
	// Total is how many match altogether, -1 where that is not known without
	// counting; AtLeast is what is known then.
	Total, AtLeast int64
}

// FindContacts returns a page of the contacts that match. page.Search is not
// looked at.
func (d *Desk) FindContacts(ctx context.Context, a Actor, f ContactFilter, sort ContactSort, page BookSearch) (ContactList, error) {
	where, err := d.contactFilter(ctx, a, f)
	if err != nil {
		return ContactList{}, err
	}
	order := sort.order()
	found, err := d.store.FindContacts(ctx, db.ContactPage{ContactFilter: where, Order: order, After: readPlace(page.After), Before: readPlace(page.Before), Limit: page.Limit + 1})
	if err != nil {
		return ContactList{}, err
	}
	list := ContactList{Total: found.Total, AtLeast: found.AtLeast}
	list.People, list.Paging = paged(found.Contacts, page, func(c db.Contact) db.BookPlace { return order.Place(&c) })
	list.First = found.First
	return list, nil
}

// EachContact gives every contact that matches to do, in the order of their
// names. It reads page by page and holds nobody up, however slow do is.
func (d *Desk) EachContact(ctx context.Context, a Actor, f ContactFilter, do func(db.Contact) error) error {
	where, err := d.contactFilter(ctx, a, f)
	if err != nil {
		return err
	}
	return d.store.EachContact(ctx, where, db.ByName, func(c *db.Contact) error { return do(*c) })
}

// CountContacts says how many contacts match: for a page that asks whether
// somebody is sure, since it may have to look at all of them.
func (d *Desk) CountContacts(ctx context.Context, a Actor, f ContactFilter) (int64, error) {
	where, err := d.contactFilter(ctx, a, f)
	if err != nil {
		return 0, err
	}
	return d.store.CountContacts(ctx, where)
}

// contactFilter turns the filter into what the store understands.
func (d *Desk) contactFilter(ctx context.Context, a Actor, f ContactFilter) (db.ContactFilter, error) {
	where := db.ContactFilter{UserID: a.User.ID, GroupID: f.Group, Ungrouped: f.NoGroup && f.Group == 0, Since: db.At(f.Since), Suppressed: f.Suppressed, Allowed: f.Allowed && !f.Suppressed,
		Consented: f.Consented, Unasked: f.Unasked && !f.Consented}
	if f.Group != 0 {
		g, err := d.Group(ctx, a, f.Group)
		if err != nil {
			return where, err
		}
		where.UserID = g.UserID
	}
	if typed := cleanName(f.Search); typed != "" {
		set, err := d.Settings(ctx)
		if err != nil {
			return where, err
		}
		where.Search = db.NewContactSearch(typed, sms.NumberPrefix(typed, set.Country))
	}
	return where, nil
}

// Contacts returns a page of the actor's contacts, in the order of their names.
func (d *Desk) Contacts(ctx context.Context, a Actor, f BookSearch) ([]db.Contact, Paging, error) {
	list, err := d.FindContacts(ctx, a, ContactFilter{Search: f.Search}, SortByName, f)
	return list.People, list.Paging, err
}

// Members returns a page of the contacts in a group, in the order of their
// names.
func (d *Desk) Members(ctx context.Context, a Actor, groupID int64, f BookSearch) ([]db.Contact, Paging, error) {
	list, err := d.FindContacts(ctx, a, ContactFilter{Group: groupID, Search: f.Search}, SortByName, f)
	return list.People, list.Paging, err
}

// IndexContacts makes contacts that came in bulk quick to find, and says whether
// more of them wait. The engine room calls it.
func (d *Desk) IndexContacts(ctx context.Context) (more bool, err error) {
	if d.importing.any() {
		return false, nil // it would take half of the import's time, and the import half of its
	}
	if more, err = d.store.IndexContacts(ctx); err != nil {
		return false, fmt.Errorf("index contacts: %w", err)
	}
	return more, nil
}
