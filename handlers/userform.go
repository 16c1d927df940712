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

func (v *visit) newUserForm() error {
	return v.showNewUser(http.StatusOK, views.UserForm{Level: desk.LevelNormal}, nil)
}

// userForm is the account as typed.
func (v *visit) userForm() views.UserForm {
	return views.UserForm{Username: v.FormValue("username"), First: v.FormValue("first_name"), Last: v.FormValue("last_name"), Email: v.FormValue("email"),
		Telephone: v.FormValue("telephone"), Level: v.FormValue("level"), Sender: v.FormValue("sender"), Credits: v.FormValue("credits"),
		Reminder: v.FormValue("reminder"), AlertDays: v.FormValue("alert_days"), Unlimited: v.FormValue("unlimited") != ""}
}

// typedCount reads a number that may be missing; what is none is -1, which the
// desk refuses.
func typedCount(typed string) int64 {
	if strings.TrimSpace(typed) == "" {
		return 0
	}
	n, ok := readCredits(typed)
	if !ok {
		return -1
	}
	return n
}

// newUser shows what creating a user does to credits and asks how they get in;
// confirmed, it creates them.
func (v *visit) newUser() error {
	ctx := v.Request().Context()
	form := v.userForm()
	u := desk.NewUser{Username: form.Username, FirstName: form.First, LastName: form.Last, Email: form.Email, Telephone: form.Telephone, Level: form.Level,
		Sender: form.Sender, Credits: typedCount(form.Credits), CreditReminder: typedCount(form.Reminder), InactiveAlertDays: typedCount(form.AlertDays), Unlimited: form.Unlimited}
	if u.Unlimited {
		u.Credits = 0
	}
	plan, err := v.s.Desk.PlanUser(ctx, v.actor, u, true)
	if err != nil {
		return v.showNewUser(http.StatusUnprocessableEntity, form, err)
	}
	name := desk.Actor{User: desk.Person{Username: plan.NewUser.Username, FirstName: plan.NewUser.FirstName, LastName: plan.NewUser.LastName}}.Name()
	withPassword := v.FormValue("way") == "password"
	if v.FormValue("confirmed") == "" {
		return v.confirmUser(http.StatusOK, plan, form, name, false, nil)
	}
	if withPassword {
		u.Password = v.FormValue("password")
		id, err := v.s.Desk.AddUser(ctx, v.actor, u)
		if err != nil {
			return v.confirmUser(http.StatusUnprocessableEntity, plan, form, name, true, err)
		}
		return v.back(fmt.Sprintf("/users/%d", id), "%s is created and can sign in.", name)
	}
	id, link, err := v.s.Desk.InviteUser(ctx, v.actor, u)
	if err != nil {
		return v.confirmUser(http.StatusUnprocessableEntity, plan, form, name, false, err)
	}
	return v.showLink(name+" is created", id, name, link)
}

func (v *visit) showNewUser(status int, form views.UserForm, cause error) error {
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	form.MayBeUnlimited = bool(v.actor.User.Unlimited)
	form.Own = "They are taken from yours: you have " + credits(v.actor) + "."
	if v.actor.User.Unlimited {
		form.Own = "As a top-up: your own are unlimited."
	}
	page, err := v.page("Create a user", "/users")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.NewUserPage(page, form))
}

func (v *visit) confirmUser(status int, plan desk.NewUserPlan, form views.UserForm, name string, password bool, cause error) error {
	p := views.NewUserPlan{Form: form, Name: name, Password: password}
	var err error
	if p.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	u := plan.NewUser
	p.Consequences = []string{name + " can sign in as " + u.Username + ", as " + lowerLevel(u.Level) + " right below you."}
	switch {
	case u.Unlimited:
		p.Consequences = append(p.Consequences, name+" has unlimited credits.")
	case u.Credits == 0:
		p.Consequences = append(p.Consequences, name+" has no credits to begin with. You can move some to them later.")
	case plan.TopUp():
		p.Consequences = append(p.Consequences, name+" begins with "+views.Plural(u.Credits, "credit", "credits")+". It is a top-up: you are unlimited, and nothing is taken from you.")
	default:
		p.Consequences = append(p.Consequences, name+" begins with "+views.Plural(u.Credits, "credit", "credits")+".",
			"You have "+views.Plural(plan.Parent.Balance, "credit", "credits")+" now, and "+views.Count(plan.ParentAfter())+" after it.")
	}
	page, err := v.page("Create "+name+"?", "/users")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(p.Errors) > 0
	return render(v.Context, status, views.ConfirmUser(page, p))
}

func lowerLevel(level string) string {
	if level == desk.LevelAdmin {
		return "an administrator"
	}
	return "a normal user"
}

func (v *visit) editUserForm() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	u := acc.User
	form := views.UserForm{First: u.FirstName, Last: u.LastName, Email: u.Email, Telephone: u.Telephone, Level: u.Level, Sender: u.Sender,
		Reminder: blankZero(u.CreditReminder), AlertDays: blankZero(u.AlertDays)}
	return v.showEditUser(http.StatusOK, acc, form, nil)
}

func blankZero(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (v *visit) editUser() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	form := v.userForm()
	err = v.s.Desk.ChangeUser(v.Request().Context(), v.actor, acc.User.ID, desk.Profile{Level: form.Level, FirstName: form.First, LastName: form.Last, Email: form.Email,
		Telephone: form.Telephone, Sender: form.Sender, CreditReminder: typedCount(form.Reminder), InactiveAlertDays: typedCount(form.AlertDays)})
	if err != nil {
		return v.showEditUser(http.StatusUnprocessableEntity, acc, form, err)
	}
	return v.back(userPath(acc), "Saved.")
}

func userPath(acc desk.UserAccount) string { return fmt.Sprintf("/users/%d", acc.User.ID) }

func userName(acc desk.UserAccount) string { return desk.Actor{User: acc.User}.Name() }

func (v *visit) showEditUser(status int, acc desk.UserAccount, form views.UserForm, cause error) error {
	form.UserID = acc.User.ID
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Edit "+userName(acc), "/users")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.EditUser(page, form))
}

func (v *visit) limitsForm() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	p := desk.PermissionsOf(acc.User)
	form := views.LimitsForm{Bulk: p.Bulk, TemplatesOnly: p.TemplatesOnly, Import: p.Import, SeesOthers: p.SeesOthers, Senders: strings.Join(p.Senders, "\n"),
		DailyCap: blankZero(p.DailyCap)}
	switch {
	case p.ApproveAbove == 0:
		form.Approve = "all"
	case p.ApproveAbove > 0:
		form.Approve, form.ApproveAbove = "above", strconv.FormatInt(p.ApproveAbove, 10)
	}
	return v.showLimits(http.StatusOK, acc, form, nil)
}

func (v *visit) saveLimits() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	form := views.LimitsForm{Bulk: v.FormValue("bulk") != "", TemplatesOnly: v.FormValue("text") == "templates", Import: v.FormValue("import") != "",
		SeesOthers: v.FormValue("sees_others") != "" || acc.User.Level != desk.LevelAdmin, Senders: v.FormValue("senders"), Approve: v.FormValue("approve"),
		ApproveAbove: v.FormValue("approve_above"), DailyCap: v.FormValue("daily_cap")}
	p := desk.Permissions{Bulk: form.Bulk, TemplatesOnly: form.TemplatesOnly, Import: form.Import, SeesOthers: form.SeesOthers,
		Senders: strings.Split(strings.ReplaceAll(form.Senders, "\r", ""), "\n"), ApproveAbove: -1, DailyCap: typedCount(form.DailyCap)}
	switch form.Approve {
	case "all":
		p.ApproveAbove = 0
	case "above":
		if n, ok := readCredits(form.ApproveAbove); ok {
			p.ApproveAbove = n
		} else {
			p.ApproveAbove = -2 // which the desk refuses
		}
	}
	if err := v.s.Desk.SetPermissions(v.Request().Context(), v.actor, acc.User.ID, p); err != nil {
		return v.showLimits(http.StatusUnprocessableEntity, acc, form, err)
	}
	return v.back(userPath(acc), "Saved. It holds from now on.")
}

func (v *visit) showLimits(status int, acc desk.UserAccount, form views.LimitsForm, cause error) error {
	form.UserID, form.Name, form.Admin = acc.User.ID, userName(acc), acc.User.Level == desk.LevelAdmin
	form.Rule = "Nothing has to be approved, by the settings."
	if n := v.set.Guard.ApproveAbove; n > 0 {
		form.Rule = "By the settings, what a normal user sends to more than " + views.Plural(n, "person", "people") + "."
	}
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("What "+form.Name+" may do", "/users")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.EditLimits(page, form))
}

func (v *visit) moveUserForm() error { return v.showMoveUser(http.StatusOK, nil) }

func (v *visit) moveUser() error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	parent, _ := strconv.ParseInt(v.FormValue("parent"), 10, 64) // what is no number is nobody
	if err := v.s.Desk.MoveUser(v.Request().Context(), v.actor, acc.User.ID, parent); err != nil {
		return v.showMoveUser(http.StatusUnprocessableEntity, err)
	}
	return v.back(userPath(acc), "%s is moved.", userName(acc))
}

func (v *visit) showMoveUser(status int, cause error) error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	parents, err := v.s.Desk.ParentsFor(v.Request().Context(), v.actor, acc.User.ID)
	if err != nil {
		return err
	}
	form := views.MoveUserForm{UserID: acc.User.ID, Name: userName(acc)}
	for _, p := range parents {
		form.Parents = append(form.Parents, ui.Option{Value: strconv.FormatInt(p.ID, 10), Label: desk.Actor{User: p}.Name()})
	}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Move "+form.Name, "/users")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.MoveUser(page, form))
}
