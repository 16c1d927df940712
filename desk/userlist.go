package desk

import (
	"context"
	"fmt"
	"strings"

	"textdesk/db"
)

// The states of a user.
const (
	UserActive    = "active"
	UserInvited   = "invited"   // has not chosen a password yet
	UserSuspended = "suspended" // kept out until somebody resumes them
	UserArchived  = "archived"  // out for good; their history stays
)

// UserStates lists them in the order of a life.
var UserStates = []string{UserActive, UserInvited, UserSuspended, UserArchived}

// StateOf is where a user stands.
func StateOf(u db.User) string {
	switch {
	case u.ArchivedAt != 0:
		return UserArchived
	case u.SuspendedAt != 0:
		return UserSuspended
	case u.PasswordHash == "":
		return UserInvited
	}
	return UserActive
}

// keptOut says why a user may do nothing, nil for who may.
func keptOut(u db.User) *Refusal {
	switch {
	case u.ArchivedAt != 0:
		return ErrArchived
	case u.SuspendedAt != 0:
		return ErrSuspended
	}
	return nil
}

// Users lists the users whom the actor may see, by name.
func (d *Desk) Users(ctx context.Context, a Actor) ([]db.User, error) {
	below, err := d.below(ctx, a)
	if err != nil {
		return nil, err
	}
	all, err := d.store.UserList(ctx)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	if below == nil {
		return all, nil
	}
	within := map[int64]bool{}
	for _, id := range below {
		within[id] = true
	}
	var seen []db.User
	for _, u := range all {
		if within[u.ID] {
			seen = append(seen, u)
		}
	}
	return seen, nil
}

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

// UserSearch says which of the tree are wanted.
type UserSearch struct {
	// Words stand in the name, the username, the e-mail address or the telephone
	// number, in any order; "" is everybody.
	Words string
	// State is one of UserStates, "" for all but those who are archived.
	State string
	// Limit is the length of a page, 0 without limit, and From the first of it.
	From, Limit int
}

// UserPage is a page of the tree with how many there are in each state.
type UserPage struct {
	Rows   []Branch
	Counts map[string]int
	// Found is how many the search finds, and After the first of the next page,
	// 0 without one.
	Found, After int
}

// FindUsers searches the tree. What is found keeps its place: above it stand
// those above it only when they are found themselves. For administrators.
func (d *Desk) FindUsers(ctx context.Context, a Actor, f UserSearch) (UserPage, error) {
	tree, err := d.UserTree(ctx, a)
	if err != nil {
		return UserPage{}, err
	}
	page := UserPage{Counts: map[string]int{}}
	words := strings.Fields(bookKey(f.Words))
	for _, b := range tree {
		state := StateOf(b.User)
		page.Counts[state]++
		if f.State != "" && state != f.State || f.State == "" && state == UserArchived || !userHas(b.User, words) {
			continue
		}
		if f.State != "" || len(words) > 0 {
			b.Depth = 0
		}
		page.Found++
		if page.Found <= f.From || f.Limit > 0 && len(page.Rows) >= f.Limit {
			continue
		}
		page.Rows = append(page.Rows, b)
	}
	if shown := f.From + len(page.Rows); shown < page.Found {
		page.After = shown
	}
	return page, nil
}

func userHas(u db.User, words []string) bool {
	text := bookKey(strings.Join([]string{u.FirstName, u.LastName, u.Username, u.Email, u.Telephone}, "\n"))
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// UserAccount is what an administrator sees of somebody below them.
type UserAccount struct {
	User db.User
	// Parent is their administrator, the zero user where the actor sees none.
	Parent db.User
	// Children are how many stand right below them.
	Children int64
	// Link is when their one-time link ends, 0 without one that is good.
	Link db.Millis
	// SecondFactor: it is on, with so many recovery codes left.
	SecondFactor  bool
	RecoveryCodes int64
	// Self: it is the actor.
	Self bool
	Keys []APIKey
}

// User shows an account. For administrators above it, and for oneself.
func (d *Desk) User(ctx context.Context, a Actor, userID int64) (UserAccount, error) {
	if !a.Admin() {
		return UserAccount{}, ErrForbidden
	}
	u, err := d.ledgerOwner(ctx, a, userID)
	if err != nil {
		return UserAccount{}, err
	}
	acc := UserAccount{User: u, SecondFactor: u.SecondAt != 0, Self: u.ID == a.User.ID}
	if parent := int64(u.ParentID); parent != 0 && !acc.Self {
		if acc.Parent, err = d.store.User(ctx, parent); err != nil {
			return acc, fmt.Errorf("read user: %w", err)
		}
	}
	if acc.Children, err = d.store.CountChildren(ctx, db.ID(u.ID)); err != nil {
		return acc, fmt.Errorf("count users: %w", err)
	}
	if acc.RecoveryCodes, err = d.store.CountRecoveryCodes(ctx, u.ID); err != nil {
		return acc, fmt.Errorf("count recovery codes: %w", err)
	}
	if link, err := d.store.UserLinkOf(ctx, u.ID); err == nil && link.ExpiresAt > d.now() {
		acc.Link = link.ExpiresAt
	} else if err != nil && !db.IsNotFound(err) {
		return acc, fmt.Errorf("read link: %w", err)
	}
	acc.Keys, err = d.keysOf(ctx, u.ID)
	return acc, err
}

// Person is a user as the store has them, for doors that name one.
type Person = db.User

// ParentsFor lists the administrators under whom MoveUser can put somebody.
func (d *Desk) ParentsFor(ctx context.Context, a Actor, userID int64) ([]db.User, error) {
	acc, err := d.User(ctx, a, userID)
	if err != nil {
		return nil, err
	}
	users, err := d.Users(ctx, a)
	if err != nil {
		return nil, err
	}
	under, err := d.store.UserTree(ctx, userID)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	var parents []db.User
	for _, u := range users {
		if u.Level == LevelAdmin && u.ArchivedAt == 0 && !contains(under, u.ID) && u.ID != int64(acc.User.ParentID) {
			parents = append(parents, u)
		}
	}
	return parents, nil
}
