package feedzon

import "textdesk/providers"

// code is a row of the service's list of response errors.
type code struct {
	code string
	kind providers.Kind
	text string
	// words are the service's.
	words string
}

// Codes are the errors that the service documents, in its order, with its words.
func Codes() [][2]string {
	all := make([][2]string, len(codes))
	for i, c := range codes {
		all[i] = [2]string{c.code, c.words}
	}
	return all
}

// codes is the service's list in its order. An error that the service documents
// is a refusal, so the text was certainly not sent; but it has no reason to answer a
// send with 1030.
//
// What an administrator has to put right is Unauthorised, because no text goes
// before; so is -1, which only a wrong address brings about.
var codes = []code{
	{"-1", providers.Unauthorised, "feedzon does not know this function; check the provider's url", "Function doesn't exist"},
	{"1000", providers.Unauthorised, "feedzon does not accept the service key, or it is disabled", "Service Key is invalid"},
	{"1010", providers.Rejected, "feedzon finds details missing or wrong: the number or the sender", "Missing parameters"},
	{"1020", providers.Unauthorised, "the SMS settings of the feedzon account are incorrect; put them right with feedzon", "Authentication failed"},
	{nothingNew, providers.Ambiguous, "feedzon answered as if it had been asked for messages", "No messages to download"},
}

// nothingNew answers GetMessageList when there is nothing.
const nothingNew = "1030"

// refusal turns an error code into an error. One that is not in the list is
// Ambiguous: nobody can say what it means for the text.
func refusal(number string) *providers.Error {
	for _, c := range codes {
		if c.code == number {
			return &providers.Error{Kind: c.kind, Code: number, Text: c.text}
		}
	}
	return &providers.Error{Kind: providers.Ambiguous, Code: number, Text: "feedzon answered with an error that it does not document"}
}
