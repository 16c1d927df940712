package handlers

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) lists() error { return v.showLists(http.StatusOK, "", nil) }

func (v *visit) newList() error {
	id, err := v.s.Desk.AddList(v.Request().Context(), v.actor, v.FormValue("name"))
	if err != nil {
		return v.showLists(http.StatusUnprocessableEntity, v.FormValue("name"), err)
	}
	return redirect(v.Context, listPath(id))
}

func listPath(id int64) string { return fmt.Sprintf("/lists/%d", id) }

func (v *visit) showLists(status int, typed string, cause error) error {
	found, paging, err := v.s.Desk.Lists(v.Request().Context(), v.actor, v.bookSearch())
	if err != nil {
		return err
	}
	sets := views.Sets{Book: v.book("/lists", paging, len(found)), Name: typed}
	for _, l := range found {
		sets.Sets = append(sets.Sets, views.Set{ID: l.ID, Name: l.Name, Count: l.Count})
	}
	if sets.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Distribution lists", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(sets.Errors) > 0
	return render(v.Context, status, views.ListsPage(page, sets))
}

// listSet is the list of the address.
func (v *visit) listSet() (views.Set, error) {
	id, err := v.id()
	if err != nil {
		return views.Set{}, err
	}
	l, err := v.s.Desk.List(v.Request().Context(), v.actor, id)
	return views.Set{ID: l.ID, Name: l.Name, Count: l.Count}, err
}

func (v *visit) list() error { return v.showList(http.StatusOK, views.Paste{}, nil) }

// listAgain leads back to the list from the address of one of its forms.
func (v *visit) listAgain() error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	return redirect(v.Context, listPath(set.ID))
}

func (v *visit) showList(status int, paste views.Paste, cause error) error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	entries, paging, err := v.s.Desk.Entries(v.Request().Context(), v.actor, set.ID, v.bookSearch())
	if err != nil {
		return err
	}
	l := views.List{Book: v.book(listPath(set.ID), paging, len(entries)), Set: set, Paste: paste}
	if l.Columns, err = v.s.Desk.ColumnsOf(v.Request().Context(), v.actor, set.ID); err != nil {
		return err
	}
	for _, e := range entries {
		p := views.Person{Named: desk.EntryValues(e, l.Columns), ID: e.ID, Name: e.Name, Number: e.Number.Display(v.set.Country), Email: e.Email}
		for i, field := range e.MM() {
			p.Fields[i] = *field
		}
		l.People = append(l.People, p)
	}
	if l.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page(set.Name, "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(l.Errors) > 0
	return render(v.Context, status, views.ListPage(page, l))
}

// pasteIntoList adds lines. Where some were left out, the page shows them at
// once, to be put right.
func (v *visit) pasteIntoList() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	done, err := v.s.Desk.PasteIntoList(v.Request().Context(), v.actor, id, v.FormValue("people"))
	switch {
	case err != nil && wholly(err):
		return err
	case err != nil:
		return v.showList(http.StatusUnprocessableEntity, views.Paste{Typed: v.FormValue("people")}, err)
	case len(done.Bad) > 0:
		return v.showList(http.StatusOK, pasteView(done, "added", "there already and replaced"), nil)
	}
	return v.back(listPath(id), "%s", pasteSentence(done, "added", "there already and replaced"))
}

func (v *visit) renameListForm() error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	return v.showRename(http.StatusOK, views.Rename{Set: set, Noun: "list", Typed: set.Name}, nil)
}

func (v *visit) renameList() error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	if err := v.s.Desk.RenameList(v.Request().Context(), v.actor, set.ID, v.FormValue("name")); err != nil {
		return v.showRename(http.StatusUnprocessableEntity, views.Rename{Set: set, Noun: "list", Typed: v.FormValue("name")}, err)
	}
	return v.back(listPath(set.ID), "The list was renamed.")
}

func (v *visit) deleteListForm() error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	uses, err := v.s.Desk.UsesOf(v.Request().Context(), v.actor, 0, set.ID)
	if err != nil {
		return err
	}
	if set.Numbers, err = v.s.Desk.NumbersWith(v.Request().Context(), v.actor, set.ID); err != nil {
		return err
	}
	return v.showDelete(set, "list", uses)
}

func (v *visit) deleteList() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	work, err := v.s.Desk.DropList(v.Request().Context(), v.actor, id)
	switch {
	case err != nil:
		return err
	case work != 0:
		return redirect(v.Context, workPath(work))
	}
	return v.back("/lists", "The list was deleted.")
}

// entryID is the line in the address, or an error that shows as not found.
func (v *visit) entryID() (int64, error) {
	id, err := strconv.ParseInt(v.Param("entry"), 10, 64)
	if err != nil || id <= 0 {
		return 0, echo.ErrNotFound
	}
	return id, nil
}

func (v *visit) entry() error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	id, err := v.entryID()
	if err != nil {
		return err
	}
	e, err := v.s.Desk.Entry(v.Request().Context(), v.actor, set.ID, id)
	if err != nil {
		return err
	}
	form := views.EntryForm{List: set, Person: views.Person{ID: id, Name: e.Name, Number: e.Number.Display(v.set.Country), Email: e.Email}}
	if form.Columns, err = v.s.Desk.ColumnsOf(v.Request().Context(), v.actor, set.ID); err != nil {
		return err
	}
	form.Named = desk.EntryValues(e, form.Columns)
	for i, field := range e.MM() {
		form.Fields[i] = *field
	}
	return v.showEntry(http.StatusOK, form, nil)
}

func (v *visit) changeEntry() error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	id, err := v.entryID()
	if err != nil {
		return err
	}
	form := views.EntryForm{List: set, Person: views.Person{ID: id, Name: v.FormValue("name"), Number: v.FormValue("number"), Email: v.FormValue("email")}}
	for i := range form.Fields {
		form.Fields[i] = v.FormValue(fmt.Sprintf("mm%d", i+1))
	}
	typed := desk.EntryForm{Number: form.Number, Name: form.Name, Email: form.Email, Fields: form.Fields}
	if form.Columns, err = v.s.Desk.ColumnsOf(v.Request().Context(), v.actor, set.ID); err != nil {
		return err
	}
	for i, column := range form.Columns {
		value := v.FormValue(fmt.Sprintf("column%d", i+1))
		form.Named = append(form.Named, value)
		typed.Named = append(typed.Named, desk.Field{Name: column, Value: value})
	}
	if err := v.s.Desk.ChangeEntry(v.Request().Context(), v.actor, set.ID, id, typed); err != nil {
		return v.showEntry(http.StatusUnprocessableEntity, form, err)
	}
	return v.back(listPath(set.ID), "The line was saved.")
}

func (v *visit) showEntry(status int, form views.EntryForm, cause error) error {
	if cause != nil && wholly(cause) {
		return cause
	}
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("A line of "+form.List.Name, "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(form.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.EntryPage(page, form))
}

func (v *visit) removeEntry() error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	id, err := v.entryID()
	if err != nil {
		return err
	}
	if err := v.s.Desk.RemoveEntry(v.Request().Context(), v.actor, set.ID, id); err != nil {
		return err
	}
	return v.back(listPath(set.ID), "The line was removed.")
}
