package desk

import (
	"fmt"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/providers/simulator"
	"textdesk/sms"
)

// arrives takes a text from a phone the way a provider brings it.
func (o *office) arrives(t *testing.T, id string, from sms.MSISDN, to string) db.Inbound {
	t.Helper()
	c := providers.Callback{Method: "POST", Body: simulator.Reply{ID: id, From: from, To: to, Body: "Reply " + id, At: o.clock()}.Encode(), ReceivedAt: o.clock()}
	if err := o.takeCallback(t.Context(), o.provider, c); err != nil {
		t.Fatal(err)
	}
	if err := o.ReadCallbacks(t.Context()); err != nil {
		t.Fatal(err)
	}
	found, err := o.store.InboundFrom(t.Context(), db.InboundFromParams{Number: from, PageSize: 1})
	if err != nil || len(found) != 1 || found[0].ProviderRef != id {
		t.Fatalf("reply %s is not in the store: %v %v", id, found, err)
	}
	return found[0]
}

// Two users text one phone, each from a number of their own.
func TestReplyGoesToWhoseSenderWasAnswered(t *testing.T) {
	o := newOffice(t)
	ann, bob := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100), o.user(t, "bob", LevelNormal, o.admin.User.ID, 100)
	o.send(t, ann, Order{To: numbers(1, 1), Sender: "07700 900777"})
	o.taken(t, o.leave(t, 10))
	o.pass(time.Minute)
	o.send(t, bob, Order{To: numbers(1, 1), Sender: "07700 900888"})
	o.taken(t, o.leave(t, 10))
	for i, c := range []struct {
		to   string
		want Actor
	}{
		{"+447700900777", ann},
		{"447700900777", ann},
		{"07700900888", bob},
		{"60777", bob}, // an address that nobody sent from: the newest
	} {
		in := o.arrives(t, fmt.Sprint("r", i), sms.MSISDN(number(1)), c.to)
		if int64(in.UserID) != c.want.User.ID {
			t.Errorf("a reply to %s went to user %d, want %s", c.to, in.UserID, c.want.User.Username)
		}
	}
}

// The phone's newest text went through another provider than its reply came by.
func TestReplyPrefersItsProvider(t *testing.T) {
	o := newOffice(t)
	ann, bob := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100), o.user(t, "bob", LevelNormal, o.admin.User.ID, 100)
	o.send(t, ann, Order{To: numbers(1, 1)})
	o.taken(t, o.leave(t, 10))
	first := o.provider
	second, err := o.AddProvider(t.Context(), o.admin, NewProvider{Name: "other", Kind: SimulatorKind, Settings: providers.Settings{}, Default: true})
	if err != nil {
		t.Fatal(err)
	}
	o.provider = second
	o.send(t, bob, Order{To: numbers(1, 1)})
	o.taken(t, o.leave(t, 10))
	for _, c := range []struct {
		by   int64
		to   string
		want Actor
	}{{first, "60777", ann}, {second, "60777", bob}, {first, "SCHOOL", ann}} {
		o.provider = c.by
		in := o.arrives(t, fmt.Sprint(c.by, c.to), sms.MSISDN(number(1)), c.to)
		if int64(in.UserID) != c.want.User.ID {
			t.Errorf("a reply to %s by provider %d went to user %d, want %s", c.to, c.by, in.UserID, c.want.User.Username)
		}
	}
}
