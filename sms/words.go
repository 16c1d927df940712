package sms

import (
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
