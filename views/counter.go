package views

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"textdesk/sms/gsm"
)

// Counter says how long a text is, what that costs and why.
type Counter struct {
	Body string   // as it will be sent
	Size gsm.Size // of Body
	// Problem is why it cannot be sent, "" when it can.
	Problem string
	// Fixed: whoever sends it may not change it.
	Fixed bool
	// Replaced: its characters were made plain just now.
	Replaced bool
	// For is whose text this is, the longest, where it is filled in for each
	// person; Template is what it was filled in from.
	For, Template string
	// CheckPath works a text out anew; "" is the composer's.
	CheckPath string
}

// shownCharacters is how many characters are named before "and 2 more".
const shownCharacters = 3

// Sentence is the count: "142 characters, 1 text message".
func (c Counter) Sentence() string {
	if c.Size.Parts == 0 {
		return "160 characters fit into one text message."
	}
	return Plural(utf8.RuneCountInString(c.Body), "character", "characters") + ", " + Plural(c.Size.Parts, "text message", "text messages")
}

// holds is how many characters one text message has room for.
func (c Counter) holds() (alone, inMany int) {
	if c.Size.Alphabet == gsm.UCS2 {
		return 70, 67
	}
	return 160, 153
}

// costly are the characters that make the text dear.
func (c Counter) costly() []rune { return gsm.Costly(c.Body) }

// doubled are the characters that count as two.
func (c Counter) doubled() []rune {
	var found []rune
	for _, r := range c.Body {
		double := r > 0xFFFF
		if c.Size.Alphabet == gsm.GSM7 {
			double = gsm.Count(string(r)).Units == 2
		}
		if double && !slices.Contains(found, r) {
			found = append(found, r)
		}
		if len(found) > shownCharacters {
			break
		}
	}
	return found
}

// plainHelps reports whether plain characters would make it cheaper, or leave
// more room.
func (c Counter) plainHelps() (plain gsm.Size, helps bool) {
	if c.Size.Alphabet != gsm.UCS2 || c.For != "" && len(gsm.Costly(c.Template)) == 0 {
		return gsm.Size{}, false // nothing dear, or not in what was typed
	}
	plain = gsm.Count(gsm.Plain(c.Body))
	return plain, plain.Alphabet == gsm.GSM7 || plain.Parts < c.Size.Parts
}

// named are characters that are hard to tell apart, or cannot be seen.
var named = map[rune]string{
	'’': "curly apostrophe", '‘': "curly quote", '“': "curly quote", '”': "curly quote", '–': "long dash", '—': "long dash",
	'…': "dots in one", '•': "bullet", '\u00A0': "space that does not break", '\u2009': "thin space", '\u202F': "narrow space",
	'\u200B': "hidden space", '\uFEFF': "hidden mark", '\u200D': "hidden joiner", '\u200C': "hidden joiner", '\u00AD': "hidden hyphen",
	'`': "backtick", '´': "accent",
}

// characterName says which character it is, where its look does not.
func characterName(r rune) string {
	if name := named[r]; name != "" {
		return name
	}
	if !visible(r) {
		return fmt.Sprintf("hidden character U+%04X", r)
	}
	return ""
}

// characters names the first few of a list: "’ (curly apostrophe), ü and 2
// more".
func characters(list []rune) string {
	var names []string
	for _, r := range list[:min(len(list), shownCharacters)] {
		switch name := characterName(r); {
		case name == "":
			names = append(names, isolate(string(r)))
		case visible(r):
			names = append(names, isolate(string(r))+" ("+name+")")
		default:
			names = append(names, "a "+name)
		}
	}
	return strings.Join(names, ", ") + more(len(list), shownCharacters)
}

// isolate keeps what was typed from turning the direction of the sentence
// around it.
func isolate(typed string) string {
	if strings.ContainsFunc(typed, func(r rune) bool { return r >= 0x590 && unicode.IsLetter(r) }) {
		return "\u2068" + typed + "\u2069"
	}
	return typed
}

// clip is the beginning of a text, its line breaks kept.
func clip(text string, limit int) string {
	n := 0
	for i := range text {
		if n == limit {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

// visible reports whether a character shows when it stands alone.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf)
}

// more says how many stand beyond the first: " and 2 more".
func more(n, shown int) string {
	if n <= shown {
		return ""
	}
	return fmt.Sprintf(" and %s more", Count(n-shown))
}
