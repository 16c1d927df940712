package door

import (
	"fmt"
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	g := newGate()
	g.right("known")
	for i := range freeTries {
		if !g.open("192.0.2.1", "guess", now) {
			t.Fatalf("shut after %d wrong tokens", i)
		}
		g.wrong("192.0.2.1", now)
	}
	for address, want := range map[string]bool{"192.0.2.1": false, "::ffff:192.0.2.1": false, "192.0.2.2": true, "2001:db8::1": true, "": true} {
		if got := g.open(address, "guess", now); got != want {
			t.Errorf("open for %q: %t, want %t", address, got, want)
		}
	}
	if !g.open("192.0.2.1", "known", now) {
		t.Error("a token that was right before is kept out")
	}
	if !g.open("192.0.2.1", "guess", now.Add(tryEvery)) {
		t.Error("shut for longer than said")
	}

	// An IPv6 network is one address.
	for i := range freeTries {
		g.wrong(fmt.Sprintf("2001:db8::%x", i+1), now)
	}
	if g.open("2001:db8::ffff%eth0", "guess", now) || !g.open("2001:db8:0:1::1", "guess", now) {
		t.Error("IPv6 addresses are not taken by their network")
	}
}

func TestGateIsBounded(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	g := newGate()
	for i := range 3 * mostAddresses {
		g.wrong(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), now)
		g.right(fmt.Sprint(i))
	}
	if len(g.addresses) > mostAddresses || len(g.tokens) > mostTokens {
		t.Errorf("it remembers %d addresses and %d tokens", len(g.addresses), len(g.tokens))
	}
	// Those who have all their tries back are forgotten first.
	g = newGate()
	for range 5 {
		g.wrong("192.0.2.1", now.Add(time.Hour))
	}
	for i := range mostAddresses - 1 {
		g.wrong(fmt.Sprintf("10.0.%d.%d", i>>8, i&255), now)
	}
	g.wrong("192.0.2.2", now.Add(time.Hour))
	if g.addresses[neighbourhood("192.0.2.1")] == nil || len(g.addresses) != 2 {
		t.Errorf("%d addresses are left, and the one that still has to wait: %t", len(g.addresses), g.addresses[neighbourhood("192.0.2.1")] != nil)
	}
}
