package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// outline is what a workbook says of itself: its first worksheet that is not
// hidden, and where its parts are.
type outline struct {
	name                   string // of the worksheet
	sheet, strings, styles string // parts; "" for none
	date1904               bool
}

// readOutline reads the list of worksheets.
func readOutline(parts *zip.Reader) (o outline, err error) {
	var workbook struct {
		Settings struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			// Strict is the same in files of the stricter kind.
			Strict string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := decodePart(parts, "xl/workbook.xml", &workbook); err != nil {
		return o, err
	}
	if err := decodePart(parts, "xl/_rels/workbook.xml.rels", &relations); err != nil {
		return o, err
	}
	o.date1904 = isTrue([]byte(workbook.Settings.Date1904))
	at := func(target string) string {
		if target, ok := strings.CutPrefix(strings.ReplaceAll(target, `\`, "/"), "/"); ok {
			return path.Clean(target)
		}
		return path.Join("xl", target)
	}
	for _, r := range relations.All {
		switch {
		case strings.HasSuffix(r.Type, "/sharedStrings"):
			o.strings = at(r.Target)
		case strings.HasSuffix(r.Type, "/styles"):
			o.styles = at(r.Target)
		}
	}
	for _, s := range workbook.Sheets {
		if s.State == "hidden" || s.State == "veryHidden" {
			continue
		}
		for _, r := range relations.All {
			if (r.ID == s.ID || r.ID == s.Strict) && strings.HasSuffix(r.Type, "/worksheet") {
				o.name, o.sheet = s.Name, at(r.Target)
				return o, nil
			}
		}
	}
	return o, problem("This workbook has no worksheet that can be seen. Show the one with the people, save it, and try again.")
}

// openPart opens a part of a workbook as UTF-8. Workbooks may have UTF-16 as well,
// which begins with its mark.
func openPart(parts *zip.Reader, name string) (io.ReadCloser, error) {
	for _, p := range parts.File {
		if !strings.EqualFold(strings.ReplaceAll(p.Name, `\`, "/"), name) {
			continue
		}
		r, err := p.Open()
		if err != nil {
			return nil, errDamaged
		}
		in := bufio.NewReader(r)
		part := struct {
			io.Reader
			io.Closer
		}{in, r}
		if mark, _ := in.Peek(2); bytes.Equal(mark, []byte("\xFF\xFE")) || bytes.Equal(mark, []byte("\xFE\xFF")) {
			part.Reader = transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
		}
		return part, nil
	}
	return nil, errDamaged
}

func decodePart(parts *zip.Reader, name string, into any) error {
	r, err := openPart(parts, name)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	d := xml.NewDecoder(r)
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "utf-16") { // it is UTF-8 by now
			return in, nil
		}
		return nil, errDamaged
	}
	if err := d.Decode(into); err != nil {
		return errDamaged
	}
	return nil
}

// mergedRange are cells that are shown as one. All of them have the value of
// the first.
type mergedRange struct {
	top, bottom, left, right int // counted from 1
	value                    string
}

// readMerged reads the ranges, which stand behind the rows: the rows are passed
// over unread, but for whether they end.
func readMerged(parts *zip.Reader, part string) ([]mergedRange, error) {
	r, err := openPart(parts, part)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	tail, err := behindRows(r)
	if err != nil {
		return nil, err
	}
	var ranges []mergedRange
	for rest := tail; ; {
		_, after, found := bytes.Cut(rest, []byte("mergeCell "))
		if !found {
			break
		}
		rest = after
		tag, _, _ := bytes.Cut(rest, []byte(">"))
		_, ref, found := strings.Cut(string(tag), `ref="`)
		if !found {
			continue
		}
		ref, _, _ = strings.Cut(ref, `"`)
		from, to, found := strings.Cut(ref, ":")
		left, top, ok1 := placeOf([]byte(from))
		right, bottom, ok2 := placeOf([]byte(to))
		if !found || !ok1 || !ok2 {
			continue
		}
		if len(ranges) == maxMerged {
			return nil, problem("This worksheet has more than %s merged cells. Unmerge them, and try again.", thousands(maxMerged))
		}
		ranges = append(ranges, mergedRange{top: top, bottom: bottom, left: left, right: min(right, MaxColumns)})
	}
	slices.SortFunc(ranges, func(a, b mergedRange) int { return a.top - b.top })
	return ranges, nil
}

// behindRows returns what comes after the rows; a worksheet in which they do not
// end was cut off.
func behindRows(r io.Reader) ([]byte, error) {
	var tail []byte
	ended := false
	block := make([]byte, 64<<10)
	for {
		n, err := r.Read(block)
		tail = append(tail, block[:n]...)
		if i := rowsEnd(tail); i >= 0 {
			ended = true
			tail = append(tail[:0], tail[i:]...)
		} else if !ended && len(tail) > longestTag {
			tail = append(tail[:0], tail[len(tail)-longestTag:]...)
		}
		switch {
		case len(tail) > maxInMemory:
			return nil, problem("This worksheet is full of pictures, formats or other things. Copy the table into a new workbook, and try again.")
		case errors.Is(err, io.EOF) && ended:
			return tail, nil
		case errors.Is(err, io.EOF), errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, errDamaged
		case err != nil:
			if _, ok := errors.AsType[flate.CorruptInputError](err); ok {
				return nil, errDamaged
			}
			return nil, fmt.Errorf("read worksheet: %w", err)
		}
	}
}

// longestTag is more than the tag that ends the rows can have, in bytes.
const longestTag = 64

// rowsEnd is where the last tag that ends the rows ends, with a prefix or
// without: "</sheetData>", "</x:sheetData>", "<sheetData/>"; -1 without any.
func rowsEnd(text []byte) int {
	const tag = "sheetData"
	if !bytes.Contains(text, []byte(tag)) { // which is quick
		return -1
	}
	for i := len(text); ; {
		if i = bytes.LastIndex(text[:i], []byte(tag)); i < 0 {
			return -1
		}
		rest := text[i+len(tag):]
		if bytes.HasPrefix(rest, []byte("/>")) {
			return i + len(tag) + len("/>")
		}
		open := bytes.LastIndexByte(text[max(0, i-longestTag):i], '<')
		if open += max(0, i-longestTag); bytes.HasPrefix(rest, []byte(">")) && bytes.HasPrefix(text[max(0, open):i], []byte("</")) {
			return i + len(tag) + len(">")
		}
	}
}

// filler gives every cell of a merged range its value, while the rows go by.
type filler struct {
	ranges []mergedRange // still to come, by their first row
	open   []mergedRange
}

func (f *filler) row(number int, cells []string) []string {
	if len(f.ranges) == 0 && len(f.open) == 0 {
		return cells
	}
	f.open = slices.DeleteFunc(f.open, func(m mergedRange) bool { return m.bottom < number })
	for len(f.ranges) > 0 && f.ranges[0].top <= number {
		m := f.ranges[0]
		f.ranges = f.ranges[1:]
		if m.top == number && m.left <= len(cells) && cells[m.left-1] != "" {
			m.value = cells[m.left-1]
			f.open = append(f.open, m)
		}
	}
	for _, m := range f.open {
		for len(cells) < m.right {
			cells = append(cells, "")
		}
		for i := m.left - 1; i < m.right; i++ {
			cells[i] = m.value
		}
	}
	return cells
}

// going reports whether a range goes on below the row that went by last.
func (f *filler) going() bool { return len(f.open) > 0 }
