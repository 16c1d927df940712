package merge

import "strings"

// Field is a field where it stands in a text.
type Field struct {
	Name string // as written
	Key  string // Fold(Name)
	// Conditional: Other is there for whoever's value says yes. Otherwise Other is
	// what stands in for a value, and HasOther tells an empty one from none.
	Conditional, HasOther bool
	Other                 string
}

// String is the field as a text has it.
func (f Field) String() string {
	switch {
	case f.Conditional:
		return "((" + f.Name + "??" + f.Other + "))"
	case f.HasOther:
		return "((" + f.Name + "|" + f.Other + "))"
	}
	return "((" + f.Name + "))"
}

// Says reports whether a value switches a conditional text on: yes, y, true or
// 1.
func Says(value string) bool { return yes(strings.TrimSpace(value)) }

// Put is the text with what with says in the place of each field, in the order
// of the text. What it puts there may have fields of its own.
func (t Template) Put(with func(Field) string) string {
	if len(t.pieces) == 0 {
		return t.text
	}
	var b strings.Builder
	for _, p := range t.pieces {
		b.WriteString(p.before)
		if p.name != "" {
			b.WriteString(with(Field{Name: p.name, Key: p.key, Conditional: p.kind == conditional, HasOther: p.kind == fallback, Other: p.other}))
		}
	}
	return b.String()
}
