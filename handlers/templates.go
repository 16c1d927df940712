package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/sms/gsm"
	"textdesk/sms/merge"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) templates() error {
	query := strings.TrimSpace(v.QueryParam("q"))
	found, err := v.s.Desk.Templates(v.Request().Context(), v.actor, query)
	if err != nil {
		return err
	}
	list := views.Templates{Query: query, Blank: len(found) == 0 && query == ""}
	for _, t := range found {
		if n := len(list.Folders); n == 0 || !strings.EqualFold(list.Folders[n-1].Name, t.Folder) {
			list.Folders = append(list.Folders, views.TemplateFolder{Name: t.Folder})
		}
		folder := &list.Folders[len(list.Folders)-1]
		folder.Templates = append(folder.Templates, templateView(t))
	}
	page, err := v.page("Templates", "/templates")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.TemplatesPage(page, list))
}

func templateView(t desk.Template) views.Template {
	row := views.Template{ID: t.ID, Folder: t.Folder, Name: t.Name, Body: t.Body, Sender: t.Sender, Parts: t.Size.Parts, Fields: t.Fields, Shared: bool(t.Shared)}
	if !t.Own {
		row.Owner = t.Owner
	}
	return row
}

// newTemplateForm is the empty form, or a copy of a template that the visitor
// may use: /templates/new?copy=7.
func (v *visit) newTemplateForm() error {
	form := views.TemplateForm{Folder: v.QueryParam("folder")}
	if id := v.cursor("copy"); id != 0 {
		t, err := v.s.Desk.Template(v.Request().Context(), v.actor, id)
		if err != nil {
			return err
		}
		form = views.TemplateForm{Folder: t.Folder, Name: "Copy of " + t.Name, Body: t.Body, Sender: t.Sender}
	}
	return v.showTemplateForm(http.StatusOK, form, nil)
}

func (v *visit) newTemplate() error {
	form := v.typedTemplate()
	if _, err := v.s.Desk.AddTemplate(v.Request().Context(), v.actor, v.template(form)); err != nil {
		return v.showTemplateForm(http.StatusUnprocessableEntity, form, err)
	}
	return v.back("/templates", "The template is saved.")
}

// templatePage is the form of one's own template, or what one of another's
// says.
func (v *visit) templatePage() error {
	t, err := v.foundTemplate()
	if err != nil {
		return err
	}
	if t.Own {
		return v.showTemplateForm(http.StatusOK, views.TemplateForm{ID: t.ID, Folder: t.Folder, Name: t.Name, Body: t.Body, Sender: t.Sender, Shared: bool(t.Shared)}, nil)
	}
	page, err := v.page(t.Name, "/templates")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.TemplatePage(page, templateView(t)))
}

func (v *visit) changeTemplate() error {
	t, err := v.foundTemplate()
	if err != nil {
		return err
	}
	form := v.typedTemplate()
	form.ID = t.ID
	err = v.s.Desk.ChangeTemplate(v.Request().Context(), v.actor, t.ID, v.template(form))
	if err != nil && t.Own {
		return v.showTemplateForm(http.StatusUnprocessableEntity, form, err)
	}
	if err != nil {
		return err
	}
	return v.back("/templates", "The template is saved.")
}

func (v *visit) deleteTemplateForm() error {
	t, err := v.foundTemplate()
	if err != nil {
		return err
	}
	if !t.Own {
		return desk.ErrForbidden
	}
	page, err := v.page("Delete the template "+t.Name+"?", "/templates")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.DeleteTemplate(page, templateView(t)))
}

func (v *visit) deleteTemplate() error {
	t, err := v.foundTemplate()
	if err != nil {
		return err
	}
	if err := v.s.Desk.DeleteTemplate(v.Request().Context(), v.actor, t.ID); err != nil {
		return err
	}
	return v.back("/templates", "The template %s is deleted.", t.Name)
}

// templateCheck answers with what changes while somebody writes a template.
func (v *visit) templateCheck() error {
	return render(v.Context, http.StatusOK, views.TemplateCheck(outlined(v.typedTemplate())))
}

func (v *visit) foundTemplate() (desk.Template, error) {
	id, err := v.id()
	if err != nil {
		return desk.Template{}, err
	}
	return v.s.Desk.Template(v.Request().Context(), v.actor, id)
}

func (v *visit) typedTemplate() views.TemplateForm {
	return views.TemplateForm{Folder: v.FormValue("folder"), Name: v.FormValue("name"), Body: v.FormValue("body"), Sender: v.FormValue("sender"),
		Shared: v.FormValue("shared") != ""}
}

func (v *visit) template(f views.TemplateForm) desk.TemplateForm {
	return desk.TemplateForm{Folder: f.Folder, Name: f.Name, Body: f.Body, Sender: f.Sender, Shared: f.Shared}
}

// outlined adds what the text comes to and which fields it has.
func outlined(form views.TemplateForm) views.TemplateForm {
	body := gsm.Clean(form.Body)
	form.Counter = views.Counter{Body: body, Size: gsm.Count(body)}
	t, err := merge.Parse(body)
	if err != nil {
		form.Mistake = err.Error()
	}
	form.Fields = t.Fields()
	return form
}

func (v *visit) showTemplateForm(status int, form views.TemplateForm, cause error) error {
	form = outlined(form)
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	if ui.ErrorFor(form.Errors, "body") != "" {
		form.Mistake = "" // it stands beside the field
	}
	form.CanShare = v.actor.Admin()
	all, err := v.s.Desk.Templates(v.Request().Context(), v.actor, "")
	if err != nil {
		return err
	}
	for _, t := range all {
		if n := len(form.Folders); t.Folder != "" && (n == 0 || form.Folders[n-1] != t.Folder) {
			form.Folders = append(form.Folders, t.Folder)
		}
	}
	title := "New template"
	if form.ID != 0 {
		title = "Change the template"
	}
	page, err := v.page(title, "/templates")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.TemplateFormPage(page, form))
}

// fillIn puts a template into the composer; an empty id leaves it as it is.
func (v *visit) fillIn(form *views.Compose, id string) error {
	if id == "" {
		return nil
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return echo.ErrNotFound
	}
	t, err := v.s.Desk.Template(v.Request().Context(), v.actor, n)
	if err != nil {
		return err
	}
	v.takeSender(form, t.Sender)
	if v.may().TemplatesOnly {
		form.TemplateID = id
		return nil
	}
	form.Body = t.Body
	return nil
}

// templateOptions are the templates to choose from, after "none"; nil when the
// visitor has none.
func (v *visit) templateOptions() ([]ui.Option, error) {
	found, err := v.s.Desk.Templates(v.Request().Context(), v.actor, "")
	if err != nil || len(found) == 0 {
		return nil, err
	}
	only := v.may().TemplatesOnly
	options := []ui.Option{{Label: "Choose one"}}
	for _, t := range found {
		if only && t.Own {
			continue // which they may not send
		}
		options = append(options, ui.Option{Value: strconv.FormatInt(t.ID, 10), Label: t.Name, Group: t.Folder})
	}
	if len(options) == 1 {
		return nil, nil
	}
	return options, nil
}
