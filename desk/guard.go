package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// Guard is what keeps a slip or a stolen password from becoming a bill.
type Guard struct {
	// AllCountries lets everybody text any country; otherwise numbers at home
	// and in Countries, ISO codes, can be texted.
	AllCountries bool
	Countries    []string
	// PerNumber is how many texts a number may get in a day from everybody here
	// together, 0 for any number.
	PerNumber int
	// SureAbove is the number of people above which a page asks whether one is
	// sure, 0 for never.
	SureAbove int
	// ApproveAbove is the number of people above which an administrator has to
	// approve what an ordinary user sends, 0 for never.
	ApproveAbove int
}

// DefaultGuard is what holds until an administrator decides.
var DefaultGuard = Guard{PerNumber: 20, SureAbove: 500}

const (
	keyCountries    = "guard_countries" // "GB,IE", or "*" for all
	keyPerNumber    = "guard_per_number"
	keySureAbove    = "guard_sure_above"
	keyApproveAbove = "guard_approve_above"
)

// mostGuarded bounds the numbers of the guard's settings.
const mostGuarded = 1_000_000

// SaveGuard stores the guard. For administrators.
func (d *Desk) SaveGuard(ctx context.Context, a Actor, g Guard) error {
	if !a.Admin() {
		return ErrForbidden
	}
	var bad []*Refusal
	for _, c := range g.Countries {
		if sms.CountryName(c) == c {
			bad = append(bad, ErrBadCountry.on("countries"))
			break
		}
	}
	for field, n := range map[string]int{"per_number": g.PerNumber, "sure_above": g.SureAbove, "approve_above": g.ApproveAbove} {
		if n < 0 || n > mostGuarded {
			bad = append(bad, ErrBadGuard.on(field))
		}
	}
	if len(bad) > 0 {
		slices.SortFunc(bad, func(a, b *Refusal) int { return strings.Compare(a.Field, b.Field) })
		return refused(bad)
	}
	countries, said := "*", "all countries"
	if !g.AllCountries {
		countries = strings.Join(g.Countries, ",")
		said = "home only"
		if countries != "" {
			said = "home and " + countries
		}
	}
	values := map[string]string{keyCountries: countries, keyPerNumber: strconv.Itoa(g.PerNumber), keySureAbove: strconv.Itoa(g.SureAbove),
		keyApproveAbove: strconv.Itoa(g.ApproveAbove)}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for key, value := range values {
			if err := tx.SetSetting(ctx, db.SetSettingParams{Key: key, Value: value}); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, a, "settings.guard", "", fmt.Sprintf("%s, %d a number a day, sure above %d, approval above %d", said, g.PerNumber, g.SureAbove, g.ApproveAbove))
	})
}

func readGuard(values map[string]string) Guard {
	g := DefaultGuard
	switch countries := values[keyCountries]; countries {
	case "":
	case "*":
		g.AllCountries = true
	default:
		g.Countries = strings.Split(countries, ",")
	}
	for key, n := range map[string]*int{keyPerNumber: &g.PerNumber, keySureAbove: &g.SureAbove, keyApproveAbove: &g.ApproveAbove} {
		if stored, err := strconv.Atoi(values[key]); err == nil {
			*n = stored
		}
	}
	return g
}

// foreign refuses a number of a country that is not texted, nil when it is.
func (g Guard) foreign(n sms.MSISDN, home string) *Refusal {
	if g.AllCountries || n.In(home) {
		return nil
	}
	country := ""
	if strings.HasPrefix(string(n), "+44") { // shared by islands that are countries of their own
		country = "GB"
		if slices.ContainsFunc(g.Countries, n.In) {
			return nil
		}
	} else if country = n.Country(); slices.Contains(g.Countries, country) {
		return nil
	}
	if country == "" {
		return ErrCountry.because("This number belongs to no country, and this desk texts only some.")
	}
	return ErrCountry.because("%s is not among the countries that this desk texts.", upperFirst(sms.CountryInSentence(country)))
}

// asksApproval reports whether a send to so many by a user needs somebody else:
// by what was decided about them, or else by the organisation's rule.
func (g Guard) asksApproval(u db.User, people int) bool {
	if u.ApproveAbove >= 0 {
		return people > int(u.ApproveAbove)
	}
	return g.ApproveAbove > 0 && people > g.ApproveAbove && u.Level != LevelAdmin
}

// SetDailyCap limits the credits that a user can use in a day of the
// organisation's; 0 lifts the limit. For administrators above them.
func (d *Desk) SetDailyCap(ctx context.Context, a Actor, username string, credits int64) error {
	if credits < 0 || credits > mostCredits {
		return ErrBadCap
	}
	return d.changeUser(ctx, a, username, "user.cap", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		if u.ID == a.User.ID {
			return "", ErrForbidden.because("Nobody sets their own limit.")
		}
		return thousands(credits), tx.SetDailyCap(ctx, db.SetDailyCapParams{ID: u.ID, DailyCap: credits})
	})
}

// dayOf is the day that a clock shows, as the store writes it: 20260603.
func dayOf(t time.Time, zone *time.Location) int64 {
	y, m, d := t.In(zone).Date()
	return int64(y*10000 + int(m)*100 + d)
}

// days are the days on which an order counts: for its user when it is accepted,
// for its numbers when it leaves.
type days struct{ user, numbers int64 }

// readDays settles on which days an order counts, and by which guard.
func (dr *Draft) readDays(now time.Time, o Order, set Settings) {
	leaves := o.SendAt
	if leaves.Before(now) {
		leaves = now
	}
	dr.guard, dr.days = set.Guard, days{dayOf(now, set.Zone), dayOf(leaves, set.Zone)}
}

// bar refuses the numbers that the guard keeps out.
func (d *Desk) bar(ctx context.Context, home string, numbers []sms.MSISDN, dr *Draft) (map[sms.MSISDN]*Refusal, error) {
	barred := map[sms.MSISDN]*Refusal{}
	for _, n := range numbers {
		if r := dr.guard.foreign(n, home); r != nil {
			barred[n] = r
		}
	}
	if dr.guard.PerNumber == 0 {
		return barred, nil
	}
	full, err := d.store.NumbersAtCap(ctx, dr.days.numbers, int64(dr.guard.PerNumber), numbers)
	for _, n := range full {
		if barred[n] == nil {
			barred[n] = dr.fullNumber()
		}
	}
	return barred, err
}

// barredAll is why nobody gets anything, where the guard keeps all of them out.
func (dr *Draft) barredAll() *Refusal {
	all := thousands(int64(dr.Barred))
	if dr.mixedOut {
		return ErrNumberDay.because("None of these %s numbers can be texted: their countries are not texted, or they have had their texts.", all)
	}
	if dr.firstOut.Is(ErrCountry) {
		return ErrCountry.because("None of these %s numbers is of a country that this desk texts.", all)
	}
	return ErrNumberDay.because("All of these %s numbers have had their texts for the day.", all)
}

func (dr *Draft) fullNumber() *Refusal {
	when := "that day"
	if dr.days.numbers == dr.days.user {
		when = "today"
	}
	if dr.guard.PerNumber == 1 {
		return ErrNumberDay.because("This number has had its one text for %s.", when)
	}
	return ErrNumberDay.because("This number has had its %s texts for %s.", thousands(int64(dr.guard.PerNumber)), when)
}

// readGuard says what the guard will ask for, and refuses what the user may not
// use today.
func (d *Desk) readGuard(ctx context.Context, a Actor, o Order, dr *Draft) error {
	dr.AskSure = dr.guard.SureAbove > 0 && dr.People > dr.guard.SureAbove
	dr.Approval, dr.ApproveAbove = dr.guard.asksApproval(a.User, dr.People), int64(dr.guard.ApproveAbove)
	if a.User.ApproveAbove >= 0 {
		dr.ApproveAbove = a.User.ApproveAbove
	}
	if o.Partly {
		return nil
	}
	today, err := allowanceOf(ctx, d.store.Queries, a.User, dr.days.user)
	dr.DayMost, dr.DayLeft = today.most, today.left
	if r := today.refuse(dr.Credits); r != nil {
		dr.Problems = append(dr.Problems, r)
	}
	return err
}

// barLate refuses the numbers that have become full since the order was read. A
// person has to look again; a program is told in the numbers' places.
func (dr *Draft) barLate(ctx context.Context, tx *db.Tx, o Order, recipients []Recipient) error {
	if dr.guard.PerNumber == 0 {
		return nil
	}
	numbers := make([]sms.MSISDN, 0, dr.People)
	for _, r := range recipients {
		if r.Refusal == nil && !r.Duplicate {
			numbers = append(numbers, r.Number)
		}
	}
	full, err := tx.NumbersAtCap(ctx, dr.days.numbers, int64(dr.guard.PerNumber), numbers)
	if err != nil || len(full) == 0 {
		return err
	}
	if !o.Partly || len(full) == len(numbers) {
		return dr.fullNumber()
	}
	late := make(map[sms.MSISDN]bool, len(full))
	for _, n := range full {
		late[n] = true
	}
	for i := range recipients {
		if r := &recipients[i]; r.Refusal == nil && !r.Duplicate && late[r.Number] {
			r.Refusal = dr.fullNumber()
		}
	}
	return nil
}

// allowance is what a user may still use today. The zero value is without limit.
type allowance struct{ most, left int64 }

// allowanceOf reads it, through a transaction where it must hold in it.
func allowanceOf(ctx context.Context, q *db.Queries, u db.User, today int64) (allowance, error) {
	if u.DailyCap == 0 {
		return allowance{}, nil
	}
	used, err := q.UserDay(ctx, db.UserDayParams{UserID: u.ID, Day: today})
	if err != nil {
		return allowance{}, fmt.Errorf("read credits of the day: %w", err)
	}
	return allowance{u.DailyCap, max(0, u.DailyCap-used)}, nil
}

// refuse says why something cannot be afforded today, nil when it can.
func (al allowance) refuse(cost int64) *Refusal {
	if al.most == 0 || cost <= al.left {
		return nil
	}
	credits := "credits"
	if cost == 1 {
		credits = "credit"
	}
	left := thousands(al.left) + " are left"
	switch al.left {
	case 0:
		left = "none are left"
	case 1:
		left = "1 is left"
	}
	return ErrUserDay.because("This costs %s %s. You may use %s a day, of which %s today.", thousands(cost), credits, thousands(al.most), left)
}

// take uses some of it, or refuses.
func (al *allowance) take(cost int64) *Refusal {
	r := al.refuse(cost)
	if r == nil {
		al.left -= cost
	}
	return r
}

// countDay writes down what an accepted order has used, and what it said.
func (d *Desk) countDay(ctx context.Context, tx *db.Tx, dr *Draft, userID, batchID int64, messages []db.Message) error {
	var credits int64
	for _, m := range messages {
		credits += m.Credits
	}
	if dr.guard.PerNumber > 0 {
		if err := tx.CountNumbers(ctx, dr.days.numbers, messages); err != nil {
			return err
		}
	}
	return d.countUserDay(ctx, tx, dr, userID, batchID, credits, len(messages))
}

// countUserDay is the part of it that is about the sender.
func (d *Desk) countUserDay(ctx context.Context, tx *db.Tx, dr *Draft, userID, batchID, credits int64, people int) error {
	if err := tx.AddToUserDay(ctx, db.AddToUserDayParams{UserID: userID, Day: dr.days.user, Credits: credits}); err != nil {
		return fmt.Errorf("count credits of the day: %w", err)
	}
	if people == 1 {
		return nil // what one person is told is nobody's warning
	}
	if err := tx.InsertSaid(ctx, db.InsertSaidParams{BatchID: batchID, UserID: userID, Hash: hashOf(dr.Body), Day: dr.days.user}); err != nil {
		return fmt.Errorf("note what was said: %w", err)
	}
	return nil
}

// uncountDay gives back what was counted for messages that were taken back.
func (d *Desk) uncountDay(ctx context.Context, tx *db.Tx, taken map[int64][]db.Message) error {
	if len(taken) == 0 {
		return nil
	}
	set, err := d.settings(ctx, tx.Queries)
	if err != nil {
		return err
	}
	for batchID, messages := range taken {
		b, err := tx.Batch(ctx, batchID)
		if err != nil {
			return fmt.Errorf("read batch: %w", err)
		}
		var credits int64
		for _, m := range messages {
			credits += m.Credits
		}
		err = tx.TakeFromUserDay(ctx, db.TakeFromUserDayParams{UserID: b.UserID, Day: dayOf(b.CreatedAt.Time(), set.Zone), Credits: credits})
		if err != nil {
			return fmt.Errorf("count credits of the day: %w", err)
		}
		leaves := max(b.SendAt, b.CreatedAt)
		if err := tx.UncountNumbers(ctx, dayOf(leaves.Time(), set.Zone), numbersOf(messages)); err != nil {
			return err
		}
	}
	return nil
}

// forgetDays deletes the counters of days that are over everywhere.
func (d *Desk) forgetDays(ctx context.Context, tx *db.Tx) error {
	before := dayOf(d.clock().Add(-48*time.Hour), time.UTC)
	if err := tx.DeleteUserDays(ctx, before); err != nil {
		return err
	}
	if err := tx.DeleteNumberDays(ctx, before); err != nil {
		return err
	}
	return tx.DeleteSaid(ctx, before)
}
