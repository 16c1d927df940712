package handlers

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// erasuresShown is how many of the latest erasures are listed.
const erasuresShown = 20

// privacy asks for a number, and says what there is of it.
func (v *visit) privacy() error {
	typed := v.QueryParam("number")
	var found *views.Traces
	var cause error
	if typed != "" {
		t, err := v.s.Desk.FindPerson(v.Request().Context(), v.actor, typed)
		if err == nil {
			view := v.tracesView(t)
			found = &view
		} else if len(desk.Refusals(err)) == 0 {
			return err
		}
		cause = err
	}
	p := views.Privacy{Typed: typed, Found: found, Now: v.now()}
	list, err := v.s.Desk.Erasures(v.Request().Context(), v.actor, erasuresShown)
	if err != nil {
		return err
	}
	for _, e := range list {
		p.Erasures = append(p.Erasures, views.Erasure{AskedAt: e.AskedAt.Time(), DoneAt: e.DoneAt.Time()})
	}
	if p.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("One person", "/settings")
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(p.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	page.HasErrors, page.Width = len(p.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.PrivacyPage(page, p))
}

func (v *visit) tracesView(t desk.Traces) views.Traces {
	return views.Traces{Number: t.Number.Display(v.set.Country), Query: url.Values{"number": {string(t.Number)}}.Encode(), Names: t.Names, Messages: t.Messages, Waiting: t.Waiting,
		InDoubt: t.InDoubt, Received: t.Inbound, Contacts: t.Contacts, Entries: t.Entries, Consents: t.Consents, Suppressed: t.Suppressed, Erasing: t.Erasing}
}

// traced is the one whose number the address or the form has.
func (v *visit) traced() (desk.Traces, error) {
	return v.s.Desk.FindPerson(v.Request().Context(), v.actor, v.FormValue("number"))
}

// personFile is everything about one person as a ZIP: a CSV file for each kind of
// thing, and all of it as JSON.
func (v *visit) personFile() error {
	t, err := v.traced()
	if err != nil {
		return err
	}
	tables, err := v.s.Desk.Person(v.Request().Context(), v.actor, t.Number)
	if err != nil {
		return err
	}
	v.attach("application/zip", fmt.Sprintf("person-%s-%s.zip", t.Number.Digits(), v.today()))
	return v.brokeOff(writePerson(patient{v.Response()}, t.Number, tables))
}

func writePerson(to io.Writer, number sms.MSISDN, tables []desk.PersonTable) error {
	z := zip.NewWriter(to)
	for _, t := range tables {
		f, err := z.Create(t.Name + ".csv")
		if err != nil {
			return err
		}
		w := sheet.NewWriter(f, sheet.CSV, "", sheet.Texts(t.Titles...))
		if err := t.Each(w.Row); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
	f, err := z.Create("everything.json")
	if err != nil {
		return err
	}
	if err := personJSON(f, number, tables); err != nil {
		return err
	}
	return z.Close()
}

// personJSON writes the tables as one object: a list of objects for each.
func personJSON(to io.Writer, number sms.MSISDN, tables []desk.PersonTable) error {
	var failed error
	write := func(value any, before string) {
		text, err := json.Marshal(value)
		_, werr := io.WriteString(to, before+string(text))
		failed = errors.Join(failed, err, werr)
	}
	write("number", "{\n")
	write(string(number), ": ")
	for _, t := range tables {
		write(t.Name, ",\n")
		_, err := io.WriteString(to, ": [")
		failed = errors.Join(failed, err)
		between := "\n "
		err = t.Each(func(cells ...string) error {
			object := make(map[string]string, len(cells))
			for i, c := range cells {
				object[t.Titles[i]] = c
			}
			write(object, between)
			between = ",\n "
			return failed
		})
		_, werr := io.WriteString(to, "]")
		if failed = errors.Join(failed, err, werr); failed != nil {
			return failed
		}
	}
	_, err := io.WriteString(to, "\n}\n")
	return err
}

// eraseForm says what will happen, and asks for the number once more.
func (v *visit) eraseForm() error { return v.showErase(http.StatusOK, nil) }

func (v *visit) erase() error {
	t, err := v.traced()
	if err != nil {
		return err
	}
	err = v.s.Desk.ErasePerson(v.Request().Context(), v.actor, t.Number, v.FormValue("confirm"))
	switch {
	case errors.Is(err, desk.ErrInDoubt):
		return v.showErase(http.StatusUnprocessableEntity, err)
	case err != nil && wholly(err):
		return err
	case err != nil:
		return v.showErase(http.StatusUnprocessableEntity, err)
	}
	return v.back("/privacy", "The person is being erased. It takes a moment, and longer where there is much to look through.")
}

func (v *visit) showErase(status int, cause error) error {
	t, err := v.traced()
	if err != nil {
		return err
	}
	e := views.Erase{Traces: v.tracesView(t), Number: string(t.Number), Typed: v.FormValue("confirm")}
	if e.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Erase a person", "/settings")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(e.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.ErasePage(page, e))
}
