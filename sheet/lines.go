package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Lines reads rows as other systems hand them over: one on each physical line,
// cells separated by commas, UTF-8, no titles. Unlike [Open] it takes whatever
// stands in a line for what it is, so that a fault in one line is that line's
// alone; a quotation mark that is not closed ends with its line. Every line has
// a row, blank ones too, but for blank ones at the end.
func Lines(r io.ReaderAt, size int64) (*Sheet, error) {
	return &Sheet{Kind: CSV, Encoding: UTF8, Separator: ',', Columns: MaxColumns, source: &lines{r, size}, first: 1, blanks: true,
		number: func(string) bool { return false }}, nil
}

type lines struct {
	r    io.ReaderAt
	size int64
}

func (l *lines) close() error { return nil }

func (l *lines) rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		in := bufio.NewReaderSize(io.NewSectionReader(l.r, 0, l.size), 64<<10)
		var cells []string
		blank := 0 // lines that have not been given yet
		for number := 1; ; number++ {
			line, err := longLine(in)
			if errors.Is(err, io.EOF) && line == "" {
				return
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Row{}, fmt.Errorf("read lines: %w", err))
				return
			}
			if strings.TrimSpace(line) == "" {
				blank++
				continue
			}
			for ; blank > 0; blank-- {
				if !yield(Row{Number: number - blank}, nil) {
					return
				}
			}
			cells = cutLine(cells[:0], line)
			if !yield(Row{Number: number, Cells: cells}, nil) {
				return
			}
		}
	}
}

// longLine reads a line without its end: CR LF, LF, or CR alone. What is longer
// than a row can be is cut; no caller takes such a row for good.
func longLine(in *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		ready, err := in.Peek(1)
		if len(ready) == 0 {
			return b.String(), err
		}
		ready, _ = in.Peek(in.Buffered())
		end := bytes.IndexAny(ready, "\r\n")
		if end < 0 {
			end = len(ready)
			if b.Len() < MaxCell*8 {
				b.Write(ready[:end])
			}
			_, _ = in.Discard(end)
			continue
		}
		b.Write(ready[:end])
		mark := ready[end]
		_, _ = in.Discard(end + 1)
		if mark == '\r' {
			if next, _ := in.Peek(1); len(next) == 1 && next[0] == '\n' {
				_, _ = in.Discard(1)
			}
		}
		return b.String(), nil
	}
}

// cutLine cuts a line into its cells.
func cutLine(cells []string, line string) []string {
	if !strings.Contains(line, `"`) {
		for len(cells) < MaxColumns {
			cell, rest, more := strings.Cut(line, ",")
			cells = append(cells, cell)
			if line = rest; !more {
				break
			}
		}
		return cells
	}
	c := csvReader{in: bufio.NewReader(strings.NewReader(line)), separator: ','}
	got, err := c.next()
	if err != nil { // a mark that is not closed stands for itself
		return append(cells, strings.Split(line, ",")...)
	}
	return append(cells, got...)
}
