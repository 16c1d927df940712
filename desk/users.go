package desk

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
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
	Parent                            string
	FirstName, LastName               string
	Email, Telephone                  string
	Credits                           int64
	Unlimited                         bool
	CreditReminder, InactiveAlertDays int64
}

var usernamePattern = regexp.MustCompile(`^[\p{L}\p{N}._@+-]{2,64}$`)

// check refuses what no user may look like.
func (u *NewUser) check() []*Refusal {
	u.Username, u.Email = strings.TrimSpace(u.Username), strings.TrimSpace(u.Email)
	u.FirstName, u.LastName, u.Telephone = tidy(u.FirstName), tidy(u.LastName), tidy(u.Telephone)
	var bad []*Refusal
	switch {
	case u.Username == "":
		bad = append(bad, ErrUsernameBlank)
	case !usernamePattern.MatchString(u.Username):
		bad = append(bad, ErrBadUsername)
	}
	for _, f := range [][2]string{{"first_name", u.FirstName}, {"last_name", u.LastName}, {"telephone", u.Telephone}} {
		if r := tooLong(f[0], f[1], 80); r != nil {
			bad = append(bad, r)
		}
	}
	if u.Email != "" {
		if a, err := mail.ParseAddress(u.Email); err != nil || a.Address != u.Email || len(u.Email) > 254 {
			bad = append(bad, ErrBadEmail)
		}
	}
	if r := checkPassword(u.Password); r != nil {
		bad = append(bad, r)
	}
	if u.Level != LevelAdmin && u.Level != LevelNormal {
		bad = append(bad, ErrBadLevel)
	}
	switch {
	case u.Credits < 0 || u.CreditReminder < 0 || u.InactiveAlertDays < 0:
		bad = append(bad, ErrBadCredits)
	case u.Credits > mostCredits || u.CreditReminder > mostCredits || u.InactiveAlertDays > mostCredits:
		bad = append(bad, ErrBadCredits.because("Enter a whole number of credits, up to %s.", thousands(mostCredits)))
	}
	return bad
}

// AddUser creates a user below the actor or, for the command line, below the
// named parent, with credits taken from that parent.
func (d *Desk) AddUser(ctx context.Context, a Actor, u NewUser) (int64, error) {
	if !a.Admin() {
		return 0, ErrForbidden
	}
	if bad := u.check(); len(bad) > 0 {
		return 0, refused(bad)
	}
	hash, err := d.hashPassword(ctx, u.Password)
	if err != nil {
		return 0, err
	}
	var id int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		parent, err := d.parentFor(ctx, tx, a, u)
		if err != nil {
			return err
		}
		id, err = d.insertUser(ctx, tx, a, u, parent, hash)
		return err
	})
	return id, err
}

// parentFor finds whom the new user will be under; 0 is nobody.
func (d *Desk) parentFor(ctx context.Context, tx *db.Tx, a Actor, u NewUser) (db.User, error) {
	if !a.shell() {
		return tx.User(ctx, a.User.ID)
	}
	if u.Parent != "" {
		parent, err := tx.UserByName(ctx, usernameKey(u.Parent))
		if db.IsNotFound(err) {
			return db.User{}, ErrUnknownUser.because("There is no user called %s.", u.Parent)
		}
		if err == nil && parent.Level != LevelAdmin {
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
	if _, err := tx.UserByName(ctx, key); err == nil {
		return 0, ErrUsernameTaken
	} else if !db.IsNotFound(err) {
		return 0, fmt.Errorf("look for user: %w", err)
	}
	id, err := tx.InsertUser(ctx, db.InsertUserParams{ParentID: db.ID(parent.ID), Username: u.Username, UsernameKey: key,
		Level: u.Level, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email, Telephone: u.Telephone,
		PasswordHash: hash, Unlimited: db.Bool(u.Unlimited), CreditReminder: u.CreditReminder, AlertDays: u.InactiveAlertDays,
		CreatedAt: d.now()})
	if err != nil {
		return 0, fmt.Errorf("insert user: %w", err)
	}
	if u.Unlimited && parent.ID != 0 && !bool(parent.Unlimited) {
		return 0, ErrForbidden.because("Only an unlimited administrator can have unlimited users.").on("credits")
	}
	if u.Credits > 0 {
		if err := d.giveCredits(ctx, tx, parent, id, u.Credits); err != nil {
			return 0, err
		}
	}
	return id, d.audit(ctx, tx, a, "user.add", u.Username, u.Level)
}

// Users lists the users whom the actor may see, by name.
func (d *Desk) Users(ctx context.Context, a Actor) ([]db.User, error) {
	reach, err := d.reach(ctx, a)
	if err != nil {
		return nil, err
	}
	all, err := d.store.UserList(ctx)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	if reach == nil {
		return all, nil
	}
	within := map[int64]bool{}
	for _, id := range reach {
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

// Suspend keeps a user out: their sessions end and their tokens are refused at
// once. What they have sent goes on.
func (d *Desk) Suspend(ctx context.Context, a Actor, username string) error {
	return d.changeUser(ctx, a, username, "user.suspend", func(ctx context.Context, tx *db.Tx, u db.User) error {
		if u.SuspendedAt != 0 {
			return nil
		}
		if u.Level == LevelAdmin {
			if n, err := tx.CountAdmins(ctx); err != nil || n <= 1 {
				if err != nil {
					return fmt.Errorf("count administrators: %w", err)
				}
				return ErrLastAdmin
			}
		}
		if err := tx.SetSuspended(ctx, db.SetSuspendedParams{ID: u.ID, SuspendedAt: d.now()}); err != nil {
			return err
		}
		return tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID})
	})
}

// Resume lets a suspended user in again.
func (d *Desk) Resume(ctx context.Context, a Actor, username string) error {
	return d.changeUser(ctx, a, username, "user.resume", func(ctx context.Context, tx *db.Tx, u db.User) error {
		return tx.SetSuspended(ctx, db.SetSuspendedParams{ID: u.ID})
	})
}

// ResetPassword gives a user another password and ends their sessions.
func (d *Desk) ResetPassword(ctx context.Context, a Actor, username, password string) error {
	if r := checkPassword(password); r != nil {
		return r
	}
	hash, err := d.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return d.changeUser(ctx, a, username, "user.password", func(ctx context.Context, tx *db.Tx, u db.User) error {
		if err := tx.SetPassword(ctx, db.SetPasswordParams{ID: u.ID, PasswordHash: hash}); err != nil {
			return err
		}
		if err := tx.ClearSignInFailures(ctx, throttleUser(u.Username)); err != nil {
			return err
		}
		return tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID})
	})
}

// changeUser finds a user below the actor and changes them.
func (d *Desk) changeUser(ctx context.Context, a Actor, username, action string, change func(context.Context, *db.Tx, db.User) error) error {
	if !a.Admin() {
		return ErrForbidden
	}
	reach, err := d.reach(ctx, a)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := tx.UserByName(ctx, usernameKey(username))
		if db.IsNotFound(err) || err == nil && reach != nil && !contains(reach, u.ID) {
			return ErrUnknownUser.because("There is no user called %s.", username)
		}
		if err != nil {
			return fmt.Errorf("look for user: %w", err)
		}
		if err := change(ctx, tx, u); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, action, u.Username, "")
	})
}

func contains(ids []int64, id int64) bool {
	for _, i := range ids {
		if i == id {
			return true
		}
	}
	return false
}

// usernameKey is how usernames are compared.
func usernameKey(username string) string { return strings.ToLower(strings.TrimSpace(username)) }
