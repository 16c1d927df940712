package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	spreadsheet "textdesk/sheet"
	"textdesk/views"
)

// startImport has the import begin.
func (v *visit) startImport() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	group, _ := strconv.ParseInt(v.FormValue("group"), 10, 64)
	say := desk.ImportAnswers{SameNumber: v.FormValue("same_number"), SameName: v.FormValue("same_name"), Group: group, NewGroup: v.FormValue("new_group")}
	ctx := v.Request().Context()
	if err := v.s.Desk.StartImport(ctx, v.actor, row.ID, say); err != nil {
		if len(desk.Refusals(err)) == 0 || errors.Is(err, desk.ErrImportGone) {
			return v.importGone(row.ID, err)
		}
		return v.showImportCheck(http.StatusUnprocessableEntity, row, say, err)
	}
	if err := v.s.Desk.AwaitImport(ctx, row.ID, desk.ImportRunning, importPageWaits); err != nil {
		return err
	}
	return redirect(v.Context, importPath(row.ID))
}

// cancelImport stops an import, or discards one that has not begun.
func (v *visit) cancelImport() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	if err := v.s.Desk.CancelImport(v.Request().Context(), v.actor, row.ID); err != nil {
		return v.importGone(row.ID, err)
	}
	if row.State == desk.ImportRunning {
		return v.back(importPath(row.ID), "The import was stopped.")
	}
	return v.back("/imports", "Nothing was imported.")
}

func (v *visit) showImportResult(row desk.Import) error {
	ctx := v.Request().Context()
	im := v.importView(row)
	var results []string
	if filter := v.QueryParam("result"); filter != "" {
		im.Filter, results = filter, []string{filter}
	}
	after, _ := strconv.ParseInt(v.QueryParam("after"), 10, 64)
	rows, err := v.s.Desk.ImportRows(ctx, v.actor, row.ID, after, importRowsShown+1, results...)
	if err != nil {
		return err
	}
	if len(rows) > importRowsShown {
		rows = rows[:importRowsShown]
		im.More = fmt.Sprintf("%s?after=%d", importPath(row.ID), rows[len(rows)-1].Line)
		if im.Filter != "" {
			im.More += "&result=" + im.Filter
		}
	}
	for _, r := range rows {
		im.Rows = append(im.Rows, views.ImportRow{Line: r.Line, Result: r.Result, Problem: r.Problem, First: firstCells(desk.Cells(r))})
	}
	page, err := v.page("Import of "+row.Name, "/contacts")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.ImportResultPage(page, im))
}

// firstCells are the first cells of a row that have something in them.
func firstCells(cells []string) string {
	var some []string
	for _, c := range cells {
		if c != "" && len(some) < 3 {
			some = append(some, views.Opening(c, 40))
		}
	}
	return strings.Join(some, ", ")
}

// importRowsToFix is a file of the rows that can be put right: the columns as
// they were, and what is wrong.
func (v *visit) importRowsToFix() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	titles, at := desk.TitlesToFix(row)
	return v.table(v.kind(), "rows-to-fix", "Rows to fix", spreadsheet.Texts(titles...), func(write func(cells ...string) error) error {
		return v.s.Desk.EachRowToFix(v.Request().Context(), v.actor, row.ID, func(_ int64, cells []string, problem string) error {
			out := make([]string, len(titles))
			copy(out, cells)
			out[at] = problem
			return write(out...)
		})
	})
}

func (v *visit) undoImportForm() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	if !desk.CanUndo(row, v.s.Desk.Now()) {
		return v.back(importPath(row.ID), "%s", desk.ErrImportNotUndone.Sentence)
	}
	page, err := v.page("Undo an import", "/contacts")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.UndoImportPage(page, v.importView(row)))
}

func (v *visit) undoImport() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	ctx := v.Request().Context()
	if err := v.s.Desk.UndoImport(ctx, v.actor, row.ID); err != nil {
		if errors.Is(err, desk.ErrImportNotUndone) {
			return v.back(importPath(row.ID), "%s", desk.ErrImportNotUndone.Sentence)
		}
		return err
	}
	if err := v.s.Desk.AwaitImport(ctx, row.ID, desk.ImportUndoing, importPageWaits); err != nil {
		return err
	}
	return redirect(v.Context, importPath(row.ID))
}
