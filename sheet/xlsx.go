package sheet

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// book is an XLSX file with the worksheet that is read.
type book struct {
	file *excelize.File
	name string // of the worksheet
	// formats: some cells are shown otherwise than they are kept, such as dates.
	formats bool
	merged  []mergedRange
}

var errDamaged = problem("This workbook is damaged. Open it in Excel, save it again, and try once more.")

// openBook opens the first worksheet that is not hidden. The library unpacks
// large parts to temporary files and reads them as a stream.
func openBook(r io.ReaderAt, size int64, tempDir string) (b *book, err error) {
	defer func() {
		if recover() != nil { // the library trusts what a file says about itself
			b, err = nil, errDamaged
		}
	}()
	parts, err := zip.NewReader(r, size)
	if err != nil {
		return nil, errDamaged
	}
	if err := checkParts(parts); err != nil {
		return nil, err
	}
	b = &book{}
	path := ""
	if b.name, path, err = firstVisible(parts); err != nil {
		return nil, err
	}
	if b.merged, err = readMerged(parts, path); err != nil {
		return nil, err
	}
	options := excelize.Options{UnzipSizeLimit: MaxUnzipped, UnzipXMLSizeLimit: maxInMemory, TmpDir: tempDir}
	if f, ok := r.(*os.File); ok { // which spares a copy in memory
		b.file, err = excelize.OpenFile(f.Name(), options)
	} else {
		b.file, err = excelize.OpenReader(io.NewSectionReader(r, 0, size), options)
	}
	if err != nil {
		if b.file != nil {
			_ = b.file.Close()
		}
		if _, ok := errors.AsType[*os.PathError](err); ok {
			return nil, fmt.Errorf("open workbook: %w", err) // the disk, not the file
		}
		return nil, errDamaged
	}
	b.formats = b.hasFormats()
	return b, nil
}

// checkParts refuses a file that would unpack to more than we take, before
// anything is unpacked. The sizes are those that the file declares; the zip
// reader lets no part be larger than it declared. They are summed as unsigned
// numbers, because a size of 2^63 would be negative otherwise.
func checkParts(parts *zip.Reader) error {
	var all, held uint64
	workbook := false
	for _, p := range parts.File {
		name := strings.ToLower(strings.ReplaceAll(p.Name, `\`, "/"))
		n := p.UncompressedSize64
		if n > MaxUnzipped || all+n > MaxUnzipped {
			return problem("This workbook unpacks to more than %d MB, far too much for a list of people. Copy the table into a new workbook, and try again.", MaxUnzipped>>20)
		}
		all += n
		if !strings.HasPrefix(name, "xl/worksheets/sheet") && name != "xl/sharedstrings.xml" {
			held += n
		}
		workbook = workbook || name == "xl/workbook.xml"
	}
	switch {
	case !workbook:
		return problem("This is a ZIP file, but not an Excel workbook. Choose a CSV file or an Excel workbook (.xlsx).")
	case held > maxParts:
		return problem("This workbook is full of pictures or other things. Copy the table into a new workbook, and try again.")
	}
	return nil
}

func (b *book) close() error {
	if err := b.file.Close(); err != nil {
		return fmt.Errorf("close workbook: %w", err)
	}
	return nil
}

// hasFormats reports whether any cell may be shown otherwise than it is kept.
func (b *book) hasFormats() bool {
	for i := 0; ; i++ {
		style, err := b.file.GetStyle(i)
		if err != nil {
			return false
		}
		if style.NumFmt != 0 && style.NumFmt != 49 || style.CustomNumFmt != nil {
			return true
		}
	}
}

func (b *book) rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		stopped := false
		err := b.each(func(r Row) bool {
			stopped = !yield(r, nil)
			return !stopped
		})
		if err != nil && !stopped {
			yield(Row{}, err)
		}
	}
}

// each gives every row. Where the workbook has formats a second pass goes
// beside the first and reads what is kept, so that a mobile number is not lost
// to a format that shows 4.48E+11.
func (b *book) each(yield func(Row) bool) (err error) {
	inside := false // what panics in yield is not the library
	defer func() {
		if p := recover(); p != nil {
			if inside {
				panic(p)
			}
			err = errDamaged
		}
	}()
	shown, err := b.file.Rows(b.name)
	if err != nil {
		return errDamaged
	}
	defer func() { _ = shown.Close() }()
	var kept *excelize.Rows
	if b.formats {
		if kept, err = b.file.Rows(b.name); err != nil {
			return errDamaged
		}
		defer func() { _ = kept.Close() }()
	}
	fill := filler{ranges: b.merged}
	for number := 1; shown.Next(); number++ {
		if number > lastRow {
			return tooManyRows()
		}
		hidden := shown.GetRowOpts().Hidden
		cells, err := shown.Columns()
		if err != nil {
			return errDamaged
		}
		if kept != nil && kept.Next() {
			raw, err := kept.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				return errDamaged
			}
			for i := range cells {
				if i < len(raw) && raw[i] != cells[i] {
					cells[i] = asWritten(cells[i], raw[i])
				}
			}
		}
		cells = fill.row(number, cells)
		for i, c := range cells {
			if i >= MaxColumns && strings.TrimSpace(c) != "" {
				return tooManyColumns(number)
			}
			if len(c) > MaxCell*4 || len(c) > MaxCell && len([]rune(c)) > MaxCell {
				return problemAt(number, "has a cell of more than %s characters.", thousands(MaxCell))
			}
		}
		inside = true
		if !yield(Row{Number: number, Cells: cells[:min(len(cells), MaxColumns)], hidden: hidden}) {
			return nil
		}
		inside = false
	}
	if shown.Error() != nil {
		return errDamaged
	}
	return nil
}

// lastDate is beyond the last day that Excel knows, counted as it does.
const lastDate = 2_958_466

// asWritten chooses between what a cell shows and what it keeps. A whole number
// too large for a date is given with all its digits, if it has them all, for it
// may be a phone number; everything else as it is shown.
func asWritten(shown, kept string) string {
	n, err := strconv.ParseFloat(kept, 64)
	if err != nil || n != math.Trunc(n) || n < lastDate || n > 1<<53 {
		return shown
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
