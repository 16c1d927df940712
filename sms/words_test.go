package sms

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func optOutKeys() []string {
	var keys []string
	for _, w := range OptOutWords {
		keys = append(keys, WordKey(w))
	}
	return keys
}

func TestWordKey(t *testing.T) {
	for text, want := range map[string]string{
		"STOP": "stop", "stop": "stop", "Stop": "stop", "sToP": "stop", " stop ": "stop", "STOP!": "stop", "stop.": "stop", "\"STOP\"": "stop", "(stop)": "stop",
		"S T O P": "stop", "s.t.o.p": "stop", "st-op": "stop", "STOP\n": "stop", "\u00a0STOP\u00a0": "stop", "\ufeffSTOP": "stop", "STOP\x00": "stop",
		"ＳＴＯＰ": "stop", "ｓｔｏｐ！": "stop", "ⓈⓉⓄⓅ": "", "𝐒𝐓𝐎𝐏": "stop", "\u202eSTOP\u202c": "stop", "\u200fSTOP\u200f": "stop", "ST\u200dOP": "stop", "ST\u00adOP": "stop",
		"STOP 🛑": "stop", "🙏🏽 stop 🙏🏽": "stop", "STOP ❤️": "stop", "ſtop": "stop", "STO\u0308P": "stöp", "STÖP": "stöp", "OPT OUT": "optout", "opt-out": "optout", "Opt_Out": "optout",
		"UNSUBSCRİBE": "unsubscribe", "unsubscrıbe": "unsubscribe", "STOP ALL": "stopall", "stop it": "stopit", "STOP IT": "stopit", "STOP 1": "stop1", "1️⃣": "1\u20e3",
		"ЅТОР": "ѕтор", "ΣΤΟΠ": "στοπ", "στος": "στοσ", "ARRÊT": "arrêt", "Stopp": "stopp", "توقف": "توقف", "停止": "停止", "ǅ": "dž",
		"": "", " ": "", "!!!": "", "🛑": "", "\xff": "\ufffd", "stop\xff": "stop\ufffd",
	} {
		if got := WordKey(text); got != want {
			t.Errorf("%q has the key %q, want %q", text, got, want)
		}
	}
	if got := WordKey(strings.Repeat(" ", 1<<20) + "stop"); got != "stop" {
		t.Errorf("a word after much blank is %q", got)
	}
	for _, text := range []string{strings.Repeat("stop ", 1<<18), strings.Repeat("\u0301", 1<<20), strings.Repeat("ﷺ", 200)} {
		if got := WordKey(text); got != "" {
			t.Errorf("a text of %d bytes is a word of %d", len(text), len(got))
		}
	}
}

func TestFirstWords(t *testing.T) {
	for text, want := range map[string][3]string{
		"": {}, "JOIN": {"join"}, "Join please": {"join", "joinplease"}, "opening times, today?": {"opening", "openingtimes", "openingtimestoday"},
		"!! a-b c": {"a", "ab", "abc"}, "don't": {"dont"}, strings.Repeat("x", 200) + " b": {}, "b " + strings.Repeat("x", 200): {"b"},
	} {
		var got [3]string
		if got[0], got[1], got[2] = FirstWords(text); got != want {
			t.Errorf("%q begins with %q, want %q", text, got, want)
		}
	}
}

func TestLooksLikeOptOut(t *testing.T) {
	words := append(optOutKeys(), WordKey("Arrêt"))
	for _, text := range []string{"Stop. Thank you", "please stop texting me", "Stop please", "stop it", "STOP IT", "STOP 1", "Pls stop", "unsubscribe me please", "I want to unsubscribe",
		"stpo", "Stopp", "UNSUBCRIBE", "Please cancel", "take me off your list", "Do not text me again", "DON’T TEXT ME", "don't contact me", "no more texts please", "wrong number",
		"Stop!! Who is this", "just stop", "ARRÊT s'il… please", "opt me out of this", "Arrêt please", "😡 stop texting 😡", strings.Repeat("a ", 100) + "please stop texting me"} {
		if !LooksLikeOptOut(text, words) {
			t.Errorf("%q does not look like an opt-out", text)
		}
	}
	for _, text := range []string{"", "!!!", "Yes", "We are at the bus stop by the church", "The end of term play is on Friday", "Cancel my appointment on Monday please, he is ill",
		"Can I cancel Tuesday?", "I will quit smoking", "shop", "step", "Thank you", "ok", "What time does it start?", "He will stop by at three with the forms", "contract", "Please text me", "🙂",
		"When does the match end", "Can you stop by later today maybe?", "توقف"} {
		if LooksLikeOptOut(text, words) {
			t.Errorf("%q looks like an opt-out", text)
		}
	}
	LooksLikeOptOut(strings.Repeat("stop texting me ", 1<<16), words)
	LooksLikeOptOut(strings.Repeat("x", 1<<20), words)
}

// No text is an opt-out word but those that are one after their blanks,
// punctuation and case are taken away.
func TestOnlyTheWordsAreWords(t *testing.T) {
	keys := optOutKeys()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[sStToOpPaAlL .!]{0,9}`), rapid.StringMatching(`(?i)(stop|end|quit|cancel|revoke|opt ?out)[a-z0-9é]{0,2}[ .!?]{0,3}`)).Draw(rt, "text")
		bare := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == utf8.RuneError {
				return r
			}
			return -1
		}, text)
		listed := slices.ContainsFunc(OptOutWords, func(w string) bool { return strings.EqualFold(strings.ReplaceAll(w, " ", ""), bare) })
		if is := slices.Contains(keys, WordKey(text)); is && !listed && isASCII(text) {
			rt.Fatalf("%q counts as a word", text)
		} else if listed && !is {
			rt.Fatalf("%q does not count as a word", text)
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func FuzzWordKey(f *testing.F) {
	for _, s := range []string{"STOP", "ＳＴＯＰ", "stop\xff", "İ", "ŉ", "1️⃣", "opt out", "\u0345", "ﷺ"} {
		f.Add(s)
	}
	words := optOutKeys()
	f.Fuzz(func(t *testing.T, text string) {
		key := WordKey(text)
		if len(key) > LongestWord {
			t.Fatalf("a key of %d bytes", len(key))
		}
		if again := WordKey(key); again != key {
			t.Fatalf("%q has the key %q, which has the key %q", text, key, again)
		}
		if padded := WordKey(" " + text + "! "); padded != key {
			t.Fatalf("blanks make %q of %q", padded, key)
		}
		first, second, third := FirstWords(text)
		if second != "" && first == "" || third != "" && second == "" {
			t.Fatalf("%q begins with %q, %q, %q", text, first, second, third)
		}
		LooksLikeOptOut(text, words)
	})
}
