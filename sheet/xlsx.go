package sheet

import (
	"archive/zip"
	"io"
	"iter"
	"strings"
)

// book is an XLSX file with the worksheet that is read. The worksheet is unpacked
// while it is read, each time.
type book struct {
	outline
	parts   *zip.Reader
	texts   *texts
	formats []*format
	merged  []mergedRange
}

var errDamaged = problem("This workbook is damaged. Open it in Excel, save it again, and try once more.")

// openBook opens the first worksheet that is not hidden. Many shared strings go
// to a file in tempDir.
func openBook(r io.ReaderAt, size int64, o Options) (*book, error) {
	parts, err := zip.NewReader(r, size)
	if err != nil {
		return nil, errDamaged
	}
	if err := checkParts(parts); err != nil {
		return nil, err
	}
	b := &book{parts: parts}
	if b.outline, err = readOutline(parts); err != nil {
		return nil, err
	}
	if b.merged, err = readMerged(parts, b.sheet); err != nil {
		return nil, err
	}
	if b.formats, err = readFormats(parts, b.styles, shortDate(o.Country)); err != nil {
		return nil, err
	}
	if b.texts, err = readTexts(parts, b.strings, o.TempDir); err != nil {
		return nil, err
	}
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

func (b *book) close() error { return b.texts.close() }

func (b *book) rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		in, err := openPart(b.parts, b.sheet)
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer func() { _ = in.Close() }()
		rows := worksheet{book: b, xml: newXMLReader(in), fill: filler{ranges: b.merged}}
		for {
			row, ok, err := rows.next()
			switch {
			case err != nil:
				yield(Row{}, err)
				return
			case !ok || !yield(row, nil):
				return
			}
		}
	}
}
