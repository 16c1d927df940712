package fastsmsapi

import (
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/handlers/door"
)

// note puts a call on the record of its token.
func (a *API) note(c echo.Context, r *door.Record, p door.Parameters, given answer, err error) {
	call := desk.APICall{Action: actionNames[strings.ToLower(p.Word("Action"))], Parameters: shown.Parameters(p), Answer: shownAnswer(c, given), Refusal: desk.RefusalCode(err)}
	if len(given.codes) > 0 {
		call.Code = int(given.codes[0])
	}
	a.door.Note(c, r, call)
}

// shown says what the record shows of each parameter, in the page's order.
var shown = door.Shown{
	Order: []string{"DestinationAddress", "ListName", "GroupName", "SourceAddress", "Body", "ScheduleDate", "SourceTON", "ValidityPeriod",
		"GetAllMessageIDs", "GetBGSendID", "MessageID", "ReportType", "From", "To", "ChildUsername", "ChildPassword", "AccessLevel", "FirstName",
		"LastName", "Email", "Telephone", "Credits", "CreditReminder", "Credit Reminder", "Alert", "Quantity", "ContactsCSV", "IgnoreDupes",
		"OverwriteDupes", "Group", "BGSendID", "ShowErrorMessage"},
	How: map[string]func(string) string{
		"MessageID": door.AsItIs, "ScheduleDate": door.AsItIs, "SourceTON": door.AsItIs, "ValidityPeriod": door.AsItIs, "GetAllMessageIDs": door.AsItIs, "GetBGSendID": door.AsItIs,
		"ListName": door.AsItIs, "GroupName": door.AsItIs, "Group": door.AsItIs, "ReportType": door.AsItIs, "From": door.AsItIs, "To": door.AsItIs, "AccessLevel": door.AsItIs,
		"Credits": door.AsItIs, "CreditReminder": door.AsItIs, "Credit Reminder": door.AsItIs, "Alert": door.AsItIs, "Quantity": door.AsItIs, "IgnoreDupes": door.AsItIs,
		"OverwriteDupes": door.AsItIs, "BGSendID": door.AsItIs, "ShowErrorMessage": door.AsItIs, "ChildUsername": door.AsItIs, "SourceAddress": door.AsItIs,
		"DestinationAddress": door.MaskedNumbers,
		"ChildPassword":      func(string) string { return "hidden" },
	},
}

// shownAnswer only measures what is more than a line: tables, lists, JSON.
func shownAnswer(c echo.Context, given answer) string {
	if strings.ContainsAny(given.line, "\n{\"") {
		return fmt.Sprintf("%d bytes", len(given.line))
	}
	return door.ShownAnswer(c, given.line)
}

// actionNames are the actions as the page writes them, by their names in lower
// case.
var actionNames = map[string]string{"checkcredits": "CheckCredits", "checkmessagestatus": "CheckMessageStatus", "send": "Send", "cancelmessage": "CancelMessage",
	"report": "Report", "createuser": "CreateUser", "updatecredits": "UpdateCredits", "importcontactscsv": "ImportContactsCSV",
	"getallcontacts": "GetAllContacts", "getallgroups": "GetAllGroups", "deleteallcontacts": "DeleteAllContacts", "deleteallgroups": "DeleteAllGroups",
	"emptygroup": "EmptyGroup", "deletegroup": "DeleteGroup", "getbgmessages": "GetBGMessages"}
