package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// date shows a number as the instant that it stands for; false where it stands
// for none.
func (s *formatSection) date(b []byte, n float64, date1904 bool) ([]byte, bool) {
	if n < 0 || n >= lastDate {
		return b, false
	}
	unit := 1.0 // of a second: what is smaller is rounded
	if s.subsec > 0 {
		unit = 1000
	}
	day, part := math.Modf(n)
	ticks := math.Round(part * 86_400 * unit)
	if ticks >= 86_400*unit {
		day, ticks = day+1, 0
	}
	second := int(ticks / unit)
	milli := 0
	if s.subsec > 0 {
		milli = int(ticks) % 1000
	}
	year, month, dayOf, weekday := calendar(int(day), date1904)
	hour, half := second/3600, "AM"
	if hour >= 12 {
		half = "PM"
	}
	if s.half {
		if hour %= 12; hour == 0 {
			hour = 12
		}
	}
	names := s.names
	if names == nil {
		names = &english
	}
	whole := int64(day)*86_400 + int64(second)
	for _, t := range s.tokens {
		switch t.kind {
		case 'l':
			b = append(b, t.text...)
		case 'y', 'e':
			if t.kind == 'y' && t.n <= 2 {
				b = padded(b, int64(year%100), 2)
			} else {
				b = padded(b, int64(year), 4)
			}
		case 'b':
			if t.n <= 2 {
				b = padded(b, int64((year+543)%100), 2)
			} else {
				b = padded(b, int64(year+543), 4)
			}
		case 'm':
			b = s.month(b, month, t.n, names)
		case 'd':
			switch {
			case t.n <= 2:
				b = padded(b, int64(dayOf), t.n)
			case t.n == 3:
				b = append(b, names.shortDay(weekday)...)
			default:
				b = append(b, names.days[weekday]...)
			}
		case 'a':
			if t.n == 3 {
				b = append(b, names.shortDay(weekday)...)
			} else {
				b = append(b, names.days[weekday]...)
			}
		case 'h':
			b = padded(b, int64(hour), t.n)
		case 'i':
			b = padded(b, int64(second/60%60), t.n)
		case 's':
			b = padded(b, int64(second%60), t.n)
		case 'f':
			b = append(b, string(padded(nil, int64(milli), 3))[:t.n]...)
		case 'H':
			b = padded(b, whole/3600, t.n)
		case 'I':
			b = padded(b, whole/60, t.n)
		case 'S':
			b = padded(b, whole, t.n)
		case 'A':
			if t.n == 3 { // A/P
				half = half[:1]
			}
			if t.text[0] == 'a' && t.n == 3 {
				half = strings.ToLower(half)
			}
			b = append(b, half...)
		}
	}
	return b, true
}

func (s *formatSection) month(b []byte, month, n int, names *dateNames) []byte {
	name := names.months[month-1]
	switch n {
	case 1, 2:
		return padded(b, int64(month), n)
	case 3:
		return append(b, names.shortMonth(month)...)
	case 5:
		for _, r := range name {
			return append(b, string(r)...)
		}
	}
	return append(b, name...)
}

// padded writes a number with noughts in front, two at the most unless it is
// longer.
func padded(b []byte, n int64, width int) []byte {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, digits...)
}

// calendar is the day that a workbook counts so. It counts from the last day of
// 1899, or of 1903 and a day, and takes 1900 for a leap year.
func calendar(day int, date1904 bool) (year, month, dayOf int, weekday time.Weekday) {
	switch {
	case date1904:
		day += 1462
	case day == 0:
		return 1900, 1, 0, time.Saturday
	case day == 60:
		return 1900, 2, 29, time.Wednesday
	case day < 60:
		t := time.Date(1899, 12, 31+day, 0, 0, 0, 0, time.UTC)
		return t.Year(), int(t.Month()), t.Day(), (t.Weekday() + 6) % 7
	}
	t := time.Date(1899, 12, 30+day, 0, 0, 0, 0, time.UTC)
	return t.Year(), int(t.Month()), t.Day(), t.Weekday()
}

// serial is the number that stands for an instant, the other way round.
func serial(t time.Time) float64 {
	return t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
}

// dateNames are the names of months and days in one language.
type dateNames struct {
	months, days []string // January and Sunday first
	// The short ones; the first three letters without.
	shortMonths, shortDays []string
}

func (d *dateNames) shortMonth(month int) string {
	if d.shortMonths != nil {
		return d.shortMonths[month-1]
	}
	return firstLetters(d.months[month-1], 3)
}

func (d *dateNames) shortDay(day time.Weekday) string {
	if d.shortDays != nil {
		return d.shortDays[day]
	}
	return firstLetters(d.days[day], 3)
}

func firstLetters(word string, n int) string {
	letters := []rune(word)
	return string(letters[:min(n, len(letters))])
}
