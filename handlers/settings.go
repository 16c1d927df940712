package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// settings is the page of all that there is to decide.
func (v *visit) settings() error {
	groups, err := v.settingGroups()
	if err != nil {
		return err
	}
	page, err := v.page("Settings", "/settings")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.Settings(page, groups))
}

func (v *visit) organisation() error {
	return v.showOrganisation(http.StatusOK, v.storedOrganisation(), strconv.Itoa(int(v.set.Undo.Seconds())), nil)
}

func (v *visit) saveOrganisation() error {
	o, typed := v.typedOrganisation(), v.FormValue("undo")
	seconds, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil || seconds > 3600 {
		seconds = -1 // which no setting allows
	}
	if err := v.s.Desk.SaveSettings(v.Request().Context(), v.actor, o, time.Duration(seconds)*time.Second); err != nil {
		return v.showOrganisation(http.StatusUnprocessableEntity, o, typed, err)
	}
	return v.back("/settings/organisation", "The settings are saved.")
}

func (v *visit) showOrganisation(status int, o desk.Organisation, undo string, cause error) error {
	form, err := organisationForm(o, cause)
	if err != nil {
		return err
	}
	page, err := v.settingPage("Organisation", len(form.Errors))
	if err != nil {
		return err
	}
	return render(v.Context, status, views.OrganisationPage(page, views.SettingsForm{OrganisationForm: form, Undo: undo}))
}

// settingPage is the shell of a page with one form of the settings.
func (v *visit) settingPage(title string, errors int) (ui.Page, error) {
	page, err := v.page(title, "/settings")
	page.Width, page.HasErrors = ui.Narrow, errors > 0
	return page, err
}

// storedOrganisation is the form as it is set, and before anybody has set it,
// with the country's own zone.
func (v *visit) storedOrganisation() desk.Organisation {
	o := desk.Organisation{Name: v.set.Organisation, Country: v.set.Country, Zone: v.set.Zone.String(), Sender: v.set.Sender}
	if !v.set.SetUp.Organisation {
		o.Zone = ""
	}
	return o
}

func (v *visit) typedOrganisation() desk.Organisation {
	return desk.Organisation{Name: v.FormValue("organisation"), Country: v.FormValue("country"), Zone: v.FormValue("zone"), Sender: v.FormValue("sender")}
}

func organisationForm(o desk.Organisation, cause error) (views.OrganisationForm, error) {
	errs, err := fieldErrors(cause)
	return views.OrganisationForm{Name: o.Name, Country: o.Country, Zone: o.Zone, Sender: o.Sender, Zones: zoneOptions(o.Zone), Errors: errs}, err
}

// zoneOptions lists the zones by the part of the world, after "the country's
// own".
func zoneOptions(chosen string) []ui.Option {
	options := []ui.Option{{Label: "The home country's own time", Selected: chosen == ""}}
	regions := map[string][]ui.Option{}
	listed := false
	seen := map[string]bool{}
	for _, z := range desk.Zones() {
		if seen[z.Name] {
			continue // two countries may share a zone
		}
		seen[z.Name] = true
		region, place, found := strings.Cut(z.Name, "/")
		if !found {
			region, place = "Other", z.Name
		}
		listed = listed || z.Name == chosen
		regions[region] = append(regions[region], ui.Option{Value: z.Name, Label: zoneLabel(place), Group: region, Selected: z.Name == chosen})
	}
	if _, err := time.LoadLocation(chosen); err == nil && chosen != "" && !listed {
		regions["Other"] = append(regions["Other"], ui.Option{Value: chosen, Label: chosen, Group: "Other", Selected: true})
	}
	for _, region := range []string{"Europe", "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Indian", "Pacific", "Other"} {
		places := regions[region]
		slices.SortFunc(places, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
		options = append(options, places...)
	}
	return options
}

// zoneLabel writes a zone's place as people do: "Indiana, Tell City".
func zoneLabel(place string) string {
	return strings.ReplaceAll(strings.ReplaceAll(place, "/", ", "), "_", " ")
}
