package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// duplicates lists contacts that may be there twice.
func (v *visit) duplicates() error {
	byName := v.QueryParam("by") == "name"
	sets, next, err := v.s.Desk.Duplicates(v.Request().Context(), v.actor, byName, strings.ToValidUTF8(v.QueryParam("after"), ""))
	if err != nil {
		return err
	}
	d := views.Duplicates{ByName: byName, Next: next, Later: v.QueryParam("after") != ""}
	for _, s := range sets {
		set := views.DuplicateSet{What: s.Name}
		if !byName {
			set.What = s.Number.Display(v.set.Country)
		}
		for _, c := range s.People {
			set.People = append(set.People, v.person(c))
		}
		d.Sets = append(d.Sets, set)
	}
	page, err := v.page("Duplicates", "/contacts")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.DuplicatesPage(page, d))
}

func (v *visit) mergeForm() error { return v.showMerge(http.StatusOK, nil) }

// merge makes one contact of two.
func (v *visit) merge() error {
	kept, other, err := v.mergePair()
	if err != nil {
		return err
	}
	var form desk.ContactForm
	for _, l := range mergeLines(kept, other, v.set.Country) {
		value := l.Kept
		if v.FormValue(l.Name) == "other" {
			value = l.Other
		}
		switch l.Name {
		case "name":
			form.Name = value
		case "number":
			form.Number = value
		case "email":
			form.Email = value
		default:
			if value != "" {
				form.Fields = append(form.Fields, desk.Field{Name: l.Label, Value: value})
			}
		}
	}
	if err := v.s.Desk.MergeContacts(v.Request().Context(), v.actor, kept.ID, other.ID, form); err != nil {
		if wholly(err) {
			return err
		}
		return v.showMerge(http.StatusUnprocessableEntity, err)
	}
	return v.back(contactPath(kept.ID), "The two contacts are one now.")
}

// mergePair reads the two contacts that an address or a form names.
func (v *visit) mergePair() (kept, other desk.StoredContact, err error) {
	ctx := v.Request().Context()
	read := func(name string) (desk.StoredContact, error) {
		id, err := strconv.ParseInt(v.FormValue(name), 10, 64)
		if err != nil {
			return desk.StoredContact{}, desk.ErrUnknownPerson
		}
		c, _, err := v.s.Desk.Contact(ctx, v.actor, id)
		return c, err
	}
	if kept, err = read("keep"); err != nil {
		return kept, other, err
	}
	if other, err = read("with"); err != nil {
		return kept, other, err
	}
	if kept.ID == other.ID {
		err = desk.ErrUnknownPerson
	}
	return kept, other, err
}

// mergeLines are what two contacts have, side by side.
func mergeLines(kept, other desk.StoredContact, home string) []views.MergeLine {
	lines := []views.MergeLine{{Name: "name", Label: "Name", Kept: kept.Name, Other: other.Name}, {Name: "number", Label: "Number", Kept: kept.Number.Display(home), Other: other.Number.Display(home)},
		{Name: "email", Label: "E-mail", Kept: kept.Email, Other: other.Email}}
	at := map[string]int{}
	add := func(f desk.Field, second bool) {
		i, there := at[f.Name]
		if !there {
			i = len(lines)
			at[f.Name] = i
			lines = append(lines, views.MergeLine{Name: "field" + strconv.Itoa(i), Label: f.Name})
		}
		if second {
			lines[i].Other = f.Value
		} else {
			lines[i].Kept = f.Value
		}
	}
	for _, f := range desk.ContactFields(kept) {
		add(f, false)
	}
	for _, f := range desk.ContactFields(other) {
		add(f, true)
	}
	for i := range lines {
		lines[i].TakeOther = lines[i].Kept == "" && lines[i].Other != ""
	}
	return lines
}

func (v *visit) showMerge(status int, cause error) error {
	kept, other, err := v.mergePair()
	if err != nil {
		return err
	}
	_, groups, err := v.s.Desk.Contact(v.Request().Context(), v.actor, other.ID)
	if err != nil {
		return err
	}
	m := views.Merge{Kept: v.person(kept), Other: v.person(other), Lines: mergeLines(kept, other, v.set.Country), Groups: len(groups)}
	if status != http.StatusOK {
		for i := range m.Lines {
			m.Lines[i].TakeOther = v.FormValue(m.Lines[i].Name) == "other"
		}
	}
	if m.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Merge two contacts", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(m.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.MergePage(page, m))
}
