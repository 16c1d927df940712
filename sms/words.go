package sms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// OptOutWords are the texts that mean "send me no more". An organisation can
// have further ones, but these always count.
var OptOutWords = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT", "OPT OUT"}

// OptInWords are the texts that take that back.
var OptInWords = []string{"START", "UNSTOP"}

// LongestWord is the most that a word's key can have, in bytes.
const LongestWord = 64

// WordKey is what a word, or a whole text, is compared by: its letters and
// digits without case, "optout" for "Opt-Out!". Blanks, punctuation, emoji and
// marks that cannot be seen do not count, and letters of other widths are the
// same letters. It is "" for a text that has none of these, or more than a word
// can have.
func WordKey(text string) string {
	letters := make([]byte, 0, LongestWord)
	for _, r := range text {
		if !counts(r) {
			continue
		}
		if len(letters) > 4*LongestWord { // no word is as long, however it is written
			return ""
		}
		letters = utf8.AppendRune(letters, r)
	}
	key := strings.Map(plain, norm.NFKC.String(string(letters)))
	key = norm.NFKC.String(key)
	if len(key) > LongestWord {
		return ""
	}
	return key
}

// counts reports whether a character is part of a word: a letter, a digit, or
// an accent on one.
func counts(r rune) bool {
	switch {
	case r == utf8.RuneError:
		return true // something was there, and nobody knows what
	case unicode.Is(unicode.Variation_Selector, r):
		return false
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// plain writes a character without case. A phone that is set to Turkish writes
// an I with or without a dot where others write the other one.
func plain(r rune) rune {
	switch r {
	case 'İ', 'ı':
		return 'i'
	}
	if !counts(r) { // a few letters of compatibility have a blank or an apostrophe in them
		return -1
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// wordsOf are the words of a text, by their keys, up to limit.
func wordsOf(text string, limit int) (words []string, all bool) {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !counts(r) {
			at += size
			continue
		}
		end := at
		for end < len(text) {
			r, size := utf8.DecodeRuneInString(text[end:])
			if !counts(r) && r != '\'' && r != '’' { // "don't" is one word
				break
			}
			end += size
		}
		if len(words) == limit {
			return words, false
		}
		words = append(words, WordKey(text[at:end]))
		at = end
	}
	return words, true
}

// FirstWords are the keys with which a text begins: its first word, its first
// two, and its first three; "" where it has no more.
func FirstWords(text string) (first, second, third string) {
	words, _ := wordsOf(text, 3)
	keys := [3]string{}
	for i := range words {
		if words[i] == "" { // longer than any word
			break
		}
		joined := strings.Join(words[:i+1], "")
		if len(joined) > LongestWord {
			break
		}
		keys[i] = joined
	}
	return keys[0], keys[1], keys[2]
}

// readForAsking is how much of a text is looked at for what it asks, in words.
const readForAsking = 200

// LooksLikeOptOut reports whether a person ought to look at a text because it
// may ask for no more texts, though it is no opt-out word: "Stop. Thank you",
// "please stop texting me", "unsubcribe". words are the keys of all opt-out
// words. It never decides by itself: "the bus stop" is none, and "stop it" may
// be one.
func LooksLikeOptOut(text string, words []string) bool {
	said, all := wordsOf(text, readForAsking)
	if len(said) == 0 {
		return false
	}
	// A word with nothing but manners beside it.
	bare := slices.DeleteFunc(slices.Clone(said), func(w string) bool { return manners[w] })
	if all && len(bare) <= 3 && slices.Contains(words, strings.Join(bare, "")) {
		return true
	}
	if all && len(said) == 1 && misspelt(said[0], words) {
		return true
	}
	if all && len(said) <= 5 && (said[0] == "stop" || said[0] == "unstop" || said[len(said)-1] == "stop" && len(said) <= 2) {
		return true
	}
	spaced := " " + strings.Join(said, " ") + " "
	return slices.ContainsFunc(asking, func(phrase string) bool { return strings.Contains(spaced, " "+phrase+" ") })
}

// manners are words that change nothing beside "stop".
var manners = setOf("please", "pls", "plz", "thanks", "thank", "thankyou", "you", "thx", "ta", "cheers", "now", "ok", "okay", "hi", "hello", "sorry", "yes",
	"text", "texts", "texting", "message", "messages", "messaging", "sms", "all", "these", "this", "the", "it", "me", "us", "my", "i", "want", "to", "would", "like", "from",
	"your", "list", "immediately", "just", "subscription", "sending", "reply", "so", "kindly", "and", "bye", "1", "2")

// asking are phrases with which people ask for no more texts.
var asking = []string{"unsubscribe", "unsubscribed", "opt out", "optout", "opted out", "opt me out", "stopall", "stop all",
	"stop text", "stop texting", "stop texts", "stop the texts", "stop the messages", "stop these", "stop this", "stop sending", "stop messaging", "stop messages", "stop contacting",
	"stop bothering", "stop spamming", "stop emailing", "stop calling", "stop sms",
	"dont text", "don't text", "do not text", "never text", "dont message", "do not message", "dont contact", "do not contact", "never contact", "dont send", "do not send",
	"no more texts", "no more messages", "no more sms", "no longer wish", "no longer want", "not interested", "leave me alone", "remove me", "remove my number", "remove this number", "delete my number",
	"take me off", "take my number off", "lose my number", "wrong number", "wrong person"}

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
