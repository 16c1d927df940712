package desk

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"textdesk/db"
)

// The levels of a user, by the names that FastSMS gives them.
const (
	LevelAdmin  = "admin"
	LevelNormal = "normal"
)

// NewUser is the form of a user who does not exist yet.
type NewUser struct {
	Username, Password string
	// Level is LevelAdmin or LevelNormal.
	Level string
	// Parent is the administrator's username; "" is the actor, and for the
	// command line the first administrator.
	Parent              string
	FirstName, LastName string
	Email, Telephone    string
	// Sender is their default sender, "" for the organisation's.
	Sender                            string
	Credits                           int64
	Unlimited                         bool
	CreditReminder, InactiveAlertDays int64
}

var usernamePattern = regexp.MustCompile(`^[\p{L}\p{N}._@+-]{2,64}$`)

// check refuses what no user may look like. Whoever is invited chooses their own
// password.
func (u *NewUser) check(invited bool) []*Refusal {
	u.Username = strings.TrimSpace(u.Username)
	var bad []*Refusal
	switch {
	case u.Username == "":
		bad = append(bad, ErrUsernameBlank)
	case !usernamePattern.MatchString(u.Username):
		bad = append(bad, ErrBadUsername)
	}
	if !invited {
		if r := checkPassword(u.Password); r != nil {
			bad = append(bad, r)
		}
	}
	profile := Profile{Level: u.Level, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email, Telephone: u.Telephone,
		CreditReminder: u.CreditReminder, InactiveAlertDays: u.InactiveAlertDays}
	bad = append(bad, profile.check("")...)
	u.FirstName, u.LastName, u.Email, u.Telephone = profile.FirstName, profile.LastName, profile.Email, profile.Telephone
	switch {
	case u.Credits < 0:
		bad = append(bad, ErrBadCredits)
	case u.Credits > mostCredits:
		bad = append(bad, ErrBadCredits.because("Enter a whole number of credits, up to %s.", thousands(mostCredits)))
	}
	return bad
}

// AddUser creates a user below the actor or, for the command line, below the
// named parent, with credits taken from that parent. It is what the page, the
// doors and the command line do.
func (d *Desk) AddUser(ctx context.Context, a Actor, u NewUser) (int64, error) {
	id, _, err := d.addUser(ctx, a, u, false)
	return id, err
}

// InviteUser creates a user as AddUser does, without a password, and returns the
// token of the link with which they choose one: once, within a week.
func (d *Desk) InviteUser(ctx context.Context, a Actor, u NewUser) (id int64, link string, err error) {
	return d.addUser(ctx, a, u, true)
}

func (d *Desk) addUser(ctx context.Context, a Actor, u NewUser, invited bool) (id int64, link string, err error) {
	if err := d.checkNewUser(ctx, a, &u, invited); err != nil {
		return 0, "", err
	}
	hash := ""
	if !invited {
		if hash, err = d.hashPassword(ctx, u.Password); err != nil {
			return 0, "", err
		}
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		parent, err := parentFor(ctx, tx.Queries, a, u)
		if err != nil {
			return err
		}
		if id, err = d.insertUser(ctx, tx, a, u, parent, hash); err != nil || !invited {
			return err
		}
		link, err = d.insertLink(ctx, tx, a, id, linkInvite)
		return err
	})
	if err != nil {
		return 0, "", err
	}
	return id, link, nil
}

// NewUserPlan is what creating a user would do to credits.
type NewUserPlan struct {
	NewUser NewUser
	// Parent is under whom they come and whose credits they get; the zero user
	// is nobody.
	Parent db.User
}

// TopUp reports whether the credits are nobody's.
func (p NewUserPlan) TopUp() bool { return p.Parent.ID == 0 || bool(p.Parent.Unlimited) }

// ParentAfter is what the parent has after it.
func (p NewUserPlan) ParentAfter() int64 { return p.Parent.Balance - p.NewUser.Credits }

// PlanUser says what AddUser or InviteUser would do, and refuses what they would.
func (d *Desk) PlanUser(ctx context.Context, a Actor, u NewUser, invited bool) (NewUserPlan, error) {
	if err := d.checkNewUser(ctx, a, &u, invited); err != nil {
		return NewUserPlan{}, err
	}
	parent, err := parentFor(ctx, d.store.Queries, a, u)
	if err != nil {
		return NewUserPlan{}, err
	}
	if err := nameFree(ctx, d.store.Queries, u.Username); err != nil {
		return NewUserPlan{}, err
	}
	return NewUserPlan{u, parent}, affordable(parent, u)
}

func (d *Desk) checkNewUser(ctx context.Context, a Actor, u *NewUser, invited bool) error {
	if !a.Admin() {
		return ErrForbidden.because("Only administrators create users.")
	}
	bad := u.check(invited)
	if u.Sender = strings.TrimSpace(u.Sender); u.Sender != "" {
		set, err := d.Settings(ctx)
		if err != nil {
			return err
		}
		if _, r := parseSender(u.Sender, set.Country); r != nil {
			bad = append(bad, r)
		}
	}
	return refused(bad)
}

// parentFor finds whom the new user will be under; 0 is nobody.
func parentFor(ctx context.Context, tx *db.Queries, a Actor, u NewUser) (db.User, error) {
	if !a.shell() {
		parent, err := tx.User(ctx, a.User.ID)
		if r := keptOut(parent); err == nil && r != nil {
			return parent, r
		}
		return parent, err
	}
	if u.Parent != "" {
		parent, err := tx.UserByName(ctx, usernameKey(u.Parent))
		if db.IsNotFound(err) {
			return db.User{}, ErrUnknownUser.because("There is no user called %s.", u.Parent)
		}
		if err == nil && (parent.Level != LevelAdmin || parent.ArchivedAt != 0) {
			return db.User{}, ErrForbidden.because("%s is not an administrator and cannot have users.", parent.Username)
		}
		return parent, err
	}
	parent, err := tx.FirstAdmin(ctx)
	if db.IsNotFound(err) {
		return db.User{}, nil
	}
	return parent, err
}

func (d *Desk) insertUser(ctx context.Context, tx *db.Tx, a Actor, u NewUser, parent db.User, hash string) (int64, error) {
	key := usernameKey(u.Username)
	if err := nameFree(ctx, tx.Queries, u.Username); err != nil {
		return 0, err
	}
	if err := affordable(parent, u); err != nil {
		return 0, err
	}
	id, err := tx.InsertUser(ctx, db.InsertUserParams{ParentID: db.ID(parent.ID), Username: u.Username, UsernameKey: key,
		Level: u.Level, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email, Telephone: u.Telephone,
		PasswordHash: hash, Sender: u.Sender, Unlimited: db.Bool(u.Unlimited), CreditReminder: u.CreditReminder, AlertDays: u.InactiveAlertDays,
		CreatedAt: d.now()})
	if err != nil {
		return 0, fmt.Errorf("insert user: %w", err)
	}
	if u.Credits > 0 {
		if err := d.giveCredits(ctx, tx, parent, id, u.Credits); err != nil {
			return 0, err
		}
	}
	detail := u.Level
	if u.Credits > 0 {
		detail += ", " + thousands(u.Credits) + " credits"
	}
	return id, d.audit(ctx, tx, a, "user.add", u.Username, detail)
}

func nameFree(ctx context.Context, q *db.Queries, username string) error {
	if _, err := q.UserByName(ctx, usernameKey(username)); err == nil {
		return ErrUsernameTaken
	} else if !db.IsNotFound(err) {
		return fmt.Errorf("look for user: %w", err)
	}
	return nil
}

// affordable refuses credits that the parent has not.
func affordable(parent db.User, u NewUser) error {
	switch {
	case u.Unlimited && parent.ID != 0 && !bool(parent.Unlimited):
		return ErrForbidden.because("Only an unlimited administrator can have unlimited users.").on("credits")
	case u.Credits > 0 && parent.ID != 0 && !bool(parent.Unlimited) && parent.Balance < u.Credits:
		return ErrNoCredits.because("There are not enough credits: %s has %s, not %s.", Actor{User: parent}.Name(), thousands(parent.Balance), thousands(u.Credits)).on("credits")
	}
	return nil
}

func contains[T comparable](all []T, one T) bool { return slices.Contains(all, one) }

// usernameKey is how usernames are compared.
func usernameKey(username string) string { return strings.ToLower(strings.TrimSpace(username)) }
