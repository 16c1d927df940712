package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"textdesk/db"
	"textdesk/sheet"
	"textdesk/sms/merge"
)

const (
	// readStep is how many recipients are read at a time.
	readStep = 5000
	// fileAtOnce is how many rows of a file are read while somebody types.
	fileAtOnce = 2000
	// estimateFrom is from how many people a large order is estimated.
	estimateFrom = 200
)

// errEnough ends reading early.
var errEnough = errors.New("enough was read")

// FileSource is an uploaded file whose rows an order goes to, each with what its
// other cells say.
type FileSource struct {
	// Ticket is the upload's, and Column the one with the numbers, from 0.
	Ticket string
	Column int
	// Options are how it is to be read.
	Header    sheet.Header
	Encoding  sheet.Encoding
	Separator rune
	// Rows is how many there are, as somebody has counted.
	Rows int
}

func (f FileSource) options() sheet.Options {
	return sheet.Options{Header: f.Header, Encoding: f.Encoding, Separator: f.Separator}
}

// FileFacts is what is known of a file that an order goes to.
type FileFacts struct {
	// Name is what its owner calls it, Column what the column of numbers is
	// called.
	Name, Column string
	// Columns are what all its columns are called, and Fields the names under
	// which a text asks for them, in the same order.
	Columns, Fields []string
	Rows            int
}

// fieldNames are the names under which a text asks for columns: what no field's
// name may have becomes a blank, and of two that are the same the second has a
// number.
func fieldNames(columns []string) []string {
	names := make([]string, len(columns))
	seen := map[string]bool{}
	for i, title := range columns {
		name := tidy(strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(" _-.'’/&#", r) {
				return r
			}
			return ' '
		}, title))
		if letters := []rune(name); len(letters) > longestField {
			name = strings.TrimSpace(string(letters[:longestField]))
		}
		if !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			name = fmt.Sprintf("Column %d", i+1)
		}
		plain := name
		for n := 2; seen[merge.Fold(name)]; n++ {
			name = fmt.Sprintf("%s %d", plain, n)
		}
		seen[merge.Fold(name)] = true
		names[i] = name
	}
	return names
}

// longestField is how many characters of a column's title name a field.
const longestField = 24

// openFile opens the file that an order goes to.
func (d *Desk) openFile(ctx context.Context, a Actor, f *FileSource) (*NumbersFile, error) {
	up, err := d.Upload(a, f.Ticket)
	if err != nil {
		return nil, err
	}
	// Whoever still works with it keeps it.
	if err := os.Chtimes(up.path, time.Time{}, d.clock()); err != nil {
		return nil, fmt.Errorf("keep upload: %w", err)
	}
	file, err := d.ReadNumbers(ctx, up, f.options())
	if err != nil {
		return nil, err
	}
	if f.Column < 0 || f.Column >= file.Columns {
		return nil, errors.Join(ErrNoColumn, file.Close())
	}
	return file, nil
}

// AttachFile makes a file the one whose rows an order goes to: it is counted, and
// the names of its fields are found.
func (d *Desk) AttachFile(file *NumbersFile, up Upload, column int, o sheet.Options) (*FileSource, *FileFacts, error) {
	f := &FileSource{Ticket: up.Ticket, Column: column, Header: o.Header, Encoding: o.Encoding, Separator: o.Separator}
	for _, err := range file.Rows() {
		if err != nil {
			return nil, nil, fileRefusal(err)
		}
		f.Rows++
	}
	return f, factsOf(file, column, f.Rows), nil
}

func factsOf(file *NumbersFile, column, rows int) *FileFacts {
	facts := &FileFacts{Name: file.Name, Column: file.Title(column), Rows: rows}
	for i := range file.Columns {
		facts.Columns = append(facts.Columns, file.Title(i))
	}
	facts.Fields = fieldNames(facts.Columns)
	return facts
}

// readFileFacts looks at the file of an order. One that is gone or cannot be read
// keeps the order from being sent.
func (d *Desk) readFileFacts(ctx context.Context, a Actor, o Order, dr *Draft) error {
	if o.File == nil {
		return nil
	}
	file, err := d.openFile(ctx, a, o.File)
	if rs := Refusals(err); len(rs) > 0 {
		dr.Problems = append(dr.Problems, rs[0].on("file"))
		dr.noFile = true
		return nil
	}
	if err != nil {
		return err
	}
	dr.File = factsOf(file, o.File.Column, o.File.Rows)
	dr.columns = dr.File.Fields
	dr.ownFields = len(o.Groups)+len(o.Lists) == 0
	dr.knows(dr.columns...)
	dr.Expected += int64(o.File.Rows)
	return file.Close()
}

// eachRecipient gives the recipients of an order, some at a time, as they are
// known: the typed numbers first, then the groups, the lists and the file. The
// slice is the callee's.
func (d *Desk) eachRecipient(ctx context.Context, a Actor, o Order, dr *Draft, do func([]Recipient) error) error {
	place := 0
	for typed := range slices.Chunk(o.To, readStep) {
		some := make([]Recipient, len(typed))
		for i, t := range typed {
			if some[i].Typed = t; place < len(o.Raw) {
				some[i].Raw = o.Raw[place]
			}
			place++
		}
		if err := do(some); err != nil {
			return err
		}
	}
	if o.fromBatch() {
		if err := d.eachNotReached(ctx, o, do); err != nil {
			return err
		}
	}
	for _, g := range dr.Groups {
		byName := g.Count <= MaxAtOnce
		err := d.eachPerson(dr, byName, func(after int64, limit int) ([]db.Person, error) {
			return d.store.GroupPeople(ctx, g.ID, byName, after, limit)
		}, do)
		if err != nil {
			return err
		}
	}
	for _, l := range dr.Lists {
		if len(dr.further) > 0 {
			columns, err := d.listColumns(ctx, l.ID)
			if err != nil {
				return err
			}
			dr.knows(columns...)
		}
		err := d.eachPerson(dr, false, func(after int64, limit int) ([]db.Person, error) {
			return d.store.ListPeople(ctx, l.ID, after, limit)
		}, do)
		if err != nil {
			return err
		}
	}
	if o.File != nil && !dr.noFile {
		return d.eachRow(ctx, a, o, dr, do)
	}
	return nil
}

// eachPerson gives the people of a group or a list. What was put into it since
// it was counted stays within the limit.
func (d *Desk) eachPerson(dr *Draft, atOnce bool, page func(after int64, limit int) ([]db.Person, error), do func([]Recipient) error) error {
	limit := readStep
	if atOnce {
		limit = MaxAtOnce
	}
	for after := int64(0); ; {
		people, err := page(after, limit)
		if err != nil || len(people) == 0 {
			return err
		}
		some := make([]Recipient, len(people))
		for i, p := range people {
			v, err := valuesOf(p, len(dr.further) > 0)
			if err != nil {
				return err
			}
			for _, name := range dr.further {
				if _, has := v.fields[merge.Fold(name)]; has {
					dr.knows(name)
				}
			}
			some[i] = Recipient{Typed: string(p.Number), Number: p.Number, Name: p.Name, values: v}
			after = p.ID
		}
		if err := do(some); err != nil {
			return err
		}
		if atOnce || len(people) < limit {
			return nil
		}
	}
}

// listColumns are the names of a list's further columns.
func (d *Desk) listColumns(ctx context.Context, listID int64) ([]string, error) {
	l, err := d.store.List(ctx, listID)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	return namesIn(l.Columns)
}

// eachRow gives the rows of the order's file.
func (d *Desk) eachRow(ctx context.Context, a Actor, o Order, dr *Draft, do func([]Recipient) error) error {
	file, err := d.openFile(ctx, a, o.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	at := make(map[string]int, len(dr.columns))
	for i, name := range dr.columns {
		at[merge.Fold(name)] = i
	}
	names := nameColumns(at, o.File.Column)
	step := readStep
	if dr.Estimated {
		step = estimateFrom
	}
	some := make([]Recipient, 0, step)
	for row, err := range file.Rows() {
		if err != nil {
			return fileRefusal(err)
		}
		r := Recipient{Typed: tidy(row.Cell(o.File.Column)), Row: row.Number}
		cells := make([]string, len(dr.columns))
		for i := range cells {
			cells[i] = strings.ToValidUTF8(strings.ReplaceAll(row.Cell(i), "\x00", ""), "")
		}
		r.values = &values{cells: cells, at: at}
		for _, i := range names {
			r.Name = tidy(r.Name + " " + cells[i])
		}
		if !strings.ContainsFunc(r.Typed, isDigit) {
			r.Typed = ""
		}
		if len(r.Name) > maxBookName {
			r.Name = strings.ToValidUTF8(r.Name[:maxBookName], "")
		}
		if some = append(some, r); len(some) == cap(some) {
			if err := do(some); err != nil {
				return err
			}
			some = make([]Recipient, 0, step)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return do(some)
}

// nameColumns are the columns that hold a person's name, in the order in which it
// is written; where no title says so, the first beside the numbers.
func nameColumns(at map[string]int, numbers int) []int {
	for _, wanted := range [][]string{{"name"}, {"fullname"}, {"firstname", "lastname"}, {"firstname", "surname"}, {"forename", "surname"}, {"firstname"}, {"contactname"}, {"child"}, {"pupil"}, {"student"}, {"parent"}} {
		var found []int
		for _, name := range wanted {
			if i, ok := at[name]; ok {
				found = append(found, i)
			}
		}
		if len(found) == len(wanted) {
			return found
		}
	}
	switch {
	case len(at) < 2:
		return nil
	case numbers == 0:
		return []int{1}
	}
	return []int{0}
}

// extrapolate works the numbers of a large order out from those who were read.
func (dr *Draft) extrapolate() {
	read := len(dr.Recipients)
	if !dr.Estimated || read == 0 {
		return
	}
	if int64(read) >= dr.Expected && dr.Expected > 0 && dr.File == nil {
		return
	}
	all := max(dr.Expected, int64(read))
	scale := func(n int64) int64 { return (n*all + int64(read)/2) / int64(read) }
	people := int(scale(int64(dr.People)))
	dr.Parts = scale(dr.Parts)
	for parts, n := range dr.ByParts {
		dr.ByParts[parts] = int(scale(int64(n)))
	}
	dr.People = people
	dr.Bad, dr.Suppressed, dr.Barred, dr.Duplicates, dr.Lacking = 0, 0, 0, 0, 0
}

// label is what a recipient who gets nothing is called.
func (r *Recipient) label() string {
	typed := r.Name + " " + r.Typed
	if r.Raw != "" {
		typed = r.Raw
	}
	if r.Row > 0 {
		typed = "Row " + thousands(int64(r.Row)) + ": " + typed
	}
	if typed = cleanName(typed); len(typed) > maxBookField {
		typed = strings.ToValidUTF8(typed[:maxBookField], "")
	}
	return typed
}
