package sheet_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"textdesk/sheet"
)

// The library that this package once read workbooks with is what it is measured
// by: both read the same from whatever is written in all the ways that XML and
// workbooks allow.
func TestReadsAsTheLibraryDoes(t *testing.T) {
	plain := workbook(t, func(f *excelize.File, check func(error)) {
		check(f.SetCellValue("Sheet1", "A1", "x"))
		for _, code := range []string{"dd/mm/yyyy", "0.00%", `"Class "@`} {
			_, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			check(err)
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		w := spelling{r: r, prefix: rapid.SampledFrom([]string{"", "", "x:"}).Draw(r, "prefix")}
		part, want := w.worksheet()
		file := rewrite(t, plain, "xl/worksheets/sheet1.xml", func(string) string { return part })
		file = rewrite(t, file, "xl/sharedStrings.xml", func(string) string { return w.sharedStrings() })
		got := readAll(r, file)
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("read otherwise than written:\n%s\n%s\n%s", diff, part, w.sharedStrings())
		}
		if diff := cmp.Diff(libraryReads(r, file), got); diff != "" {
			r.Fatalf("read otherwise than by the library:\n%s\n%s\n%s", diff, part, w.sharedStrings())
		}
	})
}

// readAll reads all rows of a workbook, each as "3: a|b".
func readAll(t interface{ Fatal(...any) }, file []byte) []string {
	s, err := openBytes(file, sheet.Options{Header: sheet.NoHeader})
	if err != nil {
		if strings.Contains(err.Error(), "nothing in this file") {
			return nil
		}
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := all(s)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// libraryReads is the same by the library.
func libraryReads(t interface{ Fatal(...any) }, file []byte) (rows []string) {
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{ShortDatePattern: "dd/mm/yyyy"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for n := 1; in.Next(); n++ {
		hidden := in.GetRowOpts().Hidden
		cells, err := in.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		if !hidden && len(cells) > 0 {
			rows = append(rows, fmt.Sprintf("%d: %s", n, strings.Join(cells, "|")))
		}
	}
	return rows
}

// spelling writes a worksheet in one of the many ways.
type spelling struct {
	r      *rapid.T
	prefix string
	shared []string // as XML
}

func (w *spelling) one(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(w.r, label)
}

// worksheet is a part, and the rows that stand in it.
func (w *spelling) worksheet() (part string, rows []string) {
	var b strings.Builder
	p := w.prefix
	fmt.Fprintf(&b, `%s<%sworksheet xmlns%s="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`, w.one("head", "", `<?xml version="1.0" encoding="UTF-8"?>`, "\uFEFF<?xml version=\"1.0\"?>\r\n"), p, strings.TrimSuffix(":"+p, ":"))
	fmt.Fprintf(&b, `<%[1]ssheetViews><%[1]ssheetView workbookViewId="0"/></%[1]ssheetViews><%[1]ssheetData>`, p)
	number := 0
	for range rapid.IntRange(0, 6).Draw(w.r, "rows") {
		skipped := rapid.IntRange(0, 3).Draw(w.r, "skipped")
		number += skipped + 1
		// Of the first row, when others are left out before it, the library does not
		// see whether it is hidden.
		hidden := rapid.IntRange(0, 9).Draw(w.r, "hidden") == 0 && (skipped == 0 || number > skipped+1)
		attrs := []string{`spans="1:4"`}
		if skipped > 0 || rapid.Bool().Draw(w.r, "numbered") {
			attrs = append(attrs, fmt.Sprintf(`r="%d"`, number))
		}
		if hidden {
			attrs = append(attrs, w.one("how", `hidden="1"`, `hidden = 'true'`))
		}
		fmt.Fprintf(&b, "<%srow %s>", p, strings.Join(rapid.Permutation(attrs).Draw(w.r, "order"), " "))
		var cells []string
		for range rapid.IntRange(0, 4).Draw(w.r, "cells") {
			if rapid.IntRange(0, 4).Draw(w.r, "blank") == 0 {
				cells = append(cells, "")
				fmt.Fprintf(&b, "%s<%sc%s/>", w.noise(), p, w.place(number, len(cells), false))
				continue
			}
			gap := rapid.IntRange(0, 2).Draw(w.r, "gap")
			cells = append(cells, make([]string, gap)...)
			xml, shown := w.cell()
			cells = append(cells, strings.TrimSpace(shown))
			fmt.Fprintf(&b, "%s<%sc%s%s", w.noise(), p, w.place(number, len(cells), gap > 0), xml)
		}
		fmt.Fprintf(&b, "</%srow >", p)
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) > 0 && !hidden {
			rows = append(rows, fmt.Sprintf("%d: %s", number, strings.Join(cells, "|")))
		}
	}
	fmt.Fprintf(&b, "</%[1]ssheetData><%[1]spageMargins left='0.7'/></%[1]sworksheet>", p)
	return b.String(), rows
}

// noise may stand between any two elements.
func (w *spelling) noise() string {
	return w.one("noise", "", "", "", "\n  ", "<!-- <c> - > ]]> -->", "<?what > ever?>")
}

// place names a cell, where that is needed or by chance.
func (w *spelling) place(row, column int, needed bool) string {
	if !needed && rapid.Bool().Draw(w.r, "unnamed") {
		return ""
	}
	name, _ := excelize.CoordinatesToCellName(column, row)
	return w.one("quotes", ` r="`+name+`"`, " r='"+name+"'", "\n r = \""+name+"\"")
}

// cell is a cell from behind its place on, and what it shows.
func (w *spelling) cell() (xml, shown string) {
	p := w.prefix
	text := rapid.StringOf(rapid.SampledFrom([]rune("abcäß你🙂 &<>\"'_x;]\n07"))).Draw(w.r, "text")
	if strings.Contains(text, "_x") {
		text = "plain"
	}
	formula := w.one("formula", "", fmt.Sprintf(`<%[1]sf t="shared" si="0">A1&amp;"x"</%[1]sf>`, p), fmt.Sprintf(`<%sf/>`, p))
	end := fmt.Sprintf("</%sc>", p)
	value := func(xml string) string { return fmt.Sprintf("%s<%[2]sv>%[3]s</%[2]sv>", formula, p, xml) + end }
	switch w.one("kind", "shared", "inline", "formula", "number", "yes", "error", "date", "percent", "class") {
	case "shared":
		if i := slices.Index(w.shared, ""); i < 0 {
			w.shared = append(w.shared, "") // an empty one
		}
		w.shared = append(w.shared, w.richText(text))
		return ` t="s">` + value(fmt.Sprintf("%d", len(w.shared)-1)), text
	case "inline":
		return fmt.Sprintf(` t="inlineStr"><%[1]sis>%[2]s</%[1]sis>`, p, w.richText(text)) + end, text
	case "formula":
		return ` t="str">` + value(w.encoded(text)), text
	case "number":
		n := rapid.OneOf(rapid.Int64Range(-1000, 1000), rapid.Int64Range(440000000000, 449999999999), rapid.Just[int64](999_999_999_999_999)).Draw(w.r, "number")
		return w.one("t", ">", ` t="n">`) + value(fmt.Sprint(n)), fmt.Sprint(n)
	case "yes":
		return ` t="b">` + value("1"), "TRUE"
	case "error":
		return ` t="e">` + value("#N/A"), "#N/A"
	case "date":
		day := rapid.IntRange(0, 40_000).Draw(w.r, "day")
		return ` s="1">` + value(fmt.Sprint(25_569+day)), dateAfter1970(day)
	case "percent":
		n := rapid.IntRange(0, 400).Draw(w.r, "percent")
		return ` s="2">` + value(fmt.Sprintf("%d.%02d", n/100, n%100)), fmt.Sprintf("%d.00%%", n)
	default:
		w.shared = append(w.shared, w.richText("7B"))
		return ` s="3" t="s">` + value(fmt.Sprintf(" %d\n", len(w.shared)-1)), "Class 7B"
	}
}

// richText is a text as one run or several, with how to pronounce it.
func (w *spelling) richText(text string) string {
	p := w.prefix
	t := func(s string) string {
		return fmt.Sprintf(`<%[1]st xml:space="preserve">%[2]s</%[1]st>`, p, w.encoded(s))
	}
	if rapid.Bool().Draw(w.r, "whole") || text == "" {
		return t(text)
	}
	runes := []rune(text)
	i := rapid.IntRange(0, len(runes)).Draw(w.r, "cut")
	out := fmt.Sprintf(`<%[1]sr>%[2]s</%[1]sr><%[1]sr><%[1]srPr><%[1]sb/></%[1]srPr>%[3]s</%[1]sr>`, p, t(string(runes[:i])), t(string(runes[i:])))
	return out + w.one("pronounced", "", fmt.Sprintf(`<%[1]srPh sb="0" eb="1"><%[1]st>not this</%[1]st></%[1]srPh><%[1]sphoneticPr fontId="1"/>`, p))
}

// encoded is a text as XML, each letter in one of its ways.
func (w *spelling) encoded(text string) string {
	if text != "" && !strings.Contains(text, "]") && rapid.IntRange(0, 4).Draw(w.r, "raw") == 0 {
		return "<![CDATA[" + text + "]]>"
	}
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '&':
			b.WriteString(w.one("amp", "&amp;", "&#38;", "&#x26;"))
		case c == '<':
			b.WriteString(w.one("lt", "&lt;", "&#60;", "&#x3c;"))
		case c == '>':
			b.WriteString(w.one("gt", "&gt;", "&#x3E;"))
		case c == '\n':
			b.WriteString(w.one("line", "\n", "\r\n", "\r", "&#10;", "&#xA;"))
		case rapid.IntRange(0, 9).Draw(w.r, "escaped") == 0:
			fmt.Fprintf(&b, w.one("base", "&#%d;", "&#x%x;", "&#x%X;"), c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func (w *spelling) sharedStrings() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
	for i, s := range w.shared {
		if s == "" && i%2 == 0 {
			b.WriteString("<si/>")
			continue
		}
		b.WriteString("<si>" + strings.NewReplacer("<x:", "<", "</x:", "</").Replace(s) + "</si>\n")
	}
	return b.String() + "</sst>"
}
