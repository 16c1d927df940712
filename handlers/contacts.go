package handlers

import (
	"net/http"
	"net/url"
	"strconv"

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
	people, paging, err := v.s.Desk.Contacts(ctx, v.actor, v.bookSearch())
	if err != nil {
		return err
	}
	c := views.Contacts{Book: v.book("/contacts", paging, len(people))}
	for _, p := range people {
		c.People = append(c.People, views.Person{ID: p.ID, Name: p.Name, Number: p.Number.Display(v.set.Country), Email: p.Email})
	}
	groups, _, err := v.s.Desk.Groups(ctx, v.actor, desk.BookSearch{Limit: choicesShown})
	if err != nil {
		return err
	}
	for _, g := range groups {
		c.Groups = append(c.Groups, views.Set{ID: g.ID, Name: g.Name, Count: g.Count})
	}
	page, err := v.page("Contacts", "/contacts")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.ContactsPage(page, c))
}

// bookSearch is the search and the place that the address asks for.
func (v *visit) bookSearch() desk.BookSearch {
	return desk.BookSearch{Search: v.QueryParam("q"), After: v.QueryParam("after"), Before: v.QueryParam("before"), Limit: bookLength}
}

// book is what a list of the address book has around it. shown is how many rows
// it has.
func (v *visit) book(path string, p desk.Paging, shown int) views.Book {
	b := views.Book{Path: path, Query: v.QueryParam("q"), Blank: shown == 0 && v.QueryParam("q") == "" && v.QueryParam("after") == "" && v.QueryParam("before") == ""}
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

func (v *visit) newContactForm() error {
	return v.showContact(http.StatusOK, views.ContactForm{Number: v.QueryParam("number")}, nil)
}

func (v *visit) newContact() error {
	_, err := v.s.Desk.AddContact(v.Request().Context(), v.actor, v.contactTyped())
	if err != nil {
		return v.showContact(http.StatusUnprocessableEntity, v.contactForm(), err)
	}
	return v.back("/contacts", "The contact was added.")
}

func (v *visit) contact() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	c, _, err := v.s.Desk.Contact(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	return v.showContact(http.StatusOK, views.ContactForm{ID: id, Name: c.Name, Number: c.Number.Display(v.set.Country), Email: c.Email}, nil)
}

func (v *visit) changeContact() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := v.s.Desk.ChangeContact(v.Request().Context(), v.actor, id, v.contactTyped()); err != nil {
		form := v.contactForm()
		form.ID = id
		return v.showContact(http.StatusUnprocessableEntity, form, err)
	}
	return v.back("/contacts", "The contact was saved.")
}

func (v *visit) contactTyped() desk.ContactForm {
	return desk.ContactForm{Name: v.FormValue("name"), Number: v.FormValue("number"), Email: v.FormValue("email")}
}

func (v *visit) contactForm() views.ContactForm {
	typed := v.contactTyped()
	return views.ContactForm{Name: typed.Name, Number: typed.Number, Email: typed.Email}
}

// showContact is the form with what was typed. A refusal that is about no field
// is about the contact, which is not there.
func (v *visit) showContact(status int, form views.ContactForm, cause error) error {
	if cause != nil && wholly(cause) {
		return cause
	}
	title := "Add a contact"
	if form.ID != 0 {
		c, groups, err := v.s.Desk.Contact(v.Request().Context(), v.actor, form.ID)
		if err != nil {
			return err
		}
		title = c.Name
		for _, g := range groups {
			form.Groups = append(form.Groups, views.Set{ID: g.ID, Name: g.Name})
		}
		if form.Consent.ContactID == 0 {
			if form.Consent, err = v.consentPanel(c.ID, c.Number, c.Name, desk.ConsentForm{}, nil); err != nil {
				return err
			}
		}
	}
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page(title, "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(form.Errors)+len(form.Consent.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.ContactPage(page, title, form))
}

func (v *visit) deleteContactForm() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	c, groups, err := v.s.Desk.Contact(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	page, err := v.page("Delete a contact", "/contacts")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.DeleteContact(page, views.Person{ID: c.ID, Name: c.Name}, len(groups)))
}

func (v *visit) deleteContact() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := v.s.Desk.DeleteContact(v.Request().Context(), v.actor, id); err != nil {
		return err
	}
	return v.back("/contacts", "The contact was deleted.")
}

// contactsIntoGroup puts the chosen contacts into a group.
func (v *visit) contactsIntoGroup() error {
	chosen, err := v.ids("contact")
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return v.back("/contacts", "Nobody was selected, so nobody was added.")
	}
	group, err := strconv.ParseInt(v.FormValue("group"), 10, 64)
	if err != nil {
		return desk.ErrUnknownGroup
	}
	n, err := v.s.Desk.AddToGroup(v.Request().Context(), v.actor, group, chosen)
	if err != nil {
		return err
	}
	return v.back("/groups/"+strconv.FormatInt(group, 10), "%s added.", views.Plural(n, "person was", "people were"))
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
