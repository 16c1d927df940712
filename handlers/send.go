package handlers

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/sms/gsm"
	"textdesk/views"
	"textdesk/views/ui"
)

// sendForm is the empty composer. A number in the address is filled in, and so
// is a template: /send?to=07700900123&template=7.
func (v *visit) sendForm() error {
	form := views.Compose{Key: rand.Text(), To: v.QueryParam("to"), Sender: v.ownSender(), Repeat: v.QueryParam("when") == "repeat",
		GroupIDs: parseIDs(v.QueryParams()["group"]), ListIDs: parseIDs(v.QueryParams()["list"])}
	if err := v.fillIn(&form, v.QueryParam("template")); err != nil {
		return err
	}
	return v.showCompose(http.StatusOK, form, nil)
}

// send does what the pressed button says. Only the buttons that say so lead to
// a send; whatever else submits the form, such as the Enter key, works the
// numbers out again.
func (v *visit) send() error {
	form, err := v.readCompose()
	if err != nil {
		return err
	}
	if draft := v.FormValue("draft"); draft != "" {
		return v.pressed(draft)
	}
	do, which, _ := strings.Cut(v.FormValue("do"), ":") // "review:3" is the review with the third person's text
	switch do {
	case "send", "review":
		return v.submit(form)
	case "template":
		if v.may().TemplatesOnly {
			if err := v.useTemplate(&form); err != nil {
				return err
			}
			break
		}
		if err := v.fillIn(&form, v.FormValue("template")); err != nil {
			return err
		}
	case "plain":
		form.Body = gsm.Plain(gsm.Clean(form.Body))
		form.Outlook.Counter.Replaced = true
	case "nofile":
		form.File = nil
	case "person":
		if form.To, err = v.choosePerson(form.To, which); err != nil {
			return err
		}
	}
	return v.showCompose(http.StatusOK, form, nil)
}

// sendCheck answers with what changes while somebody types.
func (v *visit) sendCheck() error {
	form, err := v.readCompose()
	if err != nil {
		return err
	}
	if v.FormValue("do") == "plain" {
		form.Body = gsm.Plain(gsm.Clean(form.Body))
		form.Outlook.Counter.Replaced = true
	}
	chosen, _, _ := strings.Cut(form.Shown, " ")
	if form.TemplateID != "" && form.TemplateID != chosen {
		if err := v.useTemplate(&form); err != nil {
			return err
		}
	}
	p, err := v.plan(form)
	if err != nil {
		return err
	}
	v.showMay(&p.form)
	return render(v.Context, http.StatusOK, views.SendCheck(p.form))
}

// readCompose reads the form as typed.
func (v *visit) readCompose() (views.Compose, error) {
	if err := v.Request().ParseForm(); err != nil {
		return views.Compose{}, echo.NewHTTPError(http.StatusRequestEntityTooLarge, "This is more than one send can take. Go back and make it smaller")
	}
	form := views.Compose{Key: v.FormValue("key"), To: v.FormValue("to"), Sender: v.FormValue("sender"), Body: v.FormValue("body"),
		GroupIDs: parseIDs(v.Request().Form["group"]), ListIDs: parseIDs(v.Request().Form["list"]),
		File: v.readFile(), Later: v.FormValue("when") == "later", Repeat: v.FormValue("when") == "repeat", Date: v.FormValue("at_date"), Time: v.FormValue("at_time")}
	v.readTemplate(&form)
	return form, nil
}

// ownSender is the sender that the user starts with.
func (v *visit) ownSender() string {
	may := v.may()
	for _, typed := range []string{v.actor.User.Sender, v.set.Sender} {
		listed, ok := may.Listed(typed, v.set.Country)
		if !ok {
			continue
		}
		if typed = listed; typed == "" {
			continue
		}
		if s, err := sms.ParseSender(typed, v.set.Country); err == nil {
			return s.Display(v.set.Country)
		}
		return typed
	}
	if len(may.Senders) > 0 {
		return may.Senders[0]
	}
	return ""
}

// plan is a form that the desk has read.
type plan struct {
	form  views.Compose // with its outlook
	order desk.Order
	draft desk.Draft
	// blank is what a template lacks.
	blank []*desk.Refusal
	// when is why the date and time are none, nil when they are.
	when error
}

// plan has the desk work out what a form would do.
func (v *visit) plan(form views.Compose) (plan, error) {
	typed := sms.SplitNumbers(form.To)
	p := plan{order: desk.Order{Sender: form.Sender, Fill: true, Groups: form.GroupIDs, Lists: form.ListIDs}}
	for _, t := range typed {
		p.order.To, p.order.Raw = append(p.order.To, t.Number), append(p.order.Raw, t.Raw)
	}
	if form.File != nil {
		p.order.File = fileSource(*form.File)
	}
	var err error
	if p.blank, err = v.filled(&form, p.order); err != nil {
		return plan{}, err
	}
	p.form, p.order.Body = form, form.Body
	var at desk.LocalTime
	if form.Later {
		if at, p.when = desk.ReadLocalTime(form.Date, form.Time, v.set.Zone); p.when != nil && len(desk.Refusals(p.when)) == 0 {
			return plan{}, p.when
		}
		p.order.SendAt = at.At
	}
	if p.draft, err = v.s.Desk.Check(v.Request().Context(), v.actor, p.order); err != nil {
		return plan{}, err
	}
	if len(p.blank) > 0 {
		p.draft.Problems = append(withoutBody(p.draft.Problems), p.blank...)
	}
	if p.form.File != nil && p.draft.File != nil {
		p.form.File.Name, p.form.File.Column, p.form.File.Fields = p.draft.File.Name, p.draft.File.Column, p.draft.File.Fields
	}
	if p.draft.People > 1 {
		p.order.Undo = v.set.Undo
	}
	p.order.SubmitKey, p.order.Ask, p.order.Sure = submitKey(form), true, v.FormValue("sure") != ""
	p.form.Outlook = v.outlook(p, typed, at)
	if p.form.Outlook.Suggestions, err = v.suggest(p, typed); err != nil {
		return plan{}, err
	}
	p.form.Zone, p.form.Today = views.ZoneWords(v.set.Zone), v.now().Format("2006-01-02")
	return p, nil
}

// submitKey is the one-time key of a form together with what was typed into
// it. The same form submitted twice has one; a form that somebody went back to
// and changed has another, and is sent.
func submitKey(form views.Compose) string {
	if form.Key == "" {
		return ""
	}
	when := ""
	if form.Later {
		when = form.Date + " " + form.Time
	}
	sum := sha256.New()
	file := ""
	if form.File != nil {
		file = fmt.Sprint(form.File.Ticket, form.File.At, form.File.Header)
	}
	for _, part := range []string{form.Key, form.To, form.Sender, form.Body, when, fmt.Sprint(form.GroupIDs), fmt.Sprint(form.ListIDs), file} {
		part = strings.ReplaceAll(part, "\r\n", "\n")
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// outlook is the draft as the page shows it.
func (v *visit) outlook(p plan, typed []sms.Typed, at desk.LocalTime) views.Outlook {
	o := views.Outlook{Now: v.now(), Home: v.set.Country, People: p.draft.People, Duplicates: p.draft.Duplicates, Bad: p.draft.Bad, Suppressed: p.draft.Suppressed,
		Estimated: p.draft.Estimated, Sender: p.draft.Sender, Leaves: at.At, Twice: at.Twice,
		Counter: views.Counter{Body: p.draft.Body, Size: p.draft.Size, Replaced: p.form.Outlook.Counter.Replaced},
		Credits: p.draft.Credits, Balance: p.draft.Balance, Unlimited: p.draft.Unlimited, Repeats: p.form.Repeat,
		DayMost: p.draft.DayMost, DayLeft: p.draft.DayLeft, DayProblem: dayProblem(p.draft.Problems), Approval: p.draft.Approval, ApproveAbove: p.draft.ApproveAbove}
	o.Counter.Fixed = v.may().TemplatesOnly
	if !o.Estimated {
		o.Skipped = skipped(p.draft.Recipients, typed, v.set.Country)
		o.Only = onlyName(p.draft)
	}
	v.filling(p, &o)
	for _, g := range p.draft.Groups {
		o.Groups = append(o.Groups, views.Set{ID: g.ID, Name: g.Name, Count: g.Count})
	}
	for _, l := range p.draft.Lists {
		o.Lists = append(o.Lists, views.Set{ID: l.ID, Name: l.Name, Count: l.Count})
	}
	if p.when != nil && p.form.Date != "" && p.form.Time != "" {
		o.TimeProblem = p.when.Error()
	}
	for _, r := range p.draft.Problems {
		// What is merely not filled in yet is no news to whoever is typing.
		switch {
		case errors.Is(r, desk.ErrTooManyTo), errors.Is(r, desk.ErrUnknownGroup), errors.Is(r, desk.ErrUnknownList), errors.Is(r, desk.ErrNoBulk),
			errors.Is(r, desk.ErrEmptyGroup), errors.Is(r, desk.ErrEmptyList):
			o.ToProblem = r.Sentence
		case errors.Is(r, desk.ErrSenderTooLong), errors.Is(r, desk.ErrBadSender), errors.Is(r, desk.ErrSenderBarred):
			o.SenderProblem = r.Sentence
		case errors.Is(r, desk.ErrBodyTooLong), errors.Is(r, desk.ErrBadField), errors.Is(r, desk.ErrMissingField), errors.Is(r, desk.ErrTemplatesOnly) && r.Field == "body":
			o.Counter.Problem = r.Sentence
		case r.Field == "when":
			o.TimeProblem, o.Leaves = r.Sentence, time.Time{}
		}
	}
	return o
}

// submit sends one message at once, and several after they were reviewed.
func (v *visit) submit(form views.Compose) error {
	ctx := v.Request().Context()
	p, err := v.plan(form)
	if err != nil {
		return err
	}
	if form.Repeat && form.File != nil {
		p.form.Errors = []ui.FieldError{{Field: "when", Message: "A text that repeats goes to numbers, groups and lists. Remove the file, or send it once."}}
		return v.showCompose(http.StatusUnprocessableEntity, p.form, nil)
	}
	if form.Repeat {
		return v.startRepeat(p)
	}
	cause := p.problems()
	many := p.draft.People > 1 || p.draft.People > 0 && p.draft.Bad+p.draft.Suppressed+p.draft.Barred+p.draft.Lacking+len(p.order.Groups)+len(p.order.Lists) > 0
	many = many || len(p.draft.Recipients) > 0 && (p.draft.Estimated || form.File != nil)
	switch {
	case form.Key == "":
		// Without its key a form could be sent twice.
		p.form.Errors = []ui.FieldError{{Message: "Check this page, then press the button again."}}
	case p.when != nil, len(p.blank) > 0:
	case many:
		if wholly(cause) {
			return v.prepare(p)
		}
	default:
		// Even a form with problems: it may have been sent already.
		sent, err := v.s.Desk.Send(ctx, v.actor, p.order)
		if err == nil {
			return v.leadTo(sent, p.draft.People, p.form.Outlook.Leaves)
		}
		cause = err
	}
	return v.showCompose(http.StatusUnprocessableEntity, p.form, cause)
}

// problems are what keeps the order from being sent, in the order of the form;
// nil for nothing.
func (p plan) problems() error { return joined(p.when, p.draft.Problems) }

// joined are refusals in the order of the form; nil for none.
func joined(first error, problems []*desk.Refusal) error {
	all := []error{first}
	for i := len(problems) - 1; i >= 0; i-- {
		r := problems[i]
		if r.Field == "" {
			all = append(all, r)
		} else {
			all = append([]error{r}, all...)
		}
	}
	return errors.Join(all...)
}

// wholly reports whether err refuses the order as a whole and no field of it,
// so that there is nothing to correct in the form.
func wholly(err error) bool {
	for _, r := range desk.Refusals(err) {
		if r.Field != "" && !errors.Is(r, desk.ErrNotSure) {
			return false
		}
	}
	return true
}

// leadTo leads to where the sender can watch it go.
func (v *visit) leadTo(sent desk.Sent, people int, leaves time.Time) error {
	ctx := v.Request().Context()
	path := fmt.Sprintf("/batches/%d", sent.BatchID)
	if people == 1 {
		b, err := v.s.Desk.Batch(ctx, v.actor, sent.BatchID)
		if err != nil {
			return err
		}
		id, err := v.s.Desk.OnlyMessage(ctx, b)
		if err != nil {
			return err
		}
		if id != 0 {
			path = fmt.Sprintf("/messages/%d", id)
		}
	}
	if v.actor.Admin() && !v.set.SetUp.FirstText {
		if err := v.s.Desk.FinishStep(ctx, v.actor, desk.StepFirstText); err != nil {
			return err
		}
	}
	switch {
	case sent.Again:
		return v.back(path, "This was sent already, and only once.")
	case !leaves.IsZero():
		return v.back(path, "Scheduled for %s.", views.Moment(leaves, v.now()))
	}
	return redirect(v.Context, path)
}

// showCompose is the composer with what was typed.
func (v *visit) showCompose(status int, form views.Compose, cause error) error {
	p, err := v.plan(form)
	if err != nil {
		return err
	}
	if p.form.Key == "" {
		p.form.Key = rand.Text()
	}
	refused, err := fieldErrors(cause)
	if err != nil {
		return err
	}
	p.form.Errors = append(form.Errors, refused...)
	v.atTemplate(p.form.Errors)
	v.showMay(&p.form)
	if p.form.Templates, err = v.templateOptions(); err != nil {
		return err
	}
	if p.form.Groups, p.form.Lists, err = v.choices(p.form.GroupIDs, p.form.ListIDs); err != nil {
		return err
	}
	p.form.SaidOnce()
	page, err := v.page("Send a text", "/send")
	if err != nil {
		return err
	}
	page.HasErrors = len(p.form.Errors) > 0
	return render(v.Context, status, views.SendPage(page, p.form))
}
