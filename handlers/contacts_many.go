package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// textedAtOnce is how many chosen people a text is begun to by their numbers;
// more go into a group first.
const textedAtOnce = 50

// chosen does something to the contacts that were chosen, or asks first.
func (v *visit) chosen() error {
	ids, err := v.ids("contact")
	if err != nil {
		return err
	}
	ids = append(ids, parseIDs(strings.Split(v.FormValue("ids"), ","))...)
	filter, _ := v.contactFilter(v.FormValue)
	m := desk.Many{Do: v.FormValue("do"), IDs: ids, All: v.FormValue("all") != "", Filter: filter, Group: filter.Group}
	if m.Do == desk.DoJoin {
		if m.Group, err = strconv.ParseInt(v.FormValue("into"), 10, 64); err != nil {
			m.Group = 0 // a new one
		}
	}
	if len(ids) == 0 && !m.All {
		return v.back(v.chosenFrom(), "Nobody was selected, so nothing was done.")
	}
	switch {
	case m.Do == "send" && !m.All && len(ids) <= textedAtOnce:
		return v.sendToChosen(ids)
	case m.Do == "send" && m.All && filter == (desk.ContactFilter{Group: filter.Group}) && filter.Group != 0:
		return redirect(v.Context, "/send?group="+strconv.FormatInt(filter.Group, 10))
	case v.FormValue("sure") == "" && (m.All || m.Do == desk.DoDelete || m.Do == "send" || m.Do == desk.DoJoin && m.Group == 0):
		return v.askChosen(http.StatusOK, m, nil)
	case m.Do == "send" || m.Do == desk.DoJoin && m.Group == 0:
		return v.chosenIntoNew(m)
	}
	changed, work, err := v.s.Desk.DoMany(v.Request().Context(), v.actor, m)
	switch {
	case err != nil:
		return err
	case work != 0:
		return redirect(v.Context, workPath(work))
	}
	what := "deleted."
	switch m.Do {
	case desk.DoJoin:
		what = "added."
	case desk.DoLeave:
		what = "taken out."
	}
	return v.back(v.chosenFrom(), "%s "+what, views.Plural(changed, "person was", "people were"))
}

// chosenFrom is the page that the form stood on.
func (v *visit) chosenFrom() string {
	if id, err := strconv.ParseInt(v.FormValue("back"), 10, 64); err == nil && id > 0 {
		return contactPath(id)
	}
	if id, err := strconv.ParseInt(v.FormValue("back_group"), 10, 64); err == nil && id > 0 {
		return groupPath(id)
	}
	q := url.Values{}
	for _, name := range []string{"q", "group", "state", "since", "sort"} {
		if value := v.FormValue(name); value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return "/contacts"
	}
	return "/contacts?" + q.Encode()
}

// sendToChosen begins a text to some people by their numbers.
func (v *visit) sendToChosen(ids []int64) error {
	var numbers []string
	for _, id := range ids {
		c, _, err := v.s.Desk.Contact(v.Request().Context(), v.actor, id)
		if err != nil {
			return err
		}
		numbers = append(numbers, c.Number.Display(v.set.Country))
	}
	return redirect(v.Context, "/send?to="+url.QueryEscape(strings.Join(numbers, ", ")))
}

// askChosen says what would happen, with counts, and asks.
func (v *visit) askChosen(status int, m desk.Many, cause error) error {
	ctx := v.Request().Context()
	if cause != nil && wholly(cause) {
		return cause
	}
	c := views.Chosen{Do: m.Do, All: m.All, People: int64(len(m.IDs)), Name: v.FormValue("name"), Cancel: v.chosenFrom(), Fields: map[string]string{"do": m.Do, "sure": "1"}}
	for _, name := range []string{"q", "group", "state", "since", "sort", "all", "into", "back", "back_group"} {
		if value := v.FormValue(name); value != "" {
			c.Fields[name] = value
		}
	}
	var err error
	if m.All {
		if c.People, err = v.s.Desk.CountContacts(ctx, v.actor, m.Filter); err != nil {
			return err
		}
	} else {
		texts := make([]string, len(m.IDs))
		for i, id := range m.IDs {
			texts[i] = strconv.FormatInt(id, 10)
		}
		c.Fields["ids"] = strings.Join(texts, ",")
	}
	if m.Group != 0 && m.Do != "send" {
		g, err := v.s.Desk.Group(ctx, v.actor, m.Group)
		if err != nil {
			return err
		}
		c.Group = views.Set{ID: g.ID, Name: g.Name, Count: g.Count}
	}
	if c.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Are you sure?", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(c.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.ChosenPage(page, c))
}

// chosenIntoNew makes a group of the chosen, perhaps to text it.
func (v *visit) chosenIntoNew(m desk.Many) error {
	ctx := v.Request().Context()
	send := m.Do == "send"
	group, err := v.s.Desk.AddGroup(ctx, v.actor, v.FormValue("name"))
	if err != nil {
		m.Group = 0
		return v.askChosen(http.StatusUnprocessableEntity, m, err)
	}
	m.Do, m.Group = desk.DoJoin, group
	changed, work, err := v.s.Desk.DoMany(ctx, v.actor, m)
	switch {
	case err != nil:
		return err
	case work != 0:
		return redirect(v.Context, workPath(work))
	case send:
		return redirect(v.Context, "/send?group="+strconv.FormatInt(group, 10))
	}
	return v.back(groupPath(group), "%s added.", views.Plural(changed, "person was", "people were"))
}

func workPath(id int64) string { return "/contacts/work/" + strconv.FormatInt(id, 10) }

func workView(j desk.BookWork) views.Work {
	return views.Work{ID: j.ID, Kind: j.Kind, State: j.State, Target: views.Set{ID: j.Target, Name: j.TargetName}, Done: j.Done, Total: j.Total, Reason: j.Reason}
}

// bookWork shows how far work on many contacts is.
func (v *visit) bookWork() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	j, err := v.s.Desk.BookWork(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	w := workView(j)
	if v.fragment() {
		return render(v.Context, http.StatusOK, views.WorkPart(w))
	}
	page, err := v.page(w.Sentence(), "/contacts")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.WorkPage(page, w))
}

func (v *visit) stopBookWork() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := v.s.Desk.StopBookWork(v.Request().Context(), v.actor, id); err != nil {
		return err
	}
	return redirect(v.Context, workPath(id))
}

// deleteAllForm asks before all contacts are deleted.
func (v *visit) deleteAllForm() error { return v.showDeleteAll(http.StatusOK, nil) }

func (v *visit) deleteAll() error {
	deleted, work, err := v.s.Desk.DropAllContacts(v.Request().Context(), v.actor, v.FormValue("sure"))
	switch {
	case err != nil:
		return v.showDeleteAll(http.StatusUnprocessableEntity, err)
	case work != 0:
		return redirect(v.Context, workPath(work))
	}
	return v.back("/contacts", "%s deleted.", views.Plural(deleted, "contact was", "contacts were"))
}

func (v *visit) showDeleteAll(status int, cause error) error {
	n, err := v.s.Desk.CountContacts(v.Request().Context(), v.actor, desk.ContactFilter{})
	if err != nil {
		return err
	}
	if n == 0 {
		return v.back("/contacts", "You have no contacts.")
	}
	d := views.DeleteAll{People: n, Typed: v.FormValue("sure")}
	if d.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Delete all contacts", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(d.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.DeleteAllPage(page, d))
}

// contactsAgain leads from the address of a form that came back to the list.
func (v *visit) contactsAgain() error { return redirect(v.Context, "/contacts") }
