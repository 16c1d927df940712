package demo

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/desk"
)

// colleagues makes users in every state, below the administrator and below one
// of theirs: a tree to look at.
func colleagues(ctx context.Context, d *desk.Desk, store *db.Store, admin desk.Actor) error {
	head, err := d.AddUser(ctx, admin, desk.NewUser{Username: "meera", Password: Password, FirstName: "Meera", LastName: "Shah", Level: desk.LevelAdmin, Credits: 2500,
		Email: "meera.shah@hartwell.example", Telephone: "01234 567890", CreditReminder: 500, InactiveAlertDays: 60, Sender: "Nursery"})
	if err != nil {
		return fmt.Errorf("make demo user: %w", err)
	}
	users, err := d.Users(ctx, admin)
	if err != nil {
		return err
	}
	below := admin
	for _, u := range users {
		if u.ID == head {
			below = desk.Actor{User: u, Door: "page", Address: "demonstration"}
		}
	}
	made := map[string]int64{}
	for _, u := range []struct {
		by      desk.Actor
		user    desk.NewUser
		invited bool
	}{
		{below, desk.NewUser{Username: "tom.price", Password: Password, FirstName: "Tom", LastName: "Price", Level: desk.LevelNormal, Credits: 120, CreditReminder: 150}, false},
		{below, desk.NewUser{Username: "aisha", FirstName: "Aisha", LastName: "Khan", Level: desk.LevelNormal, Credits: 200}, true},
		{admin, desk.NewUser{Username: "booking-system", Password: Password, Level: desk.LevelNormal, Credits: 800, Sender: "Clubs"}, false},
		{admin, desk.NewUser{Username: "dave", Password: Password, FirstName: "Dave", LastName: "Oyelaran", Level: desk.LevelNormal, Credits: 60}, false},
		{admin, desk.NewUser{Username: "ruth", Password: Password, FirstName: "Ruth", LastName: "Adeyemi", Level: desk.LevelNormal, Credits: 40}, false},
	} {
		var id int64
		if u.invited {
			id, _, err = d.InviteUser(ctx, u.by, u.user)
		} else {
			id, err = d.AddUser(ctx, u.by, u.user)
		}
		if err != nil {
			return fmt.Errorf("make demo user: %w", err)
		}
		made[u.user.Username] = id
	}
	err = d.SetPermissions(ctx, admin, made["tom.price"], desk.Permissions{Bulk: true, TemplatesOnly: true, SeesOthers: true, Senders: []string{"Nursery", "Hartwell"}, ApproveAbove: 20, DailyCap: 100})
	if err != nil {
		return fmt.Errorf("limit demo user: %w", err)
	}
	if _, err := d.NewKeyOf(ctx, admin, made["booking-system"], "Club bookings"); err != nil {
		return fmt.Errorf("make demo token: %w", err)
	}
	if err := d.Suspend(ctx, admin, "dave"); err != nil {
		return fmt.Errorf("suspend demo user: %w", err)
	}
	if err := d.Archive(ctx, admin, made["ruth"]); err != nil {
		return fmt.Errorf("archive demo user: %w", err)
	}
	return store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i, u := range users {
			ago := time.Duration(i*i*7+3) * time.Hour
			if err := tx.TouchUser(ctx, db.TouchUserParams{ID: u.ID, SeenAt: db.At(d.Now().Add(-ago))}); err != nil {
				return fmt.Errorf("write when demo user was seen: %w", err)
			}
		}
		return nil
	})
}
