package sheet

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Guess is which column holds the mobile numbers.
type Guess struct {
	// Column is the one, counted from 0; -1 when there is none, or no one to
	// prefer.
	Column int
	// Candidates are the columns that could be it, from left to right.
	Candidates []int
}

const (
	// mostly is the share of a column's cells that are numbers in a column of
	// numbers. The others are landlines, "none", and words.
	mostly = 0.5
	// some is the share that does beside a title that says so.
	some = 0.2
)

// NumberColumn finds the column of mobile numbers by what its cells hold and by
// its title. Two that hold numbers are not decided between, unless the title of
// just one of them says that it is for mobiles.
func (s *Sheet) NumberColumn() Guess {
	g := Guess{Column: -1}
	var full, titled []int
	for column := range s.Columns {
		share, title := s.share(column), 0
		if column < len(s.Titles) {
			title = hint(s.Titles[column])
		}
		if share > 0 {
			g.Candidates = append(g.Candidates, column)
		}
		if share >= mostly {
			full = append(full, column)
		}
		if title > 0 && share >= some {
			titled = append(titled, column)
		}
	}
	switch {
	case len(titled) == 1 && (len(full) == 0 || contains(full, titled[0])):
		g.Column = titled[0]
	case len(full) == 1 && (len(titled) == 0 || len(titled) == 1 && titled[0] == full[0]):
		g.Column = full[0]
	}
	return g
}

// share is how many of a column's cells in the sample are numbers, 0 to 1.
func (s *Sheet) share(column int) float64 { return s.shareOf(s.Sample, column) }

func (s *Sheet) shareOf(rows []Row, column int) float64 {
	filled, numbers := 0, 0
	for _, row := range rows {
		if cell := row.Cell(column); cell != "" {
			filled++
			if s.number(cell) {
				numbers++
			}
		}
	}
	if filled == 0 {
		return 0
	}
	return float64(numbers) / float64(filled)
}

// Words that say that a column is for numbers. A short one within another word
// says nothing: "hotel", "handyman", "excellent".
var (
	hintWords = []string{"mobile", "mobiles", "mob", "phone", "phones", "telephone", "tel", "cell", "cellphone", "number", "numbers", "gsm", "msisdn", "sms",
		"whatsapp", "handy", "handynummer", "telefon", "rufnummer", "mobil", "nummer", "portable", "téléphone", "numéro", "móvil", "movil", "teléfono",
		"número", "cellulare", "telefono", "numero", "telemóvel", "komórka", "mobiel", "mobilnummer"}
	hintParts = []string{"mobile", "phone", "telefon", "mobilnu"}
	// otherwise are words that make a number one that nobody can be texted on.
	otherwise = []string{"fax", "landline", "account", "house", "room", "roll", "invoice", "order", "id"}
)

// hint is 1 for a title that says that a column is for numbers.
func hint(title string) int {
	words := strings.FieldsFunc(splitCamel(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) })
	found := 0
	for _, w := range words {
		if contains(otherwise, w) {
			return 0
		}
		if contains(hintWords, w) {
			found = 1
		}
		for _, part := range hintParts {
			if strings.Contains(w, part) {
				found = 1
			}
		}
	}
	return found
}

// TitledNumbers reports whether the title of a column, counted from 0, says that
// numbers are in it, whatever is.
func (s *Sheet) TitledNumbers(column int) bool {
	return column < len(s.Titles) && hint(s.Titles[column]) > 0
}

// splitCamel writes "MobileNo" as "mobile no".
func splitCamel(title string) string {
	var b strings.Builder
	last := ' '
	for _, r := range title {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		last = r
	}
	return b.String()
}

// isHeader reports whether the first of the rows names the columns: nothing in
// it is a number or has as many digits as one, and it has several cells, or
// says that it does, or the rows below it differ from it.
func (s *Sheet) isHeader(rows []Row) bool {
	titled := slices.ContainsFunc(rows[0].Cells, func(cell string) bool { return hint(cell) > 0 })
	for _, cell := range rows[0].Cells {
		if s.numeral(cell, titled) {
			return false
		}
	}
	if titled || len(rows) == 1 {
		return true // words, and nobody's number
	}
	for _, row := range rows[1:] {
		for i, cell := range row.Cells {
			if i < len(rows[0].Cells) && s.number(cell) {
				return true // a column of numbers begins with a word
			}
		}
	}
	return len(rows[0].Cells) > 1
}

// dates are the days and school years of titles: "Balance due 31/08/2026",
// "Class 2025/2026". They have as many digits as a telephone number.
var dates = regexp.MustCompile(`\b(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d-\d{1,2}-\d{1,2}|(?:19|20)\d\d ?[/–-] ?(?:19|20)\d\d)\b`)

// numeral reports whether a cell is a number, or has as many digits as one. A
// date among words is none, and neither is a date that stands alone in a row
// whose other cells are titled for certain.
func (s *Sheet) numeral(cell string, titled bool) bool {
	if s.number(cell) {
		return true
	}
	if titled || strings.ContainsFunc(cell, unicode.IsLetter) {
		cell = dates.ReplaceAllString(cell, "")
	}
	return digits(cell) >= 7
}

// withoutCaption leaves out rows above the table, such as the list's name, the
// day on which it was printed, and titles over several columns that have titles
// of their own.
func (s *Sheet) withoutCaption(rows []Row, header Header) []Row {
	if header == NoHeader {
		return rows
	}
	for len(rows) > 2 && filled(rows[1]) > 1 && filled(rows[2]) > 1 && s.isHeader(rows[1:]) && s.isCaption(rows) {
		rows = rows[1:]
	}
	return rows
}

// isCaption reports whether the first of the rows stands above a row of titles:
// it has the same words in all of its cells, which merged cells have, or it is
// empty, or says the same as beside, over what the row below calls numbers and
// what holds them.
func (s *Sheet) isCaption(rows []Row) bool {
	words := map[string]int{}
	for _, cell := range rows[0].Cells {
		if s.numeral(cell, true) {
			return false
		}
		if cell != "" {
			words[cell]++
		}
	}
	for cell := range words {
		if hint(cell) > 0 && filled(rows[0]) > 1 {
			return false // titles themselves
		}
	}
	if len(words) == 1 {
		return true
	}
	for i, title := range rows[1].Cells {
		above := rows[0].Cell(i)
		if hint(title) > 0 && (above == "" || words[above] > 1) && s.shareOf(rows[2:], i) >= mostly {
			return true
		}
	}
	return false
}

func filled(r Row) int {
	n := 0
	for _, c := range r.Cells {
		if c != "" {
			n++
		}
	}
	return n
}

func digits(cell string) int {
	n := 0
	for _, r := range cell {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

func contains[T comparable](all []T, one T) bool {
	for _, x := range all {
		if x == one {
			return true
		}
	}
	return false
}
