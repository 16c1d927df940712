package merge

import (
	"strings"
	"unicode"
)

// Template is a text with fields, ready to be filled in. The zero Template is
// the empty text. It may be rendered by many goroutines at once.
type Template struct {
	text   string
	pieces []piece
	fields []string
}

// piece is text, then the field that follows it.
type piece struct {
	before string // text before the field
	name   string // as written, "" for the text after the last field
	key    string // Fold(name)
	kind   kind
	other  string // the fallback, or the text for yes
}

type kind uint8

const (
	plain kind = iota
	fallback
	conditional
)

// String is the text as it was parsed.
func (t Template) String() string { return t.text }

// Fields lists the fields' names as they were first written, each once, in the
// order of the text.
func (t Template) Fields() []string { return t.fields }

// Render fills the fields in. value is asked with a field's folded name, see
// [Fold], and answers "" for what it does not have; blanks around a value are
// dropped. missing names the fields, as written, that have neither a value nor
// a fallback; nothing stands in their place. A text without fields comes back
// as it is.
func (t Template) Render(value func(field string) string) (text string, missing []string) {
	if len(t.pieces) == 0 {
		return t.text, nil
	}
	var b strings.Builder
	b.Grow(len(t.text) + 16)
	for i := range t.pieces {
		p := &t.pieces[i]
		b.WriteString(p.before)
		if p.name == "" {
			continue
		}
		v := strings.TrimSpace(value(p.key))
		switch {
		case p.kind == conditional:
			if yes(v) {
				b.WriteString(p.other)
			}
		case v != "":
			b.WriteString(v)
		case p.kind == fallback:
			b.WriteString(p.other)
		default:
			missing = append(missing, p.name)
		}
	}
	return b.String(), missing
}

// WithFallback is the text with something to say instead in every field of that
// name that has nothing, and is no condition.
func (t Template) WithFallback(name, instead string) string {
	if len(t.pieces) == 0 {
		return t.text
	}
	var b strings.Builder
	for i := range t.pieces {
		p := &t.pieces[i]
		b.WriteString(p.before)
		switch {
		case p.name == "":
		case p.kind == plain && p.key == Fold(name):
			b.WriteString("((" + p.name + "|" + instead + "))")
		case p.kind == plain:
			b.WriteString("((" + p.name + "))")
		case p.kind == fallback:
			b.WriteString("((" + p.name + "|" + p.other + "))")
		default:
			b.WriteString("((" + p.name + "??" + p.other + "))")
		}
	}
	return b.String()
}

// yes reports whether a value switches a conditional text on.
func yes(v string) bool {
	return v == "1" || strings.EqualFold(v, "yes") || strings.EqualFold(v, "y") || strings.EqualFold(v, "true")
}

// Fold is how names of fields and of columns are compared: in small letters,
// without spaces and underscores. "Year_Group" and "year group" are one.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r))
	}, name)
}
