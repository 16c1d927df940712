package desk

import (
	"context"
	"strings"

	"textdesk/sms/gsm"
	"textdesk/sms/merge"
)

// SavedReply is a template's text for whoever a conversation is with: what their
// address book knows of them stands in the places of its fields. What it does not
// know stays a field, for whoever writes to replace.
func (d *Desk) SavedReply(ctx context.Context, a Actor, conversation, template int64) (string, error) {
	c, err := d.Talk(ctx, a, conversation, "", 1)
	if err != nil {
		return "", err
	}
	t, err := d.Template(ctx, a, template)
	if err != nil {
		return "", err
	}
	known := map[string]string{}
	if c.Contact.ID != 0 {
		known["name"] = c.Contact.Name
		if whole, err := d.store.Contact(ctx, c.Contact.ID); err == nil {
			for _, f := range ContactFields(whole) {
				known[merge.Fold(f.Name)] = f.Value
			}
		}
	}
	text, err := merge.Parse(gsm.Clean(t.Body))
	if err != nil {
		return t.Body, nil // which the check names when it is sent
	}
	return text.Put(func(f merge.Field) string {
		value := strings.TrimSpace(known[f.Key])
		switch {
		case f.Conditional && value == "":
			return f.String()
		case f.Conditional && merge.Says(value):
			return f.Other
		case f.Conditional:
			return ""
		case value != "":
			return value
		case f.HasOther:
			return f.Other
		}
		return f.String()
	}), nil
}
