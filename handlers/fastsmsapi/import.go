package fastsmsapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"textdesk/desk"
	"textdesk/handlers/door"
)

// importAction is the one action whose calls may be larger than door.BodyLimit.
const importAction = "importcontactscsv"

// importLimit is how large the body of such a call may be, in bytes: a comma
// takes three in a form.
const importLimit = 2*desk.MaxImport + door.BodyLimit

// resultWords are the results of lines as the page has them.
var resultWords = map[string]string{desk.RowSuccess: "Success", desk.RowDuplicateName: "Duplicate Name", desk.RowDuplicateNumber: "Duplicate Number",
	desk.RowPartial: "Partial", desk.RowFailed: "Failed"}

// importContacts imports the lines of ContactsCSV. Its answer has a line for
// each, written as they come to be on disk.
func importContacts(ctx context.Context, c *call) (answer, error) {
	lines := c.Text("ContactsCSV")
	if strings.TrimSpace(lines) == "" {
		return answer{}, missingDetails
	}
	return importLines(ctx, c, strings.NewReader(lines), func() error { return nil })
}

// importLines imports what a reader gives. rest is called when it is read, and
// reads the parameters behind it.
func importLines(ctx context.Context, c *call, lines io.Reader, rest func() error) (answer, error) {
	out := newTable(c.out, nil)
	line := func(n int, text string) error {
		out.B = strconv.AppendInt(out.B, int64(n), 10)
		out.B = append(append(out.B, " : "...), text...)
		return out.end()
	}
	none := true
	err := c.desk.ImportLines(ctx, c.actor, lines, func() (desk.LineImport, error) {
		err := rest()
		return desk.LineImport{IgnoreDupes: c.Set("IgnoreDupes"), OverwriteDupes: c.Set("OverwriteDupes")}, err
	}, func(n int, result string) error {
		return line(n, resultWords[result])
	}, func(n int, why string) error {
		if none {
			out.B = append(out.B, "\nErrors:\n\n"...)
			none = false
		}
		return line(n, lineEnds.Replace(why))
	})
	if err != nil {
		return answer{}, err
	}
	return answer{}, out.Flush()
}

// isLarge reports whether a request is one that only an import may be.
func isLarge(r *http.Request) bool {
	return r.Method == http.MethodPost && r.ContentLength > door.BodyLimit && r.ContentLength <= importLimit
}

// answerLarge answers an import that does not fit into memory. Token and Action
// have to come before ContactsCSV, in the address or in the body, so that nobody
// fills the disk who may not.
func (a *API) answerLarge(c echo.Context, rec *door.Record) (p door.Parameters, given answer, err error) {
	p = door.Parameters{}
	defer func() {
		if r := recover(); r != nil {
			given, err = answer{}, panicked(r)
		}
	}()
	r := c.Request()
	documented.Parse(p, r.URL.RawQuery)
	kind, details := door.ContentKind(r.Header.Get("Content-Type"))
	body := http.MaxBytesReader(nil, r.Body, importLimit)
	var fields fieldReader
	switch {
	case kind == "multipart/form-data" && details["boundary"] != "":
		fields = &multipartFields{reader: multipart.NewReader(body, details["boundary"])}
	case kind == "application/x-www-form-urlencoded", kind == "":
		fields = &formFields{in: bufio.NewReaderSize(body, 64<<10)}
	default:
		return p, answer{}, missingDetails
	}
	decode := door.Charset(details)
	for {
		name, value, err := fields.next()
		if err == nil && name == "ContactsCSV" {
			given, err = a.importLarge(c, rec, p, fields, value, decode)
			return p, given, err
		}
		if err == nil {
			err = addSmall(p, name, value, decode)
		}
		if err != nil { // its end, without anything to import, or a broken one
			return p, answer{}, missingDetails
		}
	}
}

func (a *API) importLarge(c echo.Context, rec *door.Record, p door.Parameters, fields fieldReader, lines io.Reader, decode func(string) string) (answer, error) {
	ctx := c.Request().Context()
	script, err := a.admit(c, p, rec)
	if err != nil {
		return answer{}, err
	}
	if strings.ToLower(p.Word("Action")) != importAction {
		return answer{}, missingDetails
	}
	if decode != nil {
		lines = transform.NewReader(lines, charmap.Windows1252.NewDecoder())
	}
	rest := func() error {
		for {
			name, value, err := fields.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				err = addSmall(p, name, value, decode)
			}
			if err != nil {
				return missingDetails
			}
		}
		if !p.Readable() {
			return missingDetails
		}
		return nil
	}
	return importLines(ctx, &call{Parameters: p, desk: a.Desk, actor: script.Actor, out: c.Response()}, &onlyText{in: lines}, rest)
}

// smallField is how long a parameter may be that is not the lines, in bytes.
const smallField = 64 << 10

func addSmall(p door.Parameters, name string, value io.Reader, decode func(string) string) error {
	text, err := io.ReadAll(io.LimitReader(value, smallField+1))
	if err != nil || len(text) > smallField {
		return missingDetails
	}
	documented.Add(p, name, string(text), decode)
	return nil
}

// fieldReader gives the fields of a body one after the other, io.EOF at the end.
// A value must be read to its end before the next.
type fieldReader interface {
	next() (name string, value io.Reader, err error)
}

type multipartFields struct {
	reader *multipart.Reader
	n      int
}

func (m *multipartFields) next() (string, io.Reader, error) {
	if m.n++; m.n > door.PartLimit {
		return "", nil, missingDetails
	}
	part, err := m.reader.NextPart()
	if err != nil {
		return "", nil, err
	}
	return part.FormName(), part, nil
}

// formFields reads name=value pairs as [door.Names.Parse] does.
type formFields struct {
	in *bufio.Reader
}

func (f *formFields) next() (string, io.Reader, error) {
	if _, err := f.in.Peek(1); err != nil {
		return "", nil, err
	}
	var name []byte
	for {
		b, err := f.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF), b == '&':
			return door.Unescape(string(name)), bytes.NewReader(nil), nil
		case err != nil:
			return "", nil, err
		case b == '=':
			return door.Unescape(string(name)), &formValue{in: f.in}, nil
		case len(name) > smallField:
			return "", nil, missingDetails
		}
		name = append(name, b)
	}
}

// formValue reads a value up to the next & and undoes its encoding.
type formValue struct {
	in    *bufio.Reader
	ended bool
}

func (v *formValue) Read(p []byte) (n int, err error) {
	for n < len(p) && !v.ended {
		b, err := v.in.ReadByte()
		if errors.Is(err, io.EOF) {
			v.ended = true
			break
		}
		if err != nil {
			return n, err
		}
		switch b {
		case '&':
			v.ended = true
			continue
		case '+':
			b = ' '
		case '%':
			if hex, err := v.in.Peek(2); err == nil && door.Unhex(hex[0]) < 16 && door.Unhex(hex[1]) < 16 {
				b = door.Unhex(hex[0])<<4 | door.Unhex(hex[1])
				_, _ = v.in.Discard(2)
			}
		}
		p[n] = b
		n++
	}
	if n == 0 && v.ended {
		return 0, io.EOF
	}
	return n, nil
}

// onlyText refuses what is no text, as [door.Parameters.Readable] does.
type onlyText struct {
	in   io.Reader
	tail []byte // the beginning of a character
}

func (t *onlyText) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	text := append(t.tail, p[:n]...)
	t.tail = nil
	if bytes.IndexByte(text, 0) >= 0 {
		return n, missingDetails
	}
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if b := text[len(text)-back]; utf8.RuneStart(b) {
			if !utf8.FullRune(text[len(text)-back:]) {
				t.tail = append([]byte(nil), text[len(text)-back:]...)
				text = text[:len(text)-back]
			}
			break
		}
	}
	if !utf8.Valid(text) || errors.Is(err, io.EOF) && len(t.tail) > 0 {
		return n, missingDetails
	}
	return n, err
}
