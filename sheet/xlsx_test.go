package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/unicode"

	"textdesk/sheet"
)

// workbook makes an XLSX file.
func workbook(t testing.TB, fill func(f *excelize.File, check func(error))) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f, func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	})
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openBytes(file []byte, o sheet.Options) (*sheet.Sheet, error) {
	o.IsNumber = isNumber
	return sheet.Open(bytes.NewReader(file), int64(len(file)), "people.xlsx", o)
}

func TestWorkbook(t *testing.T) {
	file := workbook(t, func(f *excelize.File, check func(error)) {
		check(f.SetSheetName("Sheet1", "Secret"))
		_, err := f.NewSheet("Parents")
		check(err)
		f.SetActiveSheet(1)
		check(f.SetSheetVisible("Secret", false))
		check(f.SetSheetRow("Secret", "A1", &[]any{"not", "this"}))
		for i, row := range [][]any{
			{"Name", "Mobile No", "Born", "Class", "Fee", "Paid"},
			{"Ann", 447700900123, time.Date(2015, 6, 3, 0, 0, 0, 0, time.UTC), "7B", 12.5, true},
			{"Ben", "4.48E+11", "", "", 3, false},
			{"hidden", "07700900999"},
			{"Cid", 7700900125, "", "8A", 0.5},
			{},
			{"Dan", "+44 (0)7700 900126"},
		} {
			check(f.SetSheetRow("Parents", fmt.Sprintf("A%d", i+1), &row))
		}
		check(f.SetRowVisible("Parents", 4, false))
		check(f.MergeCell("Parents", "D2", "D3"))
		scientific, err := f.NewStyle(&excelize.Style{NumFmt: 11})
		check(err)
		check(f.SetCellStyle("Parents", "B2", "B2", scientific))
		grouped, err := f.NewStyle(&excelize.Style{NumFmt: 3})
		check(err)
		check(f.SetCellStyle("Parents", "B5", "B5", grouped))
		date, err := f.NewStyle(&excelize.Style{CustomNumFmt: new("dd/mm/yyyy")})
		check(err)
		check(f.SetCellStyle("Parents", "C2", "C2", date))
		percent, err := f.NewStyle(&excelize.Style{NumFmt: 9})
		check(err)
		check(f.SetCellStyle("Parents", "E5", "E5", percent))
	})
	s, err := openBytes(file, sheet.Options{})
	must(t, err)
	defer s.Close()
	if s.Kind != sheet.XLSX || s.Worksheet != "Parents" || !s.Header || s.Columns != 6 || s.Title(s.NumberColumn().Column) != "Mobile No" {
		t.Errorf("read as %+v", s)
	}
	want := []string{"2: Ann|447700900123|03/06/2015|7B|12.5|TRUE", "3: Ben|4.48E+11||7B|3|FALSE", "5: Cid|7700900125||8A|50%", "7: Dan|+44 (0)7700 900126"}
	for range 2 {
		got, err := all(s)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		if s.Hidden != 1 {
			t.Errorf("%d hidden rows, want 1", s.Hidden)
		}
	}
}

func TestMergedTitles(t *testing.T) {
	file := workbook(t, func(f *excelize.File, check func(error)) {
		for i, row := range [][]any{{"Recall list, printed on 01/09/2026"}, {"Name", "Contact"}, {"", "Mobile", "Email"}, {"Ann", "07700900123", "ann@example.org"}} {
			check(f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
		}
		check(f.MergeCell("Sheet1", "A1", "C1"))
		check(f.MergeCell("Sheet1", "A2", "A3"))
		check(f.MergeCell("Sheet1", "B2", "C2"))
	})
	s, err := openBytes(file, sheet.Options{})
	must(t, err)
	defer s.Close()
	got, err := all(s)
	must(t, err)
	if diff := cmp.Diff([]string{"4: Ann|07700900123|ann@example.org"}, got); diff != "" || !cmp.Equal(s.Titles, []string{"Name", "Mobile", "Email"}) {
		t.Errorf("titles %q:\n%s", s.Titles, diff)
	}
}

func TestWorkbookWithoutFormats(t *testing.T) {
	file := workbook(t, func(f *excelize.File, check func(error)) {
		check(f.SetSheetRow("Sheet1", "B3", &[]any{"Name", "Mobile"}))
		check(f.SetSheetRow("Sheet1", "B4", &[]any{"Ann", 447700900123}))
		check(f.SetCellFormula("Sheet1", "C5", `"077009"&"00124"`))
		check(f.MergeCell("Sheet1", "B4", "B6"))
		check(f.SetCellValue("Sheet1", "C6", "4.48E+11"))
	})
	// A program that calculates keeps the value beside the formula.
	file = rewrite(t, file, "xl/worksheets/sheet1.xml", func(part string) string {
		part = strings.Replace(part, "</f></c>", "</f><v>07700900124</v></c>", 1)
		part = strings.Replace(part, `<c r="C5">`, `<c r="C5" t="str">`, 1)
		return strings.Replace(part, "447700900123", "4.47700900123E11", 1)
	})
	s, err := openBytes(file, sheet.Options{})
	must(t, err)
	defer s.Close()
	got, err := all(s)
	if diff := cmp.Diff([]string{"4: |Ann|447700900123", "5: |Ann|07700900124", "6: |Ann|4.48E+11"}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

// A worksheet is unpacked as it is read; many shared strings go to a file, which
// is gone when the workbook is closed.
func TestLargeWorkbookTakesNoMemory(t *testing.T) {
	const rows, long = 20_000, "A parent with rather a long name. "
	sheets := map[string]func(b *strings.Builder, row int, name string){
		"texts in the cells": func(b *strings.Builder, row int, name string) {
			fmt.Fprintf(b, `<row r="%d"><c r="A%[1]d" t="inlineStr"><is><t>%[2]s</t></is></c><c r="B%[1]d"><v>%[3]d</v></c></row>`, row, name, 447700900000+row)
		},
		"shared texts": func(b *strings.Builder, row int, _ string) {
			fmt.Fprintf(b, `<row r="%d"><c r="A%[1]d" t="s"><v>%[2]d</v></c><c r="B%[1]d"><v>%[3]d</v></c></row>`, row, (row*7919)%rows, 447700900000+row)
		},
	}
	for what, write := range sheets {
		t.Run(what, func(t *testing.T) {
			plain := workbook(t, func(f *excelize.File, check func(error)) { check(f.SetCellValue("Sheet1", "A1", "x")) })
			var part, shared strings.Builder
			part.WriteString("<worksheet><sheetData>")
			shared.WriteString("<sst>")
			for row := 1; row <= rows; row++ {
				name := fmt.Sprint(strings.Repeat(long, 20), row)
				write(&part, row, name)
				if what == "shared texts" {
					fmt.Fprintf(&shared, "<si><t>%s</t></si>", fmt.Sprint(strings.Repeat(long, 20), row-1))
				}
			}
			part.WriteString("</sheetData></worksheet>")
			shared.WriteString("</sst>")
			file := rewrite(t, plain, "xl/worksheets/sheet1.xml", func(string) string { return part.String() })
			file = rewrite(t, file, "xl/sharedStrings.xml", func(string) string { return shared.String() })
			part.Reset()
			shared.Reset()
			path := filepath.Join(t.TempDir(), "large.xlsx")
			must(t, os.WriteFile(path, file, 0o600))
			r, err := os.Open(path)
			must(t, err)
			defer r.Close()
			temp := t.TempDir()
			before := live()
			s, err := sheet.Open(r, int64(len(file)), "large.xlsx", sheet.Options{TempDir: temp, IsNumber: isNumber})
			must(t, err)
			if left, _ := os.ReadDir(temp); (len(left) > 0) != (what == "shared texts") {
				t.Errorf("in the directory for files of a while: %v", left)
			}
			n, most := 0, uint64(0)
			for row, err := range s.Rows() {
				must(t, err)
				if n++; n%4000 == 0 {
					most = max(most, live())
				}
				want := row.Number
				if what == "shared texts" {
					want = (row.Number * 7919) % rows
				}
				if row.Cell(0) != fmt.Sprint(strings.Repeat(long, 20), want) {
					t.Fatalf("row %d begins with another text", row.Number)
				}
			}
			if most > before+8<<20 {
				t.Errorf("%d MB are held while it is read", (most-before)>>20)
			}
			must(t, s.Close())
			if left, _ := os.ReadDir(temp); n != rows || len(left) > 0 {
				t.Errorf("%d rows, left behind: %v", n, left)
			}
		})
	}
}

// live is how many bytes are in use.
func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestWorkbooksThatCannotBeRead(t *testing.T) {
	plain := workbook(t, func(f *excelize.File, check func(error)) {
		check(f.SetSheetRow("Sheet1", "A1", &[]any{"Name", "Mobile"}))
		check(f.SetSheetRow("Sheet1", "A2", &[]any{"Ann", "07700900123"}))
	})
	cut := func(part string) string { return part[:strings.Index(part, "</sheetData>")] }
	const first = "xl/worksheets/sheet1.xml"
	for _, c := range []struct {
		name  string
		file  []byte
		words string
	}{
		{"half of it", plain[:len(plain)/2], "damaged"},
		{"another archive", archive(t, "letter.docx", "x"), "not an Excel workbook"},
		{"no worksheets", archive(t, "xl/workbook.xml", "<workbook/>"), "damaged"},
		{"cut worksheet", rewrite(t, plain, first, cut), "damaged"},
		{"a bomb", bomb(t, sheet.MaxUnzipped+1), "unpacks to more than 512 MB"},
		{"a size that overflows", bomb(t, 1<<63), "unpacks to more than 512 MB"},
		{"much beside it", bomb(t, 65<<20), "full of pictures"},
		{"nothing in it", workbook(t, func(*excelize.File, func(error)) {}), "nothing in this file"},
		{"only titles", workbook(t, func(f *excelize.File, check func(error)) {
			check(f.SetSheetRow("Sheet1", "A1", &[]any{"Name", "Mobile"}))
		}), "nobody below"},
		{"all hidden", rewrite(t, plain, "xl/workbook.xml", func(part string) string {
			return strings.Replace(part, "<sheet ", `<sheet state="veryHidden" `, 1)
		}), "no worksheet that can be seen"},
		{"columns", workbook(t, func(f *excelize.File, check func(error)) {
			row := make([]any, 10_000)
			for i := range row {
				row[i] = "x"
			}
			check(f.SetSheetRow("Sheet1", "A2", &row))
		}), "Row 2 has more than 256 columns"},
		{"a long cell", rewrite(t, plain, "xl/sharedStrings.xml", func(part string) string {
			return strings.Replace(part, "Ann", strings.Repeat("x", 1<<20), 1)
		}), "Row 2 has a cell of more than 32,767"},
	} {
		s, err := openBytes(c.file, sheet.Options{})
		if err == nil {
			_, err = all(s)
		}
		if _, ok := errors.AsType[*sheet.Problem](err); !ok || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want %q", c.name, err, c.words)
		}
	}
	protected := workbook(t, func(f *excelize.File, check func(error)) {})
	f, err := excelize.OpenReader(bytes.NewReader(protected))
	must(t, err)
	var out bytes.Buffer
	must(t, f.Write(&out, excelize.Options{Password: "secret"}))
	if _, err := openBytes(out.Bytes(), sheet.Options{}); err == nil || !strings.Contains(err.Error(), "protected with a password") {
		t.Errorf("with a password: %v", err)
	}
}

// Nothing that a workbook may claim about itself makes the desk fall over.
func FuzzWorksheet(f *testing.F) {
	plain := workbook(f, func(f *excelize.File, check func(error)) {
		check(f.SetSheetRow("Sheet1", "A1", &[]any{"Ann", 447700900123}))
		check(f.MergeCell("Sheet1", "A1", "A3"))
	})
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD9"/></mergeCells></worksheet>`)
	f.Add(`<worksheet><sheetData><row r="99999999999" hidden="1"><c r="ZZZZ1" t="s" s="9"><v>-1</v></c></row></sheetData></worksheet>`)
	f.Fuzz(func(t *testing.T, part string) {
		s, err := openBytes(rewrite(t, plain, "xl/worksheets/sheet1.xml", func(string) string { return part }), sheet.Options{})
		if err == nil {
			_, err = all(s)
			must(t, s.Close())
		}
		if _, ok := errors.AsType[*sheet.Problem](err); err != nil && !ok {
			t.Fatalf("a fault instead of a sentence: %v", err)
		}
	})
}

// rewrite changes one part of a workbook.
func rewrite(t testing.TB, file []byte, part string, change func(string) string) []byte {
	t.Helper()
	f, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range f.File {
		r, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		_, _ = text.ReadFrom(r)
		whole := text.String()
		if p.Name == part {
			whole = change(whole)
		}
		into, err := w.Create(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = into.Write([]byte(whole))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func archive(t testing.TB, name, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	into, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = into.Write([]byte(text))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a small file with a part that says it is of that many bytes.
func bomb(t testing.TB, size uint64) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range []string{"xl/workbook.xml", "xl/media/image1.png"} {
		h := &zip.FileHeader{Name: name, Method: zip.Store, CompressedSize64: 4, UncompressedSize64: 4}
		if name != "xl/workbook.xml" {
			h.UncompressedSize64 = size
		}
		into, err := w.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = into.Write([]byte("<a/>"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Parts may be written in UTF-16.
func TestWorkbookInUTF16(t *testing.T) {
	file := workbook(t, func(f *excelize.File, check func(error)) {
		check(f.SetSheetRow("Sheet1", "A1", &[]any{"Zoë", "07700900123"}))
	})
	for _, part := range []string{"xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"} {
		file = rewrite(t, file, part, func(xml string) string {
			return encodedUTF16(t, strings.Replace(xml, `encoding="UTF-8"`, `encoding="UTF-16"`, 1))
		})
	}
	if got := readAll(t, file); len(got) != 1 || got[0] != "1: Zoë|07700900123" {
		t.Errorf("read as %q", got)
	}
}

func encodedUTF16(t *testing.T, text string) string {
	return encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), text)
}
