package sheet

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Column is a column of a table that is written.
type Column struct {
	Title string
	// Number says that the cells are numbers to reckon with, and not texts that
	// happen to have digits: a workbook keeps them as such.
	Number bool
	// Width is how wide a workbook shows it, in characters; 0 is usual.
	Width int
}

// Texts are columns of text.
func Texts(titles ...string) []Column {
	columns := make([]Column, len(titles))
	for i, t := range titles {
		columns[i].Title = t
	}
	return columns
}

// Writer writes a table row by row, in memory that does not grow with it. What
// it has written opens in a spreadsheet by double click as it was given, and
// [Open] reads the same again.
type Writer struct {
	columns []Column
	csv     *csvWriter
	xlsx    *xlsxWriter
	err     error
}

// NewWriter begins a table with its row of titles. name is what a workbook calls
// its worksheet.
func NewWriter(to io.Writer, kind Kind, name string, columns []Column) *Writer {
	w := &Writer{columns: columns}
	if kind == XLSX {
		w.xlsx = newXLSXWriter(to, name, columns)
		return w
	}
	w.csv = newCSVWriter(to)
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.Title
	}
	w.err = w.csv.row(titles)
	return w
}

// Row writes one row. The first error stays, and means that the reader is gone.
func (w *Writer) Row(cells ...string) error {
	if w.err != nil {
		return w.err
	}
	if w.xlsx != nil {
		w.err = w.xlsx.row(cells)
	} else {
		w.err = w.csv.row(cells)
	}
	return w.err
}

// Close writes what is left. Without it the table is not whole, which a workbook
// shows by not opening.
func (w *Writer) Close() error {
	switch {
	case w.err != nil:
	case w.xlsx != nil:
		w.err = w.xlsx.close()
	default:
		w.err = w.csv.flush()
	}
	if w.err != nil {
		return fmt.Errorf("write table: %w", w.err)
	}
	return nil
}

// Extension is how the names of files of a kind end.
func (k Kind) Extension() string {
	if k == XLSX {
		return ".xlsx"
	}
	return ".csv"
}

// MIME is what a browser is told about a file of a kind.
func (k Kind) MIME() string {
	if k == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// csvWriter writes CSV that spreadsheets open as it is: UTF-8 with the mark by
// which Excel knows it, and no cell that a spreadsheet would run as a formula or
// make something else of.
type csvWriter struct {
	w *bufio.Writer
	b []byte
}

func newCSVWriter(to io.Writer) *csvWriter {
	c := &csvWriter{w: bufio.NewWriterSize(to, 32<<10)}
	c.b = append(c.b, "\uFEFF"...)
	return c
}

func (c *csvWriter) row(cells []string) error {
	for i, text := range cells {
		if i > 0 {
			c.b = append(c.b, ',')
		}
		c.b = appendCell(c.b, text)
	}
	c.b = append(c.b, "\r\n"...)
	_, err := c.w.Write(c.b)
	c.b = c.b[:0]
	return err
}

func (c *csvWriter) flush() error {
	if _, err := c.w.Write(c.b); err != nil {
		return err
	}
	return c.w.Flush()
}

// appendCell writes a text so that spreadsheets show it as it is, quoted where
// it must be.
func appendCell(b []byte, text string) []byte {
	text = guarded(text)
	if !strings.ContainsAny(text, ",;|\"\r\n\t") && strings.TrimSpace(text) == text {
		return append(b, text...)
	}
	b = append(b, '"')
	for i := range len(text) {
		if text[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, text[i])
	}
	return append(b, '"')
}

// guarded keeps a spreadsheet from making something else of a text. What it
// would run as a formula gets the apostrophe that means text. Digits that it
// would take for a number or a date and show as another, 007 or 3-4, are written
// as the formula ="007". A phone number stays as people write it, in groups: the
// blanks make it text already, and keep its leading zero and all its digits.
func guarded(text string) string {
	if text == "" {
		return text
	}
	switch c := text[0]; {
	case c >= '0' && c <= '9':
		if misread(text) {
			return `="` + text + `"`
		}
	case formula(c):
		if !grouped(text) && !negative(text) {
			return "'" + text
		}
	case c == '\'':
		if rest := strings.TrimLeft(text, "'"); rest != "" && formula(rest[0]) {
			return "'" + text // so that only ours is taken off again
		}
	}
	return text
}

// unguarded is the text that guarded was given. Excel writes some of its own
// files in this way, too.
func unguarded(cell string) string {
	if len(cell) < 2 {
		return cell
	}
	switch {
	case cell[0] == '\'':
		if rest := strings.TrimLeft(cell, "'"); rest != "" && formula(rest[0]) {
			return cell[1:]
		}
	case strings.HasPrefix(cell, `="`) && strings.HasSuffix(cell, `"`) && len(cell) > 2:
		if inner := cell[2 : len(cell)-1]; !strings.Contains(inner, `"`) {
			return inner
		}
	}
	return cell
}

// formula reports whether a cell that begins with c may be run.
func formula(c byte) bool { return strings.IndexByte("=+-@\t\r", c) >= 0 }

// grouped reports whether text is a phone number in groups: "+33 6 12 34 56 78".
func grouped(text string) bool {
	return strings.HasPrefix(text, "+") && strings.Contains(text, " ") && strings.Trim(text[1:], "0123456789 ") == ""
}

// negative reports whether text is a whole number below zero, which is no
// formula and has to stay a number.
func negative(text string) bool {
	return len(text) > 1 && len(text) < 20 && text[0] == '-' && strings.Trim(text[1:], "0123456789") == ""
}

// mostDigits is how many digits of a number Excel shows before it writes
// 1.23E+11.
const mostDigits = 11

// misread reports whether a spreadsheet shows a text that begins with a digit as
// something else: 007 as 7, a long number as 1.23E+11, 12E4 as 120000, 3-4 as a
// day in April.
func misread(text string) bool {
	rest := strings.TrimLeft(text, "0123456789")
	digits := len(text) - len(rest)
	if rest == "" {
		return digits > mostDigits || digits > 1 && text[0] == '0'
	}
	switch rest[0] {
	case 'e', 'E':
		exponent := strings.TrimLeft(rest[1:], "+-")
		return exponent != "" && strings.Trim(exponent, "0123456789") == ""
	case '-', '/':
		return digits <= 2 && len(rest) > 1 && strings.Trim(rest, "0123456789-/") == ""
	case '.':
		return strings.Trim(rest[1:], "0123456789") == "" && (text[0] == '0' && digits > 1 || strings.HasSuffix(rest, "0") || digits+len(rest) > mostDigits)
	}
	return false
}
