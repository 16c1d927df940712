package db

import (
	"context"
	"database/sql"
)

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
	everybody   bool
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
		drivers = append(drivers, contactWay{size: n, from: fromSuppressed, where: isSuppressed, args: []any{f.UserID}, values: []any{}})
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
		plan.where = append(plan.where, "NOT "+isSuppressed)
	}
	if conditions >= 2 {
		few = max(few, someContacts)
	}
	// Everybody: few enough, where it is a small address book of many.
	drivers = append(drivers, contactWay{size: book.Contacts, everybody: true, from: "contacts c INDEXED BY contacts_name WHERE 1"})
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
	known, n, err := s.lettered(ctx, search, limit)
	if err != nil {
		return nil, err
	}
	if search.Prefix != "" && n <= limit {
		within, _ := keysBetween("number")
		more, err := s.countUpTo(ctx, limit+1, within, f.UserID, search.Prefix, search.Prefix+":")
		if err != nil {
			return nil, err
		}
		n += more
	}
	matching, args := search.candidates(f.UserID, known, waiting)
	if n += int64(len(waiting)); n > limit {
		return []contactWay{{size: 1 << 62}}, nil // compared one by one
	}
	d := contactWay{size: n, from: "(" + matching + ") d CROSS JOIN contacts c ON c.id = d.id WHERE 1", args: args}
	if listed {
		d.where = "c.id IN (" + matching + ")"
	}
	return []contactWay{d}, nil
}

// lettered asks the index of letters, which costs the most, once: few candidates
// come as a list, many are counted, up to a limit.
func (s *Store) lettered(ctx context.Context, search ContactSearch, limit int64) (known []int64, n int64, err error) {
	const matching = "FROM contact_words WHERE contact_words MATCH ?"
	known, err = readRows(ctx, s.reads, func(rows *sql.Rows) (id int64, err error) {
		err = rows.Scan(&id)
		return id, err
	}, "SELECT rowid "+matching+" LIMIT ?", search.match(), fewContacts+1)
	if n = int64(len(known)); err != nil || n <= fewContacts {
		return append([]int64{}, known...), n, err
	}
	n, err = s.countUpTo(ctx, limit+1, matching, search.match())
	return nil, n, err
}

// candidates are those that the index of letters knows, asked again when known is
// nil, those whose number begins so, and those that are not in the index yet.
func (s ContactSearch) candidates(userID int64, known, waiting []int64) (query string, args []any) {
	const listed = "SELECT value AS id FROM json_each(?)"
	if query, args = listed, []any{idList(known)}; known == nil {
		query, args = "SELECT rowid AS id FROM contact_words WHERE contact_words MATCH ?", []any{s.match()}
	}
	query, args = query+" UNION "+listed, append(args, idList(waiting))
	if s.Prefix != "" {
		within, _ := keysBetween("number")
		query, args = query+" UNION SELECT id "+within, append(args, userID, s.Prefix, s.Prefix+":")
	}
	return query, args
}

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
