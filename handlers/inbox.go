package handlers

import (
	"fmt"
	"net/http"

	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

// inboxLength is how many texts a page of the inbox shows.
const inboxLength = 30

// inbox lists the texts that came in.
func (v *visit) inbox() error {
	ctx := v.Request().Context()
	before, after := v.cursor("before"), v.cursor("after")
	found, err := v.s.Desk.Inbox(ctx, v.actor, before, after, inboxLength)
	if err == nil && after != 0 && !found.Newer {
		// The newest page, so that it is full and gains what has come since.
		found, err = v.s.Desk.Inbox(ctx, v.actor, 0, 0, inboxLength)
	}
	if err != nil {
		return err
	}
	view := views.Inbox{Now: v.now()}
	for _, in := range found.Inbound {
		t := views.InboxText{Number: in.Number.Display(v.set.Country), Text: views.Kept(in.Body), At: in.ReceivedAt.Time(), To: v.displaySender(in.Destination)}
		if m, ok := found.Answered[int64(in.MessageID)]; ok {
			t.Answers, t.AnswersPath, t.AnswersBy = views.Opening(views.Kept(m.Body), 48), messagePath(m.ID), found.Names[m.UserID]
		}
		if in.ProviderID == found.Simulator && !in.Number.Erased() {
			t.PhonePath = "/simulator/" + in.Number.Digits()
		}
		view.Texts = append(view.Texts, t)
	}
	if n := len(found.Inbound); n > 0 && found.Newer {
		view.Newer = fmt.Sprintf("/inbox?after=%d", found.Inbound[0].ID)
	}
	if n := len(found.Inbound); n > 0 && found.Older {
		view.Older = fmt.Sprintf("/inbox?before=%d", found.Inbound[n-1].ID)
	}
	page, err := v.page("Inbox", "/inbox")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.InboxPage(page, view))
}

// displaySender shows the address of one of our numbers or names.
func (v *visit) displaySender(address string) string {
	sender, err := sms.ParseSender(address, v.set.Country)
	if err != nil {
		return address
	}
	return sender.Display(v.set.Country)
}
