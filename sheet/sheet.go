package sheet

import (
	"io"
	"iter"
	"strings"
)

// Kind is the format of a file.
type Kind string

// The formats that are read.
const (
	CSV  Kind = "CSV"
	XLSX Kind = "XLSX"
)

// Header says whether the first row names the columns.
type Header string

// The answers. GuessHeader looks at the rows.
const (
	GuessHeader Header = ""
	WithHeader  Header = "yes"
	NoHeader    Header = "no"
)

// Options are what a person has said about a file. The zero value has all of it
// found out.
type Options struct {
	Encoding  Encoding // of a CSV file
	Separator rune     // of a CSV file: one of [Separators]
	Header    Header
	// IsNumber reports whether a cell holds a mobile number. It helps to tell a
	// header from a person, and is needed for [Sheet.NumberColumn].
	IsNumber func(cell string) bool
	// Country is where the file comes from, "GB": a workbook leaves it to the
	// reader how a short date is written.
	Country string
	// TempDir is where the texts of a large workbook are unpacked to while it is
	// read, the system's directory for such things when empty.
	TempDir string
}

// Row is one row of a sheet.
type Row struct {
	// Number is what the user's spreadsheet program shows beside the row. The
	// first row is 1, also of a CSV file in which rows span several lines.
	Number int
	// Cells are trimmed of blanks around them, and no longer than to the last
	// that has something in it.
	Cells  []string
	hidden bool // in the program, by hand or by a filter
}

// Cell is the cell in a column counted from 0, "" where the row is shorter.
func (r Row) Cell(column int) string {
	if column < 0 || column >= len(r.Cells) {
		return ""
	}
	return r.Cells[column]
}

// Sheet is a file with how it is read. Close it.
type Sheet struct {
	Name      string
	Kind      Kind
	Encoding  Encoding // of a CSV file
	Separator rune     // of a CSV file
	Worksheet string   // of an XLSX file: the first that is not hidden
	// Header is whether there is a row that names the columns; Titles are its
	// cells.
	Header bool
	Titles []string
	// Columns is how many columns the first rows have.
	Columns int
	// Sample are the first rows below the header, at least one.
	Sample []Row
	// Hidden is how many rows the last pass of Rows left out, because they are
	// hidden in the workbook.
	Hidden int

	source source
	first  int  // number of the first row below the header
	blanks bool // rows without anything in them count
	number func(string) bool
}

// source is a file of one kind.
type source interface {
	// rows gives every row from the first on, blank ones too. The cells are
	// valid until the next row. The error is a *Problem or of the machine.
	rows() iter.Seq2[Row, error]
	close() error
}

// sampleSize is how many rows are looked at to find out about a sheet.
const sampleSize = 200

// Open finds out how a file of size bytes is to be read. name is what the user
// calls it; it decides nothing. r must stay open until the sheet is closed. A
// file that cannot be read, or holds nothing, is a *[Problem].
func Open(r io.ReaderAt, size int64, name string, o Options) (*Sheet, error) {
	if size > MaxBytes {
		return nil, problem("This file is larger than %d MB. Split it into smaller files.", MaxBytes>>20)
	}
	kind, err := kindOf(r, size)
	if err != nil {
		return nil, err
	}
	s := &Sheet{Name: name, Kind: kind, number: o.IsNumber}
	if s.number == nil {
		s.number = func(string) bool { return false }
	}
	if kind == XLSX {
		book, err := openBook(r, size, o)
		if err != nil {
			return nil, err
		}
		s.source, s.Worksheet = book, book.name
	} else {
		text, err := openText(r, size, o)
		if err != nil {
			return nil, err
		}
		s.source, s.Encoding, s.Separator = text, text.encoding, text.separator
	}
	if err := s.look(o.Header); err != nil {
		_ = s.source.close()
		return nil, err
	}
	return s, nil
}

// Rows gives the rows below the header that have something in them, in the
// order of the file. It may be called again. The cells are valid until the next
// row. An error ends it: a *[Problem] with the row, or a fault of the machine.
func (s *Sheet) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		count := 0
		s.Hidden = 0
		for row, err := range s.source.rows() {
			if err != nil {
				yield(Row{}, err)
				return
			}
			row.Cells = trim(row.Cells)
			if row.Number < s.first || len(row.Cells) == 0 && !s.blanks {
				continue
			}
			if row.hidden {
				s.Hidden++
				continue
			}
			if count++; count > MaxRows {
				yield(Row{}, tooManyRows())
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Title is what to call a column, counted from 0: its title, or "Column C".
func (s *Sheet) Title(column int) string {
	if column < len(s.Titles) && s.Titles[column] != "" {
		return s.Titles[column]
	}
	return Untitled(column)
}

// Untitled is what a column without a title is called, "Column C".
func Untitled(column int) string { return "Column " + letters(column) }

// Close lets go of the file.
func (s *Sheet) Close() error { return s.source.close() }

// look reads the first rows and settles what they are.
func (s *Sheet) look(header Header) error {
	var rows []Row
	for row, err := range s.source.rows() {
		if err != nil {
			return err
		}
		cells := trim(row.Cells)
		if len(cells) == 0 || row.hidden {
			continue
		}
		rows = append(rows, Row{Number: row.Number, Cells: append([]string(nil), cells...)})
		if len(rows) > sampleSize {
			break
		}
	}
	if len(rows) == 0 {
		return problem("There is nothing in this file.")
	}
	rows = s.withoutCaption(rows, header)
	switch header {
	case WithHeader:
		s.Header = true
	case GuessHeader:
		s.Header = s.isHeader(rows)
	}
	s.first = rows[0].Number
	for _, r := range rows {
		s.Columns = max(s.Columns, len(r.Cells))
	}
	if s.Header {
		s.Titles, s.first, rows = rows[0].Cells, rows[0].Number+1, rows[1:]
	}
	if len(rows) == 0 {
		return problem("This file has a row of titles and nobody below it.")
	}
	s.Sample = rows
	return nil
}

// trim takes the blanks around each cell and the empty cells at the end. It
// works in place.
func trim(cells []string) []string {
	n := 0
	for i, c := range cells {
		cells[i] = strings.TrimSpace(c)
		if cells[i] != "" {
			n = i + 1
		}
	}
	return cells[:n]
}

// letters names a column, counted from 0, as spreadsheets do: A, Z, AA.
func letters(column int) string {
	s := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}
