package door

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// freeTries is how many wrong tokens an address may give in one go, and
	// then one for each tryEvery.
	freeTries = 60
	tryEvery  = time.Second
	// mostAddresses and mostTokens bound what the gate remembers.
	mostAddresses = 4096
	mostTokens    = 4096
)

// gate slows down addresses that give wrong tokens: past their tries they are
// refused without a look at the store. Tokens that were right before pass all
// the same (and are looked up, so a revoked one is refused): one broken script
// must not shut out the others behind the same address. Tokens have 120 random
// bits, so this keeps noise from the store; it is not what keeps guessers out.
type gate struct {
	mu        sync.Mutex
	addresses map[netip.Prefix]*rate.Limiter
	tokens    map[[sha256.Size]byte]struct{}
}

func newGate() *gate {
	return &gate{addresses: map[netip.Prefix]*rate.Limiter{}, tokens: map[[sha256.Size]byte]struct{}{}}
}

// open reports whether a token from the address is worth a look.
func (g *gate) open(address, token string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.addresses[neighbourhood(address)]
	if l == nil || l.TokensAt(now) >= 1 {
		return true
	}
	_, known := g.tokens[sha256.Sum256([]byte(token))]
	return known
}

// wrong counts a wrong token against the address.
func (g *gate) wrong(address string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	from := neighbourhood(address)
	l := g.addresses[from]
	if l == nil {
		if len(g.addresses) >= mostAddresses {
			g.forget(now)
		}
		l = rate.NewLimiter(rate.Every(tryEvery), freeTries)
		g.addresses[from] = l
	}
	l.AllowN(now, 1)
}

// forget makes room: addresses that have all their tries back go, and then any,
// so many that the next wrong tokens find room too.
func (g *gate) forget(now time.Time) {
	for from, l := range g.addresses {
		if l.TokensAt(now) >= freeTries {
			delete(g.addresses, from)
		}
	}
	for from := range g.addresses {
		if len(g.addresses) <= mostAddresses*3/4 {
			return
		}
		delete(g.addresses, from)
	}
}

// right remembers a token.
func (g *gate) right(token string) {
	hash := sha256.Sum256([]byte(token))
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, known := g.tokens[hash]; known {
		return
	}
	for old := range g.tokens {
		if len(g.tokens) < mostTokens {
			break
		}
		delete(g.tokens, old)
	}
	g.tokens[hash] = struct{}{}
}

// neighbourhood is what counts as one address: of IPv6, the network that a
// household or office has to itself.
func neighbourhood(address string) netip.Prefix {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	from, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return from
}
