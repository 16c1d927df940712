package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) providers() error { return v.showProviders(http.StatusOK, nil) }

func (v *visit) showProviders(status int, problem *ui.Notice) error {
	rows, err := v.s.Desk.Providers(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	var cards []views.ProviderCard
	for _, p := range rows {
		card := views.ProviderCard{Name: p.Name, Title: v.kindTitle(p.Kind), Default: bool(p.IsDefault),
			Health: views.ProviderHealth(p.OkAt.Time(), p.ErrorAt.Time()), OkAt: p.OkAt.Time(), ErrorAt: p.ErrorAt.Time(), ErrorText: p.ErrorText,
			Balance: p.Balance, BalanceAt: p.BalanceAt.Time(), Rate: p.Rate, Concurrency: p.Concurrency}
		if err := v.loadCard(&card, p); err != nil {
			return err
		}
		path, err := v.s.Desk.CallbackPath(v.actor, p)
		if err != nil {
			return err
		}
		if path != "" {
			card.Callbacks = v.s.publicURL(v.Request()) + path
		}
		seen, err := v.s.Desk.CallbacksSeen(v.Request().Context(), v.actor, p)
		if err != nil {
			return err
		}
		card.CallbackAt, card.Unread, card.Fetched = seen.LastAt.Time(), seen.Unread, seen.FetchedAt.Time()
		if seen.Readable {
			card.CallbacksPath = "/providers/callbacks?provider=" + p.Name
		}
		cards = append(cards, card)
	}
	page, err := v.page("Providers", "/providers")
	if err != nil {
		return err
	}
	if problem != nil {
		page.Flash = problem
	}
	return render(v.Context, status, views.Providers(page, cards, v.now()))
}

func (v *visit) testProvider() error {
	name := v.Param("name")
	learned, err := v.s.Desk.TestProvider(v.Request().Context(), v.actor, name)
	if errors.Is(err, desk.ErrProviderCheck) {
		return v.showProviders(http.StatusUnprocessableEntity, &ui.Notice{Kind: ui.Problem, Title: name + " did not pass the check", Text: err.Error()})
	}
	if err != nil {
		return err
	}
	return v.back("/providers", "%s answers: %s.", name, views.Balance(learned))
}

// providersAgain leads back to the list from the address of one of its buttons.
func (v *visit) providersAgain() error { return redirect(v.Context, "/providers") }

func (v *visit) defaultProvider() error {
	name := v.Param("name")
	if err := v.s.Desk.SetDefaultProvider(v.Request().Context(), v.actor, name); err != nil {
		return err
	}
	return v.back("/providers", "New texts go through %s from now on.", name)
}

func (v *visit) removeProviderForm() error {
	name := v.Param("name")
	rows, err := v.s.Desk.Providers(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	for _, p := range rows {
		if p.Name != name {
			continue
		}
		if p.IsDefault {
			return v.showRemoveProvider(http.StatusOK, name, desk.ErrProviderDefault.Sentence)
		}
		return v.showRemoveProvider(http.StatusOK, name, "")
	}
	return desk.ErrUnknownProvider
}

func (v *visit) removeProvider() error {
	name := v.Param("name")
	err := v.s.Desk.RemoveProvider(v.Request().Context(), v.actor, name)
	if errors.Is(err, desk.ErrProviderDefault) || errors.Is(err, desk.ErrProviderBusy) {
		return v.showRemoveProvider(http.StatusUnprocessableEntity, name, err.Error())
	}
	if err != nil {
		return err
	}
	return v.back("/providers", "%s is removed.", name)
}

func (v *visit) showRemoveProvider(status int, name, problem string) error {
	page, err := v.page("Remove "+name+"?", "/providers")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, status, views.RemoveProvider(page, name, problem))
}

// newProviderForm asks for the kind and, when the address has one, for its
// settings.
func (v *visit) newProviderForm() error {
	return v.showNewProvider(http.StatusOK, desk.NewProvider{Kind: v.QueryParam("kind")}, nil)
}

// newProvider checks what was typed and shows what the provider answers; the
// button of that page adds it.
func (v *visit) newProvider() error {
	ctx := v.Request().Context()
	if ticket := v.FormValue("ticket"); ticket != "" {
		name, err := v.s.Desk.AddTried(ctx, v.actor, ticket)
		if err != nil {
			return v.showNewProvider(http.StatusUnprocessableEntity, desk.NewProvider{}, err)
		}
		return v.back("/providers", "%s is added.", name)
	}
	n := v.typedProvider()
	tried, err := v.s.Desk.TryProvider(ctx, v.actor, n)
	if err != nil {
		return v.showNewProvider(http.StatusUnprocessableEntity, n, err)
	}
	page, err := v.page("Add "+tried.Name, "/providers")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.AddProvider(page, v.triedView(tried), n.Default))
}

func (v *visit) showNewProvider(status int, n desk.NewProvider, cause error) error {
	form, err := v.providerForm(n, cause)
	if err != nil {
		return err
	}
	page, err := v.page("Add a provider", "/providers")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	for _, k := range form.Kinds {
		if k.Name == n.Kind {
			page.Title = "Add " + k.Title
			return render(v.Context, status, views.NewProvider(page, form, k))
		}
	}
	form.Kind = form.Kinds[0].Name
	return render(v.Context, status, views.ChooseProvider(page, form))
}

// fieldName is the name of a setting's field. Two kinds that stand on one page
// may have settings of the same key.
func fieldName(kind, key string) string { return kind + "_" + key }

// typedProvider reads the form. What is no number becomes one that no provider
// can have, so that the desk refuses it.
func (v *visit) typedProvider() desk.NewProvider {
	n := desk.NewProvider{Kind: v.FormValue("kind"), Name: strings.TrimSpace(v.FormValue("name")), Default: v.FormValue("default") != "",
		Settings: map[string]string{}}
	for _, k := range v.s.Desk.Kinds() {
		if k.Name != n.Kind {
			continue
		}
		for _, f := range k.Fields {
			n.Settings[f.Key] = v.FormValue(fieldName(k.Name, f.Key))
		}
	}
	if typed := strings.TrimSpace(v.FormValue("rate")); typed != "" {
		rate, err := strconv.ParseFloat(typed, 64)
		if err != nil {
			rate = -1
		}
		n.Rate = &rate
	}
	if typed := strings.TrimSpace(v.FormValue("concurrency")); typed != "" {
		var err error
		if n.Concurrency, err = strconv.Atoi(typed); err != nil || n.Concurrency == 0 {
			n.Concurrency = -1
		}
	}
	return n
}

// providerForm is the form with what was typed, but for secrets.
func (v *visit) providerForm(n desk.NewProvider, cause error) (views.ProviderForm, error) {
	current, err := v.currentProvider()
	if err != nil {
		return views.ProviderForm{}, err
	}
	form := views.ProviderForm{Kind: n.Kind, Current: current, Name: n.Name, Rate: v.FormValue("rate"), Concurrency: v.FormValue("concurrency"), Default: n.Default}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return form, err
	}
	for _, k := range v.s.Desk.Kinds() {
		kind := views.ProviderKind{Name: k.Name, Title: k.Title, Blurb: k.Blurb, Simulated: k.Name == desk.SimulatorKind}
		for _, f := range k.Fields {
			field := views.ProviderField{Name: fieldName(k.Name, f.Key), Label: f.Label, Hint: f.Hint, Value: f.Default, Usual: f.Default, Secret: f.Secret, Optional: !f.Required && f.Default == ""}
			if typed, ok := n.Settings[f.Key]; ok && k.Name == n.Kind {
				field.Value = typed
			}
			if f.Secret {
				field.Value = ""
			}
			if k.Name == n.Kind {
				for i := range form.Errors {
					if form.Errors[i].Field == f.Key {
						form.Errors[i].Field = field.Name
					}
				}
			}
			kind.Fields = append(kind.Fields, field)
		}
		form.Kinds = append(form.Kinds, kind)
		if cause == nil && k.Name == n.Kind {
			form.Rate, form.Concurrency = strconv.FormatFloat(k.Rate, 'f', -1, 64), strconv.Itoa(k.Concurrency)
		}
	}
	return form, nil
}

func (v *visit) triedView(tried desk.Tried) views.TriedProvider {
	return views.TriedProvider{Name: tried.Name, Title: v.kindTitle(tried.Kind), Learned: tried.Learned, Ticket: tried.Ticket}
}

// kindTitle is what staff call a kind of provider.
func (v *visit) kindTitle(name string) string {
	for _, k := range v.s.Desk.Kinds() {
		if k.Name == name {
			return k.Title
		}
	}
	return name
}
