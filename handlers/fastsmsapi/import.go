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
)

// importAction is the one action whose calls may be larger than bodyLimit.
const importAction = "importcontactscsv"

// importLimit is how large the body of such a call may be, in bytes: a comma
// takes three in a form.
const importLimit = 2*desk.MaxImport + bodyLimit

// resultWords are the results of lines as the page has them.
var resultWords = map[string]string{desk.RowSuccess: "Success", desk.RowDuplicateName: "Duplicate Name", desk.RowDuplicateNumber: "Duplicate Number",
	desk.RowPartial: "Partial", desk.RowFailed: "Failed"}

// importContacts imports the lines of ContactsCSV. Its answer has a line for
// each, written as they come to be on disk.
func importContacts(ctx context.Context, c *call) (answer, error) {
	lines := c.text("ContactsCSV")
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
		out.b = strconv.AppendInt(out.b, int64(n), 10)
		out.b = append(append(out.b, " : "...), text...)
		return out.end()
	}
	none := true
	err := c.desk.ImportLines(ctx, c.actor, lines, func() (desk.LineImport, error) {
		err := rest()
		return desk.LineImport{IgnoreDupes: c.set("IgnoreDupes"), OverwriteDupes: c.set("OverwriteDupes")}, err
	}, func(n int, result string) error {
		return line(n, resultWords[result])
	}, func(n int, why string) error {
		if none {
			out.b = append(out.b, "\nErrors:\n\n"...)
			none = false
		}
		return line(n, lineEnds.Replace(why))
	})
	if err != nil {
		return answer{}, err
	}
	return answer{}, out.flush()
}

// isLarge reports whether a request is one that only an import may be.
func isLarge(r *http.Request) bool {
	return r.Method == http.MethodPost && r.ContentLength > bodyLimit && r.ContentLength <= importLimit
}

// answerLarge answers an import that does not fit into memory. Token and Action
// have to come before ContactsCSV, in the address or in the body, so that nobody
// fills the disk who may not.
func (a *API) answerLarge(c echo.Context, rec *record) (p parameters, given answer, err error) {
	p = parameters{}
	defer func() {
		if r := recover(); r != nil {
			given, err = answer{}, a.panicked(r)
		}
	}()
	r := c.Request()
	p.parse(r.URL.RawQuery, nil)
	kind, details := contentKind(r.Header.Get("Content-Type"))
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
	decode := charset(details)
	for {
		name, value, err := fields.next()
		if err == nil && name == "ContactsCSV" {
			given, err = a.importLarge(c, rec, p, fields, value, decode)
			return p, given, err
		}
		if err == nil {
			err = p.addSmall(name, value, decode)
		}
		if err != nil { // its end, without anything to import, or a broken one
			return p, answer{}, missingDetails
		}
	}
}

func (a *API) importLarge(c echo.Context, rec *record, p parameters, fields fieldReader, lines io.Reader, decode func(string) string) (answer, error) {
	ctx := c.Request().Context()
	script, err := a.admit(ctx, p.word("Token"), c.RealIP())
	rec.keyID = script.KeyID
	if err != nil {
		return answer{}, err
	}
	if rec.retryAfter, err = a.pace.turn(ctx, script); err != nil {
		return answer{}, err
	}
	if strings.ToLower(p.word("Action")) != importAction {
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
				err = p.addSmall(name, value, decode)
			}
			if err != nil {
				return missingDetails
			}
		}
		if !p.readable() {
			return missingDetails
		}
		return nil
	}
	return importLines(ctx, &call{parameters: p, desk: a.Desk, actor: script.Actor, out: c.Response()}, &onlyText{in: lines}, rest)
}

// smallField is how long a parameter may be that is not the lines, in bytes.
const smallField = 64 << 10

func (p parameters) addSmall(name string, value io.Reader, decode func(string) string) error {
	text, err := io.ReadAll(io.LimitReader(value, smallField+1))
	if err != nil || len(text) > smallField {
		return missingDetails
	}
	p.add(name, string(text), decode)
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
	if m.n++; m.n > partLimit {
		return "", nil, missingDetails
	}
	part, err := m.reader.NextPart()
	if err != nil {
		return "", nil, err
	}
	return part.FormName(), part, nil
}

// formFields reads name=value pairs as [parameters.parse] does.
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
			return unescape(string(name)), bytes.NewReader(nil), nil
		case err != nil:
			return "", nil, err
		case b == '=':
			return unescape(string(name)), &formValue{in: f.in}, nil
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
			if hex, err := v.in.Peek(2); err == nil && unhex(hex[0]) < 16 && unhex(hex[1]) < 16 {
				b = unhex(hex[0])<<4 | unhex(hex[1])
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

// onlyText refuses what is no text, as [parameters.readable] does.
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
