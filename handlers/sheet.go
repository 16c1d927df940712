package handlers

import (
	"bufio"
	"io"
	"strings"
)

// sheet writes CSV that spreadsheets open as it is: UTF-8 with the mark by which
// Excel knows it, and no cell that a spreadsheet would run as a formula.
type sheet struct {
	w   *bufio.Writer
	err error
}

func newSheet(to io.Writer) *sheet {
	s := &sheet{w: bufio.NewWriterSize(to, 32<<10)}
	s.write("\uFEFF")
	return s
}

// row writes one line. The first error stays.
func (s *sheet) row(cells ...string) error {
	for i, c := range cells {
		if i > 0 {
			s.write(",")
		}
		s.write(cell(c))
	}
	s.write("\r\n")
	return s.err
}

func (s *sheet) flush() error {
	if s.err == nil {
		s.err = s.w.Flush()
	}
	return s.err
}

func (s *sheet) write(text string) {
	if s.err == nil {
		_, s.err = s.w.WriteString(text)
	}
}

// cell quotes text where it must be. Text that a spreadsheet would take for a
// formula gets the apostrophe that means text; a phone number stays as it is
// written, in groups, because the blanks make it text already: that keeps its
// leading zero and its digits.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) && !grouped(text) && !negative(text) {
		text = "'" + text
	}
	if strings.ContainsAny(text, ",;\"\r\n\t") {
		text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

// grouped reports whether text is a phone number in groups: "+33 6 12 34 56 78".
func grouped(text string) bool {
	return strings.HasPrefix(text, "+") && strings.Contains(text, " ") && strings.Trim(text[1:], "0123456789 ") == ""
}

// negative reports whether text is a whole number below zero, which is no
// formula and has to stay a number.
func negative(text string) bool {
	return len(text) > 1 && len(text) < 20 && text[0] == '-' && strings.Trim(text[1:], "0123456789") == ""
}
