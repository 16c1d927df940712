package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"textdesk/db"
	"textdesk/sms/gsm"
	"textdesk/sms/merge"
)

// The fields that a text can be filled in with. A person of a group has the
// first three, one of a list may have all; a typed number those of the contact
// that it belongs to, and else only itself.
var fillable = []string{"Name", "Email", "Number", "MM1", "MM2", "MM3", "MM4", "MM5"}

// Fillable lists the names of the fields that a text can be filled in with.
func Fillable() []string { return append([]string(nil), fillable...) }

// values are what a group, a list or a file knows of a recipient.
type values struct {
	fixed  [8]string         // in the order of fillable
	fields map[string]string // further ones, by folded name
	// cells are those of a file's row, and at where each column stands in them.
	cells []string
	at    map[string]int
}

// namesIn reads the names of columns as the store keeps them.
func namesIn(text string) (names []string, err error) {
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, fmt.Errorf("read columns: %w", err)
	}
	return names, nil
}

// valuesOf are those of somebody of a group or a list; the further fields only
// where the text asks for some.
func valuesOf(p db.Person, further bool) (*values, error) {
	v := &values{fixed: [8]string{p.Name, p.Email, string(p.Number), p.MM[0], p.MM[1], p.MM[2], p.MM[3], p.MM[4]}}
	if !further || p.Fields == "{}" || p.Fields == "" {
		return v, nil
	}
	var named map[string]string
	if err := json.Unmarshal([]byte(p.Fields), &named); err != nil {
		return nil, fmt.Errorf("read fields: %w", err)
	}
	v.fields = make(map[string]string, len(named))
	for name, value := range named {
		v.fields[merge.Fold(name)] = value
	}
	return v, nil
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
	if r.values != nil {
		if v := r.values.fields[field]; v != "" {
			return v
		}
		if at, ok := r.values.at[field]; ok {
			return r.values.cells[at]
		}
		if i >= 0 && r.values.fixed[i] != "" {
			return r.values.fixed[i]
		}
	}
	if i >= 0 && fillable[i] == "Number" {
		return string(r.Number)
	}
	return ""
}

// Filled reports whether the text is different for each person.
func (dr *Draft) Filled() bool { return len(dr.template.Fields()) > 0 || dr.texts != nil || dr.own }

// Text is what a recipient will read.
func (dr *Draft) Text(i int) string {
	text, _ := dr.text(&dr.Recipients[i])
	return text
}

// text also names what is missing to fill it in.
func (dr *Draft) text(r *Recipient) (text string, missing []string) {
	switch {
	case r.own != "":
		return r.own, nil
	case dr.texts != nil:
		return dr.texts[r.Number], nil
	case len(dr.template.Fields()) > 0:
		text, missing = dr.template.Render(r.value)
		return gsm.Clean(text), missing
	}
	return dr.Body, nil
}

// readFields finds the fields of the text, where the order fills them in. What
// is no field at all is a problem that readBody tells.
func (dr *Draft) readFields(o Order) {
	dr.texts, dr.own = o.texts, o.fromBatch()
	if !o.Fill {
		return
	}
	template, err := merge.Parse(gsm.Clean(o.Body))
	var wrong *merge.Error
	if errors.As(err, &wrong) {
		dr.badField = ErrBadField.because("%s", wrong.Mistakes[0].Sentence)
		return
	}
	dr.template = template
	onlyFile := o.File != nil && len(o.Groups)+len(o.Lists) == 0
	for _, name := range template.Fields() {
		key := merge.Fold(name)
		if !slices.Contains(folded, key) || onlyFile && key != "number" {
			dr.further = append(dr.further, name)
		}
	}
}

// knows notes the names of further fields that there are.
func (dr *Draft) knows(names ...string) {
	if dr.known == nil {
		dr.known = map[string]string{}
	}
	for _, name := range names {
		if key := merge.Fold(name); dr.known[key] == "" {
			dr.known[key] = name
		}
	}
}

// checkFields refuses a field that nobody has, when all have been asked.
func (dr *Draft) checkFields() {
	for _, name := range dr.further {
		if dr.known[merge.Fold(name)] != "" {
			continue
		}
		dr.badField = ErrBadField.because("There is no field called %s. There are %s.", name, strings.Join(dr.Fields(), ", "))
		dr.template = merge.Template{}
		return
	}
}

// Fields lists the names of the fields that the text of this order can be
// filled in with: those of everybody, then further ones in their order.
func (dr *Draft) Fields() []string {
	all := Fillable()
	if dr.ownFields { // a file has its columns and nothing else
		all = []string{"Number"}
	}
	var further []string
	for _, name := range dr.known {
		if !slices.ContainsFunc(all, func(one string) bool { return merge.Fold(one) == merge.Fold(name) }) && !slices.Contains(dr.columns, name) {
			further = append(further, name)
		}
	}
	slices.Sort(further)
	for _, name := range append(slices.Clone(dr.columns), further...) {
		if !slices.ContainsFunc(all, func(one string) bool { return merge.Fold(one) == merge.Fold(name) }) {
			all = append(all, name)
		}
	}
	return all[:min(len(all), fieldsNamed)]
}

// fieldsNamed is how many fields are named at the most.
const fieldsNamed = 64

// fill works out what each person will read. Somebody who lacks a value that
// the text needs gets nothing, rather than a text with a hole in it. The size
// of the draft is that of the longest.
func (dr *Draft) fill(limit int) {
	dr.beginFill()
	dr.fillSome(dr.Recipients, 0)
	dr.endFill(limit)
}

func (dr *Draft) beginFill() {
	dr.ByParts, dr.Longest = map[int]int{}, -1
	if dr.Filled() {
		dr.Size = gsm.Size{}
	}
}

// fillSome works it out for some of the recipients, of whom the first has the
// given place.
func (dr *Draft) fillSome(some []Recipient, place int) {
	for i := range some {
		r := &some[i]
		if r.Refusal != nil || r.Duplicate {
			continue
		}
		size := dr.Size
		if dr.Filled() {
			text, missing := dr.text(r)
			size = gsm.Count(text)
			switch {
			case len(missing) > 0:
				dr.leaveOut(r, ErrMissingField.because("There is no %s to fill in.", missing[0]))
				if dr.Missing == nil {
					dr.Missing = map[string]int{}
				}
				dr.Missing[missing[0]]++
				continue
			case strings.TrimSpace(text) == "":
				dr.leaveOut(r, ErrMissingField.because("Nothing would be left of the text."))
				continue
			}
			if dr.Longest < 0 || size.Parts > dr.Size.Parts || size.Parts == dr.Size.Parts && size.Left < dr.Size.Left {
				dr.Size, dr.Longest = size, place+i
			}
		}
		r.parts = size.Parts
		dr.ByParts[size.Parts]++
		dr.Parts += int64(size.Parts)
	}
}

// endFill says what is wrong with it, once it is worked out for all.
func (dr *Draft) endFill(limit int) {
	switch {
	case !dr.Filled():
	case dr.People == 0 && dr.Lacking > 0 && len(dr.Problems) == 0:
		dr.Problems = append(dr.Problems, ErrMissingField.because("%s", dr.nobodyHas()))
	case dr.Size.Parts > limit:
		dr.Problems = append(dr.Problems, tooManyParts(dr.Size.Parts, limit))
	}
}

// nobodyHas says which field leaves everybody out.
func (dr *Draft) nobodyHas() string {
	for field, people := range dr.Missing {
		if people == dr.Lacking {
			return fmt.Sprintf("None of these people has a %s. Choose a field that they have, or say what stands there instead: ((%s|…)).", field, field)
		}
	}
	return "Nobody has everything that the text is to be filled in with. Say what stands there instead: ((Name|there))."
}

func (dr *Draft) leaveOut(r *Recipient, why *Refusal) {
	r.Refusal = why
	dr.People--
	dr.Lacking++
}
