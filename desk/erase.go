package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"textdesk/db"
	"textdesk/sms"
)

// Traces is what there is of one person on this desk, whoever's it is.
type Traces struct {
	Number sms.MSISDN
	// Names are what the person is called in address books and on lists.
	Names []string
	db.Traces
	// Erasing: somebody has asked for the erasure, and it is under way.
	Erasing bool
}

// FindPerson reads a number as typed and counts what there is of it. For
// administrators.
func (d *Desk) FindPerson(ctx context.Context, a Actor, typed string) (Traces, error) {
	if !a.Admin() {
		return Traces{}, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Traces{}, err
	}
	number, r := readNumber(typed, set.Country)
	if r != nil {
		return Traces{}, r
	}
	t := Traces{Number: number}
	if t.Traces, err = d.store.CountTraces(ctx, number, nil); err != nil {
		return Traces{}, err
	}
	if t.Names, err = d.namesBeside(ctx, number); err != nil {
		return Traces{}, err
	}
	if !t.Suppressed {
		s, err := d.store.SuppressionOf(ctx, number)
		if err != nil && !db.IsNotFound(err) {
			return Traces{}, fmt.Errorf("read suppression: %w", err)
		}
		t.Suppressed = err == nil && s.Number != ""
	}
	before, err := d.store.ErasuresOf(ctx, d.store.HashNumber(number))
	if err != nil {
		return Traces{}, fmt.Errorf("read erasures: %w", err)
	}
	t.Erasing = len(before) > 0 && before[0].DoneAt == 0
	return t, nil
}

// namesBeside are the names that stand beside a number.
func (d *Desk) namesBeside(ctx context.Context, number sms.MSISDN) (names []string, err error) {
	contacts, err := d.store.ContactsOfNumber(ctx, number)
	if err != nil {
		return nil, err
	}
	entries, _, err := d.store.EntriesOfNumber(ctx, number)
	if err != nil {
		return nil, err
	}
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, c := range contacts {
		add(c.Name)
	}
	for _, e := range entries {
		add(e.Name)
	}
	return names, nil
}

// erasedPerson is what an erasure has to know until it is done.
type erasedPerson struct {
	Number sms.MSISDN `json:"number"`
	Names  []string   `json:"names"`
}

// ErasePerson has everything about a person taken out of this desk, whoever's it
// is: texts to them are taken back if they have not left, contents, names and
// the number go, and a hash of the number keeps the rows that must still add up
// together, and keeps the number from being texted if it must not be. It is done
// by [Desk.RunErasures], survives a restart, and cannot be undone. typed must be
// the number once more. Messages in doubt have to be decided first. For
// administrators.
func (d *Desk) ErasePerson(ctx context.Context, a Actor, number sms.MSISDN, typed string) error {
	if !a.Admin() {
		return ErrForbidden
	}
	t, err := d.FindPerson(ctx, a, string(number))
	if err != nil {
		return err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	switch again, r := readNumber(typed, set.Country); {
	case r != nil || again != number:
		return ErrNotConfirmed
	case t.Erasing:
		return nil // asked twice
	case t.InDoubt > 0:
		return ErrInDoubt.because("%s to this number in doubt. Decide what became of it, under In doubt; then this person can be erased.", someAre(t.InDoubt, "text is", "texts are"))
	}
	sealed, err := json.Marshal(erasedPerson{number, t.Names})
	if err != nil {
		return fmt.Errorf("seal erasure: %w", err)
	}
	hash := d.store.HashNumber(number)
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.InsertErasure(ctx, db.InsertErasureParams{Number: hash, Sealed: d.vault.seal(erasurePlace(hash), string(sealed)), AskedBy: db.ID(a.User.ID), AskedAt: d.now()})
		if err != nil {
			return fmt.Errorf("insert erasure: %w", err)
		}
		return d.audit(ctx, tx, a, "person.erase", "somebody", erasedCounts(t.Traces))
	})
}

func erasurePlace(hash sms.MSISDN) string { return "erasure of " + string(hash) }

func someAre(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// erasedCounts says how much there was, for the audit log, which must not say of
// whom.
func erasedCounts(t db.Traces) string {
	return fmt.Sprintf("%d messages, %d received, %d contacts, %d list entries, %d consents", t.Messages, t.Inbound, t.Contacts, t.Entries, t.Consents)
}

// Erasures lists the latest erasures, newest first. For administrators.
func (d *Desk) Erasures(ctx context.Context, a Actor, limit int32) ([]db.Erasure, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	found, err := d.store.RecentErasures(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("read erasures: %w", err)
	}
	return found, nil
}
