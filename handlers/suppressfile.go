package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/views"
)

// suppressionsFile is the list as a table that can be read in again.
func (v *visit) suppressionsFile() error {
	columns := []sheet.Column{{Title: "Number", Width: 20}, {Title: "Reason", Width: 40}, {Title: "Added by", Width: 24}, {Title: "Added", Width: 20}}
	return v.table(v.kind(), "not-to-be-texted", "Not to be texted", columns, func(row func(...string) error) error {
		return v.s.Desk.EachSuppression(v.Request().Context(), v.actor, func(s desk.SuppressedNumber, by string) error {
			return row(s.Number.Display(v.set.Country), s.Reason, by, v.stamp(s.AddedAt.Time()))
		})
	})
}

// suppressFileForm asks for a file.
func (v *visit) suppressFileForm() error {
	return v.showSuppressFile(http.StatusOK, views.SuppressFile{}, nil)
}

// suppressFile reads a file and says what it would add.
func (v *visit) suppressFile() error {
	up, err := v.takeUpload()
	form := views.SuppressFile{Why: v.FormValue("reason")}
	if err != nil {
		if len(desk.Refusals(err)) == 0 {
			return err
		}
		return v.showSuppressFile(http.StatusUnprocessableEntity, form, err)
	}
	file, err := v.s.Desk.ReadNumbers(v.Request().Context(), up, sheet.Options{})
	if err != nil {
		if len(desk.Refusals(err)) == 0 {
			return err
		}
		return errors.Join(v.showSuppressFile(http.StatusUnprocessableEntity, form, err), v.s.Desk.DropUpload(up))
	}
	defer func() { _ = file.Close() }()
	column := file.Guess.Column
	if column < 0 {
		column = file.Guess.Candidates[0]
	}
	return v.checkSuppressFile(up, file, desk.SuppressFile{Number: column, Reason: desk.ReasonColumn(file.Titles), Why: form.Why}, nil)
}

// decideSuppressFile goes on with a file: looks again with other columns, gives
// the rows that cannot be used, or puts its numbers on the list, as the button
// says.
func (v *visit) decideSuppressFile() error {
	ctx := v.Request().Context()
	up, err := v.s.Desk.Upload(v.actor, v.FormValue("ticket"))
	if err != nil {
		if len(desk.Refusals(err)) == 0 {
			return err
		}
		return v.showSuppressFile(http.StatusUnprocessableEntity, views.SuppressFile{Why: v.FormValue("reason")}, err)
	}
	file, err := v.s.Desk.ReadNumbers(ctx, up, v.typedOptions())
	if err != nil {
		if len(desk.Refusals(err)) == 0 {
			return err
		}
		return v.showSuppressFile(http.StatusUnprocessableEntity, views.SuppressFile{Why: v.FormValue("reason")}, err)
	}
	defer func() { _ = file.Close() }()
	s := desk.SuppressFile{Number: typedColumn(v.FormValue("column"), file.Columns), Reason: typedColumn(v.FormValue("reason_column"), file.Columns), Why: v.FormValue("reason")}
	if s.Number == desk.NoColumn {
		s.Number = file.Guess.Candidates[0]
	}
	switch v.FormValue("do") {
	case "left_out":
		return v.leftOutRows(file, s)
	case "add":
	default:
		return v.checkSuppressFile(up, file, s, nil)
	}
	counts, err := v.s.Desk.SuppressFile(ctx, v.actor, file, s)
	if err != nil {
		if len(desk.Refusals(err)) == 0 {
			return err
		}
		return v.checkSuppressFile(up, file, s, err)
	}
	if err := v.s.Desk.DropUpload(up); err != nil {
		v.s.Log.Warn("drop upload", "error", err)
	}
	return v.back("/suppressions", "%s", views.SuppressedFromFile(counts.Added, counts.Known))
}

// checkSuppressFile shows what a file would add, and the first of its rows that
// cannot be used.
func (v *visit) checkSuppressFile(up desk.Upload, file *desk.NumbersFile, s desk.SuppressFile, cause error) error {
	form := views.SuppressFile{File: readAs(up, file), Ticket: up.Ticket, Header: file.Header, Column: s.Number, ReasonColumn: s.Reason, Why: s.Why}
	counts, err := v.s.Desk.CheckSuppressFile(v.Request().Context(), v.actor, file, s, func(r desk.LeftOutRow) error {
		if len(form.LeftOut) < leftOutShown {
			form.LeftOut = append(form.LeftOut, views.LeftOut{Line: r.Row, Typed: r.Typed, Why: r.Why})
		}
		return nil
	})
	if err != nil {
		if len(desk.Refusals(err)) == 0 {
			return err
		}
		return errors.Join(v.showSuppressFile(http.StatusUnprocessableEntity, views.SuppressFile{Why: s.Why}, err), v.s.Desk.DropUpload(up))
	}
	form.Rows, form.Hidden, form.Added, form.Known, form.Repeated, form.NotNumbers, form.NoReason = counts.Rows, counts.Hidden, counts.Added, counts.Known, counts.Repeated, counts.LeftOut, counts.NoReason
	for i := range file.Columns {
		form.Columns = append(form.Columns, views.FileColumn{Title: file.Title(i), Likely: slices.Contains(file.Guess.Candidates, i)})
	}
	for _, e := range sheet.Encodings {
		form.Encodings = append(form.Encodings, string(e))
	}
	for _, separator := range sheet.Separators {
		form.Separators = append(form.Separators, string(separator))
	}
	status := http.StatusOK
	if cause != nil {
		status = http.StatusUnprocessableEntity
	}
	return v.showSuppressFile(status, form, cause)
}

func (v *visit) showSuppressFile(status int, form views.SuppressFile, cause error) error {
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Numbers from a file", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(form.Errors) > 0
	return render(v.Context, status, views.SuppressFilePage(page, form))
}

// leftOutRows are the rows of a file that cannot be used, as they stand there,
// with why, so that they can be put right and chosen again.
func (v *visit) leftOutRows(file *desk.NumbersFile, s desk.SuppressFile) error {
	var columns []sheet.Column
	for i := range file.Columns {
		columns = append(columns, sheet.Column{Title: file.Title(i)})
	}
	columns = append(columns, sheet.Column{Title: "Row"}, sheet.Column{Title: "Problem", Width: 50})
	return v.table(sheet.CSV, "rows-to-fix", "Rows to fix", columns, func(row func(...string) error) error {
		_, err := v.s.Desk.CheckSuppressFile(v.Request().Context(), v.actor, file, s, func(r desk.LeftOutRow) error {
			cells := make([]string, file.Columns, file.Columns+2)
			copy(cells, r.Cells)
			return row(append(cells, strconv.Itoa(r.Row), r.Why)...)
		})
		return err
	})
}

// typedOptions are what a person has said about how a file is to be read.
func (v *visit) typedOptions() sheet.Options {
	o := sheet.Options{Header: sheet.Header(v.FormValue("header"))}
	if e := sheet.Encoding(v.FormValue("encoding")); slices.Contains(sheet.Encodings, e) {
		o.Encoding = e
	}
	for _, separator := range sheet.Separators {
		if v.FormValue("separator") == string(separator) {
			o.Separator = separator
		}
	}
	return o
}

// typedColumn is a column as the form says it, NoColumn for none.
func typedColumn(typed string, columns int) int {
	n, err := strconv.Atoi(typed)
	if err != nil || n < 0 || n >= columns {
		return desk.NoColumn
	}
	return n
}
