package sms

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// readForAsking is how much of a text is looked at for what it asks, in words.
const readForAsking = 200

// LooksLikeOptOut reports whether a person ought to look at a text because it
// may ask for no more texts, though it is no opt-out word: "Stop. Thank you",
// "please stop texting me", "unsubcribe", "ne m'envoyez plus de SMS". words are
// the keys of all opt-out words. It never decides by itself: "the bus stop" is
// none, and "stop it" may be one. The phrases are those of the languages in
// languages.go; accents may be left out, as many who type on a phone do.
func LooksLikeOptOut(text string, words []string) bool {
	said, all := wordsOf(text, readForAsking)
	if len(said) == 0 {
		return false
	}
	folded := make([]string, len(said))
	for i, w := range said {
		folded[i] = withoutAccents(w)
	}
	if all && (alone(said, folded, words) || begins(folded)) {
		return true
	}
	for i, w := range folded {
		for _, phrase := range asking[w] {
			if len(folded)-i >= len(phrase) && slices.Equal(folded[i:i+len(phrase)], phrase) {
				return true
			}
		}
	}
	return false
}

// alone reports whether a text is a word that asks for no more texts with nothing
// but manners beside it, or most likely a misspelt one.
func alone(said, folded, words []string) bool {
	if len(said) == 1 && misspelt(said[0], words) {
		return true
	}
	var bare, plain []string
	for i, w := range said {
		if !manners[folded[i]] {
			bare, plain = append(bare, w), append(plain, folded[i])
		}
	}
	return len(bare) <= 3 && (slices.Contains(words, strings.Join(bare, "")) || elsewhere[strings.Join(plain, "")])
}

// begins reports whether a short text begins or ends with "stop" as one that asks
// for something does: "stop it", "just stop"; not "Stop by at 5", "bus stop".
func begins(said []string) bool {
	if len(said) > 5 {
		return false
	}
	first, last := said[0], said[len(said)-1]
	switch {
	case first == "unstop":
		return true
	case first == "stop":
		return len(said) < 3 || !stopThere[said[1]] || said[2] == "once" // "stop at once"
	}
	return last == "stop" && len(said) == 2 && !stopOf[first]
}

// stopThere are the words after "stop" with which somebody says where they do
// that, stopOf those before it that make it a place or no wish.
var (
	stopThere = setOf("by", "at", "in", "off", "over", "round", "around", "near", "outside", "opposite", "behind", "along")
	stopOf    = setOf("bus", "tram", "train", "coach", "metro", "pit", "next", "last", "first", "full", "non", "quick", "short", "door", "my", "our", "your", "his", "her", "their",
		"which", "what", "one", "cant", "cannot", "wont")
)

// asking are the phrases with which people ask for no more texts, by their first
// words.
var asking = phrasesOf(inEnglish, inGerman, inFrench, inSpanish, inItalian, inDutch, inPolish, inPortuguese, inWelsh, inRomanian, inSwedish, inDanish, inNorwegian, inFinnish, inCzech, inTurkish, inUkrainian, inRussian)

// phrasesOf makes them what texts are compared with: without accents, with "oe"
// as well as "o" for "ö", and with a blank as well as nothing for an apostrophe.
func phrasesOf(languages ...[]string) map[string][][]string {
	found := map[string][][]string{}
	for _, phrases := range languages {
		for _, phrase := range phrases {
			for _, way := range []string{phrase, umlauts.Replace(phrase), strings.ReplaceAll(phrase, "'", " ")} {
				words, _ := wordsOf(way, readForAsking)
				for i, w := range words {
					words[i] = withoutAccents(w)
				}
				known := slices.ContainsFunc(found[words[0]], func(p []string) bool { return slices.Equal(p, words) })
				if !known {
					found[words[0]] = append(found[words[0]], words)
				}
			}
		}
	}
	return found
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa")

// foldedOf is a set of words without their accents.
func foldedOf(words ...string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[withoutAccents(WordKey(w))] = true
		set[withoutAccents(WordKey(umlauts.Replace(w)))] = true
	}
	return set
}

// withoutAccents is a word's key with plain letters, as somebody writes it who
// leaves out what is tedious to type: "arretez", "prosze".
func withoutAccents(key string) string {
	if isPlain(key) {
		return key
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(key) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ł':
			b.WriteByte('l')
		case r == 'ø':
			b.WriteByte('o')
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ё':
			b.WriteRune('е')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

func isPlain(key string) bool {
	for i := range len(key) {
		if key[i] >= 0x80 {
			return false
		}
	}
	return true
}

// misspelt reports whether a single word is most likely one of the words that
// people do not say for anything else.
func misspelt(said string, words []string) bool {
	switch said {
	case "stpo", "sotp", "tsop", "stopp", "sstop", "stoop", "stopt", "stops", "stope", "ustop", "stopo":
		return slices.Contains(words, "stop")
	}
	for _, w := range words {
		if len(w) >= 6 && len(said) >= len(w)-2 && len(said) <= len(w)+2 && said != w && near(said, w, 2) {
			return true
		}
	}
	return false
}

// near reports whether one word becomes the other by changing, adding or leaving
// out at most so many letters.
func near(a, b string, most int) bool {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		before := row[0]
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := before
			if x[i-1] != y[j-1] {
				change++
			}
			before = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(y)] <= most
}

func setOf(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}
