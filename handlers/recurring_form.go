package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

// startRepeat goes on from the composer to how often, once the text and the
// people are right. What is wrong for today only does not matter yet.
func (v *visit) startRepeat(p plan) error {
	var wrong []error
	for _, r := range p.draft.Problems {
		if r.Field != "" && !errors.Is(r, desk.ErrEmptyGroup) && !errors.Is(r, desk.ErrEmptyList) {
			wrong = append(wrong, r)
		}
	}
	if len(wrong) > 0 {
		return v.showCompose(http.StatusUnprocessableEntity, p.form, errors.Join(wrong...))
	}
	if v.FormValue("every") == "" {
		return v.showRepeat(http.StatusOK, v.usualRepeat(p.form), nil)
	}
	return v.showRepeat(http.StatusOK, v.typedRepeat(p.form), nil)
}

// usualRepeat is what the form begins with.
func (v *visit) usualRepeat(form views.Compose) views.RepeatForm {
	now := v.now()
	weekday := strconv.Itoa(int(now.Weekday()))
	return views.RepeatForm{Form: form, Every: "week", Time: "09:00", StartsOn: now.Format(time.DateOnly), WeekDays: []string{weekday}, FortnightDays: []string{weekday},
		MonthDay: strconv.Itoa(now.Day()), Week: "1", Weekday: "1", YearDay: strconv.Itoa(now.Day()), Month: strconv.Itoa(int(now.Month())), Ends: "never"}
}

// newRecurring begins to repeat, or shows the next times.
func (v *visit) newRecurring() error {
	form, err := v.readCompose()
	if err != nil {
		return err
	}
	form.Repeat = true
	typed := v.typedRepeat(form)
	if v.FormValue("do") != "start" {
		return v.showRepeat(http.StatusOK, typed, nil)
	}
	if err := v.fillRepeat(&typed); err != nil {
		return v.showRepeat(http.StatusUnprocessableEntity, typed, err)
	}
	order := repeatOrder(typed)
	if form.Key != "" {
		sum := sha256.Sum256([]byte(form.Key + "\n" + v.Request().PostForm.Encode()))
		order.SubmitKey = hex.EncodeToString(sum[:])
	}
	id, err := v.s.Desk.AddRecurring(v.Request().Context(), v.actor, order)
	if err != nil {
		return v.showRepeat(http.StatusUnprocessableEntity, typed, err)
	}
	return v.back(fmt.Sprintf("/recurring/%d", id), "It repeats from now on. You can pause or end it here.")
}

func (v *visit) editRecurringForm() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	if r.EndedAt != 0 {
		return v.recurringRefused(r, desk.ErrRecurringOver)
	}
	f := v.usualRepeat(views.Compose{To: strings.Join(r.To.Numbers, "\n"), GroupIDs: r.To.Groups, ListIDs: r.To.Lists, Sender: r.Sender, Body: r.Body, Repeat: true})
	f.ID, f.Name, f.Every, f.Time, f.StartsOn = r.ID, r.Name, r.Every, fmt.Sprintf("%02d:%02d", r.Minute/60, r.Minute%60), r.StartsOn
	var days []string
	for d := time.Sunday; d <= time.Saturday; d++ {
		if r.Rule.Weekdays.Has(d) {
			days = append(days, strconv.Itoa(int(d)))
		}
	}
	switch r.Rule.Every {
	case desk.EveryWeek:
		f.WeekDays = days
	case desk.EveryFortnight:
		f.FortnightDays = days
	case desk.EveryMonthDay:
		f.MonthDay = strconv.Itoa(r.Rule.Day)
	case desk.EveryMonthWeekday:
		f.Week, f.Weekday = strconv.Itoa(r.Rule.Week), days[0]
	case desk.EveryYear:
		f.YearDay, f.Month = strconv.Itoa(r.Rule.Day), strconv.Itoa(int(r.Rule.Month))
	}
	switch {
	case r.EndsAfter > 0:
		f.Ends, f.After = "after", strconv.FormatInt(r.EndsAfter, 10)
	case r.EndsOn != "":
		f.Ends, f.On = "on", r.EndsOn
	}
	return v.showRepeat(http.StatusOK, f, nil)
}

func (v *visit) editRecurring() error {
	r, err := v.foundRecurring()
	if err != nil {
		return err
	}
	form, err := v.readCompose()
	if err != nil {
		return err
	}
	f := v.typedRepeat(form)
	f.ID = r.ID
	if v.FormValue("do") != "start" {
		return v.showRepeat(http.StatusOK, f, nil)
	}
	if err := v.fillRepeat(&f); err != nil {
		return v.showRepeat(http.StatusUnprocessableEntity, f, err)
	}
	err = v.s.Desk.ChangeRecurring(v.Request().Context(), v.actor, r.ID, repeatOrder(f))
	if errors.Is(err, desk.ErrRecurringOver) {
		return v.recurringRefused(r, err)
	}
	if err != nil {
		return v.showRepeat(http.StatusUnprocessableEntity, f, err)
	}
	return v.backTo(r, "Changed, from its next time on.")
}

// typedRepeat reads the form as typed. The composer's fields come apart from it.
func (v *visit) typedRepeat(form views.Compose) views.RepeatForm {
	all := v.Request().Form
	return views.RepeatForm{Form: form, Name: v.FormValue("name"), Every: v.FormValue("every"), Time: v.FormValue("time"), StartsOn: v.FormValue("starts_on"),
		WeekDays: all["week_days"], FortnightDays: all["fortnight_days"], MonthDay: v.FormValue("month_day"), Week: v.FormValue("week"), Weekday: v.FormValue("weekday"),
		YearDay: v.FormValue("year_day"), Month: v.FormValue("month"), Ends: v.FormValue("ends"), After: v.FormValue("ends_after"), On: v.FormValue("ends_on")}
}

func repeatRule(f views.RepeatForm) desk.RuleForm {
	rule := desk.RuleForm{Every: f.Every, Weekdays: f.WeekDays, Week: f.Week, Weekday: f.Weekday, MonthDay: f.MonthDay, YearDay: f.YearDay, Month: f.Month,
		Time: f.Time, StartsOn: f.StartsOn, Ends: f.Ends, After: f.After, On: f.On}
	if f.Every == string(desk.EveryFortnight) {
		rule.Weekdays = f.FortnightDays
	}
	return rule
}

func repeatOrder(f views.RepeatForm) desk.RecurringForm {
	order := desk.RecurringForm{Name: f.Name, Sender: f.Form.Sender, Body: f.Form.Body, RuleForm: repeatRule(f), To: desk.To{Groups: f.Form.GroupIDs, Lists: f.Form.ListIDs}}
	for _, t := range sms.SplitNumbers(f.Form.To) {
		order.To.Numbers = append(order.To.Numbers, t.Number)
	}
	return order
}

// fillRepeat fills the chosen template in, for those who send nothing else.
func (v *visit) fillRepeat(f *views.RepeatForm) error {
	to := repeatOrder(*f).To
	blank, err := v.filled(&f.Form, desk.Order{To: to.Numbers, Raw: to.Numbers, Groups: to.Groups, Lists: to.Lists})
	if err != nil {
		return err
	}
	f.Form.Blanks = nil // they are shown anew
	return joined(nil, blank)
}

// showRepeat is the form with what was typed and, as far as it is a rule, the
// next times.
func (v *visit) showRepeat(status int, f views.RepeatForm, cause error) error {
	if f.Every == "" {
		usual := v.usualRepeat(f.Form)
		usual.ID, usual.Name = f.ID, f.Name
		f = usual
	}
	p, err := v.plan(f.Form)
	if err != nil {
		return err
	}
	f.Form = p.form
	if f.Form.Groups, f.Form.Lists, err = v.choices(f.Form.GroupIDs, f.Form.ListIDs); err != nil {
		return err
	}
	v.showMay(&f.Form)
	if f.Form.Templates, err = v.templateOptions(); err != nil {
		return err
	}
	zone := v.set.Zone
	if f.ID != 0 {
		r, err := v.s.Desk.Recurring(v.Request().Context(), v.actor, f.ID)
		if err != nil {
			return err
		}
		zone = r.Rule.Zone
	}
	f.Zone, f.Now, f.To = views.ZoneWords(zone), v.s.Desk.Now().In(zone), repeatTo(f.Form)
	rule, after, wrong := v.s.Desk.Rule(repeatRule(f), zone)
	if wrong == nil {
		n := 5
		if after > 0 {
			n = min(n, after)
		}
		f.Words, f.Next = rule.Words(), v.runViews(rule.Upcoming(v.s.Desk.Now(), n), repeatOrder(f).To)
	} else if cause == nil {
		cause, status = wrong, http.StatusUnprocessableEntity
	}
	if f.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	v.atTemplate(f.Errors)
	for i := range f.Errors {
		f.Errors[i].Field = repeatField(f, f.Errors[i].Field)
	}
	title := "Repeat this text"
	if f.ID != 0 {
		title = "Change the repeating send"
	}
	page, err := v.page(title, "/send")
	if err != nil {
		return err
	}
	page.HasErrors = len(f.Errors) > 0
	return render(v.Context, status, views.RepeatFormPage(page, f))
}

// repeatField is the form's name for a field of the desk's. What is wrong with
// a text that cannot be changed on this page stands in the summary only.
func repeatField(f views.RepeatForm, field string) string {
	switch {
	case field == "weekdays" && f.Every == string(desk.EveryFortnight):
		return "fortnight_days"
	case field == "weekdays":
		return "week_days"
	case f.ID == 0 && (field == "to" || field == "body" || field == "sender" || field == "template" || strings.HasPrefix(field, fillPrefix)):
		return ""
	}
	return field
}

// repeatTo says whom a form goes to.
func repeatTo(f views.Compose) string {
	var all []string
	for _, set := range append(append([]views.Set(nil), f.Outlook.Groups...), f.Outlook.Lists...) {
		all = append(all, set.Name)
	}
	if n := len(sms.SplitNumbers(f.To)); n > 0 {
		all = append(all, views.Plural(n, "number", "numbers"))
	}
	return strings.Join(all, ", ")
}
