package handlers

import (
	"net/url"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/sheet"
	"textdesk/views"
)

// exportContacts is the contacts that a list shows as a file: all, those that
// match a search, or those that are selected on the page.
func (v *visit) exportContacts() error {
	f, _ := v.contactFilter(v.QueryParam)
	return v.contactsFile(f, "contacts", "Contacts")
}

// exportGroup is those in a group as a file.
func (v *visit) exportGroup() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	g, err := v.s.Desk.Group(v.Request().Context(), v.actor, id)
	if err != nil {
		return err
	}
	return v.contactsFile(desk.ContactFilter{Group: id, Search: v.QueryParam("q")}, "group-"+fileName(g.Name), g.Name)
}

// contactsFile writes contacts in the columns that an import finds by itself.
func (v *visit) contactsFile(f desk.ContactFilter, name, title string) error {
	ctx, ids := v.Request().Context(), parseIDs(v.QueryParams()["contact"])
	if v.QueryParam("all") != "" {
		ids = nil // all that match, whoever is selected
	}
	fields, err := v.s.Desk.ExportFields(ctx, v.actor, f, ids)
	if err != nil {
		return err
	}
	columns := []sheet.Column{{Title: "Name", Width: 28}, {Title: "Mobile number", Width: 18}, {Title: "E-mail", Width: 28}}
	columns = append(columns, sheet.Texts(fields...)...)
	columns = append(columns, sheet.Column{Title: "Groups", Width: 36})
	return v.table(v.kind(), name+"-"+v.today(), title, columns, func(row func(...string) error) error {
		cells := make([]string, len(columns))
		return v.s.Desk.ExportContacts(ctx, v.actor, f, ids, func(c desk.ContactLine) error {
			clear(cells)
			cells[0], cells[1], cells[2] = c.Name, c.Number.Display(v.set.Country), c.Email
			fillFields(cells[3:], fields, desk.ContactFields(c.Contact))
			cells[len(cells)-1] = sheet.JoinNames(c.Groups)
			return row(cells...)
		})
	})
}

// fillFields puts fields under their names. Both are in the same order.
func fillFields(cells, names []string, fields []desk.Field) {
	at := 0
	for _, f := range fields {
		for at < len(names) && names[at] != f.Name {
			at++
		}
		if at < len(names) {
			cells[at] = f.Value
		}
	}
}

// exportGroups is the names of the groups as a file.
func (v *visit) exportGroups() error {
	return v.setsFile("groups", "Groups", func(do func(desk.Named) error) error {
		return v.s.Desk.ExportGroups(v.Request().Context(), v.actor, do)
	})
}

// exportLists is the names of the lists as a file.
func (v *visit) exportLists() error {
	return v.setsFile("lists", "Lists", func(do func(desk.Named) error) error {
		return v.s.Desk.ExportLists(v.Request().Context(), v.actor, do)
	})
}

func (v *visit) setsFile(name, title string, each func(func(desk.Named) error) error) error {
	columns := []sheet.Column{{Title: "Name", Width: 36}, {Title: "People", Number: true, Width: 10}}
	return v.table(v.kind(), name+"-"+v.today(), title, columns, func(row func(...string) error) error {
		return each(func(n desk.Named) error { return row(n.Name, strconv.FormatInt(n.Count, 10)) })
	})
}

// exportList is what stands on a list as a file.
func (v *visit) exportList() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	ctx := v.Request().Context()
	l, more, err := v.s.Desk.ListColumns(ctx, v.actor, id)
	if err != nil {
		return err
	}
	columns := append([]sheet.Column{{Title: "Mobile number", Width: 18}, {Title: "Name", Width: 28}, {Title: "E-mail", Width: 28}}, sheet.Texts("MM1", "MM2", "MM3", "MM4", "MM5")...)
	columns = append(columns, sheet.Texts(more...)...)
	return v.table(v.kind(), "list-"+fileName(l.Name)+"-"+v.today(), l.Name, columns, func(row func(...string) error) error {
		cells := make([]string, len(columns))
		return v.s.Desk.ExportList(ctx, v.actor, id, func(e desk.EntryLine) error {
			clear(cells)
			cells[0], cells[1], cells[2] = e.Number.Display(v.set.Country), e.Name, e.Email
			for i, mm := range e.MM() {
				cells[3+i] = *mm
			}
			fillFields(cells[8:], more, e.More)
			return row(cells...)
		})
	})
}

// fileName is a name as that of a file: letters and digits with dashes between.
func fileName(name string) string {
	var b []byte
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b = append(b, c)
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case len(b) > 0 && b[len(b)-1] != '-':
			b = append(b, '-')
		}
	}
	const longest = 40
	b = b[:min(len(b), longest)]
	for len(b) > 0 && b[len(b)-1] == '-' {
		b = b[:len(b)-1]
	}
	if len(b) == 0 {
		return "people"
	}
	return string(b)
}

// exports are the links to a list as a file, with the search that it has where
// the file is of those who match.
func (v *visit) exports(path string) views.Exports {
	q := url.Values{}
	if search := v.QueryParam("q"); search != "" && (path == "/contacts" || strings.HasPrefix(path, "/groups/")) {
		q.Set("q", search)
	}
	return exportsOf(path, q)
}

func exportsOf(path string, q url.Values) views.Exports {
	e := views.Exports{CSV: path + "/export"}
	if len(q) > 0 {
		e.CSV += "?" + q.Encode()
	}
	q.Set("format", "xlsx")
	e.XLSX = path + "/export?" + q.Encode()
	return e
}
