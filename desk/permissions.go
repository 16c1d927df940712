package desk

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"textdesk/db"
	"textdesk/sms"
	"textdesk/sms/gsm"
)

// Permissions refine what a user's level lets them do.
type Permissions struct {
	// Bulk: may text more than one person at a time.
	Bulk bool
	// TemplatesOnly: sends texts of templates that somebody above shares, with
	// their fields filled in, and no other.
	TemplatesOnly bool
	// Import: may bring in many people at once, from a file or a table.
	Import bool
	// SeesOthers: as an administrator, sees the texts of those below.
	SeesOthers bool
	// Senders are those that may be used, as typed; none is any.
	Senders []string
	// ApproveAbove is the number of people above which somebody else has to
	// approve a send; 0 is every send, -1 the organisation's rule.
	ApproveAbove int64
	// DailyCap is how many credits may be used a day, 0 without limit.
	DailyCap int64
}

// mostSenders bounds the list of a user's senders.
const mostSenders = 50

// PermissionsOf reads what a user may.
func PermissionsOf(u db.User) Permissions { return permissionsOf(u) }

func permissionsOf(u db.User) Permissions {
	p := Permissions{Bulk: bool(u.MayBulk), TemplatesOnly: bool(u.TemplatesOnly), Import: bool(u.MayImport), SeesOthers: bool(u.SeesOthers),
		ApproveAbove: u.ApproveAbove, DailyCap: u.DailyCap}
	if u.Senders != "" {
		p.Senders = strings.Split(u.Senders, "\n")
	}
	return p
}

// SetPermissions decides what a user may. For administrators above them.
func (d *Desk) SetPermissions(ctx context.Context, a Actor, userID int64, p Permissions) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if bad := p.check(set.Country); len(bad) > 0 {
		return refused(bad)
	}
	return d.changeBelow(ctx, a, userID, "user.permissions", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		return storePermissions(ctx, tx, a, u, p)
	})
}

// SetPermissionsByName changes some of what a user may, for who has no page to
// look at. change may be called more than once.
func (d *Desk) SetPermissionsByName(ctx context.Context, a Actor, username string, change func(*Permissions)) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	return d.changeUser(ctx, a, username, "user.permissions", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		p := permissionsOf(u)
		change(&p)
		if u.Level != LevelAdmin && p.SeesOthers != bool(u.SeesOthers) {
			return "", ErrBadLevel.because("%s is a normal user, who sees nothing of others.", u.Username)
		}
		if bad := p.check(set.Country); len(bad) > 0 {
			return "", refused(bad)
		}
		return storePermissions(ctx, tx, a, u, p)
	})
}

func storePermissions(ctx context.Context, tx *db.Tx, a Actor, u db.User, p Permissions) (string, error) {
	if u.ID == a.User.ID {
		return "", ErrYourself
	}
	err := tx.SetPermissions(ctx, db.SetPermissionsParams{ID: u.ID, MayBulk: db.Bool(p.Bulk), TemplatesOnly: db.Bool(p.TemplatesOnly),
		MayImport: db.Bool(p.Import), SeesOthers: db.Bool(p.SeesOthers), Senders: strings.Join(p.Senders, "\n"), ApproveAbove: p.ApproveAbove, DailyCap: p.DailyCap})
	return p.Words(), err
}

// check tidies the list of senders and refuses what cannot be.
func (p *Permissions) check(home string) []*Refusal {
	var bad []*Refusal
	var senders []string
	for _, typed := range p.Senders {
		if typed = strings.TrimSpace(typed); typed == "" || slices.Contains(senders, typed) {
			continue
		}
		if _, r := parseSender(typed, home); r != nil {
			bad = append(bad, ErrBadSenders.because("%s is no sender: %s", typed, r.Sentence))
			break
		}
		senders = append(senders, typed)
	}
	if len(senders) > mostSenders {
		bad = append(bad, ErrBadSenders.because("Enter at most %d senders.", mostSenders))
	}
	p.Senders = senders
	if p.ApproveAbove < -1 || p.ApproveAbove > mostGuarded {
		bad = append(bad, ErrBadApprove)
	}
	if p.DailyCap < 0 || p.DailyCap > mostCredits {
		bad = append(bad, ErrBadCap)
	}
	return bad
}

// Words tells what was decided: "templates only; 200 credits a day".
func (p Permissions) Words() string {
	var words []string
	if !p.Bulk {
		words = append(words, "one person at a time")
	}
	if p.TemplatesOnly {
		words = append(words, "templates only")
	}
	if !p.Import {
		words = append(words, "no import")
	}
	if !p.SeesOthers {
		words = append(words, "own texts only")
	}
	if len(p.Senders) > 0 {
		words = append(words, "senders "+strings.Join(p.Senders, ", "))
	}
	switch {
	case p.ApproveAbove == 0:
		words = append(words, "every send approved")
	case p.ApproveAbove > 0:
		words = append(words, "approval above "+thousands(p.ApproveAbove))
	}
	if p.DailyCap > 0 {
		words = append(words, thousands(p.DailyCap)+" credits a day")
	}
	if len(words) == 0 {
		return "no limits"
	}
	return strings.Join(words, "; ")
}

// Listed is a sender as it stands among those that may be used, and whether it
// does; where any may be used, as it was typed.
func (p Permissions) Listed(typed, home string) (string, bool) {
	if len(p.Senders) == 0 {
		return typed, true
	}
	sender, r := parseSender(strings.TrimSpace(typed), home)
	if r != nil {
		return "", false
	}
	for _, one := range p.Senders {
		if (Permissions{Senders: []string{one}}).refuseSender(sender) == nil {
			return one, true
		}
	}
	return "", false
}

// firstSender is what stands in for a sender that was not typed.
func (p Permissions) firstSender() string {
	if len(p.Senders) > 0 {
		return p.Senders[0]
	}
	return ""
}

// refuse says why a send to so many in a sender's name may not be.
func (p Permissions) refuse(people int, sender sms.Sender) *Refusal {
	if people > 1 && !p.Bulk {
		return ErrNoBulk
	}
	return p.refuseSender(sender)
}

func (p Permissions) refuseSender(sender sms.Sender) *Refusal {
	if len(p.Senders) == 0 || sender.Address == "" {
		return nil
	}
	for _, typed := range p.Senders {
		// Their own country does not matter to what was checked when it was set;
		// digits compare by what they end in.
		if strings.EqualFold(typed, sender.Address) || sameDigits(typed, sender.Address) {
			return nil
		}
	}
	return ErrSenderBarred.because("You may send as %s, not as %s.", strings.Join(p.Senders, " or "), sender.Address)
}

// sameDigits compares numbers however they are written: "07700 900999" and
// "447700900999".
func sameDigits(typed, address string) bool {
	if strings.ContainsFunc(typed, func(r rune) bool { return !strings.ContainsRune("0123456789 +()-", r) }) {
		return false
	}
	digits := strings.TrimLeft(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed), "0")
	return digits == address || len(digits) >= 7 && strings.HasSuffix(address, digits)
}

// readPermissions adds to a draft what its user may not.
func (d *Desk) readPermissions(ctx context.Context, a Actor, o Order, dr *Draft) error {
	p := permissionsOf(a.User)
	if a.User.ID == 0 || o.automatic {
		return nil // the trial of the first run
	}
	if dr.People > 1 && !p.Bulk {
		dr.Problems = append(dr.Problems, ErrNoBulk)
	}
	if r := p.refuseSender(dr.Sender); r != nil {
		dr.Problems = append(dr.Problems, r)
	}
	if !p.TemplatesOnly || strings.TrimSpace(dr.Body) == "" {
		return nil
	}
	rows, err := d.store.TemplatesOf(ctx, a.User.ID)
	if err != nil {
		return err
	}
	for _, t := range rows {
		if t.UserID != a.User.ID && madeOf(t.Body, dr.Body) {
			return nil
		}
	}
	dr.Problems = append(dr.Problems, ErrTemplatesOnly)
	return nil
}

var fieldPattern = regexp.MustCompile(`\(\([^()]*\)\)`)

// longestFilled is how many bytes somebody may type into a template's field.
const longestFilled = 160

// madeOf reports whether a text is a template's, as it stands or filled in.
func madeOf(template, text string) bool {
	template, text = strings.TrimSpace(gsm.Clean(template)), strings.TrimSpace(gsm.Clean(text))
	if template == text {
		return true
	}
	if fieldPattern.ReplaceAllString(template, "") == "" {
		return false // nothing but fields: it would let everything through
	}
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	last := 0
	for _, at := range fieldPattern.FindAllStringIndex(template, -1) {
		pattern.WriteString(regexp.QuoteMeta(template[last:at[0]]) + `((?s:.*?))`)
		last = at[1]
	}
	if last == 0 {
		return false
	}
	pattern.WriteString(regexp.QuoteMeta(template[last:]) + `\z`)
	re, err := regexp.Compile(pattern.String())
	if err != nil {
		return false
	}
	filled := re.FindStringSubmatch(text)
	return filled != nil && !slices.ContainsFunc(filled[1:], func(f string) bool { return len(f) > longestFilled })
}

// mayImport refuses who may not bring in many people at once.
func (a Actor) mayImport() error {
	if !a.shell() && !bool(a.User.MayImport) {
		return ErrNoImport
	}
	return nil
}
