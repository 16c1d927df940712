package desk

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"textdesk/sms"
)

// hostile are names that people, or programs, give to things.
var hostile = []string{
	`<script>alert(1)</script>`, `'; DROP TABLE contacts; --`, `%_%`, `=HYPERLINK("http://x")`, `Ünï çödé 👩‍👩‍👧`, "עברית‮abc", "a\x00b\tc\nd",
	strings.Repeat("x", 100), `"quoted", with; all|signs`, "\xff\xfe broken",
}

func TestContacts(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)

	id, err := o.AddContact(ctx, sam, ContactForm{Name: "  Jo   Smith ", Number: "07700 900 123", Email: "jo@school.example"})
	must(t, err)
	c, groups, err := o.Contact(ctx, sam, id)
	if err != nil || c.Name != "Jo Smith" || c.Number != "+447700900123" || c.Email != "jo@school.example" || len(groups) != 0 {
		t.Errorf("read back %+v, %v, %v", c, groups, err)
	}
	for _, bad := range []struct {
		form ContactForm
		want []*Refusal
	}{
		{ContactForm{}, []*Refusal{ErrNameBlank, ErrBadNumber}},
		{ContactForm{Name: "A", Number: "02079460000"}, []*Refusal{ErrBadNumber}},
		{ContactForm{Name: "A", Number: "07700900124", Email: "nobody"}, []*Refusal{ErrBadEmail}},
		{ContactForm{Name: strings.Repeat("x", 200), Number: "07700900124"}, []*Refusal{ErrTooLong}},
		{ContactForm{Name: "A", Number: "+447700900123"}, []*Refusal{ErrContactTaken}},
	} {
		_, err := o.AddContact(ctx, sam, bad.form)
		if got := Refusals(err); len(got) != len(bad.want) {
			t.Errorf("%+v: refused with %v", bad.form, err)
		} else {
			for i := range got {
				if !errors.Is(got[i], bad.want[i]) || got[i].Field == "to" {
					t.Errorf("%+v: refused with %v on %q", bad.form, got[i], got[i].Field)
				}
			}
		}
	}

	// Siblings have address books of their own, with the same number in them.
	_, err = o.AddContact(ctx, jo, ContactForm{Name: "Mum", Number: "07700900123"})
	must(t, err)
	for name, err := range map[string]error{
		"look":   second(o.Contact(ctx, jo, id)),
		"change": o.ChangeContact(ctx, jo, id, ContactForm{Name: "Mine now", Number: "07700900123"}),
		"delete": o.DeleteContact(ctx, jo, id),
		"no one": o.DeleteContact(ctx, sam, 999),
	} {
		if !errors.Is(err, ErrUnknownPerson) {
			t.Errorf("%s: %v, want %v", name, err, ErrUnknownPerson)
		}
	}
	if page, _, err := o.Contacts(ctx, jo, BookSearch{Limit: 10}); err != nil || len(page) != 1 || page[0].Name != "Mum" {
		t.Errorf("jo's contacts are %v, %v", page, err)
	}
	// Who is above them may help.
	must(t, o.ChangeContact(ctx, o.admin, id, ContactForm{Name: "Jo Smythe", Number: "07700900123"}))
	other, err := o.AddContact(ctx, sam, ContactForm{Name: "Jo Smythe", Number: "07700900200"})
	must(t, err)
	if err := o.ChangeContact(ctx, sam, other, ContactForm{Name: "Jo", Number: "07700900123"}); !errors.Is(err, ErrContactTaken) {
		t.Errorf("a number that another contact has: %v", err)
	}
	must(t, o.DeleteContact(ctx, sam, id))
	if _, _, err := o.Contact(ctx, sam, id); !errors.Is(err, ErrUnknownPerson) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func second[A, B any](_ A, _ B, err error) error { return err }

func TestHostileNames(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	for i, name := range hostile {
		id, err := o.AddContact(ctx, o.admin, ContactForm{Name: name, Number: number(i)})
		must(t, err)
		c, _, err := o.Contact(ctx, o.admin, id)
		must(t, err)
		if strings.ContainsAny(c.Name, "\x00\n\t\u202e") || c.Name == "" || strings.ToValidUTF8(c.Name, "?") != c.Name {
			t.Errorf("%q is kept as %q", name, c.Name)
		}
		found, _, err := o.Contacts(ctx, o.admin, BookSearch{Search: name, Limit: 10})
		if err != nil || len(found) != 1 || found[0].ID != id {
			t.Errorf("search for %q finds %v, %v", name, found, err)
		}
		group, err := o.AddGroup(ctx, o.admin, name)
		must(t, err)
		if g, err := o.GroupNamed(ctx, o.admin, strings.ToUpper(strings.ToValidUTF8(name, ""))); err != nil || g.ID != group {
			t.Errorf("the group %q by its name in capitals: %+v, %v", name, g, err)
		}
		list, err := o.AddList(ctx, o.admin, name)
		must(t, err)
		if l, err := o.ListNamed(ctx, o.admin, name); err != nil || l.ID != list {
			t.Errorf("the list %q by its name: %+v, %v", name, l, err)
		}
	}
	for _, blank := range []string{"", "  ", "\x00\n", "\u202e"} {
		if _, err := o.AddGroup(ctx, o.admin, blank); !errors.Is(err, ErrNameBlank) {
			t.Errorf("a group called %q: %v", blank, err)
		}
	}
}

func TestSearchAndPagesOfContacts(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	for i := range 25 {
		_, err := o.AddContact(ctx, o.admin, ContactForm{Name: fmt.Sprintf("Person %02d Smith", i/2), Number: number(i)}) // each name twice
		must(t, err)
	}
	_, err := o.AddContact(ctx, o.admin, ContactForm{Name: "Zoë O'Neill-Ångström", Number: "+33612345678"})
	must(t, err)
	for search, want := range map[string]int{"": 26, "person 0": 20, "SMI": 25, "mith": 25, "itz": 0, "erson 0": 20, "00012": 1, "zoe": 1, "ångström": 1, "angs": 1, "zoë": 1, "o'n": 1, "07700 9000": 25, "0770090001": 10, "+336": 1, "person 03 smith": 2, "%": 0} {
		found, _, err := o.Contacts(ctx, o.admin, BookSearch{Search: search, Limit: 100})
		if err != nil || len(found) != want {
			t.Errorf("%q finds %d, %v; want %d", search, len(found), err, want)
		}
	}
	// Forwards to the end and back again: everybody once, in order.
	var there, back []int64
	f := BookSearch{Limit: 4}
	var last Paging
	for pages := 0; pages < 20; pages++ {
		page, p, err := o.Contacts(ctx, o.admin, f)
		must(t, err)
		for _, c := range page {
			there = append(there, c.ID)
		}
		if last = p; p.Next == "" {
			break
		}
		f = BookSearch{Limit: 4, After: p.Next}
	}
	for last.Previous != "" {
		page, p, err := o.Contacts(ctx, o.admin, BookSearch{Limit: 4, Before: last.Previous})
		must(t, err)
		var ids []int64
		for _, c := range page {
			ids = append(ids, c.ID)
		}
		back = append(ids, back...)
		last = p
	}
	if len(there) != 26 || there[25] != 26 {
		t.Errorf("the pages have %v", there)
	}
	if fmt.Sprint(back) != fmt.Sprint(there[:24]) {
		t.Errorf("there: %v\nback:  %v", there, back)
	}
	for _, nonsense := range []string{"x", "-1.a", "99999999999999999999", ".", "5", "0.\xff"} {
		for _, f := range []BookSearch{{After: nonsense, Limit: 3}, {Before: nonsense, Limit: 3}} {
			if _, _, err := o.Contacts(ctx, o.admin, f); err != nil {
				t.Errorf("%+v: %v", f, err)
			}
		}
	}
}

func TestGroups(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	id, err := o.AddGroup(ctx, sam, "Year 4")
	must(t, err)
	if _, err := o.AddGroup(ctx, sam, "YEAR  4"); !errors.Is(err, ErrGroupTaken) {
		t.Errorf("the same name again: %v", err)
	}
	_, err = o.AddGroup(ctx, jo, "Year 4")
	must(t, err)

	known, err := o.AddContact(ctx, sam, ContactForm{Name: "Ann Lee", Number: "07700900001"})
	must(t, err)
	p, err := o.PasteIntoGroup(ctx, sam, id, "Ann <07700 900001>\nBo Ross, 07700 900002\n07700900002\n07700900003\n020 7946 0000\nnobody")
	must(t, err)
	if p.Added != 3 || p.Known != 0 || p.Repeated != 1 || len(p.Bad) != 2 {
		t.Errorf("pasted: %+v", p)
	}
	members, _, err := o.Members(ctx, sam, id, BookSearch{Limit: 10})
	must(t, err)
	var names []string
	for _, c := range members {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, ", "); got != "07700 900003, Ann Lee, Bo Ross" && got != "07700900003, Ann Lee, Bo Ross" {
		t.Errorf("in the group are %s", got)
	}
	if p, err := o.PasteIntoGroup(ctx, sam, id, "07700900001"); err != nil || p.Added != 0 || p.Known != 1 {
		t.Errorf("pasted again: %+v, %v", p, err)
	}
	for _, nothing := range []string{"", " \n, ;", "nobody at all"} {
		if _, err := o.PasteIntoGroup(ctx, sam, id, nothing); !errors.Is(err, ErrNothingPasted) {
			t.Errorf("pasted %q: %v", nothing, err)
		}
	}

	// Nobody else's group, nobody else's contacts.
	hers, err := o.AddContact(ctx, jo, ContactForm{Name: "Private", Number: "07700900009"})
	must(t, err)
	if n, err := o.AddToGroup(ctx, sam, id, []int64{hers, known, 12345}); err != nil || n != 0 {
		t.Errorf("a sibling's contact went into the group: %d, %v", n, err)
	}
	for name, err := range map[string]error{
		"look":    first(o.Group(ctx, jo, id)),
		"members": second(o.Members(ctx, jo, id, BookSearch{Limit: 5})),
		"rename":  o.RenameGroup(ctx, jo, id, "Mine"),
		"empty":   first(o.EmptyGroup(ctx, jo, id)),
		"delete":  o.DeleteGroup(ctx, jo, id),
		"add":     first(o.AddToGroup(ctx, jo, id, []int64{hers})),
		"remove":  first(o.RemoveFromGroup(ctx, jo, id, []int64{known})),
		"paste":   first(o.PasteIntoGroup(ctx, jo, id, "07700900009")),
	} {
		if !errors.Is(err, ErrUnknownGroup) {
			t.Errorf("%s: %v, want %v", name, err, ErrUnknownGroup)
		}
	}

	must(t, o.RenameGroup(ctx, sam, id, "year 4")) // its own name, written otherwise
	other, err := o.AddGroup(ctx, sam, "Year 5")
	must(t, err)
	if err := o.RenameGroup(ctx, sam, other, "Year 4"); !errors.Is(err, ErrGroupTaken) {
		t.Errorf("renamed to a name that is taken: %v", err)
	}
	if n, err := o.RemoveFromGroup(ctx, sam, id, []int64{known}); err != nil || n != 1 {
		t.Errorf("removed %d, %v", n, err)
	}
	if n, err := o.AddToGroup(ctx, sam, other, []int64{known}); err != nil || n != 1 {
		t.Errorf("added %d, %v", n, err)
	}
	if _, groups, err := o.Contact(ctx, sam, known); err != nil || len(groups) != 1 || groups[0].ID != other {
		t.Errorf("Ann is in %v, %v", groups, err)
	}
	if all, _, err := o.Groups(ctx, sam, BookSearch{Search: "year", Limit: 10}); err != nil || len(all) != 2 || all[0].Count != 2 || all[1].Count != 1 {
		t.Errorf("the groups are %+v, %v", all, err)
	}
	if n, err := o.EmptyGroup(ctx, sam, id); err != nil || n != 2 {
		t.Errorf("emptied of %d, %v", n, err)
	}
	must(t, o.DeleteGroup(ctx, sam, other))
	must(t, o.DeleteContact(ctx, sam, known))
	if all, _, err := o.Groups(ctx, sam, BookSearch{Limit: 10}); err != nil || len(all) != 1 || all[0].Count != 0 {
		t.Errorf("the groups are %+v, %v", all, err)
	}
	if all, _, err := o.Contacts(ctx, sam, BookSearch{Limit: 10}); err != nil || len(all) != 2 {
		t.Errorf("emptying and deleting groups left %d contacts, %v; want 2", len(all), err)
	}
}

func first[A any](_ A, err error) error { return err }

func TestLists(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	id, err := o.AddList(ctx, sam, "Spring trip")
	must(t, err)
	if _, err := o.AddList(ctx, sam, "spring trip"); !errors.Is(err, ErrListTaken) {
		t.Errorf("the same name again: %v", err)
	}
	p, err := o.PasteIntoList(ctx, sam, id, "07700900001\tAnn Lee\tann@school.example\tCoach A\t09:15\r\n\r\n07700900002\tBo\t\tCoach B\n07700900001\tAnn again\nnobody\tX\n07700900004\tY\tno address\n07700900005\ta\t\t1\t2\t3\t4\t5\t6\n")
	must(t, err)
	if p.Added != 2 || p.Repeated != 1 || len(p.Bad) != 3 || p.Bad[0].Line != 5 || p.Bad[1].Line != 6 || p.Bad[2].Line != 7 {
		t.Errorf("pasted: %+v", p)
	}
	// Another order of the columns, and one with names.
	p, err = o.PasteIntoList(ctx, sam, id, "Cy Day\t07700 900 006\t\tCoach A\n")
	must(t, err)
	if p.Added != 1 {
		t.Errorf("pasted with the name first: %+v", p)
	}
	p, err = o.PasteIntoList(ctx, sam, id, "Coach\tMobile No.\tName\tMM2\nCoach C\t07700900001\tAnn Lee\t10:00\n")
	must(t, err)
	if p.Added != 0 || p.Known != 1 {
		t.Errorf("pasted with names of columns: %+v", p)
	}
	entries, _, err := o.Entries(ctx, sam, id, BookSearch{Limit: 10})
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s %s %s %s|%s|%v", e.Number, e.Name, e.Email, e.Mm1, e.Mm2, EntryValues(e, []string{"Coach"})))
	}
	want := "+447700900001 Ann Lee  |10:00|[Coach C]\n+447700900002 Bo  Coach B||[]\n+447700900006 Cy Day  Coach A||[]"
	if strings.Join(got, "\n") != want {
		t.Errorf("the list has\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	if found, _, err := o.Entries(ctx, sam, id, BookSearch{Search: "day", Limit: 10}); err != nil || len(found) != 1 {
		t.Errorf("search finds %v, %v", found, err)
	}

	bo := entries[1].ID
	must(t, o.ChangeEntry(ctx, sam, id, bo, EntryForm{Number: "07700900022", Name: "Bo Ross", Fields: [5]string{"a", "b", "c", "d", "e"}}))
	if e, err := o.Entry(ctx, sam, id, bo); err != nil || e.Name != "Bo Ross" || e.Mm5 != "e" || e.Number != "+447700900022" {
		t.Errorf("changed to %+v, %v", e, err)
	}
	if err := o.ChangeEntry(ctx, sam, id, bo, EntryForm{Number: "07700900001"}); !errors.Is(err, ErrEntryTaken) {
		t.Errorf("changed to a number that is there: %v", err)
	}
	if err := o.ChangeEntry(ctx, sam, id, bo, EntryForm{Number: "x", Email: "y"}); len(Refusals(err)) != 2 {
		t.Errorf("changed to nonsense: %v", err)
	}
	other, err := o.AddList(ctx, sam, "Other")
	must(t, err)
	for name, err := range map[string]error{
		"look":    first(o.List(ctx, jo, id)),
		"entries": second(o.Entries(ctx, jo, id, BookSearch{Limit: 5})),
		"entry":   first(o.Entry(ctx, jo, id, bo)),
		"rename":  o.RenameList(ctx, jo, id, "Mine"),
		"delete":  o.DeleteList(ctx, jo, id),
		"paste":   first(o.PasteIntoList(ctx, jo, id, "07700900009")),
		"change":  o.ChangeEntry(ctx, jo, id, bo, EntryForm{Number: "07700900009"}),
		"remove":  o.RemoveEntry(ctx, jo, id, bo),
		"name":    first(o.ListNamed(ctx, jo, "Spring trip")),
	} {
		if !errors.Is(err, ErrUnknownList) {
			t.Errorf("%s: %v, want %v", name, err, ErrUnknownList)
		}
	}
	if err := o.RemoveEntry(ctx, sam, other, bo); !errors.Is(err, ErrUnknownEntry) {
		t.Errorf("a line of another list: %v", err)
	}
	must(t, o.RemoveEntry(ctx, sam, id, bo))
	must(t, o.RenameList(ctx, sam, id, "Autumn trip"))
	if err := o.RenameList(ctx, sam, id, "OTHER"); !errors.Is(err, ErrListTaken) {
		t.Errorf("renamed to a name that is taken: %v", err)
	}
	if all, _, err := o.Lists(ctx, sam, BookSearch{Limit: 10}); err != nil || len(all) != 2 || all[0].Name != "Autumn trip" || all[0].Count != 2 {
		t.Errorf("the lists are %+v, %v", all, err)
	}
	must(t, o.DeleteList(ctx, sam, id))
	if _, err := o.List(ctx, sam, id); !errors.Is(err, ErrUnknownList) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestSuppressions(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	for name, err := range map[string]error{
		"add":    first(o.Suppress(ctx, sam, number(1), "no")),
		"remove": o.Unsuppress(ctx, sam, "+447700900001", "no"),
		"look":   first(o.Suppression(ctx, sam, "+447700900001")),
	} {
		if !errors.Is(err, ErrForbidden) {
			t.Errorf("%s by an ordinary user: %v", name, err)
		}
	}
	if _, _, _, err := o.Suppressions(ctx, sam, BookSearch{Limit: 5}); !errors.Is(err, ErrForbidden) {
		t.Errorf("list for an ordinary user: %v", err)
	}
	p, err := o.Suppress(ctx, o.admin, strings.Join(numbers(0, 7), "\n")+"\nnobody\n"+number(0), "Asked  at the front desk")
	must(t, err)
	if p.Added != 7 || p.Repeated != 1 || len(p.Bad) != 1 {
		t.Errorf("added %+v", p)
	}
	if p, err = o.Suppress(ctx, o.admin, number(0), "Again"); err != nil || p.Added != 0 || p.Known != 1 {
		t.Errorf("added again %+v, %v", p, err)
	}
	s, err := o.Suppression(ctx, o.admin, sms.MSISDN(number(0)))
	if err != nil || s.Reason != "Asked at the front desk" || int64(s.AddedBy) != o.admin.User.ID {
		t.Errorf("the first is %+v, %v", s, err)
	}
	if _, err := o.Suppress(ctx, o.admin, "", " "); len(Refusals(err)) != 2 {
		t.Errorf("neither numbers nor a reason: %v", err)
	}
	page, names, paging, err := o.Suppressions(ctx, o.admin, BookSearch{Limit: 3})
	if err != nil || len(page) != 3 || paging.Next == "" || paging.Previous != "" || names[int64(page[0].AddedBy)] != "admin" {
		t.Errorf("page %v %v %+v, %v", page, names, paging, err)
	}
	page, _, paging, err = o.Suppressions(ctx, o.admin, BookSearch{Limit: 3, After: paging.Next})
	if err != nil || len(page) != 3 || page[0].Number != sms.MSISDN(number(3)) || paging.Previous == "" {
		t.Errorf("second page %v %+v, %v", page, paging, err)
	}
	page, _, paging, err = o.Suppressions(ctx, o.admin, BookSearch{Limit: 3, Before: paging.Previous})
	if err != nil || len(page) != 3 || page[0].Number != sms.MSISDN(number(0)) || paging.Previous != "" {
		t.Errorf("back on the first page %v %+v, %v", page, paging, err)
	}
	for search, want := range map[string]int{"0770090000": 7, "07700900003": 1, "+336": 0, "smith": 0} {
		if found, _, _, err := o.Suppressions(ctx, o.admin, BookSearch{Search: search, Limit: 10}); err != nil || len(found) != want {
			t.Errorf("%q finds %d, %v; want %d", search, len(found), err, want)
		}
	}
	if err := o.Unsuppress(ctx, o.admin, sms.MSISDN(number(0)), ""); !errors.Is(err, ErrReasonBlank) {
		t.Errorf("removed without a reason: %v", err)
	}
	must(t, o.Unsuppress(ctx, o.admin, sms.MSISDN(number(0)), "Signed the form again"))
	if err := o.Unsuppress(ctx, o.admin, sms.MSISDN(number(0)), "Twice"); !errors.Is(err, ErrNotSuppressed) {
		t.Errorf("removed twice: %v", err)
	}
	if n, err := o.store.CountSuppressions(ctx); err != nil || n != 6 {
		t.Errorf("%d are left, %v", n, err)
	}
}

// Twenty thousand lines go on a list at once and all of them are texted. A
// million and one people are one too many.
func TestListOfTwentyThousand(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	list, err := o.AddList(ctx, o.admin, "Everybody")
	must(t, err)
	var text strings.Builder
	lines := MaxAtOnce
	for i := range lines {
		fmt.Fprintf(&text, "+4477009%05d\tPerson %d\t\tfield %d\n", i, i, i)
	}
	p, err := o.PasteIntoList(ctx, o.admin, list, text.String())
	if err != nil || p.Added != lines || len(p.Bad) != 0 {
		t.Fatalf("pasted %d, %d bad, %v", p.Added, len(p.Bad), err)
	}
	sent := o.send(t, o.admin, Order{Lists: []int64{list}})
	if b, err := o.Batch(ctx, o.admin, sent.BatchID); err != nil || b.Recipients != int64(lines) {
		t.Errorf("sent to %d, %v", b.Recipients, err)
	}
	draft, err := o.Check(ctx, o.admin, Order{To: make([]string, MaxRecipients-lines+1), Lists: []int64{list}, Sender: "SCHOOL", Body: "Hello"})
	must(t, err)
	if len(draft.Problems) != 1 || !errors.Is(draft.Problems[0], ErrTooManyTo) || !strings.Contains(draft.Problems[0].Sentence, "1,000,001") {
		t.Errorf("one too many: %v", draft.Problems)
	}
	o.booksAreRight(t)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
