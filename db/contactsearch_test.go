package db

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"

	"textdesk/sms"
)

// Where more match than anybody reads, a search pages through the first of them
// and says so; by its number everybody is found, and first; what is rare among
// many is found whole.
func TestSearchOfMany(t *testing.T) {
	b := newBook(t)
	const people = 12_000
	var made []Contact
	var groups [][]int64
	for i := range people {
		name := fmt.Sprintf("%s Smith", []string{"Anna", "Zoë", "Xu", "Li"}[i%4])
		if i%3 == 0 {
			name = fmt.Sprintf("%s Ng", []string{"Smitha", "Bo"}[i%2])
		}
		fields := ""
		switch i { // a few among the many, whom a second word of two letters tells apart
		case 1000:
			name = "Jo Smith"
		case 1001:
			name = "Smith Jo"
		case 1002:
			name = "Małgorzata Smith"
		case 1003:
			fields = `{"Bus":"07"}`
		case 1004:
			name = "Lee-Jo Smith-Jo" // no word of theirs begins so
		}
		made = append(made, Contact{UserID: b.user, Fields: cmp.Or(fields, "{}"), Name: name, NameKey: strings.ToLower(name), Number: sms.MSISDN(fmt.Sprintf("+4477%08d", i*13)), CreatedAt: 1, ChangedAt: Millis(i)})
		var in []int64
		if i%3 == 0 || i >= people-30 {
			in = b.groups[:1] // 4,020 people, of whom 20 are called Smith and 2,000 Smitha
		}
		if i%3 != 0 || i%600 == 0 {
			in = append(in, b.groups[1]) // more than are read, of whom 20 are Ng
		}
		groups = append(groups, in)
	}
	b.write(t, func(ctx context.Context, tx *Tx) error { return tx.InsertContacts(ctx, made, groups) })
	for i, c := range made {
		b.people[c.ID] = c
		for _, g := range groups[i] {
			b.in[g][c.ID] = true
		}
	}
	for more := true; more; {
		var err error
		if more, err = b.IndexContacts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		typed string
		first string // whose name begins so comes first by name
		group int64
		whole bool
	}{
		{"smith", "Smith Jo", 0, false}, {"zoe", "Zoë", 0, false}, {"sm", "Smith Jo", 0, false}, {"s", "Smith Jo", 0, false}, {"ng", "", 0, false}, {"x", "Xu", 0, false},
		{"77", "", 0, false}, {"ng", "", b.groups[1], true}, {"bo ng", "Bo", b.groups[1], true}, {"smitha ng", "", b.groups[1], true},
		{"xu smith", "Xu", b.groups[0], true}, {"nobody", "", 0, true}, {"n", "", b.groups[1], true}, {"b n", "Bo", b.groups[1], true}, {"q", "", 0, true}, {"qq", "", 0, true},
		{"smith jo", "", 0, true}, {"jo smith", "Jo", 0, true}, {"smith ma", "", 0, true}, {"smith 07", "", 0, true}, {"smith zz", "", 0, true}, {"+4477 smith jo", "", 0, true},
	} {
		for _, order := range []ContactOrder{ByName, ByNumber, ByChanged} {
			prefix := ""
			if c.typed == "77" {
				prefix = "+4477"
			}
			f := ContactFilter{UserID: b.user, GroupID: c.group, Search: NewContactSearch(c.typed, prefix)}
			name := fmt.Sprintf("%q in group %d in order %d", c.typed, c.group, order)
			matching := 0
			for _, p := range b.people {
				if b.matches(f, p) {
					matching++
				}
			}
			p, shown := ContactPage{ContactFilter: f, Order: order, Limit: 90}, map[int64]bool{}
			for {
				found, err := b.FindContacts(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				if c.whole && (found.Total != int64(matching) || found.First != 0) || !c.whole && (found.Total != -1 || found.First != shownOfMany || found.AtLeast != shownOfMany+1) {
					t.Fatalf("%s: total %d, at least %d, first %d, of %d", name, found.Total, found.AtLeast, found.First, matching)
				}
				for i, x := range found.Contacts {
					if shown[x.ID] || !b.matches(f, b.people[x.ID]) {
						t.Fatalf("%s shows %+v", name, x)
					}
					if i == 0 && len(shown) == 0 && order == ByName && !strings.HasPrefix(x.Name, c.first) {
						t.Errorf("%s shows %s first", name, x.Name)
					}
					shown[x.ID] = true
					p.After = order.Place(&found.Contacts[i])
				}
				if len(found.Contacts) < p.Limit {
					break
				}
			}
			if want := min(matching, shownOfMany); len(shown) != want || c.whole != (matching <= shownOfMany) {
				t.Errorf("%s shows %d, want %d of %d", name, len(shown), want, matching)
			}
			if n, err := b.CountContacts(t.Context(), f); err != nil || n != int64(matching) {
				t.Errorf("%s counts %d, %v; want %d", name, n, err, matching)
			}
		}
	}
	if n, err := b.CountContacts(t.Context(), ContactFilter{UserID: b.user, Search: NewContactSearch("smith jo", "")}); err != nil || n != 2 {
		t.Errorf("%d are called Jo Smith, %v", n, err)
	}
	for i := 0; i < people; i += 397 {
		number := string(made[i].Number)
		found, err := b.FindContacts(t.Context(), ContactPage{ContactFilter: ContactFilter{UserID: b.user, Search: NewContactSearch(number, number)}, Limit: 3})
		if err != nil || len(found.Contacts) == 0 || found.Contacts[0].ID != made[i].ID {
			t.Errorf("%s finds %v, %v", number, found.Contacts, err)
		}
	}
}
