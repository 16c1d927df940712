package handlers

import (
	"errors"
	"net/http"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) suppressions() error {
	return v.showSuppressions(http.StatusOK, views.Paste{}, "", nil)
}

// suppress puts numbers on the list. Where some were none, the page shows them
// at once, to be put right.
func (v *visit) suppress() error {
	typed, reason := v.FormValue("people"), v.FormValue("reason")
	done, err := v.s.Desk.Suppress(v.Request().Context(), v.actor, typed, reason)
	switch {
	case err != nil && wholly(err):
		return err
	case err != nil:
		return v.showSuppressions(http.StatusUnprocessableEntity, views.Paste{Typed: typed}, reason, err)
	case len(done.Bad) > 0:
		return v.showSuppressions(http.StatusOK, pasteView(done, "added", "on the list already"), reason, nil)
	}
	return v.back("/suppressions", "%s", pasteSentence(done, "added", "on the list already"))
}

func (v *visit) showSuppressions(status int, paste views.Paste, reason string, cause error) error {
	ctx := v.Request().Context()
	found, names, paging, err := v.s.Desk.Suppressions(ctx, v.actor, v.bookSearch())
	if err != nil {
		return err
	}
	s := views.Suppressions{Book: v.book("/suppressions", paging, len(found)), Now: v.now(), Paste: paste, Reason: reason}
	origins, err := v.s.Desk.OptOutOrigins(ctx, v.actor, found)
	if err != nil {
		return err
	}
	for _, n := range found {
		row := v.suppressionView(n.Number, n.Reason)
		row.At, row.By, row.Staff = n.AddedAt.Time(), names[int64(n.AddedBy)], n.How == desk.ByStaff
		if o, ok := origins[n.Number]; ok {
			row.Word, row.Said = o.Word, o.Text
			if o.MessageID != 0 {
				row.Answering, row.AnsweringPath = views.Kept(o.Message), messagePath(o.MessageID)
			}
		}
		switch {
		case n.How == desk.ByWord:
			row.By = "Themselves"
		case n.AddedBy == 0:
			row.By = "The desk"
		}
		s.Numbers = append(s.Numbers, row)
	}
	if s.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Not to be texted", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors = len(s.Errors) > 0
	return render(v.Context, status, views.SuppressionsPage(page, s))
}

func (v *visit) suppressionView(number sms.MSISDN, reason string) views.Suppression {
	return views.Suppression{Number: number.Display(v.set.Country), Digits: number.Digits(), Reason: reason}
}

// allowForm asks before a number may be texted again.
func (v *visit) allowForm() error { return v.showAllow(http.StatusOK, "", nil) }

func (v *visit) allow() error {
	number := sms.MSISDN("+" + v.FormValue("number"))
	err := v.s.Desk.Unsuppress(v.Request().Context(), v.actor, number, v.FormValue("reason"))
	switch {
	case errors.Is(err, desk.ErrNotSuppressed):
		return v.back("/suppressions", "%s", err.Error())
	case err != nil:
		return v.showAllow(http.StatusUnprocessableEntity, v.FormValue("reason"), err)
	}
	return v.back("/suppressions", "%s may be texted again.", number.Display(v.set.Country))
}

func (v *visit) showAllow(status int, typed string, cause error) error {
	s, err := v.s.Desk.Suppression(v.Request().Context(), v.actor, sms.MSISDN("+"+v.FormValue("number")))
	if err != nil {
		if len(desk.Refusals(err)) > 0 {
			return v.back("/suppressions", "%s", err.Error())
		}
		return err
	}
	a := views.Allow{Suppression: v.suppressionView(s.Number, s.Reason), Why: typed}
	a.Staff = s.How == desk.ByStaff
	if a.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Allow a number again", "/contacts")
	if err != nil {
		return err
	}
	page.HasErrors, page.Width = len(a.Errors) > 0, ui.Narrow
	return render(v.Context, status, views.AllowPage(page, a))
}
