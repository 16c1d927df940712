package sheet

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// worksheet gives the rows of a worksheet one after the other, as they are shown.
type worksheet struct {
	book   *book
	xml    *xmlReader
	fill   filler
	inside bool // within the rows
	number int  // of the row that was given last
	ahead  Row  // the row that comes after those that the file leaves out
	waits  bool

	// The row that is read: the bytes of its cells, and where they are.
	bytes  []byte
	spans  []span
	cells  []string
	value  []byte // of a cell
	kind   []byte // of a cell
	beyond bool   // something stands further right than columns are read
}

type span struct{ column, from, to int }

// next is the next row; not ok behind the last. Rows that the file leaves out are
// given as well where a merged range may go through them.
func (w *worksheet) next() (row Row, ok bool, err error) {
	if !w.waits {
		if w.ahead, ok, err = w.read(); err != nil || !ok {
			return Row{}, false, err
		}
		w.waits = true
	}
	if w.number+1 < w.ahead.Number && w.fill.going() {
		w.number++
		row = Row{Number: w.number}
	} else {
		row, w.waits, w.number = w.ahead, false, w.ahead.Number
	}
	if row.Number > lastRow {
		return Row{}, false, tooManyRows()
	}
	return w.filled(row)
}

// filled gives the cells of merged ranges their values, and checks the limits.
func (w *worksheet) filled(row Row) (Row, bool, error) {
	row.Cells = w.fill.row(row.Number, row.Cells)
	for _, c := range row.Cells {
		if len(c) > MaxCell*4 || len(c) > MaxCell && len([]rune(c)) > MaxCell {
			return Row{}, false, problemAt(row.Number, "has a cell of more than %s characters.", thousands(MaxCell))
		}
	}
	if w.beyond && !w.waits {
		return Row{}, false, tooManyColumns(row.Number)
	}
	return row, true, nil
}

// read reads the next row of the file.
func (w *worksheet) read() (Row, bool, error) {
	for {
		mark, err := w.xml.next()
		switch {
		case err != nil:
			return Row{}, false, partFault(err)
		case mark == xmlEnd:
			return Row{}, false, errDamaged // the rows did not end
		case mark == xmlOpens && string(w.xml.name) == "sheetData":
			w.inside = true
		case mark == xmlCloses && string(w.xml.name) == "sheetData":
			return Row{}, false, nil
		case mark == xmlOpens && w.inside && string(w.xml.name) == "row":
			row, err := w.row()
			return row, err == nil, err
		case mark == xmlOpens && w.inside:
			if err := w.xml.passElement(); err != nil {
				return Row{}, false, partFault(err)
			}
		}
	}
}

func (w *worksheet) row() (Row, error) {
	row := Row{Number: max(w.number, w.ahead.Number) + 1}
	for rest := w.xml.attrs; ; {
		var name, value []byte
		if name, value, rest = nextAttr(rest); name == nil {
			break
		}
		switch string(name) {
		case "r":
			n, err := strconv.Atoi(string(value))
			switch {
			case err != nil || n < 0:
				return row, errDamaged
			case n > lastRow:
				return row, tooManyRows()
			case n > 0 && n < row.Number:
				return row, errDamaged // Excel refuses rows out of order, too
			case n > 0:
				row.Number = n
			}
		case "hidden":
			row.hidden = isTrue(value)
		}
	}
	w.bytes, w.spans, w.beyond = w.bytes[:0], w.spans[:0], false
	column := -1
	for {
		mark, err := w.xml.next()
		switch {
		case err != nil:
			return row, partFault(err)
		case mark == xmlEnd:
			return row, errDamaged
		case mark == xmlCloses:
			if string(w.xml.name) != "row" {
				return row, errDamaged
			}
			row.Cells = w.together()
			return row, nil
		case mark == xmlOpens && string(w.xml.name) == "c":
			if column, err = w.cell(column + 1); err != nil {
				return row, partProblem(err)
			}
		case mark == xmlOpens:
			if err := w.xml.passElement(); err != nil {
				return row, partFault(err)
			}
		}
	}
}

// partProblem keeps what is said in words already.
func partProblem(err error) error {
	if _, ok := err.(*Problem); ok {
		return err
	}
	return partFault(err)
}

// together makes the cells of a row of the bytes that were gathered. They share
// one string.
func (w *worksheet) together() []string {
	w.cells = w.cells[:0]
	all := string(w.bytes)
	for _, s := range w.spans {
		for len(w.cells) <= s.column {
			w.cells = append(w.cells, "")
		}
		w.cells[s.column] = all[s.from:s.to]
	}
	return w.cells
}

// cell reads one cell. column is where it stands unless it says so itself.
func (w *worksheet) cell(column int) (int, error) {
	style := 0
	w.kind, w.value = w.kind[:0], w.value[:0]
	for rest := w.xml.attrs; ; {
		var name, value []byte
		if name, value, rest = nextAttr(rest); name == nil {
			break
		}
		switch string(name) {
		case "r":
			n, _, ok := placeOf(value)
			if !ok {
				return column, errDamaged
			}
			column = n - 1
		case "s":
			style, _ = strconv.Atoi(string(value)) // one that does not exist shows everything as it is
		case "t":
			w.kind = append(w.kind, value...)
		}
	}
	if err := w.content(); err != nil {
		return column, err
	}
	from := len(w.bytes)
	if err := w.show(style); err != nil {
		return column, err
	}
	switch {
	case from == len(w.bytes):
	case column < MaxColumns:
		w.spans = append(w.spans, span{column, from, len(w.bytes)})
	default:
		w.beyond = w.beyond || len(bytes.TrimSpace(w.bytes[from:])) > 0
		w.bytes = w.bytes[:from]
	}
	return column, nil
}

// content reads the value of a cell, up to the cell's end. What a formula came to
// last stands beside it.
func (w *worksheet) content() error {
	for {
		mark, err := w.xml.next()
		switch {
		case err != nil:
			return err
		case mark == xmlEnd:
			return errDamaged
		case mark == xmlCloses:
			return nil
		case mark != xmlOpens:
		case string(w.xml.name) == "v":
			if err := w.plainText(); err != nil {
				return err
			}
		case string(w.xml.name) == "is":
			if w.value, err = richText(w.xml, w.value); err != nil {
				return err
			}
		default:
			if err := w.xml.passElement(); err != nil {
				return err
			}
		}
	}
}

// plainText adds the text of the element that has begun to the value.
func (w *worksheet) plainText() error {
	for {
		mark, err := w.xml.next()
		switch {
		case err != nil:
			return err
		case mark == xmlText:
			if len(w.value) < longestText {
				if w.value, err = w.xml.appendText(w.value); err != nil {
					return err
				}
			}
		case mark == xmlCloses:
			return nil
		default:
			return errDamaged
		}
	}
}

// show adds to the row's bytes what the cell shows.
func (w *worksheet) show(style int) error {
	var f *format
	if style > 0 && style < len(w.book.formats) || style == 0 && len(w.book.formats) > 0 {
		f = w.book.formats[style]
	}
	switch string(w.kind) {
	case "s":
		if len(w.value) == 0 {
			return nil
		}
		n, err := strconv.Atoi(string(bytes.TrimSpace(w.value)))
		if err != nil {
			return errDamaged
		}
		from := len(w.bytes)
		var ok bool
		if w.bytes, ok, err = w.book.texts.appendTo(w.bytes, n); err != nil {
			return err
		}
		if !ok {
			return errDamaged
		}
		if f != nil && f.text != nil {
			w.value = append(w.value[:0], w.bytes[from:]...)
			w.bytes = f.words(w.bytes[:from], w.value)
		}
		return nil
	case "str", "inlineStr":
		w.words(f, unescaped(w.value))
	case "b":
		switch string(bytes.TrimSpace(w.value)) {
		case "1", "true":
			w.bytes = append(w.bytes, "TRUE"...)
		case "0", "false":
			w.bytes = append(w.bytes, "FALSE"...)
		}
	case "e":
		w.bytes = append(w.bytes, w.value...)
	case "d":
		w.instant(f)
	default:
		w.numeral(f)
	}
	return nil
}

func (w *worksheet) words(f *format, words []byte) {
	if f == nil {
		w.bytes = append(w.bytes, words...)
		return
	}
	w.bytes = f.words(w.bytes, words)
}

// lastDate is beyond the last day that Excel knows, counted as it does.
const lastDate = 2_958_466

// numeral shows a number. A whole number too large for a date is given with all
// its digits, if it has them all, for it may be a phone number; everything else
// as its format says.
func (w *worksheet) numeral(f *format) {
	if f == nil && wholeDigits(w.value) {
		w.bytes = append(w.bytes, w.value...)
		return
	}
	n, err := strconv.ParseFloat(string(w.value), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) || bytes.IndexByte(w.value, '_') >= 0 {
		w.words(f, w.value)
		return
	}
	if n == math.Trunc(n) && n >= lastDate && n <= 1<<53 {
		w.bytes = strconv.AppendFloat(w.bytes, n, 'f', -1, 64)
		return
	}
	w.formatted(f, n, w.book.date1904)
}

func (w *worksheet) formatted(f *format, n float64, date1904 bool) {
	if f != nil && len(f.sections) > 0 {
		shown, ok := f.number(w.bytes, n, date1904)
		if ok {
			w.bytes = shown
			return
		}
	}
	w.bytes = appendGeneral(w.bytes, n)
}

// wholeDigits reports whether a value is a whole number as it would be written.
func wholeDigits(value []byte) bool {
	if len(value) == 0 || len(value) > 15 || value[0] == '0' && len(value) > 1 {
		return false
	}
	for _, c := range value {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// instant shows a date that is kept as text, 2015-06-03T00:00:00, by its format.
func (w *worksheet) instant(f *format) {
	text := strings.TrimSuffix(string(bytes.TrimSpace(w.value)), "Z")
	for _, layout := range []string{"2006-01-02T15:04:05.999", "2006-01-02T15:04", time.DateOnly, time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil && f != nil {
			w.formatted(f, serial(t), false)
			return
		}
	}
	w.words(f, w.value)
}

// placeOf reads the name of a cell, "B7": column and row, counted from 1.
func placeOf(name []byte) (column, row int, ok bool) {
	i := 0
	for ; i < len(name) && name[i] != '$'; i++ {
		c := lower(name[i])
		if c < 'a' || c > 'z' {
			break
		}
		if column = column*26 + int(c-'a') + 1; column > 16_384 {
			return 0, 0, false
		}
	}
	digits := i
	for ; i < len(name); i++ {
		if name[i] < '0' || name[i] > '9' {
			return 0, 0, false
		}
		if row = row*10 + int(name[i]-'0'); row > lastRow {
			return 0, 0, false
		}
	}
	return column, row, digits > 0 && i > digits && row > 0
}

// isTrue reads a yes of XML.
func isTrue(value []byte) bool { return string(value) == "1" || string(value) == "true" }
