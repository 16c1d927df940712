package handlers

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"textdesk/sms/gsm"
	"textdesk/views"
)

// filling is how the text is filled in for each person. The counter is about
// the longest text that anybody will read, and so is the phone.
func (v *visit) filling(p plan, o *views.Outlook) {
	o.Fill.Fields = p.draft.Fields()
	if !p.draft.Filled() {
		return
	}
	o.Fill.On, o.Fill.Lacking = true, p.draft.Lacking
	o.Fill.ByParts = byParts(p.draft.ByParts)
	if p.draft.People == 0 || p.draft.Longest < 0 {
		o.Counter.Size = gsm.Count(o.Counter.Body)
		return
	}
	longest := p.draft.Recipients[p.draft.Longest]
	o.Fill.Who = named(longest, v.set.Country)
	o.Counter.Template, o.Counter.For = o.Counter.Body, o.Fill.Who
	o.Counter.Body = p.draft.Text(p.draft.Longest)
	o.Fill.Text = o.Counter.Body
}

// byParts are the people by how many text messages they get.
func byParts(all map[int]int) (sorted []views.PartsOf) {
	for _, parts := range slices.Sorted(maps.Keys(all)) {
		sorted = append(sorted, views.PartsOf{Parts: parts, People: all[parts]})
	}
	return sorted
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
