package handlers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/sheet"
)

// kind is the format that the address asks for: ?format=xlsx, CSV otherwise.
func (v *visit) kind() sheet.Kind {
	if v.QueryParam("format") == "xlsx" {
		return sheet.XLSX
	}
	return sheet.CSV
}

// table answers with a file that a spreadsheet opens by double click: name is
// that of the file without its ending, title what a workbook calls its table.
// each calls row for every row. It streams, and has no cap.
//
// Nothing is sent before the first row, so that a refusal until then is a page.
func (v *visit) table(kind sheet.Kind, name, title string, columns []sheet.Column, each func(row func(cells ...string) error) error) error {
	var w *sheet.Writer
	begin := func() {
		if w == nil {
			v.attach(kind.MIME(), name+kind.Extension())
			w = sheet.NewWriter(patient{v.Response()}, kind, title, columns)
		}
	}
	err := each(func(cells ...string) error {
		begin()
		return w.Row(cells...)
	})
	if err != nil && w == nil {
		return err
	}
	begin()
	if err == nil {
		err = w.Close()
	}
	return v.brokeOff(err)
}

// attach begins an answer that the browser saves as a file.
func (v *visit) attach(mime, name string) {
	h := v.Response().Header()
	h.Set(echo.HeaderContentType, mime)
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", name))
	h.Set("Cache-Control", "no-store")
	v.Response().WriteHeader(http.StatusOK)
}

// brokeOff ends a download that an error has cut off. It is too late for a page
// that says so; the connection ends in its middle, and the browser tells that the
// file is not whole.
func (v *visit) brokeOff(err error) error {
	if err != nil && v.Request().Context().Err() == nil {
		v.s.Log.Error("download broke off", "route", v.Path(), "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// stallTime is how long a browser may take to accept one piece of a download.
// The time for a whole page would cut long ones off.
const stallTime = time.Minute

type patient struct{ *echo.Response }

func (p patient) Write(b []byte) (int, error) {
	deadline := http.NewResponseController(p.Response)
	_ = deadline.SetWriteDeadline(time.Now().Add(stallTime)) // not every writer has one
	n, err := p.Response.Write(b)
	_ = deadline.SetWriteDeadline(time.Time{})
	return n, err
}

// today is the day on the organisation's clock, for the names of files.
func (v *visit) today() string { return v.now().Format("2006-01-02") }
