package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func names(all []Template) (list []string) {
	for _, t := range all {
		list = append(list, t.Name)
	}
	return list
}

func TestTemplatesBelongToTheirOwner(t *testing.T) {
	o := newOffice(t)
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 0)
	jo := o.user(t, "jo", LevelNormal, head.User.ID, 0)
	kim := o.user(t, "kim", LevelNormal, head.User.ID, 0)
	other := o.user(t, "other", LevelAdmin, o.admin.User.ID, 0)
	far := o.user(t, "far", LevelNormal, other.User.ID, 0)
	add := func(a Actor, f TemplateForm) int64 {
		t.Helper()
		id, err := o.AddTemplate(t.Context(), a, f)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	list := func(a Actor, search string) []string {
		t.Helper()
		all, err := o.Templates(t.Context(), a, search)
		if err != nil {
			t.Fatal(err)
		}
		return names(all)
	}
	top := add(o.admin, TemplateForm{Name: "Closed", Body: "We are closed today.", Shared: true})
	shared := add(head, TemplateForm{Name: "Trip", Folder: " Year  4 ", Body: "Dear ((Parent|parent)), ((Name)) has a trip.", Shared: true})
	add(head, TemplateForm{Name: "Rota", Body: "The rota"})
	own := add(jo, TemplateForm{Name: "Club", Folder: "Clubs", Body: "Club is off.\r\nSorry!", Sender: "SCHOOL"})
	for who, want := range map[*Actor][]string{
		&o.admin: {"Closed"}, &head: {"Closed", "Rota", "Trip"}, &jo: {"Closed", "Club", "Trip"},
		&kim: {"Closed", "Trip"}, &other: {"Closed"}, &far: {"Closed"},
	} {
		if got := list(*who, ""); !slices.Equal(got, want) {
			t.Errorf("%s has the templates %q, want %q", who.User.Username, got, want)
		}
	}
	if got := list(jo, "OFF club"); !slices.Equal(got, []string{"Club"}) {
		t.Errorf("the search finds %q", got)
	}
	trip, err := o.Template(t.Context(), jo, shared)
	if err != nil || trip.Own || trip.Owner != "head" || trip.Folder != "Year 4" || !slices.Equal(trip.Fields, []string{"Parent", "Name"}) || trip.Size.Parts != 1 {
		t.Errorf("the shared template is %+v, %v", trip, err)
	}
	if club, err := o.Template(t.Context(), jo, own); err != nil || !club.Own || club.Body != "Club is off.\nSorry!" {
		t.Errorf("the own template is %+v, %v", club, err)
	}
	good := TemplateForm{Name: "Mine now", Body: "x"}
	for _, c := range []struct {
		name string
		a    Actor
		id   int64
		want error
	}{
		{"a sibling's", kim, own, ErrUnknownTemplate},
		{"that of one below", head, own, ErrUnknownTemplate},
		{"a stranger's", far, shared, ErrUnknownTemplate},
		{"a shared one", jo, shared, ErrForbidden},
		{"one shared from the top", head, top, ErrForbidden},
		{"none", jo, 4711, ErrUnknownTemplate},
	} {
		if err := o.ChangeTemplate(t.Context(), c.a, c.id, good); !errors.Is(err, c.want) {
			t.Errorf("changing %s: %v, want %v", c.name, err, c.want)
		}
		if err := o.DeleteTemplate(t.Context(), c.a, c.id); !errors.Is(err, c.want) {
			t.Errorf("deleting %s: %v, want %v", c.name, err, c.want)
		}
	}
	// No longer shared, it is gone for the others.
	if err := o.ChangeTemplate(t.Context(), head, shared, TemplateForm{Name: "TRIP", Body: "Trip"}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Template(t.Context(), jo, shared); !errors.Is(err, ErrUnknownTemplate) {
		t.Errorf("a template that is shared no more: %v", err)
	}
	if err := o.DeleteTemplate(t.Context(), jo, own); err != nil {
		t.Fatal(err)
	}
	if got := list(jo, ""); !slices.Equal(got, []string{"Closed"}) {
		t.Errorf("after deleting there are %q", got)
	}
}

func TestTemplatesThatAreRefused(t *testing.T) {
	o := newOffice(t)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 0)
	if _, err := o.AddTemplate(t.Context(), jo, TemplateForm{Name: "Club off", Body: "x"}); err != nil {
		t.Fatal(err)
	}
	good := TemplateForm{Name: "Other", Body: "Hello"}
	for _, c := range []struct {
		change func(*TemplateForm)
		want   error
		field  string
	}{
		{func(f *TemplateForm) { f.Name = " " }, ErrTemplateName, "name"},
		{func(f *TemplateForm) { f.Name = "club  OFF" }, ErrTemplateTaken, "name"},
		{func(f *TemplateForm) { f.Name = strings.Repeat("n", 81) }, ErrTooLong, "name"},
		{func(f *TemplateForm) { f.Folder = strings.Repeat("n", 81) }, ErrTooLong, "folder"},
		{func(f *TemplateForm) { f.Body = "\n " }, ErrBlankBody, "body"},
		{func(f *TemplateForm) { f.Body = strings.Repeat("long", 400) }, ErrBodyTooLong, "body"},
		{func(f *TemplateForm) { f.Body = "Hello ((Name)" }, ErrBadFields, "body"},
		{func(f *TemplateForm) { f.Sender = "Much too long for a sender" }, ErrSenderTooLong, "sender"},
		{func(f *TemplateForm) { f.Shared = true }, ErrForbidden, "shared"},
	} {
		f := good
		c.change(&f)
		_, err := o.AddTemplate(t.Context(), jo, f)
		if all := Refusals(err); !errors.Is(err, c.want) || len(all) != 1 || all[0].Field != c.field {
			t.Errorf("%+v: %v, want %v", f, err, c.want)
		}
	}
	if _, err := o.AddTemplate(t.Context(), o.admin, TemplateForm{Name: "Club off", Body: "x"}); err != nil {
		t.Errorf("somebody else's template of the same name: %v", err)
	}
	for i := range MaxTemplates - 1 {
		if _, err := o.AddTemplate(t.Context(), jo, TemplateForm{Name: fmt.Sprint("No ", i), Body: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.AddTemplate(t.Context(), jo, good); !errors.Is(err, ErrTemplatesFull) {
		t.Errorf("one too many: %v", err)
	}
}
