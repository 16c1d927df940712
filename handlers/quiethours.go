package handlers

import (
	"fmt"
	"net/http"
	"strconv"

	"textdesk/desk"
	"textdesk/views"
)

// saveQuietHours stores when sends to several people rest.
func (v *visit) saveQuietHours() error {
	typed := views.QuietForm{On: v.FormValue("quiet") != "", From: v.FormValue("quiet_from"), Until: v.FormValue("quiet_until"),
		Zone: views.ZoneWords(v.set.Zone)}
	q := desk.QuietHours{Off: !typed.On, From: desk.ReadClock(typed.From), Until: desk.ReadClock(typed.Until)}
	err := v.s.Desk.SaveQuietHours(v.Request().Context(), v.actor, q)
	if typed.Errors, err = fieldErrors(err); err != nil {
		return err
	}
	if len(typed.Errors) > 0 {
		organisation, err := organisationForm(v.storedOrganisation(), nil)
		if err != nil {
			return err
		}
		return v.settingsPage(http.StatusUnprocessableEntity, views.SettingsForm{OrganisationForm: organisation,
			Undo: strconv.Itoa(int(v.set.Undo.Seconds())), Quiet: typed})
	}
	if q.Off {
		return v.back("/settings", "There are no quiet hours any more: texts to several people leave at any time.")
	}
	return v.back("/settings", "The quiet hours are saved: texts to several people rest from %s to %s.", clock(q.From), clock(q.Until))
}

func (v *visit) storedQuiet() views.QuietForm {
	q := v.set.Quiet
	return views.QuietForm{On: !q.Off, From: clock(q.From), Until: clock(q.Until), Zone: views.ZoneWords(v.set.Zone)}
}

// clock writes minutes since midnight: "08:00".
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
