package sheet_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"textdesk/sheet"
)

// BenchmarkWorkbook reads 100,000 rows of 8 columns, as Excel writes them: texts
// shared, a date in a format.
func BenchmarkWorkbook(b *testing.B) {
	const rows = 100_000
	plain := workbook(b, func(f *excelize.File, check func(error)) {
		check(f.SetCellValue("Sheet1", "A1", "x"))
		code := "dd/mm/yyyy"
		_, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		check(err)
	})
	var part, shared strings.Builder
	part.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	shared.WriteString("<sst>")
	n := 0
	text := func(s string) int {
		fmt.Fprintf(&shared, "<si><t>%s</t></si>", s)
		n++
		return n - 1
	}
	for _, class := range "ABCDEFGH" {
		text("Class " + string(class))
	}
	for row := 1; row <= rows; row++ {
		fmt.Fprintf(&part, `<row r="%d" spans="1:8">`, row)
		for i, cell := range []string{
			fmt.Sprintf(`t="s"><v>%d`, text(fmt.Sprint("First", row%977))), fmt.Sprintf(`t="s"><v>%d`, text(fmt.Sprint("Surname", row))), fmt.Sprintf(`><v>%d`, 447700000000+row),
			fmt.Sprintf(`t="s"><v>%d`, text(fmt.Sprintf("person%d@example.org", row))), fmt.Sprintf(`s="1"><v>%d`, 40000+row%3000), fmt.Sprintf(`t="s"><v>%d`, row%8),
			fmt.Sprintf(`><v>%d`, row%20), fmt.Sprintf(`t="s"><v>%d`, text(fmt.Sprintf("%d High Street", row%300))),
		} {
			fmt.Fprintf(&part, `<c r="%c%d" %s</v></c>`, 'A'+i, row, cell)
		}
		part.WriteString("</row>")
	}
	part.WriteString("</sheetData></worksheet>")
	shared.WriteString("</sst>")
	file := rewrite(b, plain, "xl/worksheets/sheet1.xml", func(string) string { return part.String() })
	file = rewrite(b, file, "xl/sharedStrings.xml", func(string) string { return shared.String() })
	b.ReportAllocs()
	for b.Loop() {
		s, err := sheet.Open(bytes.NewReader(file), int64(len(file)), "people.xlsx", sheet.Options{IsNumber: isNumber, TempDir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		read := 0
		for row, err := range s.Rows() {
			if err != nil || len(row.Cells) != 8 {
				b.Fatal(err, row)
			}
			read++
		}
		if err := s.Close(); err != nil || read < rows-1 {
			b.Fatal(err, read)
		}
	}
}
