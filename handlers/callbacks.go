package handlers

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"textdesk/views"
)

const (
	// callbacksLength is how many callbacks a page lists.
	callbacksLength = 50
	// callbackShown is how much of a body a page shows, in bytes.
	callbackShown = 16 << 10
)

// callbacks lists what could not be read, or what one provider posted.
func (v *visit) callbacks() error {
	of, before := v.QueryParam("provider"), v.cursor("before")
	found, err := v.s.Desk.Callbacks(v.Request().Context(), v.actor, of, true, before, callbacksLength)
	if err != nil {
		return err
	}
	view := views.Callbacks{Now: v.now(), Of: of, Newest: before == 0}
	names := map[int64]string{}
	for _, s := range found.Providers {
		names[s.Provider.ID] = s.Provider.Name
		view.Sources = append(view.Sources, views.CallbackSource{Name: s.Provider.Name, LastAt: s.LastAt.Time(), Unread: s.Unread})
	}
	for _, c := range found.Callbacks {
		name := names[c.ProviderID]
		if name == "" {
			name = "a removed provider"
		}
		view.Lines = append(view.Lines, views.CallbackLine{ID: c.ID, Provider: name, At: c.ReceivedAt.Time(), Method: c.Method, Size: c.Size,
			State: views.CallbackState(c.State), Problem: c.Problem})
	}
	if n := len(found.Callbacks); n > 0 && found.Older {
		view.Older = fmt.Sprintf("/providers/callbacks?before=%d", found.Callbacks[n-1].ID)
		if of != "" {
			view.Older += "&provider=" + of
		}
	}
	page, err := v.page("Callbacks", "/providers")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.CallbacksPage(page, view))
}

// callback shows one as it came.
func (v *visit) callback() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	c, p, err := v.s.Desk.CallbackOf(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	view := views.RawCallback{Now: v.now(), CallbackLine: views.CallbackLine{ID: c.ID, Provider: p.Name, At: c.ReceivedAt.Time(), Method: c.Method,
		Size: int64(len(c.Body)), State: views.CallbackState(c.State), Problem: c.Problem}}
	view.Path = "…/" + c.Path
	if c.Query != "" {
		view.Path += "?" + c.Query
	}
	view.Path = strings.ToValidUTF8(view.Path, "\ufffd")
	view.Headers = headerLines(c.Header)
	body := c.Body
	if view.Cut = len(body) > callbackShown; view.Cut {
		body = body[:callbackShown]
		for i := 0; i < utf8.UTFMax && !utf8.Valid(body); i++ { // cut between characters
			body = body[:len(body)-1]
		}
	}
	if view.Bytes = !utf8.Valid(body) || strings.ContainsRune(string(body), 0); view.Bytes {
		body = body[:min(len(body), callbackShown/4)]
		view.Cut = len(body) < len(c.Body)
		view.Body = hex.Dump(body)
	} else {
		view.Body = string(body)
	}
	page, err := v.page("Callback of "+p.Name, "/providers")
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.CallbackPage(page, view))
}

// hiddenHeaders carry credentials, which are nobody's to look at.
var hiddenHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie"}

// headerLines writes a stored header as it came, by name, without credentials.
func headerLines(stored string) (lines []string) {
	var header http.Header
	if json.Unmarshal([]byte(stored), &header) != nil {
		return []string{stored}
	}
	for name, values := range header {
		for _, value := range values {
			if slices.Contains(hiddenHeaders, name) {
				value = "(hidden)"
			}
			lines = append(lines, name+": "+value)
		}
	}
	slices.Sort(lines)
	return lines
}

// rawCallback hands a body out as it came, as a file that no browser runs.
func (v *visit) rawCallback() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	c, _, err := v.s.Desk.CallbackOf(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	h := v.Response().Header()
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="callback-%d.txt"`, c.ID))
	h.Set("Cache-Control", "no-store")
	var b strings.Builder
	fmt.Fprintf(&b, "%s /%s", c.Method, c.Path)
	if c.Query != "" {
		b.WriteString("?" + c.Query)
	}
	b.WriteString("\r\n" + strings.Join(headerLines(c.Header), "\r\n") + "\r\n\r\n")
	b.Write(c.Body)
	return v.Blob(http.StatusOK, "application/octet-stream", []byte(b.String()))
}

// replayCallback has one read again.
func (v *visit) replayCallback() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := v.s.Desk.ReplayCallback(v.Request().Context(), v.actor, id); err != nil {
		return err
	}
	c, _, err := v.s.Desk.CallbackOf(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	said := "It was understood."
	switch views.CallbackState(c.State).Word {
	case views.CallbackState(0).Word:
		said = "It is read in a moment."
	case views.CallbackState(2).Word:
		said = "It still cannot be read."
	}
	return v.back(fmt.Sprintf("/providers/callbacks/%d", id), "%s", said)
}

// replayUnread has all of a provider's read again that could not be.
func (v *visit) replayUnread() error {
	n, err := v.s.Desk.ReplayUnread(v.Request().Context(), v.actor, v.FormValue("provider"))
	if err != nil {
		return err
	}
	return v.back("/providers/callbacks", "%s read again. What still cannot be read comes back here.", views.Plural(int64(n), "callback is", "callbacks are"))
}
