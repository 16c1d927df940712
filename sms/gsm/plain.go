package gsm

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Plain replaces characters that make a text costly by plain ones that a
// reader takes for the same: curly quotes, dashes, ellipses, odd spaces and
// bullets, ligatures and full-width forms, and letters whose accent the GSM
// alphabet lacks (ê becomes e, but é stays). What has no plain equal, such as
// an emoji, a Cyrillic letter or the degree sign, stays as it is, together with
// its accents and joiners.
//
// The result never takes more parts than text does: where it would (an
// ellipsis becomes three dots), text comes back unchanged. Plain is idempotent.
// Invalid UTF-8 comes back as U+FFFD; [Clean] goes first.
func Plain(text string) string {
	if IsGSM(text) {
		return text
	}
	p := plainer{rightToLeft: strings.ContainsFunc(text, isRightToLeft)}
	p.out.Grow(len(text))
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD")) {
		p.add(r)
	}
	plain := norm.NFC.String(p.out.String())
	if Count(plain).Parts > Count(text).Parts {
		return text
	}
	return plain
}

// plainer writes characters down in their plain form.
type plainer struct {
	out         strings.Builder
	last        rune // the last character written, 0 at the start
	rightToLeft bool // the text has Hebrew, Arabic or the like in it
}

func (p *plainer) add(r rune) {
	if width(r) > 0 {
		p.write(r)
		return
	}
	if s, ok := plainOf[r]; ok {
		if s != "" && isDigit(rune(s[0])) && isDigit(p.last) {
			p.write(' ') // 1½ is 1 1/2, not 11/2
		}
		p.writeAll(s)
		return
	}
	switch {
	case r == '\t', unicode.Is(unicode.Zs, r):
		p.write(' ')
	case unicode.Is(unicode.Pd, r):
		p.write('-')
	case joins(r):
		// An accent or a joiner belongs to the character before it. One that
		// is plain does without; an emoji or an Arabic letter needs it.
		if p.last != 0 && width(p.last) == 0 {
			p.write(r)
		}
	case unicode.Is(unicode.Bidi_Control, r):
		// An address book wraps its numbers in these; only a text that runs
		// both ways needs them.
		if p.rightToLeft {
			p.write(r)
		}
	case unicode.Is(unicode.Cf, r), isSuperscript(r) && isDigit(p.last):
		p.write(r) // m² may become m2, but 10² must not become 102
	default:
		p.decompose(r)
	}
}

// decompose writes the compatibility decomposition of r without its accents
// (Unicode TR15, NFKD) if all of that is plain, and r itself if not.
func (p *plainer) decompose(r rune) {
	var plain [24]rune // the longest decomposition has 18
	n := 0
	for _, d := range norm.NFKD.String(string(r)) {
		switch {
		case joins(d):
		case width(d) == 0 || n == len(plain):
			p.write(r)
			return
		default:
			plain[n] = d
			n++
		}
	}
	if n == 0 {
		p.write(r)
		return
	}
	p.writeAll(string(plain[:n]))
}

func (p *plainer) writeAll(s string) {
	for _, r := range s {
		p.write(r)
	}
}

func (p *plainer) write(r rune) {
	p.out.WriteRune(r)
	p.last = r
}

// joins reports whether r shows only together with the character before it:
// an accent, an enclosing mark, a variation selector, a joiner.
func joins(r rune) bool {
	return r == '\u200C' || r == '\u200D' || unicode.In(r, unicode.Mn, unicode.Me)
}

func isRightToLeft(r rune) bool {
	return r >= 0x0590 && unicode.IsLetter(r) &&
		(r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFC ||
			r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isSuperscript(r rune) bool {
	return r == '²' || r == '³' || r == '¹' || r >= '⁰' && r <= '₉'
}

// plainOf holds what the general rules (dashes, spaces, decompositions) do not
// know. Every replacement is in the GSM alphabet.
var plainOf = map[rune]string{
	// Quotes.
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '`': "'", '´': "'", '′': "'", 'ʹ': "'", 'ʻ': "'", 'ʼ': "'", '‹': "'", '›': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, 'ʺ': `"`, '«': `"`, '»': `"`, '〝': `"`, '〞': `"`, '＇': "'", '＂': `"`,
	// Dashes that Unicode does not call dashes, and bullets.
	'−': "-", '⁃': "-", '•': "-", '‣': "-", '◦': "-", '●': "-", '○': "-", '▪': "-", '▫': "-", '■': "-", '□': "-",
	'·': "-", '∙': "-", '⋅': "-", '➢': "-", '➤': "-", '\uF0B7': "-", // Word's own bullet
	// Nothing to see.
	'\u00AD': "", '\u200B': "", '\u2060': "", '\uFEFF': "", '\u180E': "",
	// Line ends, for a text that was not cleaned.
	'\u2028': "\n", '\u2029': "\n",
	// Signs.
	'©': "(c)", '®': "(R)", '×': "x", '✕': "x", '¦': "|", '⁄': "/", '∕': "/", '∗': "*", '∼': "~", '˜': "~", 'ˆ': "^", '→': "->", '←': "<-",
	'¼': "1/4", '½': "1/2", '¾': "3/4", '⅓': "1/3", '⅔': "2/3", '⅛': "1/8", '⅜': "3/8", '⅝': "5/8", '⅞': "7/8",
	// Letters that no decomposition takes apart.
	'Đ': "D", 'đ': "d", 'Ð': "D", 'ð': "d", 'Ħ': "H", 'ħ': "h", 'ı': "i", 'ĸ': "k", 'Ł': "L", 'ł': "l", 'Ŋ': "N", 'ŋ': "n",
	'Œ': "OE", 'œ': "oe", 'Þ': "Th", 'þ': "th", 'Ŧ': "T", 'ŧ': "t", 'ẞ': "SS", 'Ɖ': "D", 'ɖ': "d", 'Ə': "E", 'ə': "e", 'ƒ': "f",
	'µ': "u", '∆': "Δ",
}
