package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// editProviderForm shows a provider's settings, but for its secrets.
func (v *visit) editProviderForm() error {
	p, settings, err := v.s.Desk.OpenSettings(v.Request().Context(), v.actor, v.Param("name"))
	if err != nil {
		return err
	}
	form := views.ProviderForm{Name: p.Name, Rate: strconv.FormatFloat(p.Rate, 'f', -1, 64), Concurrency: strconv.FormatInt(p.Concurrency, 10)}
	return v.showEditProvider(http.StatusOK, views.EditedProvider{ProviderForm: form, GroupSize: strconv.FormatInt(p.GroupSize, 10)}, p.Kind, settings, nil)
}

// editProvider asks the provider with what was typed, and stores it when it
// answers, or when the administrator says that it is right all the same.
func (v *visit) editProvider() error {
	ctx, name := v.Request().Context(), v.Param("name")
	p, _, err := v.s.Desk.OpenSettings(ctx, v.actor, name)
	if err != nil {
		return err
	}
	typed := v.typedSettings(p.Kind)
	form := views.EditedProvider{ProviderForm: views.ProviderForm{Name: p.Name, Rate: v.FormValue("rate"), Concurrency: v.FormValue("concurrency")},
		GroupSize: v.FormValue("group_size")}
	change := v.typedChange(p.Kind, typed)
	learned, err := "", error(nil)
	if v.FormValue("anyway") == "" {
		learned, err = v.s.Desk.TryChange(ctx, v.actor, name, change)
	}
	if err == nil {
		err = v.s.Desk.ChangeProvider(ctx, v.actor, name, change)
	}
	switch {
	case is(err, desk.ErrForbidden), is(err, desk.ErrUnknownProvider):
		return err
	case is(err, desk.ErrProviderCheck):
		form.Unanswered = true
		return v.showEditProvider(http.StatusUnprocessableEntity, form, p.Kind, typed, err)
	case len(desk.Refusals(err)) > 0:
		return v.showEditProvider(http.StatusUnprocessableEntity, form, p.Kind, typed, err)
	case err != nil:
		return err
	}
	if learned != "" {
		return v.back("/providers", "%s is saved. It answers: %s.", name, views.Balance(learned))
	}
	return v.back("/providers", "%s is saved.", name)
}

// typedSettings are the settings of a kind as the form has them.
func (v *visit) typedSettings(kind string) map[string]string {
	typed := map[string]string{}
	for _, k := range v.s.Desk.Kinds() {
		if k.Name != kind {
			continue
		}
		for _, f := range k.Fields {
			typed[f.Key] = v.FormValue(fieldName(k.Name, f.Key))
		}
	}
	return typed
}

// typedChange is what is to be different: a secret only when one was typed.
// What is no number becomes one that no provider can have.
func (v *visit) typedChange(kind string, typed map[string]string) desk.ProviderChange {
	c := desk.ProviderChange{Settings: map[string]string{}}
	for _, k := range v.s.Desk.Kinds() {
		if k.Name != kind {
			continue
		}
		for _, f := range k.Fields {
			if !f.Secret || strings.TrimSpace(typed[f.Key]) != "" {
				c.Settings[f.Key] = typed[f.Key]
			}
		}
	}
	rate, err := strconv.ParseFloat(strings.TrimSpace(v.FormValue("rate")), 64)
	if err != nil {
		rate = -1
	}
	c.Rate = &rate
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSpace(v.FormValue(name)))
		if err != nil || n < 1 {
			return 1 << 30
		}
		return n
	}
	c.Concurrency, c.GroupSize = number("concurrency"), number("group_size")
	return c
}

func (v *visit) showEditProvider(status int, e views.EditedProvider, kind string, settings map[string]string, cause error) error {
	form, err := v.providerForm(desk.NewProvider{Name: e.Name, Kind: kind, Settings: settings}, cause)
	if err != nil {
		return err
	}
	e.Errors = form.Errors
	for _, k := range form.Kinds {
		if k.Name == kind {
			e.Kind = k
		}
	}
	for i := range e.Kind.Fields {
		f := &e.Kind.Fields[i]
		if f.Secret {
			f.Hint, f.Optional = "leave it empty to keep the one that is stored", false
		}
	}
	page, err := v.page("Change "+e.Name, "/providers")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(e.Errors) > 0
	return render(v.Context, status, views.EditProvider(page, e))
}

// pauseProviderForm asks before nothing leaves through a provider any more.
func (v *visit) pauseProviderForm() error {
	p, _, err := v.s.Desk.OpenSettings(v.Request().Context(), v.actor, v.Param("name"))
	if err != nil {
		return err
	}
	load, err := v.s.Desk.ProviderLoad(v.Request().Context(), v.actor, p)
	if err != nil {
		return err
	}
	page, err := v.page("Pause "+p.Name+"?", "/providers")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.PauseProvider(page, p.Name, bool(p.IsDefault), load.Waiting, load.InFlight, load.Waiting > desk.WaitingCounted))
}

func (v *visit) pauseProvider() error {
	name := v.Param("name")
	if err := v.s.Desk.PauseProvider(v.Request().Context(), v.actor, name); err != nil {
		return err
	}
	return v.back("/providers", "%s is paused. Nothing leaves through it until somebody resumes it.", name)
}

func (v *visit) resumeProvider() error {
	name := v.Param("name")
	if err := v.s.Desk.ResumeProvider(v.Request().Context(), v.actor, name); err != nil {
		return err
	}
	return v.back("/providers", "%s goes on.", name)
}

// loadCard adds what a provider has to do now, and who has paused it.
func (v *visit) loadCard(card *views.ProviderCard, p desk.ProviderRow) error {
	ctx := v.Request().Context()
	load, err := v.s.Desk.ProviderLoad(ctx, v.actor, p)
	if err != nil {
		return err
	}
	card.InFlight, card.Waiting, card.More = load.InFlight, load.Waiting, load.Waiting > desk.WaitingCounted
	if p.PausedAt != 0 {
		card.Paused = views.Paused{At: p.PausedAt.Time(), By: load.PausedBy, Mine: int64(p.PausedBy) == v.actor.User.ID}
	}
	return nil
}
