package sheet

import (
	"fmt"
	"strings"
	"testing"
)

func readLines(t *testing.T, text string) []string {
	t.Helper()
	s, err := Lines(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for row, err := range s.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%d %s", row.Number, strings.Join(row.Cells, "|")))
	}
	return all
}

func TestLines(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"\n\n":                     "",
		"a,b":                      "1 a|b",
		"a, b ,\r\nc\rd\n\n e\n\n": "1 a|b/2 c/3 d/4 /5 e",
		"\"a,b\",\"c \"\"d\"\"\"\n\"open,x\nafter": "1 a,b|c \"d\"/2 \"open|x/3 after",
		",,\nx":                         "1 /2 x",
		"<html>,1\nPK\x03\x04,2\nsep=;": "1 <html>|1/2 PK\x03\x04|2/3 sep=;",
	} {
		if got := strings.Join(readLines(t, text), "/"); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzLines(f *testing.F) {
	for _, s := range []string{"a,b\n\"c", "\r\r\n\n", ",\"\"\",\n", "\x00,\xff", strings.Repeat(",", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Lines(strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		for row, err := range s.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			if row.Number != last+1 || len(row.Cells) > MaxColumns*2 && !strings.Contains(text, `"`) {
				t.Fatalf("row %d after %d, %d cells", row.Number, last, len(row.Cells))
			}
			last = row.Number
		}
		ends := strings.Count(strings.ReplaceAll(text, "\r\n", "\n"), "\n") + strings.Count(strings.ReplaceAll(text, "\r\n", "\n"), "\r")
		if last > ends+1 {
			t.Fatalf("%d rows of %d line ends", last, ends)
		}
	})
}
