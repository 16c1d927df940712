package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/views"
	"textdesk/views/ui"
)

// usersLength is how many users a page shows.
const usersLength = 100

// userSearch is what the address of the list says.
func (v *visit) userSearch() desk.UserSearch {
	f := desk.UserSearch{Words: v.QueryParam("q"), Limit: usersLength}
	for _, state := range desk.UserStates {
		if state == v.QueryParam("state") {
			f.State = state
		}
	}
	if from, err := strconv.Atoi(v.QueryParam("from")); err == nil && from > 0 {
		f.From = from
	}
	return f
}

func usersPath(path string, f desk.UserSearch) string {
	q := url.Values{}
	if f.Words != "" {
		q.Set("q", f.Words)
	}
	if f.State != "" {
		q.Set("state", f.State)
	}
	if f.From > 0 {
		q.Set("from", strconv.Itoa(f.From))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (v *visit) users() error {
	f := v.userSearch()
	found, err := v.s.Desk.FindUsers(v.Request().Context(), v.actor, f)
	if err != nil {
		return err
	}
	list := views.Users{Now: v.now(), Query: f.Words, State: f.State, Found: found.Found}
	for _, b := range found.Rows {
		list.Rows = append(list.Rows, v.userRow(b.User, b.Depth))
	}
	total := 0
	for _, n := range found.Counts {
		total += n
	}
	list.Alone = total == 1
	here := found.Counts[desk.UserActive] + found.Counts[desk.UserInvited] + found.Counts[desk.UserSuspended]
	list.Tabs = []ui.Tab{{Path: usersPath("/users", desk.UserSearch{Words: f.Words}), Label: "Everybody", Count: views.Count(here), Current: f.State == ""}}
	for _, state := range desk.UserStates {
		list.Tabs = append(list.Tabs, ui.Tab{Path: usersPath("/users", desk.UserSearch{Words: f.Words, State: state}), Label: views.UserState(state).Word,
			Count: views.Count(found.Counts[state]), Current: f.State == state})
	}
	list.CSVPath = usersPath("/users/list.csv", desk.UserSearch{Words: f.Words, State: f.State})
	at := f
	if f.From > 0 {
		at.From = max(0, f.From-usersLength)
		list.Previous = usersPath("/users", at)
	}
	if found.After > 0 {
		at.From = found.After
		list.Next = usersPath("/users", at)
	}
	page, err := v.page("Users", "/users")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.UsersPage(page, list))
}

func (v *visit) usersCSV() error {
	f := v.userSearch()
	f.From, f.Limit = 0, 0
	found, err := v.s.Desk.FindUsers(v.Request().Context(), v.actor, f)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, b := range found.Rows {
		names[b.User.ID] = b.User.Username
	}
	columns := []sheet.Column{{Title: "Username"}, {Title: "First name"}, {Title: "Last name"}, {Title: "E-mail", Width: 30}, {Title: "Telephone"}, {Title: "Level"},
		{Title: "Below"}, {Title: "State"}, {Title: "Credits", Number: true}, {Title: "Reserved", Number: true}, {Title: "Last seen"}, {Title: "Created"}}
	return v.table(v.kind(), "users-"+v.today(), "Users", columns, func(row func(...string) error) error {
		for _, b := range found.Rows {
			u := b.User
			balance := strconv.FormatInt(u.Balance, 10)
			if u.Unlimited {
				balance = ""
			}
			if err := row(u.Username, u.FirstName, u.LastName, u.Email, u.Telephone, views.Level(u.Level), names[int64(u.ParentID)], views.UserState(desk.StateOf(u)).Word,
				balance, strconv.FormatInt(u.Reserved, 10), v.stamp(u.SeenAt.Time()), v.stamp(u.CreatedAt.Time())); err != nil {
				return err
			}
		}
		return nil
	})
}

func (v *visit) user() error { return v.showUser(http.StatusOK, "", nil) }

func (v *visit) showUser(status int, tokenName string, cause error) error {
	acc, err := v.userAccount()
	if err != nil {
		return err
	}
	u := acc.User
	a := views.UserAccount{Now: v.now(), UserRow: v.userRow(u, 0), First: u.FirstName, Last: u.LastName, Email: u.Email, Telephone: u.Telephone, Sender: u.Sender,
		Created: u.CreatedAt.Time(), Children: acc.Children, Reserved: u.Reserved, Reminder: u.CreditReminder, AlertDays: u.AlertDays, LinkEnds: acc.Link.Time(),
		SecondFactor: acc.SecondFactor, RecoveryCodes: acc.RecoveryCodes, TokenName: tokenName, Limits: limitWords(u, true)}
	if acc.Parent.ID != 0 {
		a.ParentID, a.Parent = acc.Parent.ID, desk.Actor{User: acc.Parent}.Name()
	}
	a.MayUnlimit = bool(v.actor.User.Unlimited) && !acc.Self
	a.MayActAs = !acc.Self && !v.actor.Acting() && (a.State == desk.UserActive || a.State == desk.UserInvited) && bool(v.actor.User.SeesOthers)
	for _, k := range acc.Keys {
		a.Tokens = append(a.Tokens, tokenView(k))
	}
	if a.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page(a.Name, "/users")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(a.Errors) > 0
	return render(v.Context, status, views.UserPage(page, a))
}

// userAccount is the user whom the address names.
func (v *visit) userAccount() (desk.UserAccount, error) {
	id, err := v.id()
	if err != nil {
		return desk.UserAccount{}, err
	}
	return v.s.Desk.User(v.Request().Context(), v.actor, id)
}

func (v *visit) userRow(u desk.Person, depth int) views.UserRow {
	row := views.UserRow{ID: u.ID, Depth: depth, Name: desk.Actor{User: u}.Name(), Username: u.Username, Level: views.Level(u.Level), Balance: u.Balance,
		Unlimited: bool(u.Unlimited), State: desk.StateOf(u), Seen: u.SeenAt.Time(), Self: u.ID == v.actor.User.ID}
	for _, kind := range v.s.Desk.AlertsOf(u) {
		row.Low = row.Low || kind == desk.AlertLowCredits
		row.Inactive = row.Inactive || kind == desk.AlertInactive
	}
	return row
}

// limitWords tells what refines a user's level, to their administrator or to
// themselves.
func limitWords(u desk.Person, other bool) []string {
	p := desk.PermissionsOf(u)
	var words []string
	say := func(holds bool, theirs, own string) {
		switch {
		case holds && other:
			words = append(words, theirs)
		case holds:
			words = append(words, own)
		}
	}
	senders, credits, people := views.Joined(p.Senders), views.Plural(p.DailyCap, "credit", "credits"), views.Plural(p.ApproveAbove, "person", "people")
	say(!p.Bulk, "Texts one person at a time.", "You text one person at a time.")
	say(p.TemplatesOnly, "Sends templates only.", "You send templates only.")
	say(len(p.Senders) > 0, "Sends as "+senders+" only.", "You send as "+senders+".")
	say(p.DailyCap > 0, "Uses up to "+credits+" a day.", "You may use "+credits+" a day.")
	say(p.ApproveAbove == 0, "Every send waits for approval.", "What you send waits for approval.")
	say(p.ApproveAbove > 0, "A send to more than "+people+" waits for approval.", "What you send to more than "+people+" waits for approval.")
	say(!p.Import, "Cannot bring in many people at once.", "You cannot bring in many people at once.")
	say(!p.SeesOthers && u.Level == desk.LevelAdmin, "Does not see what others send and receive.", "You do not see what others send and receive.")
	return words
}

// joinURL is the whole address of a one-time link.
func (v *visit) joinURL(token string) string {
	return v.s.publicURL(v.Request()) + "/join/" + token
}

// showLink shows a one-time link in its own answer, which no cache keeps.
func (v *visit) showLink(title string, id int64, name, token string) error {
	l := views.LinkShown{UserID: id, Name: name, URL: v.joinURL(token), Ends: "within a week"}
	acc, err := v.s.Desk.User(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	if !acc.Link.Time().IsZero() {
		l.Ends = "until " + ui.Clock(acc.Link.Time().In(v.set.Zone), v.now().Add(-24*time.Hour))
	}
	page, err := v.page(title, "/users")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.ShowLink(page, l))
}
