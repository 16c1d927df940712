package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// setupForm asks for the first administrator, of whoever has the link.
func (s *server) setupForm(c echo.Context) error {
	token := c.QueryParam("token")
	if shut, err := s.setupShut(c, token); shut || err != nil {
		return err
	}
	return s.showAdministrator(c, http.StatusOK, views.AdministratorForm{Token: token}, nil)
}

func (s *server) setup(c echo.Context) error {
	form := views.AdministratorForm{Token: c.FormValue("token"), Username: c.FormValue("username"), FirstName: c.FormValue("first_name"),
		LastName: c.FormValue("last_name"), Email: c.FormValue("email")}
	if shut, err := s.setupShut(c, form.Token); shut || err != nil {
		return err
	}
	session, err := s.Desk.CreateFirstAdmin(c.Request().Context(), form.Token, desk.NewUser{Username: form.Username, Password: c.FormValue("password"),
		FirstName: form.FirstName, LastName: form.LastName, Email: form.Email}, c.FormValue("repeat"), address(c), browser(c.Request()))
	if errors.Is(err, desk.ErrNoSetup) {
		_, err := s.setupShut(c, form.Token)
		return err
	}
	if err != nil {
		return s.showAdministrator(c, http.StatusUnprocessableEntity, form, err)
	}
	if err := s.signedIn(c, session); err != nil {
		return err
	}
	return redirect(c, "/setup/organisation")
}

// setupShut answers whoever does not have the link, or comes too late.
func (s *server) setupShut(c echo.Context, token string) (bool, error) {
	ctx := c.Request().Context()
	empty, err := s.Desk.Empty(ctx)
	if err != nil {
		return true, err
	}
	if !empty {
		page, err := s.bare(c, "Textdesk is set up")
		if err != nil {
			return true, err
		}
		return true, render(c, http.StatusOK, views.SetupClosed(page))
	}
	open, err := s.Desk.SetupOpen(ctx, token)
	if err != nil || open {
		return err != nil, err
	}
	page, err := s.bare(c, "Set up Textdesk")
	if err != nil {
		return true, err
	}
	status := http.StatusOK
	if token != "" {
		status = http.StatusForbidden
	}
	return true, render(c, status, views.SetupLink(page, token != ""))
}

func (s *server) showAdministrator(c echo.Context, status int, form views.AdministratorForm, cause error) error {
	page, err := s.bare(c, "Create the administrator")
	if err != nil {
		return err
	}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Wide, len(form.Errors) > 0
	return render(c, status, views.SetupAdministrator(page, setupSteps(desk.SetUp{}, 0), form))
}

// setupSteps is where the first run stands, at the step of that index.
func setupSteps(done desk.SetUp, at int) ui.Stepper {
	steps := []ui.Step{
		{Label: "Administrator"},
		{Label: "Organisation", Path: "/setup/organisation"},
		{Label: "Provider", Path: "/setup/provider"},
		{Label: "Text yourself", Path: "/setup/text"},
	}
	finished := []bool{at > 0, done.Organisation, done.Provider, done.FirstText}
	for i := range steps {
		switch {
		case i == at:
			steps[i].State = ui.StepCurrent
		case finished[i]:
			steps[i].State = ui.StepDone
		case i < at:
			steps[i].State = ui.StepSkipped
		case at == 0:
			steps[i].Path = "" // there is nobody yet who may go there
		}
	}
	return ui.Stepper{Label: "Set up Textdesk", Steps: steps}
}

// setupPage is the frame of a step for the administrator who is signed in.
func (v *visit) setupPage(title string, errs []ui.FieldError) (ui.Page, error) {
	page, err := v.page(title, "")
	page.Width, page.HasErrors = ui.Wide, len(errs) > 0
	return page, err
}

func (v *visit) setupOrganisationForm() error {
	return v.showSetupOrganisation(http.StatusOK, v.storedOrganisation(), nil)
}

func (v *visit) setupOrganisation() error {
	o := v.typedOrganisation()
	if err := v.s.Desk.SaveOrganisation(v.Request().Context(), v.actor, o); err != nil {
		return v.showSetupOrganisation(http.StatusUnprocessableEntity, o, err)
	}
	return redirect(v.Context, "/setup/provider")
}

func (v *visit) showSetupOrganisation(status int, o desk.Organisation, cause error) error {
	form, err := organisationForm(o, cause)
	if err != nil {
		return err
	}
	page, err := v.setupPage("Your organisation", form.Errors)
	if err != nil {
		return err
	}
	return render(v.Context, status, views.SetupOrganisation(page, setupSteps(v.set.SetUp, 1), form))
}

func (v *visit) setupProviderForm() error {
	return v.showSetupProvider(http.StatusOK, desk.NewProvider{}, nil)
}

// setupProvider takes the simulator at once. Another provider is checked first
// and used when the administrator has seen what it answers.
func (v *visit) setupProvider() error {
	ctx := v.Request().Context()
	if ticket := v.FormValue("ticket"); ticket != "" {
		name, err := v.s.Desk.AddTried(ctx, v.actor, ticket)
		if err != nil && !v.inUse(name, err) {
			return v.showSetupProvider(http.StatusUnprocessableEntity, desk.NewProvider{}, err)
		}
		return v.providerChosen()
	}
	n := v.typedProvider()
	n.Default = true
	if n.Kind == desk.SimulatorKind {
		if err := v.s.Desk.UseSimulator(ctx, v.actor); err != nil {
			return err
		}
		return v.providerChosen()
	}
	tried, err := v.s.Desk.TryProvider(ctx, v.actor, n)
	if err != nil {
		return v.showSetupProvider(http.StatusUnprocessableEntity, n, err)
	}
	page, err := v.setupPage("Your provider", nil)
	if err != nil {
		return err
	}
	shown := v.triedView(tried)
	return render(v.Context, http.StatusOK, views.SetupProvider(page, setupSteps(v.set.SetUp, 2), views.ProviderForm{}, &shown))
}

// inUse reports whether the same ticket came twice: the provider that it names
// is in use already.
func (v *visit) inUse(name string, cause error) bool {
	if !errors.Is(cause, desk.ErrProviderTaken) {
		return false
	}
	current, err := v.currentProvider()
	return err == nil && current == name
}

func (v *visit) providerChosen() error {
	if err := v.s.Desk.FinishStep(v.Request().Context(), v.actor, desk.StepProvider); err != nil {
		return err
	}
	return redirect(v.Context, "/setup/text")
}

func (v *visit) showSetupProvider(status int, n desk.NewProvider, cause error) error {
	form, err := v.providerForm(n, cause)
	if err != nil {
		return err
	}
	if form.Kind == "" {
		form.Kind = desk.SimulatorKind
	}
	if !v.set.SetUp.Provider {
		form.Current = "" // the simulator that every desk begins with was nobody's choice
	}
	page, err := v.setupPage("Your provider", form.Errors)
	if err != nil {
		return err
	}
	return render(v.Context, status, views.SetupProvider(page, setupSteps(v.set.SetUp, 2), form, nil))
}

// currentProvider is the name of the provider in use, "" for none.
func (v *visit) currentProvider() (string, error) {
	rows, err := v.s.Desk.Providers(v.Request().Context(), v.actor)
	if err != nil {
		return "", err
	}
	for _, p := range rows {
		if p.IsDefault {
			return p.Name, nil
		}
	}
	return "", nil
}

// setupDone shows what the first run has come to.
func (v *visit) setupDone() error {
	done := v.set.SetUp
	sum := views.SetupSummary{Organisation: v.set.Organisation, Country: sms.CountryName(v.set.Country), Zone: views.ZoneWords(v.set.Zone),
		HasOrganisation: done.Organisation, HasProvider: done.Provider, HasText: done.FirstText}
	var err error
	if sum.Provider, err = v.currentProvider(); err != nil {
		return err
	}
	page, err := v.setupPage("Your desk is ready", nil)
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.SetupDone(page, setupSteps(done, 4), sum))
}

// setupDismiss hides the reminder on the Send page.
func (v *visit) setupDismiss() error {
	if err := v.s.Desk.FinishStep(v.Request().Context(), v.actor, desk.StepDismissed); err != nil {
		return err
	}
	return v.back("/", "The reminder is gone. Everything in it is under Providers and Settings.")
}
