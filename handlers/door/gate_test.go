package door

import (
	"fmt"
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	g := newGate()
	g.wasRight("known")
	g.wasRight("revoked")
	g.wasWrong("192.0.2.9", "revoked", now)
	for i := range freeTries {
		if !g.open("192.0.2.1", "guess", now) {
			t.Fatalf("shut after %d wrong tokens", i)
		}
		g.wasWrong("192.0.2.1", fmt.Sprint("guess ", i), now)
	}
	for address, want := range map[string]bool{"192.0.2.1": false, "::ffff:192.0.2.1": false, "192.0.2.2": true, "2001:db8::1": true, "": true} {
		if got := g.open(address, "guess", now); got != want {
			t.Errorf("open for %q: %t, want %t", address, got, want)
		}
	}
	if !g.open("192.0.2.1", "known", now) {
		t.Error("a token that was right before is kept out")
	}
	if g.open("192.0.2.9", "revoked", now) || g.open("192.0.2.2", "guess 1", now) {
		t.Error("a token that was wrong before is looked up again")
	}
	if g.tellAgain("guess 1", now.Add(tellEvery-1)) || g.tellAgain("guess", now.Add(tellEvery)) || !g.tellAgain("guess 1", now.Add(tellEvery)) || g.tellAgain("guess 1", now.Add(tellEvery)) {
		t.Error("the log has a wrong token more or less often than once a minute")
	}
	if !g.open("192.0.2.1", "guess", now.Add(tryEvery)) {
		t.Error("shut for longer than said")
	}

	// An IPv6 network is one address.
	for i := range freeTries {
		g.wasWrong(fmt.Sprintf("2001:db8::%x", i+1), fmt.Sprint("other ", i), now)
	}
	if g.open("2001:db8::ffff%eth0", "guess", now) || !g.open("2001:db8:0:1::1", "guess", now) {
		t.Error("IPv6 addresses are not taken by their network")
	}
}

func TestGateIsBounded(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	g := newGate()
	for i := range 3 * mostAddresses {
		g.wasWrong(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), fmt.Sprint("wrong ", i), now)
		g.wasRight(fmt.Sprint(i))
	}
	if len(g.addresses) > mostAddresses || len(g.right) > mostTokens || len(g.wrong) > mostTokens {
		t.Errorf("it remembers %d addresses, %d right tokens and %d wrong ones", len(g.addresses), len(g.right), len(g.wrong))
	}
	// Those who have all their tries back are forgotten first.
	g = newGate()
	for range 5 {
		g.wasWrong("192.0.2.1", "wrong", now.Add(time.Hour))
	}
	for i := range mostAddresses - 1 {
		g.wasWrong(fmt.Sprintf("10.0.%d.%d", i>>8, i&255), "wrong", now)
	}
	g.wasWrong("192.0.2.2", "wrong", now.Add(time.Hour))
	if g.addresses[neighbourhood("192.0.2.1")] == nil || len(g.addresses) != 2 {
		t.Errorf("%d addresses are left, and the one that still has to wait: %t", len(g.addresses), g.addresses[neighbourhood("192.0.2.1")] != nil)
	}
}
