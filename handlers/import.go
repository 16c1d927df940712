package handlers

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	spreadsheet "textdesk/sheet"
	"textdesk/views"
)

const (
	// importLimit is how much the form with a file of people takes, in bytes. It
	// is a little more than a file may have, so that one that is a little too
	// large is refused on the page. A larger one is refused by what the browser
	// says of it, before it is read.
	importLimit = desk.MaxImport + 4*pageLimit
	// importPageWaits is how long a page waits for a dry run before it shows how
	// far it is.
	importPageWaits = 1200 * time.Millisecond
	// importsListed and importRowsShown are how many imports, and rows of one, a
	// page shows.
	importsListed   = 20
	importRowsShown = 50
)

// imports is where an import begins, with the past ones.
func (v *visit) imports() error { return v.showImports(http.StatusOK, "", nil) }

func (v *visit) showImports(status int, pasted string, cause error) error {
	before, _ := strconv.ParseInt(v.QueryParam("before"), 10, 64)
	past, err := v.s.Desk.Imports(v.Request().Context(), v.actor, max(before, 0), importsListed+1)
	if err != nil {
		return err
	}
	f := views.Imports{Pasted: pasted}
	if len(past) > importsListed {
		past = past[:importsListed]
		f.Older = "/imports?before=" + strconv.FormatInt(past[len(past)-1].ID, 10)
	}
	for _, row := range past {
		f.Past = append(f.Past, v.importView(row))
	}
	if f.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Import contacts", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(f.Errors) > 0
	return render(v.Context, status, views.ImportsPage(page, f))
}

// newImport takes a file, or rows that were pasted, and shows how they were read.
func (v *visit) newImport() error {
	id, pasted, err := v.takeImport()
	if err != nil {
		if len(desk.Refusals(err)) == 0 {
			return err
		}
		if pasted != "" {
			err = refusedOn(err, "pasted")
		}
		return v.showImports(http.StatusUnprocessableEntity, pasted, err)
	}
	return redirect(v.Context, importPath(id))
}

func importPath(id int64) string { return "/imports/" + strconv.FormatInt(id, 10) }

// refusedOn is a refusal about another field of the page.
func refusedOn(err error, field string) error {
	var all []error
	for _, r := range desk.Refusals(err) {
		moved := *r
		moved.Field = field
		all = append(all, &moved)
	}
	return errors.Join(all...)
}

// takeImport reads the form as a stream. What is pasted comes back beside a
// refusal, so that it is not lost.
func (v *visit) takeImport() (id int64, pasted string, err error) {
	r := v.Request()
	if r.ContentLength > importLimit {
		v.Response().Header().Set("Connection", "close") // nobody will read it
		return 0, "", desk.ErrImportTooLarge
	}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEMultipartForm {
		return 0, "", desk.ErrNoFile
	}
	form := multipart.NewReader(r.Body, parameters["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return 0, "", desk.ErrNoFile
		}
		if err != nil {
			return 0, "", brokenOff(err)
		}
		switch {
		case part.FormName() == "file" && part.FileName() != "":
			id, err := v.s.Desk.BeginImport(r.Context(), v.actor, part.FileName(), part)
			if err != nil && len(desk.Refusals(err)) == 0 {
				return 0, "", brokenOff(err)
			}
			return id, "", err
		case part.FormName() == "pasted":
			text, err := io.ReadAll(io.LimitReader(part, 4*pageLimit+1))
			if err != nil {
				return 0, "", brokenOff(err)
			}
			if len(text) > 4*pageLimit { // all of it or nothing
				return 0, "", refusedOn(desk.ErrTooMuchPasted, "pasted")
			}
			if pasted = string(text); strings.TrimSpace(pasted) == "" {
				return 0, "", refusedOn(desk.ErrNothingPasted, "pasted")
			}
			id, err := v.s.Desk.BeginImport(r.Context(), v.actor, "Pasted rows", strings.NewReader(pasted))
			return id, pasted, err
		}
	}
}

// importPage shows an import as it is by now.
func (v *visit) importPage() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	step := v.QueryParam("step")
	switch {
	case row.State == desk.ImportDraft && step == "columns", row.State == desk.ImportChecked && step == "columns":
		return v.showImportColumns(http.StatusOK, row, nil, nil)
	case row.State == desk.ImportDraft, row.State == desk.ImportChecked && step == "file":
		return v.showImportFile(http.StatusOK, row, nil)
	case row.State == desk.ImportChecked:
		return v.showImportCheck(http.StatusOK, row, desk.ImportAnswers{SameNumber: desk.SameKeep, SameName: desk.SameAdd}, nil)
	case atWork(row.State):
		return v.showImportProgress(row)
	}
	return v.showImportResult(row)
}

func atWork(state string) bool {
	return state == desk.ImportChecking || state == desk.ImportRunning || state == desk.ImportUndoing
}

// importLive is the part of the page that changes. When the work is over it has
// the browser come back to the page.
func (v *visit) importLive() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	if !atWork(row.State) {
		v.Response().Header().Set("HX-Redirect", link(v.Request().Context(), importPath(row.ID)))
		return v.NoContent(http.StatusOK)
	}
	return render(v.Context, http.StatusOK, views.ImportLive(v.importView(row)))
}

func (v *visit) showImportProgress(row desk.Import) error {
	page, err := v.page("Import contacts", "/contacts")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.ImportProgressPage(page, v.importView(row)))
}

// importAgain is the address of a form that came back.
func (v *visit) importAgain() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	return redirect(v.Context, importPath(row.ID))
}

// importReading reads the file in another way.
func (v *visit) importReading() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	how := desk.ImportReading{Header: spreadsheet.Header(v.FormValue("header"))}
	if e := spreadsheet.Encoding(v.FormValue("encoding")); slices.Contains(spreadsheet.Encodings, e) {
		how.Encoding = e
	}
	for _, separator := range spreadsheet.Separators {
		if v.FormValue("separator") == string(separator) {
			how.Separator = string(separator)
		}
	}
	if err := v.s.Desk.ReadImportAs(v.Request().Context(), v.actor, row.ID, how); err != nil {
		if len(desk.Refusals(err)) == 0 || errors.Is(err, desk.ErrImportGone) {
			return v.importGone(row.ID, err)
		}
		return v.showImportFile(http.StatusUnprocessableEntity, row, err)
	}
	return v.back(importPath(row.ID)+"?step=file", "The file was read again.")
}

// importGone leads to the import as it is by now, when it has gone on.
func (v *visit) importGone(id int64, err error) error {
	if errors.Is(err, desk.ErrImportGone) {
		return v.back(importPath(id), "%s", desk.ErrImportGone.Sentence)
	}
	return err
}

func (v *visit) showImportFile(status int, row desk.Import, cause error) error {
	d, err := v.importDraft(row, cause)
	if err != nil {
		return v.importGone(row.ID, err)
	}
	page, err := v.page("Was the file read right?", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(d.Errors) > 0, "wide"
	return render(v.Context, status, views.ImportFilePage(page, d))
}

// importColumns says what the columns are, and has the dry run begin.
func (v *visit) importColumns() error {
	row, err := v.importRow()
	if err != nil {
		return err
	}
	columns := make([]desk.ImportColumn, len(desk.TitlesOf(row)))
	for i := range columns {
		n := strconv.Itoa(i)
		columns[i] = desk.ImportColumn{Use: desk.ColumnUse(v.FormValue("use" + n)), Field: v.FormValue("field" + n)}
	}
	ctx := v.Request().Context()
	if err := v.s.Desk.CheckImport(ctx, v.actor, row.ID, columns); err != nil {
		if len(desk.Refusals(err)) == 0 || errors.Is(err, desk.ErrImportGone) {
			return v.importGone(row.ID, err)
		}
		return v.showImportColumns(http.StatusUnprocessableEntity, row, columns, err)
	}
	if err := v.s.Desk.AwaitImport(ctx, row.ID, desk.ImportChecking, importPageWaits); err != nil {
		return err
	}
	return redirect(v.Context, importPath(row.ID))
}

func (v *visit) showImportColumns(status int, row desk.Import, typed []desk.ImportColumn, cause error) error {
	d, err := v.importDraft(row, cause)
	if err != nil {
		return v.importGone(row.ID, err)
	}
	for i := range typed {
		if i < len(d.Columns) {
			d.Columns[i].Use, d.Columns[i].Field = string(typed[i].Use), typed[i].Field
		}
	}
	page, err := v.page("What is in the columns?", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(d.Errors) > 0
	return render(v.Context, status, views.ImportColumnsPage(page, d))
}

// importDraft is the file as the pages about it need it.
func (v *visit) importDraft(row desk.Import, cause error) (views.ImportDraft, error) {
	file, err := v.s.Desk.ImportFile(v.Request().Context(), v.actor, row.ID)
	if err != nil {
		return views.ImportDraft{}, err
	}
	defer func() { _ = file.Close() }()
	known, err := v.s.Desk.FieldNames(v.Request().Context(), v.actor)
	if err != nil {
		return views.ImportDraft{}, err
	}
	d := views.ImportDraft{ID: row.ID, Total: row.RowsTotal, Header: file.Header,
		File: views.FileReading{Name: row.Name, Worksheet: file.Worksheet, Encoding: string(file.Encoding)}}
	if file.Kind == spreadsheet.CSV {
		d.File.Separator = string(file.Separator)
	}
	likely := file.NumberColumn().Candidates
	for i := range file.Columns {
		c := views.ImportColumn{Title: file.Title(i), Use: string(desk.UseIgnore), Likely: slices.Contains(likely, i), Called: file.TitledNumbers(i)}
		if i < len(file.Plan.Columns) {
			c.Use, c.Field = string(file.Plan.Columns[i].Use), file.Plan.Columns[i].Field
		}
		c.Known = slices.Contains(known, c.Field)
		var cells []string
		for _, r := range file.Sample {
			if cell := r.Cell(i); cell != "" && len(cells) < 3 {
				cells = append(cells, views.Opening(cell, 30))
			}
		}
		if c.First = strings.Join(cells, ", "); c.First == "" {
			c.First = "Empty in the first rows"
		}
		d.Columns = append(d.Columns, c)
	}
	d.Rows = shownRows(file.Sheet)
	d.Encodings, d.Separators = readings()
	d.Errors, err = fieldErrors(cause)
	return d, err
}

func (v *visit) importRow() (desk.Import, error) {
	id, err := v.id()
	if err != nil {
		return desk.Import{}, err
	}
	return v.s.Desk.Import(v.Request().Context(), v.actor, id)
}

// importView is an import as its pages need it.
func (v *visit) importView(row desk.Import) views.Import {
	im := views.Import{ID: row.ID, Name: row.Name, State: row.State, Reason: row.Reason, At: row.CreatedAt.Time(), Finished: row.FinishedAt.Time(), Now: v.now(),
		Total: row.RowsTotal, Done: row.RowsDone, New: row.NNew, Updated: row.NUpdated, Repaired: row.NRepaired,
		Success: row.NSuccess, DuplicateName: row.NDuplicateName, DuplicateNumber: row.NDuplicateNumber, Partial: row.NPartial, Fail: row.NFailed,
		Undone: row.NUndone, Kept: row.NKept, ToFix: row.NFailed + row.NPartial + row.NDuplicateName,
		CanUndo: desk.CanUndo(row, v.s.Desk.Now()), Tidied: row.TidiedAt != 0}
	if row.StartedAt != 0 {
		im.At = row.StartedAt.Time()
	}
	if row.FinishedAt != 0 {
		im.UndoUntil = row.FinishedAt.Time().Add(desk.UndoFor)
	}
	switch row.State {
	case desk.ImportUndone: // undoing has counted from the beginning
		im.Done = row.NSuccess + row.NDuplicateName + row.NDuplicateNumber + row.NPartial + row.NFailed
	case desk.ImportUndoing:
		im.Total, im.Done = row.NNew+row.NUpdated, row.NUndone+row.NKept
	}
	if row.Door == "fastsms" {
		im.Door = "API"
	}
	return im
}
