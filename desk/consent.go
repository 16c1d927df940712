package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// The ways in which somebody has said yes.
const (
	ConsentPaper  = "paper"
	ConsentWeb    = "web"
	ConsentSpoken = "spoken"
	ConsentReply  = "reply"  // a text of theirs: START
	ConsentImport = "import" // it came with a file
	ConsentOther  = "other"
)

// ConsentSources are the ways that a person can note, the commonest first.
var ConsentSources = []string{ConsentPaper, ConsentWeb, ConsentSpoken, ConsentReply, ConsentOther}

// Consent is a yes to being texted, with how it was given and how it ended.
type Consent struct {
	db.Consent
	// NotedBy and WithdrawnBy are who wrote it down, "" for the desk itself.
	NotedBy, WithdrawnBy string
}

// Holds reports whether it was not withdrawn.
func (c Consent) Holds() bool { return c.WithdrawnAt == 0 }

// Consents returns what a contact has said yes to, newest first. It stays with
// the number: a contact that is made again has it again.
func (d *Desk) Consents(ctx context.Context, a Actor, contactID int64) ([]Consent, error) {
	c, _, err := d.Contact(ctx, a, contactID)
	if err != nil {
		return nil, err
	}
	return d.consentsOf(ctx, c.UserID, c.Number)
}

func (d *Desk) consentsOf(ctx context.Context, userID int64, number sms.MSISDN) ([]Consent, error) {
	rows, err := d.store.ConsentsOf(ctx, db.ConsentsOfParams{UserID: userID, Number: number})
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	names, err := d.usernamesOfAll(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Consent, len(rows))
	for i, row := range rows {
		all[i] = Consent{Consent: row, NotedBy: names[row.NotedBy], WithdrawnBy: names[row.WithdrawnBy]}
	}
	return all, nil
}

// ConsentForm is a yes as typed.
type ConsentForm struct {
	Source string
	// Wording is what they said yes to.
	Wording string
	// Given is the day, "2026-06-15"; "" is today.
	Given string
}

// NoteConsent writes down that a contact has said yes.
func (d *Desk) NoteConsent(ctx context.Context, a Actor, contactID int64, form ConsentForm) error {
	c, _, err := d.Contact(ctx, a, contactID)
	if err != nil {
		return err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	var bad []*Refusal
	if !slices.Contains(ConsentSources, form.Source) {
		bad = append(bad, ErrBadConsent)
	}
	wording := strings.TrimSpace(strings.ToValidUTF8(form.Wording, ""))
	if r := tooLong("wording", wording, maxConsentWording); r != nil {
		bad = append(bad, r)
	}
	given, r := readDay(form.Given, d.clock(), set.Zone)
	if r != nil {
		bad = append(bad, r)
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return d.noteConsent(ctx, tx, consentGiven{userID: c.UserID, number: c.Number, source: form.Source, wording: wording, at: given, by: db.ID(a.User.ID)})
	})
}

// maxConsentWording bounds what somebody said yes to, in bytes.
const maxConsentWording = 1000

// consentGiven is a yes about to be kept.
type consentGiven struct {
	userID          int64
	number          sms.MSISDN
	source, wording string
	at              db.Millis
	by              db.ID // 0: the desk itself
}

func (d *Desk) noteConsent(ctx context.Context, tx *db.Tx, c consentGiven) error {
	_, err := tx.InsertConsent(ctx, db.InsertConsentParams{UserID: c.userID, Number: c.number, Source: c.source, Wording: c.wording,
		GivenAt: c.at, NotedBy: c.by, NotedAt: d.now()})
	if err != nil {
		return fmt.Errorf("insert consent: %w", err)
	}
	return nil
}

// Consent returns one yes of a contact.
func (d *Desk) Consent(ctx context.Context, a Actor, contactID, id int64) (Consent, error) {
	all, err := d.Consents(ctx, a, contactID)
	if err != nil {
		return Consent{}, err
	}
	for _, c := range all {
		if c.ID == id {
			return c, nil
		}
	}
	return Consent{}, ErrUnknownConsent
}

// WithdrawConsent writes down that a contact has taken a yes back. The number
// can still be texted: what keeps it from that is the list of those who must
// not be.
func (d *Desk) WithdrawConsent(ctx context.Context, a Actor, contactID, id int64, reason string) error {
	c, err := d.Consent(ctx, a, contactID, id)
	if err != nil {
		return err
	}
	reason, r := readReason(reason)
	if r != nil {
		return r
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.WithdrawConsent(ctx, db.WithdrawConsentParams{ID: c.ID, WithdrawnAt: d.now(), WithdrawnBy: db.ID(a.User.ID), WithdrawnWhy: reason})
		if err != nil {
			return fmt.Errorf("withdraw consent: %w", err)
		}
		if n == 0 {
			return ErrUnknownConsent // somebody was faster
		}
		return nil
	})
}

// withdrawConsents writes down that a number has taken back all that it had
// said yes to, in every address book: it has opted out.
func (d *Desk) withdrawConsents(ctx context.Context, tx *db.Tx, number sms.MSISDN, by db.ID, why string) error {
	_, err := tx.WithdrawConsents(ctx, db.WithdrawConsentsParams{Number: number, WithdrawnAt: d.now(), WithdrawnBy: by, WithdrawnWhy: why})
	if err != nil {
		return fmt.Errorf("withdraw consents: %w", err)
	}
	return nil
}

// readDay reads a day that is not to come, "" as this instant. A day in the past
// is its noon.
func readDay(typed string, now time.Time, zone *time.Location) (db.Millis, *Refusal) {
	typed = strings.TrimSpace(typed)
	now = now.In(zone)
	if typed == "" || typed == now.Format(time.DateOnly) {
		return db.At(now), nil
	}
	day, err := time.ParseInLocation(time.DateOnly, typed, zone)
	if err != nil || day.Year() < 1990 {
		return 0, ErrBadDay
	}
	if day.After(now) {
		return 0, ErrBadDay.because("This day is still to come.")
	}
	return db.At(day.Add(12 * time.Hour)), nil
}
