package handlers

import (
	"net/http"
	"strconv"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// keywordGroups is how many groups somebody chooses from.
const keywordGroups = 200

func (v *visit) keywords() error {
	found, err := v.s.Desk.Keywords(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	list := views.Keywords{Now: v.now()}
	for _, k := range found {
		list.Rows = append(list.Rows, v.keywordView(k))
	}
	page, err := v.page("Keywords", "/settings")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.KeywordsPage(page, list))
}

func (v *visit) keywordView(k desk.Keyword) views.Keyword {
	row := views.Keyword{ID: k.ID, Words: k.Words, Body: k.Body, Begins: bool(k.Begins), On: bool(k.IsOn), Deed: k.Deed, Group: k.Group, Gone: k.Gone, By: k.By, At: k.ChangedAt.Time()}
	if k.Destination != "" {
		row.To = v.displaySender(k.Destination)
	}
	if k.Provider != "" {
		if row.To != "" {
			row.To += ", "
		}
		row.To += "by " + k.Provider
	}
	return row
}

func (v *visit) newKeywordForm() error {
	return v.showKeyword(http.StatusOK, views.KeywordForm{On: true}, desk.KeywordForm{}, nil)
}

func (v *visit) newKeyword() error { return v.saveKeyword(0) }

// keyword is the form of one of them.
func (v *visit) keyword() error {
	k, err := v.foundKeyword()
	if err != nil {
		return err
	}
	to := ""
	if k.Destination != "" {
		to = v.displaySender(k.Destination)
	}
	form := views.KeywordForm{ID: k.ID, Words: k.Words, Body: k.Body, To: to, Begins: bool(k.Begins), On: bool(k.IsOn), Deed: k.Deed}
	return v.showKeyword(http.StatusOK, form, desk.KeywordForm{Group: k.GroupID, Provider: int64(k.ProviderID)}, nil)
}

func (v *visit) foundKeyword() (desk.Keyword, error) {
	id, err := v.id()
	if err != nil {
		return desk.Keyword{}, err
	}
	return v.s.Desk.Keyword(v.Request().Context(), v.actor, id)
}

func (v *visit) changeKeyword() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return v.saveKeyword(id)
}

func (v *visit) saveKeyword(id int64) error {
	form := views.KeywordForm{ID: id, Words: v.FormValue("words"), Body: v.FormValue("body"), To: v.FormValue("to"), Begins: v.FormValue("begins") == "yes",
		On: v.FormValue("on") != "", Deed: v.FormValue("deed")}
	group := v.FormValue("group")
	if form.Deed == desk.DeedLeave {
		group = v.FormValue("group_leave")
	}
	typed := desk.KeywordForm{Words: form.Words, Begins: form.Begins, To: form.To, Body: form.Body, Deed: form.Deed, On: form.On}
	typed.Group, _ = strconv.ParseInt(group, 10, 64)
	typed.Provider, _ = strconv.ParseInt(v.FormValue("provider"), 10, 64)
	if _, err := v.s.Desk.SaveKeyword(v.Request().Context(), v.actor, id, typed); err != nil {
		if wholly(err) {
			return err
		}
		return v.showKeyword(http.StatusUnprocessableEntity, form, typed, err)
	}
	return v.back("/replies/keywords", "The keyword is saved.")
}

func (v *visit) showKeyword(status int, form views.KeywordForm, chosen desk.KeywordForm, cause error) error {
	ctx := v.Request().Context()
	groups, _, err := v.s.Desk.Groups(ctx, v.actor, desk.BookSearch{Limit: keywordGroups})
	if err != nil {
		return err
	}
	listed := chosen.Group == 0
	for _, g := range groups {
		listed = listed || g.ID == chosen.Group
		form.Groups = append(form.Groups, ui.Option{Value: strconv.FormatInt(g.ID, 10), Label: g.Name, Selected: g.ID == chosen.Group})
	}
	if !listed { // somebody else's
		if g, err := v.s.Desk.Group(ctx, v.actor, chosen.Group); err == nil {
			form.Groups = append(form.Groups, ui.Option{Value: strconv.FormatInt(g.ID, 10), Label: g.Name, Selected: true})
		}
	}
	rows, err := v.s.Desk.ProviderRows(ctx)
	if err != nil {
		return err
	}
	if len(rows) > 1 {
		form.Providers = []ui.Option{{Value: "0", Label: "Any provider", Selected: chosen.Provider == 0}}
		for _, p := range rows {
			form.Providers = append(form.Providers, ui.Option{Value: strconv.FormatInt(p.ID, 10), Label: p.Name, Selected: p.ID == chosen.Provider})
		}
	}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	for i, e := range form.Errors {
		if e.Field == "group" && form.Deed == desk.DeedLeave {
			form.Errors[i].Field = "group_leave"
		}
	}
	title := "New keyword"
	if form.ID != 0 {
		title = "Keyword"
	}
	page, err := v.page(title, "/settings")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.KeywordPage(page, form))
}

func (v *visit) deleteKeywordForm() error {
	k, err := v.foundKeyword()
	if err != nil {
		return err
	}
	page, err := v.page("Delete the keyword "+k.Words+"?", "/settings")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.DeleteKeyword(page, v.keywordView(k)))
}

func (v *visit) deleteKeyword() error {
	k, err := v.foundKeyword()
	if err != nil {
		return err
	}
	if err := v.s.Desk.DeleteKeyword(v.Request().Context(), v.actor, k.ID); err != nil {
		return err
	}
	return v.back("/replies/keywords", "The keyword %s is deleted.", k.Words)
}
