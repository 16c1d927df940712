package handlers

import (
	"net/http"
	"strconv"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// ask shows the page that asks once more.
func (v *visit) ask(title string, a views.Ask, cause error) error {
	status := http.StatusOK
	if refusals := desk.Refusals(cause); len(refusals) > 0 {
		a.Problem, status = refusals[0].Sentence, http.StatusUnprocessableEntity
	} else if cause != nil {
		return cause
	}
	page, err := v.page(title, "/users")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, status, views.AskPage(page, a))
}

// deed does something with the user whom the address names, and leads back to
// them.
func (v *visit) deed(do func(desk.UserAccount) error, sentence string) error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	if err := do(acc); err != nil {
		return err
	}
	return v.back(userPath(acc), sentence, userName(acc))
}

func (v *visit) suspendForm() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	name := userName(acc)
	return v.ask("Suspend "+name+"?", views.Ask{Label: "Suspend " + name, Path: userPath(acc) + "/suspend", CancelPath: userPath(acc), Danger: true, Consequences: []string{
		"They are signed out everywhere and cannot sign in.",
		"Their API tokens are refused until you let them in again.",
		"Texts that they have sent or scheduled go on; repeating sends are refused at their times.",
		"Their credits stay with them."}}, nil)
}

func (v *visit) suspend() error {
	return v.deed(func(acc desk.UserAccount) error {
		return v.s.Desk.Suspend(v.Request().Context(), v.actor, acc.User.Username)
	}, "%s is suspended.")
}

func (v *visit) resumeUser() error {
	return v.deed(func(acc desk.UserAccount) error {
		return v.s.Desk.Resume(v.Request().Context(), v.actor, acc.User.Username)
	}, "%s is let in again.")
}

func (v *visit) unlimited() error {
	return v.deed(func(acc desk.UserAccount) error {
		return v.s.Desk.SetUnlimited(v.Request().Context(), v.actor, acc.User.Username, true)
	}, "The credits of %s are not counted any more.")
}

func (v *visit) limited() error {
	return v.deed(func(acc desk.UserAccount) error {
		return v.s.Desk.SetUnlimited(v.Request().Context(), v.actor, acc.User.Username, false)
	}, "The credits of %s are counted from now on.")
}

func (v *visit) archiveForm() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	p, err := v.s.Desk.PlanArchive(v.Request().Context(), v.actor, id)
	if err != nil && p.User.ID == 0 {
		return err
	}
	name, at := desk.Actor{User: p.User}.Name(), "/users/"+strconv.FormatInt(id, 10)
	a := views.Ask{Label: "Archive " + name, Path: at + "/archive", CancelPath: at, Danger: true,
		Consequences: []string{"They are signed out everywhere and cannot sign in any more."}}
	add := func(words string) { a.Consequences = append(a.Consequences, words) }
	if p.Tokens > 0 {
		add(views.Plural(p.Tokens, "API token ends.", "API tokens end."))
	}
	if p.Waiting > 0 {
		add(views.Plural(p.Waiting, "text that has not left is taken back.", "texts that have not left are taken back."))
	}
	if p.Recurring > 0 {
		add(views.Plural(p.Recurring, "repeating send ends.", "repeating sends end."))
	}
	switch {
	case p.Credits <= 0 && p.Reserved <= 0:
	case p.Parent.ID == 0 || bool(p.Parent.Unlimited):
		add("Their " + views.Plural(p.Credits, "credit ends", "credits end") + " with them, with those that the texts taken back give free.")
	default:
		add("Their " + views.Plural(p.Credits, "credit goes", "credits go") + " to " + desk.Actor{User: p.Parent}.Name() + ", with those that the texts taken back give free.")
	}
	add("What they sent stays in the outbox and in reports, under their name.")
	return v.ask("Archive "+name+"?", a, err)
}

func (v *visit) archive() error {
	return v.deed(func(acc desk.UserAccount) error {
		return v.s.Desk.Archive(v.Request().Context(), v.actor, acc.User.ID)
	}, "%s is archived.")
}

func (v *visit) restoreForm() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	name := userName(acc)
	return v.ask("Bring back "+name+"?", views.Ask{Label: "Bring back " + name, Path: userPath(acc) + "/restore", CancelPath: userPath(acc), Consequences: []string{
		"You get a one-time link for them, with which they choose a new password.",
		"They have no credits and no API tokens; repeating sends stay ended."}}, nil)
}

func (v *visit) restore() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	link, err := v.s.Desk.Restore(v.Request().Context(), v.actor, acc.User.ID)
	if err != nil {
		return err
	}
	return v.showLink(userName(acc)+" is back", acc.User.ID, userName(acc), link)
}

func (v *visit) linkForm() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	name := userName(acc)
	if desk.StateOf(acc.User) == desk.UserInvited {
		return v.ask("Make a link for "+name+"?", views.Ask{Label: "Make a one-time link", Path: userPath(acc) + "/link", CancelPath: userPath(acc), Consequences: []string{
			"Whoever has the link chooses the password of " + name + ", once, within a week.", "An earlier link does not work any more."}}, nil)
	}
	return v.ask("Reset the password of "+name+"?", views.Ask{Label: "Reset the password", Path: userPath(acc) + "/link", CancelPath: userPath(acc), Danger: true, Consequences: []string{
		"They are signed out everywhere, and their password does not work any more.",
		"You get a one-time link for them, with which they choose a new one, within 24 hours.",
		"Their API tokens go on."}}, nil)
}

func (v *visit) newLink() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	link, err := v.s.Desk.NewLink(v.Request().Context(), v.actor, acc.User.ID)
	if err != nil {
		return err
	}
	return v.showLink("A link for "+userName(acc), acc.User.ID, userName(acc), link)
}

func (v *visit) takeSecondForm() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	name := userName(acc)
	return v.ask("Take the second factor from "+name+"?", views.Ask{Label: "Take it away", Path: userPath(acc) + "/second-factor", CancelPath: userPath(acc), Danger: true, Consequences: []string{
		"They sign in with their password alone, until they set up another one.",
		"They are signed out everywhere. Be sure that it is them who asks."}}, nil)
}

func (v *visit) takeSecond() error {
	return v.deed(func(acc desk.UserAccount) error {
		return v.s.Desk.ResetSecondFactor(v.Request().Context(), v.actor, acc.User.Username)
	}, "%s signs in with a password alone now.")
}

func (v *visit) newUserToken() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	name := v.FormValue("name")
	token, err := v.s.Desk.NewKeyOf(v.Request().Context(), v.actor, acc.User.ID, name)
	if err != nil {
		return v.showUser(http.StatusUnprocessableEntity, name, err)
	}
	page, err := v.page("A new token for "+userName(acc), "/users")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.ShowToken(page, acc.User.ID, name, token))
}

// keyOf is the token that the address names, if it is the user's.
func (v *visit) keyOf() (desk.UserAccount, desk.APIKey, error) {
	acc, err := v.userAccount()
	if err != nil {
		return acc, desk.APIKey{}, err
	}
	id, err := strconv.ParseInt(v.Param("key"), 10, 64)
	for _, k := range acc.Keys {
		if err == nil && k.ID == id {
			return acc, k, nil
		}
	}
	return acc, desk.APIKey{}, desk.ErrUnknownKey
}

func (v *visit) revokeOfForm() error {
	acc, key, err := v.keyOf()
	if err != nil {
		return err
	}
	return v.ask("Revoke the "+kindOf(key)+" for "+key.Name+"?", views.Ask{Label: "Revoke the " + kindOf(key), Path: userPath(acc) + "/tokens/" + strconv.FormatInt(key.ID, 10) + "/revoke",
		CancelPath: userPath(acc), Danger: true, Consequences: []string{"Whatever uses it can send nothing more in the name of " + userName(acc) + ", from this moment.",
			"Texts that it has sent already go on."}}, nil)
}

func (v *visit) revokeOf() error {
	acc, key, err := v.keyOf()
	if err != nil {
		return err
	}
	if err := v.s.Desk.RevokeKeyOf(v.Request().Context(), v.actor, acc.User.ID, key.ID); err != nil {
		return err
	}
	return v.back(userPath(acc), "The %s for %s is revoked.", kindOf(key), key.Name)
}

func kindOf(k desk.APIKey) string {
	if k.Gateway != "" {
		return "service key"
	}
	return "token"
}

// actAs makes this session one in somebody's name.
func (v *visit) actAs() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	if err := v.s.Desk.ActAs(v.Request().Context(), v.actor, v.s.token(v.Context), acc.User.ID); err != nil {
		return err
	}
	return redirect(v.Context, "/")
}

func (v *visit) stopActing() error {
	acting, id := v.actor.Acting(), v.actor.User.ID
	if err := v.s.Desk.StopActing(v.Request().Context(), v.actor, v.s.token(v.Context)); err != nil {
		return err
	}
	if !acting {
		return redirect(v.Context, "/")
	}
	return v.back("/users/"+strconv.FormatInt(id, 10), "You are yourself again.")
}
