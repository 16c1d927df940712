package simulator

import (
	"strings"
	"time"

	"textdesk/sms"
)

// Script is what the simulator plays for a number with a certain ending.
type Script struct {
	// Ending are the last digits that call for it, "" for every other number.
	Ending string
	// What names it in a few words: "Phone switched off".
	What string
	// Sentence says what happens, for the page that lists the scripts.
	Sentence string

	steps []step
	echo  bool // the phone answers each text with its own words
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
// script is its ending, where that has two digits. References have the index in
// them, so a new script comes last.
var scripts = [...]Script{
	{Ending: "", What: "Delivered", Sentence: "Sent after one second, delivered after two.",
		steps: []step{handed, {2 * time.Second, sms.Delivered, "", ""}}},
	{Ending: "01", What: "Phone switched off", Sentence: "Sent after one second, fails after five because the phone is off.",
		steps: []step{handed, {5 * time.Second, sms.Failed, "ABSENT", "the phone is switched off"}}},
	{Ending: "02", What: "Unknown number", Sentence: "Refused at once: nobody has this number."},
	{Ending: "03", What: "No answer", Sentence: "The provider never answers, so nobody can tell whether the text was sent.",
		steps: []step{handed, {2 * time.Second, sms.Delivered, "", ""}}},
	{Ending: "04", What: "Slow", Sentence: "Accepted after three seconds, delivered after twenty.",
		steps: []step{handed, {20 * time.Second, sms.Delivered, "", ""}}},
	{Ending: "05", What: "Throttled", Sentence: "The first two tries are told to slow down, then as usual.",
		steps: []step{handed, {2 * time.Second, sms.Delivered, "", ""}}},
	{Ending: "06", What: "Provider down", Sentence: "The connection is refused for the first ten seconds, then as usual.",
		steps: []step{handed, {2 * time.Second, sms.Delivered, "", ""}}},
	{Ending: "07", What: "No receipt", Sentence: "Sent after one second; whether it arrived is never reported.",
		steps: []step{handed}},
	{Ending: "08", What: "Expired", Sentence: "Sent after one second, given up after eight: it could not be delivered in its validity.",
		steps: []step{handed, {8 * time.Second, sms.Expired, "EXPIRED", "validity passed before the phone was reached"}}},
	{Ending: "09", What: "Late", Sentence: "Sent after one second, reaches the phone after a minute.",
		steps: []step{handed, {time.Minute, sms.Delivered, "", ""}}},
	// Long, so that a send to invented numbers is not answered by some of them.
	{Ending: "900900", What: "Echo", Sentence: "Delivered at once, and the phone answers every text with the same words, for trying what answers a machine.",
		steps: []step{{0, sms.Delivered, "", ""}}, echo: true},
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

// scriptFor finds the script of a number by its last digits.
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
