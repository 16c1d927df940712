package handlers

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	spreadsheet "textdesk/sheet"
	"textdesk/views"
)

const (
	// pageLimit is how much a page takes, in bytes: a pasted column of a
	// spreadsheet is the largest thing.
	pageLimit = 4 << 20
	// uploadLimit is how much a form with a file takes, in bytes. It is a little
	// more than a file may have, so that one that is a little too large is refused
	// with the page as it was. A larger one is refused by what the browser says of
	// it, before it is read.
	uploadLimit = desk.MaxUpload + 4*pageLimit
)

// The pages say how large a file may be: this does not compile if they are wrong.
const _ = uint(views.UploadMB-desk.MaxUpload>>20) + uint(desk.MaxUpload>>20-views.UploadMB)

// limitBody refuses larger requests than their route takes.
func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	larger := map[string]int64{}
	for _, r := range Routes() {
		if r.takes > 0 {
			larger[r.Method+" "+r.Path] = r.takes
		}
	}
	return func(c echo.Context) error {
		r, limit := c.Request(), int64(pageLimit)
		if n := larger[r.Method+" "+c.Path()]; n > 0 {
			limit = n
		}
		if r.ContentLength > limit {
			return echo.ErrStatusRequestEntityTooLarge
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, limit)
		return next(c)
	}
}

// sendFileAgain is the address of a form that came back.
func (v *visit) sendFileAgain() error { return redirect(v.Context, "/send") }

// sendFile takes the numbers out of a file into the composer. Where it is not
// certain which column they are in, it asks. Nothing is sent.
func (v *visit) sendFile() error {
	up, err := v.takeUpload()
	if err != nil && len(desk.Refusals(err)) == 0 {
		return err
	}
	form, formErr := v.readCompose()
	if formErr != nil {
		return errors.Join(formErr, v.s.Desk.DropUpload(up))
	}
	if err != nil {
		return v.showCompose(http.StatusUnprocessableEntity, form, err)
	}
	return v.numbersFrom(form, up, spreadsheet.Options{}, -1, false)
}

// sendColumn goes on with a file when somebody has said which column has the
// numbers, or how the file is to be read.
func (v *visit) sendColumn() error {
	form, err := v.readCompose()
	if err != nil {
		return err
	}
	up, err := v.s.Desk.Upload(v.actor, v.FormValue("ticket"))
	if err != nil {
		if len(desk.Refusals(err)) == 0 {
			return err
		}
		return v.showCompose(http.StatusUnprocessableEntity, form, err)
	}
	o := fileOptions(v.FormValue("header"), v.FormValue("encoding"), v.FormValue("separator"))
	column, err := strconv.Atoi(v.FormValue("column"))
	if err != nil || column < 0 || column >= spreadsheet.MaxColumns {
		column = -1
	}
	return v.numbersFrom(form, up, o, column, true)
}

// readFile is the file that the form goes to, nil without one.
func (v *visit) readFile() *views.ComposeFile {
	ticket := v.FormValue("file_ticket")
	if ticket == "" {
		return nil
	}
	f := &views.ComposeFile{Ticket: ticket, At: wholeNumber(v.FormValue("file_column")), Rows: max(0, wholeNumber(v.FormValue("file_rows"))),
		Header: v.FormValue("file_header"), Encoding: v.FormValue("file_encoding"), Separator: v.FormValue("file_separator")}
	return f
}

// fileSource is the file as the desk reads it. What is no way to read one is
// found out.
func fileSource(f views.ComposeFile) *desk.FileSource {
	o := fileOptions(f.Header, f.Encoding, f.Separator)
	return &desk.FileSource{Ticket: f.Ticket, Column: f.At, Header: o.Header, Encoding: o.Encoding, Separator: o.Separator, Rows: min(f.Rows, desk.MaxRecipients+1)}
}

func fileOptions(header, encoding, separator string) spreadsheet.Options {
	o := spreadsheet.Options{Header: spreadsheet.Header(header)}
	if e := spreadsheet.Encoding(encoding); slices.Contains(spreadsheet.Encodings, e) {
		o.Encoding = e
	}
	for _, s := range spreadsheet.Separators {
		if separator == string(s) {
			o.Separator = s
		}
	}
	return o
}

// attachFile makes the file the one whose rows the text goes to, each with its
// own columns to fill in.
func (v *visit) attachFile(form views.Compose, up desk.Upload, file *desk.NumbersFile, column int, o spreadsheet.Options) error {
	source, facts, err := v.s.Desk.AttachFile(file, up, column, o)
	if err != nil {
		return v.refuseFile(form, err)
	}
	form.File = &views.ComposeFile{Ticket: source.Ticket, At: column, Rows: source.Rows, Header: string(o.Header), Encoding: string(o.Encoding), Separator: separatorText(o.Separator),
		Name: facts.Name, Column: facts.Column, Fields: facts.Fields}
	return v.showCompose(http.StatusOK, form, nil)
}

func separatorText(s rune) string {
	if s == 0 {
		return ""
	}
	return string(s)
}

// numbersFrom reads the file. It is dropped, unless a person has to be asked.
func (v *visit) numbersFrom(form views.Compose, up desk.Upload, o spreadsheet.Options, column int, asked bool) error {
	again := asked && v.FormValue("do") == "reread"
	drop := true
	defer func() {
		if drop {
			if err := v.s.Desk.DropUpload(up); err != nil {
				v.s.Log.Warn("drop upload", "error", err)
			}
		}
	}()
	file, err := v.s.Desk.ReadNumbers(v.Request().Context(), up, o)
	if err != nil {
		return v.refuseFile(form, err)
	}
	defer func() { _ = file.Close() }()
	if !asked {
		column = file.Guess.Column
	}
	if column < 0 || column >= file.Columns || again {
		var cause error
		if asked && !again {
			cause = desk.ErrNoColumn
		}
		if err := v.showColumns(up, file, cause); err != nil {
			return err
		}
		drop = false
		return nil
	}
	if v.FormValue("do") == "attach" || v.FormValue("attach") != "" {
		drop = false
		return v.attachFile(form, up, file, column, o)
	}
	numbers, err := file.Numbers(column)
	if err != nil {
		return v.refuseFile(form, err)
	}
	form.To = strings.Join(appended(form.To, numbers.Numbers), "\n")
	form.FromFile = &views.FromFile{File: readAs(up, file), Column: file.Title(column), Rows: numbers.Rows, Numbers: len(numbers.Numbers),
		Without: numbers.Without, Hidden: numbers.Hidden}
	return v.showCompose(http.StatusOK, form, nil)
}

// appended are the typed numbers and those of the file, a line each.
func appended(typed string, numbers []string) []string {
	if typed = strings.TrimSpace(typed); typed == "" {
		return numbers
	}
	return append([]string{typed}, numbers...)
}

func (v *visit) refuseFile(form views.Compose, err error) error {
	if len(desk.Refusals(err)) == 0 {
		return err
	}
	return v.showCompose(http.StatusUnprocessableEntity, form, err)
}

// showColumns asks which column has the numbers. The form's other fields come
// along.
func (v *visit) showColumns(up desk.Upload, file *desk.NumbersFile, cause error) error {
	form := views.ChooseColumn{File: readAs(up, file), Ticket: up.Ticket, Header: file.Header, Attach: v.FormValue("do") == "attach" || v.FormValue("attach") != ""}
	for name, values := range v.Request().PostForm {
		if !slices.Contains(columnFields, name) {
			for _, value := range values {
				form.Kept = append(form.Kept, views.KeptField{Name: name, Value: value})
			}
		}
	}
	slices.SortStableFunc(form.Kept, func(a, b views.KeptField) int { return strings.Compare(a.Name, b.Name) })
	for i := range file.Columns {
		form.Columns = append(form.Columns, views.FileColumn{Title: file.Title(i), Likely: slices.Contains(file.Guess.Candidates, i)})
	}
	form.Rows = shownRows(file.Sheet)
	form.Encodings, form.Separators = readings()
	refused, err := fieldErrors(cause)
	if err != nil {
		return err
	}
	form.Errors = refused
	page, err := v.page("Which column has the numbers?", "/send")
	if err != nil {
		return err
	}
	page.HasErrors = len(refused) > 0
	return render(v.Context, http.StatusUnprocessableEntity, views.ChooseColumnPage(page, form))
}

// sampleRows is how many rows the page shows.
const sampleRows = 5

// columnFields are the page's own fields; all others are the composer's.
var columnFields = []string{"file", "ticket", "column", "encoding", "separator", "header", "do", "attach"}

// readAs says how a file was read.
func readAs(up desk.Upload, file *desk.NumbersFile) views.FileReading {
	r := views.FileReading{Name: up.Name, Worksheet: file.Worksheet, Encoding: string(file.Encoding)}
	if file.Kind == spreadsheet.CSV {
		r.Separator = string(file.Separator)
	}
	return r
}

// takeUpload reads a form with a file, as a stream: the fields into the
// request's form, the file to where it waits. The fields can be read beside its
// refusals.
func (v *visit) takeUpload() (desk.Upload, error) {
	r := v.Request()
	kind, parameters, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEMultipartForm {
		return desk.Upload{}, desk.ErrNoFile
	}
	t := taking{v: v, values: url.Values{}, room: pageLimit, refused: desk.ErrNoFile}
	form := multipart.NewReader(r.Body, parameters["boundary"])
	for {
		part, err := form.NextPart()
		if err == nil {
			err = t.part(part)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return desk.Upload{}, errors.Join(brokenOff(err), v.s.Desk.DropUpload(t.up))
		}
	}
	r.Form, r.PostForm = t.values, t.values
	return t.up, t.refused
}

// taking is a form with a file that is being read.
type taking struct {
	v       *visit
	values  url.Values
	room    int64 // bytes left for fields
	up      desk.Upload
	refused error // why there is no file
}

func (t *taking) part(part *multipart.Part) error {
	if part.FormName() == "file" && part.FileName() != "" && errors.Is(t.refused, desk.ErrNoFile) {
		t.up, t.refused = t.v.s.Desk.KeepUpload(t.v.actor, part.FileName(), part)
		if t.refused != nil && len(desk.Refusals(t.refused)) == 0 {
			return t.refused
		}
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(part, t.room+1))
	if err != nil {
		return err
	}
	if t.room -= int64(len(text)); t.room < 0 {
		return echo.ErrStatusRequestEntityTooLarge
	}
	t.values.Add(part.FormName(), string(text))
	return nil
}

// brokenOff tells a request that ended too early, or too late, from a fault of
// ours.
func brokenOff(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return echo.ErrStatusRequestEntityTooLarge
	}
	if _, ok := errors.AsType[*os.PathError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*echo.HTTPError](err); ok {
		return err
	}
	return echo.NewHTTPError(http.StatusBadRequest, "The upload broke off. Go back, and choose the file again").SetInternal(err)
}

// shownRows are the first rows of a file, for the table above its columns.
func shownRows(file *spreadsheet.Sheet) []views.FileRow {
	var rows []views.FileRow
	for _, row := range file.Sample[:min(len(file.Sample), sampleRows)] {
		shown := views.FileRow{Number: row.Number}
		for i := range file.Columns {
			shown.Cells = append(shown.Cells, row.Cell(i))
		}
		rows = append(rows, shown)
	}
	return rows
}

// readings are the ways in which a text file can be read.
func readings() (encodings, separators []string) {
	for _, e := range spreadsheet.Encodings {
		encodings = append(encodings, string(e))
	}
	for _, s := range spreadsheet.Separators {
		separators = append(separators, string(s))
	}
	return encodings, separators
}
