package handlers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/handlers/fastsmsapi"
	"textdesk/handlers/feedzonapi"
	"textdesk/views"
	"textdesk/views/ui"
)

// developers is the page for whoever writes scripts.
func (v *visit) developers() error {
	ctx := v.Request().Context()
	keys, err := v.s.Desk.Keys(ctx, v.actor)
	if err != nil {
		return err
	}
	example := v.apiExample("YOUR-TOKEN")
	d := views.Developers{API: example, Now: v.now(), Admin: v.actor.Admin(), Zone: views.ZoneWords(v.set.Zone)}
	for _, k := range keys {
		token, err := v.s.Desk.Token(ctx, v.actor, k.ID)
		if err != nil {
			return err
		}
		d.Tokens = append(d.Tokens, tokenLimits(token))
	}
	for _, c := range fastsmsapi.Codes() {
		d.Codes = append(d.Codes, views.ErrorCode{Code: int(c.Code), Text: c.Text})
	}
	served := fastsmsapi.Actions()
	for _, c := range views.APICalls(v.now()) {
		if served[c.Action] && (!c.Admin || v.actor.Admin()) {
			d.Calls = append(d.Calls, c)
		}
	}
	page, err := v.page("Developers", "")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.DevelopersPage(page, d))
}

func tokenLimits(t desk.Token) views.TokenLimits {
	return views.TokenLimits{Token: tokenView(t.APIKey), By: t.Username, Rate: strconv.FormatInt(t.Rate, 10), Burst: strconv.FormatInt(t.Burst, 10)}
}

// tokenCalls shows what scripts have lately called with a token.
func (v *visit) tokenCalls() error { return v.showTokenCalls(http.StatusOK, nil, nil) }

func (v *visit) tokenCallsAgain() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return redirect(v.Context, tokenPath(id))
}

func tokenPath(id int64) string { return fmt.Sprintf("/developers/tokens/%d", id) }

// setTokenRate limits how often a token may be used.
func (v *visit) setTokenRate() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	typed := [2]string{v.FormValue("rate"), v.FormValue("burst")}
	var n [2]int64
	for i, t := range typed {
		if n[i], err = strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(t), ",", ""), 10, 64); err != nil {
			n[i] = -1 // which is refused
		}
	}
	if err := v.s.Desk.SetTokenRate(v.Request().Context(), v.actor, id, n[0], n[1]); err != nil {
		if wholly(err) {
			return err
		}
		return v.showTokenCalls(http.StatusUnprocessableEntity, &typed, err)
	}
	return v.back(tokenPath(id), "The limit is saved. It counts from the next call.")
}

func (v *visit) showTokenCalls(status int, typed *[2]string, cause error) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	token, calls, err := v.s.Desk.Calls(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	view := views.TokenCalls{Token: tokenLimits(token), Now: v.now(), Mine: token.UserID == v.actor.User.ID, MaySet: v.actor.Admin(), Kept: desk.CallsKept, Acting: v.actor.Acting()}
	if typed != nil {
		view.Token.Rate, view.Token.Burst = typed[0], typed[1]
	}
	if view.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	for _, c := range calls {
		line := views.CallLine{At: c.At, Method: c.Method, Action: c.Action, Answer: c.Answer, Code: c.Code, Took: c.Took, Address: c.Address}
		for _, p := range c.Parameters {
			line.Parameters = append(line.Parameters, p[0]+"="+p[1])
		}
		switch {
		case c.Code != 0 && token.Gateway != "":
			line.Words = feedzonapi.Code(c.Code).Text()
		case c.Code != 0:
			line.Words = fastsmsapi.Code(c.Code).Text()
		}
		line.Why = desk.RefusalWords(c.Refusal)
		view.Calls = append(view.Calls, line)
	}
	page, err := v.page("Calls with "+token.Name, "")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Wide, len(view.Errors) > 0
	return render(v.Context, status, views.TokenCallsPage(page, view))
}
