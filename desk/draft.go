package desk

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"textdesk/sms"
	"textdesk/sms/gsm"
	"textdesk/sms/merge"
)

// Draft is an order that has been read, with what it would do.
type Draft struct {
	Recipients []Recipient
	Sender     sms.Sender
	// Body is the text, with its fields; see [Draft.Text]. Size is that of the
	// longest that anybody will read, and Longest who that is where it is filled
	// in.
	Body     string
	Size     gsm.Size
	Longest  int
	SendAt   time.Time
	Validity time.Duration
	// Groups and Lists are those that it goes to.
	Groups, Lists []Chosen
	// People is how many will get a text. The others are Bad, which are no
	// numbers; Suppressed, whom nobody may text; Barred, whom the spend guard
	// keeps out; Duplicates; and Lacking, of whom there is nothing to fill in.
	People, Bad, Suppressed, Barred, Duplicates, Lacking int
	// Parts is how many parts go out, and ByParts how many people get a text of
	// so many.
	Parts   int64
	ByParts map[int]int
	// Credits is what it costs: one for each part.
	Credits int64
	// Unlimited, Balance: what the user has.
	Unlimited bool
	Balance   int64
	// DayMost is how many credits the user may use a day, 0 without limit, and
	// DayLeft how many of them are left today.
	DayMost, DayLeft int64
	// Problems keep the order from being sent.
	Problems []*Refusal

	// AskSure: it is for so many people that a page asks whether the sender is
	// sure. Approval: it will wait for an administrator.
	AskSure, Approval bool
	// ApproveAbove is the number of people above which it does.
	ApproveAbove int64

	// Expected is how many rows there are to read. Estimated: they are too many to
	// be read while somebody types, so the numbers above are worked out from the
	// first of them; [Desk.Prepare] reads all.
	Expected  int64
	Estimated bool
	// Missing is how many people lack what, of those who are Lacking, by the name
	// of the field.
	Missing map[string]int
	// File is what is known of the file that it is sent from, nil without one.
	File *FileFacts

	id        int64    // where its people stand in the store, 0 for in Recipients
	repeats   []Repeat // what was counted while it was read into the store
	guard     Guard
	days      days
	zone      *time.Location
	template  merge.Template
	texts     map[sms.MSISDN]string
	own       bool                    // each may have a text of their own
	badField  *Refusal                // what is wrong with the fields of the text
	further   []string                // fields of the text that not everybody has
	known     map[string]string       // names of further fields that there are, by folded name
	columns   []string                // the file's, in their order
	ownFields bool                    // only a file's
	noFile    bool                    // it cannot be read
	out       map[sms.MSISDN]*Refusal // who is left out, for their duplicates
	firstOut  *Refusal
	mixedOut  bool // not all are left out for the same reason
}

// Check reads an order and says what it would do, without doing it.
func (d *Desk) Check(ctx context.Context, a Actor, o Order) (Draft, error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return Draft{}, err
	}
	draft := Draft{Unlimited: bool(a.User.Unlimited), Balance: a.User.Balance, zone: set.Zone}
	draft.readFields(o)
	if err := d.readRecipients(ctx, a, o, set, &draft); err != nil {
		return Draft{}, err
	}
	if o.Repliable && strings.TrimSpace(o.Sender) == "" {
		if o.Sender, err = d.numberFor(ctx, a, set); err != nil {
			return Draft{}, err
		}
	}
	draft.readSender(o, a, set)
	draft.checkFields()
	draft.readBody(o)
	draft.readWhen(o, d.clock())
	draft.fill(o.maxParts())
	draft.extrapolate()
	draft.Credits = draft.Parts
	if !draft.Unlimited && draft.Credits > draft.Balance && !o.Partly {
		draft.Problems = append(draft.Problems, notEnough(draft.Credits, draft.Balance))
	}
	if err := d.readPermissions(ctx, a, o, &draft); err != nil {
		return Draft{}, err
	}
	return draft, d.readGuard(ctx, a, o, &draft)
}

func (dr *Draft) readSender(o Order, a Actor, set Settings) {
	typed := strings.TrimSpace(o.Sender)
	may := permissionsOf(a.User)
	own := a.User.Sender
	if _, ok := may.Listed(own, set.Country); !ok {
		own = "" // one from before they were limited
	}
	fallbacks := []string{own, may.firstSender(), set.Sender}
	if typed == "" && o.Repliable {
		fallbacks = may.answerable(own, set)
		if len(fallbacks) == 0 && len(may.Senders) > 0 {
			dr.Problems = append(dr.Problems, ErrNoReplies)
			return
		}
	}
	for _, fallback := range fallbacks {
		if typed == "" {
			typed = fallback
		}
	}
	if typed == "" && o.OwnSender {
		return
	}
	if typed == "" {
		dr.Problems = append(dr.Problems, ErrNoSender)
		return
	}
	sender, r := o.readAs(typed, set.Country)
	if r == nil {
		sender, r = asTON(sender, typed, o.TON)
	}
	if r != nil {
		dr.Problems = append(dr.Problems, r)
		return
	}
	dr.Sender = sender
}

// readAs reads a sender. What is none at home may be one all the same: digits
// and signs that are expressly a name need no letter, and programs leave out an
// international number's plus sign.
func (o Order) readAs(typed, home string) (sms.Sender, *Refusal) {
	sender, r := parseSender(typed, home)
	if r == nil || r.Code != ErrBadSender.Code {
		return sender, r
	}
	if o.TON == sms.TONAlphanumeric {
		return sms.Sender{Address: typed}, nil
	}
	if o.BareNumbers && typed[0] >= '1' && typed[0] <= '9' {
		if abroad, err := sms.ParseSender("+"+typed, ""); err == nil {
			return abroad, nil
		}
	}
	return sender, r
}

// maxName is the longest sender's name, in characters of the GSM alphabet.
const maxName = 11

// asTON reads a sender as the type of number that somebody insists on.
func asTON(sender sms.Sender, typed string, ton sms.TON) (sms.Sender, *Refusal) {
	named := sender.TON == sms.TONAlphanumeric
	switch {
	case ton == sms.TONUnknown:
		return sender, nil
	case ton == sms.TONAlphanumeric && !named && (!gsm.IsGSM(typed) || strings.ContainsFunc(typed, unicode.IsControl)):
		return sms.Sender{}, ErrSenderLetters
	case ton == sms.TONAlphanumeric && !named && gsm.Count(typed).Units > maxName:
		return sms.Sender{}, ErrSenderTooLong
	case ton == sms.TONAlphanumeric && !named:
		return sms.Sender{Address: typed, TON: ton}, nil // the digits as they were written
	case ton != sms.TONAlphanumeric && named:
		return sms.Sender{}, ErrBadSender.because("%q is a name, not a number.", typed)
	}
	return sms.Sender{Address: sender.Address, TON: ton}, nil
}

// parseSender reads a sender and refuses in the desk's words.
func parseSender(typed, home string) (sms.Sender, *Refusal) {
	sender, err := sms.ParseSender(typed, home)
	if err == nil {
		return sender, nil
	}
	var s *sms.SenderError
	if errors.As(err, &s) {
		switch s.Reason {
		case sms.SenderTooLong:
			return sms.Sender{}, ErrSenderTooLong.because("%s.", s.Error())
		case sms.SenderNotGSM:
			return sms.Sender{}, ErrSenderLetters.because("%s.", s.Error())
		}
		return sms.Sender{}, ErrBadSender.because("%s.", s.Error())
	}
	return sms.Sender{}, ErrBadSender
}

func (dr *Draft) readBody(o Order) {
	dr.Body = gsm.Clean(o.Body)
	dr.Size = gsm.Count(dr.Body)
	if strings.TrimSpace(dr.Body) == "" {
		dr.Problems = append(dr.Problems, ErrBlankBody)
		return
	}
	if dr.badField != nil {
		dr.Problems = append(dr.Problems, dr.badField)
	}
	if limit := o.maxParts(); dr.Size.Parts > limit && !dr.Filled() {
		dr.Problems = append(dr.Problems, tooManyParts(dr.Size.Parts, limit))
	}
}

// maxParts is how many parts the order's message may have.
func (o Order) maxParts() int {
	if o.MaxParts == 0 {
		return MaxParts
	}
	return o.MaxParts
}

func tooManyParts(parts, limit int) *Refusal {
	return ErrBodyTooLong.because("The message is too long: it would take %s text messages, and the most is %d.", thousands(int64(parts)), limit)
}

func (dr *Draft) readWhen(o Order, now time.Time) {
	dr.SendAt, dr.Validity = o.SendAt, o.Validity
	if dr.SendAt.IsZero() {
		dr.SendAt = now
	} else if dr.SendAt.Before(now.Add(-time.Minute)) {
		dr.Problems = append(dr.Problems, ErrSendAtPast)
	} else if dr.SendAt.After(now.Add(farthest)) {
		dr.Problems = append(dr.Problems, ErrSendAtTooFar)
	}
	if dr.Validity == 0 {
		dr.Validity = DefaultValidity
	}
	if dr.Validity < MinValidity || dr.Validity > MaxValidity {
		dr.Problems = append(dr.Problems, ErrBadValidity)
	}
}

func notEnough(cost, balance int64) *Refusal {
	if cost == 1 {
		return ErrNoCredits.because("This costs 1 credit and you have none.")
	}
	return ErrNoCredits.because("This costs %s credits and you have %s.", thousands(cost), thousands(balance))
}
