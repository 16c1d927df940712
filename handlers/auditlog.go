package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/views"
	"textdesk/views/ui"
)

const auditLength = 50

// auditKinds are what the log can be narrowed to.
var auditKinds = [][2]string{{"", "Everything"}, {"sign_in", "Signing in"}, {"account", "Own accounts"}, {"user", "Users"}, {"user.credits", "Credits moved"},
	{"user.act_as", "Acting as others"}, {"token", "API tokens"}, {"batch", "Sends"}, {"message", "Messages"}, {"recurring", "Repeating sends"}, {"template", "Templates"},
	{"contact", "Contacts"}, {"group", "Groups"}, {"list", "Lists"}, {"suppression", "Numbers not to text"}, {"provider", "Providers"}, {"settings", "Settings"},
	{"maintenance", "Maintenance"}}

func (v *visit) auditFilter() desk.AuditFilter {
	f := desk.AuditFilter{UserID: v.cursor("user"), From: v.QueryParam("from"), To: v.QueryParam("to"), Before: v.cursor("before"), After: v.cursor("after"), Limit: auditLength}
	for _, k := range auditKinds {
		if k[0] == v.QueryParam("kind") {
			f.Kind = k[0]
		}
	}
	return f
}

// auditPath is the address of a filter.
func auditPath(path string, f desk.AuditFilter) string {
	q := url.Values{}
	for name, value := range map[string]string{"kind": f.Kind, "from": f.From, "to": f.To} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, id := range map[string]int64{"user": f.UserID, "before": f.Before, "after": f.After} {
		if id != 0 {
			q.Set(name, strconv.FormatInt(id, 10))
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (v *visit) audit() error {
	ctx := v.Request().Context()
	f := v.auditFilter()
	log, err := v.s.Desk.AuditLog(ctx, v.actor, f)
	if err == nil && f.After != 0 && !log.Newer {
		f.After = 0 // the newest page, so that it is full
		log, err = v.s.Desk.AuditLog(ctx, v.actor, f)
	}
	status, page := http.StatusOK, views.AuditLog{Now: v.now(), From: f.From, To: f.To}
	if errors.Is(err, desk.ErrBadDates) {
		status = http.StatusUnprocessableEntity
		if page.Errors, err = fieldErrors(err); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	for _, e := range log.Entries {
		page.Entries = append(page.Entries, auditView(e))
	}
	all := f
	all.Before, all.After = 0, 0
	page.Filtered, page.CSVPath = auditPath("", all) != "", auditPath("/audit/log.csv", all)
	if n := len(log.Entries); n > 0 {
		if log.Newer {
			newer := all
			newer.After = log.Entries[0].ID
			page.Newer = auditPath("/audit", newer)
		}
		if log.Older {
			older := all
			older.Before = log.Entries[n-1].ID
			page.Older = auditPath("/audit", older)
		}
	} else if f.Before != 0 {
		page.Newer = auditPath("/audit", all)
	}
	for _, k := range auditKinds {
		page.Kinds = append(page.Kinds, ui.Option{Value: k[0], Label: k[1], Selected: k[0] == f.Kind})
	}
	users, err := v.s.Desk.Users(ctx, v.actor)
	if err != nil {
		return err
	}
	page.People = []ui.Option{{Label: "Everybody"}}
	for _, u := range users {
		page.People = append(page.People, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: desk.Actor{User: u}.Name(), Selected: u.ID == f.UserID})
	}
	shell, err := v.page("Audit log", "/audit")
	if err != nil {
		return err
	}
	shell.HasErrors = len(page.Errors) > 0
	return render(v.Context, status, views.AuditPage(shell, page))
}

func auditView(e desk.AuditEntry) views.AuditEntry {
	return views.AuditEntry{At: e.At, By: e.By, As: e.As, Address: e.Address, Action: e.Action, Subject: e.Subject, Detail: e.Detail}
}

func (v *visit) auditCSV() error {
	columns := []sheet.Column{{Title: "When"}, {Title: "Who", Width: 24}, {Title: "What", Width: 50}, {Title: "Detail", Width: 50}, {Title: "From where"}, {Title: "Action"}}
	return v.table(v.kind(), "audit-"+v.today(), "Audit log", columns, func(row func(...string) error) error {
		return v.s.Desk.EachAuditEntry(v.Request().Context(), v.actor, v.auditFilter(), func(e desk.AuditEntry) error {
			shown := auditView(e)
			return row(v.stamp(e.At), shown.Who(), shown.What(), e.Detail, e.Address, e.Action)
		})
	})
}

// doors is the part of the settings about getting in.
func (v *visit) doors() error { return v.showDoors(http.StatusOK, "", nil) }

func (v *visit) savePolicy() error {
	if err := v.s.Desk.SaveSecondFactorPolicy(v.Request().Context(), v.actor, v.FormValue("second_factor")); err != nil {
		return v.showDoors(http.StatusUnprocessableEntity, "", err)
	}
	return v.back("/settings/sign-in", "Saved.")
}

func (v *visit) savePasswordCalls() error {
	if err := v.s.Desk.SavePasswordCalls(v.Request().Context(), v.actor, v.FormValue("programs")); err != nil {
		return v.showDoors(http.StatusUnprocessableEntity, "", err)
	}
	return v.back("/settings/sign-in", "Saved.")
}

func (v *visit) setMaintenance() error {
	on, note := v.FormValue("closed") == "yes", v.FormValue("note")
	if err := v.s.Desk.SetMaintenance(v.Request().Context(), v.actor, on, note); err != nil {
		return v.showDoors(http.StatusUnprocessableEntity, note, err)
	}
	if on {
		return v.back("/settings/sign-in", "The desk is closed to all but administrators.")
	}
	return v.back("/settings/sign-in", "The desk is open.")
}

func (v *visit) showDoors(status int, note string, cause error) error {
	form := views.DoorsForm{Policy: v.set.SecondFactor, Passwords: v.set.PasswordCalls, Closed: v.set.Maintenance.On, Since: ui.When{At: v.set.Maintenance.Since, Now: v.now()}, Note: note}
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Signing in and maintenance", "/settings")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.DoorsPage(page, form))
}
