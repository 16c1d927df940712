package desk

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"textdesk/sheet"
	"textdesk/sms"
)

// importRow is a row of a file, understood. It holds nothing of the store.
type importRow struct {
	line    int      // the user's own number
	typed   string   // where the number should be
	cells   []string // of a row that may be kept for putting it right
	name    string
	key     string
	noName  bool // the number stands for the name
	number  sms.MSISDN
	email   string
	fields  []fieldValue
	groups  []string
	fault   fault    // why nothing can be made of it; zero for none
	partial []string // what of it is left out
	lost0   bool     // the 0 that a spreadsheet took off was put back
	sameAs  int      // an earlier row of the file that has the number, 0 for none
}

type fieldValue struct{ name, value string }

// fault is why a row cannot be imported. Kind is the same for all rows that
// have the same trouble.
type fault struct{ kind, sentence string }

// Kinds of fault that are not reasons of numbers.
const (
	faultNoNumber = "no_number"
	faultNoName   = "no_name"
	faultSeveral  = "several_numbers"
	faultName     = "name_too_long"
)

// rowReader understands the rows of a file by a plan.
type rowReader struct {
	plan ImportPlan
	home string
	seen *seenNumbers // nil at the door
}

// newRowReader makes a reader for about so many rows.
func newRowReader(plan ImportPlan, home string, rows int64) *rowReader {
	r := &rowReader{plan: plan, home: home}
	if !plan.Door {
		r.seen = newSeenNumbers(rows)
	}
	return r
}

// maxGroups is how many groups one row may name.
const (
	maxGroups     = 50
	tooManyGroups = "One row can name 50 groups; the others were left out."
)

// read understands a row. The cells of the sheet's row are its own afterwards.
func (r *rowReader) read(row sheet.Row) importRow {
	if r.plan.Door {
		return r.readLine(row)
	}
	out := importRow{line: row.Number}
	var name, first, last, number string
	for i, c := range r.plan.Columns {
		cell := row.Cell(i)
		if cell == "" {
			continue
		}
		switch c.Use {
		case UseNumber:
			number = cell
		case UseName:
			name = cell
		case UseFirst:
			first = cell
		case UseLast:
			last = cell
		case UseEmail:
			out.takeEmail(cell)
		case UseGroups:
			for _, g := range sheet.SplitNames(cell) {
				out.takeGroup(g)
			}
		case UseField:
			if value, cut := shortened(cell, maxBookField); cut {
				out.partial = append(out.partial, "“"+c.Field+"” is too long and was left out.")
			} else {
				out.fields = append(out.fields, fieldValue{c.Field, value})
			}
		}
	}
	if name == "" && first+last != "" {
		name = strings.TrimSpace(first + " " + last)
	}
	out.typed = number
	r.takeNumber(&out, number)
	out.takeName(name)
	if out.name == "" && out.fault == (fault{}) {
		out.name, out.noName = out.number.Display(r.home), true
		out.key = bookKey(out.name)
	}
	for _, g := range r.plan.Groups {
		out.takeGroup(g)
	}
	if out.fault == (fault{}) {
		out.sameAs = r.seen.first(out.number, row.Number)
	}
	r.keepCells(&out, row)
	return out
}

// keepCells keeps the cells of a row that may be among those to fix.
func (r *rowReader) keepCells(out *importRow, row sheet.Row) {
	if out.fault != (fault{}) || len(out.partial) > 0 || r.plan.SameName == SameSkip {
		out.cells = slices.Clone(row.Cells)
	}
}

// readLine understands a line as the FastSMS page has it: name, number, e-mail,
// groups. Its words are that page's.
func (r *rowReader) readLine(row sheet.Row) importRow {
	out := importRow{line: row.Number, typed: row.Cell(1)}
	out.takeName(row.Cell(0))
	typed := out.typed
	var err error
	if out.number, err = sms.LenientMSISDN(typed, r.home); err != nil && out.fault == (fault{}) {
		out.fault = fault{faultNoNumber, "No number"}
		if typed != "" {
			out.fault = fault{sms.NumberLetters.String(), "Invalid number (" + typed + ")"}
		}
	}
	if out.name == "" && out.fault.kind != faultName {
		out.fault = fault{faultNoName, "No name"}
	}
	if email := row.Cell(2); email != "" {
		if clean, ok := quickEmail(email); ok {
			out.email = clean
		} else {
			out.partial = append(out.partial, "Invalid email ("+email+")")
		}
	}
	for i := 3; i < len(row.Cells); i++ {
		out.takeGroup(row.Cells[i])
	}
	r.keepCells(&out, row)
	return out
}

// takeNumber reads the cell with the number, and mends what spreadsheets do to
// numbers.
func (r *rowReader) takeNumber(out *importRow, typed string) {
	number, err := sms.ParseMSISDN(typed, r.home)
	if err == nil {
		out.number, out.lost0 = number, sms.LostZero(typed, number, r.home)
		return
	}
	bad, ok := errors.AsType[*sms.NumberError](err)
	if !ok {
		out.fault = fault{faultNoNumber, err.Error()}
		return
	}
	if whole, ok := sms.WrittenOut(typed); ok {
		if out.number, err = sms.ParseMSISDN(whole, r.home); err == nil {
			out.lost0 = sms.LostZero(whole, out.number, r.home)
			return
		}
	}
	if bad.Reason == sms.NumberEmpty {
		out.fault = fault{faultNoNumber, "There is no number in this row."}
		return
	}
	usable := 0
	for _, t := range sms.SplitNumbers(typed) {
		if n, err := sms.ParseMSISDN(t.Number, r.home); err == nil {
			usable++
			out.number = n
		}
	}
	switch {
	case usable > 1:
		out.number, out.fault = "", fault{faultSeveral, "There are several numbers in this row. Give each a row of its own."}
	case usable == 0:
		out.number, out.fault = "", fault{bad.Reason.String(), bad.Error() + "."}
	}
}

func (out *importRow) takeName(typed string) {
	out.name, out.key = quickName(typed)
	if len(out.name) > maxBookName && out.fault == (fault{}) {
		out.fault = fault{faultName, "The name is too long."}
	}
}

func (out *importRow) takeEmail(typed string) {
	email, ok := quickEmail(typed)
	if !ok {
		out.partial = append(out.partial, "“"+typed+"” is not an e-mail address and was left out.")
		return
	}
	out.email = email
}

func (out *importRow) takeGroup(typed string) {
	name, _ := quickName(typed)
	switch {
	case name == "" || slices.ContainsFunc(out.groups, func(g string) bool { return strings.EqualFold(g, name) }):
	case len(name) > maxBookName:
		out.partial = append(out.partial, "A group's name is too long, so it was left out: "+string([]rune(name)[:30])+"…")
	case len(out.groups) == maxGroups:
		if !slices.Contains(out.partial, tooManyGroups) {
			out.partial = append(out.partial, tooManyGroups)
		}
	default:
		out.groups = append(out.groups, name)
	}
}

// json writes the fields over those that a contact has, "{}" or more. Blank
// cells change nothing.
func (out *importRow) json(before string) string {
	if len(out.fields) == 0 {
		return before
	}
	if before == "{}" {
		text := []byte{'{'}
		for i, f := range out.fields {
			if i > 0 {
				text = append(text, ',')
			}
			text = appendJSON(text, f.name)
			text = append(text, ':')
			text = appendJSON(text, f.value)
		}
		return string(append(text, '}'))
	}
	values := map[string]string{}
	_ = json.Unmarshal([]byte(before), &values) // written by us
	for _, f := range out.fields {
		values[f.name] = f.value
	}
	return asJSON(values)
}

// appendJSON writes a text, plain ones quickly.
func appendJSON(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return append(to, asJSON(text)...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}

// shortened cleans a text and reports whether it is too long.
func shortened(text string, limit int) (string, bool) {
	text, _ = quickName(text)
	return text, len(text) > limit
}

// quickName is [cleanName] and [bookKey], without their price for plain names.
func quickName(typed string) (name, key string) {
	plain, lower := true, true
	for i := range len(typed) {
		switch c := typed[i]; {
		case c < ' ', c >= 0x7F, c == ' ' && (i == 0 || i == len(typed)-1 || typed[i-1] == ' '):
			plain = false
		case c >= 'A' && c <= 'Z':
			lower = false
		}
	}
	switch {
	case !plain:
		name = cleanName(typed)
		return name, bookKey(name)
	case lower:
		return typed, typed
	}
	return typed, strings.ToLower(typed)
}

// quickEmail is [readEmail], without its price for plain addresses.
func quickEmail(typed string) (string, bool) {
	local, domain, ok := strings.Cut(typed, "@")
	if ok && len(typed) <= 254 && plainAddress(local) && plainAddress(domain) {
		return typed, true
	}
	email, r := readEmail(typed)
	return email, r == nil
}

func plainAddress(part string) bool {
	dot := true // at the beginning, or after one
	for i := range len(part) {
		c := part[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '+' && i > 0:
			dot = false
		case c == '.' && !dot:
			dot = true
		default:
			return false
		}
	}
	return !dot
}
