package merge

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxName is the longest name of a field, in bytes.
	maxName = 100
	// maxMistakes is how many mistakes are told of one text.
	maxMistakes = 5
	// shown is how much of a mistake is quoted, in characters.
	shown = 24
)

// Mistake is one place of a text that was meant as a field and is none.
type Mistake struct {
	// Offset is where it begins, in bytes; Line counts from 1.
	Offset, Line int
	// Sentence is what staff read.
	Sentence string
}

// Error lists the mistakes of a text, the first five of them.
type Error struct{ Mistakes []Mistake }

// Error joins the sentences.
func (e *Error) Error() string {
	var all []string
	for _, m := range e.Mistakes {
		all = append(all, m.Sentence)
	}
	return strings.Join(all, " ")
}

// Parse reads a text in time linear in its length. The error is an [*Error];
// the template is usable only without one.
func Parse(text string) (Template, error) {
	p := parser{text: text, line: 1, closing: -1}
	p.parse()
	if len(p.mistakes) > 0 {
		return Template{}, &Error{Mistakes: p.mistakes}
	}
	t := Template{text: text, fields: p.fields}
	if len(p.pieces) > 0 {
		t.pieces = append(p.pieces, piece{before: text[p.from:]})
	}
	return t, nil
}

type parser struct {
	text     string
	from     int // where the text that no piece has yet begins
	pieces   []piece
	fields   []string
	seen     map[string]bool
	mistakes []Mistake
	counted  int // lines are counted up to here
	line     int
	closing  int // the "))" found last; it is looked for only once
}

func (p *parser) parse() {
	for at := 0; len(p.mistakes) < maxMistakes; {
		next := strings.Index(p.text[at:], "((")
		if next < 0 {
			return
		}
		open := at + next
		if inner := open + 2; inner < len(p.text) && p.text[inner] == '(' {
			at = open + 1
			continue
		}
		at = p.bracket(open)
	}
}

// bracket reads what begins with "((" at open, and says where to go on.
func (p *parser) bracket(open int) (next int) {
	inner := open + 2
	end := p.close(inner)
	content := p.text[inner:]
	if end >= 0 {
		content = p.text[inner:end]
	}
	if again := strings.Index(content, "(("); end < 0 || again >= 0 {
		if again >= 0 {
			content = content[:again]
		}
		if r, _ := utf8.DecodeRuneInString(content); r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			p.mistake(open, "“((%s” is not closed: a field looks like ((Name)).", quote(content))
		}
		// On to the next "((" or, when there is none, the end: what lies
		// between has been looked at.
		return inner + len(content)
	}
	f := split(content)
	switch {
	case f.name == "":
		p.mistake(open, "There is no name between the brackets of “((%s))”.", quote(content))
	case len(f.name) > maxName:
		p.mistake(open, "The name “%s” is too long for a field: at most %d characters.", quote(f.name), maxName)
	case !named(f.name):
		p.mistake(open, "“%s” cannot be the name of a field: a name has letters and digits.", quote(f.name))
	default:
		f.before = p.text[p.from:open]
		f.key = Fold(f.name)
		p.add(f)
		p.from = end + 2
	}
	return end + 2
}

// close finds the next "))" from at on, -1 when there is none.
func (p *parser) close(at int) int {
	if p.closing >= at || p.closing == len(p.text) {
		if p.closing == len(p.text) {
			return -1
		}
		return p.closing
	}
	next := strings.Index(p.text[at:], "))")
	if next < 0 {
		p.closing = len(p.text)
		return -1
	}
	p.closing = at + next
	return p.closing
}

// split takes the content of brackets apart. The sign that comes first counts.
func split(content string) piece {
	f := piece{name: content}
	bar, marks := strings.IndexByte(content, '|'), strings.Index(content, "??")
	switch {
	case bar >= 0 && (marks < 0 || bar < marks):
		f.name, f.other, f.kind = content[:bar], content[bar+1:], fallback
	case marks >= 0:
		f.name, f.other, f.kind = content[:marks], content[marks+2:], conditional
	}
	f.name = strings.TrimSpace(f.name)
	return f
}

// named reports whether this can be a name: letters and digits, and what stands
// between them in the heads of columns: "Child's name", "E-mail", "D.O.B.".
func named(name string) bool {
	some := false
	for _, r := range name {
		switch {
		case r == utf8.RuneError:
			return false
		case unicode.IsLetter(r), unicode.IsDigit(r):
			some = true
		case unicode.IsMark(r), strings.ContainsRune(" _-.'’/&#", r):
		default:
			return false
		}
	}
	return some
}

func (p *parser) add(f piece) {
	p.pieces = append(p.pieces, f)
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	if !p.seen[f.key] {
		p.seen[f.key] = true
		p.fields = append(p.fields, f.name)
	}
}

// mistake notes one; in a text of several lines it says which.
func (p *parser) mistake(at int, format string, args ...any) {
	p.line += strings.Count(p.text[p.counted:at], "\n")
	p.counted = at
	sentence := fmt.Sprintf(format, args...)
	if strings.Contains(p.text, "\n") {
		sentence = fmt.Sprintf("Line %d: %s", p.line, sentence)
	}
	p.mistakes = append(p.mistakes, Mistake{Offset: at, Line: p.line, Sentence: sentence})
}

// quote is the beginning of what was written, on one line. It looks at no more
// than it shows.
func quote(written string) string {
	n := 0
	for i, r := range written {
		if n == shown || r == '\n' || r == '\r' {
			return strings.ToValidUTF8(written[:i], "?") + "…"
		}
		n++
	}
	return strings.ToValidUTF8(written, "?")
}
