package handlers

import (
	"net/http"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// listColumns shows the columns that a list has beside those of every list.
func (v *visit) listColumns() error { return v.showListColumns(http.StatusOK, nil) }

// changeListColumns adds, renames or removes a column.
func (v *visit) changeListColumns() error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	ctx, column := v.Request().Context(), v.FormValue("of")
	done := "The column was added."
	switch v.FormValue("do") {
	case "rename":
		done = "The column was renamed."
		err = v.s.Desk.RenameColumn(ctx, v.actor, set.ID, column, v.FormValue("column"))
	case "remove":
		if v.FormValue("sure") == "" {
			return v.askRemoveColumn(set, column)
		}
		done = "The column was removed."
		err = v.s.Desk.RemoveColumn(ctx, v.actor, set.ID, column)
	default:
		err = v.s.Desk.AddColumn(ctx, v.actor, set.ID, v.FormValue("column"))
	}
	switch {
	case err != nil && wholly(err):
		return err
	case err != nil:
		return v.showListColumns(http.StatusUnprocessableEntity, err)
	}
	return v.back(listPath(set.ID)+"/columns", "%s", done)
}

func (v *visit) askRemoveColumn(set views.Set, column string) error {
	page, err := v.page("Remove a column", "/contacts")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.RemoveColumnPage(page, set, column))
}

func (v *visit) showListColumns(status int, cause error) error {
	set, err := v.listSet()
	if err != nil {
		return err
	}
	c := views.ListColumns{Set: set, MergeFields: desk.MergeFields}
	if c.Columns, err = v.s.Desk.ColumnsOf(v.Request().Context(), v.actor, set.ID); err != nil {
		return err
	}
	if cause != nil {
		c.Renaming, c.Typed = v.FormValue("of"), v.FormValue("column")
	}
	if c.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Columns of "+set.Name, "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(c.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.ListColumnsPage(page, c))
}
