package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// moveCreditsForm asks how many credits to move to or from somebody.
func (v *visit) moveCreditsForm() error {
	return v.showMove(http.StatusOK, views.MoveForm{}, nil)
}

// moveCredits shows what a move would do and, once that was confirmed, does it.
func (v *visit) moveCredits() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	form := views.MoveForm{Amount: v.FormValue("credits"), Back: v.FormValue("direction") == "back"}
	credits, _ := readCredits(form.Amount) // what is no number is 0, which the desk refuses
	if form.Back {
		credits = -credits
	}
	ctx := v.Request().Context()
	seen, err := strconv.ParseInt(v.FormValue("seen"), 10, 64)
	confirmed := v.FormValue("confirmed") != "" && err == nil && seen >= 0
	if confirmed {
		err = v.s.Desk.MoveCredits(ctx, v.actor, id, credits, seen)
		if err == nil {
			return v.moved(id, credits)
		}
		if !errors.Is(err, desk.ErrCreditsMoved) {
			return v.showMove(http.StatusUnprocessableEntity, form, err)
		}
	}
	m, err := v.s.Desk.PlanMove(ctx, v.actor, id, credits)
	if err != nil {
		return v.showMove(http.StatusUnprocessableEntity, form, err)
	}
	plan := moveView(m)
	plan.Form, plan.Changed = form, confirmed
	page, err := v.page(plan.Title(), "/users")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.ConfirmMove(page, plan))
}

func moveView(m desk.CreditMove) views.MovePlan {
	p := views.MovePlan{UserID: m.User.ID, Name: desk.Actor{User: m.User}.Name(), Credits: m.Credits, Before: m.User.Balance, After: m.UserAfter(),
		TopUp: m.TopUp(), Seen: m.Seen}
	if !p.TopUp {
		p.OwnBefore, p.OwnAfter = m.From.Balance, m.FromAfter()
	}
	return p
}

// moved says what was done, with the balance as it is now.
func (v *visit) moved(id, credits int64) error {
	l, err := v.s.Desk.Ledger(v.Request().Context(), v.actor, desk.LedgerFilter{UserID: id, Limit: 1})
	if err != nil {
		return err
	}
	name := desk.Actor{User: l.User}.Name()
	at := "/users/" + strconv.FormatInt(id, 10)
	has := views.Plural(l.User.Balance, "credit", "credits")
	if credits < 0 {
		return v.back(at, "%s taken back; %s has %s now.", views.Plural(-credits, "credit", "credits"), name, has)
	}
	return v.back(at, "%s moved; %s has %s now.", views.Plural(credits, "credit", "credits"), name, has)
}

func (v *visit) showMove(status int, form views.MoveForm, cause error) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if id == v.actor.User.ID {
		return redirect(v.Context, "/credits")
	}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	if errors.Is(cause, desk.ErrUnknownUser) {
		return cause
	}
	l, err := v.s.Desk.Ledger(v.Request().Context(), v.actor, desk.LedgerFilter{UserID: id, Limit: 1})
	if err != nil {
		return err
	}
	form.UserID, form.Name, form.Balance, form.Unlimited = l.User.ID, desk.Actor{User: l.User}.Name(), l.User.Balance, bool(l.User.Unlimited)
	form.Own, form.OwnUnlimited = v.actor.User.Balance, bool(v.actor.User.Unlimited)
	page, err := v.page("Move credits", "/users")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.MovePage(page, form))
}
