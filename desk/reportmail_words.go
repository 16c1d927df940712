package desk

import (
	"strings"
	"time"

	"textdesk/sms"
)

// reportWords are the words of an e-mailed report. Nobody's number, name or text
// is in them but what the report itself was asked about.
type reportWords struct {
	r        MailedReport
	rm       ReportMail
	sum      Sum
	rows     int64 // of the file, where it is attached
	attached bool
	base     string // "https://intranet.example/sms", "" when it is not known
	printer  ReportPrinter
}

// reportTitles name the reports in the midst of a sentence.
var reportTitles = map[string]string{
	ReportOutbox.Name: "texts that have not left", ReportMessages.Name: "messages", ReportUsage.Name: "messages by state",
	ReportInbound.Name: "texts that came in", ReportFailed.Name: "messages that were not delivered",
}

func (w reportWords) subject() string {
	title := reportTitles[w.r.Kind.Name]
	subject := strings.ToUpper(title[:1]) + title[1:]
	if days := w.days(); days != "" {
		subject += ", " + days
	}
	if w.r.Settings.Organisation != "" {
		subject += " (" + w.r.Settings.Organisation + ")"
	}
	return subject
}

// days are those of the report: "16 to 22 November 2026".
func (w reportWords) days() string {
	if w.r.First.IsZero() {
		return ""
	}
	return DayWords(w.r.First, w.r.Last)
}

// DayWords writes a span of days: "22 November 2026", "16 to 22 November 2026".
func DayWords(first, last time.Time) string {
	const whole = "2 January 2006"
	switch {
	case first.Equal(last):
		return last.Format(whole)
	case first.Year() != last.Year():
		return first.Format(whole) + " to " + last.Format(whole)
	case first.Month() != last.Month():
		return first.Format("2 January") + " to " + last.Format(whole)
	}
	return first.Format("2") + " to " + last.Format(whole)
}

func (w reportWords) text() string {
	var t strings.Builder
	line := func(words string) { t.WriteString(words + "\n") }
	head := "Your report of " + reportTitles[w.r.Kind.Name]
	if days := w.days(); days != "" {
		head += ", " + days
	} else {
		head += ", as it was when this was sent"
	}
	line(head + ".")
	if only := w.only(); only != "" {
		line("Only those " + only + ".")
	}
	line("\n" + w.totals())
	line("\n" + w.where())
	line("\nYou asked for this: " + strings.ToLower(w.rm.Rule.Words()[:1]) + w.rm.Rule.Words()[1:] + ", " + w.r.Settings.Zone.String() + ". Pause or delete it on the Reports page.")
	if w.base != "" {
		line(w.base + w.printer.ListPath(w.r))
	}
	line("\n" + w.r.Settings.name())
	return t.String()
}

// only says what the report is limited to.
func (w reportWords) only() string {
	words := w.rm.Only
	if states := w.r.Filter.Statuses; len(states) > 0 {
		var names []string
		for _, s := range states {
			names = append(names, w.state(s))
		}
		words = append([]string{"that are " + strings.Join(names, " or ")}, words...)
	}
	return strings.Join(words, ", ")
}

func (w reportWords) state(s sms.Status) string {
	word := w.printer.StateWord(s)
	return strings.ToLower(word[:1]) + word[1:]
}

// totals say what it comes to.
func (w reportWords) totals() string {
	n, most := w.sum.Rows, ""
	if !w.sum.Exact {
		if w.attached && w.r.Kind.Name != ReportUsage.Name {
			n = w.rows
		} else {
			most = "Up to "
		}
	}
	switch w.r.Kind.Name {
	case ReportInbound.Name:
		return most + plural(int(n), "text", "texts") + " came in."
	case ReportOutbox.Name:
		return most + plural(int(n), "text waits", "texts wait") + "."
	}
	words := most + plural(int(n), "message", "messages")
	if !w.sum.Exact || n == 0 {
		return words + "."
	}
	var parts []string
	in := w.r.Kind.within(w.r.Filter).Statuses
	for _, s := range sms.Statuses() {
		if k := w.sum.Total.ByStatus[s]; k > 0 && (in == nil || contains(in, s)) {
			parts = append(parts, thousands(k)+" "+w.state(s))
		}
	}
	if len(parts) > 0 {
		words += ": " + strings.Join(parts, ", ")
	}
	words += "."
	if in == nil && w.sum.Total.Parts > 0 { // nobody counts the parts of some states
		words += "\n" + plural(int(w.sum.Total.Parts), "part", "parts") + ", " + plural(int(w.sum.Total.Credits), "credit", "credits") + "."
	}
	return words
}

// where says how to get at the rows.
func (w reportWords) where() string {
	switch {
	case w.attached && w.rows == 0:
		return "There are no rows; the file has the titles alone."
	case w.attached:
		return "The rows are in the file " + w.printer.FileName(w.r) + "."
	case w.base == "":
		return "The file is too large for an e-mail. Sign in, open Reports and download it there."
	case w.r.Kind.Now:
		return "The file is too large for an e-mail. Sign in and download it, as it is then:\n" + w.base + w.printer.DownloadPath(w.r)
	}
	return "The file is too large for an e-mail. Sign in and download it:\n" + w.base + w.printer.DownloadPath(w.r)
}
