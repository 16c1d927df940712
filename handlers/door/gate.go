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
	// tellEvery is how often the log has the same wrong token.
	tellEvery = time.Minute
	// mostAddresses and mostTokens bound what the gate remembers.
	mostAddresses = 4096
	mostTokens    = 4096
)

// gate slows down addresses that give wrong tokens: past their tries they are
// refused without a look at the store. One broken script must not shut out the
// others behind the same address: a token that was wrong before is refused and
// costs no try, since no wrong one ever becomes right, and one that was right
// before passes all the same (and is looked up, so a revoked one is refused).
// Tokens have 120 random bits, so this keeps noise from the store; it is not what
// keeps guessers out.
type gate struct {
	mu           sync.Mutex
	addresses    map[netip.Prefix]*rate.Limiter
	right, wrong tokens
}

func newGate() *gate {
	return &gate{addresses: map[netip.Prefix]*rate.Limiter{}, right: tokens{}, wrong: tokens{}}
}

// open reports whether a token from the address is worth a look.
func (g *gate) open(address, token string, now time.Time) bool {
	hash := sha256.Sum256([]byte(token))
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.wrong.has(hash) {
		return false
	}
	l := g.addresses[neighbourhood(address)]
	return l == nil || l.TokensAt(now) >= 1 || g.right.has(hash)
}

// wasRight remembers a token.
func (g *gate) wasRight(token string) {
	hash := sha256.Sum256([]byte(token))
	g.mu.Lock()
	defer g.mu.Unlock()
	g.right.add(hash, time.Time{})
}

// wasWrong remembers a token, and counts it against the address.
func (g *gate) wasWrong(address, token string, now time.Time) {
	hash := sha256.Sum256([]byte(token))
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wrong.add(hash, now)
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

// tellAgain reports whether a token that was wrong before is worth a line in the
// log again.
func (g *gate) tellAgain(token string, now time.Time) bool {
	hash := sha256.Sum256([]byte(token))
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.wrong.has(hash) && g.wrong.tell(hash, now)
}

// tellName reports whether a wrong name and password are worth a line in the log:
// one of each name once in a while.
func (g *gate) tellName(username string, now time.Time) bool {
	hash := sha256.Sum256([]byte("\x00" + username)) // which no token begins with
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.wrong.tell(hash, now)
}

// tokens are the hashes of some, not of more than mostTokens, with when the log
// had each.
type tokens map[[sha256.Size]byte]time.Time

func (t tokens) has(hash [sha256.Size]byte) bool {
	_, has := t[hash]
	return has
}

func (t tokens) add(hash [sha256.Size]byte, told time.Time) {
	if t.has(hash) {
		return
	}
	for old := range t {
		if len(t) < mostTokens {
			break
		}
		delete(t, old)
	}
	t[hash] = told
}

// tell reports whether the log has not had one for a while, and has it from now on.
func (t tokens) tell(hash [sha256.Size]byte, now time.Time) bool {
	if told, known := t[hash]; known && now.Sub(told) < tellEvery {
		return false
	}
	t.add(hash, now)
	t[hash] = now
	return true
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
