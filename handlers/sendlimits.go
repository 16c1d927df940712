package handlers

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/sms/gsm"
	"textdesk/sms/merge"
	"textdesk/views"
	"textdesk/views/ui"
)

// may is what the visitor may send.
func (v *visit) may() desk.Permissions { return desk.PermissionsOf(v.actor.User) }

// fillPrefix begins the name of a template's field in the composer.
const fillPrefix = "fill-"

// readTemplate reads the template that was chosen and what was typed into it,
// for those who send nothing else.
func (v *visit) readTemplate(form *views.Compose) {
	if !v.may().TemplatesOnly {
		return
	}
	form.TemplateID, form.Shown = v.FormValue("template"), v.FormValue("shown")
	for name, values := range v.Request().Form {
		if key, ok := strings.CutPrefix(name, fillPrefix); ok && len(values) > 0 {
			if form.Fills == nil {
				form.Fills = map[string]string{}
			}
			form.Fills[key] = values[0]
		}
	}
}

// showMay shows in the form what the visitor may not.
func (v *visit) showMay(form *views.Compose) {
	p := v.may()
	form.Limits = views.SendLimits{OnePerson: !p.Bulk, TemplatesOnly: p.TemplatesOnly}
	if len(p.Senders) == 0 {
		return
	}
	chosen, ok := p.Listed(form.Sender, v.set.Country)
	if !ok && form.Sender == "" {
		chosen = p.Senders[0]
	}
	for _, typed := range p.Senders {
		o := ui.Option{Value: typed, Label: typed, Selected: typed == chosen}
		if s, err := sms.ParseSender(typed, v.set.Country); err == nil {
			o.Label = s.Display(v.set.Country)
		}
		form.Limits.Senders = append(form.Limits.Senders, o)
	}
}

// filled puts the chosen template with what was typed into the form, for those
// who send nothing else, and says what is missing.
func (v *visit) filled(form *views.Compose, to desk.Order) ([]*desk.Refusal, error) {
	if !v.may().TemplatesOnly {
		return nil, nil
	}
	id, err := strconv.ParseInt(form.TemplateID, 10, 64)
	if err != nil {
		form.TemplateID = ""
		if strings.TrimSpace(form.Body) == "" {
			return []*desk.Refusal{chooseTemplate}, nil
		}
		return nil, nil // a text that is kept; the desk knows whether it is a template's
	}
	in, err := v.s.Desk.FillIn(v.Request().Context(), v.actor, to, id, form.Fills)
	if len(desk.Refusals(err)) > 0 {
		form.TemplateID, form.Body = "", ""
		return []*desk.Refusal{chooseTemplate}, nil
	}
	if err != nil {
		return nil, err
	}
	form.Body, form.Template = in.Body, gsm.Clean(in.Template.Body)
	for _, b := range in.Blanks {
		form.Blanks = append(form.Blanks, views.Blank{Field: fillPrefix + b.Key, Name: b.Name, Typed: form.Fills[b.Key], Own: b.Own, Choice: b.Choice, Yes: b.Choice && merge.Says(form.Fills[b.Key]),
			Needed: b.Needed, Text: strings.TrimSpace(b.Text)})
	}
	return in.Problems, nil
}

// chooseTemplate is the desk's refusal, beside the picker.
var chooseTemplate = &desk.Refusal{Code: desk.ErrTemplatesOnly.Code, Field: "template", Sentence: "Choose a template."}

// withoutBody are the refusals but those of the text, which is not all there.
func withoutBody(all []*desk.Refusal) []*desk.Refusal {
	return slices.DeleteFunc(slices.Clone(all), func(r *desk.Refusal) bool { return r.Field == "body" })
}

// atTemplate shows what is wrong with the text where it is chosen.
func (v *visit) atTemplate(all []ui.FieldError) {
	if !v.may().TemplatesOnly {
		return
	}
	for i := range all {
		if all[i].Field == "body" {
			all[i].Field = "template"
		}
	}
}

// takeSender takes a template's sender, where the visitor may use it.
func (v *visit) takeSender(form *views.Compose, sender string) {
	if listed, ok := v.may().Listed(sender, v.set.Country); sender != "" && ok {
		form.Sender = listed
	}
}

// useTemplate takes over the chosen template's sender.
func (v *visit) useTemplate(form *views.Compose) error {
	id, err := strconv.ParseInt(form.TemplateID, 10, 64)
	if err != nil {
		return nil
	}
	t, err := v.s.Desk.Template(v.Request().Context(), v.actor, id)
	if errors.Is(err, desk.ErrUnknownTemplate) {
		return nil
	}
	v.takeSender(form, t.Sender)
	return err
}

// dayProblem is why it is too much for today, "" when it is not.
func dayProblem(problems []*desk.Refusal) string {
	for _, r := range problems {
		if errors.Is(r, desk.ErrUserDay) {
			return r.Sentence
		}
	}
	return ""
}
