package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// The folders of the inbox.
const (
	FolderMine       = "mine"
	FolderUnassigned = "unassigned"
	FolderAll        = "all"
	FolderDone       = "done"
	FolderOptOuts    = "opt-outs"
)

// Folders lists them in the order of the page.
func Folders() []string {
	return []string{FolderMine, FolderUnassigned, FolderAll, FolderDone, FolderOptOuts}
}

// mostUnreadShown is how far unread conversations are counted.
const mostUnreadShown = 100

// InboxSearch says which conversations a list shows.
type InboxSearch struct {
	// Folder is one of Folders.
	Folder string
	// Search is what was typed, in place of a folder: a number, the beginning of
	// one, a name, or words of a text.
	Search string
	// Before and After are places that an earlier page gave, "" for the newest.
	Before, After string
	Limit         int
}

// InboxRow is a conversation in a list.
type InboxRow struct {
	Conversation db.Conversation
	// Name is what an address book calls them, "" where none does.
	Name string
	// Last is the newest text. Where it is a reply of ours, LastBy and LastName are
	// who wrote it; 0 otherwise.
	Last     string
	LastBy   int64
	LastName string
	// Unread: there is something that the actor has not seen.
	Unread bool
	// Owner and Assignee are names, "" for nobody.
	Owner, Assignee string
	// Drafts are what the actor has typed there and not sent, a reply first.
	Drafts []db.ReplyDraft
}

// Done reports whether nothing is left to do.
func (r InboxRow) Done() bool { return r.Conversation.State == db.Done }

// Taken reports whether somebody has it.
func (r InboxRow) Taken() bool { return r.Conversation.State == db.Assigned }

// InboxPage is a page of conversations, newest first.
type InboxPage struct {
	Rows []InboxRow
	// Newer and Older are the places after and before which there is more, ""
	// where there is nothing.
	Newer, Older string
	// More: a search found more than it shows. Since is when the oldest text came
	// that a search looked at, where there are older ones with the words: it goes
	// on before Older.
	More  bool
	Since time.Time
	// Looked is how far a search for a name looked.
	Looked NamesLooked
	// Filing: texts from before there were conversations are still being filed.
	Filing bool
}

// Conversations returns a page of the conversations that the actor may see: those that
// answer their messages or numbers and, for an administrator, those below; for
// the administrator of all, also what answers nothing.
func (d *Desk) Conversations(ctx context.Context, a Actor, f InboxSearch) (InboxPage, error) {
	who, err := d.viewer(ctx, a)
	if err != nil {
		return InboxPage{}, err
	}
	var found []db.Conversation
	var page InboxPage
	if f.Search = strings.TrimSpace(strings.ReplaceAll(f.Search, "\x00", " ")); f.Search != "" {
		result, looked, err := d.searchInbox(ctx, a, who, f)
		if page.Looked = looked; err != nil {
			return InboxPage{}, err
		}
		if found = result.Conversations; result.Since != 0 {
			page.Since, page.Older = result.Since.Time(), fmt.Sprintf("%d.%d", result.Stopped.Inbound, result.Stopped.Batch)
		}
		if page.More = len(found) > f.Limit; page.More {
			found = found[:f.Limit]
		}
	} else {
		where := folderFilter(who, f)
		if found, err = d.store.FindConversations(ctx, where); err != nil {
			return InboxPage{}, err
		}
		more := len(found) > f.Limit
		switch {
		case more && where.After.ID != 0:
			found = found[1:]
		case more:
			found = found[:f.Limit]
		}
		if n := len(found); n > 0 {
			if more && where.After.ID != 0 || where.Before.ID != 0 {
				page.Newer = placeOf(found[0])
			}
			if more && where.After.ID == 0 || where.After.ID != 0 {
				page.Older = placeOf(found[n-1])
			}
		}
	}
	if page.Rows, err = d.inboxRows(ctx, a, found); err != nil {
		return InboxPage{}, err
	}
	page.Filing, err = d.store.AnyUnfiled(ctx)
	return page, err
}

// placeOf is where a conversation stands in a list.
func placeOf(c db.Conversation) string { return fmt.Sprintf("%d.%d", c.LastAt, c.ID) }

func readConversationListPlace(typed string) (p db.ConversationPlace) {
	at, id, _ := strings.Cut(typed, ".")
	millis, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return db.ConversationPlace{}
	}
	if p.ID, err = strconv.ParseInt(id, 10, 64); err != nil || p.ID < 0 {
		return db.ConversationPlace{}
	}
	p.At = db.Millis(millis)
	return p
}

func folderFilter(who db.Viewer, f InboxSearch) db.ConversationFilter {
	where := db.ConversationFilter{Viewer: who, Before: readConversationListPlace(f.Before), After: readConversationListPlace(f.After), Limit: f.Limit + 1}
	switch f.Folder {
	case FolderMine:
		where.Assignee, where.States = who.Self, []int64{db.Assigned}
		if who.Self == 0 {
			where.Assignee = -1 // the command line has none
		}
	case FolderUnassigned:
		where.States = []int64{db.Unassigned}
	case FolderDone:
		where.States = []int64{db.Done}
	case FolderOptOuts:
		where.Suppressed = true
	}
	return where
}

// searchInbox finds conversations by number, name or text.
func (d *Desk) searchInbox(ctx context.Context, a Actor, who db.Viewer, f InboxSearch) (found db.Found, looked NamesLooked, err error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return found, looked, err
	}
	at := readConversationListPlace(f.Before)
	where := db.ConversationSearch{Viewer: who, Before: db.SearchPlace{Inbound: int64(at.At), Batch: at.ID}, Words: f.Search, Limit: f.Limit + 1, Number: sms.MSISDN(sms.NumberPrefix(f.Search, set.Country))}
	if where.Before == (db.SearchPlace{}) { // from there on only texts are looked at
		if where.Numbers, looked, err = d.numbersCalled(ctx, a, who, f.Search); err != nil {
			return found, looked, err
		}
	}
	found, err = d.store.SearchConversations(ctx, where)
	return found, looked, err
}

// talksWith is how many conversations with one number are listed.
const talksWith = 5

// ConversationsWith are the latest conversations with a number that the actor may
// see.
func (d *Desk) ConversationsWith(ctx context.Context, a Actor, number sms.MSISDN) ([]InboxRow, error) {
	who, err := d.viewer(ctx, a)
	if err != nil {
		return nil, err
	}
	found, err := d.store.SearchConversations(ctx, db.ConversationSearch{Viewer: who, Numbers: []sms.MSISDN{number}, Limit: talksWith})
	if err != nil {
		return nil, err
	}
	return d.inboxRows(ctx, a, found.Conversations)
}

// inboxRows adds what a list shows of each conversation.
func (d *Desk) inboxRows(ctx context.Context, a Actor, found []db.Conversation) ([]InboxRow, error) {
	if len(found) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(found))
	var people []int64
	for i, c := range found {
		ids[i] = c.ID
		people = append(people, int64(c.UserID), int64(c.AssigneeID))
	}
	unread, err := d.store.UnreadAmong(ctx, a.User.ID, ids)
	if err != nil {
		return nil, err
	}
	drafts, err := d.store.ReplyDraftsAmong(ctx, a.User.ID, ids)
	if err != nil {
		return nil, err
	}
	contacts, err := d.contactsIn(ctx, a, found)
	if err != nil {
		return nil, err
	}
	rows := make([]InboxRow, len(found))
	for i, c := range found {
		rows[i] = InboxRow{Conversation: c, Name: contacts[c.ID].Name, Unread: unread[c.ID], Drafts: drafts[c.ID]}
		if rows[i].Last, rows[i].LastBy, err = d.lastText(ctx, c); err != nil {
			return nil, err
		}
		people = append(people, rows[i].LastBy)
	}
	names, err := d.namesOfUsers(ctx, people)
	if err != nil {
		return nil, err
	}
	for i, c := range found {
		rows[i].Owner, rows[i].Assignee, rows[i].LastName = names[int64(c.UserID)], names[int64(c.AssigneeID)], names[rows[i].LastBy]
	}
	return rows, nil
}

// lastText is the newest text of a conversation, and who of us wrote it.
func (d *Desk) lastText(ctx context.Context, c db.Conversation) (text string, by int64, err error) {
	in, err := d.store.Inbound(ctx, c.LastInboundID)
	if err != nil && !db.IsNotFound(err) {
		return "", 0, err
	}
	if c.LastBatchID == 0 {
		return in.Body, 0, nil
	}
	b, err := d.store.Batch(ctx, c.LastBatchID)
	if err != nil && !db.IsNotFound(err) {
		return "", 0, err
	}
	if b.CreatedAt >= in.ReceivedAt {
		return b.Body, b.UserID, nil
	}
	return in.Body, 0, nil
}

// contactsIn are whom conversations are with, by conversation: as the address
// book of their owner has it, or else the actor's own.
func (d *Desk) contactsIn(ctx context.Context, a Actor, found []db.Conversation) (map[int64]db.Contact, error) {
	books, numbers := []int64{a.User.ID}, make([]sms.MSISDN, 0, len(found))
	for _, c := range found {
		if c.UserID != 0 && !slices.Contains(books, int64(c.UserID)) {
			books = append(books, int64(c.UserID))
		}
		if !c.Number.Erased() {
			numbers = append(numbers, c.Number)
		}
	}
	called, err := d.store.NamesOfNumbers(ctx, books, numbers)
	if err != nil {
		return nil, err
	}
	with := map[int64]db.Contact{}
	for _, c := range found {
		contact, ok := called[int64(c.UserID)][c.Number]
		if !ok {
			contact = called[a.User.ID][c.Number]
		}
		with[c.ID] = contact
	}
	return with, nil
}

// namesOfUsers is what the colleagues in a conversation are called, by user id:
// whoever takes part may know who else does.
func (d *Desk) namesOfUsers(ctx context.Context, ids []int64) (map[int64]string, error) {
	names := map[int64]string{}
	for _, id := range ids {
		if _, known := names[id]; known || id == 0 {
			continue
		}
		u, err := d.store.User(ctx, id)
		if err := found("user", err, ErrUnknownUser); err != nil {
			return nil, err
		}
		names[id] = Actor{User: u}.Name()
	}
	return names, nil
}

// InboxUnread is in how many open conversations there is something that the
// actor has not seen, counted up to 100. It costs what there is, not what there
// ever was.
func (d *Desk) InboxUnread(ctx context.Context, a Actor) (int64, error) {
	who, err := d.viewer(ctx, a)
	if err != nil {
		return 0, err
	}
	return d.store.CountUnread(ctx, who, mostUnreadShown)
}
