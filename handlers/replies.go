package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// repliesListed is how many automatic replies a page lists.
const repliesListed = 20

// repliesPage is what the desk does by itself, at a glance. With a text in its
// address it says what would happen to it: /replies?text=Hello.
func (v *visit) repliesPage() error {
	r, err := v.s.Desk.Replies(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	return v.showReplies(http.StatusOK, r, views.ReplyLimits{KeywordsADay: strconv.Itoa(r.KeywordsADay), MostAnHour: strconv.Itoa(r.MostAnHour), Payer: strconv.FormatInt(r.Payer, 10)})
}

func (v *visit) saveReplyLimits() error {
	ctx := v.Request().Context()
	r, err := v.s.Desk.Replies(ctx, v.actor)
	if err != nil {
		return err
	}
	typed := views.ReplyLimits{Payer: v.FormValue("payer"), KeywordsADay: v.FormValue("keywords_a_day"), MostAnHour: v.FormValue("most_an_hour")}
	payer, _ := strconv.ParseInt(typed.Payer, 10, 64)
	err = v.s.Desk.SaveReplyLimits(ctx, v.actor, desk.Replies{Payer: payer, KeywordsADay: whole(typed.KeywordsADay), MostAnHour: whole(typed.MostAnHour)})
	if typed.Errors, err = fieldErrors(err); err != nil {
		return err
	}
	if len(typed.Errors) > 0 {
		return v.showReplies(http.StatusUnprocessableEntity, r, typed)
	}
	return v.back("/replies", "The limits are saved.")
}

// whole reads a whole number, -1 where it is none.
func whole(typed string) int {
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil {
		return -1
	}
	return n
}

func (v *visit) showReplies(status int, r desk.Replies, limits views.ReplyLimits) error {
	ctx := v.Request().Context()
	view := views.Replies{Now: v.now(), OwnWords: len(r.OutWords), Confirms: !r.NoConfirm, Away: r.Away, Limits: limits}
	open, opens := r.Openness(v.now())
	view.Open, view.OpensAt = open, opens
	keywords, err := v.s.Desk.Keywords(ctx, v.actor)
	if err != nil {
		return err
	}
	for _, k := range keywords {
		if k.IsOn {
			view.Keywords++
		}
	}
	troubles, err := v.s.Desk.RefusedReplies(ctx, v.actor)
	if err != nil {
		return err
	}
	for _, t := range troubles {
		view.Troubles = append(view.Troubles, views.ReplyTrouble{Count: t.Count, Reason: t.Reason})
	}
	if err := v.listReplies(&view); err != nil {
		return err
	}
	if view.Limits.Payers, err = v.payers(limits.Payer); err != nil {
		return err
	}
	if view.Try, err = v.tried(); err != nil {
		return err
	}
	if len(view.Try.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	page, err := v.page("Opt-outs and automatic replies", "/settings")
	if err != nil {
		return err
	}
	page.HasErrors = len(view.Try.Errors)+len(limits.Errors) > 0
	return render(v.Context, status, views.RepliesPage(page, view))
}

func (v *visit) listReplies(view *views.Replies) error {
	latest, more, err := v.s.Desk.AutoReplies(v.Request().Context(), v.actor, v.cursor("before"), repliesListed)
	if err != nil {
		return err
	}
	for _, l := range latest {
		row := views.AutoReply{At: l.MadeAt.Time(), Number: "Not kept any more", Asked: views.Kept(l.Asked), Kind: l.Kind, Word: l.Word, Payer: l.Payer, HeldBack: l.HeldBack, Waits: !l.Sent() && !l.Refused()}
		if l.Number != "" {
			row.Number = l.Number.Display(v.set.Country)
		}
		if l.Refused() {
			row.Refused = l.Reason
		}
		if l.MessageID != 0 {
			row.Path = messagePath(int64(l.MessageID))
		}
		view.Latest = append(view.Latest, row)
	}
	if more {
		view.Older = filtered("/replies", "before", strconv.FormatInt(latest[len(latest)-1].ID, 10))
	}
	return nil
}

// payers lists who can pay.
func (v *visit) payers(chosen string) ([]ui.Option, error) {
	users, err := v.s.Desk.Users(v.Request().Context(), v.actor)
	if err != nil {
		return nil, err
	}
	options := []ui.Option{{Value: "0", Label: "Whoever sent the text that they answer", Selected: chosen == "0" || chosen == ""}}
	for _, u := range users {
		id := strconv.FormatInt(u.ID, 10)
		options = append(options, ui.Option{Value: id, Label: u.Username, Selected: id == chosen})
	}
	return options, nil
}

// tried is the text that is to be tried, with what would happen to it.
func (v *visit) tried() (views.TryForm, error) {
	now := v.now()
	f := views.TryForm{Text: v.QueryParam("text"), To: v.QueryParam("to"), Date: v.QueryParam("at_date"), Time: v.QueryParam("at_time"), Zone: views.ZoneWords(v.set.Zone)}
	asked := v.QueryParams().Has("text")
	if f.Date == "" {
		f.Date = now.Format(time.DateOnly)
	}
	if f.Time == "" {
		f.Time = now.Format("15:04")
	}
	if !asked {
		return f, nil
	}
	at, err := desk.ReadLocalTime(f.Date, f.Time, v.set.Zone)
	if err != nil {
		f.Errors = append(f.Errors, ui.FieldError{Field: "at", Message: views.Sentence(err.Error())})
		return f, nil
	}
	verdict, err := v.s.Desk.TryReply(v.Request().Context(), v.actor, f.Text, f.To, at.At)
	if f.Errors, err = fieldErrors(err); err != nil || len(f.Errors) > 0 {
		return f, err
	}
	shown := views.VerdictOn(verdict.Kind, verdict.Word, verdict.Open, verdict.Holiday, verdict.OpensAt.In(v.set.Zone), verdict.OpensAt.IsZero())
	shown.Answer = verdict.Text
	f.Verdict = &shown
	return f, nil
}

func (v *visit) optOutsForm() error {
	r, err := v.s.Desk.Replies(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	return v.showOptOuts(http.StatusOK, views.OptOutForm{Out: strings.Join(r.OutWords, ", "), In: strings.Join(r.InWords, ", "), Confirm: !r.NoConfirm, Welcome: !r.NoWelcome,
		ConfirmText: r.ConfirmText, WelcomeText: r.WelcomeText})
}

func (v *visit) saveOptOuts() error {
	typed := views.OptOutForm{Out: v.FormValue("out_words"), In: v.FormValue("in_words"), Confirm: v.FormValue("confirm") != "", Welcome: v.FormValue("welcome") != "",
		ConfirmText: v.FormValue("confirm_text"), WelcomeText: v.FormValue("welcome_text")}
	err := v.s.Desk.SaveOptOutWords(v.Request().Context(), v.actor, desk.Replies{OutWords: desk.ReadWords(typed.Out), InWords: desk.ReadWords(typed.In),
		NoConfirm: !typed.Confirm, NoWelcome: !typed.Welcome, ConfirmText: typed.ConfirmText, WelcomeText: typed.WelcomeText})
	if typed.Errors, err = fieldErrors(err); err != nil {
		return err
	}
	if len(typed.Errors) > 0 {
		return v.showOptOuts(http.StatusUnprocessableEntity, typed)
	}
	return v.back("/replies/opt-outs", "The words and answers are saved.")
}

func (v *visit) showOptOuts(status int, f views.OptOutForm) error {
	f.UsualOut, f.UsualIn, f.DefaultConfirm, f.DefaultWelcome = sms.OptOutWords, sms.OptInWords, desk.DefaultConfirmation(v.set), desk.DefaultWelcome(v.set)
	page, err := v.page("Opt-out words", "/settings")
	if err != nil {
		return err
	}
	page.HasErrors = len(f.Errors) > 0
	return render(v.Context, status, views.OptOutsPage(page, f))
}

func (v *visit) hoursForm() error {
	r, err := v.s.Desk.Replies(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	f := views.HoursForm{Away: r.Away, Text: r.AwayText, Every: strconv.Itoa(r.AwayEvery)}
	for _, day := range weekFromMonday {
		d := views.HoursDay{Name: day.String(), Field: desk.OpenField(int(day))}
		if h := r.Open[day]; !h.Closed() {
			d.From, d.Until = clock(h.From), clock(h.Until%(24*60))
		}
		f.Days = append(f.Days, d)
	}
	for _, h := range r.Holidays {
		f.Holidays += strings.TrimSpace(h.Day+" "+h.Name) + "\n"
	}
	return v.showHours(http.StatusOK, f)
}

// weekFromMonday are the days as people list them here.
var weekFromMonday = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func (v *visit) saveHours() error {
	f := views.HoursForm{Away: v.FormValue("away") != "", Text: v.FormValue("away_text"), Every: v.FormValue("away_every"), Holidays: v.FormValue("holidays")}
	r := desk.Replies{Away: f.Away, AwayText: f.Text, AwayEvery: whole(f.Every), Holidays: desk.ReadHolidays(f.Holidays)}
	for _, day := range weekFromMonday {
		field := desk.OpenField(int(day))
		d := views.HoursDay{Name: day.String(), Field: field, From: v.FormValue(field), Until: v.FormValue(field + "_until")}
		f.Days = append(f.Days, d)
		if strings.TrimSpace(d.From+d.Until) != "" {
			r.Open[day] = desk.OpenHours{From: desk.ReadClock(d.From), Until: desk.ReadClock(d.Until)}
			if r.Open[day].Until == 0 {
				r.Open[day].Until = 24 * 60 // midnight
			}
		}
	}
	err := v.s.Desk.SaveOfficeHours(v.Request().Context(), v.actor, r)
	if f.Errors, err = fieldErrors(err); err != nil {
		return err
	}
	if len(f.Errors) > 0 {
		return v.showHours(http.StatusUnprocessableEntity, f)
	}
	return v.back("/replies/hours", "The office hours are saved.")
}

func (v *visit) showHours(status int, f views.HoursForm) error {
	f.Zone = views.ZoneWords(v.set.Zone)
	page, err := v.page("Office hours", "/settings")
	if err != nil {
		return err
	}
	page.HasErrors = len(f.Errors) > 0
	return render(v.Context, status, views.HoursPage(page, f))
}
