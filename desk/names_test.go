package desk

import (
	"fmt"
	"testing"
)

// A search by name that does not look at everybody says so, and looks at no empty
// address book in place of one with people in it.
func TestASearchByNameSaysHowFarItLooked(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	looked := func(search string, want NamesLooked) {
		t.Helper()
		page, err := o.Outbox(ctx, o.admin, Filter{Search: search, Limit: 10})
		must(t, err)
		inbox, err := o.Conversations(ctx, o.admin, InboxSearch{Search: search, Limit: 10})
		must(t, err)
		if page.Looked != want || inbox.Looked != want {
			t.Errorf("%q looked at %+v and %+v, want %+v", search, page.Looked, inbox.Looked, want)
		}
	}
	o.fill(t, o.admin, namesSearched)
	looked("person", NamesLooked{}) // all of them
	o.fill(t, o.user(t, "kim", LevelNormal, o.admin.User.ID, 0), namesSearched+1)
	looked("person", NamesLooked{People: namesSearched})
	looked("person 00007", NamesLooked{})
	looked("nobody", NamesLooked{})

	// People in the last of more users than there are address books that are searched.
	var last Actor
	for i := range booksSearched {
		last = o.user(t, fmt.Sprintf("user%02d", i), LevelNormal, o.admin.User.ID, 10)
	}
	_, err := o.AddContact(ctx, last, ContactForm{Name: "Ottilie Brandt", Number: "07700900555"})
	must(t, err)
	o.send(t, last, Order{To: []string{"07700900555"}, Sender: "SCHOOL", Body: "Boiler visit"})
	page, err := o.Outbox(ctx, o.admin, Filter{Search: "ottilie", Limit: 10})
	must(t, err)
	if len(page.Messages) != 1 || page.Looked != (NamesLooked{}) {
		t.Errorf("found %d, looked at %+v", len(page.Messages), page.Looked)
	}
	users, err := o.store.UserList(ctx)
	must(t, err)
	for i, u := range users {
		if u.ID != o.admin.User.ID && u.ID != last.User.ID && u.Username != "kim" {
			_, err := o.AddContact(ctx, Actor{User: u}, ContactForm{Name: "Anybody", Number: fmt.Sprintf("07700900%03d", 600+i)})
			must(t, err)
		}
	}
	looked("ottilie", NamesLooked{Books: booksSearched})
	looked("person", NamesLooked{People: namesSearched, Books: booksSearched})
}
