package handlers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func numberPath(id int64) string { return fmt.Sprintf("/numbers/%d", id) }

// numbers lists the numbers that texts come in on.
func (v *visit) numbers() error { return v.showNumbers(http.StatusOK, "", nil) }

func (v *visit) showNumbers(status int, host string, cause error) error {
	ctx := v.Request().Context()
	all, err := v.s.Desk.Numbers(ctx, v.actor)
	if err != nil {
		return err
	}
	view := views.Numbers{Now: v.now(), Host: host}
	for _, n := range all {
		view.Lines = append(view.Lines, v.numberLine(n))
	}
	if view.MayAllow, err = v.s.Desk.MayAllowHosts(ctx, v.actor); err != nil {
		return err
	}
	hosts, err := v.s.Desk.ForwardHosts(ctx, v.actor)
	if err != nil {
		return err
	}
	for _, h := range hosts {
		view.Hosts = append(view.Hosts, views.ForwardHost{Host: h, Shown: desk.ShownHost(h)})
	}
	if view.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Numbers", "/numbers")
	if err != nil {
		return err
	}
	page.HasErrors = len(view.Errors) > 0
	return render(v.Context, status, views.NumbersPage(page, view))
}

func (v *visit) numberLine(n desk.Number) views.NumberLine {
	l := views.NumberLine{ID: n.ID, Number: n.Display(v.set.Country), Provider: n.Provider, Owner: n.OwnerName, Waiting: n.Waiting, GivenUp: n.GivenUp, Refused: desk.ShownHost(n.Refused)}
	if n.Forwards() {
		l.Method, l.Host = strings.ToUpper(n.ForwardMethod), n.Host()
	}
	if n.Last.ID != 0 {
		l.Last, l.LastAt = views.ForwardState(n.Last.State, n.Last.Tries), n.Last.CreatedAt.Time()
	}
	return l
}

// theNumber is the number of the address.
func (v *visit) theNumber() (desk.Number, error) {
	id, err := v.id()
	if err != nil {
		return desk.Number{}, err
	}
	return v.s.Desk.Number(v.Request().Context(), v.actor, id)
}

// numberAgain leads back to the number from the address of one of its buttons.
func (v *visit) numberAgain() error {
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	return redirect(v.Context, numberPath(n.ID))
}

func (v *visit) newNumberForm() error {
	return v.showNumberForm(http.StatusOK, desk.Number{}, desk.NumberForm{Owner: v.actor.User.Username}, nil)
}

func (v *visit) newNumber() error {
	form := v.typedNumber()
	id, err := v.s.Desk.AddNumber(v.Request().Context(), v.actor, form)
	if err != nil {
		return v.showNumberForm(http.StatusUnprocessableEntity, desk.Number{}, form, err)
	}
	n, err := v.s.Desk.Number(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	return v.back(numberPath(id), "%s is added.", n.Display(v.set.Country))
}

func (v *visit) editNumberForm() error {
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	return v.showNumberForm(http.StatusOK, n, desk.NumberForm{Provider: n.Provider, Owner: n.Owner, URL: n.URL(), Method: n.ForwardMethod, List: int64(n.ListID), Silent: !bool(n.Tells)}, nil)
}

func (v *visit) editNumber() error {
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	form := v.typedNumber()
	err = v.s.Desk.ChangeNumber(v.Request().Context(), v.actor, n.ID, form)
	if is(err, desk.ErrForbidden) || is(err, desk.ErrUnknownVMN) {
		return err
	}
	if err != nil {
		return v.showNumberForm(http.StatusUnprocessableEntity, n, form, err)
	}
	return v.back(numberPath(n.ID), "%s is saved.", n.Display(v.set.Country))
}

func (v *visit) typedNumber() desk.NumberForm {
	f := desk.NumberForm{Number: v.FormValue("number"), Provider: v.FormValue("provider"), Owner: v.FormValue("owner"), URL: v.FormValue("forward_url"),
		Method: v.FormValue("forward_method"), Auth: v.FormValue("forward_auth"), NoAuth: v.FormValue("no_auth") != "", Silent: v.FormValue("tells") == ""}
	if list := v.FormValue("list"); list != "" {
		id, err := strconv.ParseInt(list, 10, 64)
		if err != nil {
			id = -1 // which nobody has
		}
		f.List = id
	}
	return f
}

func (v *visit) showNumberForm(status int, n desk.Number, typed desk.NumberForm, cause error) error {
	choices, err := v.s.Desk.NumberChoices(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	form := views.NumberForm{ID: n.ID, Number: typed.Number, URL: typed.URL, Get: typed.Method == desk.ForwardGet, HasAuth: n.HasAuth(), NoAuth: typed.NoAuth, Tells: !typed.Silent}
	if len(choices.Providers) > 1 && typed.Provider == "" {
		form.Providers = append(form.Providers, ui.Option{Label: "Choose one"})
	}
	for _, name := range choices.Providers {
		form.Providers = append(form.Providers, ui.Option{Value: name, Label: name, Selected: name == typed.Provider})
	}
	if choices.Nobody {
		form.Owners = append(form.Owners, ui.Option{Label: "Nobody"})
	}
	names := map[int64]string{}
	for _, u := range choices.Owners {
		name := desk.Actor{User: u}.Name()
		names[u.ID] = name
		if name != u.Username {
			name += " (" + u.Username + ")"
		}
		form.Owners = append(form.Owners, ui.Option{Value: u.Username, Label: name, Selected: u.Username == typed.Owner})
	}
	if n.Owner != "" && names[int64(n.UserID)] == "" { // archived since
		form.Owners = append(form.Owners, ui.Option{Value: n.Owner, Label: n.OwnerName, Selected: n.Owner == typed.Owner})
	}
	form.Lists = append(form.Lists, ui.Option{Label: "None"})
	offered := n.ListID == 0
	for _, l := range choices.Lists {
		offered = offered || l.ID == int64(n.ListID)
		form.Lists = append(form.Lists, ui.Option{Value: strconv.FormatInt(l.ID, 10), Label: l.Name + " (" + views.Count(l.Entries) + ")", Group: names[l.UserID], Selected: l.ID == typed.List})
	}
	if !offered { // it is somebody's whose lists this person does not see
		form.Lists = append(form.Lists, ui.Option{Value: strconv.FormatInt(int64(n.ListID), 10), Label: n.List, Selected: int64(n.ListID) == typed.List})
	}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	title := "Add a number"
	if n.ID != 0 {
		form.Title = n.Display(v.set.Country)
		title = "Change " + form.Title
	}
	page, err := v.page(title, "/numbers")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.NumberFormPage(page, form))
}

func (v *visit) removeNumberForm() error {
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	page, err := v.page("Remove "+n.Display(v.set.Country)+"?", "/numbers")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.RemoveNumber(page, v.numberLine(n)))
}

func (v *visit) removeNumber() error {
	n, err := v.theNumber()
	if err != nil {
		return err
	}
	if err := v.s.Desk.RemoveNumber(v.Request().Context(), v.actor, n.ID); err != nil {
		return err
	}
	return v.back("/numbers", "%s is removed.", n.Display(v.set.Country))
}

// allowHost lets texts be forwarded to a host within the network.
func (v *visit) allowHost() error {
	host := v.FormValue("host")
	err := v.s.Desk.AllowForwardHost(v.Request().Context(), v.actor, host)
	if is(err, desk.ErrBadHost) {
		return v.showNumbers(http.StatusUnprocessableEntity, host, err)
	}
	if err != nil {
		return err
	}
	back := "/numbers"
	if id, err := strconv.ParseInt(v.FormValue("number"), 10, 64); err == nil && id > 0 {
		back = numberPath(id)
	}
	return v.back(back, "%s is allowed. What waits is tried again now.", strings.TrimSpace(host))
}

func (v *visit) forbidHost() error {
	host := v.FormValue("host")
	err := v.s.Desk.ForbidForwardHost(v.Request().Context(), v.actor, host)
	if is(err, desk.ErrBadHost) {
		return v.showNumbers(http.StatusUnprocessableEntity, "", err)
	}
	if err != nil {
		return err
	}
	return v.back("/numbers", "%s is closed to forwarding.", desk.ShownHost(host))
}
