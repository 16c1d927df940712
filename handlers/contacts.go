package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

const (
	// bookLength is how many people a page of the address book shows.
	bookLength = 50
	// leftOutShown is how many of the lines that were left out are listed.
	leftOutShown = 30
)

func (v *visit) contacts() error {
	ctx := v.Request().Context()
	c, err := v.contactList()
	if err != nil {
		return err
	}
	if v.fragment() {
		return render(v.Context, http.StatusOK, c.Found())
	}
	working, err := v.s.Desk.RunningBookWork(ctx, v.actor)
	if err != nil {
		return err
	}
	for _, j := range working {
		c.Working = append(c.Working, workView(j))
	}
	page, err := v.page("Contacts", "/contacts")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.ContactsPage(page, c))
}

// contactList is the page of contacts that the address asks for.
func (v *visit) contactList() (views.Contacts, error) {
	ctx := v.Request().Context()
	filter, sort := v.contactFilter(v.QueryParam)
	list, err := v.s.Desk.FindContacts(ctx, v.actor, filter, sort, v.bookSearch())
	if err != nil {
		return views.Contacts{}, err
	}
	c := views.Contacts{Book: v.book("/contacts", list.Paging, len(list.People)), Now: v.now(), Group: v.QueryParam("group"), State: v.QueryParam("state"), Since: v.QueryParam("since"),
		Sort: string(sort), Total: list.Total, AtLeast: list.AtLeast}
	c.Blank = !filter.Any() && list.Total == 0
	c.Previous, c.Next = v.contactPlace(c, "before", list.Previous), v.contactPlace(c, "after", list.Next)
	q := c.Address()
	q.Del("sort")
	c.Exports = exportsOf("/contacts", q)
	suppressed, err := v.s.Desk.SuppressedAmong(ctx, list.People)
	if err != nil {
		return c, err
	}
	for _, p := range list.People {
		c.People = append(c.People, views.ContactRow{Person: v.person(p), Groups: p.NGroups, Changed: p.ChangedAt.Time(), Suppressed: suppressed[p.Number]})
	}
	groups, _, err := v.s.Desk.Groups(ctx, v.actor, desk.BookSearch{Limit: choicesShown})
	if err != nil {
		return c, err
	}
	for _, g := range groups {
		c.Groups = append(c.Groups, views.Set{ID: g.ID, Name: g.Name, Count: g.Count})
	}
	if filter.Group != 0 {
		g, err := v.s.Desk.Group(ctx, v.actor, filter.Group)
		if err != nil {
			return c, err
		}
		c.GroupSet = views.Set{ID: g.ID, Name: g.Name, Count: g.Count}
		if !slices.ContainsFunc(c.Groups, func(s views.Set) bool { return s.ID == g.ID }) {
			c.Groups = append(c.Groups, c.GroupSet)
		}
	}
	return c, nil
}

func (v *visit) person(c desk.StoredContact) views.Person {
	return views.Person{ID: c.ID, Name: c.Name, Number: c.Number.Display(v.set.Country), Email: c.Email}
}

// contactFilter reads which contacts are meant, and how they are sorted, from an
// address or from a form.
func (v *visit) contactFilter(value func(string) string) (desk.ContactFilter, desk.ContactSort) {
	f := desk.ContactFilter{Search: strings.TrimSpace(value("q"))}
	if group := value("group"); group == "none" {
		f.NoGroup = true
	} else if id, err := strconv.ParseInt(group, 10, 64); err == nil && id > 0 {
		f.Group = id
	}
	switch value("state") {
	case "suppressed":
		f.Suppressed = true
	case "allowed":
		f.Allowed = true
	case "consented":
		f.Consented = true
	case "unasked":
		f.Unasked = true
	}
	if since, err := time.ParseInLocation(time.DateOnly, value("since"), v.now().Location()); err == nil {
		f.Since = since
	}
	switch sort := desk.ContactSort(value("sort")); sort {
	case desk.SortByNumber, desk.SortByNewest:
		return f, sort
	}
	return f, desk.SortByName
}

// contactPlace is the address of another page of the same list.
func (v *visit) contactPlace(c views.Contacts, name, place string) string {
	if place == "" {
		return ""
	}
	q := c.Address()
	q.Set(name, place)
	return "/contacts?" + q.Encode()
}

// bookSearch is the search and the place that the address asks for.
func (v *visit) bookSearch() desk.BookSearch {
	return desk.BookSearch{Search: v.QueryParam("q"), After: v.QueryParam("after"), Before: v.QueryParam("before"), Limit: bookLength}
}

// book is what a list of the address book has around it. shown is how many rows
// it has.
func (v *visit) book(path string, p desk.Paging, shown int) views.Book {
	b := views.Book{Path: path, First: p.First, Query: v.QueryParam("q"), Blank: shown == 0 && v.QueryParam("q") == "" && v.QueryParam("after") == "" && v.QueryParam("before") == ""}
	at := func(name, place string) string {
		if place == "" {
			return ""
		}
		q := url.Values{name: {place}}
		if b.Query != "" {
			q.Set("q", b.Query)
		}
		return path + "?" + q.Encode()
	}
	b.Previous, b.Next = at("before", p.Previous), at("after", p.Next)
	b.Exports = v.exports(path)
	b.Tabs = []ui.Tab{{Path: "/contacts", Label: "Contacts"}, {Path: "/groups", Label: "Groups"}, {Path: "/lists", Label: "Lists"}}
	if v.actor.Admin() {
		b.Tabs = append(b.Tabs, ui.Tab{Path: "/suppressions", Label: "Not to be texted"})
	}
	for i := range b.Tabs {
		b.Tabs[i].Current = b.Tabs[i].Path == path
	}
	return b
}

// ids are the values of a form's field that are ids.
func (v *visit) ids(name string) ([]int64, error) {
	if err := v.Request().ParseForm(); err != nil {
		return nil, echo.NewHTTPError(http.StatusRequestEntityTooLarge, "This is more than one form can take. Go back and make it smaller")
	}
	return parseIDs(v.Request().Form[name]), nil
}

func parseIDs(values []string) (ids []int64) {
	for _, value := range values {
		if id, err := strconv.ParseInt(value, 10, 64); err == nil && id > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// pasteView is what became of what was pasted. The field keeps the lines that
// were left out, to be put right.
func pasteView(p desk.Pasted, added, known string) views.Paste {
	out := views.Paste{Done: pasteSentence(p, added, known)}
	if p.Head != "" && len(p.Bad) > 0 {
		out.Typed = p.Head + "\n"
	}
	for i, bad := range p.Bad {
		if i < leftOutShown {
			out.LeftOut = append(out.LeftOut, views.LeftOut{Line: bad.Line, Typed: bad.Typed, Why: bad.Why})
		} else {
			out.More++
		}
		out.Typed += bad.Typed + "\n"
	}
	return out
}

// pasteSentence says what became of what was pasted.
func pasteSentence(p desk.Pasted, added, known string) string {
	s := views.Plural(p.Added, "person was", "people were") + " " + added + "."
	if p.Known > 0 {
		s += " " + views.Plural(p.Known, "was", "were") + " " + known + "."
	}
	return s
}
