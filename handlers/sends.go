package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// sendsLength is how many sends a page of the outbox shows.
const sendsLength = 30

// sendTabs are the tabs of the outbox by send.
var sendTabs = []struct {
	key, label string
	which      desk.Which
}{
	{"", "All", desk.AllSends},
	{"planned", "Planned", desk.PlannedSends},
	{"attention", "Needs somebody", desk.UnsettledSends},
}

// sendsAddress is what the address of the outbox by send says.
type sendsAddress struct {
	state, query  string
	by            int64
	before, after string
}

// sends lists everything that was sent, by send.
func (v *visit) sends() error {
	ctx := v.Request().Context()
	at := sendsAddress{state: v.QueryParam("state"), query: strings.TrimSpace(v.QueryParam("q")), by: v.cursor("by"),
		before: v.QueryParam("before"), after: v.QueryParam("after")}
	found, err := v.s.Desk.Sends(ctx, v.actor, at.filter())
	if err == nil && at.after != "" && found.Newer == "" {
		// The first page, so that it is full and has what has come since.
		at.after = ""
		found, err = v.s.Desk.Sends(ctx, v.actor, at.filter())
	}
	if err != nil {
		return err
	}
	s := views.Sends{Now: v.now(), ShowBy: v.actor.Admin(), Which: at.state, Query: at.query, Tabs: at.tabs(), Blank: len(found.Sends) == 0 && at == sendsAddress{}}
	for _, r := range found.Sends {
		s.Rows = append(s.Rows, v.sendRow(r))
	}
	if at.query != "" || at.by != 0 {
		s.ClearPath = sendsAddress{state: at.state}.path()
	}
	if found.Newer != "" {
		s.Newer = at.from("", found.Newer).path()
	}
	if found.Older != "" {
		s.Older = at.from(found.Older, "").path()
	}
	if err := v.sendsAround(&s, at); err != nil {
		return err
	}
	page, err := v.page("Outbox by send", "/outbox")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.SendsPage(page, s))
}

// sendRow is a line of the page.
func (v *visit) sendRow(r desk.SendRow) views.SendRow {
	return views.SendRow{Batch: v.batchView(r.Progress), Rests: r.Rests}
}

// sendsAround is what stands around the list: who can be chosen, what needs
// somebody, and on the tab of what is planned the sends that repeat.
func (v *visit) sendsAround(s *views.Sends, at sendsAddress) error {
	ctx := v.Request().Context()
	attention, err := v.s.Desk.Attention(ctx, v.actor)
	if err != nil {
		return err
	}
	s.Held, s.InDoubt = int64(len(attention.Held)), attention.InDoubt
	if s.Missed, err = v.s.Desk.MissedRuns(ctx, v.actor); err != nil {
		return err
	}
	if v.actor.Admin() {
		users, err := v.s.Desk.Users(ctx, v.actor)
		if err != nil {
			return err
		}
		if len(users) > 1 {
			s.People = append(s.People, ui.Option{Label: "By anybody", Selected: at.by == 0})
			for _, u := range users {
				s.People = append(s.People, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: desk.Actor{User: u}.Name(), Selected: u.ID == at.by})
			}
		}
	}
	if at.state != "planned" || at.query != "" || at.by != 0 || at.before != "" {
		return nil
	}
	repeating, err := v.s.Desk.AllRecurring(ctx, v.actor)
	if err != nil {
		return err
	}
	for _, r := range repeating {
		if r.EndedAt == 0 {
			s.Repeating = append(s.Repeating, v.recurringView(r))
		}
	}
	return nil
}

func (at sendsAddress) filter() desk.SendFilter {
	f := desk.SendFilter{Search: at.query, By: at.by, Before: at.before, After: at.after, Limit: sendsLength}
	for _, t := range sendTabs {
		if t.key == at.state {
			f.Which = t.which
		}
	}
	return f
}

func (at sendsAddress) tabs() []ui.Tab {
	known := false
	for _, t := range sendTabs {
		known = known || t.key == at.state
	}
	var tabs []ui.Tab
	for _, t := range sendTabs {
		to := sendsAddress{state: t.key, query: at.query, by: at.by}
		tabs = append(tabs, ui.Tab{Path: to.path(), Label: t.label, Current: t.key == at.state || t.key == "" && !known})
	}
	return tabs
}

func (at sendsAddress) from(before, after string) sendsAddress {
	at.before, at.after = before, after
	return at
}

// path is the address, with nothing in it that filters nothing.
func (at sendsAddress) path() string {
	return filtered("/outbox/sends", "state", at.state, "q", at.query, "by", strconv.FormatInt(at.by, 10), "before", at.before, "after", at.after)
}
