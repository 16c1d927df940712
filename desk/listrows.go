package desk

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"textdesk/db"
	"textdesk/sheet"
	"textdesk/sms"
)

// The columns of a list by place: what a row is read into.
const (
	columnNumber = iota
	columnName
	columnEmail
	columnFields
	columnCount = columnFields + MergeFields
)

// columnNames are what a first row may call the columns, in lower case.
var columnNames = map[string]int{"number": columnNumber, "mobile": columnNumber, "mobile number": columnNumber, "mobile no": columnNumber, "phone": columnNumber,
	"phone number": columnNumber, "telephone": columnNumber, "name": columnName, "full name": columnName, "e-mail": columnEmail, "email": columnEmail, "e-mail address": columnEmail,
	"email address": columnEmail, "mm1": columnFields, "mm2": columnFields + 1, "mm3": columnFields + 2, "mm4": columnFields + 3, "mm5": columnFields + 4,
	"field 1": columnFields, "field 2": columnFields + 1, "field 3": columnFields + 2, "field 4": columnFields + 3, "field 5": columnFields + 4}

// readRows reads the rows of a spreadsheet for a list with such columns. A first
// row that names columns which the list does not have gives it them. No number
// comes twice: its first row counts.
func readRows(text, home string, had []string) (entries []db.ListEntry, columns []string, p Pasted, err error) {
	columns = slices.Clone(had)
	rows, err := rowsPasted(text)
	if err != nil {
		return nil, nil, p, err
	}
	var order []int // what each cell of a row is
	seen := map[sms.MSISDN]bool{}
	for _, row := range rows {
		if order == nil {
			if order, err = headed(row.Cells, &columns); err != nil {
				return nil, nil, p, err
			}
			if order != nil {
				p.Head = asPasted(row)
				continue
			}
			order = guessed(row.Cells, home, len(columns))
		}
		form, r := readCells(row.Cells, order, columns)
		e, bad := readEntry(form, home)
		switch {
		case r != nil:
			p.Bad = append(p.Bad, BadLine{Line: row.Number, Typed: asPasted(row), Why: r.Sentence})
			continue
		case len(bad) > 0:
			p.Bad = append(p.Bad, BadLine{Line: row.Number, Typed: asPasted(row), Why: bad[0].Sentence})
			continue
		case seen[e.Number]:
			p.Repeated++
			continue
		}
		seen[e.Number] = true
		entries = append(entries, e)
	}
	if len(entries) == 0 {
		if len(p.Bad) == 0 {
			return nil, nil, p, ErrNothingPasted
		}
		return nil, nil, p, ErrNothingPasted.because("None of these lines can be used. Line %d: %s", p.Bad[0].Line, p.Bad[0].Why)
	}
	return entries, columns, p, nil
}

// rowsPasted takes rows apart that come from a spreadsheet, with tabs between
// the cells, or that stand as in a CSV file.
func rowsPasted(text string) (rows []sheet.Row, err error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, ErrNothingPasted
	case strings.Contains(text, "\t"):
		rows = rowsCopied(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text))
	default:
		s, err := sheet.Open(strings.NewReader(text), int64(len(text)), "", sheet.Options{Encoding: sheet.UTF8, Header: sheet.NoHeader})
		if err != nil {
			return nil, unreadable(err)
		}
		defer func() { _ = s.Close() }()
		for row, err := range s.Rows() {
			if err != nil {
				return nil, unreadable(err)
			}
			rows = append(rows, sheet.Row{Number: row.Number, Cells: slices.Clone(row.Cells)})
		}
	}
	if len(rows) > MaxPasted {
		return nil, ErrTooMuchPasted.because("Up to %s lines can be pasted at once; this has %s.", thousands(MaxPasted), thousands(int64(len(rows))))
	}
	return rows, nil
}

// rowsCopied takes apart what spreadsheets put on the clipboard: only cells with
// line breaks stand within quotation marks, which are doubled in them. Any other
// mark is one of the cell's own. Blank rows count and are left out.
func rowsCopied(text string) (rows []sheet.Row) {
	for number := 1; text != ""; number++ {
		row := sheet.Row{Number: number}
		for end := "\t"; end == "\t"; {
			var cell string
			cell, end, text = copiedCell(text)
			row.Cells = append(row.Cells, cell)
		}
		if strings.TrimSpace(strings.Join(row.Cells, "")) != "" {
			rows = append(rows, row)
		}
	}
	return rows
}

// copiedCell is the first cell of a text, what ends it, and what comes after.
func copiedCell(text string) (cell, end, rest string) {
	n := strings.IndexAny(text, "\t\n")
	if n < 0 {
		n = len(text)
	}
	cell, rest = text[:n], text[n:]
	if quoted := linesQuoted.FindString(text); len(quoted) > n {
		quoted = strings.TrimRight(quoted, "\t\n")
		cell, rest = strings.ReplaceAll(quoted[1:len(quoted)-1], `""`, `"`), text[len(quoted):]
	}
	if rest == "" {
		return cell, "", ""
	}
	return cell, rest[:1], rest[1:]
}

// linesQuoted is a cell within quotation marks, with what ends it.
var linesQuoted = regexp.MustCompile(`^"(?:[^"\t]|"")*"(?:[\t\n]|$)`)

// unreadable is why pasted rows cannot be read, beside their field.
func unreadable(err error) error {
	if p, ok := errors.AsType[*sheet.Problem](err); ok {
		return ErrNothingPasted.because("%s", p.Sentence)
	}
	return fmt.Errorf("read pasted rows: %w", err)
}

// asPasted is a row as a spreadsheet copies it.
func asPasted(row sheet.Row) string {
	cells := slices.Clone(row.Cells)
	for i, c := range cells {
		if strings.Contains(c, "\n") {
			cells[i] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
	}
	return strings.Join(cells, "\t")
}

// headed reads a row that names the columns, nil when it is no such row. A name
// that the list does not know becomes a column of it.
func headed(cells []string, columns *[]string) ([]int, error) {
	order := make([]int, len(cells))
	taken := map[int]bool{}
	for i, c := range cells {
		n, known := columnNames[strings.Trim(bookKey(cleanName(c)), ".: ")]
		if order[i] = -1; known && !taken[n] {
			order[i], taken[n] = n, true
		}
	}
	if !taken[columnNumber] {
		return nil, nil
	}
	for i, c := range cells {
		name := cleanName(c)
		if order[i] >= 0 || name == "" {
			continue
		}
		at := slices.IndexFunc(*columns, func(n string) bool { return bookKey(n) == bookKey(name) })
		if at < 0 {
			if _, known := columnNames[bookKey(name)]; known {
				continue // a second one of those that every list has
			}
			if _, err := freeColumn(*columns, name); err != nil {
				return nil, err
			}
			at = len(*columns)
			*columns = append(*columns, name)
		}
		if !taken[columnCount+at] {
			order[i], taken[columnCount+at] = columnCount+at, true
		}
	}
	return order, nil
}

// guessed takes the first cell that is a number for the column of the numbers,
// and the others in their order: those that every list has, then those with
// names.
func guessed(cells []string, home string, named int) []int {
	numbers := max(0, slices.IndexFunc(cells, func(c string) bool {
		_, err := sms.ParseMSISDN(c, home)
		return err == nil
	}))
	order := make([]int, 0, columnCount+named)
	next := columnName
	for i := range columnCount + named {
		if i == numbers {
			order = append(order, columnNumber)
			continue
		}
		order = append(order, next)
		next++
	}
	return order
}

// readCells puts the cells where they belong. One that belongs nowhere is
// refused, unless nothing is in it.
func readCells(cells []string, order []int, columns []string) (form EntryForm, r *Refusal) {
	for i, c := range cells {
		if i >= len(order) || order[i] < 0 || order[i] >= columnCount+len(columns) {
			if strings.TrimSpace(c) != "" {
				return form, ErrTooLong.because("There are more than %d columns.", columnCount+len(columns))
			}
			continue
		}
		switch n := order[i]; n {
		case columnNumber:
			form.Number = c
		case columnName:
			form.Name = c
		case columnEmail:
			form.Email = c
		default:
			if n >= columnCount {
				form.Named = append(form.Named, Field{columns[n-columnCount], c})
				continue
			}
			form.Fields[n-columnFields] = c
		}
	}
	return form, nil
}
