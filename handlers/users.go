package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) users() error {
	tree, err := v.s.Desk.UserTree(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	list := views.Users{Now: v.now()}
	for _, b := range tree {
		u := b.User
		list.Rows = append(list.Rows, views.UserRow{ID: u.ID, Depth: b.Depth, Name: desk.Actor{User: u}.Name(), Username: u.Username, Level: views.Level(u.Level),
			Balance: u.Balance, Unlimited: bool(u.Unlimited), Low: desk.LowOnCredits(u), Suspended: u.SuspendedAt != 0,
			Seen: u.SeenAt.Time(), Self: u.ID == v.actor.User.ID})
	}
	page, err := v.page("Users", "/users")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.UsersPage(page, list))
}

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
	has := views.Plural(l.User.Balance, "credit", "credits")
	if credits < 0 {
		return v.back("/users", "%s taken back; %s has %s now.", views.Plural(-credits, "credit", "credits"), name, has)
	}
	return v.back("/users", "%s moved; %s has %s now.", views.Plural(credits, "credit", "credits"), name, has)
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
