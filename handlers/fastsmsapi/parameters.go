package fastsmsapi

import "textdesk/handlers/door"

// documented are the parameters of the page. What else comes is ignored.
var documented = func() door.Names {
	names := door.Names{}
	for _, name := range []string{
		"Token", "Username", "Password", "Action", "ShowErrorMessage",
		"MessageID",                                                                                                                                              // CheckMessageStatus, CancelMessage
		"DestinationAddress", "SourceAddress", "Body", "ScheduleDate", "SourceTON", "ValidityPeriod", "GetAllMessageIDs", "GetBGSendID", "ListName", "GroupName", // Send
		"ReportType", "From", "To", // Report
		"ChildUsername", "ChildPassword", "AccessLevel", "FirstName", "LastName", "Email", "Telephone", "Credits", "CreditReminder", "Credit Reminder", "Alert", // CreateUser
		"Quantity",                                     // UpdateCredits
		"ContactsCSV", "IgnoreDupes", "OverwriteDupes", // ImportContactsCSV
		"Group",    // EmptyGroup, DeleteGroup
		"BGSendID", // GetBGMessages
	} {
		names[name] = true
	}
	return names
}()

// withTexts reports whether codes come with their text: ShowErrorMessage has any
// value at all.
func withTexts(p door.Parameters) bool { return len(p["ShowErrorMessage"]) > 0 }
