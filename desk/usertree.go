package desk

import (
	"context"

	"textdesk/db"
)

// Branch is a user in the tree of those whom an administrator sees.
type Branch struct {
	User db.User
	// Depth is how far below the top of what the actor sees, 0 for the top.
	Depth int
}

// UserTree lists the actor and everyone below them, each after their
// administrator, by name. For administrators.
func (d *Desk) UserTree(ctx context.Context, a Actor) ([]Branch, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	users, err := d.Users(ctx, a)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	for _, u := range users {
		seen[u.ID] = true
	}
	below := map[int64][]db.User{}
	for _, u := range users {
		parent := int64(u.ParentID)
		if !seen[parent] {
			parent = 0
		}
		below[parent] = append(below[parent], u)
	}
	var tree []Branch
	var walk func(parent int64, depth int)
	walk = func(parent int64, depth int) {
		for _, u := range below[parent] {
			tree = append(tree, Branch{User: u, Depth: depth})
			walk(u.ID, depth+1)
		}
	}
	walk(0, 0)
	return tree, nil
}
