package desk

import (
	"slices"
	"testing"

	"textdesk/db"
	"textdesk/sms"
)

// A number that must not be texted and was an erased person's is on the list as a
// hash alone. Whoever has it in their address book again, by whatever way, is among
// those who must not be texted, on the page and for what is done to all of them.
func TestContactsWithAnErasedPersonsNumber(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam, kim := o.user(t, "sam", LevelNormal, 1, 10), o.user(t, "kim", LevelNormal, 1, 10)
	must(t, first2(o.Suppress(ctx, o.admin, erasedNumber+", "+number(2), "Asked")))
	must(t, o.ErasePerson(ctx, o.admin, sms.MSISDN(erasedNumber), erasedNumber))
	must(t, o.RunErasures(ctx))
	is := func(what string, a Actor, suppressed ...string) {
		t.Helper()
		all, err := o.CountContacts(ctx, a, ContactFilter{})
		must(t, err)
		for _, f := range []ContactFilter{{Suppressed: true}, {Suppressed: true, Search: "Ann"}, {Allowed: true}} {
			var names []string
			must(t, o.EachContact(ctx, a, f, func(c db.Contact) error { names = append(names, c.Name); return nil }))
			want := int64(len(suppressed))
			if f.Allowed {
				want = all - want
			}
			slices.Sort(names)
			n, err := o.CountContacts(ctx, a, f)
			page, perr := o.FindContacts(ctx, a, f, SortByName, BookSearch{Limit: 20})
			if err != nil || perr != nil || n != want || int64(len(names)) != want || int64(len(page.People)) != want {
				t.Errorf("%s: %+v finds %v, counts %d, shows %d of %d, %v %v", what, f, names, n, len(page.People), want, err, perr)
			}
			for i, name := range suppressed {
				if !f.Allowed && (i >= len(names) || names[i] != name) {
					t.Errorf("%s: %+v finds %v", what, f, names)
				}
			}
		}
	}
	id, err := o.AddContact(ctx, sam, ContactForm{Name: "Ann One", Number: erasedNumber})
	must(t, err)
	must(t, first2(o.AddContact(ctx, sam, ContactForm{Name: "Bob", Number: number(1)})))
	two, err := o.AddContact(ctx, sam, ContactForm{Name: "Ann Two", Number: number(2)})
	must(t, err)
	must(t, first2(o.AddContact(ctx, kim, ContactForm{Name: "Ann Three", Number: erasedNumber})))
	is("added", sam, "Ann One", "Ann Two")
	is("added by somebody else", kim, "Ann Three")
	must(t, o.ChangeContact(ctx, sam, id, ContactForm{Name: "Ann One", Number: number(3)}))
	is("with another number", sam, "Ann Two")
	must(t, o.ChangeContact(ctx, sam, two, ContactForm{Name: "Ann Two", Number: erasedNumber}))
	is("with the number", sam, "Ann Two")
	// Suppressed by its number as well, they are one and the same.
	must(t, first2(o.Suppress(ctx, o.admin, erasedNumber, "Asked again")))
	is("suppressed twice", sam, "Ann Two")
	if n, _, err := o.DoMany(ctx, kim, Many{Do: DoDelete, All: true, Filter: ContactFilter{Suppressed: true}}); err != nil || n != 1 {
		t.Errorf("%d are deleted, %v", n, err)
	}
	is("deleted", kim)
	must(t, o.Unsuppress(ctx, o.admin, erasedNumber, "Came back"))
	is("allowed again", sam)
	o.booksAreRight(t)
}
