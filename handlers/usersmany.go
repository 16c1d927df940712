package handlers

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) manyUsersForm() error {
	return v.showManyUsers(http.StatusOK, views.ManyUsers{}, nil)
}

// manyUsers shows what a table would create and, confirmed, creates it. The
// links stand in its own answer, which no cache keeps.
func (v *visit) manyUsers() error {
	ctx := v.Request().Context()
	table, err := v.pastedTable()
	if err != nil {
		return err
	}
	m := views.ManyUsers{Table: table}
	if v.FormValue("change") != "" {
		return v.showManyUsers(http.StatusOK, m, nil)
	}
	do := v.s.Desk.PlanUsers
	if m.Done = v.FormValue("confirmed") != ""; m.Done {
		do = v.s.Desk.AddUsers
	}
	plan, err := do(ctx, v.actor, table)
	if err != nil {
		m.Done = false
		return v.showManyUsers(http.StatusUnprocessableEntity, m, err)
	}
	m.Good, m.Credits = plan.Good, plan.Credits
	for i, field := range plan.Columns {
		if field == "" && plan.Titles[i] != "" {
			m.Unread = append(m.Unread, plan.Titles[i])
		}
	}
	switch {
	case plan.Credits == 0:
		m.Own = "None of them gets credits."
	case plan.Parent.TopUp():
		m.Own = "Together they begin with " + views.Plural(plan.Credits, "credit", "credits") + ". It is a top-up: you are unlimited."
	default:
		m.Own = fmt.Sprintf("Together they begin with %s. You have %s now, and %s after it.", views.Plural(plan.Credits, "credit", "credits"),
			views.Count(plan.Parent.Parent.Balance), views.Count(plan.Parent.ParentAfter()))
	}
	for _, r := range plan.Rows {
		row := views.ManyUser{Line: r.Line, Username: r.Username, Level: views.Level(r.NewUser.Level), Credits: strconv.FormatInt(r.NewUser.Credits, 10),
			Name: desk.Actor{User: desk.Person{FirstName: r.NewUser.FirstName, LastName: r.NewUser.LastName}}.Name()}
		if len(r.Problems) > 0 {
			row.Problem = r.Problems[0].Sentence
		}
		if r.Link != "" {
			row.Link = v.joinURL(r.Link)
		}
		m.Rows = append(m.Rows, row)
	}
	return v.showManyUsers(http.StatusOK, m, nil)
}

// pastedTable is what was pasted, or else the file, as text.
func (v *visit) pastedTable() (string, error) {
	file, err := v.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && file.Size == 0 {
		return v.FormValue("people"), nil
	}
	if err != nil {
		return "", err
	}
	f, err := file.Open()
	if err != nil {
		return "", fmt.Errorf("open upload: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return "", fmt.Errorf("read upload: %w", err)
	}
	if utf8.Valid(raw) {
		return string(raw), nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw) // what Excel saves where it does not save UTF-8
	if err != nil {
		return "", fmt.Errorf("decode upload: %w", err)
	}
	return string(text), nil
}

func (v *visit) showManyUsers(status int, m views.ManyUsers, cause error) error {
	var err error
	if m.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	title := "Create many users"
	if m.Done {
		title = "The users are created"
	}
	page, err := v.page(title, "/users")
	if err != nil {
		return err
	}
	page.HasErrors = len(m.Errors) > 0
	if len(m.Rows) == 0 {
		page.Width = ui.Narrow
	}
	return render(v.Context, status, views.ManyUsersPage(page, m))
}
