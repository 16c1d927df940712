package sheet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// Separators are what may stand between the cells of a CSV file.
var Separators = []rune{',', ';', '\t', '|'}

// text is a CSV file.
type text struct {
	r         io.ReaderAt
	size      int64
	encoding  Encoding
	separator rune
	plain     bool // valid UTF-8 without a mark: nothing to decode
	declared  bool // its first line is Excel's "sep=;", which is no row
}

func openText(r io.ReaderAt, size int64, o Options) (*text, error) {
	t := &text{r: r, size: size, encoding: o.Encoding, separator: o.Separator}
	if t.encoding == "" {
		var err error
		if t.encoding, t.plain, err = encodingOf(r, size); err != nil {
			return nil, err
		}
	}
	said, err := t.declaration()
	if err != nil {
		return nil, err
	}
	t.declared = said != 0
	if t.separator == 0 {
		t.separator = said
	}
	if t.separator == 0 {
		t.separator = t.guessSeparator()
	}
	return t, nil
}

// declaration is the separator that the first line names, "sep=;", as Excel
// understands it; 0 when it names none.
func (t *text) declaration() (rune, error) {
	start := make([]byte, 8)
	n, err := io.ReadFull(decoded(t.r, t.size, t.encoding), start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, fmt.Errorf("read file: %w", err)
	}
	line := strings.ToLower(string(start[:n]))
	for _, s := range Separators {
		for _, end := range []string{"\r", "\n"} {
			if strings.HasPrefix(line, "sep="+string(s)+end) || strings.HasPrefix(line, `"sep=`+string(s)+`"`) {
				return s, nil
			}
		}
	}
	return 0, nil
}

func (t *text) reader(separator rune) *csvReader {
	in := io.Reader(io.NewSectionReader(t.r, 0, t.size))
	if !t.plain {
		in = decoded(t.r, t.size, t.encoding)
	}
	c := &csvReader{in: bufio.NewReaderSize(in, 64<<10), separator: byte(separator)}
	if t.declared {
		_, _ = c.next() // a fault comes again with the next row
		c.row = 0
	}
	return c
}

func (t *text) rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for c := t.reader(t.separator); ; {
			cells, err := c.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(Row{Number: c.row, Cells: cells}, err) || err != nil {
				return
			}
		}
	}
}

func (t *text) close() error { return nil }

// guessRows is how many rows decide about the separator.
const guessRows = 50

// guessSeparator takes the separator that cuts most of the first rows into the
// same number of cells, more than one. Between equals the comma comes last,
// which stands within decimals: "1,5;2,5".
func (t *text) guessSeparator() rune {
	best, most := ',', 0.0
	for _, s := range []rune{'\t', ';', '|', ','} {
		widths, rows := map[int]int{}, 0
		for c := t.reader(s); rows < guessRows; {
			cells, err := c.next()
			if err != nil {
				break
			}
			if len(cells) == 1 && strings.TrimSpace(cells[0]) == "" {
				continue
			}
			rows++
			widths[len(cells)]++
		}
		for width, n := range widths {
			if share := float64(n) / float64(rows); width > 1 && share > most {
				best, most = s, share
			}
		}
	}
	return best
}

// csvReader takes a CSV file apart. encoding/csv does not fit: it leaves out
// blank rows and so loses count, it knows no old Mac line ends, and it holds an
// unclosed quotation in memory to the end of the file.
//
// A cell that begins with a quotation mark ends with one before a separator or
// the end of the row; marks elsewhere stand for themselves, as people write
// them: 5" pipe.
type csvReader struct {
	in        *bufio.Reader
	separator byte
	row       int // the user's number of the last row
	buf       []byte
	ends      []int
	cells     []string
}

// The places within a row.
const (
	atStart   = iota // of a cell, after blanks at most
	inPlain          // a cell without quotation marks around it
	inQuoted         // within quotation marks
	afterMark        // after a mark that may be the closing one
)

// next returns the next row, valid until the one after. The error is io.EOF at
// the end, or a *Problem with the row.
func (c *csvReader) next() ([]string, error) {
	c.row++
	c.buf, c.ends = c.buf[:0], c.ends[:0]
	place, start, blanks, some := atStart, 0, 0, false
	for {
		if place == inPlain || place == inQuoted {
			c.run(place)
		}
		b, err := c.in.ReadByte()
		if err != nil {
			switch {
			case !errors.Is(err, io.EOF):
				return nil, fmt.Errorf("read file: %w", err)
			case place == inQuoted:
				return nil, problemAt(c.row, "opens a quotation mark (\") that is never closed. Close it or take it out, and try again.")
			case !some:
				return nil, io.EOF
			}
			return c.finish(start)
		}
		some = true
		if b == 0 {
			return nil, problemAt(c.row, "holds bytes that belong in no text. The file may be damaged, or it is not a spreadsheet.")
		}
		ends := b == c.separator || b == '\n' || b == '\r'
		switch {
		case ends && place != inQuoted:
			if b == c.separator {
				if err := c.endCell(start); err != nil {
					return nil, err
				}
				place, start = atStart, len(c.buf)
				continue
			}
			c.takeLineFeed(b)
			return c.finish(start)
		case place == atStart && b == '"':
			c.buf, place = c.buf[:start], inQuoted
			continue
		case place == atStart && b != ' ':
			place = inPlain
		case place == inQuoted && b == '"':
			place, blanks = afterMark, 0
			continue
		case place == inQuoted && b == '\r':
			c.takeLineFeed(b)
			b = '\n'
		case place == afterMark && b == ' ':
			blanks++
			continue
		case place == afterMark:
			doubled := b == '"' && blanks == 0
			if !doubled {
				c.buf = append(c.buf, '"')
			}
			for ; blanks > 0; blanks-- {
				c.buf = append(c.buf, ' ')
			}
			if b == '"' && !doubled {
				continue // this one may be the closing one
			}
			place = inQuoted
		}
		c.buf = append(c.buf, b)
		if len(c.buf)-start > MaxCell*utf8.UTFMax {
			return nil, c.longCell(place)
		}
	}
}

// run takes the bytes that stand for themselves, which are most, in one go. It
// stops a little beyond the longest cell that may be.
func (c *csvReader) run(place int) {
	ready, _ := c.in.Peek(min(c.in.Buffered(), MaxCell))
	n := 0
	if place == inQuoted {
		for n < len(ready) && ready[n] != '"' && ready[n] != '\r' && ready[n] != 0 {
			n++
		}
	} else {
		for n < len(ready) && ready[n] != c.separator && ready[n] > '\r' {
			n++
		}
	}
	c.buf = append(c.buf, ready[:n]...)
	_, _ = c.in.Discard(n)
}

// takeLineFeed makes one line end of CR LF.
func (c *csvReader) takeLineFeed(b byte) {
	if b != '\r' {
		return
	}
	if next, err := c.in.Peek(1); err == nil && next[0] == '\n' {
		_, _ = c.in.Discard(1)
	}
}

// endCell ends the cell that begins at start. Empty cells beyond the last
// column that may be are dropped.
func (c *csvReader) endCell(start int) error {
	cell := c.buf[start:]
	if len(cell) > MaxCell && utf8.RuneCount(cell) > MaxCell {
		return c.longCell(inPlain)
	}
	if len(c.ends) >= MaxColumns {
		if len(strings.TrimSpace(string(cell))) > 0 {
			return tooManyColumns(c.row)
		}
		c.buf = c.buf[:start]
		return nil
	}
	c.ends = append(c.ends, len(c.buf))
	return nil
}

func (c *csvReader) longCell(place int) *Problem {
	p := problemAt(c.row, "has a cell of more than %s characters.", thousands(MaxCell))
	if place == inQuoted {
		p.Sentence += " Perhaps a quotation mark (\") is opened there and never closed."
	}
	return p
}

func (c *csvReader) finish(start int) ([]string, error) {
	if err := c.endCell(start); err != nil {
		return nil, err
	}
	whole, from := string(c.buf), 0
	c.cells = c.cells[:0]
	for _, end := range c.ends {
		c.cells = append(c.cells, unguarded(whole[from:end]))
		from = end
	}
	return c.cells, nil
}
