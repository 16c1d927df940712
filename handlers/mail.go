package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/mail"
	"textdesk/views"
	"textdesk/views/ui"
)

// mail shows the mail server, but for its password.
func (v *visit) mail() error {
	m, problem, err := v.s.Desk.MailServer(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	form := views.MailForm{Host: m.Host, Security: string(m.Security), Username: m.Username, From: m.From, Problem: problem}
	if m.Port != 0 {
		form.Port = strconv.Itoa(m.Port)
	}
	return v.showMail(http.StatusOK, form, nil)
}

// saveMail stores it.
func (v *visit) saveMail() error {
	form, m := v.typedMail()
	if err := v.s.Desk.SaveMailServer(v.Request().Context(), v.actor, m); err != nil {
		return v.showMail(http.StatusUnprocessableEntity, form, err)
	}
	if form.Host == "" {
		return v.back("/settings/mail", "The desk sends no e-mails.")
	}
	return v.back("/settings/mail", "The mail server is saved.")
}

// testMail sends an e-mail with what was typed, which stays in the form.
func (v *visit) testMail() error {
	form, m := v.typedMail()
	if err := v.s.Desk.TestMail(v.Request().Context(), v.actor, m); err != nil {
		return v.showMail(http.StatusUnprocessableEntity, form, err)
	}
	form.Tested = true
	return v.showMail(http.StatusOK, form, nil)
}

func (v *visit) typedMail() (views.MailForm, desk.MailServer) {
	form := views.MailForm{Host: strings.TrimSpace(v.FormValue("host")), Port: v.FormValue("port"), Security: v.FormValue("security"),
		Username: v.FormValue("username"), From: v.FormValue("from")}
	m := desk.MailServer{Host: form.Host, Security: mail.Security(form.Security), Username: form.Username, Password: v.FormValue("password"), From: form.From}
	if typed := strings.TrimSpace(form.Port); typed != "" {
		if m.Port = wholeNumber(typed); m.Port == 0 {
			m.Port = -1 // which is refused; empty is the usual one
		}
	}
	return form, m
}

func (v *visit) showMail(status int, form views.MailForm, cause error) error {
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	m, _, err := v.s.Desk.MailServer(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	form.HasPassword = m.Username != "" && m.Username == form.Username && m.Host == form.Host
	form.Own = v.actor.User.Email
	page, err := v.page("E-mail", "/settings")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.Mail(page, form))
}
