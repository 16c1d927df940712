package views

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"textdesk/sms"
)

// MessageRow is one message as lists show it.
type MessageRow struct {
	ID     int64
	Number string // "07700 900123"
	Name   string // what the contacts call them, "" for nobody known
	Text   string // whole; lists show how it begins
	By     string // what the sender is called
	Status sms.Status
	Reason string // why it stands so, "" when there is no more to say
	Parts  int
	Made   time.Time
	Wait   Wait
	// Automatic: the desk has sent it by itself.
	Automatic bool
}

// Opening is how a text begins, on one line, cut between words: at most limit
// characters.
func Opening(text string, limit int) string {
	line := strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(line) <= limit {
		return line
	}
	cut := []rune(line)[:limit]
	for i := len(cut) - 1; i > limit/2; i-- {
		if cut[i] == ' ' {
			cut = cut[:i]
			break
		}
	}
	return strings.TrimRightFunc(string(cut), unicode.IsPunct) + "…"
}

// Sentence makes a whole sentence of a reason: "the phone is off" becomes "The
// phone is off."
func Sentence(reason string) string {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(reason)
	reason = string(unicode.ToUpper(first)) + reason[size:]
	if last, _ := utf8.DecodeLastRuneInString(reason); !strings.ContainsRune(".!?…", last) {
		reason += "."
	}
	return reason
}
