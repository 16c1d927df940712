package handlers

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// noteConsent writes down that somebody has said yes.
func (v *visit) noteConsent() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	typed := desk.ConsentForm{Source: v.FormValue("source"), Wording: v.FormValue("wording"), Given: v.FormValue("given")}
	if err := v.s.Desk.NoteConsent(v.Request().Context(), v.actor, id, typed); err != nil {
		if wholly(err) {
			return err
		}
		return v.showPerson(http.StatusUnprocessableEntity, id, typed, err)
	}
	return v.back("/contacts/"+strconv.FormatInt(id, 10), "The consent is written down.")
}

// consentPanel is the part of a person's page about consent, with what was
// typed and refused.
func (v *visit) consentPanel(id int64, number sms.MSISDN, name string, typed desk.ConsentForm, cause error) (views.ConsentForm, error) {
	ctx := v.Request().Context()
	all, err := v.s.Desk.Consents(ctx, v.actor, id)
	if err != nil {
		return views.ConsentForm{}, err
	}
	f := views.ConsentForm{ContactID: id, Name: name, Now: v.now(), Source: typed.Source, Wording: typed.Wording, Given: typed.Given, Today: v.today()}
	if f.Given == "" {
		f.Given = f.Today
	}
	for _, c := range all {
		f.Consents = append(f.Consents, consentView(c))
	}
	f.Suppressed, f.SuppressedWhy, err = v.s.Desk.MustNotText(ctx, number)
	if err != nil {
		return views.ConsentForm{}, err
	}
	f.Errors, err = fieldErrors(cause)
	return f, err
}

func consentView(c desk.Consent) views.Consent {
	return views.Consent{ID: c.ID, Source: c.Source, Wording: c.Wording, GivenAt: c.GivenAt.Time(), NotedAt: c.NotedAt.Time(), NotedBy: c.NotedBy,
		WithdrawnAt: c.WithdrawnAt.Time(), WithdrawnBy: c.WithdrawnBy, WithdrawnWhy: c.WithdrawnWhy}
}

func (v *visit) withdrawConsentForm() error { return v.showWithdraw(http.StatusOK, nil) }

func (v *visit) withdrawConsent() error {
	id, consent, err := v.consentIDs()
	if err != nil {
		return err
	}
	err = v.s.Desk.WithdrawConsent(v.Request().Context(), v.actor, id, consent, v.FormValue("reason"))
	switch {
	case err != nil && wholly(err):
		return err
	case err != nil:
		return v.showWithdraw(http.StatusUnprocessableEntity, err)
	}
	return v.back("/contacts/"+strconv.FormatInt(id, 10), "It is written down that the consent was taken back.")
}

func (v *visit) showWithdraw(status int, cause error) error {
	id, consent, err := v.consentIDs()
	if err != nil {
		return err
	}
	ctx := v.Request().Context()
	person, _, err := v.s.Desk.Contact(ctx, v.actor, id)
	if err != nil {
		return err
	}
	c, err := v.s.Desk.Consent(ctx, v.actor, id, consent)
	if err != nil {
		return err
	}
	if !c.Holds() {
		return v.back("/contacts/"+strconv.FormatInt(id, 10), "It was taken back already.")
	}
	w := views.Withdraw{ContactID: id, Name: person.Name, Consent: consentView(c), Given: c.GivenAt.Time().In(v.set.Zone).Format("2 January 2006"), Why: v.FormValue("reason")}
	if w.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Consent taken back", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(w.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.WithdrawPage(page, w))
}

// consentIDs are the contact and the consent that the address names.
func (v *visit) consentIDs() (contact, consent int64, err error) {
	contact, err = v.id()
	id, wrong := strconv.ParseInt(v.Param("consent"), 10, 64)
	if wrong != nil {
		return 0, 0, echo.ErrNotFound
	}
	return contact, id, err
}

// showPerson is a person's page on which a consent was refused.
func (v *visit) showPerson(status int, id int64, typed desk.ConsentForm, cause error) error {
	c, _, err := v.s.Desk.Contact(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	form, err := v.contactStored(id)
	if err != nil {
		return err
	}
	if form.Consent, err = v.consentPanel(id, c.Number, c.Name, typed, cause); err != nil {
		return err
	}
	return v.showContact(status, form, nil)
}
