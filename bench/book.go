package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/demo"
	"textdesk/desk"
	"textdesk/sms"
)

var (
	bookFirst = strings.Fields("Amelia Benjamin Charlotte Dev Elizabeth Farah George Hana Isaac Jade Kofi Lena Mohammed Nia Oscar Priya Quinn Rosa Samuel Tara Umar Vera William Xanthe Yusuf Zoë")
	bookLast  = strings.Fields("Adeyemi Brown Clarke Davies Evans Fraser Green Hughes Iqbal Jones Khan Lewis Morgan Nowak O’Brien Patel Quigley Roberts Smith Taylor Underwood Vance Walker Xu Young Zimmermann")
)

// bookPerson is the nth of a large address book: common names, rare ones (one in
// a thousand is a Featherstonehaugh), fields.
func bookPerson(n int, user int64, at db.Millis) db.Contact {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	first, last := bookFirst[r.IntN(len(bookFirst))], bookLast[r.IntN(len(bookLast))]
	if r.IntN(1000) == 0 {
		last = "Featherstonehaugh"
	}
	name := first + " " + last
	return db.Contact{UserID: user, Name: name, NameKey: strings.ToLower(name), Number: sms.MSISDN(fmt.Sprintf("+447%09d", n*900+r.IntN(900))),
		Email: strings.ToLower(first[:1]+"."+last) + fmt.Sprint(r.IntN(1000)) + "@example.org", CreatedAt: at, ChangedAt: at,
		Fields: fmt.Sprintf(`{"Class":"%d%c","Bus":"%d"}`, r.IntN(7), 'A'+r.IntN(4), r.IntN(20))}
}

// loadBook fills somebody's address book, as an import does, and says how long
// it took, how long the longest step held the writer, and how long until the
// search was ready.
func loadBook(d *benchDesk, size int) (loaded, longest, indexed time.Duration, err error) {
	ctx := context.Background()
	admin, err := d.administrator(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	var groups [3]int64
	for i, name := range []string{"Everybody in the town", "Every second one", "One in two hundred"} {
		if groups[i], err = d.AddGroup(ctx, admin, name); err != nil {
			return 0, 0, 0, err
		}
	}
	began := time.Now()
	for n := 0; n < size; {
		step := time.Now()
		var some []db.Contact
		var in [][]int64
		for ; n < size && len(some) < 5000; n++ {
			some = append(some, bookPerson(n, admin.User.ID, db.At(step)))
			member := []int64{groups[0]}
			if n%2 == 0 {
				member = append(member, groups[1])
			}
			if n%200 == 0 {
				member = append(member, groups[2])
			}
			in = append(in, member)
		}
		held := time.Now()
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.InsertContacts(ctx, some, in) })
		if err != nil {
			return 0, 0, 0, err
		}
		longest = max(longest, time.Since(held))
	}
	loaded = time.Since(began)
	began = time.Now()
	for more := true; more && err == nil; {
		more, err = d.IndexContacts(ctx)
	}
	return loaded, longest, time.Since(began), err
}

// administrator is the demonstration's.
func (d *benchDesk) administrator(ctx context.Context) (desk.Actor, error) {
	u, err := d.store.UserByName(ctx, demo.Username)
	return desk.Actor{User: u}, err
}

// typed are the first letters of words, as a search sees them come.
func typed(words ...string) (all []string) {
	for _, w := range words {
		for i := range w {
			if i > 0 {
				all = append(all, w[:i])
			}
		}
		all = append(all, w)
	}
	return all
}

// bookTimes measures the pages of an address book of a million people.
func bookTimes(size int) ([]figure, error) {
	d, err := full(1000)
	if err != nil {
		return nil, err
	}
	defer d.close()
	loaded, longest, indexed, err := loadBook(d, size)
	if err != nil {
		return nil, err
	}
	figures := []figure{
		{what: fmt.Sprintf("%d contacts in 1.5 groups each into the book", size), value: fmt.Sprintf("%.1f s", loaded.Seconds()), reference: fmt.Sprintf("%.0f ms longest step", ms(longest))},
		{what: "and into the index of the search, beside other work", value: fmt.Sprintf("%.1f s", indexed.Seconds())},
	}
	client, address, stop, err := d.visited()
	if err != nil {
		return figures, err
	}
	defer stop()
	admin, err := d.administrator(context.Background())
	if err != nil {
		return figures, err
	}
	found, err := d.FindContacts(context.Background(), admin, desk.ContactFilter{Search: "Morgan"}, desk.SortByName, desk.BookSearch{Limit: 1})
	if err != nil {
		return figures, err
	}
	group := func(name string) string {
		g, err := d.GroupNamed(context.Background(), admin, name)
		if err != nil {
			return "/groups/0"
		}
		return fmt.Sprintf("/groups/%d", g.ID)
	}
	var asTyped []string
	for _, q := range typed("Zimmermann", "Morgan 90", "Featherstonehaugh", "Zoë", "morgan", "07700 900", "r.patel", "Priya Smith", "900412", "nobodyatall", "4B", "Xu") {
		asTyped = append(asTyped, "/contacts?q="+url.QueryEscape(q))
	}
	for _, p := range []struct {
		what  string
		paths []string
	}{
		{"contacts, first page", []string{"/contacts"}},
		{"contacts, in the middle", []string{"/contacts?after=" + url.QueryEscape(found.Next)}},
		{"contacts, newest first", []string{"/contacts?sort=newest"}},
		{"contacts, without a group", []string{"/contacts?group=none"}},
		{"contacts of one group in 200", []string{"/contacts?group=" + strings.TrimPrefix(group("One in two hundred"), "/groups/")}},
		{"search as you type, letter by letter", asTyped},
		{"group of everybody", []string{group("Everybody in the town")}},
		{"group of everybody, search", []string{group("Everybody in the town") + "?q=zimmer", group("Everybody in the town") + "?q=feather"}},
		{"group of one in 200, search", []string{group("One in two hundred") + "?q=zimmer"}},
		{"one person", []string{fmt.Sprintf("/contacts/%d", found.People[0].ID)}},
	} {
		var all []time.Duration
		for _, path := range p.paths {
			times, _, err := fetch(client, address+path, max(10, 100/len(p.paths)))
			if err != nil {
				return figures, err
			}
			all = append(all, times...)
			if len(p.paths) > 1 && times[len(times)/2] > 20*time.Millisecond {
				fmt.Fprintf(os.Stderr, "    %s takes %.1f ms\n", path, ms(times[len(times)/2]))
			}
		}
		slices.Sort(all)
		figures = append(figures, figure{what: fmt.Sprintf("%s, %d contacts, p50 / p99", p.what, size),
			value: fmt.Sprintf("%.1f / %.1f ms", ms(all[len(all)/2]), ms(all[len(all)*99/100]))})
	}
	began := time.Now()
	if _, err := d.DeleteAllContacts(context.Background(), admin); err != nil {
		return figures, err
	}
	figures = append(figures, figure{what: fmt.Sprintf("delete %d contacts", size), value: fmt.Sprintf("%.1f s", time.Since(began).Seconds())})
	problems, err := d.CheckBooks(context.Background())
	if len(problems) > 0 {
		return figures, fmt.Errorf("%s", strings.Join(problems, "; "))
	}
	return figures, err
}
