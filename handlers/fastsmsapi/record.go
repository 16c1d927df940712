package fastsmsapi

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
)

// record is one call on its way, for the log of its token.
type record struct {
	at    time.Time // on the desk's clock
	began time.Time
	keyID int64 // 0: no token of ours
	// retryAfter is set for a call that came too soon.
	retryAfter time.Duration
}

// note puts a call on the record of its token, as far as others may read it.
// Calls without a token of ours are on nobody's.
func (a *API) note(c echo.Context, r record, p parameters, given answer) {
	if r.keyID == 0 {
		return
	}
	call := desk.APICall{KeyID: r.keyID, At: r.at, Method: c.Request().Method, Action: actionNames[strings.ToLower(p.word("Action"))],
		Parameters: shownParameters(p), Answer: shownAnswer(c, given), Took: time.Since(r.began), Address: c.RealIP()}
	if len(given.codes) > 0 {
		call.Code = int(given.codes[0])
	}
	a.Desk.NoteCall(call)
}

// shown says what the record shows of each parameter; of those that are not
// here it shows how long they are.
var shown = map[string]func(string) string{
	"MessageID": asItIs, "ScheduleDate": asItIs, "SourceTON": asItIs, "ValidityPeriod": asItIs, "GetAllMessageIDs": asItIs, "GetBGSendID": asItIs,
	"ListName": asItIs, "GroupName": asItIs, "Group": asItIs, "ReportType": asItIs, "From": asItIs, "To": asItIs, "AccessLevel": asItIs,
	"Credits": asItIs, "CreditReminder": asItIs, "Credit Reminder": asItIs, "Alert": asItIs, "Quantity": asItIs, "IgnoreDupes": asItIs,
	"OverwriteDupes": asItIs, "BGSendID": asItIs, "ShowErrorMessage": asItIs, "ChildUsername": asItIs, "SourceAddress": asItIs,
	"DestinationAddress": maskedNumbers,
	"ChildPassword":      func(string) string { return "hidden" },
}

// shownOrder is the order in which parameters stand on record: that of the page.
var shownOrder = []string{"DestinationAddress", "ListName", "GroupName", "SourceAddress", "Body", "ScheduleDate", "SourceTON", "ValidityPeriod",
	"GetAllMessageIDs", "GetBGSendID", "MessageID", "ReportType", "From", "To", "ChildUsername", "ChildPassword", "AccessLevel", "FirstName",
	"LastName", "Email", "Telephone", "Credits", "CreditReminder", "Credit Reminder", "Alert", "Quantity", "ContactsCSV", "IgnoreDupes",
	"OverwriteDupes", "Group", "BGSendID", "ShowErrorMessage"}

func shownParameters(p parameters) (all [][2]string) {
	for _, name := range shownOrder {
		values := p[name]
		if len(values) == 0 {
			continue
		}
		show := shown[name]
		if show == nil {
			show = length
		}
		value := show(values[0])
		if len(values) > 1 {
			value += fmt.Sprintf(" (and %d more of this name)", len(values)-1)
		}
		all = append(all, [2]string{name, value})
	}
	return all
}

// longestShown is how much of a value stands on record, in characters.
const longestShown = 60

func asItIs(value string) string {
	value = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, value), "�")
	if r := []rune(value); len(r) > longestShown {
		return string(r[:longestShown]) + "…"
	}
	return value
}

func length(value string) string {
	n := utf8.RuneCountInString(value)
	if n == 1 {
		return "1 character"
	}
	return strconv.Itoa(n) + " characters"
}

// maskedNumbers shows how numbers were written and not whose they are: of a few
// all but three digits, of many how many there are.
func maskedNumbers(value string) string {
	all := strings.Split(value, ",")
	const few = 3
	var out []string
	for _, one := range all[:min(len(all), few)] {
		out = append(out, masked(strings.TrimSpace(one)))
	}
	line := strings.Join(out, ", ")
	if len(all) > few {
		line += fmt.Sprintf(" and %d more", len(all)-few)
	}
	return line
}

// masked hides the middle of what has as many digits as a number.
func masked(one string) string {
	digits := 0
	for i := range len(one) {
		if one[i] >= '0' && one[i] <= '9' {
			digits++
		}
	}
	if digits < 6 {
		return asItIs(one)
	}
	var b strings.Builder
	seen := 0
	for _, r := range asItIs(one) {
		if r >= '0' && r <= '9' {
			if seen++; seen > digits-6 && seen <= digits-3 || seen > 5 && seen <= digits-3 {
				r = '•'
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// shownAnswer is the beginning of what the caller got. Answers with what is
// somebody's business, tables and lists of contacts, are only measured.
func shownAnswer(c echo.Context, given answer) string {
	if given.line == "" && c.Response().Committed {
		return fmt.Sprintf("%d bytes", c.Response().Size)
	}
	if strings.ContainsAny(given.line, "\n{\"") {
		return fmt.Sprintf("%d bytes", len(given.line))
	}
	if r := []rune(given.line); len(r) > 2*longestShown {
		return string(r[:2*longestShown]) + "…"
	}
	return given.line
}

// actionNames are the actions as the page writes them, by their names in lower
// case.
var actionNames = map[string]string{"checkcredits": "CheckCredits", "checkmessagestatus": "CheckMessageStatus", "send": "Send", "cancelmessage": "CancelMessage",
	"report": "Report", "createuser": "CreateUser", "updatecredits": "UpdateCredits", "importcontactscsv": "ImportContactsCSV",
	"getallcontacts": "GetAllContacts", "getallgroups": "GetAllGroups", "deleteallcontacts": "DeleteAllContacts", "deleteallgroups": "DeleteAllGroups",
	"emptygroup": "EmptyGroup", "deletegroup": "DeleteGroup", "getbgmessages": "GetBGMessages"}
