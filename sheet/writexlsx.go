package sheet

import (
	"archive/zip"
	"compress/flate"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xlsxWriter writes a workbook as a stream: the worksheets first, and what names
// them last.
type xlsxWriter struct {
	zip     *zip.Writer
	sheet   io.Writer // of the worksheet that is being written
	name    string
	columns []Column
	sheets  int
	last    int // row of the worksheet
	b       []byte
	err     error
}

// xlsxChunk is how much is gathered for a write, in bytes.
const xlsxChunk = 64 << 10

const (
	xmlHead     = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	xmlMain     = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	xmlPackage  = `http://schemas.openxmlformats.org/package/2006/`
	xmlDocument = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	xmlTypes    = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
)

// The styles of cells. Texts have Excel's own format for text, so that a number
// that somebody corrects stays a text.
const (
	styleText  = `1`
	styleTitle = `2`
)

const xlsxStyles = xmlHead + `<styleSheet ` + xmlMain + `>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

func newXLSXWriter(to io.Writer, name string, columns []Column) *xlsxWriter {
	x := &xlsxWriter{zip: zip.NewWriter(to), name: worksheetName(name), columns: columns}
	x.zip.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	// Any other part is a worksheet: how many there will be is not known yet.
	x.part("[Content_Types].xml", xmlHead+`<Types xmlns="`+xmlPackage+`content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
		`<Default Extension="xml" ContentType="`+xmlTypes+`worksheet+xml"/><Override PartName="/xl/workbook.xml" ContentType="`+xmlTypes+`sheet.main+xml"/>`+
		`<Override PartName="/xl/styles.xml" ContentType="`+xmlTypes+`styles+xml"/></Types>`)
	x.part("_rels/.rels", xmlHead+`<Relationships xmlns="`+xmlPackage+`relationships"><Relationship Id="rId1" Type="`+xmlDocument+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	x.part("xl/styles.xml", xlsxStyles)
	x.begin()
	return x
}

func (x *xlsxWriter) part(name, content string) {
	if x.err != nil {
		return
	}
	var w io.Writer
	if w, x.err = x.zip.Create(name); x.err == nil {
		_, x.err = io.WriteString(w, content)
	}
}

// begin begins a worksheet, with the titles on top, which stay in sight.
func (x *xlsxWriter) begin() {
	if x.err != nil {
		return
	}
	x.sheets++
	x.last = 0
	if x.sheet, x.err = x.zip.Create("xl/worksheets/sheet" + strconv.Itoa(x.sheets) + ".xml"); x.err != nil {
		return
	}
	x.b = append(x.b, xmlHead+`<worksheet `+xmlMain+`><sheetViews><sheetView workbookViewId="0"`...)
	if x.sheets == 1 {
		x.b = append(x.b, ` tabSelected="1"`...)
	}
	x.b = append(x.b, `><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`...)
	for i, c := range x.columns {
		width, style := c.Width, ` style="`+styleText+`"`
		if width == 0 {
			width = 20
		}
		if c.Number {
			style = ""
		}
		n := strconv.Itoa(i + 1)
		x.b = append(x.b, `<col min="`+n+`" max="`+n+`" width="`+strconv.Itoa(width)+`" customWidth="1"`+style+`/>`...)
	}
	if len(x.columns) == 0 {
		x.b = append(x.b, `<col min="1" max="1" width="20"/>`...)
	}
	x.b = append(x.b, `</cols><sheetData>`...)
	x.open()
	for i, c := range x.columns {
		x.text(i, c.Title, styleTitle)
	}
	x.b = append(x.b, `</row>`...)
}

func (x *xlsxWriter) open() {
	x.last++
	x.b = append(x.b, `<row r="`...)
	x.b = strconv.AppendInt(x.b, int64(x.last), 10)
	x.b = append(x.b, `">`...)
}

func (x *xlsxWriter) row(cells []string) error {
	if x.err != nil {
		return x.err
	}
	if x.last == lastRow {
		x.end()
		x.begin()
	}
	x.open()
	for i, c := range cells {
		switch {
		case c == "":
		case i < len(x.columns) && x.columns[i].Number && isNumber(c):
			x.b = append(x.b, `<c r="`...)
			x.place(i)
			x.b = append(x.b, `"><v>`...)
			x.b = append(x.b, c...)
			x.b = append(x.b, `</v></c>`...)
		default:
			x.text(i, c, styleText)
		}
	}
	x.b = append(x.b, `</row>`...)
	if len(x.b) >= xlsxChunk {
		x.flush()
	}
	return x.err
}

func (x *xlsxWriter) text(column int, text, style string) {
	x.b = append(x.b, `<c r="`...)
	x.place(column)
	x.b = append(x.b, `" s="`+style+`" t="inlineStr"><is><t`...)
	if strings.TrimSpace(text) != text || strings.ContainsAny(text, "\n") {
		x.b = append(x.b, ` xml:space="preserve"`...)
	}
	x.b = append(x.b, '>')
	x.b = appendXML(x.b, text)
	x.b = append(x.b, `</t></is></c>`...)
}

// place names a cell of the row that is being written: B7.
func (x *xlsxWriter) place(column int) {
	if column < 26 {
		x.b = append(x.b, byte('A'+column))
	} else {
		x.b = append(x.b, letters(column)...)
	}
	x.b = strconv.AppendInt(x.b, int64(x.last), 10)
}

func (x *xlsxWriter) flush() {
	if x.err == nil {
		_, x.err = x.sheet.Write(x.b)
	}
	x.b = x.b[:0]
}

// end ends a worksheet.
func (x *xlsxWriter) end() {
	x.b = append(x.b, `</sheetData></worksheet>`...)
	x.flush()
}

func (x *xlsxWriter) close() error {
	x.end()
	book := xmlHead + `<workbook ` + xmlMain + ` xmlns:r="` + xmlDocument + `"><sheets>`
	rels := xmlHead + `<Relationships xmlns="` + xmlPackage + `relationships">`
	for i := 1; i <= x.sheets; i++ {
		n, name := strconv.Itoa(i), x.name
		if i > 1 {
			name += " " + n
		}
		book += `<sheet name="` + string(appendXML(nil, name)) + `" sheetId="` + n + `" r:id="rId` + n + `"/>`
		rels += `<Relationship Id="rId` + n + `" Type="` + xmlDocument + `/worksheet" Target="worksheets/sheet` + n + `.xml"/>`
	}
	n := strconv.Itoa(x.sheets + 1)
	rels += `<Relationship Id="rId` + n + `" Type="` + xmlDocument + `/styles" Target="styles.xml"/></Relationships>`
	x.part("xl/workbook.xml", book+`</sheets></workbook>`)
	x.part("xl/_rels/workbook.xml.rels", rels)
	if x.err != nil {
		return x.err
	}
	return x.zip.Close()
}

// worksheetName is a name that Excel allows: 31 characters, none of some signs.
func worksheetName(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return ' '
		}
		return r
	}, name))
	name = strings.Trim(name, "'")
	const longest = 25 // leaves room for the number of a second one
	if letters := []rune(name); len(letters) > longest {
		name = strings.TrimSpace(string(letters[:longest]))
	}
	if name == "" {
		return "Table"
	}
	return name
}

// isNumber reports whether a workbook can keep text as a number and show it the
// same.
func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && len(text) <= 15 && strings.Trim(text, "0123456789.-") == ""
}

// appendXML writes text into XML. Line ends are those of a cell; what XML cannot
// hold is written as Excel does, _x0001_, and what only looks like that is kept
// apart from it.
func appendXML(b []byte, text string) []byte {
	if plainXML(text) {
		return append(b, text...)
	}
	for i, r := range text {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '"':
			b = append(b, "&quot;"...)
		case r == '\r':
			if i+1 >= len(text) || text[i+1] != '\n' {
				b = append(b, '\n')
			}
		case r == '_' && escapes(text[i:]):
			b = append(b, "_x005F_"...)
		case r < ' ' && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			const hex = "0123456789ABCDEF"
			b = append(b, '_', 'x', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15], '_')
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

func plainXML(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= utf8.RuneSelf || c == '&' || c == '<' || c == '>' || c == '"' || c == '_' {
			return false
		}
	}
	return true
}

// escapes reports whether text begins like Excel's _x0001_.
func escapes(text string) bool {
	return len(text) >= 7 && text[1] == 'x' && text[6] == '_' && strings.Trim(text[2:6], "0123456789abcdefABCDEF") == ""
}
