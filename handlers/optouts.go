package handlers

import (
	"errors"
	"strings"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

// decideOptOut says of a text that looks as if it asked for no more texts that
// it does, or that it does not, as the button says.
func (v *visit) decideOptOut() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	ctx, to := v.Request().Context(), localPath(v.FormValue("back"))
	if v.FormValue("do") == "no" {
		number, err := v.s.Desk.NotOptOut(ctx, v.actor, id)
		if errors.Is(err, desk.ErrNotAsking) {
			return v.back(to, "%s", err.Error())
		}
		if err != nil {
			return err
		}
		return v.back(to, "%s can be texted as before.", number.Display(v.set.Country))
	}
	number, err := v.s.Desk.OptOut(ctx, v.actor, id)
	if err != nil {
		return err
	}
	return v.back(to, "Nobody here may text %s any more. A reply of START brings them back.", number.Display(v.set.Country))
}

// decidedAlready is the address of a button, opened by itself.
func (v *visit) decidedAlready() error { return redirect(v.Context, "/inbox") }

// localPath is a path of ours that a form came with, or the inbox.
func localPath(typed string) string {
	if !strings.HasPrefix(typed, "/") || strings.HasPrefix(typed, "//") || strings.ContainsAny(typed, "\\\r\n") {
		return "/inbox"
	}
	return typed
}

// asking is the question about a number, nil where there is none. back is where
// the answer leads to.
func (v *visit) asking(number sms.MSISDN, back string) (*views.Asking, error) {
	a, err := v.s.Desk.AskingFrom(v.Request().Context(), v.actor, number)
	if err != nil || a.ID == 0 {
		return nil, err
	}
	return &views.Asking{ID: a.ID, Text: views.Kept(a.Body), At: a.At, Now: v.now(), Back: back}, nil
}
