package handlers

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

const (
	namesLookedUp = 3 // names in one form that people are offered for
	peopleOffered = 6 // people offered for one of them
	fewestLetters = 2 // of a name that is looked up
	mostLetters   = 80
)

// suggest offers the people of the contacts for names that were typed where
// numbers belong, the last one typed first.
func (v *visit) suggest(p plan, typed []sms.Typed) (all []views.Suggestion, err error) {
	for i := len(typed) - 1; i >= 0 && i < len(p.draft.Recipients) && len(all) < namesLookedUp; i-- {
		name := typed[i].Raw
		if p.draft.Recipients[i].Refusal == nil || strings.ContainsFunc(name, unicode.IsDigit) || utf8.RuneCountInString(name) < fewestLetters || utf8.RuneCountInString(name) > mostLetters {
			continue
		}
		found, err := v.s.Desk.FindContacts(v.Request().Context(), v.actor, desk.ContactFilter{Search: name}, desk.SortByName, desk.BookSearch{Limit: peopleOffered})
		if err != nil {
			return nil, err
		}
		s := views.Suggestion{Typed: name, More: found.Next != ""}
		for _, c := range found.People {
			s.People = append(s.People, views.Suggested{ID: c.ID, Name: c.Name, Number: c.Number.Display(v.set.Country), Line: toLine(c.Name, c.Number, v.set.Country)})
		}
		all = append(all, s)
	}
	return all, nil
}

// onlyName is what the one person that an order goes to is called, "" for
// several and for nobody known.
func onlyName(dr desk.Draft) (name string) {
	if dr.People != 1 {
		return ""
	}
	for _, r := range dr.Recipients {
		if r.Refusal == nil && !r.Duplicate {
			name = r.Name
		}
	}
	return name
}

// toLine is what stands among the numbers for a contact: the name and the
// number, in brackets where the name ends in digits, and the number alone where
// the two cannot be told apart.
func toLine(name string, number sms.MSISDN, home string) string {
	shown := number.Display(home)
	for _, line := range []string{name + " " + shown, name + " <" + shown + ">"} {
		if read := sms.SplitNumbers(line); len(read) == 1 && read[0].Raw == line {
			if n, err := sms.ParseMSISDN(read[0].Number, home); err == nil && n == number {
				return line
			}
		}
	}
	return shown
}

// choosePerson puts a contact where its name was typed: "12:Ame".
func (v *visit) choosePerson(to, chosen string) (string, error) {
	id, typed, _ := strings.Cut(chosen, ":")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return to, nil
	}
	c, _, err := v.s.Desk.Contact(v.Request().Context(), v.actor, n)
	if err != nil {
		return to, err
	}
	return inPlaceOf(to, typed, toLine(c.Name, c.Number, v.set.Country)), nil
}

// inPlaceOf puts a line where something was typed as an item of its own, for the
// last time, or at the end where it is not there any more.
func inPlaceOf(to, typed, line string) string {
	const between = "\r\n,;\t|"
	for end := len(to); typed != ""; {
		at := strings.LastIndex(to[:end], typed)
		if at < 0 {
			break
		}
		before, after := strings.TrimRight(to[:at], " "), strings.TrimLeft(to[at+len(typed):], " ")
		if (before == "" || strings.ContainsRune(between, rune(before[len(before)-1]))) && (after == "" || strings.ContainsRune(between, rune(after[0]))) {
			if after == "" {
				after = "\n"
			}
			return to[:at] + line + after
		}
		end = at + len(typed) - 1
	}
	if to = strings.TrimRight(to, " \r\n"); to != "" {
		to += "\n"
	}
	return to + line + "\n"
}
