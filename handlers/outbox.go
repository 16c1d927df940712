package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// outboxLength is how many messages a page of the outbox shows.
const outboxLength = 50

// stateGroups are the outbox's tabs. Together they hold every state once.
var stateGroups = []struct {
	key, label string
	statuses   []sms.Status
}{
	{"", "All", nil},
	{"waiting", "Waiting", []sms.Status{sms.Scheduled, sms.Queued}},
	{"on-the-way", "On the way", []sms.Status{sms.Submitting, sms.Submitted, sms.Sent}},
	{"delivered", "Delivered", []sms.Status{sms.Delivered}},
	{"not-delivered", "Not delivered", []sms.Status{sms.Failed, sms.Expired}},
	{"in-doubt", "In doubt", []sms.Status{sms.InDoubt}},
	{"unknown", "Unknown", []sms.Status{sms.Unknown}},
	{"cancelled", "Cancelled", []sms.Status{sms.Cancelled}},
	{"opted-out", "Opted out", []sms.Status{sms.Suppressed}},
}

// outboxAddress is what the address of the outbox says.
type outboxAddress struct {
	state, query  string
	batch         int64
	before, after int64
}

// outbox lists everything that was sent.
func (v *visit) outbox() error {
	ctx := v.Request().Context()
	at := outboxAddress{state: v.QueryParam("state"), query: strings.TrimSpace(v.QueryParam("q")),
		batch: v.cursor("batch"), before: v.cursor("before"), after: v.cursor("after")}
	o := views.Outbox{Now: v.now(), ShowBy: v.actor.Admin(), State: at.state, Query: at.query, Batch: at.batch}
	if at.batch != 0 {
		batch, err := v.s.Desk.Batch(ctx, v.actor, at.batch)
		if err != nil {
			return err
		}
		o.BatchText = views.Kept(batch.Body)
	}
	found, err := v.s.Desk.Outbox(ctx, v.actor, at.filter())
	if err == nil && at.after != 0 && !found.Newer {
		// The newest page, so that it is full and gains what has come since.
		at.after = 0
		found, err = v.s.Desk.Outbox(ctx, v.actor, at.filter())
	}
	if err != nil {
		return err
	}
	o.Looked = views.NamesLooked(found.Looked)
	for i := range found.Messages {
		o.Rows = append(o.Rows, v.messageRow(found, i))
	}
	if o.Missed, err = v.s.Desk.MissedRuns(ctx, v.actor); err != nil {
		return err
	}
	o.Blank = len(o.Rows) == 0 && at == outboxAddress{}
	o.Tabs = at.tabs()
	if at.query != "" || at.state != "" {
		o.ClearPath = outboxAddress{batch: at.batch}.path()
	}
	o.AllPath = outboxAddress{state: at.state, query: at.query}.path()
	if n := len(found.Messages); n > 0 {
		if found.Newer {
			o.Newer = at.newer(found.Messages[0].ID).path()
		}
		if found.Older {
			o.Older = at.older(found.Messages[n-1].ID).path()
		}
	} else if at.before != 0 {
		o.Newer = outboxAddress{state: at.state, query: at.query, batch: at.batch}.path()
	}
	page, err := v.page("Outbox", "/outbox")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.OutboxPage(page, o))
}

// messageRow is a line of the page.
func (v *visit) messageRow(found desk.Page, i int) views.MessageRow {
	m := found.Messages[i]
	return views.MessageRow{ID: m.ID, Number: m.Number.Display(v.set.Country), Name: found.To[m.ID].Name, Text: views.Kept(m.Body), By: found.Names[m.UserID], Status: m.Status,
		Reason: m.Reason, Parts: int(m.Parts), Made: m.CreatedAt.Time(), Wait: v.waitView(found.Waits[m.ID]), Automatic: found.Automatic[m.ID]}
}

// now is the desk's clock in the organisation's zone, as views want it.
func (v *visit) now() time.Time { return v.s.Desk.Now().In(v.set.Zone) }

// cursor is an id in the address, 0 when there is none.
func (v *visit) cursor(name string) int64 {
	id, err := strconv.ParseInt(v.QueryParam(name), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

func (at outboxAddress) filter() desk.Filter {
	return desk.Filter{Statuses: statusesOf(at.state), Search: at.query, BatchID: at.batch, Before: at.before, After: at.after, Limit: outboxLength}
}

// statusesOf reads a tab's name, or the names of states: "in_doubt",
// "failed,expired". An unknown name filters nothing.
func statusesOf(state string) []sms.Status {
	for _, g := range stateGroups {
		if g.key == state {
			return g.statuses
		}
	}
	var all []sms.Status
	for name := range strings.SplitSeq(state, ",") {
		s, err := sms.ParseStatus(name)
		if err != nil {
			return nil
		}
		all = append(all, s)
	}
	return all
}

func (at outboxAddress) tabs() []ui.Tab {
	known := statusesOf(at.state) != nil
	var tabs []ui.Tab
	for _, g := range stateGroups {
		to := outboxAddress{state: g.key, query: at.query, batch: at.batch}
		tabs = append(tabs, ui.Tab{Path: to.path(), Label: g.label, Current: g.key == at.state || g.key == "" && !known})
	}
	return tabs
}

func (at outboxAddress) newer(id int64) outboxAddress {
	at.before, at.after = 0, id
	return at
}

func (at outboxAddress) older(id int64) outboxAddress {
	at.before, at.after = id, 0
	return at
}

// path is the address, with nothing in it that filters nothing.
func (at outboxAddress) path() string {
	return filtered("/outbox", "state", at.state, "q", at.query, "batch", strconv.FormatInt(at.batch, 10),
		"before", strconv.FormatInt(at.before, 10), "after", strconv.FormatInt(at.after, 10))
}

// filtered is a path with those of the named values that filter something.
func filtered(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if value := pairs[i+1]; value != "" && value != "0" {
			q.Set(pairs[i], value)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
