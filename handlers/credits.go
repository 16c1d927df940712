package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/views"
	"textdesk/views/ui"
)

// ledgerLength is how many lines a page of the ledger shows.
const ledgerLength = 50

// ledgerKinds are the ledger's tabs, by the names they have in the address.
var ledgerKinds = []struct{ key, label, kind string }{
	{"", "All", ""},
	{"reserved", "Reserved", desk.LedgerReserved},
	{"spent", "Spent", desk.LedgerSpent},
	{"given-back", "Given back", desk.LedgerReturned},
	{"moved", "Moved", desk.LedgerMoved},
	{"topped-up", "Topped up", desk.LedgerToppedUp},
}

// ledgerAddress is what the address of a ledger says. An unknown kind filters
// nothing.
type ledgerAddress struct {
	user          int64
	key, kind     string
	from, to      string // days
	before, after int64
}

func (v *visit) ledgerAddress() ledgerAddress {
	at := ledgerAddress{user: v.cursor("user"), from: v.QueryParam("from"), to: v.QueryParam("to"), before: v.cursor("before"), after: v.cursor("after")}
	if at.user == v.actor.User.ID {
		at.user = 0
	}
	for _, k := range ledgerKinds {
		if k.key == v.QueryParam("kind") {
			at.key, at.kind = k.key, k.kind
		}
	}
	return at
}

func (at ledgerAddress) filter() desk.LedgerFilter {
	return desk.LedgerFilter{UserID: at.user, Kind: at.kind, From: at.from, To: at.to, Before: at.before, After: at.after, Limit: ledgerLength}
}

// path is the address below a path, with nothing in it that filters nothing.
func (at ledgerAddress) path(path string) string {
	q := url.Values{}
	for name, id := range map[string]int64{"user": at.user, "before": at.before, "after": at.after} {
		if id != 0 {
			q.Set(name, strconv.FormatInt(id, 10))
		}
	}
	for name, value := range map[string]string{"kind": at.key, "from": at.from, "to": at.to} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (v *visit) ledger() error { return v.showLedger(http.StatusOK, nil, nil) }

// ledgerAgain leads back to the ledger from the address of its form.
func (v *visit) ledgerAgain() error { return redirect(v.Context, "/credits") }

func (v *visit) saveReminder() error {
	typed := v.FormValue("reminder")
	n, ok := readCredits(typed)
	if !ok {
		n = -1 // which no reminder is
	}
	if strings.TrimSpace(typed) == "" {
		n = 0
	}
	if err := v.s.Desk.SetCreditReminder(v.Request().Context(), v.actor, n); err != nil {
		return v.showLedger(http.StatusUnprocessableEntity, &typed, err)
	}
	if n == 0 {
		return v.back("/credits", "You are not warned any more.")
	}
	return v.back("/credits", "You are warned when %s or fewer are left.", views.Plural(n, "credit", "credits"))
}

// readCredits reads a number of credits as people type it: "1,200".
func readCredits(typed string) (int64, bool) {
	digits := strings.NewReplacer(",", "", " ", "", "\u00A0", "").Replace(typed)
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}

// topUp shows what a top-up of one's own credits would do and, confirmed, does
// it.
func (v *visit) topUp() error {
	ctx := v.Request().Context()
	typed := v.FormValue("credits")
	n, _ := readCredits(typed) // what is no number is 0, which the desk refuses
	if v.FormValue("direction") == "back" {
		n = -n
	}
	if seen, err := strconv.ParseInt(v.FormValue("seen"), 10, 64); err == nil && v.FormValue("confirmed") != "" && seen >= 0 {
		err := v.s.Desk.TopUp(ctx, v.actor, n, seen)
		if err != nil {
			return v.showTopUp(http.StatusUnprocessableEntity, typed, err)
		}
		if n < 0 {
			return v.back("/credits", "%s taken back.", views.Plural(-n, "credit", "credits"))
		}
		return v.back("/credits", "%s added.", views.Plural(n, "credit", "credits"))
	}
	if n == 0 || !v.actor.MayTopUp() {
		return v.showTopUp(http.StatusUnprocessableEntity, typed, v.s.Desk.TopUp(ctx, v.actor, 0, -1))
	}
	seen, err := v.s.Desk.LastMove(ctx, v.actor)
	if err != nil {
		return err
	}
	page, err := v.page("Top up your credits?", "")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.ConfirmTopUp(page, views.TopUpPlan{Typed: typed, Credits: n, Before: v.actor.User.Balance, Seen: seen}))
}

func (v *visit) topUpForm() error { return v.showTopUp(http.StatusOK, "", nil) }

func (v *visit) showTopUp(status int, typed string, cause error) error {
	if bool(v.actor.User.Unlimited) {
		return redirect(v.Context, "/credits") // there is nothing to count
	}
	if errors.Is(cause, desk.ErrForbidden) || cause == nil && !v.actor.MayTopUp() {
		return desk.ErrForbidden
	}
	form := views.TopUpForm{Typed: typed, Balance: v.actor.User.Balance}
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Top up your credits", "")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.TopUpPage(page, form))
}

// showLedger is the page of a ledger: one's own, or with ?user=7 that of
// somebody below. reminder is what was typed, nil for what is stored.
func (v *visit) showLedger(status int, reminder *string, cause error) error {
	ctx := v.Request().Context()
	at := v.ledgerAddress()
	l, err := v.s.Desk.Ledger(ctx, v.actor, at.filter())
	if err == nil && at.after != 0 && !l.Newer {
		at.after = 0 // the newest page, so that it is full
		l, err = v.s.Desk.Ledger(ctx, v.actor, at.filter())
	}
	if errors.Is(err, desk.ErrBadDates) {
		status, cause, err = http.StatusUnprocessableEntity, err, nil
	}
	if err != nil {
		return err
	}
	c := views.Credits{Now: v.now(), Own: at.user == 0, UserID: l.User.ID, Name: desk.Actor{User: l.User}.Name(), Balance: l.User.Balance,
		Reserved: l.User.Reserved, Spent: l.Spent, Unlimited: bool(l.User.Unlimited), Low: desk.LowOnCredits(l.User), Kind: at.key,
		CSVPath: ledgerAddress{user: at.user, key: at.key, from: at.from, to: at.to}.path("/credits/ledger.csv")}
	if l.User.CreditReminder > 0 {
		c.Reminder = strconv.FormatInt(l.User.CreditReminder, 10)
	}
	if reminder != nil {
		c.Reminder = *reminder
	}
	if c.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	for _, k := range ledgerKinds {
		c.Tabs = append(c.Tabs, ui.Tab{Path: ledgerAddress{user: at.user, key: k.key, from: at.from, to: at.to}.path("/credits"), Label: k.label, Current: k.key == at.key})
	}
	for _, line := range l.Lines {
		c.Lines = append(c.Lines, ledgerView(line))
	}
	c.From, c.To, c.MayTopUp = at.from, at.to, c.Own && v.actor.MayTopUp()
	c.Filtered = at.from != "" || at.to != ""
	if v.actor.Admin() {
		users, err := v.s.Desk.Users(ctx, v.actor)
		if err != nil {
			return err
		}
		for _, u := range users {
			o := ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: desk.Actor{User: u}.Name(), Selected: u.ID == l.User.ID}
			if u.ID == v.actor.User.ID {
				o.Label += " (you)"
			}
			c.People = append(c.People, o)
		}
	}
	c.Blank = len(l.Lines) == 0 && at.key == "" && at.before == 0 && !c.Filtered && len(c.Errors) == 0
	if n := len(l.Lines); n > 0 {
		if l.Newer {
			c.Newer = ledgerAddress{user: at.user, key: at.key, from: at.from, to: at.to, after: l.Lines[0].ID}.path("/credits")
		}
		if l.Older {
			c.Older = ledgerAddress{user: at.user, key: at.key, from: at.from, to: at.to, before: l.Lines[n-1].ID}.path("/credits")
		}
	} else if at.before != 0 {
		c.Newer = ledgerAddress{user: at.user, key: at.key, from: at.from, to: at.to}.path("/credits")
	}
	title, current := "Credits", ""
	if !c.Own {
		title, current = "Credits of "+c.Name, "/users"
	}
	page, err := v.page(title, current)
	if err != nil {
		return err
	}
	page.HasErrors = len(c.Errors) > 0
	return render(v.Context, status, views.CreditsPage(page, c))
}

func ledgerView(l desk.LedgerLine) views.LedgerLine {
	return views.LedgerLine{At: l.At, Kind: l.Kind, Balance: l.Balance, Reserved: l.Reserved, Batch: l.BatchID, Recipients: l.Recipients,
		Credits: l.Credits, Other: l.Other}
}

// ledgerCSV is the ledger as a file that Excel opens by double click. It
// streams, and has no cap.
func (v *visit) ledgerCSV() error {
	at := v.ledgerAddress()
	columns := []sheet.Column{{Title: "When"}, {Title: "What happened", Width: 50}, {Title: "Credits", Number: true, Width: 10}, {Title: "Reserved", Number: true, Width: 10},
		{Title: "Send", Number: true, Width: 10}, {Title: "With"}}
	return v.table(v.kind(), "credits-"+v.today(), "Credits", columns, func(row func(...string) error) error {
		return v.s.Desk.EachLedgerLine(v.Request().Context(), v.actor, at.filter(), func(l desk.LedgerLine) error {
			send := ""
			if l.BatchID != 0 {
				send = strconv.FormatInt(l.BatchID, 10)
			}
			return row(v.stamp(l.At), ledgerView(l).Sentence(), strconv.FormatInt(l.Balance, 10), strconv.FormatInt(l.Reserved, 10), send, l.Other)
		})
	})
}
