package handlers

import (
	"errors"
	"strings"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

// skippedShown is how many numbers of a reason are listed.
const skippedShown = 50

// skipped gathers the numbers that are none by their reason, in the order in
// which the reasons first appear.
func skipped(recipients []desk.Recipient, typed []sms.Typed, home string) []views.Skipped {
	var groups []views.Skipped
	type reason struct {
		why        sms.Reason
		suppressed bool
		says       string
	}
	place := map[reason]int{}
	for i, r := range recipients {
		if r.Refusal == nil || r.Duplicate {
			continue
		}
		why := reason{why: r.Why, suppressed: errors.Is(r.Refusal, desk.ErrSuppressed)}
		if !why.suppressed && !errors.Is(r.Refusal, desk.ErrBadNumber) {
			why.says = r.Refusal.Sentence
		}
		at, ok := place[why]
		if !ok {
			at = len(groups)
			place[why] = at
			groups = append(groups, views.Skipped{Why: why.why, Suppressed: why.suppressed, Says: why.says})
		}
		g := &groups[at]
		if g.Count++; g.Count > skippedShown {
			continue
		}
		if i < len(typed) {
			g.Typed = append(g.Typed, typed[i].Raw)
		} else {
			g.Typed = append(g.Typed, named(r, home))
		}
	}
	return groups
}

// spaced writes the number at the end of who was left out as numbers are shown:
// people of groups and lists are written down with theirs in full.
func spaced(label, home string) string {
	at := strings.LastIndexByte(label, ' ') + 1
	number, err := sms.ParseMSISDN(label[at:], home)
	if err != nil || string(number) != label[at:] {
		return label
	}
	return label[:at] + number.Display(home)
}
