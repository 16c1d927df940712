package fastsmsapi

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sms"
)

// maxParts is how long a body may be: 459 characters of the GSM alphabet, or
// 201 others.
const maxParts = 3

// send takes a text for one or many numbers, or for a group or a list. The
// answer for numbers has a place for each, in their order: its message's id, or
// the code of why there is none.
func send(ctx context.Context, c *call) (answer, error) {
	order := desk.Order{Sender: c.Text("SourceAddress"), Body: c.Text("Body"), MaxParts: maxParts, Partly: true, BareNumbers: true}
	together, err := destinations(ctx, c, &order)
	if err != nil {
		return answer{}, err
	}
	if order.TON, err = sourceTON(c.Word("SourceTON")); err != nil {
		return answer{}, err
	}
	if order.Validity, err = validity(c.Word("ValidityPeriod")); err != nil {
		return answer{}, err
	}
	if order.SendAt, err = scheduleDate(ctx, c); err != nil {
		return answer{}, err
	}
	sent, err := c.desk.Send(ctx, c.actor, order)
	if together {
		return inBackground(c, sent, err)
	}
	if err != nil && !aboutRecipients(err) {
		return answer{}, err
	}
	return byPosition(sent, err, c.Set("GetAllMessageIDs")), nil
}

// destinations reads whom a text is for: a group or a list, which have one
// answer together, or numbers. Repeats of the parameter with other numbers
// count too, because nobody may be left out in silence.
func destinations(ctx context.Context, c *call, order *desk.Order) (together bool, err error) {
	switch strings.ToLower(c.Word("DestinationAddress")) {
	case "":
		return false, invalidTo
	case "list":
		l, err := c.desk.ListNamed(ctx, c.actor, c.Word("ListName"))
		order.Lists = []int64{l.ID}
		return true, named(err)
	case "group":
		g, err := c.desk.GroupNamed(ctx, c.actor, c.Word("GroupName"))
		order.Groups = []int64{g.ID}
		return true, named(err)
	}
	seen := map[string]bool{}
	for _, value := range c.Parameters["DestinationAddress"] {
		if !seen[value] {
			seen[value] = true
			order.To = append(order.To, strings.Split(value, ",")...)
		}
	}
	return false, nil
}

// named has a send say of a group or list that is not there what the page's
// table has for sends.
func named(err error) error {
	switch {
	case errors.Is(err, desk.ErrUnknownGroup):
		return invalidGroup
	case errors.Is(err, desk.ErrUnknownList):
		return invalidList
	}
	return err
}

// inBackground is the one answer for a whole group or list.
func inBackground(c *call, sent desk.Sent, err error) (answer, error) {
	if err != nil {
		return answer{}, named(err)
	}
	if c.Set("GetBGSendID") {
		return answer{line: strconv.FormatInt(sent.BatchID, 10)}, nil
	}
	return done, nil
}

// sourceTON reads the two types of number that the page knows.
func sourceTON(v string) (sms.TON, error) {
	switch v {
	case "":
		return sms.TONUnknown, nil
	case "1":
		return sms.TONInternational, nil
	case "5":
		return sms.TONAlphanumeric, nil
	}
	return 0, missingDetails
}

// validity reads a number of seconds. To the desk 0 is its default, to the
// page it is nonsense.
func validity(v string) (time.Duration, error) {
	if v == "" {
		return 0, nil
	}
	seconds, ok := digits(v)
	if !ok || seconds < 1 || seconds > int64(desk.MaxValidity/time.Second) {
		return 0, desk.ErrBadValidity
	}
	return time.Duration(seconds) * time.Second, nil
}

// scheduleDate reads a time on the organisation's clock, zero when there is
// none.
func scheduleDate(ctx context.Context, c *call) (time.Time, error) {
	v := c.Word("ScheduleDate")
	if v == "" {
		return time.Time{}, nil
	}
	wall, ok := timestamp(v)
	if !ok {
		return time.Time{}, desk.ErrBadSendAt
	}
	set, err := c.desk.Settings(ctx)
	if err != nil {
		return time.Time{}, err
	}
	at, err := desk.AtWallClock(wall, set.Zone)
	return at.At, err
}

// timestamp reads YYYYMMDDHHMMSS, as if it were UTC.
func timestamp(v string) (time.Time, bool) {
	if _, ok := digits(v); !ok || len(v) != len("20060102150405") {
		return time.Time{}, false
	}
	at, err := time.Parse("20060102150405", v)
	return at, err == nil
}

// digits reads a whole number without a sign.
func digits(v string) (int64, bool) {
	if strings.Trim(v, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(v, 10, 64)
	return n, err == nil
}

// perRecipient are the refusals that each recipient is told in its place.
var perRecipient = []string{desk.ErrBadNumber.Code, desk.ErrSuppressed.Code, desk.ErrNoCredits.Code, desk.ErrCountry.Code, desk.ErrNumberDay.Code,
	desk.ErrUserDay.Code}

// aboutRecipients reports whether a send was refused for what each of its
// recipients is, not for what all of them would have got.
func aboutRecipients(err error) bool {
	all := desk.Refusals(err)
	return len(all) > 0 && slices.Contains(perRecipient, all[0].Code)
}

// byPosition writes what became of each recipient. refused is why nobody got
// anything, nil when somebody did.
func byPosition(sent desk.Sent, refused error, allIDs bool) answer {
	var a answer
	var line []byte
	add := func(id int64) { line = append(strconv.AppendInt(line, id, 10), ',') }
	for _, r := range sent.Recipients {
		switch {
		case r.Refusal != nil:
			code, _ := codeOf(r.Refusal)
			a.codes = append(a.codes, code)
			add(int64(code))
		case refused != nil:
			code, _ := codeOf(refused)
			a.codes = append(a.codes, code)
			add(int64(code))
		case allIDs:
			for part := range sent.Parts {
				add(r.MessageID + int64(part))
			}
		default:
			add(r.MessageID)
		}
	}
	a.line = strings.TrimSuffix(string(line), ",")
	return a
}
