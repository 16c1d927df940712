package fastsmsapi

import (
	"context"
	"errors"

	"textdesk/desk"
)

// getAllContacts answers the caller's contacts, one on each line, in the form in
// which ImportContactsCSV takes them: name, number, e-mail, groups. It writes
// them as it reads them, however many there are.
func getAllContacts(ctx context.Context, c *call) (answer, error) {
	out := newTable(c.out, nil)
	err := c.desk.ExportContacts(ctx, c.actor, desk.ContactFilter{}, nil, func(l desk.ContactLine) error {
		out.text(l.Name)
		out.text(l.Number.Digits())
		out.text(l.Email)
		for _, g := range l.Groups {
			out.text(g)
		}
		return out.end()
	})
	if err != nil {
		return answer{}, err
	}
	return answer{}, out.Flush()
}

// getAllGroups answers the names of the caller's groups, one on each line.
func getAllGroups(ctx context.Context, c *call) (answer, error) {
	out := newTable(c.out, nil)
	err := c.desk.ExportGroups(ctx, c.actor, func(g desk.Named) error {
		out.text(g.Name)
		return out.end()
	})
	if err != nil {
		return answer{}, err
	}
	return answer{}, out.Flush()
}

// deleteAllContacts deletes the caller's own contacts. Many take a while; others
// can work meanwhile.
func deleteAllContacts(ctx context.Context, c *call) (answer, error) {
	_, err := c.desk.DeleteAllContacts(ctx, c.actor)
	return done, err
}

// deleteAllGroups deletes the caller's own groups. Whoever is in them stays.
func deleteAllGroups(ctx context.Context, c *call) (answer, error) {
	_, err := c.desk.DeleteAllGroups(ctx, c.actor)
	return done, err
}

// emptyGroup takes everybody out of one of the caller's groups.
func emptyGroup(ctx context.Context, c *call) (answer, error) {
	g, err := c.group(ctx)
	if err != nil {
		return answer{}, err
	}
	_, err = c.desk.EmptyGroup(ctx, c.actor, g)
	return done, err
}

// deleteGroup deletes one of the caller's groups.
func deleteGroup(ctx context.Context, c *call) (answer, error) {
	g, err := c.group(ctx)
	if err != nil {
		return answer{}, err
	}
	if err := c.desk.DeleteGroup(ctx, c.actor, g); err != nil && !errors.Is(err, desk.ErrUnknownGroup) {
		return answer{}, err // one that is gone meanwhile is as good as deleted
	}
	return done, nil
}

// group is the caller's group that the call names.
func (c *call) group(ctx context.Context) (int64, error) {
	g, err := c.desk.GroupNamed(ctx, c.actor, c.Word("Group"))
	return g.ID, err
}
