package handlers

import (
	"context"
	"net/http"

	"textdesk/desk"
	"textdesk/handlers/feedzonapi"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// feedzon is the page for whoever has a program that speaks feedzon.
func (v *visit) feedzon() error { return v.showFeedzon(http.StatusOK, nil) }

func (v *visit) feedzonAgain() error { return redirect(v.Context, "/developers/feedzon") }

func (v *visit) showFeedzon(status int, cause error) error {
	ctx := v.Request().Context()
	d := views.Feedzon{API: v.feedzonExample("YOUR-KEY", desk.GatewayBulkSMS), Now: v.now(), Zone: views.ZoneWords(v.set.Zone), Acting: v.actor.Acting(),
		Name: v.FormValue("name"), Gateway: v.FormValue("gateway")}
	if cause == nil {
		d.Gateway = desk.GatewayBulkSMS
	}
	var err error
	if d.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	keys, err := v.s.Desk.ServiceKeys(ctx, v.actor)
	if err != nil {
		return err
	}
	for _, k := range keys {
		token, err := v.s.Desk.Token(ctx, v.actor, k.ID)
		if err != nil {
			return err
		}
		d.Keys = append(d.Keys, tokenLimits(token))
	}
	for _, c := range feedzonapi.Codes() {
		d.Codes = append(d.Codes, views.ErrorCode{Code: int(c), Text: c.Text()})
	}
	for _, s := range sms.Statuses() {
		d.States = append(d.States, views.FeedzonState{Status: s, BulkSMS: feedzonapi.StatusValue(desk.GatewayBulkSMS, s), Clickatell: feedzonapi.StatusValue(desk.GatewayClickatell, s)})
	}
	page, err := v.page("Developers", "")
	if err != nil {
		return err
	}
	page.HasErrors = len(d.Errors) > 0
	return render(v.Context, status, views.FeedzonPage(page, d))
}

// feedzonExample is how a program calls this desk.
func (v *visit) feedzonExample(key, gateway string) views.FeedzonExample {
	return views.FeedzonExample{URL: v.s.publicURL(v.Request()) + feedzonapi.Path[:len(feedzonapi.Path)-1], Key: key, Reference: feedzonapi.Reference(gateway, 10000001)}
}

// newServiceKey shows the key in its own answer, as newToken does.
func (v *visit) newServiceKey() error {
	name, gateway := v.FormValue("name"), v.FormValue("gateway")
	key, err := v.s.Desk.NewServiceKey(v.Request().Context(), v.actor, name, gateway)
	if err != nil {
		return v.showFeedzon(http.StatusUnprocessableEntity, err)
	}
	page, err := v.page("Your new service key", "")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.NewServiceKeyPage(page, name, v.feedzonExample(key, gateway)))
}

func (v *visit) disableKey() error {
	return v.switchKey(v.s.Desk.DisableKey, "The key for %s is disabled. Calls with it are refused from this moment.")
}

func (v *visit) enableKey() error {
	return v.switchKey(v.s.Desk.EnableKey, "The key for %s opens again.")
}

func (v *visit) switchKey(do func(context.Context, desk.Actor, int64) error, sentence string) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	token, err := v.s.Desk.Token(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	if err := do(v.Request().Context(), v.actor, id); err != nil {
		return err
	}
	back := "/developers/feedzon"
	if v.FormValue("back") == "calls" {
		back = tokenPath(id)
	}
	return v.back(back, sentence, token.Name)
}

func (v *visit) removeKeyForm() error {
	key, err := v.serviceKey()
	if err != nil {
		return err
	}
	page, err := v.page("Remove the key for "+key.Name+"?", "")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.RemoveServiceKey(page, tokenView(key), v.now()))
}

func (v *visit) removeKey() error {
	key, err := v.serviceKey()
	if err != nil {
		return err
	}
	if err := v.s.Desk.RevokeKey(v.Request().Context(), v.actor, key.ID); err != nil {
		return err
	}
	return v.back("/developers/feedzon", "The key for %s is removed.", key.Name)
}

// serviceKey is the key that the address names, if it is the visitor's own.
func (v *visit) serviceKey() (desk.APIKey, error) { return v.keyAmong(v.s.Desk.ServiceKeys) }
