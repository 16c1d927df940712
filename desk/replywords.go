package desk

import (
	"slices"
	"strings"
	"time"

	"textdesk/sms"
	"textdesk/sms/gsm"
)

// ReadWords reads words as typed, separated by commas or on lines of their own.
func ReadWords(typed string) []string {
	var words []string
	for _, w := range strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(",;\n\r،、", r) }) {
		if w = tidy(w); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// readWords tidies words: each once, none that is nothing but punctuation, and
// none that counts anyway.
func readWords(words []string, field string) (tidied []string, bad []*Refusal) {
	usual := map[string]string{}
	switch field {
	case "out_words":
		usual = keysOf(sms.OptOutWords)
	case "in_words":
		usual = keysOf(sms.OptInWords)
	}
	seen := map[string]bool{}
	for _, w := range words {
		key := sms.WordKey(w)
		switch {
		case key == "":
			bad = append(bad, ErrBadWord.because("“%s” has no letters or digits, or too many.", shorten(w)).on(field))
		case len([]rune(key)) < 2:
			bad = append(bad, ErrBadWord.because("“%s” is too short: somebody would send it by mistake.", shorten(w)).on(field))
		case !seen[key] && usual[key] == "":
			seen[key] = true
			tidied = append(tidied, w)
		}
	}
	if len(tidied) > mostOwnWords {
		bad = append(bad, ErrTooLong.because("At most %d words.", mostOwnWords).on(field))
	}
	return tidied, bad
}

// readReply reads the text of an automatic answer.
func readReply(typed, field string, mayBeBlank bool) (string, *Refusal) {
	text := strings.TrimSpace(gsm.Clean(typed))
	key := sms.WordKey(text)
	switch parts := gsm.Count(text).Parts; {
	case text == "" && mayBeBlank:
		return "", nil
	case text == "":
		return "", ErrBlankBody.because("Write the answer.").on(field)
	case parts > mostReplyParts:
		return text, ErrBodyTooLong.because("This would take %d text messages each time, and the most is %d.", parts, mostReplyParts).on(field)
	case keysOf(sms.OptOutWords, sms.OptInWords)[key] != "":
		return text, ErrBadReply.on(field)
	}
	return text, nil
}

// ReadHolidays reads days off, one a line with its name after it:
// "25/12/2026 Christmas Day". A line that begins with no day comes back without
// one, all of it as the name. They are in the order of the calendar, each once.
func ReadHolidays(typed string) []Holiday {
	var days []Holiday
	for line := range strings.Lines(typed) {
		if line = tidy(line); line != "" {
			days = append(days, readHoliday(line))
		}
	}
	slices.SortStableFunc(days, func(a, b Holiday) int { return strings.Compare(a.Day, b.Day) })
	return slices.CompactFunc(days, func(a, b Holiday) bool { return a.Day != "" && a.Day == b.Day })
}

func readHoliday(line string) Holiday {
	words := strings.Fields(line)
	for _, n := range []int{1, 3} { // "25/12/2026", "25 December 2026"
		if len(words) < n {
			continue
		}
		at, ok := parseAny(strings.Trim(strings.Join(words[:n], " "), ",:;"), time.DateOnly, "2/1/2006", "2.1.2006", "2-1-2006", "2 January 2006", "2 Jan 2006")
		if ok && at.Year() >= 2000 && at.Year() < 2200 {
			return Holiday{Day: at.Format(time.DateOnly), Name: cleanName(strings.TrimLeft(strings.Join(words[n:], " "), "-–:, "))}
		}
	}
	return Holiday{Name: line}
}

// openAt reports whether somebody is in the office at an instant, and if not,
// why: the name of a holiday, or "" for the hours. at is on the organisation's
// clock.
func (r Replies) openAt(at time.Time) (open bool, holiday string) {
	today := at.Format(time.DateOnly)
	for _, h := range r.Holidays {
		if h.Day == today {
			if h.Name == "" {
				return false, "a holiday"
			}
			return false, h.Name
		}
	}
	hours, minute := r.Open[at.Weekday()], at.Hour()*60+at.Minute()
	return hours.From <= minute && minute < hours.Until, ""
}

// opensNext is when somebody is there again after an instant, the zero time if
// never within a month.
func (r Replies) opensNext(at time.Time) time.Time {
	for i := range 32 {
		y, m, d := at.Date()
		noon := time.Date(y, m, d+i, 12, 0, 0, 0, at.Location())
		hours := r.Open[noon.Weekday()]
		if hours.Closed() {
			continue
		}
		opens := time.Date(y, m, d+i, 0, hours.From, 0, 0, at.Location())
		if open, _ := r.openAt(opens); open && opens.After(at) {
			return opens
		}
	}
	return time.Time{}
}

// Openness reports whether somebody is in the office at an instant on the
// organisation's clock, and if not, when again; the zero time if never.
func (r Replies) Openness(at time.Time) (open bool, opens time.Time) {
	if open, _ = r.openAt(at); open {
		return true, time.Time{}
	}
	return false, r.opensNext(at)
}
