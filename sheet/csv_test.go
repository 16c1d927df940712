package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"textdesk/sheet"
)

// isNumber stands for the rule about mobile numbers.
func isNumber(cell string) bool {
	n := 0
	for _, r := range cell {
		switch {
		case r >= '0' && r <= '9':
			n++
		case !strings.ContainsRune(" +-()", r):
			return false
		}
	}
	return n >= 10 && n <= 13
}

// open opens text as a file, with numbers recognised.
func open(text string, o sheet.Options) (*sheet.Sheet, error) {
	o.IsNumber = isNumber
	return sheet.Open(strings.NewReader(text), int64(len(text)), "people.csv", o)
}

// all reads the rows as "2: a|b".
func all(s *sheet.Sheet) ([]string, error) {
	var rows []string
	for row, err := range s.Rows() {
		if err != nil {
			return rows, err
		}
		rows = append(rows, fmt.Sprintf("%d: %s", row.Number, strings.Join(row.Cells, "|")))
	}
	return rows, nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func encoded(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	s, err := e.NewEncoder().String(text)
	must(t, err)
	return s
}

func TestEncodings(t *testing.T) {
	const text = "Name;Mobile\r\nZoë “Zed” Müller;07700 900123\r\nJürgen €5;07700 900124\r\n"
	le := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	be := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	want := []string{"2: Zoë “Zed” Müller|07700 900123", "3: Jürgen €5|07700 900124"}
	for _, c := range []struct {
		name, file string
		say        sheet.Encoding
		want       sheet.Encoding
	}{
		{"UTF-8", text, "", sheet.UTF8},
		{"UTF-8 with its mark", "\xEF\xBB\xBF" + text, "", sheet.UTF8},
		{"UTF-16LE with its mark", "\xFF\xFE" + encoded(t, le, text), "", sheet.UTF16LE},
		{"UTF-16LE without", encoded(t, le, text), "", sheet.UTF16LE},
		{"UTF-16BE with its mark", "\xFE\xFF" + encoded(t, be, text), "", sheet.UTF16BE},
		{"UTF-16BE without", encoded(t, be, text), "", sheet.UTF16BE},
		{"Windows-1252", encoded(t, charmap.Windows1252, text), "", sheet.Windows1252},
	} {
		s, err := open(c.file, sheet.Options{Encoding: c.say})
		must(t, err)
		got, err := all(s)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" || s.Encoding != c.want {
			t.Errorf("%s: read as %s:\n%s", c.name, s.Encoding, diff)
		}
	}

	latin := "Name;Mobile\nŠárka €5;07700900123\n"
	file := encoded(t, charmap.ISO8859_15, latin)
	s, err := open(file, sheet.Options{Encoding: sheet.Latin9})
	must(t, err)
	if got, _ := all(s); len(got) != 1 || got[0] != "2: Šárka €5|07700900123" {
		t.Errorf("ISO-8859-15 by choice: %q", got)
	}
	// Its euro sign gives it away, unless there is a byte that it does not have.
	for bytes, want := range map[string]sheet.Encoding{file: sheet.Latin9, encoded(t, charmap.ISO8859_15, "Name;Mobile\nŠárka;07700900123\n"): sheet.Windows1252,
		file + "\x96;07700900124\n": sheet.Windows1252, encoded(t, charmap.Windows1252, latin): sheet.Windows1252} {
		if s, err = open(bytes, sheet.Options{}); err != nil || s.Encoding != want {
			t.Errorf("%q is guessed as %v, want %v (%v)", bytes, s.Encoding, want, err)
		}
	}

	// The only letter that is not ASCII may be far down, and across a block's end.
	long := "Name,Mobile\n" + strings.Repeat("Ann,07700900123\n", 40_000)
	for pad := range 4 {
		s, err = open(long+strings.Repeat("x", pad)+strings.Repeat("ü", 100_000)+",07700900124\n", sheet.Options{})
		if err != nil || s.Encoding != sheet.UTF8 {
			t.Errorf("UTF-8 far down is read as %v (%v)", s.Encoding, err)
		}
	}
	if s, err = open(long+"Zo\xEB,07700900124\n", sheet.Options{}); err != nil || s.Encoding != sheet.Windows1252 {
		t.Errorf("Windows-1252 far down is read as %v (%v)", s.Encoding, err)
	}
	if s, err = open("Mobile\n07700900123\nZo\xC3", sheet.Options{}); err != nil || s.Encoding != sheet.Windows1252 {
		t.Errorf("half a character at the end is read as %v (%v)", s.Encoding, err)
	}
}

func TestSeparators(t *testing.T) {
	for _, c := range []struct {
		file string
		want rune
	}{
		{"a,b,c\n1,2,3\n", ','},
		{"a;b;c\n1;2;3\n", ';'},
		{"a\tb\n1\t2\n", '\t'},
		{"a|b\n1|2\n", '|'},
		{"x;y\n1,5;2,5\n3,5;4,5\n", ';'},
		{"1,5;2,5\n3,5;4,5\n", ';'},
		{"name,note\nAnn,a; b; c\nBen,\n", ','},
		{"\"a;b\",c\n\"d;e\",f\n", ','},
		{"07700900123\n07700900124\n", ','},
		{"name,mobile,\nAnn,1,\nBen,2\nCid,3,\n", ','},
		{"sep=|\na,b|c\n1,2|3\n", '|'},
	} {
		s, err := open(c.file, sheet.Options{})
		if err != nil || s.Separator != c.want {
			t.Errorf("%q is separated by %q, want %q (%v)", c.file, s.Separator, c.want, err)
		}
	}
	s, err := open("a;b,c\n1;2,3\n", sheet.Options{Separator: ','})
	must(t, err)
	if got, _ := all(s); s.Separator != ',' || got[0] != "2: 1;2|3" {
		t.Errorf("by choice: %q, %q", s.Separator, got)
	}
}

func TestRowsHaveTheNumbersThatPeopleSee(t *testing.T) {
	for _, c := range []struct {
		name, file string
		header     sheet.Header
		want       []string
	}{
		{"LF", "Name,Mobile\nAnn,07700900123\nBen,07700900124", "", []string{"2: Ann|07700900123", "3: Ben|07700900124"}},
		{"CRLF", "Name,Mobile\r\nAnn,07700900123\r\nBen,07700900124\r\n", "", []string{"2: Ann|07700900123", "3: Ben|07700900124"}},
		{"CR", "Name,Mobile\rAnn,07700900123\rBen,07700900124\r", "", []string{"2: Ann|07700900123", "3: Ben|07700900124"}},
		{"blank rows", "Name,Mobile\n\n,\nAnn,07700900123\n\nBen,07700900124\n\n", "", []string{"4: Ann|07700900123", "6: Ben|07700900124"}},
		{"quoted line breaks", "Name,Mobile\n\"Ann\r\nLee\",07700900123\n\"Ben\rX\",07700900124\n", "", []string{"2: Ann\nLee|07700900123", "3: Ben\nX|07700900124"}},
		{"sep line", "sep=;\r\nName;Mobile\r\nAnn;07700900123\r\n", "", []string{"2: Ann|07700900123"}},
		{"no header", "Ann,07700900123\nBen,07700900124\n", "", []string{"1: Ann|07700900123", "2: Ben|07700900124"}},
		{"said to have none", "Name,Mobile\nAnn,07700900123\n", sheet.NoHeader, []string{"1: Name|Mobile", "2: Ann|07700900123"}},
		{"said to have one", "Ann,07700900123\nBen,07700900124\n", sheet.WithHeader, []string{"2: Ben|07700900124"}},
		{"a caption", "Year 7 parents\n\nName,Mobile\nAnn,07700900123\nBen,1\n", "", []string{"4: Ann|07700900123", "5: Ben|1"}},
		{"a caption with a date", "Recall list printed 12/03/2026\n\nName,Mobile\nAnn,07700900123\n", "", []string{"4: Ann|07700900123"}},
		{"a caption and a date beside it", "Recall list,,12/03/2026\nName,Mobile,Due\nAnn,07700900123,1\n", "", []string{"3: Ann|07700900123|1"}},
		{"a caption over all columns", "Recall,Recall,Recall\nName,Mobile,Due\nAnn,07700900123,1\n", "", []string{"3: Ann|07700900123|1"}},
		{"titles over titles", "Person,Person,Contact,Contact\nFirst,Last,Mobile,Email\nAnn,Lee,07700900123,a@b.uk\n", "", []string{"3: Ann|Lee|07700900123|a@b.uk"}},
		{"a date in a title", "Name,Mobile,Balance due 31/08/2026\nAnn,07700900123,1\n", "", []string{"2: Ann|07700900123|1"}},
		{"a school year in a title", "Name,Contact,Class 2025/2026\nAnn,07700900123,7B\n", "", []string{"2: Ann|07700900123|7B"}},
		{"dates for titles", "Name,Mobile,01/09/2026,2026-09-08\nAnn,07700900123,x,\n", "", []string{"2: Ann|07700900123|x"}},
		{"nobody's number on top", "Ann,12/03/2015,\nBen,13/03/2015,07700900124\n", "", []string{"1: Ann|12/03/2015", "2: Ben|13/03/2015|07700900124"}},
		{"a landline on top", "Ann,tel. 020 7946 0018\nBen,07700900124\n", "", []string{"1: Ann|tel. 020 7946 0018", "2: Ben|07700900124"}},
		{"a title, and nobody's number below it", "Name,Contact\nAnn,no mobile\nBen,07700900124\nCid,07700900125\n", "", []string{"2: Ann|no mobile", "3: Ben|07700900124", "4: Cid|07700900125"}},
		{"one column", "07700900123\n07700900124\n", "", []string{"1: 07700900123", "2: 07700900124"}},
		{"doubled marks", "Name,Mobile\n\"Ann \"\"Z\"\" Lee\",\"07700900123\"\n", "", []string{`2: Ann "Z" Lee|07700900123`}},
		{"lone marks", "Name,Mobile\n5\" pipe,07700900123\n\"6\" pipe\",1\n", "", []string{`2: 5" pipe|07700900123`, `3: 6" pipe|1`}},
		{"blanks around marks", "Name, Mobile\n\"Lee, Ann\" , \"07700900123\"\n", "", []string{"2: Lee, Ann|07700900123"}},
		{"empty ends", "Name,Mobile\n\"Ann\",\"\"\n\"\",\"\"\n\"Ben\"", "", []string{"2: Ann", "4: Ben"}},
		{"empty columns to the right", "Name,Mobile" + strings.Repeat(",", 2000) + "\nAnn,07700900123" + strings.Repeat(", ", 2000) + "\n", "", []string{"2: Ann|07700900123"}},
	} {
		s, err := open(c.file, sheet.Options{Header: c.header})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for range 2 { // the rows can be read again
			got, err := all(s)
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%s: %v\n%s", c.name, err, diff)
			}
		}
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	many := strings.Repeat("Ann,07700900123\n", 300)
	for _, c := range []struct {
		name, file string
		row        int
		words      string
	}{
		{"nothing", "", 0, "empty"},
		{"blanks", " \n,,\n\n", 0, "nothing in this file"},
		{"only titles", "Name,Mobile\n\n", 0, "nobody below"},
		{"picture", "\x89PNG\r\n\x1a\n\x00\x00", 0, "picture"},
		{"PDF", "%PDF-1.7\n", 0, "PDF"},
		{"web page", "\xEF\xBB\xBF \n<html><table>", 0, "web page"},
		{"old Excel", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 9000), 0, "old format (.xls)"},
		{"password", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 65_500) + encodedWide("EncryptedPackage"), 0, "protected with a password"},
		{"gzip", "\x1F\x8B\x08", 0, "packed"},
		{"zip", "PK\x03\x04 and no more", 0, "damaged"},
		{"unclosed mark", "Name,Mobile\nAnn,1\nBen,\"07700900123\nCid,3\n", 3, "Row 3 opens a quotation mark"},
		{"unclosed mark, much below it", "Name,Mobile\nAnn,1\nBen,\"07700900123\n" + strings.Repeat("Cid,07700900123\n", 20_000), 3, "never closed"},
		{"unclosed far down", "Name,Mobile\n" + many + "Ben,\"1\n", 302, "Row 302 opens"},
		{"NUL", "Name,Mobile\nAnn,07700\x00900123\n", 2, "Row 2 holds bytes"},
		{"NUL far down", "Name,Mobile\n" + many + "A\x00,1\n", 302, "Row 302 holds bytes"},
		{"columns", "Name,Mobile\n" + strings.Repeat("x,", 9_999) + "x\n", 2, "Row 2 has more than 256 columns"},
		{"long cell", "Name,Mobile\nAnn," + strings.Repeat("x", 1<<20) + "\n", 2, "Row 2 has a cell of more than 32,767 characters"},
		{"somewhat long cell", "Name,Mobile\nAnn," + strings.Repeat("x", sheet.MaxCell+1) + "\n", 2, "Row 2 has a cell"},
	} {
		s, err := open(c.file, sheet.Options{})
		if err == nil {
			_, err = all(s)
		}
		p, ok := errors.AsType[*sheet.Problem](err)
		if !ok || p.Row != c.row || !strings.Contains(p.Sentence, c.words) {
			t.Errorf("%s: %v, want row %d and %q", c.name, err, c.row, c.words)
		}
	}
	s, err := open("Name,Mobile\n"+strings.Repeat("ü", sheet.MaxCell)+",07700900123\n", sheet.Options{})
	must(t, err)
	if got, err := all(s); err != nil || utf8.RuneCountInString(got[0]) != len("2: |07700900123")+sheet.MaxCell {
		t.Errorf("the longest cell: %v", err)
	}
	if _, err := sheet.Open(strings.NewReader(""), sheet.MaxBytes+1, "x", sheet.Options{}); err == nil || !strings.Contains(err.Error(), "larger than 500 MB") {
		t.Errorf("too large: %v", err)
	}
}

func TestTooManyRows(t *testing.T) {
	file := "Mobile\n" + strings.Repeat("1\n", sheet.MaxRows)
	for _, more := range []string{"", "2\n"} {
		s, err := open(file+more, sheet.Options{})
		must(t, err)
		n := 0
		for _, e := range s.Rows() {
			if err = e; err != nil {
				break
			}
			n++
		}
		if tooMany := err != nil && strings.Contains(err.Error(), "more than 1,000,000 rows"); n != sheet.MaxRows || tooMany != (more != "") {
			t.Errorf("%d rows: %v", n, err)
		}
	}
}

func TestNumberColumn(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       int
		candidates []int
	}{
		{"by title and cells", "Name,Mobile No,ID\nAnn,07700900123,1234567890\nBen,07700900124,1234567891\n", 1, []int{1, 2}},
		{"by cells", "Ann,x,07700900123\nBen,y,07700900124\n", 2, []int{2}},
		{"two mobiles", "Name,Mother's mobile,Father's mobile\nAnn,07700900123,07700900124\n", -1, []int{1, 2}},
		{"two without titles", "07700900123,07700900124\n07700900125,07700900126\n", -1, []int{0, 1}},
		{"a title, and few numbers yet", "Name,Handy\nAnn,07700900123\nBen,none\nCid,none\nDan,none\n", 1, []int{1}},
		{"few numbers, no title", "Name,Note\nAnn,07700900123\nBen,none\nCid,none\nDan,none\n", -1, []int{1}},
		{"none", "Name,Mobile\nAnn,none\n", -1, nil},
		{"short words inside words", "Hotel,Handyman,Cancelled\n07700900123,07700900124,Ann\n", -1, []int{0, 1}},
		{"fax", "Mobile phone,Fax number\n07700900123,07700900124\n", 0, []int{0, 1}},
		{"in one word", "Name,ParentMobileNo,Other\nAnn,07700900123,07700900124\n", 1, []int{1, 2}},
		{"mostly numbers beside a title", "Mobile,Other\nnone,07700900123\nnone,07700900124\n07700900125,07700900126\n", -1, []int{0, 1}},
	} {
		s, err := open(c.file, sheet.Options{})
		must(t, err)
		got := s.NumberColumn()
		if got.Column != c.want || !cmp.Equal(got.Candidates, c.candidates) {
			t.Errorf("%s: %+v, want %d of %v", c.name, got, c.want, c.candidates)
		}
	}
	s, err := open("Name,,Mobile\nAnn,x,07700900123,y\n", sheet.Options{})
	must(t, err)
	if got := s.Title(0) + ", " + s.Title(1) + ", " + s.Title(3); got != "Name, Column B, Column D" || s.Columns != 4 {
		t.Errorf("titles: %s of %d", got, s.Columns)
	}
}

// What Go's writer writes comes back, with every separator.
func FuzzCSVRoundTrip(f *testing.F) {
	f.Add("Name", "Mobile", "Ann \"Z\" Lee", "07700\n900123", byte(0))
	f.Add(" a", "b\t", "c;d|e,f", "\"", byte(2))
	f.Fuzz(func(t *testing.T, a, b, c, d string, which byte) {
		rows := [][]string{{"k", "v", "w"}, {"k", a, b}, {"k", c, d}}
		for _, cell := range []string{a, b, c, d} {
			if !utf8.ValidString(cell) || strings.ContainsAny(cell, "\x00\r\uFEFF") || len(cell) > sheet.MaxCell {
				t.Skip("no writer makes such a cell, or it is refused; other tests have those")
			}
		}
		separator := sheet.Separators[int(which)%len(sheet.Separators)]
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.Comma = separator
		must(t, w.WriteAll(rows))
		s, err := sheet.Open(bytes.NewReader(file.Bytes()), int64(file.Len()), "f", sheet.Options{Separator: separator, Header: sheet.WithHeader, Encoding: sheet.UTF8})
		must(t, err)
		number := 1
		for row, err := range s.Rows() {
			must(t, err)
			for i, want := range rows[number] {
				if want = strings.TrimSpace(want); row.Cell(i) != want {
					t.Errorf("row %d, cell %d is %q, want %q in %q", row.Number, i, row.Cell(i), want, file.String())
				}
			}
			if number++; row.Number != number {
				t.Errorf("row %d is called %d", number, row.Number)
			}
		}
		if number != len(rows) {
			t.Errorf("%d rows, want %d", number, len(rows))
		}
	})
}

// Whatever the bytes: no panic, a sentence, and numbers that rise.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("Name,Mobile\nAnn,07700900123\n"))
	f.Add([]byte("\xFF\xFEa\x00;\x00b\x00\n\x00"))
	f.Add([]byte("sep=;\n\"a\" \"\";b\r\r\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := sheet.Open(bytes.NewReader(file), int64(len(file)), "f", sheet.Options{IsNumber: isNumber})
		if err == nil {
			last := 0
			for row, e := range s.Rows() {
				if err = e; err != nil {
					break
				}
				if row.Number <= last || len(row.Cells) == 0 || len(row.Cells) > sheet.MaxColumns {
					t.Fatalf("row %d after %d with %d cells", row.Number, last, len(row.Cells))
				}
				last = row.Number
			}
			if last == 0 && err == nil {
				t.Fatal("a sheet without rows")
			}
			_ = s.NumberColumn()
			must(t, s.Close())
		}
		if _, ok := errors.AsType[*sheet.Problem](err); err != nil && !ok {
			t.Fatalf("a fault instead of a sentence: %v", err)
		}
	})
}

func BenchmarkCSV(b *testing.B) {
	const rows = 1_000_000
	var file strings.Builder
	file.WriteString("Name,Mobile,Year,Note\n")
	for i := range rows {
		fmt.Fprintf(&file, "Ann Lee %d,07700 9%05d,7,\"Likes, commas\"\n", i, i%100_000)
	}
	in := strings.NewReader(file.String())
	b.SetBytes(in.Size())
	b.ReportAllocs()
	for b.Loop() {
		s, err := sheet.Open(in, in.Size(), "x", sheet.Options{IsNumber: isNumber})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range s.Rows() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != rows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkEncodingCSV(b *testing.B) {
	const rows = 1_000_000
	var file strings.Builder
	for i := range rows {
		fmt.Fprintf(&file, "Ann Lee %d,07700 9%05d,7,\"Likes, commas\"\n", i, i%100_000)
	}
	for b.Loop() {
		r := csv.NewReader(strings.NewReader(file.String()))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			}
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func encodedWide(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}
