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

const (
	// fewContacts is up to how many candidates are read and sorted for a page.
	// Where there are more, going through all contacts in their order, by an
	// index alone, finds a page sooner.
	fewContacts = 1_500
	// someContacts: beside a second filter it may be long before a page is full.
	someContacts = 5_000
	// listedContacts is up to how many candidates of a search are compared with
	// by their ids. More are so common that a page is full soon.
	listedContacts = 60_000
	// manyContacts is up to how many candidates are read where all are wanted.
	manyContacts = 300_000
)

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

// contactPlan is how a filter is answered: either from the few candidates that
// one of its conditions gives (it drives), or by going through all contacts in
// their order.
type contactPlan struct {
	drives bool
	from   string // of the driver
	args   []any
	// Further conditions, for either way.
	where  []string
	values []any
	search ContactSearch
	verify bool // what is read is still to be compared with the search
	total  int64
	// atLeast is what is known when total is not.
	atLeast int64
	// other is the smallest condition beside the search: at the most, everybody.
	other contactWay
	// waiting are those that match and are not in the index of letters yet.
	waiting []int64
}

// contactWay is a condition that can be answered from an index of its own.
type contactWay struct {
	size        int64
	from, where string // as the driver, or as one condition among others
	args        []any
	values      []any
}

// planContacts weighs the conditions of a filter by how many contacts each
// leaves. few is up to how many are worth reading; listed up to how many
// candidates of a search are worth comparing with by their ids, 0 for none.
func (s *Store) planContacts(ctx context.Context, f ContactFilter, few, listed int64) (contactPlan, error) {
	plan := contactPlan{search: f.Search, total: -1}
	var drivers []contactWay
	book, err := s.AddressBook(ctx, f.UserID)
	if err != nil && !IsNotFound(err) {
		return plan, err
	}
	if f.Search.Any() {
		d, err := s.searchDriver(ctx, f, &plan, max(few, listed), listed > 0)
		if err != nil {
			return plan, err
		}
		drivers = append(drivers, d...)
	}
	searches := len(drivers)
	if f.GroupID != 0 {
		g, err := s.Group(ctx, f.GroupID)
		if err != nil && !IsNotFound(err) {
			return plan, err
		}
		drivers = append(drivers, contactWay{size: g.Members, from: "group_members d CROSS JOIN contacts c ON c.id = d.contact_id WHERE d.group_id = ?",
			where: "EXISTS (SELECT 1 FROM group_members d WHERE d.group_id = ? AND d.contact_id = c.id)", args: []any{f.GroupID}})
	}
	if f.Ungrouped {
		drivers = append(drivers, contactWay{size: book.Ungrouped, from: "contacts c INDEXED BY contacts_ungrouped WHERE c.n_groups = 0", where: "c.n_groups = 0"})
	}
	if f.Since != 0 {
		const changed = "FROM contacts INDEXED BY contacts_changed WHERE user_id = ? AND changed_at >= ?"
		n, err := s.countUpTo(ctx, max(few, listedContacts)+1, changed, f.UserID, int64(f.Since))
		if err != nil {
			return plan, err
		}
		drivers = append(drivers, contactWay{size: n, from: "contacts c INDEXED BY contacts_changed WHERE c.changed_at >= ?", where: "c.changed_at >= ?", args: []any{int64(f.Since)}})
	}
	if f.Suppressed {
		n, err := s.countUpTo(ctx, max(few, listedContacts)+1, "FROM suppressions")
		if err != nil {
			return plan, err
		}
		drivers = append(drivers, contactWay{size: n, from: "suppressions d CROSS JOIN contacts c INDEXED BY contacts_number ON c.user_id = ? AND c.number = d.number WHERE 1",
			where: "EXISTS (SELECT 1 FROM suppressions d WHERE d.number = c.number)", args: []any{f.UserID}, values: []any{}})
	}
	const consent = "SELECT number FROM consents WHERE user_id = ? AND withdrawn_at = 0"
	if f.Consented {
		n, err := s.countUpTo(ctx, max(few, listedContacts)+1, "FROM consents WHERE user_id = ? AND withdrawn_at = 0", f.UserID)
		if err != nil {
			return plan, err
		}
		drivers = append(drivers, contactWay{size: n, from: "(SELECT DISTINCT number FROM consents WHERE user_id = ? AND withdrawn_at = 0) d CROSS JOIN contacts c INDEXED BY contacts_number ON c.user_id = ? AND c.number = d.number WHERE 1",
			where: "EXISTS (" + consent + " AND number = c.number)", args: []any{f.UserID, f.UserID}, values: []any{f.UserID}})
	}
	conditions := len(drivers)
	if f.Unasked {
		conditions++
		plan.where, plan.values = append(plan.where, "NOT EXISTS ("+consent+" AND number = c.number)"), append(plan.values, f.UserID)
	}
	if f.Allowed {
		conditions++
		plan.where = append(plan.where, "NOT EXISTS (SELECT 1 FROM suppressions d WHERE d.number = c.number)")
	}
	if conditions >= 2 {
		few = max(few, someContacts)
	}
	// Everybody: few enough, where it is a small address book of many.
	drivers = append(drivers, contactWay{size: book.Contacts, from: "contacts c INDEXED BY contacts_name WHERE 1"})
	best, other := -1, searches
	for i := range drivers {
		if best < 0 || drivers[i].size < drivers[best].size {
			best = i
		}
		if i >= searches && drivers[i].size < drivers[other].size {
			other = i
		}
	}
	plan.other = drivers[other]
	// What one index answers exactly needs no counting.
	switch {
	case conditions == 0:
		plan.total = book.Contacts
	case conditions == 1 && f.GroupID != 0 || conditions == 1 && f.Ungrouped:
		plan.total = drivers[0].size
	}
	plan.drives = best >= 0 && drivers[best].size <= few && drivers[best].from != ""
	for i, d := range drivers {
		switch {
		case i == best && plan.drives:
			plan.from, plan.args = d.from, d.args
		case d.where != "":
			values := d.values
			if values == nil {
				values = d.args
			}
			plan.where, plan.values = append(plan.where, d.where), append(plan.values, values...)
		}
	}
	return plan, nil
}

// searchDriver weighs the candidates of a search, up to a limit. listed: the
// others are to be compared with them by their ids.
func (s *Store) searchDriver(ctx context.Context, f ContactFilter, plan *contactPlan, limit int64, listed bool) ([]contactWay, error) {
	search := f.Search
	if search.Digits == "" && search.Prefix != "" && search.longTerms() == nil {
		// A digit or two: of a number, or else a name, "Room 12".
		const begins = "FROM contacts INDEXED BY contacts_number WHERE user_id = ? AND number >= ? AND number < ?"
		n, err := s.countUpTo(ctx, limit+1, begins, f.UserID, search.Prefix, search.Prefix+":")
		if err != nil {
			return nil, err
		}
		if n > 0 {
			return []contactWay{{size: n, from: "contacts c INDEXED BY contacts_number WHERE c.number >= ? AND c.number < ?",
				where: "c.number >= ? AND c.number < ?", args: []any{search.Prefix, search.Prefix + ":"}}}, nil
		}
		search.Prefix, plan.search.Prefix = "", ""
	}
	if search.short() {
		d := contactWay{size: 1 << 62}
		for _, t := range search.Terms {
			plan.where = append(plan.where, "(substr(c.name_key, 1, ?) = ? OR instr(c.name_key, ?) > 0)")
			plan.values = append(plan.values, len([]rune(t)), t, " "+t)
		}
		return []contactWay{d}, nil
	}
	plan.search, plan.verify = search, true
	waiting, err := s.unindexed(ctx, f.UserID, search, limit)
	if err != nil {
		return nil, err
	}
	plan.waiting = waiting
	match := search.match()
	n, err := s.countUpTo(ctx, limit+1, "FROM contact_words WHERE contact_words MATCH ?", match)
	if err != nil {
		return nil, err
	}
	if n += int64(len(waiting)); n > limit {
		return []contactWay{{size: 1 << 62}}, nil // compared one by one
	}
	d := contactWay{size: n, from: "(" + contactsMatching + ") d CROSS JOIN contacts c ON c.id = d.id WHERE 1", args: []any{match, idList(waiting)}}
	if listed {
		d.where = "c.id IN (" + contactsMatching + ")"
	}
	return []contactWay{d}, nil
}

// contactsMatching are the candidates that the index knows, and those that are
// not in it yet.
const contactsMatching = "SELECT rowid AS id FROM contact_words WHERE contact_words MATCH ? UNION SELECT value FROM json_each(?)"

// unindexed looks through the contacts that are not in the index yet.
func (s *Store) unindexed(ctx context.Context, userID int64, search ContactSearch, limit int64) (ids []int64, err error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT "+contactColumns+" FROM contacts c NOT INDEXED WHERE c.id > ("+indexedUpto+") AND c.user_id = ? ORDER BY c.id", userID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for int64(len(ids)) <= limit && rows.Next() {
		c, err := scanContact(rows)
		if err != nil {
			return nil, err
		}
		if search.finds(&c) {
			ids = append(ids, c.ID)
		}
	}
	return ids, rows.Err()
}

// countUpTo counts rows, and stops at a limit.
func (s *Store) countUpTo(ctx context.Context, limit int64, from string, args ...any) (n int64, err error) {
	err = s.reads.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 "+from+" LIMIT ?)", append(args, limit)...).Scan(&n)
	return n, err
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
