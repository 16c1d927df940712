package views

import "time"

// ThreadLine tells what a colleague did to a conversation.
func ThreadLine(kind, by, other string) string {
	switch kind {
	case "claimed":
		return by + " took it"
	case "released":
		return by + " left it for somebody else"
	case "assigned":
		return by + " gave it to " + other
	case "done":
		return by + " marked it as done"
	case "reopened":
		return by + " reopened it"
	case "opted_out":
		return by + " put the number among those that nobody may text"
	case "wrong_number":
		return by + " noted that this is the wrong number; nobody may text it"
	}
	return by + " changed it"
}

// DayName is a divider between the texts of two days: "Today", "Yesterday",
// "Tuesday 3 June", "3 June 2025".
func DayName(at, now time.Time) string {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	switch days := int(day(now).Sub(day(at)) / (24 * time.Hour)); {
	case days == 0:
		return "Today"
	case days == 1:
		return "Yesterday"
	case at.Year() == now.Year():
		return at.Format("Monday 2 January")
	}
	return at.Format("2 January 2006")
}

// DraftText is how a row of the list begins to show what was typed and not sent.
func DraftText(template bool, body string) string {
	if template {
		return "a template, not sent yet"
	}
	return Opening(body, 120)
}

// UnsentText is what was typed and can be sent no more, "" for nothing.
func UnsentText(template bool, body string) string {
	if template && body != "" {
		return "A template, filled in."
	}
	return body
}

// DraftOf says when something was typed that is not sent yet.
func DraftOf(at, now time.Time) string {
	if y, m, d := at.In(now.Location()).Date(); y == now.Year() && m == now.Month() && d == now.Day() {
		return "Draft of " + at.In(now.Location()).Format("15:04")
	}
	return "Draft of " + Moment(at, now)
}

// hueOf tells conversations apart by colour, as far as six do.
func hueOf(number string) string {
	sum := 0
	for _, r := range number {
		sum = sum*31 + int(r)
	}
	return "hue-" + string(rune('0'+(sum%6+6)%6))
}
