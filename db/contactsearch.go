package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// While somebody types, a search may match hundreds of thousands. Nobody reads
// them all, so a page of a search looks no further than these limits: whoever
// types on finds everybody.
const (
	// shownOfMany is how many of those that match are put in order and paged
	// through when there are more.
	shownOfMany = 1_000
	// lookedAt is how many candidates of one index are looked at.
	lookedAt = 5_000
	// enoughOfMany: with fewer, everybody is looked at after all.
	enoughOfMany = 100
)

// searchPage returns a page of a search. What the number or the name begins
// with comes first where the order is by name. Where more match than are worth
// sorting, it is a page of the first of them, and never an empty one.
func (s *Store) searchPage(ctx context.Context, p ContactPage) (FoundContacts, error) {
	plan, err := s.planContacts(ctx, p.ContactFilter, fewContacts, 0)
	if err != nil {
		return FoundContacts{}, err
	}
	if plan.drives {
		return s.contactPage(ctx, p, plan)
	}
	g := gathering{store: s, page: p, plan: plan, seen: map[int64]bool{}}
	whole, err := g.gather(ctx)
	if err != nil {
		return FoundContacts{}, err
	}
	n := int64(len(g.all))
	found := FoundContacts{Total: n, AtLeast: n}
	if !whole {
		found.Total, found.First = -1, n
		if n == shownOfMany {
			found.AtLeast++
		}
	}
	found.Contacts = p.cut(g.all)
	return found, nil
}

// gathering collects contacts that match from one index after the other.
type gathering struct {
	store *Store
	page  ContactPage
	plan  contactPlan
	all   []Contact
	seen  map[int64]bool
}

// full reports whether one more than is shown has been found.
func (g *gathering) full() bool { return len(g.all) > shownOfMany }

// gather reports whether it collected all that match. If not, it keeps as many
// as are shown.
func (g *gathering) gather(ctx context.Context) (whole bool, err error) {
	if whole, err = g.fromIndexes(ctx); err != nil {
		return false, err
	}
	if !whole && len(g.all) < enoughOfMany {
		// Rare among many: from the smallest of the other conditions, or else from
		// all that the indexes have.
		from, args := g.plan.other.from, g.plan.other.args
		if search := g.plan.search; g.plan.other.everybody && !search.short() && len(g.plan.waiting) <= fewContacts {
			from, args = search.candidates(g.page.UserID, nil, nil)
			from = "(" + from + ") d CROSS JOIN contacts c ON c.id = d.id WHERE 1"
		}
		if err := g.from(ctx, from, args); err != nil {
			return false, err
		}
		whole = !g.full()
	}
	if g.full() {
		g.all, whole = g.all[:shownOfMany], false
	}
	return whole, nil
}

// fromIndexes takes those first whose name or number begins so, then those of
// the index of letters.
func (g *gathering) fromIndexes(ctx context.Context) (whole bool, err error) {
	search := g.plan.search
	short := search.short()
	begins := search.begins()
	if short {
		begins = search.Terms
	}
	whole = true
	if search.Prefix != "" {
		all, err := g.between(ctx, "number", search.Prefix, search.Prefix+":")
		if err != nil {
			return false, err
		}
		if search.onlyPrefix() {
			return all, nil
		}
	}
	if g.page.Order == ByName || short {
		for _, b := range begins {
			all, err := g.between(ctx, "name", b, b+"\U0010FFFF")
			if err != nil {
				return false, err
			}
			whole = whole && (all || !short)
		}
	}
	match := search.match()
	if short {
		if match = search.startsOfWords(); match == "" || g.full() {
			return false, nil
		}
	}
	waiting := g.plan.waiting
	if short {
		if waiting, err = g.store.unindexed(ctx, g.page.UserID, search, fewContacts); err != nil {
			return false, err
		}
	}
	if err := g.from(ctx, "(SELECT value AS id FROM json_each(?)) d CROSS JOIN contacts c ON c.id = d.id WHERE 1", []any{idList(waiting)}); err != nil {
		return false, err
	}
	way := ""
	if g.page.Order == ByChanged {
		way = " DESC" // whom one looks for came lately
	}
	from := lettersOf + way + " LIMIT ?) d CROSS JOIN contacts c ON c.id = d.id WHERE 1"
	if first := search.firstMatch(); !short && first != "" {
		if err := g.from(ctx, from, []any{first, lookedAt}); err != nil || g.full() {
			return false, err
		}
	}
	if err := g.from(ctx, from, []any{match, lookedAt}); err != nil || g.full() {
		return false, err
	}
	n, err := g.store.countUpTo(ctx, lookedAt+1, "FROM contact_words WHERE contact_words MATCH ?", match)
	return whole && n <= lookedAt && len(waiting) <= fewContacts, err
}

// between takes those whose name or number stands between two, in that order, and
// reports whether it looked at them all.
func (g *gathering) between(ctx context.Context, what, from, to string) (whole bool, err error) {
	if g.full() {
		return false, nil
	}
	within, query := keysBetween(what)
	args := []any{g.page.UserID, from, to}
	if err := g.from(ctx, query, append(slices.Clone(args), lookedAt)); err != nil || g.full() {
		return false, err
	}
	n, err := g.store.countUpTo(ctx, lookedAt+1, within, args...)
	return n <= lookedAt, err
}

const lettersOf = "(SELECT rowid AS id FROM contact_words WHERE contact_words MATCH ? ORDER BY rowid"

// keysBetween are the rows of an index between two keys, and the first of them as
// candidates.
func keysBetween(what string) (within, candidates string) {
	table, key := "contacts INDEXED BY contacts_name", "name_key"
	if what == "number" {
		table, key = "contacts INDEXED BY contacts_number", "number"
	}
	within = "FROM " + table + " WHERE user_id = ? AND " + key + " >= ? AND " + key + " < ?"
	return within, "(SELECT id " + within + " ORDER BY " + key + ", id LIMIT ?) d CROSS JOIN contacts c ON c.id = d.id WHERE 1"
}

// from takes what matches out of candidates until it is full.
func (g *gathering) from(ctx context.Context, from string, args []any) error {
	if g.full() {
		return nil
	}
	query, args := candidatesFrom(from, args, g.page.UserID, g.plan)
	rows, err := g.store.reads.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("look at candidates: %w", err)
	}
	defer rows.Close()
	for !g.full() && rows.Next() {
		c, err := scanContact(rows)
		if err != nil {
			return err
		}
		if !g.seen[c.ID] && (!g.plan.verify || g.plan.search.finds(&c)) {
			g.seen[c.ID] = true
			g.all = append(g.all, c)
		}
	}
	return rows.Err()
}

// candidatesFrom is the query that reads the candidates of one condition for
// which all others hold as well.
func candidatesFrom(from string, args []any, userID int64, plan contactPlan) (string, []any) {
	query, all := "SELECT "+contactColumns+" FROM "+from+" AND c.user_id = ?", append(slices.Clone(args), userID)
	for _, w := range plan.where {
		query += " AND " + w
	}
	return query, append(all, plan.values...)
}

// begins is how the names begin that are meant first: as it was typed and
// without accents.
func (s ContactSearch) begins() []string {
	folded := strings.Join(s.Terms, " ")
	if folded == "" || s.Typed == "" || s.Typed == folded {
		return []string{folded}
	}
	return []string{s.Typed, folded}
}

// onlyPrefix reports whether a digit or two of a number are looked for.
func (s ContactSearch) onlyPrefix() bool {
	return s.Digits == "" && s.Prefix != "" && s.longTerms() == nil
}

// startsOfWords asks the index for words that begin with one letter or two, except
// the first of a name; "" when it cannot tell. After a single letter it knows of
// what a keyboard here types: a letter of another script is found by typing it.
func (s ContactSearch) startsOfWords() string {
	every := make([]string, len(s.Terms))
	for i, t := range s.Terms {
		switch {
		case utf8.RuneCountInString(t) == 2:
			every[i] = trigrams([]string{" " + t})
		case t[0] >= utf8.RuneSelf:
			return ""
		default:
			either := []string{trigrams([]string{" " + t + "\n"})}
			for next := byte(' '); next < 0x7f; next++ {
				if next < 'A' || next > 'Z' {
					either = append(either, trigrams([]string{" " + t + string(next)}))
				}
			}
			every[i] = "(" + strings.Join(either, " OR ") + ")"
		}
	}
	return strings.Join(every, " AND ")
}

// rank puts the number that was typed first, then the names that begin so, then
// the others.
func (s ContactSearch) rank(c *Contact) int {
	switch number := strings.TrimPrefix(string(c.Number), "+"); {
	case s.Digits != "" && number == s.Digits, s.Prefix != "" && string(c.Number) == s.Prefix:
		return 0
	case strings.HasPrefix(Fold(c.NameKey), strings.Join(s.Terms, " ")):
		return 1
	}
	return 2
}

// ranked is a contact with its place in a search.
type ranked struct {
	*Contact
	rank int
}

// sorted puts contacts into the page's order and says where the place of a page
// falls.
func (p ContactPage) sorted(all []Contact) []Contact {
	if !p.ranks() {
		slices.SortFunc(all, func(a, b Contact) int { return p.Order.compare(&a, &b) })
		return all
	}
	list := make([]ranked, len(all))
	for i := range all {
		list[i] = ranked{&all[i], p.Search.rank(&all[i])}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), p.Order.compare(a.Contact, b.Contact))
	})
	out := make([]Contact, len(all))
	for i, r := range list {
		out[i] = *r.Contact
	}
	return out
}

// ranks reports whether what was typed decides who comes first.
func (p ContactPage) ranks() bool { return p.Search.Any() && p.Order == ByName && !p.plain }

// place is where the place of a page falls among what is sorted, and whether
// somebody stands there.
func (p ContactPage) place(all []Contact, at BookPlace) (int, bool) {
	// By the row, since the key does not tell the number that was typed.
	if i := slices.IndexFunc(all, func(c Contact) bool { return c.ID == at.ID && p.Order.Place(&c) == at }); i >= 0 {
		return i, true
	}
	target := p.Order.at(at)
	rank := 0
	if p.ranks() {
		rank = p.Search.rank(target)
	}
	return slices.BinarySearchFunc(all, target, func(c Contact, at *Contact) int {
		if p.ranks() {
			if r := cmp.Compare(p.Search.rank(&c), rank); r != 0 {
				return r
			}
		}
		return p.Order.compare(&c, at)
	})
}
