package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// inboxLength is how many conversations a page of the inbox shows.
const inboxLength = 30

// folderNames are what the inbox calls its folders.
var folderNames = map[string]string{desk.FolderMine: "Mine", desk.FolderUnassigned: "Unassigned", desk.FolderAll: "All", desk.FolderDone: "Done", desk.FolderOptOuts: "Opt-outs"}

// inboxAddress is the list that an address of the inbox is about.
type inboxAddress struct{ folder, query, before, after string }

// inboxAt reads it, from the address or from a form that carries it along.
func (v *visit) inboxAt() inboxAddress {
	at := inboxAddress{v.FormValue("folder"), strings.TrimSpace(v.FormValue("q")), v.FormValue("before"), v.FormValue("after")}
	if folderNames[at.folder] == "" {
		at.folder = desk.FolderAll
	}
	return at
}

// path is an address of the inbox that keeps the list as it is: of the list
// itself, or of "/12".
func (at inboxAddress) path(rest string, more ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	for name, value := range at.keep() {
		values.Set(name, value)
	}
	if len(values) == 0 {
		return "/inbox" + rest
	}
	return "/inbox" + rest + "?" + values.Encode()
}

// keep is what forms carry along.
func (at inboxAddress) keep() map[string]string {
	kept := map[string]string{}
	if at.folder != desk.FolderAll {
		kept["folder"] = at.folder
	}
	for name, value := range map[string]string{"q": at.query, "before": at.before, "after": at.after} {
		if value != "" {
			kept[name] = value
		}
	}
	return kept
}

// inbox lists the conversations of a folder.
func (v *visit) inbox() error {
	view, err := v.inboxView(v.inboxAt(), nil)
	if err != nil {
		return err
	}
	return v.showInbox(http.StatusOK, view)
}

// inboxLive answers with what has changed in the list.
func (v *visit) inboxLive() error {
	view, err := v.inboxView(v.inboxAt(), nil)
	if err != nil {
		return err
	}
	return v.changes(view)
}

// showInbox renders the page.
func (v *visit) showInbox(status int, view views.Inbox) error {
	title := "Inbox"
	if view.Thread != nil {
		if title = view.Thread.Name; title == "" {
			title = view.Thread.Number
		}
	}
	page, err := v.page(title, "/inbox")
	if err != nil {
		return err
	}
	view.Said, page.Flash, page.Width, page.Script = page.Flash, nil, ui.Full, "inbox.js"
	if t := view.Thread; t != nil {
		page.HasErrors = len(t.Reply.Errors)+len(t.Note.Errors) > 0 || t.Reply.Moved != ""
	}
	if view.LivePath, err = v.livePath(view); err != nil {
		return err
	}
	return render(v.Context, status, views.InboxPage(page, view))
}

// changes answers a page that asks what is new: with nothing where all of it is
// as the page has it.
func (v *visit) changes(view views.Inbox) error {
	path, err := v.livePath(view)
	if err != nil {
		return err
	}
	if is, _ := url.Parse(path); is != nil && is.Query().Get("has") == v.QueryParam("has") {
		return v.NoContent(http.StatusNoContent)
	}
	view.LivePath = path
	return render(v.Context, http.StatusOK, views.InboxLive(view))
}

// livePath is where the page asks what is new, with what it has: a fingerprint
// of all that changes by itself.
func (v *visit) livePath(view views.Inbox) (string, error) {
	view.LivePath, view.Said = "", nil
	if view.Thread != nil {
		t := *view.Thread
		t.Reply = views.ThreadReply{SeenInbound: t.Reply.SeenInbound, SeenBatch: t.Reply.SeenBatch, Draft: t.Reply.Draft}
		t.Note = views.ThreadNote{Draft: t.Note.Draft}
		view.Thread = &t
	}
	var all bytes.Buffer
	if err := views.InboxLive(view).Render(v.Request().Context(), &all); err != nil {
		return "", err
	}
	sum := sha256.Sum256(all.Bytes())
	rest, more := "/live", []string{"has", hex.EncodeToString(sum[:8])}
	if view.Thread != nil {
		rest = "/" + strconv.FormatInt(view.Thread.ID, 10) + "/live"
		if texts := v.FormValue("texts"); texts != "" {
			more = append(more, "texts", texts)
		}
	}
	return v.inboxAt().path(rest, more...), nil
}

// inboxView is the list, with a thread beside it or none.
func (v *visit) inboxView(at inboxAddress, thread *views.Thread) (views.Inbox, error) {
	ctx := v.Request().Context()
	search := desk.InboxSearch{Folder: at.folder, Search: at.query, Before: at.before, After: at.after, Limit: inboxLength}
	found, err := v.s.Desk.Conversations(ctx, v.actor, search)
	if err == nil && at.after != "" && found.Newer == "" {
		// The newest page, so that it is full and gains what has come since.
		at.after, search.After = "", ""
		found, err = v.s.Desk.Conversations(ctx, v.actor, search)
	}
	if err != nil {
		return views.Inbox{}, err
	}
	unread, err := v.s.Desk.InboxUnread(ctx, v.actor)
	if err != nil {
		return views.Inbox{}, err
	}
	view := views.Inbox{Me: v.actor.User.ID, Now: v.now(), Folder: folderNames[at.folder], Query: at.query, More: found.More, Filing: found.Filing, Unread: unreadWords(unread),
		ListPath: inboxAddress{folder: at.folder}.path(""), Thread: thread}
	for _, f := range desk.Folders() {
		view.Folders = append(view.Folders, views.InboxFolder{Label: folderNames[f], Path: inboxAddress{folder: f}.path(""), Current: f == at.folder && at.query == ""})
	}
	asks, err := v.s.Desk.AskingAmong(ctx, found.Rows)
	if err != nil {
		return views.Inbox{}, err
	}
	for _, r := range found.Rows {
		row := v.inboxRow(r, at)
		row.Asks = asks[r.Conversation.Number] && !row.Suppressed
		row.Current = thread != nil && thread.ID == row.ID
		view.Rows = append(view.Rows, row)
	}
	if found.Newer != "" {
		view.Newer = inboxAddress{folder: at.folder, after: found.Newer}.path("")
	}
	switch {
	case found.Older != "" && at.query != "":
		view.GoOn, view.Since = inboxAddress{folder: at.folder, query: at.query, before: found.Older}.path(""), found.Since.In(v.set.Zone).Format("2 January 2006")
	case found.Older != "":
		view.Older = inboxAddress{folder: at.folder, before: found.Older}.path("")
	}
	view.Looked = views.NamesLooked(found.Looked)
	view.Further = at.query != "" && at.before != ""
	return view, nil
}

func (v *visit) inboxRow(r desk.InboxRow, at inboxAddress) views.InboxRow {
	c := r.Conversation
	row := views.InboxRow{ID: c.ID, Path: at.path("/" + strconv.FormatInt(c.ID, 10)), Name: r.Name, Number: c.Number.Display(v.set.Country),
		Text: views.Opening(views.Kept(r.Last), 120), At: c.LastAt.Time(), Unread: r.Unread, Done: r.Done(), Suppressed: bool(c.Suppressed)}
	switch {
	case r.LastBy == v.actor.User.ID && r.LastBy != 0:
		row.By = "You"
	case r.LastBy != 0:
		row.By = r.LastName
	}
	if len(r.Drafts) > 0 {
		row.Draft = views.DraftText(r.Drafts[0].Kind == desk.DraftTemplate, r.Drafts[0].Body)
	}
	if r.Taken() {
		row.Assignee, row.Mine = r.Assignee, int64(c.AssigneeID) == v.actor.User.ID
	}
	return row
}

// inboxBadge is what the number beside the inbox counts.
const inboxBadge = "conversations with something new"

// unreadWords is the number beside the inbox: "3", "99+", or nothing.
func unreadWords(n int64) string {
	switch {
	case n == 0:
		return ""
	case n > 99:
		return "99+"
	}
	return strconv.FormatInt(n, 10)
}

// displaySender shows the address of one of our numbers or names.
func (v *visit) displaySender(address string) string { return displaySender(address, v.set) }

func displaySender(address string, set desk.Settings) string {
	sender, err := sms.ParseSender(address, set.Country)
	if err != nil {
		return address
	}
	return sender.Display(set.Country)
}
