package desk

import (
	"context"
	"fmt"
	"slices"

	"textdesk/db"
	"textdesk/sms"
)

// booksSearched is in how many address books names are looked for, and
// namesSearched how many people with the name each may give.
const (
	booksSearched = 30
	namesSearched = 100
)

// NamesLooked is how far a search by name looked where it did not look at
// everybody: at that many people of each address book, in that many address books.
// 0 is all of them.
type NamesLooked struct{ People, Books int }

// numbersCalled are the numbers of people who are called so in the contacts.
// Digits are no name: numbers are looked for where they stand.
func (d *Desk) numbersCalled(ctx context.Context, a Actor, who db.Viewer, words string) (numbers []sms.MSISDN, looked NamesLooked, err error) {
	books, err := d.booksOf(ctx, a, who)
	if err != nil {
		return nil, looked, err
	}
	if len(books) > booksSearched {
		books, looked.Books = books[:booksSearched], booksSearched
	}
	search := db.NewContactSearch(words, "")
	search.Digits = ""
	for _, book := range books {
		found, err := d.store.FindContacts(ctx, db.ContactPage{ContactFilter: db.ContactFilter{UserID: book, Search: search}, Limit: namesSearched + 1})
		if err != nil {
			return nil, looked, err
		}
		if len(found.Contacts) > namesSearched {
			found.Contacts, looked.People = found.Contacts[:namesSearched], namesSearched
		}
		for _, c := range found.Contacts {
			numbers = append(numbers, c.Number)
		}
	}
	return numbers, looked, nil
}

// booksOf are the address books in which people whom the actor sees may have
// names: their own first, then those of others that have anybody in them.
func (d *Desk) booksOf(ctx context.Context, a Actor, who db.Viewer) ([]int64, error) {
	books := []int64{a.User.ID}
	if slices.Equal(who.Users, books) {
		return books, nil
	}
	used, err := d.store.BooksInUse(ctx)
	if err != nil {
		return nil, fmt.Errorf("read address books: %w", err)
	}
	for _, id := range used {
		if id != a.User.ID && (who.Users == nil || contains(who.Users, id)) {
			books = append(books, id)
		}
	}
	return books, nil
}
