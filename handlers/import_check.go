package handlers

import (
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// showImportCheck shows what the dry run found, and asks what is to become of
// those who are there already.
func (v *visit) showImportCheck(status int, row desk.Import, say desk.ImportAnswers, cause error) error {
	found := desk.FindingsOf(row)
	c := views.ImportCheck{ID: row.ID, Name: row.Name, Rows: found.Rows, New: found.New, Same: found.SameNumber, Repeated: found.Repeated, ToFix: found.ToFix,
		SameName: found.SameName, Suppressed: found.Suppressed, LostZero: found.LostZero, Abroad: found.Abroad, NoName: found.NoName, Partly: found.Partly,
		Hidden: found.Hidden, MoreGroups: found.MoreGroups, SameNumber: say.SameNumber, SameNameDo: say.SameName, NewGroup: say.NewGroup, Notes: importNotes(found)}
	for _, f := range found.Faults {
		title, fix := faultWords(f.Kind)
		c.Faults = append(c.Faults, views.ImportFault{Title: title, Fix: fix, Count: f.Count, Examples: examples(f.Examples, false)})
	}
	for _, g := range found.Groups {
		c.Groups = append(c.Groups, views.ImportGroup{Name: g.Name, Count: g.Count, New: g.New})
	}
	groups, _, err := v.s.Desk.Groups(v.Request().Context(), v.actor, desk.BookSearch{Limit: choicesShown})
	if err != nil {
		return err
	}
	for _, g := range groups {
		c.OwnGroups = append(c.OwnGroups, views.Set{ID: g.ID, Name: g.Name, Count: g.Count, Chosen: g.ID == say.Group})
	}
	if c.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("What would happen", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(c.Errors) > 0
	return render(v.Context, status, views.ImportCheckPage(page, c))
}

// importNotes are the sentences about rows that come in, with examples.
func importNotes(f desk.Findings) []views.ImportNote {
	var notes []views.ImportNote
	add := func(n int, kind string, tone ui.Tone, one, many string) {
		if n > 0 {
			notes = append(notes, views.ImportNote{Kind: kind, Tone: tone, Sentence: views.Plural(n, one, many), Examples: examples(f.Examples[kind], true)})
		}
	}
	add(f.LostZero, "lost_zero", ui.Delivered, "number had lost its leading 0, and has it again.", "numbers had lost their leading 0, and have it again.")
	add(f.Repeated, "repeated", ui.Neutral, "row has a number that stands further up; the first row counts, and both rows' groups.", "rows have a number that stands further up; the first row counts, and all rows' groups.")
	add(f.Suppressed, "suppressed", ui.Attention, "person must not be texted. They come into your contacts and still get no texts.", "people must not be texted. They come into your contacts and still get no texts.")
	add(f.Abroad, "abroad", ui.Neutral, "number is abroad"+countries(f)+".", "numbers are abroad"+countries(f)+".")
	add(f.SameName, "same_name", ui.Neutral, "person has the name of a contact with another number.", "people have the name of a contact with another number.")
	add(f.NoName, "", ui.Neutral, "person has no name, and is called by their number.", "people have no name, and are called by their numbers.")
	add(f.Partly, "partly", ui.Attention, "row comes in without something that cannot be used.", "rows come in without something that cannot be used.")
	add(f.Hidden, "", ui.Neutral, "row is hidden in the workbook and left out.", "rows are hidden in the workbook and left out.")
	return notes
}

// countries names where numbers abroad are: ": 9 France, 3 Ireland".
func countries(f desk.Findings) string {
	var all []string
	for _, c := range f.Countries[:min(len(f.Countries), 5)] {
		all = append(all, strconv.Itoa(c.Count)+" "+c.Name)
	}
	if len(f.Countries) > 5 {
		all = append(all, "and others")
	}
	return ": " + strings.Join(all, ", ")
}

func examples(found []desk.RowExample, says bool) []views.ImportExample {
	var all []views.ImportExample
	for _, e := range found {
		shown := views.ImportExample{Row: e.Row, Typed: e.Typed}
		if says && e.Says != e.Typed {
			shown.Says = "→ " + e.Says
		}
		all = append(all, shown)
	}
	return all
}

// faultWords say of a kind of fault what it is and how it is put right.
func faultWords(kind string) (title, fix string) {
	switch kind {
	case "no_number":
		return "There is no number.", "Add the number, or take the row out."
	case "several_numbers":
		return "There are several numbers in one cell.", "Give each person or number a row of its own."
	case "name_too_long":
		return "The name is too long.", "A name has at most 120 characters. Perhaps the columns are mixed up."
	case sms.NumberScientific.String():
		return "Excel has shortened the number, as in 4.48E+11. Its last digits are lost and cannot be worked out.",
			"In Excel, select the column, press Ctrl+1 and choose Number without decimal places. If the digits come back, save the file as .xlsx and import that. If they end in zeros, format the column as Text and copy the numbers again from where they came."
	case sms.NumberLandline.String():
		return "This is a landline; it cannot receive texts.", "Ask for the mobile number."
	case sms.NumberTooShort.String():
		return "The number has too few digits.", "A digit is missing. Compare it with where it came from."
	case sms.NumberTooLong.String():
		return "The number has too many digits.", "Two numbers may stand in one cell. A number from abroad starts with + and its country code."
	case sms.NumberLetters.String():
		return "There are letters or signs that no number has.", "Perhaps the columns are mixed up, or the number is a note."
	case sms.NumberUnknownCountry.String():
		return "The number does not start with a country code that is in use.", ""
	}
	return "The number " + kind + ".", ""
}
