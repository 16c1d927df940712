package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/views"
)

func (v *visit) guard() error { return v.showGuard(http.StatusOK, *v.storedGuard()) }

func (v *visit) showGuard(status int, form views.GuardForm) error {
	page, err := v.settingPage("Spend guard", len(form.Errors))
	if err != nil {
		return err
	}
	return render(v.Context, status, views.GuardPage(page, form))
}

// saveGuard stores what keeps a slip from becoming a bill.
func (v *visit) saveGuard() error {
	if err := v.Request().ParseForm(); err != nil {
		return err
	}
	typed := views.GuardForm{Home: v.set.Country, Which: v.FormValue("which"), Countries: v.Request().Form["countries"],
		PerNumber: v.FormValue("per_number"), SureAbove: v.FormValue("sure_above"), ApproveAbove: v.FormValue("approve_above")}
	g := desk.Guard{AllCountries: typed.Which == "all", PerNumber: wholeNumber(typed.PerNumber), SureAbove: wholeNumber(typed.SureAbove),
		ApproveAbove: wholeNumber(typed.ApproveAbove)}
	if typed.Which == "some" {
		g.Countries = typed.Countries
	}
	err := v.s.Desk.SaveGuard(v.Request().Context(), v.actor, g)
	if typed.Errors, err = fieldErrors(err); err != nil {
		return err
	}
	if len(typed.Errors) == 0 {
		return v.back("/settings/guard", "The spend guard is saved.")
	}
	return v.showGuard(http.StatusUnprocessableEntity, typed)
}

// wholeNumber reads what was typed, -1 for what is none.
func wholeNumber(typed string) int {
	n, err := strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(typed), ",", ""))
	if err != nil {
		return -1
	}
	return n
}

func (v *visit) storedGuard() *views.GuardForm {
	g := v.set.Guard
	form := views.GuardForm{Home: v.set.Country, Which: "home", Countries: g.Countries, PerNumber: strconv.Itoa(g.PerNumber),
		SureAbove: strconv.Itoa(g.SureAbove), ApproveAbove: strconv.Itoa(g.ApproveAbove)}
	switch {
	case g.AllCountries:
		form.Which = "all"
	case len(slices.DeleteFunc(slices.Clone(g.Countries), func(c string) bool { return c == v.set.Country })) > 0:
		form.Which = "some"
	}
	return &form
}

// care is what a review warns of. cause is why it was refused just now.
func (v *visit) care(d desk.Draft, cause error) (views.Care, error) {
	c := views.Care{AskSure: d.AskSure, Approval: d.Approval}
	for _, r := range desk.Refusals(cause) {
		if errors.Is(r, desk.ErrNotSure) {
			c.Error = r.Sentence
		}
	}
	repeats, err := v.s.Desk.Repeats(v.Request().Context(), v.actor, d)
	for _, r := range repeats {
		c.Repeats = append(c.Repeats, views.Repeat{Path: fmt.Sprintf("/batches/%d", r.BatchID), At: r.At, People: r.People, AtLeast: r.AtLeast})
	}
	return c, err
}

// unsure is a refusal without the part that is about being sure, which stands at
// its box.
func unsure(cause error) error {
	var rest []error
	for _, r := range desk.Refusals(cause) {
		if !errors.Is(r, desk.ErrNotSure) {
			rest = append(rest, r)
		}
	}
	if len(rest) == 0 && len(desk.Refusals(cause)) > 0 {
		return nil
	}
	if len(rest) > 0 {
		return errors.Join(rest...)
	}
	return cause
}
