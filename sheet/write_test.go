package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func TestCellsAreNoFormulas(t *testing.T) {
	for text, want := range map[string]string{
		"Ann":                `Ann`,
		"=1+1":               `'=1+1`,
		"+1+1":               `'+1+1`,
		"-2":                 `-2`,
		"-2+A1":              `'-2+A1`,
		"@SUM(A1)":           `'@SUM(A1)`,
		"\t=1":               "\"'\t=1\"",
		`say "no", twice`:    `"say ""no"", twice"`,
		"two\nlines":         "\"two\nlines\"",
		"+33 6 12 34 56 78":  "+33 6 12 34 56 78",
		"07700 900123":       "07700 900123",
		"+447700900123":      "'+447700900123",
		"+44 7700|calc.exe ": "\"'+44 7700|calc.exe \"",
		"":                   "",
		"'=1+1":              "''=1+1",
		"'tis":               "'tis",
		"007":                `"=""007"""`,
		"0":                  "0",
		"0.5":                "0.5",
		"1.50":               `"=""1.50"""`,
		"447700900123":       `"=""447700900123"""`,
		"12345":              "12345",
		"12E4":               `"=""12E4"""`,
		"3-4":                `"=""3-4"""`,
		"1/2":                `"=""1/2"""`,
		"4B":                 "4B",
		"14:30":              "14:30",
		"2026-06-15 12:00":   "2026-06-15 12:00",
		"2026-06-15":         "2026-06-15",
		`="007"`:             `"'=""007"""`,
	} {
		if got := string(appendCell(nil, text)); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// nasty makes cells as people have them, and worse. They are trimmed, because
// the desk keeps nothing that is not.
func nasty() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		begins := rapid.SampledFrom([]string{"", "", "=", "+", "-", "@", "'", "''=", "0", "00", "07700 900", "+44 7700 ", "+447700900", `"`, `="`, ",", ";", "|", "3-", "1/", "12E", "_x0041_", "👩‍👩‍👧", "É"}).Draw(t, "begins")
		rest := rapid.OneOf(rapid.SampledFrom([]string{"", "123", "007", `say "no"`, "O'Brien", "a\nb", "<b>&amp;", "Zoë 🎉", "ein;zwei", "a,b|c", `"`, `5" pipe`, "=1+1", "_x000D_", "1.50"}),
			rapid.StringN(0, 12, -1)).Draw(t, "rest")
		text := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' || r >= 0x7F && r < 0xA0 || r == '\uFEFF' || r == '\uFFFD' || r == 0xFFFE || r == 0xFFFF {
				return -1
			}
			return r
		}, begins+rest)
		return strings.TrimSpace(strings.ToValidUTF8(text, ""))
	})
}

// TestTablesComeBack: what is written is read again as it was, in both formats.
func TestTablesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]Kind{CSV, XLSX}).Draw(t, "kind")
		rows := rapid.SliceOfN(rapid.SliceOfN(nasty(), 3, 3), 1, 20).Draw(t, "rows")
		for i := range rows {
			rows[i][2] = fmt.Sprintf("07700 900%03d", i) // no row is blank
		}
		var out bytes.Buffer
		w := NewWriter(&out, kind, "People", Texts("Name", "Notes", "Number"))
		for _, r := range rows {
			if err := w.Row(r...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := Open(bytes.NewReader(out.Bytes()), int64(out.Len()), "people", Options{IsNumber: func(c string) bool { return strings.HasPrefix(c, "07700 900") }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if s.Kind != kind || !s.Header || strings.Join(s.Titles, ",") != "Name,Notes,Number" {
			t.Fatalf("read as %s with the titles %q", s.Kind, s.Titles)
		}
		n := 0
		for row, err := range s.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range rows[n] {
				if row.Cell(i) != want {
					t.Fatalf("%s: row %d, cell %d is %q, was %q", kind, n, i, row.Cell(i), want)
				}
			}
			n++
		}
		if n != len(rows) {
			t.Fatalf("%d rows of %d came back", n, len(rows))
		}
	})
}

// TestOthersReadIt: a strict reader takes the CSV, too.
func TestOthersReadIt(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out, CSV, "", Texts("A", "B", "C", "D", "E"))
	if err := errors.Join(w.Row("ä", "a;b", "\"", "line\r\nline", "007"), w.Close()); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\uFEFF")))).ReadAll()
	if err != nil || len(rows) != 2 || strings.Join(rows[1], "/") != "ä/a;b/\"/line\nline/=\"007\"" {
		t.Errorf("%q %v", rows, err)
	}
}

func TestNumbersAreNumbersInAWorkbook(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out, XLSX, "A/B: [c]", []Column{{Title: "Who"}, {Title: "Credits", Number: true}})
	if err := errors.Join(w.Row("007", "-12"), w.Row("x", "none"), w.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	name := b.GetSheetName(0)
	if name != "A B   c" {
		t.Errorf("the worksheet is %q", name)
	}
	for cell, want := range map[string]string{"A2": "007", "B2": "-12", "B3": "none"} {
		if got, _ := b.GetCellValue(name, cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
	text, _ := b.GetCellType(name, "A2")
	number, _ := b.GetCellType(name, "B2")
	if text == number {
		t.Error("a text and a number are of the same type")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestWritersTellWhenTheReaderIsGone(t *testing.T) {
	for _, kind := range []Kind{CSV, XLSX} {
		w := NewWriter(full{}, kind, "", Texts("A"))
		var err error
		for i := 0; i < 100_000 && err == nil; i++ {
			err = w.Row(fmt.Sprint("a row that fills the buffer", i*7919))
		}
		if err == nil {
			t.Errorf("%s: a hundred thousand rows went nowhere", kind)
		}
	}
}

// TestWritingTakesNoMemory: a table of many rows takes no more than one of few.
func TestWritingTakesNoMemory(t *testing.T) {
	for _, kind := range []Kind{CSV, XLSX} {
		w := NewWriter(io.Discard, kind, "", Texts("Name", "Number"))
		live := func(rows int) uint64 {
			for i := range rows {
				if err := w.Row("Ann Example", fmt.Sprintf("07700 %06d", i)); err != nil {
					t.Fatal(err)
				}
			}
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before := live(1000)
		if after := live(100_000); after > before+1<<20 {
			t.Errorf("%s: %d bytes more are held after 100,000 rows", kind, after-before)
		}
	}
}

// TestAnotherWorksheet: Excel has no row beyond a million and some.
func TestAnotherWorksheet(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out, XLSX, "People", Texts("Name"))
	w.xlsx.last = lastRow - 1
	if err := errors.Join(w.Row("the last of the first"), w.Row("the first of the second"), w.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if got, err := b.GetCellValue("People 2", "A2"); got != "the first of the second" || err != nil {
		t.Errorf("A2 of the second worksheet is %q, %v", got, err)
	}
}
