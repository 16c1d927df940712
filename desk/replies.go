package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"textdesk/db"
	"textdesk/sms"
)

// Replies is what an administrator has decided about texts that the desk heeds
// and answers by itself.
type Replies struct {
	// OutWords and InWords are the organisation's own, as typed, beside those
	// that always count.
	OutWords, InWords []string
	// NoConfirm: whoever opts out is not told so. ConfirmText is what they are
	// told, "" for the usual words; WelcomeText and NoWelcome are the same for
	// whoever comes back.
	NoConfirm, NoWelcome     bool
	ConfirmText, WelcomeText string
	// Away answers texts that come while nobody is there.
	Away     bool
	AwayText string
	// Open is when somebody is there, by [time.Weekday].
	Open [7]OpenHours
	// Holidays are days on which nobody is.
	Holidays []Holiday
	// AwayEvery is for how many hours a number gets no second out-of-hours
	// reply, and KeywordsADay how many keyword replies it gets in 24 hours.
	AwayEvery, KeywordsADay int
	// MostAnHour bounds the keyword and out-of-hours replies to all numbers
	// together.
	MostAnHour int
	// Payer is the user who pays, 0 for whoever's text was answered.
	Payer int64
}

// OpenHours are when an office is open on a day: from minute to minute of the
// day, closed where both are the same.
type OpenHours struct{ From, Until int }

// Closed reports whether it is all day.
func (h OpenHours) Closed() bool { return h.From == h.Until }

// Holiday is a day on which nobody is in the office.
type Holiday struct {
	Day  string // "2026-12-25"
	Name string
}

// DefaultReplies hold until an administrator decides: who opts out is told so,
// and nothing else is answered.
var DefaultReplies = Replies{AwayEvery: 24, KeywordsADay: 3, MostAnHour: 300,
	Open: [7]OpenHours{1: {9 * 60, 17 * 60}, 2: {9 * 60, 17 * 60}, 3: {9 * 60, 17 * 60}, 4: {9 * 60, 17 * 60}, 5: {9 * 60, 17 * 60}}}

// The bounds of what can be set.
const (
	mostOwnWords    = 50
	mostHolidays    = 200
	mostReplyParts  = 3
	longestAway     = 7 * 24
	mostKeywordsDay = 20
	mostRepliesHour = 100_000
)

const keyReplies = "replies" // JSON

// parsedReplies is the setting as it was read last: it is looked at for every
// text that comes in.
type parsedReplies struct {
	raw             string
	replies         Replies
	outKeys, inKeys map[string]string // the word of each key, as it is written
	keys            []string          // of all opt-out words
}

type replyCache struct{ last atomic.Pointer[parsedReplies] }

// replies reads the setting.
func (d *Desk) replies(set Settings) *parsedReplies {
	if p := d.readReplies.last.Load(); p != nil && p.raw == set.replies {
		return p
	}
	p := &parsedReplies{raw: set.replies, replies: DefaultReplies}
	if set.replies != "" {
		if err := json.Unmarshal([]byte(set.replies), &p.replies); err != nil {
			p.replies = DefaultReplies // what cannot be read is as if nobody had decided
		}
	}
	p.outKeys, p.inKeys = keysOf(sms.OptOutWords, p.replies.OutWords), keysOf(sms.OptInWords, p.replies.InWords)
	for key := range p.outKeys {
		delete(p.inKeys, key) // whoever says no is believed
		p.keys = append(p.keys, key)
	}
	slices.Sort(p.keys)
	d.readReplies.last.Store(p)
	return p
}

func keysOf(lists ...[]string) map[string]string {
	keys := map[string]string{}
	for _, words := range lists {
		for _, w := range words {
			if key := sms.WordKey(w); key != "" && keys[key] == "" {
				keys[key] = w
			}
		}
	}
	return keys
}

// Replies returns what was decided. For administrators.
func (d *Desk) Replies(ctx context.Context, a Actor) (Replies, error) {
	if !a.Admin() {
		return Replies{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Replies{}, err
	}
	r := d.replies(set).replies
	r.OutWords, r.InWords, r.Holidays = slices.Clone(r.OutWords), slices.Clone(r.InWords), slices.Clone(r.Holidays)
	return r, nil
}

// confirmation is what whoever opts out reads, "" for nothing.
func (r Replies) confirmation(set Settings) string {
	switch {
	case r.NoConfirm:
		return ""
	case r.ConfirmText != "":
		return r.ConfirmText
	}
	return DefaultConfirmation(set)
}

func (r Replies) welcome(set Settings) string {
	switch {
	case r.NoWelcome:
		return ""
	case r.WelcomeText != "":
		return r.WelcomeText
	}
	return DefaultWelcome(set)
}

// DefaultConfirmation is what whoever opts out reads where nobody has written
// anything else.
func DefaultConfirmation(set Settings) string {
	return "You will get no more texts from " + usOr(set) + ". Reply START to get them again."
}

// DefaultWelcome is the same for whoever comes back.
func DefaultWelcome(set Settings) string {
	return "You will get texts from " + usOr(set) + " again. Reply STOP to end them."
}

func usOr(set Settings) string {
	if set.Organisation == "" {
		return "us"
	}
	return set.Organisation
}

// SaveOptOutWords stores the organisation's own words and what whoever uses one
// is told: OutWords, InWords and the texts of r. For administrators.
func (d *Desk) SaveOptOutWords(ctx context.Context, a Actor, r Replies) error {
	var bad []*Refusal
	var rs []*Refusal
	if r.OutWords, rs = readWords(r.OutWords, "out_words"); rs != nil {
		bad = append(bad, rs...)
	}
	if r.InWords, rs = readWords(r.InWords, "in_words"); rs != nil {
		bad = append(bad, rs...)
	}
	out := keysOf(sms.OptOutWords, r.OutWords)
	for _, w := range r.InWords {
		if out[sms.WordKey(w)] != "" {
			bad = append(bad, ErrBadWord.because("%s ends texts, so it cannot bring them back as well.", w).on("in_words"))
		}
	}
	for _, w := range r.OutWords {
		if keysOf(sms.OptInWords)[sms.WordKey(w)] != "" {
			bad = append(bad, ErrBadWord.because("%s always brings texts back, so it cannot end them.", w).on("out_words"))
		}
	}
	var refusal *Refusal
	if r.ConfirmText, refusal = readReply(r.ConfirmText, "confirm_text", r.NoConfirm || strings.TrimSpace(r.ConfirmText) == ""); refusal != nil {
		bad = append(bad, refusal)
	}
	if r.WelcomeText, refusal = readReply(r.WelcomeText, "welcome_text", r.NoWelcome || strings.TrimSpace(r.WelcomeText) == ""); refusal != nil {
		bad = append(bad, refusal)
	}
	return d.saveReplies(ctx, a, "words", bad, func(ctx context.Context, tx *db.Tx, now *Replies) error {
		for field, words := range map[string][]string{"out_words": r.OutWords, "in_words": r.InWords} {
			for _, w := range words {
				used, err := tx.KeywordsWithWord(ctx, sms.WordKey(w))
				if err != nil {
					return fmt.Errorf("look for keyword: %w", err)
				}
				if len(used) > 0 {
					return ErrWordTaken.because("%s is a keyword already. Take it away there first.", w).on(field)
				}
			}
		}
		now.OutWords, now.InWords = r.OutWords, r.InWords
		now.NoConfirm, now.ConfirmText, now.NoWelcome, now.WelcomeText = r.NoConfirm, r.ConfirmText, r.NoWelcome, r.WelcomeText
		return nil
	})
}

// SaveOfficeHours stores when somebody is there, and what is answered while
// nobody is: Away, AwayText, Open and Holidays of r, and AwayEvery. For
// administrators.
func (d *Desk) SaveOfficeHours(ctx context.Context, a Actor, r Replies) error {
	var bad []*Refusal
	var refusal *Refusal
	if r.AwayText, refusal = readReply(r.AwayText, "away_text", !r.Away && strings.TrimSpace(r.AwayText) == ""); refusal != nil {
		bad = append(bad, refusal)
	}
	for i, h := range r.Open {
		if h.From < 0 || h.Until < 0 || h.From >= day || h.Until > day || h.Until < h.From {
			bad = append(bad, ErrBadHours.on(OpenField(i)))
		}
	}
	if len(r.Holidays) > mostHolidays {
		bad = append(bad, ErrTooLong.because("At most %d days can be listed.", mostHolidays).on("holidays"))
	}
	for _, h := range r.Holidays {
		if h.Day == "" {
			bad = append(bad, ErrBadDay.because("“%s” does not begin with a day. Write one a line, like 25/12/2026 Christmas Day.", shorten(h.Name)).on("holidays"))
			break
		}
	}
	if r.AwayEvery < 1 || r.AwayEvery > longestAway {
		bad = append(bad, ErrBadLimit.because("Enter between 1 and %d hours.", longestAway).on("away_every"))
	}
	return d.saveReplies(ctx, a, "office hours", bad, func(_ context.Context, _ *db.Tx, now *Replies) error {
		now.Away, now.AwayText, now.Open, now.Holidays, now.AwayEvery = r.Away, r.AwayText, r.Open, r.Holidays, r.AwayEvery
		return nil
	})
}

// OpenField is the name of the field with the hours of a weekday.
func OpenField(weekday int) string { return fmt.Sprintf("open_%d", weekday) }

// SaveReplyLimits stores who pays for automatic replies and how many there are
// at the most: Payer, KeywordsADay and MostAnHour of r. For administrators.
func (d *Desk) SaveReplyLimits(ctx context.Context, a Actor, r Replies) error {
	var bad []*Refusal
	if r.KeywordsADay < 1 || r.KeywordsADay > mostKeywordsDay {
		bad = append(bad, ErrBadLimit.because("Enter a number from 1 to %d.", mostKeywordsDay).on("keywords_a_day"))
	}
	if r.MostAnHour < 1 || r.MostAnHour > mostRepliesHour {
		bad = append(bad, ErrBadLimit.because("Enter a number from 1 to %s.", thousands(mostRepliesHour)).on("most_an_hour"))
	}
	return d.saveReplies(ctx, a, "limits", bad, func(ctx context.Context, tx *db.Tx, now *Replies) error {
		if r.Payer != 0 && r.Payer != now.Payer {
			if ok, err := d.mayCharge(ctx, a, r.Payer); err != nil || !ok {
				if err == nil {
					err = ErrUnknownUser.on("payer")
				}
				return err
			}
		}
		now.Payer, now.KeywordsADay, now.MostAnHour = r.Payer, r.KeywordsADay, r.MostAnHour
		return nil
	})
}

// mayCharge reports whether the actor may have a user pay: themselves, or one
// below them.
func (d *Desk) mayCharge(ctx context.Context, a Actor, userID int64) (bool, error) {
	u, err := d.store.User(ctx, userID)
	if db.IsNotFound(err) || err == nil && u.ArchivedAt > 0 {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read user: %w", err)
	}
	below, err := d.below(ctx, a)
	return below == nil || contains(below, userID), err
}

// saveReplies changes a part of the setting.
func (d *Desk) saveReplies(ctx context.Context, a Actor, what string, bad []*Refusal, change func(context.Context, *db.Tx, *Replies) error) error {
	if !a.Admin() {
		return ErrForbidden
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err := d.settings(ctx, tx.Queries)
		if err != nil {
			return err
		}
		now := d.replies(set).replies
		if err := change(ctx, tx, &now); err != nil {
			return err
		}
		raw, err := json.Marshal(now)
		if err != nil {
			return fmt.Errorf("write replies: %w", err)
		}
		if err := tx.SetSetting(ctx, db.SetSettingParams{Key: keyReplies, Value: string(raw)}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "settings.replies", what, "")
	})
}
