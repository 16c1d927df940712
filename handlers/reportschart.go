package handlers

import (
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views/ui"
)

// reportChart draws what happened by day, week or month; nil where it is not
// known or there is nothing to compare.
func reportChart(k desk.ReportKind, f desk.Filter, sum desk.Sum) *ui.BarChart {
	if len(sum.Days) < 2 || k.Now {
		return nil
	}
	statuses := f.Statuses
	if statuses == nil {
		statuses = k.Statuses
	}
	c := &ui.BarChart{Title: "Messages by day", First: "Day", Empty: "Nothing in this period."}
	label := func(t time.Time) string { return t.Format("2 Jan") }
	same := func(a, b time.Time) bool { return false }
	switch n := len(sum.Days); {
	case n > 7*26:
		c.Title, c.First = "Messages by month", "Month"
		label = func(t time.Time) string { return t.Format("Jan 06") }
		same = func(a, b time.Time) bool { return a.Year() == b.Year() && a.Month() == b.Month() }
	case n > 35:
		c.Title, c.First = "Messages by week", "Week of"
		same = func(a, b time.Time) bool {
			ya, wa := a.ISOWeek()
			yb, wb := b.ISOWeek()
			return ya == yb && wa == wb
		}
	case n <= 7:
		label = func(t time.Time) string { return t.Format("Mon 2") }
	}
	inbound := k.Name == desk.ReportInbound.Name
	if inbound {
		c.Title = strings.Replace(c.Title, "Messages", "Texts received", 1)
	}
	var last time.Time
	for i, day := range sum.Days {
		var bar ui.Bar
		if inbound {
			bar = ui.Bar{Label: label(day.Day), Parts: []ui.Segment{{Tone: ui.Going, Word: "Received", Count: int(day.Replies)}}}
		} else {
			bar = dayBar(only(day, statuses), label(day.Day))
		}
		if i > 0 && same(last, day.Day) {
			parts := c.Bars[len(c.Bars)-1].Parts
			for j := range parts {
				parts[j].Count += bar.Parts[j].Count
			}
		} else {
			c.Bars = append(c.Bars, bar)
		}
		last = day.Day
	}
	return c
}

// only is the sum of the messages in some states, nil for all.
func only(day desk.DaySum, statuses []sms.Status) desk.DaySum {
	if statuses == nil {
		return day
	}
	for s := range day.ByStatus {
		if !hasStatus(statuses, sms.Status(s)) {
			day.ByStatus[s] = 0
		}
	}
	return day
}
