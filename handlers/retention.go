package handlers

import (
	"net/http"
	"strconv"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) retention() error {
	kept, err := v.s.Desk.Retentions(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	return v.showRetention(http.StatusOK, kept, nil, nil)
}

// saveRetention shows what would go, and stores it when that was confirmed.
func (v *visit) saveRetention() error {
	ctx := v.Request().Context()
	kept, err := v.s.Desk.Retentions(ctx, v.actor)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, k := range kept {
		typed[k.Kind] = v.FormValue(k.Kind)
	}
	days, err := desk.ReadRetention(typed)
	if err != nil {
		return v.showRetention(http.StatusUnprocessableEntity, kept, typed, err)
	}
	if v.FormValue("sure") == "" {
		return v.confirmRetention(kept, days)
	}
	if err := v.s.Desk.SaveRetention(ctx, v.actor, days); err != nil {
		return err
	}
	return v.back("/settings/retention", "It is saved. What is older is cleared within the next minutes.")
}

func (v *visit) confirmRetention(kept []desk.Retention, days map[string]int) error {
	counts, err := v.s.Desk.WouldClear(v.Request().Context(), v.actor, days)
	if err != nil {
		return err
	}
	p := views.RetentionPlan{Counts: counts}
	for _, k := range kept {
		p.Fields = append(p.Fields, views.RetentionField{Kind: k.Kind, Days: daysText(days[k.Kind])})
	}
	page, err := v.page("How long things are kept", "/settings")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.RetentionConfirm(page, p))
}

func (v *visit) showRetention(status int, kept []desk.Retention, typed map[string]string, cause error) error {
	f := views.RetentionForm{Now: v.now()}
	for _, k := range kept {
		days := daysText(k.Days)
		if typed != nil {
			days = typed[k.Kind]
		}
		f.Fields = append(f.Fields, views.RetentionField{Kind: k.Kind, Days: days, Cleared: k.Cleared, At: k.At})
	}
	var err error
	if f.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("How long things are kept", "/settings")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(f.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.RetentionPage(page, f))
}

// daysText is how many days as a form has them, "" for ever.
func daysText(days int) string {
	if days == 0 {
		return ""
	}
	return strconv.Itoa(days)
}
