package views

import (
	"strings"
	"time"

	"textdesk/views/ui"
)

// Wait is why a message has not left yet. Instants that cannot be said are zero.
type Wait struct {
	For   string // "paused", "quiet"; "" when it does not wait
	Since time.Time
	By    string // who made it wait, "" when the list does not say
	Mine  bool   // that is who looks
	Until time.Time
	// Trouble is what the provider said last, when it is in trouble.
	Trouble string
}

// WaitOf returns what staff see of a message that waits, and false for one of
// which there is no more to say than its state. last is why its last attempt
// failed.
func WaitOf(w Wait, last string, now time.Time) (Status, bool) {
	switch w.For {
	case "approval":
		return Status{"Waits for approval", ui.Attention, "clock", "Nothing of this send leaves until an administrator has approved it."}, true
	case "late":
		return Status{"Held", ui.Attention, "pause", "Its time passed while the desk was down, so it waits until somebody says go."}, true
	case "restored":
		return Status{"Held", ui.Attention, "pause", "It was waiting in a backup that was put back, and may have left after the backup was made. Somebody has to say whether it goes."}, true
	case "moving":
		return Status{"Held", ui.Attention, "pause", "The desk stopped while this send got another time. Somebody has to choose its time once more."}, true
	case "paused":
		return Status{"Paused", ui.Attention, "pause", w.paused("Paused", now) + " It leaves when somebody resumes the send."}, true
	case "provider_paused":
		return Status{"Provider paused", ui.Attention, "pause", w.paused("Its provider was paused", now) + " It leaves when an administrator resumes the provider."}, true
	case "time":
		return Status{"Scheduled", ui.Waiting, "calendar-clock", "It leaves " + ui.Clock(w.Until, now) + "."}, true
	case "quiet":
		return Status{"Resting", ui.Waiting, "moon", "It is part of a send to several people, and those rest in the quiet hours. It goes on by itself at " + ui.Clock(w.Until, now) + "."}, true
	case "undo":
		return Status{"Waiting", ui.Waiting, "clock", "It leaves at " + exactly(w.Until, now) + ". Until then all of it can be taken back."}, true
	case "retry":
		text := "It is tried again at " + exactly(w.Until, now) + "."
		if last != "" && last != "Sent again." {
			text += " The last try: " + lowerFirst(Sentence(last))
		}
		return Status{"Waiting", ui.Waiting, "clock", text}, true
	case "trouble":
		return Status{"Waiting", ui.Attention, "triangle-alert", "The provider has a problem. Textdesk tries it again about once a minute, and nothing is lost. Its last answer: " + lowerFirst(Sentence(w.Trouble))}, true
	}
	return Status{}, false
}

// WaitBrief is the same for a list, in a few words; "" when the state says it.
func WaitBrief(w Wait, now time.Time) string {
	switch w.For {
	case "approval":
		return "Waits for approval"
	case "late", "moving", "restored":
		return "Held: somebody has to say go"
	case "paused":
		return "Paused"
	case "provider_paused":
		return "The provider is paused"
	case "time":
		return "Leaves " + ui.Clock(w.Until, now)
	case "quiet":
		return "Rests until " + ui.Clock(w.Until, now)
	case "retry":
		return "Tried again at " + exactly(w.Until, now)
	case "trouble":
		return "The provider has a problem"
	}
	return ""
}

// paused says who paused it, and since when.
func (w Wait) paused(what string, now time.Time) string {
	by := w.By
	if w.Mine {
		by = "you"
	}
	if by != "" {
		what += " by " + by
	}
	return what + " at " + ui.Clock(w.Since, now) + "."
}

// exactly is an instant to the second where it is of today.
func exactly(at, now time.Time) string {
	if SameDay(at, now, now) {
		return strings.TrimSuffix(at.In(now.Location()).Format("15:04:05"), ":00")
	}
	return ui.Clock(at, now)
}
