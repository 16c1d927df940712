package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"textdesk/sms"
)

// ContactFilter says which contacts are meant. Zero fields do not filter.
type ContactFilter struct {
	// UserID is whose address book; it must be given, also with a group.
	UserID int64
	// GroupID: the members of a group of the user's.
	GroupID int64
	// Ungrouped: those in no group.
	Ungrouped bool
	// Since: made or changed at that instant or later.
	Since Millis
	// Suppressed: those whom nobody may text. Allowed: the others.
	Suppressed, Allowed bool
	// Consented: those of whom a consent is written down that stands. Unasked:
	// the others.
	Consented, Unasked bool
	Search             ContactSearch
}

// ContactOrder is how a list of contacts is sorted.
type ContactOrder int

// The orders. The latest changed come first; ids rise.
const (
	ByName ContactOrder = iota
	ByNumber
	ByChanged
	ByID
)

// ContactPage is a page of the contacts of a filter.
type ContactPage struct {
	ContactFilter
	Order ContactOrder
	// The page begins after a place or ends before it, or is the first. The key
	// of a place is the name's key, the number, or the instant of the change.
	After, Before BookPlace
	Limit         int
	// plain: in the order alone, whatever was typed.
	plain bool
}

// FoundContacts are a page, in its order.
type FoundContacts struct {
	Contacts []Contact
	// Total is how many match, where it is known without reading them all, and
	// -1 otherwise. AtLeast is what it is at the least.
	Total, AtLeast int64
	// First is how many of those that match can be paged through where not
	// everybody was looked at, and 0 where all can.
	First int64
}

// Place is where a contact stands in an order.
func (o ContactOrder) Place(c *Contact) BookPlace {
	switch o {
	case ByNumber:
		return BookPlace{Key: string(c.Number), ID: c.ID}
	case ByChanged:
		return BookPlace{Key: fmt.Sprint(int64(c.ChangedAt)), ID: c.ID}
	case ByID:
		return BookPlace{ID: c.ID}
	}
	return BookPlace{Key: c.NameKey, ID: c.ID}
}

// compare sorts in the order.
func (o ContactOrder) compare(a, b *Contact) int {
	switch o {
	case ByNumber:
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
	case ByChanged:
		return cmp.Or(cmp.Compare(b.ChangedAt, a.ChangedAt), cmp.Compare(b.ID, a.ID))
	case ByID:
		return cmp.Compare(a.ID, b.ID)
	}
	return cmp.Or(cmp.Compare(a.NameKey, b.NameKey), cmp.Compare(a.ID, b.ID))
}

// at is a contact that would stand at a place, to compare with.
func (o ContactOrder) at(p BookPlace) *Contact {
	return &Contact{ID: p.ID, NameKey: p.Key, Number: sms.MSISDN(p.Key), ChangedAt: Millis(instant(p.Key))}
}

// instant reads the key of a place in the order of changes.
func instant(key string) int64 {
	n, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// FindContacts returns a page of somebody's contacts.
func (s *Store) FindContacts(ctx context.Context, p ContactPage) (FoundContacts, error) {
	if p.Search.Any() && p.Order != ByID {
		found, err := s.searchPage(ctx, p)
		if err != nil {
			return FoundContacts{}, fmt.Errorf("search contacts: %w", err)
		}
		return found, nil
	}
	plan, err := s.planContacts(ctx, p.ContactFilter, fewContacts, listedContacts)
	if err != nil {
		return FoundContacts{}, fmt.Errorf("find contacts: %w", err)
	}
	found, err := s.contactPage(ctx, p, plan)
	if err != nil {
		return FoundContacts{}, fmt.Errorf("find contacts: %w", err)
	}
	return found, nil
}

func (s *Store) contactPage(ctx context.Context, p ContactPage, plan contactPlan) (FoundContacts, error) {
	if plan.drives {
		var all []Contact
		err := s.candidates(ctx, p.ContactFilter, plan, func(c *Contact) { all = append(all, *c) })
		if err != nil {
			return FoundContacts{}, err
		}
		total := int64(len(all))
		return FoundContacts{Contacts: p.cut(all), Total: total, AtLeast: total}, nil
	}
	query, args := p.walk(plan)
	found := FoundContacts{Total: plan.total, AtLeast: plan.atLeast}
	rows, err := s.reads.QueryContext(ctx, query, args...)
	if err != nil {
		return found, err
	}
	defer rows.Close()
	for len(found.Contacts) < p.Limit && rows.Next() {
		c, err := scanContact(rows)
		if err != nil {
			return found, err
		}
		if !plan.verify || plan.search.finds(&c) {
			found.Contacts = append(found.Contacts, c)
		}
	}
	if p.Before.ID != 0 {
		slices.Reverse(found.Contacts)
	}
	found.AtLeast = max(found.AtLeast, int64(len(found.Contacts)))
	return found, rows.Err()
}

// cut takes the page out of all that match.
func (p ContactPage) cut(all []Contact) []Contact {
	all = p.sorted(all)
	from, to := 0, len(all)
	switch {
	case p.Before.ID != 0:
		to, _ = p.place(all, p.Before)
		from = max(0, to-p.Limit)
	case p.After.ID != 0:
		i, there := p.place(all, p.After)
		if from = i; there {
			from++
		}
		to = min(to, from+p.Limit)
	default:
		to = min(to, p.Limit)
	}
	return all[from:to:to]
}

// candidates reads all that match, by the driver, in no order.
func (s *Store) candidates(ctx context.Context, f ContactFilter, plan contactPlan, do func(*Contact)) error {
	query, args := candidatesFrom(plan.from, plan.args, f.UserID, plan)
	rows, err := s.reads.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		c, err := scanContact(rows)
		if err != nil {
			return err
		}
		if !plan.verify || plan.search.finds(&c) {
			do(&c)
		}
	}
	return rows.Err()
}

// walk is the query that goes through contacts in their order. Where the search
// is still to be compared it has no limit: whoever reads stops.
func (p ContactPage) walk(plan contactPlan) (string, []any) {
	var index, order, key string
	switch p.Order {
	case ByNumber:
		index, key = "INDEXED BY contacts_number", "c.number"
	case ByChanged:
		index, key = "INDEXED BY contacts_changed", "c.changed_at"
	case ByID:
		index = "NOT INDEXED"
	default:
		index, key = "INDEXED BY contacts_name", "c.name_key"
		if p.Ungrouped {
			index = "INDEXED BY contacts_ungrouped"
		}
	}
	where, args := []string{"c.user_id = ?"}, []any{p.UserID}
	forwards, place := true, p.After
	if p.Before.ID != 0 {
		forwards, place = false, p.Before
	}
	if p.Order == ByChanged {
		forwards = !forwards
	}
	sign, way := ">", ""
	if !forwards {
		sign, way = "<", " DESC"
	}
	if key == "" {
		order = "c.id" + way
		if place.ID != 0 {
			where, args = append(where, "c.id "+sign+" ?"), append(args, place.ID)
		}
	} else {
		order = key + way + ", c.id" + way
		if place.ID != 0 {
			var at any = place.Key
			if p.Order == ByChanged {
				at = instant(place.Key)
			}
			where, args = append(where, "("+key+", c.id) "+sign+" (?, ?)"), append(args, at, place.ID)
		}
	}
	where, args = append(where, plan.where...), append(args, plan.values...)
	query := "SELECT " + contactColumns + " FROM contacts c " + index + " WHERE " + strings.Join(where, " AND ") + " ORDER BY " + order
	if !plan.verify {
		return query + " LIMIT ?", append(args, p.Limit)
	}
	return query, args
}

// EachContact calls do for every contact of a filter, in an order. It reads page
// by page, because do may be as slow as the network of whoever downloads, and
// must not keep a connection from everybody else.
func (s *Store) EachContact(ctx context.Context, f ContactFilter, order ContactOrder, do func(*Contact) error) error {
	const atOnce = 1000
	p := ContactPage{ContactFilter: f, Order: order, Limit: atOnce, plain: true}
	plan, err := s.planContacts(ctx, f, listedContacts, listedContacts)
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	for {
		if plan.drives {
			p.Limit = 1 << 30 // all of them
		}
		page, err := s.contactPage(ctx, p, plan)
		if err != nil {
			return fmt.Errorf("read contacts: %w", err)
		}
		for i := range page.Contacts {
			if err := do(&page.Contacts[i]); err != nil {
				return err
			}
		}
		n := len(page.Contacts)
		if plan.drives || n < p.Limit {
			return nil
		}
		p.After = order.Place(&page.Contacts[n-1])
	}
}

// CountContacts counts the contacts of a filter. It is quick where a counter
// knows, and may take a second where a million have to be looked at.
func (s *Store) CountContacts(ctx context.Context, f ContactFilter) (n int64, err error) {
	plan, err := s.planContacts(ctx, f, manyContacts, listedContacts)
	switch {
	case err != nil:
		return 0, fmt.Errorf("count contacts: %w", err)
	case plan.total >= 0:
		return plan.total, nil
	case plan.drives:
		if err := s.candidates(ctx, f, plan, func(*Contact) { n++ }); err != nil {
			return 0, fmt.Errorf("count contacts: %w", err)
		}
		return n, nil
	case plan.verify:
		err = s.EachContact(ctx, f, ByID, func(*Contact) error { n++; return nil })
		return n, err
	}
	query := "SELECT count(*) FROM contacts c WHERE c.user_id = ?"
	for _, w := range plan.where {
		query += " AND " + w
	}
	if err := s.reads.QueryRowContext(ctx, query, append([]any{f.UserID}, plan.values...)...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count contacts: %w", err)
	}
	return n, nil
}
