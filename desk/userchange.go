package desk

import (
	"context"
	"fmt"
	"net/mail"
	"strings"

	"textdesk/db"
)

// Profile is what an administrator decides about a user's account.
type Profile struct {
	// Level is LevelAdmin or LevelNormal.
	Level                             string
	FirstName, LastName               string
	Email, Telephone                  string
	Sender                            string
	CreditReminder, InactiveAlertDays int64
}

// mostAlertDays bounds the days after which somebody counts as inactive.
const mostAlertDays = 3650

// ProfileOf reads it.
func ProfileOf(u db.User) Profile {
	return Profile{Level: u.Level, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email, Telephone: u.Telephone, Sender: u.Sender,
		CreditReminder: u.CreditReminder, InactiveAlertDays: u.AlertDays}
}

// check tidies it and refuses what cannot be; home is for the sender.
func (p *Profile) check(home string) []*Refusal {
	p.FirstName, p.LastName, p.Telephone = cleanName(p.FirstName), cleanName(p.LastName), cleanName(p.Telephone)
	p.Email, p.Sender = strings.TrimSpace(p.Email), strings.TrimSpace(p.Sender)
	var bad []*Refusal
	for _, f := range [][2]string{{"first_name", p.FirstName}, {"last_name", p.LastName}, {"telephone", p.Telephone}} {
		if r := tooLong(f[0], f[1], 80); r != nil {
			bad = append(bad, r)
		}
	}
	if p.Email != "" {
		if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email || len(p.Email) > 254 {
			bad = append(bad, ErrBadEmail)
		}
	}
	if p.Level != LevelAdmin && p.Level != LevelNormal {
		bad = append(bad, ErrBadLevel)
	}
	if p.CreditReminder < 0 || p.CreditReminder > mostCredits {
		bad = append(bad, ErrBadReminder)
	}
	if p.InactiveAlertDays < 0 || p.InactiveAlertDays > mostAlertDays {
		bad = append(bad, ErrBadDays)
	}
	if p.Sender != "" {
		if _, r := parseSender(p.Sender, home); r != nil {
			bad = append(bad, r)
		}
	}
	return bad
}

// ChangeUser changes an account. The last administrator stays one, and so does
// one with users below them. For administrators above it.
func (d *Desk) ChangeUser(ctx context.Context, a Actor, userID int64, p Profile) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if bad := p.check(set.Country); len(bad) > 0 {
		return refused(bad)
	}
	return d.changeBelow(ctx, a, userID, "user.change", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		return d.storeProfile(ctx, tx, a, u, p)
	})
}

// ChangeUserByName changes some of an account, for who has no page to look at.
// change may be called more than once.
func (d *Desk) ChangeUserByName(ctx context.Context, a Actor, username string, change func(*Profile)) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	return d.changeUser(ctx, a, username, "user.change", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		p := ProfileOf(u)
		change(&p)
		if bad := p.check(set.Country); len(bad) > 0 {
			return "", refused(bad)
		}
		return d.storeProfile(ctx, tx, a, u, p)
	})
}

func (d *Desk) storeProfile(ctx context.Context, tx *db.Tx, a Actor, u db.User, p Profile) (string, error) {
	if u.Level == LevelAdmin && p.Level != LevelAdmin {
		if err := d.notLast(ctx, tx, u); err != nil {
			return "", err
		}
		if u.ID == a.User.ID {
			return "", ErrYourself.on("level")
		}
		if n, err := tx.CountChildren(ctx, db.ID(u.ID)); err != nil || n > 0 {
			if err != nil {
				return "", fmt.Errorf("count users: %w", err)
			}
			return "", ErrHasUsers.on("level")
		}
	}
	return whatChanged(ProfileOf(u), p), tx.ChangeUser(ctx, db.ChangeUserParams{ID: u.ID, Level: p.Level, FirstName: p.FirstName, LastName: p.LastName,
		Email: p.Email, Telephone: p.Telephone, Sender: p.Sender, CreditReminder: p.CreditReminder, AlertDays: p.InactiveAlertDays})
}

// whatChanged names the fields for the audit log.
func whatChanged(was, is Profile) string {
	var words []string
	for _, f := range []struct {
		name    string
		changed bool
	}{
		{"level " + is.Level, was.Level != is.Level},
		{"name", was.FirstName != is.FirstName || was.LastName != is.LastName},
		{"e-mail", was.Email != is.Email},
		{"telephone", was.Telephone != is.Telephone},
		{"sender " + is.Sender, was.Sender != is.Sender},
		{"credit warning", was.CreditReminder != is.CreditReminder},
		{"inactivity alert", was.InactiveAlertDays != is.InactiveAlertDays},
	} {
		if f.changed {
			words = append(words, strings.TrimSpace(f.name))
		}
	}
	return strings.Join(words, ", ")
}

// notLast refuses to take the last administrator who can sign in.
func (d *Desk) notLast(ctx context.Context, tx *db.Tx, u db.User) error {
	if u.Level != LevelAdmin || StateOf(u) == UserSuspended || StateOf(u) == UserArchived {
		return nil
	}
	// Who has no password yet cannot take over from somebody who has.
	count := tx.CountAdmins
	if StateOf(u) == UserInvited {
		count = tx.CountAdminsLetIn
	}
	n, err := count(ctx)
	if err != nil {
		return fmt.Errorf("count administrators: %w", err)
	}
	if n <= 1 {
		return ErrLastAdmin
	}
	return nil
}

// Suspend keeps a user out: their sessions end and their tokens are refused at
// once. What they have sent goes on.
func (d *Desk) Suspend(ctx context.Context, a Actor, username string) error {
	return d.changeUser(ctx, a, username, "user.suspend", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		if u.SuspendedAt != 0 {
			return "", nil
		}
		if err := d.notLast(ctx, tx, u); err != nil {
			return "", err
		}
		if u.ID == a.User.ID {
			return "", ErrYourself
		}
		if err := tx.SetSuspended(ctx, db.SetSuspendedParams{ID: u.ID, SuspendedAt: d.now()}); err != nil {
			return "", err
		}
		return "", tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID})
	})
}

// Resume lets a suspended user in again.
func (d *Desk) Resume(ctx context.Context, a Actor, username string) error {
	return d.changeUser(ctx, a, username, "user.resume", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		return "", tx.SetSuspended(ctx, db.SetSuspendedParams{ID: u.ID})
	})
}

// ResetPassword gives a user another password and ends their sessions.
func (d *Desk) ResetPassword(ctx context.Context, a Actor, username, password string) error {
	if a.Acting() {
		return ErrActing
	}
	if r := checkPassword(password); r != nil {
		return r
	}
	hash, err := d.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return d.changeUser(ctx, a, username, "user.password", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		return "", d.newPassword(ctx, tx, u, hash)
	})
}

// newPassword stores a password that somebody else chose or a link let in: all
// sessions end, the link is used up, and what was tried before is forgotten.
func (d *Desk) newPassword(ctx context.Context, tx *db.Tx, u db.User, hash string) error {
	if err := tx.SetPassword(ctx, db.SetPasswordParams{ID: u.ID, PasswordHash: hash}); err != nil {
		return err
	}
	if err := tx.ClearSignInFailures(ctx, throttleUser(u.Username)); err != nil {
		return err
	}
	if err := tx.DeleteUserLink(ctx, u.ID); err != nil {
		return err
	}
	return tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID})
}

// MoveUser puts a user, and with them everyone below, under another
// administrator. Both have to be below the actor, or the new one may be the
// actor. Credits stay with whom they are.
func (d *Desk) MoveUser(ctx context.Context, a Actor, userID, parentID int64) error {
	below, err := d.below(ctx, a)
	if err != nil {
		return err
	}
	return d.changeBelow(ctx, a, userID, "user.move", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		if u.ID == a.User.ID {
			return "", ErrYourself
		}
		parent, err := tx.User(ctx, parentID)
		if db.IsNotFound(err) || err == nil && below != nil && !contains(below, parent.ID) {
			return "", ErrBadParent
		}
		if err != nil {
			return "", fmt.Errorf("read user: %w", err)
		}
		under, err := tx.UserTree(ctx, u.ID)
		if err != nil {
			return "", fmt.Errorf("read users: %w", err)
		}
		if parent.Level != LevelAdmin || parent.ArchivedAt != 0 || contains(under, parent.ID) {
			return "", ErrBadParent
		}
		return "to " + parent.Username, tx.SetParent(ctx, db.SetParentParams{ID: u.ID, ParentID: db.ID(parent.ID)})
	})
}

// MoveUserByName is MoveUser for who has no page to look at.
func (d *Desk) MoveUserByName(ctx context.Context, a Actor, username, parent string) error {
	var ids [2]int64
	for i, name := range []string{username, parent} {
		u, err := d.userByName(ctx, name)
		if err != nil {
			return err
		}
		ids[i] = u.ID
	}
	return d.MoveUser(ctx, a, ids[0], ids[1])
}

// userByName finds a user for who has no page to look at.
func (d *Desk) userByName(ctx context.Context, username string) (db.User, error) {
	u, err := d.store.UserByName(ctx, usernameKey(username))
	if db.IsNotFound(err) {
		return u, ErrUnknownUser.because("There is no user called %s.", username)
	}
	if err != nil {
		return u, fmt.Errorf("look for user: %w", err)
	}
	return u, nil
}

// changeUser finds a user below the actor by name and changes them; what change
// returns is written beside it into the audit log.
func (d *Desk) changeUser(ctx context.Context, a Actor, username, action string, change func(context.Context, *db.Tx, db.User) (string, error)) error {
	if !a.Admin() {
		return ErrForbidden
	}
	u, err := d.userByName(ctx, username)
	if err != nil {
		return err
	}
	err = d.changeBelow(ctx, a, u.ID, action, change)
	if r := Refusals(err); len(r) == 1 && r[0] == ErrUnknownUser {
		return ErrUnknownUser.because("There is no user called %s.", username)
	}
	return err
}

// changeBelow changes a user below the actor, or the actor. Whoever is archived
// is not changed any more, but for being brought back.
func (d *Desk) changeBelow(ctx context.Context, a Actor, userID int64, action string, change func(context.Context, *db.Tx, db.User) (string, error)) error {
	if !a.Admin() {
		return ErrForbidden
	}
	below, err := d.below(ctx, a)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := tx.User(ctx, userID)
		if db.IsNotFound(err) || err == nil && below != nil && !contains(below, u.ID) {
			return ErrUnknownUser
		}
		if err != nil {
			return fmt.Errorf("read user: %w", err)
		}
		if u.ArchivedAt != 0 && action != actionRestore && action != actionArchive {
			return ErrArchived.because("%s is archived. Bring them back first.", Actor{User: u}.Name())
		}
		detail, err := change(ctx, tx, u)
		if err != nil {
			return err
		}
		return d.audit(ctx, tx, a, action, u.Username, detail)
	})
}
