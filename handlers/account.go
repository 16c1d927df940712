package handlers

import (
	"context"
	"net/http"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) account() error { return v.showAccount(http.StatusOK, "", nil) }

// accountAgain leads back to the account from the address of one of its forms.
func (v *visit) accountAgain() error { return redirect(v.Context, "/account") }

func (v *visit) changePassword() error {
	err := v.s.Desk.ChangePassword(v.Request().Context(), v.actor, v.FormValue("current"), v.FormValue("password"), v.FormValue("repeat"), v.s.token(v.Context))
	if err != nil {
		return v.showAccount(http.StatusUnprocessableEntity, "", err)
	}
	return v.back("/account", "Your password is changed. Everywhere else you are signed out.")
}

func (v *visit) signOutElsewhere() error {
	if err := v.s.Desk.SignOutElsewhere(v.Request().Context(), v.actor, v.s.token(v.Context)); err != nil {
		return err
	}
	return v.back("/account", "Everywhere else you are signed out.")
}

// newToken shows the token in its own answer, which no cache keeps: it stands
// in no address, no cookie and no log. A form that is sent again is refused,
// because the name is taken.
func (v *visit) newToken() error {
	name := v.FormValue("name")
	token, err := v.s.Desk.NewKey(v.Request().Context(), v.actor, name)
	if err != nil {
		return v.showAccount(http.StatusUnprocessableEntity, name, err)
	}
	page, err := v.page("Your new token", "")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.NewToken(page, name, v.apiExample(token)))
}

func (v *visit) revokeForm() error {
	key, err := v.key()
	if err != nil {
		return err
	}
	page, err := v.page("Revoke the token for "+key.Name+"?", "")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.RevokeToken(page, tokenView(key), v.now()))
}

func (v *visit) revoke() error {
	key, err := v.key()
	if err != nil {
		return err
	}
	if err := v.s.Desk.RevokeKey(v.Request().Context(), v.actor, key.ID); err != nil {
		return err
	}
	return v.back("/account", "The token for %s is revoked.", key.Name)
}

// key is the token that the address names, if it is the visitor's own.
func (v *visit) key() (desk.APIKey, error) { return v.keyAmong(v.s.Desk.Keys) }

func (v *visit) keyAmong(list func(context.Context, desk.Actor) ([]desk.APIKey, error)) (desk.APIKey, error) {
	id, err := v.id()
	if err != nil {
		return desk.APIKey{}, err
	}
	keys, err := list(v.Request().Context(), v.actor)
	if err != nil {
		return desk.APIKey{}, err
	}
	for _, k := range keys {
		if k.ID == id {
			return k, nil
		}
	}
	return desk.APIKey{}, desk.ErrUnknownKey
}

func tokenView(k desk.APIKey) views.Token {
	return views.Token{ID: k.ID, Name: k.Name, Hint: k.Hint, CreatedAt: k.CreatedAt, LastUsedAt: k.LastUsedAt, Gateway: k.Gateway, Disabled: !k.DisabledAt.IsZero()}
}

func (v *visit) showAccount(status int, tokenName string, cause error) error {
	ctx := v.Request().Context()
	a := views.Account{Name: v.actor.Name(), Username: v.actor.User.Username, Email: v.actor.User.Email, Level: views.Level(v.actor.User.Level),
		Credits: credits(v.actor), TokenName: tokenName, API: v.apiExample("YOUR-TOKEN"), Now: v.now(), Acting: v.actor.Acting(),
		SecondFactor: v.actor.User.SecondAt != 0, SecondNeeded: desk.NeedsSecond(v.actor, v.set), Limits: limitWords(v.actor.User, false),
		Low: desk.LowOnCredits(v.actor.User)}
	var err error
	if a.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	if a.RecoveryCodes, err = v.s.Desk.RecoveryCodesLeft(ctx, v.actor); err != nil {
		return err
	}
	sessions, err := v.s.Desk.SessionsOf(ctx, v.actor, v.s.token(v.Context))
	if err != nil {
		return err
	}
	for _, s := range sessions {
		a.Sessions = append(a.Sessions, views.SignedIn{Agent: s.Agent, Address: s.Address, SeenAt: s.SeenAt, This: s.This})
	}
	keys, err := v.s.Desk.Keys(ctx, v.actor)
	if err != nil {
		return err
	}
	for _, k := range keys {
		a.Tokens = append(a.Tokens, tokenView(k))
	}
	page, err := v.page("Account", "")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(a.Errors) > 0
	return render(v.Context, status, views.AccountPage(page, a))
}

// apiExample is how a script calls this desk.
func (v *visit) apiExample(token string) views.APIExample {
	sender := v.actor.User.Sender
	if sender == "" {
		sender = v.set.Sender
	}
	if sender == "" {
		sender = "Office"
	}
	return views.APIExample{URL: v.s.publicURL(v.Request()) + "/api", Token: token, Sender: sender}
}
