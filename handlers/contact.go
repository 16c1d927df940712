package handlers

import (
	"net/http"
	"strconv"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

const (
	// saidShown and changesShown are how many texts and changes a person's page
	// has, and spareFields how many empty lines for further fields.
	saidShown    = 20
	changesShown = 10
	spareFields  = 2
	// groupsShown is how many groups a person can be put into from their page.
	groupsShown = 200
)

func (v *visit) newContactForm() error {
	return v.showContact(http.StatusOK, views.ContactForm{Number: v.QueryParam("number")}, nil)
}

func (v *visit) newContact() error {
	id, err := v.s.Desk.AddContact(v.Request().Context(), v.actor, v.contactTyped())
	if err != nil {
		return v.showContact(http.StatusUnprocessableEntity, v.contactForm(), err)
	}
	return v.back(contactPath(id), "The contact was added.")
}

func contactPath(id int64) string { return "/contacts/" + strconv.FormatInt(id, 10) }

func (v *visit) contact() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	form, err := v.contactStored(id)
	if err != nil {
		return err
	}
	return v.showContact(http.StatusOK, form, nil)
}

// contactStored is the form with what is stored.
func (v *visit) contactStored(id int64) (views.ContactForm, error) {
	c, _, err := v.s.Desk.Contact(v.Request().Context(), v.actor, id)
	if err != nil {
		return views.ContactForm{}, err
	}
	form := views.ContactForm{ID: id, Name: c.Name, Number: c.Number.Display(v.set.Country), Email: c.Email}
	for _, f := range desk.ContactFields(c) {
		form.Fields = append(form.Fields, views.NamedField{Name: f.Name, Value: f.Value})
	}
	return form, nil
}

func (v *visit) changeContact() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := v.s.Desk.ChangeContact(v.Request().Context(), v.actor, id, v.contactTyped()); err != nil {
		form := v.contactForm()
		form.ID = id
		return v.showContact(http.StatusUnprocessableEntity, form, err)
	}
	return v.back(contactPath(id), "The contact was saved.")
}

func (v *visit) contactTyped() desk.ContactForm {
	typed := desk.ContactForm{Name: v.FormValue("name"), Number: v.FormValue("number"), Email: v.FormValue("email")}
	names, values := v.Request().Form["field_name"], v.Request().Form["field_value"]
	for i := range min(len(names), len(values)) {
		typed.Fields = append(typed.Fields, desk.Field{Name: names[i], Value: values[i]})
	}
	return typed
}

func (v *visit) contactForm() views.ContactForm {
	typed := v.contactTyped()
	form := views.ContactForm{Name: typed.Name, Number: typed.Number, Email: typed.Email}
	for _, f := range typed.Fields {
		if f.Name+f.Value != "" {
			form.Fields = append(form.Fields, views.NamedField{Name: f.Name, Value: f.Value})
		}
	}
	return form
}

// suppressContact keeps everybody from texting a contact's number.
func (v *visit) suppressContact() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	c, _, err := v.s.Desk.Contact(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	if _, err := v.s.Desk.Suppress(v.Request().Context(), v.actor, string(c.Number), v.FormValue("reason")); err != nil {
		form, storedErr := v.contactStored(id)
		if storedErr != nil {
			return storedErr
		}
		form.Reason = v.FormValue("reason")
		return v.showContact(http.StatusUnprocessableEntity, form, err)
	}
	return v.back(contactPath(id), "Nobody may text %s any more.", c.Number.Display(v.set.Country))
}

// showContact is the form with what was typed. A refusal that is about no field
// is about the contact, which is not there.
func (v *visit) showContact(status int, form views.ContactForm, cause error) error {
	if cause != nil && wholly(cause) {
		return cause
	}
	title := "Add a contact"
	if form.ID != 0 {
		c, groups, err := v.s.Desk.Contact(v.Request().Context(), v.actor, form.ID)
		if err != nil {
			return err
		}
		title = c.Name
		in := map[int64]bool{}
		for _, g := range groups {
			form.Groups = append(form.Groups, views.Set{ID: g.ID, Name: g.Name})
			in[g.ID] = true
		}
		if form.Consent.ContactID == 0 {
			if form.Consent, err = v.consentPanel(c.ID, c.Number, c.Name, desk.ConsentForm{}, nil); err != nil {
				return err
			}
		}
		form.Digits, form.Suppressed, form.Admin, form.Now = c.Number.Digits(), form.Consent.Suppressed, v.actor.Admin(), v.now()
		if form.Asking, err = v.asking(c.Number, contactPath(c.ID)); err != nil {
			return err
		}
		if err := v.aroundContact(&form, c.UserID, c.Number, in); err != nil {
			return err
		}
	}
	for range spareFields {
		form.Fields = append(form.Fields, views.NamedField{})
	}
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page(title, "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(form.Errors)+len(form.Consent.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.ContactPage(page, title, form))
}

// aroundContact gathers what else a person's page shows: where they could be put,
// who may be the same, what was said, and what was changed.
func (v *visit) aroundContact(form *views.ContactForm, owner int64, number sms.MSISDN, in map[int64]bool) error {
	ctx := v.Request().Context()
	if owner == v.actor.User.ID {
		groups, _, err := v.s.Desk.Groups(ctx, v.actor, desk.BookSearch{Limit: groupsShown})
		if err != nil {
			return err
		}
		for _, g := range groups {
			if !in[g.ID] {
				form.Choices = append(form.Choices, views.Set{ID: g.ID, Name: g.Name})
			}
		}
	}
	lists, err := v.s.Desk.ListsWith(ctx, v.actor, form.ID)
	if err != nil {
		return err
	}
	for _, l := range lists {
		form.Lists = append(form.Lists, views.ListPlace{List: views.Set{ID: l.ID, Name: l.Name}, Entry: l.EntryID})
	}
	alike, err := v.s.Desk.Alike(ctx, v.actor, form.ID)
	if err != nil {
		return err
	}
	for i, c := range alike {
		if i < 3 {
			form.Alike = append(form.Alike, v.person(c))
		}
	}
	said, older, err := v.s.Desk.Conversation(ctx, v.actor, number, v.QueryParam("texts"), saidShown)
	if err != nil {
		return err
	}
	form.Older = older
	talks, err := v.s.Desk.ConversationsWith(ctx, v.actor, number)
	if err != nil {
		return err
	}
	for _, r := range talks {
		state := "which nobody has taken"
		switch {
		case r.Done():
			state = "done"
		case r.Taken():
			state = r.Assignee + " has it"
		}
		form.Talks = append(form.Talks, views.ContactTalk{Path: "/inbox/" + strconv.FormatInt(r.Conversation.ID, 10), Own: v.displaySender(r.Conversation.Own), State: state})
	}
	names, err := v.s.Desk.NamesOf(ctx, v.actor, said)
	if err != nil {
		return err
	}
	automatic, err := v.s.Desk.AutomaticIn(ctx, said)
	if err != nil {
		return err
	}
	for _, s := range said {
		line := views.Said{At: s.At()}
		if m := s.Message; m != nil {
			line.ID, line.Text, line.Status, line.Automatic = m.ID, m.Body, m.Status, automatic[m.ID]
			if m.UserID != v.actor.User.ID {
				line.By = names[m.UserID]
			}
		} else {
			line.Text = s.Inbound.Body
		}
		form.Said = append(form.Said, line)
	}
	before, err := strconv.ParseInt(v.QueryParam("changes"), 10, 64)
	if err != nil {
		before = 0
	}
	changes, more, err := v.s.Desk.ContactHistory(ctx, v.actor, form.ID, before, changesShown)
	if err != nil {
		return err
	}
	for _, c := range changes {
		line := views.ContactChange{Kind: c.Kind, By: c.By, At: c.At.Time(), People: c.People}
		for _, ch := range c.Changes {
			line.Changes = append(line.Changes, views.FieldChange{Field: ch.Field, From: ch.From, To: ch.To})
		}
		form.Changes = append(form.Changes, line)
		if more {
			form.MoreChanges = strconv.FormatInt(c.ID, 10)
		}
	}
	return nil
}

func (v *visit) deleteContactForm() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	c, groups, err := v.s.Desk.Contact(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	page, err := v.page("Delete a contact", "/contacts")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.DeleteContact(page, views.Person{ID: c.ID, Name: c.Name}, len(groups)))
}

func (v *visit) deleteContact() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := v.s.Desk.DeleteContact(v.Request().Context(), v.actor, id); err != nil {
		return err
	}
	return v.back("/contacts", "The contact was deleted.")
}
