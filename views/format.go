package views

import (
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

// Level is what staff call a user's level.
func Level(level string) string {
	if level == "admin" {
		return "Administrator"
	}
	return "Normal user"
}

// UserState says whether somebody is let in.
func UserState(suspended bool) Status {
	if suspended {
		return Status{"Suspended", ui.Neutral, "ban", "They are kept out."}
	}
	return Status{"Active", ui.Delivered, "circle-check", "They can sign in."}
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
