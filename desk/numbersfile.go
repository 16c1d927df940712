package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode"

	"textdesk/sheet"
	"textdesk/sms"
)

// NumbersFile is a file that numbers are taken from. Close it.
type NumbersFile struct {
	*sheet.Sheet
	// Guess is which column has the mobile numbers.
	Guess sheet.Guess
	file  *os.File
}

// FileNumbers are the numbers of one column, as they stand in the file.
type FileNumbers struct {
	Numbers []string
	// Rows is how many rows the file has, Without how many of them have no
	// number in the column, Hidden how many more were left out because the
	// workbook hides them.
	Rows, Without, Hidden int
}

// ReadNumbers opens a file and finds its column of mobile numbers. A file that
// cannot be read is refused with the reason, [ErrBadFile]; so is one without
// any mobile number, [ErrNoNumberColumn].
func (d *Desk) ReadNumbers(ctx context.Context, u Upload, o sheet.Options) (*NumbersFile, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(u.path)
	if err != nil {
		return nil, fmt.Errorf("open upload: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open upload: %w", err), f.Close())
	}
	o.IsNumber = func(cell string) bool { return holdsMobile(cell, set.Country) }
	o.Country, o.TempDir = set.Country, d.uploads()
	s, err := sheet.Open(f, info.Size(), u.Name, o)
	if err != nil {
		_ = f.Close()
		return nil, fileRefusal(err)
	}
	n := &NumbersFile{Sheet: s, Guess: s.NumberColumn(), file: f}
	if len(n.Guess.Candidates) == 0 {
		_ = n.Close()
		return nil, ErrNoNumberColumn.because("No column of %s looks like mobile numbers. Check that you chose the right file.", u.Name)
	}
	return n, nil
}

// Numbers takes the numbers of a column, counted from 0, up to MaxAtOnce. Cells without a digit
// are no numbers; what else is none is kept, so that the page can say why.
func (n *NumbersFile) Numbers(column int) (FileNumbers, error) {
	// mostText is more than numbers can come to, in bytes.
	const mostText = MaxAtOnce * 64
	var all FileNumbers
	text := 0
	for row, err := range n.Rows() {
		if err != nil {
			return FileNumbers{}, fileRefusal(err)
		}
		all.Rows++
		cell := tidy(row.Cell(column))
		if !strings.ContainsFunc(cell, isDigit) {
			all.Without++
			continue
		}
		if len(all.Numbers) == MaxAtOnce {
			return FileNumbers{}, ErrTooManyTo.because("This file has more than %s numbers, which is what fits among those that are typed. Send to the file itself instead.", thousands(MaxAtOnce)).on("file")
		}
		if text += len(cell); text > mostText {
			return FileNumbers{}, ErrBadFile.because("The column “%s” holds long texts, not mobile numbers.", n.Title(column))
		}
		all.Numbers = append(all.Numbers, cell)
	}
	all.Hidden = n.Hidden
	return all, nil
}

// Close lets go of the file, which stays where it is.
func (n *NumbersFile) Close() error { return errors.Join(n.Sheet.Close(), n.file.Close()) }

// fileRefusal makes a refusal of what is wrong with a file; faults stay faults.
func fileRefusal(err error) error {
	if p, ok := errors.AsType[*sheet.Problem](err); ok {
		return ErrBadFile.because("%s", p.Sentence)
	}
	return err
}

// holdsMobile reports whether a cell has a mobile number in it, or what Excel
// made of one.
func holdsMobile(cell, home string) bool {
	const longest = 80 // bytes; longer cells hold notes
	if len(cell) > longest {
		return false
	}
	for _, typed := range sms.SplitNumbers(cell) {
		_, err := sms.ParseMSISDN(typed.Number, home)
		if err == nil {
			return true
		}
		if bad, ok := errors.AsType[*sms.NumberError](err); ok && bad.Reason == sms.NumberScientific {
			return true
		}
	}
	return false
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' || r > 0x7F && unicode.IsDigit(r) }
