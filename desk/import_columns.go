package desk

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"textdesk/sheet"
	"textdesk/sms/merge"
)

// ColumnUse is what becomes of a column of a file.
type ColumnUse string

// The uses of a column.
const (
	UseIgnore ColumnUse = "ignore"
	UseNumber ColumnUse = "number"
	UseName   ColumnUse = "name"
	UseFirst  ColumnUse = "first" // first and last names are joined
	UseLast   ColumnUse = "last"
	UseEmail  ColumnUse = "email"
	UseGroups ColumnUse = "groups"
	UseField  ColumnUse = "field"
)

// ColumnUses are all of them, as a page offers them.
var ColumnUses = []ColumnUse{UseNumber, UseName, UseFirst, UseLast, UseEmail, UseGroups, UseField, UseIgnore}

// ImportColumn is one column of a file.
type ImportColumn struct {
	Use ColumnUse `json:"use"`
	// Field is the name of the field that it fills.
	Field string `json:"field,omitempty"`
}

const (
	// longText is from where a column holds notes and no fields, in characters.
	longText = 80
	// fieldsFrom is how many contacts are looked at for fields that there are.
	fieldsFrom = 500
)

// Words that titles of columns have, in the languages of the neighbourhood.
// Blanks and signs between them do not count.
var columnWords = map[ColumnUse][]string{
	UseFirst:  {"firstname", "first", "forename", "forenames", "givenname", "given", "christianname", "vorname", "prénom", "prenom", "nombre", "nome", "voornaam", "fname"},
	UseLast:   {"lastname", "last", "surname", "familyname", "family", "secondname", "nachname", "familienname", "nomdefamille", "apellido", "apellidos", "cognome", "achternaam", "lname"},
	UseName:   {"name", "fullname", "contact", "contactname", "displayname", "person", "customer", "customername", "client", "clientname", "patient", "patientname", "member", "membername", "pupil", "pupilname", "student", "studentname", "parent", "parentname", "employee", "staff", "nom", "naam", "wholename"},
	UseEmail:  {"email", "emailaddress", "mail", "mailaddress", "emails", "courriel", "correo"},
	UseGroups: {"group", "groups", "groupname", "groupnames", "gruppe", "gruppen", "groupe", "groupes", "grupo", "grupos"},
	UseIgnore: {"notes", "note", "comment", "comments", "remark", "remarks", "problem", "description", "bemerkung", "bemerkungen"},
}

// guessColumns finds out by titles and by what is in them what the columns of a
// sheet are. No column is made the number that nobody is certain of.
func guessColumns(s *sheet.Sheet, fields []string, home string) []ImportColumn {
	columns := make([]ImportColumn, s.Columns)
	number := s.NumberColumn()
	taken := map[string]bool{}
	some := false // a column has a name
	for i := range columns {
		columns[i].Use = UseIgnore
		title := ""
		if i < len(s.Titles) && s.Titles[i] != sheet.Untitled(i) { // ours, in a file of rows to fix
			title = s.Titles[i]
		}
		what := looksLike(s, i, home)
		use := titled(title)
		switch {
		case i == number.Column:
			columns[i].Use = UseNumber
		case what == "":
		case (what == UseEmail || use == UseEmail) && !slices.ContainsFunc(columns[:i], uses(UseEmail)):
			columns[i].Use = UseEmail
		case use == UseFirst, use == UseLast, use == UseName:
			if what == UseName && !slices.ContainsFunc(columns[:i], uses(use)) {
				columns[i].Use, some = use, true
			} else {
				columns[i] = newField(title, fields, taken)
			}
		case use == UseEmail:
			columns[i] = newField(title, fields, taken)
		case use == UseGroups:
			columns[i].Use = UseGroups
		case use == UseIgnore && slices.ContainsFunc(fields, func(f string) bool { return merge.Fold(f) == merge.Fold(fieldName(title)) }):
			columns[i] = newField(title, fields, taken) // a field of theirs, whatever others call notes
		case use == UseIgnore, title == "":
		case longest(s, i) > longText:
		default:
			columns[i] = newField(title, fields, taken)
		}
	}
	name, last := slices.IndexFunc(columns, uses(UseName)), slices.ContainsFunc(columns, uses(UseLast))
	switch {
	case name >= 0 && last && !slices.ContainsFunc(columns, uses(UseFirst)): // "Pupil", "Surname"
		columns[name].Use = UseFirst
	case name >= 0: // one for all of the name
		for i := range columns {
			if columns[i].Use == UseFirst || columns[i].Use == UseLast {
				columns[i] = newField(s.Title(i), fields, taken)
			}
		}
	}
	if !some {
		nameByContent(s, columns, home)
	}
	if !s.Header {
		asFastSMS(s, columns)
	}
	return columns
}

func uses(u ColumnUse) func(ImportColumn) bool {
	return func(c ImportColumn) bool { return c.Use == u }
}

// nameByContent takes the first column of words that is nothing else yet for
// the names.
func nameByContent(s *sheet.Sheet, columns []ImportColumn, home string) {
	for i, c := range columns {
		if (c.Use == UseIgnore && i >= len(s.Titles) || c.Use == UseField && s.Header && titleIsVague(s.Title(i))) && looksLike(s, i, home) == UseName {
			columns[i] = ImportColumn{Use: UseName}
			return
		}
	}
}

// titleIsVague reports whether a title may well stand over names.
func titleIsVague(title string) bool {
	folded := foldTitle(title)
	return strings.Contains(folded, "name") || folded == "who"
}

// asFastSMS reads a file without titles in the layout of the FastSMS page, name,
// number, e-mail, groups, if it begins like that.
func asFastSMS(s *sheet.Sheet, columns []ImportColumn) {
	if len(columns) < 4 || columns[0].Use != UseName || columns[1].Use != UseNumber || columns[2].Use != UseEmail {
		return
	}
	for i := 3; i < len(columns); i++ {
		if columns[i].Use == UseIgnore && longest(s, i) <= longText {
			columns[i].Use = UseGroups
		}
	}
}

// titled is the use that a title names, UseField for any other.
func titled(title string) ColumnUse {
	folded := foldTitle(title)
	for use, words := range columnWords {
		if slices.Contains(words, folded) {
			return use
		}
	}
	if rest := strings.TrimRight(folded, "0123456789"); rest != folded && slices.Contains(columnWords[UseGroups], rest) {
		return UseGroups // group1, group2
	}
	return UseField
}

// foldTitle leaves the letters and digits of a title, in lower case.
func foldTitle(title string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, title)
}

// looksLike is what the cells of a column look like: numbers, e-mail addresses,
// words that can be names, anything else; "" for an empty column.
func looksLike(s *sheet.Sheet, column int, home string) ColumnUse {
	filled, emails, names, numbers := 0, 0, 0, 0
	for _, row := range s.Sample {
		cell := row.Cell(column)
		if cell == "" {
			continue
		}
		filled++
		switch {
		case strings.Count(cell, "@") == 1 && !strings.Contains(cell, " "):
			emails++
		case holdsMobile(cell, home):
			numbers++
		case strings.ContainsFunc(cell, unicode.IsLetter) && utf8.RuneCountInString(cell) <= longText && countDigits(cell)*2 < len(cell):
			names++
		}
	}
	switch {
	case filled == 0:
		return ""
	case emails*2 > filled:
		return UseEmail
	case numbers*2 > filled:
		return UseNumber
	case names*2 > filled:
		return UseName
	}
	return UseField
}

func countDigits(cell string) int {
	n := 0
	for _, r := range cell {
		if isDigit(r) {
			n++
		}
	}
	return n
}

// longest is the length of a column's longest cell in the sample.
func longest(s *sheet.Sheet, column int) int {
	n := 0
	for _, row := range s.Sample {
		n = max(n, utf8.RuneCountInString(row.Cell(column)))
	}
	return n
}

// newField makes a field of a column. One that contacts have already is called
// as it is there.
func newField(title string, fields []string, taken map[string]bool) ImportColumn {
	name := fieldName(title)
	if name == "" || len(taken) == maxFields {
		return ImportColumn{Use: UseIgnore}
	}
	for _, f := range fields {
		if merge.Fold(f) == merge.Fold(name) {
			name = f
		}
	}
	base := name
	for n := 2; taken[merge.Fold(name)] || reservedField(name); n++ {
		name = base + " " + strconv.Itoa(n)
	}
	taken[merge.Fold(name)] = true
	return ImportColumn{Use: UseField, Field: name}
}

// fieldName makes of a title a name that a text can use: without the signs that
// mean something in a text's fields.
func fieldName(title string) string {
	name := cleanName(strings.Map(func(r rune) rune {
		if strings.ContainsRune("()|?{}", r) {
			return ' '
		}
		return r
	}, title))
	const room = len(" 99") // for a number behind it
	if len(name) > maxFieldName-room {
		name = strings.TrimSpace(strings.ToValidUTF8(name[:maxFieldName-room], ""))
	}
	return name
}

// reservedField reports whether texts have a field of this name that is no
// column of somebody's.
func reservedField(name string) bool {
	return slices.Contains(folded, merge.Fold(name))
}

// readColumns checks what somebody says of the columns of a sheet.
func readColumns(columns []ImportColumn, s *sheet.Sheet) error {
	var bad []*Refusal
	numbers, names := 0, map[string]bool{}
	for i := range columns {
		c := &columns[i]
		if !slices.Contains(ColumnUses, c.Use) {
			c.Use = UseIgnore
		}
		if c.Use == UseNumber {
			numbers++
		}
		if c.Use != UseField {
			c.Field = ""
			continue
		}
		if c.Field = fieldName(c.Field); c.Field == "" {
			c.Field = fieldName(s.Title(i))
		}
		on := "field" + strconv.Itoa(i)
		switch key := merge.Fold(c.Field); {
		case reservedField(c.Field):
			bad = append(bad, ErrColumnField.because("“%s” is the name of something every contact has. Call this field something else.", c.Field).on(on))
		case len(names) == maxFields:
			return ErrColumnField.because("A contact can have %d fields. Ignore some of the columns.", maxFields).on(on)
		case names[key]:
			bad = append(bad, ErrColumnField.because("Two columns are called “%s”. Give each a name of its own.", c.Field).on(on))
		default:
			names[key] = true
		}
	}
	switch {
	case numbers == 0 && len(s.NumberColumn().Candidates) == 0:
		bad = append(bad, ErrNoColumn.because("No column holds mobile numbers. Choose the one that should: it has one number in each row, such as 07700 900123 or +44 7700 900123."))
	case numbers == 0:
		bad = append(bad, ErrNoColumn)
	case numbers > 1:
		bad = append(bad, ErrTwoNumbers)
	}
	return refused(bad)
}
