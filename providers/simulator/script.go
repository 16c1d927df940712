package simulator

import (
	"strings"
	"time"

	"textdesk/sms"
)

// Script is what the simulator plays for a number with a certain ending.
type Script struct {
	// Ending is the last two digits that call for it, "" for every other number.
	Ending string
	// What names it in a few words: "Phone switched off".
	What string
	// Sentence says what happens, for the page that lists the scripts.
	Sentence string

	steps []step
}

// step is what the network says about a text some time after it was accepted.
type step struct {
	after      time.Duration
	status     sms.Status
	code, text string
}

const (
	// slowAccept is how long script 04 takes to answer.
	slowAccept = 3 * time.Second
	// throttledTries is how many first tries script 05 refuses.
	throttledTries = 2
	// throttleWait is the wait it asks for.
	throttleWait = time.Second
	// closedFor is how long script 06 refuses the connection, from the first try.
	closedFor = 10 * time.Second
)

var handed = step{after: time.Second, status: sms.Sent}

// scripts holds the default first, then the endings in order: the index of a
// script is its ending.
var scripts = [...]Script{
	{"", "Delivered", "Sent after one second, delivered after two.",
		[]step{handed, {2 * time.Second, sms.Delivered, "", ""}}},
	{"01", "Phone switched off", "Sent after one second, fails after five because the phone is off.",
		[]step{handed, {5 * time.Second, sms.Failed, "ABSENT", "the phone is switched off"}}},
	{"02", "Unknown number", "Refused at once: nobody has this number.", nil},
	{"03", "No answer", "The provider never answers, so nobody can tell whether the text was sent.",
		[]step{handed, {2 * time.Second, sms.Delivered, "", ""}}},
	{"04", "Slow", "Accepted after three seconds, delivered after twenty.",
		[]step{handed, {20 * time.Second, sms.Delivered, "", ""}}},
	{"05", "Throttled", "The first two tries are told to slow down, then as usual.",
		[]step{handed, {2 * time.Second, sms.Delivered, "", ""}}},
	{"06", "Provider down", "The connection is refused for the first ten seconds, then as usual.",
		[]step{handed, {2 * time.Second, sms.Delivered, "", ""}}},
	{"07", "No receipt", "Sent after one second; whether it arrived is never reported.",
		[]step{handed}},
	{"08", "Expired", "Sent after one second, given up after eight: it could not be delivered in its validity.",
		[]step{handed, {8 * time.Second, sms.Expired, "EXPIRED", "validity passed before the phone was reached"}}},
	{"09", "Late", "Sent after one second, reaches the phone after a minute.",
		[]step{handed, {time.Minute, sms.Delivered, "", ""}}},
}

// Indices into scripts that Send treats differently from the start.
const (
	usual = iota
	phoneOff
	unknownNumber
	noAnswer
	slow
	throttled
	down
)

// scriptFor finds the script of a number by its last two digits.
func scriptFor(to sms.MSISDN) int {
	for i := 1; i < len(scripts); i++ {
		if strings.HasSuffix(string(to), scripts[i].Ending) {
			return i
		}
	}
	return usual
}

// now is the last step that has happened after that time; a text is submitted
// until the first.
func (s *Script) now(elapsed time.Duration) step {
	at := step{status: sms.Submitted}
	for _, st := range s.steps {
		if elapsed < st.after {
			break
		}
		at = st
	}
	return at
}
