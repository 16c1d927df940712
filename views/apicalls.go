package views

import "time"

// APICall is one of the calls of the FastSMS API, as an example.
type APICall struct {
	Group, Action, What, Answer string
	Parameters                  []string // "DestinationAddress=447700900123"
	Admin                       bool     // for administrators only
}

// APICalls are the calls with an example of each, in the order in which somebody
// needs them.
func APICalls(now time.Time) []APICall {
	day := now.Format("20060102")
	return []APICall{
		{Group: "Texts", Action: "Send", What: "Sends a text to one number, or to several with commas between.", Answer: "The message's id, 10000001. A negative number is an error. With several numbers: an id or an error for each, in their order.",
			Parameters: []string{"DestinationAddress=447700900123", "SourceAddress={sender}", "Body=Hello from a script"}},
		{Group: "Texts", Action: "Send", What: "Sends to everybody of one of your groups, tomorrow at nine. ListName does the same for a list.", Answer: "The send's id, because GetBGSendID asks for it; 1 otherwise.",
			Parameters: []string{"DestinationAddress=Group", "GroupName=Year 4", "SourceAddress={sender}", "Body=The trip is on.", "ScheduleDate=" + now.AddDate(0, 0, 1).Format("20060102") + "090000", "GetBGSendID=1"}},
		{Group: "Texts", Action: "CheckMessageStatus", What: "Says what became of a text.", Answer: "One word: Delivered, Sent, Queued, Failed …", Parameters: []string{"MessageID=10000001"}},
		{Group: "Texts", Action: "CancelMessage", What: "Takes a text back that has not left.", Answer: "1, or -503 when it is too late.", Parameters: []string{"MessageID=10000001"}},
		{Group: "Texts", Action: "GetBGMessages", What: "Lists the texts of a send to a group or a list.", Answer: "JSON, once nothing of it waits any more.", Parameters: []string{"BGSendID=1001"}},
		{Group: "Texts", Action: "CheckCredits", What: "Says how many credits you have.", Answer: "A number with two decimals: 412.00."},
		{Group: "Reports", Action: "Report", What: "What became of every text of a period. ReportType is Messages, FailedMessages, InboundMessages, Usage or, without dates, Outbox.", Answer: "CSV with a header line, however long.",
			Parameters: []string{"ReportType=Messages", "From=" + day + "000000", "To=" + day + "235959"}},
		{Group: "Users and credits", Action: "CreateUser", What: "Makes a user below you.", Answer: "1", Admin: true,
			Parameters: []string{"ChildUsername=jo", "ChildPassword=a long password", "AccessLevel=Normal", "FirstName=Jo", "LastName=Bloggs", "Email=jo@example.com", "Credits=5"}},
		{Group: "Users and credits", Action: "UpdateCredits", What: "Moves credits to a user below you, or back with a minus sign.", Answer: "1", Admin: true, Parameters: []string{"ChildUsername=jo", "Quantity=5"}},
		{Group: "Contacts and groups", Action: "ImportContactsCSV", What: "Adds contacts, one on a line: name, number, e-mail, groups.", Answer: "A line for each line: 1 : Success.",
			Parameters: []string{"ContactsCSV=Ann Lee,447700900123,ann@example.com,Year 4"}},
		{Group: "Contacts and groups", Action: "GetAllContacts", What: "All of your contacts.", Answer: "CSV."},
		{Group: "Contacts and groups", Action: "GetAllGroups", What: "All of your groups.", Answer: "CSV."},
		{Group: "Contacts and groups", Action: "EmptyGroup", What: "Takes everybody out of a group.", Answer: "1", Parameters: []string{"Group=Year 4"}},
		{Group: "Contacts and groups", Action: "DeleteGroup", What: "Deletes a group. Its people stay.", Answer: "1", Parameters: []string{"Group=Year 4"}},
		{Group: "Contacts and groups", Action: "DeleteAllGroups", What: "Deletes all of your groups.", Answer: "1"},
		{Group: "Contacts and groups", Action: "DeleteAllContacts", What: "Deletes all of your contacts.", Answer: "1"},
	}
}

// sample is a small program in some language.
type sample struct{ name, text string }

// samples send a text and say what came of it.
func samples(a APIExample) []sample {
	return []sample{
		{"PowerShell", `$answer = Invoke-RestMethod -Method Post -Uri '` + a.URL + `' -Body @{
  Token = '` + a.Token + `'; Action = 'Send'
  DestinationAddress = '447700900123'; SourceAddress = '` + a.Sender + `'
  Body = 'Hello from PowerShell'
}
if ([int64]$answer -gt 0) { "Sent as $answer" } else { "Refused: $answer" }`},
		{"Python", `import urllib.parse, urllib.request

form = urllib.parse.urlencode({
    "Token": "` + a.Token + `", "Action": "Send",
    "DestinationAddress": "447700900123", "SourceAddress": "` + a.Sender + `",
    "Body": "Hello from Python",
}).encode()
answer = urllib.request.urlopen("` + a.URL + `", form, timeout=30).read().decode()
print("Sent as" if int(answer) > 0 else "Refused:", answer)`},
		{"PHP", `<?php
$curl = curl_init('` + a.URL + `');
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30,
    CURLOPT_POSTFIELDS => http_build_query([
        'Token' => '` + a.Token + `', 'Action' => 'Send',
        'DestinationAddress' => '447700900123', 'SourceAddress' => '` + a.Sender + `',
        'Body' => 'Hello from PHP',
    ]),
]);
$answer = curl_exec($curl);
echo $answer > 0 ? "Sent as $answer" : "Refused: $answer";`},
		{"Excel VBA", `Function SendText(number As String, message As String) As String
    Dim request As Object
    Set request = CreateObject("WinHttp.WinHttpRequest.5.1")
    request.Open "POST", "` + a.URL + `", False
    request.SetRequestHeader "Content-Type", "application/x-www-form-urlencoded"
    request.Send "Token=` + a.Token + `&Action=Send&SourceAddress=` + a.Sender + `" & _
        "&DestinationAddress=" & WorksheetFunction.EncodeURL(number) & _
        "&Body=" & WorksheetFunction.EncodeURL(message)
    SendText = request.ResponseText   ' an id, or a negative code
End Function`},
	}
}
