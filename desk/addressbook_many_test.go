package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"textdesk/db"
	"textdesk/sms"
)

// fill puts n people into somebody's address book, as an import does.
func (o *office) fill(t *testing.T, a Actor, n int) {
	t.Helper()
	for from := 0; from < n; from += 4000 {
		some := make([]db.Contact, 0, 4000)
		for i := from; i < min(n, from+4000); i++ {
			name := fmt.Sprintf("Person %05d", i)
			some = append(some, db.Contact{UserID: a.User.ID, Name: name, NameKey: bookKey(name), Number: sms.MSISDN(number(i)), CreatedAt: 1, ChangedAt: 1})
		}
		must(t, o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.InsertContacts(ctx, some, nil) }))
	}
}

// work runs all work in address books to its end.
func (o *office) work(t *testing.T) {
	t.Helper()
	for steps := 0; ; steps++ {
		more, err := o.RunBookWork(t.Context())
		must(t, err)
		if !more {
			return
		}
		if steps > 1000 {
			t.Fatal("the work does not end")
		}
	}
}

func TestManyContacts(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	const people = 5200
	o.fill(t, sam, people)
	o.fill(t, jo, 30)
	group, err := o.AddGroup(ctx, sam, "Everybody")
	must(t, err)

	// Some are done at once, and each has it in their history.
	n, work, err := o.DoMany(ctx, sam, Many{Do: DoJoin, IDs: []int64{1, 2, 3, people + 5}, Group: group})
	if err != nil || n != 3 || work != 0 {
		t.Errorf("three joined: %d, %d, %v", n, work, err)
	}
	history, _, err := o.ContactHistory(ctx, sam, 2, 0, 10)
	if err != nil || len(history) != 1 || history[0].Kind != ChangeJoined || history[0].By != "sam" || history[0].Changes[0].To != "Everybody" {
		t.Errorf("the history of the second is %+v, %v", history, err)
	}
	// All of them are work for later, which others may not see.
	n, work, err = o.DoMany(ctx, sam, Many{Do: DoJoin, All: true, Group: group})
	if err != nil || n != 0 || work == 0 {
		t.Fatalf("all joined: %d, %d, %v", n, work, err)
	}
	if _, err := o.BookWork(ctx, jo, work); !errors.Is(err, ErrUnknownWork) {
		t.Errorf("a sibling sees the work: %v", err)
	}
	if running, err := o.RunningBookWork(ctx, sam); err != nil || len(running) != 1 {
		t.Errorf("running are %v, %v", running, err)
	}
	o.work(t)
	if j, err := o.BookWork(ctx, sam, work); err != nil || j.State != "finished" || j.Done != people {
		t.Errorf("the work is %+v, %v", j, err)
	}
	if g, err := o.Group(ctx, sam, group); err != nil || g.Count != people {
		t.Errorf("in the group are %d, %v", g.Count, err)
	}
	if history, _, err := o.ContactHistory(ctx, sam, 77, 0, 10); err != nil || len(history) != 1 || history[0].People != people {
		t.Errorf("the history of one of many is %+v, %v", history, err)
	}
	o.booksAreRight(t)

	// What matches a search leaves again; the rest stays.
	n, work, err = o.DoMany(ctx, sam, Many{Do: DoLeave, All: true, Filter: ContactFilter{Search: "person 031", Group: group}, Group: group})
	if err != nil || n != 116 || work != 0 { // "Person 031xx", and where 031 stands further on, also in a number
		t.Errorf("left: %d, %d, %v", n, work, err)
	}
	if n, err := o.CountContacts(ctx, sam, ContactFilter{NoGroup: true}); err != nil || n != 116 {
		t.Errorf("without a group are %d, %v", n, err)
	}
	// Nobody else's group, nobody else's contacts.
	if _, _, err := o.DoMany(ctx, jo, Many{Do: DoJoin, All: true, Group: group}); !errors.Is(err, ErrUnknownGroup) {
		t.Errorf("a sibling's group: %v", err)
	}
	if n, _, err := o.DoMany(ctx, jo, Many{Do: DoDelete, IDs: []int64{1, 2}}); err != nil || n != 0 {
		t.Errorf("a sibling deleted %d, %v", n, err)
	}

	// Work that is stopped leaves the rest.
	_, work, err = o.DoMany(ctx, sam, Many{Do: DoDelete, All: true, Filter: ContactFilter{Group: group}})
	must(t, err)
	if _, err := o.RunBookWork(ctx); err != nil {
		t.Fatal(err)
	}
	must(t, o.StopBookWork(ctx, sam, work))
	o.work(t)
	if n, err := o.CountContacts(ctx, sam, ContactFilter{}); err != nil || n != people-deleteStep {
		t.Errorf("%d are left, %v", n, err)
	}
	o.booksAreRight(t)

	// All of one's own go, when their number is typed.
	for _, typed := range []string{"", "yes", "5200"} {
		if _, _, err := o.DropAllContacts(ctx, sam, typed); !errors.Is(err, ErrNotCounted) {
			t.Errorf("confirmed with %q: %v", typed, err)
		}
	}
	_, work, err = o.DropAllContacts(ctx, sam, "4,200")
	must(t, err)
	o.work(t)
	if j, err := o.BookWork(ctx, sam, work); err != nil || j.State != "finished" || j.Done != 4200 {
		t.Errorf("the work is %+v, %v", j, err)
	}
	if n, err := o.DeleteAllContacts(ctx, jo); err != nil || n != 30 {
		t.Errorf("jo deleted %d, %v", n, err)
	}
	if n, err := o.DeleteAllGroups(ctx, sam); err != nil || n != 1 {
		t.Errorf("deleted %d groups, %v", n, err)
	}
	o.booksAreRight(t)
}

// Work on a group that is gone ends and says why.
func TestWorkOnAGroupThatIsGone(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.fill(t, o.admin, 2500)
	group, err := o.AddGroup(ctx, o.admin, "Short-lived")
	must(t, err)
	_, work, err := o.DoMany(ctx, o.admin, Many{Do: DoJoin, All: true, Group: group})
	must(t, err)
	must(t, o.DeleteGroup(ctx, o.admin, group))
	o.work(t)
	if j, err := o.BookWork(ctx, o.admin, work); err != nil || j.State != "failed" || j.Reason != ErrUnknownGroup.Sentence {
		t.Errorf("the work is %+v, %v", j, err)
	}
	o.booksAreRight(t)
}

func TestMergeContacts(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	kept, err := o.AddContact(ctx, sam, ContactForm{Name: "Ann Lee", Number: "07700900001", Fields: []Field{{"Class", "4B"}}})
	must(t, err)
	other, err := o.AddContact(ctx, sam, ContactForm{Name: "ann lee", Number: "07700900002", Email: "ann@school.example", Fields: []Field{{"Bus", "12"}}})
	must(t, err)
	hers, err := o.AddContact(ctx, jo, ContactForm{Name: "Ann Lee", Number: "07700900001"})
	must(t, err)
	var groups []int64
	for i, who := range [][]int64{{kept}, {other}, {kept, other}} {
		g, err := o.AddGroup(ctx, sam, fmt.Sprint("Group ", i))
		must(t, err)
		_, err = o.AddToGroup(ctx, sam, g, who)
		must(t, err)
		groups = append(groups, g)
	}
	sets, next, err := o.Duplicates(ctx, sam, true, "")
	if err != nil || len(sets) != 1 || len(sets[0].People) != 2 || next != "" {
		t.Errorf("duplicates by name: %+v, %q, %v", sets, next, err)
	}
	if sets, _, err := o.Duplicates(ctx, sam, false, ""); err != nil || len(sets) != 0 {
		t.Errorf("duplicates by number: %+v, %v", sets, err)
	}
	form := ContactForm{Name: "Ann Lee", Number: "07700900002", Email: "ann@school.example", Fields: []Field{{"Class", "4B"}, {"Bus", "12"}}}
	for name, pair := range map[string][2]int64{"with itself": {kept, kept}, "with a sibling's": {kept, hers}, "with nobody": {kept, 999}} {
		if err := o.MergeContacts(ctx, sam, pair[0], pair[1], form); !errors.Is(err, ErrUnknownPerson) {
			t.Errorf("merged %s: %v", name, err)
		}
	}
	if err := o.MergeContacts(ctx, o.admin, kept, hers, form); !errors.Is(err, ErrUnknownPerson) {
		t.Errorf("merged two of different address books: %v", err)
	}
	must(t, o.MergeContacts(ctx, sam, kept, other, form))
	c, in, err := o.Contact(ctx, sam, kept)
	if err != nil || c.Number != "+447700900002" || c.Email != "ann@school.example" || fmt.Sprint(ContactFields(c)) != "[{Bus 12} {Class 4B}]" || len(in) != 3 {
		t.Errorf("merged into %+v in %d groups, %v", c, len(in), err)
	}
	if _, _, err := o.Contact(ctx, sam, other); !errors.Is(err, ErrUnknownPerson) {
		t.Errorf("the other is there: %v", err)
	}
	history, _, err := o.ContactHistory(ctx, sam, kept, 0, 20)
	must(t, err)
	var kinds []string
	for _, h := range history {
		kinds = append(kinds, h.Kind)
	}
	if got := strings.Join(kinds, " "); got != "merge join join join join add add" {
		t.Errorf("the history has %s", got)
	}
	if found, _, err := o.Contacts(ctx, sam, BookSearch{Search: "ann@school", Limit: 5}); err != nil || len(found) != 1 {
		t.Errorf("search finds %v, %v", found, err)
	}
	for _, g := range groups {
		if n, err := o.Group(ctx, sam, g); err != nil || n.Count != 1 {
			t.Errorf("group %d has %d, %v", g, n.Count, err)
		}
	}
	o.booksAreRight(t)
}

func TestColumnsOfLists(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	id, err := o.AddList(ctx, sam, "Trip")
	must(t, err)
	must(t, o.AddColumn(ctx, sam, id, " Coach "))
	for _, bad := range []string{"", "coach", "MM3", "name", strings.Repeat("x", 100)} {
		if err := o.AddColumn(ctx, sam, id, bad); len(Refusals(err)) != 1 {
			t.Errorf("a column called %q: %v", bad, err)
		}
	}
	if err := o.AddColumn(ctx, jo, id, "Mine"); !errors.Is(err, ErrUnknownList) {
		t.Errorf("a column of a sibling's list: %v", err)
	}
	_, err = o.PasteIntoList(ctx, sam, id, "Name\tMobile\tCOACH\tLeaves at\nAnn\t07700900001\tA\t09:15\nBo\t07700900002\t\t10:00\n")
	must(t, err)
	must(t, o.RenameColumn(ctx, sam, id, "Leaves at", "Time"))
	columns, err := o.ColumnsOf(ctx, sam, id)
	if err != nil || fmt.Sprint(columns) != "[Coach Time]" {
		t.Errorf("the columns are %v, %v", columns, err)
	}
	entries, _, err := o.Entries(ctx, sam, id, BookSearch{Limit: 10})
	must(t, err)
	if got := fmt.Sprint(EntryValues(entries[0], columns), EntryValues(entries[1], columns), entries[1].Fields); got != `[A 09:15] [ 10:00]{"Time":"10:00"}` {
		t.Errorf("in the columns stands %s", got)
	}
	must(t, o.ChangeEntry(ctx, sam, id, entries[0].ID, EntryForm{Number: "07700900001", Name: "Ann", Named: []Field{{"Coach", "B"}, {"Time", ""}}}))
	must(t, o.ChangeEntry(ctx, sam, id, entries[1].ID, EntryForm{Number: "07700900002", Name: "Bo R"})) // leaves them alone
	must(t, o.RemoveColumn(ctx, sam, id, "Coach"))
	if err := o.RemoveColumn(ctx, sam, id, "Coach"); !errors.Is(err, ErrUnknownColumn) {
		t.Errorf("removed twice: %v", err)
	}
	entries, _, err = o.Entries(ctx, sam, id, BookSearch{Limit: 10})
	must(t, err)
	if got := entries[0].Fields + entries[1].Fields; got != `{}{"Time":"10:00"}` {
		t.Errorf("left is %s", got)
	}
	o.booksAreRight(t)
}

func TestHistoryAndConversation(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 100)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 100)
	id, err := o.AddContact(ctx, sam, ContactForm{Name: "Ann", Number: "07700900001"})
	must(t, err)
	for i := range 14 {
		must(t, o.ChangeContact(ctx, sam, id, ContactForm{Name: "Ann", Number: "07700900001", Fields: []Field{{"Class", fmt.Sprint(i)}}}))
	}
	must(t, o.ChangeContact(ctx, sam, id, ContactForm{Name: "Ann", Number: "07700900001"})) // nothing changes
	first, more, err := o.ContactHistory(ctx, sam, id, 0, 10)
	if err != nil || !more || len(first) != 10 || fmt.Sprint(first[0].Changes) != "[{Class 12 13}]" {
		t.Errorf("history: %+v, %v, %v", first, more, err)
	}
	rest, more, err := o.ContactHistory(ctx, sam, id, first[9].ID, 10)
	if err != nil || more || len(rest) != 5 || rest[4].Kind != ChangeAdded {
		t.Errorf("the rest: %+v, %v, %v", rest, more, err)
	}
	if _, _, err := o.ContactHistory(ctx, jo, id, 0, 10); !errors.Is(err, ErrUnknownPerson) {
		t.Errorf("a sibling reads the history: %v", err)
	}
	// A contact that takes the id of one that is gone has none of its history.
	must(t, o.DeleteContact(ctx, sam, id))
	again, err := o.AddContact(ctx, sam, ContactForm{Name: "Zed", Number: "07700900009"})
	must(t, err)
	if h, _, err := o.ContactHistory(ctx, sam, again, 0, 10); err != nil || len(h) != 1 {
		t.Errorf("history of a new contact: %+v, %v", h, err)
	}

	for i := range 7 {
		o.send(t, sam, Order{To: []string{"07700900001"}, Sender: "SCHOOL", Body: fmt.Sprint("Text ", i)})
	}
	o.send(t, jo, Order{To: []string{"07700900001"}, Sender: "SCHOOL", Body: "From Jo"})
	said, older, err := o.Conversation(ctx, sam, "+447700900001", "", 5)
	if err != nil || len(said) != 5 || older == "" || said[4].Message.Body != "Text 6" || said[0].Message.Body != "Text 2" {
		t.Errorf("the conversation is %+v, %q, %v", said, older, err)
	}
	said, older, err = o.Conversation(ctx, sam, "+447700900001", older, 5)
	if err != nil || len(said) != 2 || older != "" || said[0].Message.Body != "Text 0" {
		t.Errorf("before that %+v, %q, %v", said, older, err)
	}
}
