package desk

import (
	"errors"
	"slices"
	"strings"

	"textdesk/db"
	"textdesk/sms/gsm"
	"textdesk/sms/merge"
)

// The fields that a text can be filled in with. A person of a group has the
// first three, one of a list may have all; a typed number has only itself.
var fillable = []string{"Name", "Email", "Number", "MM1", "MM2", "MM3", "MM4", "MM5"}

// Fillable lists the names of the fields that a text can be filled in with.
func Fillable() []string { return append([]string(nil), fillable...) }

// values are what a group or a list knows of a recipient, in the order of
// fillable.
type values [8]string

func valuesOfContact(c db.Contact) *values {
	return &values{c.Name, c.Email, string(c.Number)}
}

func valuesOfEntry(e db.ListEntry) *values {
	return &values{e.Name, e.Email, string(e.Number), e.Mm1, e.Mm2, e.Mm3, e.Mm4, e.Mm5}
}

// folded are the names as [merge.Template.Render] asks for them.
var folded = func() (names []string) {
	for _, name := range fillable {
		names = append(names, merge.Fold(name))
	}
	return names
}()

// value answers for a field by its folded name, "" for what is not known.
func (r *Recipient) value(field string) string {
	i := slices.Index(folded, field)
	switch {
	case i < 0:
		return ""
	case r.values != nil:
		return r.values[i]
	case fillable[i] == "Number":
		return string(r.Number)
	}
	return ""
}

// Filled reports whether the text is different for each person.
func (dr *Draft) Filled() bool { return len(dr.template.Fields()) > 0 || dr.texts != nil }

// Text is what a recipient will read.
func (dr *Draft) Text(i int) string {
	text, _ := dr.text(&dr.Recipients[i])
	return text
}

// text also names what is missing to fill it in.
func (dr *Draft) text(r *Recipient) (text string, missing []string) {
	switch {
	case dr.texts != nil:
		return dr.texts[r.Number], nil
	case len(dr.template.Fields()) > 0:
		text, missing = dr.template.Render(r.value)
		return gsm.Clean(text), missing
	}
	return dr.Body, nil
}

// readFields finds the fields of the text, where the order fills them in, and
// refuses what is none.
func (dr *Draft) readFields(o Order) {
	if dr.texts = o.texts; !o.Fill {
		return
	}
	template, err := merge.Parse(dr.Body)
	var wrong *merge.Error
	if errors.As(err, &wrong) {
		dr.Problems = append(dr.Problems, ErrBadField.because("%s", wrong.Mistakes[0].Sentence))
		return
	}
	for _, name := range template.Fields() {
		if !slices.Contains(folded, merge.Fold(name)) {
			dr.Problems = append(dr.Problems, ErrBadField.because("There is no field called %s. There are %s.", name, strings.Join(fillable, ", ")))
			return
		}
	}
	dr.template = template
}

// fill works out what each person will read. Somebody who lacks a value that
// the text needs gets nothing, rather than a text with a hole in it. The size
// of the draft is that of the longest.
func (dr *Draft) fill(limit int) {
	dr.ByParts = map[int]int{}
	if !dr.Filled() {
		dr.ByParts[dr.Size.Parts] = dr.People
		dr.Parts = int64(dr.People) * int64(dr.Size.Parts)
		return
	}
	dr.Size, dr.Longest = gsm.Size{}, -1
	for i := range dr.Recipients {
		r := &dr.Recipients[i]
		if r.Refusal != nil || r.Duplicate {
			continue
		}
		text, missing := dr.text(r)
		size := gsm.Count(text)
		switch {
		case len(missing) > 0:
			dr.leaveOut(r, ErrMissingField.because("There is no %s to fill in.", missing[0]))
			continue
		case strings.TrimSpace(text) == "":
			dr.leaveOut(r, ErrMissingField.because("Nothing would be left of the text."))
			continue
		}
		dr.ByParts[size.Parts]++
		dr.Parts += int64(size.Parts)
		if dr.Longest < 0 || size.Parts > dr.Size.Parts || size.Parts == dr.Size.Parts && size.Left < dr.Size.Left {
			dr.Size, dr.Longest = size, i
		}
	}
	switch {
	case dr.People == 0 && dr.Lacking > 0 && len(dr.Problems) == 0:
		dr.Problems = append(dr.Problems, ErrMissingField.because("Nobody has what the text is to be filled in with. Give a field something to say instead: ((Name|there))."))
	case dr.Size.Parts > limit:
		dr.Problems = append(dr.Problems, tooManyParts(dr.Size.Parts, limit))
	}
}

func (dr *Draft) leaveOut(r *Recipient, why *Refusal) {
	r.Refusal = why
	dr.People--
	dr.Lacking++
}
