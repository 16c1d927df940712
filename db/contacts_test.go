package db

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"textdesk/sms"
)

// book is an address book of a test, with what should be in it.
type book struct {
	*Store
	user   int64
	groups []int64
	people map[int64]Contact
	in     map[int64]map[int64]bool // by group
}

func newBook(t *testing.T) *book {
	t.Helper()
	b := &book{Store: open(t), people: map[int64]Contact{}, in: map[int64]map[int64]bool{}}
	b.write(t, func(ctx context.Context, tx *Tx) (err error) {
		if b.user, err = tx.InsertUser(ctx, InsertUserParams{Username: "sam", Level: "admin", CreatedAt: 1}); err != nil {
			return err
		}
		for _, name := range []string{"a", "b"} {
			id, err := tx.InsertGroup(ctx, InsertGroupParams{UserID: b.user, Name: name, NameKey: name, CreatedAt: 1})
			if err != nil {
				return err
			}
			b.groups = append(b.groups, id)
			b.in[id] = map[int64]bool{}
		}
		return nil
	})
	return b
}

func (b *book) write(t *testing.T, do func(context.Context, *Tx) error) {
	t.Helper()
	if err := b.Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func somebody(r *rand.Rand, user int64, at Millis) Contact {
	first, last := []string{"Jo", "Zoë", "Anna-Lena", "Li"}[r.IntN(4)], []string{"Smith", "O’Brien", "Müller", "Ng", "Smithson"}[r.IntN(5)]
	name := first + " " + last
	return Contact{UserID: user, Name: name, NameKey: strings.ToLower(name), Number: sms.MSISDN(fmt.Sprintf("+447700%06d", r.IntN(1000000))),
		Email: strings.ToLower(last) + "@example.org", Fields: fmt.Sprintf(`{"Class":"%dB","Smith":"x"}`, r.IntN(9)), CreatedAt: at, ChangedAt: at}
}

// matches says in the plainest way whether a filter means a contact.
func (b *book) matches(f ContactFilter, c Contact) bool {
	switch {
	case f.GroupID != 0 && !b.in[f.GroupID][c.ID], f.Ungrouped && (b.in[b.groups[0]][c.ID] || b.in[b.groups[1]][c.ID]), c.ChangedAt < f.Since:
		return false
	}
	return !f.Search.Any() || f.Search.finds(&c)
}

// Whatever is done to an address book, its counters are right and every filter
// in every order finds exactly whom it should, page by page in both directions,
// whether the index is ready or not.
func TestFindContacts(t *testing.T) {
	b := newBook(t)
	r := rand.New(rand.NewPCG(3, 4))
	ids := func() []int64 { return slices.Sorted(maps.Keys(b.people)) }
	some := func() (chosen []int64) {
		for _, id := range ids() {
			if r.IntN(4) == 0 {
				chosen = append(chosen, id)
			}
		}
		return chosen
	}
	searches := []ContactSearch{{}, NewContactSearch("smith", ""), NewContactSearch("ng", ""), NewContactSearch("zoe o'b", ""), NewContactSearch("4B", ""), NewContactSearch("7700 1", "+4477001"),
		NewContactSearch("123", ""), NewContactSearch("müller jo", ""), NewContactSearch("hson@example", ""), NewContactSearch("7", "+447"), NewContactSearch("nobody", ""), NewContactSearch(`"`, ""), NewContactSearch(`a" OR "b`, "")}
	rounds := 24
	for round := range rounds {
		at := Millis(1000 + round)
		switch round % 6 {
		case 0, 3: // some with the index at once, some for later
			var made []Contact
			var groups [][]int64
			for range []int{40, 120}[round/3%2] {
				made = append(made, somebody(r, b.user, at))
				groups = append(groups, [][]int64{nil, {b.groups[0]}, b.groups}[r.IntN(3)])
			}
			b.write(t, func(ctx context.Context, tx *Tx) error { return tx.InsertContacts(ctx, made, groups) })
			for i, c := range made {
				b.people[c.ID] = c
				for _, g := range groups[i] {
					b.in[g][c.ID] = true
				}
			}
		case 1:
			var was, now []Contact
			for _, id := range some() {
				c := somebody(r, b.user, at)
				c.ID = id
				was, now = append(was, b.people[id]), append(now, c)
			}
			b.write(t, func(ctx context.Context, tx *Tx) error { return tx.ChangeContacts(ctx, was, now) })
			for _, c := range now {
				b.people[c.ID] = c
			}
		case 2:
			g, chosen := b.groups[r.IntN(2)], some()
			b.write(t, func(ctx context.Context, tx *Tx) error { _, err := tx.AddMembers(ctx, g, chosen, 0); return err })
			for _, id := range chosen {
				b.in[g][id] = true
			}
		case 4:
			g, chosen := b.groups[r.IntN(2)], some()
			b.write(t, func(ctx context.Context, tx *Tx) error { _, err := tx.RemoveMembers(ctx, g, chosen, 0); return err })
			for _, id := range chosen {
				delete(b.in[g], id)
			}
		case 5:
			chosen := some()
			if round == 11 {
				chosen = ids() // so that ids come again
			}
			b.write(t, func(ctx context.Context, tx *Tx) error {
				_, err := tx.DeleteContacts(ctx, b.user, chosen)
				return err
			})
			for _, id := range chosen {
				delete(b.people, id)
				for _, in := range b.in {
					delete(in, id)
				}
			}
		}
		if round%2 == 0 {
			if _, err := b.IndexContacts(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if problems, err := b.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Fatalf("round %d: %v %v", round, problems, err)
		}
		for i, search := range searches {
			for j, f := range []ContactFilter{{}, {GroupID: b.groups[0]}, {GroupID: b.groups[1], Since: at - 2}, {Ungrouped: true}, {Since: at}} {
				f.UserID, f.Search = b.user, search
				order := ContactOrder((round + i + j) % 4)
				if !b.agree(t, f, order) {
					t.Fatalf("round %d", round)
				}
			}
		}
	}
}

// agree compares what a filter finds with what it should.
func (b *book) agree(t *testing.T, f ContactFilter, order ContactOrder) bool {
	t.Helper()
	var want []int64
	var all []Contact
	for _, c := range b.people {
		if b.matches(f, c) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(x, y Contact) int { return order.compare(&x, &y) })
	var plain []int64
	for _, c := range all {
		plain = append(plain, c.ID)
	}
	if order == ByName && f.Search.Any() {
		slices.SortStableFunc(all, func(x, y Contact) int { return f.Search.rank(&x) - f.Search.rank(&y) })
	}
	for _, c := range all {
		want = append(want, c.ID)
	}
	if f.Search.short() && f.Search.Any() {
		return true // only in names; see below
	}
	var there, back []int64
	p := ContactPage{ContactFilter: f, Order: order, Limit: 37}
	for {
		found, err := b.FindContacts(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for i := range found.Contacts {
			there = append(there, found.Contacts[i].ID)
			p.After = order.Place(&found.Contacts[i])
		}
		if found.Total >= 0 && found.Total != int64(len(want)) {
			t.Errorf("%+v has a total of %d, want %d", f, found.Total, len(want))
		}
		if len(found.Contacts) < p.Limit {
			break
		}
	}
	p = ContactPage{ContactFilter: f, Order: order, Limit: 29, Before: BookPlace{Key: "\U0010FFFF", ID: 1 << 60}}
	switch order {
	case ByNumber:
		p.Before.Key = ":"
	case ByChanged:
		p.Before.Key = "0"
	}
	for {
		found, err := b.FindContacts(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		var page []int64
		for i := range found.Contacts {
			page = append(page, found.Contacts[i].ID)
		}
		back = append(page, back...)
		if len(page) < p.Limit {
			break
		}
		p.Before = order.Place(&found.Contacts[0])
	}
	var each []int64
	if err := b.EachContact(t.Context(), f, order, func(c *Contact) error { each = append(each, c.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	n, err := b.CountContacts(t.Context(), f)
	if err != nil || n != int64(len(want)) {
		t.Errorf("%+v: counted %d, %v; want %d", f, n, err, len(want))
	}
	ok := slices.Equal(there, want) && slices.Equal(back, want) && slices.Equal(each, plain)
	if !ok {
		t.Errorf("%+v in order %d finds\n%v\nbackwards\n%v\neach\n%v\nwant\n%v", f, order, there, back, each, want)
	}
	return ok
}

// One letter or two are looked for where words of names begin.
func TestFindContactsByTwoLetters(t *testing.T) {
	b := newBook(t)
	made := []Contact{{UserID: b.user, Name: "Li Ng", NameKey: "li ng", Number: "+447700900001"}, {UserID: b.user, Name: "Anna Li", NameKey: "anna li", Number: "+447700900002"},
		{UserID: b.user, Name: "Ali Oli", NameKey: "ali oli", Number: "+447700900003"}, {UserID: b.user, Name: "Room 12", NameKey: "room 12", Number: "+447700900004"}}
	b.write(t, func(ctx context.Context, tx *Tx) error { return tx.InsertContacts(ctx, made, nil) })
	for _, c := range []struct {
		typed, prefix string
		want          int
	}{{"li", "", 2}, {"l n", "", 1}, {"o", "", 1}, {"%", "", 0}, {"12", "+12", 1}, {"7", "+447", 4}} {
		found, err := b.FindContacts(t.Context(), ContactPage{ContactFilter: ContactFilter{UserID: b.user, Search: NewContactSearch(c.typed, c.prefix)}, Limit: 10})
		if err != nil || len(found.Contacts) != c.want {
			t.Errorf("%q finds %v, %v; want %d", c.typed, found.Contacts, err, c.want)
		}
	}
}

// No page of contacts reads or sorts all of them, beyond what its plan allows.
func TestPlansOfContacts(t *testing.T) {
	b := newBook(t)
	for name, p := range map[string]ContactPage{
		"by name":            {},
		"by name, later":     {After: BookPlace{Key: "jo", ID: 7}},
		"by name, back":      {Before: BookPlace{Key: "jo", ID: 7}},
		"by number":          {Order: ByNumber, After: BookPlace{Key: "+447700900123", ID: 7}},
		"newest":             {Order: ByChanged, After: BookPlace{Key: "1790000000000", ID: 7}},
		"by id":              {Order: ByID, After: BookPlace{ID: 7}},
		"without a group":    {ContactFilter: ContactFilter{Ungrouped: true}},
		"allowed, by number": {ContactFilter: ContactFilter{Allowed: true}, Order: ByNumber},
	} {
		p.UserID, p.Limit = b.user, 50
		var plan contactPlan
		if p.Ungrouped {
			plan.where = []string{"c.n_groups = 0"}
		}
		if p.Allowed {
			plan.where = []string{"NOT EXISTS (SELECT 1 FROM suppressions d WHERE d.number = c.number)"}
		}
		query, args := p.walk(plan)
		planned(t, b, name, query, args)
	}
	for name, f := range map[string]ContactFilter{"group": {GroupID: b.groups[0]}, "without a group": {Ungrouped: true}, "since": {Since: 5}, "suppressed": {Suppressed: true},
		"search": {Search: NewContactSearch("smith", "")}, "number": {Search: NewContactSearch("7", "+447")}} {
		f.UserID = b.user
		chosen, err := b.planContacts(t.Context(), f, fewContacts, listedContacts)
		if err != nil || !chosen.drives && name != "number" {
			t.Errorf("%s: %+v, %v", name, chosen, err)
			continue
		}
		if !chosen.drives {
			continue
		}
		planned(t, b, name, "SELECT "+contactColumns+" FROM "+chosen.from+" AND c.user_id = ?", append(chosen.args, f.UserID))
	}
}

// A search reads its candidates from an index in the index's order: it neither
// scans nor sorts anybody but those.
func TestPlansOfSearches(t *testing.T) {
	b := newBook(t)
	chosen, err := b.planContacts(t.Context(), ContactFilter{UserID: b.user, GroupID: b.groups[0], Allowed: true, Search: NewContactSearch("smith", "")}, fewContacts, 0)
	if err != nil || len(chosen.where) != 2 {
		t.Fatalf("%+v, %v", chosen, err)
	}
	_, names := keysBetween("name")
	_, numbers := keysBetween("number")
	for from, args := range map[string][]any{names: {b.user, "a", "b", lookedAt}, numbers: {b.user, "+44", "+45", lookedAt},
		lettersOf + " LIMIT ?) d CROSS JOIN contacts c ON c.id = d.id WHERE 1": {`"smi"`, lookedAt}, lettersOf + " DESC LIMIT ?) d CROSS JOIN contacts c ON c.id = d.id WHERE 1": {`"smi"`, lookedAt},
		chosen.other.from: chosen.other.args} {
		query, all := candidatesFrom(from, args, b.user, chosen)
		planned(t, b, "candidates", query, all)
	}
}

func planned(t *testing.T, b *book, name, query string, args []any) {
	t.Helper()
	whole, bad := plan(t, b.Store, query, args...)
	for _, line := range bad {
		switch {
		case strings.Contains(line, "VIRTUAL TABLE INDEX"), strings.HasPrefix(line, "SCAN d"), strings.HasPrefix(line, "SCAN suppressions"), name == "search" && strings.Contains(line, "TEMP B-TREE"), strings.Contains(line, "SCAN (subquery"):
			continue // the candidates themselves
		}
		t.Errorf("%s: %s\n%s\n%s", name, line, whole, query)
	}
}
