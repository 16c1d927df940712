package desk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"textdesk/db"
)

const (
	// maxFields is how many fields a contact may have.
	maxFields = 50
	// maxFieldName bounds what a field or a list's column is called, in bytes.
	maxFieldName = 60
)

// Field is something that is known of a contact, by name: "Class" is "4B".
type Field struct{ Name, Value string }

// ContactFields are the named fields of a contact, in the order of their names.
func ContactFields(c db.Contact) []Field { return readFieldsJSON(c.Fields) }

func readFieldsJSON(stored string) []Field {
	if all, ok := plainFields(stored); ok {
		return all
	}
	var fields map[string]string
	if err := json.Unmarshal([]byte(stored), &fields); err != nil || len(fields) == 0 {
		return nil
	}
	all := make([]Field, 0, len(fields))
	for _, name := range slices.SortedFunc(maps.Keys(fields), compareFolded) {
		all = append(all, Field{name, fields[name]})
	}
	return all
}

// plainFields reads the fields of nearly every contact, texts in which nothing is
// escaped, in a tenth of the time: a file of all contacts reads a million of them.
func plainFields(stored string) (all []Field, ok bool) {
	rest, ok := strings.CutPrefix(stored, "{")
	if !ok || strings.Contains(rest, `\`) {
		return nil, false
	}
	text := func() (t string) {
		if rest, ok = strings.CutPrefix(rest, `"`); ok {
			t, rest, ok = strings.Cut(rest, `"`)
		}
		return t
	}
	for rest != "}" {
		if len(all) > 0 {
			if rest, ok = strings.CutPrefix(rest, ","); !ok {
				return nil, false
			}
		}
		name := text()
		if !ok {
			return nil, false
		}
		if rest, ok = strings.CutPrefix(rest, ":"); !ok {
			return nil, false
		}
		value := text()
		if !ok {
			return nil, false
		}
		all = append(all, Field{name, value})
	}
	slices.SortFunc(all, func(a, b Field) int { return compareFolded(a.Name, b.Name) })
	return all, true
}

func compareFolded(a, b string) int { return strings.Compare(bookKey(a)+"\x00"+a, bookKey(b)+"\x00"+b) }

// readFields reads the fields of a contact and makes JSON of them.
func readFields(typed []Field) (string, *Refusal) {
	fields, seen := map[string]string{}, map[string]bool{}
	for i, f := range typed {
		name, value := cleanName(f.Name), cleanName(f.Value)
		at := fmt.Sprintf("field%d", i+1)
		switch {
		case name == "" && value == "":
			continue
		case name == "":
			return "", ErrFieldName.on(at)
		case seen[bookKey(name)]:
			return "", ErrFieldTwice.because("There are two fields called %s.", name).on(at)
		}
		if r := tooLong(at, name, maxFieldName); r != nil {
			return "", r
		}
		if r := tooLong(at, value, maxBookField); r != nil {
			return "", r
		}
		seen[bookKey(name)] = true
		fields[name] = value
	}
	if len(fields) > maxFields {
		return "", ErrFieldsFull.because("A contact can have up to %d fields.", maxFields)
	}
	return fieldsJSON(fields), nil
}

func fieldsJSON(fields map[string]string) string {
	text, err := json.Marshal(fields) // of texts: it cannot fail
	if err != nil || fields == nil {
		return "{}"
	}
	return string(text)
}
