package handlers

import (
	"fmt"
	"net/http"

	"textdesk/desk"
	"textdesk/views"
)

func (v *visit) quietHours() error { return v.showQuietHours(http.StatusOK, v.storedQuiet()) }

func (v *visit) showQuietHours(status int, form views.QuietForm) error {
	page, err := v.settingPage("Quiet hours", len(form.Errors))
	if err != nil {
		return err
	}
	return render(v.Context, status, views.QuietPage(page, form))
}

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
		return v.showQuietHours(http.StatusUnprocessableEntity, typed)
	}
	if q.Off {
		return v.back("/settings/quiet-hours", "There are no quiet hours any more: texts to several people leave at any time.")
	}
	return v.back("/settings/quiet-hours", "The quiet hours are saved: texts to several people rest from %s to %s.", clock(q.From), clock(q.Until))
}

func (v *visit) storedQuiet() views.QuietForm {
	q := v.set.Quiet
	return views.QuietForm{On: !q.Off, From: clock(q.From), Until: clock(q.Until), Zone: views.ZoneWords(v.set.Zone)}
}

// clock writes minutes since midnight: "08:00".
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
