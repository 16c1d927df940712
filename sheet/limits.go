package sheet

import (
	"fmt"
	"strconv"
)

// What one file may have. More is refused in words.
const (
	// MaxBytes is how large a file may be. A door may allow less.
	MaxBytes = 500 << 20
	// MaxRows is how many rows with something in them a file may have.
	MaxRows = 1_000_000
	// MaxColumns is how many columns may have something in them. Empty ones
	// further right do not count.
	MaxColumns = 256
	// MaxCell is how many characters a cell may have, Excel's own limit.
	MaxCell = 32_767
	// MaxUnzipped is how many bytes the parts of an XLSX file may come to.
	MaxUnzipped = 512 << 20
)

const (
	// maxParts is how many bytes the parts may come to that are not read as a
	// stream: all but worksheets and shared strings.
	maxParts = 64 << 20
	// maxInMemory is the size from which shared strings go to a temporary file, and
	// more than what stands behind the rows of a worksheet has.
	maxInMemory = 8 << 20
	// maxMerged is how many merged ranges a worksheet may have.
	maxMerged = 100_000
	// lastRow is the last row that Excel has.
	lastRow = 1_048_576
)

// Problem is why a file cannot be read. It is an ordinary answer, not a fault.
type Problem struct {
	// Sentence is what staff read.
	Sentence string
	// Row is the user's own number of the row that it is about, 0 for the file.
	Row int
}

func (p *Problem) Error() string { return p.Sentence }

func problem(format string, args ...any) *Problem {
	return &Problem{Sentence: fmt.Sprintf(format, args...)}
}

func problemAt(row int, format string, args ...any) *Problem {
	return &Problem{Sentence: "Row " + thousands(row) + " " + fmt.Sprintf(format, args...), Row: row}
}

func tooManyRows() *Problem {
	return problem("This file has more than %s rows. Split it into smaller files.", thousands(MaxRows))
}

func tooManyColumns(row int) *Problem {
	return problemAt(row, "has more than %d columns. Keep only the columns that you need.", MaxColumns)
}

// thousands writes a count as staff read it: "1,000,000".
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
