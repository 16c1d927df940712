package views

import (
	"strings"
	"time"

	"textdesk/sms"
	"textdesk/views/ui"
)

// Status turns a state into the word, the colour and the explanation that staff
// see. No other place does.
type Status struct {
	Word string
	Tone ui.Tone
	Icon string
	// Means is one sentence.
	Means string
}

var statuses = [sms.StatusCount]Status{
	sms.Scheduled:  {"Scheduled", ui.Waiting, "calendar-clock", "It will leave at its time."},
	sms.Queued:     {"Waiting", ui.Waiting, "clock", "It leaves as soon as the provider's pace allows."},
	sms.Submitting: {"Sending", ui.Going, "send", "It is being handed to the provider."},
	sms.Submitted:  {"Submitted", ui.Going, "send", "The provider has it."},
	sms.Sent:       {"Sent", ui.Going, "send", "The network has it; the phone has not confirmed yet."},
	sms.Delivered:  {"Delivered", ui.Delivered, "check", "It is on the phone."},
	sms.Failed:     {"Not delivered", ui.Failed, "x", "It was refused or cannot be delivered."},
	sms.Expired:    {"Expired", ui.Failed, "clock", "It could not be delivered in time."},
	sms.Cancelled:  {"Cancelled", ui.Neutral, "ban", "It was taken back before it left."},
	sms.Suppressed: {"Not sent: opted out", ui.Neutral, "ban", "This number must not be texted."},
	sms.InDoubt:    {"In doubt", ui.Attention, "circle-question-mark", "It went out and no answer came. Somebody has to decide."},
	sms.Unknown:    {"Unknown", ui.Attention, "circle-question-mark", "The provider took it but never said what became of it."},
}

// StatusOf returns what staff see of a state.
func StatusOf(s sms.Status) Status { return statuses[s] }

// happened is how a timeline tells that a message came into a state.
var happened = [sms.StatusCount]string{
	sms.Scheduled: "Scheduled", sms.Queued: "Waits for the next try", sms.Submitting: "Handed to the provider",
	sms.Submitted: "Taken by the provider", sms.Sent: "Handed to the network", sms.Delivered: "Delivered to the phone",
	sms.Failed: "Not delivered", sms.Expired: "Expired", sms.Cancelled: "Cancelled", sms.Suppressed: "Not sent: the number is opted out",
	sms.InDoubt: "Nobody can tell whether it went", sms.Unknown: "No receipt came",
}

// Happened says in a timeline that a message came into a state.
func Happened(s sms.Status) string { return happened[s] }

// Kept is a text, or words in place of one that was erased or has outlived how
// long texts are kept.
func Kept(text string) string {
	if text == "" {
		return "(The text is not kept any more.)"
	}
	return text
}

// Count writes a number with separators of thousands: "4,812".
func Count[T ~int | ~int64](n T) string { return ui.Count(int(n)) }

// Plural writes a number with its noun: "1 credit", "4,812 credits".
func Plural[T ~int | ~int64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// ProviderHealth says how a provider does, by when it last answered and when it
// last failed for a reason of its own.
func ProviderHealth(okAt, errorAt time.Time) Status {
	switch {
	case errorAt.After(okAt):
		return Status{"In trouble", ui.Failed, "triangle-alert", "Its last call failed."}
	case okAt.IsZero():
		return Status{"Not used yet", ui.Neutral, "clock", "Nothing was sent through it so far."}
	}
	return Status{"Working", ui.Delivered, "circle-check", "It answered the last call."}
}

// CallbackState says what became of something that a provider posted: 0 it
// waits, 1 it was understood, 2 it could not be.
func CallbackState(state int64) Status {
	switch state {
	case 0:
		return Status{"Waiting", ui.Waiting, "clock", "It is read in a moment."}
	case 1:
		return Status{"Understood", ui.Delivered, "check", "What it says was taken over."}
	}
	return Status{"Not read", ui.Failed, "triangle-alert", "It could not be understood."}
}

// ForwardState says what became of a received text that is to be forwarded: 0 it
// waits, 1 it was taken, 2 it was given up, 3 it is not to be forwarded.
func ForwardState(state, tries int64) Status {
	switch {
	case state == 1:
		return Status{"Taken", ui.Delivered, "check", "The web page has it."}
	case state == 2:
		return Status{"Given up", ui.Failed, "x", "The web page did not take it within a day."}
	case state == 3:
		return Status{"Not forwarded", ui.Neutral, "ban", "It is not forwarded."}
	case tries > 0:
		return Status{"Tried again later", ui.Attention, "refresh-cw", "The web page did not take it yet."}
	}
	return Status{"Waiting", ui.Waiting, "clock", "It goes in a moment."}
}

// Level is what staff call a user's level.
func Level(level string) string {
	if level == "admin" {
		return "Administrator"
	}
	return "Normal user"
}

// UserState says whether somebody is let in.
func UserState(state string) Status {
	switch state {
	case "invited":
		return Status{"Invited", ui.Waiting, "mail", "They have not chosen a password yet."}
	case "suspended":
		return Status{"Suspended", ui.Attention, "ban", "They are kept out until somebody resumes them."}
	case "archived":
		return Status{"Archived", ui.Neutral, "lock", "They are out for good; what they sent stays."}
	}
	return Status{"Active", ui.Delivered, "circle-check", "They can sign in."}
}

// audited are the sentences of the audit log: what was done to what is named
// beside it.
var audited = map[string]string{
	"account.password": "Chose a password", "account.second_factor": "Second factor", "account.recovery_codes": "Made new recovery codes",
	"account.recovery_code": "Signed in with a recovery code", "batch.approve": "Approved send", "batch.pause": "Paused send", "batch.release": "Released send",
	"batch.resume": "Resumed send", "batch.return": "Returned send", "batch.stop": "Stopped send", "callback.replay": "Had callbacks read again", "contact.delete": "Deleted contact",
	"group.delete": "Deleted group", "group.empty": "Emptied group", "list.delete": "Deleted list", "maintenance.off": "Opened the desk again",
	"maintenance.on": "Closed the desk for maintenance", "message.cancel": "Took back message", "provider.add": "Added provider",
	"provider.change": "Changed provider", "provider.default": "Made provider the default", "provider.remove": "Removed provider",
	"reportmail.add": "Asked for a report by e-mail,", "reportmail.pause": "Paused e-mailed report", "reportmail.resume": "Resumed e-mailed report",
	"reportmail.delete": "Deleted e-mailed report", "reportmail.send": "Had a report e-mailed now,", "reportmail.sent": "Was e-mailed report",
	"recurring.add": "Began repeating send", "recurring.change": "Changed repeating send", "recurring.end": "Ended repeating send",
	"recurring.missed": "Decided about a missed time of", "recurring.pause": "Paused repeating send", "recurring.resume": "Resumed repeating send",
	"recurring.skip": "Left out a time of", "settings.guard": "Changed the spend guard", "settings.organisation": "Changed the organisation",
	"settings.quiet": "Changed the quiet hours", "settings.second_factor": "Changed who needs a second factor", "settings.api_passwords": "Changed how programs may come in", "sign_in": "Signed in",
	"sign_out_elsewhere": "Signed out everywhere else", "suppression.add": "Put on the list of numbers not to text",
	"backup": "Made the backup", "batch.reschedule": "Chose another time for send", "contact.delete_all": "Deleted all contacts",
	"contact.delete_many": "Deleted contacts", "contact.merge": "Merged two contacts into", "key.adopt": "Went on with another secret key",
	"number.add": "Added number", "number.change": "Changed number", "number.remove": "Removed number", "number.allow_host": "Allowed forwarding to",
	"number.forbid_host": "No longer allowed forwarding to", "number.forward_again": "Had texts forwarded again that came in on", "number.leave": "Left texts that were not forwarded from",
	"number.test": "Tested the forwarding of",
	"list.column": "Changed the columns of list", "person.erase": "Erased a person", "person.export": "Downloaded what is known of a person",
	"restore.release": "Let the restored desk send again", "settings.backups": "Changed when backups are made", "settings.mail": "Changed the mail server", "settings.branding": "Changed the colour or the logo",
	"settings.retention": "Changed how long things are kept", "suppression.import": "Put numbers from a file on the list of those not to text",
	"key.add": "Made a feedzon service key for", "key.disable": "Disabled a feedzon service key of", "key.enable": "Enabled a feedzon service key of", "key.remove": "Removed a feedzon service key of",
	"settings.replies": "Changed the automatic replies", "keyword.save": "Saved keyword", "keyword.delete": "Deleted keyword", "optout.word": "Opted out by a text", "optout.back": "Came back by a text",
	"optout.asked": "Opted out somebody who asked in a text", "optout.not": "Found that a text asks for nothing",
	"token.rate": "Changed how many calls a second are allowed to",
	"book.join":  "Put people into group", "book.leave": "Took people out of group", "book.delete": "Deleted contacts", "book.empty": "Emptied group",
	"book.delete_group": "Deleted group", "book.delete_list": "Deleted list", "book.delete_all": "Deleted all contacts",
	"import.start": "Started the import of", "import.cancel": "Cancelled the import of", "import.undo": "Undid the import of",
	"suppression.remove": "Took off the list of numbers not to text", "template.add": "Added template", "template.change": "Changed template",
	"template.delete": "Deleted template", "token.add": "Made an API token for", "token.revoke": "Revoked an API token of", "user.act_as": "Began to act as",
	"user.act_as_end": "Stopped acting as", "user.add": "Created user", "user.archive": "Archived user", "user.cap": "Set the daily limit of",
	"user.change": "Changed the account of", "user.credits": "Moved credits of", "user.link": "Made a one-time link for", "user.move": "Moved user",
	"user.password": "Gave a password to", "user.permissions": "Changed the limits of", "user.restore": "Brought back user", "user.resume": "Resumed user",
	"user.second_factor": "Took the second factor from", "user.suspend": "Suspended user", "user.unlimited": "Changed whether the credits are counted of",
}

// Audited tells an entry of the audit log in words. What has no sentence stands
// by its own name, with its words apart.
func Audited(action string) string {
	if words := audited[action]; words != "" {
		return words
	}
	words := strings.NewReplacer(".", ": ", "_", " ").Replace(action)
	return strings.ToUpper(words[:min(1, len(words))]) + words[min(1, len(words)):]
}

// RunStateOf returns what staff see of what became of a time of a repeating
// send.
func RunStateOf(state string) Status {
	switch state {
	case "sent":
		return Status{"Sent", ui.Going, "send", "It was handed on; its page says who got it."}
	case "refused":
		return Status{"Not sent", ui.Failed, "x", "It could not be sent; the next one comes as planned."}
	case "missed":
		return Status{"Missed", ui.Attention, "clock", "The desk was not running. Somebody has to decide."}
	}
	return Status{"Left out", ui.Neutral, "ban", "It was not sent, and will not be."}
}

// RecurringState says that a repeating send stands still, and false for one
// that goes on.
func RecurringState(paused, ended bool) (Status, bool) {
	switch {
	case ended:
		return Status{"Ended", ui.Neutral, "check", "It does not come again."}, true
	case paused:
		return Status{"Paused", ui.Attention, "pause", "It does not come until somebody resumes it."}, true
	}
	return Status{}, false
}

// ReplyKind is what an automatic reply is called.
func ReplyKind(kind string) string {
	switch kind {
	case "opt_out":
		return "Confirmed that no more texts come"
	case "opt_in":
		return "Confirmed that texts come again"
	case "keyword":
		return "Keyword"
	}
	return "Out of hours"
}

// VerdictOn tells what the desk would do with a text.
func VerdictOn(kind, word string, open bool, holiday string, opens time.Time, never bool) TryVerdict {
	when := "The office is open then."
	switch {
	case open:
	case holiday != "" && !never:
		when = "The office is closed then, for " + holiday + ", until " + opens.Format("Monday 2 January, 15:04") + "."
	case holiday != "" || never:
		when = "The office is closed then."
	default:
		when = "The office is closed then, until " + opens.Format("Monday 2 January, 15:04") + "."
	}
	switch kind {
	case "opt_out":
		return TryVerdict{Tone: ui.Success, Title: "It opts the number out", Text: "It is the word " + strings.ToUpper(word) + " and nothing else. Nobody here can text the number any more, from that moment on."}
	case "opt_in":
		return TryVerdict{Tone: ui.Success, Title: "It brings the number back", Text: "It is the word " + strings.ToUpper(word) + " and nothing else. If a text of theirs had opted the number out, it can be texted again; if not, nothing happens."}
	case "asks":
		return TryVerdict{Tone: ui.Caution, Title: "A person decides", Text: "It may ask for no more texts, but it is not one of the words. It is flagged in the inbox, with a button that opts the number out. Nothing is answered by itself."}
	case "keyword":
		return TryVerdict{Tone: ui.Success, Title: "It is the keyword " + word, Text: "It stands in the inbox as well. " + when}
	case "hours":
		return TryVerdict{Tone: ui.Info, Title: "It comes out of hours", Text: when}
	}
	return TryVerdict{Tone: ui.Info, Title: "It waits in the inbox for a person", Text: "Nothing happens by itself. " + when}
}
