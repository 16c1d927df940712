package desk

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"textdesk/db"
	"textdesk/sms"
)

// feedzonDoor is the name of the door that service keys open.
const feedzonDoor = "feedzon"

// Gateways of which service keys speak the status values and references. Each
// program was written for one of them.
const (
	GatewayBulkSMS    = "bulksms"
	GatewayClickatell = "clickatell"
)

// NewServiceKey makes a service key for the actor and returns it, this once. As
// with tokens, each has a name of its own.
func (d *Desk) NewServiceKey(ctx context.Context, a Actor, name, gateway string) (key string, err error) {
	if a.Acting() {
		return "", ErrActing
	}
	var bad []*Refusal
	if !isGateway(gateway) {
		bad = append(bad, ErrBadGateway)
	}
	name, err = keyName(name)
	bad = append(Refusals(err), bad...)
	if len(bad) > 0 {
		return "", refused(bad)
	}
	return d.insertKey(ctx, a, a.User, name, gateway, true)
}

// NewServiceKeyFor makes a service key for another user, from the command line.
// Without a name it is called after where it was made.
func (d *Desk) NewServiceKeyFor(ctx context.Context, a Actor, username, name, gateway string) (key string, err error) {
	u, err := d.userForShell(ctx, a, username)
	if err != nil {
		return "", err
	}
	if !isGateway(gateway) {
		return "", ErrBadGateway.because("A gateway is %s or %s.", GatewayBulkSMS, GatewayClickatell)
	}
	if name == "" {
		return d.insertKey(ctx, a, u, madeInShell, gateway, false)
	}
	if name, err = keyName(name); err != nil {
		return "", err
	}
	return d.insertKey(ctx, a, u, name, gateway, true)
}

func isGateway(typed string) bool { return typed == GatewayBulkSMS || typed == GatewayClickatell }

// keyLetters are what service keys are made of, and serviceKeyLength is how
// long they are: programs have fields for keys of that form.
const (
	keyLetters       = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	serviceKeyLength = 32
)

// newServiceKey has 190 random bits.
func newServiceKey() string {
	const even = 256 - 256%len(keyLetters) // beyond it some letters would come more often
	key := make([]byte, 0, serviceKeyLength)
	var raw [serviceKeyLength]byte
	for len(key) < serviceKeyLength {
		_, _ = rand.Read(raw[:]) // never fails
		for _, b := range raw {
			if int(b) < even && len(key) < serviceKeyLength {
				key = append(key, keyLetters[int(b)%len(keyLetters)])
			}
		}
	}
	return string(key)
}

// ServiceKeys lists the actor's service keys.
func (d *Desk) ServiceKeys(ctx context.Context, a Actor) ([]APIKey, error) {
	all, err := d.keysOf(ctx, a.User.ID)
	return slices.DeleteFunc(all, func(k APIKey) bool { return k.Gateway == "" }), err
}

// DisableKey has a service key be refused until EnableKey: the actor's, or one
// of somebody below an administrator.
func (d *Desk) DisableKey(ctx context.Context, a Actor, id int64) error {
	return d.switchKey(ctx, a, id, "key.disable", d.now())
}

// EnableKey has a disabled service key open the door again.
func (d *Desk) EnableKey(ctx context.Context, a Actor, id int64) error {
	return d.switchKey(ctx, a, id, "key.enable", 0)
}

func (d *Desk) switchKey(ctx context.Context, a Actor, id int64, action string, at db.Millis) error {
	if a.Acting() {
		return ErrActing
	}
	key, err := d.Token(ctx, a, id)
	if err != nil {
		return err
	}
	if key.Gateway == "" {
		return ErrUnknownKey // tokens are revoked
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := tx.APIKey(ctx, id)
		if db.IsNotFound(err) {
			return ErrUnknownKey
		}
		if err != nil {
			return fmt.Errorf("read key: %w", err)
		}
		if (now.DisabledAt == 0) == (at == 0) {
			return nil // it is so already
		}
		if _, err := tx.DisableAPIKey(ctx, db.DisableAPIKeyParams{ID: id, DisabledAt: at}); err != nil {
			return fmt.Errorf("switch key: %w", err)
		}
		u, err := tx.User(ctx, now.UserID)
		if err != nil {
			return fmt.Errorf("read user: %w", err)
		}
		return d.audit(ctx, tx, a, action, u.Username, now.Name)
	})
}

// receivedPage is how many texts are read at once.
const receivedPage = 500

// EachReceived calls do for every text that came in for the actor, and nobody
// else, after the one with an id, oldest first. Those of people who were erased
// or forgotten are left out: nothing of them is there. An id that no text has yet
// is none of ours, and stands for the beginning: it may be from the service that
// a program used before, and nothing must be kept from it until our ids get there.
func (d *Desk) EachReceived(ctx context.Context, a Actor, after int64, do func(InboundLine) error) error {
	if last, err := d.store.LastInbound(ctx); err != nil {
		return fmt.Errorf("read inbound: %w", err)
	} else if after > last {
		after = 0
	}
	for {
		page, err := d.store.InboundAfter(ctx, db.InboundAfterParams{UserID: db.ID(a.User.ID), AfterID: after, ErasedMark: sms.ErasedMark, PageSize: receivedPage})
		if err != nil {
			return fmt.Errorf("read inbound: %w", err)
		}
		for _, in := range page {
			after = in.ID
			if err := do(inboundLine(in)); err != nil {
				return err
			}
		}
		if len(page) < receivedPage {
			return nil
		}
	}
}
