package handlers

import (
	"bytes"
	"encoding/csv"
	"errors"
	"testing"
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
		"+44 7700|calc.exe ": "'+44 7700|calc.exe ",
		"":                   "",
	} {
		if got := cell(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestSheetsAreRead(t *testing.T) {
	var out bytes.Buffer
	s := newSheet(&out)
	want := []string{"ä", "a;b", "\"", "line\r\nline", ""}
	if err := errors.Join(s.row(want...), s.flush()); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\uFEFF")))).ReadAll()
	if err != nil || len(rows) != 1 || rows[0][0] != "ä" || rows[0][1] != "a;b" || rows[0][2] != "\"" || rows[0][3] != "line\nline" {
		t.Errorf("%q %v", rows, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestSheetsTellWhenTheReaderIsGone(t *testing.T) {
	s := newSheet(full{})
	var err error
	for range 10_000 {
		if err = s.row("a row that fills the buffer"); err != nil {
			return
		}
	}
	t.Error("ten thousand rows went nowhere")
}
