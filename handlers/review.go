package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/sms/gsm"
	"textdesk/sms/merge"
	"textdesk/views"
)

// prepare has the desk read whom a form goes to, and leads to the review.
func (v *visit) prepare(p plan) error {
	text, err := json.Marshal(p.form.Typed())
	if err != nil {
		return err
	}
	id, err := v.s.Desk.Prepare(v.Request().Context(), v.actor, p.order, string(text))
	if err != nil {
		return err
	}
	path := reviewPath(id)
	if at, ok := v.wantedPerson(); ok {
		path += fmt.Sprintf("?person=%d", at)
	}
	return redirect(v.Context, path)
}

func reviewPath(id int64) string { return fmt.Sprintf("/send/review/%d", id) }

// review is the last look before several people are texted. While they are still
// being read it says how far that is.
func (v *visit) review() error {
	p, err := v.prepared()
	if err != nil {
		return v.noDraft(err)
	}
	return v.showPrepared(p, nil)
}

// reviewLive is the part of the page that changes while people are being read.
func (v *visit) reviewLive() error {
	p, err := v.prepared()
	if err != nil && len(desk.Refusals(err)) == 0 {
		return err
	}
	if err != nil || p.State != desk.Preparing {
		v.Response().Header().Set("HX-Refresh", "true") // the page is another one now
		return v.NoContent(http.StatusOK)
	}
	return render(v.Context, http.StatusOK, views.PreparingLive(v.preparing(p)))
}

// leftOut is everybody whom a draft leaves out, as a file.
func (v *visit) leftOut() error {
	p, err := v.prepared()
	if err != nil {
		return v.noDraft(err)
	}
	return v.leftOutTable("left-out", func(row func(typed, reason string) error) error {
		return v.s.Desk.EachLeftOut(v.Request().Context(), v.actor, p.ID, row)
	})
}

// batchLeftOut is everybody whom a send left out, as a file.
func (v *visit) batchLeftOut() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return v.leftOutTable(fmt.Sprintf("send-%d-left-out", id), func(row func(typed, reason string) error) error {
		return v.s.Desk.EachSkip(v.Request().Context(), v.actor, id, row)
	})
}

func (v *visit) leftOutTable(name string, each func(row func(typed, reason string) error) error) error {
	columns := []sheet.Column{{Title: "As typed", Width: 40}, {Title: "Why", Width: 60}}
	return v.table(v.kind(), name, "Left out", columns, func(row func(...string) error) error {
		return each(func(typed, reason string) error { return row(typed, reason) })
	})
}

// prepared is the draft in the address.
func (v *visit) prepared() (desk.Prepared, error) {
	id, err := v.id()
	if err != nil {
		return desk.Prepared{}, err
	}
	return v.s.Desk.Prepared(v.Request().Context(), v.actor, id)
}

// noDraft leads back to the form when a draft is not there any more.
func (v *visit) noDraft(err error) error {
	if errors.Is(err, desk.ErrUnknownDraft) {
		return v.back("/send", "%s", err.Error())
	}
	return err
}

// pressed does what a button of the review says.
func (v *visit) pressed(draft string) error {
	id, err := strconv.ParseInt(draft, 10, 64)
	if err != nil {
		return v.back("/send", "%s", desk.ErrUnknownDraft.Sentence)
	}
	ctx := v.Request().Context()
	p, err := v.s.Desk.Prepared(ctx, v.actor, id)
	if err != nil {
		return v.noDraft(err)
	}
	do := v.FormValue("do")
	switch {
	case do == "send":
		sent, err := v.s.Desk.SendPrepared(ctx, v.actor, id, v.FormValue("sure") != "")
		if err == nil {
			return v.sentPrepared(p, sent)
		}
		if len(desk.Refusals(err)) == 0 || errors.Is(err, desk.ErrUnknownDraft) {
			return v.noDraft(err)
		}
		if errors.Is(err, desk.ErrNotReady) {
			return redirect(v.Context, reviewPath(id))
		}
		if errors.Is(err, desk.ErrAgainChanged) {
			return v.back(fmt.Sprintf("/batches/%d/send-again", p.Order.AgainOf), "%s", desk.ErrAgainChanged.Sentence)
		}
		return v.showPrepared(p, err)
	case do == "change" || do == "stop":
		if p.State == desk.Preparing {
			if err := v.s.Desk.DropPrepared(ctx, v.actor, id); err != nil {
				return err
			}
		}
		if p.Order.AgainOf != 0 {
			return redirect(v.Context, fmt.Sprintf("/batches/%d", p.Order.AgainOf))
		}
		form, err := typedForm(p)
		if err != nil {
			return err
		}
		return v.showCompose(http.StatusOK, form, nil)
	case do == "instead" && p.Order.AgainOf == 0:
		return v.sayInstead(p)
	}
	path := reviewPath(id)
	if at, ok := v.wantedPerson(); ok {
		path += fmt.Sprintf("?person=%d", at)
	} else if at := wholeNumber(v.FormValue("person")); do == "person" && at > 0 {
		path += fmt.Sprintf("?person=%d", at)
	}
	return redirect(v.Context, path)
}

// sayInstead gives a field that some people lack something to say instead, and
// reads everybody once more.
func (v *visit) sayInstead(p desk.Prepared) error {
	form, err := typedForm(p)
	if err != nil {
		return err
	}
	template, err := merge.Parse(gsm.Clean(form.Body))
	instead := strings.TrimSpace(v.FormValue("instead"))
	if err != nil || instead == "" || strings.Contains(instead, "))") {
		return v.showPrepared(p, nil)
	}
	form.Body = template.WithFallback(v.FormValue("lacking"), instead)
	if form.TemplateID != "" {
		if form.Fills == nil {
			form.Fills = map[string]string{}
		}
		form.Fills[merge.Fold(v.FormValue("lacking"))] = instead
	}
	again, err := v.plan(form)
	if err != nil {
		return err
	}
	return v.prepare(again)
}

// typedForm is the form that a draft was made from.
func typedForm(p desk.Prepared) (views.Compose, error) {
	var form views.Compose
	if err := json.Unmarshal([]byte(p.Form), &form); err != nil {
		return views.Compose{}, fmt.Errorf("read form of draft: %w", err)
	}
	return form, nil
}

// sentPrepared leads to where the sender can watch it go.
func (v *visit) sentPrepared(p desk.Prepared, sent desk.Sent) error {
	if len(p.Changed) > 0 && !sent.Again {
		return v.back(fmt.Sprintf("/batches/%d", sent.BatchID), "Others are in %s by now. It goes to the %s that you have checked.", changedNames(p), views.Plural(p.Draft.People, "person", "people"))
	}
	var leaves time.Time
	if !p.Order.SendAt.IsZero() {
		leaves = p.Order.SendAt.In(v.set.Zone)
	}
	return v.leadTo(sent, p.Draft.People, leaves)
}

func changedNames(p desk.Prepared) string {
	var names []string
	for _, c := range p.Changed {
		names = append(names, c.Name)
	}
	return strings.Join(names, " and ")
}

// preparing is how far the reading of a draft is.
func (v *visit) preparing(p desk.Prepared) views.Preparing {
	return views.Preparing{ID: p.ID, Done: p.Done, Expected: max(p.Expected, p.Done), Again: p.Order.AgainOf != 0}
}

// showPrepared shows a draft: how far its reading is, the form where something
// in it is wrong, or the review. cause is why it was refused just now. Problems
// that no change of the form would solve stand on top, and then it cannot be
// sent.
func (v *visit) showPrepared(p desk.Prepared, cause error) error {
	form, err := typedForm(p)
	if err != nil && p.BatchID == 0 {
		return err
	}
	if p.BatchID != 0 {
		return v.back(fmt.Sprintf("/batches/%d", p.BatchID), "This was sent already, and only once.")
	}
	if p.State == desk.Preparing {
		page, err := v.page("Check and send", "/send")
		if err != nil {
			return err
		}
		return render(v.Context, http.StatusOK, views.PreparingPage(page, v.preparing(p)))
	}
	if p.Order.AgainOf != 0 {
		return v.preparedAgain(p, cause)
	}
	if cause == nil {
		cause = joined(nil, p.Draft.Problems)
	}
	if !wholly(cause) {
		return v.showCompose(http.StatusUnprocessableEntity, form, cause)
	}
	r := views.Review{ID: p.ID, LeftOut: len(p.Skips) > 0}
	if r.Form, err = v.preparedForm(p, form); err != nil {
		return err
	}
	for _, c := range p.Changed {
		r.Changed = append(r.Changed, views.Regrouped{Name: c.Name, Was: c.Was, Now: c.Now})
	}
	for _, name := range p.Draft.Lacks() {
		r.Lacking = append(r.Lacking, views.Lacking{Field: name, People: p.Draft.Missing[name]})
	}
	if r.Form.Outlook.Leaves.IsZero() {
		r.Undo = p.Order.Undo
	}
	route, err := v.s.Desk.Route(v.Request().Context())
	if errors.Is(err, desk.ErrNoRoute) && !errors.Is(cause, desk.ErrNoRoute) {
		cause = errors.Join(cause, err)
	} else if err != nil && !errors.Is(err, desk.ErrNoRoute) {
		return err
	}
	r.Rate, r.Takes, r.Simulated = route.Rate, route.Takes(int64(p.Draft.People)), route.Simulated
	r.Forecast = v.forecast(r.Form.Outlook.Leaves, r.Undo, r.Takes, p.Draft.People)
	if r.Care, err = v.care(p.Draft, cause); err != nil {
		return err
	}
	if r.Problems, err = fieldErrors(unsure(cause)); err != nil {
		return err
	}
	status := http.StatusOK
	if len(r.Problems) > 0 || r.Care.Error != "" {
		status = http.StatusUnprocessableEntity
	}
	page, err := v.page("Check and send", "/send")
	if err != nil {
		return err
	}
	page.HasErrors = status != http.StatusOK
	return render(v.Context, status, views.ReviewPage(page, r))
}

// preparedForm is the form with what the draft comes to.
func (v *visit) preparedForm(p desk.Prepared, form views.Compose) (views.Compose, error) {
	dr := p.Draft
	o := views.Outlook{Now: v.now(), Home: v.set.Country, People: dr.People, Duplicates: dr.Duplicates, Bad: dr.Bad, Suppressed: dr.Suppressed,
		Sender: dr.Sender, Counter: views.Counter{Body: dr.Body, Size: dr.Size}, Credits: dr.Credits, Balance: dr.Balance, Unlimited: dr.Unlimited,
		DayMost: dr.DayMost, DayLeft: dr.DayLeft}
	if !p.Order.SendAt.IsZero() {
		o.Leaves = p.Order.SendAt.In(v.set.Zone)
		if at, err := desk.ReadLocalTime(form.Date, form.Time, v.set.Zone); err == nil {
			o.Twice = at.Twice
		}
	}
	for _, s := range p.Skips {
		var typed []string
		for _, label := range s.First {
			typed = append(typed, spaced(label, v.set.Country))
		}
		o.Skipped = append(o.Skipped, views.Skipped{Why: s.Why, Suppressed: s.Code == desk.ErrSuppressed.Code, Says: s.Sentence, Count: s.Count, Typed: typed})
		if s.Code == desk.ErrSuppressed.Code {
			o.Skipped[len(o.Skipped)-1].Says = ""
		}
	}
	for _, g := range dr.Groups {
		o.Groups = append(o.Groups, views.Set{ID: g.ID, Name: g.Name, Count: g.Count})
	}
	for _, l := range dr.Lists {
		o.Lists = append(o.Lists, views.Set{ID: l.ID, Name: l.Name, Count: l.Count})
	}
	if dr.File != nil {
		o.File = &views.FileChosen{Name: dr.File.Name, Column: dr.File.Column, Rows: dr.File.Rows}
	}
	if len(o.Groups)+len(o.Lists) > 0 || dr.File != nil {
		for _, r := range p.Names {
			o.Names = append(o.Names, named(r, v.set.Country))
		}
	}
	err := v.preparedFill(p, &o)
	form.Outlook = o
	return form, err
}

// preparedFill shows what somebody reads: whom a button has asked for, and
// whoever has the longest text otherwise.
func (v *visit) preparedFill(p desk.Prepared, o *views.Outlook) error {
	o.Fill.Fields = p.Fields
	if !p.Draft.Filled() {
		return nil
	}
	o.Fill.On, o.Fill.Lacking = true, p.Draft.Lacking
	o.Fill.ByParts = byParts(p.Draft.ByParts)
	if p.Draft.People == 0 {
		o.Counter.Size = gsm.Count(o.Counter.Body)
		return nil
	}
	longest, err := v.s.Desk.PreparedPerson(v.Request().Context(), p, p.Draft.Longest)
	if err != nil {
		return err
	}
	shown := longest
	if asked := v.QueryParam("person"); asked != "" {
		at, _ := strconv.Atoi(asked)
		if shown, err = v.s.Desk.PreparedPerson(v.Request().Context(), p, at); err != nil {
			return err
		}
	}
	o.Fill.Place, o.Fill.Who, o.Fill.Text = shown.Place, named(shown.Number, v.set.Country), shown.Text
	o.Counter.Template, o.Counter.For, o.Counter.Body = o.Counter.Body, named(longest.Number, v.set.Country), longest.Text
	return nil
}

// forecast is how a send goes that begins at a time, or now after the time to
// undo it. One to a single person knows no quiet hours.
func (v *visit) forecast(at time.Time, undo, takes time.Duration, people int) views.Forecast {
	if at.IsZero() {
		at = v.now().Add(undo)
	}
	quiet := v.set.Quiet
	quiet.Off = quiet.Off || people == 1
	return views.Forecast(quiet.Forecast(at.In(v.set.Zone), takes))
}

// named is somebody of a group or list with their number.
func named(r desk.Recipient, home string) string {
	number := r.Typed
	if r.Number != "" {
		number = r.Number.Display(home)
	}
	return strings.TrimSpace(r.Name + " " + number)
}
