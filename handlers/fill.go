package handlers

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/sms/gsm"
	"textdesk/views"
)

// filling is how the text is filled in for each person. The counter is about
// the longest text that anybody will read, and so is the phone, unless a button
// asked for another person's.
func (v *visit) filling(p plan, o *views.Outlook) {
	o.Fill.Fields = desk.Fillable()
	if !p.draft.Filled() {
		return
	}
	o.Fill.On, o.Fill.Lacking = true, p.draft.Lacking
	for _, parts := range slices.Sorted(maps.Keys(p.draft.ByParts)) {
		o.Fill.ByParts = append(o.Fill.ByParts, views.PartsOf{Parts: parts, People: p.draft.ByParts[parts]})
	}
	if p.draft.People == 0 {
		o.Counter.Size = gsm.Count(o.Counter.Body)
		return
	}
	shown := p.draft.Longest
	if at, ok := v.wantedPerson(); ok {
		shown = person(p.draft.Recipients, at)
		o.Fill.Place = min(max(at, 1), p.draft.People)
	} else {
		o.Fill.Place = placeOf(p.draft.Recipients, shown)
	}
	o.Fill.Who = named(p.draft.Recipients[shown], v.set.Country)
	o.Counter.Template, o.Counter.For = o.Counter.Body, named(p.draft.Recipients[p.draft.Longest], v.set.Country)
	o.Counter.Body = p.draft.Text(p.draft.Longest)
	o.Fill.Text = p.draft.Text(shown)
}

// wantedPerson is whose text a button of the review asks for, from 1.
func (v *visit) wantedPerson() (at int, ok bool) {
	_, place, ok := strings.Cut(v.FormValue("do"), "review:")
	if !ok {
		return 0, false
	}
	at, err := strconv.Atoi(place)
	return at, err == nil
}

// gets reports whether a recipient gets a text of their own.
func gets(r desk.Recipient) bool { return r.Refusal == nil && !r.Duplicate }

// person is the index of the nth who gets a text, or of the nearest.
func person(recipients []desk.Recipient, n int) int {
	last := 0
	for i, r := range recipients {
		if !gets(r) {
			continue
		}
		last = i
		if n--; n <= 0 {
			break
		}
	}
	return last
}

// placeOf is the other way round, from 1.
func placeOf(recipients []desk.Recipient, index int) (n int) {
	for i := range index + 1 {
		if gets(recipients[i]) {
			n++
		}
	}
	return n
}
