package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"textdesk/db"
	"textdesk/sms/gsm"
	"textdesk/sms/merge"
)

// MaxTemplates is how many templates one user may keep.
const MaxTemplates = 500

// Template is a text that is kept for the next time.
type Template struct {
	db.Template
	// Own: the actor's, who may change it. Owner is the name of whose it is.
	Own   bool
	Owner string
	// Fields are what is filled in for each person.
	Fields []string
	// Size is the text's own, its fields as they stand.
	Size gsm.Size
}

// TemplateForm is a template as typed.
type TemplateForm struct {
	Folder, Name, Body, Sender string
	// Shared: with everyone below. Only administrators can.
	Shared bool
}

// Templates lists the actor's own templates and those that somebody above them
// shares, by folder and name. Those that have all words of search in their
// folder, name or text; "" is all.
func (d *Desk) Templates(ctx context.Context, a Actor, search string) ([]Template, error) {
	rows, err := d.store.TemplatesOf(ctx, a.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	words := strings.Fields(strings.ToLower(search))
	owners := map[int64]string{a.User.ID: a.Name()}
	var found []Template
	for _, row := range rows {
		if !hasWords(row, words) {
			continue
		}
		if _, known := owners[row.UserID]; !known {
			u, err := d.store.User(ctx, row.UserID)
			if err != nil {
				return nil, fmt.Errorf("read user: %w", err)
			}
			owners[row.UserID] = Actor{User: u}.Name()
		}
		t := Template{Template: row, Own: row.UserID == a.User.ID, Owner: owners[row.UserID], Size: gsm.Count(row.Body)}
		if parsed, err := merge.Parse(row.Body); err == nil {
			t.Fields = parsed.Fields()
		}
		found = append(found, t)
	}
	return found, nil
}

func hasWords(t db.Template, words []string) bool {
	text := strings.ToLower(t.Folder + "\n" + t.Name + "\n" + t.Body)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Template finds a template that the actor may use.
func (d *Desk) Template(ctx context.Context, a Actor, id int64) (Template, error) {
	all, err := d.Templates(ctx, a, "")
	if err != nil {
		return Template{}, err
	}
	for _, t := range all {
		if t.ID == id {
			return t, nil
		}
	}
	return Template{}, ErrUnknownTemplate
}

// AddTemplate keeps a text for the actor.
func (d *Desk) AddTemplate(ctx context.Context, a Actor, f TemplateForm) (id int64, err error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	if bad := f.check(a, set.Country); len(bad) > 0 {
		return 0, refused(bad)
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := nameIsFree(ctx, tx, a, f, 0); err != nil {
			return err
		}
		n, err := tx.CountTemplates(ctx, a.User.ID)
		if err != nil {
			return fmt.Errorf("count templates: %w", err)
		}
		if n >= MaxTemplates {
			return ErrTemplatesFull.because("You have %s templates, which is the most one person can keep. Delete one first.", thousands(n))
		}
		now := d.now()
		id, err = tx.InsertTemplate(ctx, db.InsertTemplateParams{UserID: a.User.ID, Folder: f.Folder, Name: f.Name, NameKey: templateKey(f.Name),
			Body: f.Body, Sender: f.Sender, Shared: db.Bool(f.Shared), CreatedAt: now, ChangedAt: now})
		if err != nil {
			return fmt.Errorf("insert template: %w", err)
		}
		return d.audit(ctx, tx, a, "template.add", f.Name, shareWord(f.Shared))
	})
	return id, err
}

// ChangeTemplate stores a template of the actor's own anew.
func (d *Desk) ChangeTemplate(ctx context.Context, a Actor, id int64, f TemplateForm) error {
	if _, err := d.ownTemplate(ctx, a, id); err != nil {
		return err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if bad := f.check(a, set.Country); len(bad) > 0 {
		return refused(bad)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := nameIsFree(ctx, tx, a, f, id); err != nil {
			return err
		}
		if err := tx.UpdateTemplate(ctx, db.UpdateTemplateParams{ID: id, Folder: f.Folder, Name: f.Name, NameKey: templateKey(f.Name), Body: f.Body,
			Sender: f.Sender, Shared: db.Bool(f.Shared), ChangedAt: d.now()}); err != nil {
			return fmt.Errorf("update template: %w", err)
		}
		return d.audit(ctx, tx, a, "template.change", f.Name, shareWord(f.Shared))
	})
}

// DeleteTemplate deletes a template of the actor's own. Texts that were made
// from it stay what they are.
func (d *Desk) DeleteTemplate(ctx context.Context, a Actor, id int64) error {
	t, err := d.ownTemplate(ctx, a, id)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.DeleteTemplate(ctx, id); err != nil {
			return fmt.Errorf("delete template: %w", err)
		}
		return d.audit(ctx, tx, a, "template.delete", t.Name, "")
	})
}

// ownTemplate finds a template that the actor may change.
func (d *Desk) ownTemplate(ctx context.Context, a Actor, id int64) (Template, error) {
	t, err := d.Template(ctx, a, id)
	if err == nil && !t.Own {
		err = ErrForbidden
	}
	return t, err
}

// check tidies the form and refuses what is no template.
func (f *TemplateForm) check(a Actor, home string) []*Refusal {
	f.Folder, f.Name, f.Sender, f.Body = tidy(f.Folder), tidy(f.Name), tidy(f.Sender), gsm.Clean(f.Body)
	var bad []*Refusal
	if f.Name == "" {
		bad = append(bad, ErrTemplateName)
	}
	for _, field := range [][2]string{{"name", f.Name}, {"folder", f.Folder}} {
		if r := tooLong(field[0], field[1], 80); r != nil {
			bad = append(bad, r)
		}
	}
	if r := checkTemplateBody(f.Body); r != nil {
		bad = append(bad, r)
	}
	if f.Sender != "" {
		if _, r := parseSender(f.Sender, home); r != nil {
			bad = append(bad, r)
		}
	}
	if f.Shared && !a.Admin() {
		bad = append(bad, ErrForbidden.because("Only an administrator can share a template.").on("shared"))
	}
	return bad
}

func checkTemplateBody(body string) *Refusal {
	if strings.TrimSpace(body) == "" {
		return ErrBlankBody
	}
	if parts := gsm.Count(body).Parts; parts > MaxParts {
		return ErrBodyTooLong.because("The message is too long: it would take %s text messages, and the most is %d.", thousands(int64(parts)), MaxParts)
	}
	var mistakes *merge.Error
	if _, err := merge.Parse(body); errors.As(err, &mistakes) {
		return ErrBadFields.because("%s", mistakes.Mistakes[0].Sentence)
	}
	return nil
}

// nameIsFree refuses a second template of one name, but for the template itself.
func nameIsFree(ctx context.Context, tx *db.Tx, a Actor, f TemplateForm, id int64) error {
	other, err := tx.TemplateByName(ctx, db.TemplateByNameParams{UserID: a.User.ID, NameKey: templateKey(f.Name)})
	switch {
	case db.IsNotFound(err), err == nil && other.ID == id:
		return nil
	case err != nil:
		return fmt.Errorf("look for template: %w", err)
	}
	return ErrTemplateTaken.because("You have a template called %s already.", other.Name)
}

// templateKey is how the names of templates are compared.
func templateKey(name string) string { return strings.ToLower(tidy(name)) }

func shareWord(shared bool) string {
	if shared {
		return "shared"
	}
	return ""
}
