package fastsms

import (
	"strconv"

	"textdesk/providers"
)

// Shorter names for the table.
const (
	ambiguous    = providers.Ambiguous
	temporary    = providers.Temporary
	rejected     = providers.Rejected
	unauthorised = providers.Unauthorised
	noCredit     = providers.NoCredit
)

// code is a row of the service's list of error codes.
type code struct {
	number int
	kind   providers.Kind
	text   string
	// one marks a code that speaks of one recipient. Alone in answer to
	// several, it does not say what became of the others.
	one bool
}

// codes is the service's list in its order, its words as comments. A code that
// is documented as an answer is a refusal, so the text was certainly not sent,
// with these exceptions: -300 and -301 tell of a fault that may have struck
// after the text was stored, -302 of one while the answer was written, and
// -400 of a send that partly went. Maintenance (-511) passes; what needs an
// administrator at FastSMS (-501, -512 to -515) stops every text alike. -411 is
// about one number and one day, so it must not slow the others down.
var codes = [...]code{
	{-100, noCredit, "the FastSMS account has no credits left", false},                              // Not Enough Credits
	{-101, rejected, "FastSMS does not know this kind of credit", false},                            // Invalid CreditID
	{-200, rejected, "FastSMS does not accept this contact", true},                                  // Invalid Contact
	{-300, ambiguous, "FastSMS had a fault in its database", false},                                 // General Database Error
	{-301, ambiguous, "FastSMS had a fault that it cannot name", false},                             // Unknown Error
	{-302, ambiguous, "FastSMS could not put its answer together", false},                           // Return XML Error
	{-303, rejected, "FastSMS could not understand the request", false},                             // Received XML Error
	{-400, ambiguous, "FastSMS sent to some of the numbers only and did not say which", false},      // Some numbers in list failed
	{-401, rejected, "FastSMS cannot text this number", true},                                       // Invalid Destination Address
	{-402, rejected, "the sender is longer than 11 characters", false},                              // Invalid Source Address – Alphanumeric too long
	{-403, rejected, "the sender is not a number that can be used", false},                          // Invalid Source Address – Invalid Number
	{-404, rejected, "the text is empty", false},                                                    // Blank Body
	{-405, rejected, "FastSMS does not accept this validity", false},                                // Invalid Validity Period
	{-406, rejected, "FastSMS has no route to this number", true},                                   // No Route Available
	{-407, rejected, "FastSMS does not accept this date", false},                                    // Invalid Schedule Date
	{-408, rejected, "the distribution list is empty", false},                                       // Distribution List is Empty
	{-409, rejected, "the group is empty", false},                                                   // Group is Empty
	{-410, rejected, "FastSMS does not know this distribution list", false},                         // Invalid Distribution List
	{-411, rejected, "this number has had as many texts today as FastSMS allows", true},             // You have exceeded the limit of messages you can send in a single day to a single number
	{-412, rejected, "FastSMS has blocked this number", true},                                       // Number is blacklisted
	{-414, rejected, "FastSMS does not know this group", false},                                     // Invalid Group
	{-501, unauthorised, "FastSMS does not accept the token", false},                                // Unknown Username/Password
	{-502, rejected, "FastSMS does not offer this action", false},                                   // Unknown Action
	{-503, rejected, "FastSMS does not know this message, or it has already gone", false},           // Unknown Message ID
	{-504, rejected, "FastSMS does not accept the first date", false},                               // Invalid From Timestamp
	{-505, rejected, "FastSMS does not accept the last date", false},                                // Invalid To Timestamp
	{-506, rejected, "FastSMS does not allow this sender", false},                                   // Source Address Not Allowed (Email2SMS)
	{-507, rejected, "FastSMS finds details missing or wrong", false},                               // Invalid/Missing Details
	{-508, rejected, "FastSMS could not create the user", false},                                    // Error Creating User
	{-509, rejected, "FastSMS does not know this user", false},                                      // Unknown/Invalid User
	{-510, rejected, "the user would have fewer than 0 credits", false},                             // You cannot set a user’s credits to be less than 0
	{-511, temporary, "FastSMS is down for maintenance", false},                                     // The system is down for maintenance
	{-512, unauthorised, "the FastSMS user is suspended", false},                                    // User Suspended
	{-513, unauthorised, "the FastSMS licence is in use elsewhere", false},                          // License in use
	{-514, unauthorised, "the FastSMS licence has expired", false},                                  // License expired
	{-515, unauthorised, "the FastSMS account has no licence", false},                               // No License available
	{-516, rejected, "FastSMS does not know this list", false},                                      // Unknown List
	{-517, rejected, "FastSMS could not create the list", false},                                    // Unable to create List
	{-518, rejected, "the sender is missing, and the FastSMS account has no default sender", false}, // Blank or Invalid Source Address
	{-519, rejected, "the text is empty", false},                                                    // Blank Message Body
	{-520, rejected, "FastSMS does not know this group", false},                                     // Unknown Group
	{-601, rejected, "FastSMS does not know this report", false},                                    // Unknown Report Type
	{-701, rejected, "FastSMS misses the user", false},                                              // No UserID Specified
	{-702, rejected, "FastSMS does not accept this amount", false},                                  // Invalid Amount Specified
	{-703, rejected, "FastSMS does not accept this currency", false},                                // Invalid Currency Requested
	// Of GetBGMessages, described with that action.
	{-521, rejected, "FastSMS does not know this background send", false},        // Unknown Background Send ID
	{-522, rejected, "FastSMS has not finished this background send", false},     // Background Send Not Finished
	{-523, rejected, "FastSMS found no messages of this background send", false}, // No messages were found
}

var byNumber = func() map[int]*code {
	m := make(map[int]*code, len(codes))
	for i := range codes {
		m[codes[i].number] = &codes[i]
	}
	return m
}()

// refusal turns a negative code into an error. A code that is not in the list
// is Ambiguous: nobody can say what it means for the text.
func refusal(number int) *providers.Error {
	e := &providers.Error{Code: strconv.Itoa(number)}
	if c := byNumber[number]; c != nil {
		e.Kind, e.Text = c.kind, c.text
	} else {
		e.Kind, e.Text = ambiguous, "FastSMS answered with a code that it does not document"
	}
	return e
}
