package desk

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Words says a rule as staff would: "Every week on Monday and Thursday at
// 09:00". The zone, the first day and the end are not in it.
func (r Recurrence) Words() string {
	at := " at " + clockWords(r.Minute)
	switch r.Every {
	case EveryHour:
		if r.Minute%60 == 0 {
			return "Every hour, on the hour"
		}
		return "Every hour, at " + plural(r.Minute%60, "minute", "minutes") + " past"
	case EveryDay:
		return "Every day" + at
	case EveryBusinessDay:
		return "Monday to Friday" + at
	case EveryWeek:
		return "Every week on " + r.Weekdays.words() + at
	case EveryFortnight:
		return "Every second week on " + r.Weekdays.words() + at
	case EveryMonthDay:
		if r.Day == 31 {
			return "Every month on its last day" + at
		}
		return "Every month on the " + ordinal(r.Day) + at + orLastDay(r.Day > 28)
	case EveryMonthWeekday:
		return "Every month on the " + weekWords[r.Week] + " " + r.Weekdays.words() + at
	case EveryYear:
		return "Every year on " + strconv.Itoa(r.Day) + " " + r.Month.String() + at + orLastDay(r.Month == time.February && r.Day > 28)
	}
	return ""
}

// orLastDay says what happens where the date does not exist.
func orLastDay(short bool) string {
	if short {
		return ", or on the last day where the month is shorter"
	}
	return ""
}

var weekWords = [...]string{1: "first", 2: "second", 3: "third", 4: "fourth", LastWeek: "last"}

// words names the days from Monday on: "Monday, Tuesday and Friday".
func (w Weekdays) words() string {
	var names []string
	for i := range 7 {
		if d := time.Weekday((i + 1) % 7); w.Has(d) {
			names = append(names, d.String())
		}
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

func clockWords(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// ordinal is "1st", "22nd", "13th".
func ordinal(n int) string {
	ending := "th"
	if n/10 != 1 {
		switch n % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return strconv.Itoa(n) + ending
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + many
}
