package handlers

import (
	"fmt"
	"net/http"
	"strings"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) groups() error { return v.showGroups(http.StatusOK, "", nil) }

func (v *visit) newGroup() error {
	id, err := v.s.Desk.AddGroup(v.Request().Context(), v.actor, v.FormValue("name"))
	if err != nil {
		return v.showGroups(http.StatusUnprocessableEntity, v.FormValue("name"), err)
	}
	return redirect(v.Context, groupPath(id))
}

// addableShown is how many contacts a search on a group's page offers to add.
const addableShown = 20

func groupPath(id int64) string { return fmt.Sprintf("/groups/%d", id) }

func (v *visit) showGroups(status int, typed string, cause error) error {
	found, paging, err := v.s.Desk.Groups(v.Request().Context(), v.actor, v.bookSearch())
	if err != nil {
		return err
	}
	sets := views.Sets{Book: v.book("/groups", paging, len(found)), Name: typed}
	for _, g := range found {
		sets.Sets = append(sets.Sets, views.Set{ID: g.ID, Name: g.Name, Count: g.Count})
	}
	if sets.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Groups", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(sets.Errors) > 0
	return render(v.Context, status, views.GroupsPage(page, sets))
}

// groupSet is the group of the address.
func (v *visit) groupSet() (views.Set, error) {
	id, err := v.id()
	if err != nil {
		return views.Set{}, err
	}
	g, err := v.s.Desk.Group(v.Request().Context(), v.actor, id)
	return views.Set{ID: g.ID, Name: g.Name, Count: g.Count}, err
}

func (v *visit) group() error { return v.showGroup(http.StatusOK, views.Paste{}, nil) }

// groupAgain leads back to the group from the address of one of its forms.
func (v *visit) groupAgain() error {
	set, err := v.groupSet()
	if err != nil {
		return err
	}
	return redirect(v.Context, groupPath(set.ID))
}

func (v *visit) showGroup(status int, paste views.Paste, cause error) error {
	set, err := v.groupSet()
	if err != nil {
		return err
	}
	people, paging, err := v.s.Desk.Members(v.Request().Context(), v.actor, set.ID, v.bookSearch())
	if err != nil {
		return err
	}
	g := views.Group{Book: v.book(groupPath(set.ID), paging, len(people)), Set: set, Paste: paste}
	for _, p := range people {
		g.People = append(g.People, views.Person{ID: p.ID, Name: p.Name, Number: p.Number.Display(v.set.Country), Email: p.Email})
	}
	if v.fragment() {
		return render(v.Context, http.StatusOK, g.Found())
	}
	if g.Adding = strings.TrimSpace(v.QueryParam("add")); g.Adding != "" {
		found, err := v.s.Desk.FindContacts(v.Request().Context(), v.actor, desk.ContactFilter{Search: g.Adding}, desk.SortByName, desk.BookSearch{Limit: addableShown})
		if err != nil {
			return err
		}
		for _, p := range found.People {
			g.Addable = append(g.Addable, v.person(p))
		}
	}
	if g.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page(set.Name, "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(g.Errors) > 0
	return render(v.Context, status, views.GroupPage(page, g))
}

// pasteIntoGroup adds people. Where some lines were left out, the page shows
// them at once, to be put right.
func (v *visit) pasteIntoGroup() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	done, err := v.s.Desk.PasteIntoGroup(v.Request().Context(), v.actor, id, v.FormValue("people"))
	switch {
	case err != nil && wholly(err):
		return err
	case err != nil:
		return v.showGroup(http.StatusUnprocessableEntity, views.Paste{Typed: v.FormValue("people")}, err)
	case len(done.Bad) > 0:
		return v.showGroup(http.StatusOK, pasteView(done, "added", "in the group already"), nil)
	}
	return v.back(groupPath(id), "%s", pasteSentence(done, "added", "in the group already"))
}

func (v *visit) removeFromGroup() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	chosen, err := v.ids("contact")
	if err != nil {
		return err
	}
	n, err := v.s.Desk.RemoveFromGroup(v.Request().Context(), v.actor, id, chosen)
	if err != nil {
		return err
	}
	if n == 0 {
		return v.back(groupPath(id), "Nobody was selected, so nobody was taken out.")
	}
	return v.back(groupPath(id), "%s taken out.", views.Plural(n, "person was", "people were"))
}

func (v *visit) renameGroupForm() error {
	set, err := v.groupSet()
	if err != nil {
		return err
	}
	return v.showRename(http.StatusOK, views.Rename{Set: set, Noun: "group", Typed: set.Name}, nil)
}

func (v *visit) renameGroup() error {
	set, err := v.groupSet()
	if err != nil {
		return err
	}
	if err := v.s.Desk.RenameGroup(v.Request().Context(), v.actor, set.ID, v.FormValue("name")); err != nil {
		return v.showRename(http.StatusUnprocessableEntity, views.Rename{Set: set, Noun: "group", Typed: v.FormValue("name")}, err)
	}
	return v.back(groupPath(set.ID), "The group was renamed.")
}

func (v *visit) showRename(status int, r views.Rename, cause error) error {
	var err error
	if r.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Rename the "+r.Noun, "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(r.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.RenamePage(page, r))
}

func (v *visit) emptyGroupForm() error {
	set, err := v.groupSet()
	if err != nil {
		return err
	}
	if set.Count == 0 {
		return v.back(groupPath(set.ID), "Nobody is in this group.")
	}
	page, err := v.page("Empty a group", "/contacts")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.EmptyGroupPage(page, set))
}

func (v *visit) emptyGroup() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	n, work, err := v.s.Desk.ClearGroup(v.Request().Context(), v.actor, id)
	switch {
	case err != nil:
		return err
	case work != 0:
		return redirect(v.Context, workPath(work))
	}
	return v.back(groupPath(id), "%s taken out.", views.Plural(n, "person was", "people were"))
}

func (v *visit) deleteGroupForm() error {
	set, err := v.groupSet()
	if err != nil {
		return err
	}
	uses, err := v.s.Desk.UsesOf(v.Request().Context(), v.actor, set.ID, 0)
	if err != nil {
		return err
	}
	return v.showDelete(set, "group", uses)
}

func (v *visit) showDelete(set views.Set, noun string, uses []string) error {
	page, err := v.page("Delete a "+noun, "/contacts")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.DeleteSetPage(page, set, noun, uses))
}

func (v *visit) deleteGroup() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	work, err := v.s.Desk.DropGroup(v.Request().Context(), v.actor, id)
	switch {
	case err != nil:
		return err
	case work != 0:
		return redirect(v.Context, workPath(work))
	}
	return v.back("/groups", "The group was deleted.")
}

// choicesShown is how many groups or lists a form offers.
const choicesShown = 200

// choices are the actor's groups and lists, of which those with the ids are
// chosen.
func (v *visit) choices(groups, lists []int64) (g, l []views.Set, err error) {
	ctx := v.Request().Context()
	foundGroups, _, err := v.s.Desk.Groups(ctx, v.actor, desk.BookSearch{Limit: choicesShown})
	if err != nil {
		return nil, nil, err
	}
	foundLists, _, err := v.s.Desk.Lists(ctx, v.actor, desk.BookSearch{Limit: choicesShown})
	if err != nil {
		return nil, nil, err
	}
	for _, n := range foundGroups {
		g = append(g, views.Set{ID: n.ID, Name: n.Name, Count: n.Count})
	}
	for _, n := range foundLists {
		l = append(l, views.Set{ID: n.ID, Name: n.Name, Count: n.Count})
	}
	// Those that are chosen stand there in any case: past the limit, or somebody
	// else's.
	if g, err = chosenSets(g, groups, func(id int64) (views.Set, error) {
		n, err := v.s.Desk.Group(ctx, v.actor, id)
		return views.Set{ID: n.ID, Name: n.Name, Count: n.Count}, err
	}); err != nil {
		return nil, nil, err
	}
	l, err = chosenSets(l, lists, func(id int64) (views.Set, error) {
		n, err := v.s.Desk.List(ctx, v.actor, id)
		return views.Set{ID: n.ID, Name: n.Name, Count: n.Count}, err
	})
	return g, l, err
}

// chosenSets marks those with the ids; one that does not stand there is looked
// for, and left out when there is no such thing.
func chosenSets(sets []views.Set, ids []int64, find func(int64) (views.Set, error)) ([]views.Set, error) {
	place := map[int64]int{}
	for i, s := range sets {
		place[s.ID] = i
	}
	for _, id := range ids {
		i, ok := place[id]
		if !ok {
			s, err := find(id)
			if len(desk.Refusals(err)) > 0 {
				continue
			}
			if err != nil {
				return nil, err
			}
			i = len(sets)
			place[id], sets = i, append(sets, s)
		}
		sets[i].Chosen = true
	}
	return sets, nil
}
