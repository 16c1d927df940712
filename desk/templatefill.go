package desk

import (
	"context"
	"slices"
	"strings"

	"textdesk/sms/gsm"
	"textdesk/sms/merge"
)

// Blank is a field of a template that its user fills in by hand, once for
// everybody it goes to.
type Blank struct {
	Key, Name string
	// Own: each person has their own; what is typed stands there for those who
	// have none.
	Own bool
	// Choice: it says yes or no, and Text is there on yes. Otherwise Text is what
	// stands there when nothing is typed, and Needed that there is no such text.
	Choice, Needed bool
	Text           string
}

// FilledIn is a template with what was typed into it.
type FilledIn struct {
	Template Template
	Body     string
	Blanks   []Blank
	// Problems are why it cannot be sent like that.
	Problems []*Refusal
}

// FillIn fills a template that somebody above the actor shares with what was
// typed, by the folded names of its fields. Which of them each person has their
// own of depends on whom the order goes to. Refusals: ErrUnknownTemplate, and
// ErrTemplatesOnly for one of their own.
func (d *Desk) FillIn(ctx context.Context, a Actor, o Order, templateID int64, typed map[string]string) (FilledIn, error) {
	t, err := d.Template(ctx, a, templateID)
	if err == nil && t.Own && PermissionsOf(a.User).TemplatesOnly {
		err = ErrTemplatesOnly.on("template")
	}
	if err != nil {
		return FilledIn{}, err
	}
	own := []string{"number"}
	if len(o.Groups)+len(o.Lists) > 0 || o.File != nil {
		o.Body, o.Fill = t.Body, true
		draft, err := d.Check(ctx, a, o)
		if err != nil {
			return FilledIn{}, err
		}
		for _, name := range draft.Fields() {
			own = append(own, merge.Fold(name))
		}
	}
	f := FilledIn{Template: t}
	f.fill(typed, own)
	return f, nil
}

// fill puts what was typed in its places. own are the folded names of what each
// person has their own of.
func (f *FilledIn) fill(typed map[string]string, own []string) {
	template, err := merge.Parse(gsm.Clean(f.Template.Body))
	if err != nil {
		f.Body = f.Template.Body // which no check lets through
		return
	}
	place := map[string]int{}
	f.Body = template.Put(func(at merge.Field) string {
		value := strings.TrimSpace(typed[at.Key])
		isOwn := slices.Contains(own, at.Key)
		if isOwn && (at.Conditional || at.Key == "number") {
			return at.String()
		}
		i, seen := place[at.Key]
		if !seen {
			i = len(f.Blanks)
			place[at.Key] = i
			f.Blanks = append(f.Blanks, Blank{Key: at.Key, Name: at.Name, Own: isOwn, Choice: at.Conditional, Text: at.Other})
		}
		b := &f.Blanks[i]
		if b.Choice && !at.Conditional {
			b.Choice, b.Text = false, at.Other // what is asked for in words answers both
		}
		b.Needed = b.Needed || !isOwn && !at.Conditional && !at.HasOther
		switch {
		case at.Conditional && merge.Says(value):
			return at.Other
		case at.Conditional:
			return ""
		case value == "" && at.HasOther && !isOwn:
			return at.Other
		case value == "":
			return at.String()
		case isOwn:
			at.HasOther, at.Other = true, value
			return at.String()
		}
		return value
	})
	for _, b := range f.Blanks {
		value := strings.TrimSpace(typed[b.Key])
		switch field := "fill-" + b.Key; {
		case b.Needed && value == "":
			f.Problems = append(f.Problems, ErrBlankField.because("Fill in %s.", b.Name).on(field))
		case len(value) > longestFilled:
			f.Problems = append(f.Problems, ErrBlankField.because("%s is too long: at most %d characters.", b.Name, longestFilled).on(field))
		case strings.Contains(value, "((") || strings.Contains(value, "))"):
			f.Problems = append(f.Problems, ErrBlankField.because("Write %s without double brackets.", b.Name).on(field))
		}
	}
}
